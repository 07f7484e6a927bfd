//! `lazaret serve`: the pipeline over HTTP.
//!
//! Checks never wait behind programs that run: the queue is the runner's. A caller that goes
//! away ends its program. When the service is told to stop, it takes no new requests, sends away
//! those that wait, gives the running ones some time, then drops them, and with them their
//! sandboxes. Being told a second time, it does not wait.

mod connections;
mod events;
mod pools;
mod queue;
mod v1;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use lazaret_sandbox::{Isolation, Runner};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::app::BuildError;
use crate::config::{Size, Time};
use crate::pipeline::Pipeline;
use crate::processes::Signals;
use crate::stages::execution::ExecutionConfig;
use connections::Connections;

pub(crate) use pools::{Pool, Pools};
pub(crate) use queue::{Queue, QueueState};

/// How long the sandboxes that wait may take to go, once nothing runs any more. Each takes the
/// engine about 0.1 s; what is left after that, the next start removes.
const FAREWELL: Duration = Duration::from_secs(10);

/// The table `[serve]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServeConfig {
    /// Where the service listens.
    #[serde(deserialize_with = "address")]
    #[schemars(with = "String")]
    pub(crate) listen: SocketAddr,
    /// The largest request body.
    body: Size,
    /// How long a caller may take to send the head of a request, and then its body; and how long a caller
    /// that listens to events may keep its program waiting.
    receive: Time,
    /// How long running programs may take to end when the service stops.
    drain: Time,
    /// Whose turn it is to run.
    queue: queue::QueueConfig,
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong =
        || format!("`{text}` is not an address with a port; write it like \"127.0.0.1:8600\"");
    text.parse().map_err(|_| serde::de::Error::custom(wrong()))
}

impl ServeConfig {
    /// Refuses more turns than the runner has places, those of installers included: whoever gets one too
    /// many would wait once more, in a line without patience and fairness.
    pub(crate) fn check(&self, runner: &dyn Runner) -> Result<(), BuildError> {
        let (programs, installers) = (self.queue.concurrent.get(), self.queue.installers());
        let turns = programs.saturating_add(installers);
        match runner.places().filter(|places| *places < turns) {
            None => Ok(()),
            Some(places) => Err(BuildError {
                key: "queue.concurrent".into(),
                reason: format!(
                    "it is {programs}, with {installers} installers beside them, and the runner has places for {places}"
                ),
                help: Some("lower it, or raise `docker.max`, which is for each engine".into()),
                ..BuildError::default()
            }),
        }
    }

    /// `runner`, with a bound on the jobs that run and wait.
    pub(crate) fn queue(&self, runner: Arc<dyn Runner>) -> Arc<Queue> {
        Arc::new(Queue::new(runner, self.queue))
    }
}

/// What requests are answered with.
struct Service {
    pipeline: Pipeline,
    queue: Arc<Queue>,
    /// The weakest sandbox that is accepted.
    isolation: Isolation,
    /// How long may be waited for a caller.
    receive: Duration,
}

/// Serves until the process is told to stop (SIGINT, SIGTERM). Sandboxes are held ready for jobs
/// with the configured limits.
pub(crate) async fn serve(
    config: ServeConfig,
    pipeline: Pipeline,
    queue: Arc<Queue>,
    execution: &ExecutionConfig,
) -> io::Result<()> {
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let mut signals = Signals::new()?;
    let service = Service {
        pipeline,
        queue: Arc::clone(&queue),
        isolation: execution.isolation(),
        receive: config.receive.0,
    };
    let mut connections = Connections::new(router(service, config.body), config.receive.0);
    queue.warm(&execution.limits()).await;
    announce(address);
    tokio::select! {
        () = connections.accept(&listener) => {}
        () = signals.next() => {}
    }
    drop(listener);
    stop(connections, &*queue, config.drain.0, &mut signals).await;
    Ok(())
}

/// Ends what runs, gently as long as there is time, and then removes what the runner holds ready.
async fn stop(
    connections: Connections,
    runner: &dyn Runner,
    drain: Duration,
    signals: &mut Signals,
) {
    let gently = async { tokio::join!(connections.drain(), runner.close()) };
    let ended = tokio::select! {
        _ = gently => true,
        () = tokio::time::sleep(drain) => false,
        () = signals.next() => false,
    };
    if ended {
        return;
    }
    tokio::select! {
        () = runner.close() => {}
        () = tokio::time::sleep(FAREWELL) => {}
        () = signals.next() => {}
    }
}

fn router(service: Service, body: Size) -> Router {
    let largest = usize::try_from(body.0).unwrap_or(usize::MAX);
    Router::new()
        .route("/v1/check", post(v1::check))
        .route("/v1/run", post(v1::run))
        .route("/v1/pools", get(pools::answer))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .layer(DefaultBodyLimit::max(largest))
        .with_state(Arc::new(service))
}

/// 200 when a program could run now, else 503 and why.
async fn ready(State(service): State<Arc<Service>>) -> (StatusCode, String) {
    match service.queue.ready().await {
        Ok(isolation) if isolation < service.isolation => {
            let (ready, demanded) = (isolation.name(), service.isolation.name());
            let reason = format!(
                "what is ready isolates as {ready}, and `execution.isolation` demands {demanded}: \
                 `lazaret doctor` says what is missing\n"
            );
            (StatusCode::SERVICE_UNAVAILABLE, reason)
        }
        Ok(isolation) => (StatusCode::OK, format!("ready, isolation: {}\n", isolation.name())),
        Err(error) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", lazaret_sandbox::causes(&error)))
        }
    }
}

/// Scripts that start the service read the address from this line: a port of 0 becomes a real one.
#[allow(clippy::print_stderr, reason = "the one line that a service prints")]
fn announce(address: SocketAddr) {
    eprintln!("lazaret: listening on http://{address}");
}
