//! Sandboxes made ahead of time: each used once, replaced, and gone in the end.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{bash_config, containers, until, warm, warmed};
use lazaret_docker::{DockerConfig, DockerRunner, Reuse};
use lazaret_sandbox::conformance::program::{Program, bash, stdout};
use lazaret_sandbox::{Events, Runner, RunnerError, Status};

fn of_tenant(mut program: Program, tenant: &str) -> Program {
    program.job.tenant = tenant.into();
    program
}

async fn ids(label: &str) -> BTreeSet<String> {
    containers(label).await.into_iter().filter_map(|container| container.id).collect()
}

#[tokio::test]
async fn a_sandbox_serves_one_run_and_another_takes_its_place() {
    let runner = warmed(bash_config("once")).await;
    let before = ids("once").await;
    let outcome = bash("echo left > /tmp/left; echo ran").succeed(&runner).await;
    assert_eq!(stdout(&outcome), "ran\n");
    until("the used one is gone", async || ids("once").await.is_disjoint(&before)).await;
    until("there is a new one", async || warm(&runner) == 1).await;
    assert_eq!(stdout(&bash("ls /tmp").succeed(&runner).await), "");
    runner.close().await;
    until("all are gone", async || ids("once").await.is_empty()).await;
}

#[tokio::test]
async fn the_pool_says_how_it_stands() {
    let runner = warmed(bash_config("state")).await;
    bash("true").succeed(&runner).await;
    until("it is full again", async || warm(&runner) == 1).await;
    until("the used one is counted", async || runner.pools()[0].destroyed == 1).await;
    let pools = runner.pools();
    assert_eq!((pools.len(), pools[0].created, pools[0].leased), (1, 2, 0), "{pools:?}");
    assert!(pools[0].name.starts_with("bash"), "{pools:?}");
    runner.close().await;
}

/// More jobs than sandboxes: each gets one of its own, and none is made twice.
#[tokio::test]
async fn a_burst_is_served_and_makes_no_more_than_it_needs() {
    let runner = warmed(bash_config("burst")).await;
    let runs = (0..5).map(|number| {
        let code = format!("echo {number} > /tmp/mine; sleep 0.2; cat /tmp/*");
        let runner = &runner;
        async move { stdout(&bash(&code).succeed(runner).await) }
    });
    let printed = futures_util::future::join_all(runs).await;
    assert_eq!(printed, (0..5).map(|number| format!("{number}\n")).collect::<Vec<_>>());
    until("it is full again", async || warm(&runner) == 1).await;
    assert_eq!(runner.pools()[0].created, 6);
    runner.close().await;
}

#[tokio::test]
async fn lower_limits_find_a_sandbox_ready_which_holds_a_job_to_exactly_them() {
    let runner = warmed(bash_config("lower")).await;
    let disk = bash("head -c 50000000 /dev/zero > /tmp/file; sleep 5")
        .limit(|limits| limits.disk = 40 << 20);
    disk.end(&runner, Status::DiskLimit).await;
    until("it is full again", async || warm(&runner) == 1).await;
    let processes =
        bash("for each in {1..50}; do sleep 5 & done; wait").limit(|limits| limits.processes = 40);
    processes.end(&runner, Status::ProcessLimit).await;
    until("it is full again", async || warm(&runner) == 1).await;
    let memory = bash("sleep 0.1").limit(|limits| limits.memory = 200 << 20);
    memory.succeed(&runner).await;
    assert_eq!(runner.pools().len(), 1, "all of one kind: {:?}", runner.pools());
    // Files are memory, and in its container there is room for three times as much.
    let memory = bash("head -c 60000000 /dev/zero > /tmp/file; sleep 5")
        .limit(|limits| limits.memory = 48 << 20);
    memory.end(&runner, Status::MemoryLimit).await;
    runner.close().await;
}

#[tokio::test]
async fn with_reuse_as_many_are_kept_as_may_run_whatever_their_kinds() {
    let config = DockerConfig {
        reuse: Reuse::Tenant,
        max: std::num::NonZeroU32::MIN,
        ..bash_config("kinds")
    };
    let runner = warmed(config).await;
    for memory in [256, 128, 64] {
        let program = bash("true").limit(|limits| limits.memory = memory << 20);
        of_tenant(program, "one").succeed(&runner).await;
        until("it is clean", async || runner.pools().iter().all(|pool| pool.leased == 0)).await;
    }
    until("one is fresh, and one is kept", async || warm(&runner) == 2).await;
    until("the others are gone", async || ids("kinds").await.len() == 2).await;
    runner.close().await;
}

#[tokio::test]
async fn no_more_run_at_one_time_than_the_configuration_allows() {
    let config = DockerConfig { max: std::num::NonZeroU32::MIN, ..bash_config("max") };
    let runner = warmed(config).await;
    let run = || async { bash("date +%s%N; sleep 0.3; date +%s%N").succeed(&runner).await };
    let (one, two) = tokio::join!(run(), run());
    let times = |outcome: &lazaret_sandbox::Outcome| -> Vec<u128> {
        stdout(outcome).lines().map(|line| line.parse().expect("a time")).collect()
    };
    let (one, two) = (times(&one), times(&two));
    assert!(one[1] < two[0] || two[1] < one[0], "{one:?} {two:?}");
    runner.close().await;
}

#[tokio::test]
async fn a_sandbox_that_died_while_it_waited_is_not_given_away() {
    let runner = warmed(bash_config("dead")).await;
    let id = ids("dead").await.pop_first().expect("a container");
    let killed = std::process::Command::new("docker").args(["kill", &id]).output();
    assert!(killed.expect("the client").status.success());
    assert_eq!(stdout(&bash("echo ran").succeed(&runner).await), "ran\n");
    runner.close().await;
}

#[tokio::test]
async fn a_run_that_is_dropped_gives_its_sandbox_up() {
    let runner = warmed(bash_config("dropped")).await;
    let before = ids("dropped").await;
    let running = runner.run(bash("sleep 1000").job, Events::none());
    let dropped = tokio::time::timeout(Duration::from_millis(300), running).await;
    assert!(dropped.is_err());
    until("it is gone", async || ids("dropped").await.is_disjoint(&before)).await;
    runner.close().await;
}

#[tokio::test]
async fn who_closes_waits_for_what_runs_and_nothing_new_begins() {
    let runner = warmed(bash_config("close")).await;
    let running = async { bash("sleep 0.5; echo ended").succeed(&runner).await };
    let closing = async {
        until("it runs", async || runner.pools()[0].leased == 1).await;
        runner.close().await;
        assert!(ids("close").await.is_empty());
        bash("true").refused(&runner).await
    };
    let (outcome, refusal) = tokio::join!(running, closing);
    assert_eq!(stdout(&outcome), "ended\n");
    assert!(matches!(refusal, RunnerError::Closed), "{refusal:?}");
}

#[tokio::test]
async fn with_reuse_a_tenant_gets_its_own_sandbox_again_and_finds_it_clean() {
    let runner = warmed(DockerConfig { reuse: Reuse::Tenant, ..bash_config("tenant") }).await;
    let leave =
        "echo left > /tmp/left; mkdir -p a/b; chmod 000 a; (sleep 1000 & disown); echo $TOKEN";
    let mut first = of_tenant(bash(leave), "one");
    first.job.environment.insert("TOKEN".into(), "secret".into());
    assert_eq!(stdout(&first.succeed(&runner).await), "secret\n");
    until("it is clean", async || warm(&runner) == 2).await;
    let before = ids("tenant").await;
    let look = "cd /proc; echo /tmp/* /dev/shm/* /work/*; echo \"token: $TOKEN\"; \
                for each in [0-9]*; do [ $each = 1 ] || [ $each = $$ ] || echo $each; done";
    let again = of_tenant(bash(look), "one").succeed(&runner).await;
    // Its own entry, and no process but the agent and itself.
    assert_eq!(stdout(&again), "/tmp/* /dev/shm/* /work/main.sh\ntoken: \n");
    until("it is clean again", async || warm(&runner) == 2).await;
    assert_eq!(ids("tenant").await, before, "the same sandboxes");
    assert_eq!(runner.pools()[0].destroyed, 0);
    runner.close().await;
}

#[tokio::test]
async fn with_reuse_another_tenant_and_nobody_in_particular_get_their_own() {
    let runner = warmed(DockerConfig { reuse: Reuse::Tenant, ..bash_config("strangers") }).await;
    of_tenant(bash("true"), "one").succeed(&runner).await;
    until("it is clean", async || warm(&runner) == 2).await;
    of_tenant(bash("true"), "two").succeed(&runner).await;
    until("two are kept, and one is fresh", async || warm(&runner) == 3).await;
    bash("true").succeed(&runner).await;
    until("nobody's is gone", async || runner.pools()[0].destroyed == 1).await;
    runner.close().await;
}

#[tokio::test]
async fn with_reuse_what_hit_a_limit_is_not_used_again() {
    let runner = warmed(DockerConfig { reuse: Reuse::Tenant, ..bash_config("limit") }).await;
    let program = bash("sleep 1000").limit(|limits| limits.wall = Duration::from_millis(300));
    of_tenant(program, "one").end(&runner, Status::TimeLimit).await;
    until("it is gone", async || runner.pools()[0].destroyed == 1).await;
    runner.close().await;
}

/// One engine is down, and the other has a place for one program.
#[tokio::test]
async fn whoever_finds_no_place_waits_for_the_engine_that_works() {
    let hosts = ["unix:///nowhere.sock", "unix:///var/run/docker.sock"].map(str::to_owned);
    let config =
        DockerConfig { hosts: hosts.into(), max: std::num::NonZeroU32::MIN, ..bash_config("half") };
    let runner = DockerRunner::new(config);
    let run = || async { stdout(&bash("sleep 0.5; echo ran").succeed(&runner).await) };
    let ran = tokio::join!(run(), run(), run());
    assert_eq!(ran, ("ran\n".into(), "ran\n".into(), "ran\n".into()));
    runner.close().await;
}
