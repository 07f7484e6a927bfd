//! `POST /v1/check` and `POST /v1/run`: a submission as JSON, the report as JSON. To whoever asks
//! `/v1/run` for events, it tells what happens on the way, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lazaret_analysis::{Language, Project};
use lazaret_packages::InstallError;
use lazaret_sandbox::{Events, Form, InputFile, RunnerError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Service, events};
use crate::config::{Size, Time};
use crate::report::v1::Report;
use crate::stage::Phase;
use crate::submission::{Program, RequestedLimits, Submission};
use crate::verdict::Verdict;

/// What a caller submits. Only `code` and `language`, or `code` and a `path` that tells the
/// language, are needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// The program.
    code: String,
    /// Its language; else its path tells.
    language: Option<Language>,
    /// The name it has in its work directory and in the report.
    path: Option<String>,
    /// Further files, beside the program.
    #[serde(default)]
    files: Vec<RequestFile>,
    /// Calls `main` with these arguments; without them the program runs as a script.
    arguments: Option<Map<String, Value>>,
    /// Packages that the program needs, beside those it imports: `requests>=2`, `lodash@^4`.
    #[serde(default)]
    dependencies: Vec<String>,
    /// Words passed to the script.
    #[serde(default)]
    words: Vec<String>,
    /// The program's environment.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// What the program reads from standard input.
    #[serde(default)]
    stdin: String,
    /// Limits below those of the service.
    #[serde(default)]
    limits: RequestLimits,
}

/// A file beside the program: text, or bytes in Base64.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestFile {
    path: String,
    text: Option<String>,
    base64: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestLimits {
    timeout: Option<Time>,
    memory: Option<Size>,
}

/// Why a request is not answered with a report: a status, and a line that says what to change.
pub(super) struct Refusal(StatusCode, String);

/// A body that came in time.
pub(super) struct Received(Bytes);

impl FromRequest<Arc<Service>> for Received {
    type Rejection = Response;

    async fn from_request(
        request: axum::extract::Request,
        service: &Arc<Service>,
    ) -> Result<Self, Response> {
        let body = Bytes::from_request(request, service);
        let Ok(received) = tokio::time::timeout(service.receive, body).await else {
            let reason = format!("the body did not come within {}", Time(service.receive));
            return Err(Refusal(StatusCode::REQUEST_TIMEOUT, reason).into_response());
        };
        received.map(Self).map_err(IntoResponse::into_response)
    }
}

pub(super) async fn check(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Received(body): Received,
) -> Result<Response, Refusal> {
    let submission = read(&headers, &body)?;
    let report = service.pipeline.run(submission, Events::none(), Phase::Check).await;
    Ok(Json(Report::from(&report)).into_response())
}

pub(super) async fn run(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Received(body): Received,
) -> Result<Response, Refusal> {
    let submission = read(&headers, &body)?;
    if events::are_wanted(&headers) {
        return Ok(events::run(service, submission));
    }
    let report = service.pipeline.run(submission, Events::none(), Phase::Execute).await;
    Ok((status(&report), Json(Report::from(&report))).into_response())
}

/// 200 for whatever the code is or does. When it was allowed to run and did not: 422 where the
/// request asks for what nobody could run or install, else 503, so that a caller can go elsewhere.
pub(super) fn status(report: &crate::pipeline::Report) -> StatusCode {
    let begun = report.timings.last().is_some_and(|last| last.phase > Phase::Check);
    match report.verdict {
        Verdict::Unknown { .. } if begun && is_callers_mistake(report) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Verdict::Unknown { .. } if begun => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    }
}

fn is_callers_mistake(report: &crate::pipeline::Report) -> bool {
    let source = report.failure.as_ref().and_then(|failure| failure.source.as_deref());
    let Some(source) = source else { return false };
    let runner = source.downcast_ref::<RunnerError>();
    matches!(runner, Some(RunnerError::Job(_) | RunnerError::Limit(_)))
        || source.downcast_ref::<InstallError>().is_some_and(InstallError::is_callers_mistake)
        || source.is::<lazaret_analysis::Refusal>()
}

/// No page of a browser may use the service: its requests carry an `Origin`, and without asking
/// first they cannot say that they hold JSON.
fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key(header::ORIGIN) {
        let reason = "requests of web pages are not answered: remove the header `Origin`";
        return Err(Refusal(StatusCode::FORBIDDEN, reason.into()));
    }
    let told = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if told.is_some_and(|told| told.split(';').next() == Some("application/json")) {
        return Ok(());
    }
    let reason = "send JSON, with the header `Content-Type: application/json`";
    Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason.into()))
}

/// Whose request it is. Nobody here knows whether that is true: whoever stands in front of the
/// service sets the header, and removes what callers put there.
fn tenant(headers: &HeaderMap) -> Result<String, Refusal> {
    const NAME: &str = "x-lazaret-tenant";
    /// Longer than an identifier is; short enough to be a key.
    const LONGEST: usize = 128;
    let mut told = headers.get_all(NAME).iter();
    let (first, second) = (told.next(), told.next());
    let Some(first) = first else { return Ok(String::new()) };
    let name = first.to_str().ok().filter(|name| (1..=LONGEST).contains(&name.len()));
    if let (Some(name), None) = (name, second) {
        return Ok(name.to_owned());
    }
    let reason = format!("send `{NAME}` once, with 1 to {LONGEST} letters of ASCII");
    Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, reason))
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Submission, Refusal> {
    check_headers(headers)?;
    let wrong = |reason: String| Refusal(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let request: Request =
        serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    let (path, language) = request.program()?;
    let mut files = vec![InputFile { path: path.clone(), contents: request.code.into_bytes() }];
    for file in request.files {
        files.push(file.read()?);
    }
    let mut submission = Submission::new(files, Some((&path, language)), Project::default());
    submission.tenant = tenant(headers)?;
    submission.dependencies = request.dependencies;
    submission.program = Some(Program {
        entry: path,
        language,
        form: match request.arguments {
            Some(arguments) => Form::Main { arguments },
            None => Form::Script { words: request.words },
        },
        environment: request.environment,
        stdin: request.stdin.into_bytes(),
        limits: RequestedLimits {
            timeout: request.limits.timeout.map(|time| time.0),
            memory: request.limits.memory.map(|size| size.0),
        },
    });
    Ok(submission)
}

impl Request {
    fn program(&self) -> Result<(String, Language), Refusal> {
        let told = |path: &String| Language::of(path, self.code.as_bytes());
        let language =
            self.language.or_else(|| self.path.as_ref().and_then(told)).ok_or_else(|| {
                let names = Language::ALL.map(Language::name).join(", ");
                let reason = format!("cannot tell the language; set `language` to one of: {names}");
                Refusal(StatusCode::UNPROCESSABLE_ENTITY, reason)
            })?;
        let path = self.path.clone().unwrap_or_else(|| default_path(language).to_owned());
        Ok((path, language))
    }
}

fn default_path(language: Language) -> &'static str {
    match language {
        Language::Python => "main.py",
        Language::JavaScript => "main.js",
        Language::TypeScript => "main.ts",
        Language::Tsx => "main.tsx",
        Language::Bash => "main.sh",
    }
}

impl RequestFile {
    fn read(self) -> Result<InputFile, Refusal> {
        let wrong = |what: &str| {
            Refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("the file `{}` {what}", self.path))
        };
        let contents = match (&self.text, &self.base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(text)) => BASE64_STANDARD
                .decode(text)
                .map_err(|error| wrong(&format!("is not Base64: {error}")))?,
            _ => return Err(wrong("needs either `text` or `base64`")),
        };
        Ok(InputFile { path: self.path, contents })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "version": 1, "error": self.1 }))).into_response()
    }
}
