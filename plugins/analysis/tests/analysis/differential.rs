//! Tricks that make a checker read other code than runs, tried on the real interpreters.
//!
//! Each program of `tests/tricks/` does something that the catalogue names, in a place or in a way
//! that a reader of other text would miss. Where CPython, Node or Bash of this machine does it, the
//! analysis must see it do so, or refuse the file. A trick that does not run here is no failure,
//! because interpreters change; that too few do is one.
//!
//! A trick is a line that claims something and begins with `== `, then one line with the program,
//! in which `\n`, `\r`, `\t`, `\\`, `\x0b` and `\u{feff}` are escapes, and `PAYLOAD` stands for the
//! statement that prints `ran`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use lazaret_analysis::{Analyser, Language, Overrides, Profile, Project, SourceFile};

/// How a language's tricks are told and tried.
struct Interpreter {
    language: Language,
    /// The program, and the Debian package that has it.
    program: &'static str,
    package: &'static str,
    extension: &'static str,
    /// A statement that prints `ran`, and the rule that speaks of it.
    payload: &'static str,
    rules: &'static [&'static str],
    /// How many of the tricks have to run.
    least: usize,
}

const PYTHON: Interpreter = Interpreter {
    language: Language::Python,
    program: "python3",
    package: "python3",
    extension: "py",
    payload: "__import__('os').system('echo ran')\n",
    rules: &["python/process-spawn"],
    least: 40,
};

const NODE: Interpreter = Interpreter {
    language: Language::JavaScript,
    program: "node",
    package: "nodejs",
    extension: "cjs",
    payload: "require('child_process').execSync('echo ran',{stdio:'inherit'})\n",
    rules: &["javascript/process-shell", "javascript/process-spawn"],
    least: 40,
};

const BASH: Interpreter = Interpreter {
    language: Language::Bash,
    program: "bash",
    package: "bash",
    extension: "sh",
    payload: "eval 'echo ran'\n",
    rules: &["bash/dynamic-code"],
    least: 60,
};

/// A claim, and the program that makes it.
struct Trick {
    claim: String,
    program: Vec<u8>,
}

fn tricks(interpreter: &Interpreter) -> Vec<Trick> {
    let name = format!("tests/tricks/{}.txt", interpreter.language.name());
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let trick = |block: &str| {
        let (claim, program) = block.split_once('\n').unwrap();
        let program = bytes(program.trim_end_matches('\n'), interpreter.payload);
        Trick { claim: claim.to_owned(), program }
    };
    text.split("== ").skip(1).map(trick).collect()
}

/// A program without the escapes that it is told in.
fn bytes(told: &str, payload: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = told;
    while let Some(first) = rest.chars().next() {
        let (meant, after) = match (first, rest.get(1..2)) {
            _ if rest.starts_with("PAYLOAD") => (payload.to_owned(), &rest["PAYLOAD".len()..]),
            ('\\', Some("n")) => ("\n".to_owned(), &rest[2..]),
            ('\\', Some("r")) => ("\r".to_owned(), &rest[2..]),
            ('\\', Some("t")) => ("\t".to_owned(), &rest[2..]),
            ('\\', Some("\\")) => ("\\".to_owned(), &rest[2..]),
            ('\\', Some("x")) => (character(&rest[2..4]), &rest[4..]),
            ('\\', Some("u")) => {
                let (number, after) = rest[3..].split_once('}').unwrap();
                (character(number), after)
            }
            _ => (first.to_string(), &rest[first.len_utf8()..]),
        };
        bytes.extend(meant.bytes());
        rest = after;
    }
    bytes
}

fn character(number: &str) -> String {
    char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap().to_string()
}

/// What comes of running a file.
fn run(interpreter: &Interpreter, path: &Path) -> Output {
    let (program, package) = (interpreter.program, interpreter.package);
    let mut command = Command::new(program);
    command.arg(path).stdin(Stdio::null());
    command.output().unwrap_or_else(|error| {
        panic!("cannot start `{program}` ({error}): `apt-get install {package}`, or ./tests/run")
    })
}

/// Whether a program does it.
fn runs(interpreter: &Interpreter, program: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("trick.{}", interpreter.extension));
    fs::write(&path, program).unwrap();
    run(interpreter, &path).stdout.starts_with(b"ran\n")
}

/// Why the analysis neither sees what it does nor refuses it, if so.
fn missed(interpreter: &Interpreter, program: &[u8]) -> Option<String> {
    let (path, language) = ("trick".to_owned(), interpreter.language);
    let file = SourceFile { path, language, contents: program.to_vec() };
    let analyser = Analyser::new(&Overrides::from(Profile::Gate)).unwrap();
    let Ok(analysis) = analyser.analyse(&file, &Project::default()) else { return None };
    let rules: Vec<&str> = analysis.findings.iter().map(|one| one.rule.as_str()).collect();
    let is_seen = rules.iter().any(|rule| interpreter.rules.contains(rule));
    (!is_seen && analysis.unjudged.is_none()).then(|| format!("only {rules:?}"))
}

fn what_runs_is_seen_or_refused(interpreter: &Interpreter) {
    let tricks = tricks(interpreter);
    let ran: Vec<&Trick> =
        tricks.iter().filter(|trick| runs(interpreter, &trick.program)).collect();
    assert!(ran.len() >= interpreter.least, "only {} of {} run", ran.len(), tricks.len());
    let missed = ran.into_iter().filter_map(|trick| {
        let why = missed(interpreter, &trick.program)?;
        Some(format!("{}: {why} in\n{}", trick.claim, String::from_utf8_lossy(&trick.program)))
    });
    let missed: Vec<String> = missed.collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_python_runs_is_seen_or_refused() {
    what_runs_is_seen_or_refused(&PYTHON);
}

#[test]
fn what_node_runs_is_seen_or_refused() {
    what_runs_is_seen_or_refused(&NODE);
}

#[test]
fn what_bash_runs_is_seen_or_refused() {
    what_runs_is_seen_or_refused(&BASH);
}

/// Python makes these itself: they are no text.
const BINARIES: &str = "
import io, py_compile, sys, zipfile
folder, payload = sys.argv[1:]
open(folder + '/plain.py', 'w').write(payload)
py_compile.compile(folder + '/plain.py', folder + '/compiled.py')
archive = io.BytesIO()
with zipfile.ZipFile(archive, 'w') as file: file.writestr('__main__.py', payload)
archive = archive.getvalue()
open(folder + '/archive.py', 'wb').write(archive)
open(folder + '/behind.py', 'wb').write(b'# harmless\\n' * 9 + archive)
commented = bytearray(archive[:-2]) + b'\\x0b\\x00' + b'# harmless\\n'
open(folder + '/commented.py', 'wb').write(commented)
";

#[test]
fn archives_and_compiled_code_that_python_runs_are_refused_with_their_own_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("make.py");
    fs::write(&script, BINARIES).unwrap();
    let made = Command::new("python3").arg(&script).arg(folder.path()).arg(PYTHON.payload).output();
    assert!(made.unwrap().status.success());
    for (name, reason) in [
        ("archive", "archive"),
        ("behind", "archive"),
        ("commented", "archive"),
        ("compiled", "compiled"),
    ] {
        let path = folder.path().join(format!("{name}.py"));
        assert_eq!(run(&PYTHON, &path).stdout, b"ran\n", "{name}");
        let (language, contents) = (Language::Python, fs::read(&path).unwrap());
        let file = SourceFile { path: name.to_owned(), language, contents };
        let refused = Analyser::default().analyse(&file, &Project::default()).unwrap_err();
        assert_eq!(refused.id(), reason, "{name}");
    }
}

/// What the gate refuses for its syntax CPython would not run either, and so not half of it.
#[test]
fn what_cannot_be_parsed_does_not_run() {
    for broken in ["def f(:\n    pass\n", "x = '''\n", "(\n", "@\n", "a b\n"] {
        let program = format!("{}{broken}", PYTHON.payload);
        assert!(!runs(&PYTHON, program.as_bytes()), "{broken}");
        let file = crate::file(Language::Python, program.as_bytes());
        let gate = Analyser::new(&Overrides::from(Profile::Gate)).unwrap();
        let analysis = gate.analyse(&file, &Project::default()).unwrap();
        assert_eq!(analysis.unjudged.map(|why| why.id()), Some("syntax-error"), "{broken}");
        let audit = Analyser::default().analyse(&file, &Project::default()).unwrap();
        assert_eq!(audit.unjudged, None);
    }
}

/// Nobody knows what code does that stands in a text and is not understood: who is about to run it is
/// told so.
#[test]
fn code_in_a_text_that_is_not_understood_is_not_judged() {
    let nested = (0..4).fold("print(1)".to_owned(), |code, _| format!("exec({code:?})"));
    let deepest = format!("exec({nested:?})");
    for (program, is_judged) in [
        ("exec('import os; os.system(1) ) (')", false),
        ("import os\nos.system('if true; then echo a; fi; ((')", true),
        (&deepest, false),
        ("exec('print(1)')", true),
    ] {
        let file = crate::file(Language::Python, program.as_bytes());
        let gate = Analyser::new(&Overrides::from(Profile::Gate)).unwrap();
        let analysis = gate.analyse(&file, &Project::default()).unwrap();
        let expected = (!is_judged).then_some("embedded-code");
        assert_eq!(analysis.unjudged.map(|why| why.id()), expected, "{program}");
        let audit = Analyser::default().analyse(&file, &Project::default()).unwrap();
        assert_eq!(audit.unjudged, None);
    }
}
