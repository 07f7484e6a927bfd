//! The policies that come with Lazaret, compiled and embedded.
