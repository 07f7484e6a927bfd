//! The bar at a terminal while packages are installed.

use indicatif::{ProgressBar, ProgressStyle};
use lazaret_analysis::printable;
use lazaret_sandbox::Progress;

/// A line on standard error, where that is a terminal. It is gone when the program prints, or has ended.
#[derive(Default)]
pub(super) struct Bar {
    shown: Option<ProgressBar>,
}

impl Bar {
    /// Shows how much is done, where that is known, and what the installer says, as far as the line has
    /// room for it.
    pub(super) fn show(&mut self, progress: &Progress) {
        let bar = self.shown.get_or_insert_with(|| ProgressBar::new(100));
        let share = progress.percent.map_or("", |_| "[{bar:24}] ");
        let style =
            ProgressStyle::with_template(&format!("installing packages {share}{{wide_msg}}"));
        bar.set_style(style.expect("the template has no mistake").progress_chars("=> "));
        bar.set_position(progress.percent.unwrap_or(0).into());
        bar.set_message(printable(&progress.message));
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.shown.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
    }
}
