//! Interpreters in unusual places, and those that cannot be used.

use std::fs;
use std::path::Path;

use lazaret_process::{Demand, ProcessConfig, ProcessRunner};
use lazaret_sandbox::conformance::program::{bash, stdout};
use lazaret_sandbox::conformance::results;
use lazaret_sandbox::{Events, Interpreter, Runner, RunnerError};

#[tokio::test]
async fn an_interpreter_elsewhere_is_shown_with_its_directory_and_nothing_beside_it() {
    let place = tempfile::tempdir().expect("a directory");
    let prefix = place.path().join("prefix");
    fs::create_dir_all(prefix.join("bin")).expect("made");
    fs::write(place.path().join("secret"), "secret").expect("written");
    let usual = ProcessRunner::new(ProcessConfig::default());
    let found = usual.interpreter(Interpreter::Bash).expect("bash is installed");
    fs::copy(found, prefix.join("bin/bash")).expect("copied");
    open_to_all(place.path());
    let config = ProcessConfig { bash: Some(prefix.join("bin/bash")), ..ProcessConfig::default() };
    let runner = ProcessRunner::new(config);
    let code =
        format!("echo $BASH; ls {}; touch {}/x; true", place.path().display(), prefix.display());
    let outcome = bash(&code).succeed(&runner).await;
    let expected = format!("{}\nprefix\n", prefix.join("bin/bash").display());
    assert_eq!(stdout(&outcome), expected);
    assert!(!prefix.join("x").exists());
}

#[tokio::test]
async fn a_script_is_no_interpreter() {
    let place = tempfile::tempdir().expect("a directory");
    let shim = place.path().join("bash");
    fs::write(&shim, "#!/bin/sh\n").expect("written");
    let runner = ProcessRunner::new(ProcessConfig { bash: Some(shim), ..ProcessConfig::default() });
    let refused = bash("true").refused(&runner).await;
    assert!(matches!(refused, RunnerError::Interpreter { .. }), "{refused}");
    assert!(refused.help().expect("a way out").contains("`process.bash`"));
}

#[tokio::test]
async fn a_demanded_part_is_there_or_nothing_runs() {
    let config = ProcessConfig { landlock: Demand::Required, ..ProcessConfig::default() };
    match ProcessRunner::new(config).run(bash("true").job, Events::none()).await {
        Ok(outcome) => assert!(outcome.isolation_parts.contains(&"landlock".to_owned())),
        Err(error) => assert!(matches!(error, RunnerError::Part { .. }), "{error}"),
    }
}

#[tokio::test]
async fn typescript_runs_where_node_removes_types() {
    let node = Path::new("/var/lib/lazaret-engine/node/bin/node");
    assert!(node.exists(), "no Node.js that runs TypeScript; run tests/engine/up");
    let config = ProcessConfig { node: Some(node.into()), ..ProcessConfig::default() };
    results::typescript_is_run_as_it_is(&ProcessRunner::new(config)).await;
}

/// Root's tests run programs as another user.
fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for path in [directory, &directory.join("prefix"), &directory.join("prefix/bin")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
    }
}
