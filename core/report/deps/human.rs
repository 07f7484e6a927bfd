//! What files need, for people: a line for each package, and below it what to know of it.

use std::fmt::Write;

use lazaret_analysis::{DependencyKind, Ecosystem, Need, Note, Package, Plan, printable};

use crate::report::human::count;
use crate::report::table::{self, Side};
use crate::stage::Unjudged;

const HEADS: [&str; 5] = ["PACKAGE", "FROM", "NEEDED", "IMPORTED", "DECLARED"];

/// The table, what manifests ask for and do not get, and files that could not be read.
pub fn table(plan: &Plan, unjudged: &[Unjudged]) -> String {
    let mut text = String::new();
    if !plan.needs.is_empty() {
        let rows: Vec<[String; 5]> = plan.needs.iter().map(row).collect();
        let mut lines = table::lines(HEADS, &rows, Side::Left).into_iter();
        text.extend(lines.next().map(|heads| heads + "\n"));
        for (need, line) in plan.needs.iter().zip(lines) {
            let _ = writeln!(text, "{line}");
            for note in notes(need) {
                let _ = writeln!(text, "  note: {note}");
            }
        }
    }
    for (path, refused) in &plan.refused {
        let (path, line) = (printable(path), refused.line);
        let reason = printable(&refused.reason.to_string());
        let _ = match refused.written.as_str() {
            "" => writeln!(text, "refused: {path}:{line}: {reason}"),
            written => writeln!(text, "refused: {path}:{line}: `{}`: {reason}", printable(written)),
        };
    }
    for file in unjudged {
        let _ = writeln!(text, "cannot read `{}`: {}", printable(&file.path), file.reason);
    }
    text
}

fn row(need: &Need) -> [String; 5] {
    let package = match &need.package {
        Package::Known { name, versions, .. } => format!("{name}{versions}"),
        Package::OneOf(_) => format!("{} (which?)", need.name),
        Package::Unresolved => format!("{} (unknown)", need.name),
    };
    let kind = match need.kind {
        DependencyKind::Required => "to run",
        DependencyKind::Optional => "optional",
        DependencyKind::TypeOnly => "for types",
    };
    let imported = need.imported.iter().map(|place| (place.path.as_str(), place.line));
    let declared = need.declared.iter().map(|(path, one)| (path.as_str(), one.line));
    [
        printable(&package),
        need.ecosystem.name().to_owned(),
        kind.to_owned(),
        places(imported),
        places(declared),
    ]
}

/// The first place, and how many more there are.
fn places<'a>(mut places: impl ExactSizeIterator<Item = (&'a str, usize)>) -> String {
    let Some((path, line)) = places.next() else { return "-".to_owned() };
    let first = format!("{}:{line}", printable(path));
    match places.len() {
        0 => first,
        more => format!("{first} +{more}"),
    }
}

/// What to know of a package, as sentences.
fn notes(need: &Need) -> Vec<String> {
    let mut notes = Vec::new();
    match &need.package {
        Package::OneOf(packages) => {
            notes.push(format!(
                "{} ship `{}`; declare the one you mean",
                list(packages),
                need.name
            ));
        }
        Package::Unresolved => {
            notes.push(format!(
                "no package is known to ship `{}`; declare it",
                printable(&need.name)
            ));
        }
        Package::Known { name, .. } if *name != need.name => {
            notes.push(format!("it is imported as `{}`", printable(&need.name)));
        }
        Package::Known { .. } => {}
    }
    if let Some(marker) = &need.marker {
        notes.push(format!("only where {}", printable(&marker.to_string())));
    }
    notes.extend(need.notes.iter().map(note));
    notes
}

/// A note as a sentence.
pub fn note(note: &Note) -> String {
    match note {
        Note::Unlisted => "it is imported and not declared".to_owned(),
        Note::Unused => "it is declared, and nothing that was read imports it".to_owned(),
        Note::OneEdit { from } => {
            format!("suspicious: `{from}` is much used and but for a letter has this name")
        }
        Note::Joined { one, other } => {
            format!("suspicious: `{one}` and `{other}` are much used, and this is neither")
        }
        Note::OtherEcosystem { ecosystem } => {
            format!("suspicious: {} has a much used package of this name", registry(*ecosystem))
        }
        Note::ImportName { packages } => {
            format!("suspicious: what is imported by this name comes with {}", list(packages))
        }
    }
}

fn registry(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::PyPi => "PyPI",
        Ecosystem::Npm => "npm",
        Ecosystem::Jsr => "JSR",
    }
}

/// `a`, `b` and `c`
fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", printable(name))).collect();
    match &quoted[..] {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

/// The line that sums up.
pub fn summary(files: usize, plan: &Plan, unjudged: &[Unjudged]) -> String {
    let known = plan.needs.iter().filter(|need| need.package.name().is_some()).count();
    let mut text = format!(
        "{} read, {} needed",
        count(files - unjudged.len(), "file"),
        count(plan.needs.len(), "package")
    );
    let open = plan.needs.len() - known;
    if open > 0 {
        let _ = write!(text, ", {open} of them not known");
    }
    let suspicious =
        plan.needs.iter().filter(|need| need.notes.iter().any(Note::is_suspicion)).count();
    if suspicious > 0 {
        let _ = write!(text, ", {suspicious} suspicious");
    }
    if !plan.refused.is_empty() {
        let _ = write!(text, ", {} refused", count(plan.refused.len(), "requirement"));
    }
    if !unjudged.is_empty() {
        let _ = write!(text, ", {} not read", count(unjudged.len(), "file"));
    }
    text
}
