//! The policies that come with Lazaret, compiled and embedded; and what others are made of.
//!
//! The build script compiles every policy beside this folder for `wasm32-unknown-unknown`. What is
//! embedded is what `cargo build` makes of it, so that the loader treats it like a policy in a
//! file: there is no second way in.

pub mod cargo;

/// A policy that comes with Lazaret.
#[derive(Clone, Copy, Debug)]
pub struct BundledPolicy {
    /// The name of its folder: `shell-injection`.
    pub name: &'static str,
    /// The module, which the loader makes a component of.
    pub wasm: &'static [u8],
    /// The SHA-256 of the module.
    pub sha256: [u8; 32],
}

/// Every policy that comes with Lazaret, by name.
pub fn policies() -> &'static [BundledPolicy] {
    POLICIES
}

/// The policy of this name.
pub fn policy(name: &str) -> Option<&'static BundledPolicy> {
    POLICIES.iter().find(|policy| policy.name == name)
}

/// The policy `lazaret-policy-rules`, which is none before rules are written into it.
pub fn rules() -> &'static [u8] {
    RULES
}

/// What policies in C are compiled with: the names of files and what is in them.
pub fn c_bindings() -> &'static [(&'static str, &'static [u8])] {
    C_BINDINGS
}

include!(concat!(env!("OUT_DIR"), "/policies.rs"));

#[cfg(test)]
mod tests {
    use super::{policies, policy};

    #[test]
    fn every_policy_is_a_wasm_module() {
        assert!(policy("shell-injection").is_some());
        for policy in policies() {
            assert!(policy.wasm.starts_with(b"\0asm"), "{}", policy.name);
        }
    }

    #[test]
    fn nothing_of_the_machine_that_built_it_is_embedded() {
        // The home directory alone is no sign: `/root` is one, and a policy may well look for it.
        let home = std::env::var("HOME").expect("tests run with a home directory");
        let sources = env!("CARGO_MANIFEST_DIR").strip_suffix("/bundle").expect("it is its folder");
        for place in [sources, &format!("{home}/.cargo"), &format!("{home}/.rustup")] {
            for policy in policies() {
                let mut parts = policy.wasm.windows(place.len());
                let found = parts.any(|part| part == place.as_bytes());
                assert!(!found, "{} names {place}", policy.name);
            }
        }
    }
}
