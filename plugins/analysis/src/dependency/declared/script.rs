//! What a Python program says in its own comments that it needs (PEP 723).
//!
//! A tool has to refuse a program with two such blocks, so we do, and one that cannot be read.

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Group, Manifest, Refusal, line_of};

const START: &str = "# /// script";

#[derive(Deserialize)]
struct Script {
    #[serde(default)]
    dependencies: Vec<Spanned<Value>>,
}

/// The block `# /// script` of a program, if it has one.
pub(crate) fn script(path: &str, text: &str) -> Option<Manifest> {
    if !text.contains(START) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = blocks(&lines, |kind| kind == "script");
    let mut manifest = Manifest { path: path.to_owned(), is_script: true, ..Manifest::default() };
    match starts[..] {
        [] => return None,
        [start] => read(&mut manifest, &lines, start),
        [_, second, ..] => manifest.refuse(START, Refusal::TwoScripts, second + 1),
    }
    Some(manifest)
}

/// The lines that begin blocks of a kind. A block within another is a part of that.
fn blocks(lines: &[&str], is_wanted: fn(&str) -> bool) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let kind = lines[at].trim_end().strip_prefix("# /// ");
        match (kind, end(lines, at)) {
            (Some(kind), Some(end)) => {
                starts.extend(is_wanted(kind).then_some(at));
                at = end + 1;
            }
            (Some(kind), None) if is_wanted(kind) => {
                starts.push(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    starts
}

/// The last `# ///` among the comments that follow.
fn end(lines: &[&str], start: usize) -> Option<usize> {
    let is_comment = |line: &&str| *line == "#" || line.starts_with("# ");
    let comments = lines[start + 1..].iter().take_while(|line| is_comment(line)).count();
    let within = start + 1..start + 1 + comments;
    within.rev().find(|at| lines[*at].trim_end() == "# ///")
}

fn read(manifest: &mut Manifest, lines: &[&str], start: usize) {
    let Some(end) = end(lines, start) else {
        return manifest.refuse(START, Refusal::OpenScript, start + 1);
    };
    let uncommented = lines[start + 1..end].iter();
    let toml: String = uncommented
        .map(|line| line.strip_prefix("# ").unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    // The block's first line is the one after its beginning, counted from 1.
    let line_in = |byte| start + 1 + line_of(&toml, byte);
    match toml::from_str::<Script>(&toml) {
        Ok(script) => {
            for item in script.dependencies {
                let line = line_in(item.span().start);
                match item.get_ref() {
                    Value::String(written) => manifest.python(written, Group::Run, line),
                    other => {
                        manifest.refuse(&other.to_string(), Refusal::Shape("requirement"), line);
                    }
                }
            }
        }
        Err(error) => {
            let line = error.span().map_or(start + 1, |span| line_in(span.start));
            manifest.unreadable(error.message(), line);
        }
    }
}
