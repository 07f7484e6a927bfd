//! Queries of policies over the syntax tree: all of one language are run in one walk through a file,
//! which costs a fraction of a walk for each.
//!
//! A pattern is the policy author's, and the file somebody else's; together they can ask for more than
//! there is time for. So what a walk may cost is limited, in steps, with a deadline for a net, and who
//! asks for too much fails alone.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::Instant;

use lazaret_analysis::tree_sitter::{
    CaptureQuantifier, Node, Query, QueryCursor, QueryCursorOptions, QueryError, QueryMatch,
    StreamingIterator,
};
use lazaret_analysis::{Language, printable};
use serde::{Deserialize, Serialize};

use crate::bindings::types;
use crate::sieve::{self, Sieve};
use crate::subject::Subject;
use crate::{Failure, Limits, Manifest, Refusal};

/// Queries that one policy may have, and bytes of each. Reading a pattern takes more than its length.
const QUERIES: usize = 64;
const PATTERN: usize = 4 << 10;

/// Regular expressions that one policy may have in its queries. They are kept for as long as the policy is.
const EXPRESSIONS: usize = 16;

/// Matches that are begun at one time; each is compared with all others at every node. A pattern that
/// needs more is about things that are far apart, which a policy sees better in the tree.
const BEGUN: u32 = 100;

/// Steps that tree-sitter takes between two looks at how many there were.
const STEPS_BETWEEN_LOOKS: u64 = 1000;

/// A pattern whose matches a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuery {
    /// What the policy calls it.
    pub id: String,
    /// The language whose trees it is about.
    pub language: Language,
    /// The pattern, as tree-sitter reads it.
    pub pattern: String,
    /// A regular expression that a text fits where the query matches. See [`sieve`].
    pub(crate) sieve: Option<String>,
}

impl PolicyQuery {
    /// A query, and what it is called.
    pub fn new(id: impl Into<String>, language: Language, pattern: impl Into<String>) -> Self {
        Self { id: id.into(), language, pattern: pattern.into(), sieve: None }
    }

    /// Holds all queries of a policy against their grammars.
    pub(crate) fn check_all(queries: &mut [Self]) -> Result<(), Refusal> {
        if queries.len() > QUERIES {
            let count = queries.len();
            return Err(Refusal::Manifest(format!(
                "it has {count} queries, and {QUERIES} are run"
            )));
        }
        let expressions: usize =
            queries.iter().map(|one| one.pattern.matches("match?").count()).sum();
        if expressions > EXPRESSIONS {
            return Err(Refusal::Manifest(format!(
                "its queries have {expressions} conditions `#match?`, and {EXPRESSIONS} are taken"
            )));
        }
        queries.iter_mut().try_for_each(Self::check)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let wrong = |unread| match unread {
            Unread::Error(error) => Refusal::Query { id: self.id.clone(), error },
            Unread::Refused(why) => Refusal::Manifest(format!("its query {:?} {why}", self.id)),
        };
        let query = self.read().map_err(wrong)?;
        self.sieve = sieve::of(&query, &self.pattern);
        Ok(())
    }

    /// The query, where it is one that is run.
    pub(crate) fn read(&self) -> Result<Query, Unread> {
        if self.pattern.len() > PATTERN {
            let size = self.pattern.len();
            return Err(Unread::Refused(format!("has {size} bytes, and {PATTERN} are read")));
        }
        let query = Query::new(&self.language.grammar(), &self.pattern).map_err(Unread::Error)?;
        if query.pattern_count() == 0 {
            return Err(Unread::Refused("has no pattern".to_owned()));
        }
        let problem = (0..query.pattern_count()).find_map(|pattern| problem(&query, pattern));
        problem.map_or(Ok(query), |why| Err(Unread::Refused(why)))
    }
}

/// Why a query is not run.
pub(crate) enum Unread {
    /// Tree-sitter cannot read it.
    Error(QueryError),
    /// It is not taken: it "has no pattern".
    Refused(String),
}

/// Why a pattern is not run that tree-sitter reads.
fn problem(query: &Query, pattern: usize) -> Option<String> {
    // Ignoring a condition would find what the author has excluded.
    if let Some(unknown) = query.general_predicates(pattern).first() {
        let name = printable(&unknown.operator);
        return Some(format!("has the condition `#{name}`, which is not known here"));
    }
    // Each begun match would hold as many nodes as a file has, and be compared with all others.
    let quantifiers = query.capture_quantifiers(pattern).iter().zip(query.capture_names());
    let is_many = |quantifier: &CaptureQuantifier| {
        matches!(quantifier, CaptureQuantifier::ZeroOrMore | CaptureQuantifier::OneOrMore)
    };
    let (_, name) = quantifiers.into_iter().find(|(quantifier, _)| is_many(quantifier))?;
    let name = printable(name);
    Some(format!("captures `@{name}` any number of times; capture the node that they are in"))
}

/// What a query found.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    /// The query's row in the manifest.
    pub(crate) query: u32,
    pub(crate) captures: Vec<Capture>,
}

impl Match {
    /// The query's id, and where the match begins.
    pub(crate) fn place(&self, manifest: &Manifest) -> (String, usize) {
        let start = self.captures.iter().map(|capture| capture.start).min();
        (manifest.queries[self.query as usize].id.clone(), start.unwrap_or_default())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) node: u32,
}

/// What was found for each policy that has queries in the file's language, by its row.
pub(crate) type Matches = BTreeMap<usize, Result<Vec<Match>, Failure>>;

/// The queries of all policies.
#[derive(Default)]
pub(crate) struct Queries(BTreeMap<Language, InOneLanguage>);

#[derive(Default)]
struct InOneLanguage {
    queries: Vec<Owned>,
    /// What a text has where any of them matches; nothing, where that is not known of all.
    sieve: OnceLock<Option<Sieve>>,
    /// Made when they are first run; nothing, where they cannot be put together.
    together: OnceLock<Option<Walk>>,
}

/// A query and whose it is.
#[derive(Clone)]
struct Owned {
    policy: usize,
    row: u32,
    pattern: String,
    sieve: Option<String>,
}

impl InOneLanguage {
    /// Whether any of them may match in this text.
    fn may_match(&self, text: &str) -> bool {
        let sieve = self.sieve.get_or_init(|| {
            let all: Option<Vec<&str>> =
                self.queries.iter().map(|query| query.sieve.as_deref()).collect();
            Sieve::new(&all?)
        });
        sieve.as_ref().is_none_or(|sieve| sieve.may_be_in(text))
    }
}

impl Queries {
    /// Adds those of a policy.
    pub(crate) fn add(&mut self, policy: usize, manifest: &Manifest) {
        for (query, row) in manifest.queries.iter().zip(0..) {
            let PolicyQuery { pattern, sieve, .. } = query.clone();
            let of_language = self.0.entry(query.language).or_default();
            of_language.queries.push(Owned { policy, row, pattern, sieve });
            of_language.together = OnceLock::new();
            of_language.sieve = OnceLock::new();
        }
    }

    /// What they find in a file.
    pub(crate) fn matches(
        &self,
        language: Language,
        subject: &Subject,
        limits: &Limits,
    ) -> Matches {
        let may_match = |all: &&InOneLanguage| all.may_match(&subject.text);
        let Some(all) = self.0.get(&language).filter(may_match) else { return Matches::new() };
        let InOneLanguage { queries, together, .. } = all;
        let walk = together.get_or_init(|| Walk::of(language, queries));
        let first = queries[0].policy;
        match walk.as_ref().map(|walk| walk.through(subject, limits)) {
            Some(Ok(found)) => found,
            // It would fail alone, too, after as long a time.
            Some(Err(failure)) if queries.iter().all(|query| query.policy == first) => {
                Matches::from([(first, Err(failure))])
            }
            _ => one_by_one(language, queries, subject, limits),
        }
    }
}

/// What each policy's queries find, where all together are too much.
fn one_by_one(
    language: Language,
    queries: &[Owned],
    subject: &Subject,
    limits: &Limits,
) -> Matches {
    let mut matches = Matches::new();
    for queries in queries.chunk_by(|one, other| one.policy == other.policy) {
        let too_much = || Failure::Query { limit: steps(subject, limits) };
        let walk = Walk::of(language, queries).ok_or_else(too_much);
        match walk.and_then(|walk| walk.through(subject, limits)) {
            Ok(found) => matches.extend(found),
            Err(failure) => drop(matches.insert(queries[0].policy, Err(failure))),
        }
    }
    matches
}

/// Queries that are run together.
struct Walk {
    query: Query,
    /// Whose each of the patterns is, and which of its queries.
    owners: Vec<(usize, u32)>,
}

impl Walk {
    fn of(language: Language, queries: &[Owned]) -> Option<Self> {
        let (mut text, mut starts) = (String::new(), Vec::new());
        for Owned { policy, row, pattern, .. } in queries {
            starts.push((text.len(), (*policy, *row)));
            text.push_str(pattern);
            // It may end in a comment.
            text.push('\n');
        }
        // Each was read alone before; only their number can be too much.
        let query = Query::new(&language.grammar(), &text).ok()?;
        let owner = |pattern| {
            let at = query.start_byte_for_pattern(pattern);
            let after = starts.partition_point(|(start, _)| *start <= at);
            starts[after - 1].1
        };
        let owners = (0..query.pattern_count()).map(owner).collect();
        Some(Self { query, owners })
    }

    /// What is found on one walk through the tree; an error where that takes too much.
    fn through(&self, subject: &Subject, limits: &Limits) -> Result<Matches, Failure> {
        let meter = Meter::new(subject, limits);
        let mut look = |_: &_| meter.spend(STEPS_BETWEEN_LOOKS);
        let options = QueryCursorOptions::new().progress_callback(&mut look);
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(BEGUN);
        // What a condition compares. It is asked for between two looks.
        let text = |node: Node<'_>| {
            let range = node.byte_range();
            let goes_on = meter.spend(range.len() as u64).is_continue();
            std::iter::once(if goes_on { &subject.text.as_bytes()[range] } else { b"" })
        };
        let mut collected = Collected::new(self, subject, limits);
        let root = subject.tree().root_node();
        let mut found = cursor.matches_with_options(&self.query, root, text, options);
        while let Some(one) = found.next() {
            collected.add(one);
        }
        drop(found);
        let exceeded = cursor.did_exceed_match_limit().then(|| meter.too_much());
        meter.failure.into_inner().or(exceeded).map_or(Ok(collected.matches), Err)
    }
}

/// What a walk has taken, and why it went no further.
struct Meter<'a> {
    limits: &'a Limits,
    most: u64,
    spent: Cell<u64>,
    begun: Instant,
    /// The first that came up.
    failure: OnceCell<Failure>,
}

impl<'a> Meter<'a> {
    fn new(subject: &Subject, limits: &'a Limits) -> Self {
        let (most, spent) = (steps(subject, limits), Cell::new(0));
        Self { limits, most, spent, begun: Instant::now(), failure: OnceCell::new() }
    }

    /// Adds steps, or bytes that are compared. Whether the walk goes on.
    fn spend(&self, steps: u64) -> ControlFlow<()> {
        self.spent.set(self.spent.get().saturating_add(steps));
        let deadline = self.limits.deadline;
        let failure = if self.spent.get() > self.most {
            Some(self.too_much())
        } else if self.begun.elapsed() > deadline {
            Some(Failure::Deadline { limit: deadline })
        } else {
            None
        };
        let Some(failure) = failure else { return ControlFlow::Continue(()) };
        self.failure.get_or_init(|| failure);
        ControlFlow::Break(())
    }

    fn too_much(&self) -> Failure {
        Failure::Query { limit: self.most }
    }
}

/// How many steps a walk through this file may take.
fn steps(subject: &Subject, limits: &Limits) -> u64 {
    let size = subject.text.len() as u64;
    limits.query_steps.saturating_add(limits.query_steps_per_byte.saturating_mul(size))
}

/// What a walk has found.
struct Collected<'a> {
    walk: &'a Walk,
    subject: &'a Subject,
    limits: &'a Limits,
    /// Bytes that each policy is given.
    sizes: BTreeMap<usize, usize>,
    matches: Matches,
}

impl<'a> Collected<'a> {
    fn new(walk: &'a Walk, subject: &'a Subject, limits: &'a Limits) -> Self {
        let matches = walk.owners.iter().map(|(policy, _)| (*policy, Ok(Vec::new()))).collect();
        Self { walk, subject, limits, sizes: BTreeMap::new(), matches }
    }

    fn add(&mut self, found: &QueryMatch<'_, '_>) {
        let (policy, query) = self.walk.owners[found.pattern_index];
        let Some(Ok(matches)) = self.matches.get_mut(&policy) else { return };
        let names = self.walk.query.capture_names();
        let captures = found.captures().iter().map(|capture| Capture {
            name: names[capture.index as usize].to_owned(),
            start: capture.node.start_byte(),
            end: capture.node.end_byte(),
            node: row(capture.node, self.subject),
        });
        let captures: Vec<Capture> = captures.collect();
        let size = self.sizes.entry(policy).or_default();
        *size += captures.iter().map(Capture::size).sum::<usize>();
        let limit = self.limits.matches;
        if matches.len() == limit || *size > limit.saturating_mul(self.limits.match_size) {
            self.matches.insert(policy, Err(Failure::Matches { limit }));
        } else {
            matches.push(Match { query, captures });
        }
    }
}

impl Capture {
    /// Bytes of what a policy is given of it.
    fn size(&self) -> usize {
        size_of::<types::Capture>() + self.name.len() + (self.end - self.start)
    }
}

/// The row of a node in the table of the tree.
fn row(node: Node<'_>, subject: &Subject) -> u32 {
    subject.table().row(node.kind_id(), node.start_byte(), node.end_byte())
}
