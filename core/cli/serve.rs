//! `lazaret serve`.

use std::sync::Arc;

use clap::Args;

use super::error::CliError;
use super::{OK, runtime};
use crate::app::App;
use crate::config::{Config, Layers};
use crate::serve::{Queue, ServeConfig};
use crate::stage::StageConfig;
use crate::stages::execution::ExecutionConfig;

#[derive(Args)]
pub(super) struct ServeArgs {
    /// Where to listen, in place of `serve.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

/// Serves until it is told to stop.
pub(super) fn serve(app: &App, mut layers: Layers, arguments: ServeArgs) -> Result<u8, CliError> {
    if let Some(listen) = arguments.listen {
        layers.flags.push(("serve.listen", listen.into()));
    }
    let config = Config::load(layers)?;
    let table: ServeConfig = config.table("serve")?;
    let runner = app.build_runner(&config)?;
    table.check(&*runner).map_err(|error| config.refuse("serve", error))?;
    let queue = table.queue(runner);
    let pipeline = app.pipeline_on(Arc::<Queue>::clone(&queue), &config)?;
    let execution: ExecutionConfig = config.table(ExecutionConfig::NAME)?;
    let served = runtime()?.block_on(crate::serve::serve(table, pipeline, queue, &execution));
    served.map_err(|error| {
        CliError::caused("cannot serve", &error).help("choose another address with `--listen`")
    })?;
    Ok(OK)
}
