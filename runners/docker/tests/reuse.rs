//! A sandbox that has served a run is, for the next run of its tenant, as good as a fresh one: the
//! suite of all runners once more, each program of it in a sandbox that another has used before; and
//! the attacks that look for what was there before.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lazaret_docker::{DockerConfig, DockerRunner, Reuse};
use lazaret_sandbox::conformance::packages::folder;
use lazaret_sandbox::conformance::program::{Program, stdout};
use lazaret_sandbox::{
    Events, Form, Interpreter, Isolation, Job, Limits, Outcome, Runner, RunnerError, Status,
};

use crate::support::config;

lazaret_sandbox::conformance!(SecondHand::new());

/// Runs each job in a sandbox that has just served another of the same kind.
struct SecondHand(DockerRunner);

impl SecondHand {
    fn new() -> Self {
        let config = DockerConfig { reuse: Reuse::Tenant, ..config() };
        Self(DockerRunner::with_packages(config, folder().into()))
    }

    /// Runs a program, and waits until its sandbox is clean, or gone.
    async fn before(&self, job: Job) {
        self.0.run(job, Events::none()).await.expect("it runs");
        while self.0.pools().iter().any(|pool| pool.leased > 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn created(&self) -> u64 {
        self.0.pools().iter().map(|pool| pool.created).sum()
    }
}

#[async_trait]
impl Runner for SecondHand {
    async fn run(&self, mut job: Job, events: Events) -> Result<Outcome, RunnerError> {
        // Jobs that run beside each other would take each other's sandbox.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        job.tenant = COUNT.fetch_add(1, Ordering::Relaxed).to_string();
        let usual = Limits::default();
        let cpu = job.limits.cpu.max(usual.cpu);
        let limits = Limits { wall: usual.wall, cpu, ..job.limits.clone() };
        let may_run = job.check("docker", Isolation::Gvisor).is_ok();
        if may_run {
            let code = if job.interpreter == Interpreter::Bash { "true" } else { "" };
            let first = Job::script(job.interpreter, "first", code);
            self.before(Job { limits, tenant: job.tenant.clone(), ..first }).await;
            // Nothing is made ahead of time, so what waits has been used, and was made clean.
            let waiting: u32 = self.0.pools().iter().map(|pool| pool.warm).sum();
            assert!(waiting >= 1, "the sandbox of the run before is gone: {:?}", self.0.pools());
        }
        self.0.run(job, events).await
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        self.0.ready().await
    }
}

/// The value of a line in an attack's head.
fn head<'a>(attack: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = attack.lines().take_while(|line| line.starts_with(['#', '/']));
    lines.find_map(|line| line.trim_start_matches(['#', '/', ' ']).strip_prefix(name))
}

fn program(path: &Path, tenant: &str) -> Program {
    let interpreter = match path.extension().and_then(|ending| ending.to_str()) {
        Some("py") => Interpreter::Python,
        Some("js") => Interpreter::Node,
        _ => Interpreter::Bash,
    };
    let code = fs::read_to_string(path).expect("an attack");
    let mut job = Job::script(interpreter, "main", &code);
    if let Some(arguments) = head(&code, "Arguments:") {
        let arguments = serde_json::from_str(arguments).expect("JSON");
        job.entry.form = Form::Main { arguments };
    }
    tenant.clone_into(&mut job.tenant);
    Program { job }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attacks_find_nothing_of_the_run_before_them_in_its_own_sandbox() {
    let attacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/attacks");
    let runner = SecondHand::new();
    let mut tried = 0;
    for entry in fs::read_dir(attacks.join("isolation")).expect("attacks") {
        let path = entry.expect("a name").path();
        let text = fs::read_to_string(&path).expect("an attack");
        let Some(companion) = head(&text, "After:") else { continue };
        let tenant = path.display().to_string();
        runner
            .before(program(&attacks.join("companions").join(companion.trim()), &tenant).job)
            .await;
        let before = runner.created();
        let outcome = program(&path, &tenant).end(&runner.0, Status::Success).await;
        assert!(!stdout(&outcome).contains("ESCAPED"), "{tenant}: {}", stdout(&outcome));
        tried += 1;
        assert_eq!(runner.created(), before, "{tenant}: it ran in another sandbox");
    }
    assert!(tried >= 5, "only {tried}");
    runner.0.close().await;
}
