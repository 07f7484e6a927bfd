//! What the user decided, from several places, each value with where it came from.
//!
//! The table's name is the part's name, and a table is a plain struct that knows all its keys:
//! only so can an error name the file and the key. A file in the project is read by `check` alone,
//! where the project's author is trusted, and even then it cannot name programs: somebody who
//! checks a stranger's checkout must not run the stranger's commands.

mod error;
mod layers;
mod path;
mod secret;
mod show;

pub use error::ConfigError;
pub(crate) use error::suggest;
pub use layers::{DEFAULTS, Layers};
pub use lazaret_sandbox::{Size, Time};
pub(crate) use path::{RelativePathBuf, from_here};
pub use show::{schema, show};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use figment::Figment;
use figment::providers::{Format, Toml};
use figment::value::Value;
use lazaret_analysis::{Capability, Severity};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::app::{App, BuildError};
use crate::pipeline::NamedStage;
use crate::stages::command::CommandConfig;

/// All layers, merged and read.
pub struct Config {
    figment: Figment,
    top: Top,
    /// Whether the code's author is trusted.
    pub(crate) trusted: bool,
}

/// What stands above the tables of the parts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename = "configuration")]
pub struct Top {
    /// The stages, in order.
    pub pipeline: Vec<String>,
    /// What runs programs: a runner's name, or `auto`.
    pub runner: String,
    /// When the pipeline stops.
    pub gate: GateTable,
}

/// When the pipeline stops.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateTable {
    /// Findings of this severity or worse stop it.
    #[schemars(with = "SeverityName")]
    pub deny: Severity,
}

/// The severities, for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

/// The severities and `off`, for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum LevelName {
    Off,
    Low,
    Medium,
    High,
    Critical,
}

/// The capabilities, for the schema.
pub(crate) enum CapabilityName {}

impl JsonSchema for CapabilityName {
    fn schema_name() -> Cow<'static, str> {
        "CapabilityName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Capability::ALL.map(Capability::name) })
    }
}

/// The names above the tables that belong to no part.
pub(crate) const TOP_LEVEL: [&str; 5] = ["pipeline", "runner", "gate", "serve", "stages"];

/// A file that a table names, read as `T`. Its mistakes are told as those of a configuration are.
pub(crate) fn read_file<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    layers::readable(path)?;
    let figment = Figment::from(Toml::file_exact(path));
    figment.extract().map_err(|error| error::from_figment(&figment, &error, &[]))
}

impl Config {
    /// Merges the layers. Tables are read when a part asks for its own.
    pub fn load(layers: Layers) -> Result<Self, ConfigError> {
        let trusted = layers.trusted;
        let figment = layers.merge()?;
        let top = figment.extract().map_err(|error| error::from_figment(&figment, &error, &[]))?;
        Ok(Self { figment, top, trusted })
    }

    /// What stands above the tables.
    pub fn top(&self) -> &Top {
        &self.top
    }

    /// The table `name`, read as `T`. A table that nobody wrote is empty.
    pub fn table<T: DeserializeOwned>(&self, name: &str) -> Result<T, ConfigError> {
        let within: Vec<&str> = name.split('.').collect();
        let read = if self.figment.contains(name) {
            self.figment.extract_inner(name)
        } else {
            Figment::new().extract()
        };
        read.map_err(|error| error::from_figment(&self.figment, &error, &within))
    }

    /// The stage in a process of its own that is called `name`, where there is one.
    pub(crate) fn build_command(&self, name: &str) -> Result<Option<NamedStage>, ConfigError> {
        if !self.command_names().iter().any(|each| each == name) {
            return Ok(None);
        }
        let table = format!("stages.{name}");
        let command: CommandConfig = self.table(&table)?;
        let built = command.build(name).map_err(|error| self.refuse(&table, error))?;
        Ok(Some(built))
    }

    /// The names below `[stages]`.
    pub(crate) fn command_names(&self) -> Vec<String> {
        let names = |value: Value| value.into_dict().map(|dict| dict.into_keys().collect());
        self.figment.find_value("stages").ok().and_then(names).unwrap_or_default()
    }

    /// Refuses tables that belong to no part, and stages that are written wrong.
    pub(crate) fn check_tables(&self, app: &App) -> Result<(), ConfigError> {
        let known: Vec<&str> = TOP_LEVEL
            .into_iter()
            .chain(app.stages.iter().map(|part| part.name))
            .chain(app.runners.iter().map(|part| part.name))
            .collect();
        let written: BTreeMap<String, Value> = self.figment.extract().unwrap_or_default();
        if let Some(wrong) = written.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(error::unknown_key(&self.figment, wrong, wrong, &known));
        }
        self.table::<crate::serve::ServeConfig>("serve")?;
        for name in self.command_names() {
            if known.contains(&name.as_str()) {
                let reason = format!("a part called `{name}` is built in");
                let help = Some("give the stage another name".to_owned());
                return Err(self.error(&format!("stages.{name}"), reason, help));
            }
            self.build_command(&name)?;
        }
        Ok(())
    }

    /// An error about `key`, which names the layer that set it.
    pub(crate) fn error(&self, key: &str, reason: String, help: Option<String>) -> ConfigError {
        let origin = error::origin(&self.figment, key);
        let reason = secret::hidden(reason);
        ConfigError { origin, key: key.to_owned(), reason, help, more: Vec::new() }
    }

    /// The error of a part that cannot be built from its table.
    pub(crate) fn refuse(&self, table: &str, error: BuildError) -> ConfigError {
        let key = match error.key.as_str() {
            "" => table.to_owned(),
            key => format!("{table}.{key}"),
        };
        let more = error.more.into_iter().map(|error| self.refuse(table, error)).collect();
        ConfigError { more, ..self.error(&key, error.reason, error.help) }
    }

    /// The error of a name that nothing has, with the nearest that something has.
    pub(crate) fn unknown_name(
        &self,
        key: &str,
        what: &str,
        name: &str,
        known: &[&str],
    ) -> ConfigError {
        self.error(key, format!("there is no {what} `{name}`"), Some(error::suggest(name, known)))
    }
}
