//! Whoever writes the file chooses its shape: no shape may break the checker.

use lazaret_analysis::{
    Analyser, Analysis, Language, NotAnalysable, Overrides, Profile, Project, SourceFile, Span,
};

use crate::{analyse, rules, try_analyse};

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
    let name = "a.".repeat(200_000);
    assert_eq!(rules(Language::Bash, &name), [""; 0]);
}

/// Each is in a function, where names do not have to be bound before they are read.
fn within(lines: &str) -> String {
    format!("def f():\n    {}\n", lines.trim_end().replace('\n', "\n    "))
}

/// A member of a class was looked for in its bases, in theirs and so on: three lines overflowed
/// the stack of the whole process.
#[test]
fn classes_that_inherit_from_each_other_end() {
    for (program, count) in [
        ("class A(B): pass\nclass B(A): pass\nA.x\nA()()\n".to_owned(), 1),
        ("class A(A): pass\nA.x\n".to_owned(), 1),
        ("class A: __call__ = B()\nclass B: __call__ = A()\nA()()\n".to_owned(), 1),
        (lines(1..20_000, |at| format!("class A{at}(A{}): pass", at - 1)), 1),
        // Every class has two bases, and both of those have both of the next.
        (lines(1..60, |at| format!("class A{at}(A{0}, B{0}): pass", at - 1)), 2),
    ] {
        let again = program.replace(['A'], "B");
        let both = if count == 2 { format!("{program}{again}") } else { program };
        let uses = "A19999.x\nA19999()()\nA59.x\nA59()()\nx = A1\nx()\n";
        survives(Language::Python, within(&format!("{both}{uses}")).as_bytes());
        survives(Language::Python, format!("{both}{uses}").as_bytes());
    }
}

#[test]
fn a_class_inherits_over_many_others() {
    let program = "import os\nclass A:\n    run = os.system\nclass B(A): pass\nclass C(int, B): pass\n\
                   C.run('id')\n";
    let analysis = analyse(Language::Python, program);
    let calls = crate::calls(&analysis);
    assert!(calls.iter().any(|(name, _)| *name == "os.system"), "{calls:?}");
}

/// Forty lines made a collection that is small, for its items are shared, and whose items are two to
/// the fortieth where each is looked at by itself.
#[test]
fn collections_that_share_their_items_are_compared_at_once() {
    let shared =
        |name: &str| lines(1..60, |at| format!("{name}{at} = [{name}{0}, {name}{0}]", at - 1));
    let (a, b) = (shared("a"), shared("b"));
    let program =
        format!("a0 = [0]\nb0 = [0]\n{a}{b}x = a40 if c else a40\ny = a25 if c else b25\nx\ny\n");
    analyse(Language::Python, &program);
    let mappings =
        lines(1..60, |at| format!("d{at} = {{**d{0}, **d{0}}}\ne{at} = e{0} | e{0}", at - 1));
    analyse(Language::Python, &format!("d0 = {{1: 2}}\ne0 = d0\n{mappings}d59[1]\n"));
}

/// Each line is harmless; all of them together made something that was as high as the file is long,
/// and that could not even be forgotten without overflowing the stack.
#[test]
fn collections_that_statements_make_higher_and_higher_end() {
    let high = |first: &str, next: fn(usize) -> String| {
        format!("from functools import partial\n{first}\n{}", lines(1..20_000, next))
    };
    for program in [
        high("a0 = 0", |at| format!("a{at} = [a{}]", at - 1)),
        high("a0 = 0", |at| format!("a{at} = {{1: a{}}}", at - 1)),
        high("f = print", |_| "f = partial(f, 1)".to_owned()) + "f()\n",
        high("f = print", |_| "f = partial(print, f)".to_owned()) + "f()\n",
    ] {
        survives(Language::Python, program.as_bytes());
    }
    let bound = format!("let f = eval;\n{}f();\n", "f = f.bind(1, 2);\n".repeat(20_000));
    survives(Language::JavaScript, bound.as_bytes());
}

/// What is spread into a call is as much as the collection has, as often as it is spread.
#[test]
fn what_is_spread_again_and_again_does_not_fill_the_memory() {
    let many = "x = [0] * 4096\n";
    let spread = "*x, ".repeat(2_000);
    for program in [
        format!("{many}f({spread})\n"),
        format!("{many}y = [{spread}]\n"),
        format!("{many}y = list(zip({}))\n", "x, ".repeat(2_000)),
        format!(
            "k = 'a' * 1000000\nd = {{{}}}\n{}",
            "k: 1, ".repeat(1_000),
            "d['b' + k]\n".repeat(20)
        ),
        format!("k = 'a' * 1000000\nx = [k] * 4096\n{}", "sorted(x)\n".repeat(20)),
    ] {
        survives(Language::Python, program.as_bytes());
    }
}

/// Each wrapper's fact had all words behind it, and each use of a variable its whole value: a
/// megabyte became one or a hundred gigabytes.
#[test]
fn what_is_given_is_counted_as_often_as_it_is_kept() {
    let wrappers = "sudo nice nohup env setsid stdbuf time command";
    for script in [
        format!("{wrappers} {}\n", "a ".repeat(60_000)),
        format!("true {}\n", "a ".repeat(70_000)),
        format!("x={}\n{}", "a".repeat(100_000), "f $x\n".repeat(1_000)),
        format!("x={}\n{}", "a".repeat(100_000), "> $x\n".repeat(1_000)),
    ] {
        let refused = try_analyse(Language::Bash, script.as_bytes()).unwrap_err();
        assert!(matches!(refused, NotAnalysable::TooMuch { .. }), "{refused}");
    }
    let program = format!("x = '{}'\n{}", "a".repeat(9_000), "f(x)\n".repeat(6_000));
    let refused = try_analyse(Language::Python, program.as_bytes()).unwrap_err();
    assert!(matches!(refused, NotAnalysable::TooMuch { .. }), "{refused}");
}

#[test]
fn what_is_called_by_something_else_is_told_once_for_each_place() {
    let program = format!("import os\n{}", "map(os.system, a)\n".repeat(300));
    let analysis = analyse(Language::Python, &program);
    let calls = analysis.facts.iter().filter(|fact| fact.name == "os.system").count();
    assert_eq!(calls, 300);
    let script = ">/dev/tcp/a/1\n".repeat(300);
    assert_eq!(rules(Language::Bash, &script).len(), 300);
}

/// What was given up was found anew wherever it was asked for: 200 bytes took as long as a file may.
/// Fuzzers wrote these.
#[test]
fn what_is_given_up_is_not_found_anew_without_end() {
    let assigned = format!("while ({}a{}) x(a);\n", "(".repeat(30), " = a)".repeat(30));
    let nested = "for a in ${!a@} ${!a@}; do ".repeat(12);
    let looped = format!("{nested}a=a\n{}", "done\n".repeat(12));
    for (language, program) in [(Language::JavaScript, assigned), (Language::Bash, looped)] {
        let analysis = try_analyse(language, program.as_bytes());
        assert!(analysis.is_ok(), "{}: {program}", analysis.unwrap_err());
    }
}

/// Each of a name's uses looks at all that its bindings may be, and calls of them within each other
/// ask for the name again: these lines took as long as a file may. A fuzzer wrote them.
const BOUND_AGAIN_AND_AGAIN: &str = r"
a = async () => -1.bind([((((((((super.eval = (((((Function = c) = c) = c) = c) = c)) = c) = c.constructor(c)) = c) = c) = c) = c) = c)].map(c).bind(c), c.call(c, c).bind(c)).bind(c).call(c, c);
a = async () => -1.bind([((((((((super.eval = (((((Function = c) = c) = c) = c) = c)) = c) = c.constructor(c)) = c) = c) = c) = c) = c)].map(c).bind(c), c.call(c, c).bind(c)).bind(c).call(c, c);
c[c] = c;
c[c] = c;
c[c] = c;
c[c] = c;
c[c] = c;
c[c] = c;
c[c] = c;
c`a${c}`[c] = (((((((((Function = c) = c) = c) = c) = a) = c) = eval) = ((((((((Function = c) = c) = c) = c.constructor(c)) = c) = c) = c) = c)) = c);
c[c] = async () => -1.bind([((((((((super.eval = (((((Function = c) = c) = c) = c) = c)) = c) = c.constructor(c)) = c) = c) = c) = c) = c)].map(c).bind(c), c.call(c, b).bind(c)).bind(c).call(c, (c = c));
c[c] = c;
";

/// Found by fuzzing.
#[test]
fn a_command_of_words_that_are_all_blank_is_no_command() {
    let analysis = try_analyse(Language::Bash, b"'$#${IFS%}");
    assert!(analysis.is_ok(), "{}", analysis.unwrap_err());
}

#[test]
fn what_a_name_may_be_is_not_looked_at_without_end() {
    let analysis = try_analyse(Language::JavaScript, BOUND_AGAIN_AND_AGAIN.as_bytes());
    assert!(analysis.is_ok(), "{}", analysis.unwrap_err());
}

/// Functions that give each other's results, the first of them a module.
fn passed_on(functions: usize) -> String {
    let rest = lines(1..functions, |at| format!("def f{at}(): return f{}()", at - 1));
    format!("def f0(): return __import__('os')\n{rest}m = f{}()\nm.system('id')\n", functions - 1)
}

/// What was given up was unknown, and what is unknown was nothing to fear.
#[test]
fn what_is_given_up_is_found_or_said_to_be_given_up() {
    let gate = Analyser::new(&Overrides::from(Profile::Gate)).unwrap();
    let lists = "a = [a]\n".repeat(40);
    let items = "[0]".repeat(40);
    let busy = lines(0..400, |at| format!("a{at} = g({at})"));
    // Not followed to the end, and yet found: the module is handed on, and something has its member.
    let both = (true, Some("too-involved"));
    for (program, expected) in [
        (passed_on(3), (true, None)),
        (passed_on(12), both),
        (format!("import os\na = os\n{lists}a{items}.system('id')\n"), both),
        (
            format!(
                "def g(x): return [y for y in range(400) if y % 7 == x]\n{busy}{}",
                passed_on(3)
            ),
            (true, None),
        ),
    ] {
        let file = crate::file(Language::Python, program.as_bytes());
        let analysis = gate.analyse(&file, &Project::default()).unwrap();
        let found = analysis.findings.iter().any(|one| one.rule == "python/process-spawn");
        let given_up = analysis.unjudged.map(|why| why.id());
        assert_eq!((found, given_up), expected, "{program}");
    }
    let harmless = passed_on(12).replace("m.system('id')", "m.getcwd()");
    let file = crate::file(Language::Python, harmless.as_bytes());
    assert_eq!(gate.analyse(&file, &Project::default()).unwrap().unjudged, None);
}

/// Twelve thousand texts were all that policies were told of, and what was put together behind them was not
/// among them.
#[test]
fn a_text_that_is_put_together_is_told_behind_any_number_of_others() {
    let numbered = |count: usize, line: &dyn Fn(usize) -> String| {
        (0..count).map(line).collect::<Vec<String>>().join("\n") + "\n"
    };
    let others = numbered(20_000, &|at| format!("a{at} = 'some text of a list'"));
    let file = |end: &str| SourceFile {
        path: "many.py".into(),
        language: Language::Python,
        contents: format!("{others}{end}").into_bytes(),
    };
    let gate = Analyser::new(&Overrides::from(Profile::Gate)).unwrap();
    let analysed = gate.analyse(&file("b = 'put-' + 'together'\n"), &Project::default()).unwrap();
    assert!(analysed.facts.iter().any(|fact| fact.name == "put-together"));
    assert!(analysed.unjudged.is_none());

    let more = numbered(200, &|at| format!("c{at} = '{}' + 'b'", "a".repeat(2000)));
    let analysed = gate.analyse(&file(&more), &Project::default()).unwrap();
    assert!(matches!(analysed.unjudged, Some(NotAnalysable::TooInvolved { .. })));
}
