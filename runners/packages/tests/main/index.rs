//! An index of a test's own, that can do what a good one never does.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread::{self, sleep};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// What is wrong with an index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It says another digest than its file has.
    WrongDigest,
    /// It gives a byte a second.
    Trickle,
    /// Its file has ten gigabytes.
    Endless,
    /// None; but it answers only to whom it knows.
    Guarded,
}

/// Who is known to an index that answers only to whom it knows, and the header that he sends.
pub(crate) const KNOWN: &str = "me:p%40ss-word";
const HEADER: &str = "authorization: basic bwu6cebzcy13b3jk";

/// The address of an index with the one package `greeting`, and this fault.
pub(crate) fn index(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever asks may be gone before all is said.
            thread::spawn(move || answer(stream, fault));
        }
    });
    format!("http://{address}/simple")
}

fn answer(mut stream: TcpStream, fault: Fault) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    lines.read_line(&mut request)?;
    let mut is_known = fault != Fault::Guarded;
    let mut header = String::from("none yet");
    while !header.trim().is_empty() {
        is_known |= header.trim().to_lowercase() == HEADER;
        header.clear();
        lines.read_line(&mut header)?;
    }
    if !is_known {
        return respond(&mut stream, "401 Unauthorized", b"");
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    if let Some(name) = path.strip_prefix("/simple/npm/") {
        let host = stream.local_addr()?.to_string();
        return respond(&mut stream, "200 OK", &of_npm(name, &host));
    }
    if path == "/simple/uv/" {
        // The installer itself is none of the test.
        return stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: https://pypi.org/simple/uv/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let kind = path.rsplit_once('.').map(|(_, kind)| kind);
    if kind == Some("metadata") {
        let about = b"Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n";
        return respond(&mut stream, "200 OK", about);
    }
    if kind == Some("whl") {
        return match fault {
            Fault::WrongDigest | Fault::Guarded => respond(&mut stream, "200 OK", &wheel()),
            Fault::Trickle => trickle(&mut stream),
            Fault::Endless => endless(&mut stream),
        };
    }
    let digest = match fault {
        Fault::Guarded => hexadecimal(&Sha256::digest(wheel())),
        _ => "0".repeat(64),
    };
    let page = format!(
        "<!DOCTYPE html><a data-core-metadata=\"true\" href=\"/greeting-1.0-py3-none-any.whl#sha256={digest}\">greeting-1.0-py3-none-any.whl</a>"
    );
    respond(&mut stream, "200 OK", page.as_bytes())
}

/// A registry of npm's, with two packages: `greeting`, and `outside`, which needs it from an address.
fn of_npm(name: &str, host: &str) -> Vec<u8> {
    if let Some(name) = name.strip_suffix(".tgz") {
        return tarball(name);
    }
    let needs = if name == "outside" {
        format!("{{\"greeting\": \"http://{host}/simple/npm/greeting.tgz\"}}")
    } else {
        "{}".into()
    };
    let version = format!(
        "{{\"name\": \"{name}\", \"version\": \"1.0.0\", \"dependencies\": {needs}, \"dist\": {{\"tarball\": \"http://{host}/simple/npm/{name}.tgz\"}}}}"
    );
    let tags = "{\"latest\": \"1.0.0\"}";
    format!(
        "{{\"name\": \"{name}\", \"dist-tags\": {tags}, \"versions\": {{\"1.0.0\": {version}}}}}"
    )
    .into()
}

fn tarball(name: &str) -> Vec<u8> {
    let folder = TempDir::new().expect("a directory");
    let package = folder.path().join("package");
    std::fs::create_dir(&package).expect("made");
    let about = format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\"}}");
    std::fs::write(package.join("package.json"), about).expect("written");
    std::fs::write(package.join("index.js"), "exports.words = 'hello from a tarball';")
        .expect("written");
    let made = Command::new("tar").arg("-C").arg(folder.path()).args(["-cz", "package"]).output();
    made.expect("tar").stdout
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn respond(stream: &mut TcpStream, status: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

fn trickle(stream: &mut TcpStream) -> std::io::Result<()> {
    begin(stream)?;
    loop {
        stream.write_all(b" ")?;
        sleep(Duration::from_secs(1));
    }
}

fn endless(stream: &mut TcpStream) -> std::io::Result<()> {
    begin(stream)?;
    loop {
        stream.write_all(&[b' '; 8 * 1024])?;
    }
}

/// The beginning of a wheel of ten gigabytes: its first file is stored as it is.
fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")?;
    let mut head = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0".to_vec();
    head.extend([0xF0; 8]);
    head.extend(b"\x0b\0\0\0greeting.py");
    stream.write_all(&head)
}

/// The wheel of `greeting`.
fn wheel() -> Vec<u8> {
    let folder = wheels();
    std::fs::read(folder.path().join("greeting-1.0-py3-none-any.whl")).expect("it was made")
}

/// A directory with the wheel of `greeting`.
pub(crate) fn wheels() -> TempDir {
    let folder = TempDir::new().expect("it can be made");
    let code = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + '/greeting-1.0-py3-none-any.whl', 'w') as wheel:
    # Without the time: all wheels of this are the same.
    def add(name, text): wheel.writestr(zipfile.ZipInfo(name), text)
    add('greeting.py', 'words = \"hello from a wheel\"')
    add('greeting-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n')
    add('greeting-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    add('greeting-1.0.dist-info/RECORD', 'greeting.py,,\\ngreeting-1.0.dist-info/METADATA,,\\ngreeting-1.0.dist-info/WHEEL,,\\ngreeting-1.0.dist-info/RECORD,,\\n')
";
    let made = Command::new("python3").args(["-c", code]).arg(folder.path()).status();
    assert!(made.expect("python3").success());
    folder
}
