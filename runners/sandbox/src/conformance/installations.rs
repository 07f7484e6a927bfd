//! Installers: what they may do that no other program may, and nothing beyond.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use tempfile::TempDir;

use super::program::{Program, python, stdout};
use crate::{Installation, Runner};

/// An installer, and the two directories that it works with: `into` and `source`.
fn installer(code: &str, network: bool) -> (Program, TempDir) {
    let folder = TempDir::new().expect("a directory can be made");
    let (into, source) = (folder.path().join("into"), folder.path().join("source"));
    for (directory, mode) in [(&into, 0o777), (&source, 0o755)] {
        fs::create_dir(directory).expect("a directory can be made");
        set_mode(directory, mode);
    }
    fs::write(source.join("wheel"), "wheel").expect("a file can be written");
    let mut program = python(code);
    program.job.installation =
        Some(Installation { into, sources: vec![source], platform: String::new(), network });
    (program, folder)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// What it leaves is there when its sandbox is gone, and it started from what it was shown.
pub async fn an_installer_fills_its_directory(runner: &dyn Runner) {
    let code = "
import os
wheel = open('/sources/0/wheel').read()
os.makedirs('/install/package/inner')
open('/install/package/inner/module.py', 'w').write('from = ' + repr(wheel))
os.symlink('package', '/install/alias')
";
    let (program, folder) = installer(code, false);
    program.succeed(runner).await;
    let made = fs::read_to_string(folder.path().join("into/alias/inner/module.py"));
    assert_eq!(made.expect("it was made"), "from = 'wheel'");
}

/// Neither its sources, nor the system.
pub async fn an_installer_changes_nothing_else(runner: &dyn Runner) {
    let code = "
for path in ('/sources/0/wheel', '/sources/0/new', '/sources/new', '/usr/new', '/new'):
    try:
        open(path, 'a').write('changed')
        print('changed', path)
    except OSError:
        pass
";
    let (program, folder) = installer(code, false);
    assert_eq!(stdout(&program.succeed(runner).await), "");
    let wheel = fs::read_to_string(folder.path().join("source/wheel"));
    assert_eq!(wheel.expect("it is there"), "wheel");
}

/// One that may, and one that may not. The machine is the gateway of an engine's network.
pub async fn an_installer_reaches_the_network_where_it_may(runner: &dyn Runner) {
    let listener = TcpListener::bind("0.0.0.0:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    let code = format!(
        "
import socket
machines = ['127.0.0.1']
for line in open('/proc/net/route').readlines()[1:]:
    gateway = int(line.split()[2], 16)
    if gateway:
        machines.append(socket.inet_ntoa(gateway.to_bytes(4, 'little')))
def reaches(machine):
    try:
        socket.create_connection((machine, {port}), 2).close()
        return True
    except OSError:
        return False
print(any(reaches(machine) for machine in machines))
"
    );
    for (network, reached) in [(true, "True\n"), (false, "False\n")] {
        let (program, _folder) = installer(&code, network);
        assert_eq!(stdout(&program.succeed(runner).await), reached);
    }
}
