//! `lazaret serve`: the pipeline over HTTP.
//!
//! Checks never wait behind programs that run: the queue is the runner's. A caller that goes
//! away ends its program. When the service is told to stop, it takes no new requests, gives the
//! running ones some time, then drops them, and with them their sandboxes.

mod queue;
mod v1;

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use lazaret_sandbox::Runner;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::{Size, Time};
use crate::pipeline::Pipeline;
use queue::Queue;

/// The table `[serve]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServeConfig {
    /// Where the service listens.
    #[serde(deserialize_with = "address")]
    #[schemars(with = "String")]
    listen: SocketAddr,
    /// The largest request body.
    body: Size,
    /// Programs that run at one time.
    concurrent: std::num::NonZeroU32,
    /// Requests that may wait for their turn.
    waiting: u32,
    /// How long running programs may take to end when the service stops.
    drain: Time,
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong =
        || format!("`{text}` is not an address with a port; write it like \"127.0.0.1:8600\"");
    text.parse().map_err(|_| serde::de::Error::custom(wrong()))
}

impl ServeConfig {
    /// `runner`, with a bound on the jobs that run and wait.
    pub(crate) fn queue(&self, runner: Arc<dyn Runner>) -> Arc<dyn Runner> {
        Arc::new(Queue::new(runner, self.concurrent, self.waiting))
    }
}

/// What requests are answered with.
struct Service {
    pipeline: Pipeline,
    runner: Arc<dyn Runner>,
}

/// Serves until the process is told to stop (SIGINT, SIGTERM).
pub(crate) async fn serve(
    config: ServeConfig,
    pipeline: Pipeline,
    runner: Arc<dyn Runner>,
) -> io::Result<()> {
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let router = router(Service { pipeline, runner }, config.body);
    announce(address);
    let stopping = Arc::new(Notify::new());
    let stopped = Arc::clone(&stopping);
    let signal = async move {
        told_to_stop().await;
        stopped.notify_one();
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(signal).into_future();
    let overdue = async {
        stopping.notified().await;
        tokio::time::sleep(config.drain.0).await;
    };
    tokio::select! {
        served = serving => served,
        () = overdue => Ok(()),
    }
}

fn router(service: Service, body: Size) -> Router {
    let largest = usize::try_from(body.0).unwrap_or(usize::MAX);
    Router::new()
        .route("/v1/check", post(v1::check))
        .route("/v1/run", post(v1::run))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .layer(DefaultBodyLimit::max(largest))
        .with_state(Arc::new(service))
}

/// 200 when a program could run now, else 503 and why.
async fn ready(State(service): State<Arc<Service>>) -> (StatusCode, String) {
    match service.runner.ready().await {
        Ok(isolation) => (StatusCode::OK, format!("ready, isolation: {}\n", isolation.name())),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", crate::causes(&error))),
    }
}

/// Scripts that start the service read the address from this line: a port of 0 becomes a real one.
#[allow(clippy::print_stderr, reason = "the one line that a service prints")]
fn announce(address: SocketAddr) {
    eprintln!("lazaret: listening on http://{address}");
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
