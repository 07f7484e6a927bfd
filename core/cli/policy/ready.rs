//! What `check` would judge with here, for commands that look into its judgement.

use lazaret_analysis::Analyser;

use crate::app::App;
use crate::cli::error::CliError;
use crate::config::{Config, Layers};
use crate::stage::StageConfig;
use crate::stages::analysis::{self, AnalysisConfig};
use crate::stages::policies::{Loaded, PoliciesConfig, load};

/// What `check` would judge with here.
pub(super) struct Ready {
    pub(super) table: PoliciesConfig,
    pub(super) loaded: Loaded,
    pub(super) analyser: Analyser,
}

/// Reads the configuration as `check` does, and refuses what it refuses; and where no policy would be
/// asked, because nobody could tell that from one that finds nothing.
pub(super) fn ready(app: &App, layers: Layers) -> Result<Ready, CliError> {
    let config = Config::load(layers.of_own_code())?;
    app.pipeline(&config)?;
    let stages = &config.top().pipeline;
    for needed in [AnalysisConfig::NAME, PoliciesConfig::NAME] {
        if !stages.iter().any(|stage| stage == needed) {
            let message = format!("no policy judges here: `{needed}` is not in `pipeline`");
            return Err(CliError::new(message)
                .help("put `analysis` and `policies` into `pipeline`, in this order"));
        }
    }
    let table: PoliciesConfig = config.table(PoliciesConfig::NAME)?;
    let loaded = load(&table, crate::directories::cache().as_deref(), config.trusted)
        .map_err(|error| config.refuse(PoliciesConfig::NAME, error))?;
    let analyser = analysis::analyser(&config)?;
    Ok(Ready { table, loaded, analyser })
}
