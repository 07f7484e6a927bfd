//! `lazaret policy`: what authors of policies work with, and who uses them looks into.

mod inspect;

use clap::Subcommand;

use super::error::CliError;

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Tells what a policy looks for, asks for and can reach
    #[command(after_help = inspect::CODES)]
    Inspect(inspect::InspectArgs),
}

/// Does what is asked for.
pub(super) fn policy(command: &PolicyCommand) -> Result<u8, CliError> {
    match command {
        PolicyCommand::Inspect(arguments) => inspect::inspect(arguments),
    }
}
