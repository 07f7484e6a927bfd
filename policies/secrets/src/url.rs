//! Passwords in URLs: `postgres://name:password@host/`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::named::is_password;

const SEPARATOR: &str = "://";

/// What ends the part of a URL that has names and the host in it, beside blanks and line ends.
const ENDS: [char; 10] = ['/', '?', '#', '"', '\'', '`', '\\', ',', ')', '>'];

/// Names that stand where a host would in an example.
const NOBODY: [&str; 4] = ["host", "server", "proxy", "domain"];

/// What such a name ends with. `host.internal` is a machine, `host.com` is none that anybody means.
const ENDINGS: [&str; 4] = ["com", "net", "org", "tld"];

/// Endings that lead nowhere, as RFC 2606 has them.
const NOWHERE: [&str; 4] = ["test", "invalid", "example", "localhost"];

/// The bytes of each password in a URL that has one of these colons.
pub(crate) fn passwords(text: &str, colons: &[usize]) -> impl Iterator<Item = Range<usize>> {
    colons.iter().filter_map(|at| {
        text[*at..].strip_prefix(SEPARATOR)?;
        let start = at + SEPARATOR.len();
        let password = password(&text[start..])?;
        Some(start + password.start..start + password.end)
    })
}

/// The password in what follows the scheme.
fn password(rest: &str) -> Option<Range<usize>> {
    let ends = |c: char| c.is_whitespace() || ENDS.contains(&c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let (user_info, host) = rest[..end].rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let start = user.len() + 1;
    let is_secret = is_somewhere(host) && user != password && is_password(password);
    is_secret.then_some(start..start + password.len())
}

/// Whether it is a machine that somebody else may reach: neither this one, nor one of an example.
/// What is behind the host, a port or the rest of a sentence, does not matter.
fn is_somewhere(host: &str) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let address = address.parse::<Ipv6Addr>();
        return address.is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified());
    }
    // A host that is filled in, `{host}` or `$HOST`, may be any.
    let is_part = |c: char| c.is_alphanumeric() || "-_.{}$(%*".contains(c);
    let length = host.find(|c| !is_part(c)).unwrap_or(host.len());
    let host = host[..length].trim_matches('.').to_lowercase();
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return !ip.is_loopback() && !ip.is_unspecified();
    }
    host.contains(char::is_alphanumeric) && !is_of_an_example(&host)
}

/// Whether the labels of a host say so, each as a whole: `myserver.com` is no `server.com`.
fn is_of_an_example(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let [names @ .., last] = labels.as_slice() else { return true };
    let is_nobody = |name: &&str| NOBODY.contains(name);
    NOWHERE.contains(last)
        || names.contains(&"example")
        || (names.is_empty() && is_nobody(last))
        || (!names.is_empty() && names.iter().all(is_nobody) && ENDINGS.contains(last))
}

#[cfg(test)]
mod tests {
    use super::is_somewhere;

    #[test]
    fn a_host_is_somewhere_unless_whole_labels_say_otherwise() {
        for host in [
            "myserver.postgres.database.azure.com",
            "rabbit-host.corp.net",
            "db.prod.corp.net:5432",
            "server.corp.net",
            "host.internal",
            "host.docker.internal",
            "proxy.shop.com",
            "myserver.com",
            "web-domain.com",
            "counterexample.org",
            "localhost.shop.com",
            "db",
            "10.0.0.7",
            "[2001:db8::7]:5432",
            "bücher.de",
            "{host}",
            "$HOST:5432",
            "%(host",
            "%s:%d",
        ] {
            assert!(is_somewhere(host), "{host}");
        }
    }

    #[test]
    fn this_machine_and_those_of_examples_are_nowhere() {
        for host in [
            "localhost",
            "LOCALHOST:5432",
            "localhost;",
            "localhost.",
            "db.localhost",
            "127.0.0.1",
            "127.0.1.1:80",
            "0.0.0.0",
            "[::1]:5432",
            "[::]",
            "example.com",
            "db.example.co.uk",
            "example",
            "host",
            "server:8080",
            "host.com",
            "proxy.server.com",
            "domain.tld",
            "db.test",
            "db.invalid",
            "",
            "...",
            "{name}.example.com",
            "[]",
            "[host]",
        ] {
            assert!(!is_somewhere(host), "{host}");
        }
    }
}
