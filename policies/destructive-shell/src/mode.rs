//! Who may do what with a file.

/// Whether `chmod` is told that everybody may write: `777`, `o+w`, `a=rwx`.
pub(crate) fn is_open(mode: &str) -> bool {
    if let Ok(number) = u32::from_str_radix(mode, 8) {
        return is_open_number(number);
    }
    mode.split(',').any(|part| {
        let Some(at) = part.find(['+', '=']) else { return false };
        let (who, what) = part.split_at(at);
        let is_everybody = who.contains(['o', 'a']);
        is_everybody && what.contains('w')
    })
}

/// Whether everybody may write. With the sticky bit, nobody may delete what others have written.
pub(crate) fn is_open_number(mode: u32) -> bool {
    mode & 0o1002 == 0o0002
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn everybody_may_write() {
        for mode in ["777", "0777", "666", "o+w", "a+rwx", "u=rw,o=rw"] {
            assert!(is_open(mode), "{mode}");
        }
        // `+w` is held against the mask, which leaves others out.
        for mode in ["755", "1777", "u+w", "+x", "+w", "a+x", "go-w", ""] {
            assert!(!is_open(mode), "{mode}");
        }
    }
}
