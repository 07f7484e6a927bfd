//! What is known of a language beside its rules: its own names, and which names are others.

use std::rc::Rc;

use super::{Entry, Reducer, Trigger, World};
use crate::Severity;

impl World {
    /// Learns which names matter to rules.
    pub(super) fn learn(&mut self, rules: &[Entry]) {
        let used = || rules.iter().filter(|rule| rule.on == Trigger::Use);
        // A rule about what is given says nothing of the name: `getattr(requests, method)`.
        let of_names = || used().filter(|rule| rule.when.is_empty());
        let weighty = || of_names().filter(|rule| rule.severity >= Severity::High);
        let of_any = weighty().flat_map(|rule| &rule.names).filter(|name| name.starts_with('.'));
        self.escapes.extend(of_any.cloned());
        for rule in weighty() {
            let above = rule.names.iter().filter_map(|name| name.rsplit_once('.'));
            // A plain class is indexed in types: `dict[str, int]`.
            let is_class = |name: &str| self.classes.values().any(|class| class == name);
            let above =
                above.filter(|(above, last)| !above.is_empty() && *last != "*" && !is_class(above));
            self.above_sinks.extend(above.map(|(above, _)| above.to_owned()));
        }
        let serious = used().filter(|rule| rule.severity >= Severity::Medium);
        let last_parts = serious.flat_map(|rule| &rule.names).filter_map(|name| {
            let (above, last) = name.rsplit_once('.')?;
            // What constants and collections have, too, is called everywhere: `get`.
            let is_everyday =
                self.methods.contains_key(last) || self.everyday_members.contains(last);
            let is_plain = above.is_empty() || above.contains('(') || is_everyday;
            (!is_plain).then(|| last.to_owned())
        });
        self.last_parts.extend(last_parts);
        let written = rules.iter().filter(|rule| rule.on == Trigger::Assign);
        let of_something =
            written.flat_map(|rule| &rule.names).filter(|name| !name.starts_with('.'));
        let root = |name: &String| name.split('.').next().unwrap_or(name).to_owned();
        self.roots.extend(of_something.map(root));
        for name in used().flat_map(|rule| &rule.names) {
            self.roots.insert(name.split(['.', '(']).next().unwrap_or(name).to_owned());
            self.sinks.insert(name.clone());
            if name.starts_with('.') {
                self.members.insert(name.clone());
            }
        }
    }

    /// Whether a rule names exactly this path.
    pub(crate) fn is_sink(&self, path: &str) -> bool {
        self.sinks.contains(path)
    }

    /// In Bash, whether this variable is set where most scripts run.
    pub(crate) fn is_set(&self, variable: &str) -> bool {
        self.set.contains(variable)
    }

    /// Whether rules name a member of something that is called so.
    pub(crate) fn is_called_like_a_sink(&self, member: &str) -> bool {
        self.last_parts.contains(member)
    }

    /// Whether this is a member of any object that leads out of everything.
    pub(crate) fn is_escape(&self, path: &str) -> bool {
        self.escapes.contains(path)
    }

    /// Whether a rule names something below this name.
    pub(crate) fn is_root(&self, name: &str) -> bool {
        self.roots.contains(name) || self.transparent.contains(name)
    }

    /// Whether an item of this name is a text, and leads nowhere.
    pub(crate) fn is_only_text(&self, key: &str) -> bool {
        self.text_items.contains(key)
    }

    /// Whether this only leads to what texts are asked of.
    pub(crate) fn is_on_the_way(&self, path: &str) -> bool {
        self.asked.contains(path)
    }

    /// Whether a method gives an item by its key.
    pub(crate) fn gets(&self, method: &str) -> bool {
        self.method(method) == Some(Reducer::Get)
    }

    /// Whether a dictionary of modules is called by a name of which this holds.
    pub(crate) fn has_modules_by(&self, holds: impl Fn(&str) -> bool) -> bool {
        let names = self.modules.iter().filter_map(|path| path.rsplit('.').next());
        names.into_iter().any(holds)
    }

    /// Whether this member of a class tells what is below it.
    pub(crate) fn is_register(&self, member: &str) -> bool {
        self.registers.contains(member)
    }

    /// Whether a call of this does no more than give a value.
    pub(crate) fn is_inert(&self, path: &str) -> bool {
        self.inert.contains(path)
    }

    /// Whether a function finds a module without loading it.
    pub(crate) fn finds(&self, function: &str) -> bool {
        self.finders.contains(function)
    }

    /// Whether a function that loads a module does without it.
    pub(crate) fn does_without(&self, function: &str) -> bool {
        self.optional.contains(function)
    }

    /// Whether people show an inner member of this name.
    pub(crate) fn is_shown(&self, member: &str) -> bool {
        self.shown.contains(member)
    }

    /// Whether a method changes what it is called on.
    pub(crate) fn changes(&self, method: &str) -> bool {
        self.changing.contains(method)
    }

    /// Whether a function asks for a member by its name.
    pub(crate) fn asks(&self, function: &str) -> bool {
        self.asks.contains(function)
    }

    /// Whether the members of this are the global names.
    pub(crate) fn is_transparent(&self, path: &str) -> bool {
        self.transparent.contains(path)
    }

    /// Whether one of this thing's members is dangerous.
    pub(crate) fn is_above_sink(&self, path: &str) -> bool {
        self.above_sinks.contains(path) || self.transparent.contains(path)
    }

    /// Whether one of the members that this holds is dangerous, or any name of the file's own.
    pub(crate) fn is_sensitive(&self, path: &str) -> bool {
        let object = path.strip_suffix(".__dict__").unwrap_or(path);
        self.is_above_sink(object) || self.is_namespace(path)
    }

    /// The text that a name stands for, if the language says so.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Whether this is a dictionary of the file's own names.
    pub(crate) fn is_namespace(&self, path: &str) -> bool {
        self.namespaces.contains(path)
    }

    /// Whether this is the dictionary of names of the file itself.
    pub(crate) fn is_own_namespace(&self, path: &str) -> bool {
        self.is_namespace(path) && path.ends_with("()")
    }

    /// A member that means the same of any object.
    pub(crate) fn member_of_any(&self, name: &str) -> Option<Rc<str>> {
        let path = format!(".{name}");
        self.members.contains(&path).then(|| path.into())
    }

    /// Whether the name needs no import.
    pub(crate) fn is_builtin(&self, name: &str) -> bool {
        self.builtins.contains(name)
    }

    /// The one path for everything that is the same.
    pub(crate) fn path(&self, path: &str) -> Rc<str> {
        let path = match self.prefix.as_str() {
            "" => path,
            prefix => path.strip_prefix(prefix).unwrap_or(path),
        };
        self.canonical.get(path).map_or(path, String::as_str).into()
    }

    /// What an import names: its module may have another name, and `builtins.eval` is `eval`.
    pub(crate) fn imported(&self, path: &str) -> Rc<str> {
        let whole = self.path(path);
        let Some((module, rest)) = whole.split_once('.').filter(|(module, _)| !module.is_empty())
        else {
            return whole;
        };
        // `from pathlib import os`
        if let Some((module, last)) = whole.rsplit_once('.')
            && self.is_reexported(module, last)
        {
            return self.path(last.trim_start_matches('_'));
        }
        match self.canonical.get(module) {
            _ if self.transparent.contains(module) && rest != "__dict__" => self.path(rest),
            Some(other) => self.path(&format!("{other}.{rest}")),
            None => whole,
        }
    }

    /// A member of something.
    pub(crate) fn member(&self, path: &str, name: &str) -> Rc<str> {
        if self.transparent.contains(path) && name != "__dict__" {
            self.path(name)
        } else if self.origin == name && self.is_builtin(path) {
            "builtins".into()
        } else if self.same.contains(name) {
            path.into()
        } else if self.is_reexported(path, name) {
            self.path(name.trim_start_matches('_'))
        } else if path.ends_with('.') {
            self.path(&format!("{path}{name}"))
        } else {
            self.path(&format!("{path}.{name}"))
        }
    }

    /// The members of this name that rules know: of a module, or of each that is held by what holds
    /// them all.
    pub(crate) fn sinks_within(&self, path: &str, name: &str) -> Vec<Rc<str>> {
        let modules: Vec<&str> = if self.has_modules(path) {
            self.reexported.iter().map(String::as_str).collect()
        } else {
            vec![path]
        };
        let members = modules.into_iter().map(|module| self.member(module, name));
        members.filter(|member| self.is_sink(member)).collect()
    }

    /// A member of something; of a function, one that every function has may be something else.
    pub(crate) fn member_or_maker(&self, path: &str, name: &str) -> Rc<str> {
        let member = self.member(path, name);
        let is_named = self.is_sink(&member) || *member != *format!("{path}.{name}");
        let maker = || self.function_member(name).filter(|_| self.is_function(path));
        if is_named { member } else { maker().unwrap_or(member) }
    }

    /// Whether other modules have a module of this name as a member.
    pub(crate) fn is_shared(&self, name: &str) -> bool {
        self.reexported.contains(name.trim_start_matches('_'))
    }

    /// Whether a member is another module that this one happens to have imported.
    fn is_reexported(&self, path: &str, name: &str) -> bool {
        self.is_shared(name) && !path.contains('(') && path != name
    }

    /// Something's item of this name.
    pub(crate) fn item(&self, path: &str, name: &str) -> Option<Rc<str>> {
        if self.modules.contains(path) {
            return Some(self.path(name));
        }
        if self.indexed_members || self.transparent.contains(path) {
            return Some(self.member(path, name));
        }
        Some(self.member(path.strip_suffix(".__dict__")?, name))
    }

    /// What a call of this path computes, if it is known.
    pub(crate) fn reducer(&self, callee: &str) -> Option<Reducer> {
        if let Some(reducer) = self.functions.get(callee) {
            return Some(*reducer);
        }
        let (owner, name) = callee.rsplit_once('.')?;
        self.methods.get(name).filter(|_| self.method_owners.contains(owner)).copied()
    }

    /// What a method of a constant or a collection computes.
    pub(crate) fn method(&self, name: &str) -> Option<Reducer> {
        self.methods.get(name).copied()
    }

    /// A member that every function has, and that is something else.
    pub(crate) fn function_member(&self, name: &str) -> Option<Rc<str>> {
        self.function_members.get(name).map(|path| self.path(path))
    }

    /// The class of values of this sort, if they have one.
    pub(crate) fn class_of(&self, sort: &str) -> Option<&str> {
        self.classes.get(sort).map(String::as_str)
    }

    /// A member of values of this sort, if they have a class: the class, or a method of it.
    pub(crate) fn member_of_value(&self, sort: &str, name: &str) -> Option<Rc<str>> {
        let class = self.class_of(sort)?;
        Some(match self.prototype.as_str() {
            _ if name == self.class_member => class.into(),
            "" => format!("{class}.{name}").into(),
            prototype => format!("{class}.{prototype}.{name}").into(),
        })
    }

    /// Whether this is a function of the language's own, as far as its name tells.
    pub(crate) fn is_function(&self, path: &str) -> bool {
        let root = path.split('.').next().unwrap_or(path);
        let named = root.len() < path.len() || path.starts_with(|c: char| c.is_ascii_uppercase());
        self.is_builtin(root) && !path.contains('(') && (named || self.is_sink(path))
    }

    /// Whether this holds modules by their names.
    pub(crate) fn has_modules(&self, path: &str) -> bool {
        self.modules.contains(path)
    }

    /// Whether the items of this are modules, or members of something.
    pub(crate) fn is_dictionary(&self, path: &str) -> bool {
        self.modules.contains(path) || path.ends_with(".__dict__")
    }

    /// A method of something that has a path: of a dictionary of modules or names, or one that
    /// every object has.
    pub(crate) fn path_method(&self, path: &str, name: &str) -> Option<Reducer> {
        let is_dictionary = self.is_dictionary(path) || self.namespaces.contains(path);
        let reducer = match self.method(name)? {
            Reducer::Get | Reducer::Item if is_dictionary => Reducer::Item,
            setter @ (Reducer::SetMember | Reducer::SetMembers) => setter,
            // `object.__getattribute__` is given its object.
            Reducer::Member if !self.functions.contains_key(&format!("{path}.{name}")) => {
                Reducer::Member
            }
            _ => return None,
        };
        Some(reducer)
    }

    /// How many arguments come before those of the function that this member of it calls.
    pub(crate) fn shift(&self, member: &str) -> usize {
        usize::from(self.shifting.contains(member))
    }

    /// Whether a method calls what it is given with what its object stands for.
    pub(crate) fn passes(&self, method: &str) -> bool {
        self.passes.contains(method)
    }

    /// Whether `a["b"]` is `a.b`.
    pub(crate) fn has_indexed_members(&self) -> bool {
        self.indexed_members
    }
}
