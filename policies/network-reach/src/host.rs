//! The hosts that a text names.
//!
//! Who reads prose ends a URL at a space, a quote or the end of the line. Who fetches one takes the
//! whole text for it, leaves out tabs and line ends, and needs no slash behind `http:`. A text is read in
//! both ways.

use crate::letters::is_invisible;

/// What ends the part of a URL that has the host in it.
const ENDS: [char; 11] = ['/', '?', '#', '\\', '"', '\'', '`', ' ', '\n', '<', '>'];

/// Schemes behind which any number of slashes, of both kinds, is as good as two.
const LOOSE: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// A host that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// Without users and ports.
    pub(crate) name: String,
    /// Whether it stands behind `://`, where nothing else can stand.
    pub(crate) in_url: bool,
    /// Whether the text has it as it is seen: nothing is left out of it.
    pub(crate) is_written: bool,
}

/// The hosts of the URLs in `text`.
pub(crate) fn of_urls(text: &str) -> Vec<Host> {
    let mut hosts: Vec<Host> =
        in_prose(text).filter_map(|(part, in_url)| host(part, in_url)).collect();
    for host in fetched(text) {
        if !hosts.iter().any(|known| known.name == host.name) {
            hosts.push(host);
        }
    }
    hosts
}

/// The host that the whole text is, with or without a port and a path.
pub(crate) fn alone(text: &str) -> Option<Host> {
    let rest = text.trim();
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let part = &rest[..rest.find('/').unwrap_or(rest.len())];
    host(part.trim(), false)
}

/// The parts of URLs that have a host in them, and whether they stand behind `://`.
fn in_prose(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.match_indices(':').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let is_usual = rest.starts_with("//");
        let inner = rest.trim_start_matches(['/', '\\']);
        let inner = match is_loose(&text[..at]) {
            true if inner.len() < rest.len() => inner,
            _ if is_usual => &rest[2..],
            _ => return None,
        };
        Some((&inner[..inner.find(ENDS).unwrap_or(inner.len())], is_usual))
    })
}

/// The hosts that the whole text leads to when it is fetched. To some readers `\` ends a host.
fn fetched(text: &str) -> Vec<Host> {
    let is_blank = |letter: char| letter <= ' ';
    let url: String =
        text.trim_matches(is_blank).chars().filter(|letter| !"\t\r\n".contains(*letter)).collect();
    let Some((scheme, rest)) = url.split_once(':') else { return Vec::new() };
    let is_scheme = LOOSE.iter().any(|loose| scheme.eq_ignore_ascii_case(loose));
    let inner = rest.trim_start_matches(['/', '\\']);
    let ends: [&[char]; 2] = [&['/', '?', '#'], &['/', '?', '#', '\\']];
    let parts = ends.map(|ends| inner.split(ends).next().unwrap_or_default());
    // One URL a line: the next line is no part of the host.
    let is_list = |part: &&str| part.ends_with("http:") || part.ends_with("https:");
    let parts = parts.into_iter().filter(|part| is_scheme && !is_list(part));
    let hosts = parts.filter_map(|part| host(part, rest.starts_with("//")));
    let is_written = |host: &Host| host.is_written && text.contains(&host.name);
    hosts.map(|host| Host { is_written: is_written(&host), ..host }).collect()
}

/// Whether the scheme at the end of `before` is one of those.
fn is_loose(before: &str) -> bool {
    let scheme = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next();
    scheme.is_some_and(|scheme| LOOSE.iter().any(|loose| scheme.eq_ignore_ascii_case(loose)))
}

/// The host in what stands between the slashes of a URL.
fn host(part: &str, in_url: bool) -> Option<Host> {
    let host = part.rsplit_once('@').map_or(part, |(_, host)| host);
    let name = without_port(host);
    let is_name = !name.is_empty() && !name.contains(ENDS) && !name.contains(char::is_control);
    is_name.then(|| Host {
        name: name.to_owned(),
        in_url,
        is_written: !name.contains(is_invisible),
    })
}

fn without_port(host: &str) -> &str {
    // The colons of IPv6 are no ports.
    if let Some(end) = host.find(']') {
        return &host[..=end];
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::{alone, of_urls};

    #[track_caller]
    fn assert_hosts(text: &str, expected: &[&str]) {
        let hosts: Vec<String> = of_urls(text).into_iter().map(|host| host.name).collect();
        assert_eq!(hosts, expected, "{text:?}");
    }

    #[test]
    fn a_host_has_no_user_port_and_path() {
        assert_hosts("see http://a:b@example.org:80/x, ftp://[::1]:21", &["example.org", "[::1]"]);
        assert_hosts("http://1.2.3.4@example.org", &["example.org"]);
        assert_hosts("file:///etc", &[]);
    }

    /// Each is what `new URL(…).host` of Node makes of it.
    #[test]
    fn a_url_is_read_as_one_is_that_is_fetched() {
        for url in [
            "http:example.org",
            "http:/example.org/x",
            "http:\\\\example.org\\x",
            "HTTP:///example.org",
            " http://example.org",
            "http://exam\tple.org/",
            "ht\ntp:exam\r\nple.org/",
            "http://it's@example.org/",
            "http://a b@example.org/",
            "http:/\\/x@example.org:80",
        ] {
            let hosts = of_urls(url);
            assert!(hosts.iter().any(|host| host.name == "example.org"), "{url:?} {hosts:?}");
        }
    }

    #[test]
    fn prose_goes_on_behind_a_url() {
        assert_hosts("http://10.0.0.1\n2. Then go on", &["10.0.0.1"]);
        assert_hosts("http://a.example\nhttp://b.example/x", &["a.example", "b.example"]);
        assert_hosts("C:\\x http: 1", &[]);
        assert_hosts("key: value, ratio 1:2, std::net", &[]);
    }

    #[test]
    fn a_text_can_be_a_host() {
        let alone = |text| alone(text).map(|host| host.name);
        assert_eq!(alone("169.254.169.254:80/latest").as_deref(), Some("169.254.169.254"));
        assert_eq!(alone("//169.254.169.254/latest").as_deref(), Some("169.254.169.254"));
        assert_eq!(alone("fd00:ec2::254").as_deref(), Some("fd00:ec2::254"));
        assert_eq!(alone("http://a").as_deref(), Some("http"));
    }

    /// A host that a text has as it is, and one that it has with something left out.
    #[test]
    fn it_is_known_whether_a_host_is_written() {
        let is_written = |text| of_urls(text).iter().all(|host| host.is_written);
        assert!(is_written("http:example.org"));
        assert!(!is_written("http://exam\tple.org"));
        assert!(!is_written("http://exam\u{AD}ple.org"));
    }
}
