//! The files beside each bundled policy, analysed and judged for real.

use std::fs;
use std::path::Path;

use lazaret_wasm::fixture::Fixture;
use lazaret_wasm::fixture::trial::trials;
use lazaret_wasm::{HostOptions, Limits, Policies, PolicySource};

#[test]
fn the_fixtures_have_the_findings_that_they_expect_in_every_form() {
    let cache = tempfile::tempdir().unwrap();
    for policy in lazaret_bundle::policies() {
        let fixtures = fixtures(policy.name);
        assert!(fixtures.len() >= 2, "{} has no fixtures", policy.name);
        for fixture in fixtures {
            let settings = fixture.settings().unwrap();
            let source = PolicySource { settings, ..PolicySource::new(policy.name, policy.wasm) };
            let options = HostOptions {
                cache: Some(cache.path().join("policies")),
                ..HostOptions::default()
            };
            let mut policies = Policies::load(vec![source], &options).unwrap();
            let judged = fixture.judge(&policies).unwrap();
            assert!(fixture.is_right(&judged), "{}: {:?}", fixture.path, judged.found);
            let limits = Limits::default();
            let trials = trials(&fixture, &judged, &mut policies, &limits).unwrap();
            assert!(trials.runs > 20, "{}: {trials:?}", fixture.path);
            assert!(trials.problems.is_empty(), "{}: {:?}", fixture.path, trials.problems);
        }
    }
}

fn fixtures(policy: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies").join(policy);
    let fixture = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        Fixture::new(path.display().to_string(), fs::read(&path).unwrap()).unwrap()
    };
    fs::read_dir(folder.join("fixtures")).unwrap().map(fixture).collect()
}
