//! What all policies share.

use std::borrow::Cow;

use once_cell::sync::OnceCell;
use wasmtime::component::Component;

use crate::admission::admit;
use crate::cache::Cache;
use crate::code::Code;
use crate::compiler::Step;
use crate::runtime::Runtime;
use crate::{CacheError, Compiler, Compiling, HostOptions, Limits, Refusal};

/// What all policies share. The compiler is set up when it is first needed, which for a file that
/// no policy has to look at is never.
pub(crate) struct Host {
    pub(crate) limits: Limits,
    pub(crate) cache: Option<Cache>,
    pub(crate) cache_error: Option<CacheError>,
    compiler: Option<Compiler>,
    on_compile: Option<fn(Compiling<'_>)>,
    runtime: OnceCell<Runtime>,
}

impl Host {
    pub(crate) fn new(options: &HostOptions) -> Self {
        let (cache, cache_error) = match options.cache.as_deref().map(Cache::open).transpose() {
            Ok(cache) => (cache, None),
            Err(error) => (None, Some(error)),
        };
        let HostOptions { compiler, on_compile, limits, .. } = options.clone();
        Self { limits, cache, cache_error, compiler, on_compile, runtime: OnceCell::new() }
    }

    pub(crate) fn runtime(&self) -> Result<&Runtime, Refusal> {
        self.runtime.get_or_try_init(|| Runtime::new().map_err(Refusal::Runtime))
    }

    /// The component that these bytes are, or are made into.
    pub(crate) fn admit<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Refusal> {
        admit(bytes, self.limits.policy_size, |module| self.make(Step::Componentise, module))
    }

    /// The policy compiled; from the cache, if it is there.
    pub(crate) fn component(&self, code: &Code) -> Result<Component, Refusal> {
        let runtime = self.runtime()?;
        let Some(cache) = &self.cache else { return runtime.load(&self.compile(code)?) };
        let name = format!("{}-{:016x}.cwasm", code.name(), runtime.fingerprint());
        if let Some(component) = cache.file(&name).and_then(|kept| runtime.restore(&kept)) {
            return Ok(component);
        }
        let compiled = self.compile(code)?;
        cache.put(&name, &compiled);
        runtime.load(&compiled)
    }

    fn compile(&self, code: &Code) -> Result<Vec<u8>, Refusal> {
        let tell = |what: Compiling<'_>| self.on_compile.into_iter().for_each(|told| told(what));
        tell(Compiling::Begun(&code.source));
        let component = self.admit(code.bytes());
        let compiled = component.and_then(|component| self.make(Step::Compile, &component));
        tell(Compiling::Ended);
        compiled
    }

    /// In a process of its own, where there is a program for it.
    fn make(&self, step: Step, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        match &self.compiler {
            Some(compiler) => compiler.make(step, input, &self.limits),
            None => step.here(input).map_err(|cause| step.refused(cause)),
        }
    }
}
