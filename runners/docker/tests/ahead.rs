//! Packages that are asked for often are imported before the next job comes.

use std::time::Duration;

use lazaret_docker::{DockerConfig, DockerRunner, Warm};
use lazaret_sandbox::conformance::packages::folder;
use lazaret_sandbox::{Events, InputFile, Interpreter, Job, Limits, Packages, Runner, Status};

use crate::support::{config, until};

/// A program that tells whether what it imports was there before it.
fn job(code: &str) -> Job {
    let job = Job::script(Interpreter::Python, "main.py", code);
    with(job, "of-python", &["greeting", "no_such_module"])
}

fn with(mut job: Job, packages: &str, modules: &[&str]) -> Job {
    let modules = modules.iter().map(ToString::to_string).collect();
    let directory = folder().join(packages);
    job.packages = Some(Packages { directory, platform: String::new(), modules });
    job
}

fn runner() -> DockerRunner {
    let warm = Warm { python: 0, node: 0, bash: 0, ahead: 1 };
    let mut config = DockerConfig { warm, ..config() };
    // It has Node.js 24; the other has 18, which cannot import modules from where no program is.
    config.images.node = Some("lazaret-base/typescript".into());
    DockerRunner::with_packages(config, folder().into())
}

/// Whether a sandbox is ready that has this imported.
fn has_ready(runner: &DockerRunner, module: &str) -> bool {
    runner.pools().iter().any(|pool| pool.name.contains(module) && pool.warm == 1)
}

const TELLS: &str = "import sys\nahead = 'greeting' in sys.modules\nimport greeting, further\nprint(ahead, greeting.words, further.words)\n";

async fn prints(runner: &DockerRunner, job: Job) -> String {
    let outcome = runner.run(job, Events::none()).await.expect("it runs");
    let errors = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    assert_eq!(outcome.status, Status::Success, "{errors}");
    String::from_utf8(outcome.stdout.bytes).expect("text")
}

#[tokio::test]
async fn what_is_asked_for_twice_is_imported_before_the_third_job() {
    let runner = runner();
    runner.warm(&Limits::default()).await;
    for _ in 0..2 {
        assert_eq!(prints(&runner, job(TELLS)).await, "False hello from python further\n");
    }
    let ready = async || has_ready(&runner, "greeting");
    until("a sandbox is ready that has it imported", ready).await;
    assert_eq!(prints(&runner, job(TELLS)).await, "True hello from python further\n");
    until("there is another one", ready).await;
    // A module of its own that has the name of one that is there is what the program imports.
    let mut own = job("import greeting\nprint(greeting.words)\n");
    own.files.push(InputFile { path: "greeting.py".into(), contents: b"words = 'mine'".to_vec() });
    assert_eq!(prints(&runner, own).await, "mine\n");
    until("there is another one", ready).await;
    // What reads its environment when it is imported finds the program's.
    let mut with_environment = job(TELLS);
    with_environment.environment.insert("NAME".into(), "value".into());
    assert_eq!(prints(&runner, with_environment).await, "False hello from python further\n");
    // Another job sees nothing of it.
    let none = Job::script(
        Interpreter::Python,
        "main.py",
        "import sys\nprint('greeting' in sys.modules, [path for path in sys.path if 'packages/' in path])\n",
    );
    assert_eq!(prints(&runner, none).await, "False []\n");
    runner.close().await;
}

/// In both ways that there are, because a package may have something else for each.
#[tokio::test]
async fn packages_of_javascript_are_imported_and_required_before_the_third_job() {
    let runner = runner();
    runner.warm(&Limits::default()).await;
    let modules = ["modern", "@scope/part/sub"];
    let code = "const ahead = [globalThis.isModern ?? false, globalThis.isRequired ?? false];\n\
                import('modern').then(({ words }) => console.log(...ahead, words, require('@scope/part/sub').words));";
    let job = || with(Job::script(Interpreter::Node, "main.js", code), "of-node", &modules);
    for _ in 0..2 {
        let printed = prints(&runner, job()).await;
        assert_eq!(printed, "false false hello from a module hello from node\n");
    }
    until("a sandbox is ready", async || has_ready(&runner, "modern")).await;
    let printed = prints(&runner, job()).await;
    assert_eq!(printed, "true true hello from a module hello from node\n");
    until("another one is ready", async || has_ready(&runner, "modern")).await;
    // An own module of that name is what the program requires.
    let mut own = Job::script(Interpreter::Node, "main.js", "console.log(require('modern').words)");
    let path = "node_modules/modern.js".into();
    own.files.push(InputFile { path, contents: b"exports.words = 'mine'".to_vec() });
    assert_eq!(prints(&runner, with(own, "of-node", &modules)).await, "mine\n");
    runner.close().await;
}

/// Whoever publishes such a package would have sandboxes made for ever, or keep a processor busy.
#[tokio::test]
async fn what_does_not_survive_its_import_is_not_imported_ahead_again() {
    let runner = runner();
    runner.warm(&Limits::default()).await;
    let job = || {
        let job = Job::script(Interpreter::Python, "main.py", "import ends");
        with(job, "of-others", &["ends"])
    };
    let pools = || runner.pools().into_iter().filter(|pool| pool.name.contains("ends"));
    let runs = async {
        for _ in 0..3 {
            let outcome = runner.run(job(), Events::none()).await.expect("it runs");
            assert_eq!(outcome.exit_code, Some(7));
        }
    };
    // That may be over before the third has ended.
    tokio::join!(runs, until("it is tried", async || pools().next().is_some()));
    until("it is given up", async || pools().next().is_none()).await;
    for _ in 0..3 {
        runner.run(job(), Events::none()).await.expect("it runs");
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(pools().count(), 0);
    runner.close().await;
}
