//! The hosts that a text names.

/// What ends the part of a URL that has the host in it.
const ENDS: [char; 11] = ['/', '?', '#', '\\', '"', '\'', '`', ' ', '\n', '<', '>'];

/// The hosts of the URLs in `text`, without users and ports.
pub(crate) fn of_urls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("://").filter_map(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let authority = &rest[..rest.find(ENDS).unwrap_or(rest.len())];
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Some(without_port(host)).filter(|host| !host.is_empty())
    })
}

/// The host that the whole text is, with or without a port and a path.
pub(crate) fn alone(text: &str) -> Option<&str> {
    let host = &text[..text.find('/').unwrap_or(text.len())];
    let host = without_port(host.trim());
    (!host.is_empty() && !host.contains(ENDS)).then_some(host)
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

    #[test]
    fn a_host_has_no_user_port_and_path() {
        let hosts = |text| of_urls(text).collect::<Vec<_>>();
        assert_eq!(
            hosts("http://a:b@example.org:80/x and ftp://[::1]:21"),
            ["example.org", "[::1]"]
        );
        assert_eq!(hosts("http://1.2.3.4@example.org"), ["example.org"]);
        assert_eq!(hosts("file:///etc"), [""; 0]);
    }

    #[test]
    fn a_text_can_be_a_host() {
        assert_eq!(alone("169.254.169.254:80/latest"), Some("169.254.169.254"));
        assert_eq!(alone("fd00:ec2::254"), Some("fd00:ec2::254"));
        assert_eq!(alone("http://a"), Some("http"));
    }
}
