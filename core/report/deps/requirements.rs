//! What Python files need, in the form of `requirements.txt`.
//!
//! What cannot be written as a requirement stands in a comment, so that whoever installs the rest
//! sees what is missing.

use std::fmt::Write;

use lazaret_analysis::{DependencyKind, Ecosystem, Need, Package, Plan, printable};

/// The requirements, one a line.
pub fn requirements(plan: &Plan) -> String {
    let mut text = String::new();
    for need in plan.needs.iter().filter(|need| need.ecosystem == Ecosystem::PyPi) {
        let _ = match &need.package {
            Package::Known { name, versions, .. } => write_known(&mut text, need, name, versions),
            Package::OneOf(packages) => {
                let name = printable(&need.name);
                writeln!(text, "# {name}: one of {}; declare the one you mean", packages.join(", "))
            }
            Package::Unresolved => {
                writeln!(text, "# {}: no package is known to ship it", printable(&need.name))
            }
        };
    }
    text
}

fn write_known(text: &mut String, need: &Need, name: &str, versions: &str) -> std::fmt::Result {
    match need.kind {
        DependencyKind::Required => {}
        DependencyKind::Optional => text.push_str("# optional: "),
        DependencyKind::TypeOnly => text.push_str("# for types: "),
    }
    // What is declared is taken as it is; where files disagree, each counts.
    let mut written = Vec::new();
    for (_, one) in &need.declared {
        let extras = match one.extras.join(",") {
            extras if extras.is_empty() => extras,
            extras => format!("[{extras}]"),
        };
        let marker = one.marker.as_ref().map_or(String::new(), |marker| format!(" ; {marker}"));
        let line = format!("{name}{extras}{}{marker}", one.versions);
        if !written.contains(&line) {
            written.push(line);
        }
    }
    if written.is_empty() {
        let marker = need.marker.as_ref().map_or(String::new(), |marker| format!(" ; {marker}"));
        written.push(format!("{name}{versions}{marker}"));
    }
    writeln!(text, "{}", written.join("\n"))
}
