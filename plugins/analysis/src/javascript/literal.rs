//! Constants, as they are written in JavaScript.

use crate::Span;
use crate::javascript::kind::Kind;
use crate::javascript::{Child, Script, Visit, parts};
use crate::program::{Constant, Expression, Id};

impl Script<'_> {
    /// A number, `true`, `false`, or `null`.
    pub(super) fn constant(&mut self, visit: Visit) -> Id {
        let written = self.text.at(visit.span);
        let constant = match visit.kind {
            Kind::Boolean if written == "null" => Some(Constant::Nothing),
            Kind::Boolean => Some(Constant::Boolean(written == "true")),
            _ => number(written),
        };
        constant.map_or(Id::UNKNOWN, |constant| self.builder.constant(constant, visit.span))
    }

    /// A text; of a template, its pieces.
    pub(super) fn string(&mut self, visit: Visit, children: &[Child]) -> Id {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut start = visit.span.start;
        for child in parts(children) {
            match child.visit.kind {
                Kind::TemplateSubstitution => {
                    let before = std::mem::take(&mut piece);
                    let span = Span { start, end: child.visit.span.start };
                    start = child.visit.span.end;
                    pieces.push(self.builder.constant_text(&before, span));
                    pieces.push(child.value);
                }
                _ => piece.push_str(self.text.at(child.visit.span)),
            }
            if child.visit.kind == Kind::Fragment
                && self.text.at(child.visit.span).starts_with('\\')
            {
                let escape = self.text.at(child.visit.span);
                piece.truncate(piece.len() - escape.len());
                piece.push_str(&unescaped(escape));
            }
        }
        let rest = Span { start, end: visit.span.end };
        let rest = self.builder.constant_text(&piece, rest);
        if pieces.is_empty() {
            return rest;
        }
        pieces.push(rest);
        let list = self.builder.list(pieces);
        self.builder.push(Expression::Join(list), visit.span)
    }
}

/// A number; a `BigInt` is one, too.
fn number(written: &str) -> Option<Constant> {
    let digits = written.replace('_', "").to_ascii_lowercase();
    let digits = digits.strip_suffix('n').unwrap_or(&digits);
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => {
            let whole = digits.parse().map(Constant::Integer);
            return whole.or_else(|_| digits.parse().map(Constant::Float)).ok();
        }
    };
    i128::from_str_radix(&digits[2..], radix).ok().map(Constant::Integer)
}

/// A text without its escapes.
pub(crate) fn unescaped(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = escape(&rest[at + 1..], &mut text);
    }
    text.push_str(rest);
    text
}

/// Reads what follows a backslash; what is left after it.
fn escape<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let Some(first) = rest.chars().next() else { return rest };
    let after = &rest[first.len_utf8()..];
    let (code, left) = match first {
        'x' => digits(after, 2),
        'u' if after.starts_with('{') => {
            let end = after.find('}').unwrap_or(after.len());
            (after.get(1..end), after.get(end + 1..).unwrap_or_default())
        }
        'u' => digits(after, 4),
        '0'..='7' => return octal(rest, text),
        '\n' | '\u{2028}' | '\u{2029}' => return after,
        '\r' => return after.strip_prefix('\n').unwrap_or(after),
        _ => {
            text.push(simple(first));
            return after;
        }
    };
    let meant = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
    if let Some(meant) = meant {
        text.push(meant);
        left
    } else {
        text.push(first);
        after
    }
}

/// A letter by its octal number, of which none is above 377.
fn octal<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let most = if rest.starts_with(['0', '1', '2', '3']) { 3 } else { 2 };
    let is_octal = |byte: &u8| (b'0'..=b'7').contains(byte);
    let (number, left) = rest.split_at(rest.bytes().take(most).take_while(is_octal).count());
    text.extend(u32::from_str_radix(number, 8).ok().and_then(char::from_u32));
    left
}

/// So many digits, and what is left after them.
fn digits(text: &str, count: usize) -> (Option<&str>, &str) {
    (text.get(..count), text.get(count..).unwrap_or_default())
}

/// The escapes of one letter; any other letter stands for itself.
fn simple(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_javascript_reads_them() {
        assert_eq!(unescaped(r"\u0065v\x61l\u{21}\n\q"), "eval!\nq");
        assert_eq!(unescaped(r"\1458\479"), "e8'9");
    }
}
