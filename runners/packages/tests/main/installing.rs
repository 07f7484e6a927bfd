//! Real packages, from the real registries, through the runner that needs nothing but this machine.

use std::sync::Arc;
use std::time::Duration;

use lazaret_packages::{
    Cache, Found, InstallError, Installer, Reason, Requirement, Settings, Sources,
};
use lazaret_process::{ProcessConfig, ProcessRunner};
use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Limits, Runner, Status};
use tempfile::TempDir;

use crate::DAY;

/// Where machines keep the authorities that they believe.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

pub(crate) fn settings() -> Settings {
    let from =
        |index: &str| Sources { index: Some(index.into()), shared: true, ..Sources::default() };
    Settings {
        fresh: DAY,
        offline: false,
        builds: false,
        limits: Limits {
            wall: Duration::from_mins(5),
            cpu: Duration::from_mins(5),
            memory: 2 << 30,
            processes: 256,
            disk: 2 << 30,
            output: 16 << 20,
            ..Limits::default()
        },
        size: 2 << 30,
        isolation: Isolation::Process,
        certificates: std::fs::read(CERTIFICATES).ok(),
        environment: [].into(),
        python: from("https://pypi.org/simple"),
        node: from("https://registry.npmjs.org"),
    }
}

pub(crate) fn runner() -> Arc<dyn Runner> {
    Arc::new(ProcessRunner::new(ProcessConfig::default()))
}

pub(crate) fn installer(folder: &TempDir, settings: Settings) -> Installer {
    let cache = Cache::open(&folder.path().join("packages"), 4 << 30).expect("it can be made");
    Installer::new(cache, runner(), settings)
}

pub(crate) async fn python(installer: &Installer, wanted: &[&str]) -> Result<Found, InstallError> {
    let wanted: Vec<Requirement> = wanted
        .iter()
        .map(|text| {
            let end = text.find(|c: char| "[<>=!~;".contains(c)).unwrap_or(text.len());
            Requirement::of_python(&text[..end], &text[end..]).expect("a requirement")
        })
        .collect();
    installer.packages(Interpreter::Python, &wanted, "", &Events::none()).await
}

pub(crate) async fn prints(
    found: &Found,
    interpreter: Interpreter,
    path: &str,
    code: &str,
) -> String {
    let mut job = Job::script(interpreter, path, code);
    job.packages = Some(found.packages.clone());
    let outcome = runner().run(job, Events::none()).await.expect("it runs");
    let errors = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    assert_eq!(outcome.status, Status::Success, "{errors}");
    String::from_utf8(outcome.stdout.bytes).expect("text")
}

#[tokio::test]
async fn a_package_of_python_is_installed_once_and_then_there() {
    let folder = TempDir::new().unwrap();
    let installer = installer(&folder, settings());
    let found = python(&installer, &["requests==2.32.3"]).await.unwrap();
    assert!(!found.was_there);
    let names: Vec<&str> = found.set.record().packages.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["certifi", "charset-normalizer", "idna", "requests", "urllib3"]);
    let code = "import requests; print(requests.__version__)";
    assert_eq!(prints(&found, Interpreter::Python, "main.py", code).await, "2.32.3\n");
    let again = python(&installer, &["requests==2.32.3"]).await.unwrap();
    assert!(again.was_there);
    assert_eq!(again.packages, found.packages);
}

#[tokio::test]
async fn packages_of_javascript_are_installed_without_running_any_of_theirs() {
    let folder = TempDir::new().unwrap();
    let installer = installer(&folder, settings());
    let wanted = [("lodash", "4.17.21"), ("@sindresorhus/is", "")];
    let wanted = wanted.map(|(name, range)| Requirement::of_npm(name, range).unwrap());
    let found = installer.packages(Interpreter::Node, &wanted, "", &Events::none()).await.unwrap();
    let code = "import is from '@sindresorhus/is'; import lodash from 'lodash'; console.log(lodash.chunk([1, 2, 3], 2).length, is(1));";
    assert_eq!(prints(&found, Interpreter::Node, "main.mjs", code).await, "2 number\n");
}

/// As `@isaacs/cliui` does, which brings along `string-width` twice.
#[tokio::test]
async fn a_package_that_lies_under_another_name_is_told_by_its_own() {
    let folder = TempDir::new().unwrap();
    let installer = installer(&folder, settings());
    let wanted = [Requirement::of_npm("@isaacs/cliui", "8.0.2").unwrap()];
    let found = installer.packages(Interpreter::Node, &wanted, "", &Events::none()).await.unwrap();
    let mut packages = found.set.record().packages.iter();
    let alias = packages.find(|one| one.name == "string-width-cjs").unwrap();
    assert!(alias.version.starts_with("npm:string-width@4."), "{}", alias.version);
}

/// Of a request that is old, the versions are looked for again; nothing is installed where they are the
/// same.
#[tokio::test]
async fn what_an_index_has_is_asked_again_after_a_while_and_kept_if_it_is_the_same() {
    let folder = TempDir::new().unwrap();
    let always = Settings { fresh: Duration::ZERO, ..settings() };
    let installer = self::installer(&folder, always);
    let first = python(&installer, &["six==1.17.0"]).await.unwrap();
    let again = python(&installer, &["six==1.17.0"]).await.unwrap();
    assert!(again.was_there);
    assert_eq!(again.packages, first.packages);
    assert_eq!(again.set.record(), first.set.record());
}

/// The packages of an index that not everybody may use are each tenant's own.
#[tokio::test]
async fn tenants_share_what_everybody_may_have_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let six = [Requirement::of_python("six", "==1.17.0").unwrap()];
    let of = async |installer: &Installer, tenant: &str| {
        installer.packages(Interpreter::Python, &six, tenant, &Events::none()).await.unwrap()
    };
    let shared = installer(&folder, settings());
    let first = of(&shared, "one").await;
    let second = of(&shared, "two").await;
    assert!(second.was_there);
    assert_eq!(first.packages, second.packages);
    let mut own = settings();
    own.python.shared = false;
    let own = installer(&folder, own);
    let first = of(&own, "one").await;
    let second = of(&own, "two").await;
    assert!(!first.was_there && !second.was_there);
    assert_ne!(first.packages.directory, second.packages.directory);
    assert!(of(&own, "one").await.was_there);
}

/// What an operator pins is often what nobody asks for.
#[tokio::test]
async fn packages_that_others_bring_along_are_held_to_their_pins() {
    let folder = TempDir::new().unwrap();
    let mut settings = settings();
    settings.python.pins = vec![Requirement::of_python("idna", "==3.6").unwrap()];
    settings.node.pins = vec![Requirement::of_npm("color-convert", "1.9.1").unwrap()];
    let installer = installer(&folder, settings);
    let found = python(&installer, &["requests==2.32.3"]).await.unwrap();
    let wanted = [Requirement::of_npm("chalk", "2.4.2").unwrap()];
    let other = installer.packages(Interpreter::Node, &wanted, "", &Events::none()).await.unwrap();
    let version = |found: &Found, name: &str| {
        let mut packages = found.set.record().packages.iter();
        packages.find(|one| one.name == name).map(|one| one.version.clone())
    };
    assert_eq!(version(&found, "idna").as_deref(), Some("3.6"));
    assert_eq!(version(&other, "color-convert").as_deref(), Some("1.9.1"));
}

/// docopt is published as source alone.
#[tokio::test]
async fn what_has_to_be_built_is_built_where_that_is_allowed() {
    let folder = TempDir::new().unwrap();
    let wanted = ["docopt==0.6.2"];
    let error = python(&installer(&folder, settings()), &wanted).await.unwrap_err();
    let no_wheel = Reason::NoWheel("docopt==0.6.2".into());
    assert!(
        matches!(&error, InstallError::Refused { reason, .. } if *reason == no_wheel),
        "{error}"
    );
    let builds = Settings { builds: true, ..settings() };
    let installer = installer(&folder, builds);
    let found = python(&installer, &wanted).await.unwrap();
    assert!(found.set.record().platform.ends_with(", built"));
    let code = "import docopt; print(docopt.__version__)";
    assert_eq!(prints(&found, Interpreter::Python, "main.py", code).await, "0.6.2\n");
    // Its code may have changed what others get.
    let other = python(&installer, &["docopt<=0.6.2"]).await.unwrap();
    assert_eq!(other.set.record().packages, found.set.record().packages);
    assert_ne!(other.packages.directory, found.packages.directory);
}
