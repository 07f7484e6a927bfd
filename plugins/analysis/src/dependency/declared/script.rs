//! What a Python program says in its own comments that it needs (PEP 723).
//!
//! A tool has to refuse a program with two such blocks, so we do, and one that cannot be read.

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Group, Manifest, Refusal, line_of, location};

const START: &str = "# /// script";
const END: &str = "# ///";

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
    let blocks = blocks(&lines);
    let mut manifest = Manifest { path: path.to_owned(), is_script: true, ..Manifest::default() };
    match blocks[..] {
        [] => return None,
        [(start, Some(end))] => read(&mut manifest, &lines, start, end),
        [(start, None)] => manifest.refuse(START, Refusal::OpenScript, start + 1),
        [_, (second, _), ..] => manifest.refuse(START, Refusal::TwoScripts, second + 1),
    }
    let mut manifest = manifest.bounded();
    location::find(&mut manifest, text);
    Some(manifest)
}

/// The first and the last lines of the blocks that are called `script`. A block goes on to the
/// last `# ///` among the comments that follow, so that another within it is a part of it.
fn blocks(lines: &[&str]) -> Vec<(usize, Option<usize>)> {
    let is_comment = |line: &&str| *line == "#" || line.starts_with("# ");
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let comments = lines[at..].iter().take_while(|line| is_comment(line)).count();
        let run = at..at + comments;
        let last = run.clone().rev().find(|at| lines[*at].trim_end() == END);
        for start in run {
            let Some(kind) = lines[start].trim_end().strip_prefix("# /// ") else { continue };
            let end = last.filter(|end| *end > start);
            if kind == "script" {
                blocks.push((start, end));
            }
            if end.is_some() {
                break;
            }
        }
        at += comments.max(1);
    }
    blocks
}

fn read(manifest: &mut Manifest, lines: &[&str], start: usize, end: usize) {
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
