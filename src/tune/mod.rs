//! Labelled pairs to curves, thresholds and a profile.
//!
//! [`labels`] reads what people have judged; the pairs are measured elsewhere and come back as [`Labelled`];
//! [`run()`] fits the lines of evidence (`fit`, after a readable [`plan`]), calibrates and measures them on
//! pairs they have not seen (`held_out`, `splits`, `calibrate`, [`metrics`]), fits the direction model
//! ([`direction`]) and returns a [`crate::judge::Profile`] with everything that [`report`] shows. [`sample`]
//! draws pairs worth labelling, [`shorten`] says which pairs teach what short texts prove.
//!
//! Nothing here reads a text, a path or a clock; the same pairs give the same bytes.

mod basis;
pub(crate) mod calibrate;
pub mod describe;
pub mod direction;
pub mod families;
pub(crate) mod fit;
pub(crate) mod held_out;
pub mod labelled;
pub mod labels;
mod languages;
pub mod metrics;
mod models;
mod optimise;
pub mod plan;
pub mod report;
pub mod run;
pub mod sample;
pub mod shorten;
pub(crate) mod splits;

pub use labelled::{Labelled, made_from};
pub use run::{CutRule, Refit, TuneResult, TuneSettings, run};
