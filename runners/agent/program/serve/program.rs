//! Starts a program in two steps: its process before there is a job, and its code with the job.
//!
//! The process gives up everything, then becomes the interpreter, which says that it is up and
//! waits for its instructions.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{Failure, Part, Preparation};
use nix::fcntl::OFlag;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, pipe2};

use super::command::Command;
use super::job::Received;
use super::lockdown::{Rules, Step, lock_down};
use super::streams::{Feeder, Tap};
use super::{WORK, worker};
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
}

/// The program's ends of its pipes.
struct Ends {
    stdin: OwnedFd,
    instructions: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
    result: OwnedFd,
    /// Where the process says why it could not become the interpreter.
    report: File,
}

impl Program {
    /// Starts the interpreter, locked down, and waits until it is up.
    pub(super) fn start(
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<Self, Failure> {
        let made = pipe2(OFlag::O_CLOEXEC).and_then(|(report, end)| Ok((report, pipes(end)?)));
        let (report, (mut program, ends)) = made.attempt(Part::Interpreter, "make pipes")?;
        let command = worker::command(preparation)?;
        let life = || ends.live(&command, preparation, rules, reserved);
        program.process = system::start(life).attempt(Part::Interpreter, "make a process")?;
        drop(ends);
        program.wait_until_up(preparation, report.into())?;
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

    fn wait_until_up(&mut self, preparation: &Preparation, report: File) -> Result<(), Failure> {
        let word = self.result.wait_for_byte(PATIENCE);
        if word.attempt(Part::Interpreter, "wait for the interpreter")? == Some(worker::UP) {
            return Ok(());
        }
        if let Ok(frame) = channel::read_exactly_one(report) {
            return Err(channel::expect(Kind::Failed, &frame)?);
        }
        let mut room = [0; MOST_WORDS];
        let words = String::from_utf8_lossy(self.stderr.draw(&mut room));
        let command = preparation.command.join(" ");
        Err(failure(Part::Interpreter, format!("start {command}: {}", words.trim())))
    }
}

fn pipes(report: OwnedFd) -> nix::Result<(Program, Ends)> {
    let (stdin, stdin_end) = Feeder::new()?;
    let (instructions, instructions_end) = Feeder::new()?;
    let (stdout, stdout_end) = Tap::new()?;
    let (stderr, stderr_end) = Tap::new()?;
    let (result, result_end) = Tap::new()?;
    let ends = Ends {
        stdin: stdin_end,
        instructions: instructions_end,
        stdout: stdout_end,
        stderr: stderr_end,
        result: result_end,
        report: report.into(),
    };
    let process = Pid::from_raw(0);
    Ok((Program { process, stdin, instructions, stdout, stderr, result }, ends))
}

impl Ends {
    /// The new process, to its end, or until it becomes the interpreter, which closes the report.
    /// Nothing may be held then that has to be freed: the memory is the agent's.
    fn live(
        &self,
        command: &Command,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) {
        let failure = match self.give_up(preparation, rules, reserved) {
            Ok(()) => Failure {
                errno: Some(command.run(Path::new(WORK)) as i32),
                ..failure(Part::Interpreter, format!("start {}", preparation.command.join(" ")))
            },
            Err(failure) => failure,
        };
        let _ = channel::send_now(&self.report, Kind::Failed, &failure);
    }

    /// Everything but becoming the interpreter.
    fn give_up(
        &self,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<(), Failure> {
        self.attach(reserved).attempt(Part::Interpreter, "attach the program's pipes")?;
        lock_down(&preparation.limits, rules).map_err(|(step, error)| Failure {
            part: Step::part(step as u8),
            action: "lock the program down".into(),
            errno: error.raw_os_error(),
        })
    }

    /// Takes the pipes as its own descriptors, and hears all signals again.
    fn attach(&self, reserved: &mut Reserved) -> nix::Result<()> {
        dup2_stdin(&self.stdin)?;
        dup2_stdout(&self.stdout)?;
        dup2_stderr(&self.stderr)?;
        reserved.fill(&self.result, &self.instructions)?;
        system::heed_broken_pipes()?;
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)
    }
}
