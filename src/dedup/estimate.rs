//! What a run would remove, told from a sample: all documents are read, and few are compared.
//!
//! Documents are drawn by a hash of their ids, so that the same ones are drawn whatever their order. Of each
//! the copies are sought in the whole collection: those that share a band of its sketch. A document in a
//! cluster of `n` is removed with probability `1 - 1/n`, whatever the rule of keeping; the mean over the
//! sample is the share that a run removes, and its spread gives the interval (a mean of a sample drawn
//! without replacement, Cochran 1977, section 2.5). Of chains of near-duplicates no more is seen than one
//! link from a drawn document: where there are long ones, a run removes a little more.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::Analyser;
use crate::collection::{ArticleRef, Collection, Location};
use crate::dedup::run::{By, DedupSettings, Inputs, dedup};
use crate::error::{Error, Result};
use crate::progress::{Progress, go_on};
use crate::recipe::SEED;
use crate::rejection::RejectionSink;
use crate::sketch::{Banding, MinHash};
use crate::work::Resources;

/// Of so many standard deviations a normal mean lies within in 95 of 100 samples.
const DEVIATIONS: f64 = 1.96;
/// Fewer documents than this tell nothing.
const SAMPLED_MIN: u64 = 30;

/// What a run would remove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// All documents.
    pub documents: u64,
    /// Those that were drawn.
    pub sampled: u64,
    /// Share of the documents that a run removes, 0 to 1.
    pub removed_share: f64,
    /// From where on that share lies in 95 of 100 samples.
    pub low: f64,
    /// And up to where.
    pub high: f64,
}

/// Estimates from about `share` of the documents, more than 0 and up to 1.
///
/// # Errors
/// What the collection returns; [`Error::Usage`] where derived documents are sought, which no sketch finds,
/// or where the sample is too small to tell anything.
pub fn estimate<C: Collection>(
    work: &Resources,
    collection: &C,
    settings: &DedupSettings,
    share: f64,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Estimate> {
    if settings.by == By::Derived {
        return Err(Error::Usage("a sample tells of identical texts and copies alone".into()));
    }
    let banding = Banding::for_threshold(settings.scan.candidates.threshold);
    let sketcher = Sketcher { minhash: MinHash::new(banding.values(), SEED), banding };
    progress.stage("drawing a sample", collection.total_bytes());
    let (mut documents, mut drawn, mut wanted) = (0_u64, FxHashSet::default(), FxHashSet::default());
    let draw = |articles: &[ArticleRef<'_>]| {
        let mut analyser = Analyser::default();
        let mine = articles.iter().filter(|article| is_drawn(&article.id, share));
        let mine: Vec<(Location, Vec<u64>)> =
            mine.map(|article| (article.location, sketcher.keys(&mut analyser, article))).collect();
        (articles.len() as u64, mine)
    };
    collection.pass(draw, |(count, mine)| {
        go_on(progress)?;
        documents += count;
        for (location, keys) in mine {
            drawn.insert(location);
            wanted.extend(keys);
        }
        Ok(())
    })?;
    if (drawn.len() as u64) < SAMPLED_MIN {
        let reason = format!(
            "{} of {documents} documents were drawn, which tell nothing: take a larger share, or run as it is",
            drawn.len()
        );
        return Err(Error::Usage(reason));
    }
    progress.stage("looking for copies of the sample", collection.total_bytes());
    let mut near: Vec<Location> = Vec::new();
    let look = |articles: &[ArticleRef<'_>]| {
        let mut analyser = Analyser::default();
        let is_near = |article: &&ArticleRef<'_>| {
            drawn.contains(&article.location)
                || sketcher.keys(&mut analyser, article).iter().any(|key| wanted.contains(key))
        };
        articles.iter().filter(is_near).map(|article| article.location).collect::<Vec<_>>()
    };
    collection.pass(look, |found| {
        go_on(progress)?;
        near.extend(found);
        Ok(())
    })?;
    near.par_sort_unstable();
    let part = SamplePart { whole: collection, locations: near };
    let number_of = |_: Location, _: &str| Ok(None);
    let inputs =
        Inputs::<_, Vec<crate::Article>> { collection: &part, reference: None, number_of: &number_of };
    let settings = DedupSettings { keep: Vec::new(), contained: None, ..settings.clone() };
    let marked = dedup(work, &inputs, &settings, progress, rejections)?;
    let removed =
        marked.marks().filter(|mark| is_drawn(mark.id, share)).map(|mark| 1.0 - 1.0 / mark.size as f64);
    Ok(told(documents, &removed.collect::<Vec<f64>>()))
}

/// The estimate of the chances of drawn documents to be removed.
fn told(documents: u64, removed: &[f64]) -> Estimate {
    let count = removed.len() as f64;
    let mean = removed.iter().sum::<f64>() / count.max(1.0);
    let variance = removed.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    // the more of all is drawn, the less is left to chance
    let undrawn = 1.0 - count / (documents as f64).max(count).max(1.0);
    let deviation = DEVIATIONS * (variance * undrawn / count.max(1.0)).sqrt();
    Estimate {
        documents,
        sampled: removed.len() as u64,
        removed_share: mean,
        low: (mean - deviation).max(0.0),
        high: (mean + deviation).min(1.0),
    }
}

fn is_drawn(id: &str, share: f64) -> bool {
    // 53 bits are a fraction exactly
    let fraction = (xxh3_64(id.as_bytes()) >> 11) as f64 / (1_u64 << 53) as f64;
    fraction < share
}

struct Sketcher {
    minhash: MinHash,
    banding: Banding,
}

impl Sketcher {
    /// The keys of all bands, each with its band.
    fn keys(&self, analyser: &mut Analyser, article: &ArticleRef<'_>) -> Vec<u64> {
        analyser.read_words(&article.text);
        if analyser.words().is_empty() {
            return Vec::new();
        }
        let mut keys = Vec::new();
        analyser.band_keys(&self.minhash, self.banding, &mut keys);
        (0_u64..).zip(keys).map(|(band, key)| band << 32 | u64::from(key)).collect()
    }
}

/// Some documents of a collection.
struct SamplePart<'a, C> {
    whole: &'a C,
    /// Ascending.
    locations: Vec<Location>,
}

impl<C: Collection> Collection for SamplePart<'_, C> {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let work = |articles: &[ArticleRef<'_>]| {
            let is_mine = |article: &&ArticleRef<'_>| self.locations.binary_search(&article.location).is_ok();
            let mine: Vec<ArticleRef<'_>> = articles.iter().filter(is_mine).cloned().collect();
            work(&mine)
        };
        self.whole.pass(work, take)
    }

    fn read(&self, location: Location) -> Result<crate::Article> {
        self.whole.read(location)
    }

    fn input_name(&self, input: u32) -> String {
        self.whole.input_name(input)
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        self.whole.line_number(location)
    }

    fn total_bytes(&self) -> Option<u64> {
        self.whole.total_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Article;
    use crate::judge::Profile;
    use crate::pipeline::ScanSettings;
    use crate::progress::NoProgress;
    use crate::rejection::Rejection;

    fn settings(by: By) -> DedupSettings {
        let scan = ScanSettings {
            candidates: Default::default(),
            profile: Profile::default(),
            min_score: None,
            all_pairs: false,
            shared: false,
        };
        DedupSettings { by, scan, keep: Vec::new(), links_max: None, contained: None }
    }

    fn estimated(articles: &Vec<Article>, by: By, share: f64) -> Result<Estimate> {
        let rejections = std::sync::Mutex::new(Vec::<Rejection>::new());
        estimate(&Resources::default(), articles, &settings(by), share, &NoProgress, &rejections)
    }

    /// 2,000 documents, of each ten three the same.
    fn articles() -> Vec<Article> {
        let text = |number: u64| {
            let word =
                |at: u64| format!("w{}", (number * 977 + at).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40);
            (0..60).map(word).collect::<Vec<_>>().join(" ")
        };
        (0..2000_u64)
            .map(|number| {
                let of = if number % 10 < 3 { number / 10 * 10 } else { number };
                Article::new(format!("d{number:04}"), text(of))
            })
            .collect()
    }

    #[test]
    fn a_sample_tells_what_a_run_removes() {
        let articles = articles();
        for by in [By::Identical, By::Copies] {
            let whole = estimated(&articles, by, 1.0).unwrap();
            assert_eq!((whole.documents, whole.sampled), (2000, 2000));
            assert!((whole.removed_share - 0.2).abs() < 1e-9 && whole.high - whole.low < 1e-9, "{whole:?}");
            let some = estimated(&articles, by, 0.2).unwrap();
            assert!((300..500).contains(&some.sampled) && some.low < 0.2 && 0.2 < some.high, "{some:?}");
            assert!(some.high - some.low < 0.1, "{some:?}");
        }
    }

    #[test]
    fn the_same_are_drawn_in_any_order() {
        let mut articles = articles();
        let first = estimated(&articles, By::Copies, 0.1).unwrap();
        articles.reverse();
        let turned = estimated(&articles, By::Copies, 0.1).unwrap();
        assert_eq!((turned.sampled, turned.documents), (first.sampled, first.documents));
        assert!((turned.removed_share - first.removed_share).abs() < 1e-12);
    }

    #[test]
    fn what_a_sample_cannot_tell_is_refused() {
        let articles = articles();
        assert!(estimated(&articles, By::Derived, 0.1).unwrap_err().to_string().contains("copies alone"));
        assert!(estimated(&articles, By::Copies, 0.001).unwrap_err().to_string().contains("tell nothing"));
    }
}
