//! `lazaret doctor`: what a user is told of this machine. What it finds wrong with engines, their own
//! tests show.

use crate::support::{Place, Ran};

/// Nothing is asked of the machine's engine.
const NO_ENGINE: &str = "[docker]\nhosts = [\"unix:///nowhere/docker.sock\"]\n";

fn doctor(configuration: &str, arguments: &[&str]) -> Ran {
    let place = Place::new();
    place.write("my.toml", configuration);
    let mut all = vec!["--config", "my.toml", "doctor"];
    all.extend(arguments);
    place.lazaret(&all)
}

#[test]
fn without_an_engine_programs_still_run_in_processes() {
    let ran = doctor(NO_ENGINE, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "docker");
    assert!(lines[1].starts_with("  fail  engine "), "{}", ran.stdout);
    assert!(lines[1].contains("/nowhere/docker.sock"), "{}", ran.stdout);
    assert!(lines[2].contains("help: install Docker"), "{}", ran.stdout);
    let conclusion =
        "ready: programs run with isolation `process`; `execution.isolation` asks for `process`";
    assert_eq!(lines.last(), Some(&conclusion));
}

#[test]
fn what_is_demanded_and_cannot_be_had_is_no_success() {
    let ran = doctor(&format!("{NO_ENGINE}[execution]\nisolation = \"gvisor\"\n"), &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let conclusion = "not ready: programs could run with isolation `process`, and `execution.isolation` asks for `gvisor`\n";
    assert!(ran.stdout.ends_with(conclusion), "{}", ran.stdout);
}

#[test]
fn a_runner_that_is_not_chosen_is_examined_and_does_not_count() {
    let ran = doctor(&format!("runner = \"docker\"\n{NO_ENGINE}"), &["--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = ran.json();
    assert_eq!((&found["ready"], &found["offered"]), (&false.into(), &serde_json::Value::Null));
    let process = &found["runners"][1];
    assert_eq!((&process["name"], &process["chosen"]), (&"process".into(), &false.into()));
    assert_eq!(process["isolation"], "process");
    let landlock = process["parts"].as_array().unwrap();
    assert!(landlock.iter().any(|part| part["name"] == "landlock"), "{found}");
}

#[test]
fn with_an_engine_and_an_image_programs_run_under_gvisor() {
    let settings =
        "[execution]\nisolation = \"gvisor\"\n[docker.images]\nbash = \"lazaret-base/bash\"\n";
    let ran = doctor(settings, &["--json"]);
    let found = ran.json();
    assert_eq!((ran.code, &found["offered"]), (0, &"gvisor".into()), "{found:#}");
    let help = |part: &&serde_json::Value| part["health"] != "ok" && part["help"].is_null();
    let parts = found["runners"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|runner| runner["parts"].as_array().unwrap());
    assert_eq!(parts.filter(help).count(), 0, "whatever is not well has help: {found:#}");
}

#[test]
fn a_mistake_in_the_configuration_is_told_first() {
    let ran = doctor("[docker]\nruntme = \"runsc\"\n", &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("did you mean `runtime`?"), "{}", ran.stderr);
}
