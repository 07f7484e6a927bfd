//! Calls that run what they are given: code, a command, or what a name stands for.

use std::ops::Range;

use lazaret_policy::prelude::*;

/// What a call makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It runs it as code.
    Code,
    /// It runs it as a command.
    Command,
    /// It loads a module of this name, or looks a member up.
    Name,
}

/// The argument that is run; all of them, without a number.
type Which = Option<usize>;

const SINKS: [(&str, Use, Which); 33] = [
    ("exec", Use::Code, Some(0)),
    ("eval", Use::Code, Some(0)),
    ("compile", Use::Code, Some(0)),
    ("execfile", Use::Code, Some(0)),
    ("types.FunctionType", Use::Code, Some(0)),
    ("code.InteractiveInterpreter().runsource", Use::Code, Some(0)),
    ("code.InteractiveInterpreter().runcode", Use::Code, Some(0)),
    ("Function", Use::Code, None),
    ("setTimeout", Use::Code, Some(0)),
    ("setInterval", Use::Code, Some(0)),
    ("vm.Script", Use::Code, Some(0)),
    ("vm.runInThisContext", Use::Code, Some(0)),
    ("vm.runInNewContext", Use::Code, Some(0)),
    ("vm.runInContext", Use::Code, Some(0)),
    ("vm.compileFunction", Use::Code, Some(0)),
    ("module._compile", Use::Code, Some(0)),
    ("os.system", Use::Command, Some(0)),
    ("os.popen", Use::Command, Some(0)),
    ("os.execv", Use::Command, Some(0)),
    ("pty.spawn", Use::Command, Some(0)),
    ("subprocess.run", Use::Command, Some(0)),
    ("subprocess.call", Use::Command, Some(0)),
    ("subprocess.check_call", Use::Command, Some(0)),
    ("subprocess.check_output", Use::Command, Some(0)),
    ("subprocess.getoutput", Use::Command, Some(0)),
    ("subprocess.Popen", Use::Command, Some(0)),
    ("child_process.exec", Use::Command, Some(0)),
    ("child_process.execSync", Use::Command, Some(0)),
    ("child_process.spawn", Use::Command, Some(0)),
    ("child_process.spawnSync", Use::Command, Some(0)),
    ("__import__", Use::Name, Some(0)),
    ("importlib.import_module", Use::Name, Some(0)),
    ("getattr", Use::Name, Some(1)),
];

/// The name of the query of modules that are loaded by what a call returns. Asking for calls of `require`
/// would wake the policy for nearly every file.
pub(crate) const LOADED: &str = "loaded";

/// The query. Its last condition says in letters what the pattern says in nodes, that no text is the whole of
/// the name: the host looks for that first, and in most files all modules are loaded by texts.
pub(crate) fn loaded_query() -> String {
    let between = r"(\\s|//[^\\n\\r]*|/\\*([^*]|\\*+[^*/])*\\*+/)*";
    let text = r#"(\"([^\"\\\\]|\\\\[\\s\\S])*\"|'([^'\\\\]|\\\\[\\s\\S])*')"#;
    let name = format!(r#"([^'\"\\s)/]|{text}{between}[.\\[(?])"#);
    format!(
        r#"((call_expression
            function: [(identifier) (import)] @function
            arguments: (arguments (call_expression) @given)) @call
            (#any-of? @function "require" "import")
            (#match? @call "^(require|import){between}\\({between}{name}"))"#
    )
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SINKS.iter().map(|(name, ..)| *name)
}

/// A call that runs what it is given, and where that stands.
pub(crate) struct Sink<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) what: Use,
    pub(crate) given: Vec<Range<usize>>,
}

/// The calls of a file that run what they are given.
pub(crate) fn of<'a>(cx: &'a Context, text: &'a str) -> impl Iterator<Item = Sink<'a>> {
    cx.calls("*").filter_map(move |call| {
        let (_, what, which) = SINKS.iter().find(|(name, ..)| *name == call.name())?;
        if is_timer(call) && is_function(call.positional(0).text()) {
            return None;
        }
        let given = match which {
            Some(place) => call.places(text).into_iter().skip(*place).take(1).collect(),
            None => call.places(text),
        };
        Some(Sink { call, what: *what, given })
    })
}

fn is_timer(call: Call<'_>) -> bool {
    ["setTimeout", "setInterval"].contains(&call.name())
}

/// Whether it is code already, and no text.
fn is_function(written: &str) -> bool {
    written.starts_with("function") || written.starts_with("async") || written.contains("=>")
}
