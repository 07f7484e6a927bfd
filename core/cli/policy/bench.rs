//! `lazaret policy bench`: what policies cost, and how often they sleep.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use lazaret_analysis::{Analyser, Analysis};
use lazaret_wasm::{Answer, PolicyError};

use super::compare;
use super::ready::{Ready, ready};
use crate::app::App;
use crate::cli::error::CliError;
use crate::cli::{OK, check, print};
use crate::config::Layers;
use crate::report::table::{self, Side};
use crate::stages::analysis::analyse_all;
use crate::stages::policies::{Loaded, Together};
use crate::submission::Submission;

/// What is measured.
pub(super) const WHAT: &str = "\
Fuel is about one unit an instruction, and the same on every machine and at every run: compare
that. Time is for a fresh instance and its judgement of one file, in the middle of all and at its
most; the first round, which may compile, is not counted. What a policy costs that judges all files
together has a line of its own. Files that cannot be analysed are left out.

With --compare, both versions judge without settings, by turns. Where the new one takes less because
it finds less, `findings` shows it, and `lazaret policy diff` tells what.

Exit codes:
  0  it is measured
  1  the new version takes more fuel than --threshold allows
  2  wrong usage or configuration, or a policy that cannot judge";

#[derive(Args)]
pub(in crate::cli) struct BenchArgs {
    /// Files, and directories with all the code in them
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How often each file is judged
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    pub(super) rounds: NonZeroU32,
    /// Measures two versions of a policy beside each other, in place of the policies of this directory
    #[arg(long, num_args = 2, value_names = ["OLD.wasm", "NEW.wasm"])]
    compare: Vec<PathBuf>,
    /// Fails where the new version takes more fuel than the old by more than this
    #[arg(long, value_name = "PERCENT", requires = "compare")]
    pub(super) threshold: Option<u64>,
}

/// Files as they are analysed, and the manifests with them.
pub(super) struct Files {
    pub(super) submission: Submission,
    pub(super) analyses: Vec<Analysis>,
}

/// What one policy cost.
#[derive(Default)]
struct Cost {
    /// How often it could have been woken: by each file, or once by all together.
    asked: usize,
    /// How often it was.
    woken: usize,
    fuel: u64,
    times: Vec<Duration>,
}

/// By the policies' ids.
type Costs = BTreeMap<String, Cost>;

/// Judges the files as `check` does here, again and again, and prints what it cost.
pub(super) fn bench(app: &App, layers: Layers, arguments: &BenchArgs) -> Result<u8, CliError> {
    if let [old, new] = &arguments.compare[..] {
        return compare::compare(layers, arguments, [old, new]);
    }
    let Ready { loaded, analyser, .. } = ready(app, layers)?;
    let files = Files::read(&analyser, &arguments.paths)?;
    let mut costs = Costs::new();
    for manifest in loaded.policies.manifests() {
        let alone = Cost { asked: files.analyses.len(), ..Cost::default() };
        costs.insert(manifest.id.clone(), alone);
        if manifest.judges_submissions {
            costs.insert(together(&manifest.id), Cost { asked: 1, ..Cost::default() });
        }
    }
    round(&loaded, &files, &mut costs, |cost, _| cost.woken += 1)?;
    for _ in 0..arguments.rounds.get() {
        round(&loaded, &files, &mut costs, |cost, answer| {
            cost.fuel = cost.fuel.max(answer.fuel);
            cost.times.push(answer.time);
        })?;
    }
    print(&text(&costs))?;
    Ok(OK)
}

/// What a policy is called where it judges all files together.
fn together(id: &str) -> String {
    format!("{id}, of all files")
}

impl Files {
    /// The files as they are analysed; those that cannot be are left out.
    pub(super) fn read(analyser: &Analyser, paths: &[PathBuf]) -> Result<Self, CliError> {
        let submission = check::submission(paths, None)?;
        let read = analyse_all(analyser, &submission.code, &submission.project);
        let read: Vec<Analysis> = read.into_iter().filter_map(Result::ok).collect();
        if read.is_empty() && submission.manifests.is_empty() {
            return Err(CliError::new("no file could be analysed")
                .help("name files, or directories with code in them"));
        }
        Ok(Self { submission, analyses: read })
    }

    pub(super) fn together(&self) -> Together<'_> {
        Together::new(&self.analyses, &self.submission.manifests, None)
    }
}

/// Judges every file once, and all together. What a policy costs that fails is not what it costs.
fn round(
    loaded: &Loaded,
    files: &Files,
    costs: &mut Costs,
    count: impl Fn(&mut Cost, &Answer<'_>),
) -> Result<(), CliError> {
    let mut take = |name: String, answer: &Answer<'_>| match &answer.said {
        Ok(_) => {
            count(costs.entry(name).or_default(), answer);
            Ok(())
        }
        Err(error) => Err(cannot_measure(error)),
    };
    for answer in files.analyses.iter().flat_map(|analysis| loaded.answers(analysis)) {
        take(answer.manifest.id.clone(), &answer)?;
    }
    for answer in loaded.answers_together(&files.together().submission()) {
        take(together(&answer.manifest.id), &answer)?;
    }
    Ok(())
}

pub(super) fn cannot_measure(error: &PolicyError) -> CliError {
    let help = error.help().unwrap_or_else(|| "try `lazaret check` on it".to_owned());
    CliError::caused("cannot measure", error).help(help)
}

fn text(costs: &Costs) -> String {
    let row = |(policy, cost): (&String, &Cost)| {
        let mut times = cost.times.clone();
        times.sort();
        [
            policy.clone(),
            cost.woken.to_string(),
            (cost.asked - cost.woken).to_string(),
            cost.fuel.to_string(),
            microseconds(times.get(times.len() / 2)),
            microseconds(times.last()),
        ]
    };
    let rows: Vec<[String; 6]> = costs.iter().map(row).collect();
    let heads = ["POLICY", "WOKEN", "SLEPT", "FUEL AT MOST", "TIME", "AT MOST"];
    table::lines(heads, &rows, Side::Right).join("\n") + "\n"
}

/// A policy that was never woken took none.
pub(super) fn microseconds(time: Option<&Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{} µs", time.as_micros()))
}
