//! What analysis established about a file.

use crate::dependency::normal;
use crate::{Marker, Span};

/// Something that the file does or names.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What sort of thing.
    pub kind: FactKind,
    /// The resolved name: `os.system`, `child_process.exec`, or for a Bash command `rm`. What a
    /// call gives is the call: `pathlib.Path().unlink`.
    pub name: String,
    /// How sure the name is.
    pub resolution: Resolution,
    /// For a call, what it is given.
    pub arguments: Vec<Argument>,
    /// Where.
    pub span: Span,
}

/// The sorts of facts. Policies know them by [`FactKind::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// A module is loaded.
    Import,
    /// A name is called; in Bash, a command is run.
    Call,
    /// A name is read and not called: its value goes somewhere.
    Reference,
    /// A member is looked up by a name that is not known: `getattr(os, name)`. The fact's name
    /// is the object's.
    Lookup,
    /// Something is written to a member or an item of what has a name, `sys.excepthook = run`; in
    /// Bash, to a variable. The fact's argument is what is written, where it is one value.
    Assign,
    /// In Bash, one command runs what another prints: `curl | sh`. Where that is kept in a variable or
    /// a file, it is `curl > sh`; a wrapper with an interpreter that takes what is typed is
    /// `xargs starts sh`, and a function that starts itself again and again is `itself | itself`.
    Pipeline,
    /// In Bash, a file is opened: `/dev/tcp/example.org/80`.
    Redirect,
    /// A file is written, made or changed whose name is known: `open("a", "w")`. The fact's name is
    /// the file's.
    Write,
    /// A command of Bash that another language runs: `os.system("rm a")`. The fact is what it would
    /// be in Bash.
    Command,
    /// A text of some length, written out or computed. The fact's name is the text.
    Text,
}

impl FactKind {
    /// The name in the contract with policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Call => "call",
            Self::Reference => "reference",
            Self::Lookup => "lookup",
            Self::Assign => "assign",
            Self::Pipeline => "pipeline",
            Self::Redirect => "redirect",
            Self::Write => "write",
            Self::Command => "command",
            Self::Text => "string",
        }
    }
}

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// The name can stand for nothing else.
    Exact,
    /// The name most probably stands for this.
    Likely,
    /// The name as written; what it stands for is not known.
    Unknown,
}

/// What a call is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The keyword, in `shell=True`.
    pub name: Option<String>,
    /// The value as JSON, where it is a constant, or a collection of constants. Of an object or a
    /// mapping, only the members that are constants are there.
    pub literal: Option<String>,
    /// What it stands for, where it has a name of its own: `yaml.SafeLoader`. In Bash, the word
    /// without its quotes.
    pub resolved: Option<String>,
    /// As written; a long one ends in `…`.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Argument {
    /// The text that it is, where it is a constant text.
    pub fn constant_text(&self) -> Option<String> {
        serde_json::from_str(self.literal.as_deref()?).ok()
    }

    /// Whether it is one constant, and no collection.
    pub(crate) fn is_constant(&self) -> bool {
        self.literal.as_ref().is_some_and(|literal| !literal.starts_with(['[', '{']))
    }

    /// The word that it is in Bash.
    pub(crate) fn word(&self) -> &str {
        self.resolved.as_deref().unwrap_or(&self.text)
    }
}

/// A package from outside that the file imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Where such packages come from.
    pub ecosystem: Ecosystem,
    /// The name that is imported, as far as it tells packages apart: `yaml`,
    /// `google.cloud.storage`, `@scope/pkg`.
    pub name: String,
    /// The package that it comes with.
    pub package: Package,
    /// All that is imported of it, each once, as far as the file says: of `google.auth`,
    /// `google.auth.transport`; of `lodash`, `lodash/fp`.
    pub modules: Vec<String>,
    /// Whether the program needs it to run.
    pub kind: DependencyKind,
    /// Where the program needs it, if not everywhere.
    pub marker: Option<Marker>,
    /// Where it is imported first.
    pub span: Span,
}

/// Where packages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ecosystem {
    /// Python's packages.
    PyPi,
    /// JavaScript's.
    Npm,
    /// JavaScript's and TypeScript's other registry.
    Jsr,
}

impl Ecosystem {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::PyPi => "pypi",
            Self::Npm => "npm",
            Self::Jsr => "jsr",
        }
    }

    /// A package's name as its index compares it: to Python's, `Zope.Interface` and `zope-interface` are
    /// one name (PEP 503); to the others, no two are.
    pub fn normal_name(self, name: &str) -> String {
        if self == Self::PyPi { normal(name) } else { name.to_owned() }
    }
}

/// The package that an imported name comes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Package {
    /// It is this one.
    Known {
        /// Its name; of Python's, in the normal form.
        name: String,
        /// The versions that have it, where not all do.
        versions: String,
        /// How that is known.
        by: KnownBy,
        /// Packages that have it too, and are not what is meant.
        also: Vec<String>,
    },
    /// Any of these can be meant, the most used first.
    OneOf(Vec<String>),
    /// Nobody here knows. Guessing would install what a stranger has put under that name.
    Unresolved,
}

impl Package {
    /// Its name, where it is known.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Known { name, .. } => Some(name),
            Self::OneOf(_) | Self::Unresolved => None,
        }
    }
}

/// How it is known which package an imported name comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KnownBy {
    /// What is imported is the package's name.
    Name,
    /// A configuration says so.
    Configuration,
    /// A manifest asks for the package.
    Declaration,
    /// The reviewed table says so.
    Table,
    /// Its wheel ships the module.
    Wheel,
}

impl KnownBy {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Configuration => "configuration",
            Self::Declaration => "declaration",
            Self::Table => "table",
            Self::Wheel => "wheel",
        }
    }
}

/// Whether a program needs a dependency to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DependencyKind {
    /// It does.
    Required,
    /// It copes without: the import is in a `try` that catches its failure.
    Optional,
    /// Only type checkers need it.
    TypeOnly,
}
