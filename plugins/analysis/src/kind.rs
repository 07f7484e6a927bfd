//! Names of a grammar's nodes and fields, as enums.
//!
//! A grammar numbers its nodes, and numbers them anew in each release. A table made once a
//! process turns a number into an enum, so that a walk costs one look-up a node and reads as
//! names. TypeScript and JavaScript number differently and name alike: they share an enum.

use crate::program::Operator;

/// Declares an enum whose variants are names of a grammar; whatever is not named is `Other`.
///
/// The name of a token is written with its quotes: `"'+'"`.
macro_rules! names {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident { $($variant:ident = $($text:literal)|+,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        $visibility enum $name { #[default] Other, $($variant,)* }

        impl $crate::kind::Named for $name {
            fn named(name: &str) -> Self {
                match name { $($($text)|+ => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}
pub(crate) use names;

/// An enum made by [`names`].
pub(crate) trait Named: Copy + Default + PartialEq {
    /// The variant of this name.
    fn named(name: &str) -> Self;
}

names! {
    /// The fields that front ends ask for, of all the grammars.
    pub(crate) enum Field {
        Alias = "alias",
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        Attribute = "attribute",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Constructor = "constructor",
        Definition = "definition",
        Destination = "destination",
        Function = "function",
        Handler = "handler",
        Index = "index",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Object = "object",
        Operator = "operator",
        Parameter = "parameter",
        Parameters = "parameters",
        Pattern = "pattern",
        Property = "property",
        Redirect = "redirect",
        Right = "right",
        Source = "source",
        Subject = "subject",
        Subscript = "subscript",
        Superclasses = "superclasses",
        Type = "type",
        Value = "value",
        Variable = "variable",
    }
}

/// What every grammar calls what it does not understand.
const ERROR: u16 = u16::MAX;

/// The enums' variants by a grammar's numbers.
pub(crate) struct Vocabulary<K> {
    kinds: Vec<K>,
    operators: Vec<Option<Operator>>,
    fields: Vec<Field>,
}

impl<K: Named> Vocabulary<K> {
    /// Reads the names out of a grammar.
    pub(crate) fn of(grammar: &tree_sitter::Language) -> Self {
        let kinds = (0..grammar.node_kind_count())
            .map(|id| kind(grammar, u16::try_from(id).unwrap_or(u16::MAX)))
            .collect();
        let fields = (0..=grammar.field_count())
            .map(|id| u16::try_from(id).ok().and_then(|id| grammar.field_name_for_id(id)))
            .map(|name| name.map_or(Field::Other, Field::named))
            .collect();
        let token = |id| grammar.node_kind_for_id(id).filter(|_| !grammar.node_kind_is_named(id));
        let operators = (0..grammar.node_kind_count())
            .map(|id| u16::try_from(id).ok().and_then(token).and_then(Operator::written))
            .collect();
        Self { kinds, operators, fields }
    }

    /// What the grammar calls nodes of this number.
    pub(crate) fn kind(&self, id: u16) -> K {
        if id == ERROR {
            return K::named("ERROR");
        }
        self.kinds.get(usize::from(id)).copied().unwrap_or_default()
    }

    /// What a token of this number means between values.
    pub(crate) fn operator(&self, id: u16) -> Option<Operator> {
        self.operators.get(usize::from(id)).copied().flatten()
    }

    /// What the grammar calls the field of this number.
    pub(crate) fn field(&self, id: Option<std::num::NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get()))).copied().unwrap_or_default()
    }
}

/// Tokens are told from nodes by their quotes: `lambda` is both.
fn kind<K: Named>(grammar: &tree_sitter::Language, id: u16) -> K {
    let Some(name) = grammar.node_kind_for_id(id) else { return K::default() };
    if grammar.node_kind_is_named(id) { K::named(name) } else { K::named(&format!("'{name}'")) }
}
