//! Two things that are made while this package is built.
//!
//! With `host`: the program, compiled for musl by a cargo of its own. With `program`
//! (that nested build, and the program's own tests): the filter of system calls.

#[cfg(feature = "host")]
mod embed;
#[cfg(feature = "program")]
mod seccomp;

fn main() {
    #[cfg(feature = "host")]
    embed::program();
    #[cfg(feature = "program")]
    seccomp::filter();
}

/// Says something to cargo.
#[allow(clippy::print_stdout, reason = "this is how a build script speaks")]
fn tell_cargo(name: &str, value: &str) {
    println!("cargo::{name}={value}");
}
