//! One container: made, spoken to, watched, and gone when nobody holds it any more.

use std::collections::HashSet;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

use crate::engine::{Engine, Fate, failed, is_absent};
use crate::maker::Maker;

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

/// How long until removing is tried again, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// How long the engine may take to tell that a container is gone which it has removed: it tells so
/// before it answers.
const NEWS: Duration = Duration::from_secs(5);

/// How often it is tried at most by a runner that is being closed.
const LAST_TRIES: u32 = 4;

/// The containers that a runner knows of: it holds them, or removes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Arc<Mutex<HashSet<String>>>);

impl Known {
    /// Adds a container; false if it was known.
    pub(crate) fn add(&self, id: &str) -> bool {
        self.all().insert(id.to_owned())
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.all().contains(id)
    }

    pub(crate) fn forget(&self, id: &str) {
        self.all().remove(id);
    }

    fn all(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A container that is there. Dropping it removes it in the background; should this process die
/// first, the engine closes the agent's input, the agent ends, and the engine removes the rest.
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) fate: watch::Receiver<Fate>,
    /// The image that it is made of.
    pub(crate) image: String,
    engine: Arc<Engine>,
    tasks: TaskTracker,
    known: Known,
    was_started: bool,
    /// A place among those that may be there at one time: given back when it is really gone.
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

impl Container {
    /// Makes one; nothing runs yet. Its removal will be one of the maker's tasks.
    pub(crate) async fn create(
        engine: &Arc<Engine>,
        body: ContainerCreateBody,
        maker: &Maker,
    ) -> Result<Self, RunnerError> {
        let image = body.image.clone().unwrap_or_default();
        let created = engine.docker.create_container(None::<CreateContainerOptions>, body).await;
        let id = created.map_err(failed("create a container"))?.id;
        maker.known.add(&id);
        Ok(Self {
            fate: engine.watch(&id),
            id,
            image,
            engine: Arc::clone(engine),
            tasks: maker.tasks.clone(),
            known: maker.known.clone(),
            was_started: false,
            place: None,
        })
    }

    /// Attaches, then starts, so that no byte is lost. What is read ends as soon as the engine says
    /// that memory ran out, or says nothing any more: a guest whose kernel was killed may otherwise
    /// seem to run for ever.
    pub(crate) async fn start(&mut self) -> Result<(Reader, Writer), RunnerError> {
        let docker = &self.engine.docker;
        let options =
            AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stream(true);
        let attached = docker.attach_container(&self.id, Some(options.build())).await;
        let AttachContainerResults { output, input } =
            attached.map_err(failed("attach to a container"))?;
        self.was_started = true;
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
        let (engine, tasks, known) =
            (Arc::clone(&self.engine), self.tasks.clone(), self.known.clone());
        let (id, mut fate, place) = (self.id.clone(), self.fate.clone(), self.place.take());
        let farewell = if self.was_started { FAREWELL } else { Duration::ZERO };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let removal = async move {
            // The agent ends when nobody speaks to it any more, and the engine removes what has
            // ended: that costs the engine half of what killing costs it.
            let gone = fate.wait_for(|fate| fate.removed || fate.lost);
            let was_told = matches!(timeout(farewell, gone).await, Ok(Ok(fate)) if fate.removed);
            let is_gone = was_told || remove(&engine.docker, &id, &tasks).await;
            drop(place);
            if is_gone && !was_told {
                let told = fate.wait_for(|fate| fate.removed || fate.lost);
                if timeout(NEWS, told).await.is_err() {
                    engine.hang_up();
                }
            }
            engine.forget(&id);
            known.forget(&id);
        };
        self.tasks.spawn_on(removal, &runtime);
    }
}

/// Ends and removes a container, and tries until it is gone; not for ever once `tasks` are to end.
/// Whether it is gone.
pub(crate) async fn remove(docker: &Docker, id: &str, tasks: &TaskTracker) -> bool {
    let (mut pause, longest) = AGAIN;
    for tries in 1.. {
        let Err(reason) = try_to_remove(docker, id).await else { return true };
        if tasks.is_closed() && tries >= LAST_TRIES {
            tracing::error!(container = id, reason, "cannot remove a container");
            return false;
        }
        // At first the engine may just be removing it by itself.
        if tries > 1 {
            tracing::warn!(container = id, reason, "cannot remove a container yet");
        }
        sleep(pause).await;
        pause = pause.saturating_mul(4).min(longest);
    }
    false
}

/// Fails as long as it is not gone, and be it that the engine is removing it: that can hang, too.
async fn try_to_remove(docker: &Docker, id: &str) -> Result<(), String> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    match timeout(REMOVAL, docker.remove_container(id, Some(options))).await {
        Ok(Err(error)) if !is_absent(&error) => Err(error.to_string()),
        Ok(_) => Ok(()),
        Err(_) => Err(format!("it takes more than {} seconds", REMOVAL.as_secs())),
    }
}
