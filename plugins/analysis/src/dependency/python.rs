//! Which of Python's imports come from outside.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::dependency::External;
use crate::survey::Imported;
use crate::{Project, SourceFile};

/// Modules that come with Python, with the first and the last minor version that has them.
const STANDARD_LIBRARY: &str = include_str!("../../data/python-standard-library.txt");

/// What is imported from outside, if it is.
pub(super) fn external(
    file: &SourceFile,
    project: &Project,
    import: &Imported,
    minor: Option<u8>,
) -> Option<External> {
    let top = import.module.split('.').next().filter(|top| !top.is_empty())?;
    if comes_with_python(top, minor) || top == "__main__" || is_local(file, project, top) {
        return None;
    }
    let module = match &import.name {
        Some(name) => format!("{}.{name}", import.module),
        None => import.module.clone(),
    };
    Some(External { name: top.to_owned(), module })
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

/// Whether a module of this name lies beside the file, or at the top of the project.
fn is_local(file: &SourceFile, project: &Project, name: &str) -> bool {
    let beside = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    [beside, ""].iter().any(|folder| {
        let start = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let module = |suffix: &str| project.paths.contains(&format!("{start}{suffix}"));
        let package = format!("{start}/");
        let mut following = project.paths.range(package.clone()..);
        module(".py")
            || module(".pyi")
            || following.next().is_some_and(|path| path.starts_with(&package))
    })
}
