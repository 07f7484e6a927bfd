//! The Docker runner on the real engine with the real gVisor. `tests/engine/up` makes them.

mod ahead;
mod conformance;
mod containers;
mod doctor;
mod faults;
mod images;
mod leftovers;
mod pool;
mod refusals;
mod reuse;
mod support;
mod tls;
