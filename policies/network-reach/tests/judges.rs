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

/// The catalogue looks at how the first argument begins. What begins otherwise it does not tell.
#[test]
fn what_the_catalogue_does_not_tell_at_its_calls_is_told() {
    for url in [
        "https://169.254.169.254/x",
        "http://u@169.254.169.254/x",
        "http://METADATA.GOOGLE.INTERNAL/computeMetadata/v1/",
        "http://168.63.129.16/machine",
        "http://instance-data.ec2.internal/latest",
    ] {
        let get = Fact::call("requests.get").literal(url);
        let found = rules::<NetworkReach>(unit("python", [Fact::string(url), get]));
        assert_eq!(found, ["metadata-service"], "{url}");
    }
    let url = "http://169.254.169.254/x";
    let request = Fact::call("requests.request").literal("GET").literal(url);
    let found = rules::<NetworkReach>(unit("python", [Fact::string(url), request]));
    assert_eq!(found, ["metadata-service"], "it is the second argument");
}

#[test]
fn what_is_taken_from_the_catalogue_is_still_there() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/analysis/catalogue");
    let told: Value = lazaret_policy::serde_json::from_str(include_str!("../told.json")).unwrap();
    let languages = ["python", "javascript", "bash"];
    for (language, told) in languages.iter().zip(told.as_array().unwrap()) {
        let file = std::fs::read_to_string(catalogue.join(language).join("network.toml")).unwrap();
        let file: toml::Table = toml::from_str(&file).unwrap();
        let id = toml::Value::from(told["rule"].as_str().unwrap());
        assert_eq!(id.as_str(), Some(format!("{language}/cloud-metadata").as_str()));
        let rule = file["rule"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap();
        let when = &rule["when"][0];
        let begins = when.get("begins").or(when.get("operand")).unwrap();
        let text = |value: &toml::Value| value.as_str().unwrap().trim_end_matches('*').to_owned();
        let texts = |list: &toml::Value| list.as_array().unwrap().iter().map(text).collect();
        let expected: [BTreeSet<String>; 2] = [texts(begins), texts(&rule["names"])];
        let list = |key: &str| told[key].as_array().unwrap().iter();
        let text = |text: &Value| text.as_str().unwrap().to_owned();
        let known = |key: &str| list(key).map(text).collect::<BTreeSet<_>>();
        assert_eq!([known("begins"), known("names")], expected, "{language}");
    }
}

/// Each is 169.254.169.254 for `new URL(…).host` of Node.
#[test]
fn an_address_is_found_however_the_url_is_written() {
    for url in [
        "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
        "http://169.254.169\t.254/",
        "http://169.254.169.2\u{AD}54/",
        "http:\\\\2852039166/",
        "http://it's@2852039166/",
        "http://example.org:80/ http://2852039166/",
        "http://127.1/ http://2852039166/",
        "http://169.254.169.254/?next=http://2852039166/",
    ] {
        assert_eq!(text(url), ["hidden-metadata"], "{url:?}");
    }
    for url in ["http:169.254.169.254/", "http:/169.254.169.254/", "HTTP:\\169.254.169.254"] {
        assert_eq!(text(url), ["metadata-service"], "{url:?}");
    }
    for text_without in ["http:8080", "http://10.0.0.1\n2. Then go on", "https:/x", "a: 169.254.1"]
    {
        assert_eq!(text(text_without), [""; 0], "{text_without:?}");
    }
}

#[test]
fn a_host_by_itself_is_found() {
    for host in
        ["::ffff:a9fe:a9fe", "::FFFF:169.254.169.254", "[64:FF9B::a9fe:a9fe]", "①⑥⑨.254.169.254"]
    {
        assert_eq!(text(host), ["hidden-metadata"], "{host}");
    }
    for host in ["instance-data.ec2.internal", "fd00:ec2:0::254", "[FD00:ec2::254]"] {
        assert_eq!(text(host), ["metadata-service"], "{host}");
    }
    assert_eq!(text("http://ｍetadata.google%2Einternal/"), ["hidden-metadata"]);
    for host in ["metadata", "instance-data", "fd: 1", "2549fe", "::1"] {
        assert_eq!(text(host), [""; 0], "{host}");
    }
    assert_eq!(text("http://metadata/computeMetadata/v1/"), ["metadata-service"]);
}

/// A constant that is told says nothing of another address that begins like it.
#[test]
fn what_only_begins_like_a_constant_is_told() {
    let texts =
        ["http://169.254.169.254", "http://169.254.169.254.nip.io/", "http://169.254.169.254/x"];
    let found = rules::<NetworkReach>(unit("python", texts.map(Fact::string)));
    assert_eq!(found, ["metadata-service", "hidden-metadata"]);
}

/// Twenty thousand calls took more steps than a policy has.
#[test]
fn many_calls_are_judged_in_time() {
    let url = |row: usize| format!("http://169.254.169.254/{row:05}");
    let calls = (0..20_000).map(|row| Fact::call("requests.get").literal(url(row)));
    let texts = (0..20_000).map(|row| Fact::string(&url(row)));
    assert_eq!(rules::<NetworkReach>(unit("python", texts.clone().chain(calls))), [""; 0]);
    let found = judge::<NetworkReach>(unit("python", texts));
    assert_eq!(found.len(), 1_000);
    assert!(found[999].message.ends_with("findings of this file that are left out: 19000"));
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
