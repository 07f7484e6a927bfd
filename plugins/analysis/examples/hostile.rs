//! Measures the analysis on files of one megabyte that were made to be slow or large.
//!
//!     hostile                   all shapes in all languages
//!     hostile SHAPE             one shape in all languages
//!     hostile SHAPE LANGUAGE    one file
//!
//! Prints the time on a processor and the most memory that the process had, with what came of the
//! file. Each file has a process of its own. Fails if one takes more memory than [`MEMORY`]; times
//! depend on the machine, and fail nothing.

use std::error::Error;
use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use lazaret_analysis::{Analyser, Language, Overrides, Profile, Project, SourceFile};
use rustix::time::{ClockId, clock_gettime};

/// The size of a file.
const SIZE: usize = 1024 * 1024;

/// Half of the words, signs and ends of lines that a script may have; other languages have more.
const SIGNS: usize = 224_000;

/// A few of what takes the square of its number, unless that is prevented.
const UNFINISHED: usize = 8_000;

/// What is written again and again.
const REPEATED: [(&str, &str); 64] = [
    ("round brackets", "("),
    ("square brackets", "["),
    ("braces", "{"),
    ("closing brackets", ")"),
    ("closing braces", "}"),
    ("all brackets", "([{"),
    ("angle brackets", "<"),
    ("angle brackets with names", "a<"),
    ("shifts", "<<"),
    ("tags", "<a>"),
    ("question marks", "a?"),
    ("question marks and colons", "a?b:"),
    ("single quotes", "'"),
    ("double quotes", "\""),
    ("backticks", "`"),
    ("three quotes", "\"\"\""),
    ("quotes in quotes", "\"'"),
    ("dollars", "$"),
    ("expansions", "${"),
    ("substitutions", "$("),
    ("arithmetic", "$(("),
    ("double brackets", "(("),
    ("tests", "[[ "),
    ("here-documents", "<<A\n"),
    ("here-documents of many names", "cat <<A <<B\n"),
    ("here-strings", "<<<a "),
    ("backslashes", "\\"),
    ("lines that go on", "a\\\nb"),
    ("slashes", "/"),
    ("patterns", "/a/ "),
    ("stars", "*"),
    ("operators", "a+"),
    ("minus", "-"),
    ("not", "!"),
    ("dots", "a."),
    ("calls", "a("),
    ("calls of calls", "a()"),
    ("items", "a["),
    ("arrows", "a=>"),
    ("arrows in brackets", "(a=>"),
    ("arguments of arrows", "(a,"),
    ("assignments", "a="),
    ("lambdas", "lambda:"),
    ("templates", "`${"),
    ("texts with values", "f'{"),
    ("conditions", "if x:\n "),
    ("conditions in one line", "if(a)"),
    ("else if", "if(a){}else "),
    ("classes", "class A{"),
    ("functions", "function f(){"),
    ("generic types", "a<b,"),
    ("types", "type A=B<"),
    ("decorators", "@a\n"),
    ("commas", "a,"),
    ("colons", "a:"),
    ("labels", "a:b\n"),
    ("lines", "a\n"),
    ("comments", "#a\n"),
    ("names", "abc "),
    ("numbers", "1 "),
    ("pipes", "a|"),
    ("ampersands", "a&&"),
    ("semicolons", ";;"),
    ("carriage returns", "a\r"),
];

/// The rules of a language at their costliest: each is parsed, resolved and judged.
const COSTLY: [(&str, &str); 8] = [
    ("exec of a text", "exec('import os; os.system(1)')\n"),
    ("names that are put together", "getattr(__import__('o'+'s'),'sys'+'tem')('a')\n"),
    ("calls that are found", "eval(x)\n"),
    ("pipelines", "curl a | sh\n"),
    ("texts that Bash runs", "bash -c 'bash -c \"rm -rf /\"'\n"),
    ("calls of what is called", "map(os.system,a)\n"),
    ("connections", ">/dev/tcp/a/1\n"),
    ("encoded texts", "eval(atob('YWxlcnQoMSk='))\n"),
];

/// Brackets around brackets.
const NESTED: [(&str, &str, &str); 7] = [
    ("nested brackets", "(", ")"),
    ("nested lists", "[", "]"),
    ("nested braces", "{", "}"),
    ("nested calls", "f(", ")"),
    ("nested substitutions", "$(a ", ")"),
    ("nested tags", "<a>", "</a>"),
    ("nested texts", "`${", "}`"),
];

/// One line, and then others that make much of it.
const GROWN: [(&str, &str, &str); 10] = [
    ("closing braces behind an error", "x() (<> ", "}"),
    ("places for what is read", "xargs -I{} echo < <(echo a) ", "{}{}{}{} "),
    ("wrappers of many words", "sudo nice nohup env setsid stdbuf time command ", "a "),
    ("lists that are added", "b = [0]*4096\n", "a=b+[]\n"),
    ("lists that are spread", "b = [0]*4096\n", "a=[*b]\n"),
    ("lists that are cut", "b = [0]*4096\n", "b[0:]\n"),
    ("texts that become lists", "b = 'a'*4096\n", "list(b)\n"),
    ("arrays that are spread", "b = 'a'.repeat(4096)\n", "[...b];\n"),
    ("arguments that double", "set -- a b\n", "set -- $@ $@\n"),
    ("braces that expand", "", "echo {a..z}{a..z}{a..c}\n"),
];

/// The most memory that a file may take, in KiB.
const MEMORY: u64 = 200 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => all(shapes().map(|(name, _)| name)),
        [shape] => all(std::iter::once(shape.clone())),
        [shape, language] => one(shape, language),
        _ => Err("usage: hostile [SHAPE [LANGUAGE]]".into()),
    }
}

/// Measures shapes in each language, each in a process of its own.
fn all(shapes: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let mut failed = 0;
    for shape in shapes {
        for language in Language::ALL {
            let measured = Command::new(&program).args([&shape, language.name()]).status()?;
            failed += u32::from(!measured.success());
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of them failed").into()) }
}

fn one(shape: &str, language: &str) -> Result<(), Box<dyn Error>> {
    let contents = shapes().find(|(name, _)| name == shape).ok_or("no such shape")?.1;
    let language = Language::ALL.into_iter().find(|one| one.name() == language);
    let language = language.ok_or("no such language")?;
    let (time, answer) = measure(language, contents);
    let peak = peak()?;
    let (milliseconds, megabytes, name) = (time.as_millis(), peak / 1024, language.name());
    let mut out = std::io::stdout();
    writeln!(out, "{milliseconds:>5} ms {megabytes:>5} MiB  {name:<11} {shape}: {answer}")?;
    let is_within = peak <= MEMORY;
    is_within.then_some(()).ok_or_else(|| format!("of at most {} MiB", MEMORY / 1024).into())
}

/// The most memory that this process had, in KiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak")?;
    Ok(peak.trim().trim_end_matches(" kB").parse()?)
}

/// What this thread has used of a processor: other work on the machine is not the file's.
fn used() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).expect("the kernel counts from zero")
}

fn measure(language: Language, contents: Vec<u8>) -> (Duration, String) {
    let analyser =
        Analyser::new(&Overrides::from(Profile::Gate)).expect("it says nothing of rules");
    let file = SourceFile { path: "hostile".to_owned(), language, contents };
    let begun = used();
    let answer = analyser.analyse(&file, &Project::default());
    let time = used().saturating_sub(begun);
    let answer = match answer {
        Ok(analysis) => format!(
            "{} findings, {} syntax errors",
            analysis.findings.len(),
            analysis.syntax_errors()
        ),
        Err(refused) => format!("refused: {refused}"),
    };
    (time, answer)
}

/// Files of the size, each with the name of its shape; one after the other, for together they are
/// large.
fn shapes() -> impl Iterator<Item = (String, Vec<u8>)> {
    let repeated = REPEATED.into_iter().chain(COSTLY);
    let repeated =
        repeated.map(|(name, unit)| (name.to_owned(), unit.repeat(SIZE / unit.len()).into_bytes()));
    let nested = NESTED.into_iter().map(|(name, opens, closes)| {
        let depth = SIZE / (opens.len() + closes.len());
        let text = format!("{}x{}", opens.repeat(depth), closes.repeat(depth));
        (name.to_owned(), text.into_bytes())
    });
    let grown = GROWN.into_iter().map(|(name, first, then)| {
        let text = [first, &then.repeat(SIZE / then.len())].concat();
        (name.to_owned(), text.into_bytes())
    });
    let literal = format!("x='{}'\n", "A".repeat(9_000));
    let literals = [&literal, &*"f(x)\n".repeat(180_000)].concat();
    // Of many signs only so many are read, and most shapes have more; these are read.
    let others = [
        ("signs within the limit".to_owned(), "a?".repeat(SIGNS / 2).into_bytes()),
        ("lines within the limit".to_owned(), "a\n".repeat(SIGNS).into_bytes()),
        ("pipes that do not end".to_owned(), "a|".repeat(UNFINISHED).into_bytes()),
        ("types that do not end".to_owned(), "a<b,".repeat(UNFINISHED / 2).into_bytes()),
        ("long literals".to_owned(), literals.into_bytes()),
        ("blocks, each deeper".to_owned(), deeper_blocks()),
    ];
    repeated.chain(nested).chain(grown).chain(others).chain(noises())
}

/// Blocks of Python within each other, until the blanks fill the file.
fn deeper_blocks() -> Vec<u8> {
    let mut text = String::new();
    for depth in 0.. {
        text.push_str(&" ".repeat(depth));
        text.push_str("if x:\n");
        if text.len() > SIZE {
            break;
        }
    }
    text.into_bytes()
}

/// Files by chance, of several alphabets; the same each time.
fn noises() -> impl Iterator<Item = (String, Vec<u8>)> {
    let printable: Vec<u8> = (b' '..=b'~').chain([b'\n']).collect();
    let alphabets: [(&str, Vec<u8>); 8] = [
        ("noise of seven bits", (1..=127).collect()),
        ("noise that is printed", printable),
        ("noise of brackets", b"()[]{}<>".to_vec()),
        ("noise of brackets and quotes", b"()[]{}'\"`\n".to_vec()),
        ("noise of operators", b"+-*/%&|^!?<>=:.,;~@#$\\ a\n".to_vec()),
        ("noise of a shell", b"$({`'\"|&;<>\\#! a\n".to_vec()),
        ("noise of blanks", b" \t\n:a".to_vec()),
        ("noise of types", b"a<>,?:()=> \n".to_vec()),
    ];
    // xorshift
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or_default()
    };
    alphabets.into_iter().map(move |(name, letters)| {
        let bytes = (0..SIZE).map(|_| letters[next(letters.len())]).collect();
        (name.to_owned(), bytes)
    })
}
