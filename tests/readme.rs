//! What the documentation says is printed is what the program prints.

use crate::support::transcript::{Shell, Step, assert_printed, steps};
use crate::support::{Place, finish, root};

#[test]
fn the_readmes_commands_print_what_it_says() {
    let steps = steps("README.md");
    assert!(steps.len() >= 2, "the README shows what the program prints");
    // Nothing was installed before for the reader.
    let packages = tempfile::tempdir().unwrap();
    for step in steps {
        let Step::Run { command, printed: expected } = step else { continue };
        let arguments = command.strip_prefix("cargo run --release -- ");
        let arguments = arguments.or(command.strip_prefix("lazaret ")).unwrap_or_else(|| {
            panic!("the README shows `{command}`, which this test cannot repeat")
        });
        let place = Place::new();
        let mut program = place.command();
        program.current_dir(root()).args(arguments.split_whitespace());
        program.env("LAZARET_DEPENDENCIES__CACHE", packages.path());
        let ran = finish(&mut program, b"");
        assert_printed(&command, &expected, &format!("{}{}", ran.stdout, ran.stderr));
    }
}

/// From a new policy to one that stops a file and a run, as a newcomer types it.
#[test]
fn the_tutorial_leads_where_it_says() {
    let place = Place::new();
    let mut shell = Shell::new(&place);
    let steps = steps("examples/policies/TUTORIAL.md");
    let runs = steps.iter().filter(|step| matches!(step, Step::Run { .. })).count();
    assert!(runs >= 10, "the tutorial has {runs} commands");
    for step in steps {
        shell.follow(step);
    }
}
