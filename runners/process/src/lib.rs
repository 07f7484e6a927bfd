//! The embedded runner: namespaces of this machine, no engine, no root.
//!
//! Each run is a process of its own, the agent, which builds walls around itself and then runs the
//! program. So a run needs no daemon and leaves none, and a host that is killed leaves nothing
//! behind: the agent sees its end, and the kernel ends all that is inside.
//!
//! The program shares this machine's kernel. That is the weakest of the sandboxes, and the outcome
//! says so; what it is made of (a filter of system calls, Landlock, control groups) is told too,
//! because that differs from machine to machine.

mod agent;
mod config;
mod doctor;
mod groups;
mod interpreters;
mod refusal;
mod runner;

pub use config::{Demand, ProcessConfig};
pub use runner::ProcessRunner;
