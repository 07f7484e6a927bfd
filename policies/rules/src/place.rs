//! The place in the component where the rules stand.
//!
//! A component cannot read the file that it came from, but it can read its memory. So there are
//! bytes in the file that begin with a mark and are memory when it runs: who writes rules behind
//! the mark has made a policy, and needs to know nothing about WebAssembly.

use std::sync::atomic::{AtomicU8, Ordering};

use thiserror::Error;

use crate::Rules;

/// What the place begins with. It is in the component once.
const MARK: &[u8] = b"[the rules of a policy stand here]";

/// The bytes after the mark: the rules as JSON, and a zero. A rule takes about 400.
const SIZE: usize = 64 << 10;

// Nothing here writes to it; `used` and atomic, so that the compiler does not conclude what is in it.
#[used]
static PLACE: [AtomicU8; MARK.len() + SIZE] = empty();

#[expect(clippy::large_stack_arrays, reason = "it is on the compiler's stack alone")]
const fn empty() -> [AtomicU8; MARK.len() + SIZE] {
    let mut place = [const { AtomicU8::new(0) }; MARK.len() + SIZE];
    let mut at = 0;
    while at < MARK.len() {
        place[at] = AtomicU8::new(MARK[at]);
        at += 1;
    }
    place
}

/// The rules do not fit.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the rules take {size} bytes, and a policy has room for {SIZE}")]
pub struct TooLarge {
    /// The bytes that they take.
    pub size: usize,
}

impl Rules {
    /// The policy that judges by these rules, made of the component that this crate compiles to.
    ///
    /// # Panics
    ///
    /// Of anything else: there is no place for rules in it.
    pub fn to_policy(&self, component: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let mut rules = serde_json::to_vec(self).expect("rules are texts and numbers");
        rules.push(0);
        if rules.len() > SIZE {
            return Err(TooLarge { size: rules.len() });
        }
        let mark = component.windows(MARK.len()).position(|bytes| bytes == MARK);
        let start = mark.expect("the component has the place") + MARK.len();
        let mut policy = component.to_vec();
        policy[start..start + rules.len()].copy_from_slice(&rules);
        Ok(policy)
    }

    /// The rules that stand in this component.
    pub(crate) fn here() -> Self {
        let bytes = PLACE[MARK.len()..].iter().map(|byte| byte.load(Ordering::Relaxed));
        let rules: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
        serde_json::from_slice(&rules).expect("rules stand here, as `to_policy` writes them")
    }
}

#[cfg(test)]
mod tests {
    use super::{MARK, SIZE, TooLarge};
    use crate::Rules;

    #[test]
    fn rules_are_written_behind_the_mark() {
        let component = [b"before".as_slice(), MARK, &vec![0; SIZE], b"after"].concat();
        let rules = Rules { id: "no-shell".to_owned(), ..Rules::default() };
        let policy = rules.to_policy(&component).unwrap();
        assert_eq!(policy.len(), component.len());
        let text = String::from_utf8(policy).unwrap();
        assert!(text.contains("stand here]{\"id\":\"no-shell\""), "{}", text.trim_end());
        assert!(text.starts_with("before") && text.ends_with("\0after"));
    }

    #[test]
    fn rules_that_do_not_fit_are_refused() {
        let rules = Rules { summary: "a".repeat(SIZE), ..Rules::default() };
        let Err(TooLarge { size }) = rules.to_policy(MARK) else { panic!("they fit") };
        assert!(size > SIZE);
    }
}
