//! Which of Python's imports come from outside.

use crate::dependency::{External, Known, distribution, lines};
use crate::survey::Imported;
use crate::{Ecosystem, Package, Project, SourceFile};

/// The last minor version that is not looked at by itself.
const REMOVED: u8 = 8;

/// Modules that come with Python, with the first and the last minor version that has them.
const STANDARD_LIBRARY: &str = include_str!("../../data/python-standard-library.txt");

/// What is imported from outside, if it is.
pub(super) fn external(
    file: &SourceFile,
    import: &Imported,
    known: &Known<'_>,
) -> Option<External> {
    let top = import.module.split('.').next().filter(|top| !top.is_empty())?;
    let is_own = comes_with_python(top, known.python_minor) || top == "__main__";
    let local = local(file, known.project, top);
    if is_own || local == Local::Always {
        return None;
    }
    let module = match &import.name {
        Some(name) => format!("{}.{name}", import.module),
        None => import.module.clone(),
    };
    let (name, package) = distribution::of(&module, known.distributions);
    let is_own = local == Local::AsScript || was_removed(top);
    if is_own && package == Package::Unresolved {
        return None;
    }
    Some(External { ecosystem: Ecosystem::PyPi, name, package, module })
}

/// Whether the version has the module, or any version if none is given.
fn comes_with_python(module: &str, minor: Option<u8>) -> bool {
    let Some((first, last)) = versions(module) else { return false };
    last > REMOVED && minor.is_none_or(|minor| (first..=last).contains(&minor))
}

/// Whether the module came with versions that nobody runs any more, as `urllib2` did: no package
/// is needed for it, unless one has taken its name.
fn was_removed(module: &str) -> bool {
    versions(module).is_some_and(|(_, last)| last <= REMOVED)
}

/// The first and the last minor version that have the module, if any has: `9 11`.
fn versions(module: &str) -> Option<(u8, u8)> {
    let (first, last) = lines::find(STANDARD_LIBRARY, module)?.split_once(' ')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Whether a name is that of a module of the project.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    /// There is none.
    Never,
    /// There is one within the package that the file is part of. Only if the file is started by
    /// itself, and not imported, does its folder count.
    AsScript,
    /// There is one where programs are started, or in `src` there.
    Always,
}

/// Looks beside the file, and in every folder around it.
fn local(file: &SourceFile, project: &Project, name: &str) -> Local {
    let mut found = Local::Never;
    let mut folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    loop {
        if has_module(project, folder, name) || has_module(project, &joined(folder, "src"), name) {
            let is_package = project.paths.contains(&joined(folder, "__init__.py"));
            found = found.max(if is_package { Local::AsScript } else { Local::Always });
        }
        if folder.is_empty() || found == Local::Always {
            return found;
        }
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
}

fn has_module(project: &Project, folder: &str, name: &str) -> bool {
    let start = joined(folder, name);
    let module = |suffix: &str| project.paths.contains(&format!("{start}{suffix}"));
    let package = format!("{start}/");
    let mut following = project.paths.range(package.clone()..);
    module(".py")
        || module(".pyi")
        || following.next().is_some_and(|path| path.starts_with(&package))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_is_sorted_and_well_formed() {
        assert!(lines::is_sorted(STANDARD_LIBRARY));
        for line in lines::of(STANDARD_LIBRARY) {
            let module = line.split(' ').next().unwrap();
            assert!(versions(module).is_some(), "{line}");
        }
    }
}
