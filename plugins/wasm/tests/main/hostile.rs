//! Policies that no compiler would make, written by hand.
//!
//! A policy is a core module with three functions and a memory that holds what they return, laid
//! out by the canonical ABI: numbers in little-endian, a string or list as its address and length.

use std::path::Path;

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where what a policy returns begins in its memory.
const BASE: u32 = 1024;

/// Where it puts findings that it makes while it runs.
const FOUND: u32 = 262_144;

/// A policy that is made step by step. Unless told otherwise it has the id `hostile` and the rule
/// `found`, starts for every file, and finds nothing.
pub(crate) struct Hostile {
    data: Vec<u8>,
    manifest: Manifest,
    check: String,
    /// What judges submissions, where anything does.
    submission: Option<String>,
    describe: String,
    more: String,
    pages: u32,
}

struct Manifest {
    id: String,
    rules: Vec<String>,
    title: String,
    languages: Vec<String>,
    interests: Vec<(String, String)>,
    /// Languages and patterns.
    queries: Vec<(String, String)>,
    always: bool,
}

/// A finding, as the contract has it.
pub(crate) struct Finding<'a> {
    pub(crate) rule: &'a str,
    pub(crate) message: &'a str,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The edits of its fix.
    pub(crate) fix: Option<&'a [(u32, u32, &'a str)]>,
}

pub(crate) const FINDING: Finding<'static> =
    Finding { rule: "found", message: "here it is", start: 0, end: 5, fix: None };

impl Hostile {
    pub(crate) fn new() -> Self {
        let manifest = Manifest {
            id: "hostile".to_owned(),
            rules: vec!["found".to_owned()],
            title: "a title".to_owned(),
            languages: Vec::new(),
            interests: Vec::new(),
            queries: Vec::new(),
            always: true,
        };
        let nothing = format!("(i32.const {BASE})");
        // The first 16 bytes are an empty list, and a success with an empty list.
        Self {
            data: vec![0; 16],
            manifest,
            check: nothing,
            submission: None,
            describe: String::new(),
            more: String::new(),
            pages: 16,
        }
    }

    pub(crate) fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.manifest.id);
        self
    }

    pub(crate) fn rules(mut self, ids: &[&str]) -> Self {
        self.manifest.rules = ids.iter().map(|&id| id.to_owned()).collect();
        self
    }

    /// That of all its rules.
    pub(crate) fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.manifest.title);
        self
    }

    pub(crate) fn languages(mut self, names: &[&str]) -> Self {
        self.manifest.languages = names.iter().map(|&name| name.to_owned()).collect();
        self
    }

    /// Starts only where this occurs.
    pub(crate) fn interest(mut self, kind: &str, pattern: &str) -> Self {
        self.manifest.interests.push((kind.to_owned(), pattern.to_owned()));
        self.never_unasked()
    }

    pub(crate) fn never_unasked(mut self) -> Self {
        self.manifest.always = false;
        self
    }

    /// Asks for the matches of a pattern in trees of a language. It starts for no other file.
    pub(crate) fn query(mut self, language: &str, pattern: &str) -> Self {
        self.manifest.queries.push((language.to_owned(), pattern.to_owned()));
        self.never_unasked()
    }

    /// Finds the node that each match captured first.
    pub(crate) fn finds_matches(mut self) -> Self {
        let template = self.finding(&FINDING);
        let (size, template) = (template.len(), self.put(&template));
        let result = self.put(&[[0; 4].as_slice(), &slice(FOUND, 0)].concat());
        // The matches are at 52 in the arguments, a match has its captures at 4, a capture its place
        // at 16, and a finding its place at 20.
        self.check = format!(
            "(local $row i32) (local $capture i32) (local $finding i32)
            (loop $next (if (i32.lt_u (local.get $row) (i32.load offset=56 (local.get 0))) (then
                (local.set $capture (i32.load offset=4 (i32.add
                    (i32.load offset=52 (local.get 0)) (i32.mul (local.get $row) (i32.const 12)))))
                (local.set $finding (i32.add
                    (i32.const {FOUND}) (i32.mul (local.get $row) (i32.const {size}))))
                (memory.copy (local.get $finding) (i32.const {template}) (i32.const {size}))
                (i64.store offset=20 align=4
                    (local.get $finding) (i64.load offset=16 align=4 (local.get $capture)))
                (local.set $row (i32.add (local.get $row) (i32.const 1)))
                (br $next))))
            (i32.store offset=8 (i32.const {result}) (local.get $row))
            (i32.const {result})"
        );
        self
    }

    /// Runs these instructions in `check`, and then finds nothing.
    pub(crate) fn check(mut self, instructions: &str) -> Self {
        self.check = format!("{instructions} (i32.const {BASE})");
        self
    }

    /// Runs these instructions in `describe` before it describes.
    pub(crate) fn describe(mut self, instructions: &str) -> Self {
        instructions.clone_into(&mut self.describe);
        self
    }

    /// Adds imports, functions and globals to the module.
    pub(crate) fn more(mut self, definitions: &str) -> Self {
        definitions.clone_into(&mut self.more);
        self
    }

    /// Wants this much memory from the beginning, in pages of 64 KiB.
    pub(crate) fn pages(mut self, pages: u32) -> Self {
        self.pages = pages;
        self
    }

    /// Reports the same finding so many times.
    pub(crate) fn finds(mut self, finding: &Finding<'_>, times: usize) -> Self {
        let bytes = self.finding(finding);
        let list = self.list(&vec![bytes; times]);
        let result = self.put(&[[0; 4].as_slice(), &list].concat());
        self.check = format!("(i32.const {result})");
        self
    }

    /// Runs these instructions for a submission, and then finds nothing.
    pub(crate) fn submission(mut self, instructions: &str) -> Self {
        self.submission = Some(format!("{instructions} (i32.const {BASE})"));
        self
    }

    /// Reports the same finding so many times of a submission: in the file of a row, or in none.
    pub(crate) fn finds_together(
        mut self,
        unit: Option<u32>,
        finding: &Finding<'_>,
        times: usize,
    ) -> Self {
        let row = unit.unwrap_or_default().to_le_bytes();
        let is_there = [u8::from(unit.is_some()), 0, 0, 0];
        let bytes = [is_there.as_slice(), &row, &self.finding(finding)].concat();
        let list = self.list(&vec![bytes; times]);
        let result = self.put(&[[0; 4].as_slice(), &list].concat());
        self.submission = Some(format!("(i32.const {result})"));
        self
    }

    /// Fails with this message, of a submission.
    pub(crate) fn fails_together(mut self, message: &str) -> Self {
        let text = self.string(message);
        let result = self.put(&[[1, 0, 0, 0].as_slice(), &text].concat());
        self.submission = Some(format!("(i32.const {result})"));
        self
    }

    /// Fails with this message.
    pub(crate) fn fails(mut self, message: &str) -> Self {
        let text = self.string(message);
        let result = self.put(&[[1, 0, 0, 0].as_slice(), &text].concat());
        self.check = format!("(i32.const {result})");
        self
    }

    /// Address and length of a text, as two constants.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let at = self.put(text.as_bytes());
        format!("(i32.const {at}) (i32.const {})", text.len())
    }

    /// The core module, with the section that says it is a policy.
    pub(crate) fn build(self) -> Vec<u8> {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/sdk/wit/policy.wit");
        self.build_by(&std::fs::read_to_string(wit).unwrap())
    }

    /// The same by another contract.
    pub(crate) fn build_by(self, contract: &str) -> Vec<u8> {
        let judges_submissions = self.submission.is_some();
        let world = if judges_submissions { "lazaret-submission-policy" } else { "lazaret-policy" };
        let mut module = self.core_module();
        let mut resolve = Resolve::default();
        let package = resolve.push_str("policy.wit", contract).unwrap();
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        module
    }

    /// The core module alone.
    pub(crate) fn core_module(mut self) -> Vec<u8> {
        let manifest = self.manifest();
        let Self { data, check, submission, describe, more, pages, .. } = self;
        let submission = submission.map_or_else(String::new, |instructions| {
            let name = "lazaret:policy/submission-policy@0.1.0#check-submission";
            format!(
                r#"(func (export "{name}") (param i32 i32 i32 i32 i32 i32) (result i32) {instructions})"#
            )
        });
        let data = data.iter().fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
        let text = format!(
            r#"(module
                {more}
                (memory (export "memory") {pages})
                (data (i32.const {BASE}) "{data}")
                (global $free (mut i32) (i32.const 524288))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (global.get $free)
                    (global.set $free (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
                (func (export "lazaret:policy/policy@0.1.0#describe") (result i32) {describe} (i32.const {manifest}))
                (func (export "lazaret:policy/policy@0.1.0#validate-settings") (param i32 i32) (result i32) (i32.const {BASE}))
                (func (export "lazaret:policy/policy@0.1.0#check") (param i32) (result i32) {check})
                {submission})"#
        );
        wat::parse_str(text).unwrap()
    }

    fn manifest(&mut self) -> u32 {
        let rules = std::mem::take(&mut self.manifest.rules);
        let rules: Vec<_> = rules.iter().map(|id| self.rule(id)).collect();
        let languages = std::mem::take(&mut self.manifest.languages);
        let languages: Vec<_> = languages.iter().map(|name| self.string(name).to_vec()).collect();
        let interests = std::mem::take(&mut self.manifest.interests);
        let interests: Vec<_> = interests
            .iter()
            .map(|(kind, pattern)| [self.string(kind), self.string(pattern)].concat())
            .collect();
        let queries = std::mem::take(&mut self.manifest.queries);
        let queries: Vec<_> = queries
            .iter()
            .map(|(language, pattern)| {
                [self.string("a-query"), self.string(language), self.string(pattern)].concat()
            })
            .collect();
        let id = std::mem::take(&mut self.manifest.id);
        let fields = [
            self.string(&id).as_slice(),
            // Version, summary, licence, no link.
            &[0; 24],
            &[0; 12],
            &self.list(&rules),
            &self.list(&languages),
            // The schema.
            &[0; 8],
            &self.list(&interests),
            &self.list(&queries),
            // Whether it wants the source, whether it always starts, attributes.
            &[0, u8::from(self.manifest.always), 0, 0],
            &[0; 8],
        ]
        .concat();
        self.put(&fields)
    }

    fn rule(&mut self, id: &str) -> Vec<u8> {
        let [id, title] = [self.string(id), self.string(&self.manifest.title.clone())];
        // A medium severity; help, no link, tags, attributes.
        [id.as_slice(), &title, &[2, 0, 0, 0], &[0; 8], &[0; 12], &[0; 8], &[0; 8]].concat()
    }

    fn finding(&mut self, finding: &Finding<'_>) -> Vec<u8> {
        let [rule, message] = [self.string(finding.rule), self.string(finding.message)];
        let [start, end] = [finding.start.to_le_bytes(), finding.end.to_le_bytes()];
        let fix = finding.fix.map_or(vec![0; 24], |edits| self.fix(edits));
        // No severity; lines and columns, which nobody reads; labels, the fix, attributes.
        [rule.as_slice(), &[0; 4], &message, &start, &end, &[0; 16], &[0; 8], &fix, &[0; 8]]
            .concat()
    }

    fn fix(&mut self, edits: &[(u32, u32, &str)]) -> Vec<u8> {
        let mut edit = |(start, end, text): &(u32, u32, &str)| {
            [start.to_le_bytes().as_slice(), &end.to_le_bytes(), &self.string(text)].concat()
        };
        let edits: Vec<Vec<u8>> = edits.iter().map(&mut edit).collect();
        let [title, edits] = [self.string("mend\u{7} it"), self.list(&edits)];
        // That there is one; one that needs a look.
        [&[1, 0, 0, 0], title.as_slice(), &[1, 0, 0, 0], &edits].concat()
    }

    fn list(&mut self, items: &[Vec<u8>]) -> [u8; 8] {
        let at = self.put(&items.concat());
        slice(at, items.len())
    }

    fn string(&mut self, text: &str) -> [u8; 8] {
        let at = self.put(text.as_bytes());
        slice(at, text.len())
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        while !self.data.len().is_multiple_of(4) {
            self.data.push(0);
        }
        let at = BASE + u32::try_from(self.data.len()).unwrap();
        self.data.extend(bytes);
        at
    }
}

fn slice(at: u32, length: usize) -> [u8; 8] {
    let length = u32::try_from(length).unwrap();
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&at.to_le_bytes());
    bytes[4..].copy_from_slice(&length.to_le_bytes());
    bytes
}
