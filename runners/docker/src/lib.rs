//! Runs code in containers of a Docker engine, under gVisor where it has that.
//!
//! A container serves one run and is removed. It is made of the base image that the configuration
//! names, with our agent added once; the agent is process 1, and everything is said over the
//! container's attached streams: no second process is started in it, and nothing is mounted from
//! this machine.

mod config;
mod container;
mod engine;
mod image;
mod runner;

pub use config::{DockerConfig, Images};
pub use runner::DockerRunner;
