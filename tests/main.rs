//! Tests through the program, as a user meets it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attacks;
mod bad_input;
mod cache;
mod check;
mod configuration;
mod dependencies;
mod deps;
mod docker;
mod doctor;
mod extension;
mod packages;
mod policies;
mod policy;
mod policy_dev;
mod policy_languages;
mod policy_queries;
mod pool;
mod pre_commit;
mod readme;
mod report;
mod run;
mod serve;
mod stages;
mod support;
