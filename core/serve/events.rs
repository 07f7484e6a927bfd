//! What happens while a program is prepared and runs, told as it happens: server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use lazaret_sandbox::{self as sandbox, Events};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Service, v1};
use crate::report::events::{Event, Teller};
use crate::stage::Phase;
use crate::submission::Submission;

/// Events that wait for a slow caller before the program is made to wait.
const WAITING_EVENTS: usize = 16;

/// Whether a caller wants to hear what happens, and not only what came of it.
pub(super) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(','));
    kinds.any(|kind| kind.split(';').next().map(str::trim) == Some("text/event-stream"))
}

/// Runs the submission, and answers with what happens. A caller that goes away ends it.
pub(super) fn run(service: Arc<Service>, submission: Submission) -> Response {
    let (told, heard) = mpsc::channel(WAITING_EVENTS);
    // On its own, so that a program's time goes on while its caller does not read.
    let mut running = JoinSet::new();
    running.spawn(run_and_tell(service, submission, told));
    let events = unfold((heard, running), async |(mut heard, running)| {
        let event: Event = heard.recv().await?;
        Some((sse::Event::default().json_data(event), (heard, running)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn run_and_tell(service: Arc<Service>, submission: Submission, told: mpsc::Sender<Event>) {
    let (events, heard) = Events::channel(1);
    let run = service.pipeline.run(submission, events, Phase::Execute);
    let mut caller = Caller { told, patience: service.receive };
    let (report, is_heard) = tokio::join!(run, caller.hears(heard));
    if is_heard {
        let status = v1::status(&report).as_u16();
        // Whoever has gone away needs no report.
        let _ =
            caller.told.send(Event::Report { status, report: Box::new((&report).into()) }).await;
    }
}

/// Whoever listens.
struct Caller {
    told: mpsc::Sender<Event>,
    /// For how long his program may still wait for him: meanwhile it keeps its turn.
    patience: Duration,
}

impl Caller {
    /// Whether he has heard it all. One who keeps his program waiting for too long is told no more.
    async fn hears(&mut self, mut heard: mpsc::Receiver<sandbox::Event>) -> bool {
        let mut teller = Teller::default();
        while let Some(event) = heard.recv().await {
            if let Some(event) = teller.tell(event)
                && !self.takes(event).await
            {
                return false;
            }
        }
        for event in teller.rest() {
            if !self.takes(event).await {
                return false;
            }
        }
        true
    }

    async fn takes(&mut self, event: Event) -> bool {
        let begun = Instant::now();
        let taken = self.told.send_timeout(event, self.patience).await;
        self.patience = self.patience.saturating_sub(begun.elapsed());
        taken.is_ok()
    }
}
