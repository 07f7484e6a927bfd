//! What of a machine matters, and where a path leads.

use crate::DestructiveShell;

/// Folders of the system: they matter with all that is in them.
const SYSTEM: [&str; 10] =
    ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/root/.ssh"];

/// Folders that matter as a whole, and not each thing in them: programs have places of their own there.
const WHOLE: [&str; 18] = [
    "/",
    "/home",
    "/opt",
    "/root",
    "/srv",
    "/usr",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/log",
    "/Users",
];

/// What users have made themselves, or cannot do without.
const PERSONAL: [&str; 13] = [
    "",
    "/.aws",
    "/.config",
    "/.gnupg",
    "/.kube",
    "/.mozilla",
    "/.ssh",
    "/Desktop",
    "/Documents",
    "/Downloads",
    "/Library",
    "/Pictures",
    "/Videos",
];

/// What is never kept: programs may write and delete there.
const LOOSE: [&str; 6] =
    ["/dev/null", "/dev/shm", "/dev/stdout", "/dev/stderr", "/dev/tty", "/tmp"];

/// Where a path leads: without `.`, `..` and doubled slashes.
pub(crate) fn follow(written: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let is_absolute = written.starts_with('/');
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            // Above the root there is nothing.
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/"))
}

/// Whether losing it, or opening it to everybody, harms more than the program.
pub(crate) fn matters(path: &str, settings: &DestructiveShell) -> bool {
    let is_below = |folders: &[String]| folders.iter().any(|one| is_in(path, &follow(one)));
    if is_below(&settings.allow) || LOOSE.iter().any(|loose| is_in(path, loose)) {
        return false;
    }
    // All that is in a folder is the folder.
    let whole = if path == "/*" { "/" } else { path.strip_suffix("/*").unwrap_or(path) };
    SYSTEM.iter().any(|folder| is_in(path, folder))
        || WHOLE.contains(&whole)
        || below_home(whole).is_some_and(|rest| PERSONAL.contains(&rest))
        || whole.split('/').all(|part| part == "..")
        || is_below(&settings.matters)
}

/// What a path has below a user's home.
fn below_home(path: &str) -> Option<&str> {
    let mut known = ["/root", "$HOME", "${HOME}", "~"].into_iter();
    let rest = known.find_map(|home| path.strip_prefix(home)).or_else(|| {
        let rest = ["/home/", "/Users/"].into_iter().find_map(|homes| path.strip_prefix(homes))?;
        let name = rest.split('/').next().filter(|name| !name.is_empty() && *name != "*")?;
        Some(&rest[name.len()..])
    })?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{follow, matters};
    use crate::DestructiveShell;

    #[track_caller]
    fn assert_matters(path: &str, expected: bool) {
        assert_eq!(matters(&follow(path), &DestructiveShell::default()), expected, "{path}");
    }

    #[test]
    fn the_system_and_what_users_have_made_matters() {
        for path in [
            "/",
            "//",
            "/*",
            "/etc/ssl",
            "/usr/../etc",
            "/usr/lib",
            "/var/*",
            "/home/ann",
            "~",
            "~/Documents",
            "$HOME/.ssh",
            "/home/ann/.ssh/",
            "..",
            "../..",
            "/Users/ann/Library",
        ] {
            assert_matters(path, true);
        }
    }

    #[test]
    fn what_programs_make_does_not() {
        for path in [
            "build",
            "../build",
            ".",
            "/tmp/x",
            "/dev/shm/x",
            "/usr/lib/shop",
            "/var/lib/apt/lists",
            "~/.cache/shop",
            "/home/ann/shop",
            "/opt/shop",
            "/etcetera",
        ] {
            assert_matters(path, false);
        }
    }

    #[test]
    fn the_settings_add_and_take_away() {
        let folders = |folder: &str| vec![folder.to_owned()];
        let settings = DestructiveShell { matters: folders("/data/"), allow: folders("/etc/shop") };
        assert!(matters("/data/x", &settings));
        assert!(!matters("/etc/shop/cache", &settings));
        assert!(matters("/etc/shopping", &settings));
    }
}
