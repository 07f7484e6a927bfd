//! Runs code in containers of a Docker engine, under gVisor where it has that.
//!
//! A container serves one run and is removed, unless the configuration lets it serve one tenant. It
//! is made of the base image that the configuration names, with our agent added once; the agent is
//! process 1, and everything is said over the container's attached streams: no second process is
//! started in it, and nothing is mounted from this machine.
//!
//! To read it: `runner` finds a job a place. `pools` keeps the sandboxes of one engine, `pool` counts
//! those that are alike, and `circuit` knows when to stop starting more. `sandbox` is one of them,
//! and `maker` makes it: `image` adds the agent to a base, `spec` says what a container is,
//! `container` is one. `connection` is the way to an `engine`, who tells what happens to containers.
//! `identity` and `installation` mark what is ours, and `reaper` removes what was left of it. `config`
//! is the table of settings, and `doctor` says whether everything is there.

mod circuit;
mod config;
mod connection;
mod container;
mod doctor;
mod engine;
mod identity;
mod image;
mod installation;
mod maker;
mod pool;
mod pools;
mod reaper;
mod runner;
mod sandbox;
mod spec;

pub use config::{DockerConfig, Images, Install, Processors, Reuse, Tls, Warm};
pub use runner::DockerRunner;
