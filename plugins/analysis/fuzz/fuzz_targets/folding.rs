//! Expressions of constants, in each language that computes with them.

#![no_main]

use lazaret_analysis_fuzz::{check, constants};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some((language, text)) = constants(data) {
        check(language, &text);
    }
});
