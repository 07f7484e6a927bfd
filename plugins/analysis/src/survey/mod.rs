//! From a tree to facts, each with the way it was found.

mod alternatives;
mod argument;
mod astray;
mod call;
mod command;
mod embedded;
mod flow;
mod harmless;
mod lookup;
mod places;
mod program;
mod shell;
mod text;
mod word;
mod write;

use tree_sitter::Tree;

use crate::catalogue::Catalogues;
use crate::clock::Clock;
use crate::grammar::SyntaxError;
use crate::program::BindingId;
use crate::resolve::Names;
use crate::text::Text;
use crate::{
    DependencyKind, Fact, Label, Language, Marker, NotAnalysable, Span, bash, grammar, javascript,
    python, reread,
};
pub(crate) use argument::{json, shortened};
use embedded::Embedded;
pub(crate) use embedded::KnownCode;
use program::Surveyor;

/// Facts that are kept of one file: four times what the largest file of source that people
/// write has. Beyond it the file is refused, for what is not kept is not judged.
const FACTS: usize = 200_000;

/// Bytes of names, arguments and code that are kept of one file. Its calls have a tenth of that if
/// people wrote it; then it is refused, too.
const KEPT: usize = 48 * 1024 * 1024;

/// What a file does.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Facts, in the order of their places.
    pub(crate) seen: Vec<Seen>,
    /// Facts that no rule is about.
    pub(crate) others: Vec<Fact>,
    /// Modules that are loaded.
    pub(crate) imports: Vec<Imported>,
    /// Places that the grammar does not understand where it reads for the first time.
    pub(crate) syntax_errors: Vec<SyntaxError>,
    /// The first place that it does not understand, however it is read.
    pub(crate) misread: Option<Span>,
    /// A call of what takes more steps to find out than are followed.
    pub(crate) lost: Option<Span>,
    /// Code that is run out of a text and cannot be judged: its language, and where it stands.
    pub(crate) unjudged_code: Option<(Language, Span)>,
    /// Whether it does nothing but write values down.
    is_values: bool,
    /// Code that is run out of texts.
    embedded: Vec<Embedded>,
    /// What the file's own names stand for.
    names: Names,
}

/// A fact, and what a finding about it shows.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The fact.
    pub(crate) fact: Fact,
    /// The place to point at; of a call, what is called.
    pub(crate) focus: Span,
    /// What the name was found through: bindings, and what to say of each step.
    pub(crate) way: Vec<(Option<BindingId>, Option<Label>)>,
    /// The bindings that it is the value of: judged there only if nothing is found through them.
    pub(crate) bound: Vec<BindingId>,
    /// The language of the code that it stands in.
    pub(crate) language: Language,
    /// Whether a name on the way to it was computed.
    pub(crate) is_roundabout: bool,
    /// Whether what is called is named where it is called, and nothing leads to it.
    pub(crate) is_named: bool,
    /// Whether it is given the words of a command, and all of them are known.
    pub(crate) is_spelt_out: bool,
    /// What is known of the code that it runs, where it runs any.
    pub(crate) runs: Option<KnownCode>,
}

impl Seen {
    /// Something that was found by no way of its own.
    pub(crate) fn plain(fact: Fact, focus: Span, language: Language) -> Self {
        Self {
            fact,
            focus,
            way: Vec::new(),
            bound: Vec::new(),
            language,
            is_roundabout: false,
            is_named: false,
            is_spelt_out: false,
            runs: None,
        }
    }
}

/// A module that is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    /// As written.
    pub(crate) module: String,
    /// What is taken from it.
    pub(crate) name: Option<String>,
    /// Where.
    pub(crate) span: Span,
    /// Whether it is needed to run.
    pub(crate) kind: DependencyKind,
    /// Where it is loaded, if not everywhere.
    pub(crate) marker: Option<Marker>,
}

/// Surveys a file, and the code that it runs out of texts.
pub(crate) fn of(
    language: Language,
    tree: Tree,
    text: &Text,
    clock: &Clock,
    catalogues: &Catalogues,
) -> Result<Survey, NotAnalysable> {
    Reading { language, clock, catalogues, names: &Names::new(), depth: 0 }.survey(tree, text)
}

/// How a file, or code in one, is read.
struct Reading<'a> {
    language: Language,
    clock: &'a Clock,
    catalogues: &'a Catalogues,
    /// What is bound around it.
    names: &'a Names,
    /// How many texts it stands in.
    depth: usize,
}

impl Reading<'_> {
    /// Surveys code. Bash that its grammar gets wrong is read again.
    fn survey(&self, tree: Tree, text: &Text) -> Result<Survey, NotAnalysable> {
        let reread = match self.language {
            Language::Bash => reread::text(&tree, text, self.clock)?,
            _ => None,
        };
        let syntax_errors = grammar::syntax_errors(&tree);
        let first = |errors: &[SyntaxError]| errors.first().map(|error| error.span);
        let mut misread = first(&syntax_errors);
        let mut survey = self.once(tree, text)?;
        if let Some(text) = reread {
            let tree = grammar::parse(Language::Bash, text.as_str(), self.clock)?;
            misread = first(&grammar::syntax_errors(&tree));
            let again = self.once(tree, &text)?;
            // Bindings are numbered in each reading anew.
            let free = again.seen.into_iter().filter(|seen| seen.bound.is_empty());
            survey.seen.extend(free.map(|mut seen| {
                seen.way.iter_mut().for_each(|(binding, _)| *binding = None);
                seen
            }));
        }
        (survey.syntax_errors, survey.misread) = (syntax_errors, misread);
        survey.seen.sort_by_key(|seen| seen.fact.span);
        Ok(survey)
    }

    /// Surveys code as its grammar reads it.
    fn once(&self, tree: Tree, text: &Text) -> Result<Survey, NotAnalysable> {
        let &Self { language, clock, catalogues, names, depth } = self;
        let catalogue = catalogues.of(language);
        let mut program = match language {
            Language::Python => python::lower(&tree, text, clock)?,
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                javascript::lower(language, &tree, text, clock)?
            }
            Language::Bash => bash::lower(&tree, text, clock)?,
        };
        // It takes a hundred times the memory that the text does.
        drop(tree);
        program.note_changes(|method| catalogue.world.changes(method));
        let of_program = |names: &Names| -> Result<(Survey, Names), NotAnalysable> {
            let surveyor = Surveyor::new(&program, language, catalogue, text, names, clock);
            let mut survey = match language {
                Language::Bash => surveyor.shell()?,
                _ => surveyor.survey(depth > 0)?,
            };
            let bound = embedded::survey(&mut survey, language, clock, catalogues, depth)?;
            Ok((survey, bound))
        };
        let (mut survey, bound) = of_program(names)?;
        if bound.keys().any(|name| !survey.names.contains_key(name)) {
            // What code binds that was run out of a text, the rest of the file may use.
            let names = names.iter().chain(&bound).map(|(name, path)| (name.clone(), path.clone()));
            survey = of_program(&names.collect())?.0;
        }
        Ok(survey)
    }
}

fn too_much() -> NotAnalysable {
    NotAnalysable::TooMuch {
        limit: FACTS,
        of: "calls, imports and references, or gives them too much",
    }
}
