//! `lazaret doctor`: what a user is told of this machine. What it finds wrong with engines, their own
//! tests show.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Place, Ran, head};

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
    assert_eq!((&found["ready"], &found["offered"]), (&false.into(), &Value::Null));
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
    let help = |part: &&Value| part["health"] != "ok" && part["help"].is_null();
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

fn part<'a>(found: &'a Value, list: &'a Value, name: &str) -> &'a Value {
    let parts = list.as_array().unwrap();
    let part = parts.iter().find(|part| part["name"] == name);
    part.unwrap_or_else(|| panic!("no {name} in {found:#}"))
}

/// Of each interpreter, what is said of its packages.
fn trials(ran: &Ran, runner: &str) -> Vec<(String, String)> {
    let found = ran.json();
    let runners = found["runners"].as_array().unwrap();
    let runner = runners.iter().find(|each| each["name"] == runner).unwrap();
    let parts = ["packages for python", "packages for node"];
    let parts = parts.map(|name| part(&found, &runner["parts"], name));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    parts.map(|part| (text(&part["health"]), text(&part["found"]))).into()
}

/// An index without packages, for those who name themselves `me` with the password `PASS`.
struct Index {
    host: String,
    is_over: Arc<AtomicBool>,
}

impl Index {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                let _ = Self::answer(stream);
            }
        });
        Self { host, is_over }
    }

    fn answer(mut stream: TcpStream) -> std::io::Result<()> {
        let head = head(&stream)?;
        let is_known =
            head.iter().any(|line| line.to_lowercase() == "authorization: basic bwu6ueftuw==");
        let status = if is_known { "404 Not Found" } else { "401 Unauthorized" };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }
}

/// Nobody listens any more.
impl Drop for Index {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.host);
    }
}

/// A sandbox that installs has this machine's network, where there is no engine.
#[test]
fn whether_an_installation_reaches_its_index_is_tried() {
    let index = Index::start();
    let host = index.host.clone();
    let address = format!("index = \"http://me:PASS@{host}/simple\"\n");
    let settings =
        format!("{NO_ENGINE}[dependencies.python]\n{address}[dependencies.node]\n{address}");
    let ran = doctor(&settings, &["--json"]);
    let reached = ("ok".to_owned(), format!("an installation reaches {host}"));
    assert_eq!(trials(&ran, "process"), [reached.clone(), reached], "{ran:?}");
    let stranger = settings.replace("PASS", "PASSED");
    for (health, told) in trials(&doctor(&stranger, &["--json"]), "process") {
        assert!(health == "warn" && told.contains("does not let us in"), "{told}");
    }
    drop(index);
    let ran = doctor(&settings, &["--json"]);
    for (health, told) in trials(&ran, "process") {
        assert!(health == "warn" && told.contains("the index cannot be reached"), "{told}");
    }
    assert_eq!(ran.code, 0, "programs without packages run: {ran:?}");
    assert!(ran.stdout.contains("look at `dependencies.python.index`"), "{ran:?}");
    assert!(!ran.stdout.contains("PASS") && !ran.stderr.contains("PASS"), "{ran:?}");
}

/// The builds of gVisor that the tests have reach no network by themselves.
#[test]
fn an_old_gvisor_needs_a_runtime_of_its_own_for_installations() {
    let settings = "runner = \"docker\"\n[docker.images]\npython = \"lazaret-base/python\"\n\
                    node = \"lazaret-base/node\"\nbash = \"lazaret-base/bash\"\n\
                    [docker.install]\nnetwork = \"lazaret-install\"\n";
    let ran = doctor(settings, &["--json"]);
    assert!(trials(&ran, "docker").iter().all(|(health, _)| health == "warn"), "{ran:?}");
    assert!(ran.stdout.contains("registered with --network=host"), "{ran:?}");
    let own = format!("{settings}runtime = \"runsc-network\"\n");
    let ran = doctor(&own, &["--json"]);
    let reached = |host| ("ok".to_owned(), format!("an installation reaches {host}"));
    let hosts = ["pypi.org", "registry.npmjs.org"];
    assert_eq!(trials(&ran, "docker"), hosts.map(reached), "{ran:?}");
}

#[test]
fn the_cache_of_packages_is_looked_at_and_not_made() {
    let place = Place::new();
    let folder = place.path().join("packages");
    let settings = format!("{NO_ENGINE}[dependencies]\ncache = {folder:?}\n");
    let cache = |settings: &str| {
        let found = doctor(settings, &["--json"]).json();
        part(&found, &found["packages"], "cache").clone()
    };
    let part = cache(&settings);
    assert_eq!(part["health"], "ok", "{part}");
    assert!(part["found"].as_str().unwrap().contains(folder.to_str().unwrap()), "{part}");
    assert!(!folder.exists());
    let part = cache(&format!("{settings}size = \"4000TiB\"\n"));
    assert_eq!(part["health"], "warn", "{part}");
    std::fs::create_dir(&folder).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&folder, mode).unwrap();
    let part = cache(&settings);
    assert_eq!(part["health"], "fail", "{part}");
    assert!(part["help"].as_str().unwrap().contains("dependencies.cache"), "{part}");
    let without = "pipeline = [\"analysis\", \"execution\"]\n";
    let found = doctor(&format!("{without}{settings}"), &["--json"]).json();
    assert_eq!(found["packages"], serde_json::json!([]), "nothing is installed: {found:#}");
}
