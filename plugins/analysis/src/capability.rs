//! What code is able to do: the label of every rule and of what it finds.
//!
//! The list is closed, so that a configuration can name all of it, and a reader of reports can
//! count on it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What code is able to do by something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Starts, ends or steers other programs.
    Process,
    /// Talks to other machines.
    Network,
    /// Reads files.
    #[serde(rename = "fs.read")]
    FsRead,
    /// Writes files.
    #[serde(rename = "fs.write")]
    FsWrite,
    /// Deletes files.
    #[serde(rename = "fs.delete")]
    FsDelete,
    /// Runs code that it has as data.
    DynamicCode,
    /// Loads modules by names that are data.
    DynamicImport,
    /// Reaches into the interpreter and what other code holds.
    Introspection,
    /// Makes objects of data that decides what they are.
    Deserialization,
    /// Runs machine code, or reaches into memory.
    Native,
    /// Reads or writes the environment.
    Environment,
    /// Stays, or comes back by itself.
    Persistence,
    /// Destroys what cannot be made again.
    Destruction,
    /// Uses up what the machine has.
    Resource,
    /// Hides what it does from who reads it.
    Obfuscation,
    /// Reads what is secret, or keeps secrets badly.
    Secrets,
    /// Runs what another machine sends.
    DownloadExecute,
    /// Does any of this in a way that nobody takes by accident.
    Evasion,
    /// Cannot be judged.
    NotAnalysable,
}

/// A name that no capability has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot find the capability `{name}`; there are: {}", Capability::ALL.map(Capability::name).join(", "))]
pub struct UnknownCapability {
    /// The name, as given.
    pub name: String,
}

impl Capability {
    /// Every capability there is.
    pub const ALL: [Self; 19] = [
        Self::Process,
        Self::Network,
        Self::FsRead,
        Self::FsWrite,
        Self::FsDelete,
        Self::DynamicCode,
        Self::DynamicImport,
        Self::Introspection,
        Self::Deserialization,
        Self::Native,
        Self::Environment,
        Self::Persistence,
        Self::Destruction,
        Self::Resource,
        Self::Obfuscation,
        Self::Secrets,
        Self::DownloadExecute,
        Self::Evasion,
        Self::NotAnalysable,
    ];

    /// The name in configuration, rules and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Network => "network",
            Self::FsRead => "fs.read",
            Self::FsWrite => "fs.write",
            Self::FsDelete => "fs.delete",
            Self::DynamicCode => "dynamic-code",
            Self::DynamicImport => "dynamic-import",
            Self::Introspection => "introspection",
            Self::Deserialization => "deserialization",
            Self::Native => "native",
            Self::Environment => "environment",
            Self::Persistence => "persistence",
            Self::Destruction => "destruction",
            Self::Resource => "resource",
            Self::Obfuscation => "obfuscation",
            Self::Secrets => "secrets",
            Self::DownloadExecute => "download-execute",
            Self::Evasion => "evasion",
            Self::NotAnalysable => "not-analysable",
        }
    }

    /// Whether honest programs do it for a living, and a sandbox holds those that are not honest.
    pub fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Process
                | Self::Network
                | Self::FsRead
                | Self::FsWrite
                | Self::FsDelete
                | Self::Environment
                | Self::Resource
        )
    }

    /// Whether only a rule that is named can be made to weigh less: who lowers all of it at once
    /// opens a door whose size nobody sees.
    pub fn is_guarded(self) -> bool {
        matches!(
            self,
            Self::Introspection
                | Self::Destruction
                | Self::DownloadExecute
                | Self::Evasion
                | Self::NotAnalysable
        )
    }
}

impl FromStr for Capability {
    type Err = UnknownCapability;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|capability| capability.name() == name);
        known.ok_or_else(|| UnknownCapability { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Configurations, reports and policies name them: the list changes only by additions.
    #[test]
    fn these_are_the_capabilities_and_no_other() {
        let names = Capability::ALL.map(Capability::name).join(" ");
        assert_eq!(
            names,
            "process network fs.read fs.write fs.delete dynamic-code dynamic-import introspection \
             deserialization native environment persistence destruction resource obfuscation \
             secrets download-execute evasion not-analysable"
        );
    }

    #[test]
    fn a_capability_is_written_in_data_as_it_is_called() {
        for capability in Capability::ALL {
            let written = serde_json::to_value(capability).unwrap();
            assert_eq!(written, capability.name());
            assert_eq!(capability.name().parse(), Ok(capability));
        }
        assert!("netwrok".parse::<Capability>().unwrap_err().to_string().contains("there are: "));
    }
}
