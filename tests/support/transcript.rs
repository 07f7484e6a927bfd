//! What a page of documentation says to type, to write, and what is printed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{LAZARET, Place, finish, root};

/// Something that a page says to do.
pub(crate) enum Step {
    /// A block whose first line names a file: it has this text.
    Write { path: String, text: String },
    /// A line of a `console` block that begins with `$`, and what is printed.
    Run { command: String, printed: String },
}

/// What the page in this file says to do, in its order.
pub(crate) fn steps(page: &str) -> Vec<Step> {
    let page = std::fs::read_to_string(root().join(page)).unwrap();
    let mut steps = Vec::new();
    let mut rest = page.as_str();
    while let Some((_, block)) = rest.split_once("\n```") {
        let (first, block) = block.split_once('\n').expect("a block has lines");
        let (text, after) = block.split_once("```").expect("a block ends");
        match first.split_once(' ') {
            Some((_, path)) => {
                steps.push(Step::Write { path: path.to_owned(), text: text.to_owned() });
            }
            None if first == "console" => steps.extend(commands(text)),
            None => {}
        }
        rest = after;
    }
    steps
}

fn commands(block: &str) -> impl Iterator<Item = Step> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, printed))) => printed.extend([line, "\n"]),
            (None, None) => panic!("`{line}` is printed by no command"),
        }
    }
    commands.into_iter().map(|(command, printed)| Step::Run { command, printed })
}

/// Fails where `command` has not printed what the page says.
#[track_caller]
pub(crate) fn assert_printed(command: &str, expected: &str, printed: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
    };
    let is_same = are_lines(&lines(expected), &lines(printed));
    assert!(is_same, "`{command}` prints\n{printed}\nand not\n{expected}");
}

/// Whether these are the lines; `…` alone stands for any number of them.
fn are_lines(expected: &[String], printed: &[String]) -> bool {
    match expected {
        [] => printed.is_empty(),
        [any, rest @ ..] if any == "…" => {
            (0..=printed.len()).any(|skipped| are_lines(rest, &printed[skipped..]))
        }
        [first, rest @ ..] => printed
            .split_first()
            .is_some_and(|(line, after)| is_line(first, line) && are_lines(rest, after)),
    }
}

/// Whether `line` is `pattern`, where `…` stands for anything.
fn is_line(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty() || pattern.ends_with('…')
}

/// A shell in a place, for one page.
pub(crate) struct Shell<'a> {
    place: &'a Place,
    /// Where the last `cd` has led.
    folder: PathBuf,
}

impl<'a> Shell<'a> {
    pub(crate) fn new(place: &'a Place) -> Self {
        Self { place, folder: place.path().to_owned() }
    }

    /// Does what the page says, and compares.
    pub(crate) fn follow(&mut self, step: Step) {
        match step {
            Step::Write { path, text } => std::fs::write(self.folder.join(path), text).unwrap(),
            Step::Run { command, printed: expected } => {
                let printed = self.run(&command);
                assert_printed(&command, &expected, &printed);
            }
        }
    }

    /// What a command prints, as a terminal shows it.
    fn run(&mut self, command: &str) -> String {
        self.lock();
        let end = self.place.path().join(".folder");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("exec 2>&1\n{command}\npwd > '{}'", end.display()));
        let program = Path::new(LAZARET).parent().expect("it is in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{path}", program.display()));
        // What policies depend on is compiled once for all tests.
        shell.env("CARGO_TARGET_DIR", root().join("target/tests/policies"));
        shell.env("CARGO_NET_OFFLINE", "true");
        self.place.prepare(shell.current_dir(&self.folder));
        let ran = finish(&mut shell, b"");
        let folder = std::fs::read_to_string(end).unwrap();
        self.folder = folder.trim_end().into();
        ran.stdout
    }

    /// Has cargo take what this repository is built with, and ask no registry.
    fn lock(&self) {
        let lock = self.folder.join("Cargo.lock");
        if self.folder.join("Cargo.toml").exists() && !lock.exists() {
            std::fs::copy(root().join("Cargo.lock"), lock).unwrap();
        }
    }
}
