//! An attack, as the comment at the top of its file describes it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::root;

/// The lines that a description may have.
const KEYS: [&str; 13] = [
    "What",
    "Expect",
    "Exit",
    "Signal",
    "Stdout",
    "Says",
    "Result",
    "Artifacts",
    "Refused",
    "Arguments",
    "Limits",
    "After",
    "While",
];

/// What runs the attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    Docker,
    Process,
}

impl Runner {
    pub(crate) const ALL: [Self; 2] = [Self::Docker, Self::Process];

    /// The name in the configuration, and in descriptions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Process => "process",
        }
    }

    /// The sandbox that it must give.
    pub(crate) fn isolation(self) -> &'static str {
        match self {
            Self::Docker => "gvisor",
            Self::Process => "process",
        }
    }
}

/// A program that means harm.
#[derive(Debug)]
pub(crate) struct Attack {
    /// Its path below `attacks/`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The runners that it is for.
    runners: Vec<Runner>,
    lines: Vec<Line>,
}

/// A line of the description.
#[derive(Debug)]
struct Line {
    key: &'static str,
    /// The only runner that it holds for.
    runner: Option<Runner>,
    value: String,
}

/// All attacks, in the order of their names.
pub(crate) fn all() -> Vec<Attack> {
    let mut paths = Vec::new();
    for directory in entries(&place()).into_iter().filter(|path| path.is_dir()) {
        if !directory.ends_with("companions") {
            paths.extend(entries(&directory).into_iter().filter(|path| path.is_file()));
        }
    }
    paths.iter().map(|path| Attack::read(path)).collect()
}

fn place() -> PathBuf {
    root().join("tests/attacks")
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let read =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{error}: {}", directory.display()));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

impl Attack {
    /// The companion with this name.
    pub(crate) fn companion(name: &str) -> Self {
        Self::read(&place().join("companions").join(name))
    }

    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(place()).unwrap_or(path).display().to_string();
        let text = fs::read(path).unwrap_or_else(|error| panic!("cannot read {name}: {error}"));
        Self::parse(name, path, &String::from_utf8_lossy(&text))
    }

    /// # Panics
    ///
    /// Where the description is none, so that no misspelt line is a line that is not checked.
    pub(crate) fn parse(name: String, path: &Path, text: &str) -> Self {
        let (mut lines, mut runners): (Vec<Line>, _) = (Vec::new(), Runner::ALL.to_vec());
        for comment in description(text) {
            match keyed(comment) {
                Some(("On", value)) => {
                    runners = value.split(' ').map(|word| runner(&name, word)).collect();
                }
                Some((word, value)) => lines.push(line(&name, word, value)),
                None if lines.last().is_some_and(|line| line.key == "What") => {}
                None => panic!("{name}: `{comment}` is no line of a description"),
            }
        }
        let attack = Self { name, path: path.to_owned(), runners, lines };
        for key in ["What", "Expect"] {
            assert!(attack.has(key), "{} does not say `{key}:`", attack.name);
        }
        attack
    }

    pub(crate) fn runs_on(&self, runner: Runner) -> bool {
        self.runners.contains(&runner)
    }

    fn has(&self, key: &str) -> bool {
        self.lines.iter().any(|line| line.key == key)
    }

    /// The values of all lines with this key: those for the runner alone, else those for all.
    pub(crate) fn values(&self, key: &str, runner: Runner) -> Vec<&str> {
        assert!(KEYS.contains(&key), "`{key}` is no key");
        let of = |wanted: Option<Runner>| {
            let lines = self.lines.iter();
            let found = lines.filter(move |line| line.key == key && line.runner == wanted);
            found.map(|line| line.value.as_str()).collect::<Vec<_>>()
        };
        let own = of(Some(runner));
        if own.is_empty() { of(None) } else { own }
    }

    /// The value of the one line with this key.
    pub(crate) fn value(&self, key: &str, runner: Runner) -> Option<&str> {
        let values = self.values(key, runner);
        assert!(values.len() <= 1, "{} says `{key}:` twice", self.name);
        values.first().copied()
    }

    /// The same, as JSON.
    pub(crate) fn json(&self, key: &str, runner: Runner) -> Option<Value> {
        let parse = |text| {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", self.name))
        };
        self.value(key, runner).map(parse)
    }

    /// The files that lie beside the program, with their names there.
    pub(crate) fn neighbours(&self) -> Vec<(PathBuf, String)> {
        let top = self.path.with_extension("");
        let (mut found, mut places) = (Vec::new(), vec![top.clone()]);
        while let Some(place) = places.pop().filter(|place| place.is_dir()) {
            for path in entries(&place) {
                if path.is_dir() {
                    places.push(path);
                } else {
                    let name = path.strip_prefix(&top).expect("below it").display().to_string();
                    found.push((path, name));
                }
            }
        }
        found
    }
}

/// The comment at the top, without its signs.
fn description(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().skip_while(|line| line.starts_with("#!"));
    lines.map_while(|line| Some(line.strip_prefix('#').or(line.strip_prefix("//"))?.trim()))
}

/// Key and value, where a line begins with a word and a colon.
fn keyed(comment: &str) -> Option<(&str, &str)> {
    let (key, value) = comment.split_once(':')?;
    let is_word = key.starts_with(|first: char| first.is_ascii_uppercase()) && !key.contains(' ');
    is_word.then_some((key, value.strip_prefix(' ').unwrap_or(value)))
}

fn line(name: &str, word: &str, value: &str) -> Line {
    let (key, only) = match word.strip_suffix(']').and_then(|word| word.split_once('[')) {
        Some((key, only)) => (key, Some(runner(name, only))),
        None => (word, None),
    };
    let known = KEYS.into_iter().find(|known| *known == key);
    let key = known.unwrap_or_else(|| panic!("{name}: `{key}` is no key"));
    Line { key, runner: only, value: value.to_owned() }
}

fn runner(name: &str, word: &str) -> Runner {
    let found = Runner::ALL.into_iter().find(|runner| runner.name() == word);
    found.unwrap_or_else(|| panic!("{name}: `{word}` is no runner"))
}

#[test]
fn a_line_for_one_runner_stands_in_place_of_the_others() {
    let text = "# What: x\n# goes on.\n# Expect: success\n# Expect[docker]: no_result\nprint(1)\n";
    let attack = Attack::parse("x.py".into(), Path::new("x.py"), text);
    assert_eq!(attack.value("Expect", Runner::Docker), Some("no_result"));
    assert_eq!(attack.value("Expect", Runner::Process), Some("success"));
}

#[test]
#[should_panic(expected = "`Stdot` is no key")]
fn a_misspelt_line_is_no_line_that_is_not_checked() {
    Attack::parse("x.py".into(), Path::new("x.py"), "# What: x\n# Expect: success\n# Stdot: 1\n");
}
