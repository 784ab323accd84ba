//! Given pairs, measured and not judged: what profiles are fitted on.

use rayon::prelude::*;

use crate::align::{self, Scratch};
use crate::article::DocumentNumber;
use crate::barrier::{Fault, Stage, guarded};
use crate::candidate::{self, CandidateSettings, CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::direction::{self, DirectionCues};
use crate::evidence::signals::Signals;
use crate::evidence::{Prepared, measured, mending};
use crate::faults::{self, ToldOnce};
use crate::pipeline::article_cache::ArticleCache;
use crate::pipeline::chained::{Chained, SECOND_INPUTS};
use crate::pipeline::compare::Asked;
use crate::pipeline::pairs::Pair;
use crate::pipeline::repeats::Repeats;
use crate::pipeline::{locality, rarity};
use crate::progress::{Progress, Work, go_on};
use crate::rejection::RejectionSink;
use crate::work::Resources;

/// Pairs that are prepared and measured together.
const PAIRS_AT_ONCE: usize = 2048;

/// All that was measured of one pair, in the order asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairMeasures {
    /// With those of a background, where there is one.
    pub signals: Signals,
    /// Of `a` before `b`.
    pub cues: DirectionCues,
    /// ISO 639-3 code, where both are known to be in one language.
    pub language: Option<&'static str>,
}

/// A pair that is to be measured once more, with one of its articles cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortened {
    /// Index of the pair among those asked.
    pub pair: usize,
    /// 0 cuts its `a`, 1 its `b`.
    pub side: usize,
    /// The cut article ends with the sentence that reaches so many words.
    pub words: usize,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// Of the pairs in the order asked. `Err` names what is wrong with a pair that cannot be measured.
    pub asked: Vec<Result<PairMeasures, String>>,
    /// Of those that were to be shortened; `None` where the article is too short for that.
    pub shortened: Vec<Option<PairMeasures>>,
}

/// What was measured of a pair, and of its shortened forms.
type OfPair = (PairMeasures, Vec<Option<PairMeasures>>);

/// Measures pairs in the order asked, and some of them shortened as well.
///
/// The background alone counts for document frequencies: labelled sets hold many versions of one article,
/// which no archive does. An article that stands in the background as well (by its id, or as a copy) is
/// subtracted for its own pairs.
///
/// # Errors
/// What the collections return, and [`crate::Error::Interrupted`].
pub fn measure<C: Collection, B: Collection>(
    collection: &C,
    background: Option<&B>,
    asked: &[Asked],
    shortened: &[Shortened],
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Measures> {
    let chained = Chained { first: collection, second: background };
    let search = CandidateSettings { copies_only: true, ..CandidateSettings::default() };
    let rejections = &ToldOnce::new(rejections);
    let repeats = Repeats { rejections, are_expected: background.is_some() };
    let found = candidate::find(&chained, &search, progress, &repeats)?;
    let documents = &found.documents;
    let work = Resources::default();
    let (known, places) = numbered(asked, documents);
    let order = locality::order(&known, (0..known.len()).collect());
    let counted = match background {
        Some(background) => {
            let archive = Archive::of(background, documents, &found.copies)?;
            let corpus = rarity::Counted {
                collection: &chained,
                documents,
                is_counted: &archive.counting,
                rejections,
            };
            let counted = rarity::of_shared(
                &corpus,
                &work,
                rarity::Sharing { pairs: &known, order: &order, groups: &[] },
                progress,
            )?;
            Some((archive, counted))
        }
        None => None,
    };

    progress.stage("measuring pairs", Some(known.len() as u64));
    let mut cache: ArticleCache<'_, _, Prepared> = ArticleCache::new(&chained, documents, &work, rejections);
    let measuring = Measuring::new(&known, &places, shortened, counted);
    let mut measured: Vec<Option<PairMeasures>> = vec![None; known.len()];
    let mut shorter: Vec<Option<PairMeasures>> = vec![None; shortened.len()];
    for chunk in order.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        let read = cache.make_ready(chunk.iter().flat_map(|&at| [known[at].0, known[at].1]).collect())?;
        progress.count(Work::Prepared, read);
        progress.count(Work::Tokenised, read);
        let rows = measuring.rows(&cache, chunk);
        progress.advance(chunk.len() as u64);
        for (&at, row) in chunk.iter().zip(rows) {
            match row {
                Some(Ok((row, shorter_rows))) => {
                    measured[at] = Some(row);
                    let shorter_of = &measuring.shorter_of[at];
                    shorter_of.iter().zip(shorter_rows).for_each(|(&at, row)| shorter[at] = row);
                }
                Some(Err(fault)) => {
                    let (a, b) = known[at];
                    let first = (documents.id(a), documents.location(a));
                    rejections.reject(faults::of_pair(&chained, first, documents.id(b), &fault));
                }
                None => {}
            }
        }
    }
    let row_of = |place: usize| measured[place].clone().ok_or_else(|| "it was not measured".to_owned());
    let asked = places.into_iter().map(|place| place.and_then(row_of)).collect();
    Ok(Measures { asked, shortened: shorter })
}

/// The pairs by numbers, and the place of each one asked among them.
fn numbered(asked: &[Asked], documents: &DocumentTable) -> (Vec<Pair>, Vec<Result<usize, String>>) {
    let mut known: Vec<Pair> = Vec::new();
    let number =
        |id: &str| documents.number(id).ok_or_else(|| format!("there is no article {id:?} in the inputs"));
    let mut place = |pair: &Asked| {
        known.push((number(&pair.a)?, number(&pair.b)?));
        Ok(known.len() - 1)
    };
    let places = asked.iter().map(&mut place).collect();
    (known, places)
}

/// What is measured of which pairs.
struct Measuring<'a> {
    known: &'a [Pair],
    shortened: &'a [Shortened],
    /// Of each pair the places among `shortened`.
    shorter_of: Vec<Vec<usize>>,
    counted: Option<(Archive<'a>, Background)>,
}

impl<'a> Measuring<'a> {
    fn new(
        known: &'a [Pair],
        places: &[Result<usize, String>],
        shortened: &'a [Shortened],
        counted: Option<(Archive<'a>, Background)>,
    ) -> Measuring<'a> {
        let mut shorter_of: Vec<Vec<usize>> = vec![Vec::new(); known.len()];
        for (at, shortened) in shortened.iter().enumerate() {
            if let Some(Ok(place)) = places.get(shortened.pair) {
                shorter_of[*place].push(at);
            }
        }
        Measuring { known, shortened, shorter_of, counted }
    }

    /// `None` for a pair of which an article could not be prepared.
    fn rows<C: Collection>(
        &self,
        cache: &ArticleCache<'_, C, Prepared>,
        chunk: &[usize],
    ) -> Vec<Option<Result<OfPair, Fault>>> {
        let row = |scratch: &mut Scratch, &at: &usize| {
            let (first, second) = cache.get_both(self.known[at])?;
            let is_subject = |wanted: &str| wanted == first.id || wanted == second.id;
            let row = guarded(Stage::Measure, is_subject, || self.row(at, first, second, scratch));
            if row.is_err() {
                *scratch = Scratch::default();
            }
            Some(row)
        };
        chunk.par_iter().map_init(Scratch::default, row).collect()
    }

    fn row(&self, at: usize, first: &Prepared, second: &Prepared, scratch: &mut Scratch) -> OfPair {
        let (a, b) = self.known[at];
        let own = self.counted.as_ref().map(|(archive, background)| PairBackground {
            background,
            own_documents: archive.own_documents(a, b),
        });
        let shorter = |at: &usize| {
            let Shortened { side, words, .. } = self.shortened[*at];
            let cut = [first, second][side].shortened(words)?;
            let [first, second]: [&Prepared; 2] = if side == 0 { [&cut, second] } else { [first, &cut] };
            Some(measure_pair(first, second, own, scratch))
        };
        let shorter = self.shorter_of[at].iter().map(shorter).collect();
        (measure_pair(first, second, own, scratch), shorter)
    }
}

/// Measures one pair of prepared articles.
pub fn measure_pair(
    first: &Prepared,
    second: &Prepared,
    background: Option<PairBackground<'_>>,
    scratch: &mut Scratch,
) -> PairMeasures {
    let mended = mending::mended(first, second);
    let [first, second] = mended.as_ref().map_or([first, second], |mended| mended.pair(first, second));
    let alignment = align::passages(&first.text, &second.text, scratch);
    let mut measured = measured::measure(first, second, background);
    measured.add_alignment(&alignment);
    let is_one_language = first.text.language == second.text.language && first.text.language.is_known();
    PairMeasures {
        language: is_one_language.then(|| first.text.language.code()),
        cues: direction::cues(first, second, measured.quoting, &alignment),
        signals: measured.signals,
    }
}

/// The documents that count.
struct Archive<'a> {
    copies: &'a CopyClusters,
    /// One document of each cluster of copies that stands in the background.
    counting: Vec<bool>,
    /// By representative: whether its cluster stands in the background.
    is_held: Vec<bool>,
}

impl<'a> Archive<'a> {
    /// Passes over the background once more for the ids that the collection has as well.
    fn of<B: Collection>(
        background: &B,
        documents: &DocumentTable,
        copies: &'a CopyClusters,
    ) -> Result<Archive<'a>> {
        let mut stands: Vec<bool> = (0..documents.len() as DocumentNumber)
            .map(|document| documents.location(document).input >= SECOND_INPUTS)
            .collect();
        background.pass(
            |articles| -> Vec<DocumentNumber> {
                articles.iter().filter_map(|article| documents.number(&article.id)).collect()
            },
            |numbers| {
                numbers.into_iter().for_each(|number| stands[number as usize] = true);
                Ok(())
            },
        )?;
        let mut archive =
            Archive { copies, counting: vec![false; documents.len()], is_held: vec![false; documents.len()] };
        for document in (0..documents.len()).filter(|document| stands[*document]) {
            let is_held = &mut archive.is_held[copies.representative[document] as usize];
            if !*is_held {
                *is_held = true;
                archive.counting[document] = true;
            }
        }
        Ok(archive)
    }

    /// How many of the pair's documents are counted.
    fn own_documents(&self, a: DocumentNumber, b: DocumentNumber) -> u32 {
        let representative = |document: DocumentNumber| self.copies.representative[document as usize];
        let (one, other) = (representative(a), representative(b));
        let held = |document: DocumentNumber| u32::from(self.is_held[document as usize]);
        if one == other { held(one) } else { held(one) + held(other) }
    }
}
