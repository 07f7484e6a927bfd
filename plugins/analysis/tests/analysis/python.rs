//! Python's names stand for what the interpreter takes them for.

use lazaret_analysis::{Language, Position, Resolution, Severity};

use crate::{analyse, calls, finding, rules};

const SPAWN: &str = "python/process-spawn";

/// Whether a program is found to start another one.
fn spawns(program: &str) -> bool {
    rules(Language::Python, program).iter().any(|rule| rule == SPAWN)
}

#[test]
fn an_alias_is_followed_and_the_finding_shows_the_way() {
    let analysis = analyse(Language::Python, "from os import system as s\ns('id')\n");
    assert_eq!(calls(&analysis), [("os.system", Resolution::Exact)]);
    let finding = finding(&analysis, SPAWN);
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(analysis.position(finding.span.start), Position { line: 2, column: 1 });
    assert_eq!(finding.labels[0].message, "`s` is `os.system`");
    assert_eq!(analysis.excerpt(finding.labels[0].span), "s");
}

#[test]
fn a_plain_import_needs_no_explanation() {
    let analysis = analyse(Language::Python, "import os\nos.system('id')\n");
    assert_eq!(finding(&analysis, SPAWN).labels, []);
}

#[test]
fn names_are_followed_through_everything_that_binds_them() {
    for program in [
        "import os as o\no.system('id')",
        "from os import *\nsystem('id')",
        "import os\na = b = os.system\na('id')",
        "import os\na, (b, c) = 1, (2, os.system)\nc('id')",
        "import os\n(f := os.system)('id')",
        "import os\nfor f in [print, os.system]:\n    f('id')",
        "import os\n[f('id') for f in (os.system, print)]",
        "import os\nf = print or os.system\nf('id')",
        "import os\nf = print if os else os.system\nf('id')",
        "import os\ndef g(f=os.system):\n    f('id')",
        "def g():\n    f('id')\nfrom os import system as f",
        "def g():\n    global f\n    from os import system as f\nf('id')",
        "import random\nrandom._os.system('id')",
        "import posix\nposix.system('id')",
        "import functools, os\nfunctools.partial(os.system, 'id')()",
        "__import__('o' + 's').system('id')",
        "import importlib\nimportlib.import_module(name='os')\nimportlib.import_module('os').system('id')",
        "import os\nos.__dict__['system']('id')",
        "import sys\nsys.modules['os'].system('id')",
        "globals()['o']['system']\nimport os\nglobals()['os'].system('id')",
    ] {
        assert!(spawns(program), "{program}");
    }
}

#[test]
fn a_value_that_goes_where_it_is_not_followed_is_found_where_it_goes() {
    for program in [
        "import os\nlist(map(os.system, ['id']))",
        "import os\nd = {'r': os.system}\nd[x]('id')",
        "import os\ndef g():\n    return os.system",
        "import os\nclass A:\n    run = os.system",
        "import os\n@os.system\ndef f(): pass",
        "from os import system",
        "import os\nrun = os.system",
    ] {
        assert!(spawns(program), "{program}");
    }
}

#[test]
fn a_name_that_is_bound_to_something_else_is_not_the_builtin() {
    for program in [
        "def eval(text):\n    return text\neval('1')",
        "def f(eval):\n    eval('1')",
        "def f(os):\n    os.system('id')",
        "from os import path\nsystem = path.join\nsystem('a')",
        "class A:\n    def eval(self): pass\nA().eval()",
        "eval = print\neval('1')",
        "f = lambda exec: exec('1')",
        "[eval(1) for eval in [str]]",
        "def f():\n    eval('1')\n    eval = 1",
        "for eval in range(3):\n    pass\nprint(self.eval)",
    ] {
        assert_eq!(rules(Language::Python, program), [""; 0], "{program}");
    }
}

#[test]
fn a_builtin_is_itself_until_it_is_bound_and_again_when_that_is_undone() {
    for program in [
        "eval('1')\neval = print",
        "eval = print\ndel eval\neval('1')",
        "if x:\n    eval = print\neval('1')",
        "class A:\n    eval = print\n    def f(self):\n        eval('1')",
    ] {
        let rules = rules(Language::Python, program);
        assert_eq!(rules, ["python/dynamic-code"], "{program}");
    }
}

#[test]
fn of_several_bindings_none_is_certain() {
    let program = "import os\nif x:\n    f = os.system\nelse:\n    f = print\nf('id')\n";
    let analysis = analyse(Language::Python, program);
    let expected = [("os.system", Resolution::Likely), ("print", Resolution::Likely)];
    let mut found = calls(&analysis);
    found.sort_unstable_by_key(|(name, _)| *name);
    assert_eq!(found, expected);
}

#[test]
fn an_annotation_is_not_a_use_but_what_it_calls_runs() {
    let annotated =
        "import subprocess\ndef f(process: subprocess.Popen) -> subprocess.Popen: ...\n";
    assert_eq!(rules(Language::Python, annotated), ["python/process-import"]);
    assert!(spawns("import os\nx: os.system('id') = 1\n"));
}

#[test]
fn identifiers_are_compared_as_python_compares_them() {
    assert_eq!(
        rules(Language::Python, "𝘦𝘷𝘢𝘭('1')\n"),
        ["python/disguised-name", "python/dynamic-code"]
    );
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    assert!(spawns("#hi\rimport os\ros.system('id')\r"));
}

#[test]
fn arguments_are_given_as_constants_where_they_are() {
    let program = "import yaml\nyaml.load(x, 'a' 'b', None, 0x10, *y, Loader=yaml.SafeLoader)\n";
    let analysis = analyse(Language::Python, program);
    let call = analysis.facts.iter().find(|fact| fact.name == "yaml.load").unwrap();
    let literals: Vec<_> = call.arguments.iter().map(|one| one.literal.as_deref()).collect();
    assert_eq!(literals, [None, Some("\"ab\""), Some("null"), Some("16"), None, None]);
    assert_eq!(call.arguments[5].name.as_deref(), Some("Loader"));
    assert_eq!(call.arguments[5].resolved.as_deref(), Some("yaml.SafeLoader"));
    assert_eq!(call.arguments[5].text, "Loader=yaml.SafeLoader");
}

#[test]
fn a_call_of_something_unknown_is_a_fact_as_written() {
    let analysis = analyse(Language::Python, "def f(a):\n    a.b.c(1)\n");
    assert_eq!(calls(&analysis), [("a.b.c", Resolution::Unknown)]);
}

#[test]
fn a_syntax_error_is_found_at_its_place_and_the_rest_is_judged() {
    let analysis = analyse(Language::Python, "import os\nos.system('id')\nx = = 1\neval('1')\n");
    let error = finding(&analysis, "python/syntax-error");
    assert_eq!(analysis.position(error.span.start).line, 3);
    assert_eq!(analysis.syntax_errors(), 1);
    let rules: Vec<&str> = analysis.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, [SPAWN, "python/syntax-error", "python/dynamic-code"]);
}

#[test]
fn harmless_programs_have_no_findings() {
    let program = r#"
"""Counts words."""
import argparse, collections, json, math, re, sys
from pathlib import Path

def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(arguments)
    counts = collections.Counter()
    for name in options.files:
        with open(name, encoding="utf-8") as file:
            counts.update(re.findall(r"\w+", file.read()))
        counts.update(Path(name).read_text().split())
    getattr(options, "files")
    print(json.dumps(counts.most_common(10)), math.pi, file=sys.stderr)

if __name__ == "__main__":
    main()
"#;
    assert_eq!(rules(Language::Python, program), [""; 0]);
}

/// What was behind the nearest thirty-two bindings was forgotten, and the nearest was certain.
#[test]
fn what_is_not_looked_at_any_more_is_a_doubt() {
    let nearest = "if c:\n    x = 'path'\n".repeat(40);
    let program = format!("import os\nif c:\n    x = 'system'\n{nearest}getattr(os, x)('id')\n");
    let analysis = analyse(Language::Python, &program);
    let certain = |(name, resolution): &(&str, Resolution)| {
        *name == "os.path" && *resolution == Resolution::Exact
    };
    assert!(!calls(&analysis).iter().any(certain), "{:?}", calls(&analysis));
    let results = "    if c: return 'path'\n".repeat(10);
    let program =
        format!("import os\ndef f():\n{results}    return 'system'\ngetattr(os, f())('id')\n");
    let analysis = analyse(Language::Python, &program);
    assert!(!calls(&analysis).iter().any(certain), "{:?}", calls(&analysis));
}

#[test]
fn a_name_that_may_have_been_taken_away_may_be_the_builtin() {
    let program = "eval = print\nif c:\n    del eval\neval(input())\n";
    assert!(rules(Language::Python, program).contains(&"python/dynamic-code".to_owned()));
}

/// An item that was written over kept its old value, and that was certain.
#[test]
fn what_is_written_to_a_collection_is_one_of_its_items() {
    for change in [
        "l = ['path']\nl[0] = 'system'\ngetattr(os, l[0])('id')\n",
        "l = ['path', 'system']\nl.reverse()\ngetattr(os, l[0])('id')\n",
        "l = ['path']\nl.insert(0, 'system')\ngetattr(os, l[0])('id')\n",
        "l = {'k': 'path'}\nl['k'] = 'system'\ngetattr(os, l['k'])('id')\n",
        "l = {'k': 'path'}\nl.update(f())\ngetattr(os, l['k'])('id')\n",
        "l = {'k': 'path', **f()}\ngetattr(os, l['k'])('id')\n",
    ] {
        let found = rules(Language::Python, &format!("import os\n{change}"));
        assert!(!found.is_empty(), "{change}");
    }
    let written = "import os\nl = ['path']\nl[0] = 'system'\ngetattr(os, l[0])('id')\n";
    assert!(rules(Language::Python, written).contains(&SPAWN.to_owned()));
}

/// The lines of what is found of one rule.
fn lines(program: &str, rule: &str) -> Vec<usize> {
    let analysis = analyse(Language::Python, program);
    let found = analysis.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| analysis.position(finding.span.start).line).collect()
}

#[test]
fn what_code_in_a_text_does_is_told_in_its_own_line() {
    let spawns = |program: &str| lines(program, SPAWN);
    let row = "import os\nexec(\n    'a = 1\\n'\n    'os.system(a)\\n'\n)\n";
    assert_eq!(spawns(row), [4]);
    let sum = "import os\nexec(\n    'a = 1\\n' +\n    'os.' + f'sys' + 'tem(a)'\n)\n";
    assert_eq!(spawns(sum), [4]);
    let escapes = "import os\nexec(\"\"\"\na = '\\\\n'\nb = 'é\\t'\nos.system(a)\n\"\"\")\n";
    assert_eq!(spawns(escapes), [5]);
    let bound = "import os\nCODE = '''\na = '\\\\'\nos.system(a)\n'''\nexec(CODE)\n";
    assert_eq!(spawns(bound), [4]);
    let computed = "import os\nexec(\n    'a = 1;'\n    + ';'.join(['b', 'os.system(b)'])\n)\n";
    assert_eq!(spawns(computed), [4]);
}
