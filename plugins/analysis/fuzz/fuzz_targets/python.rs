//! Any bytes as Python, and statements of it that are put together.

#![no_main]

use lazaret_analysis::Language;
use lazaret_analysis_fuzz::{check, statements};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(Language::Python, &statements(Language::Python, data)));
