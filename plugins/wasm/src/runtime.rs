//! wasmtime, set up for code that nobody trusts.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, EngineWeak};

use crate::Refusal;
use crate::bindings::LazaretPolicy;
use crate::error::Cause;
use crate::state::State;

/// How exactly a deadline is kept. Shorter wakes an idle process more often.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// The compiler, and what a policy may import.
pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
}

impl Runtime {
    pub(crate) fn new() -> Result<Self, Cause> {
        let engine = engine()?;
        let mut linker = Linker::new(&engine);
        LazaretPolicy::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
        tick(engine.weak())?;
        Ok(Self { engine, linker })
    }

    /// Names what compiled code depends on: the version of wasmtime, its settings, the processor.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    /// A policy that was just compiled.
    #[expect(unsafe_code, reason = "machine code is run as it is")]
    pub(crate) fn load(&self, compiled: &[u8]) -> Result<Component, Refusal> {
        // SAFETY: `deserialize` needs bytes that wasmtime has compiled. These were made a moment ago, by
        // `precompile_component` in this process or in one of the program that `HostOptions::compiler`
        // names; they came over a pipe that nobody else has. A file that somebody gives as a policy never
        // comes here. Version, settings and processor are checked by `deserialize`.
        let loaded = unsafe { Component::deserialize(&self.engine, compiled) };
        loaded.map_err(|error| Refusal::Compile(error.into()))
    }

    /// A policy that the cache kept; nothing, where this machine or this version cannot use it. Its code
    /// is mapped, and read when it is run: what nobody runs costs nothing.
    #[expect(unsafe_code, reason = "machine code that was compiled before is run as it is")]
    pub(crate) fn restore(&self, kept: &File) -> Option<Component> {
        // By its descriptor: under its name another may stand by now.
        let path = format!("/proc/self/fd/{}", kept.as_raw_fd());
        // SAFETY: `deserialize_file` needs a file that wasmtime has compiled, and that nobody changes as
        // long as it is mapped. This one comes from the cache alone: a directory that only this user can
        // write to or replace, which was checked when it was opened, under a name that only compiled
        // policies are put under, with a seal of name and contents that was just verified on this very
        // file. The cache never writes to a file that has its name; it puts another in its place. A file
        // that somebody gives as a policy never comes here. Version, settings and processor are checked
        // by `deserialize_file`.
        unsafe { Component::deserialize_file(&self.engine, path) }.ok()
    }
}

/// What compiles, and runs what was compiled by one of its kind.
pub(crate) fn engine() -> Result<Engine, Cause> {
    Ok(Engine::new(&config())?)
}

fn config() -> Config {
    let mut config = Config::new();
    config.consume_fuel(true).epoch_interruption(true).max_wasm_stack(512 << 10);
    // The same file gets the same verdict on every machine, floating point included.
    config.cranelift_nan_canonicalization(true).wasm_relaxed_simd(false);
    // What no policy needs. Most advisories are about one of these.
    config.wasm_threads(false).wasm_gc(false).wasm_function_references(false);
    config.wasm_exceptions(false).wasm_memory64(false).wasm_tail_call(false);
    config.concurrency_support(false);
    // What copies between the components that a policy in JavaScript or Python is made of has a memory
    // of each. Limits are for all memories together.
    config.wasm_multi_memory(true);
    // Addresses in a policy without names tell nobody anything; what it logged does.
    config.wasm_backtrace_max_frames(None);
    // Instances are allocated on demand: a pool would save a few microseconds of the 35 that one
    // takes, and refuse the instance that is one too many.
    config
}

/// Moves the clock that deadlines are read from, until the engine is gone. On a thread of its own:
/// the one that runs a policy may be caught in it.
fn tick(engine: EngineWeak) -> Result<(), Cause> {
    let ticker = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("policy-deadlines".to_owned()).spawn(ticker)?;
    Ok(())
}
