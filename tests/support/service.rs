//! A running service, and what it answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::Place;

/// A running service; stopped when dropped.
pub(crate) struct Service {
    pub(crate) child: Child,
    pub(crate) address: String,
    _place: Place,
}

impl Service {
    pub(crate) fn start(configuration: &str) -> Self {
        let place = Place::new();
        place.write("my.toml", configuration);
        let mut command = place.command();
        command.args(["--config", "my.toml", "serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.next().expect("a line with the address").unwrap();
        let address = line.rsplit_once("http://").expect("an address").1.to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, _place: place }
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        self.send_for("", method, path, body)
    }

    /// Sends a request of a tenant.
    pub(crate) fn send_for(&self, tenant: &str, method: &str, path: &str, body: &str) -> TcpStream {
        let whose = (!tenant.is_empty()).then(|| format!("X-Lazaret-Tenant: {tenant}"));
        self.send_with(whose.as_deref(), method, path, body)
    }

    /// Runs a program, whose events can be read as they happen.
    pub(crate) fn listen(&self, body: &Value) -> impl Iterator<Item = Value> + use<> {
        let accept = "Accept: text/html;q=0.5, Text/Event-Stream; q=0.9";
        let stream = self.send_with(Some(accept), "POST", "/v1/run", &body.to_string());
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
    }

    /// Sends a request with one more header.
    pub(crate) fn send_with(
        &self,
        header: Option<&str>,
        method: &str,
        path: &str,
        body: &str,
    ) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let more = header.map(|header| format!("{header}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{more}"
        );
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        answer(self.send(method, path, body))
    }

    /// How the queue stands: how many run, and how many wait.
    pub(crate) fn queue(&self) -> (u64, u64) {
        let (_, body) = self.request("GET", "/v1/pools", "");
        let queue = &serde_json::from_str::<Value>(&body).unwrap()["queue"];
        (queue["running"].as_u64().unwrap(), queue["waiting"].as_u64().unwrap())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, body) = self.request("POST", path, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    pub(crate) fn tell_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").arg(&pid).status().unwrap().success());
    }

    pub(crate) fn terminate(&mut self) -> i32 {
        self.tell_to_stop();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

/// The status and the body that a request is answered with.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, body.to_owned())
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
