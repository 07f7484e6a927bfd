//! What somebody wants installed, in a form that no installer can take for anything else.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// Longer ones are nobody's.
const LONGEST: usize = 1024;

/// The signs of versions, extras, markers and ranges, beside letters and digits. An address needs `:` or
/// `/`, a variable of the environment `$`, a comment `#`, and a line that goes on `\`.
const SIGNS: &str = " .,_*+!<>=~^|()[]'\";-";

/// A package that is wanted: a name, and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Requirement {
    name: String,
    /// Python's extras, versions and marker; npm's range of versions. Empty for any version.
    specifier: String,
}

/// Why something is no requirement.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{}` is no requirement: a name and versions are all that is taken", .0.escape_debug())]
pub struct NotARequirement(String);

impl Requirement {
    /// A distribution of Python, and its extras, versions and marker as PEP 508 writes them.
    pub fn of_python(name: &str, specifier: &str) -> Result<Self, NotARequirement> {
        let ends = name.ends_with(|c: char| c.is_ascii_alphanumeric());
        let begins =
            specifier.is_empty() || specifier.trim_start().starts_with(|c| "[(<>=!~;".contains(c));
        Self::new(name, specifier, is_part(name) && ends && begins)
    }

    /// A package of npm, and a range of its versions.
    pub fn of_npm(name: &str, range: &str) -> Result<Self, NotARequirement> {
        let is_name = match name.strip_prefix('@') {
            None => is_part(name),
            Some(scoped) => {
                scoped.split_once('/').is_some_and(|(scope, name)| is_part(scope) && is_part(name))
            }
        };
        Self::new(name, range, is_name && !range.trim_start().starts_with('-'))
    }

    fn new(name: &str, specifier: &str, is_well_formed: bool) -> Result<Self, NotARequirement> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || SIGNS.contains(c);
        let is_short = name.len() + specifier.len() <= LONGEST;
        // Between two versions of npm's stands a hyphen of its own.
        let is_option = |word: &str| word.starts_with('-') && word != "-";
        let is_plain =
            specifier.chars().all(is_allowed) && !specifier.split_whitespace().any(is_option);
        if is_well_formed && is_short && is_plain {
            Ok(Self { name: name.to_owned(), specifier: specifier.trim().to_owned() })
        } else {
            Err(NotARequirement(format!("{name}{specifier}").chars().take(LONGEST).collect()))
        }
    }

    /// The package.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wanted of it.
    pub fn specifier(&self) -> &str {
        &self.specifier
    }
}

/// For people, and as Python's installers read it.
impl fmt::Display for Requirement {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of Python's begins so.
        let is_range = |c: char| c.is_ascii_alphanumeric() || "^*".contains(c);
        let between = if self.specifier.starts_with(is_range) { "@" } else { "" };
        write!(to, "{}{between}{}", self.name, self.specifier)
    }
}

/// A name without a scope. npm's may have a `~`.
fn is_part(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_versions_extras_markers_and_ranges_are_taken() {
        for (name, specifier) in [
            ("requests", ""),
            ("zope.interface", "==7.*"),
            ("requests", "[socks, security]>=2,<3 ; python_version < \"3.9\""),
            ("a", " (~=1.0)"),
            ("a", "==1!2.0+local"),
        ] {
            assert!(Requirement::of_python(name, specifier).is_ok(), "{name}{specifier}");
        }
        for (name, range) in
            [("lodash", "^4.17"), ("@scope/part", "1.x || >=2.5 <3"), ("a", "latest"), ("a", "*")]
        {
            assert!(Requirement::of_npm(name, range).is_ok(), "{name} {range}");
        }
        for (range, shown) in
            [("1.x", "@s/p@1.x"), ("^1", "@s/p@^1"), ("*", "@s/p@*"), ("", "@s/p")]
        {
            let it = Requirement::of_npm("@s/p", range).map(|it| it.to_string());
            assert_eq!(it, Ok(shown.into()));
        }
    }

    #[test]
    fn nothing_else_is() {
        for (name, specifier) in [
            ("-r", ""),
            ("--index-url", "=https://example.org"),
            ("", ""),
            ("a", "bc"),
            ("a-", ""),
            ("a", " @ https://example.org/a.whl"),
            ("a", "==1 --hash=sha256:00"),
            ("a", "==1 --editable"),
            ("a", "==1\n-r /etc/passwd"),
            ("a", "; os_name == \"${SECRET}\""),
            ("a", "==1 \\"),
            ("a", "==1 # b"),
            ("a/b", ""),
            ("a~b c", ""),
        ] {
            assert!(Requirement::of_python(name, specifier).is_err(), "{name}{specifier}");
        }
        for (name, range) in [
            ("a", "user/repo"),
            ("a", "file:../a"),
            ("a", "npm:b@1"),
            ("a", "--save"),
            ("@a", "1"),
            ("../a", "1"),
            ("a; touch x", "1"),
            ("a", "$(id)"),
            ("a", "1\n2"),
        ] {
            assert!(Requirement::of_npm(name, range).is_err(), "{name} {range}");
        }
        assert!(Requirement::of_python(&"a".repeat(2000), "").is_err());
    }
}
