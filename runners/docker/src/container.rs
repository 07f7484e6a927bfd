//! One container: made, spoken to, watched, and gone when nobody holds it any more.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::container::{AttachContainerResults, LogOutput};
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, RemoveContainerOptionsBuilder,
    StartContainerOptions,
};
use futures_util::{StreamExt, TryStreamExt};
use lazaret_sandbox::RunnerError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{sleep, timeout};
use tokio_util::io::StreamReader;
use tokio_util::task::TaskTracker;

use crate::engine::{Engine, Fate, failed, is_gone};

/// Reads what the agent says.
pub(crate) type Reader = Pin<Box<dyn AsyncRead + Send>>;
/// Writes what it is told.
pub(crate) type Writer = Pin<Box<dyn AsyncWrite + Send>>;

/// How long the agent may take to end by itself, and the engine to remove what has ended: a tenth of
/// a second, usually.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long the engine may take to remove a container. It takes up to 0.2 s, and three with much
/// written; an engine whose sandbox hangs takes minutes, or for ever.
const REMOVAL: Duration = Duration::from_secs(20);

/// When removing is tried again, after the time before was over or the engine refused.
const AGAIN: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_mins(1)];

/// A container that is there. Dropping it removes it in the background; should this process die
/// first, the engine closes the agent's input, the agent ends, and the engine removes the rest.
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) fate: watch::Receiver<Fate>,
    engine: Arc<Engine>,
    tasks: TaskTracker,
    /// A place among those that may be there at one time: given back when it is really gone.
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

impl Container {
    /// Makes one; nothing runs yet. Its removal will be one of `tasks`.
    pub(crate) async fn create(
        engine: &Arc<Engine>,
        body: ContainerCreateBody,
        tasks: &TaskTracker,
    ) -> Result<Self, RunnerError> {
        let created = engine.docker.create_container(None::<CreateContainerOptions>, body).await;
        let id = created.map_err(failed("create a container"))?.id;
        let fate = engine.watch(&id);
        let (engine, tasks) = (Arc::clone(engine), tasks.clone());
        Ok(Self { id, fate, engine, tasks, place: None })
    }

    /// Attaches, then starts, so that no byte is lost. What is read ends as soon as the engine says
    /// that memory ran out, or says nothing any more: a guest whose kernel was killed may otherwise
    /// seem to run for ever.
    pub(crate) async fn start(&self) -> Result<(Reader, Writer), RunnerError> {
        let docker = &self.engine.docker;
        let options =
            AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stream(true);
        let attached = docker.attach_container(&self.id, Some(options.build())).await;
        let AttachContainerResults { output, input } =
            attached.map_err(failed("attach to a container"))?;
        let started = docker.start_container(&self.id, None::<StartContainerOptions>).await;
        started.map_err(failed("start a container"))?;
        let mut fate = self.fate.clone();
        let doomed = async move {
            // An error means that nobody watches any more, and so that nobody reads.
            let _ = fate.wait_for(|fate| fate.out_of_memory || fate.lost).await;
        };
        let output = output.take_until(Box::pin(doomed));
        let chunks = output.map_ok(LogOutput::into_bytes).map_err(io::Error::other);
        Ok((Box::pin(StreamReader::new(chunks)), input))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let (engine, place) = (Arc::clone(&self.engine), self.place.take());
        let (id, mut fate) = (self.id.clone(), self.fate.clone());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let removal = async move {
            // The agent ends when nobody speaks to it any more, and the engine removes what has
            // ended: that costs the engine half of what killing costs it.
            let gone = fate.wait_for(|fate| fate.removed || fate.lost);
            if !matches!(timeout(FAREWELL, gone).await, Ok(Ok(fate)) if fate.removed) {
                remove(&engine.docker, &id).await;
            }
            engine.forget(&id);
            drop(place);
        };
        self.tasks.spawn_on(removal, &runtime);
    }
}

/// Ends and removes a container; a few times, if need be.
pub(crate) async fn remove(docker: &Docker, id: &str) {
    for pause in AGAIN {
        if try_to_remove(docker, id).await {
            return;
        }
        sleep(pause).await;
    }
    if !try_to_remove(docker, id).await {
        tracing::error!(container = id, "cannot remove a container; see `lazaret doctor`");
    }
}

async fn try_to_remove(docker: &Docker, id: &str) -> bool {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    match timeout(REMOVAL, docker.remove_container(id, Some(options))).await {
        Ok(Err(error)) if !is_gone(&error) => {
            tracing::warn!(container = id, %error, "cannot remove a container yet");
            false
        }
        Ok(_) => true,
        Err(_) => {
            tracing::warn!(container = id, "a container takes long to go");
            false
        }
    }
}
