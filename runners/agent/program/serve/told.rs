//! The code with which an interpreter would exit that has nothing left to do. It tells it, and waits
//! to be ended: to be taken apart takes it longer than most programs take, and need not be waited for.
//!
//! It comes behind a NUL on the pipe of the result, as a line. A program that forges it has picked its
//! own end and exit code, as all programs can.

/// What has been told so far.
#[derive(Default)]
pub(super) struct Told(Option<Vec<u8>>);

impl Told {
    /// The longest code, and the line's end.
    const MOST: usize = 4;

    /// The result's share of what was read.
    pub(super) fn listen<'a>(&mut self, read: &'a [u8]) -> &'a [u8] {
        let (result, code) = match (&self.0, read.iter().position(|byte| *byte == 0)) {
            (None, None) => return read,
            (None, Some(end)) => (read.get(..end), read.get(end + 1..)),
            (Some(_), _) => (None, Some(read)),
        };
        let told = self.0.get_or_insert_default();
        told.extend(code.unwrap_or_default());
        told.truncate(Self::MOST + 1);
        result.unwrap_or_default()
    }

    /// The code, once it was told.
    pub(super) fn code(&self) -> Option<i32> {
        let line = std::str::from_utf8(self.0.as_ref()?).ok()?.strip_suffix('\n')?;
        let code: u8 = line.parse().ok()?;
        Some(code.into())
    }
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
        assert_eq!((told.listen(b"7\n"), told.code()), (b"".as_slice(), None));
    }
}
