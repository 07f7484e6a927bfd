//! The one way in: a file goes in, what it does comes out.

use std::collections::BTreeSet;

use crate::{Dependency, Fact, Finding, NotAnalysable, SourceFile};

/// What a file does.
#[derive(Debug)]
pub struct Analysis {
    /// What was established.
    pub facts: Vec<Fact>,
    /// What the catalogue says about it, and syntax errors, in the order of their places.
    pub findings: Vec<Finding>,
    /// The packages that it needs from outside, each once.
    pub dependencies: Vec<Dependency>,
}

/// The paths that are known to exist beside the file: imports of them are local, and never a
/// dependency.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Files, named like [`SourceFile::path`].
    pub paths: BTreeSet<String>,
}

/// Judges files by a catalogue.
#[derive(Debug, Default)]
pub struct Analyser {}

impl Analyser {
    /// Parses `file`, resolves its names, and judges what it reaches.
    pub fn analyse(&self, _file: &SourceFile, _project: &Project) -> Result<Analysis, NotAnalysable> {
        Ok(Analysis { facts: Vec::new(), findings: Vec::new(), dependencies: Vec::new() })
    }
}
