//! Conditions on Python's version and on the system, and what they say of imports behind them.
//!
//! `if sys.version_info < (3, 11): import tomli` needs `tomli` on old versions alone. Conditions
//! are read as they are written, not resolved: people write these in a handful of ways, and one
//! that is not understood leaves the import needed everywhere.

use crate::kind::Field;
use crate::program::Guard;
use crate::python::kind::Kind;
use crate::python::{Child, Python, field, parts};
use crate::{DependencyKind, Marker};

/// Longer conditions are about something else.
const LONGEST: usize = 300;

/// Of a longer chain of conditions, the first count: what is left out makes an import needed in
/// more places.
const MOST: usize = 8;

/// What is known where a condition holds, and where it fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Outcomes {
    holds: Vec<Guard>,
    fails: Vec<Guard>,
}

impl Python<'_> {
    /// `if condition: …`, `elif …`, `else: …`
    pub(super) fn guard_branches(&mut self, children: &[Child]) {
        let alternatives: Vec<&Child> =
            parts(children).filter(|child| child.visit.field == Field::Alternative).collect();
        let is_elif = |child: &&&Child| child.visit.kind == Kind::ElifClause;
        let elifs = alternatives.iter().filter(is_elif).count();
        let start = self.failed.len().saturating_sub(elifs);
        let mut failed = self.failed.split_off(start).into_iter();
        let Outcomes { holds, fails } = self.outcomes(children);
        if let Some(body) = field(children, Field::Consequence) {
            self.guard_all(body, &holds);
        }
        let mut known = fails;
        for child in alternatives {
            self.guard_all(child, &known);
            if child.visit.kind == Kind::ElifClause && known.len() < MOST {
                known.extend(failed.next().unwrap_or_default());
            }
        }
    }

    /// `elif condition: …`: what its failing says is for the clauses after it.
    pub(super) fn guard_elif(&mut self, children: &[Child]) {
        let Outcomes { holds, fails } = self.outcomes(children);
        if let Some(body) = field(children, Field::Consequence) {
            self.guard_all(body, &holds);
        }
        self.failed.push(fails);
    }

    fn guard_all(&mut self, code: &Child, guards: &[Guard]) {
        for guard in guards {
            self.builder.guard(code.visit.span, guard.clone());
        }
    }

    fn outcomes(&self, children: &[Child]) -> Outcomes {
        let condition = field(children, Field::Condition);
        condition.map(|child| outcomes(self.text.at(child.visit.span))).unwrap_or_default()
    }
}

/// What a condition says, as far as it is understood.
fn outcomes(condition: &str) -> Outcomes {
    if condition.len() > LONGEST {
        return Outcomes::default();
    }
    either(&without_space(condition))
}

/// Space is only of use between words, where a sign is put in its place.
fn without_space(condition: &str) -> String {
    let mut words = String::new();
    for word in condition.split(|c: char| c.is_whitespace() || c == '\\') {
        match word {
            "" => {}
            "and" | "or" | "not" | "in" => {
                words.push('\u{1}');
                words.push_str(word);
                words.push('\u{1}');
            }
            _ => words.push_str(word),
        }
    }
    words.replace("not\u{1}\u{1}in", "not in").replace("(not\u{1}", "(\u{1}not\u{1}")
}

/// `a or b`
fn either(condition: &str) -> Outcomes {
    let mut all = split(condition, "\u{1}or\u{1}").into_iter().map(both);
    let first = all.next().unwrap_or_default();
    all.fold(first, |one, other| Outcomes {
        holds: any(&one.holds, &other.holds),
        fails: [one.fails, other.fails].concat(),
    })
}

/// `a and b`
fn both(condition: &str) -> Outcomes {
    let mut all = split(condition, "\u{1}and\u{1}").into_iter().map(one);
    let first = all.next().unwrap_or_default();
    all.fold(first, |one, other| Outcomes {
        holds: [one.holds, other.holds].concat(),
        fails: any(&one.fails, &other.fails),
    })
}

/// `not a`, `(a)`, or a comparison.
fn one(condition: &str) -> Outcomes {
    if let Some(negated) = condition.strip_prefix("\u{1}not\u{1}") {
        let Outcomes { holds, fails } = one(negated);
        return Outcomes { holds: fails, fails: holds };
    }
    if let Some(within) = condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return either(within);
    }
    if matches!(last(condition), "TYPE_CHECKING") {
        let holds = vec![Guard::Kind(DependencyKind::TypeOnly)];
        return Outcomes { holds, fails: Vec::new() };
    }
    let Some(marker) = version(condition).or_else(|| system(condition)) else {
        return Outcomes::default();
    };
    let fails = marker.negated().map(Guard::Where).into_iter().collect();
    Outcomes { holds: vec![Guard::Where(marker)], fails }
}

/// What is known where one of two is.
fn any(one: &[Guard], other: &[Guard]) -> Vec<Guard> {
    match (one, other) {
        ([Guard::Where(one)], [Guard::Where(other)]) => {
            vec![Guard::Where(one.clone().or(other.clone()))]
        }
        _ if one == other => one.to_vec(),
        _ => Vec::new(),
    }
}

/// The parts between separators that no parenthesis is around.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '\u{1}' if depth == 0 && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `version_info` of `sys.version_info`
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A comparison, its sides and the operator.
fn comparison(condition: &str) -> Option<(&str, &'static str, &str)> {
    const OPERATORS: [&str; 8] =
        ["==", "!=", "<=", ">=", "<", ">", "\u{1}not in\u{1}", "\u{1}in\u{1}"];
    let (at, operator) = OPERATORS
        .into_iter()
        .filter_map(|operator| Some((condition.find(operator)?, operator)))
        .min_by_key(|(at, operator)| (*at, std::cmp::Reverse(operator.len())))?;
    Some((&condition[..at], operator, &condition[at + operator.len()..]))
}

/// `sys.version_info >= (3, 8)`, `sys.version_info[0] == 2`, `six.PY2`
fn version(condition: &str) -> Option<Marker> {
    let python = |operator, version: String| Marker::compare("python_version", operator, version);
    match last(condition) {
        "PY2" => return Some(python("<", "3".to_owned())),
        "PY3" => return Some(python(">=", "3".to_owned())),
        _ => {}
    }
    let (left, operator, right) = comparison(condition)?;
    let (name, part) = left.split_once('[').unwrap_or((left, ""));
    let is_major = part == "0]" || name.ends_with("version_info.major");
    if is_major && last(name.trim_end_matches(".major")) == "version_info" {
        let number: u8 = right.parse().ok()?;
        let next = || number.checked_add(1).map(|next| next.to_string());
        return Some(match operator {
            "<" | ">=" => python(operator, number.to_string()),
            "<=" => python("<", next()?),
            ">" => python(">=", next()?),
            "==" if number < 3 => python("<", "3".to_owned()),
            "==" => python(">=", number.to_string()),
            "!=" if number < 3 => python(">=", "3".to_owned()),
            "!=" => python("<", number.to_string()),
            _ => return None,
        });
    }
    if last(name) != "version_info" || !matches!(part, "" | ":2]") {
        return None;
    }
    let numbers = right.strip_prefix('(')?.strip_suffix(')')?.trim_end_matches(',');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let numbers: Vec<&str> = numbers.split(',').collect();
    if !numbers.iter().all(|part| is_number(part)) {
        return None;
    }
    // The whole tuple goes on after two numbers, so it is greater than they are.
    let operator = match (operator, part) {
        (">", "") => ">=",
        ("<=", "") => "<",
        ("==" | "!=", "") => return None,
        ("<" | "<=" | ">" | ">=" | "==" | "!=", _) => operator,
        _ => return None,
    };
    match numbers.len() {
        1 | 2 => Some(python(operator, numbers.join("."))),
        _ => Some(Marker::compare("python_full_version", operator, numbers[..3].join("."))),
    }
}

/// `sys.platform == "win32"`, `os.name != "nt"`, `platform.system() in ("Linux", "Darwin")`
fn system(condition: &str) -> Option<Marker> {
    if let Some((object, prefix)) = condition.split_once(".startswith(")
        && object == "sys.platform"
    {
        let whole = match text(prefix.strip_suffix(')')?)? {
            "win" => "win32",
            "linux" => "linux",
            "darwin" => "darwin",
            whole @ ("win32" | "cygwin") => whole,
            _ => return None,
        };
        return Some(Marker::compare("sys_platform", "==", whole));
    }
    let (left, operator, right) = comparison(condition)?;
    let variable = match left {
        "sys.platform" => "sys_platform",
        "os.name" => "os_name",
        "platform.system()" => "platform_system",
        "platform.machine()" => "platform_machine",
        "platform.python_implementation()" => "platform_python_implementation",
        "sys.implementation.name" => "implementation_name",
        _ => return None,
    };
    match operator {
        "==" | "!=" => Some(Marker::compare(variable, operator, text(right)?)),
        "\u{1}in\u{1}" | "\u{1}not in\u{1}" => {
            let list = right.trim_matches(['(', ')', '[', ']', '{', '}']).trim_end_matches(',');
            let texts = list.split(',').map(text).collect::<Option<Vec<&str>>>()?;
            let mut texts = texts.into_iter().map(|text| Marker::compare(variable, "==", text));
            let first = texts.next()?;
            let any = texts.fold(first, Marker::or);
            if operator == "\u{1}in\u{1}" { Some(any) } else { any.negated() }
        }
        _ => None,
    }
}

/// The text of a string without escapes.
fn text(written: &str) -> Option<&str> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = written.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains(['"', '\'', '\\'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(guards: &[Guard]) -> String {
        let shown = |guard: &Guard| match guard {
            Guard::Kind(kind) => format!("{kind:?}"),
            Guard::Where(marker) => marker.to_string().replace('"', "'"),
        };
        guards.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_condition_says_where_its_branches_run() {
        let known = [
            ("sys.version_info >= (3, 11)", "python_version >= '3.11'", "python_version < '3.11'"),
            ("sys.version_info > (3, 7)", "python_version >= '3.7'", "python_version < '3.7'"),
            ("version_info[:2] <= (3, 7)", "python_version <= '3.7'", "python_version > '3.7'"),
            ("sys.version_info[0] == 2", "python_version < '3'", "python_version >= '3'"),
            ("sys.version_info.major < 3", "python_version < '3'", "python_version >= '3'"),
            ("not six.PY2", "python_version >= '3'", "python_version < '3'"),
            ("sys.platform == 'win32'", "sys_platform == 'win32'", "sys_platform != 'win32'"),
            (
                "sys.platform.startswith('win')",
                "sys_platform == 'win32'",
                "sys_platform != 'win32'",
            ),
            (
                "os.name in ('nt', \"ce\")",
                "os_name == 'nt' or os_name == 'ce'",
                "os_name != 'nt' and os_name != 'ce'",
            ),
            ("os.name not in ['nt']", "os_name != 'nt'", "os_name == 'nt'"),
            ("typing.TYPE_CHECKING", "TypeOnly", ""),
            ("not TYPE_CHECKING", "", "TypeOnly"),
            ("(sys.platform == 'win32' and\n  fast)", "sys_platform == 'win32'", ""),
            ("fast or os.name == 'nt'", "", "os_name != 'nt'"),
            (
                "os.name == 'nt' or sys.version_info < (3, 9)",
                "os_name == 'nt' or python_version < '3.9'",
                "os_name != 'nt', python_version >= '3.9'",
            ),
            ("not (os.name == 'nt' or fast)", "os_name != 'nt'", ""),
        ];
        for (condition, holds, fails) in known {
            let outcomes = outcomes(condition);
            assert_eq!(shown(&outcomes.holds), holds, "{condition}");
            assert_eq!(shown(&outcomes.fails), fails, "{condition}");
        }
    }

    #[test]
    fn what_is_not_understood_says_nothing() {
        let hostile = "(".repeat(299);
        for condition in [
            "x",
            "",
            "sys.version_info == (3, 8)",
            "sys.version_info >= minimum",
            "not",
            "and",
            "sys.platform == name",
            "os.name == 'n' 't'",
            "self.name == 'nt'",
            "a < b < c",
            &hostile,
        ] {
            assert_eq!(outcomes(condition), Outcomes::default(), "{condition}");
        }
    }
}
