//! `lazaret policy bench --compare`: what another version of a policy costs, beside what it did.

use std::path::Path;
use std::time::Duration;

use lazaret_wasm::{Answer, Policies, PolicySource};

use super::bench::{BenchArgs, Files, cannot_measure, microseconds};
use super::compile::host;
use crate::cli::error::CliError;
use crate::cli::{FINDINGS, OK, print};
use crate::config::{Config, Layers, Size};
use crate::report::table::{self, Side};
use crate::stages::analysis;

/// A version of a policy, and what it costs.
struct Version {
    policies: Policies,
    size: u64,
    woken: usize,
    findings: usize,
    /// For all files together.
    fuel: u64,
    /// For the file that takes most.
    most_fuel: u64,
    times: Vec<Duration>,
}

/// Has both versions judge the files, and prints what that cost, side by side.
pub(super) fn compare(
    layers: Layers,
    arguments: &BenchArgs,
    files: [&Path; 2],
) -> Result<u8, CliError> {
    let [old, new] = files.map(Version::load);
    let mut versions = [old?, new?];
    let config = Config::load(layers.of_own_code())?;
    let read = Files::read(&analysis::analyser(&config)?, &arguments.paths)?;
    for version in &mut versions {
        version.count(&read)?;
    }
    // By turns: what else the machine does is there for both, and not for one of them.
    for _ in 0..arguments.rounds.get() {
        for version in &mut versions {
            version.time(&read)?;
        }
    }
    let [old, new] = &mut versions;
    print(&text(old, new))?;
    let Some(threshold) = arguments.threshold else { return Ok(OK) };
    let more = growth(old.fuel, new.fuel).max(growth(old.most_fuel, new.most_fuel));
    if more <= threshold {
        return Ok(OK);
    }
    print(&format!("\nIt takes up to {more} % more fuel, and {threshold} % are allowed.\n"))?;
    Ok(FINDINGS)
}

impl Version {
    fn load(file: &Path) -> Result<Self, CliError> {
        let source = PolicySource::from_file(file)?;
        let size = source.bytes.len() as u64;
        let mut policies = Policies::new(&host());
        policies.add(source)?;
        let (woken, findings, fuel, most_fuel) = (0, 0, 0, 0);
        Ok(Self { policies, size, woken, findings, fuel, most_fuel, times: Vec::new() })
    }

    /// Judges every file once, and all together, and counts what is the same at every run.
    fn count(&mut self, files: &Files) -> Result<(), CliError> {
        let (mut woken, mut findings, mut fuel, mut most_fuel) = (0, 0, 0, 0);
        self.judge(files, |answer, found| {
            findings += found;
            woken += 1;
            fuel += answer.fuel;
            most_fuel = answer.fuel.max(most_fuel);
        })?;
        (self.woken, self.findings, self.fuel, self.most_fuel) = (woken, findings, fuel, most_fuel);
        Ok(())
    }

    /// The same, and keeps how long each judgement took.
    fn time(&mut self, files: &Files) -> Result<(), CliError> {
        let mut times = Vec::new();
        self.judge(files, |answer, _| times.push(answer.time))?;
        self.times.extend(times);
        Ok(())
    }

    /// Hands on each judgement, and how much it found.
    fn judge(
        &self,
        files: &Files,
        mut take: impl FnMut(&Answer<'_>, usize),
    ) -> Result<(), CliError> {
        let together = files.together();
        let submission = together.submission();
        let alone = files.analyses.iter().flat_map(|file| self.policies.judge_each(file, |_| true));
        for answer in alone.chain(self.policies.judge_submission(&submission, |_, _| true)) {
            let found = answer.said.as_ref().map_err(cannot_measure)?.len();
            take(&answer, found);
        }
        Ok(())
    }
}

fn text(old: &mut Version, new: &mut Version) -> String {
    old.times.sort();
    new.times.sort();
    let median = |version: &Version| version.times.get(version.times.len() / 2).copied();
    let most = |version: &Version| version.times.last().copied();
    let number = |name: &str, old: u64, new: u64| {
        [name.to_owned(), old.to_string(), new.to_string(), ratio(old, new)]
    };
    let time = |name: &str, old: Option<Duration>, new: Option<Duration>| {
        let nanoseconds = |time: Option<Duration>| {
            time.map_or(0, |time| time.as_nanos().try_into().unwrap_or(u64::MAX))
        };
        let ratio = ratio(nanoseconds(old), nanoseconds(new));
        [name.to_owned(), microseconds(old.as_ref()), microseconds(new.as_ref()), ratio]
    };
    let size = [
        "size".to_owned(),
        Size(old.size).to_string(),
        Size(new.size).to_string(),
        ratio(old.size, new.size),
    ];
    let rows = [
        number("times it was woken", old.woken as u64, new.woken as u64),
        number("findings", old.findings as u64, new.findings as u64),
        number("fuel for all", old.fuel, new.fuel),
        number("fuel at most", old.most_fuel, new.most_fuel),
        time("time", median(old), median(new)),
        time("time at most", most(old), most(new)),
        size,
    ];
    table::lines(["", "OLD", "NEW", "NEW/OLD"], &rows, Side::Right).join("\n") + "\n"
}

/// How many times the old is the new.
#[allow(clippy::cast_precision_loss, reason = "two digits of it are shown")]
fn ratio(old: u64, new: u64) -> String {
    if old == 0 { "-".to_owned() } else { format!("{:.2}", new as f64 / old as f64) }
}

/// By how many percent the new is more, rounded up.
fn growth(old: u64, new: u64) -> u64 {
    (new.saturating_sub(old)).saturating_mul(100).div_ceil(old.max(1))
}

#[cfg(test)]
mod tests {
    use super::{growth, ratio};

    #[test]
    fn what_takes_more_has_grown_however_little_it_took() {
        assert_eq!((growth(200, 220), growth(200, 221), growth(200, 100)), (10, 11, 0));
        assert!(growth(0, 1) > 99 && growth(0, u64::MAX) > 99);
        assert_eq!((ratio(200, 221).as_str(), ratio(0, 1).as_str()), ("1.10", "-"));
    }
}
