//! How much is computed for one file.
//!
//! People write little that computes names; what asks for more than this was written to keep the
//! checker busy, and stays unknown.

/// Expressions that are looked at again, for a call or an item of a comprehension.
const STEPS: usize = 50_000;

/// Expressions that are looked at again because what was found depended on where it was given up.
/// Each asks for all the bindings of its names again.
const RETRIES: usize = 10_000;

/// What may be looked at again for one question, once nothing is left of that: `eval` is to be found
/// behind whatever keeps the checker busy.
const NEAR: usize = 100;

/// Values that are looked at to see what a name, or a list of alternatives, may be. A name with many
/// bindings has many, and each of its uses looks at all of them.
const LOOKS: usize = 2_000_000;

/// Items of collections that are made of others. A line makes as many as a collection may have.
const COLLECTED: usize = 400_000;

/// Bytes of texts that are put together.
const BYTES: usize = 8 * 1024 * 1024;

/// Calls that are followed into functions of the file's own.
const CALLS: usize = 200;

/// What is left.
pub(super) struct Budget {
    steps: usize,
    retries: usize,
    near: usize,
    values: usize,
    items: usize,
    bytes: usize,
    calls: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: STEPS,
            retries: RETRIES,
            near: NEAR,
            values: LOOKS,
            items: COLLECTED,
            bytes: BYTES,
            calls: CALLS,
        }
    }
}

impl Budget {
    /// Begins with what one expression may be, for whoever asks from outside.
    pub(super) fn begin(&mut self) {
        self.near = NEAR;
    }

    /// Takes one step, if there is one left.
    pub(super) fn step(&mut self) -> bool {
        take(&mut self.steps, 1) || take(&mut self.near, 1)
    }

    /// Takes one look at what was looked at before, if there is one left.
    pub(super) fn retry(&mut self) -> bool {
        take(&mut self.retries, 1) || take(&mut self.near, 1)
    }

    /// Takes a look at so many values.
    pub(super) fn look(&mut self, values: usize) -> bool {
        take(&mut self.values, values)
    }

    /// Takes so many items.
    pub(super) fn collect(&mut self, items: usize) -> bool {
        take(&mut self.items, items)
    }

    /// Takes so many bytes.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        take(&mut self.bytes, bytes)
    }

    /// Takes one call.
    pub(super) fn call(&mut self) -> bool {
        take(&mut self.calls, 1) || take(&mut self.near, 1)
    }
}

fn take(left: &mut usize, wanted: usize) -> bool {
    let rest = left.checked_sub(wanted);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}
