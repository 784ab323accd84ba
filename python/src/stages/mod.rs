//! The stages of a distributed scan: record batches in, record batches out, whatever engine moves them.
//!
//! | stage | in → out |
//! | --- | --- |
//! | `analysis` | articles → what they are found by |
//! | `copies` | bands → pairs, verified → clusters |
//! | `rewrites` | features → ties → each document's best → those worth a closer look |
//! | `translations` | names and figures in common → those worth a closer look |
//! | `judging` | pairs with their articles → runs in common; rows |
//! | `components` | edges → connected components, where one worker can hold them |
//! | `families` | links → articles of families |
//!
//! A stage that goes by groups takes rows that are sorted by the group's key; a group may lie across batches,
//! and no more than a group is held. Bands, features and runs of words, of which a text has dozens and
//! hundreds, go in blobs (`packed`). What is decided is decided by the library; the engine joins, sorts and
//! counts. Documents are 64-bit numbers.

mod analysis;
mod components;
mod copies;
mod families;
mod judging;
mod packed;
mod rewrites;
mod tables;
mod translations;

pub use analysis::{analyse, crossing_keys};
pub use components::Components;
pub use copies::{Cluster, copies_limits, spread_bands, verify};
pub use families::Families;
pub use judging::{background_min_documents, judge, spread_all_grams, spread_shared_grams};
pub use packed::{Packed, buckets};
pub use rewrites::{promising, spread_features};
pub use translations::{crossing, crossing_limits};

use pyo3::prelude::*;
use retold::sketch::Banding;

use crate::errors::raised;
use crate::options;

/// Checks settings before a job begins.
#[pyfunction]
pub fn check_settings(settings: &str) -> PyResult<()> {
    let settings = options::settings(settings)?;
    match (Banding::THRESHOLD_MIN..=1.0).contains(&settings.threshold) {
        true => Ok(()),
        false => Err(raised(retold::Error::Usage(format!(
            "threshold {}: a Jaccard index from {} to 1 was expected",
            settings.threshold,
            Banding::THRESHOLD_MIN
        )))),
    }
}
