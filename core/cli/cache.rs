//! `lazaret cache`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lazaret_packages::{Cache, CacheError};

use super::error::CliError;
use super::{FINDINGS, OK, print, print_json, tell};
use crate::config::{Config, Layers, Size};
use crate::report::cache::{self, Seen, human};
use crate::stage::StageConfig;
use crate::stages::dependencies::DependenciesConfig;

/// What is kept, and what the exit codes say.
pub(super) const CODES: &str = "\
A set is what was installed together for one request. It is kept in `dependencies.cache`
(~/.cache/lazaret/packages), up to `dependencies.cache_size`, and nothing in it ever changes.

Exit codes:
  0  it was done
  1  `verify` found a set that is not as it was installed
  2  wrong usage or configuration, or it could not be done";

#[derive(Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    command: CacheCommand,
    /// Prints sets as JSON (schemas/cache.v1.json)
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum CacheCommand {
    /// All sets, the last used first
    #[command(after_help = CODES)]
    List,
    /// What is known of a set, and all its packages with their versions and digests
    #[command(after_help = CODES)]
    Show {
        /// The set's name, or as much of it as no other set has
        name: String,
    },
    /// Removes the sets that were not used for longest, until few enough bytes are left
    #[command(after_help = CODES)]
    Prune {
        /// Bytes that may be left, such as 500MiB, in place of `dependencies.cache_size`
        size: Option<Size>,
    },
    /// Removes all sets that nobody uses
    #[command(after_help = CODES)]
    Clear,
    /// Reads every file, and removes the sets that are not as they were installed
    #[command(after_help = CODES)]
    Verify,
}

/// The folder, and what is in it.
struct Packages {
    folder: PathBuf,
    limit: u64,
    /// Nothing where nothing was ever kept.
    cache: Option<Cache>,
}

/// Does what is asked for, and prints.
pub(super) fn cache(layers: Layers, arguments: &CacheArgs) -> Result<u8, CliError> {
    let packages = Packages::open(&Config::load(layers)?)?;
    let Packages { folder, limit, .. } = &packages;
    let sets = match &arguments.command {
        CacheCommand::List => packages.list()?,
        CacheCommand::Show { name } => vec![named(packages.list()?, name)?],
        CacheCommand::Prune { size } => {
            let left = size.map_or(*limit, |size| size.0);
            Seen::all(packages.asked(|cache| cache.prune(left))?)
        }
        CacheCommand::Clear => Seen::all(packages.asked(Cache::clear)?),
        CacheCommand::Verify => {
            packages.asked(Cache::verify)?.into_iter().map(Seen::from).collect()
        }
    };
    if arguments.json {
        print_json(&cache::Cache::new(folder, *limit, &sets))?;
    } else {
        show(&arguments.command, &packages, &sets)?;
    }
    Ok(if sets.iter().any(Seen::is_damaged) { FINDINGS } else { OK })
}

impl Packages {
    fn open(config: &Config) -> Result<Self, CliError> {
        let table: DependenciesConfig = config.table(DependenciesConfig::NAME)?;
        let limit = table.cache_size();
        let folder = table.cache().ok_or_else(|| {
            CliError::new("there is no place for packages")
                .help("set `dependencies.cache` to a directory, or set HOME")
        })?;
        let cache = Cache::open_existing(&folder, limit).map_err(|error| failed(&error))?;
        Ok(Self { folder, limit, cache })
    }

    fn list(&self) -> Result<Vec<Seen>, CliError> {
        Ok(self.asked(Cache::list)?.into_iter().map(Seen::from).collect())
    }

    /// What the cache answers; nothing where there is none.
    fn asked<T: Default>(
        &self,
        ask: impl FnOnce(&Cache) -> Result<T, CacheError>,
    ) -> Result<T, CliError> {
        let answer = self.cache.as_ref().map_or_else(|| Ok(T::default()), ask);
        answer.map_err(|error| failed(&error))
    }
}

/// The set whose name begins so.
fn named(sets: Vec<Seen>, name: &str) -> Result<Seen, CliError> {
    let is_meant = |seen: &Seen| !name.is_empty() && seen.kept.record.name.starts_with(name);
    let mut meant: Vec<Seen> = sets.into_iter().filter(is_meant).collect();
    match (meant.pop(), meant.as_slice()) {
        (Some(seen), []) => Ok(seen),
        (None, _) => Err(CliError::new(format!("there is no set `{name}`"))
            .help("`lazaret cache list` tells which there are")),
        (Some(last), others) => {
            let names = others.iter().chain([&last]).map(|seen| seen.kept.record.name.as_str());
            let names: Vec<&str> = names.collect();
            Err(CliError::new(format!("several sets begin with `{name}`"))
                .help(format!("name one of them: {}", names.join(", "))))
        }
    }
}

fn show(command: &CacheCommand, packages: &Packages, sets: &[Seen]) -> Result<(), CliError> {
    let Packages { folder, limit, .. } = packages;
    let (text, summary) = match command {
        CacheCommand::List => (human::table(sets), human::kept(sets, folder, *limit)),
        CacheCommand::Show { .. } => {
            let details = |seen: &Seen| human::details(&seen.kept, folder);
            return print(&sets.iter().map(details).collect::<String>());
        }
        CacheCommand::Prune { .. } | CacheCommand::Clear => {
            (human::done(sets), human::removed(sets))
        }
        CacheCommand::Verify => (human::done(sets), human::verified(sets)),
    };
    print(&text)?;
    tell(&format!("{summary}\n"));
    Ok(())
}

fn failed(error: &CacheError) -> CliError {
    let help = error.help().unwrap_or("set `dependencies.cache` to a directory of one's own");
    CliError::caused("cannot use the cache of packages", error).help(help)
}
