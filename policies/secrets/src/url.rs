//! Passwords in URLs: `postgres://name:password@host/`.

use std::ops::Range;

use crate::named::is_password;

const SEPARATOR: &str = "://";

/// What ends the part of a URL that has names and the host in it.
const ENDS: [char; 12] = ['/', '?', '#', '"', '\'', '`', ' ', '\n', '\\', ',', ')', '>'];

/// Hosts that are no machine that somebody else reaches.
const NOWHERE: [&str; 9] =
    ["localhost", "127.0.0.1", "0.0.0.0", "::1", "example", "host", "server", "proxy", "domain"];

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
    let end = rest.find(ENDS).unwrap_or(rest.len());
    let (user_info, host) = rest[..end].rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let is_somewhere = host.contains(|letter: char| letter.is_ascii_alphanumeric())
        && !NOWHERE.iter().any(|nowhere| host == *nowhere || host.contains(&format!("{nowhere}.")))
        && ![".test", ".invalid", ".example", ".localhost"].iter().any(|end| host.ends_with(end));
    let start = user.len() + 1;
    let is_secret = is_somewhere && user != password && is_password(password);
    is_secret.then_some(start..start + password.len())
}
