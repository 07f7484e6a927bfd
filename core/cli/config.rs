//! `lazaret config`.

use clap::Subcommand;

use super::error::CliError;
use super::{OK, print};
use crate::app::App;
use crate::config::{self, Config, Layers};

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Every value, with where it came from
    Show,
    /// A JSON Schema of the configuration file, for editors
    Schema,
    /// The default configuration, which is its manual
    Default,
}

/// Prints what is asked for.
pub(super) fn config(app: &App, layers: Layers, command: &ConfigCommand) -> Result<u8, CliError> {
    let text = match command {
        ConfigCommand::Default => config::DEFAULTS.to_owned(),
        ConfigCommand::Schema => format!("{:#}\n", config::schema(app)),
        ConfigCommand::Show => {
            let config = Config::load(layers.of_own_code())?;
            app.pipeline(&config)?;
            config::show(&config)
        }
    };
    print(&text)?;
    Ok(OK)
}
