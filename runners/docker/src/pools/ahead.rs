//! Packages that are asked for often: sandboxes are kept that have them imported.
//!
//! To import pandas takes most of a second, and a program that uses it a few milliseconds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::spec::Kind;

/// How many jobs ask for the same before it is often.
const OFTEN: u32 = 2;

/// For how long after a job the next one is expected.
const MEMORY: Duration = Duration::from_mins(10);

/// What jobs have asked for lately.
#[derive(Debug, Default)]
pub(super) struct Asked {
    kinds: HashMap<Kind, (u32, Option<Instant>)>,
}

impl Asked {
    /// Notes that a job asks for it.
    pub(super) fn note(&mut self, kind: Kind) {
        let (count, last) = self.kinds.entry(kind).or_default();
        *count = count.saturating_add(1);
        *last = Some(Instant::now());
    }

    /// What is asked for often, at most so much of it: what was asked for last.
    pub(super) fn often(&mut self, most: usize) -> Vec<Kind> {
        self.kinds.retain(|_, (_, last)| last.is_some_and(|last| last.elapsed() < MEMORY));
        let often = self.kinds.iter().filter(|(_, (count, _))| *count >= OFTEN);
        let mut often: Vec<_> = often.map(|(kind, (_, last))| (*last, kind)).collect();
        often.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
        often.into_iter().take(most).map(|(_, kind)| kind.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use lazaret_agent::message::Ahead;
    use lazaret_sandbox::{Interpreter, Limits};

    use super::*;

    fn kind(packages: &str) -> Kind {
        let ahead = Ahead { packages: packages.into(), modules: vec!["pandas".into()] };
        let mut kind = Kind::new(Interpreter::Python, &Limits::default());
        kind.ahead = Some(ahead);
        kind
    }

    #[test]
    fn what_was_asked_for_twice_is_often_and_the_last_of_it_stays() {
        let mut asked = Asked::default();
        asked.note(kind("one"));
        assert!(asked.often(2).is_empty());
        for packages in ["one", "two", "two", "three", "three"] {
            asked.note(kind(packages));
        }
        assert_eq!(asked.often(2), [kind("three"), kind("two")]);
        assert!(asked.often(0).is_empty());
    }
}
