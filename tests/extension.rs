//! A program that adds a stage and a runner of its own to Lazaret.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{Place, finish, root};

fn build() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "-p",
            "lazaret-example-extension",
            "--message-format=json",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = String::from_utf8_lossy(&built.stdout).into_owned();
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "lazaret-example-extension")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.expect("the example is a program")
}

#[test]
fn its_stage_and_its_runner_can_be_named_in_the_configuration() {
    let program = build();
    let place = Place::new();
    place.write("a.py", "print(1)\nprint(2)\n");
    let configuration = |lines: u32| {
        format!(
            "pipeline = [\"analysis\", \"length\", \"execution\"]\nrunner = \"rehearsal\"\n[length]\nlines = {lines}\n"
        )
    };
    let run = |lines| {
        place.write("my.toml", configuration(lines));
        finish(
            Command::new(&program)
                .current_dir(place.path())
                .args(["--config", "my.toml", "run", "a.py"]),
            b"",
        )
    };
    let ran = run(2);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "would run a.py with python\n"), "{ran:?}");
    let ran = run(1);
    assert_eq!(ran.code, 125, "{ran:?}");
    assert!(ran.stderr.contains("too long"), "{}", ran.stderr);
}
