//! What cannot be installed: the error names the package, nothing is left, and the next request works.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lazaret_packages::{
    Found, InstallError, Installer, Reason, Requirement, Settings, Sources, Trial,
};
use lazaret_sandbox::{Events, Interpreter, causes};
use tempfile::TempDir;

use crate::index::{Fault, KNOWN, index, wheels};
use crate::installing::{installer, prints, python, runner, settings};

/// Nothing is left of an installation that failed.
fn assert_clean(folder: &TempDir) {
    let staging = folder.path().join("packages/staging");
    assert_eq!(fs::read_dir(staging).expect("it is there").count(), 0);
}

fn reason(error: InstallError) -> (Reason, String) {
    let told = causes(&error);
    match error {
        InstallError::Refused { reason, .. } => (reason, told),
        other => panic!("another error: {}", causes(&other)),
    }
}

async fn refuses_python(installer: &Installer, wanted: &[&str]) -> (Reason, String) {
    reason(python(installer, wanted).await.expect_err("it cannot be installed"))
}

async fn refuses_node(installer: &Installer, wanted: &[(&str, &str)]) -> (Reason, String) {
    let wanted: Vec<Requirement> =
        wanted.iter().map(|(name, range)| Requirement::of_npm(name, range).unwrap()).collect();
    let answer = installer.packages(Interpreter::Node, &wanted, "", &Events::none()).await;
    reason(answer.expect_err("it cannot be installed"))
}

#[tokio::test]
async fn what_an_index_of_python_has_not_is_named() {
    let folder = TempDir::new().unwrap();
    let installer = installer(&folder, settings());
    let name = "lazaret-no-such-package";
    let (reason, told) = refuses_python(&installer, &[name]).await;
    assert_eq!(reason, Reason::UnknownPackage(name.into()));
    assert!(told.contains("`lazaret-no-such-package`") && !told.contains("Traceback"), "{told}");
    let (reason, _) = refuses_python(&installer, &["requests==99"]).await;
    assert_eq!(reason, Reason::UnknownVersion("requests==99".into()));
    let (reason, told) = refuses_python(&installer, &["requests==2.32.3", "urllib3==1.20"]).await;
    assert_eq!(reason, Reason::Conflict);
    assert!(told.contains("depends on urllib3>=1.21.1"), "{told}");
    let (reason, _) = refuses_python(&installer, &["pycairo==1.20.0"]).await;
    assert_eq!(reason, Reason::NoWheel("pycairo==1.20.0".into()));
    assert_clean(&folder);
    python(&installer, &["six"]).await.unwrap();
}

#[tokio::test]
async fn what_a_registry_of_javascript_has_not_is_named() {
    let folder = TempDir::new().unwrap();
    let installer = installer(&folder, settings());
    let (reason, told) = refuses_node(&installer, &[("@lazaret-no-such/package", "1")]).await;
    assert_eq!(reason, Reason::UnknownPackage("@lazaret-no-such/package".into()));
    assert!(!told.contains("/tmp/") && !told.contains("npm error"), "{told}");
    let (reason, _) = refuses_node(&installer, &[("lodash", "99.0.0")]).await;
    assert_eq!(reason, Reason::UnknownVersion("lodash@99.0.0".into()));
    let (reason, _) =
        refuses_node(&installer, &[("react", "16.0.0"), ("react-dom", "18.0.0")]).await;
    assert_eq!(reason, Reason::Conflict);
    assert_clean(&folder);
}

/// An address where nobody listens: port 9 is that of a service that no machine has any more.
#[tokio::test]
async fn an_index_that_is_down_is_told() {
    let folder = TempDir::new().unwrap();
    let mut settings = settings();
    settings.python.index = Some("http://127.0.0.1:9/simple".into());
    settings.node.index = Some("http://127.0.0.1:9/".into());
    let installer = installer(&folder, settings);
    assert_eq!(refuses_python(&installer, &["six"]).await.0, Reason::Unreachable);
    assert_eq!(refuses_node(&installer, &[("lodash", "")]).await.0, Reason::Unreachable);
    assert_clean(&folder);
}

/// Installs `greeting` from an index with a fault.
async fn greeting(fault: Fault, change: impl FnOnce(&mut Settings)) -> InstallError {
    let folder = TempDir::new().unwrap();
    let mut settings = settings();
    settings.python.index = Some(index(fault));
    change(&mut settings);
    let installer = installer(&folder, settings);
    let error = python(&installer, &["greeting"]).await.expect_err("the index is broken");
    assert_clean(&folder);
    error
}

#[tokio::test]
async fn another_file_than_the_index_says_is_refused() {
    let error = greeting(Fault::WrongDigest, |_| {}).await;
    assert_eq!(reason(error).0, Reason::WrongDigest);
}

#[tokio::test]
async fn an_index_that_trickles_is_not_waited_for() {
    let most = Duration::from_secs(8);
    let error = greeting(Fault::Trickle, |settings| settings.limits.wall = most).await;
    assert!(
        matches!(error, InstallError::TooSlow { limit, .. } if limit == most),
        "{}",
        causes(&error)
    );
}

#[tokio::test]
async fn a_package_without_an_end_is_cut_short() {
    let most = 128 << 20;
    let error = greeting(Fault::Endless, |settings| settings.size = most).await;
    let is_bounded = |size: u64| size > most && size < 4 << 30;
    assert!(
        matches!(error, InstallError::TooLarge { size, .. } if is_bounded(size)),
        "{}",
        causes(&error)
    );
}

#[tokio::test]
async fn without_the_network_there_is_what_was_installed_and_what_directories_have() {
    let folder = TempDir::new().unwrap();
    let online = installer(&folder, settings());
    let six = python(&online, &["six==1.17.0"]).await.unwrap();
    let mut offline = settings();
    offline.offline = true;
    let alone = installer(&folder, offline.clone());
    assert_eq!(python(&alone, &["six==1.17.0"]).await.unwrap().packages, six.packages);
    let error = python(&alone, &["idna"]).await.expect_err("it is not there");
    assert!(matches!(&error, InstallError::Offline { what } if what == "`idna`"), "{error}");
    let wheels = wheels();
    offline.python.find_links = vec![wheels.path().into()];
    let from_directory = installer(&folder, offline);
    let found = python(&from_directory, &["greeting"]).await.unwrap();
    let code = "import greeting; print(greeting.words)";
    let printed = prints(&found, Interpreter::Python, "main.py", code).await;
    assert_eq!(printed, "hello from a wheel\n");
    let (reason, _) = refuses_python(&from_directory, &["idna"]).await;
    assert_eq!(reason, Reason::UnknownPackage("idna".into()));
}

/// Without an index, directories have what they have: also where nobody has installed uv before.
#[tokio::test]
async fn directories_alone_can_be_asked() {
    let (folder, wheels) = (TempDir::new().unwrap(), wheels());
    let mut settings = settings();
    settings.python = Sources { find_links: vec![wheels.path().into()], ..Sources::default() };
    let installer = installer(&folder, settings);
    let found = python(&installer, &["greeting"]).await.unwrap();
    let code = "import greeting; print(greeting.words)";
    let printed = prints(&found, Interpreter::Python, "main.py", code).await;
    assert_eq!(printed, "hello from a wheel\n");
    // Another wheel of that version is another set.
    assert!(found.set.record().packages[0].hash.starts_with("sha256:"));
    let (reason, _) = refuses_python(&installer, &["idna"]).await;
    assert_eq!(reason, Reason::UnknownPackage("idna".into()));
}

/// Whoever looks at all processes of this machine for a word.
struct Watch(Arc<AtomicBool>, JoinHandle<String>);

/// Looks until it is told to end, or has found one.
fn watch(word: &'static str) -> Watch {
    let is_over = Arc::new(AtomicBool::new(false));
    let until = Arc::clone(&is_over);
    let look = move || {
        while !until.load(Ordering::Relaxed) {
            let processes = fs::read_dir("/proc").unwrap().flatten();
            let words = processes.filter_map(|one| fs::read(one.path().join("cmdline")).ok());
            let mut words = words.map(|words| String::from_utf8_lossy(&words).into_owned());
            if let Some(found) = words.find(|words| words.contains(word)) {
                return found;
            }
            thread::sleep(Duration::from_millis(5));
        }
        String::new()
    };
    Watch(is_over, thread::spawn(look))
}

impl Watch {
    /// What was found.
    fn end(self) -> String {
        self.0.store(true, Ordering::Relaxed);
        self.1.join().unwrap()
    }
}

/// What the address of an index says of who asks is for installers, and for nobody's eyes.
#[tokio::test]
async fn an_index_that_asks_who_one_is_is_told() {
    let folder = TempDir::new().unwrap();
    let (address, mut settings) = (index(Fault::Guarded), settings());
    settings.python.index = Some(address.replace("//", &format!("//{KNOWN}@")));
    let watched = watch("ss-word");
    let found = python(&installer(&folder, settings.clone()), &["greeting"]).await.unwrap();
    assert_eq!(watched.end(), "", "everybody on this machine can read it");
    let code = "import greeting; print(greeting.words)";
    let printed = prints(&found, Interpreter::Python, "main.py", code).await;
    assert_eq!(printed, "hello from a wheel\n");
    settings.python.index = Some(address.replace("//", "//me:another-word@"));
    let (reason, told) = refuses_python(&installer(&folder, settings), &["greeting"]).await;
    assert_eq!(reason, Reason::Unauthorized, "{told}");
    assert!(told.contains("`greeting`") && !told.contains("another-word"), "{told}");
}

async fn node(installer: &Installer, package: &str) -> Result<Found, InstallError> {
    let wanted = [Requirement::of_npm(package, "").expect("a requirement")];
    installer.packages(Interpreter::Node, &wanted, "", &Events::none()).await
}

/// npm itself would send a name and a password with some of its requests alone.
#[tokio::test]
async fn a_registry_that_asks_who_one_is_is_told() {
    let folder = TempDir::new().unwrap();
    let (address, mut settings) = (index(Fault::Guarded) + "/npm", settings());
    settings.node.index = Some(address.replace("//", &format!("//{KNOWN}@")));
    let watched = watch("ss-word");
    let found = node(&installer(&folder, settings.clone()), "greeting").await.unwrap();
    assert_eq!(watched.end(), "", "everybody on this machine can read it");
    let code = "console.log(require('greeting').words)";
    let printed = prints(&found, Interpreter::Node, "main.js", code).await;
    assert_eq!(printed, "hello from a tarball\n");
    settings.node.index = Some(address.replace("//", "//me:another-word@"));
    let (reason, told) = reason(node(&installer(&folder, settings), "outside").await.unwrap_err());
    assert_eq!(reason, Reason::Unauthorized, "{told}");
}

/// Whoever publishes a package would have it fetched from wherever an installer reaches.
#[tokio::test]
async fn what_a_package_needs_from_outside_its_registry_is_not_installed() {
    let folder = TempDir::new().unwrap();
    let mut settings = settings();
    settings.node.index = Some(index(Fault::WrongDigest) + "/npm");
    let installer = installer(&folder, settings);
    let (reason, told) = reason(node(&installer, "outside").await.unwrap_err());
    assert_eq!(reason, Reason::Outside, "{told}");
    assert_clean(&folder);
}

/// Or else whoever publishes a package under the name of one's own has it installed in place of that.
#[tokio::test]
async fn a_package_comes_from_the_first_index_that_has_it() {
    let folder = TempDir::new().unwrap();
    let (address, mut settings) = (index(Fault::Guarded), settings());
    settings.python.index = Some(address.replace("//", &format!("//{KNOWN}@")));
    // There it is another one.
    settings.python.extra_indexes = vec![index(Fault::WrongDigest)];
    let found = python(&installer(&folder, settings), &["greeting"]).await.unwrap();
    let code = "import greeting; print(greeting.words)";
    let printed = prints(&found, Interpreter::Python, "main.py", code).await;
    assert_eq!(printed, "hello from a wheel\n");
}

/// As `lazaret doctor` does, before any program needs it.
#[tokio::test]
async fn a_trial_finds_out_whether_an_index_answers() {
    let (address, mut settings) = (index(Fault::Guarded), settings());
    let trial =
        async |settings: &Settings| Trial::of(&*runner(), Interpreter::Python, settings).await;
    settings.python.index = Some(address.replace("//", &format!("//{KNOWN}@")));
    let host = trial(&settings).await.unwrap().host.unwrap();
    assert!(address.contains(&host) && !host.contains('@'), "{host}");
    settings.python.index = Some(address.replace("//", "//me:another-word@"));
    let error = trial(&settings).await.unwrap_err();
    let is_told = matches!(&error, InstallError::Refused { reason: Reason::Unauthorized, .. });
    assert!(is_told && !error.to_string().contains("another-word"), "{error}");
}

/// A day after, an index that is down must not stop what ran the day before.
#[tokio::test]
async fn what_was_installed_is_used_while_its_index_is_down() {
    let folder = TempDir::new().unwrap();
    let mut settings = settings();
    let first = python(&installer(&folder, settings.clone()), &["six"]).await.unwrap();
    settings.fresh = Duration::ZERO;
    settings.environment.insert("HTTPS_PROXY".into(), "http://127.0.0.1:9".into());
    let installer = installer(&folder, settings);
    let again = python(&installer, &["six"]).await.unwrap();
    assert!(again.was_there && again.packages == first.packages);
    let (reason, told) = refuses_python(&installer, &["idna"]).await;
    assert_eq!(reason, Reason::Unreachable, "{told}");
}

/// uv has room, and numpy has not.
#[tokio::test]
async fn a_disk_that_is_full_in_the_middle_is_told_and_nothing_is_left() {
    let folder = TempDir::new().unwrap();
    let mount = |program: &str, options: &[&str]| {
        let ran = std::process::Command::new(program).args(options).arg(folder.path()).status();
        assert!(ran.expect(program).success(), "needs root, to mount a small file system");
    };
    mount("mount", &["-t", "tmpfs", "-o", "size=80m,mode=700", "tmpfs"]);
    let installer = installer(&folder, settings());
    let (reason, told) = refuses_python(&installer, &["numpy==2.2.6"]).await;
    assert_eq!(reason, Reason::DiskFull, "{told}");
    assert_clean(&folder);
    python(&installer, &["six"]).await.unwrap();
    drop(installer);
    mount("umount", &[]);
}
