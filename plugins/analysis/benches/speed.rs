//! What the analysis costs in a process: `cargo bench -p lazaret-analysis`; and with a folder's name,
//! what all Python in that folder costs: `cargo bench -p lazaret-analysis -- FOLDER`.
//!
//! What is done once a process is measured in processes of its own: this program starts itself
//! with a language's name. Whoever quotes a number quotes the machine, and the load beside it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]
#![allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lazaret_analysis::{Analyser, Language, Project, SourceFile};

/// Enough for a 95th percentile that is not one bad moment.
const ROUNDS: usize = 100;

const FIFTY_LINES: &str = include_str!("../../../benches/fifty.py");

fn main() {
    let named = std::env::args().skip(1).find_map(|name| Language::from_name(&name));
    if let Some(language) = named {
        println!("{}", once(language, "").as_nanos());
        return;
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load at the start: {}", load.trim());
    if let Some(folder) = std::env::args().skip(1).find(|name| Path::new(name).is_dir()) {
        show_folder(Path::new(&folder));
        return;
    }
    for language in [Language::Python, Language::JavaScript, Language::Bash] {
        let times = (0..ROUNDS).map(|_| in_a_new_process(language)).collect();
        show(&format!("an empty file of {}, the process's first", language.name()), times);
    }
    show("50 lines of Python", repeated(FIFTY_LINES));
    // What is costly to parse, to compute and to judge, again and again.
    let hostile = "getattr(__import__('o'+'s'),'sys'+'tem')(((((((('a'))))))))\n".repeat(1000);
    show("60 KB of Python that hides what it does", repeated(&hostile));
}

/// The time of one analysis: parsing, resolving and judging.
fn once(language: Language, code: &str) -> Duration {
    let (path, contents) = ("speed".to_owned(), code.as_bytes().to_vec());
    let file = SourceFile { path, language, contents };
    let begun = Instant::now();
    let _judged = Analyser::default().analyse(&file, &Project::default());
    begun.elapsed()
}

fn repeated(code: &str) -> Vec<Duration> {
    once(Language::Python, code);
    (0..ROUNDS).map(|_| once(Language::Python, code)).collect()
}

fn in_a_new_process(language: Language) -> Duration {
    let output = Command::new(std::env::current_exe().unwrap()).arg(language.name()).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    Duration::from_nanos(output.trim().parse().unwrap())
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!("{name:<50} p50 {:7.3} ms   p95 {:7.3} ms", at(50), at(95));
}

/// Each file of Python once, on one thread.
fn show_folder(folder: &Path) {
    let (mut bytes, mut times) = (0, Vec::new());
    for path in below(folder) {
        let code = std::fs::read_to_string(path).unwrap();
        bytes += code.len();
        times.push(once(Language::Python, &code));
    }
    let (total, megabytes) = (times.iter().sum::<Duration>(), bytes as f64 / 1e6);
    let pace = megabytes / total.as_secs_f64();
    println!("{} files, {megabytes:.1} MB: {total:.2?}, {pace:.1} MB/s", times.len());
    show("each of them", times);
}

/// The files of Python in a folder and in those within it.
fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                files.push(path);
            }
        }
    }
    files
}
