//! Labelled pairs to curves, thresholds and a profile.

mod basis;
pub mod calibrate;
pub mod direction;
pub mod fit;
pub mod labelled;
pub mod metrics;
mod optimise;
pub mod plan;
pub mod splits;

pub use labelled::Labelled;
