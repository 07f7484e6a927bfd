//! Names of packages that look like something else.
//!
//! Whether a package exists is for who asks an index; here it is only compared with what is used
//! much. A name that is used much itself is above suspicion.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::dependency::distribution;
use crate::{Ecosystem, KnownBy, Note, Package};

const POPULAR_PYPI: &str = include_str!("../../data/popular-pypi.txt");
const POPULAR_NPM: &str = include_str!("../../data/popular-npm.txt");

/// Packages whose names are worth imitating: the first of the popular ones.
const IMITATED: usize = 1000;

/// Shorter names are one edit from each other by chance.
const SHORTEST: usize = 5;

/// No popular name is longer.
const LONGEST: usize = 80;

/// Packages whose plug-ins are named after them and after what they plug in.
const PLUGGED_INTO: [&str; 8] = [
    "django",
    "eslint-plugin",
    "flake8",
    "flask",
    "langchain",
    "opentelemetry-instrumentation",
    "pytest",
    "sphinx",
];

/// The popular packages of an ecosystem, the most used first.
struct Popular {
    names: HashSet<&'static str>,
    /// The first of them.
    imitated: Vec<&'static str>,
    /// They too, to look one up.
    is_imitated: HashSet<&'static str>,
    /// Those by their letters, without the signs between.
    by_letters: HashMap<String, &'static str>,
}

/// What is suspicious about the name of a package that somebody asks for.
pub(super) fn about(ecosystem: Ecosystem, name: &str) -> Vec<Note> {
    if ecosystem == Ecosystem::Jsr {
        return Vec::new();
    }
    let own = popular(ecosystem);
    let mut notes: Vec<Note> = trap(ecosystem, name).into_iter().collect();
    // Of many packages that exist for type checkers alone, nobody needs more than the types.
    let has_types = own.names.contains(format!("@types/{name}").as_str());
    let is_private = name.starts_with(['-', '_']);
    if own.names.contains(name) || has_types || is_private || !notes.is_empty() {
        return notes;
    }
    if ecosystem == Ecosystem::PyPi && distribution::is_known(name) {
        return notes;
    }
    let same_letters = own.by_letters.get(&letters(name)).filter(|known| is_imitation(name, known));
    let mut imitated = own.imitated.iter();
    let one_edit = || imitated.find(|known| is_one_edit(name, known) && is_imitation(name, known));
    if let Some(imitated) = same_letters.or_else(one_edit) {
        notes.push(Note::OneEdit { from: (*imitated).to_owned() });
    } else if let Some((one, other)) = joined(own, name) {
        notes.push(Note::Joined { one: one.to_owned(), other: other.to_owned() });
    }
    let other = if ecosystem == Ecosystem::PyPi { Ecosystem::Npm } else { Ecosystem::PyPi };
    if popular(other).is_imitated.contains(name) {
        notes.push(Note::OtherEcosystem { ecosystem: other });
    }
    notes
}

/// The name is one that is imported, and what is imported by it comes with another package.
fn trap(ecosystem: Ecosystem, name: &str) -> Option<Note> {
    if ecosystem != Ecosystem::PyPi {
        return None;
    }
    match distribution::of_any_case(&name.replace('-', "_")) {
        Package::Known { name: meant, by: KnownBy::Table | KnownBy::Wheel, .. }
            if meant != name =>
        {
            Some(Note::ImportName { packages: vec![meant] })
        }
        Package::OneOf(packages) if packages.iter().all(|package| package != name) => {
            Some(Note::ImportName { packages })
        }
        _ => None,
    }
}

fn popular(ecosystem: Ecosystem) -> &'static Popular {
    static PYPI: OnceLock<Popular> = OnceLock::new();
    static NPM: OnceLock<Popular> = OnceLock::new();
    let (kept, text) = match ecosystem {
        Ecosystem::PyPi => (&PYPI, POPULAR_PYPI),
        Ecosystem::Npm | Ecosystem::Jsr => (&NPM, POPULAR_NPM),
    };
    kept.get_or_init(|| {
        let ranked: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let imitated = ranked[..IMITATED.min(ranked.len())].to_vec();
        let by_letters = imitated.iter().map(|name| (letters(name), *name)).collect();
        let is_imitated = imitated.iter().copied().collect();
        Popular { names: ranked.into_iter().collect(), imitated, is_imitated, by_letters }
    })
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}

/// One letter more, less or other, or two next to each other exchanged. Manifests have thousands of
/// names, and each is compared with all that are imitated; so no table of distances is made.
fn is_one_edit(name: &str, known: &str) -> bool {
    if name.len().abs_diff(known.len()) > 1 {
        return false;
    }
    let (name, known) = differing(name, known);
    let first = |text: &str| {
        let mut letters = text.chars();
        [letters.next(), letters.next(), letters.next()]
    };
    match (first(name), first(known)) {
        ([Some(a), Some(b), None], [Some(c), Some(d), None]) => (a, b) == (d, c),
        ([_, None, _], [_, None, _]) => name != known,
        _ => false,
    }
}

/// Two texts without what both begin with, and then end with.
fn differing<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let letters = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    let same: usize = letters.map(|(letter, _)| letter.len_utf8()).sum();
    let (one, other) = (&one[same..], &other[same..]);
    let letters = one.chars().rev().zip(other.chars().rev());
    let letters = letters.take_while(|(one, other)| one == other);
    let same: usize = letters.map(|(letter, _)| letter.len_utf8()).sum();
    (&one[..one.len() - same], &other[..other.len() - same])
}

/// Whether one name can be meant to be taken for the other.
fn is_imitation(name: &str, known: &str) -> bool {
    // `cuda-11` and `cuda-12` are of one family.
    let numbered = |name: &str| {
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit());
        (plain.len() < name.len()).then_some(plain.len())
    };
    let is_of_its_family = numbered(name)
        .zip(numbered(known))
        .is_some_and(|(own, other)| name[..own] == known[..other]);
    name != known && known.len() >= SHORTEST && name.len() >= SHORTEST && !is_of_its_family
}

/// Two popular names with nothing but a sign between: `requests-flask`. Nobody but its owner can
/// publish into a scope.
fn joined(popular: &Popular, name: &str) -> Option<(&'static str, &'static str)> {
    if name.starts_with('@') {
        return None;
    }
    let imitated = |part: &str| {
        // A name can have hundreds of signs; what is before and behind each is not hashed.
        let can_be = (SHORTEST..=LONGEST).contains(&part.len());
        if can_be { popular.is_imitated.get(part).copied() } else { None }
    };
    name.match_indices(['-', '_', '.']).find_map(|(at, _)| {
        let (one, other) = (imitated(&name[..at])?, imitated(&name[at + 1..])?);
        (!PLUGGED_INTO.contains(&one)).then_some((one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_others_are_told() {
        let edit = |from: &str| vec![Note::OneEdit { from: from.to_owned() }];
        assert_eq!(about(Ecosystem::PyPi, "reqeusts"), edit("requests"));
        assert_eq!(about(Ecosystem::PyPi, "numpyy"), edit("numpy"));
        assert_eq!(about(Ecosystem::Npm, "expresss"), edit("express"));
        assert_eq!(about(Ecosystem::Npm, "cross_spawn"), edit("cross-spawn"));
        let joined = Note::Joined { one: "requests".into(), other: "pandas".into() };
        assert_eq!(about(Ecosystem::PyPi, "requests-pandas"), [joined]);
        let elsewhere = Note::OtherEcosystem { ecosystem: Ecosystem::Npm };
        assert!(about(Ecosystem::PyPi, "minimatch").contains(&elsewhere));
    }

    #[test]
    fn one_edit_is_one_letter_or_two_exchanged() {
        for name in
            ["reqests", "requeests", "reqvests", "reqeusts", "equests", "requestss", "reqüests"]
        {
            assert!(is_one_edit(name, "requests") && is_one_edit("requests", name), "{name}");
        }
        for name in ["requests", "reqest", "qerueests", "erqeusts", "", "requests-a", "üreqüests"]
        {
            assert!(!is_one_edit(name, "requests") && !is_one_edit("requests", name), "{name}");
        }
        let mut popular =
            POPULAR_PYPI.lines().chain(POPULAR_NPM.lines()).filter(|one| !one.starts_with('#'));
        assert!(popular.all(|name| name.len() <= LONGEST));
    }

    #[test]
    fn names_that_are_imported_are_traps_as_packages() {
        for (trap, meant) in [
            ("sklearn", "scikit-learn"),
            ("bs4", "beautifulsoup4"),
            ("yaml", "pyyaml"),
            ("dotenv", "python-dotenv"),
            ("jwt", "pyjwt"),
            ("docx", "python-docx"),
            ("crypto", "pycryptodome"),
        ] {
            let told = vec![Note::ImportName { packages: vec![meant.to_owned()] }];
            assert_eq!(about(Ecosystem::PyPi, trap), told, "{trap}");
        }
        let [Note::ImportName { packages }] = &about(Ecosystem::PyPi, "cv2")[..] else { panic!() };
        assert_eq!(packages[0], "opencv-python");
    }

    #[test]
    fn what_is_used_much_is_above_suspicion() {
        for name in ["requests", "urllib3", "boto3", "flask-cors", "opencv-python-headless", "six"]
        {
            assert_eq!(about(Ecosystem::PyPi, name), [], "{name}");
        }
        for name in ["react", "preact", "lodash.merge", "@types/node", "chalk"] {
            assert_eq!(about(Ecosystem::Npm, name), [], "{name}");
        }
    }
}
