//! The program that is process 1 in a sandbox.
