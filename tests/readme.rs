//! The README's transcripts are what the program prints.

use crate::support::{Place, finish, root};

/// The commands in the README's `console` blocks, each with what it says is printed.
fn transcripts() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```console\n").skip(1);
    let blocks = blocks.map(|block| block.split_once("```").expect("the block ends").0);
    let mut transcripts = Vec::new();
    for block in blocks {
        for part in block.split("$ ").skip(1) {
            let (command, printed) = part.split_once('\n').expect("a line with the command");
            transcripts.push((command.to_owned(), printed.trim_end().to_owned()));
        }
    }
    transcripts
}

/// Whether `line` is `pattern`, where `…` stands for anything.
fn matches(pattern: &str, line: &str) -> bool {
    let mut rest = line;
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty() || pattern.ends_with('…')
}

#[test]
fn the_readmes_commands_print_what_it_says() {
    let transcripts = transcripts();
    assert!(transcripts.len() >= 2, "the README shows what the program prints");
    for (command, expected) in transcripts {
        let arguments = command.strip_prefix("cargo run --release -- ");
        let arguments = arguments.or(command.strip_prefix("lazaret ")).unwrap_or_else(|| {
            panic!("the README shows `{command}`, which this test cannot repeat")
        });
        let place = Place::new();
        let mut program = place.command();
        program.current_dir(root()).args(arguments.split_whitespace());
        let ran = finish(&mut program, b"");
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        let expected: Vec<&str> = expected.lines().map(str::trim_end).collect();
        let same = printed.len() == expected.len()
            && expected.iter().zip(&printed).all(|(pattern, line)| matches(pattern, line));
        assert!(
            same,
            "`{command}` prints\n{}\nand not\n{}",
            printed.join("\n"),
            expected.join("\n")
        );
    }
}
