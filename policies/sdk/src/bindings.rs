//! The contract in `wit/`, as Rust.
//!
//! Generated. The rest of this crate stands between it and an author, so that a new version of
//! the contract or of the generator changes this crate and no policy.

#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    reason = "generated code, whose exports are read from linear memory"
)]

wit_bindgen::generate!({
    world: "lazaret-policy",
    path: "wit",
    pub_export_macro: true,
    default_bindings_module: "lazaret_policy::bindings",
    additional_derives: [PartialEq, Eq],
});
