//! Packages of programs, from the real registries, through the program: in gVisor, and by the embedded
//! runner.

use crate::docker::configuration;
use crate::support::{Place, Ran, finish};

/// Nothing else is asked for; without `offline`, with the network of an engine's own.
fn in_gvisor(more: &str) -> String {
    format!(
        "{}\n[docker.install]\nruntime = \"runsc-network\"\n{more}",
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
