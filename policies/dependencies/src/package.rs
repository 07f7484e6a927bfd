//! Names of packages, as the settings have them.

use std::collections::BTreeSet;

use lazaret_policy::{Dependency, pattern};

const PYTHON: &str = "pypi";
const ECOSYSTEMS: [&str; 3] = [PYTHON, "npm", "jsr"];

/// Names of packages, as the settings have them: read once, and compared with many. A list of all that
/// was ever found to be evil has thousands.
pub(crate) struct Packages {
    /// Those of one package each: the ecosystem and the name.
    whole: BTreeSet<(String, String)>,
    /// Those with wildcards.
    patterns: Vec<(String, String)>,
}

/// What is wrong with one of them.
pub(crate) struct Mistake {
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Packages {
    pub(crate) fn new(written: &[String]) -> Self {
        let (mut whole, mut patterns) = (BTreeSet::new(), Vec::new());
        for written in written {
            let (ecosystems, name) = match written.split_once(':') {
                Some((ecosystem, name)) => (&[ecosystem][..], name),
                None => (&ECOSYSTEMS[..], written.as_str()),
            };
            for ecosystem in ecosystems {
                let named = ((*ecosystem).to_owned(), plain(ecosystem, name));
                if name.contains('*') {
                    patterns.push(named);
                } else {
                    whole.insert(named);
                }
            }
        }
        Self { whole, patterns }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.patterns.is_empty()
    }

    /// The package that the dependency is or can be, where it is one of these.
    pub(crate) fn contain<'a>(&self, dependency: &'a Dependency) -> Option<&'a str> {
        let name = dependency.name.as_str();
        let names = [name].into_iter().chain(package_of(dependency));
        let mut names = names.chain(dependency.attributes("candidate"));
        let is_one = |told: &str| !told.is_empty() && self.name(&dependency.ecosystem, told);
        names.find(|told| is_one(told))
    }

    fn name(&self, ecosystem: &str, package: &str) -> bool {
        let named = (ecosystem.to_owned(), plain(ecosystem, package));
        let fits = |(meant, pattern): &(String, String)| {
            meant == ecosystem && pattern::matches(pattern, &named.1)
        };
        self.whole.contains(&named) || self.patterns.iter().any(fits)
    }
}

/// What the package would be called, where all that is known is what is imported: `evil.part`. A name that
/// somebody has written as that of a package is all of it: `socket.io` is not `socket`.
fn package_of(dependency: &Dependency) -> Option<&str> {
    let is_module = dependency.ecosystem == PYTHON && dependency.known_by == "nothing";
    let (top, _) = dependency.name.split_once('.').filter(|_| is_module)?;
    Some(top)
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
