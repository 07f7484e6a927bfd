//! What a new policy begins as.
//!
//! One in Rust has a template, and the crate that it depends on, which is in every copy of this
//! program: what is made builds with the contract that this version speaks, wherever it came from.
//! One in another language begins as the example in that language, with its own name.

use super::language::Language;

/// What a file is called in the folder, and what is in it.
type File = (&'static str, &'static str);

/// What the policy `name` begins as in this language.
pub(super) fn files(language: Language, name: &str) -> Vec<(&'static str, String)> {
    let example = match language {
        Language::Rust => {
            let template = RUST.iter().map(|(path, text)| (*path, filled(text, name)));
            return template
                .chain(SDK.iter().map(|(path, text)| (*path, (*text).into())))
                .collect();
        }
        Language::C => C,
        Language::Js => JAVASCRIPT,
        Language::Python => PYTHON,
        Language::Toml => TOML,
    };
    let files = example.iter().chain(FIXTURES);
    files.map(|(path, text)| (*path, text.replace(EXAMPLE, name))).collect()
}

/// The id of the examples.
const EXAMPLE: &str = "no-shell";

macro_rules! example {
    ($folder:literal: $($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../../examples/policies/", $folder, $path)))),*]
    };
}

const C: &[File] = example!["c/": "policy.c" "requirements.txt" "README.md"];
const JAVASCRIPT: &[File] = example!["javascript/": "policy.js" "package.json" "README.md"];
const PYTHON: &[File] = example!["python/": "policy.py" "requirements.txt" "README.md"];
const TOML: &[File] = example!["toml/": "policy.toml" "README.md"];
/// What the examples share.
const FIXTURES: &[File] = example!["": "fixtures/bad.py" "fixtures/good.py" ".gitignore"];

const RUST: &[File] = &[
    ("Cargo.toml", include_str!("template/rust/Cargo.toml.in")),
    (".gitignore", include_str!("template/rust/gitignore.in")),
    ("README.md", include_str!("template/rust/README.md.in")),
    ("src/lib.rs", include_str!("template/rust/lib.rs.in")),
    ("tests/judges.rs", include_str!("template/rust/judges.rs.in")),
    ("fixtures/bad.py", include_str!("template/rust/bad.py.in")),
    ("fixtures/good.py", include_str!("template/rust/good.py.in")),
];

macro_rules! sdk {
    ($($path:literal)*) => {
        &[$((concat!("sdk/", $path), include_str!(concat!("../../../policies/sdk/", $path)))),*]
    };
}

/// The crate `lazaret-policy`, as it is.
const SDK: &[File] = sdk![
    "Cargo.toml"
    "macros/Cargo.toml"
    "macros/src/lib.rs"
    "src/bindings.rs"
    "src/call.rs"
    "src/context.rs"
    "src/flow.rs"
    "src/guest.rs"
    "src/lib.rs"
    "src/limit.rs"
    "src/log.rs"
    "src/manifest.rs"
    "src/matched.rs"
    "src/pattern.rs"
    "src/policy.rs"
    "src/settings.rs"
    "src/submission.rs"
    "src/testing.rs"
    "src/tree.rs"
    "wit/policy.wit"
];

/// A file of the template for the policy `name`.
fn filled(text: &str, name: &str) -> String {
    text.replace("{{name}}", name)
        .replace("{{crate}}", &name.replace('-', "_"))
        .replace("{{type}}", &type_name(name))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{rust-version}}", env!("CARGO_PKG_RUST_VERSION"))
}

/// `NoTelnetPolicy` of `no-telnet`. A type cannot begin with a digit, or be called `Self`.
fn type_name(name: &str) -> String {
    let mut type_name = String::new();
    for word in name.split('-') {
        let (first, rest) = word.split_at(word.len().min(1));
        type_name.push_str(&first.to_ascii_uppercase());
        type_name.push_str(rest);
    }
    type_name.push_str("Policy");
    if type_name.starts_with(|first: char| first.is_ascii_digit()) {
        type_name.insert_str(0, "Policy");
    }
    type_name
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{SDK, type_name};

    #[test]
    fn the_whole_crate_is_embedded() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/sdk");
        let count = |folder: &str| std::fs::read_dir(sdk.join(folder)).unwrap().count();
        let files = 2 + ["src", "wit", "macros/src"].map(count).iter().sum::<usize>();
        assert_eq!(SDK.len(), files, "a file is missing in the list");
    }

    #[test]
    fn a_type_is_called_as_the_policy() {
        assert_eq!(type_name("no-telnet"), "NoTelnetPolicy");
        assert_eq!(type_name("2fa"), "Policy2faPolicy");
        assert_eq!(type_name("self"), "SelfPolicy");
    }
}
