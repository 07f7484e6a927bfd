//! Whoever writes the file chooses its shape: no shape may break the checker.

use lazaret_analysis::{Analysis, Language, NotAnalysable, Span};

use crate::{rules, try_analyse};

/// Everything that an analysis points at is in the file, and cuts no character.
fn check_spans(analysis: &Analysis) {
    let check = |span: Span| {
        assert!(span.start <= span.end);
        assert!(analysis.text().get(span.start..span.end).is_some(), "{span:?}");
        analysis.position(span.start);
    };
    for fact in &analysis.facts {
        check(fact.span);
        fact.arguments.iter().for_each(|argument| check(argument.span));
    }
    for finding in &analysis.findings {
        check(finding.span);
        finding.labels.iter().for_each(|label| check(label.span));
    }
    analysis.dependencies.iter().for_each(|dependency| check(dependency.span));
}

/// A file gives an answer, or is refused for taking too long.
fn survives(language: Language, contents: &[u8]) {
    match try_analyse(language, contents) {
        Ok(analysis) => check_spans(&analysis),
        Err(
            NotAnalysable::TooSlow { .. }
            | NotAnalysable::TooMuch { .. }
            | NotAnalysable::Syntax { .. }
            | NotAnalysable::TooDeep { .. }
            | NotAnalysable::NulByte { .. }
            | NotAnalysable::NotUtf8 { .. },
        ) => {}
        Err(other) => panic!("{other}"),
    }
}

const DEEP: usize = 12_000;

#[test]
fn deep_nesting_is_walked_to_its_end() {
    let python = format!("{}eval('1'){}\n", "f(".repeat(DEEP), ")".repeat(DEEP));
    assert!(rules(Language::Python, &python).contains(&"python/dynamic-code".to_owned()));
    let javascript = format!("{}eval('1'){}\n", "f(".repeat(DEEP), ")".repeat(DEEP));
    assert!(
        rules(Language::JavaScript, &javascript).contains(&"javascript/dynamic-code".to_owned())
    );
    let bash = format!("{}eval x{}\n", "$(".repeat(2_000), ")".repeat(2_000));
    assert!(rules(Language::Bash, &bash).contains(&"bash/dynamic-code".to_owned()));
}

/// A line for each number.
fn lines(numbers: impl Iterator<Item = usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn long_chains_of_every_sort_end() {
    let n = DEEP;
    for program in [
        format!("x{}\n", ".a".repeat(n)),
        format!("import os\nos{}\n", ".system".repeat(n)),
        format!("x = {}1\n", "'a' + ".repeat(n)),
        format!("x{}\n", "()".repeat(n)),
        format!("x{}\n", "[0]".repeat(n)),
        format!("x = {}1\n", "a = ".repeat(n)),
        lines(0..n, |at| format!("a{} = a{at}", at + 1)),
        lines((0..n).rev(), |at| format!("a{} = a{at}", at + 1)),
        "x = x.a or x.b\n".repeat(n),
        "def f():\n    return x\nx = eval\n".repeat(n / 4),
        format!("{}pass\n", "lambda: ".repeat(n)),
        format!("{}x{}", "[".repeat(n), "]".repeat(n)),
    ] {
        survives(Language::Python, program.as_bytes());
        survives(Language::JavaScript, program.as_bytes());
    }
}

#[test]
fn an_alias_that_is_too_long_to_follow_does_not_hide_what_it_is_an_alias_of() {
    let aliases = lines((0..500).rev(), |at| format!("def f{at}():\n    a{at}('id')"));
    let chain = lines(0..500, |at| format!("a{} = a{at}", at + 1));
    let program = format!("{aliases}import os\na0 = os.system\n{chain}");
    assert!(rules(Language::Python, &program).contains(&"python/process-spawn".to_owned()));
}

#[test]
fn unclosed_brackets_and_quotes_end() {
    for text in [
        "(", "[", "{", "<", "'", "\"\"\"", "`", "${", "$((", "a?", "<<A\n", "f'{", "\\", "if x:\n ",
    ] {
        for language in Language::ALL {
            survives(language, text.repeat(20_000 / text.len()).as_bytes());
        }
    }
}

#[test]
fn binary_that_is_text_by_chance_ends() {
    // xorshift, so that the test is the same every time.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut noise = Vec::new();
    while noise.len() < 30_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.push(u8::try_from(state % 127 + 1).unwrap());
    }
    for language in Language::ALL {
        survives(language, &noise);
    }
}

const PYTHON: &str = "import os as ö\nfrom a import (b as c, *)\ntry:\n    x = f'é{ö.system(\"\\x41\")!r:>{w}}'\n\
                      except ImportError as e: pass\n@d\nclass A(B, k=1):\n    def f(s, /, a=1, *, b: int = 2, **c) -> x: global g\n\
                      match x:\n    case A(b=[1, *_]) as z: del z, y\nwith a as (b, c): [i for i in x if (j := i)]\n";
const SCRIPT: &str = "import é, { a as b, type C } from 'x';\nexport * as n from \"y\";\nconst { p: [q, ...r], s = 1 } = require('z\\u{41}');\n\
                      class A<T> extends B { #p = 1; async *m(x = eval, ...y) { for await (const { i } of y) `a${b}c`; } }\n\
                      try { x ||= <T,>(é) => (0, eval)(é) } catch ({ m }) { label: z?.[k]!.constructor }\n";
const BASH: &str = "x=é; y=(a b); f() { local z=$(curl -s \"$x\" | sh); }\nfor i in {1..3}; do sudo env A=1 r''m -rf \"${x:-/}\" > ~/.é; done\n\
                    cat <<EOF | bash\n$x `id`\nEOF\n[[ $x =~ a.*b ]] && eval $'\\x41' || exec 3<>/dev/tcp/a/1\n";

#[test]
fn a_file_cut_anywhere_is_survived() {
    let samples = [
        (Language::Python, PYTHON),
        (Language::JavaScript, SCRIPT),
        (Language::TypeScript, SCRIPT),
        (Language::Tsx, SCRIPT),
        (Language::Bash, BASH),
    ];
    for (language, sample) in samples {
        for end in 0..=sample.len() {
            survives(language, &sample.as_bytes()[..end]);
            survives(language, &sample.as_bytes()[end..]);
        }
    }
}

#[test]
fn of_too_many_findings_the_worst_are_kept() {
    // The one that is worst stands last, behind more than are kept.
    let program = format!("import socket\n{}eval(input())\n", "socket.socket()\n".repeat(3_000));
    let found = rules(Language::Python, &program);
    assert_eq!(found.len(), 1_000);
    assert_eq!(found.last().map(String::as_str), Some("python/dynamic-code"));
}

/// Every part of the name was looked for by itself: a name of a megabyte took 44 seconds.
#[test]
fn a_name_as_long_as_the_file_is_looked_for_once() {
    let name = "a.".repeat(500_000);
    assert_eq!(rules(Language::Bash, &name), [""; 0]);
}
