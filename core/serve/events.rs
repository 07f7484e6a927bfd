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

/// The media type of such an answer.
const EVENTS: &str = "text/event-stream";

/// Whether a caller wants to hear what happens, and not only what came of it.
pub(super) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(','));
    kinds.any(|kind| {
        let mut parts = kind.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(EVENTS));
        is_named && !parts.any(|part| part.strip_prefix("q=").is_some_and(is_zero))
    })
}

fn is_zero(quality: &str) -> bool {
    quality.parse() == Ok(0.0)
}

/// Runs the submission, and answers with what happens. A caller that goes away ends it.
pub(super) fn run(service: Arc<Service>, submission: Submission) -> Response {
    let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
    // On its own, so that a program's time goes on while its caller does not read.
    let mut running = JoinSet::new();
    running.spawn(run_and_tell(service, submission, sender));
    let events = unfold((receiver, running), async |(mut receiver, running)| {
        let event: Event = receiver.recv().await?;
        Some((sse::Event::default().json_data(event), (receiver, running)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn run_and_tell(service: Arc<Service>, submission: Submission, sender: mpsc::Sender<Event>) {
    let (events, receiver) = Events::channel(WAITING_EVENTS);
    let run = service.pipeline.run(submission, events, Phase::Execute);
    let (report, ()) = tokio::join!(run, pass_on(receiver, &sender, service.receive));
    let status = v1::status(&report).as_u16();
    let last = Event::Report { status, report: Box::new((&report).into()) };
    // What it holds is used by nobody any more.
    drop(report);
    // A caller that has gone away needs no report, and to one that does not read, an end without it says so.
    let _ = sender.send_timeout(last, service.receive).await;
}

/// Tells a caller all events, for as long as its program need not wait for it for longer than `patience`
/// altogether: meanwhile that keeps its turn. The report has all of it.
async fn pass_on(
    mut receiver: mpsc::Receiver<sandbox::Event>,
    sender: &mpsc::Sender<Event>,
    mut patience: Duration,
) {
    let mut teller = Teller::default();
    while let Some(event) = receiver.recv().await {
        let Some(event) = teller.tell(event) else { continue };
        let begun = Instant::now();
        if sender.send_timeout(event, patience).await.is_err() {
            return;
        }
        patience = patience.saturating_sub(begun.elapsed());
    }
    for event in teller.rest() {
        let _ = sender.try_send(event);
    }
}
