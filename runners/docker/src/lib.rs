//! Runs code in containers of a Docker engine.
