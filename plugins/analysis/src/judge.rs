//! From facts to findings, by the catalogue.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use crate::catalogue::{Catalogue, Entry, Overrides, Trigger};
use crate::disguise::Disguise;
use crate::grammar::SyntaxError;
use crate::program::BindingId;
use crate::survey::{KnownCode, Seen};
use crate::text::Text;
use crate::{Argument, Capability, FactKind, Finding, Language, Resolution, Severity, Span};

/// More than this of one file nobody reads, and each costs memory in every report.
const MOST_FINDINGS: usize = 1_000;

/// Judges what one file does in one language.
pub(crate) struct Judge<'a> {
    path: &'a str,
    language: Language,
    catalogue: &'a Catalogue,
    /// What each rule of the catalogue weighs; nothing if it is off.
    severities: Vec<Option<Severity>>,
    overrides: &'a Overrides,
    text: &'a Text,
    findings: Vec<Finding>,
}

fn by_place(one: &Finding, other: &Finding) -> Ordering {
    let by_rule = (one.span, &one.rule).cmp(&(other.span, &other.rule));
    // Equal ones have to be neighbours, for one of them is enough.
    by_rule.then(other.severity.cmp(&one.severity)).then_with(|| one.message.cmp(&other.message))
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        path: &'a str,
        language: Language,
        catalogue: &'a Catalogue,
        overrides: &'a Overrides,
        text: &'a Text,
    ) -> Self {
        let severity = |entry: &Entry| {
            let speaks = entry.languages.contains(&language);
            overrides.severity(entry).filter(|_| speaks)
        };
        let severities = catalogue.entries.iter().map(severity).collect();
        Self { path, language, catalogue, severities, overrides, text, findings: Vec::new() }
    }

    /// What the grammar did not understand.
    pub(crate) fn syntax(&mut self, errors: &[SyntaxError]) {
        let rules: Vec<usize> = self.catalogue.on(Trigger::Syntax).collect();
        for (error, rule) in
            errors.iter().flat_map(|error| rules.iter().map(move |rule| (error, *rule)))
        {
            let name = match &error.missing {
                Some(missing) => format!("`{missing}` is missing"),
                None => self.first_line(error.span),
            };
            self.find(rule, &name, error.span);
        }
    }

    /// What is not what it seems.
    pub(crate) fn disguises(&mut self, disguises: &[Disguise]) {
        for disguise in disguises {
            let rules: Vec<usize> = self.catalogue.on(disguise.trigger).collect();
            for rule in rules {
                self.find(rule, &disguise.name, disguise.span);
            }
        }
    }

    /// What the file uses. The value of a name is judged where the name is used; if nothing
    /// is found there it is judged where it is bound, for another file may use it.
    pub(crate) fn uses(&mut self, seen: &[Seen]) {
        let mut explained = HashSet::new();
        let (bound, free): (Vec<&Seen>, Vec<&Seen>) = seen
            .iter()
            .filter(|seen| seen.language == self.language)
            .partition(|seen| !seen.bound.is_empty());
        for seen in free {
            self.judge(seen, &mut explained);
        }
        for seen in bound.into_iter().rev() {
            if !seen.bound.iter().any(|binding| explained.contains(binding)) {
                self.judge(seen, &mut explained);
            }
        }
    }

    /// What was found.
    pub(crate) fn findings(self) -> Vec<Finding> {
        self.findings
    }

    fn judge(&mut self, seen: &Seen, explained: &mut HashSet<BindingId>) {
        let Some(trigger) = trigger(seen.fact.kind) else { return };
        if seen.fact.resolution == Resolution::Unknown {
            return;
        }
        let rules = self.catalogue.named(trigger, &seen.fact.name);
        if !rules.is_empty() {
            // Excused or not, this is where it was judged.
            explained.extend(seen.way.iter().filter_map(|(binding, _)| *binding));
        }
        // What a name is hidden for may weigh nothing to a configuration; hiding it still does.
        let mut worst = None;
        for rule in rules {
            let entry = &self.catalogue.entries[rule];
            if entry.languages.contains(&self.language) && applies(entry, seen) {
                self.find_seen(rule, seen);
                worst = worst.max(Some(entry.severity)).max(self.severities[rule]);
            }
        }
        if seen.is_roundabout && worst >= Some(Severity::Medium) {
            let rules: Vec<usize> = self.catalogue.on(Trigger::Roundabout).collect();
            for rule in rules {
                self.find_seen(rule, seen);
            }
        }
    }

    /// A finding about something, with the way that leads there.
    fn find_seen(&mut self, rule: usize, seen: &Seen) {
        let before = self.findings.len();
        self.find(rule, &seen.fact.name, seen.focus);
        let entry = &self.catalogue.entries[rule];
        for finding in &mut self.findings[before..] {
            if entry.everyday && says_all(entry, seen) {
                finding.severity = self.overrides.everyday(entry, finding.severity);
            }
            if entry.capability == Capability::DynamicCode && runs_values(seen) {
                finding.severity = self.overrides.harmless(entry, finding.severity);
            }
            finding.labels = seen.way.iter().filter_map(|(_, label)| label.clone()).collect();
        }
    }

    fn find(&mut self, rule: usize, name: &str, span: Span) {
        let (entry, Some(severity)) = (&self.catalogue.entries[rule], self.severities[rule]) else {
            return;
        };
        self.findings.push(Finding {
            rule: entry.id.clone(),
            capability: Some(entry.capability),
            severity,
            message: entry.message.replace("{name}", name),
            path: self.path.to_owned(),
            span,
            labels: Vec::new(),
            fix: None,
            help: Some(entry.help.clone()),
            cwe: entry.cwe,
        });
    }

    /// The beginning of what is at a span, as a name for it.
    fn first_line(&self, span: Span) -> String {
        /// Enough to find the place again.
        const CHARACTERS: usize = 40;
        let line = self.text.at(span).trim_start().lines().next().unwrap_or_default();
        let start: String = line.chars().take(CHARACTERS).filter(|c| !c.is_control()).collect();
        format!("cannot read `{}`", start.trim_end())
    }
}

/// Findings in the order of their places, each once; of too many, the worst.
pub(crate) fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(by_place);
    findings.dedup_by(|later, kept| {
        (later.span, &later.rule) == (kept.span, &kept.rule) && later.message == kept.message
    });
    if findings.len() > MOST_FINDINGS {
        // The verdict hangs on the worst, so none is lost that could change it.
        findings.sort_by_key(|finding| Reverse(finding.severity));
        findings.truncate(MOST_FINDINGS);
        findings.sort_by(by_place);
    }
    findings
}

/// What sets rules off; of some facts there are none.
fn trigger(kind: FactKind) -> Option<Trigger> {
    Some(match kind {
        FactKind::Import => Trigger::Import,
        FactKind::Call | FactKind::Reference => Trigger::Use,
        FactKind::Lookup => Trigger::Lookup,
        FactKind::Assign => Trigger::Assign,
        FactKind::Pipeline => Trigger::Pipeline,
        FactKind::Redirect => Trigger::Redirect,
        FactKind::Write | FactKind::Command | FactKind::Text => return None,
    })
}

/// Whether a rule's conditions hold. What is only referred to is given nothing yet, so a rule
/// about what it is given has nothing to say.
fn applies(entry: &Entry, seen: &Seen) -> bool {
    (entry.when.is_empty() || seen.fact.kind != FactKind::Reference)
        && entry.holds(&seen.fact.arguments)
}

/// Whether the code that it runs is written out, and only writes values down. Whoever hides what runs
/// it has a reason.
fn runs_values(seen: &Seen) -> bool {
    match seen.runs {
        Some(KnownCode::Function) => true,
        Some(KnownCode::Values) => seen.is_named && seen.fact.arguments.len() == 1,
        _ => false,
    }
}

/// Whether a reader of the line sees what it does: it is given constants, or words of which the
/// first, the program, is one. Code has to be judged, too.
fn says_all(entry: &Entry, seen: &Seen) -> bool {
    if entry.capability == Capability::DynamicCode {
        return seen.runs > Some(KnownCode::Unknown);
    }
    let given = &seen.fact.arguments;
    let is_written = |argument: &Argument| {
        let begins = |quote: char| {
            argument.text.starts_with(['[', '(']) && argument.text[1..].starts_with(quote)
        };
        argument.literal.is_some() || begins('\'') || begins('"')
    };
    match seen.language {
        Language::Bash => !given.is_empty() && given.iter().all(is_written),
        _ => seen.is_spelt_out || given.first().is_some_and(is_written),
    }
}
