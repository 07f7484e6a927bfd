//! Bash: from the tree to words, commands and what they read.
//!
//! A command is a call: its first word is what is called, all its words are the arguments, and its
//! value is what it prints. Variables and functions are names, `$x` and `x()`. What Bash does to a
//! word before a command sees it, it does here or when the word is resolved: so `r''m`, `\rm` and
//! `$x` after `x=rm` are all `rm`.

mod braces;
mod command;
mod kind;
mod word;

use std::collections::HashSet;
use std::sync::OnceLock;

use tree_sitter::Tree;

use crate::clock::{Clock, TooLate};
use crate::grammar;
use crate::kind::{Field, Vocabulary};
use crate::program::{Binding, Builder, Constant, Expression, Id, Program, function_of};
use crate::text::Text;
use crate::walk::{self, Descend, FrontEnd, field};
use crate::{Language, Span};

use kind::Kind;

type Visit = walk::Visit<Kind>;
type Child = walk::Child<Kind, Id>;

/// What may part words where `IFS` is not known. What paths and options are made of is not among
/// them: they would not be seen any more.
const SEPARATORS: &str = "@,:;|%+~^!#&";

/// Lowers a file.
pub(crate) fn lower(tree: &Tree, text: &Text, clock: &Clock) -> Result<Program, TooLate> {
    static VOCABULARY: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    let vocabulary = VOCABULARY.get_or_init(|| Vocabulary::of(&grammar::of(Language::Bash)));
    let mut shell = Shell {
        text,
        builder: Builder::new(true),
        marks: Vec::new(),
        waiting: Vec::new(),
        references: HashSet::new(),
    };
    walk::walk(tree, vocabulary, clock, &mut shell)?;
    let mut program = shell.builder.finish();
    program.separators = separators(&program);
    Ok(program)
}

/// What may part words: all that `IFS` is set to.
fn separators(program: &Program) -> String {
    let mut separators = String::new();
    let is_name = |id| matches!(program.expression(id), Expression::Name(..));
    let is_ifs = |binding: &&Binding| program.text(binding.name) == "$IFS";
    for binding in program.bindings().iter().filter(is_ifs) {
        match program.expression(binding.value) {
            Expression::Constant(Constant::Text(text)) => separators.push_str(text.trim()),
            // What it was before, most probably.
            Expression::Name(..) => {}
            Expression::Join(list) if program.list(list).iter().all(|id| is_name(*id)) => {}
            _ => separators.push_str(SEPARATORS),
        }
    }
    separators
}

/// The walk through a file of Bash.
struct Shell<'text> {
    text: &'text Text,
    builder: Builder,
    /// How many scopes were open before each function.
    marks: Vec<usize>,
    /// Commands that what is around them may give something to read.
    waiting: Vec<Id>,
    /// Variables that stand for others: `declare -n name=other`.
    references: HashSet<String>,
}

impl FrontEnd for Shell<'_> {
    type Kind = Kind;
    type Value = Id;

    fn enter(&mut self, visit: Visit, parent: Visit, before: &[Child]) -> Descend {
        match visit.kind {
            Kind::Function => self.marks.push(self.builder.depth()),
            // What a shell of its own does to names stays there.
            Kind::Branch
            | Kind::CommandSubstitution
            | Kind::Pipeline
            | Kind::ProcessSubstitution => self.builder.enter_branch(false),
            Kind::Loop | Kind::For => self.builder.enter_branch(true),
            _ => {}
        }
        match (parent.kind, visit.field) {
            (Kind::Function, Field::Body) => {
                self.builder.begin_definition(false);
                // What a function does to variables is done when it is called, or never.
                self.builder.enter_branch(true);
                self.parameters(visit.span);
            }
            (Kind::For, Field::Body) => self.bind_loop(before),
            _ => {}
        }
        Descend::Into
    }

    fn leave(&mut self, visit: Visit, parent: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::Branch
            | Kind::CommandSubstitution
            | Kind::Pipeline
            | Kind::ProcessSubstitution => self.builder.leave_branch(false),
            Kind::Loop | Kind::For => self.builder.leave_branch(true),
            _ => {}
        }
        self.in_the_background(children);
        match visit.kind {
            Kind::Word
            | Kind::String
            | Kind::RawString
            | Kind::AnsiString
            | Kind::Translated
            | Kind::Concatenation
            | Kind::Expansion
            | Kind::StringContent
            | Kind::HereContent
            | Kind::Array => self.word(visit, parent.kind, children),
            _ => self.statement(visit, children),
        }
    }
}

impl Shell<'_> {
    /// What a statement becomes: of most, the command that its output comes from.
    fn statement(&mut self, visit: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::ProcessSubstitution => self.file_of_output(visit, children),
            Kind::VariableAssignment => self.assignment(visit, children),
            Kind::Command => self.command(visit, children),
            Kind::FileRedirect => self.redirect(visit, children),
            Kind::HereBody => self.here_body(visit, children),
            Kind::HereDocument => self.here_document(children),
            Kind::Redirected => self.redirected(visit, children),
            Kind::Pipeline => self.pipeline(children),
            Kind::CommandName | Kind::HereString => last(children),
            Kind::CommandSubstitution | Kind::Compound | Kind::Branch | Kind::Loop | Kind::For => {
                self.output(children)
            }
            Kind::Error => self.braces_command(visit),
            Kind::Function => self.function(visit, children),
            Kind::Declaration => self.declaration(children),
            Kind::Unset => self.unset(children),
            _ => Id::UNKNOWN,
        }
    }

    /// What several commands print: that of the last, with the others beside it.
    fn output(&mut self, children: &[Child]) -> Id {
        let command = last(children);
        if command != Id::UNKNOWN {
            let others = children.iter().map(|child| child.value);
            self.builder.program.set_beside(command, others);
        }
        command
    }

    /// `command &`: a shell of its own runs it.
    fn in_the_background(&mut self, children: &[Child]) {
        let pairs = children.iter().zip(children.iter().skip(1));
        let marked = pairs.filter(|(_, mark)| mark.visit.kind == Kind::Ampersand);
        let spans: Vec<Span> = marked.map(|(command, _)| command.visit.span).collect();
        self.builder.doubt_within(&spans);
        self.builder.program.set_in_background(&spans);
    }

    /// A function is bound to its name, `name()`.
    fn function(&mut self, visit: Visit, children: &[Child]) -> Id {
        let depth = self.marks.pop().unwrap_or(1);
        if self.builder.depth() > depth {
            self.builder.leave_branch(true);
        }
        self.builder.close_to(depth);
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        let written = function_of(self.text.at(name.visit.span));
        // Also within another function, it is everybody's.
        let target = self.builder.name(&written, name.visit.span);
        let name = self.builder.symbol(&written);
        self.builder.result(last(children), false);
        let definition = self.builder.end_definition(Some(name), visit.span);
        self.builder.assign(target, definition);
        Id::UNKNOWN
    }

    /// What a function is given: its name first, then `$1` and so on, and all of them as `$@`. `$0`
    /// is the script's.
    fn parameters(&mut self, span: Span) {
        let span = Span { end: span.start, ..span };
        for name in ["FUNCNAME", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
            let name = self.variable(name, span);
            self.builder.parameter(name, Id::UNKNOWN, false);
        }
        self.builder.rest_parameter(&["$@", "$*"], 1, span);
    }

    /// A variable.
    fn variable(&mut self, name: &str, span: Span) -> Id {
        self.builder.name(&format!("${name}"), span)
    }

    /// `for name in words`
    fn bind_loop(&mut self, before: &[Child]) {
        let Some(name) = field(before, Field::Variable) else { return };
        let words = before.iter().filter(|child| child.visit.field == Field::Value);
        let words: Vec<Id> = words.map(|child| self.split(child)).collect();
        let variable = self.variable(self.text.at(name.visit.span), name.visit.span);
        let items = self.builder.items(words, name.visit.span);
        self.builder.assign(variable, items);
    }

    /// `declare -n name=other`: a variable that stands for another from there on.
    fn declaration(&mut self, children: &[Child]) -> Id {
        let is_reference = children.iter().any(|child| {
            let word = self.text.at(child.visit.span);
            child.visit.kind == Kind::Word && word.starts_with('-') && word.contains('n')
        });
        let assigned = children.iter().filter(|child| child.visit.kind == Kind::VariableAssignment);
        for child in assigned.filter(|_| is_reference) {
            let name = self.text.at(child.visit.span).split('=').next().unwrap_or_default();
            self.references.insert(name.to_owned());
        }
        Id::UNKNOWN
    }

    /// A variable that is read: what it stands for, if it stands for another.
    fn read(&mut self, name: &str, span: Span) -> Id {
        let variable = self.variable(name, span);
        if !self.references.contains(name) {
            return variable;
        }
        self.named_by(variable, span)
    }

    /// The variable that this one names.
    fn named_by(&mut self, variable: Id, span: Span) -> Id {
        let names = self.builder.symbol("$()");
        let names = self.builder.push(Expression::Module(names), span);
        self.builder.push(Expression::Index(names, variable), span)
    }

    /// `unset name`: a variable and a function.
    fn unset(&mut self, children: &[Child]) -> Id {
        for child in children.iter().filter(|child| child.visit.named) {
            let written = self.text.at(child.visit.span);
            let function = self.builder.name(&function_of(written), child.visit.span);
            self.builder.remove(function);
            let variable = self.variable(written, child.visit.span);
            self.builder.remove(variable);
            self.builder.program.writes.push((variable, Id::UNKNOWN));
        }
        Id::UNKNOWN
    }
}

/// What the last child became that became something.
fn last(children: &[Child]) -> Id {
    let made = children.iter().rev().find(|child| child.value != Id::UNKNOWN);
    made.map_or(Id::UNKNOWN, |child| child.value)
}
