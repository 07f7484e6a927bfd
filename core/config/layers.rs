//! The layers, and how they are merged: later ones win, key by key.

use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Map};
use figment::{Figment, Metadata, Profile, Provider};

use super::ConfigError;

/// Every key with its default, and the manual.
pub const DEFAULTS: &str = include_str!("lazaret.toml");

/// Variables with our prefix that are no keys of the configuration.
const OTHER_VARIABLES: [&str; 1] = ["log"];

/// What names programs of this machine, beside the tables of runners. No file in a project sets it.
const NAMES_PROGRAMS: [&str; 2] = ["stages", "runner"];

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The file given with `--config`, in place of the user's own.
    pub file: Option<PathBuf>,
    /// The directory whose `lazaret.toml`, or that of one above it, is the project's.
    pub project: Option<PathBuf>,
    /// Whether the author of the code is trusted, as in `check`.
    pub trusted: bool,
    /// The tables of the runners that there are.
    pub runners: Vec<&'static str>,
    /// What flags set, by key: `("execution.timeout", "5s")`.
    pub flags: Vec<(&'static str, figment::value::Value)>,
}

impl Layers {
    /// For code of the user's own: its author is trusted, and the file of the project that lazaret is
    /// started in is read, unless another was named.
    #[must_use]
    pub(crate) fn of_own_code(mut self) -> Self {
        self.project = self.file.is_none().then(|| PathBuf::from("."));
        self.trusted = true;
        self
    }

    pub(super) fn merge(self) -> Result<Figment, ConfigError> {
        let mut figment = Figment::from(Named("the defaults", Toml::string(DEFAULTS)));
        if let Some(file) = self.file.or_else(user_file) {
            readable(&file)?;
            figment = figment.merge(Toml::file_exact(file));
        }
        if let Some(file) = self.project.as_deref().and_then(project_file) {
            names_no_programs(&file, &self.runners)?;
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed("LAZARET_").ignore(&OTHER_VARIABLES).split("__"));
        for (key, value) in self.flags {
            figment = figment.merge(Flag(key, value));
        }
        Ok(figment)
    }
}

/// The user's own file, where there is one.
fn user_file() -> Option<PathBuf> {
    let file = crate::directories::configuration()?.join("lazaret.toml");
    file.is_file().then_some(file)
}

/// The nearest `lazaret.toml`, at or above `directory` and not above the repository's root.
fn project_file(directory: &Path) -> Option<PathBuf> {
    let directory = directory.canonicalize().ok()?;
    for each in directory.ancestors() {
        let file = each.join("lazaret.toml");
        if file.is_file() {
            return Some(file);
        }
        if each.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Figment takes a file that is not there for an empty one; whoever named it did not.
pub(super) fn readable(file: &Path) -> Result<(), ConfigError> {
    let read = match std::fs::metadata(file) {
        // A pipe or a device may never end.
        Ok(found) if !found.is_file() => Err(std::io::Error::other("it is not a regular file")),
        _ => std::fs::read_to_string(file).map(drop),
    };
    read.map_err(|error| ConfigError {
        origin: format!("`{}`", file.display()),
        key: String::new(),
        reason: format!("cannot read it: {error}"),
        help: None,
        more: Vec::new(),
    })
}

fn names_no_programs(file: &Path, runners: &[&str]) -> Result<(), ConfigError> {
    let layer = Figment::from(Toml::file_exact(file));
    let forbidden = NAMES_PROGRAMS.iter().chain(runners).copied();
    let Some(key) = forbidden.into_iter().find(|key| layer.contains(key)) else {
        return Ok(());
    };
    Err(ConfigError {
        origin: format!("`{}`", file.display()),
        key: key.to_owned(),
        reason: "a project's file cannot say which programs run on this machine".to_owned(),
        help: Some(format!(
            "put it into your own configuration, or, if you trust the project, pass `--config {}`",
            file.display()
        )),
        more: Vec::new(),
    })
}

/// A layer under another name than its provider gives it.
struct Named<P>(&'static str, P);

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        self.1.data()
    }
}

/// One key that a flag sets.
struct Flag(&'static str, figment::value::Value);

impl Provider for Flag {
    fn metadata(&self) -> Metadata {
        Metadata::named("the command line")
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let value = figment::util::nest(self.0, self.1.clone());
        Ok(Profile::Default.collect(value.into_dict().unwrap_or_default()))
    }
}
