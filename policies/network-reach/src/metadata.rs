//! The services that tell a machine in a cloud who it is, and give it the credentials of its role.

use std::collections::BTreeSet;
use std::net::IpAddr;

use lazaret_policy::prelude::*;
use lazaret_policy::types::Fact;

use crate::address::{Address, address, folded};
use crate::host::{self, Host};
use crate::told::Texts;
use crate::{HIDDEN, METADATA, ODD};

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

/// Names of the same that are nothing else in a URL alone: a search domain of the cloud completes them.
const SHORT_NAMES: [&str; 2] = ["metadata", "instance-data"];

/// What the policy asks the analysis for: texts that can have such an address or any URL in them. A host
/// alone can be written in more ways than can be listed; these are how its numbers begin or end.
pub(crate) const STRINGS: [&str; 36] = [
    "*:/*",
    "*:\\*",
    "*http*:*",
    "*HTTP*:*",
    "*169.*",
    "*100.100.*",
    "*168.63.*",
    "*254*",
    "*0xa9*",
    "*0xA9*",
    "*0Xa9*",
    "*0XA9*",
    "*0251*",
    "*2852039*",
    "*9fe*",
    "*9FE*",
    "*9fE*",
    "*9Fe*",
    "*:ffff:*",
    "*:FFFF:*",
    "64:ff9b:*",
    "64:FF9B:*",
    "*[fd*",
    "*[FD*",
    "fd*:*",
    "FD*:*",
    "*①*",
    "*⑯*",
    "*１*",
    "*𝟏*",
    "*。*",
    "metadata.*",
    "Metadata.*",
    "METADATA.*",
    "instance-data.*",
    "INSTANCE-DATA.*",
];

/// A text that names what it should not.
struct Named<'a> {
    fact: &'a Fact,
    rule: &'static str,
    message: String,
}

pub(crate) fn check(cx: &Context, addresses: &[String]) {
    let told = Texts::of(cx);
    let addresses: Vec<IpAddr> = ADDRESSES
        .into_iter()
        .chain(addresses.iter().map(String::as_str))
        .filter_map(|address| address.parse().ok())
        .collect();
    let named: Vec<Named<'_>> = cx
        .strings("*")
        .filter_map(|fact| {
            let (rule, message) = judge(&fact.name, &addresses)?;
            Some(Named { fact, rule, message })
        })
        .filter(|named| named.rule != METADATA || !told.begin_with(&named.fact.name))
        .collect();
    let mut known = Known::default();
    for Named { fact, rule, message } in &named {
        if known.insert(message, &fact.name) {
            cx.report(rule, *fact).message(message);
        }
    }
}

/// Texts that were told, each with what was said of it. None of what is said of two begins with the
/// other, and so what a text begins with is the one before it.
#[derive(Default)]
struct Known<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> Known<'a> {
    /// Adds a text, if it does not begin with one that is known: what does is made of it.
    fn insert(&mut self, message: &'a str, text: &'a str) -> bool {
        let begins =
            |text: &str, known: &(&str, &str)| known.0 == message && text.starts_with(known.1);
        let before = self.0.range(..(message, text)).next_back();
        if before.is_some_and(|known| begins(text, known)) {
            return false;
        }
        let after = self.0.range((message, text)..);
        let longer = after.take_while(|known| known.0 == message && known.1.starts_with(text));
        let longer: Vec<_> = longer.copied().collect();
        for known in longer {
            self.0.remove(&known);
        }
        self.0.insert((message, text))
    }
}

/// The worst that a text names, and what is to be said of it.
fn judge(text: &str, addresses: &[IpAddr]) -> Option<(&'static str, String)> {
    let hosts = host::of_urls(text).into_iter().map(|host| (host, true));
    let hosts = hosts.chain(host::alone(text).map(|host| (host, false)));
    let judged = hosts.filter_map(|(host, of_url)| judge_host(&host, of_url, addresses));
    judged.min_by_key(|(rule, _)| [HIDDEN, METADATA, ODD].iter().position(|known| known == rule))
}

fn judge_host(host: &Host, of_url: bool, addresses: &[IpAddr]) -> Option<(&'static str, String)> {
    let read = folded(&host.name);
    let name = read.trim_end_matches('.');
    if NAMES.contains(&name) || (of_url && SHORT_NAMES.contains(&name)) {
        let is_plain = host.is_written && read.eq_ignore_ascii_case(&host.name);
        return Some(if is_plain { plain(&host.name) } else { hidden(host, name) });
    }
    let Address { ip, is_plain } = address(&host.name)?;
    if addresses.contains(&ip) {
        let is_plain = is_plain && host.is_written;
        return Some(if is_plain { plain(&host.name) } else { hidden(host, &ip.to_string()) });
    }
    // A number alone is a number.
    let message = || format!("`{}` is {ip}, written so that few would read it", host.name);
    (host.in_url && !is_plain && ip.is_ipv4()).then(|| (ODD, message()))
}

fn plain(host: &str) -> (&'static str, String) {
    (METADATA, format!("`{host}` gives the credentials of the machine's role in its cloud"))
}

fn hidden(host: &Host, is: &str) -> (&'static str, String) {
    let is = format!("{is}, the cloud's metadata service, written so that few would read it");
    let message = if host.is_written {
        format!("`{}` is {is}", host.name)
    } else {
        format!("without the characters that nobody sees, the host is {is}")
    };
    (HIDDEN, message)
}
