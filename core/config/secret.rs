//! Addresses that may hold a name and a password, and are shown without them.

/// What stands before the name.
const BEGIN: &str = "://";

/// A text in which no address has a name or a password: `https://***@example.org/simple`.
///
/// What is hidden ends at the last `@` of the line, wherever an address could hold something before it: a
/// password that was not encoded may have `/`, `@` and quotes in it, and it is better to hide a part of a
/// path than to show a part of a password.
pub(crate) fn hidden(text: String) -> String {
    if !text.contains(BEGIN) {
        return text;
    }
    text.split('\n').map(hidden_in_line).collect::<Vec<_>>().join("\n")
}

fn hidden_in_line(line: &str) -> String {
    let begin = line.find(BEGIN).map(|begin| begin + BEGIN.len());
    let Some((begin, end)) = begin.zip(line.rfind('@')).filter(|(begin, end)| begin <= end) else {
        return line.to_owned();
    };
    let host = line[begin..].split(['/', '?', '#', '"', '\'', ' ']).next().unwrap_or_default();
    // A path may have an `@`, of an address that has neither a name nor a port.
    if host.contains(['@', ':']) {
        return format!("{}***{}", &line[..begin], &line[end..]);
    }
    // The next address may have a password.
    let (shown, rest) = line.split_at(begin + host.len());
    format!("{shown}{}", hidden_in_line(rest))
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn no_part_of_a_password_is_left() {
        for text in [
            "https://name:PASS@example.org/simple",
            "https://PASS@example.org/simple",
            "https://name:PA/SS@example.org/simple",
            "https://name:PA@SS@example.org/simple",
            "https://name:PA?S#S@example.org/simple",
            "https://name:PA\"S'S @example.org/simple",
        ] {
            assert_eq!(hidden(text.to_owned()), "https://***@example.org/simple");
        }
    }

    #[test]
    fn what_holds_none_is_shown_whole() {
        for text in [
            "https://example.org/simple",
            "https://example.org/@scope/name",
            "http://proxy.example.org:3128",
            "name@example.org",
            "",
        ] {
            assert_eq!(hidden(text.to_owned()), text);
        }
    }

    #[test]
    fn every_line_and_every_address_counts() {
        let text = "see http://example.org/a\n3 | a = [\"https://example.org/\", \"https://a:PASS@example.com\"]";
        let told = "see http://example.org/a\n3 | a = [\"https://example.org/\", \"https://***@example.com\"]";
        assert_eq!(hidden(text.to_owned()), told);
    }
}
