//! Programs that mean harm, through the program as a user starts it: on Docker with gVisor, and on
//! the embedded runner.
//!
//! Each attack is one file below `attacks/`, in a directory named by what it is after. To add one,
//! add a file. It prints `ESCAPED` when it got what it must not get, and begins with a comment that
//! says what must happen instead:
//!
//! ```text
//! # What: a child keeps standard output open after its parent has ended.
//! # Expect: success
//! # Stdout: done
//! # Limits: timeout=2s memory=64MiB
//! ```
//!
//! | line | meaning |
//! | --- | --- |
//! | `What:` | the attack, in a sentence; further lines go on with it |
//! | `Expect:` | the status; `a \| b` where both are the truth, depending on who looks first |
//! | `Exit:`, `Signal:` | how the main process ended |
//! | `Stdout:` | a line of standard output; all such lines together are all of it |
//! | `Says:` | what must be somewhere in what was printed, on either stream |
//! | `Result:` | what `main` returned, as JSON; `none` where there must be nothing |
//! | `Artifacts:` | the names of all that were collected, as a JSON array; without it, there are none |
//! | `Refused:` | `name = reason` of what was not collected; a further line for each |
//! | `Arguments:` | calls `main` with this JSON object; without it, the file is a script |
//! | `Limits:` | keys of `[execution]` with their values |
//! | `After:` | a program below `companions/` that runs, and succeeds, just before |
//! | `While:` | a program below `companions/` that has printed a line, and still runs |
//! | `On:` | the runners, where it is not both: `docker`, `process` |
//!
//! A line can hold for one runner alone, in place of the others of its name: `Expect[docker]:`.
//! Files in a directory with the name of the attack, without its ending, lie beside the program.
//!
//! What holds for every attack, and needs no line: an answer comes, the isolation is the one that
//! was asked for, `ESCAPED` is printed nowhere, nobody took the bait that the host holds out, the
//! next run succeeds, and nothing is left on the machine.
//!
//! `ATTACKS=memory/` in the environment runs only the attacks with that in their names.

mod arena;
mod attack;
mod bait;
mod engine;
mod judge;
mod secrets;
mod traces;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arena::Arena;
use attack::{Attack, Runner};
use traces::Traces;

/// The two suites look at the whole machine, and must not see each other's runs.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn docker_with_gvisor_holds_every_attack() {
    engine::is_up();
    every_attack_is_held(Runner::Docker);
}

#[test]
fn the_embedded_runner_holds_every_attack() {
    every_attack_is_held(Runner::Process);
}

#[test]
fn there_are_at_least_eighty_attacks_on_each_runner() {
    for runner in Runner::ALL {
        let count = attack::all().iter().filter(|attack| attack.runs_on(runner)).count();
        assert!(count >= 80, "{count} on {}", runner.name());
    }
}

/// A suite that finds nothing must be able to find something.
#[test]
fn whatever_is_not_as_it_must_be_is_noticed() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("escapes.sh");
    let wrong = "# What: x\n# Expect: no_result\n# Exit: 3\n# Stdout: y\n# Says: z\n# Result: 1\n\
                 # Artifacts: [\"a\"]\n# Refused: a = b\necho ESCAPED\n";
    std::fs::write(&path, wrong).unwrap();
    let attack = Attack::parse("escapes.sh".into(), &path, wrong);
    let complaints = Arena::new(Runner::Process).attack(&attack);
    assert_eq!(complaints.len(), 9, "{complaints:#?}");
}

fn every_attack_is_held(runner: Runner) {
    let _alone = alone();
    let arena = Arena::new(runner);
    arena.warm_up();
    let chosen = chosen(runner);
    let mut complaints = Vec::new();
    for attack in &chosen {
        let begun = Instant::now();
        let found = self::complaints(&arena, attack);
        tell(&format!("{:5.1} s  {}", begun.elapsed().as_secs_f64(), attack.name), &found);
        complaints.extend(found);
    }
    assert!(
        complaints.is_empty(),
        "{} of {} attacks on {}:\n\n{}",
        complaints.len(),
        chosen.len(),
        runner.name(),
        complaints.join("\n\n")
    );
}

/// The attacks on a runner; with `ATTACKS`, those with that in their names.
fn chosen(runner: Runner) -> Vec<Attack> {
    let wanted = std::env::var("ATTACKS").unwrap_or_default();
    let all = attack::all().into_iter();
    let chosen: Vec<Attack> =
        all.filter(|attack| attack.runs_on(runner) && attack.name.contains(&wanted)).collect();
    assert!(!chosen.is_empty(), "no attack on {} has `{wanted}` in its name", runner.name());
    chosen
}

/// Runs an attack, then a program that means well, and looks at the machine. Answers with all that is
/// not as it must be.
fn complaints(arena: &Arena, attack: &Attack) -> Vec<String> {
    let before = Traces::now();
    let mut complaints = arena.attack(attack);
    let found = arena.bait.taken().into_iter().chain(before.left_behind());
    complaints.extend(found.map(|found| format!("{found}\n  by {}", attack.name)));
    complaints
}

/// Tells whoever watches (`cargo test attacks -- --nocapture`) how far it is.
#[allow(clippy::print_stderr, reason = "for people who wait")]
fn tell(line: &str, complaints: &[String]) {
    let well = if complaints.is_empty() { "" } else { "  FAILED" };
    eprintln!("{line}{well}");
    for complaint in complaints {
        eprintln!("    {complaint}");
    }
}
