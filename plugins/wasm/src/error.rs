//! Why a policy cannot be used, and why it could not judge.

use std::error::Error;
use std::io;
use std::time::Duration;

use lazaret_analysis::printable;
use lazaret_analysis::tree_sitter::QueryError;
use thiserror::Error;

use crate::{Manifest, SettingsProblem};

/// An error of wasmtime or of its tools, which have types of their own for it.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// A policy that cannot be used.
#[derive(Debug, Error)]
#[error("cannot load policy `{policy}`")]
pub struct LoadError {
    /// The policy, as [`crate::PolicySource::name`] has it.
    pub policy: String,
    /// Why.
    #[source]
    pub reason: Refusal,
}

impl LoadError {
    /// What the user can do.
    pub fn help(&self) -> Option<String> {
        self.reason.help()
    }
}

/// Why a policy cannot be used.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The file cannot be read.
    #[error("cannot read it")]
    Unreadable(#[source] io::Error),
    /// It is larger than a policy may be.
    #[error("it is {size} bytes long, and a policy may have {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is machine code, which is run without a check.
    #[error("it is already compiled to machine code, which cannot be checked")]
    Precompiled,
    /// It is something else.
    #[error("it is not a WebAssembly file")]
    NotWasm,
    /// It is cut off or broken.
    #[error("its WebAssembly cannot be read")]
    Malformed(#[source] Cause),
    /// A core module that does not say what its functions mean.
    #[error(
        "it is a core module without the section `component-type`, which describes its functions"
    )]
    NoContract,
    /// It wants something that a policy cannot have.
    #[error(
        "it imports `{0}`, and a policy may import nothing but `lazaret:policy/tree` and `lazaret:policy/log`"
    )]
    Import(String),
    /// It was built for another version of the contract.
    #[error("it is built for `{0}`, and this host speaks `lazaret:policy@0.1.0`")]
    Version(String),
    /// It is a component for something else.
    #[error("it does not export `{0}`")]
    MissingExport(&'static str),
    /// It cannot be compiled: it uses what is switched off, or is wrong.
    #[error("cannot compile it")]
    Compile(#[source] Cause),
    /// It was made to keep the compiler busy.
    #[error("compiling it takes more than {} s of processor time", limit.as_secs())]
    CompileTime {
        /// The limit.
        limit: Duration,
    },
    /// It was made to fill the memory, or the compiler has a mistake.
    #[error(
        "compiling it takes more than {} MiB of memory, or the compiler fails on it", limit >> 20
    )]
    CompileMemory {
        /// The limit in bytes.
        limit: u64,
    },
    /// It becomes too large.
    #[error("it becomes more than {} MiB of machine code", limit >> 20)]
    CompiledSize {
        /// The limit in bytes.
        limit: u64,
    },
    /// What compiles policies does not work.
    #[error("cannot start what compiles policies")]
    Compiler(#[source] io::Error),
    /// Its exports or imports have other types than the contract's.
    #[error("its functions do not have the types of `lazaret:policy@0.1.0`")]
    Types(#[source] Cause),
    /// It failed when it was tried.
    #[error("cannot try it")]
    Trial(#[source] Failure),
    /// What it says about itself does not hold together.
    #[error("its manifest is wrong: {0}")]
    Manifest(String),
    /// A query of its is none that tree-sitter reads.
    #[error("its query `{id}` is wrong")]
    Query {
        /// What the policy calls it.
        id: String,
        /// What is wrong with it, and where.
        #[source]
        error: QueryError,
    },
    /// Another policy has the same id.
    #[error("its id `{id}` is that of `{other}` too")]
    Duplicate {
        /// The id of both.
        id: String,
        /// The other policy, as [`crate::PolicySource::name`] has it.
        other: String,
    },
    /// It does not take its settings.
    #[error("its settings are wrong: {}", one_line(.problems))]
    Settings {
        /// What is wrong with them.
        problems: Vec<SettingsProblem>,
        /// What the policy is: it works, with other settings.
        manifest: Box<Manifest>,
    },
    /// wasmtime does not work on this machine.
    #[error("cannot set up WebAssembly on this machine")]
    Runtime(#[source] Cause),
}

impl Refusal {
    /// What the user can do.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Unreadable(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                "give this user the right to read it"
            }
            Self::Unreadable(_) => "check the path",
            Self::Precompiled => "give the .wasm that it was compiled from",
            Self::NotWasm => {
                "a policy is a .wasm file; build a Rust policy with `lazaret policy build`"
            }
            Self::Malformed(_) => "the file may be cut off; build or fetch it again",
            Self::NoContract => {
                "build it with the crate `lazaret-policy` and its attribute `policy`; `lazaret policy new` makes a policy that has both"
            }
            Self::Import(name) if name.starts_with("wasi") => {
                "build a Rust policy with `lazaret policy build`, for `wasm32-unknown-unknown`; give componentize-py `--stub-wasi`, and jco `--backend quickjs` with its WASI stubbed"
            }
            Self::Import(_) => "a policy has no other permissions; remove what needs the import",
            Self::Version(_) => {
                "build it again with this version's `lazaret policy build`; one in Rust needs this version's SDK, which `lazaret policy new` puts into a folder"
            }
            Self::MissingExport(_) => {
                "the file is a component, but no policy; export the world `lazaret:policy/lazaret-policy`"
            }
            Self::Types(_) => "build it with the contract as it is in `lazaret-policy`",
            Self::TooLarge { .. } | Self::CompiledSize { .. } => {
                "build it small and for release, as `lazaret policy build` does"
            }
            Self::CompileTime { .. } | Self::CompileMemory { .. } => {
                "no policy that somebody needs takes so much; ask who made it"
            }
            Self::Trial(Failure::Trapped { .. }) => {
                "it fails before it has said what it is: in `describe`, or in what runs before that; one in JavaScript or Python has to export `policy`, and to give every field that the contract (`build/policy.wit`) has"
            }
            Self::Trial(failure) => return failure.help(),
            _ => return None,
        };
        Some(help.to_owned())
    }
}

/// An error of another process, with its causes.
#[derive(Debug, Error)]
#[error("{what}")]
pub(crate) struct Told {
    what: String,
    source: Option<Box<Told>>,
}

impl Told {
    /// The words of an error and of its causes.
    pub(crate) fn from(error: &(dyn Error + 'static)) -> Self {
        let source = error.source().map(|cause| Box::new(Self::from(cause)));
        Self { what: error.to_string(), source }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        let all = std::iter::successors(Some(self), |told| told.source.as_deref());
        let all: Vec<&str> = all.map(|told| told.what.as_str()).collect();
        serde_json::to_vec(&all).expect("texts are JSON")
    }

    pub(crate) fn from_json(text: &[u8]) -> Self {
        let all: Vec<String> = serde_json::from_slice(text).unwrap_or_default();
        let told = all.into_iter().rev().fold(None, |source, what| {
            Some(Self { what: printable(&what), source: source.map(Box::new) })
        });
        told.unwrap_or(Self { what: "it did not say why".to_owned(), source: None })
    }
}

fn one_line(problems: &[SettingsProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A policy that could not judge a file. It never stands for "nothing found".
#[derive(Debug, Error)]
#[error("cannot judge {} by policy `{policy}`", subject(.path))]
pub struct PolicyError {
    /// The policy's id.
    pub policy: String,
    /// The file; empty for all files together.
    pub path: String,
    /// Why.
    #[source]
    pub reason: Failure,
}

impl PolicyError {
    /// What the user can do.
    pub fn help(&self) -> Option<String> {
        self.reason.help()
    }
}

/// Why a policy could not do its work.
#[derive(Debug, Error)]
pub enum Failure {
    /// It did too much.
    #[error("it used up its {limit} units of fuel")]
    Fuel {
        /// The limit.
        limit: u64,
    },
    /// It took too long.
    #[error("it ran longer than {} ms", limit.as_millis())]
    Deadline {
        /// The limit.
        limit: Duration,
    },
    /// It wanted too much memory.
    #[error("it wanted more than {limit} bytes of memory")]
    Memory {
        /// The limit in bytes.
        limit: usize,
    },
    /// Its calls went too deep.
    #[error("its stack ran over")]
    Stack,
    /// It read too much of the tree.
    #[error("it read more than {limit} nodes of the tree")]
    Nodes {
        /// The limit.
        limit: u64,
    },
    /// Its queries asked for more than is looked for.
    #[error("its queries take more than {limit} steps, or begin too many matches at one time")]
    Query {
        /// The limit of steps in this file.
        limit: u64,
    },
    /// Its queries found too much.
    #[error("its queries have more than {limit} matches, or matches of too much text")]
    Matches {
        /// The limit.
        limit: usize,
    },
    /// It logged too much.
    #[error("it logged more than {limit} bytes")]
    Log {
        /// The limit in bytes.
        limit: usize,
    },
    /// It reported too much.
    #[error("it reported {count} findings, and {limit} are taken")]
    Findings {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A finding says too much.
    #[error("a finding of its rule `{rule}` has {size} bytes, and {limit} are taken")]
    FindingSize {
        /// The rule.
        rule: String,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A finding has a place that is outside the file, or splits a character.
    #[error(
        "a finding of its rule `{rule}` is at bytes {start}..{end}, which the file of {size} bytes does not have or which split a character"
    )]
    Span {
        /// The rule.
        rule: String,
        /// The first byte.
        start: u32,
        /// The byte after the last.
        end: u32,
        /// The file's size in bytes.
        size: usize,
    },
    /// A finding is in a file that the submission does not have.
    #[error("a finding of its rule `{rule}` is in the file of row {unit}, and there are {units}")]
    Unit {
        /// The rule.
        rule: String,
        /// The row.
        unit: u32,
        /// How many files there are.
        units: usize,
    },
    /// A finding's fix has no edits, or two of the same bytes.
    #[error("the fix of a finding of its rule `{rule}` has no edits, or two of the same bytes")]
    Fix {
        /// The rule.
        rule: String,
    },
    /// A finding has a rule that the manifest does not.
    #[error("it reported the rule `{rule}`, which is not in its manifest")]
    Rule {
        /// The rule.
        rule: String,
    },
    /// The policy says itself that it failed.
    #[error("it says: {0}")]
    Said(String),
    /// It stopped on an error of its own.
    #[error("it stopped on an error of its own{}", last_words(.log.as_ref()))]
    Trapped {
        /// What it logged last: the message of a panic.
        log: Option<String>,
        /// The trap.
        #[source]
        trap: Cause,
    },
    /// The file is larger than the contract can tell.
    #[error("the file has {0} bytes, and the contract counts to 4 GiB")]
    FileSize(usize),
    /// It was compiled when it was first needed, and that failed.
    #[error("cannot load it")]
    Load(#[source] Box<Refusal>),
}

impl Failure {
    /// What the user can do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Load(refusal) => refusal.help(),
            Self::Fuel { .. } | Self::Deadline { .. } | Self::Memory { .. } | Self::Stack => Some(
                "the policy may be caught in a loop; without it, the file can be judged".to_owned(),
            ),
            Self::Query { .. } | Self::Matches { .. } => Some(
                "a pattern that names kinds and fields of nodes takes less than one of wildcards"
                    .to_owned(),
            ),
            Self::Span { .. }
            | Self::Unit { .. }
            | Self::Fix { .. }
            | Self::Rule { .. }
            | Self::Trapped { .. } => {
                Some("this is an error in the policy; tell its author".to_owned())
            }
            _ => None,
        }
    }
}

fn subject(path: &str) -> String {
    if path.is_empty() { "the files together".to_owned() } else { format!("`{path}`") }
}

fn last_words(log: Option<&String>) -> String {
    log.map(|line| format!("; it said last: {line}")).unwrap_or_default()
}
