//! The first pass: of each article what is held of it, and its band keys or fingerprint.

use super::banding::Banding;
use super::buckets::BandKeys;
use super::identical::identity;
use super::table::{DocumentEntry, DocumentTable};
use crate::Result;
use crate::article::iso_seconds;
use crate::collection::{ArticleRef, Collection, Location};
use crate::normalise::words::word_hashes;
use crate::progress::{Progress, go_on};
use crate::read::{Rejection, RejectionKind, RejectionSink};
use crate::recipe::SEED;
use crate::shingle::{SHINGLE_WORDS, shingle_hashes};
use crate::sketch::{MinHash, SimHash};

/// What the first pass brings.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub documents: DocumentTable,
    pub sketches: Sketches,
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

/// Which sketch the first pass makes.
#[derive(Clone, Copy, Debug)]
pub(super) enum SketchPlan {
    Bands(Banding),
    Fingerprints,
}

/// Of a batch of articles, all that the calling thread has to put in order.
struct Batch {
    rows: Vec<Row>,
    keys: Vec<u32>,
    fingerprints: Vec<u64>,
}

struct Row {
    id: String,
    line: u64,
    entry: DocumentEntry,
}

/// Room to work in, one for each batch.
#[derive(Default)]
struct Scratch {
    words: Vec<u64>,
    shingles: Vec<u64>,
    sketch: Vec<u32>,
}

pub(super) fn survey(
    collection: &impl Collection,
    plan: SketchPlan,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Survey> {
    progress.stage("reading", collection.total_bytes());
    let minhash = match plan {
        SketchPlan::Bands(banding) => MinHash::new(banding.values(), SEED),
        SketchPlan::Fingerprints => MinHash::new(1, SEED),
    };
    let mut documents = DocumentTable::default();
    let (mut band_keys, mut fingerprints) = (Vec::new(), Vec::new());
    let bands = if let SketchPlan::Bands(banding) = plan { banding.bands } else { 0 };
    collection.pass(
        |articles| {
            let bytes = articles.iter().map(|article| u64::from(article.location.length)).sum();
            let batch =
                if progress.is_cancelled() { None } else { Some(survey_batch(articles, plan, &minhash)) };
            progress.advance(bytes);
            batch
        },
        |batch| {
            go_on(progress)?;
            let Batch { rows, keys, fingerprints: prints } = batch.ok_or(crate::Error::Interrupted)?;
            for (place, Row { id, line, entry }) in rows.into_iter().enumerate() {
                let location = entry.location;
                match documents.push(&id, entry) {
                    Ok(_) => {
                        band_keys.extend_from_slice(&keys[place * bands..(place + 1) * bands]);
                        fingerprints.extend(prints.get(place));
                    }
                    Err(first) => {
                        let first = documents.location(first);
                        rejections.reject(duplicate(collection, id, location, line, first));
                    }
                }
            }
            Ok(())
        },
    )?;
    let sketches = match plan {
        SketchPlan::Bands(_) => Sketches::Bands(BandKeys { bands, keys: band_keys }),
        SketchPlan::Fingerprints => Sketches::Fingerprints(fingerprints),
    };
    Ok(Survey { documents, sketches })
}

fn duplicate(
    collection: &impl Collection,
    id: String,
    location: Location,
    line: u64,
    first: Location,
) -> Rejection {
    let reason = format!(
        "the id {id:?} was given before (in {}, at {}); the first article is kept: give each its own id",
        collection.input_name(first.input),
        first.offset
    );
    Rejection {
        input: collection.input_name(location.input),
        line: Some(line),
        id: Some(id),
        kind: RejectionKind::DuplicateId,
        reason,
    }
}

fn survey_batch(articles: &[ArticleRef<'_>], plan: SketchPlan, minhash: &MinHash) -> Batch {
    let mut batch =
        Batch { rows: Vec::with_capacity(articles.len()), keys: Vec::new(), fingerprints: Vec::new() };
    let mut scratch = Scratch::default();
    for article in articles {
        scratch.words.clear();
        word_hashes(&article.text, |hash| scratch.words.push(hash.word));
        match plan {
            SketchPlan::Bands(banding) => {
                scratch.shingles.clear();
                shingle_hashes(&scratch.words, SHINGLE_WORDS, &mut scratch.shingles);
                minhash.sketch(&scratch.shingles, &mut scratch.sketch);
                banding.keys(&scratch.sketch, &mut batch.keys);
            }
            SketchPlan::Fingerprints => {
                let print = SimHash::new(SEED).fingerprint(&scratch.words, &mut scratch.shingles);
                batch.fingerprints.push(print.unwrap_or(0));
            }
        }
        let owned = |field: &Option<std::borrow::Cow<'_, str>>| field.as_deref().map(str::to_owned);
        batch.rows.push(Row {
            id: article.id.as_ref().to_owned(),
            line: article.line,
            entry: DocumentEntry {
                location: article.location,
                identity: identity(&scratch.words),
                words: u32::try_from(scratch.words.len()).unwrap_or(u32::MAX),
                unix_seconds: article.date.as_deref().and_then(iso_seconds),
                source: owned(&article.source),
                language: owned(&article.language),
            },
        });
    }
    batch
}
