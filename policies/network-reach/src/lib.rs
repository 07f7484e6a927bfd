//! Addresses that code reaches, and sockets that it opens.
//!
//! A table of names can say that `requests.get` talks to another machine. Which one, the address says,
//! and there are a dozen ways to write the one that gives away a machine's credentials. What a socket
//! sees, and who can reach it, its arguments say.

use lazaret_policy::pattern;
use lazaret_policy::prelude::*;

mod address;
mod host;
mod letters;
mod metadata;
mod socket;
mod told;

use host::Host;

/// The policy. Its rules are explained in README.md.
#[policy]
#[derive(Default)]
pub struct NetworkReach {
    /// The hosts that code may name in URLs; a `*` stands for any characters. Without it, every host may
    /// be named.
    #[schemars(inner(length(min = 1)))]
    hosts: Option<Vec<String>>,
    /// Addresses of metadata services of your own, beside those that are known.
    #[schemars(inner(length(min = 2)))]
    addresses: Vec<String>,
}

impl Policy for NetworkReach {
    fn manifest() -> Manifest {
        Manifest::new("network-reach", env!("CARGO_PKG_VERSION"))
            .summary("addresses that code reaches, and sockets that it opens")
            .license("Apache-2.0 OR MIT")
            .strings(metadata::STRINGS)
            .calls(told::calls().iter().map(String::as_str))
            .calls(socket::calls())
            .rule(
                Rule::new(HIDDEN, Severity::High, "the address of a metadata service is disguised")
                    .help("nobody writes it so but to get past a filter; look at who wrote this")
                    .cwe(918),
            )
            .rule(
                Rule::new(METADATA, Severity::Medium, "a cloud's metadata service is named")
                    .help("give the program credentials of its own, with less power")
                    .cwe(918),
            )
            .rule(
                Rule::new(ODD, Severity::Medium, "an address is written so that few would read it")
                    .help("write it as four decimal numbers")
                    .cwe(918),
            )
            .rule(
                Rule::new(RAW, Severity::High, "a socket sees the packets of all programs")
                    .help("open a socket of TCP or UDP"),
            )
            .rule(
                Rule::new(
                    INTERFACES,
                    Severity::Medium,
                    "a server can be reached from every network",
                )
                .help("listen on `127.0.0.1`, and let a proxy do the rest")
                .cwe(605),
            )
            .rule(
                Rule::new(FOREIGN, Severity::Medium, "a URL names a host that the settings do not")
                    .help("add the host to the policy's `hosts`, or leave it alone"),
            )
    }

    fn check(&self, cx: &mut Context) {
        metadata::check(cx, &self.addresses);
        socket::check(cx);
        if let Some(hosts) = &self.hosts {
            report_foreign(cx, hosts);
        }
    }
}

const HIDDEN: &str = "hidden-metadata";
const METADATA: &str = "metadata-service";
const ODD: &str = "odd-address";
const RAW: &str = "raw-socket";
const INTERFACES: &str = "all-interfaces";
const FOREIGN: &str = "foreign-host";

/// Reports texts with a URL whose host is none of `hosts`.
fn report_foreign(cx: &Context, hosts: &[String]) {
    let known: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
    let is_foreign = |host: &Host| {
        let host = address::folded(&host.name);
        !known.iter().any(|known| pattern::matches(known, &host))
    };
    for fact in cx.strings("*") {
        if let Some(host) = host::of_urls(&fact.name).into_iter().find(is_foreign) {
            let message = format!("`{}` is none of the hosts of the settings", host.name);
            cx.report(FOREIGN, fact).message(message);
        }
    }
}
