//! What all policies share.

use once_cell::sync::OnceCell;
use wasmtime::component::Component;

use crate::admission::admit;
use crate::cache::Cache;
use crate::code::Code;
use crate::runtime::Runtime;
use crate::{CacheError, HostOptions, Limits, Refusal};

/// What all policies share. The compiler is set up when it is first needed, which for a file that
/// no policy has to look at is never.
pub(crate) struct Host {
    pub(crate) limits: Limits,
    pub(crate) cache: Option<Cache>,
    pub(crate) cache_error: Option<CacheError>,
    runtime: OnceCell<Runtime>,
}

impl Host {
    pub(crate) fn new(options: &HostOptions) -> Self {
        let (cache, cache_error) = match options.cache.as_deref().map(Cache::open).transpose() {
            Ok(cache) => (cache, None),
            Err(error) => (None, Some(error)),
        };
        Self { limits: options.limits.clone(), cache, cache_error, runtime: OnceCell::new() }
    }

    pub(crate) fn runtime(&self) -> Result<&Runtime, Refusal> {
        self.runtime.get_or_try_init(|| Runtime::new().map_err(Refusal::Runtime))
    }

    /// The policy compiled; from the cache, if it is there.
    pub(crate) fn component(&self, code: &Code) -> Result<Component, Refusal> {
        let runtime = self.runtime()?;
        let Some(cache) = &self.cache else { return self.compile(code, runtime) };
        let name = format!("{}-{:016x}.cwasm", code.name(), runtime.fingerprint());
        if let Some(component) = cache.file(&name).and_then(|kept| runtime.restore(&kept)) {
            return Ok(component);
        }
        let component = self.compile(code, runtime)?;
        if let Ok(compiled) = component.serialize() {
            cache.put(&name, &compiled);
        }
        Ok(component)
    }

    fn compile(&self, code: &Code, runtime: &Runtime) -> Result<Component, Refusal> {
        let component = admit(code.bytes(), self.limits.policy_size)?;
        let compiled = Component::from_binary(&runtime.engine, &component);
        compiled.map_err(|error| Refusal::Compile(error.into()))
    }
}
