//! An engine of a test's own.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use bollard::models::ContainerInspectResponse;
use bollard::{API_DEFAULT_VERSION, Docker};
use lazaret_docker::DockerConfig;
use tempfile::TempDir;

use super::{LABEL, PATIENCE, bash_config, containers_of, leave, within};

/// An engine that a test may stop, break and fill.
pub(crate) struct Engine {
    directory: TempDir,
    /// Beside the usual ones.
    arguments: Vec<String>,
    daemon: Option<Child>,
}

impl Engine {
    /// Starts one that has the image with Bash, and a runtime `runsc-not` that is not gVisor.
    pub(crate) async fn start() -> Self {
        Self::start_with(serde_json::json!({})).await
    }

    /// The same with further runtimes.
    pub(crate) async fn start_with(runtimes: serde_json::Value) -> Self {
        Self::start_in(tempfile::tempdir().expect("a directory"), runtimes, Vec::new()).await
    }

    /// The same with further arguments.
    pub(crate) async fn start_saying(arguments: Vec<String>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        Self::start_in(directory, serde_json::json!({}), arguments).await
    }

    /// The same with a disk of its own, of so many bytes.
    pub(crate) async fn start_on_disk(size: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let data = directory.path().join("data");
        fs::create_dir(&data).expect("a directory");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&data);
        assert!(mount.status().expect("mount").success());
        Self::start_in(directory, serde_json::json!({}), Vec::new()).await
    }

    /// A file that fills its disk until it is removed.
    pub(crate) fn fill(&self) -> PathBuf {
        let path = self.path("data/filling");
        let mut file = fs::File::create(&path).expect("a file");
        let copied = std::io::copy(&mut std::io::repeat(0), &mut file);
        assert!(copied.is_err(), "the disk is full");
        path
    }

    async fn start_in(
        directory: TempDir,
        runtimes: serde_json::Value,
        arguments: Vec<String>,
    ) -> Self {
        let usual = fs::read_to_string("/etc/docker/daemon.json");
        let usual = usual.expect("no runtimes are registered; run tests/engine/up");
        let mut settings: serde_json::Value = serde_json::from_str(&usual).expect("JSON");
        settings["runtimes"]["runsc-not"] = serde_json::json!({"path": "runc"});
        for (name, runtime) in runtimes.as_object().expect("a table") {
            settings["runtimes"][name] = runtime.clone();
        }
        fs::write(directory.path().join("daemon.json"), settings.to_string()).expect("written");
        let mut engine = Self { directory, arguments, daemon: None };
        engine.resume().await;
        let save = format!("docker save lazaret-base/bash | docker -H {} load", engine.host());
        let loaded = Command::new("sh").args(["-c", &save]).stdout(Stdio::null()).status();
        assert!(loaded.expect("a shell").success(), "the engine has an image");
        engine
    }

    /// Where it listens.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.path("socket").display())
    }

    /// Runs Docker's client on it.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Output {
        self.client().args(arguments).output().expect("a client")
    }

    fn client(&self) -> Command {
        let mut command = Command::new("docker");
        command.arg("--host").arg(self.host());
        command
    }

    /// Bash alone on this engine, one sandbox ahead of time, and a label.
    pub(crate) fn config(&self, label: &str) -> DockerConfig {
        DockerConfig { hosts: vec![self.host()], ..bash_config(label) }
    }

    /// Makes a container with labels of ours, and does not start it.
    pub(crate) fn leave(&self, labels: &[(&str, &str)]) {
        leave(&mut self.client(), labels);
    }

    /// Puts something else in the place of the agent in the one image that was derived.
    pub(crate) fn replace_agent(&self, program: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path("agent");
        fs::write(&path, program).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        let script = "image=$(docker images --filter label=lazaret.base --format '{{.Repository}}:{{.Tag}}' | grep -v none)
            id=$(docker create --network=none $image) && docker cp $0 $id:/.lazaret/agent &&
            docker commit $id $image && docker rm $id";
        let mut command = Command::new("sh");
        command.args(["-ec", script]).arg(path).env("DOCKER_HOST", self.host());
        let done = command.output().expect("a shell");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Keeps the engine from removing a container, or lets it.
    pub(crate) fn hold(&self, container: &str, held: bool) {
        let place = self.path(&format!("data/containers/{container}"));
        let mut command = Command::new("chattr");
        command.arg(if held { "+i" } else { "-i" }).arg(place);
        assert!(command.status().expect("chattr").success(), "the file system knows such files");
    }

    /// The processes of its containers, once what is ending has ended.
    pub(crate) async fn processes(&self) -> Vec<u32> {
        let ending = Duration::from_secs(3);
        within(ending, async || self.processes_now().is_empty()).await;
        self.processes_now()
    }

    fn processes_now(&self) -> Vec<u32> {
        let ours = self.path("exec").display().to_string();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("processes").flatten() {
            let number = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let line = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            let is_of_a_container = line.contains(&ours) && line.contains("moby");
            found.extend(number.filter(|_| is_of_a_container));
        }
        found
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts it, or starts it again.
    pub(crate) async fn resume(&mut self) {
        let mut command = Command::new("dockerd");
        for (option, name) in [
            ("config-file", "daemon.json"),
            ("data-root", "data"),
            ("exec-root", "exec"),
            ("pidfile", "pid"),
        ] {
            command.arg(format!("--{option}={}", self.path(name).display()));
        }
        command.args(["--bridge=none", "--iptables=false", "--ip-forward=false"]);
        command.arg(format!("--host={}", self.host())).args(&self.arguments);
        let log = fs::File::options().create(true).append(true).open(self.path("log"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log.expect("a log"));
        self.daemon = Some(command.spawn().expect("no dockerd; run tests/engine/up"));
        let answers = within(PATIENCE, async || self.answers().await).await;
        assert!(answers, "no answer: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    async fn answers(&self) -> bool {
        let socket = self.path("socket");
        let docker =
            Docker::connect_with_unix(&socket.display().to_string(), 5, API_DEFAULT_VERSION);
        match docker {
            Ok(docker) => docker.ping().await.is_ok(),
            Err(_) => false,
        }
    }

    /// The containers with a label.
    pub(crate) async fn containers(&self, label: &str) -> Vec<ContainerInspectResponse> {
        containers_of(&Docker::connect_with_host(&self.host()).expect("an address"), label).await
    }

    /// Ends it in order, as a restart of the machine does.
    pub(crate) fn stop(&mut self) {
        self.end("TERM");
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(&mut self) {
        self.end("KILL");
    }

    /// Ends all containers with a label, as an operator may. One that was used may be gone by now.
    pub(crate) fn end_all(&self, label: &str) {
        let filter = format!("label={LABEL}={label}");
        let listed = self.docker(&["ps", "--quiet", "--filter", &filter]).stdout;
        let listed = String::from_utf8(listed).expect("ids");
        let ended = listed.lines().filter(|id| self.docker(&["kill", id]).status.success());
        assert!(ended.count() > 0, "nothing runs");
    }

    /// Sends a signal to the sandboxes of all containers: `STOP` is as far as a program can get.
    pub(crate) fn signal_sandboxes(&self, signal: &str) {
        for process in self.processes_now() {
            let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            if line.contains("runsc-sandbox") {
                let signal = format!("-{signal}");
                let _ = Command::new("kill").args([&signal, &process.to_string()]).status();
            }
        }
    }

    /// It neither does anything nor goes away.
    pub(crate) fn freeze(&self) {
        self.send("STOP");
    }

    /// It goes on.
    pub(crate) fn thaw(&self) {
        self.send("CONT");
    }

    fn send(&self, signal: &str) {
        let daemon = self.daemon.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &daemon]).status();
        assert!(sent.expect("kill").success());
    }

    fn end(&mut self, signal: &str) {
        let Some(mut daemon) = self.daemon.take() else { return };
        let process = daemon.id().to_string();
        let _ = Command::new("kill").args([&format!("-{signal}"), &process]).status();
        let _ = daemon.wait();
        // One that was killed leaves these behind, and would not start again where nobody waits for
        // what has lost its parent.
        for left in ["pid", "exec/containerd/containerd.pid"] {
            let _ = fs::remove_file(self.path(left));
        }
    }
}

impl Drop for Engine {
    /// Ends it and what it has started: the daemon of containers survives one that was killed.
    fn drop(&mut self) {
        // One that a test has frozen would not hear the other.
        if self.daemon.is_some() {
            self.thaw();
        }
        self.end("TERM");
        let directory = self.directory.path().display().to_string();
        let _ = Command::new("pkill").args(["-TERM", "-f", &directory]).status();
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let places = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        for place in places.filter(|place| place.starts_with(&directory)) {
            let _ = Command::new("umount").args(["--lazy", place]).status();
        }
    }
}
