//! An installation as a job, and what is told of it while it goes on.

use std::path::Path;

use lazaret_sandbox::{
    Entry, Event, Events, Form, InputFile, Installation, Interpreter, Job, Packages, Progress,
};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::secrets::Secrets;
use super::{Settings, Sources};
use crate::{Pinned, Record, Requirement};

/// More packages are not named to people.
const MOST_NAMES: usize = 20;

/// Lines that wait for whoever is told of them.
pub(super) const WAITING_EVENTS: usize = 16;

/// The certificates, as the installer finds them.
const CERTIFICATES: &str = "certificates.pem";

/// The version of uv, and the digests of its wheels by the machine that they are for (`uname -m`). They
/// are those that need no C library of the system's (musllinux): <https://pypi.org/project/uv/0.13.9/#files>
pub(super) const UV: [(&str, &str); 2] = [
    ("x86_64", "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25"),
    ("aarch64", "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe"),
];

/// What is installed, and so by which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Packages of Python.
    Python,
    /// Packages of JavaScript.
    Node,
    /// What installs packages of Python.
    Uv,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Uv => "uv",
        }
    }

    pub(super) fn interpreter(self) -> Interpreter {
        match self {
            Self::Python | Self::Uv => Interpreter::Python,
            Self::Node => Interpreter::Node,
        }
    }

    /// The module that its program or its trial imports.
    fn shared(self) -> (&'static str, &'static str) {
        match self {
            Self::Python | Self::Uv => ("index.py", include_str!("index.py")),
            Self::Node => ("registry.js", include_str!("registry.js")),
        }
    }

    fn program(self) -> (&'static str, &'static str) {
        match self {
            Self::Python => ("install.py", include_str!("python.py")),
            Self::Node => ("install.js", include_str!("node.js")),
            Self::Uv => ("install.py", include_str!("uv.py")),
        }
    }
}

/// What is to be installed, and for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) kind: Kind,
    pub(super) requirements: &'a [Requirement],
    /// Whose packages they are; empty where everybody may have them.
    pub(super) owner: &'a str,
    /// Who waits for them.
    pub(super) tenant: &'a str,
    pub(super) sources: &'a Sources,
    pub(super) platform: &'a str,
}

impl Order<'_> {
    /// What is installed, for people.
    pub(super) fn names(&self) -> String {
        if self.kind == Kind::Uv {
            return "`uv`".into();
        }
        if self.requirements.is_empty() {
            return format!("packages of {}", self.kind.name());
        }
        let named = self.requirements.iter().take(MOST_NAMES).map(|one| format!("`{one}`"));
        let more = self.requirements.len().saturating_sub(MOST_NAMES);
        let rest = (more > 0).then(|| format!("{more} more"));
        named.chain(rest).collect::<Vec<_>>().join(", ")
    }
}

/// The installation of an order. `into` is a directory that everybody may write to, with what answered
/// the same request before.
pub(super) fn of(
    order: &Order<'_>,
    settings: &Settings,
    (into, before): (&Path, Option<&Record>),
    tools: Option<Packages>,
) -> Job {
    let (path, code) = order.kind.program();
    let index = settings.index(order.sources);
    let (shared, shared_code) = order.kind.shared();
    let file = |path: &str, code: &str| InputFile { path: path.into(), contents: code.into() };
    let mut files = vec![file(path, code), file(shared, shared_code)];
    let mut environment = settings.environment.clone();
    if let Some(certificates) = &settings.certificates {
        files.push(InputFile { path: CERTIFICATES.into(), contents: certificates.clone() });
        for name in ["SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"] {
            environment.insert(name.into(), format!("/work/{CERTIFICATES}"));
        }
    }
    Job {
        interpreter: order.kind.interpreter(),
        files,
        entry: Entry {
            path: path.into(),
            form: Form::Main { arguments: arguments(order, settings, before) },
        },
        environment,
        packages: tools,
        installation: Some(Installation {
            platform: order.platform.to_owned(),
            into: into.to_owned(),
            sources: order.sources.find_links.clone(),
            network: index.is_some(),
        }),
        stdin: Vec::new(),
        limits: settings.limits.clone(),
        isolation: settings.isolation,
        tenant: order.tenant.to_owned(),
    }
}

/// What the program's `main` is called with.
fn arguments(
    order: &Order<'_>,
    settings: &Settings,
    before: Option<&Record>,
) -> Map<String, Value> {
    let sources = order.sources;
    let index = settings.index(sources);
    let arguments = match order.kind {
        Kind::Uv => json!({ "index": index, "wheels": Map::from_iter(UV.map(digest)) }),
        Kind::Python | Kind::Node => json!({
            "requirements": written(order.kind, order.requirements),
            "pins": written(order.kind, &sources.pins),
            "sources": { "index": index, "extra_indexes": index.map_or(&[][..], |_| &sources.extra_indexes), "find_links": sources.find_links.len() },
            "builds": settings.builds,
            "before": before.map(|record| record.packages.iter().map(parts).collect::<Vec<_>>()),
        }),
    };
    let Value::Object(arguments) = arguments else { unreachable!("both are objects") };
    arguments
}

fn parts(package: &Pinned) -> [&str; 3] {
    [&package.name, &package.version, &package.hash]
}

fn digest((machine, digest): (&str, &str)) -> (String, Value) {
    (machine.into(), digest.into())
}

/// Requirements as the installer takes them.
fn written(kind: Kind, requirements: &[Requirement]) -> Vec<Value> {
    let written = |one: &Requirement| match kind {
        Kind::Node => json!([one.name(), any_version(one.specifier())]),
        Kind::Python | Kind::Uv => one.to_string().into(),
    };
    requirements.iter().map(written).collect()
}

/// Nothing, to npm, is the version that its owner calls the latest.
fn any_version(range: &str) -> &str {
    if range.is_empty() { "*" } else { range }
}

/// Passes on what an installer says, until it says no more.
pub(super) async fn tell(mut told: mpsc::Receiver<Event>, events: &Events, secrets: &Secrets) {
    let mut line = Vec::new();
    let mut progress = Progress::default();
    while let Some(event) = told.recv().await {
        let Event::Stderr(bytes) = event else { continue };
        for byte in bytes {
            if byte == b'\n' {
                hear(&mut progress, &secrets.hidden(&String::from_utf8_lossy(&line)));
                events.offer(Event::Installing(progress.clone()));
                line.clear();
            } else if line.len() < LONGEST_LINE {
                line.push(byte);
            }
        }
    }
}

/// A line can begin with a share, as `[43%]`. That and the words hold until others come.
fn hear(progress: &mut Progress, line: &str) {
    let (percent, said) = share(line);
    let said = said.trim();
    if !said.is_empty() {
        progress.message = said.chars().take(LONGEST_TOLD).collect();
    }
    progress.percent = percent.or(progress.percent);
}

fn share(line: &str) -> (Option<u8>, &str) {
    let parts = line.strip_prefix('[').and_then(|line| line.split_once("%]"));
    let parts = parts.and_then(|(share, said)| Some((share.parse().ok()?, said)));
    match parts {
        Some((percent, said)) if percent <= 100 => (Some(percent), said),
        _ => (None, line),
    }
}

/// More of a line is not told. It is cut after secrets are hidden: of one that is cut, nobody sees that it
/// is one.
const LONGEST_TOLD: usize = 200;
/// More of a line is not even kept.
const LONGEST_LINE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::super::secrets::tests::three;
    use super::*;

    #[tokio::test]
    async fn what_is_told_of_an_installation_has_no_password_in_it() {
        let (said, told) = Events::channel(9);
        let (events, mut heard) = Events::channel(9);
        let line = format!("{} https://me:p%40ss@example.org/simple\n", "a".repeat(185));
        said.send(Event::Stderr(line.into_bytes())).await;
        drop(said);
        tell(told, &events, &three()).await;
        let message = format!("{} https://***@ex", "a".repeat(185));
        let expected = Progress { message, percent: None };
        assert_eq!(heard.recv().await, Some(Event::Installing(expected)));
    }

    #[test]
    fn shares_and_words_hold_until_others_come() {
        let mut progress = Progress::default();
        let lines = ["Resolving", "[0%] Installing", "Downloading a", "[50%] ", "[300%] b", "[x%]"];
        let told = lines.map(|line| {
            hear(&mut progress, line);
            (progress.message.clone(), progress.percent)
        });
        let expected = [
            ("Resolving", None),
            ("Installing", Some(0)),
            ("Downloading a", Some(0)),
            ("Downloading a", Some(50)),
            ("[300%] b", Some(50)),
            ("[x%]", Some(50)),
        ];
        assert_eq!(told, expected.map(|(said, percent)| (said.to_owned(), percent)));
    }
}
