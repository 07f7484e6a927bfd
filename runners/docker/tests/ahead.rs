//! Packages that are asked for often are imported before the next job comes.

use lazaret_docker::{DockerConfig, DockerRunner, Warm};
use lazaret_sandbox::conformance::packages::folder;
use lazaret_sandbox::{Events, Interpreter, Job, Limits, Packages, Runner, Status};

use crate::support::{config, until};

/// A program that tells whether what it imports was there before it.
fn job(code: &str) -> Job {
    let mut job = Job::script(Interpreter::Python, "main.py", code);
    job.packages = Some(Packages {
        directory: folder().join("of-python"),
        platform: String::new(),
        modules: vec!["greeting".into(), "no_such_module".into()],
    });
    job
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
    let warm = Warm { python: 0, node: 0, bash: 0, ahead: 1 };
    let runner = DockerRunner::with_packages(DockerConfig { warm, ..config() }, folder().into());
    runner.warm(&Limits::default()).await;
    for _ in 0..2 {
        assert_eq!(prints(&runner, job(TELLS)).await, "False hello from python further\n");
    }
    let ready = async || {
        let pools = runner.pools();
        pools.iter().any(|pool| pool.name.contains("greeting") && pool.warm == 1)
    };
    until("a sandbox is ready that has it imported", ready).await;
    assert_eq!(prints(&runner, job(TELLS)).await, "True hello from python further\n");
    until("there is another one", ready).await;
    // A module of its own that has the name of one that is there is what the program imports.
    let mut own = job("import greeting\nprint(greeting.words)\n");
    own.files.push(lazaret_sandbox::InputFile {
        path: "greeting.py".into(),
        contents: b"words = 'mine'".to_vec(),
    });
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
