//! What a file must be before it is compiled.
//!
//! The list of imports is the list of permissions, so it is read from the file itself, and a name
//! that is not on it is refused with the name. A core module that says what its functions mean is
//! made a component here, in a few milliseconds; it needs no other tool.

use std::borrow::Cow;

use wasmparser::{Parser, Payload};
use wasmtime::Engine;
use wit_component::ComponentEncoder;

use crate::Refusal;
use crate::error::Cause;

/// The package and version of the contract.
const PACKAGE: &str = "lazaret:policy/";
const VERSION: &str = "0.1.";
/// What every policy exports.
const POLICY: &str = "lazaret:policy/policy";
/// What the other interfaces are written with. It has no functions, so it reaches nothing.
const TYPES: &str = "lazaret:policy/types@";
/// What a policy judges all files together by, where it does.
pub(crate) const SUBMISSION_POLICY: &str = "lazaret:policy/submission-policy";

/// The component that `bytes` are, or that `make` makes of them.
pub(crate) fn admit(
    bytes: &[u8],
    limit: u64,
    make: impl FnOnce(&[u8]) -> Result<Vec<u8>, Refusal>,
) -> Result<Cow<'_, [u8]>, Refusal> {
    let size = bytes.len() as u64;
    if size > limit {
        return Err(Refusal::TooLarge { size, limit });
    }
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(Refusal::Precompiled);
    }
    let component = if Parser::is_core_wasm(bytes) {
        check_module(bytes)?;
        Cow::Owned(make(bytes)?)
    } else if Parser::is_component(bytes) {
        Cow::Borrowed(bytes)
    } else {
        return Err(Refusal::NotWasm);
    };
    check_component(&component)?;
    Ok(component)
}

fn check_module(module: &[u8]) -> Result<(), Refusal> {
    let mut says_what_it_is = false;
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(malformed)? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    check_core_import(import.map_err(malformed)?.module)?;
                }
            }
            Payload::CustomSection(section) => {
                says_what_it_is |= section.name().starts_with("component-type");
            }
            _ => {}
        }
    }
    if says_what_it_is { Ok(()) } else { Err(Refusal::NoContract) }
}

/// The component that a core module is made into. To check its code first can take minutes.
pub(crate) fn componentise(module: &[u8]) -> Result<Vec<u8>, Cause> {
    let mut encoder = ComponentEncoder::default().validate(true).module(module)?;
    Ok(encoder.encode()?)
}

/// A core module imports under the interface's name. From `[export]…` it has what its own exports
/// need, which is made with the component and comes from nowhere else.
fn check_core_import(module: &str) -> Result<(), Refusal> {
    if module.starts_with("[export]") { Ok(()) } else { check_import(module) }
}

/// The interfaces with functions that an admitted component imports.
pub(crate) fn imports(component: &[u8]) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for_each_name(component, |side, name| {
        if side == Side::Import && !name.starts_with(TYPES) {
            names.push(name.to_owned());
        }
        Ok(())
    })?;
    Ok(names)
}

fn check_component(component: &[u8]) -> Result<(), Refusal> {
    let mut is_policy = false;
    for_each_name(component, |side, name| {
        match side {
            Side::Import => check_import(name)?,
            Side::Export => is_policy |= check_export(name)?,
        }
        Ok(())
    })?;
    if is_policy { Ok(()) } else { Err(Refusal::MissingExport(POLICY)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Import,
    Export,
}

/// Goes through what the outermost component imports and exports; those inside have nothing else.
fn for_each_name(
    component: &[u8],
    mut see: impl FnMut(Side, &str) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(malformed)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    see(Side::Import, import.map_err(malformed)?.name.name)?;
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    see(Side::Export, export.map_err(malformed)?.name.name)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_import(name: &str) -> Result<(), Refusal> {
    let (interface, version) = name.split_once('@').unwrap_or((name, ""));
    match interface.strip_prefix(PACKAGE) {
        Some("tree" | "log" | "types") => check_version(version),
        _ => Err(Refusal::Import(name.to_owned())),
    }
}

/// Whether the export is what makes a policy.
fn check_export(name: &str) -> Result<bool, Refusal> {
    let (interface, version) = name.split_once('@').unwrap_or((name, ""));
    match interface {
        POLICY => check_version(version).map(|()| true),
        SUBMISSION_POLICY => check_version(version).map(|()| false),
        _ => Ok(false),
    }
}

fn check_version(version: &str) -> Result<(), Refusal> {
    if version.starts_with(VERSION) {
        return Ok(());
    }
    Err(Refusal::Version(format!("lazaret:policy@{version}")))
}

fn malformed(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Malformed(error.into())
}
