//! What is declared beats what is inferred, and what cannot be taken is told.

use lazaret_analysis::{
    Analyser, Analysis, Ecosystem, Group, Language, Manifest, Note, Plan, Project, SourceFile,
};

fn analyse(path: &str, program: &str) -> Analysis {
    let language = Language::of(path, b"").unwrap();
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: path.to_owned(), language, contents };
    Analyser::default().analyse(&file, &Project::default()).unwrap()
}

fn manifest(path: &str, contents: &str) -> Manifest {
    Manifest::read(path, contents.as_bytes()).unwrap()
}

/// Name, versions and line of each requirement.
fn asked(manifest: &Manifest) -> Vec<(&str, &str, usize)> {
    let all = manifest.requirements.iter();
    all.map(|one| (one.name.as_str(), one.versions.as_str(), one.line)).collect()
}

/// What is refused: the line, and why.
fn refused(manifest: &Manifest) -> Vec<(usize, String)> {
    manifest.refused.iter().map(|one| (one.line, one.reason.to_string())).collect()
}

/// Of each need of a plan: its package's name, or a question mark, and its notes.
fn needs(plan: &Plan) -> Vec<(&str, &[Note])> {
    plan.needs.iter().map(|need| (need.package.name().unwrap_or("?"), &need.notes[..])).collect()
}

#[test]
fn requirements_are_read_line_by_line_and_none_is_dropped() {
    let text = "# comment\nRequests>=2,<3  # why\n\n-r other.txt\nflask[async] ; os_name == 'nt'\n\
                a==1 \\\n    --hash=sha256:00\n--index-url https://example.org\n./local\nzope.interface\n";
    let manifest = manifest("requirements.txt", text);
    assert_eq!(
        asked(&manifest),
        [("requests", ">=2,<3", 2), ("flask", "", 5), ("zope-interface", "", 10)]
    );
    let expected = [
        (4, "`-r` is an option; only names, versions and markers are taken"),
        (6, "`--hash` is an option; only names, versions and markers are taken"),
        (8, "`--index-url` is an option; only names, versions and markers are taken"),
        (9, "it names a place (a path), and not a package of an index"),
    ];
    assert_eq!(refused(&manifest), expected.map(|(line, reason)| (line, reason.to_owned())));
}

/// What pip reads and an editor hides: other ends of lines, a name that goes on in the next line, and an
/// encoding in which a comment has two lines.
#[test]
fn a_requirement_is_where_pip_reads_one() {
    for (text, line) in [
        ("# harmless\revil==1", 1),
        ("a==1 # harmless\u{2028}evil==1\r\n", 1),
        ("# a\n# b\u{85}evil==1", 2),
        ("#\u{c}\u{1f}evil==1", 1),
        ("ev\\\nil==1", 1),
        ("# a\r\n\\\r\nev\\\r\nil==1\r\n", 2),
        ("# a \\\nevil==1", 2),
        ("a==1 \\\n# b \\\nevil==1", 3),
    ] {
        let manifest = manifest("requirements.txt", text);
        assert_eq!(asked(&manifest).last(), Some(&("evil", "==1", line)), "{text:?}");
        assert_eq!(refused(&manifest), [], "{text:?}");
    }
    for text in ["# coding: utf-7\na #+AAo-evil", "\n# -*- coding=latin-1 -*-\n# \u{2005}evil"] {
        let manifest = manifest("requirements.txt", text);
        assert!(refused(&manifest)[0].1.contains("it is not UTF-8 text, but `"), "{text:?}");
        assert_eq!(asked(&manifest), [], "{text:?}");
    }
    for text in ["# -*- coding: UTF-8 -*-\na", "# the coding: ours\na", "a\n\n# coding: utf-7"] {
        let is_read = asked(&manifest("requirements.txt", text)).len() == 1;
        assert_eq!(is_read, !text.contains("ours"), "{text:?}");
    }
}

/// What a finding about a requirement points at.
#[test]
fn each_requirement_knows_where_its_name_stands() {
    let at = |path: &str, text: &str| -> Vec<String> {
        let manifest = manifest(path, text);
        let asked = manifest.requirements.iter().map(|one| one.span);
        let spans = asked.chain(manifest.refused.iter().map(|one| one.span));
        spans.map(|span| text[span.start..span.end].to_owned()).collect()
    };
    let text =
        "\u{feff}# ö\r\n  Zope.Interface[x]==1  # why\r\nb @ https://example.org/b.whl\r\n-r c.txt";
    assert_eq!(at("requirements.txt", text), ["Zope.Interface", "b", "-r c.txt"]);
    let text = "[project]\ndependencies = ['aa', \"a>1\"]\n";
    assert_eq!(at("pyproject.toml", text), ["aa", "a"]);
    let text = "{\n\t\"dependencies\": {\"@a/b\": \"1\", \"c\": \"file:..\"}\n}\n";
    assert_eq!(at("package.json", text), ["@a/b", "c"]);
    let program = "# /// script\n# dependencies = [\n#   \"Rich>=13\",\n# ]\n# ///\nimport rich\n";
    let script = analyse("a.py", program).script.unwrap();
    let span = script.requirements[0].span;
    assert_eq!(&program[span.start..span.end], "Rich");
}

#[test]
fn what_is_refused_says_which_package_it_names() {
    let text = "A==1 --hash=sha256:00\nb[x] @ https://example.org/b.whl\nc@git+ssh://example.org/c\n\
                git+https://example.org/d.git\n./e\n-r f.txt\nC:\\g.whl\n";
    let refused = manifest("requirements.txt", text).refused;
    let names: Vec<Option<&str>> = refused.iter().map(|one| one.name.as_deref()).collect();
    assert_eq!(names, [Some("a"), Some("b"), Some("c"), None, None, None, None]);
    let text = "{\"dependencies\": {\"@a/b\": \"git+ssh://example.org/x\", \"\": \"1\"}}";
    let refused = manifest("package.json", text).refused;
    let names: Vec<Option<&str>> = refused.iter().map(|one| one.name.as_deref()).collect();
    assert_eq!(names, [None, Some("@a/b")]);
}

/// Whoever names one package and gets another is asked about that.
#[test]
fn a_package_in_place_of_another_is_the_one_that_is_meant() {
    let text = r#"{
  "dependencies": { "lodash": "npm:evil@^1", "a": " NPM:@evil/b", "c": "npm:é", "d": "npm:" },
  "overrides": { "react": "npm:evil-react@1", "deep": { ".": "1", "e": "npm:@evil/e" } },
  "resolutions": { "**/f": "npm:evil-f@1" },
  "pnpm": { "overrides": { "g>h": "npm:evil-h@2" } }
}"#;
    let manifest = manifest("package.json", text);
    let refused: Vec<_> = manifest.refused.iter().map(|one| one.name.as_deref()).collect();
    assert_eq!(refused, [Some("@evil/b"), None, None, Some("evil")]);
    let others =
        [("evil-react", "1", 3), ("@evil/e", "", 3), ("evil-f", "1", 4), ("evil-h", "2", 5)];
    let mut asked = asked(&manifest);
    asked.sort_by_key(|(_, versions, line)| (*line, std::cmp::Reverse(*versions)));
    assert_eq!(asked, others);
}

#[test]
fn a_project_file_tells_when_each_is_needed() {
    let text = "[project]\nname = \"My.Thing\"\ndependencies = [\n  \"yaml-x>1\",\n  \"b @ https://example.org/b.whl\",\n  3,\n]\n\
                [project.optional-dependencies]\nfast = [\"c\"]\n[dependency-groups]\ntest = [\"d\", {include-group = \"x\"}]\n\
                [build-system]\nrequires = [\"e>2\"]\n";
    let manifest = manifest("pyproject.toml", text);
    assert_eq!(
        asked(&manifest),
        [("yaml-x", ">1", 4), ("c", "", 9), ("e", ">2", 13), ("d", "", 11)]
    );
    let groups: Vec<Group> = manifest.requirements.iter().map(|one| one.group).collect();
    let development = Group::Development;
    assert_eq!(groups, [Group::Run, Group::Optional, development, development]);
    assert_eq!(manifest.own, ["my-thing"]);
    let reasons =
        ["it names a place (an address), and not a package of an index", "it is no requirement"];
    assert_eq!(refused(&manifest), [(5, reasons[0].to_owned()), (6, reasons[1].to_owned())]);
}

#[test]
fn a_package_file_has_ranges_of_versions_and_nothing_else() {
    let text = "{\n  \"name\": \"mine\",\n  \"dependencies\": {\n    \"react\": \"^18 || ^19\",\n    \"evil\": \"git+ssh://example.org/x\",\n    \"up\": \"file:..\"\n  },\n  \"devDependencies\": { \"@types/node\": \"*\", \"n\": 1 }\n}\n";
    let manifest = manifest("package.json", text);
    assert_eq!(asked(&manifest), [("react", "^18 || ^19", 4), ("@types/node", "*", 8)]);
    let lines: Vec<usize> = refused(&manifest).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [5, 6, 8]);
}

#[test]
fn a_file_that_is_damaged_is_refused_and_never_empty() {
    let damaged: [(&str, &[u8]); 6] = [
        ("package.json", b"{"),
        ("package.json", b"{\"dependencies\": []}"),
        ("pyproject.toml", b"[project"),
        ("pyproject.toml", b"[project]\ndependencies = 1"),
        ("requirements.txt", b"\xff\xfea"),
        ("requirements.txt", b"a\0b"),
    ];
    for (path, contents) in damaged {
        let manifest = Manifest::read(path, contents).unwrap();
        assert_eq!((manifest.requirements.len(), manifest.refused.len()), (0, 1), "{manifest:?}");
    }
    assert_eq!(Manifest::read("notes.txt", b"requests"), None);
}

#[test]
fn a_script_block_is_all_that_its_program_needs() {
    let program = "#!/usr/bin/env python3\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"rich>=13\",\n#   \"unused-thing\",\n# ]\n# ///\nimport rich, requests\n";
    let analysis = analyse("a.py", program);
    assert_eq!(
        asked(analysis.script.as_ref().unwrap()),
        [("rich", ">=13", 5), ("unused-thing", "", 6)]
    );
    let beside = manifest("requirements.txt", "requests\n");
    let plan = Plan::of(&[analysis], &[beside]);
    let expected =
        [("requests", &[Note::Unlisted][..]), ("rich", &[]), ("unused-thing", &[Note::Unused])];
    assert_eq!(needs(&plan), expected);
}

#[test]
fn two_script_blocks_or_a_broken_one_are_refused() {
    let block = "# /// script\n# dependencies = [\"a\"]\n# ///\n";
    for (program, line, reason) in [
        (format!("{block}\n{block}"), 5, "more than one"),
        ("# /// script\n# dependencies = [\"a\"]\nimport a\n".to_owned(), 1, "has no end"),
        (format!("{block}x = 1\n# /// script\n"), 5, "more than one"),
        ("# /// script\n# dependencies = [\n# ///\n".to_owned(), 2, "cannot be read"),
        ("# /// script\n# dependencies = [\"-r x\"]\n# ///\n".to_owned(), 2, "is an option"),
    ] {
        let script = analyse("a.py", &program).script.unwrap();
        let [refused] = &refused(&script)[..] else { panic!("{script:?}") };
        assert!(refused.0 == line && refused.1.contains(reason), "{program}: {refused:?}");
        assert!(script.requirements.is_empty());
    }
    for program in ["x = '# /// script'\n", "# /// other\n# /// script\n# ///\n", "import a\n"] {
        assert_eq!(analyse("a.py", program).script, None, "{program}");
    }
}

#[test]
fn what_is_declared_decides_what_is_meant() {
    let program = analyse("app/a.py", "import cv2, jwt, their_thing, psycopg2\n");
    let declared = "opencv-python-headless\njwt\nTheir.Thing\n";
    let beside = manifest("requirements.txt", declared);
    let plan = Plan::of(&[program], &[beside]);
    let told: Vec<&str> = needs(&plan).into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, ["jwt", "opencv-python-headless", "?", "their-thing"]);
    let psycopg = &plan.needs[2];
    assert_eq!((psycopg.name.as_str(), &psycopg.notes[..]), ("psycopg2", &[Note::Unlisted][..]));
    // It is imported by this name, and PyJWT is what people mean by it.
    let trap = Note::ImportName { packages: vec!["pyjwt".to_owned()] };
    assert_eq!(plan.needs[0].notes, [trap]);
}

#[test]
fn a_manifest_speaks_for_what_lies_below_it() {
    let programs = [analyse("web/a.js", "import 'react'"), analyse("tool.js", "import 'react'")];
    let own =
        manifest("web/package.json", "{\"name\": \"web\", \"dependencies\": {\"react\": \"1\"}}");
    let plan = Plan::of(&programs, std::slice::from_ref(&own));
    assert_eq!(needs(&plan), [("react", &[][..])]);
    let nothing = manifest("package.json", "{\"dependencies\": {\"left\": \"1\"}}");
    let plan = Plan::of(&programs, &[own, nothing]);
    assert_eq!(needs(&plan)[1], ("react", &[Note::Unlisted][..]));
}

#[test]
fn types_that_are_declared_are_not_unused_and_do_for_type_checkers() {
    let program = analyse("a.ts", "import type { A } from '@babel/core'; import 'mine/x';");
    let text =
        "{\"name\": \"mine\", \"dependencies\": {\"@types/babel__core\": \"*\", \"left\": \"1\"}}";
    let plan = Plan::of(&[program], &[manifest("package.json", text)]);
    let expected =
        [("@babel/core", &[][..]), ("@types/babel__core", &[]), ("left", &[Note::Unused])];
    assert_eq!(needs(&plan), expected);
    assert!(plan.needs.iter().all(|need| need.ecosystem == Ecosystem::Npm));
}

#[test]
fn suspicious_names_are_told_where_somebody_wrote_them() {
    let program = analyse("a.js", "import 'expresss'; import 'react'");
    let declared = "reqeusts\nsklearn\nrequests\n";
    let plan = Plan::of(&[program], &[manifest("requirements.txt", declared)]);
    let suspected: Vec<&str> = plan
        .needs
        .iter()
        .filter(|need| need.notes.iter().any(Note::is_suspicion))
        .map(|need| need.name.as_str())
        .collect();
    assert_eq!(suspected, ["reqeusts", "sklearn", "expresss"]);
}

/// Each of these took minutes: lines that go on, blocks without an end and keys without number were
/// each looked through once for every one of them.
#[test]
fn thousands_of_imports_are_looked_up_in_manifests_of_thousands() {
    let lines =
        |at: usize| -> Vec<String> { (0..5000).map(|row| format!("p{at}x{row}")).collect() };
    let named = |at: usize| manifest(&format!("requirements-{at}.txt"), &lines(at).join("\n"));
    let manifests: Vec<Manifest> = (0..8).map(named).collect();
    let imports: Vec<String> = (0..4000).map(|row| format!("import p3x{row}, q{row}")).collect();
    let plan = Plan::of(&[analyse("a.py", &imports.join("\n"))], &manifests);
    assert_eq!(plan.needs.len(), 8 * 5000 + 4000);
    let unlisted = plan.needs.iter().filter(|need| need.notes.contains(&Note::Unlisted));
    assert_eq!(unlisted.count(), 4000);
}

#[test]
fn hostile_manifests_take_no_longer_than_others_and_are_refused() {
    let goes_on = manifest("requirements.txt", &"a\\\n".repeat(200_000));
    assert_eq!((goes_on.requirements.len(), goes_on.refused.len()), (0, 1));
    assert!(goes_on.refused[0].written.len() < 200, "what is shown of it is short");
    let keys: Vec<String> = (0..20_000).map(|number| format!("\"p{number}\": \"1\"")).collect();
    let many = manifest("package.json", &format!("{{\"dependencies\": {{{}}}}}", keys.join(",")));
    assert_eq!((many.requirements.len(), many.refused.len()), (0, 1));
    let script = analyse("a.py", &"# /// script\n".repeat(50_000)).script.unwrap();
    assert_eq!(script.refused.len(), 1);
    assert!(analyse("a.py", &"# /// other\n# /// script\n".repeat(20_000)).script.is_some());
}

/// A service is asked by strangers, with as many words as fit into a request.
#[test]
fn more_words_than_anybody_asks_for_are_refused_at_once() {
    let words: Vec<String> = (0..1_000_000).map(|number| format!("a{number}")).collect();
    for ecosystem in [Ecosystem::PyPi, Ecosystem::Npm] {
        let manifest = Manifest::of_words(ecosystem, &words);
        assert_eq!((manifest.requirements.len(), manifest.refused.len()), (0, 1));
    }
}
