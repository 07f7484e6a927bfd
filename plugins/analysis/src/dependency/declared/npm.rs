//! Names and ranges of versions as npm has them, read strictly.
//!
//! Nothing is resolved here, so nothing is computed: a range is looked at for whether it is one.
//! What else may stand in its place (addresses, paths, repositories, other packages) brings code
//! from elsewhere and is refused.

use super::Refusal;

/// The longest name that npm takes.
const LONGEST: usize = 214;

/// Whether versions of a package are asked for, and nothing else.
pub(super) fn range(name: &str, range: &str) -> Result<(), Refusal> {
    if !is_name(name) {
        return Err(Refusal::Name(name.to_owned()));
    }
    if range.contains([':', '/', '\\']) {
        return Err(Refusal::Place(range.to_owned()));
    }
    let is_range = is_tag(range) || range.split("||").all(is_alternative);
    if is_range { Ok(()) } else { Err(Refusal::Range(range.to_owned())) }
}

/// The package that is meant, and its versions, where a range is one of another package:
/// `npm:lodash@^4`.
pub(super) fn alias(range: &str) -> Option<(&str, &str)> {
    let (protocol, meant) = range.trim().split_once(':')?;
    let at = meant.rfind('@').filter(|at| *at > 0).unwrap_or(meant.len());
    let (name, range) = meant.split_at(at);
    protocol.eq_ignore_ascii_case("npm").then(|| (name, range.trim_start_matches('@')))
}

/// `name` or `@scope/name`; old packages may have capital letters.
pub(crate) fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        !part.is_empty() && !part.starts_with(['.', '_']) && part.chars().all(is_allowed)
    };
    let parts_are = match name.strip_prefix('@') {
        Some(scoped) => {
            scoped.split_once('/').is_some_and(|(scope, name)| is_part(scope) && is_part(name))
        }
        None => is_part(name),
    };
    parts_are && name.len() <= LONGEST
}

/// `latest`, `next`: a name that the package's owner gives to a version.
fn is_tag(range: &str) -> bool {
    let range = range.trim();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = range.starts_with(|c: char| c.is_ascii_alphabetic() && !"vxX".contains(c));
    begins && range.chars().all(is_allowed)
}

/// `>=1.2 <2`, `1.2 - 1.4`, `^1`, `*`, or nothing.
fn is_alternative(alternative: &str) -> bool {
    let words: Vec<&str> = alternative.split_whitespace().collect();
    if let [from, "-", to] = words[..] {
        return is_version(from) && is_version(to);
    }
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let version = word.trim_start_matches(['<', '>', '=', '~', '^']);
        let operator = &word[..word.len() - version.len()];
        if !matches!(operator, "" | "<" | ">" | "=" | "<=" | ">=" | "~" | "^" | "~>") {
            return false;
        }
        // `>= 1.2`
        let version = if version.is_empty() { words.next().unwrap_or_default() } else { version };
        if !is_version(version) {
            return false;
        }
    }
    true
}

/// `1`, `1.2.x`, `v1.2.3-beta.1+build`
fn is_version(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let (numbers, rest) = version.split_at(version.find(['-', '+']).unwrap_or(version.len()));
    let is_number = |part: &str| {
        matches!(part, "x" | "X" | "*") || part.parse::<u64>().is_ok_and(|_| !part.starts_with('+'))
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-+.".contains(c);
    parts.len() <= 3
        && parts.iter().all(|part| is_number(part))
        && (rest.is_empty() || (parts.len() == 3 && rest.len() > 1 && rest.chars().all(is_allowed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_versions_of_a_package_of_the_registry() {
        for good in [
            "",
            "*",
            "1",
            "1.x",
            "^1.2.3",
            "~1.2",
            ">=1.2 <2",
            ">= 1.2",
            "1.2 - 1.4",
            "latest",
            "1.0.0-beta.1+build.5",
            "^1 || ^2",
            "v1.2.3",
            "=1.0.0",
            "next",
        ] {
            assert_eq!(range("a", good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("git+https://example.org/a.git", "names a place"),
            ("user/repository", "names a place"),
            ("file:../a", "names a place"),
            ("npm:other@1", "names a place"),
            ("workspace:*", "names a place"),
            ("https://example.org/a.tgz", "names a place"),
            ("1.2.3.4", "is no range"),
            ("1 $(id)", "is no range"),
            ("^", "is no range"),
            ("1\n;", "is no range"),
            ("=>1", "is no range"),
        ] {
            let error = range("a", bad).unwrap_err().to_string();
            assert!(error.contains(reason), "{bad}: {error}");
        }
        for bad in ["", "a b", "../a", "@a", "@a/", ".a", "a/b"] {
            assert_eq!(range(bad, "1"), Err(Refusal::Name(bad.to_owned())));
        }
    }
}
