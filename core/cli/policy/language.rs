//! What a policy is written in.
//!
//! The file that it is written in tells, and has the same name in every project: there is nothing
//! to configure.

use std::path::Path;

use clap::ValueEnum;
use lazaret_wasm::PolicySource;

use super::{cargo, rules, tool};
use crate::cli::error::CliError;

/// What a policy is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// With the crate `lazaret-policy`, which the folder contains
    Rust,
    /// Compiled by Zig
    C,
    /// With `QuickJS`
    #[value(alias = "javascript")]
    Js,
    /// With its interpreter
    Python,
    /// Rules without code
    Toml,
}

impl Language {
    const ALL: [Self; 5] = [Self::Rust, Self::C, Self::Js, Self::Python, Self::Toml];

    /// The language of the policy in `folder`.
    pub(super) fn of(folder: &Path) -> Result<Self, CliError> {
        let is_there = |language: &Self| folder.join(language.file()).is_file();
        let found: Vec<Self> = Self::ALL.into_iter().filter(is_there).collect();
        match found[..] {
            [language] => Ok(language),
            [] => {
                let files = Self::ALL.map(Self::file).join(", ");
                let message =
                    format!("cannot build `{}`: none of {files} is in it", folder.display());
                Err(CliError::new(message)
                    .help("name the folder of a policy; `lazaret policy new NAME` makes one"))
            }
            [one, other, ..] => {
                let message = format!(
                    "cannot build `{}`: both {} and {} are in it",
                    folder.display(),
                    one.file(),
                    other.file()
                );
                Err(CliError::new(message).help("give each policy a folder of its own"))
            }
        }
    }

    /// The policy in `folder`, compiled.
    pub(super) fn compile(self, folder: &Path) -> Result<PolicySource, CliError> {
        match self {
            Self::Rust => Ok(PolicySource::from_file(cargo::compile(folder)?)?),
            Self::C => tool::c(folder),
            Self::Js => tool::javascript(folder),
            Self::Python => tool::python(folder),
            Self::Toml => rules::compile(&folder.join(self.file())),
        }
    }

    /// What installs, in a new policy's folder, what it is compiled with.
    pub(super) fn install(self) -> Option<&'static str> {
        match self {
            // Cargo says itself what is missing, and rules need nothing.
            Self::Rust | Self::Toml => None,
            Self::C | Self::Python => {
                Some("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt")
            }
            Self::Js => Some("npm install"),
        }
    }

    /// The file that is in every project of this language, and in no other.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::C => "policy.c",
            Self::Js => "policy.js",
            Self::Python => "policy.py",
            Self::Toml => "policy.toml",
        }
    }
}
