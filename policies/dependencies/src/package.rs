//! Names of packages, as the settings have them.

use lazaret_policy::{Dependency, pattern};

const PYTHON: &str = "pypi";
const ECOSYSTEMS: [&str; 3] = [PYTHON, "npm", "jsr"];

/// Names of packages, as the settings have them: read once, and compared with many.
pub(crate) struct Packages(Vec<Name>);

/// A name with wildcards.
struct Name {
    /// The ecosystem that it is for; nothing, where it is for all.
    ecosystem: Option<String>,
    /// As Python's index has it.
    python: String,
    /// As the others have it.
    other: String,
}

/// What is wrong with one of them.
pub(crate) struct Mistake {
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Packages {
    pub(crate) fn new(written: &[String]) -> Self {
        let name = |written: &String| {
            let (ecosystem, name) = match written.split_once(':') {
                Some((ecosystem, name)) => (Some(ecosystem.to_owned()), name),
                None => (None, written.as_str()),
            };
            Name { ecosystem, python: plain(PYTHON, name), other: plain("", name) }
        };
        Self(written.iter().map(name).collect())
    }

    /// The package that the dependency is or can be, where it is one of these.
    pub(crate) fn contain<'a>(&self, dependency: &'a Dependency) -> Option<&'a str> {
        let ecosystem = dependency.ecosystem.as_str();
        let names = [dependency.name.as_str()].into_iter();
        let mut names = names.chain(dependency.attributes("candidate"));
        names.find(|name| !name.is_empty() && self.name(ecosystem, name))
    }

    fn name(&self, ecosystem: &str, package: &str) -> bool {
        let whole = plain(ecosystem, package);
        // Of what is imported and not known, the beginning is what a package would be called.
        let top = plain(ecosystem, package.split('.').next().unwrap_or(package));
        self.0.iter().any(|name| {
            let written = if ecosystem == PYTHON { &name.python } else { &name.other };
            let is_meant = name.ecosystem.as_deref().is_none_or(|meant| meant == ecosystem);
            is_meant && (pattern::matches(written, &whole) || pattern::matches(written, &top))
        })
    }
}

/// What is wrong with any of the names that are written in the setting `key`.
pub(crate) fn mistakes(key: &str, written: &[String]) -> Vec<Mistake> {
    let mistake = |(row, written): (usize, &String)| {
        let (ecosystem, _) = written.split_once(':')?;
        let known = ECOSYSTEMS.join("`, `");
        (!ECOSYSTEMS.contains(&ecosystem)).then(|| Mistake {
            pointer: format!("/{key}/{row}"),
            message: format!("there is no ecosystem `{ecosystem}`; there are `{known}`"),
        })
    };
    written.iter().enumerate().filter_map(mistake).collect()
}

/// A name as its ecosystem compares it.
fn plain(ecosystem: &str, name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if ecosystem == PYTHON { with_hyphens(&name) } else { name }
}

/// Python's index knows a name in every way to separate its words.
fn with_hyphens(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if plain.ends_with('-') => {}
            '-' | '_' | '.' => plain.push('-'),
            letter => plain.push(letter),
        }
    }
    plain
}
