//! `lazaret pool`: asks a running service how its queue and its sandboxes stand.

use std::error::Error;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use clap::Args;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::error::CliError;
use super::{OK, complain, print, runtime};
use crate::config::{Config, Layers};
use crate::report::table::{self, Side};
use crate::serve::{Pool, Pools, QueueState, ServeConfig};

/// No service answered.
const NO_ANSWER: u8 = 1;

/// What the exit codes say.
pub(super) const CODES: &str = "\
Exit codes:
  0  the service answered
  1  it did not
  2  wrong usage or configuration";

/// How long a service that is well may take: it looks at counters.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than any service says.
const LONGEST: usize = 4 * 1024 * 1024;

const HEADS: [&str; 8] =
    ["pool", "warm", "starting", "leased", "waiting", "created", "destroyed", "refill/min"];

/// The options of `lazaret pool`.
#[derive(Args)]
pub(super) struct PoolArgs {
    /// Where the service listens, in place of `serve.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    address: Option<SocketAddr>,
    /// Prints what the service answers, as JSON
    #[arg(long)]
    json: bool,
}

/// Asks, and prints.
pub(super) fn pool(layers: Layers, arguments: &PoolArgs) -> Result<u8, CliError> {
    let table: ServeConfig = Config::load(layers)?.table("serve")?;
    let address = arguments.address.unwrap_or(table.listen);
    let asked = runtime()?.block_on(async { tokio::time::timeout(PATIENCE, ask(address)).await });
    let answer = asked.unwrap_or_else(|_| Err("it does not answer".into())).and_then(|bytes| {
        let pools = serde_json::from_slice(&bytes)
            .map_err(|error| format!("what it answers is not understood: {error}"))?;
        Ok((bytes, pools))
    });
    match answer {
        Ok((bytes, _)) if arguments.json => {
            print(&format!("{}\n", String::from_utf8_lossy(&bytes)))?;
        }
        Ok((_, pools)) => print(&table_of(&pools))?,
        Err(error) => {
            complain(&unanswered(address, &*error));
            return Ok(NO_ANSWER);
        }
    }
    Ok(OK)
}

fn unanswered(address: SocketAddr, error: &(dyn Error + Send + Sync + 'static)) -> CliError {
    CliError::caused(format!("cannot ask the service at http://{address}"), error).help(
        "start it with `lazaret serve`, or tell where it listens with `--address` or `serve.listen`",
    )
}

async fn ask(address: SocketAddr) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the connection, which is when this function has its answer.
    tokio::spawn(connection);
    let request = Request::get("/v1/pools").header(header::HOST, address.to_string());
    let answer = sender.send_request(request.body(Body::empty())?).await?;
    let status = answer.status();
    let body = axum::body::to_bytes(Body::new(answer.into_body()), LONGEST).await?;
    if status.is_success() { Ok(body) } else { Err(format!("it answers with {status}").into()) }
}

/// For people.
fn table_of(Pools { queue, installers, pools, .. }: &Pools) -> String {
    let mut text = format!("{}{}", turns("queue", queue), turns("installers", installers));
    if pools.is_empty() {
        text.push_str("no pools: the runner makes each sandbox when its job comes\n");
        return text;
    }
    let rows: Vec<[String; 8]> = pools.iter().map(row).collect();
    let mut lines = table::lines(HEADS, &rows, Side::Right).into_iter();
    let _ = writeln!(text, "\n{}", lines.next().unwrap_or_default());
    for (pool, line) in pools.iter().zip(lines) {
        let _ = writeln!(text, "{line}");
        if let Some(trouble) = &pool.trouble {
            let _ = writeln!(text, "  makes none now: {trouble}");
        }
    }
    text
}

fn turns(name: &str, state: &QueueState) -> String {
    let QueueState { running, concurrent, waiting, places } = state;
    format!("{name}: {running} of {concurrent} run, {waiting} of {places} wait\n")
}

fn row(pool: &Pool) -> [String; 8] {
    [
        pool.name.clone(),
        pool.warm.to_string(),
        pool.starting.to_string(),
        pool.leased.to_string(),
        pool.waiting.to_string(),
        pool.created.to_string(),
        pool.destroyed.to_string(),
        pool.refilled_per_minute.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_stand_in_columns_and_say_what_troubles_them() {
        let answer = r#"{"version": 1,
            "queue": {"running": 2, "concurrent": 4, "waiting": 3, "places": 64},
            "installers": {"running": 1, "concurrent": 2, "waiting": 0, "places": 64},
            "pools": [
                {"name": "python, runsc", "warm": 4, "starting": 1, "leased": 2, "waiting": 0,
                 "created": 137, "destroyed": 130, "refilled_per_minute": 12, "trouble": null},
                {"name": "node, runsc", "warm": 0, "starting": 0, "leased": 0, "waiting": 3,
                 "created": 0, "destroyed": 5, "refilled_per_minute": 0,
                 "trouble": "cannot find the image"}
            ]}"#;
        let expected = "\
queue: 2 of 4 run, 3 of 64 wait
installers: 1 of 2 run, 0 of 64 wait

pool           warm  starting  leased  waiting  created  destroyed  refill/min
python, runsc     4         1       2        0      137        130          12
node, runsc       0         0       0        3        0          5           0
  makes none now: cannot find the image
";
        assert_eq!(table_of(&serde_json::from_str(answer).expect("an answer")), expected);
    }
}
