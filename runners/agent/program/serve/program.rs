//! Starts the program.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use lazaret_agent::message::{Failure, Form, Part};
use nix::fcntl::OFlag;
use nix::unistd::{Pid, pipe2};

use super::job::Received;
use super::lockdown::{Rules, Step, lock_down};
use super::streams::{Feeder, Tap};
use super::{WORK, worker};
use crate::attempt::{Attempt, failure};
use crate::descriptors::Reserved;
use crate::system;

/// A program that runs.
pub(super) struct Program {
    /// Its first process.
    pub(super) process: Pid,
    pub(super) stdin: Feeder,
    pub(super) arguments: Feeder,
    pub(super) stdout: Tap,
    pub(super) stderr: Tap,
    pub(super) result: Tap,
}

/// The program's ends of its pipes.
struct Ends {
    stdin: OwnedFd,
    arguments: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
    result: OwnedFd,
}

/// Starts the job's program, locked down. When this returns, the interpreter runs.
pub(super) fn start(
    received: &Received,
    rules: Rules,
    reserved: Reserved,
) -> Result<Program, Failure> {
    let (mut program, ends) = pipes().attempt(Part::Interpreter, "make pipes")?;
    let mut command = command(received)?;
    let (report, reporter) = pipe2(OFlag::O_CLOEXEC).attempt(Part::Interpreter, "make pipes")?;
    attach(&mut command, ends, received.job.form == Form::Main, reserved);
    let (limits, mut reporter) = (received.job.limits, File::from(reporter));
    system::before_exec(&mut command, move || {
        lock_down(&limits, &rules).map_err(|(step, error)| {
            // If this fails too, the step is unknown and the error is told all the same.
            let _ = reporter.write_all(&[step as u8]);
            error
        })
    });
    let child = command.spawn();
    // The command holds the writing end.
    drop(command);
    program.process = match child {
        Ok(child) => Pid::from_raw(child.id().cast_signed()),
        Err(error) => return Err(refused(&error, report.into(), received)),
    };
    program.arguments.push(&worker::arguments(received)?);
    program.arguments.end();
    Ok(program)
}

fn pipes() -> nix::Result<(Program, Ends)> {
    let (stdin, stdin_end) = Feeder::new()?;
    let (arguments, arguments_end) = Feeder::new()?;
    let (stdout, stdout_end) = Tap::new()?;
    let (stderr, stderr_end) = Tap::new()?;
    let (result, result_end) = Tap::new()?;
    let process = Pid::from_raw(0);
    let ends = Ends {
        stdin: stdin_end,
        arguments: arguments_end,
        stdout: stdout_end,
        stderr: stderr_end,
        result: result_end,
    };
    Ok((Program { process, stdin, arguments, stdout, stderr, result }, ends))
}

fn command(received: &Received) -> Result<Command, Failure> {
    let line = worker::command_line(&received.job);
    let Some((program, words)) = line.split_first() else {
        return Err(failure(Part::Conversation, "start a program without a name"));
    };
    let mut command = Command::new(program);
    command.args(words).env_clear().envs(worker::environment(&received.job)).current_dir(WORK);
    Ok(command)
}

/// Gives the program its descriptors. A script gets the usual three; `main` two more.
fn attach(command: &mut Command, ends: Ends, main: bool, mut reserved: Reserved) {
    command.stdin(Stdio::from(ends.stdin));
    command.stdout(Stdio::from(ends.stdout)).stderr(Stdio::from(ends.stderr));
    let (result, arguments) = (ends.result, ends.arguments);
    system::before_exec(command, move || {
        if main { Ok(reserved.fill(&result, &arguments)?) } else { Ok(()) }
    });
}

/// Which step failed, as far as the new process could tell.
fn refused(error: &io::Error, mut report: File, received: &Received) -> Failure {
    let mut byte = [0];
    match report.read(&mut byte) {
        Ok(1) => Failure {
            part: Step::part(u8::from_ne_bytes(byte)),
            action: "lock the program down".into(),
            errno: error.raw_os_error(),
        },
        _ => Failure {
            part: Part::Interpreter,
            action: format!("start {}", received.job.command.join(" ")),
            errno: error.raw_os_error(),
        },
    }
}
