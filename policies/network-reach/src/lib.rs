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
            .calls(metadata::told())
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

/// Findings of each kind in a file: the host takes a thousand.
const MOST: usize = 300;

/// Reports texts with a URL whose host is none of `hosts`.
fn report_foreign(cx: &Context, hosts: &[String]) {
    let is_foreign = |host: &&str| {
        let host = host.to_ascii_lowercase();
        !hosts.iter().any(|known| pattern::matches(&known.to_ascii_lowercase(), &host))
    };
    let foreign = cx.strings("*").filter_map(|fact| {
        let host = host::of_urls(&fact.name).find(is_foreign)?;
        Some((fact, host))
    });
    for (fact, host) in foreign.take(MOST) {
        cx.report(FOREIGN, fact).message(format!("`{host}` is none of the hosts of the settings"));
    }
}
