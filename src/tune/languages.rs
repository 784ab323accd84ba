//! How well the scores hold, by language.

use std::collections::BTreeMap;

use crate::judge::profile::LanguageCalibration;
use crate::tune::held_out::HeldOut;
use crate::tune::labelled::Labelled;
use crate::tune::metrics::reliability::{Stated, bins, calibration_error};
use crate::tune::run::BINS;

/// A language of which fewer pairs of either kind were tried is not told of.
const OF_KIND_MIN: usize = 20;

/// The calibration error of each language that has pairs of both kinds; languages that have not keep what was
/// measured before. Derived pairs count by the share that they are expected to be, as in the calibration.
pub(super) fn calibrated(
    pairs: &[Labelled],
    held_out: &[HeldOut],
    derived_share: f64,
    before: &[LanguageCalibration],
) -> Vec<LanguageCalibration> {
    let mut by_language: BTreeMap<&str, Vec<&HeldOut>> = BTreeMap::new();
    for tried in held_out {
        if let Some(language) = pairs[tried.row].language {
            by_language.entry(language).or_default().push(tried);
        }
    }
    let mut measured: BTreeMap<String, LanguageCalibration> =
        before.iter().map(|measured| (measured.language.clone(), measured.clone())).collect();
    for (language, tried) in by_language {
        let derived = tried.iter().filter(|pair| pair.is_derived).count();
        let others = tried.len() - derived;
        if derived.min(others) < OF_KIND_MIN {
            continue;
        }
        let stated = |pair: &&HeldOut| Stated {
            probability: pair.score,
            is_true: pair.is_derived,
            weight: match pair.is_derived {
                true => derived_share / derived as f64,
                false => (1.0 - derived_share) / others as f64,
            },
        };
        let stated: Vec<Stated> = tried.iter().map(stated).collect();
        let error = (calibration_error(&bins(&stated, BINS)) * 1e4).round() / 1e4;
        let language = language.to_owned();
        let calibration =
            LanguageCalibration { language: language.clone(), derived, others, calibration_error: error };
        measured.insert(language, calibration);
    }
    measured.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_measured_where_it_has_pairs_of_both_kinds() {
        let pair =
            |language, is_derived| Labelled { language: Some(language), is_derived, ..Labelled::default() };
        let mut pairs: Vec<Labelled> = (0..100).map(|at| pair("deu", at % 2 == 0)).collect();
        pairs.extend((0..100).map(|_| pair("por", false)));
        let held_out: Vec<HeldOut> = (0..pairs.len())
            .map(|row| HeldOut {
                row,
                is_derived: pairs[row].is_derived,
                score: if row % 2 == 0 { 0.9 } else { 0.1 },
            })
            .collect();
        let old = |language: &str, calibration_error| LanguageCalibration {
            language: language.into(),
            derived: 1,
            others: 1,
            calibration_error,
        };
        let found = calibrated(&pairs, &held_out, 0.5, &[old("deu", 0.5), old("eng", 0.01)]);
        let errors: Vec<(&str, f64)> =
            found.iter().map(|found| (found.language.as_str(), found.calibration_error)).collect();
        assert_eq!(errors, [("deu", 0.1), ("eng", 0.01)]);
        assert_eq!((found[0].derived, found[0].others), (50, 50));
    }
}
