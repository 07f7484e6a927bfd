//! A file of source code, and places in it.

use std::time::Duration;

use thiserror::Error;

use crate::Language;

/// A file of source code, as bytes: whether they are text is for the analysis to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name it is reported under; `/` between names.
    pub path: String,
    /// What it is written in.
    pub language: Language,
    /// What is in it.
    pub contents: Vec<u8>,
}

/// Bytes `start..end` of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A place for people: both count from 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// Why a file could not be judged. Never taken for "nothing found".
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnalysable {
    /// The file is larger than the analysis takes.
    #[error("it is {size} bytes long, and at most {limit} are analysed")]
    TooLarge {
        /// The file's size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes are not UTF-8.
    #[error("it is not UTF-8 text: the byte at offset {offset} is invalid")]
    NotUtf8 {
        /// The first byte that is wrong.
        offset: usize,
    },
    /// The file holds a NUL byte, as no source code does.
    #[error("it holds a NUL byte at offset {offset}")]
    NulByte {
        /// Where.
        offset: usize,
    },
    /// An encoding is declared that would make the interpreter read other text than we do.
    #[error("it declares the encoding `{name}`; only utf-8, ascii and latin-1 are read")]
    Encoding {
        /// The name, as declared.
        name: String,
    },
    /// Its characters are two or four bytes long.
    #[error("it is {name} text; only UTF-8 is read")]
    Wide {
        /// The encoding.
        name: &'static str,
    },
    /// It is an archive, which Python would run.
    #[error("it is a zip archive, or ends in one; Python runs what is in it")]
    Archive,
    /// It is compiled code, which Python would run.
    #[error("it is compiled Python")]
    Compiled,
    /// The grammar does not understand it, and neither would the interpreter that is meant to run
    /// it: what runs it is another, or it is not meant to be read.
    #[error("it cannot be parsed as {} from line {line} on", language.name())]
    Syntax {
        /// What it should be written in.
        language: Language,
        /// The first line that is not understood.
        line: usize,
    },
    /// It runs code out of a text that the grammar does not understand, or that runs code out of a
    /// text in turn, and so on.
    #[error("the {} that it runs out of a text on line {line} cannot be judged", language.name())]
    Embedded {
        /// What that is written in.
        language: Language,
        /// The line of what runs it.
        line: usize,
    },
    /// It calls what takes more steps to find out than are followed: functions that call each other,
    /// collections within each other.
    #[error("what is called on line {line} takes more steps to find out than are followed")]
    TooInvolved {
        /// The line of the call.
        line: usize,
    },
    /// It nests deeper than its grammar can be asked to follow.
    #[error("it opens more than {limit} brackets and does not close them")]
    TooDeep {
        /// The most that may be open.
        limit: usize,
    },
    /// It says or does more than anybody would read a report of.
    #[error("it has more than {limit} {of}")]
    TooMuch {
        /// The most that a file may have.
        limit: usize,
        /// Of what.
        of: &'static str,
    },
    /// Parsing or judging it took longer than it may.
    #[error("analysing it took more than {} ms of a processor", limit.as_millis())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
}

impl NotAnalysable {
    /// The reason's stable name in reports.
    pub fn id(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotUtf8 { .. } => "not-utf-8",
            Self::NulByte { .. } => "nul-byte",
            Self::Encoding { .. } => "encoding",
            Self::Wide { .. } => "wide-characters",
            Self::Archive => "archive",
            Self::Compiled => "compiled",
            Self::Syntax { .. } => "syntax-error",
            Self::Embedded { .. } => "embedded-code",
            Self::TooInvolved { .. } => "too-involved",
            Self::TooDeep { .. } => "too-deep",
            Self::TooMuch { .. } => "too-much",
            Self::TooSlow { .. } => "too-slow",
        }
    }
}
