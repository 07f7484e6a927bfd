//! Runs code in containers of a Docker engine, under gVisor where it has that.
//!
//! A container serves one run and is removed, unless the configuration lets it serve one tenant. It
//! is made of the base image that the configuration names, with our agent added once; the agent is
//! process 1, and everything is said over the container's attached streams: no second process is
//! started in it, and nothing is mounted from this machine.
//!
//! To read it: `runner` finds a job a place, `pools` keeps the sandboxes of one engine and `pool`
//! counts those that are alike, `sandbox` is one of them, `spec` what its container is, `engine` who tells what
//! happens to it, and `doctor` whether everything is there.

mod circuit;
mod config;
mod connection;
mod container;
mod doctor;
mod engine;
mod identity;
mod image;
mod installation;
mod pool;
mod pools;
mod reaper;
mod runner;
mod sandbox;
mod spec;

pub use config::{DockerConfig, Images, Processors, Reuse, Tls, Warm};
pub use runner::DockerRunner;
