//! What a project says of itself that it needs, where it says so.
//!
//! What is written down beats what an import seems to mean. What is written down and cannot be
//! taken is refused, and told: a requirement that is left out in silence is one that nobody checks.

mod location;
mod npm;
mod package;
mod pyproject;
mod requirement;
mod requirements;
mod script;

use thiserror::Error;

use crate::dependency::normal;
use crate::survey::shortened;
use crate::{Ecosystem, Language, Marker, Span};

pub(crate) use npm::is_name;
pub use requirement::NotARequirement;
use requirement::Parsed;
pub(crate) use requirement::distribution_of;
pub(crate) use script::script;

/// Larger manifests are nobody's.
const LARGEST: usize = 1024 * 1024;

/// More requirements are nobody's.
const MOST: usize = 5000;

/// A file that says what a project needs, or the part of a program that does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The file.
    pub path: String,
    /// What it asks for.
    pub requirements: Vec<Requirement>,
    /// What it asks for and does not get.
    pub refused: Vec<Refused>,
    /// The packages that it describes itself: imports of them are the project's own.
    pub own: Vec<String>,
    /// Whether it speaks for one program alone, and is all that this program needs.
    pub is_script: bool,
}

/// One package that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Where the package comes from.
    pub ecosystem: Ecosystem,
    /// The package; of Python's, its name in the normal form.
    pub name: String,
    /// The versions that do, as written: `>=2,<3`, `^4.17.1`; empty for any.
    pub versions: String,
    /// Parts of the package that are asked for.
    pub extras: Vec<String>,
    /// The environments that it is for.
    pub marker: Option<Marker>,
    /// When it is needed.
    pub group: Group,
    /// The line that asks for it.
    pub line: usize,
    /// Its name there, or else the line.
    pub span: Span,
}

/// When something that is declared is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Always.
    Run,
    /// With an extra, or where it can be had.
    Optional,
    /// By whoever works on the project.
    Development,
}

/// What is written in a manifest and cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is written.
    pub written: String,
    /// Where the package would come from.
    pub ecosystem: Ecosystem,
    /// The package that it names, where it names one: `a` of `a @ https://example.org/a.whl`.
    pub name: Option<String>,
    /// Why not.
    pub reason: Refusal,
    /// The line.
    pub line: usize,
    /// Its name there, or else the line.
    pub span: Span,
}

/// Why something in a manifest cannot be taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// It is not a requirement of Python's.
    #[error(transparent)]
    Requirement(#[from] NotARequirement),
    /// It is not a version of npm's.
    #[error("`{0}` is no range of versions of npm's")]
    Range(String),
    /// It comes from somewhere else than a registry.
    #[error("`{0}` names a place, and not a package of a registry")]
    Place(String),
    /// It is no name that npm has.
    #[error("`{0}` is no name of a package")]
    Name(String),
    /// Of one package, there is one version.
    #[error("`{0}` is asked for twice")]
    Twice(String),
    /// The file is not what its name says.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Something in it has another form than is known.
    #[error("it is no {0}")]
    Shape(&'static str),
    /// A program has two blocks that say what it needs.
    #[error("there is more than one `# /// script` block, and only one is allowed")]
    TwoScripts,
    /// A block is not closed.
    #[error("the `# /// script` block has no end: a line with `# ///`")]
    OpenScript,
}

impl Manifest {
    /// Reads a manifest, if that is what a file of this name is.
    pub fn read(path: &str, contents: &[u8]) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let read: fn(&mut Self, &str) = match name {
            "pyproject.toml" => pyproject::read,
            "package.json" => package::read,
            _ if is_requirements(name) => requirements::read,
            _ => return None,
        };
        let mut manifest = Self { path: path.to_owned(), ..Self::default() };
        match std::str::from_utf8(contents) {
            _ if contents.len() > LARGEST => manifest.unreadable("it is larger than any", 1),
            Ok(text) => read(&mut manifest, text.trim_start_matches('\u{feff}')),
            Err(_) => manifest.unreadable("it is not UTF-8 text", 1),
        }
        let mut manifest = manifest.bounded();
        location::find(&mut manifest, std::str::from_utf8(contents).unwrap_or_default());
        Some(manifest)
    }

    /// What somebody asks for outside of any file, each as the language's tools take it: `requests>=2`,
    /// `lodash@^4`. It stands on the line of its place, and none is left out.
    pub fn of_words(ecosystem: Ecosystem, words: &[String]) -> Self {
        let is_python = ecosystem == Ecosystem::PyPi;
        let path = if is_python { "requirements.txt" } else { "package.json" };
        let mut manifest = Self { path: path.to_owned(), ..Self::default() };
        // One more is enough to be too many.
        let words = &words[..words.len().min(MOST + 1)];
        for (word, line) in words.iter().zip(1..) {
            if is_python {
                manifest.python(word, Group::Run, line);
            } else {
                package::ask(&mut manifest, word, line);
            }
        }
        let mut manifest = manifest.bounded();
        location::find(&mut manifest, &words.join("\n"));
        manifest
    }

    /// Whether a file of this name is a manifest.
    pub fn is_named(path: &str) -> bool {
        Self::read(path, b"").is_some()
    }

    /// What sort of manifest it is, by the usual name of such a file; `script` where it is a part of
    /// its program.
    pub fn kind(&self) -> &'static str {
        let name = self.path.rsplit('/').next();
        match name {
            _ if self.is_script => "script",
            Some("pyproject.toml") => "pyproject.toml",
            Some("package.json") => "package.json",
            _ => "requirements.txt",
        }
    }

    /// Where the packages come from that it asks for.
    pub fn ecosystem(&self) -> Ecosystem {
        if self.kind() == "package.json" { Ecosystem::Npm } else { Ecosystem::PyPi }
    }

    /// Whether files in this language are what it asks for packages for.
    pub fn is_for(&self, language: Language) -> bool {
        match self.ecosystem() {
            Ecosystem::PyPi => language == Language::Python,
            Ecosystem::Npm | Ecosystem::Jsr => {
                matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx)
            }
        }
    }

    /// Whether it says what this file needs: one beside it or further up does.
    pub fn speaks_for(&self, path: &str) -> bool {
        if self.is_script {
            return self.path == path;
        }
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// As it is, unless it asks for more than anybody would look at.
    fn bounded(mut self) -> Self {
        if self.requirements.len() + self.refused.len() > MOST {
            self.requirements.clear();
            self.refused.clear();
            self.unreadable(&format!("it asks for more than {MOST} packages"), 1);
        }
        self
    }

    /// Keeps a requirement of Python's, or why it is refused.
    fn python(&mut self, written: &str, group: Group, line: usize) {
        match requirement::parse(written) {
            Ok(Parsed { name, extras, versions, marker }) => self.requirements.push(Requirement {
                ecosystem: Ecosystem::PyPi,
                name: normal(&name),
                versions,
                extras,
                marker,
                group,
                line,
                span: Span::default(),
            }),
            Err(reason) => {
                self.refuse(written, reason.into(), line);
                let name = requirement::named(written).map(normal);
                self.refused.last_mut().expect("it was just refused").name = name;
            }
        }
    }

    fn refuse(&mut self, written: &str, reason: Refusal, line: usize) {
        let (written, span) = (shortened(written.trim()), Span::default());
        let ecosystem = self.ecosystem();
        self.refused.push(Refused { written, ecosystem, name: None, reason, line, span });
    }

    fn unreadable(&mut self, reason: &str, line: usize) {
        self.refuse("", Refusal::Unreadable(reason.to_owned()), line);
    }
}

/// `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`
fn is_requirements(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".txt") else { return false };
    stem.starts_with("requirements") || stem.ends_with("requirements")
}

/// The line of a byte.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
