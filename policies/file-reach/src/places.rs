//! Places that matter: those with secrets, and those that every program may reach.

use crate::path::is_in;

/// Files and folders with secrets, in a user's home.
const AT_HOME: [&str; 24] = [
    ".ssh",
    ".aws",
    ".azure",
    ".config/gcloud",
    ".config/gh",
    ".kube",
    ".docker/config.json",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".gnupg",
    ".cargo/credentials*",
    ".bash_history",
    ".zsh_history",
    ".mozilla",
    ".config/google-chrome",
    ".electrum",
    ".password-store",
    ".local/share/keyrings",
    ".vault-token",
    ".terraform.d/credentials*",
    "Library/Keychains",
];

/// Of those, what can be nothing else, whatever stands before it: `home + "/.aws/credentials"`.
const PARTS: [&str; 12] = [
    ".ssh/id_*",
    ".aws/credentials",
    ".config/gcloud/*",
    ".config/gh/hosts.yml",
    ".kube/config",
    ".docker/config.json",
    ".git-credentials",
    ".gnupg/*",
    ".cargo/credentials*",
    ".bash_history",
    ".local/share/keyrings",
    "Library/Keychains",
];

/// The same, of the machine.
const OF_THE_MACHINE: [&str; 14] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers*",
    "/etc/ssh/ssh_host_*",
    "/etc/krb5.keytab",
    "/run/secrets",
    "/var/run/secrets",
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/proc/kcore",
    "/dev/mem",
    "/dev/sd*",
    "/dev/nvme*",
];

/// What of a process gives away what it has in memory, or leads out of its own files.
const OF_A_PROCESS: [&str; 4] = ["environ", "mem", "maps", "root"];

/// Places that are there for every program.
const FOR_ALL: [&str; 13] = [
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/fd",
];

/// Whether secrets are kept at a path that was followed.
pub(crate) fn has_secrets(path: &str, own: &[String]) -> bool {
    let at_home = path.strip_prefix("~/").is_some_and(|rest| is_any(rest, &AT_HOME));
    let own = own.iter().any(|folder| is_in(path, folder));
    at_home || own || is_any(path, &OF_THE_MACHINE) || is_of_a_process(path)
}

/// Whether secrets are kept at a path of which only the end is known.
pub(crate) fn is_part_with_secrets(text: &str) -> bool {
    is_any(text.trim_start_matches(['~', '/']), &PARTS)
}

/// Whether it is outside of the work directory, and no place for all.
pub(crate) fn is_outside(path: &str) -> bool {
    is_in(path, "..") || path.starts_with('~') || (path.starts_with('/') && !is_any(path, &FOR_ALL))
}

fn is_any(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| is_in(path, folder))
}

/// `/proc/1/environ`, of any process.
fn is_of_a_process(path: &str) -> bool {
    let Some((_, rest)) = path.strip_prefix("/proc/").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let rest = rest
        .strip_prefix("task/")
        .and_then(|rest| rest.split_once('/'))
        .map_or(rest, |(_, rest)| rest);
    is_any(rest, &OF_A_PROCESS)
}
