//! What `check` would judge with here, for commands that look into its judgement.

use std::sync::Arc;

use lazaret_analysis::Analyser;

use crate::app::App;
use crate::cli::error::CliError;
use crate::config::{Config, Layers};
use crate::stage::StageConfig;
use crate::stages::analysis::{AnalysisConfig, AnalysisStage};
use crate::stages::policies::{Loaded, PoliciesConfig, PoliciesStage};

/// What `check` would judge with here.
pub(super) struct Ready {
    pub(super) table: PoliciesConfig,
    pub(super) loaded: Arc<Loaded>,
    pub(super) analyser: Arc<Analyser>,
}

/// Builds the pipeline as `check` does, and refuses what it refuses; and where no policy would be
/// asked, because nobody could tell that from one that finds nothing.
pub(super) fn ready(app: &App, layers: Layers) -> Result<Ready, CliError> {
    let config = Config::load(layers.of_own_code())?;
    let pipeline = app.pipeline(&config)?;
    let AnalysisStage(analyser) = pipeline.stage().ok_or_else(|| none(AnalysisConfig::NAME))?;
    let PoliciesStage(loaded) = pipeline.stage().ok_or_else(|| none(PoliciesConfig::NAME))?;
    let (loaded, analyser) = (Arc::clone(loaded), Arc::clone(analyser));
    Ok(Ready { table: config.table(PoliciesConfig::NAME)?, loaded, analyser })
}

fn none(needed: &str) -> CliError {
    CliError::new(format!("no policy judges here: `{needed}` is not in `pipeline`"))
        .help("put `analysis` and `policies` into `pipeline`, in this order")
}
