//! The files beside each bundled policy, analysed and judged for real.

use std::fs;
use std::path::Path;

use lazaret_wasm::fixture::Fixture;
use lazaret_wasm::{HostOptions, Policies, PolicySource};

#[test]
fn the_fixtures_have_the_findings_that_they_expect() {
    for policy in lazaret_bundle::policies() {
        let source = PolicySource::new(policy.name, policy.wasm);
        let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
        let fixtures = fixtures(policy.name);
        assert!(fixtures.len() >= 2, "{} has no fixtures", policy.name);
        for fixture in fixtures {
            let judged = fixture.judge(&policies).unwrap();
            assert!(fixture.is_right(&judged), "{}: {:?}", fixture.path, judged.found);
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
