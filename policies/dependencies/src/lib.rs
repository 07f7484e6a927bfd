//! Packages that code should not need.
//!
//! Which packages are much used, and what a name looks like, the analysis knows; it hands on what is
//! suspicious with each place that names a package. What may be needed here, the settings say.

use lazaret_policy::SettingsError;
use lazaret_policy::prelude::*;

mod package;
mod pinned;
mod unnamed;

use package::{Mistake, Packages, mistakes};

/// The policy. Its rules are explained in README.md.
#[policy(submission)]
#[derive(Default)]
pub struct Dependencies {
    /// Packages that nothing may need, by name; a `*` stands for any characters. With an ecosystem before
    /// it (`npm:left-pad`), a name is for that one alone.
    #[schemars(inner(length(min = 1)))]
    deny: Vec<String>,
    /// The packages that may be needed, as in `deny`. Without it, all that are not denied may.
    #[schemars(inner(length(min = 1)))]
    only: Option<Vec<String>>,
    /// Packages whose names look like those of others, and that are meant, as in `deny`.
    #[schemars(inner(length(min = 1)))]
    trusted: Vec<String>,
    /// Whether a requirement has to name one version.
    pinned: bool,
}

impl Policy for Dependencies {
    fn manifest() -> Manifest {
        Manifest::new("dependencies", env!("CARGO_PKG_VERSION"))
            .summary("packages that code should not need")
            .license("Apache-2.0 OR MIT")
            .languages(["python", "javascript", "typescript", "tsx"])
            .rule(
                Rule::new(DENIED, Severity::High, "a package is needed that the settings deny")
                    .help("do without it, or take it out of the policy's `deny`"),
            )
            .rule(
                Rule::new(
                    OTHER,
                    Severity::High,
                    "a package is needed that the settings do not name",
                )
                .help("add it to the policy's `only`, or do without it"),
            )
            .rule(
                Rule::new(TYPOSQUAT, Severity::High, "a package has nearly the name of another")
                    .help("correct the name; add it to the policy's `trusted` where it is meant")
                    .cwe(1357),
            )
            .rule(
                Rule::new(CONFUSING, Severity::Medium, "a package's name suggests another")
                    .help("name what is meant; add it to the policy's `trusted` where this is")
                    .cwe(1357),
            )
            .rule(
                Rule::new(UNREADABLE, Severity::Medium, "a manifest cannot be read").help(
                    "correct it: what it asks for is not judged, and other tools may read it",
                ),
            )
            .rule(
                Rule::new(
                    UNNAMED,
                    Severity::Medium,
                    "a line brings packages that it does not name",
                )
                .help("name the packages: no other is compared with what the settings deny"),
            )
            .rule(
                Rule::new(UNPINNED, Severity::Low, "a requirement leaves the version open")
                    .help("name one version: `==1.2.3`, or `1.2.3` in package.json")
                    .cwe(1357),
            )
    }

    /// A file alone says nothing that all files together do not.
    fn check(&self, _: &mut Context) {}

    fn validate(&self) -> Vec<SettingsError> {
        let only = self.only.as_deref().unwrap_or_default();
        let lists = [("deny", &self.deny[..]), ("only", only), ("trusted", &self.trusted[..])];
        let all = lists.into_iter().flat_map(|(key, names)| mistakes(key, names));
        all.map(|Mistake { pointer, message }| SettingsError { pointer, message }).collect()
    }
}

impl SubmissionPolicy for Dependencies {
    fn check_submission(&self, cx: &mut Submission) {
        let terms = Terms::of(self);
        for dependency in cx.dependencies() {
            if let Some((rule, message)) = terms.judge(dependency) {
                let report = cx.report(rule, dependency).message(message);
                // Whoever says what may be needed has to know what is.
                let is_strict = !self.deny.is_empty() || self.only.is_some();
                if rule == UNREADABLE && is_strict {
                    report.severity(Severity::High);
                }
            }
        }
    }
}

const DENIED: &str = "denied";
const OTHER: &str = "not-named";
const TYPOSQUAT: &str = "typosquat";
const CONFUSING: &str = "confusing-name";
const UNREADABLE: &str = "unreadable-manifest";
const UNNAMED: &str = "unnamed-packages";
const UNPINNED: &str = "unpinned";

/// The settings, as dependencies are compared with them.
struct Terms {
    deny: Packages,
    only: Option<Packages>,
    trusted: Packages,
    pinned: bool,
}

impl Terms {
    fn of(settings: &Dependencies) -> Self {
        Self {
            deny: Packages::new(&settings.deny),
            only: settings.only.as_deref().map(Packages::new),
            trusted: Packages::new(&settings.trusted),
            pinned: settings.pinned,
        }
    }

    /// The worst that there is to say of a dependency.
    fn judge(&self, dependency: &Dependency) -> Option<(&'static str, String)> {
        if let Some(denied) = self.deny.contain(dependency) {
            return Some((DENIED, format!("the settings deny the package `{denied}`")));
        }
        if let Some(reason) = unreadable(dependency) {
            let message = format!("nobody can tell what this manifest asks for: {reason}");
            return Some((UNREADABLE, message));
        }
        let told = match &self.only {
            Some(only) if only.contain(dependency).is_none() => {
                Some((OTHER, not_named(dependency)))
            }
            Some(_) => None,
            None => self.suspect(dependency),
        };
        if told.is_some() {
            return told;
        }
        let is_open = self.pinned && pinned::is_open(dependency);
        is_open.then(|| (UNPINNED, format!("no version of `{}` is named", dependency.name)))
    }

    /// What makes one wonder about a dependency that may be needed.
    fn suspect(&self, dependency: &Dependency) -> Option<(&'static str, String)> {
        if !self.deny.is_empty()
            && let Some(source) = unnamed::source(dependency)
        {
            return Some((UNNAMED, brings_unknown(source)));
        }
        let is_trusted = self.trusted.contain(dependency).is_some();
        if is_trusted { None } else { suspicion(dependency) }
    }
}

/// Why a whole manifest cannot be read, where that is so.
fn unreadable(dependency: &Dependency) -> Option<&str> {
    let names_nothing = dependency.name.is_empty() && dependency.requirement.is_empty();
    dependency.attribute("refused").filter(|_| names_nothing)
}

fn not_named(dependency: &Dependency) -> String {
    let Dependency { name, requirement, .. } = dependency;
    if name.is_empty() {
        return brings_unknown(requirement);
    }
    format!("the settings do not name `{name}` among the packages that may be needed")
}

fn brings_unknown(written: &str) -> String {
    format!("nobody knows which packages `{written}` brings")
}

/// What the analysis finds suspicious about the name.
fn suspicion(dependency: &Dependency) -> Option<(&'static str, String)> {
    let name = &dependency.name;
    if let Some(known) = dependency.attribute("resembles") {
        return Some((TYPOSQUAT, format!("`{name}` looks like `{known}`, which is much used")));
    }
    let modules: Vec<&str> = dependency.attributes("module-of").collect();
    // To import a module by its name is right; which package was meant, the requirement says.
    if !modules.is_empty() && dependency.source != "import" {
        let packages = modules.join("` or `");
        return Some((CONFUSING, format!("`{name}` is a module that comes with `{packages}`")));
    }
    let parts: Vec<&str> = dependency.attributes("joins").collect();
    if let [one, other] = parts[..] {
        return Some((CONFUSING, format!("`{name}` has the names of both `{one}` and `{other}`")));
    }
    let elsewhere = dependency.attribute("popular-in")?;
    let here = &dependency.ecosystem;
    Some((CONFUSING, format!("`{name}` is much used in {elsewhere}, and not in {here}")))
}
