//! Loads and runs .wasm policies.
