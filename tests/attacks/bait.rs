//! What the host holds out: if one of these is taken, a wall has a hole.
//!
//! A program is told where they are, so that it does not have to guess: what stops it must be the
//! sandbox, not its ignorance.

use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The value of a variable in our own environment that no program may see.
const SECRET: &str = "a-secret-of-the-host";

/// Listeners, and a file that everybody on this machine may read.
pub(crate) struct Bait {
    tcp: TcpListener,
    udp: UdpSocket,
    named: UnixListener,
    nameless: UnixListener,
    directory: PathBuf,
}

impl Bait {
    /// Puts it out, the files in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        let tcp = TcpListener::bind("[::]:0").unwrap();
        let udp = UdpSocket::bind(("::", tcp.local_addr().unwrap().port())).unwrap();
        let named = UnixListener::bind(directory.join("socket")).unwrap();
        let address = SocketAddr::from_abstract_name(abstract_name(&tcp)).unwrap();
        let nameless = UnixListener::bind_addr(&address).unwrap();
        std::fs::write(directory.join("file"), SECRET).unwrap();
        tcp.set_nonblocking(true).unwrap();
        udp.set_nonblocking(true).unwrap();
        named.set_nonblocking(true).unwrap();
        nameless.set_nonblocking(true).unwrap();
        Self { tcp, udp, named, nameless, directory: directory.to_owned() }
    }

    /// Tells a program where the bait is, and gives a secret to ourselves alone.
    pub(crate) fn hold_out(&self, command: &mut Command) {
        let tell = |name: &str, value: &str| format!("{name}={value}");
        let path = |name: &str| self.directory.join(name).display().to_string();
        let port = self.tcp.local_addr().unwrap().port().to_string();
        for variable in [
            tell("HOST_PORT", &port),
            tell("HOST_ADDRESSES", &addresses()),
            tell("HOST_SOCKET", &path("socket")),
            tell("HOST_ABSTRACT_SOCKET", &abstract_name(&self.tcp)),
            tell("HOST_FILE", &path("file")),
        ] {
            command.arg("--env").arg(variable);
        }
        command.env("SECRET_OF_THE_HOST", SECRET);
    }

    /// What was taken since the last look.
    pub(crate) fn taken(&self) -> Vec<String> {
        let taken = [
            ("a TCP port", self.tcp.accept().is_ok()),
            ("a UDP port", self.udp.recv_from(&mut [0; 16]).is_ok()),
            ("a Unix socket", self.named.accept().is_ok()),
            ("an abstract Unix socket", self.nameless.accept().is_ok()),
        ];
        let taken = taken.into_iter().filter(|(_, is_taken)| *is_taken);
        taken.map(|(name, _)| format!("SOMEBODY REACHED {name} of the host")).collect()
    }
}

/// A name that no other suite on this machine has.
fn abstract_name(tcp: &TcpListener) -> String {
    format!("lazaret-attacks-{}", tcp.local_addr().unwrap().port())
}

/// Where the host may be reached: itself, an engine's bridge, its other interfaces.
fn addresses() -> String {
    let own = Command::new("hostname").arg("-I").output().map(|ran| ran.stdout).unwrap_or_default();
    let own = String::from_utf8_lossy(&own);
    let usual = ["127.0.0.1", "::1", "172.17.0.1", "10.0.2.2"];
    let all: Vec<&str> = usual.into_iter().chain(own.split_whitespace()).collect();
    all.join(" ")
}

#[test]
fn bait_that_is_taken_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let bait = Bait::new(directory.path());
    assert_eq!(bait.taken(), [] as [String; 0]);
    let port = bait.tcp.local_addr().unwrap().port();
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"x", ("127.0.0.1", port)).unwrap();
    std::os::unix::net::UnixStream::connect(directory.path().join("socket")).unwrap();
    assert_eq!(bait.taken().len(), 3);
}
