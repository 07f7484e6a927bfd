//! What the policy says about facts made by hand.

use lazaret_policy::Value;
use lazaret_policy::testing::{Fact, judge, rules, unit};
use lazaret_policy_shell_injection::ShellInjection;

fn python(fact: Fact) -> Vec<String> {
    rules::<ShellInjection>(unit("python", [fact]))
}

fn javascript(fact: Fact) -> Vec<String> {
    rules::<ShellInjection>(unit("javascript", [fact]))
}

#[test]
fn a_computed_command_in_a_shell_is_reported() {
    let run = Fact::call("subprocess.run").computed("f'ls {path}'").keyword("shell", true);
    assert_eq!(python(run), ["computed-command"]);
    let popen = Fact::call("subprocess.Popen").computed_keyword("args", "line").keyword("shell", 1);
    assert_eq!(python(popen), ["computed-command"]);
}

#[test]
fn a_constant_command_in_a_shell_is_reported_as_such() {
    let run = Fact::call("subprocess.check_output").literal("ls | wc -l").keyword("shell", true);
    assert_eq!(python(run), ["constant-command"]);
}

#[test]
fn a_command_without_a_shell_is_fine() {
    let none = Value::Null;
    assert!(python(Fact::call("subprocess.run").computed("command")).is_empty());
    assert!(
        python(Fact::call("subprocess.run").computed("command").keyword("shell", false)).is_empty()
    );
    assert!(
        python(Fact::call("subprocess.run").computed("command").keyword("shell", none)).is_empty()
    );
    assert!(python(Fact::call("subprocess.list2cmdline").computed("command")).is_empty());
}

#[test]
fn a_shell_that_the_program_decides_on_is_reported_with_a_computed_command() {
    let run = |fact: Fact| fact.computed_keyword("shell", "os.name == 'nt'");
    assert_eq!(python(run(Fact::call("subprocess.run").computed("line"))), ["uncertain-shell"]);
    assert!(python(run(Fact::call("subprocess.run").literal("ls"))).is_empty());
}

#[test]
fn functions_that_always_use_a_shell_need_no_keyword() {
    for name in ["os.system", "os.popen", "subprocess.getoutput", "asyncio.create_subprocess_shell"]
    {
        assert_eq!(python(Fact::call(name).computed("line")), ["computed-command"], "{name}");
        assert_eq!(python(Fact::call(name).literal("ls")), ["constant-command"], "{name}");
    }
}

#[test]
fn node_runs_a_shell_in_exec() {
    for name in ["child_process.exec", "child_process.execSync"] {
        assert_eq!(javascript(Fact::call(name).computed("`ls ${path}`")), ["computed-command"]);
        assert_eq!(javascript(Fact::call(name).literal("ls")), ["constant-command"]);
    }
}

#[test]
fn node_runs_a_shell_in_spawn_when_told() {
    let spawn = |options| {
        let call = Fact::call("child_process.spawn").computed("line").computed("[]");
        javascript(call.computed(options))
    };
    assert_eq!(spawn("{ shell: true }"), ["computed-command"]);
    assert_eq!(spawn("{ cwd: '/', 'shell': '/bin/bash' }"), ["computed-command"]);
    assert_eq!(spawn("{ shell: process.platform === 'win32' }"), ["uncertain-shell"]);
    assert_eq!(spawn("{ shell }"), ["uncertain-shell"]);
    assert!(spawn("{ shell: false }").is_empty());
    assert!(spawn("options").is_empty());
}

#[test]
fn the_message_names_the_function() {
    let findings = judge::<ShellInjection>(unit("python", [Fact::call("os.system").computed("x")]));
    assert_eq!(
        findings[0].message,
        "`os.system` gives a command to a shell that the program computes"
    );
}

/// The host takes a thousand findings, and a policy that says more has failed.
#[test]
fn a_computed_command_is_found_behind_any_number_of_constants() {
    let constants = (0..2_000).map(|_| Fact::call("os.system").literal("ls"));
    let all = constants.chain([Fact::call("os.system").computed("line")]);
    let found = rules::<ShellInjection>(unit("python", all));
    assert_eq!(found.len(), 1_000);
    assert_eq!(found.last().map(String::as_str), Some("computed-command"));
}
