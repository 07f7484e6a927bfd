//! The cache of packages, for people: a line for each set.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use lazaret_analysis::printable;
use lazaret_packages::{Kept, Pinned};
use lazaret_sandbox::Size;

use super::{Seen, rfc3339};
use crate::report::human::count;
use crate::report::table::{self, Side};

/// Names are shown as far as this at least, so that they stay the same while few sets come and go.
const SHORTEST: usize = 8;

/// More than this of a table's cell is for `show`.
const FEW: usize = 2;

/// All sets, a line each.
pub(crate) fn table(sets: &[Seen]) -> String {
    if sets.is_empty() {
        return String::new();
    }
    let width = width(sets);
    let row = |Seen { kept, .. }: &Seen| {
        [
            short(kept, width),
            printable(&kept.record.platform),
            packages(&kept.record.packages),
            Size(kept.record.bytes).to_string(),
            ago(kept.record.installed()),
            ago(kept.used),
            yes(kept.in_use).to_owned(),
        ]
    };
    let rows: Vec<_> = sets.iter().map(row).collect();
    let heads = ["NAME", "PLATFORM", "PACKAGES", "SIZE", "INSTALLED", "LAST USED", "IN USE"];
    text(table::lines(heads, &rows, Side::Left))
}

/// All that is known of one set.
pub(crate) fn details(Kept { record, used, in_use }: &Kept, folder: &Path) -> String {
    let time = |time| format!("{} ({})", rfc3339(time), ago(time));
    let size = format!("{} in {}", Size(record.bytes), files(record.files));
    let place = lazaret_packages::Cache::sets_in(folder).join(&record.name);
    let mut text = String::new();
    for (what, is) in [
        ("name", record.name.clone()),
        ("platform", printable(&record.platform)),
        ("size", size),
        ("installed", time(record.installed())),
        ("last used", time(*used)),
        ("in use", yes(*in_use).to_owned()),
        ("directory", printable(&place.display().to_string())),
    ] {
        let _ = writeln!(text, "{what:9}  {is}");
    }
    let rows: Vec<_> = record.packages.iter().map(row).collect();
    if !rows.is_empty() {
        let lines = table::lines(["PACKAGE", "VERSION", "DIGEST"], &rows, Side::Left);
        let _ = write!(text, "\n{}", self::text(lines));
    }
    text
}

fn row(package: &Pinned) -> [String; 3] {
    let digest = if package.hash.is_empty() { "-".to_owned() } else { printable(&package.hash) };
    [printable(&package.name), printable(&package.version), digest]
}

/// What became of sets, a line for each of which something did.
pub(crate) fn done(sets: &[Seen]) -> String {
    let width = width(sets);
    let line = |seen: &Seen| {
        let what = match (seen.is_damaged(), seen.is_removed) {
            (false, false) => "in use, stays",
            (false, true) => "removed",
            (true, false) => "damaged; in use, stays",
            (true, true) => "damaged; removed",
        };
        let Kept { record, .. } = &seen.kept;
        let size = Size(record.bytes);
        format!("{what}: {}  {}  {size}", short(&seen.kept, width), packages(&record.packages))
    };
    let is_told = |seen: &&Seen| seen.is_whole != Some(true);
    text(sets.iter().filter(is_told).map(line))
}

/// How much is kept, and where.
pub(crate) fn kept(sets: &[Seen], folder: &Path, limit: u64) -> String {
    let (folder, limit) = (printable(&folder.display().to_string()), Size(limit));
    match sets.len() {
        0 => format!("no packages are kept in `{folder}`"),
        some => format!("{}, {} of at most {limit}, in `{folder}`", count(some, "set"), size(sets)),
    }
}

/// How much was removed, and what stays.
pub(crate) fn removed(sets: &[Seen]) -> String {
    let (gone, stays): (Vec<&Seen>, Vec<&Seen>) = sets.iter().partition(|seen| seen.is_removed);
    let mut text = format!("{} removed, {}", count(gone.len(), "set"), size(gone));
    if !stays.is_empty() {
        let _ = write!(text, "; {} in use, {}", count(stays.len(), "set"), size(stays));
    }
    text
}

/// How many were read, and how many are damaged.
pub(crate) fn verified(sets: &[Seen]) -> String {
    let damaged = sets.iter().filter(|seen| seen.is_damaged()).count();
    let read = format!("{} read, {}", count(sets.len(), "set"), size(sets));
    match damaged {
        0 => format!("{read}; all are as they were installed"),
        some => format!("{read}; {some} not as installed"),
    }
}

fn size<'a>(sets: impl IntoIterator<Item = &'a Seen>) -> Size {
    Size(sets.into_iter().map(|seen| seen.kept.record.bytes).sum())
}

/// As many letters as tell all names apart.
fn width(sets: &[Seen]) -> usize {
    let mut names: Vec<&str> = sets.iter().map(|seen| seen.kept.record.name.as_str()).collect();
    names.sort_unstable();
    let common =
        |pair: &[&str]| pair[0].bytes().zip(pair[1].bytes()).take_while(|(a, b)| a == b).count();
    names.windows(2).map(|pair| common(pair) + 1).fold(SHORTEST, usize::max)
}

fn short(kept: &Kept, width: usize) -> String {
    printable(&kept.record.name.chars().take(width).collect::<String>())
}

/// The first packages, and how many more there are.
fn packages(packages: &[Pinned]) -> String {
    let first = packages.iter().take(FEW);
    let first: Vec<String> =
        first.map(|one| printable(&format!("{} {}", one.name, one.version))).collect();
    match packages.len().saturating_sub(FEW) {
        _ if first.is_empty() => "none".to_owned(),
        0 => first.join(", "),
        more => format!("{} +{more}", first.join(", ")),
    }
}

fn files(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "file")
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// For how long something has been so, in its largest unit.
fn ago(time: SystemTime) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let seconds = time.elapsed().unwrap_or(Duration::ZERO).as_secs();
    match UNITS.iter().find(|(unit, _)| seconds >= *unit) {
        Some((unit, name)) => format!("{} {name} ago", seconds / unit),
        None => "just now".to_owned(),
    }
}

fn text(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(String::new(), |text, line| text + &line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = |seconds| ago(SystemTime::now() - Duration::from_secs(seconds));
        assert_eq!(
            [told(5), told(60), told(7_300), told(200_000)],
            ["just now", "1 min ago", "2 h ago", "2 d ago"]
        );
        assert_eq!(ago(SystemTime::now() + Duration::from_mins(5)), "just now");
    }
}
