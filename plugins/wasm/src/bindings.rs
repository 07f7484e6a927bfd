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

pub(crate) use exports::lazaret::policy::policy::SettingsError;
pub(crate) use lazaret::policy::{log, tree, types};
