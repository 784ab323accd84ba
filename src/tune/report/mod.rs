//! What tuning came to, for a person: a text for the terminal, a page, plots, and files for other programs.

mod files;
mod html;
mod plots;
mod svg;
mod tables;
mod text;

pub use files::{OutputFile, files, signals_json_lines};
pub use html::html;
pub use plots::{NamedPlot, plots};
pub use text::text;
