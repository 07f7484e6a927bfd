//! The form of the catalogue's files, and of a user's: what can be written in them.
//!
//! The build script includes this file: it reads our files by these types and writes them down in
//! few bytes, which the program reads by the same types. So what is here needs nothing else of the
//! program.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

use serde::{Deserialize, Serialize};

use super::Reducer;
use crate::{Capability, Language, Severity};

/// Values by names. The hashes are those of any process, so that the same files give the same bytes;
/// nobody can make names collide on purpose, because what is in here is ours.
pub(super) type Map<T> = HashMap<String, T, BuildHasherDefault<DefaultHasher>>;

/// Names, each once.
type Names = HashSet<String, BuildHasherDefault<DefaultHasher>>;

/// A file of the catalogue.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(super) world: World,
    #[serde(default)]
    pub(super) code: Vec<Code>,
    pub(super) rule: Vec<Entry>,
}

/// What sets a rule off.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Trigger {
    /// The name is called, or its value taken.
    #[default]
    Use,
    /// The module is loaded.
    Import,
    /// A member of something that rules name is looked up by a name that is not known.
    Lookup,
    /// Something is written to this member, or to this variable of Bash.
    Assign,
    /// In Bash, what one command prints is run by another; see `FactKind::Pipeline`.
    Pipeline,
    /// In Bash, a file is opened.
    Redirect,
    /// Something that a rule of some weight names is reached by a name that is computed.
    Roundabout,
    /// The file is not in the language's grammar.
    Syntax,
    /// A character turns the direction of the text.
    Direction,
    /// There is something that is not seen, in a name or many in a row.
    Unseen,
    /// A name is written in other letters than it is read in.
    Disguise,
    /// The first line gives the file to another language, or runs code.
    FirstLine,
}

/// A rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) languages: Vec<Language>,
    pub(crate) capability: Capability,
    #[serde(default)]
    pub(crate) on: Trigger,
    #[serde(default)]
    pub(crate) names: Vec<String>,
    pub(crate) severity: Severity,
    /// What programs of one's own do every day: in the profile `repo` it weighs less where the
    /// line that does it says all that it does.
    #[serde(default)]
    pub(crate) everyday: bool,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) cwe: Option<u32>,
    /// It holds only if all of these do.
    #[serde(default)]
    pub(crate) when: Vec<Condition>,
    /// It does not hold if any of these does.
    #[serde(default)]
    pub(crate) unless: Vec<Condition>,
    /// The smallest program that it fires on. Every rule of ours has both.
    #[serde(default)]
    pub(crate) example: String,
    /// A program much like it, that it does not fire on.
    #[serde(default)]
    pub(crate) counter: String,
}

/// Calls that run code that they are given as data.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// What is called.
    pub(super) names: Vec<String>,
    /// What the code is written in.
    pub(crate) language: Language,
    /// The place of the code among the arguments; from the end where it is negative, and then those
    /// before it are its parameters.
    #[serde(default)]
    pub(crate) argument: isize,
    /// The name of that argument.
    pub(crate) keyword: Option<String>,
    /// It runs only if all of these hold.
    #[serde(default)]
    pub(super) when: Vec<Condition>,
    /// It goes on to the last argument.
    #[serde(default)]
    pub(crate) rest: bool,
    /// It is a sequence of words, which are a command; with `rest`, all that follow are words, too.
    #[serde(default)]
    pub(crate) words: bool,
}

/// A condition on what a call is given. It holds only where that is known: a rule that asks
/// for something dangerous stays silent on what it cannot see, and one that excuses
/// something safe does not excuse that.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// The argument at this place, from 0.
    pub(super) argument: Option<usize>,
    /// Or the one with this name.
    pub(super) keyword: Option<String>,
    /// There are so many arguments.
    pub(super) count: Option<usize>,
    /// It is a constant.
    pub(super) constant: Option<bool>,
    /// It is one of these: a constant's text, or a resolved name.
    pub(super) is: Vec<String>,
    /// It is a constant text that contains one of these characters.
    pub(super) contains: String,
    /// It is a text that begins with one of these.
    pub(super) begins: Vec<String>,
    /// As it is written, without its spaces, it contains one of these. For what has no value yet:
    /// a text that is put together, an object of options. Where no argument is named, any of them.
    pub(super) written: Vec<String>,
    /// One of the options of a Bash command: `r` also in `-fr`, `recursive` as `--recursive`.
    pub(super) option: Vec<String>,
    /// Any argument of a Bash command that is not an option is one of these; `**` at the end
    /// stands for anything, and at the beginning, with `*` at the end, for a text within.
    pub(super) operand: Vec<String>,
}

/// Commands of Bash that run, write or list what they are given.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Commands {
    pub(super) runners: Vec<Runner>,
    /// The places of the runners, by what they are called.
    #[serde(skip)]
    pub(super) runner_by_name: Map<usize>,
    pub(super) writers: Vec<Writer>,
    pub(super) listers: Vec<Lister>,
}

/// A command of Bash that runs what it is given: code, a file of code, what it reads, or another
/// command. Of a variable that is run, what is assigned to it is its only argument.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Runner {
    /// What it is called. A variable begins with a dollar.
    pub(super) names: Vec<String>,
    /// What its code is written in, if that can be judged.
    pub(crate) language: Option<Language>,
    /// What its arguments are that are no options.
    pub(super) operands: Operands,
    /// How many of these come before.
    pub(super) skips: usize,
    /// Words that another command follows: `find -exec`, `python -m`.
    pub(super) before: Vec<String>,
    /// Options, or words, that code follows.
    pub(super) code: Vec<String>,
    /// Options with which the first operand is code: `bash -c`.
    pub(super) turns: Vec<String>,
    /// Options, or words, that the name of a file of code follows.
    pub(super) files: Vec<String>,
    /// Options with which it runs what it reads, whatever its operands are: `bash -s`.
    pub(super) input: Vec<String>,
    /// Options that a value follows, which is not run.
    pub(super) values: Vec<String>,
    /// Options whose value, if they have one, is a part of the same word: `perl -i.bak`.
    pub(super) attached: Vec<String>,
    /// Options with which it runs nothing of its operands, nor of what it reads.
    pub(super) idle: Vec<String>,
    /// Whether the words that it reads are arguments of the command that it runs, in the place of
    /// `{}` or at the end.
    pub(crate) appends: bool,
}

/// A command of Bash that is told which file to write.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Writer {
    pub(super) names: Vec<String>,
    /// Options that the name of the file follows, or that it is a part of: `-o`, `of=`.
    pub(super) options: Vec<String>,
    /// Which of its other arguments are files that it writes.
    pub(super) operands: Written,
}

/// A command of Bash that lists what is in folders.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lister {
    pub(super) names: Vec<String>,
    /// The options that leave nothing out. With others, what is listed is not known.
    pub(super) options: Vec<String>,
}

/// Which arguments of a command are files that it writes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Written {
    #[default]
    None,
    All,
    Last,
    /// They are addresses, and it writes what these end in.
    Address,
}

/// What the arguments of a command are that are no options.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operands {
    /// Nothing that is run.
    #[default]
    Data,
    /// Another command, and its arguments.
    Command,
    /// Code, over as many words as there are.
    Code,
    /// Code first, then something else.
    FirstCode,
    /// Code, each behind a name and a `=`.
    AssignedCode,
    /// A text in which what `$(…)` stands for is run.
    Expanded,
    /// A file of code, then what it is given; without one, what is read is run.
    File,
    /// Nothing that is run; but what is read is.
    Input,
}

/// The names of a language.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct World {
    /// Names that need no import.
    pub(super) builtins: Names,
    /// The member of a built-in function that leads to all built-in names: `__self__`.
    pub(super) origin: String,
    /// Objects whose members are the global names: `builtins`, `globalThis`.
    pub(super) transparent: Names,
    /// Members that are the object itself: `default`, `call`.
    pub(super) same: Names,
    /// Those of them that take something before the arguments: `call`.
    pub(super) shifting: Names,
    /// The nodes of the grammar that do no more than write a value down. Operators are none of them:
    /// `9 ** 9 ** 9` ends no day.
    pub(crate) values: Vec<String>,
    /// Items of a dictionary of names that are texts, and lead nowhere: `__name__`.
    pub(super) text_items: Names,
    /// What leads to such a dictionary, and is nothing where only texts are asked of it.
    pub(super) asked: Names,
    /// Members of a class that tell what is below it.
    pub(super) registers: Names,
    /// Functions that do no more than give a value.
    pub(super) inert: Names,
    /// Functions that ask for a member by its name, as people write them.
    pub(super) asks: Names,
    /// Functions that find a module without loading it: it has to be there all the same.
    pub(super) finders: Names,
    /// Functions that load a module, and do something else where it is not there.
    pub(super) optional: Names,
    /// Inner members that people show in templates: `__name__`.
    pub(super) shown: Names,
    /// Methods that change what they are called on. One too many is a doubt too many.
    pub(super) changing: Names,
    /// Names that stand for a text: `$IFS`.
    pub(super) texts: Map<String>,
    /// Dictionaries of modules by their names: `sys.modules`.
    pub(super) modules: Names,
    /// Dictionaries of the file's own names: `globals()`.
    pub(super) namespaces: Names,
    /// Members that mean the same of any object, as `.constructor` does: they are paths of
    /// their own, which begin with a dot. Those that rules name are added.
    pub(super) members: Names,
    /// Members of dangerous things that harmless ones have, too: `append`.
    pub(super) everyday_members: Names,
    /// Modules that others have as members, with or without an underscore: `random._os`.
    pub(super) reexported: Names,
    /// Members of functions that are something else: `constructor`.
    pub(super) function_members: Map<String>,
    /// Methods that call a function with what their object stands for: `then`.
    pub(super) passes: Names,
    /// The member of any value that is its class.
    pub(super) class_member: String,
    /// The classes of constants and collections: of a `text`, of `items`.
    pub(super) classes: Map<String>,
    /// What stands between a class and the methods of its values: `prototype`.
    pub(super) prototype: String,
    /// Whether `a["b"]` is `a.b`.
    pub(super) indexed_members: bool,
    /// A prefix of module names that changes nothing: `node:`.
    pub(super) prefix: String,
    /// Paths that are other paths: `posix` is `os`.
    pub(super) canonical: Map<String>,
    /// Functions that are computed.
    pub(super) functions: Map<Reducer>,
    /// Methods of constants and collections that are computed.
    pub(super) methods: Map<Reducer>,
    /// What has these methods as members: `str`, `String.prototype`.
    pub(super) method_owners: Names,
    /// In Bash, variables that are set where most scripts run.
    pub(super) set: Names,
    /// Names that rules name, and where these begin.
    #[serde(skip)]
    pub(super) sinks: Names,
    /// What dangerous names are members of.
    #[serde(skip)]
    pub(super) above_sinks: Names,
    #[serde(skip)]
    pub(super) roots: Names,
    /// The last part of each name that rules name: `system`.
    #[serde(skip)]
    pub(super) last_parts: Names,
    /// Members of any object that are told of wherever they stand, whatever is taken of them.
    #[serde(skip)]
    pub(super) escapes: Names,
}
