//! What packages cost: `cargo bench --bench packages`, with the engine of `tests/engine/up`.
//!
//! Real packages from the real registry, in gVisor, through a service. Installing is compared with uv
//! itself on this machine, which has an empty cache each time, too: once as it is, and once byte-compiling,
//! as is done here. Whoever quotes a number quotes the machine, and the load beside it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

mod served;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::served::{Service, load};

/// Enough for a median.
const ROUNDS: usize = 40;
/// Of what downloads.
const INSTALLATIONS: usize = 5;
/// That come at once.
const CALLERS: usize = 100;

const REQUESTS: &str = "import requests\ndef main():\n    return requests.__version__\n";
const PANDAS: &str =
    "import numpy, pandas\ndef main():\n    return int(pandas.Series(numpy.arange(10)).sum())\n";

const EXPRESS: &str = "const express = require('express');\nconst axios = require('axios');\nfunction main() { return [typeof express(), typeof axios.get]; }\n";

fn main() {
    println!("load at the start: {}", load());
    let place = tempfile::tempdir().unwrap();
    let cache = place.path().join("packages");
    let service = start(&cache);
    run(&service, "import six\ndef main():\n    return 1\n");
    let uv = uv(&cache);
    for (packages, code) in [(&["requests"][..], REQUESTS), (&["numpy", "pandas"], PANDAS)] {
        installing(&service, &cache, &uv, packages, code);
    }
    hit(&service);
    ahead(&service, "python", "pandas", PANDAS);
    ahead(&service, "javascript", "express", EXPRESS);
    drop(service);
    at_once(&place.path().join("at-once"));
}

fn start(cache: &Path) -> Service {
    Service::start(&format!(
        "runner = \"docker\"\n[execution]\nisolation = \"gvisor\"\nmemory = \"512MiB\"\n\
         [dependencies]\ncache = \"{}\"\n[docker]\nwarm = {{ python = 1, node = 1, bash = 0, ahead = 1 }}\n\
         [docker.images]\npython = \"lazaret-base/python\"\nnode = \"lazaret-base/typescript\"\n[docker.install]\nruntime = \"runsc-network\"\nnetwork = \"lazaret-install\"\n\
         [serve.queue]\nwaiting = {CALLERS}\npatience = \"10m\"\n",
        cache.display()
    ))
}

fn run(service: &Service, code: &str) -> Value {
    run_in(service, "python", code)
}

fn run_in(service: &Service, language: &str, code: &str) -> Value {
    let body = json!({"code": code, "language": language, "arguments": {}}).to_string();
    let report = service.request("POST", "/v1/run", &body);
    assert_eq!(report["outcome"]["status"], "success", "{report}");
    report
}

/// Milliseconds that a stage took.
fn stage(report: &Value, name: &str) -> f64 {
    let stages = report["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["name"] == name).unwrap()["time_ms"].as_f64().unwrap()
}

/// The uv that Lazaret installs with.
fn uv(cache: &Path) -> PathBuf {
    let sets = std::fs::read_dir(cache.join("sets")).unwrap().flatten();
    sets.map(|set| set.path().join("bin/uv")).find(|uv| uv.is_file()).unwrap()
}

fn installing(service: &Service, cache: &Path, uv: &Path, packages: &[&str], code: &str) {
    let (mut ours, mut plain, mut compiled) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..INSTALLATIONS {
        forget(cache, uv);
        ours.push(stage(&run(service, code), "dependencies"));
        plain.push(by_uv(uv, packages, &[]));
        compiled.push(by_uv(uv, packages, &["--compile-bytecode"]));
    }
    let names = packages.join(" + ");
    show(&format!("{names}: installed here"), ours);
    show(&format!("{names}: by uv on this machine"), plain);
    show(&format!("{names}: by uv, byte-compiling"), compiled);
}

/// All sets but that of uv.
fn forget(cache: &Path, uv: &Path) {
    for set in std::fs::read_dir(cache.join("sets")).unwrap().flatten() {
        if !uv.starts_with(set.path()) {
            // One that is forgotten already has none.
            let _ = std::fs::remove_file(cache.join("records").join(set.file_name()));
        }
    }
}

fn by_uv(uv: &Path, packages: &[&str], options: &[&str]) -> f64 {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(uv);
    command.args(["pip", "install", "--quiet", "--python", "/usr/bin/python3", "--system-certs"]);
    command.arg("--target").arg(place.path().join("to"));
    command.arg("--cache-dir").arg(place.path().join("cache"));
    let begun = Instant::now();
    let status = command.args(options).args(packages).stderr(Stdio::inherit()).status().unwrap();
    assert!(status.success());
    begun.elapsed().as_secs_f64() * 1000.0
}

/// What the stage takes that finds everything in the cache.
fn hit(service: &Service) {
    run(service, REQUESTS);
    let times = (0..ROUNDS).map(|_| {
        let report = run(service, REQUESTS);
        assert_eq!(report["installed"]["cached"], true);
        stage(&report, "dependencies")
    });
    show("everything is in the cache: the stage", times.collect());
}

/// From the request to the result, where all is installed, and then where it is imported already.
fn ahead(service: &Service, language: &str, module: &str, code: &str) {
    let request = || {
        let begun = Instant::now();
        run_in(service, language, code);
        begun.elapsed().as_secs_f64() * 1000.0
    };
    run_in(service, language, code);
    show(&format!("{module}, installed: the whole request"), vec![request()]);
    let mut times = Vec::new();
    for _ in 0..ROUNDS / 2 {
        while !is_ready(service, module) {
            sleep(Duration::from_millis(20));
        }
        times.push(request());
    }
    show(&format!("{module}, imported ahead: the whole request"), times);
}

fn is_ready(service: &Service, module: &str) -> bool {
    let pools = service.request("GET", "/v1/pools", "");
    let is_it = |pool: &Value| pool["name"].as_str().unwrap().contains(module) && pool["warm"] == 1;
    pools["pools"].as_array().unwrap().iter().any(is_it)
}

/// Many requests for one new set.
fn at_once(cache: &Path) {
    let service = start(cache);
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| run(&service, REQUESTS));
        }
    });
    let taken = begun.elapsed().as_secs_f64();
    let installed = std::fs::read_dir(cache.join("records")).unwrap().count();
    println!(
        "{CALLERS} requests at once for one new set: {taken:.1} s, {} set and uv   load {}",
        installed - 1,
        load()
    );
}

fn show(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name:<52} p50 {:9.2} ms   p95 {:9.2} ms   load {}", at(50), at(95), load());
}
