//! From a module's name to the distribution that ships it.
//!
//! In layers, the longest dotted name first in each: what a configuration says, the reviewed table,
//! and what is known of the wheels of much used distributions. A name that none of them has stays
//! unresolved, also where a distribution of that name exists: anybody may have registered it.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::dependency::lines;
use crate::{KnownBy, Package};

/// Reviewed by hand: a module, its distributions, and how that is known.
const TABLE: &str = include_str!("../../data/python-modules.txt");

/// Read out of wheels: a module and its distributions, which a module of their name goes without.
const SHIPPED: &str = include_str!("../../data/python-shipped.txt");

/// The part of a module's name that tells distributions apart, and the distribution.
pub(super) fn of(module: &str, overrides: &BTreeMap<String, String>) -> (String, Package) {
    let by_configuration = |name: &str| {
        let distribution = overrides.get(name)?;
        Some(known(distribution, KnownBy::Configuration))
    };
    let by_table = |name: &str| {
        let written = reviewed(name).or_else(|| reviewed(unversioned(name)))?;
        Some(read(written, KnownBy::Table))
    };
    let found = longest(module, by_configuration).or_else(|| longest(module, by_table));
    let top = module.split('.').next().unwrap_or(module);
    found.unwrap_or_else(|| (top.to_owned(), shipped(top).unwrap_or(Package::Unresolved)))
}

/// What comes with a module that somebody takes for a distribution, whose names have no case.
pub(super) fn of_any_case(module: &str) -> Package {
    static LINES: OnceLock<HashMap<String, Package>> = OnceLock::new();
    let packages = LINES.get_or_init(|| {
        let shipped = shipped_lines().map(|(module, written)| (module, written, KnownBy::Wheel));
        let reviewed = table().map(|(module, written)| (module, written, KnownBy::Table));
        let both = shipped.chain(reviewed);
        both.map(|(module, written, by)| (module.to_ascii_lowercase(), read(written, by))).collect()
    });
    packages.get(&module.to_ascii_lowercase()).cloned().unwrap_or(Package::Unresolved)
}

/// Whether a name of a distribution stands in what is known of modules.
pub(super) fn is_known(name: &str) -> bool {
    static NAMES: OnceLock<std::collections::HashSet<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let names = table().chain(shipped_lines()).flat_map(|(_, names)| names.split(['+', '|']));
        names.map(|name| normal(split_versions(name).0)).collect()
    });
    names.contains(name)
}

/// The name of a distribution as it is compared: `Foo_Bar` is `foo-bar`.
pub(crate) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(character.to_lowercase()),
        }
    }
    normal
}

/// `a.b.c`, then `a.b`, then `a`.
fn longest(module: &str, find: impl Fn(&str) -> Option<Package>) -> Option<(String, Package)> {
    let mut name = module;
    loop {
        if let Some(package) = find(name) {
            return Some((name.to_owned(), package));
        }
        name = name.rsplit_once('.')?.0;
    }
}

/// Generated clients have their version in the name: `google.cloud.kms_v1`.
fn unversioned(name: &str) -> &str {
    let Some((before, version)) = name.rsplit_once("_v") else { return name };
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains('.');
    if is_version { before } else { name }
}

/// The modules of the table, each with its distributions.
fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = |line: &'static str| line.rsplit_once(' ')?.0.split_once(' ');
    lines::of(TABLE).filter_map(words)
}

/// The distributions of a module, by the table.
fn reviewed(module: &str) -> Option<&'static str> {
    Some(lines::find(TABLE, module)?.rsplit_once(' ')?.0)
}

/// The modules in wheels, each with its distributions.
fn shipped_lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    lines::of(SHIPPED).map(|line| line.split_once(' ').unwrap_or((line, line)))
}

/// Who ships a module, by the index of wheels.
fn shipped(top: &str) -> Option<Package> {
    let written = lines::find(SHIPPED, top)?;
    Some(read(if written.is_empty() { top } else { written }, KnownBy::Wheel))
}

/// `a`, `a<2`, `a+b` or `a|b`
fn read(written: &str, by: KnownBy) -> Package {
    if written.contains('|') {
        return Package::OneOf(written.split('|').map(normal).collect());
    }
    let mut names = written.split('+');
    let package = known(names.next().unwrap_or_default(), by);
    match package {
        Package::Known { name, versions, by, .. } => {
            Package::Known { name, versions, by, also: names.map(normal).collect() }
        }
        package => package,
    }
}

fn known(written: &str, by: KnownBy) -> Package {
    let (name, versions) = split_versions(written);
    Package::Known { name: normal(name), versions: versions.to_owned(), by, also: Vec::new() }
}

fn split_versions(written: &str) -> (&str, &str) {
    written.split_at(written.find(['<', '>', '=', '!', '~']).unwrap_or(written.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&str> {
        line.split(' ').collect()
    }

    #[test]
    fn each_line_of_the_table_says_how_it_is_known_and_none_is_there_twice() {
        let mut names = std::collections::HashSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let [module, distributions, how] = words(line)[..] else { panic!("{line}") };
            assert!(names.insert(module), "{module} is there twice");
            assert!(["wheel", "index", "family", "docs"].contains(&how), "{line}");
            for name in distributions.split(['+', '|']) {
                let name = split_versions(name).0;
                assert_eq!(normal(name), name, "{line}: the normal form");
            }
        }
        assert!(names.len() >= 300);
        assert!(lines::is_sorted(TABLE));
    }

    #[test]
    fn what_wheels_ship_is_sorted_and_well_formed() {
        assert!(lines::is_sorted(SHIPPED));
        assert!(lines::of(SHIPPED).all(|line| words(line).len() <= 2));
    }
}
