//! Starts a program in two steps: its process before there is a job, and its code with the job.
//!
//! The process gives up everything, then becomes the interpreter, which says that it is up and
//! waits for its instructions. Where there is a [`Zygote`], it makes the process of itself.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{Failure, Part, Preparation, WORK};
use nix::fcntl::OFlag;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, pipe2};

use super::children::Children;
use super::command::Command;
use super::job::Received;
use super::lockdown::{Role, Rules, lock_down};
use super::streams::{Feeder, Tap};
use super::worker;
use super::zygote::Zygote;
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
    /// What its interpreter says of itself when it is up: Node's version.
    pub(super) version: String,
}

/// The program's ends of its pipes.
pub(super) struct Ends {
    pub(super) stdin: OwnedFd,
    pub(super) instructions: OwnedFd,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
    pub(super) result: OwnedFd,
}

impl Program {
    /// Starts the interpreter, locked down, and waits until it is up.
    pub(super) fn start(
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<Self, Failure> {
        let (mut program, ends) = pipes().attempt(Part::Interpreter, "make pipes")?;
        program.become_process(ends, Role::Program, preparation, rules, reserved)?;
        Ok(program)
    }

    /// Has the zygote make a copy of itself, and waits until that is up.
    pub(super) fn copy(zygote: &Zygote) -> Result<Self, Failure> {
        let (mut program, ends) = pipes().attempt(Part::Interpreter, "make pipes")?;
        zygote.copy(&ends)?;
        drop(ends);
        let said = program.result.wait_for_line(PATIENCE);
        let said = said.attempt(Part::Interpreter, "wait for a copy of the interpreter")?;
        let process = said.and_then(|line| line.parse().ok());
        let Some(process) = process else { return Err(program.last_words("copy python")) };
        program.process = Pid::from_raw(process);
        Ok(program)
    }

    /// Starts the process that has these ends.
    pub(super) fn become_process(
        &mut self,
        ends: Ends,
        role: Role,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<(), Failure> {
        let pipe = pipe2(OFlag::O_CLOEXEC).attempt(Part::Interpreter, "make pipes")?;
        let (report, end) = (pipe.0, File::from(pipe.1));
        let command = worker::command(preparation, role)?;
        let life = || ends.live(&end, role, &command, preparation, rules, reserved);
        self.process = system::start(life).attempt(Part::Interpreter, "make a process")?;
        drop((ends, end));
        self.wait_until_up(preparation, report.into())
    }

    /// Tells the interpreter what to run.
    pub(super) fn instruct(&mut self, received: &Received) -> Result<(), Failure> {
        self.instructions.push(&worker::instructions(received)?);
        self.instructions.end();
        Ok(())
    }

    /// Fails if the process has ended.
    pub(super) fn is_still_up(&self, children: &mut Children) -> Result<(), Failure> {
        match children.reap(self.process) {
            None => Ok(()),
            Some(_) => Err(failure(Part::Interpreter, "keep the interpreter up: it has ended")),
        }
    }

    fn wait_until_up(&mut self, preparation: &Preparation, report: File) -> Result<(), Failure> {
        let word = self.result.wait_for_line(PATIENCE);
        if let Some(version) = word.attempt(Part::Interpreter, "wait for the interpreter")? {
            self.version = version;
            return Ok(());
        }
        if let Ok(frame) = channel::read_exactly_one(report) {
            return Err(channel::expect(Kind::Failed, &frame)?);
        }
        Err(self.last_words(&format!("start {}", preparation.command.join(" "))))
    }

    /// What an interpreter says of its not coming up.
    fn last_words(&mut self, action: &str) -> Failure {
        let mut room = [0; MOST_WORDS];
        let words = String::from_utf8_lossy(self.stderr.draw(&mut room));
        failure(Part::Interpreter, format!("{action}: {}", words.trim()))
    }
}

/// All pipes of a process that is yet to be.
pub(super) fn pipes() -> nix::Result<(Program, Ends)> {
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
    };
    let process = Pid::from_raw(0);
    let version = String::new();
    Ok((Program { process, stdin, instructions, stdout, stderr, result, version }, ends))
}

impl Ends {
    /// The new process, to its end, or until it becomes the interpreter, which closes the report.
    /// Nothing may be held then that has to be freed: the memory is the agent's.
    fn live(
        &self,
        report: &File,
        role: Role,
        command: &Command,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) {
        let failure = match self.give_up(role, preparation, rules, reserved) {
            Ok(()) => Failure {
                errno: Some(command.run(Path::new(WORK)) as i32),
                ..failure(Part::Interpreter, format!("start {}", preparation.command.join(" ")))
            },
            Err(failure) => failure,
        };
        let _ = channel::send_now(report, Kind::Failed, &failure);
    }

    /// Everything but becoming the interpreter.
    fn give_up(
        &self,
        role: Role,
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<(), Failure> {
        self.attach(reserved).attempt(Part::Interpreter, "attach the program's pipes")?;
        lock_down(&preparation.limits, rules, role).map_err(|(part, error)| Failure {
            part,
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
