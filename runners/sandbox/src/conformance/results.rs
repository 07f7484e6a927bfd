//! What `main` returns, in the three languages.

use serde_json::{Value, json};

use super::program::{Program, bash, node, python, stderr, stdout, story};
use crate::{Interpreter, Runner, Status};

/// Numbers, texts, lists and objects in each other; and what JSON cannot say as null.
pub async fn python_returns_what_json_can_say(runner: &dyn Runner) {
    let code = "def main(name, more):\n    return {'name': name, 'more': [more, None, True, 1.5], \
                'nan': float('nan'), 'infinite': [float('inf')], 'ü': '\\U0001f600\\n\"'}";
    let arguments = json!({"name": "größe", "more": {"a": [1, null, {"b": "\u{0}"}]}});
    let outcome = python(code).main(arguments).succeed(runner).await;
    let expected = json!({
        "name": "größe", "more": [{"a": [1, null, {"b": "\u{0}"}]}, null, true, 1.5],
        "nan": null, "infinite": [null], "ü": "😀\n\"",
    });
    assert_eq!(outcome.result, Some(expected));
}

/// `None` is a result.
pub async fn python_returns_none_as_null(runner: &dyn Runner) {
    let outcome = python("def main():\n    pass").main(json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some(Value::Null));
}

/// A coroutine is waited for.
pub async fn python_main_can_be_async(runner: &dyn Runner) {
    let code = "import asyncio\nasync def main(n):\n    await asyncio.sleep(0)\n    return n + 1";
    let outcome = python(code).main(json!({"n": 1})).succeed(runner).await;
    assert_eq!(outcome.result, Some(json!(2)));
    let code = "async def main():\n    1 / 0";
    let outcome = python(code).main(json!({})).end(runner, Status::ProgramError).await;
    assert_eq!(stderr(&outcome).matches("File ").count(), 1, "{}", stderr(&outcome));
}

/// `if __name__ == "__main__"` is for scripts.
pub async fn python_main_is_not_main_twice(runner: &dyn Runner) {
    let code = "def main():\n    return __name__\nif __name__ == '__main__':\n    main(1, 2)";
    let outcome = python(code).main(json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some(json!("main")));
}

/// What is not JSON is the program's error, with a reason.
pub async fn python_cannot_return_a_set(runner: &dyn Runner) {
    for value in ["{1}", "b'x'", "object()", "[[1, {2}]]"] {
        let code = format!("def main():\n    return {value}");
        let outcome = python(&code).main(json!({})).end(runner, Status::ProgramError).await;
        assert!(stderr(&outcome).contains("what `main` returned is not JSON"));
        assert_eq!(outcome.result, None);
    }
}

/// A file without `main` says so.
pub async fn python_without_main_is_told_so(runner: &dyn Runner) {
    let outcome = python("x = 1").main(json!({})).end(runner, Status::ProgramError).await;
    assert!(stderr(&outcome).contains("`main.py` has no function `main`"));
}

/// Success needs a result, whatever the exit code.
pub async fn python_that_leaves_early_has_no_result(runner: &dyn Runner) {
    let code = "import os\ndef main():\n    os._exit(0)";
    let outcome = python(code).main(json!({})).end(runner, Status::NoResult).await;
    assert_eq!((outcome.exit_code, outcome.result), (Some(0), None));
}

/// It has what its parent had, the way to tell a result among it.
pub async fn a_child_of_python_ends_nothing_but_itself(runner: &dyn Runner) {
    let end = ["sys.exit(0)", "sys.exit(3)", "return 'of a child'", "1 / 0"];
    for end in end {
        let code = format!(
            "import os, sys, time\ndef main():\n    child = os.fork()\n    if child == 0:\n        {end}\n    \
             os.waitpid(child, 0)\n    time.sleep(0.1)\n    return 'of the parent'"
        );
        let outcome = python(&code).main(json!({})).succeed(runner).await;
        assert_eq!(outcome.result, Some(json!("of the parent")), "{end}");
    }
}

/// Whoever has returned has a result, also where something goes on that ends otherwise.
pub async fn a_result_is_told_however_the_end_comes(runner: &dyn Runner) {
    let python_ends = [
        "import atexit, os\ndef main():\n    atexit.register(os._exit, 0)\n    return 1",
        "import os, threading, time\ndef end():\n    time.sleep(0.1)\n    os._exit(0)\n\
         def main():\n    threading.Thread(target=end).start()\n    return 1",
    ];
    for code in python_ends {
        let outcome = python(code).main(json!({})).succeed(runner).await;
        assert_eq!(outcome.result, Some(json!(1)), "{code}");
    }
    let node_ends = [
        "function main() { process.removeAllListeners(); return 1; }",
        "function main() { process.on('exit', () => process.exit(0)); return 1; }",
        "function main() { setTimeout(() => process.reallyExit(0), 50); return 1; }",
    ];
    for code in node_ends {
        let outcome = node(code).main(json!({})).succeed(runner).await;
        assert_eq!(outcome.result, Some(json!(1)), "{code}");
    }
}

/// As in Python.
pub async fn javascript_returns_what_json_can_say(runner: &dyn Runner) {
    let code = "async function main({ name, more }) {\n  await null;\n  \
                return { name, more: [more, null, true, 1.5], nan: NaN, gone: undefined, ü: '😀\\n\"' };\n}";
    let arguments = json!({"name": "größe", "more": {"a": [1, null]}});
    let outcome = node(code).main(arguments).succeed(runner).await;
    let expected = json!({
        "name": "größe", "more": [{"a": [1, null]}, null, true, 1.5], "nan": null, "ü": "😀\n\"",
    });
    assert_eq!(outcome.result, Some(expected));
    let outcome =
        node("const main = () => 1n").main(json!({})).end(runner, Status::ProgramError).await;
    assert!(stderr(&outcome).contains("what `main` returned is not JSON"), "{}", stderr(&outcome));
}

/// `undefined` is what a function returns that returns nothing.
pub async fn javascript_returns_undefined_as_null(runner: &dyn Runner) {
    let outcome = node("function main() {}").main(json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some(Value::Null));
}

/// As a function, a constant, or an export; with everything a `CommonJS` file has.
pub async fn javascript_main_is_found_however_it_is_declared(runner: &dyn Runner) {
    let declarations = [
        "function main(a) { return a.n + 1 }",
        "const fs = require('fs'), path = require('path');\nconst main = async (a) => a.n + 1;",
        "'use strict';\nlet process = 1;\nexports.main = (a) => a.n + process;",
        "module.exports = { main: (a) => a.n + 1, file: __filename };",
        "if (require.main === module) throw new Error('run');\nvar main = (a) => a.n + 1;",
    ];
    for code in declarations {
        let outcome = node(code).main(json!({"n": 1})).succeed(runner).await;
        assert_eq!(outcome.result, Some(json!(2)), "{code}");
    }
}

/// As an export of a module, whose ending or whose words say that it is one.
pub async fn javascript_main_can_be_a_module(runner: &dyn Runner) {
    let code = "import { sep } from 'node:path';\nexport const main = async ({ n }) => [n, sep];";
    for path in ["main.mjs", "lib/main.js"] {
        let program = Program::new(Interpreter::Node, path, code);
        let program = program.file("lib/package.json", r#"{"type": "module"}"#);
        let outcome = program.main(json!({"n": 1})).succeed(runner).await;
        assert_eq!(outcome.result, Some(json!([1, "/"])), "{path}");
    }
}

/// Line numbers are the file's, and no frame is ours.
pub async fn javascript_errors_show_the_programs_lines_alone(runner: &dyn Runner) {
    let code =
        "function fail() {\n  throw new TypeError('oops');\n}\nasync function main() { fail() }";
    let outcome = node(code).main(json!({})).end(runner, Status::ProgramError).await;
    let expected =
        "TypeError: oops\n    at fail (/work/main.js:2:9)\n    at main (/work/main.js:4:25)\n";
    assert_eq!(stderr(&outcome), expected);
}

/// As in Python.
pub async fn javascript_that_leaves_early_has_no_result(runner: &dyn Runner) {
    let code = "const main = () => process.exit(0)";
    node(code).main(json!({})).end(runner, Status::NoResult).await;
    let code = "const main = () => new Promise(() => {})";
    let outcome = node(code).main(json!({})).run(runner).await;
    assert_eq!(outcome.result, None);
}

/// Texts as they are, all else as JSON, and nothing evaluated.
pub async fn bash_arguments_are_data(runner: &dyn Runner) {
    let code = r#"printf '%s\n' "$text" "$list" "$number""#;
    let arguments =
        json!({"text": "$(id) `id` \"' \\ \n*", "list": ["a", {"b": null}], "number": 1.5});
    let outcome = bash(code).main(arguments).run(runner).await;
    assert_eq!(stdout(&outcome), "$(id) `id` \"' \\ \n*\n[\"a\",{\"b\":null}]\n1.5\n");
}

/// `main` is called where there is one.
pub async fn bash_returns_what_it_writes_to_descriptor_3(runner: &dyn Runner) {
    let code = r#"main() { printf '{"twice": "%s%s"}' "$word" "$word" >&3; }"#;
    let outcome = bash(code).main(json!({"word": "ab"})).succeed(runner).await;
    assert_eq!(outcome.result, Some(json!({"twice": "abab"})));
    let outcome =
        bash("echo 1 >&3; exit 4").main(json!({})).end(runner, Status::ProgramError).await;
    assert_eq!(outcome.exit_code, Some(4));
}

/// The result has a channel of its own.
pub async fn what_is_printed_is_no_result(runner: &dyn Runner) {
    let code = "def main():\n    print('{\"a\": 1}')\n    return 2";
    let outcome = python(code).main(json!({})).succeed(runner).await;
    assert_eq!(stdout(&outcome), "{\"a\": 1}\n");
    assert_eq!(outcome.result, Some(json!(2)));
}

/// A result is output, too.
pub async fn a_result_above_the_limit_is_too_much_output(runner: &dyn Runner) {
    let program = python("def main():\n    return 'x' * 5000").main(json!({}));
    let outcome = program.limit(|limits| limits.artifact_size = 1000).run(runner).await;
    assert_eq!((outcome.status, outcome.result), (Status::OutputLimit, None));
}

/// TypeScript, as a script and by its `main`, with types in every place; nothing is printed about
/// that. For runners whose Node.js removes types: 22.18 or newer.
pub async fn typescript_is_run_as_it_is(runner: &dyn Runner) {
    let code = "interface Given { n: number }\nimport { sep } from './other.ts';\n\
                export const main = async ({ n }: Given): Promise<string> => `${n + 1}${sep}`;";
    let plain = "const main = ({ n }: { n: number }): string => `${n + 1}/`;";
    for (path, code) in [("main.mts", code), ("main.ts", plain), ("main.cts", plain)] {
        let program = Program::new(Interpreter::Node, path, code);
        let program = program.main(json!({ "n": 1 }));
        let program = program.file("other.ts", "export const sep: string = '/';");
        let outcome = program.succeed(runner).await;
        assert_eq!(outcome.result, Some(json!("2/")), "{path}: {}", story(&outcome));
        assert_eq!(stderr(&outcome), "", "{path}");
    }
    let script =
        "let sum: number = 0;\nfor (const n of [1, 2] as number[]) sum += n!;\nconsole.log(sum);";
    let outcome = Program::new(Interpreter::Node, "main.ts", script).succeed(runner).await;
    assert_eq!((stdout(&outcome).as_str(), stderr(&outcome).as_str()), ("3\n", ""));
}
