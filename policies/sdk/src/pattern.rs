//! Names with wildcards. The host matches interests with this file, too.

/// Whether `name` fits `pattern`, in which a `*` stands for any characters, or none.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    // With one kind of wildcard, the first place that fits is as good as any, so nothing is tried twice.
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters_or_none() {
        assert!(matches("subprocess.*", "subprocess.run"));
        assert!(matches("*child_process.exec", "node:child_process.exec"));
        assert!(matches("*child_process.exec", "child_process.exec"));
        assert!(matches("a*c*e", "abcde"));
        assert!(matches("*", ""));
    }

    #[test]
    fn the_rest_must_be_equal() {
        assert!(!matches("subprocess.*", "subprocess"));
        assert!(!matches("os.system", "os.system2"));
        assert!(!matches("a*c*e", "abcd"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("*ab*b", "xab"));
    }
}
