//! `lazaret run`: checked, then run where it can do no harm.

use crate::support::{Place, root};

#[test]
fn a_script_prints_and_its_exit_code_is_ours() {
    let place = Place::new();
    place.write("a.py", "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(7)\n");
    let ran = place.lazaret(&["run", "a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (7, "out\n"), "{ran:?}");
    assert!(ran.stderr.starts_with("err\n"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("exit code 7") && ran.stderr.contains("isolation: process"),
        "{}",
        ran.stderr
    );
}

#[test]
fn main_is_called_and_its_result_printed_in_three_languages() {
    let programs = [
        ("a.py", "async def main(n, word='x'):\n    return {'n': n + 1, 'word': word}\n"),
        ("a.js", "const main = async ({ n, word }) => ({ n: n + 1, word });\n"),
        ("a.sh", "main() { printf '{\"n\":%d,\"word\":\"%s\"}' $((n + 1)) \"$word\" >&3; }\n"),
    ];
    for (name, code) in programs {
        let place = Place::new();
        place.write(name, code);
        let ran = place.lazaret(&["run", name, "--arg", "n=41", "--arg", "word=a b"]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, "{\"n\":42,\"word\":\"a b\"}\n"),
            "{name}: {ran:?}"
        );
    }
}

#[test]
fn words_stdin_files_and_environment_reach_the_program() {
    let place = Place::new();
    place.write("data.txt", "data");
    let code = "import os, sys\nprint(sys.argv[1:], sys.stdin.read(), open('d.txt').read(), os.environ['A'])\n";
    place.write("a.py", code);
    let arguments = [
        "run",
        "a.py",
        "--stdin",
        "-",
        "--file",
        "data.txt=d.txt",
        "--env",
        "A=b=c",
        "--",
        "x",
        "--y",
    ];
    let ran = place.lazaret_reading(&arguments, b"typed");
    assert_eq!(ran.stdout, "['x', '--y'] typed data b=c\n", "{ran:?}");
}

#[test]
fn arguments_come_from_a_file_too() {
    let place = Place::new();
    place.write("args.json", r#"{"a": [1, null], "b": "é"}"#);
    place.write("a.py", "def main(a, b): return [b, a]\n");
    let ran = place.lazaret(&["run", "a.py", "--args", "args.json"]);
    assert_eq!(ran.stdout, "[\"é\",[1,null]]\n", "{ran:?}");
}

#[test]
fn what_is_found_at_the_gate_never_runs() {
    let place = Place::new();
    place.write("a.py", "print('started')\neval(input())\n");
    let ran = place.lazaret(&["run", "a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (126, ""), "{ran:?}");
    assert!(ran.stderr.contains("refused"), "{}", ran.stderr);
}

#[test]
fn a_further_file_that_is_code_is_checked_too() {
    let place = Place::new();
    place.write("a.py", "import helper\n");
    place.write("helper.py", "eval(input())\n");
    assert_eq!(place.lazaret(&["run", "a.py", "--file", "helper.py"]).code, 126);
}

#[test]
fn limits_end_programs_with_their_own_codes() {
    let place = Place::new();
    place.write("slow.py", "import time\ntime.sleep(60)\n");
    let ran = place.lazaret(&["run", "slow.py", "--timeout", "300ms"]);
    assert_eq!(ran.code, 124, "{ran:?}");
    assert!(ran.stderr.contains("time limit"), "{}", ran.stderr);
    place.write("big.py", "x = [bytearray(b'x' * 10_000_000) for _ in range(1000)]\n");
    let ran = place.lazaret(&["run", "big.py", "--memory", "64MiB"]);
    assert_eq!(ran.code, 137, "{ran:?}");
    assert!(ran.stderr.contains("memory limit"), "{}", ran.stderr);
}

#[test]
fn artifacts_are_written_where_they_were_asked_for() {
    let place = Place::new();
    let code = "import os\nos.makedirs('artifacts/sub')\nopen('artifacts/sub/a.csv', 'w').write('1,2')\nos.symlink('/etc/hosts', 'artifacts/p')\n";
    place.write("a.py", code);
    let ran = place.lazaret(&["run", "a.py", "--artifacts", "out"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(std::fs::read_to_string(place.path().join("out/sub/a.csv")).unwrap(), "1,2");
    assert!(!place.path().join("out/p").exists());
    assert!(ran.stderr.contains("not collected: `p`"), "{}", ran.stderr);
}

#[test]
fn json_holds_everything_and_nothing_else_is_printed() {
    let place = Place::new();
    place.write("a.py", "def main(n):\n    print('hi')\n    return n\n");
    let ran = place.lazaret(&["run", "a.py", "--arg", "n=1", "--json"]);
    let report = ran.json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["verdict"], "allow");
    assert_eq!(report["outcome"]["status"], "success");
    assert_eq!(report["outcome"]["stdout"]["text"], "hi\n");
    assert_eq!(report["outcome"]["result"], 1);
    assert_eq!(report["outcome"]["isolation"], "process");
    assert_eq!(report["stages"][2]["name"], "dependencies");
    assert_eq!(report["stages"][3]["name"], "execution");
    assert_eq!(report["installed"], serde_json::Value::Null);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_demanded_isolation_is_never_weakened() {
    let place = Place::new();
    place.write("a.py", "print('ran')\n");
    let ran = place.lazaret(&["run", "a.py", "--isolation", "gvisor"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{ran:?}");
}

#[test]
fn a_project_file_has_no_say_in_what_runs() {
    let place = Place::new();
    place.write("lazaret.toml", "[gate]\ndeny = \"critical\"\n");
    place.write("a.py", "eval(input())\n");
    assert_eq!(place.lazaret(&["run", "a.py"]).code, 126);
}

#[test]
fn the_examples_run() {
    let place = Place::new();
    let example = |name: &str| root().join("examples").join(name).display().to_string();
    let ran = place.lazaret(&["run", &example("fibonacci.py"), "--arg", "n=30"]);
    assert!(ran.stdout.ends_with("{\"fibonacci\":832040,\"n\":30}\n"), "{ran:?}");
    let ran = place.lazaret(&["run", &example("words.js"), "--arg", "text=a b a"]);
    assert_eq!(ran.stdout, "{\"a\":2,\"b\":1}\n", "{ran:?}");
    let ran = place.lazaret(&["run", &example("disk.sh"), "--", "hello"]);
    assert!(ran.stdout.starts_with("hello in /work\n"), "{ran:?}");
}

/// The printer waited for the reader, and the program for the printer.
#[test]
fn an_interrupt_ends_it_though_nobody_reads_its_output() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let place = Place::new();
    place.write("a.sh", "while echo 0123456789012345678901234567890123456789; do :; done\n");
    let mut command = place.command();
    command.args(["run", "a.sh", "--timeout", "60s"]).env("LAZARET_EXECUTION__OUTPUT", "1GiB");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    // Until all pipes are full.
    std::thread::sleep(std::time::Duration::from_millis(500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let begun = std::time::Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed().as_secs() > 20 {
            child.kill().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(ended.code(), Some(125), "{ended}");
}
