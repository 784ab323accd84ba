//! What a caller may choose, in one place.

use std::path::PathBuf;

use crate::candidate::CandidateSettings;
use crate::index::QuerySettings;
use crate::judge::Profile;
use crate::pipeline::{SECOND_INPUTS, ScanSettings};
use crate::row::Relation;
use crate::search::PairLimits;
use crate::work::Resources;

/// How articles are compared, searched and listed. The defaults are those of the command line.
///
/// ```
/// let mut settings = retold::Settings::default();
/// settings.threshold = 0.9;
/// settings.copies_only = true;
/// assert_eq!(settings.min_score, None);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The model and its cuts.
    pub profile: Profile,
    /// A pair is called derived from this score on, 0 to 1; `None` takes the profile's cut.
    pub min_score: Option<f64>,
    /// Jaccard index of 5-word shingles from which a near-duplicate counts, 0.01 to 1.
    pub threshold: f64,
    /// Stop after identical texts and near-duplicates.
    pub copies_only: bool,
    /// List every derived pair, not only each article's best link into its family.
    pub all_pairs: bool,
    /// List pairs that share a source as well.
    pub shared: bool,
    /// Largest distance of the dates in days; an article without a date is near to all.
    pub within_days: Option<u32>,
    /// Only pairs whose sources differ; an article without a source differs from all.
    pub across_sources: bool,
    /// Only pairs of one article of the first and one of the second half of a [`crate::pipeline::Chained`]
    /// collection.
    pub against: bool,
    /// An index's answers of these relations alone; all where empty.
    pub relations: Vec<Relation>,
    /// So many of an index's answers, the best.
    pub top: Option<usize>,
    /// Memory to get along with, in bytes, about; what needs more goes through temporary files.
    pub memory_bytes: u64,
    /// Folder for temporary files.
    pub work_dir: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        let CandidateSettings { threshold, .. } = CandidateSettings::default();
        Settings {
            profile: Profile::default(),
            min_score: None,
            threshold,
            copies_only: false,
            all_pairs: false,
            shared: false,
            within_days: None,
            across_sources: false,
            against: false,
            relations: Vec::new(),
            top: None,
            memory_bytes: 2 << 30,
            work_dir: std::env::temp_dir(),
        }
    }
}

impl Settings {
    /// As [`crate::pipeline::scan_in`] takes them.
    pub fn for_scan(&self) -> ScanSettings {
        ScanSettings {
            candidates: CandidateSettings {
                threshold: self.threshold,
                copies_only: self.copies_only,
                limits: PairLimits {
                    within_days: self.within_days,
                    across_sources: self.across_sources,
                    first_input_against: self.against.then_some(SECOND_INPUTS),
                },
                ..CandidateSettings::default()
            },
            profile: self.profile.clone(),
            min_score: self.min_score,
            all_pairs: self.all_pairs,
            shared: self.shared,
        }
    }

    /// As [`crate::index::Snapshot::query`] takes them.
    pub fn for_query(&self) -> QuerySettings {
        QuerySettings {
            profile: self.profile.clone(),
            min_score: self.min_score,
            shared: self.shared,
            within_days: self.within_days,
            relations: self.relations.clone(),
            top: self.top,
            ..QuerySettings::default()
        }
    }

    /// The memory and the folder of a run.
    pub fn resources(&self) -> Resources {
        Resources::new(self.memory_bytes, self.work_dir.clone())
    }
}
