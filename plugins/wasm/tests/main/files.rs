//! Files to judge.

use std::ops::Range;

use lazaret_analysis::{
    Analyser, Analysis, Argument, Fact, FactKind, Language, Project, Resolution, SourceFile, Span,
};

/// What the analysis says about a file.
pub(crate) fn analyse(path: &str, language: Language, text: &str) -> Analysis {
    let file = SourceFile { path: path.to_owned(), language, contents: text.as_bytes().to_vec() };
    Analyser::default().analyse(&file, &Project::default()).unwrap()
}

/// What the analysis says about a Python file.
pub(crate) fn python(text: &str) -> Analysis {
    analyse("test.py", Language::Python, text)
}

/// A Python file that does nothing.
pub(crate) fn harmless() -> Analysis {
    python("print('größer')\n")
}

/// A call that is given something computed.
pub(crate) fn call(name: &str, place: Range<usize>) -> Fact {
    let span = Span { start: place.start, end: place.end };
    let argument =
        Argument { name: None, literal: None, resolved: None, text: "command".to_owned(), span };
    Fact {
        kind: FactKind::Call,
        name: name.to_owned(),
        resolution: Resolution::Exact,
        arguments: vec![argument],
        span,
    }
}
