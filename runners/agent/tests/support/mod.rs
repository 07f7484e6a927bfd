//! The agent as process 1 in a real container, spoken to over `docker run`'s own streams.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use lazaret_agent::AGENT;
use lazaret_agent::host::{Conversation, ConversationError, Preparation};
use lazaret_agent::message::Kernel;
use lazaret_sandbox::{Interpreter, Limits};
use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The scratch space of one of these containers, in bytes.
pub(crate) const DISK: u64 = 64 * 1024 * 1024;

/// A container with an agent. When it is dropped, the agent's input ends, and so does the rest.
pub(crate) struct Sandbox {
    pub(crate) conversation: Conversation<ChildStdout, ChildStdin>,
    /// The container's name.
    #[allow(dead_code, reason = "not everybody asks the engine about it")]
    pub(crate) name: String,
    _engine: Child,
    _agent: TempDir,
}

impl Sandbox {
    /// Starts one, with an interpreter that is up.
    pub(crate) async fn start(runtime: &str, interpreter: Interpreter) -> Self {
        let begun = Self::begin(runtime, interpreter).await;
        begun.unwrap_or_else(|error| panic!("{error}; is the engine up? see tests/engine/up"))
    }

    async fn begin(runtime: &str, interpreter: Interpreter) -> Result<Self, ConversationError> {
        let agent = tempfile::tempdir().expect("a directory");
        let name = name();
        let mut command = command(runtime, interpreter, agent.path(), &name);
        let mut engine = command.spawn().expect("docker is here");
        let streams = engine.stdout.take().zip(engine.stdin.take());
        let (reader, writer) = streams.expect("both were asked for");
        let executable = [interpreter.executable().to_owned()];
        let preparation = Preparation {
            walls: None,
            interpreter,
            command: &executable,
            limits: &limits(),
            kernel: if runtime == "runsc" { Kernel::Gvisor } else { Kernel::Linux },
            reused: true,
            ahead: None,
            outer_kernel: None,
        };
        let conversation = Conversation::begin(reader, writer, &preparation).await?;
        Ok(Self { conversation, name, _engine: engine, _agent: agent })
    }
}

/// What programs in these containers may use.
pub(crate) fn limits() -> Limits {
    Limits { disk: DISK, ..Limits::default() }
}

/// One that nothing else has.
fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("lazaret-agent-test-{}-{count}", std::process::id())
}

fn command(runtime: &str, interpreter: Interpreter, directory: &Path, name: &str) -> Command {
    use std::os::unix::fs::PermissionsExt;
    let program = directory.join("agent");
    std::fs::write(&program, AGENT).expect("written");
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, permissions).expect("set");
    let mut command = Command::new("docker");
    command.args(["run", "--rm", "--interactive", "--runtime", runtime, "--network=none"]);
    command.args(["--name", name]);
    command.args(["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]);
    command.args(["--cap-add=SETUID", "--cap-add=SETGID", "--cap-add=KILL", "--log-driver=none"]);
    for place in ["/work", "/tmp", "/dev/shm"] {
        command.arg(format!("--tmpfs={place}:rw,nosuid,nodev,size={DISK},mode=1777"));
    }
    command.arg(format!("--volume={}:/agent:ro", program.display()));
    command.args(["--entrypoint=/agent", &format!("lazaret-base/{}", interpreter.name()), "serve"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(false);
    command
}
