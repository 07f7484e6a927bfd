//! A way to an engine that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::Engine;

/// A way to an engine on which what is open can go dead, without anybody being told.
pub(crate) struct Relay {
    directory: TempDir,
    cut: watch::Sender<()>,
    /// How often somebody began to listen to what happens.
    pub(crate) listeners: Arc<AtomicU32>,
}

impl Relay {
    pub(crate) fn to(engine: &Engine) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let listener = UnixListener::bind(directory.path().join("socket")).expect("bound");
        let relay = Self { directory, cut: watch::channel(()).0, listeners: Arc::default() };
        let (to, cut, listeners) =
            (engine.path("socket"), relay.cut.clone(), relay.listeners.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let engine = UnixStream::connect(&to).await.expect("the engine listens");
                tokio::spawn(carry(client, engine, cut.subscribe(), Arc::clone(&listeners)));
            }
        });
        relay
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
