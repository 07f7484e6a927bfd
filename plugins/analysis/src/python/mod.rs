//! Python: from the tree to names, calls and scopes.

mod guard;
mod imports;
mod kind;
mod literal;
mod names;
mod operators;

use std::sync::OnceLock;

use tree_sitter::Tree;

use crate::Language;
use crate::clock::{Clock, TooLate};
use crate::grammar;
use crate::kind::{Field, Vocabulary};
use crate::program::{Builder, Expression, Guard, Id, Program, Role, ScopeKind};
use crate::text::Text;
use crate::walk::{self, Descend, FrontEnd, field, value};

use kind::Kind;

type Visit = walk::Visit<Kind>;
type Child = walk::Child<Kind, Id>;

/// Lowers a file.
pub(crate) fn lower(tree: &Tree, text: &Text, clock: &Clock) -> Result<Program, TooLate> {
    static VOCABULARY: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    let vocabulary = VOCABULARY.get_or_init(|| Vocabulary::of(&grammar::of(Language::Python)));
    let (builder, marks, starts) = (Builder::new(true), Vec::new(), Vec::new());
    let subjects = Vec::new();
    let failed = Vec::new();
    let mut python = Python { text, builder, marks, starts, subjects, types: 0, failed };
    walk::walk(tree, vocabulary, clock, &mut python)?;
    Ok(python.builder.finish())
}

/// The walk through a Python file.
struct Python<'text> {
    text: &'text Text,
    builder: Builder,
    /// How many scopes were open before each node that may open one.
    marks: Vec<usize>,
    /// The first expressions of the comprehensions that the walk is within.
    starts: Vec<Id>,
    /// What the `match` statements are about that the walk is within.
    subjects: Vec<Id>,
    /// How many annotations the walk is within: what they name is not used.
    types: usize,
    /// What is known where the conditions of `elif` fail, the last one last.
    failed: Vec<Vec<Guard>>,
}

impl FrontEnd for Python<'_> {
    type Kind = Kind;
    type Value = Id;

    fn enter(&mut self, visit: Visit, parent: Visit, before: &[Child]) -> Descend {
        if opens_scopes(visit.kind) {
            self.marks.push(self.builder.depth());
        }
        self.enter_part(visit, parent, before);
        match visit.kind {
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => {
                self.starts.push(self.builder.next());
                self.builder.open(ScopeKind::Comprehension);
            }
            Kind::Type => self.types += 1,
            Kind::KeywordPattern => self.enter_keyword_pattern(visit),
            Kind::DottedName | Kind::RelativeImport => return Descend::Over,
            _ => {}
        }
        if let Some(repeated) = branch(visit.kind) {
            self.builder.enter_branch(repeated);
        }
        Descend::Into
    }

    fn leave(&mut self, visit: Visit, parent: Visit, children: &[Child]) -> Id {
        if opens_scopes(visit.kind) {
            let depth = self.marks.pop().unwrap_or(1);
            self.builder.close_to(depth);
        }
        if let Some(repeated) = branch(visit.kind) {
            self.builder.leave_branch(repeated);
        }
        let value = self.expression(visit, children);
        if value == Id::UNKNOWN {
            self.statement(visit, parent, children);
        }
        value
    }
}

impl Python<'_> {
    /// Comes to a part whose meaning depends on what it is a part of.
    fn enter_part(&mut self, visit: Visit, parent: Visit, before: &[Child]) {
        let opened = self.marks.last().is_some_and(|mark| self.builder.depth() > *mark);
        match (parent.kind, visit.field) {
            (Kind::FunctionDefinition | Kind::Lambda, Field::Parameters | Field::Body)
                if !opened =>
            {
                self.builder.begin_definition(false);
            }
            (Kind::ClassDefinition, Field::Body) => self.builder.begin_definition(true),
            (Kind::DefaultParameter | Kind::TypedDefaultParameter, Field::Value) => {
                self.builder.reopen_outer();
            }
            (Kind::MatchStatement, Field::Body) => {
                self.subjects.push(value(before, Field::Subject));
            }
            (Kind::ForStatement, Field::Body) => drop(self.bind_loop(before)),
            _ => {}
        }
    }

    /// What an expression becomes; of anything else, [`Id::UNKNOWN`].
    fn expression(&mut self, visit: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::Identifier => self.identifier(visit),
            Kind::Attribute => self.attribute(visit, children),
            Kind::Subscript => self.subscript(visit, children),
            Kind::Call => self.call(visit, children),
            Kind::ExecStatement => self.exec_statement(visit, children),
            Kind::KeywordArgument => self.keyword(visit, children),
            Kind::ArgumentList
            | Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::ExpressionList
            | Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern => self.sequence(visit, children),
            // The grammar reads `*f()` as a call of `*f`: all of it is a splat in its sequence.
            Kind::ListSplat
                if matches!(visit.field, Field::Function | Field::Object | Field::Value) =>
            {
                only(children)
            }
            Kind::ListSplat
            | Kind::DictionarySplat
            | Kind::ListSplatPattern
            | Kind::DictionarySplatPattern => {
                let value = only(children);
                self.builder.push(Expression::Splat(value), visit.span)
            }
            Kind::ParenthesizedExpression
            | Kind::Await
            | Kind::AsPatternTarget
            | Kind::TypedParameter
            | Kind::IfClause
            | Kind::Decorator => only(children),
            Kind::BooleanOperator | Kind::ConditionalExpression => self.either(visit, children),
            Kind::String | Kind::ConcatenatedString => self.string(visit, children),
            Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None => {
                self.constant(visit)
            }
            Kind::Assignment => self.assignment(children, Builder::bind),
            // In a comprehension, it binds around it.
            Kind::NamedExpression => self.assignment(children, Builder::bind_in_frame),
            Kind::ForInClause => self.bind_loop(children),
            Kind::Yield => self.yielded(children),
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::Lambda => {
                self.define(visit, children)
            }
            Kind::DecoratedDefinition => self.decorate(visit, children),
            _ => self.operation(visit, children),
        }
    }

    /// What is computed of other values; of anything else, [`Id::UNKNOWN`].
    fn operation(&mut self, visit: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::BinaryOperator => self.binary(visit, children),
            Kind::ComparisonOperator => self.comparison(visit, children),
            Kind::UnaryOperator | Kind::NotOperator => self.unary(visit, children),
            Kind::Interpolation => self.interpolation(visit, children),
            Kind::Slice => self.slice(visit, children),
            Kind::Pair => self.sequence(visit, children),
            Kind::DefaultParameter | Kind::TypedDefaultParameter => self.default(visit, children),
            Kind::Dictionary => self.dictionary(visit, children),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => self.comprehension(visit, children),
            _ => Id::UNKNOWN,
        }
    }

    /// What a statement does to names.
    fn statement(&mut self, visit: Visit, parent: Visit, children: &[Child]) {
        match visit.kind {
            Kind::AugmentedAssignment => self.augment(visit, children),
            Kind::ExpressionStatement => {
                for child in parts(children) {
                    self.builder.drop_value(child.value, child.visit.span);
                }
            }
            Kind::AsPattern => self.bind_alias(parent, children),
            Kind::KeywordPattern => self.bind_keyword_pattern(children),
            Kind::Parameters | Kind::LambdaParameters => self.parameters(children),
            Kind::ReturnStatement => self.builder.result(only(children), false),
            Kind::DeleteStatement => self.delete(children),
            Kind::GlobalStatement | Kind::NonlocalStatement => self.redirect(visit, children),
            Kind::MatchStatement => drop(self.subjects.pop()),
            Kind::CasePattern | Kind::SplatPattern => self.bind_capture(parent, children),
            Kind::ImportStatement => self.import(children),
            Kind::ImportFromStatement => self.import_from(visit, children),
            Kind::FutureImportStatement => self.import_future(visit),
            Kind::IfStatement => self.guard_branches(children),
            Kind::ElifClause => self.guard_elif(children),
            Kind::WithStatement => self.suppressed_imports(children),
            Kind::TryStatement => self.optional_imports(children),
            Kind::ExceptClause => self.silence(children, Field::Value),
            Kind::AliasedImport => self.silence(children, Field::Alias),
            Kind::Type => self.types = self.types.saturating_sub(1),
            _ => {}
        }
    }

    /// Names in these places are not uses.
    fn silence(&mut self, children: &[Child], field: Field) {
        for child in children.iter().filter(|child| child.visit.field == field) {
            self.builder.set_role(child.value, Role::Silent);
        }
    }
}

/// Nodes that a scope may begin in.
fn opens_scopes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::FunctionDefinition
            | Kind::Lambda
            | Kind::ClassDefinition
            | Kind::DefaultParameter
            | Kind::TypedDefaultParameter
            | Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression
    )
}

/// Nodes whose code may not run, and whether it may run more than once.
fn branch(kind: Kind) -> Option<bool> {
    match kind {
        Kind::ForStatement | Kind::WhileStatement => Some(true),
        Kind::IfStatement
        | Kind::TryStatement
        | Kind::CaseClause
        | Kind::BooleanOperator
        | Kind::ConditionalExpression => Some(false),
        _ => None,
    }
}

/// The children that are nodes of the program.
fn parts(children: &[Child]) -> impl DoubleEndedIterator<Item = &Child> {
    children.iter().filter(|child| child.visit.named && child.visit.kind != Kind::Comment)
}

/// What the first child became.
fn only(children: &[Child]) -> Id {
    parts(children).next().map_or(Id::UNKNOWN, |child| child.value)
}
