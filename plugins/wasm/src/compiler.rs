//! What makes machine code of a policy: a process of its own, with limits.
//!
//! A policy that is made for it takes the compiler minutes and gigabytes, and nothing stops a
//! compiler in our own process. So a [`Compiler`] is a program, started for each policy, that calls
//! [`Compiler::answer`]: policy in, machine code out. It limits itself before it reads the first byte.
//! Only what it says is taken; why it ended, the kernel tells.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::error::{Cause, Told};
use crate::{Limits, Refusal, admission, runtime};

/// This program, also where its file was replaced or removed since it was started.
const THIS: &str = "/proc/self/exe";

/// What the program ends with: it did what was asked, it was refused, or it could not begin.
const DONE: u8 = 0;
const REFUSED: u8 = 1;
const UNABLE: u8 = 2;

/// A program that compiles policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// What is made of bytes that nobody trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Of a core module, a component.
    Componentise,
    /// Of a component, machine code.
    Compile,
}

impl Compiler {
    /// The program at this path. Started with these arguments, and more that follow, it has to call
    /// [`Compiler::answer`] with what follows, and to end with what that gives. It must be built with
    /// this version of this crate; what another has compiled is refused.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments }
    }

    /// The program that runs now. Where it does not know these arguments, it is started a second time
    /// and does whatever it does.
    pub fn this_program(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self::new(THIS, arguments)
    }

    /// What the started program does: reads a policy from standard input, and writes what was made of
    /// it to standard output. `words` are what followed the arguments; the result is what to exit with.
    pub fn answer(words: &[String]) -> u8 {
        let made = match begin(words) {
            Ok((step, input)) => step.here(&input).map_err(|error| (REFUSED, error)),
            Err(error) => Err((UNABLE, error)),
        };
        let (code, output) = match made {
            Ok(bytes) => (DONE, bytes),
            Err((code, error)) => (code, Told::from(&*error).to_json()),
        };
        let mut stdout = io::stdout().lock();
        // Who does not listen any more needs no answer.
        let _ = stdout.write_all(&output).and_then(|()| stdout.flush());
        code
    }

    /// Has the program do this, within the limits.
    pub(crate) fn make(
        &self,
        step: Step,
        input: &[u8],
        limits: &Limits,
    ) -> Result<Vec<u8>, Refusal> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(step.words(limits));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(Refusal::Compiler)?;
        // It reads all before it writes, and one that has died reads no more; then its end says why.
        let _ = child.stdin.take().expect("it is a pipe").write_all(input);
        let mut output = Vec::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        let read = stdout.take(limits.compiled_size + 1).read_to_end(&mut output);
        let is_too_large = output.len() as u64 > limits.compiled_size;
        if is_too_large || read.is_err() {
            let _ = child.kill();
        }
        let status = child.wait().map_err(Refusal::Compiler)?;
        read.map_err(Refusal::Compiler)?;
        if is_too_large {
            return Err(Refusal::CompiledSize { limit: limits.compiled_size });
        }
        step.outcome(status, output, limits)
    }
}

impl Step {
    /// Does it in this process.
    pub(crate) fn here(self, input: &[u8]) -> Result<Vec<u8>, Cause> {
        match self {
            Self::Componentise => admission::componentise(input),
            Self::Compile => Ok(runtime::engine()?.precompile_component(input)?),
        }
    }

    /// How the started program is told.
    fn words(self, limits: &Limits) -> [String; 3] {
        let step = match self {
            Self::Componentise => "componentise",
            Self::Compile => "compile",
        };
        let seconds = limits.compile_time.as_secs().max(1);
        [step.to_owned(), limits.compile_memory.to_string(), seconds.to_string()]
    }

    /// What the started program's end means.
    fn outcome(
        self,
        status: ExitStatus,
        output: Vec<u8>,
        limits: &Limits,
    ) -> Result<Vec<u8>, Refusal> {
        let told = || Told::from_json(&output).into();
        match status.code().map(u8::try_from) {
            Some(Ok(DONE)) => Ok(output),
            Some(Ok(REFUSED)) => Err(self.refused(told())),
            Some(Ok(UNABLE)) => Err(Refusal::Compiler(io::Error::other(told()))),
            _ if limited::is_out_of_time(status) => {
                Err(Refusal::CompileTime { limit: limits.compile_time })
            }
            _ => Err(Refusal::CompileMemory { limit: limits.compile_memory }),
        }
    }

    pub(crate) fn refused(self, cause: Cause) -> Refusal {
        match self {
            Self::Componentise => Refusal::Malformed(cause),
            Self::Compile => Refusal::Compile(cause),
        }
    }
}

/// Takes the limits, and only then the input.
fn begin(words: &[String]) -> Result<(Step, Vec<u8>), Cause> {
    let [step, memory, seconds] = words else {
        return Err("this is for Lazaret itself, which says what to make, and the limits".into());
    };
    let step = match step.as_str() {
        "componentise" => Step::Componentise,
        "compile" => Step::Compile,
        _ => return Err(format!("nobody makes `{step}` of a policy").into()),
    };
    limited::limit(memory.parse()?, Duration::from_secs(seconds.parse()?))?;
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    Ok((step, input))
}

mod limited {
    use std::io;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Duration;

    use rustix::process::{Resource, Rlimit, Signal, setrlimit};

    /// Limits this process. What it maps without writing to it (its own file, room that an allocator
    /// keeps) is not counted.
    pub(super) fn limit(memory: u64, processor_time: Duration) -> io::Result<()> {
        let seconds = processor_time.as_secs();
        set(Resource::Data, memory, memory)?;
        // The kernel first sends `SIGXCPU`, by which we know, and a second later what cannot be held.
        set(Resource::Cpu, seconds, seconds + 1)?;
        set(Resource::Core, 0, 0)
    }

    fn set(resource: Resource, current: u64, maximum: u64) -> io::Result<()> {
        let limit = Rlimit { current: Some(current), maximum: Some(maximum) };
        Ok(setrlimit(resource, limit)?)
    }

    pub(super) fn is_out_of_time(status: ExitStatus) -> bool {
        status.signal() == Some(Signal::XCPU.as_raw())
    }
}
