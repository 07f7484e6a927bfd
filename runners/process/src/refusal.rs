//! What a refusal of the kernel means, and what to do about it.

use std::fs;

use lazaret_agent::host::{self, ConversationError};
use lazaret_agent::message::Part;
use lazaret_sandbox::RunnerError;

/// Says what the runner could not do, and the user can.
pub(crate) fn explain(error: ConversationError) -> RunnerError {
    host::explain(error, help, "install Node.js 22.18 or newer, and name it as `process.node`")
}

/// What helps where a part of the sandbox is refused; nothing helps where the job is.
fn help(part: Part) -> Option<String> {
    let help = match part {
        Part::UserNamespace | Part::Namespaces => {
            return Some(namespaces(|path| fs::read_to_string(path).ok()));
        }
        Part::Mounts => "Linux 5.12 or newer is needed, and in a container the right to mount",
        Part::Proc => {
            "a container hides parts of /proc; start it with `--security-opt \
             systempaths=unconfined`, or choose another `runner`"
        }
        Part::Groups => "let this service make control groups, or set `process.cgroups` lower",
        Part::Landlock => "use a kernel with Landlock, or set `process.landlock` lower",
        Part::Seccomp => "use a kernel with CONFIG_SECCOMP_FILTER",
        Part::Privileges => "a limit of this machine is lower than the job's",
        Part::Files | Part::Interpreter | Part::Conversation => return None,
    };
    Some(help.into())
}

/// Which switch of this machine forbids namespaces to ordinary users.
fn namespaces(read: impl Fn(&str) -> Option<String>) -> String {
    const SWITCHES: [(&str, &str, &str); 3] = [
        ("kernel.unprivileged_userns_clone", "0", "1"),
        ("user.max_user_namespaces", "0", "10000"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
    ];
    let forbids = |name: &str, value: &str| {
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        read(&path).is_some_and(|text| text.trim() == value)
    };
    match SWITCHES.iter().find(|(name, forbidden, _)| forbids(name, forbidden)) {
        Some((name, _, allowed)) => format!("allow user namespaces: sysctl -w {name}={allowed}"),
        None => "allow user namespaces; in a container: `--security-opt seccomp=unconfined`, or \
                 choose another `runner`"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_that_forbids_namespaces_is_named() {
        let ubuntu = |path: &str| {
            path.ends_with("apparmor_restrict_unprivileged_userns").then(|| "1\n".into())
        };
        assert!(namespaces(ubuntu).ends_with("kernel.apparmor_restrict_unprivileged_userns=0"));
        assert!(namespaces(|_| None).contains("container"));
    }
}
