//! What the policy says about facts made by hand.

use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge, judge_with, rules, unit};
use lazaret_policy::types::Unit;
use lazaret_policy_destructive_shell::DestructiveShell;

fn words(fact: Fact, words: &str) -> Fact {
    words.split(' ').fold(fact, Fact::literal)
}

/// What is found in a script with this command alone.
fn bash(command: &str) -> Vec<String> {
    let (name, rest) = command.split_once(' ').expect("it has operands");
    rules::<DestructiveShell>(unit("bash", [words(Fact::call(name), rest)]))
}

#[test]
fn what_others_need_is_not_deleted() {
    assert_eq!(bash("rm -rf /etc/ssl"), ["deleted"]);
    assert_eq!(bash("rm -rf /home/ann"), ["deleted"]);
    assert_eq!(bash("rm -rf /tmp/../home/ann/.ssh"), ["deleted"]);
    assert_eq!(bash("find /etc/ssl -delete"), ["deleted"]);
    assert_eq!(bash("find /etc/ssl -exec rm {} ;"), ["deleted"]);
    assert_eq!(bash("rsync -a --delete empty/ /"), ["deleted"]);
}

#[test]
fn what_a_program_has_made_may_go() {
    for command in [
        "rm -rf build",
        "rm -rf /tmp/shop",
        "rm -f /etc/shop.conf",
        "rm -rf /var/lib/apt/lists/*",
        "find /etc/ssl -name *.old -delete",
        "find /etc/ssl -type f",
        "rsync -a shop/ /",
    ] {
        assert_eq!(bash(command), [""; 0], "{command}");
    }
}

#[test]
fn what_the_catalogue_tells_is_not_told_again() {
    for command in ["rm -rf /", "rm -rf /usr/../etc", "find /home -delete", "chmod -R 777 /etc"] {
        assert_eq!(bash(command), [""; 0], "{command}");
    }
    assert_eq!(bash("chmod 777 /etc"), ["opened"], "the catalogue tells it with `-R`");
    let python = |fact: Fact| rules::<DestructiveShell>(unit("python", [fact]));
    assert_eq!(python(Fact::call("shutil.rmtree").literal("/")), [""; 0]);
    assert_eq!(python(Fact::call("shutil.rmtree").literal("//")), ["deleted"]);
}

#[test]
fn a_variable_that_nothing_sets_may_be_empty() {
    let script = |text: &str, operand: &str| {
        let file = unit("bash", [Fact::call("rm").literal("-rf").computed(operand)]);
        rules::<DestructiveShell>(Unit { source: Some(text.to_owned()), ..file })
    };
    for operand in ["\"$PREFIX/lib\"", "$PREFIX/lib", "${PREFIX}/lib", "\"$PREFIX\"/lib"] {
        assert_eq!(script("rm", operand), ["unset-variable"], "{operand}");
    }
    for text in [
        "PREFIX=/opt/shop",
        "set -eu",
        "set -o nounset",
        ": ${PREFIX:=/opt/shop}",
        "read -r PREFIX",
        "for PREFIX in a b; do",
    ] {
        assert_eq!(script(text, "$PREFIX/lib"), [""; 0], "{text}");
    }
    for operand in ["$HOME/lib", "$1/lib", "$PREFIX/shop", "$PREFIX", "${PREFIX:?}/lib"] {
        assert_eq!(script("rm", operand), [""; 0], "{operand}");
    }
}

#[test]
fn not_everybody_may_write_to_what_others_need() {
    assert_eq!(bash("chmod 666 /etc/passwd"), ["opened"]);
    assert_eq!(bash("chmod -R o+w /usr/local/bin"), ["opened"]);
    assert_eq!(bash("chmod 644 /etc/passwd"), [""; 0]);
    assert_eq!(bash("chmod 777 build"), [""; 0]);
    let chmod = |name: &str, mode: u32| {
        let call = Fact::call(name).literal("/etc/passwd").literal(mode);
        rules::<DestructiveShell>(unit("python", [call]))
    };
    assert_eq!(chmod("os.chmod", 0o666), ["opened"]);
    assert_eq!(chmod("os.chmod", 0o640), [""; 0]);
}

#[test]
fn the_machine_is_not_stopped() {
    for command in ["shutdown -h now", "init 0", "systemctl reboot", "kill -9 1", "pkill -u root"] {
        assert_eq!(bash(command), ["stopped"], "{command}");
    }
    for command in ["shutdown -c", "init 3", "systemctl restart shop", "kill -0 1", "pkill -u ann"]
    {
        assert_eq!(bash(command), [""; 0], "{command}");
    }
    let kill = |number: i32, signal: i32| {
        let call = Fact::call("os.kill").literal(number).literal(signal);
        rules::<DestructiveShell>(unit("python", [call]))
    };
    assert_eq!((kill(-1, 9).len(), kill(1, 15).len(), kill(1, 0).len()), (1, 1, 0));
    assert_eq!(kill(4242, 9), [""; 0]);
}

#[test]
fn a_command_that_another_program_runs_is_judged_the_same_way() {
    let command = words(Fact::command("rm"), "-rf /etc/ssl");
    let findings = judge::<DestructiveShell>(unit("python", [command]));
    assert_eq!(findings[0].message, "`rm` deletes `/etc/ssl`, which others need");
}

#[test]
fn the_settings_say_what_matters_and_what_does_not() {
    let with = |path: &str, settings| {
        let call = Fact::call("rm").literal("-rf").literal(path);
        judge_with::<DestructiveShell>(unit("bash", [call]), settings).len()
    };
    assert_eq!(with("/data/shop", json!({})), 0);
    assert_eq!(with("/data/shop", json!({ "matters": ["/data"] })), 1);
    assert_eq!(with("/etc/shop", json!({})), 1);
    assert_eq!(with("/etc/shop", json!({ "allow": ["/etc/shop"] })), 0);
}

/// The first version looked at the first 400 commands only, and was to be had with harmless ones before.
#[test]
fn harmless_commands_hide_nothing() {
    let harmless = (0..2000).map(|_| words(Fact::call("rm"), "-rf build"));
    let file = unit("bash", harmless.chain([words(Fact::call("rm"), "-rf /etc/ssl")]));
    assert_eq!(rules::<DestructiveShell>(file), ["deleted"]);
}
