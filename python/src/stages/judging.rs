//! Pairs to rows: what is rare in them, and the verdict.

use arrow_array::{Array, BinaryArray, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rayon::prelude::*;
use retold::align::Scratch;
use retold::analysis::{Analyser, grams};
use retold::barrier::Stage;
use retold::evidence::Prepared;
use retold::evidence::background::{ALL_GRAMS, Background, PairBackground};
use retold::pipeline::{Judgement, Judging};
use retold::read::FieldNames;
use retold::row::PairRow;
use retold::search::BACKGROUND_MIN_DOCUMENTS;
use retold::{Article, Settings};
use rustc_hash::FxHashMap;
use serde::Serialize;
use zerocopy::little_endian::I64;

use super::packed::{Blobs, BucketStage, Spread, is_of_pass, unpacked};
use super::tables::{
    Made, alone, column, column_of_packed_lists, numbers, packed_lists, several, table, texts, unharmed,
};
use crate::columns::Columns;
use crate::{options, rows};

fn grams_of(text: &str, analyser: &mut Analyser) -> Vec<i64> {
    analyser.read_words(text);
    let mut found: Vec<i64> = grams::grams(analyser.words()).map(|gram| gram as i64).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Representatives from which on it can be told what is rare.
#[pyfunction]
pub fn background_min_documents() -> usize {
    BACKGROUND_MIN_DOCUMENTS
}

/// How rows of runs of words go: those that pairs share, and those of all texts, which are counted.
const SHARED: i64 = 0;
const HELD: i64 = 1;

/// Pairs with their texts to the runs of four words that both hold: run, `a`, `b`; in blobs.
#[pyfunction]
pub fn spread_shared_grams(
    py: Python<'_>,
    batch: PyRecordBatch,
    buckets: usize,
) -> PyResult<Vec<PyRecordBatch>> {
    several(py, batch, |batch| {
        let (a, b) = (numbers(batch, "a")?, numbers(batch, "b")?);
        let (text_a, text_b) = (texts(batch, "text_a")?, texts(batch, "text_b")?);
        let shared: Vec<Vec<i64>> = (0..batch.num_rows())
            .into_par_iter()
            .map_init(Analyser::default, |analyser, row| {
                let shared = unharmed(Stage::Rarity, &[], || {
                    let (mut one, other) =
                        (grams_of(text_a.get(row)?, analyser), grams_of(text_b.get(row)?, analyser));
                    one.retain(|gram| other.binary_search(gram).is_ok());
                    Some(one)
                });
                shared.unwrap_or_else(|| {
                    *analyser = Analyser::default();
                    Vec::new()
                })
            })
            .collect();
        let mut spread = Spread::over(buckets, SHARED);
        for (row, grams) in shared.iter().enumerate() {
            let mut push = |&gram: &i64| spread.push(gram, &[gram, a.value(row), b.value(row)].map(I64::new));
            grams.iter().try_for_each(&mut push)?;
        }
        spread.take()
    })
}

/// Texts (`text`) to the distinct runs of four words of each; in blobs.
#[pyfunction]
pub fn spread_all_grams(
    py: Python<'_>,
    batch: PyRecordBatch,
    buckets: usize,
) -> PyResult<Vec<PyRecordBatch>> {
    several(py, batch, |batch| {
        let column = texts(batch, "text")?;
        let (mut analyser, mut spread) = (Analyser::default(), Spread::over(buckets, HELD));
        for row in 0..batch.num_rows() {
            let text = column.get(row).unwrap_or("");
            let found = unharmed(Stage::Rarity, &[], || Some(grams_of(text, &mut analyser)));
            let Some(grams) = found else {
                analyser = Analyser::default();
                continue;
            };
            grams.iter().try_for_each(|&gram| spread.push(gram, &I64::new(gram)))?;
        }
        spread.take()
    })
}

/// Counts the texts that hold the runs which pairs share: rows `a`, `b`, run, count.
pub struct Counting(Spread);

impl Counting {
    pub fn over(buckets: usize) -> Self {
        Counting(Spread::over(buckets, 0))
    }
}

impl BucketStage for Counting {
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()> {
        let mut counts: FxHashMap<i64, i64> = FxHashMap::default();
        blobs.each(|kind, blob| {
            if kind == SHARED {
                counts.extend(unpacked::<[I64; 3]>(blob).iter().map(|[gram, ..]| (gram.get(), 0)));
            }
            Ok(())
        })?;
        blobs.each(|kind, blob| {
            if kind == HELD {
                for gram in unpacked::<I64>(blob) {
                    counts.entry(gram.get()).and_modify(|count| *count += 1);
                }
            }
            Ok(())
        })?;
        blobs.each(|kind, blob| {
            if kind == SHARED {
                for &[gram, a, b] in unpacked::<[I64; 3]>(blob) {
                    let count = counts.get(&gram.get()).copied().unwrap_or(0);
                    self.0.push(a.get(), &[a, b, gram, count.into()])?;
                }
            }
            Ok(())
        })
    }

    fn take(&mut self) -> Made<Vec<RecordBatch>> {
        self.0.take()
    }
}

/// Gathers the runs of each pair: `a`, `b`, and as blobs `grams`, `counts`.
#[derive(Default)]
pub struct Gathering {
    pairs: [Vec<i64>; 2],
    grams: Vec<Vec<i64>>,
    counts: Vec<Vec<i64>>,
}

impl BucketStage for Gathering {
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()> {
        let passes = blobs.passes();
        for pass in 0..passes {
            let mut found: Vec<[i64; 4]> = Vec::new();
            blobs.each_row(|row: &[I64; 4]| {
                found.extend(is_of_pass(row[0].get(), pass, passes).then(|| row.map(I64::get)));
                Ok(())
            })?;
            found.sort_unstable();
            for of_pair in found.chunk_by(|one, other| one[..2] == other[..2]) {
                let [a, b, ..] = of_pair[0];
                self.pairs[0].push(a);
                self.pairs[1].push(b);
                self.grams.push(of_pair.iter().map(|row| row[2]).collect());
                self.counts.push(of_pair.iter().map(|row| row[3]).collect());
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Made<Vec<RecordBatch>> {
        let Gathering { pairs: [a, b], grams, counts } = std::mem::take(self);
        let gathered = table(vec![
            ("a", column(a)),
            ("b", column(b)),
            ("grams", column_of_packed_lists(grams.into_iter())),
            ("counts", column_of_packed_lists(counts.into_iter())),
        ]);
        Ok(vec![gathered?])
    }
}

/// A judged pair: the row, and how much of the derived article is taken, for families.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    row: PairRow,
    taken: f64,
    taken_of_source: f64,
    full_score: f64,
    full_confidence: f64,
}

/// Pairs with both articles and the documents of what they share to rows. Fields of the articles are `id_a`,
/// `text_a`, …; `grams` and `counts` say in how many documents what they share stands, `own` how many of
/// these are their own.
#[pyfunction]
pub fn judge(
    py: Python<'_>,
    batch: PyRecordBatch,
    documents: u64,
    settings: &str,
) -> PyResult<PyRecordBatch> {
    let settings = options::settings(settings)?;
    alone(py, batch, |batch| {
        let side = |side: &str| {
            let name = |field: &str| format!("{field}_{side}");
            let names = FieldNames {
                id: name("id"),
                text: name("text"),
                title: name("title"),
                date: name("date"),
                source: name("source"),
                url: name("url"),
                language: name("language"),
            };
            Columns::of(batch, &names)
        };
        let (a, b) = (side("a")?, side("b")?);
        let (grams, counts) = (packed_lists(batch, "grams")?, packed_lists(batch, "counts")?);
        let own = numbers(batch, "own")?;
        let judged: Vec<Judged> = (0..batch.num_rows())
            .into_par_iter()
            .map_init(Scratch::default, |scratch, row| {
                let articles = [&a, &b].map(|side| Some(side.article(row, row as u64)?.to_article()));
                let [Some(first), Some(second)] = articles else { return None };
                unharmed(Stage::Judge, &[&first.id, &second.id], || {
                    let list_at = |lists: &'_ BinaryArray| match lists.is_valid(row) {
                        true => lists.value(row).to_vec(),
                        false => Vec::new(),
                    };
                    let [grams, counts] = [&grams, &counts].map(list_at);
                    let [grams, counts] = [&grams, &counts].map(|list| unpacked::<I64>(list));
                    let frequencies = grams.iter().zip(counts).map(|(gram, count)| {
                        (gram.get() as u64, u32::try_from(count.get()).unwrap_or(u32::MAX))
                    });
                    let background = Background::counted(documents, ALL_GRAMS, frequencies);
                    let own_documents = u32::try_from(own.value(row)).unwrap_or(2);
                    let background = (documents >= BACKGROUND_MIN_DOCUMENTS as u64)
                        .then_some(PairBackground { background: &background, own_documents });
                    judge_one(&first, &second, background, &settings, scratch)
                })
            })
            .flatten()
            .collect();
        rows::batch(&rows::judged_schema(), &judged)
    })
}

/// The row of two articles, where it is wanted.
fn judge_one(
    first: &Article,
    second: &Article,
    background: Option<PairBackground<'_>>,
    settings: &Settings,
    scratch: &mut Scratch,
) -> Option<Judged> {
    let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
    let judging = Judging::of_scan(judgement, settings.shared);
    let row = judging.row(&Prepared::new(first), &Prepared::new(second), background, scratch)?;
    let share =
        |reuse: Option<retold::row::Reuse>| reuse.map_or(1.0, |reuse| reuse.verbatim + reuse.reworded);
    let (taken, taken_of_source) = (share(row.reuse), share(row.reuse_source));
    let (full_score, full_confidence) = (row.score, row.direction_confidence.unwrap_or(0.5));
    Some(Judged { row, taken, taken_of_source, full_score, full_confidence })
}
