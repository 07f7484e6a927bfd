//! `lazaret serve`: the same pipeline and the same report, over HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::schema::assert_kept;
use crate::support::service::{Service, answer};
use crate::support::within;

/// The processes below `parent`, which are the sandboxes of a service.
fn below(parent: u32) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent_of(pid)?)))
        .collect();
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(processes.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

/// The parent of a process that still runs; a zombie runs no more.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; what follows it are words.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    let state = words.next()?;
    let parent = words.next()?.parse().ok()?;
    (state != "Z").then_some(parent)
}

fn all_gone(pids: &[u32]) -> bool {
    pids.iter().all(|pid| parent_of(*pid).is_none())
}

fn eventually(condition: impl Fn() -> bool) -> bool {
    within(Duration::from_secs(10), condition)
}

/// Every run would be refused.
#[test]
fn with_less_isolation_than_is_demanded_it_is_not_ready() {
    let service = Service::start("runner = \"process\"\nexecution.isolation = \"gvisor\"\n");
    let (status, reason) = service.request("GET", "/readyz", "");
    assert_eq!(status, 503);
    assert!(
        reason.contains("isolates as process") && reason.contains("demands gvisor"),
        "{reason}"
    );
}

/// What is sent along as a manifest says what the program needs.
#[test]
fn a_manifest_that_is_sent_along_is_judged() {
    let service = Service::start("");
    let program = json!({
        "language": "python", "code": "print('it ran')\n",
        "files": [{"path": "requirements.txt", "text": "numpy\nreqeusts\n"}],
    });
    for door in ["/v1/check", "/v1/run"] {
        let (status, report) = service.post(door, &program);
        assert_eq!((status, &report["verdict"]), (200, &json!("deny")), "{report}");
        let finding = &report["findings"][0];
        assert_eq!(finding["rule"], "dependencies/typosquat", "{report}");
        let place = &finding["place"];
        let place = (&place["path"], &place["start_line"]);
        assert_eq!(place, (&json!("requirements.txt"), &json!(2)), "{report}");
        assert_eq!(report["outcome"], Value::Null, "{report}");
    }
}

#[test]
fn it_checks_and_runs_and_says_that_it_is_ready() {
    let service = Service::start("");
    assert_eq!(service.request("GET", "/livez", ""), (200, "ok\n".into()));
    assert_eq!(service.request("GET", "/readyz", ""), (200, "ready, isolation: process\n".into()));

    let dangerous = json!({"language": "python", "code": "eval(input())\n"});
    let (status, report) = service.post("/v1/check", &dangerous);
    assert_eq!((status, &report["verdict"]), (200, &json!("deny")), "{report}");
    let (status, report) = service.post("/v1/run", &dangerous);
    assert_eq!((status, &report["outcome"]), (200, &Value::Null), "{report}");

    let program = json!({
        "path": "sum.py", "code": "import helper\ndef main(n):\n    return helper.add(n, 2)\n",
        "files": [{"path": "helper.py", "text": "def add(a, b): return a + b\n"}],
        "arguments": {"n": 40}
    });
    let (status, report) = service.post("/v1/run", &program);
    assert_eq!((status, &report["outcome"]["result"]), (200, &json!(42)), "{report}");
}

/// Many at once are one installation; what nobody could install is the caller's mistake, and an index that
/// is down is not.
#[test]
fn programs_have_the_packages_that_they_import() {
    let cache = tempfile::tempdir().unwrap();
    let table = format!("[dependencies]\ncache = \"{}\"\n", cache.path().display());
    let service = Service::start(&format!("runner = \"process\"\n{table}"));
    let code = "import six\ndef main():\n    return six.PY3\n";
    let program = json!({"path": "a.py", "code": code, "arguments": {}});
    std::thread::scope(|scope| {
        let post = || service.post("/v1/run", &program);
        let all: Vec<_> = (0..8).map(|_| scope.spawn(post)).collect();
        for answer in all {
            let (status, report) = answer.join().unwrap();
            assert_eq!((status, &report["outcome"]["result"]), (200, &json!(true)), "{report}");
        }
    });
    let installed = std::fs::read_dir(cache.path().join("sets")).unwrap().count();
    assert_eq!(installed, 2, "that of six, and that of uv");
    let asks = |language: &str, package: &str| json!({"language": language, "code": "", "dependencies": [package]});
    for (language, package) in
        [("python", "lazaret-no-such-package"), ("python", "-r a"), ("bash", "six")]
    {
        let (status, report) = service.post("/v1/run", &asks(language, package));
        assert_eq!(status, 422, "{report}");
    }
    let down = "[dependencies.python]\nindex = \"http://127.0.0.1:9/simple\"\n";
    let service = Service::start(&format!("runner = \"process\"\n{table}{down}"));
    let (status, report) = service.post("/v1/run", &asks("python", "six"));
    assert_eq!(status, 503, "{report}");
}

/// From the installer's first word to the report, which is the one that is answered otherwise.
#[test]
fn what_happens_is_told_to_whoever_asks_for_events() {
    let cache = tempfile::tempdir().unwrap();
    let table = format!("[dependencies]\ncache = \"{}\"\n", cache.path().display());
    let service = Service::start(&format!("runner = \"process\"\n{table}"));
    let code = "import six, sys\nprint('\u{e4}', file=sys.stderr)\ndef main(): return six.PY3\n";
    let program = json!({"path": "a.py", "code": code, "arguments": {}});
    let events: Vec<Value> = service.listen(&program).collect();
    for event in &events {
        assert_kept("events.v1.json", event);
    }
    let of_kind = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect();
    let installing: Vec<&Value> = of_kind("installing");
    assert!(installing.iter().any(|event| event["message"] == "Resolving"), "{installing:?}");
    let compiling = json!({"event": "installing", "message": "Compiling", "percent": 0});
    assert_eq!(installing.last(), Some(&&compiling));
    let printed: Vec<&Value> = of_kind("stderr");
    assert_eq!(printed, [&json!({"event": "stderr", "text": "\u{e4}\n", "base64": null})]);
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["status"]), (&json!("report"), &json!(200)), "{last}");
    assert_kept("report.v1.json", &last["report"]);
    assert_eq!(last["report"]["outcome"]["result"], true, "{last}");
    assert_eq!(last["report"]["outcome"]["stderr"]["text"], "\u{e4}\n", "{last}");
    for refused in ["text/event-stream;q=0", "text/event-streams", "application/json"] {
        let (status, report) = answer(service.send_with(
            Some(&format!("Accept: {refused}")),
            "POST",
            "/v1/run",
            &program.to_string(),
        ));
        assert!(status == 200 && report.starts_with("{\"version\":1"), "{refused}: {report}");
    }
    let unknown = json!({"language": "python", "code": "", "dependencies": ["lazaret-no-such"]});
    let last = service.listen(&unknown).last().unwrap();
    assert_eq!((&last["status"], &last["report"]["verdict"]), (&json!(422), &json!("unknown")));
}

/// Whoever listens to a program that prints for long, and goes away, ends it.
#[test]
fn a_listener_that_goes_away_ends_its_program() {
    let service = Service::start("runner = \"process\"\n");
    let code = "while True:\n    print('more', flush=True)\n";
    let mut events = service.listen(&json!({"path": "a.py", "code": code}));
    assert_eq!(events.next().unwrap()["event"], "stdout");
    assert_eq!(service.queue(), (1, 0));
    drop(events);
    assert!(eventually(|| service.queue() == (0, 0)));
}

/// More is printed than all buffers on the way have room for.
#[test]
fn a_listener_that_does_not_read_holds_no_turn() {
    let more = "[execution]\noutput = \"32MiB\"\n[serve]\nreceive = \"1s\"\n";
    let service = Service::start(&format!("runner = \"process\"\n{more}"));
    let code = "while True:\n    print('more' * 1000)\n";
    let limits = json!({"timeout": "2s"});
    let events = service.listen(&json!({"path": "a.py", "code": code, "limits": limits}));
    assert!(eventually(|| service.queue() == (1, 0)), "it never ran");
    assert!(eventually(|| service.queue() == (0, 0)), "it still runs");
    // Whatever was not told, that has all of it.
    let events: Vec<Value> = events.collect();
    let (last, others) = events.split_last().unwrap();
    assert_eq!(last["event"], "report");
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    let printed = length(&last["report"]["outcome"]["stdout"]["text"]);
    let told: usize = others.iter().map(|event| length(&event["text"])).sum();
    assert!(printed > 0 && told <= printed, "{told} of {printed}");
}

#[test]
fn wrong_requests_say_what_is_wrong() {
    let service = Service::start("[serve]\nbody = \"64KiB\"\n");
    let wrong = [
        (json!({"code": "print(1)"}), "language"),
        (json!({"language": "cobol", "code": ""}), "cobol"),
        (json!({"language": "python"}), "code"),
        (json!({"language": "python", "code": "", "cod": ""}), "cod"),
        (
            json!({"language": "python", "code": "", "limits": {"timeout": "0s"}}),
            "greater than zero",
        ),
        (json!({"language": "python", "code": "", "files": [{"path": "a"}]}), "base64"),
        (
            json!({"language": "python", "code": "", "files": [{"path": "a", "base64": "?"}]}),
            "Base64",
        ),
    ];
    for (body, says) in wrong {
        let (status, answer) = service.post("/v1/run", &body);
        assert_eq!(status, 422, "{body}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(says), "{answer}");
    }
    assert_eq!(service.post("/v1/run", &json!({"code": "x".repeat(100_000)})).0, 413);
    assert_eq!(service.request("GET", "/v1/run", "").0, 405);
    assert_eq!(service.request("GET", "/nowhere", "").0, 404);
}

#[test]
fn a_web_page_cannot_use_it() {
    let service = Service::start("");
    for headers in
        ["Content-Type: text/plain", "Content-Type: application/json\r\nOrigin: http://a.example"]
    {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        let head =
            "POST /v1/run HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2";
        write!(stream, "{head}\r\n{headers}\r\n\r\n{{}}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 4") && !answer.starts_with("HTTP/1.1 422"),
            "{answer}"
        );
    }
}

#[test]
fn a_path_that_leaves_the_work_directory_is_not_run() {
    let service = Service::start("");
    for path in ["../a.py", "/etc/a.py", "a/../../b.py", ""] {
        let (status, report) = service
            .post("/v1/run", &json!({"language": "python", "path": path, "code": "print(1)"}));
        assert_eq!(status, 422, "{path}: {report}");
        assert_eq!(report["outcome"], Value::Null, "{path}: {report}");
        assert_eq!(report["verdict"], "unknown", "{path}: {status} {report}");
    }
}

#[test]
fn what_no_sandbox_could_hold_is_the_callers_mistake() {
    let service = Service::start("");
    let many: Vec<Value> =
        (0..20_000).map(|name| json!({"path": name.to_string(), "text": ""})).collect();
    for (part, value, says) in [
        ("environment", json!({"UID": "0"}), "bash cannot set"),
        ("environment", json!({"LONG": "x".repeat(200_000)}), "too long"),
        ("files", json!([{"path": "x".repeat(256), "text": ""}]), "too long"),
        ("files", Value::Array(many), "files and directories"),
    ] {
        let mut body = json!({"language": "bash", "code": "echo hi"});
        body[part] = value;
        let (status, report) = service.post("/v1/run", &body);
        let reason = report["unknown"]["reason"].to_string();
        assert!(status == 422 && reason.contains(says), "{part}: {status} {reason}");
    }
}

#[test]
fn a_check_does_not_wait_behind_programs_that_run() {
    let service = Service::start("[serve.queue]\nconcurrent = 1\nwaiting = 1\n");
    let slow = json!({"language": "python", "code": "import time\ntime.sleep(8)\n"}).to_string();
    let _running = service.send("POST", "/v1/run", &slow);
    let _waiting = service.send("POST", "/v1/run", &slow);
    assert!(eventually(|| service.queue() == (1, 1)), "one runs and one waits");
    let quick = json!({"language": "python", "code": "print(1)"});
    assert_eq!(service.post("/v1/run", &quick).0, 503);
    assert_eq!(service.post("/v1/check", &quick).0, 200);
}

/// A program that runs for longer than any test, and the processes of its sandbox.
fn start_slow_program(service: &Service) -> (TcpStream, Vec<u32>) {
    let slow = json!({"language": "python", "code": "import time\ntime.sleep(9)\n"});
    let caller = service.send("POST", "/v1/run", &slow.to_string());
    let sandbox = || below(service.child.id());
    assert!(eventually(|| sandbox().len() >= 2), "the program runs");
    (caller, sandbox())
}

#[test]
fn a_caller_that_goes_away_ends_its_program() {
    let service = Service::start("");
    let (caller, sandbox) = start_slow_program(&service);
    drop(caller);
    assert!(eventually(|| all_gone(&sandbox)), "the program is gone");
}

#[test]
fn a_stopped_service_leaves_nothing_behind() {
    let mut service = Service::start("[serve]\ndrain = \"200ms\"\n");
    let (_caller, sandbox) = start_slow_program(&service);
    assert_eq!(service.terminate(), 0);
    assert!(eventually(|| all_gone(&sandbox)), "the program is gone");
}

#[test]
fn a_killed_service_leaves_nothing_behind() {
    let mut service = Service::start("");
    let (_caller, sandbox) = start_slow_program(&service);
    service.child.kill().unwrap();
    assert!(eventually(|| all_gone(&sandbox)), "the program is gone");
}

/// Programs say when they began; all sandboxes share this machine's clock.
#[test]
fn a_flood_of_one_tenant_delays_another_by_one_program() {
    let service = Service::start("[serve.queue]\nconcurrent = 1\n");
    let slow = json!({"language": "python", "code": "import time\ntime.sleep(3)\n"}).to_string();
    let _running = service.send_for("a", "POST", "/v1/run", &slow);
    assert!(eventually(|| service.queue() == (1, 0)), "it runs");
    let code = "import time\ndef main(): return time.monotonic_ns()\n";
    let quick = json!({"language": "python", "code": code, "arguments": {}}).to_string();
    let mut callers = Vec::new();
    for (tenant, waiting) in ["a", "a", "a", "a", "b"].into_iter().zip(1..) {
        callers.push(service.send_for(tenant, "POST", "/v1/run", &quick));
        assert!(eventually(|| service.queue() == (1, waiting)), "it waits");
    }
    let mut begun = Vec::new();
    for (caller, name) in callers.into_iter().zip(["a1", "a2", "a3", "a4", "b1"]) {
        let report: Value = serde_json::from_str(&answer(caller).1).unwrap();
        begun.push((report["outcome"]["result"].as_u64().expect("a time"), name));
    }
    begun.sort_unstable();
    let order = begun.into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(order, ["a1", "b1", "a2", "a3", "a4"]);
}

#[test]
fn nobody_waits_for_a_turn_for_longer_than_may() {
    let service = Service::start("[serve.queue]\nconcurrent = 1\npatience = \"300ms\"\n");
    let (_caller, _) = start_slow_program(&service);
    let quick = json!({"language": "python", "code": "print(1)"});
    let (status, report) = service.post("/v1/run", &quick);
    assert_eq!(status, 503, "{report}");
    let reason = report["unknown"]["reason"].to_string();
    assert!(reason.contains("its turn did not come within 300ms"), "{report}");
}

#[test]
fn a_tenant_has_one_name_of_a_sensible_length() {
    let service = Service::start("");
    let program = json!({"language": "bash", "code": "echo hi"}).to_string();
    let send = |tenant: &str| answer(service.send_for(tenant, "POST", "/v1/run", &program)).0;
    assert_eq!(send("a"), 200);
    for wrong in ["a\r\nX-Lazaret-Tenant: b", "\u{e9}", &"a".repeat(129)] {
        assert_eq!(send(wrong), 422, "{wrong:?}");
    }
}

#[test]
fn a_slow_caller_is_not_waited_for() {
    let service = Service::start("[serve]\nreceive = \"300ms\"\n");
    let mut head = TcpStream::connect(&service.address).unwrap();
    head.write_all(b"POST /v1/run HTTP/1.1\r\nHost: a\r\n").unwrap();
    assert_ne!(answer(head).0, 200, "the connection ends");
    let mut body = TcpStream::connect(&service.address).unwrap();
    let whole = "POST /v1/run HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    body.write_all(whole.as_bytes()).unwrap();
    let (status, said) = answer(body);
    assert_eq!(status, 408, "{said}");
    assert!(said.contains("did not come within 300ms"), "{said}");
}

#[test]
fn a_service_that_stops_sends_away_who_waits() {
    let mut service = Service::start("[serve.queue]\nconcurrent = 1\n");
    let brief = json!({"language": "python", "code": "import time\ntime.sleep(2)\n"}).to_string();
    let running = service.send("POST", "/v1/run", &brief);
    assert!(eventually(|| service.queue() == (1, 0)), "it runs");
    let waiting = service.send("POST", "/v1/run", &brief);
    assert!(eventually(|| service.queue() == (1, 1)), "it waits");
    service.tell_to_stop();
    let (status, report) = answer(waiting);
    assert_eq!(status, 503, "{report}");
    assert!(report.contains("the runner is closing"), "{report}");
    assert_eq!(answer(running).0, 200, "what runs is given time");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_what_runs() {
    let mut service = Service::start("[serve]\ndrain = \"10m\"\n");
    let (_caller, sandbox) = start_slow_program(&service);
    service.tell_to_stop();
    assert!(eventually(|| TcpStream::connect(&service.address).is_err()), "it takes nobody");
    assert!(service.child.try_wait().unwrap().is_none(), "it waits for the program");
    service.tell_to_stop();
    assert!(eventually(|| all_gone(&sandbox)), "the program is gone");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}
