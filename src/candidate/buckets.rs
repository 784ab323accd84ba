//! Documents that meet in a bucket: those with the same key in a band, or in a table of the Hamming search.

use rayon::prelude::*;

use super::radix::sort_by_key;
use super::{HotGroup, HotKind};
use crate::Result;
use crate::article::DocumentNumber;
use crate::progress::{Progress, go_on};
use crate::sketch::HammingIndex;

/// Two documents, the smaller number first.
pub(super) type DocumentPair = (DocumentNumber, DocumentNumber);

/// Pairs to verify, each once and in order, and the buckets that were too large for all their pairs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meetings {
    pub pairs: Vec<DocumentPair>,
    pub hot: Vec<HotGroup>,
}

/// Band keys of all documents, `bands` to a document.
#[derive(Clone, Debug, Default)]
pub(super) struct BandKeys {
    pub bands: usize,
    pub keys: Vec<u32>,
}

impl BandKeys {
    fn key(&self, document: DocumentNumber, band: usize) -> u32 {
        self.keys[document as usize * self.bands + band]
    }
}

/// A band's entries whose key some other document has too, in order of key, then document.
struct BandBuckets {
    entries: Vec<(u32, DocumentNumber)>,
    /// Keys of buckets above the limit, ascending.
    hot_keys: Vec<u32>,
}

/// All pairs of documents that agree in a band. A bucket above `bucket_documents_max` gives the pairs with
/// its document of the smallest identity alone.
pub(super) fn meet_in_bands(
    keys: &BandKeys,
    documents: &[DocumentNumber],
    bucket_documents_max: usize,
    identity: impl Fn(DocumentNumber) -> u128 + Sync,
    progress: &dyn Progress,
) -> Result<Meetings> {
    progress.stage("near-duplicates: buckets", Some(2 * keys.bands as u64));
    let bands: Vec<BandBuckets> = (0..keys.bands)
        .into_par_iter()
        .map(|band| {
            go_on(progress)?;
            let entries = repeated_keys(documents, |document| keys.key(document, band));
            let buckets = entries.chunk_by(|a, b| a.0 == b.0);
            let hot = buckets.filter(|bucket| bucket.len() > bucket_documents_max);
            let hot_keys = hot.map(|bucket| bucket[0].0).collect();
            progress.advance(1);
            Ok(BandBuckets { entries, hot_keys })
        })
        .collect::<Result<_>>()?;
    let met_before = |band: usize, a: DocumentNumber, b: DocumentNumber| {
        (0..band).any(|earlier| {
            let key = keys.key(a, earlier);
            key == keys.key(b, earlier) && bands[earlier].hot_keys.binary_search(&key).is_err()
        })
    };
    let mut pairs: Vec<Vec<DocumentPair>> = (0..keys.bands)
        .into_par_iter()
        .map(|band| {
            go_on(progress)?;
            let mut pairs = Vec::new();
            for bucket in bands[band].entries.chunk_by(|a, b| a.0 == b.0) {
                if bucket.len() > bucket_documents_max {
                    let leader = leader(bucket, &identity);
                    let others = bucket.iter().map(|&(_, b)| b).filter(|&b| b != leader);
                    pairs.extend(others.filter(|&b| !met_before(band, leader, b)).map(|b| (leader, b)));
                    continue;
                }
                for (place, &(_, a)) in bucket.iter().enumerate() {
                    let others = bucket[place + 1..].iter().map(|&(_, b)| b);
                    pairs.extend(others.filter(|&b| !met_before(band, a, b)).map(|b| (a, b)));
                }
            }
            progress.advance(1);
            Ok(pairs)
        })
        .collect::<Result<_>>()?;
    let mut hot: Vec<HotGroup> = bands
        .iter()
        .flat_map(|band| band.entries.chunk_by(|a, b| a.0 == b.0))
        .filter(|bucket| bucket.len() > bucket_documents_max)
        .map(|bucket| HotGroup::new(HotKind::Bucket, leader(bucket, &identity), bucket.len()))
        .collect();
    drop(bands);
    let mut pairs = match pairs.len() {
        1 => pairs.remove(0),
        _ => pairs.concat(),
    };
    sort_pairs(&mut pairs);
    sort_hot(&mut hot);
    Ok(Meetings { pairs, hot })
}

/// All pairs of fingerprints within the distance; `documents[i]` is the document of fingerprint `i`. In a run
/// of a table with more than 64 times `bucket_documents_max` fingerprints each is compared with that of the
/// smallest identity alone.
pub(super) fn meet_in_hamming_distance(
    index: &HammingIndex,
    documents: &[DocumentNumber],
    (distance, bucket_documents_max): (u32, usize),
    identity: impl Fn(DocumentNumber) -> u128 + Sync,
    progress: &dyn Progress,
) -> Result<Meetings> {
    let tables = HammingIndex::tables(distance);
    progress.stage("near-duplicates: Hamming search", Some(tables as u64));
    // Comparing bits is hundreds of times cheaper than verifying, and runs of a table are larger.
    let run_documents_max = bucket_documents_max.saturating_mul(64);
    let found: Vec<Meetings> = (0..tables)
        .into_par_iter()
        .map(|table| {
            go_on(progress)?;
            let numbers = 0..index.len() as u32;
            let mut entries: Vec<(u32, (u32, u64))> = index
                .table_keys(table, distance, numbers)
                .map(|(key, number)| (key, (number, index.fingerprint(number))))
                .collect();
            sort_by_key(&mut entries);
            let mut met = Meetings::default();
            for run in entries.chunk_by(|a, b| a.0 == b.0) {
                let is_hot = run.len() > run_documents_max;
                let mut run = run.to_vec();
                if is_hot {
                    let of = |&(_, (number, _)): &(u32, (u32, u64))| identity(documents[number as usize]);
                    run.sort_by_key(of);
                    let leader = documents[run[0].1.0 as usize];
                    met.hot.push(HotGroup::new(HotKind::Bucket, leader, run.len()));
                }
                let leaders = if is_hot { 1 } else { run.len() };
                for (place, &(_, (a, bits))) in run.iter().enumerate().take(leaders) {
                    let near = run[place + 1..]
                        .iter()
                        .filter(|(_, (_, other))| (bits ^ other).count_ones() <= distance);
                    met.pairs.extend(near.map(|&(_, (b, _))| (documents[a as usize], documents[b as usize])));
                }
            }
            progress.advance(1);
            Ok(met)
        })
        .collect::<Result<_>>()?;
    let mut met = Meetings::default();
    for part in found {
        met.pairs.extend(part.pairs);
        met.hot.extend(part.hot);
    }
    sort_pairs(&mut met.pairs);
    sort_hot(&mut met.hot);
    Ok(met)
}

/// The one of a bucket's documents that the others are tried against.
fn leader(bucket: &[(u32, DocumentNumber)], identity: impl Fn(DocumentNumber) -> u128) -> DocumentNumber {
    let least = bucket.iter().map(|&(_, document)| document).min_by_key(|&document| identity(document));
    least.unwrap_or_default()
}

/// `(key, document)` of all documents whose key is not theirs alone, in order.
fn repeated_keys(
    documents: &[DocumentNumber],
    key: impl Fn(DocumentNumber) -> u32,
) -> Vec<(u32, DocumentNumber)> {
    // Two bits a slot, eight slots a document: most documents are alone and need no sorting.
    let slots = (documents.len() * 8).next_power_of_two().max(64);
    let slot = |key: u32| {
        let slot = key as usize & (slots - 1);
        (slot / 64, 1u64 << (slot % 64))
    };
    let (mut once, mut twice) = (vec![0u64; slots / 64], vec![0u64; slots / 64]);
    for &document in documents {
        let (word, bit) = slot(key(document));
        twice[word] |= once[word] & bit;
        once[word] |= bit;
    }
    let mut entries: Vec<(u32, DocumentNumber)> = documents
        .iter()
        .map(|&document| (key(document), document))
        .filter(|&(key, _)| {
            let (word, bit) = slot(key);
            twice[word] & bit != 0
        })
        .collect();
    sort_by_key(&mut entries);
    let runs = entries.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    runs.collect::<Vec<_>>().concat()
}

/// Puts pairs in order, each once and its smaller number first.
fn sort_pairs(pairs: &mut Vec<DocumentPair>) {
    let ordered = std::mem::take(pairs).into_iter().map(|(a, b)| (a.min(b), a.max(b)));
    let mut keys: Vec<(DocumentPair, ())> = ordered.map(|pair| (pair, ())).collect();
    sort_by_key(&mut keys);
    keys.dedup();
    *pairs = keys.into_iter().map(|(pair, ())| pair).collect();
}

fn sort_hot(hot: &mut [HotGroup]) {
    hot.sort_unstable_by_key(|group| (std::cmp::Reverse(group.documents), group.leader));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::progress::NoProgress;

    proptest! {
        #[test]
        fn every_pair_with_an_equal_key_is_found(
            bands in 1..4usize,
            rows in prop::collection::vec(0..30u32, 3..300),
            limit in 3..40usize,
        ) {
            let count = rows.len() / bands;
            let keys = BandKeys { bands, keys: rows[..count * bands].to_vec() };
            let documents: Vec<u32> = (0..count as u32).filter(|document| document % 5 != 3).collect();
            let met = meet_in_bands(&keys, &documents, limit, u128::from, &NoProgress).unwrap();
            let mut expected = BTreeSet::new();
            for band in 0..bands {
                for key in 0..30 {
                    let bucket: Vec<u32> =
                        documents.iter().copied().filter(|&document| keys.key(document, band) == key).collect();
                    let leaders = if bucket.len() > limit { 1 } else { bucket.len() };
                    for (place, &a) in bucket.iter().enumerate().take(leaders) {
                        expected.extend(bucket[place + 1..].iter().map(|&b| (a, b)));
                    }
                    let is_hot = met.hot.iter().any(|hot| Some(&hot.leader) == bucket.first()
                        && hot.documents == bucket.len() as u64);
                    prop_assert_eq!(is_hot || bucket.len() <= limit, true);
                }
            }
            prop_assert_eq!(met.pairs, expected.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn hamming_search_finds_what_brute_force_finds(
            prints in prop::collection::vec((0..5u32, prop::collection::vec(0..64u32, 0..10)), 2..60),
            distance in 1..=10u32,
        ) {
            let mut index = HammingIndex::default();
            let prints: Vec<u64> = prints
                .iter()
                .map(|(base, flips)| flips.iter().fold(u64::from(*base) * 0x1234_5678_9abc_def1, |p, f| p ^ 1 << f))
                .collect();
            prints.iter().for_each(|&print| index.push(print));
            let documents: Vec<u32> = (0..prints.len() as u32).map(|i| 2 * i).collect();
            let met = meet_in_hamming_distance(&index, &documents, (distance, 128), u128::from, &NoProgress).unwrap();
            let mut expected = Vec::new();
            for a in 0..prints.len() {
                for b in a + 1..prints.len() {
                    if (prints[a] ^ prints[b]).count_ones() <= distance {
                        expected.push((2 * a as u32, 2 * b as u32));
                    }
                }
            }
            prop_assert_eq!(met.pairs, expected);
        }
    }
}
