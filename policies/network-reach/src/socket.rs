//! Sockets that see more than their own packets, and those that everybody can reach.

use lazaret_policy::prelude::*;

use crate::{INTERFACES, RAW};

/// Calls that are given an address as a pair; and which argument it is.
const PAIRS: [(&str, usize); 12] = [
    ("socket.socket().bind", 0),
    ("socket.create_server", 0),
    ("http.server.HTTPServer", 0),
    ("http.server.ThreadingHTTPServer", 0),
    ("socketserver.TCPServer", 0),
    ("socketserver.UDPServer", 0),
    ("socketserver.ThreadingTCPServer", 0),
    ("socketserver.ThreadingUDPServer", 0),
    ("socketserver.ForkingTCPServer", 0),
    ("wsgiref.simple_server.WSGIServer", 0),
    ("xmlrpc.server.SimpleXMLRPCServer", 0),
    ("xmlrpc.server.DocXMLRPCServer", 0),
];

/// Calls that are given a host by its place; by its name, the catalogue tells it.
const HOSTS: [(&str, usize); 3] =
    [("asyncio.start_server", 1), ("wsgiref.simple_server.make_server", 0), ("uvicorn.run", 1)];

/// Servers of JavaScript that are given options.
const SERVERS: [&str; 5] = [
    "net.createServer().listen",
    "http.createServer().listen",
    "https.createServer().listen",
    "tls.createServer().listen",
    "http2.createServer().listen",
];

/// What all interfaces are called.
const ALL: [&str; 4] = ["", "0.0.0.0", "::", "0"];

pub(crate) fn calls() -> impl Iterator<Item = &'static str> {
    let servers = PAIRS.iter().chain(&HOSTS).map(|(name, _)| *name).chain(SERVERS);
    servers.chain(["socket.socket"])
}

pub(crate) fn check(cx: &Context) {
    for call in cx.calls("*") {
        if call.name() == "socket.socket" && sees_all_packets(call) {
            cx.report(RAW, call)
                .message("`socket.socket` opens a socket that sees the packets of all programs");
        }
        if listens_on_all(call) {
            let message =
                format!("`{}` can be reached from every network of the machine", call.name());
            cx.report(INTERFACES, call).message(message);
        }
    }
}

/// Whether it is a socket below the transport. That of `SOCK_RAW` alone, the catalogue tells.
fn sees_all_packets(call: Call<'_>) -> bool {
    let family = call.positional(0).or(call.argument("family"));
    let kind = call.positional(1).or(call.argument("type"));
    let is_told = |text: &str| {
        let is_name =
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
        is_name && (text.ends_with("SOCK_RAW") || text.ends_with("SOCK_PACKET"))
    };
    let number = kind.literal().and_then(|kind| kind.as_u64());
    if is_told(kind.text()) || number == Some(3) {
        return false;
    }
    // The kind is in the lowest four bits; flags are above.
    let has_flags = number.is_some_and(|kind| kind & 0xF == 3) || kind.text().contains("SOCK_RAW");
    has_flags || family.text().ends_with("AF_PACKET") || family.literal() == Some(Value::from(17))
}

fn listens_on_all(call: Call<'_>) -> bool {
    let find = |calls: &[(&str, usize)]| {
        let found = calls.iter().find(|(name, _)| *name == call.name());
        found.map(|(_, place)| call.positional(*place))
    };
    if let Some(address) = find(&PAIRS) {
        return is_all(&first_of(address));
    }
    if let Some(host) = find(&HOSTS) {
        return is_all(&host.literal().unwrap_or_default());
    }
    let options = call.positional(0).literal().unwrap_or_default();
    SERVERS.contains(&call.name()) && is_all(&options["host"])
}

/// The first of a pair; as it is written, where the port is computed.
fn first_of(address: Argument<'_>) -> Value {
    if let Some(pair) = address.literal() {
        return pair.get(0).cloned().unwrap_or_default();
    }
    let first = address.text().strip_prefix('(').and_then(|pair| pair.split(',').next());
    let Some(first) = first.map(str::trim) else { return Value::Null };
    let quoted = ['"', '\''].iter().find_map(|q| first.strip_prefix(*q)?.strip_suffix(*q));
    quoted.map_or(Value::Null, Value::from)
}

fn is_all(host: &Value) -> bool {
    host.as_str().is_some_and(|host| ALL.contains(&host))
}
