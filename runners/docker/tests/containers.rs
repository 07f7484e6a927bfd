//! Each key of the configuration, seen at the live container.

use std::fs;

use crate::support::{bash_config, config, containers, until, warmed};
use bollard::models::{ContainerInspectResponse, HostConfig};
use lazaret_docker::{DockerConfig, DockerRunner, Processors};
use lazaret_sandbox::conformance::packages::folder;
use lazaret_sandbox::conformance::program::{bash, node, stdout};
use lazaret_sandbox::conformance::results;
use lazaret_sandbox::{Events, Interpreter, Job, Limits, Packages, Runner, Size, Status, causes};

/// The container that a configuration makes, and the runner that keeps it.
async fn live(
    label: &str,
    change: impl FnOnce(&mut DockerConfig),
) -> (DockerRunner, ContainerInspectResponse) {
    let mut config = bash_config(label);
    change(&mut config);
    let runner = warmed(config).await;
    let container = containers(label).await.pop().expect("a container");
    (runner, container)
}

async fn host_config(label: &str, change: impl FnOnce(&mut DockerConfig)) -> HostConfig {
    let (runner, container) = live(label, change).await;
    runner.close().await;
    container.host_config.expect("every container has one")
}

const MIB: i64 = 1024 * 1024;

#[tokio::test]
async fn by_default_it_may_nothing() {
    let (runner, container) = live("default", |_| {}).await;
    let host = container.host_config.expect("every container has one");
    assert_eq!(host.runtime.as_deref(), Some("runsc"));
    assert_eq!(host.network_mode.as_deref(), Some("none"));
    assert_eq!(host.readonly_rootfs, Some(true));
    assert_eq!(host.cap_drop, Some(vec!["ALL".to_owned()]));
    assert_eq!(host.cap_add, Some(["SETUID", "SETGID", "KILL"].map(str::to_owned).to_vec()));
    assert_eq!(host.security_opt, Some(vec!["no-new-privileges".to_owned()]));
    assert_eq!(host.memory, Some((256 + 64 + 6 * 64) * MIB));
    assert_eq!(host.memory_swap, host.memory, "no swap");
    assert_eq!(host.pids_limit, Some(200 + 3 * 64));
    assert_eq!(host.binds.unwrap_or_default(), Vec::<String>::new());
    assert_eq!(host.privileged, Some(false));
    let tmpfs = host.tmpfs.expect("three");
    for (place, start) in [("/work", "exec"), ("/tmp", "noexec"), ("/dev/shm", "noexec")] {
        let options = tmpfs.get(place).expect("a file system in memory");
        let expected = format!("rw,nosuid,nodev,{start},size={},mode=1777", 64 * MIB);
        assert_eq!(*options, expected);
    }
    let log = host.log_config.and_then(|log| log.typ);
    assert_eq!(log.as_deref(), Some("none"));
    runner.close().await;
    until("it is gone", async || containers("default").await.is_empty()).await;
}

#[tokio::test]
async fn a_secret_of_the_job_is_nowhere_at_the_container() {
    let (runner, _) = live("secret", |config| config.warm.bash = 1).await;
    let mut program = bash("echo $TOKEN; sleep 1");
    program.job.environment.insert("TOKEN".into(), "dOnTtElL".into());
    let running = program.run(&runner);
    let looking = async {
        let mut all = Vec::new();
        for _ in 0..10 {
            all.push(format!("{:?}", containers("secret").await));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        all.concat()
    };
    let (outcome, seen) = tokio::join!(running, looking);
    assert_eq!(stdout(&outcome), "dOnTtElL\n");
    assert!(seen.contains("/.lazaret/agent") && !seen.contains("dOnTtElL"));
    runner.close().await;
}

#[tokio::test]
async fn processors_memory_swap_and_processes_are_limited() {
    let host = host_config("limits", |config| {
        (config.cpus, config.swap) = (Processors::try_from(0.5).ok(), Some(Size(32 * 1024 * 1024)));
    });
    let host = host.await;
    assert_eq!(host.nano_cpus, Some(500_000_000));
    assert_eq!(host.memory_swap, Some((256 + 64 + 6 * 64 + 32) * MIB));
}

#[tokio::test]
async fn limits_of_another_size_make_a_container_of_that_size() {
    let config = bash_config("own-limits");
    let runner = DockerRunner::new(DockerConfig {
        warm: lazaret_docker::Warm { python: 0, node: 0, bash: 0, ahead: 0 },
        ..config
    });
    let program = bash("sleep 1")
        .limit(|limits| (limits.memory, limits.processes, limits.disk) = (100 << 20, 10, 1 << 20));
    let running = program.run(&runner);
    let looking = async {
        let mut found = None;
        until("it is there", async || {
            found = containers("own-limits").await.pop();
            found.is_some()
        })
        .await;
        found.and_then(|container| container.host_config).expect("every container has one")
    };
    let (outcome, host) = tokio::join!(running, looking);
    assert_eq!(outcome.status, Status::Success);
    assert_eq!(host.memory, Some((128 + 64 + 6 * 16) * MIB));
    assert_eq!(host.pids_limit, Some(200 + 3 * 16));
    assert!(host.tmpfs.expect("three").values().all(|options| options.contains("size=16777216")));
    runner.close().await;
}

#[tokio::test]
async fn another_runtime_network_and_a_root_that_can_be_written_to() {
    let host = host_config("other", |config| {
        config.runtime = "runc".into();
        (config.network, config.read_only) = ("host".into(), false);
    });
    let host = host.await;
    assert_eq!(host.runtime.as_deref(), Some("runc"));
    assert_eq!(host.network_mode.as_deref(), Some("host"));
    assert_eq!(host.readonly_rootfs, Some(false));
}

#[tokio::test]
async fn profiles_labels_and_user_namespaces_are_the_configurations() {
    let host = host_config("profiles", |config| {
        (config.apparmor, config.selinux) = ("unconfined".into(), "disable".into());
        (config.userns, config.capabilities) = ("host".into(), vec!["CHOWN".into()]);
    });
    let host = host.await;
    let security = host.security_opt.expect("some");
    assert!(security.contains(&"apparmor=unconfined".to_owned()), "{security:?}");
    assert!(security.contains(&"label=disable".to_owned()), "{security:?}");
    assert_eq!(host.userns_mode.as_deref(), Some("host"));
    assert!(host.cap_add.expect("some").contains(&"CHOWN".to_owned()));
}

/// The profile is more than a label: what it refuses, it refuses to the program.
#[tokio::test]
async fn a_profile_of_system_calls_from_a_file_holds() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("profile.json");
    let profile = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
        [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}"#;
    fs::write(&path, profile).expect("written");
    let (runner, container) = live("seccomp", |config| config.seccomp = Some(path)).await;
    let security = container.host_config.and_then(|host| host.security_opt).expect("some");
    assert!(security.iter().any(|option| option.contains("mkdirat")), "{security:?}");
    let outcome = bash("mkdir /tmp/a 2>&1").end(&runner, Status::ProgramError).await;
    assert!(stdout(&outcome).contains("not permitted"), "{}", stdout(&outcome));
    runner.close().await;
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_is_an_error() {
    let config =
        DockerConfig { seccomp: Some("/nowhere.json".into()), ..bash_config("no-profile") };
    let error = bash("true").refused(&DockerRunner::new(config)).await;
    assert!(error.to_string().contains("/nowhere.json"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("docker.seccomp")), "{error:?}");
}

#[tokio::test]
async fn typescript_runs_where_the_images_node_removes_types() {
    let mut config = config();
    config.images.node = Some("lazaret-base/typescript".into());
    let runner = DockerRunner::new(config);
    results::typescript_is_run_as_it_is(&runner).await;
    runner.close().await;
}

#[tokio::test]
async fn each_language_has_the_image_that_was_named_for_it() {
    let mut config = config();
    config.images.node = Some("lazaret-base/typescript".into());
    config.labels.insert("lazaret.test".into(), "images".into());
    (config.warm.python, config.warm.node, config.warm.bash) = (1, 1, 1);
    let runner = warmed(config).await;
    let images = containers("images").await.into_iter().filter_map(|found| found.config?.image);
    let mut names: Vec<String> =
        images.map(|image| image.split(':').next().unwrap_or_default().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["lazaret/bash", "lazaret/node", "lazaret/python"]);
    // The other image with Node.js has 18.
    let version = node("console.log(process.versions.node.split('.')[0])").succeed(&runner).await;
    assert_eq!(stdout(&version), "24\n");
    runner.close().await;
}

/// The agent is in the image that is derived; another base under the same name is another image.
#[tokio::test]
async fn an_image_is_derived_once_and_again_when_its_base_changes() {
    let base = "lazaret-test/changing";
    let mut images = Vec::new();
    for version in ["one", "one", "two"] {
        rebuild(base, version);
        let (runner, container) =
            live("changing", |config| config.images.bash = Some(base.into())).await;
        images.extend(container.config.and_then(|config| config.image));
        let seen = bash("echo $(</version)").succeed(&runner).await;
        assert_eq!(stdout(&seen), format!("{version}\n"));
        runner.close().await;
    }
    assert!(images[0] == images[1] && images[1] != images[2], "{images:?}");
    docker(&["rmi", "--force", base, &images[0], &images[2]]);
}

/// What was installed for one base image does not run in a sandbox that was made of another under the same
/// name, and is ready.
#[tokio::test]
async fn packages_run_in_sandboxes_of_the_image_that_they_are_for() {
    let base = "lazaret-test/moving";
    rebuild(base, "old");
    let mut config = bash_config("moving");
    config.images.bash = Some(base.into());
    let runner = DockerRunner::with_packages(config, folder().into());
    runner.warm(&Limits::default()).await;
    let is_ready = async || runner.pools().iter().any(|pool| pool.warm == 1);
    until("a sandbox of the old image is ready", is_ready).await;
    let directory = folder().join("of-python");
    let platform = async || runner.platform(Interpreter::Bash).await.expect("the image is there");
    let for_old = platform().await;
    rebuild(base, "new");
    let run = async |platform| {
        let mut job = Job::script(Interpreter::Bash, "main.sh", "echo $(</version)");
        let directory = directory.clone();
        job.packages = Some(Packages { directory, platform, modules: Vec::new() });
        runner.run(job, Events::none()).await
    };
    let outcome = run(platform().await).await.expect("there is one of the new image");
    assert_eq!(stdout(&outcome), "new\n");
    let error = run(for_old).await.expect_err("there are none of the old one any more");
    assert!(causes(&error).contains("has just been changed"), "{error}");
    runner.close().await;
    docker(&["rmi", "--force", base]);
}

/// Makes a base image with a file in it, unless the one of this name has that.
fn rebuild(base: &str, version: &str) {
    let label =
        docker(&["images", "--quiet", "--filter", &format!("label=version={version}"), base]);
    if !label.is_empty() {
        return;
    }
    let container = docker(&["create", "lazaret-base/bash", "bash"]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("version");
    fs::write(&file, version).expect("written");
    docker(&["cp", &file.to_string_lossy(), &format!("{container}:/version")]);
    docker(&["commit", "--change", &format!("LABEL version={version}"), &container, base]);
    docker(&["rm", &container]);
}

fn docker(words: &[&str]) -> String {
    let ran = std::process::Command::new("docker").args(words).output().expect("the client");
    assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

/// Whether there is a network is seen by the program: a device beside the loopback. The engine's own
/// bridge is not there on every machine.
#[tokio::test]
async fn the_network_is_on_where_it_was_named_and_else_off() {
    let devices = async |network: &str| {
        let mut config = bash_config("network");
        (config.runtime, config.network) = ("runc".into(), network.into());
        let runner = warmed(config).await;
        let outcome = bash("while read -r device _; do echo $device; done < /proc/net/dev");
        let printed = stdout(&outcome.succeed(&runner).await);
        runner.close().await;
        printed.lines().filter(|line| line.ends_with(':')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(devices("none").await, ["lo:"]);
    let devices = devices("host").await;
    assert!(devices.len() > 1, "{devices:?}");
}
