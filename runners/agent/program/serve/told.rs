//! The code with which an interpreter exits that then kills itself, because an orderly exit takes
//! it longer than most programs take.
//!
//! It comes behind a NUL on the pipe of the result. A program that forges it has picked its own exit
//! code, as all programs can.

/// What has been told so far.
#[derive(Default)]
pub(super) struct Told(Option<Vec<u8>>);

impl Told {
    /// The longest code.
    const MOST: usize = 3;

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
        let code: u8 = std::str::from_utf8(self.0.as_ref()?).ok()?.parse().ok()?;
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
        assert_eq!((told.listen(b"2]\x001"), told.code()), (b"2]".as_slice(), Some(1)));
        assert_eq!((told.listen(b"7"), told.code()), (b"".as_slice(), Some(17)));
        assert_eq!((told.listen(b"7000000"), told.code()), (b"".as_slice(), None));
    }
}
