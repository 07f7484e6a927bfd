//! What a well-behaved program may rely on.

use super::program::{Program, bash, node, python, stderr, stdout};
use crate::{Event, Events, Interpreter, Runner, Status};

/// The exit code is the program's own.
pub async fn the_exit_code_is_the_programs_own(runner: &dyn Runner) {
    let outcome = bash("exit 7").end(runner, Status::ProgramError).await;
    assert_eq!((outcome.exit_code, outcome.signal), (Some(7), None));
}

/// A program that a signal ends has no exit code.
pub async fn a_signal_is_told_as_one(runner: &dyn Runner) {
    let outcome = bash("kill -SEGV $$").end(runner, Status::ProgramError).await;
    assert_eq!((outcome.exit_code, outcome.signal), (None, Some(11)));
}

/// Standard output and standard error are two.
pub async fn the_two_streams_are_kept_apart(runner: &dyn Runner) {
    let outcome = bash("echo out; echo err >&2").succeed(runner).await;
    assert_eq!((stdout(&outcome), stderr(&outcome)), ("out\n".into(), "err\n".into()));
    assert!(!outcome.stdout.truncated && !outcome.stderr.truncated);
}

/// A listener hears the first line before the program has read what comes after it.
pub async fn what_is_printed_arrives_while_the_program_runs(runner: &dyn Runner) {
    let (events, mut listener) = Events::channel(16);
    let program = bash("echo one; echo two >&2");
    let (outcome, heard) = tokio::join!(runner.run(program.job, events), async {
        let mut heard = Vec::new();
        while let Some(event) = listener.recv().await {
            heard.push(event);
        }
        heard
    });
    assert_eq!(outcome.expect("it runs").status, Status::Success);
    assert!(heard.contains(&Event::Stdout(b"one\n".to_vec())), "{heard:?}");
    assert!(heard.contains(&Event::Stderr(b"two\n".to_vec())), "{heard:?}");
}

/// Output is bytes.
pub async fn bytes_that_are_no_text_arrive_as_they_are(runner: &dyn Runner) {
    let code = "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 300)";
    let outcome = python(code).succeed(runner).await;
    let expected: Vec<u8> = (0..300).flat_map(|_| 0..=255).collect();
    assert_eq!(outcome.stdout.bytes, expected);
}

/// What is given is read, and then there is an end.
pub async fn standard_input_is_read_and_then_ends(runner: &dyn Runner) {
    let outcome = bash("cat; echo end").stdin("given\n").succeed(runner).await;
    assert_eq!(stdout(&outcome), "given\nend\n");
    let outcome = bash("cat; echo end").succeed(runner).await;
    assert_eq!(stdout(&outcome), "end\n");
}

/// Input may be longer than any pipe, and the program may leave it.
pub async fn a_megabyte_of_input_that_nobody_reads_is_no_trouble(runner: &dyn Runner) {
    bash("exit 0").stdin(vec![b'x'; 1 << 20]).succeed(runner).await;
    let outcome = bash("wc -c").stdin(vec![b'x'; 1 << 20]).succeed(runner).await;
    assert_eq!(stdout(&outcome).trim(), "1048576");
}

/// Words are not split, joined or evaluated.
pub async fn words_arrive_as_they_are(runner: &dyn Runner) {
    let words = ["a b", "", "$(id)", "-c", "--", "größe\n"];
    let show = "import sys, json\nprint(json.dumps(sys.argv[1:]))";
    let outcome = python(show).words(&words).succeed(runner).await;
    assert_eq!(words_of(&stdout(&outcome)), words);
    let show = "console.log(JSON.stringify(process.argv.slice(2)))";
    let outcome = node(show).words(&words).succeed(runner).await;
    assert_eq!(words_of(&stdout(&outcome)), words);
    let outcome = bash(r#"printf '%s|' "$@""#).words(&words).succeed(runner).await;
    assert_eq!(stdout(&outcome), words.map(|word| format!("{word}|")).concat());
}

fn words_of(json: &str) -> Vec<String> {
    serde_json::from_str(json).expect("a list of words")
}

/// Nothing of the host's environment, and all of the job's.
pub async fn the_environment_is_the_jobs_alone(runner: &dyn Runner) {
    let mut program = python("import os, json\nprint(json.dumps(dict(os.environ)))");
    program.job.environment = [("GIVEN".into(), "a=b $c".into())].into();
    let outcome = program.succeed(runner).await;
    let found: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&stdout(&outcome)).expect("an object");
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["GIVEN", "HOME", "LANG", "PATH", "TMPDIR"]);
    assert_eq!(found.get("GIVEN").map(String::as_str), Some("a=b $c"));
    assert_eq!(found.get("TMPDIR").map(String::as_str), Some("/tmp"));
}

/// As if Python had been given the file.
pub async fn a_python_script_is_main_and_finds_its_neighbours(runner: &dyn Runner) {
    let code = "import sys, neighbour\nprint(__name__, sys.argv[0], neighbour.NAME, __file__)\n\
                import __main__\nassert __main__.sys is sys";
    let outcome = python(code).file("neighbour.py", "NAME = __name__").succeed(runner).await;
    assert_eq!(stdout(&outcome), "__main__ main.py neighbour /work/main.py\n");
}

/// A `json.py` beside the program is the program's, and not the runner's.
pub async fn a_neighbour_with_a_known_name_breaks_nothing_of_ours(runner: &dyn Runner) {
    let code = "import asyncio, json\nasync def main():\n    return json.OWN";
    let broken = "raise SystemExit('imported')";
    let mut program = python(code).main(serde_json::json!({})).file("json.py", "OWN = 'own'");
    for name in ["os.py", "sys.py", "site.py", "codecs.py", "encodings.py", "sitecustomize.py"] {
        program = program.file(name, broken);
    }
    let outcome = program.run(runner).await;
    // The worker has imported the real one before, and Python keeps one module for a name.
    assert!(!stderr(&outcome).contains("imported"), "{}", stderr(&outcome));
    let outcome = python("import json\nprint(json.OWN)").file("json.py", "OWN = 'own'").run(runner);
    assert_eq!(stdout(&outcome.await), "own\n");
}

/// Line numbers and source lines are the program's, and no frame is ours.
pub async fn a_python_traceback_shows_the_programs_lines_alone(runner: &dyn Runner) {
    let code = "def fail():\n    raise ValueError('oops')\n\nfail()\n";
    let outcome = python(code).end(runner, Status::ProgramError).await;
    let shown = stderr(&outcome);
    let expected = "Traceback (most recent call last):\n  File \"/work/main.py\", line 4, in <module>\n    fail()\n";
    assert!(shown.starts_with(expected) && shown.contains("line 2, in fail"), "{shown}");
    assert!(shown.ends_with("ValueError: oops\n"), "{shown}");
    assert_eq!(outcome.exit_code, Some(1));
}

/// The line, the mark below it, and no traceback.
pub async fn a_syntax_error_is_told_as_python_tells_it(runner: &dyn Runner) {
    let outcome = python("x = 1\ny = = 2\n").end(runner, Status::ProgramError).await;
    let shown = stderr(&outcome);
    assert!(shown.starts_with("  File \"/work/main.py\", line 2\n    y = = 2\n"), "{shown}");
    assert!(shown.ends_with("SyntaxError: invalid syntax\n"), "{shown}");
}

/// `sys.exit` with a number, a text, and nothing.
pub async fn pythons_exit_codes_are_its_own(runner: &dyn Runner) {
    let code = "import sys, atexit\natexit.register(print, 'bye')\nsys.exit(";
    for (argument, exit_code, said) in [("3", 3, ""), ("'why'", 1, "why\n"), ("", 0, "")] {
        let outcome = python(&format!("{code}{argument})")).run(runner).await;
        assert_eq!(outcome.exit_code, Some(exit_code), "sys.exit({argument})");
        assert_eq!((stdout(&outcome), stderr(&outcome)), ("bye\n".into(), said.into()));
    }
}

/// `require`, `module`, and the usual arguments.
pub async fn a_node_script_is_plain_node(runner: &dyn Runner) {
    let code = "const { name } = require('./lib/other');\n\
                console.log(name, require.main === module, process.argv[1]);";
    let outcome = node(code).file("lib/other.js", "exports.name = 'other'").succeed(runner).await;
    assert_eq!(stdout(&outcome), "other true /work/main.js\n");
}

/// `.mjs` files import, and wait at their top level.
pub async fn a_node_module_is_a_module(runner: &dyn Runner) {
    let code = "import { name } from './other.mjs';\nconsole.log(await Promise.resolve(name));";
    let program = Program::new(Interpreter::Node, "main.mjs", code);
    let outcome = program.file("other.mjs", "export const name = 'other';").succeed(runner).await;
    assert_eq!(stdout(&outcome), "other\n");
}

/// Whatever a program ends of, Node says it, and what ran before has printed.
pub async fn node_errors_are_told_as_node_tells_them(runner: &dyn Runner) {
    for (path, code, exit_code, says) in [
        ("main.js", "console.log('out');\nthrow new Error('boom')", 1, "main.js:2"),
        ("main.js", "console.log('out');\nPromise.reject(new Error('boom'))", 1, "main.js:2"),
        (
            "main.js",
            "console.log('out');\nsetTimeout(() => { throw new Error('boom') })",
            1,
            "boom",
        ),
        ("main.js", "console.log('out');\nprocess.nextTick(() => boom)", 1, "boom is not defined"),
        ("main.js", "// boom\nconst = 1", 1, "main.js:2"),
        ("main.mjs", "console.log('out');\nawait new Promise(() => {});", 13, ""),
    ] {
        let outcome = Program::new(Interpreter::Node, path, code).end(runner, Status::ProgramError);
        let outcome = outcome.await;
        assert_eq!((outcome.exit_code, outcome.signal), (Some(exit_code), None), "{code}");
        let told = stderr(&outcome);
        assert!(told.contains(says) && !told.contains("lazaret"), "{code}: {told}");
        assert!(code.starts_with("//") || stdout(&outcome) == "out\n", "{code}");
    }
}

/// Also those that put themselves around what Node ends with, as `signal-exit` does.
pub async fn nodes_handlers_run_at_the_end(runner: &dyn Runner) {
    let code = "process.on('exit', (code) => console.log('exit', code));\n\
                process.on('beforeExit', () => console.log('before'));\n\
                const { emit } = process;\n\
                process.emit = function (name, ...rest) {\n\
                  const answer = emit.call(this, name, ...rest);\n\
                  if (name === 'exit') console.log('after');\n  return answer;\n};";
    let outcome = node(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "before\nexit 0\nafter\n");
    let mocked = "require('fs').writeSync = () => 1; console.log('out')";
    let outcome = node(mocked).succeed(runner).await;
    assert_eq!(stdout(&outcome), "out\n");
}

/// `$0`, the work directory, and files that can be started.
pub async fn a_bash_script_is_plain_bash(runner: &dyn Runner) {
    let code = "echo $0 $PWD; echo 'echo started' > other; chmod +x other; ./other; \
                echo 'a b' | awk '{ print $2 }'; for n in $(seq 2); do echo $n; done; cat <<< here";
    let outcome = bash(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "main.sh /work\nstarted\nb\n1\n2\nhere\n");
}

/// A writer into a closed pipe ends by the signal for it, which programs inherit unblocked.
pub async fn a_pipeline_that_is_cut_short_ends_quietly(runner: &dyn Runner) {
    let outcome = bash("yes | head -n 1; echo ${PIPESTATUS[0]}").succeed(runner).await;
    assert_eq!((stdout(&outcome), stderr(&outcome)), ("y\n141\n".into(), String::new()));
}
