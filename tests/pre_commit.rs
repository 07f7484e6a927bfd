//! The real pre-commit runs our hook on a real repository.

use std::path::Path;
use std::process::Command;

use crate::support::{LAZARET, Place, Ran, finish, root};

fn git(place: &Place, arguments: &[&str]) -> Ran {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    let ran =
        finish(Command::new("git").current_dir(place.path()).args(identity).args(arguments), b"");
    assert_eq!(ran.code, 0, "git {arguments:?}: {ran:?}");
    ran
}

fn pre_commit(place: &Place) -> Ran {
    let tool = root().join("target/tests/tools/bin/pre-commit");
    assert!(tool.is_file(), "pre-commit is missing; `./tests/run --prepare` installs it");
    let programs = Path::new(LAZARET).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(tool);
    command.current_dir(place.path()).args(["run", "--all-files", "--color=never"]);
    finish(command.env("PATH", path).env("PRE_COMMIT_HOME", place.path().join(".cache")), b"")
}

/// A repository whose configuration names our hooks, as they stand in this checkout.
fn repository() -> Place {
    let place = Place::new();
    let hooks = std::fs::read(root().join(".pre-commit-hooks.yaml")).unwrap();
    place.write("hooks/.pre-commit-hooks.yaml", hooks);
    let directory = place.path().join("hooks").display().to_string();
    let in_hooks =
        |arguments: &[&str]| git(&place, &[&["-C", directory.as_str()], arguments].concat());
    in_hooks(&["init", "--quiet"]);
    in_hooks(&["add", "."]);
    in_hooks(&["commit", "--quiet", "-m", "hooks"]);
    let revision = in_hooks(&["rev-parse", "HEAD"]).stdout;
    let configuration = format!(
        "repos:\n  - repo: {directory}\n    rev: {}\n    hooks: [{{id: lazaret-system}}, {{id: lazaret-manifests-system}}]\n",
        revision.trim()
    );
    place.write(".pre-commit-config.yaml", configuration);
    place.write(".gitignore", "hooks/\n.cache/\n");
    git(&place, &["init", "--quiet"]);
    place
}

#[test]
fn a_commit_with_a_finding_is_stopped_and_a_harmless_one_is_not() {
    let place = repository();
    place.write("a.py", "print('harmless')\n");
    place.write("notes.txt", "os.system('id')\n");
    git(&place, &["add", "."]);
    let ran = pre_commit(&place);
    assert_eq!(ran.code, 0, "{ran:?}");
    place.write("b.py", "import os\nos.system(input())\n");
    git(&place, &["add", "."]);
    let ran = pre_commit(&place);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("python/process-spawn") && ran.stdout.contains("b.py:2:1"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_commit_that_changes_a_manifest_alone_is_checked() {
    let place = repository();
    place.write("web/package.json", "{\"dependencies\": {\"express\": \"^4\"}}\n");
    place.write("notes.txt", "reqeusts\n");
    git(&place, &["add", "."]);
    let ran = pre_commit(&place);
    assert_eq!(ran.code, 0, "{ran:?}");
    place.write("dev-requirements.txt", "reqeusts\n");
    git(&place, &["add", "."]);
    let ran = pre_commit(&place);
    assert!(ran.code == 1 && ran.stdout.contains("dev-requirements.txt:1:1"), "{ran:?}");
}
