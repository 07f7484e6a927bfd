//! What the policy says about facts made by hand.

use std::collections::BTreeSet;
use std::path::Path;

use lazaret_policy::Value;
use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge, judge_with, rules, unit};
use lazaret_policy_network_reach::NetworkReach;

fn text(text: &str) -> Vec<String> {
    rules::<NetworkReach>(unit("python", [Fact::string(text)]))
}

fn call(fact: Fact) -> Vec<String> {
    rules::<NetworkReach>(unit("python", [fact]))
}

#[test]
fn a_metadata_service_is_reported_by_its_addresses_and_names() {
    for host in
        ["169.254.169.254", "100.100.100.200", "[fd00:ec2::254]", "METADATA.google.internal."]
    {
        assert_eq!(text(&format!("http://{host}/x")), ["metadata-service"], "{host}");
    }
    assert_eq!(text("169.254.169.254:80"), ["metadata-service"]);
    assert_eq!(text("http://169.254.169.253/"), [""; 0]);
    assert_eq!(text("see 169.254.169.254"), [""; 0]);
}

#[test]
fn an_address_in_disguise_says_what_it_is() {
    let findings =
        judge::<NetworkReach>(unit("python", [Fact::string("http://0xA9.254.43518:80/")]));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.rule, "hidden-metadata");
    assert!(finding.message.contains("169.254.169.254"), "{}", finding.message);
    assert_eq!(text("http://017700000001/"), ["odd-address"]);
    assert_eq!(text("2130706433"), [""; 0], "a number alone is a number");
}

/// The catalogue says it at the call; a constant that the call is given is the same matter.
#[test]
fn what_the_catalogue_tells_is_not_told_again() {
    let base = "http://169.254.169.254";
    let get = |name: &str| {
        let get = Fact::call(name).literal(format!("{base}/latest"));
        rules::<NetworkReach>(unit("python", [Fact::string(base), get]))
    };
    assert_eq!(get("requests.get"), [""; 0]);
    assert_eq!(get("requests.Session().get"), ["metadata-service"]);
}

#[test]
fn the_calls_that_tell_are_those_of_the_catalogue() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/analysis/catalogue");
    let mut names = BTreeSet::new();
    for language in ["python", "javascript", "bash"] {
        let file = std::fs::read_to_string(catalogue.join(language).join("network.toml")).unwrap();
        let file: toml::Table = toml::from_str(&file).unwrap();
        let id = toml::Value::from(format!("{language}/cloud-metadata"));
        let rules = file["rule"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["id"] == id).unwrap();
        names.extend(
            rule["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()),
        );
    }
    let told: BTreeSet<_> = include_str!("../told.txt").lines().map(str::to_owned).collect();
    assert_eq!(told, names, "`told.txt` has a name a line");
}

#[test]
fn a_socket_below_the_transport_is_reported() {
    let socket = |family: &str, kind: &str| {
        call(Fact::call("socket.socket").computed(family).computed(kind))
    };
    assert_eq!(socket("socket.AF_PACKET", "socket.SOCK_DGRAM"), ["raw-socket"]);
    assert_eq!(socket("AF_INET", "SOCK_RAW | SOCK_CLOEXEC"), ["raw-socket"]);
    assert_eq!(socket("AF_INET", "SOCK_STREAM | SOCK_CLOEXEC"), [""; 0]);
    assert_eq!(socket("AF_PACKET", "socket.SOCK_RAW"), [""; 0], "the catalogue tells it");
    let number = |kind: i32| call(Fact::call("socket.socket").literal(2).literal(kind));
    assert_eq!(
        (number(2051), number(3), number(1)),
        (vec!["raw-socket".to_owned()], vec![], vec![])
    );
}

#[test]
fn a_server_on_all_interfaces_is_reported() {
    let bind = |address: Value| call(Fact::call("socket.socket().bind").literal(address));
    assert_eq!(bind(json!(["", 80])), ["all-interfaces"]);
    assert_eq!(bind(json!(["::", 80, 0, 0])), ["all-interfaces"]);
    assert_eq!(bind(json!(["127.0.0.1", 80])), [""; 0]);
    assert_eq!(bind(json!("/run/shop.socket")), [""; 0]);
    let written = |text: &str| call(Fact::call("socket.socket().bind").computed(text));
    assert_eq!(written("('0.0.0.0', port)"), ["all-interfaces"]);
    assert_eq!(written("(host, port)"), [""; 0]);
    let listen = |host: &str| {
        call(Fact::call("http.createServer().listen").literal(json!({ "host": host })))
    };
    assert_eq!((listen("::").len(), listen("localhost").len()), (1, 0));
}

#[test]
fn the_settings_name_hosts_and_services() {
    let with = |text: &str, settings: Value| {
        let found = judge_with::<NetworkReach>(unit("python", [Fact::string(text)]), settings);
        found.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    let hosts = json!({ "hosts": ["*.example.org", "localhost"] });
    assert_eq!(with("https://shop.EXAMPLE.org/", hosts.clone()), [""; 0]);
    assert_eq!(with("http://localhost:80/", hosts.clone()), [""; 0]);
    assert_eq!(with("https://example.com/", hosts.clone()), ["foreign-host"]);
    assert_eq!(with("https://example.org.example.com/", hosts), ["foreign-host"]);
    assert_eq!(with("https://example.com/", json!({ "hosts": [] })), ["foreign-host"]);
    let own = json!({ "addresses": ["192.0.2.7"] });
    assert_eq!(with("http://192.0.2.7/", own.clone()), ["metadata-service"]);
    assert_eq!(with("http://3221225991/", own), ["hidden-metadata"]);
}
