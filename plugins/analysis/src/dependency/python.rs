//! Which of Python's imports come from outside.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::dependency::{External, Known, distribution};
use crate::survey::Imported;
use crate::{Ecosystem, Project, SourceFile};

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
    if is_own || is_local(file, known.project, top) {
        return None;
    }
    let module = match &import.name {
        Some(name) => format!("{}.{name}", import.module),
        None => import.module.clone(),
    };
    let (name, package) = distribution::of(&module, known.distributions);
    Some(External { ecosystem: Ecosystem::PyPi, name, package, module })
}

/// Whether the version has the module, or any version if none is given.
fn comes_with_python(module: &str, minor: Option<u8>) -> bool {
    let Some((first, last)) = standard_library().get(module) else { return false };
    minor.is_none_or(|minor| (*first..=*last).contains(&minor))
}

fn standard_library() -> &'static HashMap<&'static str, (u8, u8)> {
    static MODULES: OnceLock<HashMap<&str, (u8, u8)>> = OnceLock::new();
    MODULES.get_or_init(|| {
        let lines = STANDARD_LIBRARY.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(module).collect()
    })
}

/// `distutils 9 11`
fn module(line: &'static str) -> Option<(&'static str, (u8, u8))> {
    let mut words = line.split(' ');
    Some((words.next()?, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
}

/// Whether a module of this name lies beside the file, or in a folder around it, or in `src` there:
/// a program is started in any of them.
fn is_local(file: &SourceFile, project: &Project, name: &str) -> bool {
    let mut folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    loop {
        if has_module(project, folder, name) || has_module(project, &joined(folder, "src"), name) {
            return true;
        }
        if folder.is_empty() {
            return false;
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
