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

/// Follows a path that a program gives to a function.
pub(crate) fn follow(written: &str) -> Followed {
    let path = written.strip_prefix("file://").unwrap_or(written).replace('\\', "/");
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path.as_str()),
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
        let rest = path.strip_prefix(home)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    };
    let named = |homes: &str| {
        let rest = path.strip_prefix(homes)?;
        let name = rest.split('/').next().filter(|name| !name.is_empty())?;
        Some(rest[name.len()..].to_owned())
    };
    let rest = ["/root", "$HOME", "${HOME}", "~"].into_iter().find_map(below);
    let rest = rest.or_else(|| ["/home/", "/Users/"].into_iter().find_map(named));
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
    use super::{follow, is_in};

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
        ] {
            let followed = follow(written);
            assert_eq!(
                (followed.path.as_str(), followed.is_roundabout),
                (path, is_roundabout),
                "{written}"
            );
        }
    }

    #[test]
    fn a_folder_has_what_is_below_it() {
        assert!(is_in("/srv/data/x", "/srv/data/") && is_in("/srv/data", "/srv/data"));
        assert!(!is_in("/srv/database", "/srv/data"));
        assert!(is_in("/dev/sda1", "/dev/sd*"));
    }
}
