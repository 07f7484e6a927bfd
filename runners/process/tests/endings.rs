//! What an interpreter does at its end it does here, too, though its memory is not taken apart.

use lazaret_process::{ProcessConfig, ProcessRunner};
use lazaret_sandbox::Interpreter;
use lazaret_sandbox::Status;
use lazaret_sandbox::conformance::program::{Program, bash, node, python, stderr, stdout};
use serde_json::json;

fn runner() -> ProcessRunner {
    ProcessRunner::new(ProcessConfig::default())
}

#[tokio::test]
async fn a_file_that_python_never_closed_is_written() {
    let code = "import os\nos.mkdir('artifacts')\nfile = open('artifacts/a', 'w')\n\
                def use():\n    return file\nfile.write('all of it')\n";
    for program in [python(code), python(&format!("{code}def main(): pass")).main(json!({}))] {
        let outcome = program.succeed(&runner()).await;
        let artifact = outcome.artifacts.first().expect("it was left");
        assert_eq!(artifact.contents, b"all of it");
    }
}

#[tokio::test]
async fn what_python_does_at_its_end_is_done_in_order() {
    let code = "import atexit, threading, time\n\
                class Last:\n    def __del__(self):\n        print('collected')\n\
                last = Last()\natexit.register(print, 'at exit')\n\
                threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\n\
                print('end', end='\\n')\n";
    let outcome = python(code).succeed(&runner()).await;
    assert_eq!(stdout(&outcome), "end\nthread\nat exit\ncollected\n");
}

#[tokio::test]
async fn an_error_at_the_end_of_python_is_shown_and_changes_nothing() {
    let code = "import atexit\natexit.register(lambda: 1 / 0)\nraise SystemExit(4)";
    let outcome = python(code).end(&runner(), Status::ProgramError).await;
    assert_eq!(outcome.exit_code, Some(4));
    assert!(stderr(&outcome).contains("ZeroDivisionError"), "{}", stderr(&outcome));
}

#[tokio::test]
async fn a_library_in_c_ends_as_it_likes() {
    let code = "import ctypes\nctypes.CDLL(None).printf(b'from C\\n')";
    assert_eq!(stdout(&python(code).succeed(&runner()).await), "from C\n");
}

#[tokio::test]
async fn nodes_listeners_hear_its_end_in_order_and_choose_the_exit_code() {
    let code = "process.on('exit', (code) => { console.log('first', code); process.exitCode = 5; });\n\
                process.once('exit', (code) => console.log('second', code));\n\
                process.on('beforeExit', () => console.log('before'));\n\
                setTimeout(() => console.log('timer'), 10);";
    let outcome = node(code).end(&runner(), Status::ProgramError).await;
    assert_eq!(stdout(&outcome), "timer\nbefore\nfirst 0\nsecond 0\n");
    assert_eq!(outcome.exit_code, Some(5));
}

#[tokio::test]
async fn nodes_exit_code_is_the_programs_in_whatever_way_it_ends() {
    let endings = [
        ("process.exit(7)", 7),
        ("process.exitCode = 300 - 256", 44),
        ("process.exit(-1)", 255),
        ("throw new Error('thrown')", 1),
        ("Promise.reject(new Error('rejected'))", 1),
        ("setTimeout(() => process.exit(9), 5)", 9),
        (
            "new (require('node:worker_threads').Worker)('process.exit(3)', { eval: true })\
          .on('exit', (code) => process.exit(code + 10))",
            13,
        ),
    ];
    for (ending, code) in endings {
        let outcome = node(ending).end(&runner(), Status::ProgramError).await;
        assert_eq!((outcome.exit_code, outcome.signal), (Some(code), None), "{ending}");
    }
    let main = "function main() { process.on('exit', () => { process.exitCode = 6 }); return 1 }";
    let outcome = node(main).main(json!({})).end(&runner(), Status::ProgramError).await;
    assert_eq!(outcome.exit_code, Some(6));
    let killer = node("process.kill(process.pid, 'SIGKILL')");
    let outcome = killer.end(&runner(), Status::ProgramError).await;
    assert_eq!((outcome.exit_code, outcome.signal), (None, Some(9)));
}

/// It is ended before it has ended by itself, so nothing may be left to be written.
#[tokio::test]
async fn all_that_node_prints_arrives_and_its_result_too() {
    let code = "console.log('x'.repeat(500000)); console.error('y'.repeat(300000));";
    let outcome = node(code).succeed(&runner()).await;
    let lengths = |outcome| (stdout(outcome).len(), stderr(outcome).len());
    assert_eq!(lengths(&outcome), (500_001, 300_001));
    let code = format!("function main() {{ {code} return 'z'.repeat(200000) }}");
    let outcome = node(&code).main(json!({})).succeed(&runner()).await;
    assert_eq!(lengths(&outcome), (500_001, 300_001));
    assert_eq!(outcome.result.and_then(|value| Some(value.as_str()?.len())), Some(200_000));
}

#[tokio::test]
async fn a_file_in_the_place_of_nodes_result_stays_the_programs() {
    let code = "const fs = require('node:fs'); fs.mkdirSync('artifacts'); fs.closeSync(3);\
                const file = fs.openSync('artifacts/a', 'w'); fs.writeSync(file, `${file}`);";
    let outcome = node(code).succeed(&runner()).await;
    assert_eq!(outcome.artifacts.first().expect("it was left").contents, b"3");
}

/// What `--eval` adds is taken away again.
#[tokio::test]
async fn a_node_program_sees_what_plain_node_shows() {
    let show = "const own = Object.getOwnPropertyNames(globalThis).sort();\n\
                const { execArgv, argv } = process;\n\
                const types = [typeof require, typeof module, typeof crypto, typeof crypto?.subtle];\n";
    let script = "console.log(JSON.stringify([own, execArgv, argv.slice(1), process._eval]));";
    let ours = stdout(&node(&format!("{show}{script}")).succeed(&runner()).await);
    let place = tempfile::tempdir().expect("a directory");
    let file = place.path().join("main.js");
    std::fs::write(&file, format!("{show}{script}")).expect("written");
    let plain = std::process::Command::new("node").arg(&file).output().expect("node is here");
    let plain = String::from_utf8_lossy(&plain.stdout);
    assert_eq!(ours, plain.replace(place.path().to_str().expect("text"), "/work"));
    let module = format!("{show}console.log(JSON.stringify(types));");
    let module = Program::new(Interpreter::Node, "main.mjs", &module);
    let outcome = module.succeed(&runner()).await;
    assert_eq!(stdout(&outcome), "[\"undefined\",\"undefined\",\"object\",\"object\"]\n");
}

#[tokio::test]
async fn bash_runs_a_script_in_a_shell_of_its_own() {
    let code = "echo $0 $- $# ${#LAZARET[@]} \"${BASH_EXECUTION_STRING-none}\"; set -x; true";
    let outcome = bash(code).words(&["a b"]).succeed(&runner()).await;
    assert_eq!(
        (stdout(&outcome), stderr(&outcome)),
        ("main.sh hB 1 0 none\n".into(), "+ true\n".into())
    );
}
