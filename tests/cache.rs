//! `lazaret cache`, with packages that were really installed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::schema::{assert_kept, assert_published};
use crate::support::{Place, Ran, finish};

const SCHEMA: &str = "cache.v1.json";

/// A place with a cache of its own.
struct Kept {
    place: Place,
}

/// A folder with three sets: `six`, `idna`, and the installer. They are downloaded once for all tests.
fn installed() -> &'static Path {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let kept = Kept::empty();
        for (name, code) in [("six", "import six\n"), ("idna", "import idna\n")] {
            kept.place.write("a.py", code);
            let ran = kept.lazaret(&["run", "a.py"]);
            assert_eq!(ran.code, 0, "{name}: {ran:?}");
        }
        // The place goes now; nothing drops what is static.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
        let _ = std::fs::remove_dir_all(&folder);
        copy(&kept.folder(), &folder);
        folder
    })
}

/// With the times and modes of all files.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

impl Kept {
    fn empty() -> Self {
        let place = Place::new();
        place.write(".config/lazaret/lazaret.toml", "runner = \"process\"\n");
        Self { place }
    }

    /// With a copy of what was installed.
    fn new() -> Self {
        let kept = Self::empty();
        copy(installed(), &kept.folder());
        kept
    }

    fn command(&self) -> Command {
        let mut command = self.place.command();
        command.env("XDG_CACHE_HOME", self.place.path().join("cache"));
        command
    }

    fn lazaret(&self, arguments: &[&str]) -> Ran {
        finish(self.command().args(arguments), b"")
    }

    fn cache(&self, arguments: &[&str]) -> Ran {
        self.lazaret(&[&["cache"], arguments].concat())
    }

    /// The sets that are told as JSON, which keeps to the schema.
    fn sets(&self, arguments: &[&str]) -> Vec<Value> {
        let told = self.cache(&[arguments, &["--json"]].concat()).json();
        assert_kept(SCHEMA, &told);
        assert_eq!(told["folder"], self.folder().to_str().unwrap());
        told["sets"].as_array().unwrap().clone()
    }

    /// The name of the set that has a package.
    fn name(&self, package: &str) -> String {
        let sets = self.sets(&["list"]);
        let set = sets.iter().find(|set| package_of(set) == package).unwrap();
        set["name"].as_str().unwrap().to_owned()
    }

    fn folder(&self) -> PathBuf {
        self.place.path().join("cache/lazaret/packages")
    }

    /// A file of the set that has `six`, and that nothing can tell by its size.
    fn damage(&self) {
        let file = self.folder().join("sets").join(self.name("six")).join("six.py");
        let size = std::fs::metadata(&file).unwrap().len();
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, vec![b'#'; usize::try_from(size).unwrap()]).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o444);
        std::fs::set_permissions(&file, mode).unwrap();
    }
}

/// The first package of a set.
fn package_of(set: &Value) -> &str {
    set["packages"][0]["name"].as_str().unwrap()
}

fn packages(sets: &[Value]) -> Vec<&str> {
    sets.iter().map(package_of).collect()
}

/// How many entries a directory has.
fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).map_or(0, Iterator::count)
}

#[test]
fn the_published_schema_is_the_one_of_the_cache() {
    assert_published(SCHEMA, &lazaret::report::cache::schema());
}

#[test]
fn where_nothing_was_installed_nothing_is_listed_and_nothing_made() {
    let kept = Kept::empty();
    for command in ["list", "prune", "clear", "verify"] {
        let ran = kept.cache(&[command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
        assert!(kept.sets(&[command]).is_empty());
    }
    assert!(kept.cache(&["list"]).stderr.starts_with("no packages are kept in `/"));
    assert_eq!(kept.cache(&["show", "ab"]).code, 2);
    assert_eq!(entries(&kept.place.path().join("cache")), 0);
}

#[test]
fn what_was_installed_is_listed_and_shown_with_versions_and_digests() {
    let kept = Kept::new();
    let ran = kept.cache(&["list"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let heads = ["NAME", "PLATFORM", "PACKAGES", "SIZE", "INSTALLED", "LAST", "USED", "IN", "USE"];
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), heads);
    assert_eq!(lines.len(), 4, "{}", ran.stdout);
    assert!(
        ran.stderr.starts_with("3 sets, ") && ran.stderr.contains(" of at most 20.0 GiB, in `")
    );
    let six = kept.name("six");
    let line = lines.iter().find(|line| line.contains(" six ")).unwrap();
    let short = line.split_whitespace().next().unwrap();
    assert!(short.len() < six.len() && six.starts_with(short), "{line}");
    let ran = kept.cache(&["show", short]);
    let set = &kept.sets(&["show", short])[0];
    assert!(ran.code == 0 && ran.stdout.contains(&six), "{ran:?}");
    let package = &set["packages"][0];
    let [version, digest] = ["version", "digest"].map(|key| package[key].as_str().unwrap());
    assert!(digest.starts_with("sha256:"), "{set}");
    for part in [version, digest, &format!("{}/sets/{six}\n", kept.folder().display())] {
        assert!(ran.stdout.contains(part), "{part} is not in {}", ran.stdout);
    }
}

#[test]
fn a_set_that_is_not_named_well_is_not_guessed() {
    let kept = Kept::new();
    for name in ["nobody", ""] {
        let ran = kept.cache(&["show", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(&format!("there is no set `{name}`")), "{ran:?}");
        assert!(ran.stderr.contains("help: `lazaret cache list`"), "{ran:?}");
    }
    // A second set whose name begins as the first one's does.
    let (name, records) = (kept.name("six"), kept.folder().join("records"));
    let twin = format!("{}{}", &name[..20], "0".repeat(12));
    let record = std::fs::read_to_string(records.join(&name)).unwrap();
    std::fs::write(records.join(&twin), record.replace(&name, &twin)).unwrap();
    let ran = kept.cache(&["show", &name[..20]]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains(&name) && ran.stderr.contains(&twin), "{ran:?}");
    let listed = kept.cache(&["list"]).stdout;
    let mut short: Vec<&str> = listed.lines().map(|line| line.split(' ').next().unwrap()).collect();
    short.dedup();
    assert_eq!(short.len(), 5, "{listed}");
    let shown = short.iter().filter(|short| name.starts_with(**short)).count();
    assert_eq!(shown, 1, "no two are shown by one name: {listed}");
}

#[test]
fn what_was_not_used_for_longest_is_pruned_first() {
    let kept = Kept::new();
    let before = kept.sets(&["list"]);
    assert_eq!(packages(&before), ["idna", "uv", "six"]);
    assert!(kept.sets(&["prune"]).is_empty(), "all of it may stay");
    let removed = kept.sets(&["prune", "1MiB"]);
    assert_eq!(packages(&removed), ["six", "uv"]);
    assert!(removed.iter().all(|set| set["removed"] == true && set["in_use"] == false));
    let left = kept.sets(&["list"]);
    assert_eq!(left, [before[0].clone()]);
    assert_eq!(entries(&kept.folder().join("sets")), 1);
    for size in ["0", "much"] {
        let ran = kept.cache(&["prune", size]);
        assert!(ran.code == 2 && ran.stderr.contains("size"), "{ran:?}");
    }
    let ran = kept.cache(&["clear"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("removed: ") && ran.stdout.contains("idna"), "{ran:?}");
    assert!(ran.stderr.starts_with("1 set removed, "), "{ran:?}");
    assert!(kept.sets(&["list"]).is_empty());
}

#[test]
fn what_a_program_uses_is_told_and_stays() {
    let kept = Kept::new();
    kept.place.write("a.py", "import six, time\nprint('up', flush=True)\ntime.sleep(60)\n");
    let mut program = kept.command();
    program.args(["run", "--timeout", "60s", "a.py"]).stdout(Stdio::piped());
    let mut program = program.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let listed = kept.sets(&["list"]);
    let cleared = kept.cache(&["clear"]);
    let left = kept.sets(&["list"]);
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(said, "up\n");
    let used = |set: &Value| set["in_use"] == true;
    assert_eq!(listed.iter().map(used).collect::<Vec<_>>(), [true, false, false], "{listed:?}");
    assert_eq!(packages(&left), ["six"]);
    assert!(cleared.code == 0 && cleared.stdout.contains("in use, stays: "), "{cleared:?}");
    let told = cleared.stderr.as_str();
    assert!(told.starts_with("2 sets removed, ") && told.contains("; 1 set in use, "), "{told}");
}

#[test]
fn a_changed_file_is_found_and_its_set_removed_and_installed_again() {
    let kept = Kept::new();
    let ran = kept.cache(&["verify"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(ran.stderr.ends_with("; all are as they were installed\n"), "{ran:?}");
    kept.damage();
    let ran = kept.cache(&["verify"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.starts_with("damaged; removed: ") && ran.stdout.contains(" six "),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("3 sets read, ") && ran.stderr.contains("; 1 not as "), "{ran:?}");
    assert_eq!(packages(&kept.sets(&["list"])), ["idna", "uv"]);
    kept.place.write("a.py", "import six\nprint(len(six.text_type.__name__))\n");
    let ran = kept.lazaret(&["run", "a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "3\n"), "{ran:?}");
    kept.damage();
    let sets = kept.sets(&["verify"]);
    let found = sets.iter().map(|set| (package_of(set), &set["whole"], &set["removed"]));
    let found: Vec<(&str, bool, bool)> = found
        .map(|(name, whole, gone)| (name, whole.as_bool().unwrap(), gone.as_bool().unwrap()))
        .collect();
    assert!(found.contains(&("six", false, true)), "{found:?}");
    assert!(found.contains(&("idna", true, false)), "{found:?}");
}

#[test]
fn a_folder_that_others_can_write_to_is_not_used() {
    let kept = Kept::new();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(kept.folder(), mode).unwrap();
    for command in ["list", "clear", "verify"] {
        let ran = kept.cache(&[command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains("it is not this user's alone"), "{ran:?}");
        assert!(ran.stderr.contains("help: set `dependencies.cache`"), "{ran:?}");
    }
    assert_eq!(entries(&kept.folder().join("records")), 3);
}
