//! An engine on the network that wants to know who speaks to it, and that we want to know.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Engine, bash_config};
use lazaret_docker::{DockerConfig, DockerRunner, Tls};
use lazaret_sandbox::conformance::program::{bash, stdout};
use lazaret_sandbox::{Runner, causes};
use tempfile::TempDir;

/// Certificates of two authorities that know nothing of each other.
struct Certificates(TempDir);

impl Certificates {
    fn new() -> Self {
        let new = Self(tempfile::tempdir().expect("a directory"));
        for authority in ["ours", "theirs"] {
            new.make(authority, "");
            for who in ["client", "server"] {
                let options = format!(
                    "-CA {authority} -CAkey {authority}.key -addext basicConstraints=CA:FALSE \
                     -addext extendedKeyUsage={who}Auth -addext subjectAltName=IP:127.0.0.1"
                );
                new.make(&format!("{authority}-{who}"), &options);
            }
        }
        new
    }

    /// Makes a key and a certificate; of itself, where nothing else is said.
    fn make(&self, name: &str, options: &str) {
        let all = format!(
            "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN={name} \
             -out {name} -keyout {name}.key {options}"
        );
        let mut command = Command::new("openssl");
        let made = command.current_dir(&self.0).args(all.split_whitespace()).output();
        let made = made.expect("openssl is here");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What a client with a certificate of one authority speaks with, who believes one.
    fn client(&self, of: &str, believes: &str) -> Tls {
        let certificate = self.path(&format!("{of}-client"));
        let key = certificate.with_extension("key");
        Tls { ca: self.path(believes), certificate, key }
    }
}

/// An engine on a port of this machine, and where that is.
async fn listening(certificates: &Certificates) -> (Engine, String) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let host = format!("tcp://{}", free.expect("a port"));
    let file =
        |option: &str, name: &str| format!("--{option}={}", certificates.path(name).display());
    let arguments = vec![
        format!("--host={host}"),
        "--tlsverify".to_owned(),
        file("tlscacert", "ours"),
        file("tlscert", "ours-server"),
        file("tlskey", "ours-server.key"),
    ];
    (Engine::start_saying(arguments).await, host)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_run_over_tls_and_who_is_not_known_is_refused() {
    let certificates = Certificates::new();
    let (engine, host) = listening(&certificates).await;
    let with = |tls: Option<Tls>| {
        let hosts = vec![host.clone()];
        DockerRunner::new(DockerConfig { hosts, tls, ..bash_config("tls") })
    };
    let runner = with(Some(certificates.client("ours", "ours")));
    let outcome = bash("read -r line; echo \"$line, $1\"").words(&["and this"]).stdin("heard");
    assert_eq!(stdout(&outcome.succeed(&runner).await), "heard, and this\n");
    runner.close().await;
    assert!(engine.containers("tls").await.is_empty(), "closing its streams ends an agent");

    let why = async |tls| {
        let error = with(tls).ready().await.expect_err("it is refused");
        assert!(error.help().is_some_and(|help| help.contains("docker.tls")), "{error:?}");
        causes(&error)
    };
    let stranger = why(Some(certificates.client("ours", "theirs"))).await;
    assert!(stranger.contains("UnknownIssuer"), "{stranger}");
    let unknown = why(Some(certificates.client("theirs", "ours"))).await;
    assert!(unknown.contains("alert"), "{unknown}");
    let mut without = certificates.client("ours", "ours");
    without.certificate = certificates.path("nowhere");
    let without = why(Some(without)).await;
    assert!(without.contains("nowhere"), "{without}");
    let clear = why(None).await;
    assert!(clear.contains("HTTPS server"), "{clear}");
}

/// Engines of this machine and of others may be named together.
#[tokio::test]
async fn a_socket_of_this_machine_needs_no_tls() {
    let certificates = Certificates::new();
    let hosts = vec!["unix:///var/run/docker.sock".to_owned()];
    let tls = Some(certificates.client("ours", "ours"));
    let runner = DockerRunner::new(DockerConfig { hosts, tls, ..bash_config("tls-socket") });
    runner.ready().await.expect("the engine of this machine");
    runner.close().await;
}
