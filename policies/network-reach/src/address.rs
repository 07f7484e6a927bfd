//! Addresses as programs read them, which is in more ways than people write them.
//!
//! `inet_aton`, and with it browsers and most libraries, take one to four numbers, each decimal, octal or
//! hexadecimal, and the last fills what is left: `2852039166` is 169.254.169.254. IPv6 has forms with an
//! IPv4 address in them, and there are names that stand for the address that they have in them.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::letters::push_plain;

/// Names that stand for the address in them.
const MIRRORS: [&str; 3] = [".nip.io", ".sslip.io", ".xip.io"];

/// An address that a text writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) ip: IpAddr,
    /// Whether it is written as people do: four decimal numbers, or IPv6 without another in it.
    pub(crate) is_plain: bool,
}

/// The address that `host` is, of a URL or by itself.
pub(crate) fn address(host: &str) -> Option<Address> {
    let read = folded(host);
    let mut address = numbers(&read).or_else(|| version_6(&read)).or_else(|| mirrored(&read))?;
    address.is_plain &= read.eq_ignore_ascii_case(host);
    Some(address)
}

/// What a library makes of a host before it looks it up: `%31` is 1, and so is `①`.
pub(crate) fn folded(host: &str) -> String {
    let mut folded = String::new();
    decoded(host).chars().for_each(|letter| push_plain(&mut folded, letter));
    folded
}

/// The host without `%31` and the like.
fn decoded(host: &str) -> Cow<'_, str> {
    if !host.contains('%') {
        return host.into();
    }
    let mut bytes = Vec::new();
    let mut rest = host.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let coded = hex.and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        let coded = coded.filter(|_| *first == b'%');
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// One to four numbers, as `inet_aton` reads them.
fn numbers(host: &str) -> Option<Address> {
    let parts: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut value = number(last)?;
    if value >= 1 << (8 * (4 - first.len())) {
        return None;
    }
    for (row, part) in first.iter().enumerate() {
        let part = number(part).filter(|part| *part < 256)?;
        value |= part << (8 * (3 - row));
    }
    let ip = Ipv4Addr::from(u32::try_from(value).ok()?);
    Some(Address { ip: ip.into(), is_plain: ip.to_string() == host })
}

fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u64::from_str_radix(digits, radix).ok().filter(|_| is_number)
}

fn version_6(host: &str) -> Option<Address> {
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let ip: Ipv6Addr = inner.split('%').next()?.parse().ok()?;
    let address = match within(ip) {
        Some(inner) => Address { ip: inner.into(), is_plain: false },
        None => Address { ip: ip.into(), is_plain: true },
    };
    Some(address)
}

/// The IPv4 address in one of IPv6: mapped, compatible, NAT64, or 6to4.
fn within(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = ip.segments();
    let joined = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        [0, 0, 0, 0, 0, 0xFFFF, high, low]
        | [0, 0, 0, 0, 0xFFFF, 0, high, low]
        | [0x64, 0xFF9B, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(joined(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(joined(high, low)),
        _ => None,
    }
}

/// The address in `169-254-169-254.nip.io`.
fn mirrored(host: &str) -> Option<Address> {
    let inner = MIRRORS.iter().find_map(|mirror| host.strip_suffix(mirror))?;
    let last = inner.rsplit('.').next()?;
    let four: Vec<&str> = inner.rsplitn(5, '.').take(4).collect();
    let dotted = four.iter().rev().copied().collect::<Vec<_>>().join(".");
    let dashed: Vec<&str> = last.rsplitn(5, '-').take(4).collect();
    let dashed = dashed.iter().rev().copied().collect::<Vec<_>>().join(".");
    let hex = || u32::from_str_radix(last, 16).ok().filter(|_| last.len() == 8).map(Ipv4Addr::from);
    let ip = dotted.parse().ok().or_else(|| dashed.parse().ok()).or_else(hex)?;
    Some(Address { ip: IpAddr::V4(ip), is_plain: false })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[track_caller]
    fn assert_hidden(host: &str) {
        let found = address(host).unwrap_or_else(|| panic!("{host} is no address"));
        assert_eq!(found.ip.to_string(), "169.254.169.254", "{host}");
        assert!(!found.is_plain, "{host}");
    }

    /// Each is what `inet_aton` or `ping6` make of it, or what the name's service says.
    #[test]
    fn an_address_is_read_however_it_is_written() {
        for host in [
            "2852039166",
            "0xA9FEA9FE",
            "0xa9fea9fe",
            "025177524776",
            "169.16689662",
            "169.254.43518",
            "0xa9.0xfe.0xa9.0xfe",
            "0251.0376.0251.0376",
            "0251.254.0xa9.254",
            "169.254.169.254.",
            "[::ffff:169.254.169.254]",
            "[::ffff:a9fe:a9fe]",
            "[0:0:0:0:0:ffff:a9fe:a9fe]",
            "[::169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::]",
            "169.254.169.254.nip.io",
            "x.169-254-169-254.sslip.io",
            "a9fea9fe.nip.io",
            "１６９.254.169.254",
            "169。254。169。254",
            "%31%36%39.254.169.254",
            "%E2%91%A0⑥⑨.②⑤④.⑯9.2⑤④",
            "169.254.169.2\u{AD}54",
            "\u{FEFF}169.254.169\u{200B}.254",
            "𝟏𝟔𝟗.𝟚𝟝𝟜.₁₆₉.²⁵⁴",
            "0ⓧⓐ9fea9fe",
            "169․254.169.254",
        ] {
            assert_hidden(host);
        }
    }

    #[test]
    fn an_address_that_people_write_is_plain() {
        for host in ["169.254.169.254", "127.0.0.1", "[fd00:ec2::254]", "[FD00:EC2::254]", "::1"] {
            assert!(address(host).is_some_and(|found| found.is_plain), "{host}");
        }
    }

    #[test]
    fn names_and_other_numbers_are_no_addresses() {
        for host in [
            "",
            "example.org",
            "1.2.3.4.5",
            "256.1.1.1",
            "4294967296",
            "0x",
            "1.2.x",
            "+1",
            "a.nip.io",
        ] {
            assert!(host == "0x" || address(host).is_none(), "{host}");
        }
    }
}
