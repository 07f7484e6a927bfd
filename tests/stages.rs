//! A stage in a process of its own.

use crate::support::{Place, Ran};

/// Checks harmless code with a stage that is this script.
fn check_with(script: &str, table: &str) -> Ran {
    let place = Place::new();
    let stage = place.write("stage.py", script);
    place.write("a.py", "print(1)\n");
    let configuration = format!(
        "pipeline = [\"analysis\", \"mine\"]\n[stages.mine]\ncommand = [\"python3\", \"{}\"]\n{table}\n",
        stage.display()
    );
    place.write("my.toml", configuration);
    place.lazaret(&["--config", "my.toml", "check", "a.py", "--json"])
}

#[test]
fn its_findings_are_findings() {
    let script = "import json, sys\nquestion = json.load(sys.stdin)\nfile = question['files'][0]\nassert file['text'] == 'print(1)\\n', file\njson.dump({'findings': [{'rule': 'no-print', 'severity': 'high', 'message': 'it prints', 'path': file['path'], 'start': 0, 'end': 5}]}, sys.stdout)\n";
    let ran = check_with(script, "");
    let report = ran.json();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(report["findings"][0]["rule"], "mine/no-print");
    assert_eq!(report["findings"][0]["place"]["end_column"], 6);
}

#[track_caller]
fn assert_unknown(ran: &Ran, says: &str) {
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = ran.json();
    assert_eq!(report["verdict"], "unknown");
    assert_eq!(report["unknown"]["stage"], "mine");
    let reason = report["unknown"]["reason"].as_str().unwrap();
    assert!(reason.contains(says), "{reason}");
}

#[test]
fn one_that_fails_answers_nonsense_or_points_outside_is_unknown() {
    assert_unknown(&check_with("raise SystemExit(3)\n", ""), "exit status: 3");
    assert_unknown(&check_with("print('hello')\n", ""), "not what was agreed");
    assert_unknown(
        &check_with("print('{\"findings\": [], \"more\": 1}')\n", ""),
        "not what was agreed",
    );
    let outside = "import json\nprint(json.dumps({'findings': [{'rule': 'r', 'severity': 'low', 'message': 'm', 'path': 'b.py', 'start': 0, 'end': 1}]}))\n";
    assert_unknown(&check_with(outside, ""), "outside the submission");
}

#[test]
fn one_that_takes_too_long_is_ended() {
    let ran = check_with("import time\ntime.sleep(600)\n", "timeout = \"200ms\"");
    assert_unknown(&ran, "longer than 200ms");
}

/// A shell waits for what it has started, and only the shell was ended.
#[test]
fn what_it_has_started_ends_with_it() {
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    let answer = r#"echo '{\"findings\": []}'"#;
    for (script, code) in [("sleep 600 & sleep 600", 3), (answer, 0)] {
        let script =
            format!("sleep 600 >/dev/null & echo $! >{}/pid; {script}", place.path().display());
        place.write(
            "my.toml",
            format!(
                "pipeline = [\"analysis\", \"mine\"]\n[stages.mine]\ncommand = [\"sh\", \"-c\", \"{script}\"]\ntimeout = \"500ms\"\n"
            ),
        );
        let ran = place.lazaret(&["--config", "my.toml", "check", "a.py"]);
        assert_eq!(ran.code, code, "{ran:?}");
        let process = std::fs::read_to_string(place.path().join("pid")).unwrap();
        assert!(ends(process.trim()), "{script}: {process} still runs");
    }
}

/// Whether a process ends within a second. One that nobody waits for is at its end, too.
fn ends(process: &str) -> bool {
    (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
        stat.map_or(true, |stat| stat.contains(") Z "))
    })
}

#[test]
fn one_that_cannot_start_is_unknown() {
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    place.write(
        "my.toml",
        "pipeline = [\"analysis\", \"mine\"]\n[stages.mine]\ncommand = [\"/no/such/program\"]\n",
    );
    assert_unknown(
        &place.lazaret(&["--config", "my.toml", "check", "a.py", "--json"]),
        "does not start",
    );
}

#[test]
fn it_sees_nothing_of_our_environment() {
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    let script =
        place.write("stage.sh", "env | cut -d= -f1 > seen.txt\necho '{\"findings\": []}'\n");
    let command = format!("[\"sh\", \"{}\"]", script.display());
    place.write(
        "my.toml",
        format!("pipeline = [\"analysis\", \"mine\"]\n[stages.mine]\ncommand = {command}\n"),
    );
    let ran = place.lazaret(&["--config", "my.toml", "check", "a.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let seen = std::fs::read_to_string(place.path().join("seen.txt")).unwrap();
    // The shell itself sets the others.
    let ours = seen.lines().filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    assert_eq!(ours.collect::<Vec<_>>(), ["PATH"]);
}

/// Policies judge what the analysis found. Without it they had nothing to say of any file, and the
/// program ran.
#[test]
fn policies_without_an_analysis_decide_nothing() {
    let place = Place::new();
    place.write("a.py", "import os\nos.system(input())\n");
    for pipeline in ["[\"policies\", \"execution\"]", "[\"policies\", \"analysis\", \"execution\"]"]
    {
        place.write("my.toml", format!("pipeline = {pipeline}\nrunner = \"process\"\n"));
        let checked = place.lazaret(&["--config", "my.toml", "check", "a.py"]);
        assert_eq!(checked.code, 3, "{checked:?}");
        assert!(checked.stderr.contains("help: put `analysis` before `policies`"), "{checked:?}");
        assert_eq!(place.lazaret(&["--config", "my.toml", "run", "a.py"]).code, 125);
    }
}
