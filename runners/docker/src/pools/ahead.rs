//! Packages that are asked for often: sandboxes are kept that have them imported.
//!
//! To import pandas takes most of a second, and a program that uses it a few milliseconds. What does not
//! survive that, or takes too long, is not tried again for ten minutes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::spec::Kind;

/// How many jobs ask for the same before it is often.
const OFTEN: u32 = 2;

/// For how long after a job the next one is expected.
const MEMORY: Duration = Duration::from_mins(10);

/// After how long it is tried again where it failed: the engine may have been to blame.
const RETRY: Duration = Duration::from_mins(10);

/// What jobs have asked for lately.
#[derive(Debug, Default)]
pub(super) struct Asked {
    kinds: HashMap<Kind, Interest>,
}

#[derive(Debug, Default)]
struct Interest {
    count: u32,
    last: Option<Instant>,
    /// When no sandbox could be started with it, or none lasted.
    given_up: Option<Instant>,
}

impl Asked {
    /// Notes that a job asks for it.
    pub(super) fn note(&mut self, kind: Kind) {
        let interest = self.kinds.entry(kind).or_default();
        interest.count = interest.count.saturating_add(1);
        interest.last = Some(Instant::now());
    }

    /// Notes that there is no sandbox that has it imported, or not for long.
    pub(super) fn give_up(&mut self, kind: &Kind) {
        if let Some(interest) = self.kinds.get_mut(kind) {
            interest.given_up = Some(Instant::now());
        }
    }

    /// What is asked for often, at most so much of it: what was asked for last.
    pub(super) fn often(&mut self, most: usize) -> Vec<Kind> {
        self.kinds.retain(|_, one| one.last.is_some_and(|last| last.elapsed() < MEMORY));
        let often = self.kinds.iter().filter(|(_, one)| one.count >= OFTEN && one.may_be_tried());
        let mut often: Vec<_> = often.map(|(kind, one)| (one.last, kind)).collect();
        often.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
        often.into_iter().take(most).map(|(_, kind)| kind.clone()).collect()
    }
}

impl Interest {
    fn may_be_tried(&self) -> bool {
        self.given_up.is_none_or(|given_up| given_up.elapsed() >= RETRY)
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
        asked.give_up(&kind("three"));
        asked.note(kind("three"));
        assert_eq!(asked.often(2), [kind("two"), kind("one")]);
    }
}
