//! One engine: connected to, listened to, and known to be lost when it is.
//!
//! An engine tells what happens to containers as it happens. That is the evidence which a program
//! cannot forge: memory that ran out, a container that was killed from outside, an engine that went
//! away while a program ran.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::models::{EventMessage, SystemInfo};
use bollard::query_parameters::EventsOptionsBuilder;
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::StreamExt;
use lazaret_sandbox::{Isolation, RunnerError};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::identity::{Identity, PROCESS};
use crate::{DockerConfig, Tls};

/// How long the engine may take to begin an answer. Starting a container takes it half a second,
/// and several at once on a busy machine some more.
const PATIENCE: Duration = Duration::from_secs(30);

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    /// The release of the kernel that the engine itself runs on.
    kernel: String,
    /// What containers give here.
    pub(crate) isolation: Isolation,
    fates: Fates,
    listener: AbortOnDropHandle<()>,
}

/// What the engine has said about a container.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "any of these can be true with any other")]
pub(crate) struct Fate {
    /// Its memory ran out.
    pub(crate) out_of_memory: bool,
    /// Somebody sent it a signal, and it was not us.
    pub(crate) killed: bool,
    /// It has ended.
    pub(crate) died: bool,
    /// It is gone.
    pub(crate) removed: bool,
    /// The engine does not say anything any more.
    pub(crate) lost: bool,
}

type Fates = Arc<Mutex<HashMap<String, watch::Sender<Fate>>>>;

impl Engine {
    /// Connects, agrees on a version of the API, looks for the runtime, and begins to listen.
    pub(crate) async fn connect(
        config: &DockerConfig,
        host: Option<&str>,
        identity: &Identity,
    ) -> Result<Self, RunnerError> {
        let place = place(host, config.tls.as_ref());
        let absent = |error: bollard::errors::Error| absent(&place, error);
        let reached = reach(host, config.tls.as_ref(), PATIENCE).await;
        let (docker, info) = reached.map_err(absent)?;
        let runtimes = info.runtimes.unwrap_or_default();
        if !runtimes.contains_key(&config.runtime) {
            return Err(no_runtime(&config.runtime, runtimes.into_keys()));
        }
        let isolation = offered(&config.runtime);
        let kernel = info.kernel_version.unwrap_or_default();
        if isolation == Isolation::Gvisor && kernel.is_empty() {
            return Err(no_kernel(&config.runtime));
        }
        let fates = Fates::default();
        let listener = tokio::spawn(listen(docker.clone(), identity.clone(), fates.clone()));
        Ok(Self { docker, kernel, isolation, fates, listener: AbortOnDropHandle::new(listener) })
    }

    /// Whether it still says what happens.
    pub(crate) fn is_listened_to(&self) -> bool {
        !self.listener.is_finished()
    }

    /// Listens no more, because nothing is told any more; whoever needs the engine connects anew. What
    /// runs goes on.
    pub(crate) fn hang_up(&self) {
        tracing::warn!("the engine does not tell what happens; it is connected to anew");
        self.listener.abort();
    }

    /// The kernel that a container must not show, where it is meant to have one of its own.
    pub(crate) fn outer_kernel(&self) -> Option<&str> {
        (self.isolation == Isolation::Gvisor).then_some(&self.kernel)
    }

    /// What the engine will say about a container, until [`Engine::forget`].
    pub(crate) fn watch(&self, container: &str) -> watch::Receiver<Fate> {
        let (sender, receiver) = watch::channel(Fate::default());
        let mut fates = lock(&self.fates);
        let sender = fates.entry(container.to_owned()).insert_entry(sender);
        // Asked only now: whoever ends the listening tells those who are there by then.
        if !self.is_listened_to() {
            sender.get().send_modify(|fate| fate.lost = true);
        }
        receiver
    }

    /// Stops watching a container.
    pub(crate) fn forget(&self, container: &str) {
        lock(&self.fates).remove(container);
    }
}

/// What a runtime is meant to give; a container has to prove it.
pub(crate) fn offered(runtime: &str) -> Isolation {
    if runtime.starts_with("runsc") { Isolation::Gvisor } else { Isolation::Container }
}

/// An engine that agreed on a version of the API, and what it says of itself. It may take `patience`
/// to begin each answer.
pub(crate) async fn reach(
    host: Option<&str>,
    tls: Option<&Tls>,
    patience: Duration,
) -> Result<(Docker, SystemInfo), bollard::errors::Error> {
    let docker = client(host, tls)?.with_timeout(patience).negotiate_version().await?;
    let info = docker.info().await?;
    Ok((docker, info))
}

/// Where an engine listens: as the configuration has it, or the environment, or usually.
pub(crate) fn place(host: Option<&str>, tls: Option<&Tls>) -> String {
    let environment = || std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    let usual = if tls.is_some() { "tcp://localhost:2376" } else { "unix:///var/run/docker.sock" };
    host.map(str::to_owned).or_else(environment).unwrap_or_else(|| usual.to_owned())
}

/// Speaks to an engine; nothing is said yet.
fn client(host: Option<&str>, tls: Option<&Tls>) -> Result<Docker, bollard::errors::Error> {
    let set = |name| std::env::var(name).is_ok_and(|value| !value.is_empty());
    match (host, tls) {
        // Whoever can open a socket of this machine is known already.
        (Some(host), _) if host.starts_with("unix://") => Docker::connect_with_host(host),
        (host, Some(tls)) => with_tls(&place(host, Some(tls)), tls),
        (Some(host), None) => Docker::connect_with_host(host),
        // As the client of Docker has it.
        (None, None) if set("DOCKER_TLS_VERIFY") => Docker::connect_with_ssl_defaults(),
        (None, None) => Docker::connect_with_defaults(),
    }
}

fn with_tls(host: &str, tls: &Tls) -> Result<Docker, bollard::errors::Error> {
    let (key, certificate, ca) = (&tls.key, &tls.certificate, &tls.ca);
    // Without its certificate a client is only refused, and not told why.
    if let Some(path) = [key, certificate, ca].into_iter().find(|path| fs::read(path).is_err()) {
        return Err(bollard::errors::Error::CertPathError { path: path.clone() });
    }
    Docker::connect_with_ssl(host, key, certificate, ca, PATIENCE.as_secs(), API_DEFAULT_VERSION)
}

/// Passes on what happens to this process's containers, until the engine stops telling.
async fn listen(docker: Docker, identity: Identity, fates: Fates) {
    let label = format!("{PROCESS}={}", identity.process);
    let events = ["oom", "kill", "die", "destroy"].map(str::to_owned).to_vec();
    let filters = HashMap::from([("label".to_owned(), vec![label]), ("event".to_owned(), events)]);
    let options = EventsOptionsBuilder::default().filters(&filters).since(&a_moment_ago()).build();
    let mut events = docker.events(Some(options)).boxed();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => tell(&fates, event),
            Err(error) => {
                tracing::warn!(%error, "the engine stopped telling what happens");
                break;
            }
        }
    }
    for fate in lock(&fates).values() {
        fate.send_modify(|fate| fate.lost = true);
    }
}

/// The engine tells what it still knows since then, so that nothing is missed that happens before
/// it hears the question. What is told twice, or is older than this process, does no harm.
fn a_moment_ago() -> String {
    const MOMENT: Duration = Duration::from_secs(30);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(MOMENT).as_secs().to_string()
}

fn tell(fates: &Fates, event: EventMessage) {
    let container = event.actor.and_then(|actor| actor.id).unwrap_or_default();
    let fates = lock(fates);
    let Some(fate) = fates.get(&container) else { return };
    fate.send_modify(|fate| match event.action.as_deref() {
        Some("oom") => fate.out_of_memory = true,
        Some("kill") => fate.killed = true,
        Some("destroy") => fate.removed = true,
        _ => fate.died = true,
    });
}

fn lock(
    fates: &Mutex<HashMap<String, watch::Sender<Fate>>>,
) -> std::sync::MutexGuard<'_, HashMap<String, watch::Sender<Fate>>> {
    fates.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An engine that does not answer.
pub(crate) fn absent(place: &str, error: impl Into<Box<dyn Error + Send + Sync>>) -> RunnerError {
    RunnerError::Part {
        part: format!("the Docker engine at {place}"),
        help: "start it, or set `docker.hosts`, and `docker.tls` where it wants that; \
               `runner = \"process\"` needs none"
            .into(),
        source: error.into(),
    }
}

fn no_runtime(wanted: &str, known: impl Iterator<Item = String>) -> RunnerError {
    let mut known: Vec<String> = known.collect();
    known.sort();
    RunnerError::Part {
        part: format!("the runtime `{wanted}`"),
        help: format!(
            "register it with the engine, or set `docker.runtime` to one of: {}",
            known.join(", ")
        ),
        source: "the engine does not know it".into(),
    }
}

fn no_kernel(runtime: &str) -> RunnerError {
    RunnerError::Part {
        part: format!("the proof that `{runtime}` is gVisor"),
        help: "use an engine that says which kernel it runs on".into(),
        source: "the engine does not say which kernel it runs on, and so which one is not it"
            .into(),
    }
}

/// Something that the engine would not do.
pub(crate) fn failed(action: &str) -> impl FnOnce(bollard::errors::Error) -> RunnerError {
    let action = action.to_owned();
    move |error| RunnerError::Failed { action, source: Box::new(error) }
}

/// There is no such thing.
pub(crate) fn is_absent(error: &bollard::errors::Error) -> bool {
    use bollard::errors::Error::DockerResponseServerError;
    matches!(error, DockerResponseServerError { status_code: 404, .. })
}
