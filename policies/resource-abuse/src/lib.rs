//! Loops without an end, and memory without measure.
//!
//! A table of names can say that `os.fork` makes a process. A loop that does nothing else fills the
//! machine with them. And `bytearray` is harmless, until a constant asks it for a terabyte.

use lazaret_policy::prelude::*;

mod loops;
mod memory;

use loops::Endless;

/// The policy. Its rules are explained in README.md.
#[policy]
pub struct ResourceAbuse {
    /// How many bytes a constant may ask for at once.
    #[schemars(range(min = 1))]
    bytes: u64,
}

impl Default for ResourceAbuse {
    fn default() -> Self {
        Self { bytes: 1 << 30 }
    }
}

impl Policy for ResourceAbuse {
    fn manifest() -> Manifest {
        let manifest = Manifest::new("resource-abuse", env!("CARGO_PKG_VERSION"))
            .summary("loops without an end, and memory without measure")
            .license("Apache-2.0 OR MIT")
            .languages(["python", "javascript", "typescript", "tsx"])
            .wants_source()
            .calls(loops::STARTS)
            .calls(memory::calls())
            .rule(
                Rule::new(STARTS, Severity::High, "a loop without an end starts processes")
                    .help("say how many are needed, and wait for them")
                    .cwe(400),
            )
            .rule(
                Rule::new(GROWS, Severity::High, "a loop without an end takes ever more memory")
                    .help("say when the loop ends")
                    .cwe(835),
            )
            .rule(
                Rule::new(BUSY, Severity::Medium, "a loop without an end keeps a processor busy")
                    .help("say when the loop ends, or wait in it")
                    .cwe(835),
            )
            .rule(
                Rule::new(
                    MEMORY,
                    Severity::Medium,
                    "a constant asks for more memory than there may be",
                )
                .help("read or make the data piece by piece")
                .cwe(789),
            );
        loops::QUERIES.iter().fold(manifest, |manifest, (id, language, pattern)| {
            manifest.query(id, language, pattern)
        })
    }

    fn check(&self, cx: &mut Context) {
        let Some(text) = cx.source() else { return };
        for (range, endless) in loops::endless(cx, text) {
            let rule = match endless {
                Endless::Starts => STARTS,
                Endless::Grows => GROWS,
                Endless::Busy => BUSY,
            };
            cx.report(rule, loops::head(&range, text));
        }
        let asked = cx.calls("*").filter_map(|call| Some((call, memory::asked_for(call)?)));
        let there_is = approximate(self.bytes);
        for (call, bytes) in asked.filter(|(_, bytes)| *bytes > there_is) {
            let (name, size) = (call.name(), gibibytes(bytes));
            cx.report(MEMORY, call).message(format!("`{name}` asks for {size:.1} GiB at once"));
        }
    }
}

const STARTS: &str = "endless-processes";
const GROWS: &str = "endless-growth";
const BUSY: &str = "endless-loop";
const MEMORY: &str = "huge-allocation";

#[expect(clippy::cast_precision_loss, reason = "a limit is no exact number")]
fn approximate(bytes: u64) -> f64 {
    bytes as f64
}

fn gibibytes(bytes: f64) -> f64 {
    bytes / f64::from(1 << 30)
}
