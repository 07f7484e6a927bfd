//! Packages of programs, from the real registries, through the program: in gVisor, and by the embedded
//! runner.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::docker::configuration;
use crate::support::{Place, Ran, finish, head};

/// Nothing else is asked for; without `offline`, with the network of an engine's own.
fn in_gvisor(more: &str) -> String {
    format!(
        "{}\n[docker.install]\nruntime = \"runsc-network\"\nnetwork = \"lazaret-install\"\n{more}",
        configuration("dependencies")
    )
}

/// Runs a program with a configuration, and packages of the test's own place.
fn run(place: &Place, configuration: &str, arguments: &[&str]) -> Ran {
    place.write("own.toml", configuration);
    let mut command = place.command();
    command.env("XDG_CACHE_HOME", place.path().join("cache"));
    finish(command.args(["--config", "own.toml", "run"]).args(arguments), b"")
}

/// Runs a program twice: the second time, nothing is downloaded.
fn twice(place: &Place, configuration: &str, arguments: &[&str], printed: &str) {
    let ran = run(place, configuration, arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, printed), "{}", ran.stderr);
    let offline = format!("{configuration}\n[dependencies]\noffline = true\n");
    let again = run(place, &offline, arguments);
    assert_eq!((again.code, again.stdout.as_str()), (0, printed), "{}", again.stderr);
    assert!(again.stderr.contains("from the cache"), "{}", again.stderr);
}

const PYTHON: &str = "
import io
import bs4, numpy, pandas, requests, yaml

page = bs4.BeautifulSoup('<p>one</p><p>two</p>', 'html.parser')
words = [found.text for found in page.find_all('p')]
frame = pandas.DataFrame({'word': words, 'size': numpy.array([len(word) for word in words])})
text = yaml.safe_dump({'sum': int(frame['size'].sum()), 'words': words})
print(requests.Request('GET', 'https://example.org', params={'a': 1}).prepare().url)
print(text, end='')
";

const PYTHON_PRINTS: &str = "https://example.org/?a=1\nsum: 6\nwords:\n- one\n- two\n";

const JAVASCRIPT: &str = "
const lodash = require('lodash');
const axios = require('axios');
const { camelCase } = require('lodash/string');
const slash = require('@sindresorhus/is');
console.log(lodash.chunk([1, 2, 3], 2).length, axios.getUri({ url: 'https://example.org', params: { a: 1 } }));
console.log(camelCase('two words'), slash.default.number(1));
";

const JAVASCRIPT_PRINTS: &str = "2 https://example.org?a=1\ntwoWords true\n";

#[test]
fn programs_in_gvisor_have_the_packages_that_they_import_and_again_without_the_network() {
    let place = Place::new();
    place.write("main.py", PYTHON);
    twice(&place, &in_gvisor(""), &["main.py", "--timeout", "30s"], PYTHON_PRINTS);
    place.write("main.js", JAVASCRIPT);
    // What came later is an ES module alone, which Node.js 18 does not `require`.
    let asked = ["main.js", "--dep", "@sindresorhus/is@4.6.0", "--timeout", "30s"];
    twice(&place, &in_gvisor(""), &asked, JAVASCRIPT_PRINTS);
}

#[test]
fn the_embedded_runner_has_the_same_packages() {
    let place = Place::new();
    place.write("main.py", PYTHON);
    twice(&place, "runner = \"process\"\n", &["main.py", "--timeout", "30s"], PYTHON_PRINTS);
    place.write("main.js", JAVASCRIPT);
    let asked = ["main.js", "--dep", "@sindresorhus/is@4.6.0", "--timeout", "30s"];
    twice(&place, "runner = \"process\"\n", &asked, JAVASCRIPT_PRINTS);
}

/// A registry whose package `outside` needs another one from an address.
fn registry() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let package = tempfile::tempdir().unwrap();
    std::fs::create_dir(package.path().join("package")).unwrap();
    let about = "{\"name\": \"inner\", \"version\": \"1.0.0\"}";
    std::fs::write(package.path().join("package/package.json"), about).unwrap();
    let mut tar = std::process::Command::new("tar");
    let tarball = tar.arg("-C").arg(package.path()).args(["-cz", "package"]).output().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &tarball.stdout);
        }
    });
    port
}

fn answer(mut stream: TcpStream, tarball: &[u8]) -> std::io::Result<()> {
    let head = head(&stream)?;
    let host =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
    let inner = format!("http://{}/inner.tgz", host.unwrap_or_default());
    let version = serde_json::json!({
        "name": "outside", "version": "1.0.0", "dependencies": {"inner": inner}, "dist": {"tarball": inner}
    });
    let about = serde_json::json!({
        "name": "outside", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}
    });
    let about = about.to_string().into_bytes();
    let body = if head[0].contains(".tgz") { tarball } else { &about };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// npm before 11.14, as in the tests' image, fetches it; the one of this machine refuses to.
#[test]
fn nothing_comes_from_outside_a_registry() {
    let place = Place::new();
    place.write("a.js", "console.log('ran')\n");
    let gateway = "{{(index .IPAM.Config 0).Gateway}}";
    let mut docker = std::process::Command::new("docker");
    let docker = docker.args(["network", "inspect", "lazaret-install", "--format", gateway]);
    let gateway = finish(docker, b"").stdout.trim().to_owned();
    let port = registry();
    let from = |host: &str| format!("[dependencies.node]\nindex = \"http://{host}:{port}/npm/\"\n");
    let here = format!("runner = \"process\"\n{}", from("127.0.0.1"));
    let whose = [(in_gvisor(&from(&gateway)), "which is not the registry"), (here, "")];
    for (configuration, words) in whose {
        let ran = run(&place, &configuration, &["a.js", "--dep", "outside"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
        let said = "a package needs something that is not on the index";
        assert!(ran.stderr.contains(said) && ran.stderr.contains(words), "{}", ran.stderr);
    }
}

/// A place with the process runner's configuration and `more` of it.
fn here(place: &Place, more: &str, arguments: &[&str]) -> Ran {
    run(place, &format!("runner = \"process\"\n{more}"), arguments)
}

/// The requirements in a report, each with who says so.
fn requirements(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    let all = report["installed"]["requirements"].as_array().expect("something is installed");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|one| (text(&one["requirement"]), text(&one["origin"]))).collect()
}

#[test]
fn what_is_asked_for_beats_what_is_declared_and_that_what_is_imported() {
    let place = Place::new();
    place.write("a.py", "import six, idna\nprint(six.__version__)\n");
    place.write("requirements.txt", "six==1.16.0\n");
    let ran = here(&place, "", &["a.py", "--json", "--file", "requirements.txt"]);
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(requirements(&ran), [pair("idna", "imported"), pair("six==1.16.0", "declared")]);
    assert_eq!(ran.json()["outcome"]["stdout"]["text"], "1.16.0\n");
    let asked = ["a.py", "--json", "--file", "requirements.txt", "--dep", "six==1.15.0"];
    let ran = here(&place, "", &asked);
    assert_eq!(requirements(&ran), [pair("idna", "imported"), pair("six==1.15.0", "asked")]);
    let pinned = "[dependencies.python.pins]\nsix = \"==1.17.0\"\n";
    let ran = here(&place, pinned, &asked);
    assert_eq!(ran.json()["outcome"]["stdout"]["text"], "1.17.0\n");
}

/// Nobody should learn it from the first program that imports the package.
#[test]
fn what_makes_no_sense_is_a_mistake_of_the_configuration() {
    let place = Place::new();
    place.write("a.py", "print('ran')\n");
    let pinned = "[dependencies.python.pins]\nSix = \"1.17.0\"\n";
    let ran = here(&place, pinned, &["a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("dependencies.python.pins.six"), "{}", ran.stderr);
    let extra =
        "[dependencies.python]\nindex = \"\"\nextra_indexes = [\"https://pypi.org/simple\"]\n";
    let ran = here(&place, extra, &["a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("dependencies.python.extra_indexes"), "{}", ran.stderr);
}

#[test]
fn a_program_says_itself_what_it_needs() {
    let place = Place::new();
    let code = "# /// script\n# dependencies = [\"six==1.16.0\"]\n# ///\nimport six\nprint(six.__version__)\n";
    place.write("a.py", code);
    let ran = here(&place, "", &["a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1.16.0\n"), "{}", ran.stderr);
    place.write("b.js", "console.log(require('lodash').VERSION);\n");
    place.write("package.json", "{\"dependencies\": {\"lodash\": \"4.17.20\"}}");
    let ran = here(&place, "", &["b.js", "--file", "package.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "4.17.20\n"), "{}", ran.stderr);
}

/// `script` (util-linux) is the terminal.
#[test]
fn at_a_terminal_a_bar_shows_how_far_an_installation_is() {
    let place = Place::new();
    place.write("a.py", "import pip, six\nprint(six.PY3)\n");
    place.write("own.toml", "runner = \"process\"\n");
    let program = place.command().get_program().to_str().expect("a path in UTF-8").to_owned();
    let mut terminal = std::process::Command::new("script");
    place.prepare(terminal.current_dir(place.path()));
    terminal.env("XDG_CACHE_HOME", place.path().join("cache")).env("TERM", "xterm");
    let command = format!("{program} --config own.toml run a.py --dep pip");
    let ran = finish(terminal.args(["-qec", &command, "/dev/null"]), b"");
    let shown = |text: &str| ran.stdout.contains(text);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(shown("installing packages Resolving"), "{}", ran.stdout);
    assert!(shown("installing packages [===") && shown("] Compiling"), "{}", ran.stdout);
    assert!(ran.stdout.contains("True\r\n"), "{}", ran.stdout);
    // It goes before the program prints.
    let last = ran.stdout.rsplit_once("True").map(|(before, _)| before.ends_with("\r\x1b[2K"));
    assert_eq!(last, Some(true), "{:?}", ran.stdout);
}

#[test]
fn what_is_not_needed_to_run_is_not_installed() {
    let place = Place::new();
    let code = "try:\n    import sortedcontainers\nexcept ImportError:\n    sortedcontainers = None\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import idna\nprint(sortedcontainers)\n";
    place.write("a.py", code);
    let ran = here(&place, "", &["a.py", "--json"]);
    let report = ran.json();
    assert_eq!(report["installed"], serde_json::Value::Null);
    assert_eq!(report["outcome"]["stdout"]["text"], "None\n");
    place.write("b.py", "import sortedcontainers\n");
    let ran = here(&place, "[dependencies]\ndetect = false\n", &["b.py"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("it imports `sortedcontainers`, which is not installed"),
        "{}",
        ran.stderr
    );
}

#[test]
fn packages_that_must_not_be_there_are_refused_where_they_are_named() {
    let place = Place::new();
    place.write("a.py", "import requests\nprint('ran')\n");
    let denied = "[dependencies.python]\ndeny = [\"Requests*\"]\n";
    let ran = here(&place, denied, &["a.py", "--deny", "critical"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (126, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("the package `requests` must not be installed: it is denied"));
    assert!(ran.stderr.contains("a.py:1"), "{}", ran.stderr);
    let allowed = "[dependencies.python]\nallow = [\"six\", \"numpy\"]\n";
    let ran = here(&place, allowed, &["a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (126, ""), "{}", ran.stderr);
    // What others bring along must not be there either.
    let brought = "[dependencies.python]\ndeny = [\"urllib3\"]\n";
    let ran = here(&place, brought, &["a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (126, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("`urllib3`"), "{}", ran.stderr);
}

/// Nothing of it reaches an installer.
#[test]
fn what_is_no_requirement_is_refused_with_its_reason() {
    let place = Place::new();
    place.write("a.py", "print('ran')\n");
    for asked in [
        "-r /etc/passwd",
        "--index-url=https://example.org",
        "six; touch /tmp/x",
        "six\n-r /etc/passwd",
        "git+https://example.org/a.git",
        "./a",
        "$(id)",
        "# six",
        "six \\",
    ] {
        let ran = here(&place, "", &["a.py", &format!("--dep={asked}")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{asked}: {}", ran.stderr);
        assert!(ran.stderr.contains("cannot install `"), "{asked}: {}", ran.stderr);
    }
    let ran = here(&place, "", &["a.py", "--dep="]);
    assert!(ran.stderr.contains("cannot install what is asked for"), "{}", ran.stderr);
    place.write("a.js", "console.log('ran')\n");
    for asked in [
        "user/repo",
        "a@file:../a",
        "a@npm:b@1",
        "--save",
        "a; touch x",
        "https://example.org/a.tgz",
    ] {
        let ran = here(&place, "", &["a.js", &format!("--dep={asked}")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{asked}: {}", ran.stderr);
        assert!(ran.stderr.contains("cannot install `"), "{asked}: {}", ran.stderr);
    }
    place.write("requirements.txt", "six\n-r other.txt\n");
    let ran = here(&place, "", &["a.py", "--file", "requirements.txt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("requirements.txt:2"), "{}", ran.stderr);
}

#[test]
fn a_package_that_nobody_published_is_named_with_who_wants_it() {
    let place = Place::new();
    place.write("a.py", "# /// script\n# dependencies = [\"lazaret-no-such-package\"]\n# ///\n");
    let ran = here(&place, "", &["a.py"]);
    assert_eq!(ran.code, 125, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the index does not know `lazaret-no-such-package`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("declared at a.py:2"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Traceback"), "{}", ran.stderr);
}

/// Somebody may publish a package of a name that a model made up, so no name is guessed.
#[test]
fn a_module_that_no_known_package_ships_is_not_guessed() {
    let place = Place::new();
    place.write("a.py", "import lazaret_no_such_package\n");
    let ran = here(&place, "", &["a.py"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let told = "it imports `lazaret_no_such_package`, which is not installed: name its package with `--dep`";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
}

/// What installers know, no program ever does, and nobody is told.
#[test]
fn a_password_of_an_index_is_nowhere() {
    let place = Place::new();
    let code = "import os, six\nprint(dict(os.environ))\nfor place in os.walk('/packages'):\n    for name in place[2]:\n        if b'secret-word' in open(os.path.join(place[0], name), 'rb').read():\n            print(name)\n";
    place.write("a.py", code);
    let index = "[dependencies.python]\nindex = \"https://me:secret-word@pypi.org/simple\"\n";
    let ran = here(&place, index, &["a.py"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stdout.contains("secret-word") && !ran.stderr.contains("secret-word"), "{ran:?}");
    let kept = finish(
        std::process::Command::new("grep")
            .args(["-r", "secret-word"])
            .arg(place.path().join("cache")),
        b"",
    );
    assert_eq!((kept.code, kept.stdout.as_str()), (1, ""));
    let unreachable = index.replace("pypi.org", "localhost:9");
    let ran = here(&place, &unreachable, &["a.py", "--dep", "idna"]);
    assert_eq!(ran.code, 125, "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret-word"), "{}", ran.stderr);
}

/// What is asked for beside the program is judged as what a manifest declares.
#[test]
fn a_package_that_is_asked_for_is_judged_too() {
    let place = Place::new();
    place.write("a.py", "print('ran')\n");
    let ran = here(&place, "", &["a.py", "--dep", "reqeusts"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (126, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("`requests`"), "{}", ran.stderr);
}

#[test]
fn what_is_asked_for_is_never_left_out() {
    let place = Place::new();
    place.write("a.py", "print('ran')\n");
    let without = "pipeline = [\"analysis\", \"execution\"]\n";
    let ran = here(&place, without, &["a.py", "--dep", "six"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("no stage installs `six`"), "{}", ran.stderr);
    place.write("a.sh", "echo ran\n");
    let ran = here(&place, "", &["a.sh", "--dep", "six"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("a Bash program imports no packages"), "{}", ran.stderr);
    place.write("a.js", "console.log('ran')\n");
    let ran = here(&place, "", &["a.js", "--dep", "lodash@3", "--dep", "lodash@4"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (125, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("`lodash` is asked for twice"), "{}", ran.stderr);
}
