//! The embedded runner passes the suite of all runners: with all that the machine has, with the
//! walls alone, and for an ordinary user.

use lazaret_process::{Demand, ProcessConfig, ProcessRunner};

mod with_everything {
    use super::*;

    lazaret_sandbox::conformance!(ProcessRunner::new(ProcessConfig::default()));

    #[tokio::test]
    async fn nobody_else_is_seen() {
        let runner = ProcessRunner::new(ProcessConfig::default());
        lazaret_sandbox::conformance::isolation::nobody_else_is_seen(&runner).await;
    }
}

/// No control groups and no Landlock: the agent counts by itself, and the walls are enough.
mod with_the_walls_alone {
    use super::*;

    lazaret_sandbox::conformance!(ProcessRunner::new(ProcessConfig {
        landlock: Demand::Off,
        cgroups: Demand::Off,
        ..ProcessConfig::default()
    }));
}

/// Root and an ordinary user enter the sandbox by different ways. This file runs as whoever runs
/// the tests; here it runs once more, as `nobody` where that is root.
mod as_an_ordinary_user {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use nix::unistd::geteuid;

    const NOBODY: u32 = 65534;

    #[test]
    fn the_suite_passes() {
        // Where the tests are built, another user may not be allowed to go.
        let place = tempfile::tempdir().expect("a directory");
        let program = place.path().join("conformance");
        let own = std::env::current_exe().expect("this program");
        // By another process: what other tests start here would inherit the file while it is written,
        // and a file that somebody may write to cannot be started.
        let copied = Command::new("cp").arg(own).arg(&program).status();
        assert!(copied.expect("cp").success());
        set_permissions(place.path(), Permissions::from_mode(0o755)).expect("set");
        let mut command = Command::new(program);
        command.args(["with_everything", "--test-threads=2"]).current_dir("/");
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().expect("started");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("passed"), "{told}");
    }
}
