//! The contract, as Rust. Its only copy is in the SDK.

#![allow(
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "generated code; the contract documents itself"
)]

wasmtime::component::bindgen!({
    path: "../../policies/sdk/wit",
    world: "lazaret-policy",
    // A breach of a limit inside a host function ends the policy.
    imports: { default: trappable },
});

/// The same for a policy that judges submissions, too.
pub(crate) mod submission {
    wasmtime::component::bindgen!({
        path: "../../policies/sdk/wit",
        world: "lazaret-submission-policy",
        imports: { default: trappable },
        with: {
            "lazaret:policy/types": super::lazaret::policy::types,
            "lazaret:policy/tree": super::lazaret::policy::tree,
            "lazaret:policy/log": super::lazaret::policy::log,
        },
    });

    pub(crate) use exports::lazaret::policy::submission_policy::{Dependency, Located};
}

pub(crate) use exports::lazaret::policy::policy::SettingsError;
pub(crate) use lazaret::policy::{log, tree, types};
