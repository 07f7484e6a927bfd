//! What a policy is, for somebody who has its file and not yet its trust.
//!
//! Everything that loading checks is checked here too, so what is inspected can be loaded; only
//! its settings are not looked at, because there are none yet.

use sha2::{Digest, Sha256};
use wasmparser::Parser;

use crate::admission::imports;
use crate::cache::hexadecimal;
use crate::code::Code;
use crate::host::Host;
use crate::{HostOptions, LoadError, Manifest, PolicySource, Refusal};

/// What a policy is.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What it says about itself.
    pub manifest: Manifest,
    /// The interfaces that it imports, which is all that it can reach.
    pub imports: Vec<String>,
    /// What the file is.
    pub form: Form,
    /// The file's size in bytes.
    pub size: u64,
    /// The size in bytes of the component that it is, or is made into.
    pub component_size: u64,
    /// The SHA-256 of the file in hexadecimal, as `sha256sum` tells it.
    pub sha256: String,
}

/// What a policy's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A component.
    Component,
    /// A core module, which is made a component when it is loaded.
    CoreModule,
}

impl Inspection {
    /// What the policy in `source` is. It is compiled and tried.
    pub fn of(source: PolicySource, options: &HostOptions) -> Result<Self, LoadError> {
        let name = source.name.clone();
        inspect(source, options).map_err(|reason| LoadError { policy: name, reason })
    }
}

fn inspect(source: PolicySource, options: &HostOptions) -> Result<Inspection, Refusal> {
    let host = Host::new(options);
    let component = host.admit(&source.bytes)?;
    let imports = imports(&component)?;
    let component_size = component.len() as u64;
    let is_core = Parser::is_core_wasm(&source.bytes);
    let size = source.bytes.len() as u64;
    let sha256 = hexadecimal(&Sha256::digest(&source.bytes).into());
    let component = component.into_owned();
    Ok(Inspection {
        manifest: Code::new(source.name, component.into(), None).describe(&host)?,
        imports,
        form: if is_core { Form::CoreModule } else { Form::Component },
        size,
        component_size,
        sha256,
    })
}
