//! Profiles: every number that judgement uses, in one readable file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::evidence::signals::Signals;
use crate::judge::direction::DirectionModel;
use crate::judge::family::FamilyModel;
use crate::judge::model::Model;
use crate::judge::relation::RelationCuts;
use crate::judge::rules::RuleCuts;
use crate::judge::search::SearchCuts;
use crate::normalise::Language;

/// Version of the profile format.
pub const FORMAT: u32 = 3;

/// The profile that `retold tune` made from public labelled data; `profiles/README.md` says how.
const DEFAULT: &str = include_str!("../../profiles/default.json");

/// What was measured of one language: pairs that the models had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageCalibration {
    /// ISO 639-3 code.
    pub language: String,
    /// Derived pairs it was measured on.
    pub derived: usize,
    /// Other pairs it was measured on.
    pub others: usize,
    /// Mean distance between the score stated and the share seen, 0 to 1.
    pub calibration_error: f64,
}

impl LanguageCalibration {
    /// Scores of a language hold where they are at most this far off, …
    const ERROR_MAX: f64 = 0.05;
    /// … on at least so many pairs of either kind.
    const OF_KIND_MIN: usize = 50;

    fn holds(&self) -> bool {
        self.calibration_error <= Self::ERROR_MAX && self.derived.min(self.others) >= Self::OF_KIND_MIN
    }
}

/// A model for each case, and the cuts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// [`FORMAT`].
    pub format: u32,
    /// What outputs call it.
    pub name: String,
    /// How the numbers came about, for a reader.
    pub made_from: String,
    /// A pair is called derived from this score on.
    pub cut: f64,
    /// Scores pairs where nothing is known of how rare their words are.
    pub without_background: Model,
    /// Scores pairs with signals of rarity.
    pub with_background: Model,
    /// For pairs in two languages: whether one translates the other.
    pub translation: Model,
    /// How well the scores hold, by language.
    pub calibrated: Vec<LanguageCalibration>,
    /// Which of two articles came first.
    pub direction: DirectionModel,
    /// Where one name of a pair ends and the next begins.
    pub relation: RelationCuts,
    /// What overrules the model.
    pub rules: RuleCuts,
    /// Which candidates of a scan deserve a closer look.
    pub search: SearchCuts,
    /// What speaks for an edge and a root of a family's tree.
    #[serde(default = "built_in_family")]
    pub family: FamilyModel,
}

/// Profiles that were made before trees had weights take the built-in ones.
fn built_in_family() -> FamilyModel {
    Profile::default().family
}

impl Profile {
    /// Reads a profile file.
    ///
    /// # Errors
    /// Where the file cannot be read, is of another format, names signals that do not exist, or holds a score
    /// that is none.
    pub fn read(path: &Path) -> Result<Profile> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::file("read profile", path, cause))?;
        Profile::parse(&text).map_err(|reason| Error::Profile { path: path.display().to_string(), reason })
    }

    /// Reads the text of a profile, as [`Profile::to_json`] writes it.
    ///
    /// ```
    /// let profile = retold::Profile::default();
    /// assert_eq!(retold::Profile::from_json(&profile.to_json())?, profile);
    /// # Ok::<(), retold::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Profile::read`].
    pub fn from_json(text: &str) -> Result<Profile> {
        let path = "given as a text".to_owned();
        Profile::parse(text).map_err(|reason| Error::Profile { path, reason })
    }

    fn parse(text: &str) -> Result<Profile, String> {
        // before all else: another format has other fields
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let Head { format } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!(
                "format {format} where {FORMAT} is expected: make it again with `retold tune`"
            ));
        }
        let profile: Profile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if !(0.0..=1.0).contains(&profile.cut) {
            return Err(format!("cut {} where a probability is expected", profile.cut));
        }
        // those of the relation's cuts that become scores
        let RelationCuts { boilerplate_score, nothing_taken_score, .. } = profile.relation;
        for (name, score) in
            [("boilerplate_score", boilerplate_score), ("nothing_taken_score", nothing_taken_score)]
        {
            if !(0.0..=1.0).contains(&score) {
                return Err(format!("relation.{name} {score} where a score from 0 to 1 is expected"));
            }
        }
        if let Some((name, score)) = profile.rules.fault() {
            return Err(format!("rules.{name} {score} where a score from 0 to 1 is expected"));
        }
        let models = [&profile.without_background, &profile.with_background, &profile.translation];
        let fault = models.into_iter().find_map(Model::fault);
        match fault.or_else(|| profile.family.fault()) {
            Some(fault) => Err(fault),
            None => Ok(profile),
        }
    }

    /// The model for a pair with or without a background.
    pub fn model(&self, has_background: bool) -> &Model {
        if has_background { &self.with_background } else { &self.without_background }
    }

    /// Probability that a pair in two languages is a translation; 0 where nothing was measured across
    /// languages.
    pub fn translation_score(&self, signals: &Signals) -> f64 {
        signals.carried_least.map_or(0.0, |_| self.translation.score(signals))
    }

    /// The score that a pair has to reach before it is aligned: what is aligned may lift it.
    pub fn cut_before_alignment(&self, cut: Option<f64>) -> f64 {
        cut.unwrap_or(self.cut) * self.search.unaligned_share_of_cut
    }

    /// Whether the scores of a language are known to hold.
    pub fn is_calibrated(&self, language: Language) -> bool {
        self.calibrated.iter().any(|measured| measured.language == language.code() && measured.holds())
    }

    /// As it is written to a file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Default for Profile {
    fn default() -> Self {
        // the embedded text is guarded by a test
        Profile::parse(DEFAULT).unwrap_or_else(|reason| panic!("embedded profile: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_profile_reads_and_writes_the_same() {
        let profile = Profile::default();
        assert_eq!(Profile::parse(&profile.to_json()), Ok(profile));
    }

    #[test]
    fn a_profile_that_cannot_be_used_says_why() {
        let mut profile = Profile::default();
        profile.without_background.lines[0].curves[0].signal = "jacard".into();
        let reason = Profile::parse(&profile.to_json()).unwrap_err();
        assert!(reason.contains("there is no signal \"jacard\""), "{reason}");
        for score in [-0.1, 1.5] {
            let mut profile = Profile::default();
            profile.relation.boilerplate_score = score;
            let reason = Profile::parse(&profile.to_json()).unwrap_err();
            assert_eq!(
                reason,
                format!("relation.boilerplate_score {score} where a score from 0 to 1 is expected")
            );
        }
        let reason = Profile::parse("{\"format\": 3}").unwrap_err();
        assert!(reason.contains("missing field"), "{reason}");
        let reason = Profile::parse("{\"format\": 1, \"other\": true}").unwrap_err();
        assert!(reason.contains("make it again with `retold tune`"), "{reason}");
    }
}
