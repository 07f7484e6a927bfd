//! Requirements that name one version.

use lazaret_policy::Dependency;

/// Whether a requirement takes more versions than one. An import names none, and what is refused is no
/// requirement.
pub(crate) fn is_open(dependency: &Dependency) -> bool {
    let is_refused = dependency.attribute("refused").is_some();
    let is_import = dependency.source == "import";
    let versions = dependency.requirement.trim();
    let names_one = match dependency.ecosystem.as_str() {
        "pypi" => is_one_of_python(versions),
        _ => is_one_of_npm(versions),
    };
    !is_refused && !is_import && !names_one
}

/// `==1.2.3`, and neither `==1.*` nor more conditions.
fn is_one_of_python(versions: &str) -> bool {
    versions.starts_with("==") && !versions.contains(['*', ','])
}

/// `1.2.3`, `=1.2.3-beta.1`: with less than three numbers it is a range.
fn is_one_of_npm(versions: &str) -> bool {
    let version = versions.trim_start_matches(['=', 'v']);
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let numbers: Vec<&str> = version[..end].split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    numbers.len() == 3 && numbers.iter().all(is_number) && version[end..].bytes().all(is_rest)
}
