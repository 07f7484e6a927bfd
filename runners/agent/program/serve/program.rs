//! Starts a program in two steps: its process before there is a job, and its code with the job.
//!
//! The process gives up everything first, then becomes the interpreter, which says that it is up
//! and waits for instructions. Bash cannot wait for its code, so for Bash the process itself waits,
//! and becomes the interpreter when its instructions come.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::time::Duration;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{Failure, Part, Preparation};
use nix::fcntl::OFlag;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, pipe2, write};

use super::job::Received;
use super::lockdown::{Rules, Step, lock_down};
use super::streams::{Feeder, Tap};
use super::worker;
use crate::attempt::{Attempt, failure};
use crate::channel;
use crate::descriptors::Reserved;
use crate::system;

/// How long an interpreter may take until it is up. It takes a tenth of a second at most; a busy
/// machine may need more.
const PATIENCE: Duration = Duration::from_secs(25);

/// What of an interpreter's last words is told on.
const MOST_WORDS: usize = 1000;

/// A program: until it has its instructions, an interpreter that waits.
pub(super) struct Program {
    /// Its first process.
    pub(super) process: Pid,
    pub(super) stdin: Feeder,
    pub(super) instructions: Feeder,
    pub(super) stdout: Tap,
    pub(super) stderr: Tap,
    pub(super) result: Tap,
    /// Why the process could not become the interpreter, if it could not.
    report: File,
}

/// The program's ends of its pipes.
struct Ends {
    stdin: OwnedFd,
    instructions: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
    result: OwnedFd,
    report: File,
}

impl Program {
    /// Starts the interpreter, locked down, and waits until it is up.
    pub(super) fn start(
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<Self, Failure> {
        let (mut program, ends) = pipes().attempt(Part::Interpreter, "make pipes")?;
        match system::fork().attempt(Part::Interpreter, "make a process")? {
            ForkResult::Child => ends.live(preparation, rules, reserved),
            ForkResult::Parent { child } => program.process = child,
        }
        drop(ends);
        program.wait_until_up(preparation)?;
        Ok(program)
    }

    /// Tells the interpreter what to run.
    pub(super) fn instruct(&mut self, received: &Received) -> Result<(), Failure> {
        self.instructions.push(&worker::instructions(received)?);
        self.instructions.end();
        Ok(())
    }

    /// Fails if the process has ended.
    pub(super) fn is_still_up(&self) -> Result<(), Failure> {
        match waitpid(self.process, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => Ok(()),
            _ => Err(failure(Part::Interpreter, "keep the interpreter up: it has ended")),
        }
    }

    /// Why the process did not become the interpreter, if it did not. To be asked when it is over.
    pub(super) fn could_not_begin(&mut self) -> Option<Failure> {
        let frame = channel::read_exactly_one(&mut self.report).ok()?;
        channel::expect(Kind::Failed, &frame).ok()
    }

    fn wait_until_up(&mut self, preparation: &Preparation) -> Result<(), Failure> {
        let word = self.result.wait_for_byte(PATIENCE);
        if word.attempt(Part::Interpreter, "wait for the interpreter")? == Some(worker::UP) {
            return Ok(());
        }
        if let Some(failure) = self.could_not_begin() {
            return Err(failure);
        }
        let mut words = String::from_utf8_lossy(&self.stderr.draw()).into_owned();
        words.truncate(words.floor_char_boundary(MOST_WORDS));
        let command = preparation.command.join(" ");
        Err(failure(Part::Interpreter, format!("start {command}: {}", words.trim())))
    }
}

fn pipes() -> nix::Result<(Program, Ends)> {
    let (stdin, stdin_end) = Feeder::new()?;
    let (instructions, instructions_end) = Feeder::new()?;
    let (stdout, stdout_end) = Tap::new()?;
    let (stderr, stderr_end) = Tap::new()?;
    let (result, result_end) = Tap::new()?;
    let (report, report_end) = pipe2(OFlag::O_CLOEXEC)?;
    let ends = Ends {
        stdin: stdin_end,
        instructions: instructions_end,
        stdout: stdout_end,
        stderr: stderr_end,
        result: result_end,
        report: report_end.into(),
    };
    let (process, report) = (Pid::from_raw(0), report.into());
    Ok((Program { process, stdin, instructions, stdout, stderr, result, report }, ends))
}

impl Ends {
    /// The new process, to its end. The report closes when it becomes the interpreter.
    fn live(self, preparation: &Preparation, rules: &Rules, reserved: &mut Reserved) -> ! {
        let failure = match self.give_up_and_wait(preparation, rules, reserved) {
            Ok(mut command) => Failure {
                errno: command.exec().raw_os_error(),
                ..failure(Part::Interpreter, format!("start {}", preparation.command.join(" ")))
            },
            Err(failure) => failure,
        };
        let _ = channel::send_now(&self.report, Kind::Failed, &failure);
        process::exit(127)
    }

    /// Everything but becoming the interpreter.
    fn give_up_and_wait(
        &self,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<Command, Failure> {
        self.attach(reserved).attempt(Part::Interpreter, "attach the program's pipes")?;
        lock_down(&preparation.limits, rules).map_err(|(step, error)| Failure {
            part: Step::part(step as u8),
            action: "lock the program down".into(),
            errno: error.raw_os_error(),
        })?;
        match worker::command(preparation) {
            Some(command) => Ok(command),
            None => wait_for_instructions(preparation, reserved),
        }
    }

    /// Takes the pipes as its own descriptors, and hears all signals again.
    fn attach(&self, reserved: &mut Reserved) -> nix::Result<()> {
        dup2_stdin(&self.stdin)?;
        dup2_stdout(&self.stdout)?;
        dup2_stderr(&self.stderr)?;
        reserved.fill(&self.result, &self.instructions)?;
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)
    }
}

/// Waits in the interpreter's place.
fn wait_for_instructions(
    preparation: &Preparation,
    reserved: &Reserved,
) -> Result<Command, Failure> {
    let heard = write(reserved.result(), &[worker::UP])
        .map_err(io::Error::from)
        .and_then(|_| reserved.instructions().try_clone())
        .and_then(|pipe| channel::read_exactly_one(File::from(pipe)));
    let frame = heard.attempt(Part::Interpreter, "wait for instructions")?;
    worker::command_with(preparation, &frame, reserved)
}
