//! Bash: from the tree to the commands that it runs.
//!
//! Words are folded as the shell would: quotes and backslashes vanish, and variables that
//! hold a constant are what they hold. So `r''m`, `\rm` and `$x` after `x=rm` are all `rm`.

mod command;
mod kind;
mod word;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::OnceLock;

use tree_sitter::Tree;

use crate::catalogue::World;
use crate::clock::{Clock, TooLate};
use crate::grammar;
use crate::kind::{Field, Vocabulary};
use crate::survey::Seen;
use crate::text::Text;
use crate::walk::{self, Descend, FrontEnd};
use crate::{FactKind, Language, Resolution, Span};

use command::Command;
use kind::Kind;
use word::Word;

type Visit = walk::Visit<Kind>;
type Child = walk::Child<Kind, Made>;

/// What a node became.
#[derive(Clone, Debug, Default)]
enum Made {
    /// Nothing that is looked at again.
    #[default]
    Nothing,
    /// A word.
    Word(Rc<Word>),
    /// Commands that run, the last one last; it is what a pipe is connected to.
    Commands(Rc<Vec<Command>>),
}

/// What a file does.
pub(crate) fn seen(
    tree: &Tree,
    text: &Text,
    world: &World,
    clock: &Clock,
) -> Result<Vec<Seen>, TooLate> {
    static VOCABULARY: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    let vocabulary = VOCABULARY.get_or_init(|| Vocabulary::of(&grammar::of(Language::Bash)));
    let mut shell = Shell {
        text,
        world,
        seen: Vec::new(),
        variables: HashMap::new(),
        functions: HashSet::new(),
        within: Vec::new(),
        branches: 0,
    };
    walk::walk(tree, vocabulary, clock, &mut shell)?;
    Ok(shell.seen)
}

/// The walk through a file of Bash.
struct Shell<'a> {
    text: &'a Text,
    world: &'a World,
    seen: Vec<Seen>,
    /// Variables that hold a constant here.
    variables: HashMap<String, String>,
    /// Functions that are defined here, and hide commands.
    functions: HashSet<String>,
    /// The functions whose bodies the walk is in.
    within: Vec<String>,
    /// How many nodes the walk is in whose code may not run.
    branches: usize,
}

impl FrontEnd for Shell<'_> {
    type Kind = Kind;
    type Value = Made;

    fn enter(&mut self, visit: Visit, parent: Visit, before: &[Child]) -> Descend {
        match visit.kind {
            Kind::Branch => self.branches += 1,
            Kind::Function => self.within.push(String::new()),
            _ => {}
        }
        if parent.kind == Kind::Function
            && visit.field == Field::Body
            && let Some(name) = before.iter().find(|child| child.visit.field == Field::Name)
        {
            self.within.pop();
            self.within.push(self.text.at(name.visit.span).to_owned());
        }
        Descend::Into
    }

    fn leave(&mut self, visit: Visit, _: Visit, children: &[Child]) -> Made {
        match visit.kind {
            Kind::Word
            | Kind::String
            | Kind::RawString
            | Kind::AnsiString
            | Kind::Translated
            | Kind::Concatenation
            | Kind::Expansion
            | Kind::StringContent => self.word(visit, children),
            Kind::CommandName | Kind::HereString => of(children, is_word),
            Kind::CommandSubstitution | Kind::ProcessSubstitution => {
                self.substitution(visit, children)
            }
            Kind::VariableAssignment => self.assignment(children),
            Kind::Command => self.command(visit, children),
            Kind::FileRedirect => self.redirect(visit, children),
            Kind::Redirected => self.redirected(children),
            Kind::Pipeline => self.pipeline(visit, children),
            Kind::Compound => of(children, is_command),
            Kind::Branch => {
                self.branches = self.branches.saturating_sub(1);
                of(children, is_command)
            }
            Kind::Function => self.function(),
            Kind::Unset => {
                self.functions.clear();
                self.variables.clear();
                Made::Nothing
            }
            _ => Made::Nothing,
        }
    }
}

impl Shell<'_> {
    /// Commands after it mean the function, if it is sure to be defined.
    fn function(&mut self) -> Made {
        if let Some(name) = self.within.pop()
            && self.branches == 0
            && self.within.is_empty()
        {
            self.functions.insert(name);
        }
        Made::Nothing
    }

    /// `> file`; the fact has the operator for its argument.
    fn redirect(&mut self, visit: Visit, children: &[Child]) -> Made {
        let destination = children.iter().find(|child| child.visit.field == Field::Destination);
        let operator = children.iter().find(|child| {
            !child.visit.named && self.text.at(child.visit.span).contains(['<', '>'])
        });
        let Some(child) = destination else { return Made::Nothing };
        if let Made::Word(word) = &child.value {
            let operator = operator.map(|token| self.operator(token.visit.span));
            self.see(FactKind::Redirect, &word.text, word.resolution(), visit.span);
            if let Some(seen) = self.seen.last_mut() {
                seen.fact.arguments.extend(operator);
            }
        }
        child.value.clone()
    }

    fn see(&mut self, kind: FactKind, name: &str, resolution: Resolution, span: Span) {
        let (name, arguments) = (name.to_owned(), Vec::new());
        let fact = crate::Fact { kind, name, resolution, arguments, span };
        self.seen.push(Seen::plain(fact, span, Language::Bash));
    }
}

fn is_word(made: &Made) -> bool {
    matches!(made, Made::Word(_))
}

fn is_command(made: &Made) -> bool {
    matches!(made, Made::Commands(_))
}

/// The last child of a sort.
fn of(children: &[Child], sort: fn(&Made) -> bool) -> Made {
    let found = children.iter().rev().find(|child| sort(&child.value));
    found.map_or(Made::Nothing, |child| child.value.clone())
}
