//! Policies that are made for the compiler, which is a process of its own with limits.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use lazaret_wasm::{Compiler, HostOptions, Limits, Policies, PolicySource, Refusal};

use crate::bundled::bundled;
use crate::files::{call, harmless, python};
use crate::hostile::Hostile;

/// Enough for every policy here that is none of the hostile ones.
fn limits() -> Limits {
    Limits { compile_memory: 512 << 20, ..Limits::default() }
}

fn options(limits: Limits) -> HostOptions {
    let compiler = Compiler::new(env!("CARGO_BIN_EXE_lazaret-compile"), [""; 0]);
    HostOptions { compiler: Some(compiler), limits, ..HostOptions::default() }
}

fn load(bytes: Vec<u8>, options: &HostOptions) -> Result<Policies, Refusal> {
    let loaded = Policies::load(vec![PolicySource::new("hostile.wasm", bytes)], options);
    loaded.map_err(|mut errors| errors.remove(0).reason)
}

fn refusal(policy: Hostile, limits: Limits) -> Refusal {
    load(policy.build(), &options(limits)).unwrap_err()
}

/// A jump to so many targets, each of which takes a thousand values: to check that alone, a million
/// targets are a thousand million steps.
fn jumps(targets: usize) -> Hostile {
    let values = "i32 ".repeat(1000);
    let drops = "(drop) ".repeat(1000);
    let jump = "0 ".repeat(targets);
    Hostile::new().more(&format!(
        "(type $many (func (result {values})))
        (func $values (type $many) unreachable)
        (func $jumps (block (type $many) (call $values) (br_table {jump} (i32.const 0))) {drops})"
    ))
}

/// A function of so many additions whose results all live to its end.
fn sums(count: usize) -> Hostile {
    let mut code = String::new();
    for _ in 0..count {
        code.push_str("(local.tee 0 (i32.mul (local.get 0) (local.get 1))) ");
    }
    let ends = "(i32.add) ".repeat(count - 1);
    Hostile::new().more(&format!("(func $sums (param i32 i32) (result i32) {code} {ends})"))
}

fn nested(depth: usize) -> Hostile {
    let (begins, ends) = ("block ".repeat(depth), "end ".repeat(depth));
    Hostile::new().more(&format!("(func $nested {begins} {ends})"))
}

fn functions(count: usize) -> Hostile {
    let mut all = String::new();
    for _ in 0..count {
        writeln!(all, "(func (param i32) (result i32) (local.get 0))").unwrap();
    }
    Hostile::new().more(&all)
}

#[test]
fn policies_that_another_process_compiled_judge_as_ever() {
    let policies = Policies::load(bundled(), &options(limits())).unwrap();
    let mut analysis = python("import os\nos.system(command)\n");
    analysis.facts = vec![call("os.system", 10..28)];
    assert_eq!(policies.judge(&analysis).unwrap().len(), 1);
}

#[test]
fn a_policy_that_keeps_the_compiler_busy_runs_out_of_time() {
    let limits = Limits { compile_time: Duration::from_secs(1), ..limits() };
    let refusal = refusal(jumps(3_000_000), limits);
    assert!(matches!(refusal, Refusal::CompileTime { .. }), "{refusal:?}");
    assert_eq!(refusal.to_string(), "compiling it takes more than 1 s of processor time");
}

#[test]
fn a_policy_that_fills_the_memory_of_the_compiler_is_refused() {
    let limits = Limits { compile_memory: 64 << 20, ..Limits::default() };
    let refusal = refusal(sums(300_000), limits);
    assert!(matches!(refusal, Refusal::CompileMemory { .. }), "{refusal:?}");
}

#[test]
fn a_policy_that_becomes_too_large_is_refused() {
    let limits = Limits { compiled_size: 100_000, ..limits() };
    let refusal = refusal(functions(10_000), limits);
    assert!(matches!(refusal, Refusal::CompiledSize { limit: 100_000 }), "{refusal:?}");
}

/// Whatever comes of it, it is an answer, and the next policy is compiled.
#[test]
fn shapes_that_no_compiler_makes_are_answered() {
    let limits = Limits { compile_time: Duration::from_secs(10), ..limits() };
    for policy in [nested(100_000), functions(100_000)] {
        match load(policy.build(), &options(limits.clone())) {
            Ok(policies) => assert!(policies.judge(&harmless()).is_ok()),
            Err(
                Refusal::CompileTime { .. } | Refusal::CompileMemory { .. } | Refusal::Compile(_),
            ) => {}
            Err(other) => panic!("{other:?}"),
        }
        load(Hostile::new().build(), &options(limits.clone())).unwrap();
    }
}

#[test]
fn what_the_compiler_says_is_what_this_process_would_say() {
    let wrong = Hostile::new().more("(func (result i32) (i64.const 1))").build();
    let causes = |options: &HostOptions| {
        let refusal = load(wrong.clone(), options).unwrap_err();
        let (mut causes, mut next) = (Vec::new(), Some(&refusal as &dyn Error));
        while let Some(error) = next {
            causes.push(error.to_string());
            next = error.source();
        }
        causes
    };
    let told = causes(&options(limits()));
    assert!(told.last().unwrap().contains("type mismatch"), "{told:?}");
    assert_eq!(told, causes(&HostOptions::default()));
}

#[test]
fn a_compiler_that_is_none_is_an_error_and_nothing_is_compiled_without_limits() {
    for (program, told) in [
        ("/nowhere/compiler", "cannot start what compiles policies"),
        ("/bin/true", "its WebAssembly cannot be read"),
    ] {
        let compiler = Some(Compiler::new(program, [""; 0]));
        let options = HostOptions { compiler, ..HostOptions::default() };
        let refusal = load(Hostile::new().build(), &options).unwrap_err();
        assert_eq!(refusal.to_string(), told);
    }
    for words in [vec!["compile"], vec!["compile", "much", "1"], vec!["eat", "100000000", "1"]] {
        let compiler = Compiler::new(env!("CARGO_BIN_EXE_lazaret-compile"), words);
        let options = HostOptions { compiler: Some(compiler), ..HostOptions::default() };
        let refusal = load(Hostile::new().build(), &options).unwrap_err();
        assert!(matches!(refusal, Refusal::Compiler(_)), "{refusal:?}");
    }
}
