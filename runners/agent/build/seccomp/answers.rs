//! What is answered to each system call, by its number.

use std::collections::BTreeMap;

use super::number::number;
use super::{Action, Argument, Group};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Allowed,
    NotPermitted,
    NotImplemented,
}

/// An answer that holds where all conditions do.
#[derive(Clone, PartialEq)]
pub(super) struct Case {
    pub(super) conditions: Vec<Condition>,
    pub(super) answer: Answer,
}

/// What is left of an argument under the mask, if there is one, is this value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) index: u8,
    pub(super) mask: Option<u32>,
    pub(super) value: u32,
}

/// The cases of each number, of which the first that holds counts, and the last always holds.
#[derive(Clone)]
pub(super) struct Answers(BTreeMap<u32, Vec<Case>>);

impl Answers {
    /// What is refused is refused even where another group allows it.
    pub(super) fn of(groups: &[Group], arch: &str) -> Self {
        let mut cases: BTreeMap<u32, Vec<Case>> = BTreeMap::new();
        for action in [Action::Errno, Action::Allow] {
            for group in groups.iter().filter(|group| group.action == action) {
                for name in &group.names {
                    cases.entry(number(name, arch)).or_default().push(Case::of(group));
                }
            }
        }
        cases.values_mut().for_each(end);
        Self(cases)
    }

    /// The same, but for these.
    pub(super) fn refusing(&self, names: &[&str], arch: &str) -> Self {
        self.with(names, &[NOT_PERMITTED], arch)
    }

    /// The same, but for these where their first argument is not 0.
    pub(super) fn refusing_but_for_oneself(&self, names: &[&str], arch: &str) -> Self {
        let oneself = Condition { index: 0, mask: None, value: 0 };
        let allowed = Case { conditions: vec![oneself], answer: Answer::Allowed };
        self.with(names, &[allowed, NOT_PERMITTED], arch)
    }

    fn with(&self, names: &[&str], answers: &[Case], arch: &str) -> Self {
        let mut cases = self.0.clone();
        cases.extend(names.iter().map(|name| (number(name, arch), answers.to_vec())));
        Self(cases)
    }

    /// The numbers from which on something else is answered than below, the first of them 0.
    pub(super) fn ranges(&self) -> Vec<(u32, Vec<Case>)> {
        let mut ranges: Vec<(u32, Vec<Case>)> = Vec::new();
        let last = self.0.keys().next_back().copied().unwrap_or_default();
        for number in 0..=last + 1 {
            let cases = self.0.get(&number).cloned().unwrap_or_else(|| vec![NOT_IMPLEMENTED]);
            if ranges.last().is_none_or(|(_, before)| *before != cases) {
                ranges.push((number, cases));
            }
        }
        ranges
    }
}

const NOT_PERMITTED: Case = Case { conditions: Vec::new(), answer: Answer::NotPermitted };
const NOT_IMPLEMENTED: Case = Case { conditions: Vec::new(), answer: Answer::NotImplemented };

/// Nothing is said after a case that always holds.
fn end(cases: &mut Vec<Case>) {
    match cases.iter().position(|case| case.conditions.is_empty()) {
        Some(last) => cases.truncate(last + 1),
        None => cases.push(NOT_IMPLEMENTED),
    }
}

impl Case {
    fn of(group: &Group) -> Self {
        let answer = match group.action {
            Action::Allow => Answer::Allowed,
            Action::Errno => Answer::NotPermitted,
        };
        Self { conditions: group.args.iter().map(Condition::of).collect(), answer }
    }
}

impl Condition {
    fn of(argument: &Argument) -> Self {
        let (mask, value) = match argument.op {
            super::Operator::Equal => (None, argument.value),
            super::Operator::MaskedEqual => (Some(argument.value), argument.value_two),
        };
        Self { index: argument.index, mask, value }
    }
}
