//! JavaScript and TypeScript: from the tree to names, calls and scopes.

mod kind;
mod literal;
mod modules;
mod names;
mod operators;

use std::sync::OnceLock;

use tree_sitter::Tree;

use crate::clock::{Clock, TooLate};
use crate::grammar;
use crate::kind::{Field, Vocabulary};
use crate::program::{Builder, Expression, Guard, Id, Program, Role, ScopeKind};
use crate::text::Text;
use crate::walk::{self, Descend, FrontEnd, field, value};
use crate::{DependencyKind, Language};

use kind::Kind;
pub(crate) use literal::unescaped;
pub(crate) use names::normal;

type Visit = walk::Visit<Kind>;
type Child = walk::Child<Kind, Id>;

/// Lowers a file.
pub(crate) fn lower(
    language: Language,
    tree: &Tree,
    text: &Text,
    clock: &Clock,
) -> Result<Program, TooLate> {
    let mut script =
        Script { text, builder: Builder::new(false), marks: Vec::new(), withs: Vec::new() };
    walk::walk(tree, vocabulary(language), clock, &mut script)?;
    Ok(script.builder.finish())
}

/// The grammars name alike and number differently.
fn vocabulary(language: Language) -> &'static Vocabulary<Kind> {
    static JAVASCRIPT: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    static TYPESCRIPT: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    static TSX: OnceLock<Vocabulary<Kind>> = OnceLock::new();
    let vocabulary = match language {
        Language::TypeScript => &TYPESCRIPT,
        Language::Tsx => &TSX,
        _ => &JAVASCRIPT,
    };
    vocabulary.get_or_init(|| Vocabulary::of(&grammar::of(language)))
}

/// The walk through a file of JavaScript or TypeScript.
struct Script<'text> {
    text: &'text Text,
    builder: Builder,
    /// How many scopes were open before each node that may open one.
    marks: Vec<usize>,
    /// The objects of the `with` statements that the walk is within.
    withs: Vec<Id>,
}

impl FrontEnd for Script<'_> {
    type Kind = Kind;
    type Value = Id;

    fn enter(&mut self, visit: Visit, parent: Visit, before: &[Child]) -> Descend {
        if visit.kind == Kind::Type {
            return Descend::Over;
        }
        self.enter_part(visit, parent, before);
        if opens_scopes(visit.kind) {
            self.marks.push(self.builder.depth());
        }
        if opens_block(visit.kind) {
            self.builder.open(ScopeKind::Block);
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
        match (visit.field, parent.kind) {
            (Field::Parameter, Kind::ArrowFunction) => {
                self.builder.parameter(value, Id::UNKNOWN, false);
            }
            (Field::Parameter, _) => self.builder.bind(value, Id::UNKNOWN),
            // `x => value`
            (Field::Body, Kind::ArrowFunction) if visit.kind != Kind::Block => {
                self.builder.result(value, false);
            }
            _ => {}
        }
        value
    }
}

impl Script<'_> {
    /// Comes to a part whose meaning depends on what it is a part of.
    fn enter_part(&mut self, visit: Visit, parent: Visit, before: &[Child]) {
        let opened = self.marks.last().is_some_and(|mark| self.builder.depth() > *mark);
        let begins = matches!(visit.field, Field::Parameters | Field::Parameter | Field::Body);
        if is_function(parent.kind) && begins && !opened {
            self.builder.begin_definition(false);
        }
        if is_class(parent.kind) && visit.field == Field::Body {
            self.builder.begin_definition(true);
        }
        if parent.kind == Kind::ForIn && visit.field == Field::Body {
            self.bind_loop(before);
        }
        if parent.kind == Kind::With && visit.field == Field::Body {
            self.withs.push(value(before, Field::Object));
        }
    }

    /// What an expression becomes; of anything else, [`Id::UNKNOWN`].
    fn expression(&mut self, visit: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::Identifier | Kind::Shorthand => self.identifier(visit),
            Kind::Member => self.member(visit, children),
            Kind::Subscript => self.subscript(visit, children),
            Kind::Call | Kind::New => self.call(visit, children),
            Kind::Import => {
                let import = self.builder.symbol("import");
                self.builder.push(Expression::Module(import), visit.span)
            }
            // What it has, no module has: `/a/.exec(text)`.
            Kind::RegularExpression => {
                let made = self.builder.symbol("RegExp()");
                self.builder.push(Expression::Module(made), visit.span)
            }
            Kind::String | Kind::TemplateString => self.string(visit, children),
            Kind::Number | Kind::Boolean | Kind::Undefined => self.constant(visit),
            Kind::Parenthesized
            | Kind::Await
            | Kind::AsExpression
            | Kind::NamespaceImport
            | Kind::TemplateSubstitution => only(children),
            Kind::Sequence | Kind::TypeAssertion => last(children),
            Kind::Ternary => self.ternary(visit, children),
            Kind::Binary => self.binary(visit, children),
            Kind::Unary => self.unary(visit, children),
            Kind::Object => self.object(visit, children),
            Kind::Pair => self.pair(visit, children),
            Kind::Assignment | Kind::AugmentedAssignment => self.assignment(visit, children),
            Kind::FunctionExpression | Kind::ArrowFunction | Kind::ClassExpression => {
                self.silence(children);
                self.define(visit, children)
            }
            Kind::Method => self.method(visit, children),
            _ => self.pattern(visit, children),
        }
    }

    /// What several values become that stand together, or a pattern that takes them apart.
    fn pattern(&mut self, visit: Visit, children: &[Child]) -> Id {
        match visit.kind {
            Kind::Arguments
            | Kind::Array
            | Kind::ArrayPattern
            | Kind::ObjectPattern
            | Kind::NamedImports
            | Kind::ImportClause
            | Kind::ExportClause => {
                let list = self.builder.list(parts(children).map(|child| child.value));
                self.builder.push(Expression::Sequence(list), visit.span)
            }
            Kind::Spread | Kind::RestPattern => {
                let value = only(children);
                self.builder.push(Expression::Splat(value), visit.span)
            }
            Kind::ShorthandPattern => self.shorthand_pattern(visit),
            Kind::PairPattern => self.pair_pattern(visit, children),
            Kind::AssignmentPattern => value(children, Field::Left),
            Kind::Parameter => names::parameter(children),
            Kind::ImportSpecifier | Kind::ExportSpecifier => self.specifier(visit, children),
            _ => Id::UNKNOWN,
        }
    }

    /// What a statement does to names.
    fn statement(&mut self, visit: Visit, parent: Visit, children: &[Child]) {
        match visit.kind {
            Kind::VariableDeclarator => self.declare(parent, children),
            Kind::Function | Kind::Class => {
                let definition = self.define(visit, children);
                self.builder.hoist(value(children, Field::Name), definition);
            }
            Kind::ExpressionStatement => {
                for child in parts(children) {
                    self.builder.drop_value(child.value, child.visit.span);
                }
            }
            Kind::FormalParameters => self.parameters(children),
            Kind::Return => {
                let value = self.returned(children);
                self.builder.result(value, false);
            }
            Kind::Yield => self.builder.result(only(children), true),
            Kind::With => drop(self.withs.pop()),
            Kind::ImportStatement => self.import(visit, children),
            Kind::ImportAlias => self.builder.bind(only(children), last(children)),
            Kind::ImportRequire => self.import_require(visit, children),
            Kind::ExportStatement => self.export(visit, children),
            Kind::Try if field(children, Field::Handler).is_some() => {
                if let Some(body) = field(children, Field::Body) {
                    self.builder.guard(body.visit.span, Guard::Kind(DependencyKind::Optional));
                }
            }
            _ => {}
        }
    }

    /// The name of a function expression is seen within it alone.
    fn silence(&mut self, children: &[Child]) {
        if let Some(name) = field(children, Field::Name) {
            self.builder.set_role(name.value, Role::Silent);
        }
    }
}

fn is_class(kind: Kind) -> bool {
    matches!(kind, Kind::Class | Kind::ClassExpression)
}

fn is_function(kind: Kind) -> bool {
    matches!(kind, Kind::Function | Kind::FunctionExpression | Kind::ArrowFunction | Kind::Method)
}

/// Nodes that are a scope from their beginning.
fn opens_block(kind: Kind) -> bool {
    matches!(kind, Kind::For | Kind::ForIn | Kind::CatchClause | Kind::Block)
}

/// Nodes that a scope may begin in.
fn opens_scopes(kind: Kind) -> bool {
    is_function(kind) || is_class(kind) || opens_block(kind)
}

/// Nodes whose code may not run, and whether it may run more than once.
fn branch(kind: Kind) -> Option<bool> {
    match kind {
        Kind::For | Kind::ForIn | Kind::Loop => Some(true),
        Kind::If | Kind::Try | Kind::SwitchCase | Kind::Ternary | Kind::Binary => Some(false),
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

/// What the last child became.
fn last(children: &[Child]) -> Id {
    parts(children).next_back().map_or(Id::UNKNOWN, |child| child.value)
}
