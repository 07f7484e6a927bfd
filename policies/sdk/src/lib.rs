//! What a policy author depends on.
