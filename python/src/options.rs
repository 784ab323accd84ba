//! Settings as Python hands them over: one JSON object.

use pyo3::prelude::*;
use retold::{Profile, Settings};
use serde::Deserialize;

use crate::errors::{SettingsError, raised};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// The text of a profile.
    profile: Option<String>,
    min_score: Option<f64>,
    threshold: Option<f64>,
    copies_only: bool,
    all_pairs: bool,
    shared: bool,
    within_days: Option<u32>,
    across_sources: bool,
    memory_bytes: Option<u64>,
    work_dir: Option<std::path::PathBuf>,
    top: Option<usize>,
}

/// The settings that a JSON object names; the others are the defaults.
pub fn settings(json: &str) -> PyResult<Settings> {
    let given: Options =
        serde_json::from_str(json).map_err(|error| SettingsError::new_err(error.to_string()))?;
    if given.min_score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
        return Err(SettingsError::new_err("min_score is a number from 0 to 1"));
    }
    let mut settings = Settings::default();
    if let Some(profile) = &given.profile {
        settings.profile = Profile::from_json(profile).map_err(raised)?;
    }
    settings.min_score = given.min_score;
    settings.threshold = given.threshold.unwrap_or(settings.threshold);
    settings.copies_only = given.copies_only;
    settings.all_pairs = given.all_pairs;
    settings.shared = given.shared;
    settings.within_days = given.within_days;
    settings.across_sources = given.across_sources;
    settings.memory_bytes = given.memory_bytes.unwrap_or(settings.memory_bytes);
    settings.work_dir = given.work_dir.unwrap_or(settings.work_dir);
    settings.top = given.top;
    Ok(settings)
}
