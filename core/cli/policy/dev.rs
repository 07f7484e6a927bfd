//! `lazaret policy dev`: builds and tests a policy whenever somebody changes it.
//!
//! Each round is `policy test` in a process of its own. A change ends a build that nobody waits for any
//! more, and whatever a tool leaves behind ends with it.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::Args;
use lazaret_analysis::printable;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::language::Language;
use super::watch::Snapshot;
use crate::cli::error::CliError;
use crate::cli::{OK, print, runtime};
use crate::processes::{Group, Signals};

/// What is done, and what the exit codes say.
pub(super) const CODES: &str = "\
It runs `lazaret policy test` at the start and after every change of a file in the folder, until
Ctrl-C. What `.gitignore` says, what begins with a dot, and what is built are left alone. On a
terminal each round has the screen for itself.

What the folder says runs on this machine, as with `policy build`.

Exit codes:
  0  somebody has ended it
  2  wrong usage, or a folder without a policy";

const CLEAR: &str = "\x1b[2J\x1b[H";

#[derive(Args)]
pub(in crate::cli) struct DevArgs {
    /// The policy's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// Builds and tests the policy, again and again, until somebody ends it.
pub(super) fn dev(arguments: &DevArgs) -> Result<u8, CliError> {
    Language::of(&arguments.folder)?;
    let scratch = tempfile::tempdir()
        .map_err(|error| CliError::caused("cannot make a temporary directory", &error))?;
    let program = std::env::current_exe()
        .map_err(|error| CliError::caused("cannot tell where this program is", &error))?;
    let rounds = Rounds { folder: arguments.folder.clone(), program, scratch };
    runtime()?.block_on(async {
        tokio::select! {
            ended = ended() => ended.and_then(|()| print("\n")).map(|()| OK),
            failed = rounds.go_on() => failed.map(|never| match never {}),
        }
    })
}

/// Waits until somebody ends this: with Ctrl-C, with a signal, or with the terminal.
async fn ended() -> Result<(), CliError> {
    let cannot = |error| CliError::caused("cannot wait for signals", &error);
    let mut signals = Signals::new().map_err(cannot)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(cannot)?;
    tokio::select! {
        () = signals.next() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

struct Rounds {
    folder: PathBuf,
    /// This program, as it was called at the start: it may be another version by now.
    program: PathBuf,
    /// Where tests keep what they compile. One that is ended cannot remove it.
    scratch: TempDir,
}

impl Rounds {
    async fn go_on(&self) -> Result<Infallible, CliError> {
        let mut now = Snapshot::of(&self.folder);
        print(&self.heading(&[]))?;
        loop {
            let next = if let Some(next) = self.test_until_changed(&now).await? {
                next
            } else {
                print("\nwaiting for a change; Ctrl-C ends this\n")?;
                now.changed().await
            };
            print(&self.heading(&now.difference(&next)))?;
            now = next;
        }
    }

    /// What the folder is like after a change that came first; nothing, where the test came to its end.
    /// Afterwards none of its processes is left.
    async fn test_until_changed(&self, now: &Snapshot) -> Result<Option<Snapshot>, CliError> {
        let (mut test, _group) = self.start()?;
        tokio::select! {
            ended = test.wait() => {
                ended.map_err(|error| CliError::caused("cannot wait for the test", &error))?;
                Ok(None)
            }
            next = now.changed() => Ok(Some(next)),
        }
    }

    fn start(&self) -> Result<(Child, Group), CliError> {
        let cannot = |error| CliError::caused("cannot start `lazaret policy test`", &error);
        let mut command = Command::new(&self.program);
        command.args(["policy", "test", "--"]).arg(&self.folder).env("TMPDIR", self.scratch.path());
        command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        let test = command.spawn().map_err(cannot)?;
        let group = Group::of(&test);
        Ok((test, group))
    }

    /// What stands above a round, after a change of these files.
    fn heading(&self, changed: &[&Path]) -> String {
        let clear = if std::io::stdout().is_terminal() { CLEAR } else { "" };
        let folder = self.folder.display();
        let name = |path: &&Path| printable(&path.display().to_string());
        let changed: Vec<String> = changed.iter().map(name).collect();
        match &changed[..] {
            [] => format!("{clear}testing the policy in `{folder}`\n\n"),
            some => format!(
                "{clear}testing the policy in `{folder}` again: {} changed\n\n",
                some.join(", ")
            ),
        }
    }
}
