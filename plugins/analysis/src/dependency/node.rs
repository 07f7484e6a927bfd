//! Which of JavaScript's imports come from outside.

use crate::dependency::{External, is_name, lines, of_its_name};
use crate::{Ecosystem, Project, SourceFile};

/// Modules that come with Node.js; those that exist with their prefix only are written so.
const BUILTIN: &str = include_str!("../../data/node-builtin-modules.txt");

/// What a file imports from outside, if it does.
pub(super) fn external(file: &SourceFile, project: &Project, specifier: &str) -> Option<External> {
    let is_own = project.aliases.iter().any(|aliases| aliases.has(&file.path, specifier));
    let (ecosystem, module) = of_a_registry(specifier)?;
    let name = package(module)?;
    let is_own = is_own || is_in_base(project, name);
    let (module, name) = (module.to_owned(), name.to_owned());
    (!is_own).then(|| External { ecosystem, package: of_its_name(&name), name, module })
}

/// What is imported from a registry, without its version.
fn of_a_registry(specifier: &str) -> Option<(Ecosystem, &str)> {
    let specifier = without_query(specifier);
    if let Some(scheme) = scheme(specifier) {
        let rest = specifier[scheme.len() + 1..].trim_start_matches('/');
        return match scheme {
            "npm" => Some((Ecosystem::Npm, without_version(rest))),
            "jsr" => Some((Ecosystem::Jsr, without_version(rest))),
            _ => None,
        };
    }
    let is_path = specifier.starts_with(['.', '/', '#']) || specifier.is_empty();
    (!is_path && !comes_with_node(specifier)).then_some((Ecosystem::Npm, specifier))
}

/// Whether the folder in which names are looked for first has one of this name.
fn is_in_base(project: &Project, name: &str) -> bool {
    let bases = project.aliases.iter().filter_map(|aliases| aliases.base());
    bases.into_iter().any(|base| {
        let start = if base.is_empty() { name.to_owned() } else { format!("{base}/{name}") };
        let mut following = project.paths.range(start.clone()..);
        following.next().is_some_and(|path| {
            path.strip_prefix(&start).is_some_and(|rest| rest.starts_with(['/', '.']))
        })
    })
}

/// Bundlers read options after `?`; `#` begins a fragment unless it is an import of the
/// package's own.
fn without_query(specifier: &str) -> &str {
    let end = specifier.char_indices().skip(1).find(|(_, c)| matches!(c, '?' | '#'));
    end.map_or(specifier, |(at, _)| &specifier[..at])
}

/// `node` in `node:fs`.
fn scheme(specifier: &str) -> Option<&str> {
    let (scheme, _) = specifier.split_once(':')?;
    let is_scheme =
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(scheme)
}

/// `@scope/pkg@1.2/sub` is `@scope/pkg` at a version.
fn without_version(specifier: &str) -> &str {
    let at = specifier.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.map_or(specifier, |(at, _)| &specifier[..at])
}

/// The package of `@scope/pkg/sub` is `@scope/pkg`.
fn package(specifier: &str) -> Option<&str> {
    let mut slashes = specifier.match_indices('/').map(|(at, _)| at);
    let end = if specifier.starts_with('@') {
        slashes.next()?;
        slashes.next()
    } else {
        slashes.next()
    };
    let name = end.map_or(specifier, |end| &specifier[..end]);
    is_name(name).then_some(name)
}

fn comes_with_node(specifier: &str) -> bool {
    lines::find(BUILTIN, specifier).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(specifier: &str) -> Option<String> {
        let (language, contents) = (crate::Language::JavaScript, Vec::new());
        let file = SourceFile { path: "a.js".to_owned(), language, contents };
        external(&file, &Project::default(), specifier).map(|external| external.name)
    }

    #[test]
    fn what_comes_with_node_is_sorted() {
        assert!(lines::is_sorted(BUILTIN));
    }

    #[test]
    fn a_subpath_belongs_to_its_package() {
        assert_eq!(name("@scope/pkg/sub").as_deref(), Some("@scope/pkg"));
        assert_eq!(name("lodash/fp").as_deref(), Some("lodash"));
        assert_eq!(name("npm:@scope/pkg@1.2/sub").as_deref(), Some("@scope/pkg"));
    }

    #[test]
    fn what_node_has_only_with_its_prefix_may_be_a_package_without_it() {
        assert_eq!(name("node:test"), None);
        assert_eq!(name("test").as_deref(), Some("test"));
        assert_eq!(name("fs/promises"), None);
    }

    #[test]
    fn paths_addresses_and_own_imports_are_no_packages() {
        for specifier in
            ["./a", "../a", "/a", "#a", "https://a.example/b.js", "data:text/javascript,1"]
        {
            assert_eq!(name(specifier), None, "{specifier}");
        }
        assert_eq!(name("pkg?raw#part").as_deref(), Some("pkg"));
    }
}
