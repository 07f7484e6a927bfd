//! The services that tell a machine in a cloud who it is, and give it the credentials of its role.

use std::net::IpAddr;

use lazaret_policy::prelude::*;

use crate::address::{Address, address};
use crate::host;
use crate::{HIDDEN, METADATA, MOST, ODD};

/// Addresses of AWS, Google, Azure, Oracle and others; of tasks and pods of AWS; of Alibaba; of Azure's
/// host; and of AWS and Google in IPv6.
const ADDRESSES: [&str; 8] = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
];

/// Names of the same.
const NAMES: [&str; 5] = [
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "instance-data.ec2.internal",
];

/// The calls at which the catalogue tells that metadata are asked for: a name a line. A test compares
/// them with the catalogue.
const TOLD: &str = include_str!("../told.txt");

/// What the policy asks the analysis for: texts that can have such an address or any URL in them.
pub(crate) const STRINGS: [&str; 11] = [
    "*://*",
    "*169.*",
    "*100.100.*",
    "*168.63.*",
    "*0xa9*",
    "*0xA9*",
    "*0XA9*",
    "0251.*",
    "2852039*",
    "fd*::*",
    "metadata.*",
];

pub(crate) fn told() -> impl Iterator<Item = &'static str> {
    TOLD.lines()
}

pub(crate) fn check(cx: &Context, addresses: &[String]) {
    let told = texts_told(cx);
    let judged = cx.strings("*").filter_map(|fact| {
        let hosts = host::of_urls(&fact.name).map(|host| (host, true));
        let alone = host::alone(&fact.name).map(|host| (host, false));
        let judged =
            hosts.chain(alone).find_map(|(host, in_url)| judge(host, in_url, addresses))?;
        let is_told =
            judged.rule == METADATA && told.iter().any(|told| told.starts_with(fact.name.as_str()));
        (!is_told).then_some((fact, judged))
    });
    let mut known: Vec<&str> = Vec::new();
    for (fact, Judged { rule, message }) in judged.take(MOST) {
        // What begins with a constant that was told is made of it.
        if !known.iter().any(|known| fact.name != *known && fact.name.starts_with(known)) {
            cx.report(rule, fact).message(message);
            known.push(&fact.name);
        }
    }
}

struct Judged {
    rule: &'static str,
    message: String,
}

fn judge(host: &str, in_url: bool, addresses: &[String]) -> Option<Judged> {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if NAMES.contains(&name.as_str()) {
        return Some(plain(host));
    }
    let Address { ip, is_plain } = address(host)?;
    if is_metadata(ip, addresses) {
        return Some(if is_plain { plain(host) } else { hidden(host, ip) });
    }
    // A number alone is a number.
    (in_url && !is_plain && ip.is_ipv4()).then(|| Judged {
        rule: ODD,
        message: format!("`{host}` is {ip}, written so that few would read it"),
    })
}

fn plain(host: &str) -> Judged {
    let message = format!("`{host}` gives the credentials of the machine's role in its cloud");
    Judged { rule: METADATA, message }
}

fn hidden(host: &str, ip: IpAddr) -> Judged {
    let message = format!(
        "`{host}` is {ip}, the cloud's metadata service, written so that few would read it"
    );
    Judged { rule: HIDDEN, message }
}

fn is_metadata(ip: IpAddr, addresses: &[String]) -> bool {
    let own = addresses.iter().map(String::as_str);
    ADDRESSES.into_iter().chain(own).any(|known| known.parse() == Ok(ip))
}

/// What calls are given at which the catalogue tells that metadata are asked for. Of a text that one of
/// these begins with, it has told all.
fn texts_told(cx: &Context) -> Vec<String> {
    let calls = cx.calls("*").filter(|call| told().any(|name| name == call.name()));
    let given = calls.flat_map(|call| call.arguments().filter_map(Argument::literal));
    given.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
