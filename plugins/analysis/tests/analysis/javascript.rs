//! JavaScript's names stand for what the engine takes them for, in all three dialects.

use lazaret_analysis::{Language, Resolution};

use crate::{analyse, calls, finding, rules};

const SPAWN: &str = "javascript/process-spawn";
const CODE: &str = "javascript/dynamic-code";

fn fires(rule: &str, program: &str) -> bool {
    rules(Language::JavaScript, program).iter().any(|found| found == rule)
}

#[test]
fn every_form_of_import_is_followed() {
    for program in [
        "import cp from 'child_process'; cp.exec('id')",
        "import { exec as run } from 'node:child_process'; run('id')",
        "import * as cp from 'child_process'; cp.default.exec('id')",
        "const cp = require('child_process'); cp.exec('id')",
        "const { exec: run } = require('child_process'); run('id')",
        "const { 'exec': run } = require('child_process'); run('id')",
        "var { exec } = require(`child_process`); exec('id')",
        "let run; ({ exec: run } = require('child_process')); run('id')",
        "require('child_' + 'process').exec('id')",
        "const cp = await import('child_process'); cp.exec('id')",
        "const r = require; r('child_process').exec('id')",
        "process.getBuiltinModule('child_process').exec('id')",
        "module.constructor._load('child_process').exec('id')",
        "process.mainModule.require('child_process').exec('id')",
        "import { createRequire } from 'module'; createRequire('/')('child_process').exec('id')",
        "export { exec as run } from 'child_process'",
        "const { promisify } = require('util'); promisify(require('child_process').exec)('id')",
        "require('child_process')['ex' + 'ec']('id')",
        "module.exports = { exec }; import { exec } from 'child_process'",
    ] {
        assert!(fires(SPAWN, program), "{program}");
    }
}

#[test]
fn typescript_has_the_same_rules_and_its_own_imports() {
    for language in [Language::TypeScript, Language::Tsx] {
        let program = "import cp = require('child_process');\n(cp as any).exec!('id');\n";
        assert!(rules(language, program).contains(&SPAWN.to_owned()), "{}", language.name());
        let types = "import type { exec } from 'child_process';\nlet run: typeof exec;\n\
                     interface A { eval(text: string): void }\n";
        let found = rules(language, types);
        assert_eq!(found, ["javascript/process-import"], "{}", language.name());
    }
}

#[test]
fn code_is_reached_by_many_names() {
    for program in [
        "eval('1')",
        "(0, eval)('1')",
        "globalThis['ev' + 'al']('1')",
        "Reflect.get(globalThis, 'eval')('1')",
        "\\u0065val('1')",
        "eval`1`",
        "new Function('return 1')()",
        "[].constructor.constructor('return 1')()",
        "eval.call(null, '1')",
        "const f = x ? eval : print; f('1')",
        "let f; f = eval; f('1')",
        "function g() { f = eval } var f; f('1')",
        "for (const f of [eval]) f('1')",
        "[1].map(eval)",
    ] {
        assert!(fires(CODE, program), "{program}");
    }
}

#[test]
fn a_name_that_is_bound_to_something_else_is_not_the_global() {
    for program in [
        "function f(eval) { eval('1') }",
        "const f = (eval) => eval('1')",
        "const f = eval => eval('1')",
        "function eval(text) {} eval('1')",
        "eval('1'); function eval(text) {}",
        "{ let Function = String; new Function('1') }",
        "try { g() } catch (eval) { eval('1') }",
        "for (const eval of list) eval('1')",
        "class A { eval() {} } new A().eval()",
        "const { eval } = tools; eval('1')",
        "import { eval } from './tools.js'; eval('1')",
        "const a = { eval: 1 }; label: a.eval",
        "if (x) { var Function = f } new Function('1')",
    ] {
        assert_eq!(rules(Language::JavaScript, program), [""; 0], "{program}");
    }
}

#[test]
fn the_way_is_shown() {
    let program = "const { exec: run } = require('node:child_process');\nrun('id');\n";
    let analysis = analyse(Language::JavaScript, program);
    let finding = finding(&analysis, SPAWN);
    assert_eq!(finding.labels[0].message, "`run` is `child_process.exec`");
    assert_eq!(analysis.position(finding.labels[0].span.start).column, 15);
    assert!(calls(&analysis).contains(&("child_process.exec", Resolution::Exact)));
}

#[test]
fn markup_is_javascript_too() {
    let program = "export const A = () => <div onClick={() => eval(text)}>{[1].map(eval)}</div>;\n";
    for language in [Language::JavaScript, Language::Tsx] {
        assert_eq!(rules(language, program), [CODE, CODE], "{}", language.name());
    }
}

#[test]
fn harmless_programs_have_no_findings() {
    let program = r"
import path from 'node:path';
import { readFileSync } from 'fs';

/** Counts words. */
export function count(name) {
  const words = readFileSync(path.resolve(name), 'utf8').match(/\w+/g) ?? [];
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) || 0) + 1);
  setTimeout(() => console.log(counts), 10);
  return [...counts].sort(([, a], [, b]) => b - a)[0];
}
";
    assert_eq!(rules(Language::JavaScript, program), [""; 0]);
}

#[test]
fn an_object_of_options_is_given_as_far_as_it_is_known() {
    let program =
        "require('child_process').spawn(a, { shell: true, cwd: b, env: { A: [1, null] } });";
    let analysis = analyse(Language::JavaScript, program);
    let call = analysis.facts.iter().find(|fact| fact.name == "child_process.spawn").unwrap();
    let literals: Vec<_> = call.arguments.iter().map(|one| one.literal.as_deref()).collect();
    assert_eq!(literals, [None, Some(r#"{"env":{"A":[1,null]},"shell":true}"#)]);
}

#[test]
fn what_is_written_run_and_said_are_facts() {
    let program = "process.env.PATH = '/a';\nfs.writeFileSync('out.txt', 'some longer text');\n\
                   require('child_process').exec('rm -r ' + 'folder');";
    let analysis = analyse(Language::JavaScript, program);
    let has = |kind: &str, name: &str| {
        let is_it = |fact: &&lazaret_analysis::Fact| fact.kind.name() == kind && fact.name == name;
        analysis.facts.iter().any(|fact| is_it(&fact))
    };
    assert!(has("assign", "process.env.PATH"), "{:?}", analysis.facts);
    assert!(has("write", "out.txt"), "{:?}", analysis.facts);
    assert!(has("command", "rm"), "{:?}", analysis.facts);
    assert!(has("string", "some longer text"), "{:?}", analysis.facts);
    assert!(has("string", "rm -r folder"), "{:?}", analysis.facts);
    assert!(!has("string", "/a"), "{:?}", analysis.facts);
}
