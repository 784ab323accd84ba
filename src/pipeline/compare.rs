//! Given pairs, scored without any search.

use crate::candidate::{self, CandidateSettings};
use crate::collection::Collection;
use crate::error::Result;
use crate::faults::ToldOnce;
use crate::judge::Profile;
use crate::pipeline::cascade::{Judgement, Judging};
use crate::pipeline::chained::Chained;
use crate::pipeline::pairs::{Pair, PairContext, Scoring};
use crate::pipeline::repeats::Repeats;
use crate::progress::Progress;
use crate::rejection::RejectionSink;
use crate::row::PairRow;
use crate::search::BACKGROUND_MIN_DOCUMENTS;
use crate::work::Resources;

/// How given pairs are judged.
#[derive(Clone, Debug)]
pub struct CompareSettings {
    /// The model and the cuts that judge.
    pub profile: Profile,
    /// Overrides the profile's cut.
    pub min_score: Option<f64>,
}

/// A pair as asked for, by ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Id of the first article.
    pub a: String,
    /// Id of the second article; the order does not matter to the verdict.
    pub b: String,
}

/// Scores pairs in the order asked. `Err` names what is wrong with a pair that cannot be scored.
///
/// `background` holds documents that count for document frequencies alone; the collection's own documents
/// count with them, and copies among all of them count once.
///
/// # Errors
/// What the collections return, and [`crate::Error::Interrupted`].
pub fn compare<C: Collection, B: Collection>(
    collection: &C,
    background: Option<&B>,
    asked: &[Asked],
    settings: &CompareSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Vec<Result<PairRow, String>>> {
    let chained = Chained { first: collection, second: background };
    let rejections = &ToldOnce::new(rejections);
    // the background repeats the collection's documents as a matter of course
    let repeats = Repeats { rejections, are_expected: background.is_some() };
    let search = CandidateSettings { copies_only: true, ..CandidateSettings::default() };
    let found = candidate::find(&chained, &search, progress, &repeats)?;
    let mut known: Vec<Pair> = Vec::new();
    let places: Vec<Result<usize, String>> = asked
        .iter()
        .map(|pair| {
            let number = |id: &str| {
                found.documents.number(id).ok_or_else(|| format!("there is no article {id:?} in the inputs"))
            };
            let numbers = (number(&pair.a)?, number(&pair.b)?);
            known.push(numbers);
            Ok(known.len() - 1)
        })
        .collect();
    let work = Resources::default();
    let around = PairContext {
        work: &work,
        collection: &chained,
        documents: &found.documents,
        copies: &found.copies,
        is_background: background.is_some()
            && found.copies.representatives().count() >= BACKGROUND_MIN_DOCUMENTS,
        rejections,
    };
    let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
    let scoring = Scoring {
        around: &around,
        pairs: &known,
        judging: Judging::of_all(judgement),
        make: |row: PairRow| row,
        progress,
    };
    let mut rows: Vec<Option<PairRow>> = vec![None; known.len()];
    scoring.score(|at, scored| {
        rows[at] = Some(scored.row);
        Ok(())
    })?;
    let mut row_of = |place: usize| rows[place].take().ok_or_else(|| "it was not scored".to_owned());
    Ok(places.into_iter().map(|place| place.and_then(&mut row_of)).collect())
}
