//! Reads the catalogue, and writes it down for the program.
//!
//! To parse all of its files takes three milliseconds, and everybody who has a commit hook would wait
//! for that. So they are parsed here, by the program's own types, and a mistake in one fails the
//! build with its place.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::{env, fs};

use capability::Capability;
use form::{Commands, File};
use language::Language;
use reducer::Reducer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use severity::Severity;

/// A module of the program whose types the catalogue is read by; the rest of it is not needed here.
macro_rules! module {
    ($name:ident, $path:literal) => {
        #[allow(dead_code, unreachable_pub, reason = "the program uses it")]
        #[path = $path]
        mod $name;
    };
}

module!(capability, "src/capability.rs");
module!(form, "src/catalogue/form.rs");
module!(language, "src/language.rs");
module!(reducer, "src/catalogue/reducer.rs");
module!(severity, "src/severity.rs");

fn main() {
    println!("cargo::rerun-if-changed=catalogue");
    let languages = ["python", "javascript", "bash"].map(write::<File>);
    for written in languages.into_iter().chain([write::<Commands>("commands.toml")]) {
        if let Err(error) = written {
            println!("cargo::error={}", error.to_string().replace('\n', " "));
            exit(1);
        }
    }
}

/// Writes down what is in a folder, or in a file, of the catalogue.
fn write<T: DeserializeOwned + Serialize>(name: &str) -> Result<(), Box<dyn Error>> {
    let part: T = read(&Path::new("catalogue").join(name))?;
    let path = PathBuf::from(env::var("OUT_DIR")?).join(name).with_extension("catalogue");
    fs::write(path, postcard::to_allocvec(&part)?)?;
    Ok(())
}

/// A file, or the files of a folder, read as one.
fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        let entries = fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
        paths = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
    }
    let mut texts = Vec::new();
    for path in paths {
        texts.push((fs::read_to_string(&path)?, path));
    }
    let whole: String = texts.iter().map(|(text, _)| text.as_str()).collect();
    toml::from_str(&whole).map_err(|error| placed(&error, &texts).into())
}

/// What is wrong, after the file and the line: `catalogue/bash/code.toml:12: unknown field …`.
fn placed(error: &toml::de::Error, texts: &[(String, PathBuf)]) -> String {
    let mut at = error.span().map_or(0, |span| span.start);
    for (text, path) in texts {
        if let Some(before) = text.get(..at).filter(|_| at < text.len()) {
            let line = before.matches('\n').count() + 1;
            return format!("{}:{line}: {}", path.display(), error.message());
        }
        at -= text.len();
    }
    error.message().to_owned()
}
