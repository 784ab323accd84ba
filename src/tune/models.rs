//! The models of a profile, each tried on its pairs: one language without a background and with one, and two
//! languages.

use crate::error::{Error, Result};
use crate::judge::model::Model;
use crate::progress::Progress;
use crate::tune::held_out::{TriedOut, try_out};
use crate::tune::labelled::{BACKGROUND_SIGNALS, Labelled};
use crate::tune::plan::FitPlan;
use crate::tune::run::TuneSettings;

/// A model that was tried, and the pairs as it saw them.
pub(super) struct TriedModel {
    pub name: &'static str,
    pub tried: TriedOut,
    pub measured: Vec<Labelled>,
}

pub(super) struct TriedModels {
    pub without_background: TriedModel,
    pub with_background: Option<TriedModel>,
    pub translation: Option<TriedModel>,
}

impl TriedModels {
    pub fn into_iter(self) -> impl Iterator<Item = TriedModel> {
        [Some(self.without_background), self.with_background, self.translation].into_iter().flatten()
    }
}

/// Pairs in two languages have a model of their own; each is tried on its pairs.
pub(super) fn try_all(
    pairs: &[Labelled],
    shortened: &[Labelled],
    settings: &TuneSettings,
    progress: &dyn Progress,
) -> Result<TriedModels> {
    let has_background =
        |pair: &Labelled| BACKGROUND_SIGNALS.iter().any(|name| pair.signals.get(name).is_some());
    let base = &settings.base;
    let try_one = |name, measured: Vec<Labelled>, shortened: &[Labelled], wants_across, plan, base| {
        let tried = try_on_rows(&measured, shortened, wants_across, (plan, base), settings, progress)?;
        Ok::<_, Error>(TriedModel { name, tried, measured })
    };
    let without: Vec<Labelled> = pairs.iter().map(without_background).collect();
    let shortened_without: Vec<Labelled> = shortened.iter().map(without_background).collect();
    let plan = &settings.without_background;
    let without_background =
        try_one("without background", without, &shortened_without, false, plan, &base.without_background)?;
    let with_background = match pairs.iter().any(has_background) {
        true => {
            let plan = &settings.with_background;
            Some(try_one("with background", pairs.to_vec(), shortened, false, plan, &base.with_background)?)
        }
        false => None,
    };
    let across = |is_derived| {
        pairs.iter().filter(|pair| pair.is_across_languages() && pair.is_derived == is_derived).count()
    };
    let translation = match across(true).min(across(false)) >= ACROSS_MIN_OF_KIND {
        true => {
            let measured = without_background.measured.clone();
            Some(try_one("translation", measured, &[], true, &settings.translation, &base.translation)?)
        }
        false => None,
    };
    Ok(TriedModels { without_background, with_background, translation })
}

/// The model for two languages is made anew from so many pairs of either kind on.
const ACROSS_MIN_OF_KIND: usize = 50;

/// Tries a model on the pairs in two languages, or on the others; where one kind is missing among them, on
/// all.
fn try_on_rows(
    pairs: &[Labelled],
    shortened: &[Labelled],
    wants_across: bool,
    (plan, base): (&FitPlan, &Model),
    settings: &TuneSettings,
    progress: &dyn Progress,
) -> Result<TriedOut> {
    let wanted = |pair: &Labelled| pair.is_across_languages() == wants_across;
    let mut rows: Vec<usize> = (0..pairs.len()).filter(|row| wanted(&pairs[*row])).collect();
    let has = |is_derived| rows.iter().any(|row| pairs[*row].is_derived == is_derived);
    if !(has(true) && has(false)) {
        rows = (0..pairs.len()).collect();
    }
    let own: Vec<Labelled> = rows.iter().map(|row| pairs[*row].clone()).collect();
    let shortened: Vec<Labelled> = shortened.iter().filter(|pair| wanted(pair)).cloned().collect();
    let mut tried = try_out(&own, &shortened, plan, base, settings, progress)?;
    tried.tried.iter_mut().for_each(|pair| pair.row = rows[pair.row]);
    tried.held_out.iter_mut().for_each(|pair| pair.row = rows[pair.row]);
    Ok(tried)
}

fn without_background(pair: &Labelled) -> Labelled {
    let mut pair = pair.clone();
    for name in BACKGROUND_SIGNALS {
        pair.signals.set(name, None);
    }
    pair
}
