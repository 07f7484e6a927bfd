//! What the policy says about facts made by hand. What names stand for is in the tree, and what queries
//! match too, which natively there are not: the fixtures have them, and are judged by the host.

use lazaret_policy::Value;
use lazaret_policy::testing::{Fact, judge, rules, unit};
use lazaret_policy::types::Unit;
use lazaret_policy_obfuscation::Obfuscation;

/// A file of this text, in which `outer` is the call that is all of it, and `inner` is somewhere in it.
fn nested(language: &str, text: &str, outer: Fact, inner: (Fact, &str)) -> Unit {
    let (inner, written) = inner;
    let mut file = unit(language, [outer, inner]);
    let start = text.find(written).expect("the inner call is in the text");
    let byte = |byte: usize| u32::try_from(byte).expect("it is short");
    for (fact, range) in file.facts.iter_mut().zip([0..text.len(), start..start + written.len()]) {
        fact.span.start_byte = byte(range.start);
        fact.span.end_byte = byte(range.end);
    }
    Unit { source: Some(text.to_owned()), size: byte(text.len()), ..file }
}

/// What is found where a function is given what another returns.
fn given(outer: &str, inner: &str) -> Vec<String> {
    let written = format!("{inner}(x)");
    let text = format!("{outer}({written})");
    let outer = Fact::call(outer).computed(&written);
    rules::<Obfuscation>(nested(
        "python",
        &text,
        outer,
        (Fact::call(inner).computed("x"), &written),
    ))
}

#[test]
fn what_runs_something_decoded_is_reported() {
    assert_eq!(given("exec", "base64.b64decode"), ["decoded-code"]);
    assert_eq!(given("eval", "atob"), ["decoded-code"]);
    assert_eq!(given("os.system", "bytes.fromhex"), ["decoded-command"]);
    assert_eq!(given("__import__", "binascii.unhexlify"), ["decoded-name"]);
}

#[test]
fn neither_is_told_by_itself() {
    assert_eq!(given("exec", "read"), [""; 0]);
    assert_eq!(given("print", "base64.b64decode"), [""; 0]);
}

#[test]
fn only_the_argument_that_is_run_counts() {
    let file = |text: &str, first: &str, second: &str| {
        let outer = Fact::call("compile").computed(first).computed(second);
        let inner = (Fact::call("base64.b64decode").computed("x"), "base64.b64decode(x)");
        rules::<Obfuscation>(nested("python", text, outer, inner))
    };
    let decode = "base64.b64decode(x)";
    assert_eq!(file("compile(base64.b64decode(x), name)", decode, "name"), ["decoded-code"]);
    assert_eq!(file("compile(code, base64.b64decode(x))", "code", decode), [""; 0]);
}

#[test]
fn bytes_of_a_text_are_no_code() {
    let buffer = |encoding: Value| {
        let text = "eval(Buffer.from(x, y))";
        let outer = Fact::call("eval").computed("Buffer.from(x, y)");
        let inner = Fact::call("Buffer.from").computed("x").literal(encoding);
        rules::<Obfuscation>(nested("javascript", text, outer, (inner, "Buffer.from(x, y)")))
    };
    assert_eq!(buffer("base64".into()), ["decoded-code"]);
    assert_eq!(buffer("hex".into()), ["decoded-code"]);
    assert_eq!(buffer("utf8".into()), [""; 0]);
}

#[test]
fn letters_that_are_put_together_and_turned_round_are_reported() {
    let run = |code: &str| {
        let text = format!("exec({code})");
        let outer = Fact::call("exec").computed(code);
        rules::<Obfuscation>(nested("python", &text, outer, (Fact::call("x"), code)))
    };
    assert_eq!(run("''.join(map(chr, numbers))"), ["decoded-code"]);
    assert_eq!(run("''.join(chr(n) for n in numbers)"), ["decoded-code"]);
    assert_eq!(run("text[::-1]"), ["decoded-code"]);
    assert_eq!(run("text[1:]"), [""; 0]);
}

#[test]
fn a_timer_that_is_given_a_function_runs_no_text() {
    let timer = |code: &str| {
        let text = format!("setTimeout({code})");
        let outer = Fact::call("setTimeout").computed(code);
        let inner = (Fact::call("atob").computed("x"), "atob(x)");
        rules::<Obfuscation>(nested("javascript", &text, outer, inner))
    };
    assert_eq!(timer("atob(x)"), ["decoded-code"]);
    assert_eq!(timer("() => show(atob(x))"), [""; 0]);
    assert_eq!(timer("function () { show(atob(x)); }"), [""; 0]);
}

#[test]
fn numbers_on_their_way_to_a_shell_are_reported() {
    let pipeline = |text: &str| {
        let mut file = unit("bash", [Fact::pipeline("printf | sh")]);
        file.facts[0].span.end_byte = u32::try_from(text.len()).expect("it is short");
        rules::<Obfuscation>(Unit { source: Some(text.to_owned()), ..file })
    };
    assert_eq!(pipeline(r"printf '\x69\x64' | sh"), ["decoded-code"]);
    assert_eq!(pipeline(r"printf '\151\144' | sh"), ["decoded-code"]);
    assert_eq!(pipeline(r"printf 'id\n' | sh"), [""; 0]);
}

#[test]
fn the_message_says_what_has_decoded_what() {
    let text = "exec(base64.b64decode(x))";
    let outer = Fact::call("exec").computed("base64.b64decode(x)");
    let inner = (Fact::call("base64.b64decode").computed("x"), "base64.b64decode(x)");
    let findings = judge::<Obfuscation>(nested("python", text, outer, inner));
    assert_eq!(findings[0].message, "`exec` runs code that `base64.b64decode` has decoded");
}

/// The first version looked at the first 150 calls only, and was to be had with harmless ones before.
#[test]
fn harmless_calls_hide_nothing() {
    let padding = "eval(x);".repeat(400);
    let text = format!("{padding}exec(atob(x))");
    let exec = Fact::call("exec").computed("atob(x)");
    let evals = (0..400).map(|_| Fact::call("eval").computed("x"));
    let mut file = unit("python", evals.chain([exec, Fact::call("atob").computed("x")]));
    let end = u32::try_from(text.len()).expect("it is short");
    for (fact, start) in file.facts.iter_mut().zip((0..).step_by(8)) {
        (fact.span.start_byte, fact.span.end_byte) = (start, start + 7);
    }
    for (row, start, end) in [(400, end - 13, end), (401, end - 8, end - 1)] {
        (file.facts[row].span.start_byte, file.facts[row].span.end_byte) = (start, end);
    }
    assert_eq!(rules::<Obfuscation>(Unit { source: Some(text), ..file }), ["decoded-code"]);
}
