//! Functions that are given paths.

use lazaret_policy::prelude::*;

/// Functions of Python and JavaScript, and how many of their first arguments are paths.
const FUNCTIONS: [(&str, usize); 47] = [
    ("open", 1),
    ("codecs.open", 1),
    ("gzip.open", 1),
    ("os.open", 1),
    ("os.listdir", 1),
    ("os.scandir", 1),
    ("os.walk", 1),
    ("os.readlink", 1),
    ("os.remove", 1),
    ("os.unlink", 1),
    ("os.rmdir", 1),
    ("os.mkdir", 1),
    ("os.makedirs", 1),
    ("os.chmod", 1),
    ("os.chdir", 1),
    ("os.rename", 2),
    ("os.replace", 2),
    ("os.link", 2),
    ("os.symlink", 2),
    ("os.path.expanduser", 1),
    ("shutil.copy", 2),
    ("shutil.copy2", 2),
    ("shutil.copyfile", 2),
    ("shutil.copytree", 2),
    ("shutil.move", 2),
    ("shutil.rmtree", 1),
    ("shutil.make_archive", 1),
    ("glob.glob", 1),
    ("glob.iglob", 1),
    ("pathlib.Path", 1),
    ("pathlib.PosixPath", 1),
    ("zipfile.ZipFile", 1),
    ("tarfile.open", 1),
    ("sqlite3.connect", 1),
    ("configparser.ConfigParser().read", 1),
    ("numpy.load", 1),
    ("numpy.loadtxt", 1),
    ("numpy.fromfile", 1),
    ("pandas.read_csv", 1),
    ("pandas.read_table", 1),
    ("linecache.getlines", 1),
    ("fs.*", 1),
    ("Deno.*", 1),
    ("Bun.file", 1),
    ("Bun.write", 1),
    ("path.resolve", 1),
    ("untildify", 1),
];

/// Of `fs`, those that are given two paths.
const TWO: [&str; 5] = ["copyFile", "rename", "cp", "link", "symlink"];

/// Of `fs` and `Deno`, those whose first argument is something else.
const NO_PATH: [&str; 8] =
    ["close", "write", "read", "fstat", "fsync", "ftruncate", "env", "serve"];

/// Commands of Bash whose operands are files.
const COMMANDS: [&str; 24] = [
    "cat", "head", "tail", "less", "more", "cp", "mv", "ln", "tee", "strings", "xxd", "od",
    "base64", "tar", "zip", "gzip", "scp", "rsync", "ls", "source", ".", "touch", "mkdir", "dd",
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name).chain(COMMANDS)
}

/// A path that a call is given.
pub(crate) struct Given {
    /// As it is written.
    pub(crate) path: String,
    /// Its place, where it has no name; the first is 0.
    pub(crate) place: Option<usize>,
}

impl Given {
    pub(crate) fn is_first(&self) -> bool {
        self.place == Some(0)
    }
}

/// The paths that a call is given.
pub(crate) fn paths(call: Call<'_>, language: &str) -> Vec<Given> {
    if language == "bash" {
        return if COMMANDS.contains(&call.name()) { operands(call) } else { Vec::new() };
    }
    let given = (0..count(call.name())).map(|place| (Some(place), call.positional(place)));
    let named = ["file", "path", "src", "dst"].map(|name| (None, call.argument(name)));
    let paths = given.chain(named).filter_map(|(place, argument)| {
        Some(Given { path: argument.literal()?.as_str()?.to_owned(), place })
    });
    paths.collect()
}

fn count(name: &str) -> usize {
    let function = name.rsplit('.').next().unwrap_or(name).trim_end_matches("Sync");
    if name.starts_with("fs.") || name.starts_with("Deno.") {
        return match function {
            two if TWO.contains(&two) => 2,
            other => usize::from(!NO_PATH.contains(&other)),
        };
    }
    let known = FUNCTIONS.iter().find(|(known, _)| *known == name);
    known.map_or(0, |(_, count)| *count)
}

/// Words that are no options, and what stands behind `=`.
fn operands(call: Call<'_>) -> Vec<Given> {
    let word = |argument: Argument<'_>| {
        let literal = argument.literal().and_then(|value| value.as_str().map(str::to_owned));
        literal.unwrap_or_else(|| argument.text().replace(['"', '\''], ""))
    };
    let words = call.arguments().map(word).enumerate().filter(|(_, word)| !word.starts_with('-'));
    let path =
        |word: String| word.split_once('=').map_or(word.clone(), |(_, path)| path.to_owned());
    words.map(|(place, word)| Given { path: path(word), place: Some(place) }).collect()
}
