//! Names of packages, as the settings have them.

use lazaret_policy::{Dependency, pattern};

const ECOSYSTEMS: [&str; 3] = ["pypi", "npm", "jsr"];

/// Names of packages.
#[derive(Clone, Copy)]
pub(crate) struct Packages<'a>(pub(crate) &'a [String]);

/// What is wrong with one of them.
pub(crate) struct Mistake {
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Packages<'_> {
    /// The package that the dependency is or can be, where it is one of these.
    pub(crate) fn contain<'a>(&self, dependency: &'a Dependency) -> Option<&'a str> {
        let ecosystem = dependency.ecosystem.as_str();
        let names = [dependency.name.as_str()].into_iter();
        let mut names = names.chain(dependency.attributes("candidate"));
        names.find(|name| self.0.iter().any(|written| is_named(written, ecosystem, name)))
    }

    /// What is wrong with any of them, which are those of the setting `key`.
    pub(crate) fn mistakes(self, key: &str) -> Vec<Mistake> {
        let mistake = |(row, written): (usize, &String)| {
            let (ecosystem, _) = written.split_once(':')?;
            let known = ECOSYSTEMS.join("`, `");
            (!ECOSYSTEMS.contains(&ecosystem)).then(|| Mistake {
                pointer: format!("/{key}/{row}"),
                message: format!("there is no ecosystem `{ecosystem}`; there are `{known}`"),
            })
        };
        self.0.iter().enumerate().filter_map(mistake).collect()
    }
}

/// Whether what is written names this package.
fn is_named(written: &str, ecosystem: &str, name: &str) -> bool {
    let (meant, written) = written.split_once(':').unwrap_or((ecosystem, written));
    if meant != ecosystem || name.is_empty() {
        return false;
    }
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase();
        if ecosystem == "pypi" { with_hyphens(&name) } else { name }
    };
    let written = plain(written);
    // Of what is imported and not known, the beginning is what a package would be called.
    let top = name.split('.').next().unwrap_or(name);
    pattern::matches(&written, &plain(name)) || pattern::matches(&written, &plain(top))
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
