//! What somebody is told who asks how many sandboxes a runner holds ready.

/// How a pool of sandboxes stands at this moment. A pool holds sandboxes that are alike in
/// everything that matters for safety.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// What its sandboxes have in common, for people: `python, 256 MiB`.
    pub name: String,
    /// Sandboxes that wait, ready, for a job.
    pub warm: u32,
    /// Sandboxes that are being made.
    pub starting: u32,
    /// Sandboxes that serve a job.
    pub leased: u32,
    /// Jobs that wait for a sandbox.
    pub waiting: u32,
    /// Sandboxes made since the runner began.
    pub created: u64,
    /// Sandboxes removed since the runner began.
    pub destroyed: u64,
    /// Sandboxes that became ready in the last 60 seconds.
    pub refilled_per_minute: u32,
    /// Why no sandboxes are made now, where that is so.
    pub trouble: Option<String>,
}
