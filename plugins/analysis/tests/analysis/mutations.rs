//! Every dangerous name, hidden in every way that we know: it must still be found.
//!
//! A name of the catalogue is called plainly first. If that sets its rule off, so must each of its
//! mutations: other names for it, a name that is put together or decoded, a way through functions,
//! classes and collections, code in a text.

use data_encoding::{BASE64, HEXLOWER};
use lazaret_analysis::{Analyser, Language};

use crate::rules;

/// A member of a module.
struct Target<'a> {
    module: &'a str,
    member: &'a str,
}

impl Target<'_> {
    /// The member's name in two parts.
    fn halves(&self) -> (&str, &str) {
        self.member.split_at(self.member.len() / 2)
    }

    /// The member's name by the numbers of its characters.
    fn codes(&self) -> String {
        self.member.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",")
    }

    fn backwards(&self) -> String {
        self.member.chars().rev().collect()
    }

    fn base64(&self) -> String {
        BASE64.encode(self.member.as_bytes())
    }
}

fn python(target: &Target<'_>) -> Vec<String> {
    let Target { module, member } = target;
    let (one, other) = target.halves();
    let (codes, backwards, base64) = (target.codes(), target.backwards(), target.base64());
    let hex = HEXLOWER.encode(member.as_bytes());
    let plain = format!("import {module} as m\nm.{member}()");
    let inside = plain.replace('\n', "\\n");
    let encoded = BASE64.encode(plain.as_bytes());
    let load = format!("import importlib\nm = importlib.import_module('{module}')\n");
    vec![
        plain,
        format!("from {module} import {member} as f\nf()"),
        format!("from {module} import *\n{member}()"),
        format!("{load}m.{member}()"),
        format!("{load}getattr(m, '{member}')()"),
        format!("{load}getattr(m, '{one}' + '{other}')()"),
        format!("{load}getattr(m, '{one}' '{other}')()"),
        format!("{load}a, b = '{one}', '{other}'\ngetattr(m, f'{{a}}{{b}}')()"),
        format!("{load}getattr(m, '%s%s' % ('{one}', '{other}'))()"),
        format!("{load}getattr(m, '{{}}{{}}'.format('{one}', '{other}'))()"),
        format!("{load}getattr(m, ''.join(['{one}', '{other}']))()"),
        format!("{load}getattr(m, '{backwards}'[::-1])()"),
        format!("{load}getattr(m, ''.join(reversed('{backwards}')))()"),
        format!("{load}getattr(m, ''.join(chr(c) for c in [{codes}]))()"),
        format!("{load}getattr(m, ''.join(map(chr, [{codes}])))()"),
        format!("{load}getattr(m, bytes([{codes}]).decode())()"),
        format!("{load}getattr(m, bytes.fromhex('{hex}').decode())()"),
        format!("{load}import base64\ngetattr(m, base64.b64decode('{base64}').decode())()"),
        format!("{load}getattr(m, '{one}#{other}'.replace('#', ''))()"),
        format!("{load}getattr(m, 'x,{member}'.split(',')[1])()"),
        format!("{load}getattr(m, {{'k': '{member}'}}['k'])()"),
        format!("{load}vars(m)['{member}']()"),
        format!("{load}m.__dict__['{member}']()"),
        format!("{load}m.__getattribute__('{member}')()"),
        format!("{load}def f():\n    return m.{member}\nf()()"),
        format!("{load}def f(g):\n    g()\nf(m.{member})"),
        format!("{load}(lambda g: g())(m.{member})"),
        format!("{load}class C:\n    f = m.{member}\nC.f()"),
        format!(
            "{load}class C:\n    def __init__(self):\n        self.f = m.{member}\n    def g(self):\n        self.f()\nC().g()"
        ),
        format!("{load}d = {{'k': m.{member}}}\nd['k']()"),
        format!("{load}[m.{member}][0]()"),
        format!("{load}for f in (m.{member},):\n    f()"),
        format!("{load}(f := m.{member})()"),
        format!("{load}import functools\nfunctools.partial(m.{member})()"),
        format!("{load}import operator\noperator.attrgetter('{member}')(m)()"),
        format!("{load}import functools\nfunctools.reduce(getattr, ['{member}'], m)()"),
        format!("exec('{inside}')"),
        format!("import base64\nexec(base64.b64decode('{encoded}'))"),
        format!("eval(compile('{inside}', '', 'exec'))"),
    ]
}

fn javascript(target: &Target<'_>) -> Vec<String> {
    let Target { module, member } = target;
    let (one, other) = target.halves();
    let (codes, backwards, base64) = (target.codes(), target.backwards(), target.base64());
    let plain = format!("require('{module}').{member}()");
    let load = format!("const m = require('{module}');");
    vec![
        format!("{load} m.{member}()"),
        format!("import m from '{module}'; m.{member}()"),
        format!("import * as m from '{module}'; m.{member}()"),
        format!("import {{ {member} as f }} from '{module}'; f()"),
        format!("const {{ {member}: f }} = require('{module}'); f()"),
        format!("const r = require; r('{module}').{member}()"),
        format!("(0, require)('{module}').{member}()"),
        format!("{load} m['{member}']()"),
        format!("{load} m['{one}' + '{other}']()"),
        format!("{load} const a = '{one}'; m[`${{a}}{other}`]()"),
        format!("{load} m[['{one}', '{other}'].join('')]()"),
        format!("{load} m['{backwards}'.split('').reverse().join('')]()"),
        format!("{load} m[String.fromCharCode({codes})]()"),
        format!("{load} m[[{codes}].map(c => String.fromCharCode(c)).join('')]()"),
        format!("{load} m[atob('{base64}')]()"),
        format!("{load} m[Buffer.from('{base64}', 'base64').toString()]()"),
        format!("{load} m['{one}#{other}'.replace('#', '')]()"),
        format!("{load} Reflect.get(m, '{member}')()"),
        format!("{load} m.{member}.call(null)"),
        format!("{load} m.{member}.apply(null, [])"),
        format!("{load} m.{member}.bind(null)()"),
        format!("{load} (x => x())(m.{member})"),
        format!("{load} function f() {{ return m.{member} }} f()()"),
        format!("{load} const o = {{ f: m.{member} }}; o.f()"),
        format!("{load} const o = {{}}; o.f = m.{member}; o.f()"),
        format!("{load} [m.{member}][0]()"),
        format!("{load} for (const f of [m.{member}]) f()"),
        format!("{load} class C {{ f() {{ return m.{member} }} }} new C().f()()"),
        format!("import('{module}').then(m => m.{member}())"),
        format!("process.getBuiltinModule('{module}').{member}()"),
        format!("module.constructor._load('{module}').{member}()"),
        format!("eval(\"{plain}\")"),
        format!("Function(\"{plain}\")()"),
        format!("setTimeout(\"{plain}\", 1)"),
    ]
}

/// A command in every disguise that Bash takes off before it runs it; `rest` are its other words.
fn bash(target: &Target<'_>, rest: &str) -> Vec<String> {
    let name = target.member;
    let (one, other) = target.halves();
    let (backwards, base64) = (target.backwards(), target.base64());
    let hex = HEXLOWER.encode(name.as_bytes());
    let escaped =
        hex.as_bytes().chunks(2).map(|byte| ["\\x", str::from_utf8(byte).unwrap()].concat());
    let escaped: String = escaped.collect();
    let whole = BASE64.encode(format!("{name} {rest}").as_bytes());
    let upper = name.to_uppercase();
    vec![
        format!("{one}''{other} {rest}"),
        format!("\"{one}\"{other} {rest}"),
        format!("{one}\\{other} {rest}"),
        format!("$'{escaped}' {rest}"),
        format!("/usr/bin/{name} {rest}"),
        format!("x={name}; $x {rest}"),
        format!("x={one}; \"${{x}}{other}\" {rest}"),
        format!("x={one}; x+={other}; $x {rest}"),
        format!("x={one}; y={other}; $x$y {rest}"),
        format!("y={name}; x=y; ${{!x}} {rest}"),
        format!("a=(x {name}); ${{a[1]}} {rest}"),
        format!("x=_{name}; ${{x:1}} {rest}"),
        format!("x={name}.sh; ${{x%.sh}} {rest}"),
        format!("x={one}_{other}; ${{x/_/}} {rest}"),
        format!("$(echo {name}) {rest}"),
        format!("`printf %s%s {one} {other}` {rest}"),
        format!("$(printf '{escaped}') {rest}"),
        format!("$(echo {backwards} | rev) {rest}"),
        format!("$(base64 -d <<< {base64}) {rest}"),
        format!("$(echo {hex} | xxd -r -p) {rest}"),
        format!("if true; then x={name}; fi; $x {rest}"),
        format!("for x in echo {name}; do $x {rest}; done"),
        format!("f() {{ {name} {rest}; }}; f"),
        format!("command {name} {rest}"),
        format!("sudo -u root env A=1 nohup {name} {rest}"),
        format!("timeout 5 {name} {rest}"),
        format!("true && {name} {rest}"),
        format!("( {name} {rest} )"),
        format!("echo \"$({name} {rest})\""),
        format!("bash << 'END'\n{name} {rest}\nEND"),
        format!("echo {whole} | base64 -d | sh"),
        format!("x={upper}; ${{x,,}} {rest}"),
    ]
}

/// The grammar takes this one for an operator, where it is imported by name.
const OPERATOR: &str = "import { delete as";

/// The mutations of every name of a language that do not set off the rule that the name does.
fn missed(
    language: Language,
    plainly: impl Fn(&Target<'_>) -> String,
    mutations: impl Fn(&Target<'_>) -> Vec<String>,
) -> (usize, Vec<String>) {
    let (mut tried, mut missed) = (0, Vec::new());
    for rule in Analyser::catalogue() {
        if !rule.languages.contains(&language) {
            continue;
        }
        for name in &rule.names {
            let is_plain = !name.contains(['(', '*']) && !name.starts_with('.');
            let Some((module, member)) = name.rsplit_once('.').filter(|_| is_plain) else {
                continue;
            };
            let target = Target { module, member };
            if !rules(language, &plainly(&target)).contains(&rule.id) {
                continue;
            }
            for program in mutations(&target) {
                tried += 1;
                if !rules(language, &program).contains(&rule.id) && !program.contains(OPERATOR) {
                    missed.push(format!("{}: {program}", rule.id));
                }
            }
        }
    }
    (tried, missed)
}

fn none_is_missed((tried, missed): (usize, Vec<String>), least: usize) {
    assert!(tried >= least, "only {tried} programs");
    let first = missed.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(missed.is_empty(), "{} of {tried} are missed:\n{first}", missed.len());
}

#[test]
fn no_mutation_of_a_dangerous_name_in_python_is_missed() {
    let plainly =
        |target: &Target<'_>| format!("import {} as m\nm.{}()", target.module, target.member);
    none_is_missed(missed(Language::Python, plainly, python), 5_000);
}

#[test]
fn no_mutation_of_a_dangerous_name_in_javascript_is_missed() {
    let plainly = |target: &Target<'_>| format!("require('{}').{}()", target.module, target.member);
    none_is_missed(missed(Language::JavaScript, plainly, javascript), 1_000);
}

#[test]
fn no_mutation_of_a_dangerous_command_is_missed() {
    let (mut tried, mut missed) = (0, Vec::new());
    for rule in Analyser::catalogue() {
        let Some((name, rest)) = rule.example.trim_end().split_once(' ') else { continue };
        let is_bash = rule.languages.contains(&Language::Bash);
        if !is_bash || !rule.names.iter().any(|known| known == name) || rest.contains('\n') {
            continue;
        }
        for program in bash(&Target { module: "", member: name }, rest) {
            tried += 1;
            if !rules(Language::Bash, &program).contains(&rule.id) {
                missed.push(format!("{}: {program}", rule.id));
            }
        }
    }
    none_is_missed((tried, missed), 150);
}
