//! Names with wildcards.

/// Whether `name` fits `pattern`, in which a `*` stands for any characters, or none. The host
/// matches interests in the same way.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    rest.is_empty()
        || (0..=name.len()).any(|at| name.get(at..).is_some_and(|tail| matches(rest, tail)))
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
    }
}
