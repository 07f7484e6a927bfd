//! The embedded runner: namespaces of this machine, no engine.
