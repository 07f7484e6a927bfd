//! What the engine knows how to compute, by the words that the catalogue uses.
//!
//! The languages share the words: `getattr`, `Reflect.get` and `operator.attrgetter` all come down
//! to a member of an object. Of a method, the object comes before its arguments.

use serde::{Deserialize, Serialize};

/// Something that is computed when it is called.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reducer {
    // What stands for something else.
    /// The module that its first argument names.
    Load,
    /// The same, but of `a.b` gives `a`.
    LoadTop,
    /// The member of its first argument that its second one names.
    Member,
    /// The item of its first argument that its second one names.
    Item,
    /// Writes its third argument to the member of its first one that its second one names.
    SetMember,
    /// Writes what others hold to the members of its first argument.
    SetMembers,
    /// Any of its arguments: an object that has the members of all of them.
    Merge,
    /// What the member of this name is: `{ value: member }`.
    Descriptor,
    /// What the text computes that it is given, where that only names something.
    Evaluate,
    /// A function that gives what the text returns that it is given.
    MakeFunction,
    /// Its first argument's dictionary.
    Dictionary,
    /// Its first argument, or something that does the same.
    Same,

    // What calls something else.
    /// A function that is given these before what it is called with.
    Partial,
    /// A function that gives the member of this name.
    MemberGetter,
    /// A function that gives the item of this name.
    ItemGetter,
    /// A function that calls the member of this name.
    MemberCaller,
    /// Calls a member of its last argument with the others.
    CallMember,
    /// Calls its first argument with the others.
    Call,
    /// The same, without the second one: `f.call(this, …)`.
    CallWithout,
    /// Calls its first argument with what its last one holds: `f.apply(this, […])`.
    CallSpread,
    /// A function like its first argument, given the others but the second.
    Bind,
    /// Calls its first argument with each item of its second.
    Map,
    /// Calls its first argument with what it gave, and the next item of its second.
    Accumulate,

    // Collections.
    /// The items of anything.
    Items,
    /// A mapping of what is given by name.
    Mapping,
    /// The first item.
    First,
    /// The items from the last to the first.
    Reverse,
    /// The items in order.
    Sort,
    /// Sequences of items that have the same place.
    Zip,
    /// Whole numbers one after another.
    Range,
    /// The items with their places.
    Enumerate,
    /// The items of the first, then the others.
    Concat,
    /// A part of a text or of items, from a place to another; negative ones count from the end.
    Slice,
    /// A mapping's keys.
    Keys,
    /// A mapping's values.
    Values,
    /// A mapping's keys with their values.
    Entries,
    /// A mapping's value of this key, or its last argument.
    Get,
    /// A text between the items: `between.join(items)`.
    Join,
    /// The same, with the items first: `items.join(between)`.
    JoinItems,
    /// Parts of a path.
    JoinPath,
    /// The parts of a text between another.
    Split,
    /// The items of its first argument, with its third one in the place of its second one.
    SetItem,
    /// How many items or characters.
    Length,
    /// Bytes, of numbers or of a text.
    Bytes,
    /// The text of characters with these numbers.
    Character,
    /// A table for [`Self::Translate`].
    Table,

    // Texts and numbers.
    Upper,
    Lower,
    SwapCase,
    Capitalize,
    Title,
    Trim,
    TrimStart,
    TrimEnd,
    WithoutPrefix,
    WithoutSuffix,
    /// Every place.
    Replace,
    /// The first place.
    ReplaceFirst,
    Repeat,
    /// The character in a place.
    CharacterAt,
    /// The number of the character in a place.
    CodeAt,
    /// The number of a character.
    Code,
    /// From a place to another, in either order.
    Substring,
    /// From a place, so many.
    Substr,
    /// A text with `\x72` and the like as the characters that they stand for.
    Unescape,
    /// By a table that [`Self::Table`] has made.
    Translate,
    /// A template with its values.
    Format,
    /// A value in one format.
    FormatOne,
    ToText,
    /// A whole number, of a text with a base.
    ToInteger,
    /// `0x2a`
    Hexadecimal,
    /// The place of a text in another.
    Find,

    // Encodings.
    /// Bytes of a text, in the encoding that is named; or by a codec of Python.
    Encode,
    /// The other way.
    Decode,
    FromBase64,
    ToBase64,
    FromBase32,
    FromBase85,
    FromHex,
    ToHex,
    FromPercent,
    /// What zlib or gzip have compressed.
    Decompress,
    /// A value that is written down as JSON, or as a constant of Python.
    Literal,
}

impl Reducer {
    /// Whether what it gives is only another name for something.
    pub(crate) fn stands_for_another(self) -> bool {
        matches!(self, Self::Member | Self::Item | Self::MemberGetter | Self::ItemGetter)
    }

    /// Whether it goes through what it is given, as a loop does.
    pub(crate) fn goes_through(self) -> bool {
        matches!(self, Self::Items | Self::First | Self::Sort | Self::Reverse | Self::Enumerate)
    }

    /// Whether it gives all members or items of something, whatever they are called.
    pub(crate) fn takes_all(self) -> bool {
        matches!(
            self,
            Self::Items
                | Self::First
                | Self::Sort
                | Self::Reverse
                | Self::Enumerate
                | Self::Values
                | Self::Entries
        )
    }
}
