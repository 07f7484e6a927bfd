//! `requirements.txt`: a requirement on each line.

use super::{Group, Manifest};

/// Words in the name of a file that is for whoever works on the project.
const DEVELOPMENT: [&str; 5] = ["dev", "test", "doc", "lint", "build"];

/// Reads the lines.
pub(super) fn read(manifest: &mut Manifest, text: &str) {
    let name = manifest.path.rsplit('/').next().unwrap_or_default();
    let is_development = DEVELOPMENT.iter().any(|word| name.contains(word));
    let group = if is_development { Group::Development } else { Group::Run };
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let mut whole = without_comment(line).to_owned();
        // A line that ends so goes on: with options, mostly, which are refused together with it.
        while whole.ends_with('\\') {
            whole.pop();
            let next = lines.next().map_or("", |(line, _)| without_comment(line));
            whole.push(' ');
            whole.push_str(next.trim_start());
        }
        if !whole.trim().is_empty() {
            manifest.python(&whole, group, number);
        }
    }
}

/// A comment begins the line, or follows a space.
fn without_comment(line: &str) -> &str {
    let begins = |at: usize| at == 0 || line[..at].ends_with([' ', '\t']);
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| begins(*at));
    line[..comment.unwrap_or(line.len())].trim_end()
}
