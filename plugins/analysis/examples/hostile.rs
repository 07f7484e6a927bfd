//! Measures the analysis on files of one megabyte that were made to be slow: `hostile [SHAPE]`.
//!
//! Prints each shape's time on a processor in each language with what came of it, the slowest
//! time, and the most memory that the process had. A shape that is named is measured alone, so that the memory is its
//! own.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use lazaret_analysis::{Analyser, Language, Overrides, Profile, Project, SourceFile};
use rustix::time::{ClockId, clock_gettime};

/// The size of a file.
const SIZE: usize = 1024 * 1024;

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

fn main() -> Result<(), Box<dyn Error>> {
    let only = std::env::args().nth(1);
    let mut out = std::io::stdout();
    let mut slowest = Duration::ZERO;
    for (name, contents) in shapes() {
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        for language in Language::ALL {
            let (time, answer) = measure(language, &contents);
            slowest = slowest.max(time);
            let (milliseconds, language) = (time.as_millis(), language.name());
            writeln!(out, "{milliseconds:>6} ms  {language:<11} {name}: {answer}")?;
        }
    }
    writeln!(out, "{:>6} ms  the slowest", slowest.as_millis())?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    writeln!(out, "{peak}")?;
    Ok(())
}

/// What this thread has used of a processor: other work on the machine is not the file's.
fn used() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).expect("the kernel counts from zero")
}

fn measure(language: Language, contents: &[u8]) -> (Duration, String) {
    let analyser =
        Analyser::new(&Overrides::from(Profile::Gate)).expect("it says nothing of rules");
    let file = SourceFile { path: "hostile".to_owned(), language, contents: contents.to_vec() };
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

/// Files of the size, each with the name of its shape.
fn shapes() -> Vec<(String, Vec<u8>)> {
    let mut shapes: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, unit) in REPEATED.into_iter().chain(COSTLY) {
        shapes.push((name.to_owned(), unit.repeat(SIZE / unit.len()).into_bytes()));
    }
    for (name, opens, closes) in [
        ("nested brackets", "(", ")"),
        ("nested lists", "[", "]"),
        ("nested braces", "{", "}"),
        ("nested calls", "f(", ")"),
        ("nested substitutions", "$(a ", ")"),
        ("nested tags", "<a>", "</a>"),
        ("nested texts", "`${", "}`"),
    ] {
        let depth = SIZE / (opens.len() + closes.len());
        let text = format!("{}x{}", opens.repeat(depth), closes.repeat(depth));
        shapes.push((name.to_owned(), text.into_bytes()));
    }
    let wrappers = "sudo nice nohup env setsid stdbuf time command ";
    shapes.push((
        "wrappers of many words".to_owned(),
        [wrappers, &"a ".repeat(SIZE / 2 - 50)].concat().into(),
    ));
    let literal = format!("x='{}'\n", "A".repeat(9_000));
    shapes
        .push(("long literals".to_owned(), [&literal, &*"f(x)\n".repeat(180_000)].concat().into()));
    shapes.push(("blocks, each deeper".to_owned(), deeper_blocks()));
    shapes.extend(noises());
    shapes
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
fn noises() -> Vec<(String, Vec<u8>)> {
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
    alphabets
        .into_iter()
        .map(|(name, letters)| {
            let bytes = (0..SIZE).map(|_| letters[next(letters.len())]).collect();
            (name.to_owned(), bytes)
        })
        .collect()
}
