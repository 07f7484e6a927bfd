//! What policies say of the packages that code needs, and of all files together.

use crate::policy::built;
use crate::support::Place;

const TOGETHER: &str = "use lazaret_policy::prelude::*;
#[policy(submission)]
#[derive(Default)]
pub struct Together {
    /// Whether it fails.
    broken: bool,
}
impl Policy for Together {
    fn manifest() -> Manifest {
        Manifest::new(\"together\", \"1.0.0\")
            .calls([\"print\"])
            .rule(Rule::new(\"prints\", Severity::High, \"both print\"))
            .rule(Rule::new(\"count\", Severity::Low, \"there are files\"))
    }
    fn check(&self, _: &mut Context) {}
}
impl SubmissionPolicy for Together {
    fn check_submission(&self, cx: &mut Submission) {
        assert!(!self.broken, \"it is broken\");
        let printing: Vec<&Context> =
            cx.files().filter(|file| file.calls(\"print\").next().is_some()).collect();
        if let [first, second] = printing[..] {
            let call = second.calls(\"print\").next().unwrap();
            second.report(\"prints\", call).message(format!(\"`{}` prints, too\", first.path()));
        }
        cx.report_nowhere(\"count\").message(format!(\"there are {}\", cx.files().count()));
    }
}
";

#[test]
fn a_policy_of_ones_own_judges_files_together_and_blocks_where_it_fails() {
    let place = Place::new();
    built(&place, "together", TOGETHER);
    place.write("a.py", "print(1)\n");
    place.write("b.py", "x = 1\nprint(x)\n");
    place.write("c.py", "x = 1\n");
    let check = |keys: &str, files: &[&str]| {
        let source = "source = \"together/together.wasm\"";
        place.write("lazaret.toml", format!("[policies.together]\n{source}\n{keys}\n"));
        place.lazaret(&[&["check", "--all"], files].concat())
    };
    let ran = check("", &["a.py", "b.py", "c.py"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("high[together/prints]: `a.py` prints, too\n --> b.py:2:1"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("low[together/count]: there are 3\n\n"), "{ran:?}");
    let ran = check("", &["c.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "nothing woke it: {ran:?}");
    let broken = "settings = { broken = true }";
    let ran = check(broken, &["a.py"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for part in ["cannot judge the files together by policy `together`", "it is broken"] {
        assert!(ran.stderr.contains(part), "{ran:?}");
    }
    let ran = check(&format!("{broken}\non-error = \"monitor\""), &["a.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("monitored, high[together/failed]: cannot judge"), "{ran:?}");
    place.write("my.toml", format!("runner = \"process\"\n[policies.together]\nsource = \"together/together.wasm\"\n{broken}\n"));
    let ran = place.lazaret(&["--config", "my.toml", "run", "a.py"]);
    assert!(
        ran.code != 0 && ran.stdout.is_empty() && ran.stderr.contains("it is broken"),
        "{ran:?}"
    );
}
