//! Sandboxes that one tenant has used: those that are being made clean, and those that are clean
//! again and kept for who may come back.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long a sandbox is kept for a tenant who may come again.
const KEPT: Duration = Duration::from_mins(1);

/// Those of one pool; `S` is a sandbox.
pub(super) struct Returning<S> {
    /// The tenants whose sandboxes are being made clean.
    resetting: Vec<String>,
    /// Clean again; the first has been kept the longest.
    kept: VecDeque<Kept<S>>,
}

struct Kept<S> {
    tenant: String,
    sandbox: S,
    since: Instant,
}

impl<S> Returning<S> {
    /// None.
    pub(super) fn new() -> Self {
        Self { resetting: Vec::new(), kept: VecDeque::new() }
    }

    /// A tenant's sandbox is being made clean.
    pub(super) fn begin(&mut self, tenant: &str) {
        self.resetting.push(tenant.to_owned());
    }

    /// It is not any more.
    pub(super) fn end(&mut self, tenant: &str) {
        if let Some(index) = self.resetting.iter().position(|other| other == tenant) {
            self.resetting.swap_remove(index);
        }
    }

    /// Keeps one that is clean.
    pub(super) fn keep(&mut self, tenant: &str, sandbox: S) {
        self.kept.push_back(Kept { tenant: tenant.to_owned(), sandbox, since: Instant::now() });
    }

    /// Takes the one of this tenant that was kept last.
    pub(super) fn take(&mut self, tenant: &str) -> Option<S> {
        let own = self.kept.iter().rposition(|kept| kept.tenant == tenant)?;
        Some(self.kept.remove(own)?.sandbox)
    }

    /// Tells of one who waits after another whether a sandbox of his own tenant comes back for him.
    pub(super) fn comes_back(&self) -> impl FnMut(&str) -> bool + use<S> {
        let mut resetting = self.resetting.clone();
        move |tenant| {
            let own = resetting.iter().position(|other| other == tenant);
            own.map(|index| resetting.swap_remove(index)).is_some()
        }
    }

    /// Whether a tenant would find one of its own, now or soon.
    pub(super) fn has(&self, tenant: &str) -> bool {
        self.kept.iter().any(|kept| kept.tenant == tenant)
            || self.resetting.iter().any(|other| other == tenant)
    }

    /// How many are being made clean.
    pub(super) fn resetting(&self) -> usize {
        self.resetting.len()
    }

    /// How many are kept.
    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Since when the first of them is kept.
    pub(super) fn kept_since(&self) -> Option<Instant> {
        self.kept.front().map(|kept| kept.since)
    }

    /// Drops what has been kept the longest.
    pub(super) fn drop_oldest(&mut self) {
        self.kept.pop_front();
    }

    /// Drops what was kept for too long.
    pub(super) fn expire(&mut self) {
        self.kept.retain(|kept| kept.since.elapsed() < KEPT);
    }

    /// Drops all that is kept.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}
