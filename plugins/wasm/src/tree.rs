//! What a policy may read of the syntax tree.
//!
//! Reading has a limit of its own, because the host does the work, and its fuel is not counted.

use std::ops::Range;

use crate::bindings::tree::{Columns, Host, Node};
use crate::state::State;
use crate::table::empty;

impl Host for State {
    fn kinds(&mut self) -> wasmtime::Result<Vec<String>> {
        let Some(subject) = self.subject() else { return Ok(Vec::new()) };
        let language = subject.grammar();
        let rows = 0..language.node_kind_count();
        self.charge(rows.len())?;
        Ok(names(rows, |row| language.node_kind_for_id(row)))
    }

    fn fields(&mut self) -> wasmtime::Result<Vec<String>> {
        let Some(subject) = self.subject() else { return Ok(Vec::new()) };
        let language = subject.grammar();
        // tree-sitter counts fields from 1.
        let rows = 0..language.field_count() + 1;
        self.charge(rows.len())?;
        Ok(names(rows, |row| language.field_name_for_id(row)))
    }

    fn get(&mut self, id: u32) -> wasmtime::Result<Option<Node>> {
        self.charge(1)?;
        Ok(self.subject().and_then(|subject| subject.table().get(id)))
    }

    fn snapshot(&mut self, root: u32) -> wasmtime::Result<Columns> {
        let Some(subject) = self.subject() else { return Ok(empty(0)) };
        let table = subject.table();
        self.charge(1 + table.size(root))?;
        Ok(table.below(root))
    }

    fn text(&mut self, start: u32, end: u32) -> wasmtime::Result<Option<String>> {
        let Some(subject) = self.subject() else { return Ok(None) };
        let text = subject.text.get(start as usize..end as usize);
        // Copying sixteen bytes is about as dear as looking up a node.
        self.charge(1 + text.map_or(0, |text| text.len() / 16))?;
        Ok(text.map(str::to_owned))
    }
}

fn names<'a>(rows: Range<usize>, name: impl Fn(u16) -> Option<&'a str>) -> Vec<String> {
    let name = |row| u16::try_from(row).ok().and_then(&name).unwrap_or_default().to_owned();
    rows.map(name).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lazaret_analysis::tree_sitter::Node as Syntax;
    use lazaret_analysis::{Analyser, Analysis, Language, Project, SourceFile, Span};

    use super::{Columns, Host, Node};
    use crate::Limits;
    use crate::state::State;
    use crate::subject::Subject;
    use crate::table::NONE;

    const TEXT: &str = "import os\ndef f(a, *, b=1):\n    return os.system(a) + [b, 'ö']\nf(2)\n";

    fn analysis() -> Analysis {
        let contents = TEXT.as_bytes().to_vec();
        let file = SourceFile { path: "a.py".to_owned(), language: Language::Python, contents };
        Analyser::default().analyse(&file, &Project::default()).expect("the text is Python")
    }

    fn state() -> State {
        State::new(Some(Arc::new(Subject::of(&analysis()))), &Limits::default())
    }

    fn get(state: &mut State, id: u32) -> Option<Node> {
        state.get(id).expect("the limits allow it")
    }

    fn snapshot(state: &mut State, root: u32) -> Columns {
        state.snapshot(root).expect("the limits allow it")
    }

    /// The nodes in pre-order, by tree-sitter's other way to go through them.
    fn in_order<'tree>(node: Syntax<'tree>, nodes: &mut Vec<Syntax<'tree>>) {
        nodes.push(node);
        for index in 0..node.child_count() {
            in_order(node.child(index).expect("it is counted"), nodes);
        }
    }

    #[test]
    fn an_id_is_a_row_in_pre_order() {
        let analysis = analysis();
        let mut nodes = Vec::new();
        let tree = analysis.tree();
        in_order(tree.root_node(), &mut nodes);
        let mut state = state();
        for (id, expected) in (0..).zip(&nodes) {
            let node = get(&mut state, id).expect("it is counted");
            let range = node.start_byte as usize..node.end_byte as usize;
            assert_eq!((node.kind, range), (expected.kind_id(), expected.byte_range()), "{id}");
        }
        let count = u32::try_from(nodes.len()).expect("the tree is small");
        assert!(get(&mut state, count).is_none());
        assert!(get(&mut state, NONE).is_none());
    }

    #[test]
    fn a_snapshot_says_the_same_as_each_node() {
        let mut state = state();
        let count = snapshot(&mut state, 0).kind.len();
        for root in 0..u32::try_from(count).expect("the tree is small") {
            let columns = snapshot(&mut state, root);
            for row in 0..columns.kind.len() {
                let id = root + u32::try_from(row).expect("the tree is small");
                let node = get(&mut state, id).expect("it is in the snapshot");
                assert_eq!(columns.kind[row], node.kind, "{root} {row}");
                assert_eq!(columns.field[row], node.field, "{root} {row}");
                assert_eq!(columns.parent[row], node.parent, "{root} {row}");
                assert_eq!(columns.next_sibling[row], node.next_sibling, "{root} {row}");
                assert_eq!(columns.start_byte[row], node.start_byte, "{root} {row}");
                assert_eq!(columns.end_byte[row], node.end_byte, "{root} {row}");
            }
        }
    }

    #[test]
    fn there_is_nothing_outside_the_tree() {
        let mut state = state();
        assert!(snapshot(&mut state, NONE).kind.is_empty());
        let root = get(&mut state, 0).expect("there is a root");
        assert_eq!((root.parent, root.next_sibling), (NONE, NONE));
        let mut nothing = State::new(None, &Limits::default());
        assert!(get(&mut nothing, 0).is_none());
        assert!(nothing.kinds().expect("the limits allow it").is_empty());
    }

    #[test]
    fn kinds_and_fields_have_names() {
        let mut state = state();
        let (kinds, fields) = (state.kinds().expect("allowed"), state.fields().expect("allowed"));
        let columns = snapshot(&mut state, 0);
        let row = columns.kind.iter().position(|kind| kinds[usize::from(*kind)] == "call");
        let function = row.expect("there is a call") + 1;
        assert_eq!(fields[usize::from(columns.field[function])], "function");
        assert_eq!(fields[0], "");
    }

    #[test]
    fn the_node_of_a_place_is_the_innermost() {
        let analysis = analysis();
        let mut state = state();
        let kinds = state.kinds().expect("allowed");
        let mut kind_at = |text: &str| {
            let start = TEXT.find(text).expect("it is in the text");
            let span = Span { start, end: start + text.len() };
            let id = Subject::of(&analysis).table().at(span);
            let node = get(&mut state, id).expect("it is in the tree");
            kinds[usize::from(node.kind)].clone()
        };
        assert_eq!(kind_at("os.system(a)"), "call");
        // The statement has the same place.
        assert_eq!(kind_at("f(2)"), "call");
        assert_eq!(kind_at("os.system"), "attribute");
        assert_eq!(kind_at("a) + ["), "binary_operator");
    }

    #[test]
    fn text_is_inside_the_file_and_between_characters() {
        let mut state = state();
        let mut text = |start, end| state.text(start, end).expect("the limits allow it");
        assert_eq!(text(0, 9).as_deref(), Some("import os"));
        let inside = u32::try_from(TEXT.find('ö').expect("it is there")).expect("small") + 1;
        assert_eq!(text(0, inside), None);
        assert_eq!(text(0, u32::MAX), None);
        assert_eq!(text(9, 0), None);
    }
}
