//! A policy that is to be loaded.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::{Limits, LoadError, Refusal};

/// A policy that is to be loaded.
#[derive(Clone, Debug)]
pub struct PolicySource {
    /// What errors call it: a path, or the name of a bundled policy.
    pub name: String,
    /// A component, or the core module that `cargo build` makes of a policy.
    pub bytes: Cow<'static, [u8]>,
    /// Its settings; an empty object, where there are none.
    pub settings: Value,
    /// The SHA-256 of the bytes, where they are part of this program and it was computed when that was
    /// built. See [`PolicySource::embedded`].
    pub sha256: Option<[u8; 32]>,
}

impl PolicySource {
    /// A policy without settings, and what errors call it.
    pub fn new(name: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        let settings = Value::Object(Map::new());
        Self { name: name.into(), bytes: bytes.into(), settings, sha256: None }
    }

    /// A policy that is part of this program, whose SHA-256 was computed when that was built. Its compiled
    /// form is looked for by it alone: with another policy's, that is what would be run.
    pub fn embedded(name: impl Into<String>, bytes: &'static [u8], sha256: [u8; 32]) -> Self {
        Self { sha256: Some(sha256), ..Self::new(name, bytes) }
    }

    /// The policy in a file. Of a file that is too large no more is read than tells that it is.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match read(path, Limits::default().policy_size) {
            Ok(bytes) => Ok(Self::new(name, bytes)),
            Err(reason) => Err(LoadError { policy: name, reason }),
        }
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    // Before it is opened: opening a pipe waits until somebody writes to it.
    let metadata = path.metadata().map_err(Refusal::Unreadable)?;
    if !metadata.is_file() {
        return Err(Refusal::Unreadable(io::Error::other("it is not a regular file")));
    }
    let size = metadata.len();
    let file = File::open(path).map_err(Refusal::Unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(Refusal::Unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { size: size.max(limit + 1), limit });
    }
    Ok(bytes)
}
