//! A requirement as Python's tools write it, read strictly (PEP 508, PEP 440).
//!
//! A name, extras, versions, a marker, and nothing else. What pip takes beside that, such as an
//! option, a path, an address or a revision, brings code from elsewhere, so it is refused with its
//! reason and never left out in silence.

use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use thiserror::Error;

use crate::dependency::marker::{Marker, Term};

/// Longer requirements are nobody's.
const LONGEST: usize = 1024;

/// How deep parentheses in a marker may nest.
const DEEPEST: usize = 16;

/// The comparisons that a marker may make, longest first.
const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

/// Why a requirement is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotARequirement {
    /// It does not begin as a name does.
    #[error("it does not begin with the name of a package")]
    Name,
    /// An option of pip's, such as `-r` or `--hash`.
    #[error("`{0}` is an option; only names, versions and markers are taken")]
    Option(String),
    /// It comes from somewhere else than an index.
    #[error("it names a place ({0}), and not a package of an index")]
    Place(&'static str),
    /// Its versions are not as PEP 440 has them.
    #[error("`{0}` says nothing of versions: {1}")]
    Versions(String, String),
    /// Its marker is not as PEP 508 has it.
    #[error("`{0}` is no marker")]
    Marker(String),
    /// There is more than a requirement.
    #[error("it goes on with `{0}`")]
    Rest(String),
    /// It is longer than any.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
}

/// A requirement's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) name: String,
    pub(super) extras: Vec<String>,
    pub(super) versions: String,
    pub(super) marker: Option<Marker>,
}

/// Reads a requirement.
pub(super) fn parse(written: &str) -> Result<Parsed, NotARequirement> {
    let written = written.trim();
    refuse(written)?;
    let (name, rest) = name(written)?;
    let (extras, rest) = extras(rest)?;
    let (versions, marker) = match rest.split_once(';') {
        Some((versions, marker)) => (versions, Some(parse_marker(marker)?)),
        None => (rest, None),
    };
    Ok(Parsed { name: name.to_owned(), extras, versions: parse_versions(versions.trim())?, marker })
}

/// The name that a requirement begins with which is refused for what follows.
pub(super) fn named(written: &str) -> Option<&str> {
    let (name, rest) = name(written.trim()).ok()?;
    let is_end = |rest: &str| rest.starts_with(['[', '(', '<', '>', '=', '!', '~', ';', '@', '-']);
    let follows_space = written.trim()[name.len()..].starts_with(char::is_whitespace);
    (rest.is_empty() || follows_space || is_end(rest)).then_some(name)
}

/// Whether this is a name with versions or without, and no more.
pub(crate) fn distribution_of(written: &str) -> Result<(), NotARequirement> {
    let parsed = parse(written)?;
    match (parsed.extras.first(), parsed.marker) {
        (Some(extra), _) => Err(NotARequirement::Rest(format!("[{extra}]"))),
        (None, Some(marker)) => Err(NotARequirement::Rest(format!("; {marker}"))),
        (None, None) => Ok(()),
    }
}

/// What is something else than a requirement, by its looks.
fn refuse(written: &str) -> Result<(), NotARequirement> {
    if written.len() > LONGEST {
        return Err(NotARequirement::TooLong);
    }
    if let Some(control) = written.chars().find(|c| c.is_control() && *c != '\t') {
        return Err(NotARequirement::Rest(control.escape_default().to_string()));
    }
    let option = written.split_whitespace().find(|word| word.starts_with('-'));
    if let Some(option) = option {
        let option = option.split('=').next().unwrap_or(option);
        return Err(NotARequirement::Option(option.to_owned()));
    }
    let before_marker = written.split(';').next().unwrap_or(written);
    let place = if ["git+", "hg+", "svn+", "bzr+"].iter().any(|vcs| before_marker.contains(vcs)) {
        "a revision of a repository"
    } else if before_marker.contains("://") || before_marker.contains('@') {
        "an address"
    } else if before_marker.contains(['/', '\\']) || before_marker.starts_with('.') {
        "a path"
    } else {
        return Ok(());
    };
    Err(NotARequirement::Place(place))
}

/// The name, and what follows it.
fn name(written: &str) -> Result<(&str, &str), NotARequirement> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = written.find(|c| !is_part(c)).unwrap_or(written.len());
    let (name, rest) = written.split_at(end);
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if is_edge(name.chars().next()) && is_edge(name.chars().next_back()) {
        Ok((name, rest.trim_start()))
    } else {
        Err(NotARequirement::Name)
    }
}

fn extras(rest: &str) -> Result<(Vec<String>, &str), NotARequirement> {
    let Some(within) = rest.strip_prefix('[') else { return Ok((Vec::new(), rest)) };
    let (list, rest) =
        within.split_once(']').ok_or_else(|| NotARequirement::Rest(rest.to_owned()))?;
    let mut extras = Vec::new();
    for extra in list.split(',').map(str::trim).filter(|_| !list.trim().is_empty()) {
        match name(extra) {
            Ok((extra, "")) => extras.push(extra.to_owned()),
            _ => return Err(NotARequirement::Rest(format!("[{list}]"))),
        }
    }
    Ok((extras, rest.trim_start()))
}

fn parse_versions(written: &str) -> Result<String, NotARequirement> {
    let within = written.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let versions = within.unwrap_or(written).trim();
    if versions.is_empty() && within.is_none() {
        return Ok(String::new());
    }
    if !versions.starts_with(['<', '>', '=', '!', '~']) {
        return Err(NotARequirement::Rest(versions.to_owned()));
    }
    match VersionSpecifiers::from_str(versions) {
        Ok(_) => Ok(versions.chars().filter(|c| !c.is_whitespace()).collect()),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default().to_owned();
            Err(NotARequirement::Versions(versions.to_owned(), reason))
        }
    }
}

/// Reads a marker.
fn parse_marker(written: &str) -> Result<Marker, NotARequirement> {
    let wrong = || NotARequirement::Marker(written.trim().to_owned());
    let mut reader = Reader { rest: written, depth: 0 };
    let marker = reader.any().ok_or_else(wrong)?;
    if reader.rest.trim().is_empty() { Ok(marker) } else { Err(wrong()) }
}

/// What of a marker has not been read.
struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    /// `a or b`
    fn any(&mut self) -> Option<Marker> {
        let mut marker = self.all()?;
        while self.take("or") {
            marker = marker.or(self.all()?);
        }
        Some(marker)
    }

    /// `a and b`
    fn all(&mut self) -> Option<Marker> {
        let mut marker = self.one()?;
        while self.take("and") {
            marker = marker.and(self.one()?);
        }
        Some(marker)
    }

    /// `(a)`, `a < "b"`
    fn one(&mut self) -> Option<Marker> {
        if !self.take("(") {
            let left = self.term()?;
            let operator = self.operator()?;
            let right = self.term()?;
            let both_texts = matches!((&left, &right), (Term::Text(_), Term::Text(_)));
            return (!both_texts).then_some(Marker::Compare(left, operator, right));
        }
        self.depth += 1;
        let marker = if self.depth > DEEPEST { None } else { self.any() };
        self.depth -= 1;
        marker.filter(|_| self.take(")"))
    }

    fn operator(&mut self) -> Option<&'static str> {
        if let Some(operator) = OPERATORS.into_iter().find(|operator| self.take(operator)) {
            return Some(operator);
        }
        if self.take("not") {
            return self.take("in").then_some("not in");
        }
        self.take("in").then_some("in")
    }

    fn term(&mut self) -> Option<Term> {
        self.rest = self.rest.trim_start();
        let quote = self.rest.chars().next()?;
        if quote == '"' || quote == '\'' {
            let (text, rest) = self.rest[1..].split_once(quote)?;
            self.rest = rest;
            return Some(Term::Text(text.to_owned()));
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_');
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Term::variable(name)
    }

    /// Takes what comes next, if it is this; a word only as a whole.
    fn take(&mut self, what: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(what) else { return false };
        let is_word = what.chars().all(|c| c.is_ascii_alphabetic());
        let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if is_word && goes_on {
            return false;
        }
        self.rest = rest;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> Result<(String, String, Option<String>), String> {
        let parsed = parse(written).map_err(|error| error.to_string())?;
        Ok((parsed.name, parsed.versions, parsed.marker.map(|marker| marker.to_string())))
    }

    #[test]
    fn a_requirement_is_a_name_extras_versions_and_a_marker() {
        let parsed = parse("Requests[socks, security] >=2, <3 ; python_version<'3.9'").unwrap();
        assert_eq!(parsed.name, "Requests");
        assert_eq!(parsed.extras, ["socks", "security"]);
        assert_eq!(parsed.versions, ">=2,<3");
        assert_eq!(parsed.marker.unwrap().to_string(), "python_version < \"3.9\"");
        assert_eq!(shown("a"), Ok(("a".into(), String::new(), None)));
        assert_eq!(shown("a (~=1.0)"), Ok(("a".into(), "~=1.0".into(), None)));
        let marker = "'linux' in sys_platform and (os_name != \"nt\" or extra == \"x\")";
        let written = marker.replace('\'', "\"");
        assert_eq!(shown(&format!("a; {marker}")), Ok(("a".into(), String::new(), Some(written))));
    }

    #[test]
    fn whatever_else_pip_takes_is_refused_with_its_reason() {
        let refused = [
            ("-r other.txt", "`-r` is an option"),
            ("--index-url https://example.org", "`--index-url` is an option"),
            ("a==1 --hash=sha256:00", "`--hash` is an option"),
            ("a @ https://example.org/a.whl", "an address"),
            ("git+https://example.org/a.git", "a revision"),
            ("a@git+ssh://example.org/a", "a revision"),
            ("./a", "a path"),
            ("../a.whl", "a path"),
            ("C:\\a.whl", "a path"),
            ("a b", "it goes on with `b`"),
            ("a\nb", "it goes on with `\\n`"),
            ("a$(id)", "it goes on with `$(id)`"),
            ("a`id`", "it goes on with ``id``"),
            ("a|sh", "it goes on with `|sh`"),
            ("a==", "says nothing of versions"),
            ("a=1", "says nothing of versions"),
            ("a()", "it goes on with"),
            ("a[b", "it goes on with"),
            ("a[b;c]", "it goes on with"),
            ("a; rm", "`rm` is no marker"),
            ("a; os_name == 'nt' rm", "is no marker"),
            ("a; 'a' == 'b'", "is no marker"),
            ("", "does not begin with the name"),
            ("_a", "does not begin with the name"),
        ];
        for (written, reason) in refused {
            let error = shown(written).unwrap_err();
            assert!(error.contains(reason), "{written:?}: {error}");
        }
        let deep = format!("a; {}os_name == 'nt'{}", "(".repeat(200), ")".repeat(200));
        assert!(shown(&deep).unwrap_err().contains("is no marker"));
        assert!(shown(&"a".repeat(2000)).unwrap_err().contains("longer than"));
    }
}
