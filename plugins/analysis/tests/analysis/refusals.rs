//! A file that would be read differently from how it runs is refused, not passed.

use lazaret_analysis::{Language, NotAnalysable, Position, SIZE_LIMIT};

use crate::{analyse, finding, try_analyse};

fn refusal(language: Language, contents: &[u8]) -> NotAnalysable {
    try_analyse(language, contents).unwrap_err()
}

#[test]
fn what_is_not_text_is_refused() {
    assert_eq!(refusal(Language::Bash, b"echo\0"), NotAnalysable::NulByte { offset: 4 });
    assert_eq!(refusal(Language::Python, b"x = '\xe9'"), NotAnalysable::NotUtf8 { offset: 5 });
    assert_eq!(refusal(Language::Python, b"PK\x03\x04..."), NotAnalysable::Archive);
    let large = vec![b' '; SIZE_LIMIT + 1];
    let expected = NotAnalysable::TooLarge { size: SIZE_LIMIT + 1, limit: SIZE_LIMIT };
    assert_eq!(refusal(Language::JavaScript, &large), expected);
}

#[test]
fn an_encoding_that_changes_the_text_is_refused() {
    for (program, name) in [
        ("# coding: utf-7\n", "utf-7"),
        ("#!/usr/bin/python\n# -*- coding: utf_16 -*-\n", "utf_16"),
        ("\u{feff}# vim: set fileencoding=rot13 :\n", "rot13"),
        ("\r# coding=utf7\r", "utf7"),
        ("# coding coding: raw_unicode_escape\n", "raw_unicode_escape"),
    ] {
        let expected = NotAnalysable::Encoding { name: name.to_owned() };
        assert_eq!(refusal(Language::Python, program.as_bytes()), expected, "{program:?}");
    }
    for program in [
        "# coding: UTF-8\n",
        "# -*- coding: latin-1 -*-\n",
        "x = 1\n# coding: utf-7\n",
        "\n\n# coding: utf-7\n",
        "# encoding\n",
    ] {
        analyse(Language::Python, program);
    }
}

#[test]
fn a_byte_order_mark_is_not_a_part_of_the_program() {
    let analysis = analyse(Language::Python, "\u{feff}eval('é')\n");
    let finding = finding(&analysis, "python/dynamic-code");
    assert_eq!((finding.span.start, finding.span.end), (3, 7));
    assert_eq!(analysis.position(finding.span.start), Position { line: 1, column: 1 });
    assert_eq!(analysis.syntax_errors(), 0);
}

#[test]
fn columns_count_characters() {
    let analysis = analyse(Language::Python, "x = 'éé'; eval(x)\n");
    let finding = finding(&analysis, "python/dynamic-code");
    assert_eq!(analysis.position(finding.span.start), Position { line: 1, column: 11 });
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    for (contents, id) in [
        (b"\xff\xfee\0v\0".as_slice(), "wide-characters"),
        (b"\xfe\xff\0e\0v", "wide-characters"),
        (b"\xff\xfe\0\0e\0\0\0", "wide-characters"),
        (b"#\0", "nul-byte"),
        (b"# \xff", "not-utf-8"),
        (b"#coding: utf-7", "encoding"),
        (b"\x7f\x45\x4c\x46\x02\x01\x01\0", "nul-byte"),
    ] {
        assert_eq!(refusal(Language::Python, contents).id(), id, "{contents:?}");
    }
    // Who only writes about archives is read.
    analyse(Language::Python, "x = 'PK\\x05\\x06'  # PK\u{5}\u{6}\n");
}

/// A tree of nothing but signs takes five hundred times the memory that the text does.
#[test]
fn signs_in_great_numbers_are_refused() {
    for language in Language::ALL {
        assert_eq!(refusal(language, ":".repeat(600_000).as_bytes()).id(), "too-much");
        // What the grammar does not understand takes more, and half is too much.
        assert_eq!(refusal(language, "a) ".repeat(160_000).as_bytes()).id(), "too-much");
    }
}

/// One step of the parser took 26 ms, and the clock was looked at after a hundred.
#[test]
fn brackets_that_stay_open_in_great_numbers_are_refused() {
    let open = "a<".repeat(50_000);
    assert_eq!(refusal(Language::TypeScript, open.as_bytes()).id(), "too-deep");
    for language in Language::ALL {
        assert_eq!(refusal(language, "(a,".repeat(50_000).as_bytes()).id(), "too-deep");
    }
    let closed = "let a: A<B>;\nif (a < b) c();\n".repeat(10_000);
    assert_eq!(analyse(Language::TypeScript, &closed).syntax_errors(), 0);
}
