//! Connections: who is listened to, for how long, and how all of them end.
//!
//! A caller that sends its request byte by byte would hold a connection for ever, so the head of
//! a request has to come in time here, and its body where it is read. A caller that goes away, or
//! is cut off, drops the future that answers it, and with that its program.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long nobody is accepted after the system could not: it has too many open files, say.
const PAUSE: Duration = Duration::from_millis(200);

/// All connections that are open.
pub(super) struct Connections {
    router: Router,
    http: http1::Builder,
    open: GracefulShutdown,
    tasks: JoinSet<()>,
}

impl Connections {
    /// None yet. `receive` is how long the head of a request may take, and an idle connection last.
    pub(super) fn new(router: Router, receive: Duration) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(receive);
        Self { router, http, open: GracefulShutdown::new(), tasks: JoinSet::new() }
    }

    /// Takes whoever comes. Ends when the future is dropped; the connections stay.
    pub(super) async fn accept(&mut self, listener: &TcpListener) {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.serve(stream),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(_) = self.tasks.join_next() => {}
            }
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        // An answer is one piece; waiting for more of it would only be late.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(self.router.clone());
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let watched = self.open.watch(connection);
        self.tasks.spawn(async move {
            // A caller that broke off is no failure of ours.
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }

    /// Answers the requests that have come, and closes each connection then. Dropping the future
    /// cuts off those that are left.
    pub(super) async fn drain(self) {
        let Self { open, tasks, .. } = self;
        open.shutdown().await;
        drop(tasks);
    }
}
