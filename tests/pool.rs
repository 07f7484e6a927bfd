//! `lazaret pool`: what a running service says of its queue and its sandboxes.

use crate::support::Place;
use crate::support::service::Service;

/// A runner that makes each sandbox when its job comes.
const PROCESS: &str = "runner = \"process\"";

#[test]
fn the_queue_and_the_pools_of_a_service_are_shown() {
    let place = Place::new();
    let service = Service::start(PROCESS);
    let ran = place.lazaret(&["pool", "--address", &service.address]);
    let expected = "queue: 0 of 4 run, 0 of 64 wait\ninstallers: 0 of 2 run, 0 of 64 wait\nno pools: the runner makes each sandbox when its job comes\n";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected, ""));
    let answer = place.lazaret(&["pool", "--json", "--address", &service.address]).json();
    assert_eq!((&answer["version"], &answer["pools"]), (&1.into(), &serde_json::json!([])));
    assert_eq!(answer["queue"]["places"], 64);
}

#[test]
fn the_address_is_the_services_own_setting() {
    let place = Place::new();
    let service = Service::start(PROCESS);
    place.write(
        ".config/lazaret/lazaret.toml",
        format!("[serve]\nlisten = \"{}\"\n", service.address),
    );
    assert_eq!(place.lazaret(&["pool"]).code, 0);
}

#[test]
fn where_no_service_listens_it_says_what_to_do() {
    // Nobody listens on a port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let ran = Place::new().lazaret(&["pool", "--address", &address]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    for says in [address.as_str(), "Connection refused", "help: start it with `lazaret serve`"] {
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

#[test]
fn something_else_that_listens_is_not_taken_for_the_service() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = std::io::Write::write_all(&mut stream, b"220 mail.example ESMTP\r\n");
    });
    let ran = Place::new().lazaret(&["pool", "--address", &address]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
}
