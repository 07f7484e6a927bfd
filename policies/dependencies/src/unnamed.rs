//! Lines of manifests that bring packages and do not name them.

use lazaret_policy::Dependency;

/// The options of pip that bring something, and not only say how. It takes them shortened, too.
const BRINGING: [&str; 4] = ["-r", "--requirem", "-e", "--ed"];

/// What the dependency is, where nobody knows which packages it brings. A folder of the project, and a
/// file with a manifest's name, are judged by what they say themselves.
pub(crate) fn source(dependency: &Dependency) -> Option<&str> {
    let written = dependency.requirement.as_str();
    let is_unnamed = dependency.name.is_empty() && dependency.attribute("refused").is_some();
    let is_bringing =
        !written.starts_with('-') || BRINGING.iter().any(|one| written.starts_with(one));
    let is_judged = is_included_manifest(written) || is_local(written);
    (is_unnamed && is_bringing && !is_judged && !written.is_empty()).then_some(written)
}

/// `-r dev-requirements.txt`
fn is_included_manifest(written: &str) -> bool {
    let file = written.rsplit(['/', ' ', '=']).next().unwrap_or_default();
    let stem = file.strip_suffix(".txt").unwrap_or_default();
    written.starts_with('-') && (stem.starts_with("requirements") || stem.ends_with("requirements"))
}

/// `.`, `-e ./tools[all]`
fn is_local(written: &str) -> bool {
    let is_editable = written.starts_with("-e") || written.starts_with("--ed");
    let place = written.split(['=', ' ']).rfind(|part| !part.is_empty()).filter(|_| is_editable);
    let place = place.unwrap_or(written).trim_start_matches("-e");
    place.starts_with('.') && !place.contains("..")
}
