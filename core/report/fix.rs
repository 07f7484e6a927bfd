//! How a fix is shown to people: the lines that it changes, as they would be.

use annotate_snippets::{Group, Level, Patch, Snippet};
use lazaret_analysis::{Applicability, Fix, printable};

use super::human::LONGEST_EXCERPT;
use super::lines::Places;

/// The lines that a fix changes, as they would be. Without those that are too long, or are not there.
pub(super) fn patched<'a>(path: &str, fix: &Fix, places: &mut Places<'a>) -> Option<Group<'a>> {
    let (start, end) = (fix.edits.first()?.span.start, fix.edits.last()?.span.end);
    let line = places.position(path, start).line;
    let (text, first) = places.lines(path)?.excerpt(start, end);
    let new: usize = fix.edits.iter().map(|edit| edit.replacement.len()).sum();
    if text.len() + new > LONGEST_EXCERPT {
        return None;
    }
    let patches = fix.edits.iter().map(|edit| {
        let replacement: Vec<String> = edit.replacement.split('\n').map(printable).collect();
        Patch::new(edit.span.start - first..edit.span.end - first, replacement.join("\n"))
    });
    let needs_look = match fix.applicability {
        Applicability::Safe => "",
        Applicability::Review => " (look at it first)",
        Applicability::DisplayOnly => " (as an example)",
    };
    let title = Level::HELP.secondary_title(format!("{}{needs_look}", printable(&fix.title)));
    let snippet = Snippet::source(text).line_start(line).path(printable(path));
    Some(title.element(snippet.patches(patches)))
}

#[cfg(test)]
mod tests {
    use annotate_snippets::Renderer;
    use lazaret_analysis::{Edit, Language, Project, Span};
    use lazaret_sandbox::InputFile;

    use super::*;
    use crate::submission::Submission;

    fn shown(applicability: Applicability, edits: &[(usize, usize, &str)]) -> Option<String> {
        let contents = b"import os\nrun(words, shell=True)\n".to_vec();
        let files = vec![InputFile { path: "a.py".into(), contents }];
        let submission =
            Submission::new(files, Some(("a.py", Language::Python)), Project::default());
        let edits = edits.iter().map(|(start, end, text)| Edit {
            span: Span { start: *start, end: *end },
            replacement: (*text).to_owned(),
        });
        let fix = Fix { title: "use no shell".into(), applicability, edits: edits.collect() };
        let group = patched("a.py", &fix, &mut Places::new(&submission))?;
        Some(Renderer::plain().render(&[group]))
    }

    #[test]
    fn the_changed_lines_are_shown_as_they_would_be() {
        let text = shown(Applicability::Review, &[(14, 19, "['ls']"), (19, 31, "")]).unwrap();
        assert!(text.contains("help: use no shell (look at it first)"), "{text}");
        assert!(text.contains("2 - run(words, shell=True)"), "{text}");
        assert!(text.contains("2 + run(['ls'])"), "{text}");
    }

    /// A policy is a stranger's.
    #[test]
    fn a_terminal_is_told_nothing() {
        let text = shown(Applicability::Safe, &[(0, 0, "\u{1b}[2J\n\tx\n")]).unwrap();
        assert!(text.contains("\\u{1b}[2J") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn what_nobody_would_read_is_not_shown() {
        let long = "x".repeat(LONGEST_EXCERPT);
        assert!(shown(Applicability::Safe, &[(0, 0, &long)]).is_none());
    }
}
