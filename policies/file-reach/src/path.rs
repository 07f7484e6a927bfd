//! Paths, and where they lead.

/// A path as a program would follow it: without `.`, `..`, doubled slashes, and the many names of a
/// user's home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// `/etc/passwd`, `~/.ssh`, `../x`, or `x` in the work directory.
    pub(crate) path: String,
    /// Whether it was written in a roundabout way: with steps that lead nowhere.
    pub(crate) is_roundabout: bool,
}

/// Where a path can lead that a program gives to a function: to one place, where nothing is known of
/// the work directory and the user; and to others, where they are as in a container.
pub(crate) fn places(written: &str) -> Vec<Followed> {
    let usual = follow(written);
    let as_root = Some(plain(written, "/root")).filter(|_| usual.is_roundabout);
    let from_root = usual.path.starts_with("../").then(|| format!("/{}", usual.path));
    let others = as_root.into_iter().chain(from_root).map(|path| follow_plain(&path).path);
    let others: Vec<_> = others.map(|path| Followed { path, ..usual.clone() }).collect();
    [vec![usual], others].concat()
}

/// Follows a path that a program gives to a function.
pub(crate) fn follow(written: &str) -> Followed {
    // A home is a folder below another, from which `..` leads on.
    follow_plain(&plain(written, "/home/~"))
}

/// The path with `home` for what stands for the user's.
fn plain(written: &str, home: &str) -> String {
    let path = written.strip_prefix("file://").unwrap_or(written).replace('\\', "/");
    let below = |prefix| path.strip_prefix(prefix).filter(|rest| is_end_of_part(rest));
    if let Some(rest) = ["$HOME", "${HOME}", "~"].into_iter().find_map(below) {
        return format!("{home}{rest}");
    }
    match path.strip_prefix('~') {
        // That of another user.
        Some(rest) if rest.contains('/') && is_name(rest) => format!("/home/{rest}"),
        _ => path,
    }
}

/// Whether nothing follows of the part of a path that ends here.
fn is_end_of_part(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// Whether a path begins with the name of a user.
fn is_name(path: &str) -> bool {
    let name = path.split('/').next().unwrap_or_default();
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(is_usual)
}

fn follow_plain(path: &str) -> Followed {
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut is_roundabout = rest.starts_with('/');
    let last = rest.split('/').count() - 1;
    for (row, part) in rest.split('/').enumerate() {
        match part {
            // A slash at the end is usual, and a dot at the beginning.
            "" => is_roundabout |= row < last,
            "." => is_roundabout |= row > 0,
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                is_roundabout = true;
                parts.pop();
            }
            // Above the root there is nothing.
            ".." if root == "/" => is_roundabout = true,
            part => parts.push(part),
        }
    }
    let path = at_home(&format!("{root}{}", parts.join("/")));
    Followed { path, is_roundabout }
}

/// The path from `~`, where it is in a user's home.
fn at_home(path: &str) -> String {
    let below = |home: &str| {
        let rest = path.strip_prefix(home).filter(|rest| is_end_of_part(rest))?;
        Some(rest.to_owned())
    };
    let named = |homes: &str| {
        let rest = path.strip_prefix(homes)?;
        let name = rest.split('/').next().filter(|name| !name.is_empty())?;
        Some(rest[name.len()..].to_owned())
    };
    let rest = below("/root").or_else(|| ["/home/", "/Users/"].into_iter().find_map(named));
    rest.map_or_else(|| path.to_owned(), |rest| format!("~{rest}"))
}

/// Whether `path` is `folder`, or in it. A `*` at the end of `folder` is the rest of a name.
pub(crate) fn is_in(path: &str, folder: &str) -> bool {
    if let Some(begin) = folder.strip_suffix('*') {
        return path.starts_with(begin);
    }
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{follow, is_in, places};

    #[test]
    fn a_path_leads_to_one_place_however_it_is_written() {
        for (written, path, is_roundabout) in [
            ("/etc/shadow", "/etc/shadow", false),
            ("/etc//shadow", "/etc/shadow", true),
            ("//etc/shadow", "/etc/shadow", true),
            ("/tmp/../etc/./shadow", "/etc/shadow", true),
            ("/../../etc/shadow", "/etc/shadow", true),
            ("/home/ann/.ssh/id_rsa", "~/.ssh/id_rsa", false),
            ("/root/.ssh", "~/.ssh", false),
            ("$HOME/.ssh/", "~/.ssh", false),
            ("./data/x", "data/x", false),
            ("data/../../x", "../x", true),
            ("../../x", "../../x", false),
            ("file:///etc/passwd", "/etc/passwd", false),
            ("..\\x", "../x", false),
            ("/", "/", false),
            ("~", "~", false),
            ("${HOME}/x", "~/x", false),
            ("~/../root/.ssh/id_rsa", "~/.ssh/id_rsa", true),
            ("$HOME/../bob/.ssh", "~/.ssh", true),
            ("~/../../etc/shadow", "/etc/shadow", true),
            ("~bob/.ssh", "~/.ssh", false),
            ("~$report.docx", "~$report.docx", false),
            ("$HOMEPAGE/x", "$HOMEPAGE/x", false),
        ] {
            let followed = follow(written);
            assert_eq!(
                (followed.path.as_str(), followed.is_roundabout),
                (path, is_roundabout),
                "{written}"
            );
        }
    }

    /// The home of who runs a container is below the root, and so is its work directory.
    #[test]
    fn a_path_can_lead_further_in_a_container() {
        let paths =
            |written| places(written).into_iter().map(|place| place.path).collect::<Vec<_>>();
        assert_eq!(paths("~/../etc/shadow"), ["~/shadow", "/etc/shadow"]);
        assert_eq!(paths("../../etc/shadow"), ["../../etc/shadow", "/etc/shadow"]);
        assert_eq!(paths("../x"), ["../x", "/x"]);
        assert_eq!(paths("~/x"), ["~/x"]);
        assert_eq!(paths("x"), ["x"]);
    }

    #[test]
    fn a_folder_has_what_is_below_it() {
        assert!(is_in("/srv/data/x", "/srv/data/") && is_in("/srv/data", "/srv/data"));
        assert!(!is_in("/srv/database", "/srv/data"));
        assert!(is_in("/dev/sda1", "/dev/sd*"));
    }
}
