//! Commands of Bash, also where a program in another language runs them.

use lazaret_policy::prelude::*;

use crate::DestructiveShell;
use crate::mode;
use crate::places::{follow, matters};
use crate::{DELETED, OPENED, STOPPED, Told, UNSET};

/// The commands that are looked at.
pub(crate) const NAMES: [&str; 15] = [
    "rm",
    "find",
    "rsync",
    "chmod",
    "truncate",
    "shutdown",
    "reboot",
    "poweroff",
    "halt",
    "init",
    "telinit",
    "systemctl",
    "kill",
    "killall5",
    "pkill",
];

/// What the catalogue tells that `rm -r`, `find -delete` and `chmod -R` are given: critical ones.
const TOLD: [(&str, &[&str]); 3] = [
    (
        "rm",
        &[
            "/",
            "/*",
            "/bin",
            "/bin/*",
            "/boot",
            "/boot/*",
            "/dev",
            "/etc",
            "/etc/*",
            "/home",
            "/home/*",
            "/lib",
            "/lib/*",
            "/lib64",
            "/opt",
            "/root",
            "/sbin",
            "/sbin/*",
            "/srv",
            "/usr",
            "/usr/*",
            "/usr/bin",
            "/usr/lib",
            "/usr/local",
            "/usr/sbin",
            "/usr/share",
            "/var",
            "/var/*",
            "/var/lib",
            "~",
            "~/*",
            "~root",
            "$HOME",
            "$HOME/*",
        ],
    ),
    (
        "find",
        &[
            "/", "/bin", "/boot", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv",
            "/usr", "/var", "~", "$HOME",
        ],
    ),
    ("chmod", &["/", "/*", "/bin", "/etc", "/home", "/lib", "/root", "/usr", "/var", "~", "$HOME"]),
];

/// A command and its words.
pub(crate) struct Command<'a> {
    pub(crate) name: &'a str,
    pub(crate) words: Vec<String>,
}

impl Command<'_> {
    /// What is to be told about it.
    pub(crate) fn judge(&self, text: &str, settings: &DestructiveShell) -> Option<Told> {
        match self.name {
            "rm" if self.has(&["r", "R"], "--recursive") => {
                self.deleted(settings).or_else(|| self.unset(text))
            }
            "find" if self.deletes() => self.deleted(settings),
            "rsync" if self.words.iter().any(|word| word.starts_with("--del")) => {
                self.deleted(settings)
            }
            "truncate" => self.deleted(settings),
            "chmod" => self.opened(settings),
            _ if self.stops() => Some(Told {
                rule: STOPPED,
                message: format!("`{}` ends what runs on the machine", self.written()),
            }),
            _ => None,
        }
    }

    fn deleted(&self, settings: &DestructiveShell) -> Option<Told> {
        let path =
            self.operands().find(|path| self.is_new(path) && matters(&follow(path), settings))?;
        let message = format!("`{}` deletes `{path}`, which others need", self.name);
        Some(Told { rule: DELETED, message })
    }

    fn opened(&self, settings: &DestructiveShell) -> Option<Told> {
        let mode = self.operands().next().filter(|mode| mode::is_open(mode))?;
        let is_told = |path: &&str| matters(&follow(path), settings) && self.is_new(path);
        let path = self.operands().skip(1).find(is_told)?;
        let message = format!("`chmod {mode}` lets everybody write to `{path}`");
        Some(Told { rule: OPENED, message })
    }

    /// What is deleted where a variable is empty, to which nothing in the file gives a value.
    fn unset(&self, text: &str) -> Option<Told> {
        let empty = |(name, rest): &(&str, &str)| {
            // Of `"$x"/*` the catalogue tells that it may be everything.
            let is_told = ["/", "/*"].contains(rest);
            !is_told && !is_set(name, text) && matters(&follow(rest), &DestructiveShell::default())
        };
        let (name, rest) = self.operands().filter_map(variable).find(empty)?;
        let message = format!("where `${name}` is empty, `rm` deletes `{rest}`");
        Some(Told { rule: UNSET, message })
    }

    /// Whether it ends the machine, or all that runs on it. `kill -1` the catalogue tells.
    fn stops(&self) -> bool {
        let has = |words: &[&str]| self.operands().any(|word| words.contains(&word));
        match self.name {
            "shutdown" => !self.words.iter().any(|word| word == "-c" || word.starts_with("--help")),
            "reboot" | "poweroff" | "halt" => !self.words.iter().any(|word| word.contains("help")),
            "killall5" => true,
            "init" | "telinit" => has(&["0", "1", "6"]),
            "systemctl" => has(&["poweroff", "reboot", "halt", "kexec", "emergency", "rescue"]),
            "kill" => has(&["1"]) && !self.words.iter().any(|word| word == "-0" || word == "-1"),
            "pkill" => self.words.windows(2).any(|pair| pair[0] == "-u" && pair[1] == "root"),
            _ => false,
        }
    }

    fn deletes(&self) -> bool {
        let is_command = |word: &str| ["rm", "/bin/rm", "shred", "unlink"].contains(&word);
        let runs = |pair: &[String]| pair[0].starts_with("-exec") && is_command(&pair[1]);
        // With a condition it deletes what the condition says.
        let is_asked = self.words.iter().any(|word| {
            ["-name", "-iname", "-path", "-mtime", "-empty", "-regex", "-newer", "-size", "-user"]
                .contains(&word.as_str())
        });
        !is_asked
            && (self.words.iter().any(|word| word == "-delete") || self.words.windows(2).any(runs))
    }

    fn is_new(&self, path: &str) -> bool {
        let told =
            TOLD.iter().find(|(name, _)| *name == self.name).map_or(&[][..], |(_, told)| told);
        let is_recursive = self.name != "chmod" || self.has(&["R"], "--recursive");
        // The catalogue follows paths, and knows no homes.
        !(is_recursive && told.contains(&follow(path).as_str()))
    }

    fn has(&self, letters: &[&str], long: &str) -> bool {
        self.words.iter().any(|word| {
            let is_short = word.starts_with('-') && !word.starts_with("--");
            word == long || is_short && letters.iter().any(|letter| word.contains(letter))
        })
    }

    fn operands(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|word| !word.starts_with('-'))
    }

    fn written(&self) -> String {
        let words = self.words.iter().map(|word| format!(" {word}"));
        format!("{}{}", self.name, words.take(4).collect::<String>())
    }
}

/// Variables that have a value without being given one.
const KNOWN: [&str; 6] = ["HOME", "PWD", "OLDPWD", "USER", "PATH", "GITHUB_WORKSPACE"];

/// Whether a script gives a variable a value, asks for one, or ends where one has none.
fn is_set(name: &str, text: &str) -> bool {
    let asks = |line: &str| {
        let mut words = line.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty());
        ["read", "for", "mapfile", "getopts"].iter().any(|ask| line.contains(ask))
            && words.any(|word| word == name)
    };
    let is_strict =
        ["nounset", "set -u", "set -eu", "set -ue"].iter().any(|set| text.contains(set));
    is_strict
        || KNOWN.contains(&name)
        || name.bytes().all(|byte| byte.is_ascii_digit())
        || text.contains(&format!("{name}="))
        || text.contains(&format!("{name}:"))
        || text.lines().any(asks)
}

/// The variable that a path begins with, and the rest; nothing, where Bash is told what to do without it.
fn variable(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix('$')?;
    let (name, rest) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => rest.split_at(rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len())),
    };
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    (!name.is_empty() && name.chars().all(is_letter) && rest.starts_with('/'))
        .then_some((name, rest))
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The words of a call.
pub(crate) fn words(call: Call<'_>) -> Vec<String> {
    let word = |argument: Argument<'_>| {
        let literal = argument.literal().and_then(|value| value.as_str().map(str::to_owned));
        literal.unwrap_or_else(|| argument.text().replace(['"', '\''], ""))
    };
    call.arguments().map(word).collect()
}
