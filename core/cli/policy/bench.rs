//! `lazaret policy bench`: what policies cost, and how often they are spared.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use lazaret_analysis::Analysis;

use crate::cli::error::CliError;
use crate::cli::{OK, check, print};
use crate::config::{Config, Layers};
use crate::stage::StageConfig;
use crate::stages::analysis::{AnalysisConfig, analyse_all};
use crate::stages::policies::{Loaded, PoliciesConfig, load};

/// What is measured.
pub(super) const WHAT: &str = "\
Fuel is about one unit an instruction, and the same on every machine and at every run: compare that.
Time is for a fresh instance and its judgement of one file, in the middle of all and at its most; the
first round, which may compile, is not counted. Files that cannot be analysed are left out.";

#[derive(Args)]
pub(in crate::cli) struct BenchArgs {
    /// Files, and directories with all the code in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How often each file is judged
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    rounds: NonZeroU32,
}

/// What one policy cost.
#[derive(Default)]
struct Cost {
    woken: usize,
    fuel: u64,
    times: Vec<Duration>,
}

/// Judges the files as `check` does here, again and again, and prints what it cost.
pub(super) fn bench(mut layers: Layers, arguments: &BenchArgs) -> Result<u8, CliError> {
    layers.project = layers.file.is_none().then(|| PathBuf::from("."));
    layers.trusted = true;
    let config = Config::load(layers)?;
    let table: PoliciesConfig = config.table(PoliciesConfig::NAME)?;
    let cache = crate::directories::cache();
    let loaded = load(&table, cache.as_deref(), true)
        .map_err(|error| config.refuse(PoliciesConfig::NAME, error))?;
    let analyses = analyses(&config, &arguments.paths)?;
    let mut costs = costs(&loaded);
    round(&loaded, &analyses, |_, _, _| {})?;
    for _ in 0..arguments.rounds.get() {
        round(&loaded, &analyses, |policy, fuel, time| {
            let cost = costs.get_mut(policy).expect("every policy that is loaded has its cost");
            cost.woken += 1;
            cost.fuel = cost.fuel.max(fuel);
            cost.times.push(time);
        })?;
    }
    let rounds = usize::try_from(arguments.rounds.get()).unwrap_or(usize::MAX);
    print(&text(&mut costs, analyses.len(), rounds))?;
    Ok(OK)
}

fn analyses(config: &Config, paths: &[PathBuf]) -> Result<Vec<Analysis>, CliError> {
    let table: AnalysisConfig = config.table(AnalysisConfig::NAME)?;
    let analyser =
        table.analyser(true).map_err(|error| config.refuse(AnalysisConfig::NAME, error))?;
    let submission = check::submission(paths, None)?;
    let read = analyse_all(&analyser, &submission.code, &submission.project);
    let read: Vec<Analysis> = read.into_iter().filter_map(Result::ok).collect();
    if read.is_empty() {
        return Err(CliError::new("cannot measure: no file could be analysed")
            .help("name files, or directories with code in them"));
    }
    Ok(read)
}

fn costs(loaded: &Loaded) -> BTreeMap<String, Cost> {
    loaded.policies.manifests().map(|manifest| (manifest.id.clone(), Cost::default())).collect()
}

/// Judges every file once. What a policy costs that fails is not what it costs.
fn round(
    loaded: &Loaded,
    analyses: &[Analysis],
    mut count: impl FnMut(&str, u64, Duration),
) -> Result<(), CliError> {
    for analysis in analyses {
        let is_asked = |manifest: &_| loaded.covers(manifest, analysis);
        for answer in loaded.policies.judge_each(analysis, is_asked) {
            if let Err(error) = answer.said {
                let help = error.help().unwrap_or_else(|| "try `lazaret check` on it".to_owned());
                return Err(CliError::caused("cannot measure", &error).help(help));
            }
            count(&answer.manifest.id, answer.fuel, answer.time);
        }
    }
    Ok(())
}

fn text(costs: &mut BTreeMap<String, Cost>, files: usize, rounds: usize) -> String {
    let width = costs.keys().map(String::len).max().unwrap_or(0).max("POLICY".len());
    let mut text = format!(
        "{:width$}  {:>6}  {:>7}  {:>12}  {:>8}  {:>8}\n",
        "POLICY", "WOKEN", "SKIPPED", "FUEL AT MOST", "TIME", "AT MOST"
    );
    for (policy, cost) in costs {
        cost.times.sort();
        let middle = cost.times.get(cost.times.len() / 2).copied().unwrap_or_default();
        let most = cost.times.last().copied().unwrap_or_default();
        // Every round wakes the same.
        let woken = cost.woken / rounds;
        let _ = writeln!(
            text,
            "{policy:width$}  {woken:>6}  {:>7}  {:>12}  {:>8}  {:>8}",
            files - woken,
            cost.fuel,
            microseconds(middle),
            microseconds(most)
        );
    }
    text
}

fn microseconds(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}
