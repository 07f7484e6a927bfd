//! The packages that a file needs from outside.

mod node;
mod python;

use crate::survey::Imported;
use crate::{Dependency, Language, Project, SourceFile};

/// Something imported that is neither the language's own nor the project's.
struct External {
    /// The name of the package, as it is imported.
    name: String,
    /// What is imported of it.
    module: String,
}

/// The packages behind a file's imports, each once, in the order in which they first appear.
pub(crate) fn of(
    file: &SourceFile,
    project: &Project,
    imports: &[Imported],
    python_minor: Option<u8>,
) -> Vec<Dependency> {
    let mut dependencies: Vec<Dependency> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for import in imports {
        let external = match file.language {
            Language::Python => python::external(file, project, import, python_minor),
            Language::Bash => None,
            _ => node::external(&import.module),
        };
        let Some(External { name, module }) = external else { continue };
        let place = *places.entry(name.clone()).or_insert_with(|| {
            let (kind, span) = (import.kind, import.span);
            dependencies.push(Dependency { name, modules: Vec::new(), kind, span });
            dependencies.len() - 1
        });
        let dependency = &mut dependencies[place];
        dependency.kind = dependency.kind.min(import.kind);
        if !dependency.modules.contains(&module) {
            dependency.modules.push(module);
        }
    }
    dependencies
}
