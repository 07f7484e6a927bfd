//! What the last words of installers mean. They are made for people and have no other form, so they are
//! looked at for the few things that a user can do something about; the words are always told, too.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// Why an installer could not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The index has no package of this name.
    UnknownPackage(String),
    /// The index has no such version of it.
    UnknownVersion(String),
    /// There is nothing of it that could be installed here without running its code.
    NoWheel(String),
    /// It needs something that is not on the index: at an address, in a repository.
    Outside,
    /// What is wanted cannot be had together.
    Conflict,
    /// The index does not answer, or not in time.
    Unreachable,
    /// The index does not answer to whom it does not know.
    Unauthorized,
    /// What was downloaded is not what the index says.
    WrongDigest,
    /// There is no room.
    DiskFull,
    /// A file of it is larger than all of an installation may be.
    TooLarge,
    /// There is no npm, or neither uv nor pip.
    NoInstaller,
    /// Anything else.
    Other,
}

type Make = fn(String) -> Reason;

/// What is looked for, the first that is found; the first group is the package. uv 0.13, pip 23 to 25 and
/// npm 10 and 11 say so.
static TABLE: LazyLock<Vec<(Regex, Make)>> = LazyLock::new(|| {
    let table: [(&str, Make); 17] = [
        (r"No space left on device|ENOSPC", |_| Reason::DiskFull),
        (r"File too large|EFBIG", |_| Reason::TooLarge),
        (r"No module named pip|spawn npm ENOENT", |_| Reason::NoInstaller),
        (r"(?i)hash mismatch|do not match the hashes|EINTEGRITY", |_| Reason::WrongDigest),
        (r"40[13] (?:Error|Unauthorized|Forbidden)|E40[13]", |_| Reason::Unauthorized),
        (r"ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ERR_SOCKET_TIMEOUT", |_| {
            Reason::Unreachable
        }),
        (
            r"Failed to fetch|error sending request|after connection broken by|Read timed out",
            |_| Reason::Unreachable,
        ),
        (
            r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)",
            |_| Reason::Unreachable,
        ),
        (
            r"Because (\S+) was not found in the (?:package registry|provided package locations)",
            Reason::UnknownPackage,
        ),
        (r"'(\S+)@\S*' could not be found", Reason::UnknownPackage),
        (r"requirement (\S+) \(from versions: none\)", Reason::UnknownPackage),
        (r"(\S+) has no (?:usable )?wheels", Reason::NoWheel),
        (
            r"there (?:is|are) no versions? of (\S+)|No matching version found for (\S+)\.",
            Reason::UnknownVersion,
        ),
        (r"only \S+ (?:is|are) available and you require (\S+),", Reason::UnknownVersion),
        (r"No matching distribution found for (\S+)", Reason::UnknownVersion),
        (r"which is not the registry|EALLOW(?:REMOTE|GIT|FILE|DIRECTORY)", |_| Reason::Outside),
        (r"requirements are unsatisfiable|ERESOLVE|ResolutionImpossible", |_| Reason::Conflict),
    ];
    let compiled = table.map(|(pattern, reason)| (Regex::new(pattern).expect("a pattern"), reason));
    compiled.into()
});

impl Reason {
    /// What these words mean.
    pub(super) fn of(words: &str) -> Self {
        let found = TABLE.iter().find_map(|(pattern, reason)| {
            let found = pattern.captures(words)?;
            let package = found.iter().skip(1).flatten().next();
            Some(reason(package.map_or(String::new(), |package| package.as_str().to_owned())))
        });
        found.unwrap_or(Self::Other)
    }

    /// What the user can do.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::UnknownPackage(_) => Some(
                "check its name: code that nobody has run can name packages that do not exist, and \
                 somebody may publish one of that name",
            ),
            Self::UnknownVersion(_) => Some("ask for a version that there is"),
            Self::NoWheel(_) => Some(
                "ask for another version, or allow code of packages to be run in the sandbox that \
                 installs: `dependencies.builds = true`",
            ),
            Self::Outside => Some("use another version of what needs it, or another package"),
            Self::Conflict => Some("ask for versions that go together"),
            Self::Unreachable => Some(
                "look at `dependencies.python.index` and `dependencies.node.index`, `dependencies.proxy`, \
                 `dependencies.ca_bundle`; in Docker, at `docker.install`",
            ),
            Self::Unauthorized => Some(
                "put the right name and password into the address of the index: \
                 `https://name:password@…`, or for npm `https://:token@…`",
            ),
            Self::WrongDigest => Some("somebody between here and the index may have changed it"),
            Self::DiskFull => Some("make room, or move the cache (`dependencies.cache`)"),
            Self::TooLarge => Some("raise `dependencies.size`"),
            Self::NoInstaller => Some("use an image or an installation with npm, or with pip"),
            Self::Other => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPackage(name) => write!(to, "the index does not know `{name}`"),
            Self::UnknownVersion(name) => write!(to, "the index has no such version: `{name}`"),
            Self::NoWheel(name) => {
                write!(to, "the index has no wheel of `{name}` for this platform")
            }
            Self::Outside => to.write_str("a package needs something that is not on the index"),
            Self::Conflict => to.write_str("what is required cannot be had together"),
            Self::Unreachable => to.write_str("the index cannot be reached"),
            Self::Unauthorized => to.write_str("the index does not let us in"),
            Self::WrongDigest => to.write_str("what was downloaded is not what the index says"),
            Self::DiskFull => to.write_str("the disk is full"),
            Self::TooLarge => to.write_str("a file of it is larger than an installation may be"),
            Self::NoInstaller => to.write_str("there is no installer"),
            Self::Other => to.write_str("the installer gave up"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the installers said it.
    #[test]
    fn the_words_of_installers_are_understood() {
        let name = |name: &str| name.to_owned();
        for (words, reason) in [
            (
                "node_modules/a needs b from http://10.0.0.1/b.tgz, which is not the registry",
                Reason::Outside,
            ),
            (
                "code EALLOWREMOTE\nFetching packages of type \"remote\" have been disabled",
                Reason::Outside,
            ),
            (
                "cause: Because reqests was not found in the package registry and you require reqests, we can conclude that your requirements are unsatisfiable.",
                Reason::UnknownPackage(name("reqests")),
            ),
            (
                "cause: Because there is no version of requests==99 and you require requests==99, we can conclude that your requirements are unsatisfiable.",
                Reason::UnknownVersion(name("requests==99")),
            ),
            (
                "cause: Because requests==2.32.3 depends on urllib3>=1.21.1,<3 and you require requests==2.32.3, we can conclude that you require urllib3>=1.21.1,<3.\n         And because you require urllib3==1.20, we can conclude that your requirements are unsatisfiable.",
                Reason::Conflict,
            ),
            (
                "cause: Because pycairo==1.20.0 has no usable wheels and you require pycairo==1.20.0, we can conclude that your requirements are unsatisfiable.",
                Reason::NoWheel(name("pycairo==1.20.0")),
            ),
            (
                "npm error 404  The requested resource '@nosuch/really@1' could not be found or you do not have permission to access it.",
                Reason::UnknownPackage(name("@nosuch/really")),
            ),
            (
                "npm error notarget No matching version found for lodash@99.0.0.",
                Reason::UnknownVersion(name("lodash@99.0.0")),
            ),
            ("npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve", Reason::Conflict),
            ("npm error code ECONNREFUSED", Reason::Unreachable),
            (
                "cause: failed to write to file `/install/.uv/.tmps5qLsp/bomb.bin`: File too large (os error 27)",
                Reason::TooLarge,
            ),
            (
                "ERROR: Could not find a version that satisfies the requirement nosuch (from versions: none)\nERROR: No matching distribution found for nosuch",
                Reason::UnknownPackage(name("nosuch")),
            ),
            (
                "ERROR: Could not find a version that satisfies the requirement six==99 (from versions: 1.0, 1.1)\nERROR: No matching distribution found for six==99",
                Reason::UnknownVersion(name("six==99")),
            ),
            ("something else", Reason::Other),
        ] {
            assert_eq!(Reason::of(words), reason, "{words}");
        }
    }
}
