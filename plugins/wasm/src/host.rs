//! What all policies share.

use std::sync::{Arc, OnceLock};

use wasmtime::component::Component;

use crate::admission::admit;
use crate::cache::{Cache, digest, hexadecimal};
use crate::error::Cause;
use crate::runtime::Runtime;
use crate::{CacheError, HostOptions, Limits, Refusal};

/// What all policies share. The compiler is set up when it is first needed, which for a file that
/// no policy has to look at is never.
pub(crate) struct Host {
    pub(crate) limits: Limits,
    pub(crate) cache: Option<Cache>,
    pub(crate) cache_error: Option<CacheError>,
    runtime: OnceLock<Result<Runtime, Arc<Cause>>>,
}

impl Host {
    pub(crate) fn new(options: &HostOptions) -> Self {
        let (cache, cache_error) = match options.cache.as_deref().map(Cache::open).transpose() {
            Ok(cache) => (cache, None),
            Err(error) => (None, Some(error)),
        };
        Self { limits: options.limits.clone(), cache, cache_error, runtime: OnceLock::new() }
    }

    pub(crate) fn runtime(&self) -> Result<&Runtime, Refusal> {
        let runtime = self.runtime.get_or_init(|| Runtime::new().map_err(Arc::new));
        runtime.as_ref().map_err(|cause| Refusal::Runtime(Arc::clone(cause)))
    }

    /// The policy compiled; from the cache, if it is there.
    pub(crate) fn component(&self, bytes: &[u8]) -> Result<Component, Refusal> {
        let runtime = self.runtime()?;
        let Some(cache) = &self.cache else { return self.compile(bytes, runtime) };
        let digest = hexadecimal(&digest([bytes]));
        let name = format!("{digest}-{:016x}.cwasm", runtime.fingerprint());
        if let Some(component) = cache.get(&name).and_then(|kept| runtime.restore(&kept)) {
            return Ok(component);
        }
        let component = self.compile(bytes, runtime)?;
        if let Ok(compiled) = component.serialize() {
            cache.put(&name, &compiled);
        }
        Ok(component)
    }

    fn compile(&self, bytes: &[u8], runtime: &Runtime) -> Result<Component, Refusal> {
        let component = admit(bytes, self.limits.policy_size)?;
        let compiled = Component::from_binary(&runtime.engine, &component);
        compiled.map_err(|error| Refusal::Compile(error.into()))
    }
}
