//! The contract in C.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use wit_bindgen_c::Opts;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

use crate::{Result, include};

/// What the generated names begin with. The generator would put the package before it, too.
const INTERFACES: [&str; 4] = ["types", "tree", "log", "policy"];

/// The generated files, as the code of a table of them.
pub(crate) fn in_c(policies: &Path, out: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let contract = policies.join("sdk/wit/policy.wit");
    let package = resolve.push_str(&contract, &fs::read_to_string(&contract)?)?;
    let world = resolve.select_world(&[package], Some("lazaret-policy"))?;
    let rename = |name: &str| (format!("lazaret:policy/{name}@0.1.0"), name.to_owned());
    let options = Opts {
        rename: INTERFACES.map(rename).into(),
        rename_world: Some("policy".to_owned()),
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    let mut table = String::from("static C_BINDINGS: &[(&str, &[u8])] = &[\n");
    for (name, contents) in files.iter() {
        fs::write(out.join(name), contents)?;
        writeln!(table, "    ({name:?}, {}),", include(&out.join(name))?)?;
    }
    table.push_str("];\n");
    Ok(table)
}
