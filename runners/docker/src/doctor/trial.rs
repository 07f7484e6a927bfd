//! A small container of the base image itself: it tells what it runs on, then uses more memory than
//! it may. It takes a second, and is gone afterwards.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, EventMessage, HostConfig, HostConfigLogConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, EventsOptionsBuilder,
    RemoveContainerOptionsBuilder, StartContainerOptions,
};
use futures_util::{Stream, StreamExt};
use lazaret_sandbox::Interpreter;
use tokio::time::{sleep, timeout};

use super::{Engine, leftovers};

/// What a container showed.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// The release of the kernel that it saw.
    pub(super) kernel: Option<String>,
    /// Whether its system calls were filtered.
    pub(super) filtered: bool,
    /// When the engine said that its memory ran out, counted from its start.
    pub(super) out_of_memory: Option<Duration>,
    /// Where its runtime keeps its state, which tells this engine's sandboxes from another's.
    pub(super) root: Option<String>,
    /// Whether it is gone.
    pub(super) removed: bool,
    /// Why it did not start.
    pub(super) failure: Option<Error>,
}

/// Enough for gVisor's own kernel and an interpreter, and soon used up.
const MEMORY: i64 = 96 * 1024 * 1024;

/// Host threads of gVisor count, which are 26 to 32.
const PROCESSES: i64 = 264;

/// From the start until memory has run out: under gVisor half a second. A guest whose kernel was
/// killed may seem to run for ever.
const LONGEST: Duration = Duration::from_secs(6);

/// How long the engine may take to start a container, and to remove it. It removes one in 0.2 s;
/// one that hangs takes minutes.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long after a container's end the engine may still say that its memory ran out: it promises
/// no order.
const AFTERMATH: Duration = Duration::from_millis(500);

const SHELL: &str = "\
for file in /proc/version /proc/self/status; do
  while read -r line; do echo \"$line\"; done <$file
done
kept=xxxxxxxxxxxxxxxx
while :; do kept=$kept$kept; done";

const PYTHON: &str = "\
for file in ('/proc/version', '/proc/self/status'):
    print(open(file).read(), flush=True)
kept = []
while True:
    kept.append(bytearray(b'x' * 1048576))";

impl Engine<'_> {
    /// Starts one, watches it, and removes it.
    pub(super) async fn try_container(&self, interpreter: Interpreter, image: &str) -> Trial {
        let docker = &self.docker.clone().with_timeout(PATIENCE);
        let body = self.body(interpreter, image);
        let id = match docker.create_container(None::<CreateContainerOptions>, body).await {
            Ok(created) => created.id,
            Err(error) => return Trial { failure: Some(error), removed: true, ..Trial::default() },
        };
        let mut trial = Trial::default();
        if let Ok(Err(error)) = timeout(PATIENCE + LONGEST, watch(docker, &id, &mut trial)).await {
            trial.failure = Some(error);
        }
        trial.removed = remove(docker, &id).await;
        // Each failed start of gVisor leaves processes that Docker knows nothing of any more.
        leftovers::end_processes_of(&id);
        trial
    }

    fn body(&self, interpreter: Interpreter, image: &str) -> ContainerCreateBody {
        let command = match interpreter {
            Interpreter::Python => ["python3", "-c", PYTHON],
            // Node itself needs more memory to start than the shell beside it to use up.
            Interpreter::Node => ["sh", "-c", SHELL],
            Interpreter::Bash => ["bash", "-c", SHELL],
        };
        let mut labels: HashMap<String, String> = self.config.labels.clone().into_iter().collect();
        labels.extend(self.identity.labels());
        ContainerCreateBody {
            image: Some(image.to_owned()),
            entrypoint: Some(command.map(str::to_owned).to_vec()),
            cmd: Some(Vec::new()),
            user: Some("65534:65534".to_owned()),
            attach_stdout: Some(true),
            labels: Some(labels),
            host_config: Some(host_config(&self.config.runtime)),
            ..ContainerCreateBody::default()
        }
    }
}

fn host_config(runtime: &str) -> HostConfig {
    HostConfig {
        runtime: Some(runtime.to_owned()),
        auto_remove: Some(true),
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        memory: Some(MEMORY),
        memory_swap: Some(MEMORY),
        pids_limit: Some(PROCESSES),
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    }
}

async fn watch(docker: &Docker, id: &str, trial: &mut Trial) -> Result<(), Error> {
    let options = AttachContainerOptionsBuilder::default().stdout(true).stream(true).build();
    let mut output = docker.attach_container(id, Some(options)).await?.output;
    let started = docker.start_container(id, None::<StartContainerOptions>).await;
    trial.root = leftovers::root_of(id);
    started?;
    let begun = Instant::now();
    let mut events = events(docker, id);
    let told = async {
        let mut patience = LONGEST;
        while let Ok(Some(Ok(event))) = timeout(patience, events.next()).await {
            if event.action.as_deref() == Some("oom") {
                trial.out_of_memory = Some(begun.elapsed());
                return;
            }
            patience = AFTERMATH;
        }
    };
    let mut said = Vec::new();
    let printed = async {
        while let Some(Ok(chunk)) = output.next().await {
            said.extend_from_slice(&chunk.into_bytes());
        }
    };
    // A guest that hangs is removed all the same; what it showed until then counts.
    let _ = timeout(LONGEST, async { tokio::join!(told, printed) }).await;
    trial.read(&String::from_utf8_lossy(&said));
    Ok(())
}

/// What happened to the container: that its memory ran out, and that it ended.
fn events(
    docker: &Docker,
    id: &str,
) -> impl Stream<Item = Result<EventMessage, Error>> + Unpin + use<> {
    let filters = HashMap::from([
        ("container".to_owned(), vec![id.to_owned()]),
        ("event".to_owned(), vec!["oom".to_owned(), "die".to_owned()]),
    ]);
    // From the first second of all time: nothing is asked before the stream is read, and by then it
    // may have happened. The container is new, so there is nothing older, whatever clock is right.
    let options = EventsOptionsBuilder::default().filters(&filters).since("1").build();
    docker.events(Some(options)).boxed()
}

impl Trial {
    /// Reads `/proc/version` ("Linux version 4.4.0 …") and `/proc/self/status` ("Seccomp: 2").
    fn read(&mut self, said: &str) {
        let after = |start: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(start));
            line.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned)
        };
        self.kernel = after("Linux version ");
        self.filtered = after("Seccomp:").is_some_and(|mode| mode == "2");
    }
}

/// Removes it, and waits until it is gone: the engine may be removing it already.
async fn remove(docker: &Docker, id: &str) -> bool {
    let gone = async {
        loop {
            let options = RemoveContainerOptionsBuilder::default().force(true).build();
            let removed = docker.remove_container(id, Some(options)).await;
            if let Err(Error::DockerResponseServerError { status_code: 404, .. }) = removed {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, gone).await.is_ok()
}
