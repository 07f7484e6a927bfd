//! Memory and disk that a constant asks for.

use lazaret_policy::prelude::*;

/// Calls that take what their first argument says: the bytes of each item. A list has the length of each
/// of its dimensions.
const CALLS: [(&str, f64); 21] = [
    ("bytearray", 1.0),
    ("bytes", 1.0),
    ("numpy.zeros", 8.0),
    ("numpy.ones", 8.0),
    ("numpy.empty", 8.0),
    ("numpy.full", 8.0),
    ("numpy.random.rand", 8.0),
    ("torch.zeros", 4.0),
    ("torch.ones", 4.0),
    ("torch.empty", 4.0),
    ("Buffer.alloc", 1.0),
    ("Buffer.allocUnsafe", 1.0),
    ("buffer.Buffer.alloc", 1.0),
    ("buffer.Buffer.allocUnsafe", 1.0),
    ("ArrayBuffer", 1.0),
    ("SharedArrayBuffer", 1.0),
    ("Uint8Array", 1.0),
    ("Uint32Array", 4.0),
    ("Float64Array", 8.0),
    ("os.truncate", 0.0),
    ("mmap.mmap", 0.0),
];

pub(crate) fn calls() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|(name, _)| *name)
}

/// The bytes that a call asks for, where a constant says so.
pub(crate) fn asked_for(call: Call<'_>) -> Option<f64> {
    let (_, size) = CALLS.iter().find(|(name, _)| *name == call.name())?;
    if *size == 0.0 {
        // The second says how many bytes.
        return call.positional(1).or(call.argument("length")).literal()?.as_f64();
    }
    if call.name() == "numpy.random.rand" || call.name().starts_with("torch.") {
        let numbers: Option<Vec<f64>> =
            call.arguments().map(|one| items(&one.literal()?)).collect();
        return Some(numbers?.into_iter().product::<f64>() * size);
    }
    let length = call.positional(0).or(call.argument("shape")).or(call.argument("size"));
    match length.literal()? {
        // Of bytes and typed arrays, a list is what they hold.
        Value::Array(_) if !call.name().starts_with("numpy.") => None,
        length => Some(items(&length)? * size),
    }
}

/// How many items there are, of a length or of several.
fn items(length: &Value) -> Option<f64> {
    match length {
        Value::Array(lengths) => lengths.iter().map(items).product(),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}
