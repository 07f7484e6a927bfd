//! The way to one engine: connected when it is needed, and again when it was lost.
//!
//! Who comes while somebody connects already waits for that attempt, and shares what comes of it: an
//! engine that does not answer costs everybody one wait, however many there are.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lazaret_sandbox::RunnerError;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::engine::{Engine, absent, place};
use crate::maker::Maker;

/// How long an engine may take to be connected to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that comes and goes.
pub(crate) struct Connection {
    /// Where the engine listens, as the configuration has it.
    pub(crate) host: Option<String>,
    /// The lock is held while connecting.
    last: Mutex<Last>,
}

/// What came of the last attempt.
#[derive(Default)]
struct Last {
    engine: Option<Arc<Engine>>,
    failure: Option<(Instant, Arc<RunnerError>)>,
}

/// An engine, and whether it was connected to just now.
pub(crate) enum Found {
    Known(Arc<Engine>),
    New(Arc<Engine>),
}

impl Connection {
    /// Nothing is tried yet.
    pub(crate) fn new(host: Option<String>) -> Self {
        Self { host, last: Mutex::default() }
    }

    /// The engine.
    pub(crate) async fn engine(&self, maker: &Maker) -> Result<Found, RunnerError> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(engine) = last.engine.as_ref().filter(|engine| engine.is_listened_to()) {
            return Ok(Found::Known(Arc::clone(engine)));
        }
        if let Some((when, error)) = &last.failure
            && *when >= asked
        {
            return Err(shared(error));
        }
        match self.connect(maker).await {
            Ok(engine) => {
                let engine = Arc::new(engine);
                *last = Last { engine: Some(Arc::clone(&engine)), failure: None };
                Ok(Found::New(engine))
            }
            Err(error) => {
                let error = Arc::new(error);
                *last = Last { engine: None, failure: Some((Instant::now(), Arc::clone(&error))) };
                Err(shared(&error))
            }
        }
    }

    async fn connect(&self, maker: &Maker) -> Result<Engine, RunnerError> {
        let (config, host) = (&maker.config, self.host.as_deref());
        let connecting = Engine::connect(config, host, &maker.identity);
        timeout(PATIENCE, connecting).await.unwrap_or_else(|_| {
            let reason = format!("no answer within {} seconds", PATIENCE.as_secs());
            Err(absent(&place(host, config.tls.as_ref()), reason))
        })
    }
}

/// The same error once more, for another who waited.
fn shared(error: &Arc<RunnerError>) -> RunnerError {
    let source = Box::new(Cause(Arc::clone(error)));
    match &**error {
        RunnerError::Part { part, help, .. } => {
            RunnerError::Part { part: part.clone(), help: help.clone(), source }
        }
        _ => RunnerError::Failed { action: "connect to the Docker engine".into(), source },
    }
}

/// The cause of an error that several are told.
#[derive(Debug)]
struct Cause(Arc<RunnerError>);

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(source) => fmt::Display::fmt(source, formatter),
            None => fmt::Display::fmt(&self.0, formatter),
        }
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()?.source()
    }
}
