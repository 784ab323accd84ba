//! The first pass: of each article what is held of it, its band keys or fingerprint, and its features.

use super::buckets::BandKeys;
use super::identical::FirstTexts;
use super::kept::FEATURE_PARTITIONS;
use super::spread::{PARTITIONS, PackedFeatures};
use super::table::{DocumentEntry, DocumentTable};
use crate::Result;
use crate::analysis::Analyser;
use crate::article::{DocumentNumber, iso_seconds};
use crate::barrier::{Fault, Stage, guarded};
use crate::collection::{ArticleRef, Collection, Location, SECOND_INPUTS};
use crate::faults;
use crate::normalise::{language, written};
use crate::progress::{Progress, Work, go_on};
use crate::recipe::SEED;
use crate::rejection::{Rejection, RejectionKind, RejectionSink};
use crate::sketch::{Banding, MinHash, SimHash};
use crate::work::{Partitions, Resources, StoredLane};

/// Features are held in memory up to this size.
const FEATURE_MEMORY_BYTES: u64 = 256 << 20;

/// What the first pass brings.
#[derive(Debug, Default)]
pub(super) struct FirstPass {
    pub documents: DocumentTable,
    /// For each document the first document of the same text.
    pub first_of_text: Vec<DocumentNumber>,
    pub sketches: Sketches,
    pub features: Option<Features>,
    /// Places of articles at which the pass failed: the offset, and the input.
    pub failed: Vec<(u64, u32)>,
}

/// Rare and frequent features of the first document of each text.
#[derive(Debug)]
pub(super) struct Features {
    pub partitions: Vec<StoredLane>,
    /// How many each document has, those that are not kept as well.
    pub counts: Vec<u16>,
}

/// A row for each document; that of a document without words means nothing.
#[derive(Debug)]
pub(super) enum Sketches {
    Bands(BandKeys),
    Fingerprints(Vec<u64>),
}

impl Default for Sketches {
    fn default() -> Self {
        Sketches::Fingerprints(Vec::new())
    }
}

/// What the first pass makes of each text.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstPassPlan {
    pub sketch: SketchPlan,
    /// Features kept of each document at most; `None` where no rewrites are sought.
    pub features_per_document: Option<usize>,
}

/// Which sketch the first pass makes.
#[derive(Clone, Copy, Debug)]
pub(super) enum SketchPlan {
    Bands(Banding),
    Fingerprints,
}

/// Of a batch of articles, all that the calling thread has to put in order.
#[derive(Default)]
struct FirstPassBatch {
    rows: Vec<FirstPassRow>,
    keys: Vec<u32>,
    fingerprints: Vec<u64>,
    features: PackedFeatures,
    feature_counts: Vec<u16>,
    failed: Vec<Failed>,
}

/// An article at which retold failed.
struct Failed {
    /// The rows that come before it.
    rows_before: usize,
    id: String,
    line: u64,
    location: Location,
    fault: Fault,
}

struct FirstPassRow {
    id: String,
    line: u64,
    entry: DocumentEntry,
}

pub(super) fn first_pass(
    collection: &impl Collection,
    plan: FirstPassPlan,
    work: &Resources,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<FirstPass> {
    progress.stage("reading", collection.total_bytes());
    let minhash = match plan.sketch {
        SketchPlan::Bands(banding) => MinHash::new(banding.values(), SEED),
        SketchPlan::Fingerprints => MinHash::new(1, SEED),
    };
    let mut gathered = Gathered::new(collection, plan, work, rejections);
    collection.pass(
        |articles| {
            let bytes = articles.iter().map(|article| u64::from(article.location.length)).sum();
            let batch =
                if progress.is_cancelled() { None } else { Some(first_pass_batch(articles, plan, &minhash)) };
            progress.advance(bytes);
            progress.count(Work::Tokenised, articles.len() as u64);
            batch
        },
        |batch| {
            go_on(progress)?;
            gathered.add(batch.ok_or(crate::Error::Interrupted)?)
        },
    )?;
    gathered.finish()
}

/// What the pass has brought so far, in reading order.
struct Gathered<'a, C> {
    collection: &'a C,
    rejections: &'a dyn RejectionSink,
    sketch: SketchPlan,
    documents: DocumentTable,
    texts: FirstTexts,
    first_of_text: Vec<DocumentNumber>,
    band_keys: Vec<u32>,
    fingerprints: Vec<u64>,
    features: Option<(Partitions, Vec<u16>)>,
    /// Of a batch's articles the numbers of those whose features are wanted.
    numbers: Vec<Option<DocumentNumber>>,
    failed: Vec<(u64, u32)>,
}

impl<'a, C: Collection> Gathered<'a, C> {
    fn new(
        collection: &'a C,
        plan: FirstPassPlan,
        work: &Resources,
        rejections: &'a dyn RejectionSink,
    ) -> Gathered<'a, C> {
        let memory_bytes = work.share_bytes(25, FEATURE_MEMORY_BYTES);
        let partitions = |_| (work.kept_partitions(FEATURE_PARTITIONS, PARTITIONS, memory_bytes), Vec::new());
        Gathered {
            collection,
            rejections,
            sketch: plan.sketch,
            documents: DocumentTable::default(),
            texts: FirstTexts::default(),
            first_of_text: Vec::new(),
            band_keys: Vec::new(),
            fingerprints: Vec::new(),
            features: plan.features_per_document.map(partitions),
            numbers: Vec::new(),
            failed: Vec::new(),
        }
    }

    fn bands(&self) -> usize {
        if let SketchPlan::Bands(banding) = self.sketch { banding.bands } else { 0 }
    }

    fn add(&mut self, batch: FirstPassBatch) -> Result<()> {
        let FirstPassBatch { rows, keys, fingerprints, features: packed, feature_counts, failed } = batch;
        let bands = self.bands();
        self.numbers.clear();
        let mut failed = failed.into_iter().peekable();
        for (place, row) in rows.into_iter().enumerate() {
            while let Some(before) = failed.next_if(|failed| failed.rows_before <= place) {
                self.tell(before);
            }
            if self.add_row(row) {
                if let Some((_, counts)) = &mut self.features {
                    counts.push(feature_counts[place]);
                }
                self.band_keys.extend_from_slice(&keys[place * bands..(place + 1) * bands]);
                self.fingerprints.extend(fingerprints.get(place));
            }
        }
        failed.for_each(|failed| self.tell(failed));
        match &mut self.features {
            Some((partitions, _)) => packed.spread(&self.numbers, partitions),
            None => Ok(()),
        }
    }

    /// `false` for an article whose id an earlier one has.
    fn add_row(&mut self, FirstPassRow { id, line, entry }: FirstPassRow) -> bool {
        let location = entry.location;
        match self.documents.push(&id, entry) {
            Ok(document) => {
                let first = self.texts.first_of(&self.documents, document);
                self.first_of_text.push(first);
                self.numbers.push((first == document).then_some(document));
                true
            }
            Err(first) => {
                self.numbers.push(None);
                if self.rejections.is_wanted(RejectionKind::DuplicateId) {
                    let first = self.documents.location(first);
                    self.rejections.reject(duplicate(self.collection, id, location, line, first));
                }
                false
            }
        }
    }

    fn tell(&mut self, Failed { id, line, location, fault, .. }: Failed) {
        self.failed.push((location.offset, location.input));
        self.rejections.reject(faults::of_article(self.collection, (&id, location, Some(line)), &fault));
    }

    fn finish(self) -> Result<FirstPass> {
        let bands = self.bands();
        let sketches = match self.sketch {
            SketchPlan::Bands(_) => Sketches::Bands(BandKeys { bands, keys: self.band_keys }),
            SketchPlan::Fingerprints => Sketches::Fingerprints(self.fingerprints),
        };
        let stored = |(partitions, counts): (Partitions, _)| {
            Ok::<_, crate::Error>(Features { partitions: partitions.finish()?, counts })
        };
        let features = self.features.map(stored).transpose()?;
        let (documents, first_of_text, failed) = (self.documents, self.first_of_text, self.failed);
        Ok(FirstPass { documents, first_of_text, sketches, features, failed })
    }
}

pub(super) fn duplicate(
    collection: &impl Collection,
    id: String,
    location: Location,
    line: u64,
    first: Location,
) -> Rejection {
    let place = match collection.line_number(first) {
        Some(line) => format!("{}:{line}", collection.input_name(first.input)),
        None => collection.input_name(first.input),
    };
    let is_across = (first.input < SECOND_INPUTS) != (location.input < SECOND_INPUTS);
    let shared =
        if is_across { ": the inputs and what they are held against share one space of ids" } else { "" };
    let reason = format!(
        "the id {id:?} was given before ({place}){shared}; the first article is kept: give each its own id"
    );
    Rejection {
        input: collection.input_name(location.input),
        line: Some(line),
        id: Some(id),
        kind: RejectionKind::DuplicateId,
        reason,
    }
}

fn first_pass_batch(articles: &[ArticleRef<'_>], plan: FirstPassPlan, minhash: &MinHash) -> FirstPassBatch {
    let mut batch = FirstPassBatch { rows: Vec::with_capacity(articles.len()), ..FirstPassBatch::default() };
    let mut analyser = Analyser::default();
    for article in articles {
        let (keys, prints) = (batch.keys.len(), batch.fingerprints.len());
        let surveyed = guarded(
            Stage::FirstPass,
            |wanted| wanted == article.id,
            || first_pass_article(article, plan, minhash, &mut analyser, &mut batch),
        );
        match surveyed {
            Ok((row, features)) => {
                if let Some(most) = plan.features_per_document {
                    batch.features.push(features, most);
                    batch.feature_counts.push(u16::try_from(features.len()).unwrap_or(u16::MAX));
                }
                batch.rows.push(row);
            }
            Err(fault) => {
                batch.keys.truncate(keys);
                batch.fingerprints.truncate(prints);
                analyser = Analyser::default();
                batch.failed.push(Failed {
                    rows_before: batch.rows.len(),
                    id: article.id.as_ref().to_owned(),
                    line: article.line,
                    location: article.location,
                    fault,
                });
            }
        }
    }
    batch.features.close();
    batch
}

/// The row of an article, and its features where they are wanted; its sketch goes into the batch.
fn first_pass_article<'s>(
    article: &ArticleRef<'_>,
    plan: FirstPassPlan,
    minhash: &MinHash,
    analyser: &'s mut Analyser,
    batch: &mut FirstPassBatch,
) -> (FirstPassRow, &'s [u64]) {
    match plan.features_per_document {
        None => analyser.read_words(&article.text),
        Some(_) => analyser.read(&article.text),
    }
    match plan.sketch {
        SketchPlan::Bands(banding) => analyser.band_keys(minhash, banding, &mut batch.keys),
        SketchPlan::Fingerprints => {
            batch.fingerprints.push(analyser.fingerprint(&SimHash::new(SEED)).unwrap_or(0));
        }
    }
    let owned = |field: &Option<std::borrow::Cow<'_, str>>| field.as_deref().map(str::to_owned);
    let entry = DocumentEntry {
        location: article.location,
        identity: analyser.identity(),
        words: u32::try_from(analyser.words().len()).unwrap_or(u32::MAX),
        unix_seconds: article.date.as_deref().and_then(iso_seconds),
        source: owned(&article.source),
        language: plan
            .features_per_document
            .map(|_| language::of(&written(&article.text), article.language.as_deref()).code().to_owned()),
    };
    let features: &[u64] = match plan.features_per_document {
        None => &[],
        Some(_) => analyser.features(),
    };
    (FirstPassRow { id: article.id.as_ref().to_owned(), line: article.line, entry }, features)
}
