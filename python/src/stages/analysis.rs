//! Articles to what they are found by.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rayon::prelude::*;
use retold::analysis::{Analyser, crossing};
use retold::article::iso_seconds;
use retold::barrier::Stage;
use retold::collection::ArticleRef;
use retold::normalise::language;
use retold::read::FieldNames;
use retold::recipe::SEED;
use retold::search::RareSettings;
use retold::sketch::{Banding, MinHash};

use super::tables::{alone, column, column_of_lists, column_of_packed_lists, table, unharmed};
use crate::columns::Columns;

/// What an article is found by.
#[derive(Default)]
struct Analysed {
    id: String,
    /// The upper half of the text's identity; `None` for a text without words, which is the same as none.
    text: Option<i64>,
    seconds: Option<i64>,
    language: &'static str,
    bands: Vec<i64>,
    features: Vec<i64>,
    count: i64,
}

/// A number without a sign as one that has its place among those with one.
fn in_order(number: u64) -> i64 {
    (number ^ 1 << 63) as i64
}

/// How texts are analysed.
struct Analysis {
    banding: Banding,
    minhash: MinHash,
    features_max: usize,
}

impl Analysis {
    fn of(&self, article: ArticleRef<'_>, analyser: &mut Analyser) -> Analysed {
        analyser.read(&article.text);
        let identity = analyser.identity();
        let mut bands = Vec::new();
        if identity != 0 {
            analyser.band_keys(&self.minhash, self.banding, &mut bands);
        }
        let mut features: Vec<i64> = analyser.features().iter().map(|&feature| in_order(feature)).collect();
        let count = features.len().min(usize::from(u16::MAX)) as i64;
        features.sort_unstable();
        features.truncate(self.features_max);
        Analysed {
            text: (identity != 0).then(|| in_order((identity >> 64) as u64)),
            seconds: article.date.as_deref().and_then(iso_seconds),
            language: language::of(&article.text, article.language.as_deref()).code(),
            bands: (0..).zip(bands).map(|(band, key)| band << 32 | i64::from(key)).collect(),
            features,
            count,
            id: article.id.into_owned(),
        }
    }
}

/// Articles to what they are found by: `id`, `text` (a number that is the same for the same words; null where
/// there are none), `seconds` (of the date), `language`, `bands` (near-duplicates) and `features` (rewrites) as
/// blobs, `count` of features.
#[pyfunction]
pub fn analyse(
    py: Python<'_>,
    batch: PyRecordBatch,
    names: [String; 7],
    threshold: f64,
) -> PyResult<PyRecordBatch> {
    let [id, text, title, date, source, url, language] = names;
    let names = FieldNames { id, text, title, date, source, url, language };
    let banding = Banding::for_threshold(threshold);
    let minhash = MinHash::new(banding.values(), SEED);
    let features_max = RareSettings::default().features_per_document;
    let analysis = Analysis { banding, minhash, features_max };
    alone(py, batch, |batch| {
        let columns = Columns::of(batch, &names)?;
        let analysed: Vec<Analysed> = (0..columns.rows)
            .into_par_iter()
            .map_init(Analyser::default, |analyser, row| {
                let article = columns.article(row, row as u64)?;
                let id = article.id.clone();
                unharmed(Stage::FirstPass, &[&id], || Some(analysis.of(article, analyser)))
            })
            .flatten()
            .collect();
        let texts = |of: fn(&Analysed) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(analysed.iter().map(of)))
        };
        let optional = |of: fn(&Analysed) -> Option<i64>| -> ArrayRef {
            Arc::new(analysed.iter().map(of).collect::<Int64Array>())
        };
        table(vec![
            ("id", texts(|article| &article.id)),
            ("text", optional(|article| article.text)),
            ("seconds", optional(|article| article.seconds)),
            ("language", texts(|article| article.language)),
            ("bands", column_of_packed_lists(analysed.iter().map(|article| article.bands.clone()))),
            ("features", column_of_packed_lists(analysed.iter().map(|article| article.features.clone()))),
            ("count", column(analysed.iter().map(|article| article.count).collect())),
        ])
    })
}

/// Articles (`doc`, `id`, `text`) to the names and figures that a translation keeps: `doc`, `keys`.
#[pyfunction]
pub fn crossing_keys(py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let (ids, texts) = (super::tables::texts(batch, "id")?, super::tables::texts(batch, "text")?);
        let keys: Vec<Vec<i64>> = (0..batch.num_rows())
            .into_par_iter()
            .map(|row| {
                let (id, text) = (ids.get(row).unwrap_or(""), texts.get(row).unwrap_or(""));
                let keys = unharmed(Stage::FirstPass, &[id], || Some(crossing::keys(text)));
                keys.unwrap_or_default().into_iter().map(i64::from).collect()
            })
            .collect();
        let documents = super::tables::numbers(batch, "doc")?.values().to_vec();
        table(vec![("doc", column(documents)), ("keys", column_of_lists(keys.into_iter()))])
    })
}
