//! Facts made by hand, to test a policy natively.
//!
//! ```
//! # use lazaret_policy::prelude::*;
//! # #[policy]
//! # struct NoShell;
//! # impl Policy for NoShell {
//! #     fn manifest() -> Manifest {
//! #         Manifest::new("no-shell", "1.0.0")
//! #             .calls(["subprocess.*"])
//! #             .rule(Rule::new("shell-true", Severity::High, "a command goes through a shell"))
//! #     }
//! #     fn check(&self, cx: &mut Context) {
//! #         for call in cx.calls("*").filter(|call| call.argument("shell").is_true()) {
//! #             cx.report("shell-true", call);
//! #         }
//! #     }
//! # }
//! use lazaret_policy::testing::{Fact, rules, unit};
//!
//! let run = Fact::call("subprocess.run").computed("command").keyword("shell", true);
//! assert_eq!(rules::<NoShell>(unit("python", [run])), ["shell-true"]);
//! ```

use serde_json::{Value, json};

use crate::submission::Dependency;
use crate::types::{self, Argument, Finding, Manifest, Point, Resolution, Span, Unit};
use crate::{Context, Policy, Submission, SubmissionPolicy, limit, pattern};

/// A fact. Each is on a line of its own in the [`unit`] that it becomes part of.
#[derive(Clone, Debug)]
pub struct Fact(types::Fact);

impl Fact {
    /// A call of this resolved name.
    pub fn call(name: &str) -> Self {
        Self::new("call", name)
    }

    /// An import of this name.
    pub fn import(name: &str) -> Self {
        Self::new("import", name)
    }

    /// A name that is read and not called.
    pub fn reference(name: &str) -> Self {
        Self::new("reference", name)
    }

    /// A text, written out or put together.
    pub fn string(text: &str) -> Self {
        Self::new("string", text)
    }

    /// A command of Bash that a program in another language runs.
    pub fn command(name: &str) -> Self {
        Self::new("command", name)
    }

    /// A pipeline of Bash: `curl | sh`.
    pub fn pipeline(name: &str) -> Self {
        Self::new("pipeline", name)
    }

    /// Gives it a constant.
    #[must_use]
    pub fn literal(self, value: impl Into<Value>) -> Self {
        self.argument(None, Some(value.into()), None)
    }

    /// Gives it what only the program knows when it runs.
    #[must_use]
    pub fn computed(self, text: &str) -> Self {
        self.argument(None, None, Some(text))
    }

    /// Gives it a constant by keyword.
    #[must_use]
    pub fn keyword(self, name: &str, value: impl Into<Value>) -> Self {
        self.argument(Some(name), Some(value.into()), None)
    }

    /// Gives it by keyword what only the program knows when it runs.
    #[must_use]
    pub fn computed_keyword(self, name: &str, text: &str) -> Self {
        self.argument(Some(name), None, Some(text))
    }

    /// How sure the name is, where it is not exact.
    #[must_use]
    pub fn resolution(mut self, resolution: Resolution) -> Self {
        self.0.resolution = resolution;
        self
    }

    fn new(kind: &str, name: &str) -> Self {
        Self(types::Fact {
            kind: kind.to_owned(),
            name: name.to_owned(),
            resolution: Resolution::Exact,
            arguments: Vec::new(),
            span: line(1),
            node: 0,
            attributes: Vec::new(),
        })
    }

    fn argument(mut self, name: Option<&str>, literal: Option<Value>, text: Option<&str>) -> Self {
        let literal = literal.map(|value| value.to_string());
        let text = text.or(literal.as_deref()).unwrap_or_default().to_owned();
        self.0.arguments.push(Argument { name: name.map(str::to_owned), literal, text, node: 0 });
        self
    }
}

/// A file of this language in which these facts hold, one a line.
pub fn unit(language: &str, facts: impl IntoIterator<Item = Fact>) -> Unit {
    let mut facts: Vec<_> = facts.into_iter().map(|fact| fact.0).collect();
    for (number, fact) in (1..).zip(&mut facts) {
        fact.span = line(number);
    }
    Unit {
        path: "test".to_owned(),
        language: language.to_owned(),
        size: facts.last().map_or(0, |fact| fact.span.end_byte),
        syntax_errors: 0,
        source: None,
        facts,
        matches: Vec::new(),
        attributes: Vec::new(),
    }
}

/// A file of this language and text, of which no facts are known.
pub fn source(language: &str, text: &str) -> Unit {
    let size = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Unit { size, source: Some(text.to_owned()), ..unit(language, []) }
}

/// What the policy says about `unit`, as the host would have it: of the facts the policy gets
/// those that its manifest asks for.
///
/// # Panics
///
/// When it reports a rule that its manifest does not have, which the host refuses.
pub fn judge<P: Policy>(unit: Unit) -> Vec<Finding> {
    judge_with::<P>(unit, json!({}))
}

/// Like [`judge`], with settings.
///
/// # Panics
///
/// When the settings are not the policy's, or it reports a rule that its manifest does not have: the
/// host refuses both.
#[expect(clippy::needless_pass_by_value, reason = "it is made for the call")]
pub fn judge_with<P: Policy>(mut unit: Unit, settings: Value) -> Vec<Finding> {
    let manifest = P::manifest().into_contract();
    show(&mut unit, &manifest);
    let policy = P::read(&settings.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let mut context = Context::new(unit, manifest.queries.clone());
    policy.check(&mut context);
    let findings = limit::limited(context.into_findings(), || manifest.clone());
    for finding in &findings {
        assert_known(finding, &manifest);
    }
    findings
}

/// What the policy says about these files and what they need together: the path of each finding's file,
/// empty where it is in none, and the finding.
///
/// ```
/// # use lazaret_policy::prelude::*;
/// # #[policy(submission)]
/// # struct NoLeftPad;
/// # impl Policy for NoLeftPad {
/// #     fn manifest() -> Manifest {
/// #         Manifest::new("no-left-pad", "1.0.0")
/// #             .rule(Rule::new("left-pad", Severity::High, "the package `left-pad` is needed"))
/// #     }
/// #     fn check(&self, _: &mut Context) {}
/// # }
/// # impl SubmissionPolicy for NoLeftPad {
/// #     fn check_submission(&self, cx: &mut Submission) {
/// #         for dependency in cx.dependencies().filter(|one| one.name == "left-pad") {
/// #             cx.report("left-pad", dependency);
/// #         }
/// #     }
/// # }
/// use lazaret_policy::testing::{dependency, judge_submission};
///
/// let asked_for = dependency("npm", "left-pad", "^1");
/// let findings = judge_submission::<NoLeftPad>([], [asked_for], Default::default());
/// assert_eq!(findings[0].1.rule, "left-pad");
/// ```
///
/// # Panics
///
/// When the settings are not the policy's, or it reports a rule that its manifest does not have, or a
/// dependency is in a file that is not there: the host refuses all of it.
pub fn judge_submission<P: SubmissionPolicy>(
    units: impl IntoIterator<Item = Unit>,
    dependencies: impl IntoIterator<Item = Dependency>,
    settings: serde_json::Map<String, Value>,
) -> Vec<(String, Finding)> {
    let manifest = P::manifest().into_contract();
    let mut units: Vec<Unit> = units.into_iter().collect();
    for unit in &mut units {
        show(unit, &manifest);
    }
    let paths: Vec<String> = units.iter().map(|unit| unit.path.clone()).collect();
    let settings = Value::Object(settings).to_string();
    let policy = P::read(&settings).unwrap_or_else(|error| panic!("{error}"));
    let mut submission = Submission::new(units, dependencies.into_iter().collect());
    policy.check_submission(&mut submission);
    let findings = limit::limited(submission.into_findings(), || manifest.clone());
    let named = findings.into_iter().map(|located| {
        assert_known(&located.finding, &manifest);
        let path = located.unit.map(|row| paths[row as usize].clone());
        (path.unwrap_or_default(), located.finding)
    });
    named.collect()
}

/// A package of this ecosystem and these versions that is asked for by no file. Its fields say the rest.
pub fn dependency(ecosystem: &str, name: &str, requirement: &str) -> Dependency {
    let [ecosystem, name, requirement] = [ecosystem, name, requirement].map(str::to_owned);
    Dependency {
        ecosystem,
        name,
        requirement,
        source: "request".to_owned(),
        unit: None,
        span: None,
        known_by: "declaration".to_owned(),
        attributes: Vec::new(),
    }
}

/// Leaves of a file what the policy asks for.
fn show(unit: &mut Unit, manifest: &Manifest) {
    unit.facts.retain(|fact| is_asked_for(fact, manifest));
    unit.source = unit.source.take().filter(|_| manifest.wants_source);
}

fn assert_known(finding: &Finding, manifest: &Manifest) {
    let known = manifest.rules.iter().any(|known| known.id == finding.rule);
    assert!(known, "the manifest of `{}` has no rule `{}`", manifest.id, finding.rule);
}

/// The ids of the rules that apply to `unit`, in the order they were reported.
///
/// # Panics
///
/// When the policy reports a rule that its manifest does not have, which the host refuses.
pub fn rules<P: Policy>(unit: Unit) -> Vec<String> {
    judge::<P>(unit).into_iter().map(|finding| finding.rule).collect()
}

fn is_asked_for(fact: &types::Fact, manifest: &Manifest) -> bool {
    manifest.interests.iter().any(|interest| {
        interest.kind == fact.kind && pattern::matches(&interest.pattern, &fact.name)
    })
}

/// Ten bytes on a line of their own.
fn line(number: u32) -> Span {
    let start_byte = (number - 1) * 11;
    let [start, end] = [1, 11].map(|column| Point { line: number, column });
    Span { start_byte, end_byte: start_byte + 10, start, end }
}
