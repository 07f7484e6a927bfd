//! What somebody wants checked or run.

use std::collections::BTreeMap;
use std::sync::Arc;

use lazaret_analysis::{Ecosystem, Language, Manifest, Project, SourceFile};
use lazaret_sandbox::{Form, InputFile};

use crate::stage::Unjudged;

/// What somebody wants checked or run. Every file whose language is known is checked, whether it
/// is the entry or not; the others travel along as data.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// What is checked. Shared, because stages judge it on several threads.
    pub code: Arc<Vec<SourceFile>>,
    /// Files that should be checked, and could not be read.
    pub unread: Vec<Unjudged>,
    /// What the program finds beside its code.
    pub data: Vec<InputFile>,
    /// What says which packages the code needs: manifests that came along, and those that were found
    /// beside the code.
    pub manifests: Arc<Vec<InputFile>>,
    /// Packages that are asked for beside that, as the language's tools write them: `requests>=2`,
    /// `lodash@^4`.
    pub dependencies: Vec<String>,
    /// What else is known to exist beside the code; imports of it are local.
    pub project: Arc<Project>,
    /// How to run it; `None` where it is only checked.
    pub program: Option<Program>,
    /// Whose it is; empty where nobody says.
    pub tenant: String,
}

/// How a submission is run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The path of the file in [`Submission::code`] that is started.
    pub entry: String,
    /// Its language.
    pub language: Language,
    /// Script, or `main` with arguments.
    pub form: Form,
    /// The program's environment. May hold secrets; is never logged.
    pub environment: BTreeMap<String, String>,
    /// What it reads from standard input.
    pub stdin: Vec<u8>,
    /// What it may use at most, where the submission asks for less than the configuration grants.
    pub limits: RequestedLimits,
}

/// Limits that a submission asks for. None is ever greater than the configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestedLimits {
    /// Time on the wall clock.
    pub timeout: Option<std::time::Duration>,
    /// Memory in bytes.
    pub memory: Option<u64>,
}

/// The path of what was asked for beside the code, where manifests have one.
pub(crate) const ASKED: &str = "";

impl Submission {
    /// Sorts files into code and data by their language. `language`, where given, is that of the
    /// file `entry`, whatever its name says.
    pub fn new(files: Vec<InputFile>, entry: Option<(&str, Language)>, project: Project) -> Self {
        let mut code = Vec::new();
        let mut data = Vec::new();
        let mut project = project;
        for file in files {
            project.paths.insert(file.path.clone());
            let told = entry.filter(|(path, _)| *path == file.path).map(|(_, language)| language);
            match told.or_else(|| Language::of(&file.path, &file.contents)) {
                Some(language) => {
                    code.push(SourceFile { path: file.path, language, contents: file.contents });
                }
                None => data.push(file),
            }
        }
        let manifests = data.iter().filter(|file| Manifest::is_named(&file.path)).cloned();
        let manifests = Arc::new(manifests.collect());
        let (code, project) = (Arc::new(code), Arc::new(project));
        Self { code, data, manifests, project, ..Self::default() }
    }

    /// What was asked for beside the code, as a manifest; its path is [`ASKED`]. Who starts a Bash program
    /// can ask for nothing.
    pub(crate) fn asked(&self) -> Option<Manifest> {
        let language = self.program.as_ref()?.language;
        if self.dependencies.is_empty() || language == Language::Bash {
            return None;
        }
        let ecosystem = if language == Language::Python { Ecosystem::PyPi } else { Ecosystem::Npm };
        // Each is a line. What is one of several is refused as what it is.
        let lines = self.dependencies.iter().map(|one| one.replace(char::is_control, "\u{fffd}"));
        let manifest = Manifest::of_words(ecosystem, &lines.collect::<Vec<_>>());
        Some(Manifest { path: ASKED.into(), ..manifest })
    }

    /// What is in the file that is reported under `path`.
    pub fn contents(&self, path: &str) -> Option<&[u8]> {
        let code = self.code.iter().find(|file| file.path == path);
        let manifest = || self.manifests.iter().find(|file| file.path == path);
        code.map(|file| &file.contents[..]).or_else(|| Some(&manifest()?.contents))
    }
}
