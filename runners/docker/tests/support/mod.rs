//! The real engine that `tests/engine/up` makes, and engines of a test's own that may be broken.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptionsBuilder};
use bollard::{API_DEFAULT_VERSION, Docker};
use lazaret_docker::{DockerConfig, DockerRunner, Images, Warm};
use lazaret_sandbox::{Limits, Runner};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The label by which a test finds its own containers.
const LABEL: &str = "lazaret.test";

/// The images that `tests/engine/up` makes, and no sandbox ahead of time.
pub(crate) fn config() -> DockerConfig {
    let images = Images {
        python: Some("lazaret-base/python".into()),
        node: Some("lazaret-base/node".into()),
        bash: Some("lazaret-base/bash".into()),
    };
    let warm = Warm { python: 0, node: 0, bash: 0 };
    DockerConfig { images, warm, ..DockerConfig::default() }
}

/// Bash alone, one sandbox ahead of time, and a label.
pub(crate) fn bash_config(label: &str) -> DockerConfig {
    let mut config = config();
    (config.images.python, config.images.node, config.warm.bash) = (None, None, 1);
    config.labels.insert(LABEL.into(), label.into());
    config
}

/// Waits until something is so.
pub(crate) async fn until(claim: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it never came true that {claim}"));
}

/// A runner whose sandboxes are ready.
pub(crate) async fn warmed(config: DockerConfig) -> DockerRunner {
    let wanted = config.warm.python + config.warm.node + config.warm.bash;
    let engines = u32::try_from(config.hosts.len().max(1)).expect("a few");
    let runner = DockerRunner::new(config);
    runner.warm(&Limits::default()).await;
    let full = async {
        while warm(&runner) != wanted * engines {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let full = timeout(PATIENCE, full).await;
    full.unwrap_or_else(|_| panic!("the pool is not full: {:?}", runner.pools()));
    runner
}

/// How many sandboxes wait ready.
pub(crate) fn warm(runner: &DockerRunner) -> u32 {
    runner.pools().iter().map(|pool| pool.warm).sum()
}

/// The containers with a label, on the engine of `tests/engine/up`.
pub(crate) async fn containers(label: &str) -> Vec<ContainerInspectResponse> {
    containers_of(&Docker::connect_with_defaults().expect("an address"), label).await
}

async fn containers_of(docker: &Docker, label: &str) -> Vec<ContainerInspectResponse> {
    let docker = docker.clone().negotiate_version().await;
    let docker = docker.expect("no engine answers; run tests/engine/up");
    let label = vec![format!("{LABEL}={label}")];
    let filters = std::collections::HashMap::from([("label".to_owned(), label)]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let mut found = Vec::new();
    for container in docker.list_containers(Some(options)).await.expect("a list") {
        let id = container.id.expect("a container has an id");
        // It may be gone by now.
        found.extend(docker.inspect_container(&id, None::<InspectContainerOptions>).await.ok());
    }
    found
}

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
        let mut command = Command::new("docker");
        command.arg("--host").arg(self.host()).args(arguments).output().expect("a client")
    }

    /// Makes a container with labels of ours, and does not start it.
    pub(crate) fn leave(&self, labels: &[(&str, &str)]) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("--label=lazaret.{name}={value}")).collect();
        let mut arguments = vec!["create", "--network=none"];
        arguments.extend(labels.iter().map(String::as_str));
        arguments.extend(["lazaret-base/bash", "true"]);
        assert!(self.docker(&arguments).status.success(), "it is made");
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
        let none = async {
            while !self.processes_now().is_empty() {
                sleep(Duration::from_millis(100)).await;
            }
        };
        let _ = timeout(ending, none).await;
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

    fn path(&self, name: &str) -> PathBuf {
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
        let answering = async {
            while !self.answers().await {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let answering = timeout(PATIENCE, answering).await;
        answering.unwrap_or_else(|_| panic!("no answer: {}", self.log()));
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

    /// Ends all containers with a label, as an operator may.
    pub(crate) fn end_all(&self, label: &str) {
        let filter = format!("label={LABEL}={label}");
        let listed = self.docker(&["ps", "--quiet", "--filter", &filter]).stdout;
        let listed = String::from_utf8(listed).expect("ids");
        let all: Vec<&str> = ["kill"].into_iter().chain(listed.lines()).collect();
        assert!(self.docker(&all).status.success(), "they are ended");
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

/// A way to an engine on which what is open can go dead, without anybody being told.
pub(crate) struct Way {
    directory: TempDir,
    cut: watch::Sender<()>,
    /// How often somebody began to listen to what happens.
    pub(crate) listeners: Arc<AtomicU32>,
}

impl Way {
    pub(crate) fn to(engine: &Engine) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let listener = UnixListener::bind(directory.path().join("socket")).expect("bound");
        let way = Self { directory, cut: watch::channel(()).0, listeners: Arc::default() };
        let (to, cut, listeners) = (engine.path("socket"), way.cut.clone(), way.listeners.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let engine = UnixStream::connect(&to).await.expect("the engine listens");
                tokio::spawn(carry(client, engine, cut.subscribe(), Arc::clone(&listeners)));
            }
        });
        way
    }

    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.directory.path().join("socket").display())
    }

    /// From now on nothing arrives of what is sent over connections that are open.
    pub(crate) fn cut(&self) {
        self.cut.send(()).expect("somebody is connected");
    }
}

async fn carry(
    mut client: UnixStream,
    mut engine: UnixStream,
    mut cut: watch::Receiver<()>,
    listeners: Arc<AtomicU32>,
) {
    let mut first = [0; 4096];
    let length = client.read(&mut first).await.expect("a request");
    if String::from_utf8_lossy(&first[..length]).contains("/events?") {
        listeners.fetch_add(1, Ordering::Relaxed);
    }
    engine.write_all(&first[..length]).await.expect("sent");
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut engine) => {}
        // Both stay open.
        _ = cut.changed() => std::future::pending().await,
    }
}
