//! Installed packages: who finds them, and what cannot be done with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::program::{Program, bash, node, python, stdout};
use crate::{Interpreter, Packages, Runner};

/// The directory that has all packages of the suite. A runner that shows packages of one directory
/// alone is given this one.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(make)
}

/// One directory for each user, which is the same each time.
fn make() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lazaret-conformance-{}", user()));
    let files = [
        ("of-python/greeting/__init__.py", "words = 'hello from python'\n"),
        ("of-python/apart.pth", "added\n"),
        ("of-python/added/further.py", "words = 'further'\n"),
        ("of-both/greeting/__init__.py", "words = 'hello from python'\n"),
        ("of-both/node_modules/greeting/index.js", ""),
        ("of-python/bin/greet", "#!/bin/sh\necho hello from a program\n"),
        ("of-node/node_modules/greeting/index.js", "exports.words = 'hello from node';\n"),
        (
            "of-node/node_modules/@scope/part/sub/index.js",
            "globalThis.isRequired = true;\nmodule.exports = require('greeting');\n",
        ),
        (
            "of-node/node_modules/modern/package.json",
            "{\"type\": \"module\", \"exports\": \"./a.js\"}",
        ),
        (
            "of-node/node_modules/modern/a.js",
            "globalThis.isModern = true;\nexport const words = 'hello from a module';\n",
        ),
        ("of-others/secret.py", ""),
        ("of-others/ends.py", "import os\nos._exit(7)\n"),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder)).expect("a directory can be made");
        fs::write(&path, text).expect("a file can be written");
        set_mode(&path, if text.starts_with("#!") { 0o755 } else { 0o644 });
    }
    set_mode(&folder, 0o711);
    folder
}

/// The number of this process's user, who owns what the kernel tells of it.
#[cfg(unix)]
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").expect("a process has one").uid()
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn with(name: &str, mut program: Program) -> Program {
    let directory = folder().join(name);
    program.job.packages =
        Some(Packages { directory, platform: String::new(), modules: Vec::new() });
    program
}

/// As a script, by `main`, and in what it starts.
pub async fn python_finds_its_packages(runner: &dyn Runner) {
    let code = "
import greeting, further, subprocess, sys
print(greeting.words, further.words, flush=True)
subprocess.run([sys.executable, '-c', 'import greeting; print(greeting.words)'], check=True)
subprocess.run(['greet'], check=True)
";
    let printed = stdout(&with("of-python", python(code)).succeed(runner).await);
    let lines = ["hello from python further", "hello from python", "hello from a program", ""];
    assert_eq!(printed, lines.join("\n"));
    let main = python("def main():\n    import greeting\n    return greeting.words\n");
    let outcome = with("of-python", main).main(serde_json::json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some("hello from python".into()));
    // A package may bring along what looks like Node's.
    let both = with("of-both", python("import greeting; print(greeting.words)"));
    assert_eq!(stdout(&both.succeed(runner).await), "hello from python\n");
}

/// However it asks for them: a script, a module, a part of a package, another directory, `main`.
pub async fn javascript_finds_its_packages(runner: &dyn Runner) {
    let code = "console.log(require('greeting').words, require('@scope/part/sub').words);";
    let words = "hello from node hello from node\n";
    assert_eq!(stdout(&with("of-node", node(code)).succeed(runner).await), words);
    let below = node("require('./lib/inner.js')").file("lib/inner.js", code);
    assert_eq!(stdout(&with("of-node", below).succeed(runner).await), words);
    let code = "import { words } from 'modern'; console.log(words);";
    let module = Program::new(Interpreter::Node, "main.mjs", code);
    assert_eq!(stdout(&with("of-node", module).succeed(runner).await), "hello from a module\n");
    let main = node("function main() { return require('greeting').words; }");
    let outcome = with("of-node", main).main(serde_json::json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some("hello from node".into()));
}

/// A script has their programs, and what it starts finds their modules.
pub async fn bash_hands_packages_on(runner: &dyn Runner) {
    let code = "greet; read -r line < \"$PYTHONPATH/greeting/__init__.py\"; echo \"$line\"";
    let printed = stdout(&with("of-python", bash(code)).succeed(runner).await);
    assert_eq!(printed, "hello from a program\nwords = 'hello from python'\n");
    let code = "read -r line < \"$NODE_PATH/greeting/index.js\"; echo \"$line\"";
    let printed = stdout(&with("of-node", bash(code)).succeed(runner).await);
    assert_eq!(printed, "exports.words = 'hello from node';\n");
}

/// A file of its own that has a package's name is what it imports.
pub async fn a_neighbour_comes_before_a_package(runner: &dyn Runner) {
    let program = python("import greeting; print(greeting.words)");
    let program = with("of-python", program.file("greeting.py", "words = 'mine'\n"));
    assert_eq!(stdout(&program.succeed(runner).await), "mine\n");
    let program = node("console.log(require('greeting').words)");
    let own = program.file("node_modules/greeting/index.js", "exports.words = 'mine';\n");
    assert_eq!(stdout(&with("of-node", own).succeed(runner).await), "mine\n");
}

/// Neither what is there, nor what is not yet.
pub async fn packages_cannot_be_changed(runner: &dyn Runner) {
    let code = "
import greeting, os
place = os.path.dirname(greeting.__file__)
for path in (greeting.__file__, place + '/new.py', os.path.dirname(place) + '/new.py', '/packages/new'):
    try:
        open(path, 'a').write('changed')
        print('changed', path)
    except OSError:
        pass
for change in (lambda: os.chmod(greeting.__file__, 0o777), lambda: os.remove(greeting.__file__)):
    try:
        change()
        print('changed')
    except OSError:
        pass
";
    assert_eq!(stdout(&with("of-python", python(code)).succeed(runner).await), "");
    let own = folder().join("of-python/greeting/__init__.py");
    assert_eq!(fs::read_to_string(own).expect("it is there"), "words = 'hello from python'\n");
}

/// A program sees its own, or nothing; a program without packages has none.
pub async fn other_packages_are_not_seen(runner: &dyn Runner) {
    let look = "
import glob, os
seen = glob.glob('/packages/*') + glob.glob('/packages/*/*')
try:
    seen += os.listdir('/packages')
except OSError:
    pass
print([path for path in seen if 'of-python' not in path and 'of-python' not in os.path.dirname(path)])
";
    let printed = stdout(&with("of-python", python(look)).succeed(runner).await);
    assert_eq!(printed, "[]\n");
    let none = "
import importlib.util, os
print(importlib.util.find_spec('greeting'), 'PYTHONPATH' in os.environ)
";
    assert_eq!(stdout(&python(none).succeed(runner).await), "None False\n");
}

/// The runner says so, and runs nothing.
pub async fn packages_that_are_not_there_are_an_error(runner: &dyn Runner) {
    let error = with("of-nobody", python("print(1)")).refused(runner).await;
    let told = crate::causes(&error);
    assert!(told.contains("packages"), "{told}");
}
