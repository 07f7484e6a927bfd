//! `GET /v1/pools`: how many jobs run and wait, and how many sandboxes are ready for them. Names of pools say
//! what is imported ahead: it is for operators.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lazaret_sandbox::{PoolState, Runner};
use serde::{Deserialize, Serialize};

use super::Service;
use super::queue::QueueState;

/// What is answered, version 1.
#[derive(Debug, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "the answer has this name for them")]
pub(crate) struct Pools {
    version: u32,
    pub(crate) queue: QueueState,
    /// The turns of those that install packages.
    pub(crate) installers: QueueState,
    pub(crate) pools: Vec<Pool>,
}

/// A pool of sandboxes that are alike.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// What they have in common.
    pub(crate) name: String,
    /// Sandboxes that wait for a job.
    pub(crate) warm: u32,
    /// Sandboxes that are being made.
    pub(crate) starting: u32,
    /// Sandboxes that serve a job.
    pub(crate) leased: u32,
    /// Jobs that wait for a sandbox.
    pub(crate) waiting: u32,
    /// Sandboxes made since the service began.
    pub(crate) created: u64,
    /// Sandboxes removed since the service began.
    pub(crate) destroyed: u64,
    /// Sandboxes that became ready in the last minute.
    pub(crate) refilled_per_minute: u32,
    /// Why no sandboxes are made now; null where they are.
    pub(crate) trouble: Option<String>,
}

pub(super) async fn answer(State(service): State<Arc<Service>>) -> Json<Pools> {
    let pools = service.queue.pools().into_iter().map(Pool::from).collect();
    let (queue, installers) = (service.queue.state(), service.queue.installers());
    Json(Pools { version: 1, queue, installers, pools })
}

impl From<PoolState> for Pool {
    fn from(state: PoolState) -> Self {
        Self {
            name: state.name,
            warm: state.warm,
            starting: state.starting,
            leased: state.leased,
            waiting: state.waiting,
            created: state.created,
            destroyed: state.destroyed,
            refilled_per_minute: state.refilled_per_minute,
            trouble: state.trouble,
        }
    }
}
