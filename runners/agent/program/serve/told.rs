//! The code with which an interpreter would exit that has nothing left to do. It tells it, and waits
//! to be ended: to be taken apart takes it longer than most programs take, and need not be waited for.
//!
//! It comes behind a NUL on the pipe of the result, as a line. A program that forges it, or a child of
//! it that does, has picked its own end and exit code, as all programs can.

/// What has been told so far.
#[derive(Default)]
pub(super) enum Told {
    /// All is the result's.
    #[default]
    Nothing,
    /// The beginning of a line.
    Some(Vec<u8>),
    /// The code, where the line was one. What follows is nothing.
    All(Option<u8>),
}

impl Told {
    /// The result's share of what was read.
    pub(super) fn listen<'a>(&mut self, read: &'a [u8]) -> &'a [u8] {
        let mut parts = read.splitn(2, |byte| *byte == 0);
        let (result, told) = match self {
            Self::Nothing => (parts.next().unwrap_or_default(), parts.next()),
            _ => ([].as_slice(), Some(read)),
        };
        if let Some(told) = told {
            self.hear(told);
        }
        result
    }

    fn hear(&mut self, told: &[u8]) {
        /// The longest code, and the line's end.
        const MOST: usize = 4;
        let mut line = match self {
            Self::Nothing => Vec::new(),
            Self::Some(line) => std::mem::take(line),
            Self::All(_) => return,
        };
        line.extend(told.iter().take(MOST));
        *self = match line.iter().position(|byte| *byte == b'\n') {
            Some(end) => Self::All(code(&line[..end])),
            None if line.len() >= MOST => Self::All(None),
            None => Self::Some(line),
        };
    }

    /// The code, once it was told.
    pub(super) fn code(&self) -> Option<i32> {
        match self {
            Self::All(code) => code.map(i32::from),
            _ => None,
        }
    }
}

fn code(line: &[u8]) -> Option<u8> {
    std::str::from_utf8(line).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_behind_a_nul_and_nothing_of_it_is_the_result() {
        let mut told = Told::default();
        assert_eq!((told.listen(b"[1, "), told.code()), (b"[1, ".as_slice(), None));
        assert_eq!((told.listen(b"2]\x001"), told.code()), (b"2]".as_slice(), None));
        assert_eq!((told.listen(b"7\n"), told.code()), (b"".as_slice(), Some(17)));
        assert_eq!((told.listen(b"8\n"), told.code()), (b"".as_slice(), Some(17)));
    }

    #[test]
    fn what_is_no_code_ends_nothing() {
        for line in [b"\0x\n".as_slice(), b"\x00256\n", b"\0", b"\x0017", b"\0\n"] {
            let mut told = Told::default();
            assert_eq!((told.listen(line), told.code()), (b"".as_slice(), None), "{line:?}");
        }
    }
}
