//! One container: what it may do, how it is spoken to, and that it goes.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bollard::Docker;
use bollard::container::{AttachContainerResults, LogOutput};
use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, EventsOptionsBuilder,
    RemoveContainerOptionsBuilder, StartContainerOptions,
};
use futures_util::{StreamExt, TryStreamExt};
use lazaret_sandbox::{Limits, RunnerError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_util::io::StreamReader;

use crate::engine::{Engine, failed};
use crate::image::AGENT_PATH;

/// Memory of gVisor's own kernel and of the agent, beside the program's.
const OWN_MEMORY: u64 = 64 * 1024 * 1024;

/// Host threads of gVisor, which count as the container's processes: 26 to 32 when idle.
const OWN_PROCESSES: i64 = 200;

/// Reads and writes the agent's streams.
pub(crate) struct Streams {
    pub(crate) reader: Pin<Box<dyn AsyncRead + Send>>,
    pub(crate) writer: Pin<Box<dyn AsyncWrite + Send>>,
}

/// A container that is there. Dropping it removes it in the background; should this process die
/// first, the engine closes the agent's input, the agent ends, and the engine removes the rest.
pub(crate) struct Container {
    docker: Docker,
    id: String,
    out_of_memory: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
    removed: bool,
}

impl Container {
    /// Makes one; nothing runs yet.
    pub(crate) async fn create(
        engine: &Engine,
        image: &str,
        limits: &Limits,
    ) -> Result<Self, RunnerError> {
        let body = body(engine, image, limits);
        let created = engine.docker.create_container(None::<CreateContainerOptions>, body).await;
        let id = created.map_err(failed("create a container"))?.id;
        let docker = engine.docker.clone();
        Ok(Self { docker, id, out_of_memory: Arc::default(), watcher: None, removed: false })
    }

    /// Attaches, then starts, so that no byte is lost.
    pub(crate) async fn start(&mut self) -> Result<Streams, RunnerError> {
        self.watcher = Some(self.watch_memory());
        let options =
            AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stream(true);
        let attached = self.docker.attach_container(&self.id, Some(options.build())).await;
        let AttachContainerResults { output, input } =
            attached.map_err(failed("attach to a container"))?;
        let started = self.docker.start_container(&self.id, None::<StartContainerOptions>).await;
        started.map_err(failed("start a container"))?;
        let chunks = output.map_ok(LogOutput::into_bytes).map_err(io::Error::other);
        Ok(Streams { reader: Box::pin(StreamReader::new(chunks)), writer: input })
    }

    /// Whether the engine has said that memory ran out. It says so within a second; a guest whose
    /// kernel was killed may otherwise seem to run for ever.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        self.out_of_memory.load(Ordering::Relaxed)
    }

    /// Ends and removes it, and waits for that.
    pub(crate) async fn remove(mut self) -> Result<(), RunnerError> {
        self.removed = true;
        match remove(&self.docker, &self.id).await {
            Err(error) if !is_gone(&error) => Err(failed("remove a container")(error)),
            _ => Ok(()),
        }
    }

    /// Ends the container as soon as the engine says that its memory ran out.
    fn watch_memory(&self) -> JoinHandle<()> {
        let filters = HashMap::from([
            ("container".to_owned(), vec![self.id.clone()]),
            ("event".to_owned(), vec!["oom".to_owned()]),
        ]);
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        let mut events = self.docker.events(Some(options)).boxed();
        let (docker, id) = (self.docker.clone(), self.id.clone());
        let out_of_memory = Arc::clone(&self.out_of_memory);
        tokio::spawn(async move {
            if let Some(Ok(_)) = events.next().await {
                out_of_memory.store(true, Ordering::Relaxed);
                let _ = remove(&docker, &id).await;
            }
        })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Some(watcher) = &self.watcher {
            watcher.abort();
        }
        if self.removed {
            return;
        }
        let (docker, id) = (self.docker.clone(), self.id.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { remove(&docker, &id).await });
        }
    }
}

async fn remove(docker: &Docker, id: &str) -> Result<(), bollard::errors::Error> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    docker.remove_container(id, Some(options)).await
}

/// Not found, or being removed already.
fn is_gone(error: &bollard::errors::Error) -> bool {
    use bollard::errors::Error::DockerResponseServerError;
    matches!(error, DockerResponseServerError { status_code: 404 | 409, .. })
}

/// What the container is: the agent as process 1, three capabilities, no network, a root file
/// system that cannot be written, and nothing of this machine.
fn body(engine: &Engine, image: &str, limits: &Limits) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![AGENT_PATH.to_owned(), "serve".to_owned()]),
        cmd: Some(Vec::new()),
        user: Some("0:0".to_owned()),
        hostname: Some("sandbox".to_owned()),
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        tty: Some(false),
        labels: Some(HashMap::from([("lazaret.owner".to_owned(), std::process::id().to_string())])),
        host_config: Some(host_config(engine, limits)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(engine: &Engine, limits: &Limits) -> HostConfig {
    let memory = i64::try_from(limits.memory.saturating_add(OWN_MEMORY)).unwrap_or(i64::MAX);
    let scratch = |mode: &str| format!("rw,nosuid,nodev,noexec,size={},mode={mode}", limits.disk);
    let tmpfs = [("/work", "1777"), ("/tmp", "1777"), ("/dev/shm", "1777")];
    let tmpfs = tmpfs.into_iter().map(|(path, mode)| (path.to_owned(), scratch(mode)));
    let capabilities = ["SETUID", "SETGID", "KILL"];
    HostConfig {
        runtime: Some(engine.runtime.clone()),
        auto_remove: Some(true),
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(capabilities.map(str::to_owned).to_vec()),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        memory: Some(memory),
        // As much as memory means: none.
        memory_swap: Some(memory),
        pids_limit: Some(i64::from(limits.processes) + OWN_PROCESSES),
        tmpfs: Some(tmpfs.collect()),
        ipc_mode: Some("private".to_owned()),
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    }
}
