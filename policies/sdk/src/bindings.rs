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

/// What a policy exports that judges submissions, too.
pub mod submission {
    wit_bindgen::generate!({
        inline: "
            package lazaret:sdk;
            world submission { export lazaret:policy/submission-policy@0.1.0; }
        ",
        path: "wit",
        world: "lazaret:sdk/submission",
        pub_export_macro: true,
        export_macro_name: "export_submission_policy_interface",
        default_bindings_module: "lazaret_policy::bindings::submission",
        with: { "lazaret:policy/types@0.1.0": super::lazaret::policy::types },
        additional_derives: [PartialEq, Eq],
    });
}
