//! Prints the file that a fuzzer's bytes stand for: `show TARGET FILE`.

use std::error::Error;
use std::io::Write;

use lazaret_analysis_fuzz::{constants, statements};

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: show TARGET FILE";
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().ok_or(usage)?;
    let data = std::fs::read(arguments.next().ok_or(usage)?)?;
    let text = match target.as_str() {
        "folding" => constants(&data).ok_or("it is empty")?.1,
        language => statements(language.parse()?, &data),
    };
    Ok(std::io::stdout().write_all(&text)?)
}
