//! Any bytes as TypeScript, and statements of it that are put together.

#![no_main]

use lazaret_analysis::Language;
use lazaret_analysis_fuzz::{check, statements};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check(Language::TypeScript, &statements(Language::TypeScript, data)));
