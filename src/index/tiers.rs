//! Which segments to merge, so that there are few and each document is seldom written again.
//!
//! Segments are in tiers by their documents. Once enough of a tier have come together, they are merged with
//! all that came after the first of them: a document is written once a tier. Small segments are merged by
//! eights, so that queries have few to ask; from [`LARGE_DOCUMENTS`] on by sixteens, since writing them again
//! is most of the work of a large index. Neighbours alone are merged, so that documents keep their order.

use std::ops::Range;

use super::snapshot::SnapshotPart;

/// Documents of the first tier that is merged by sixteens.
const LARGE_DOCUMENTS: u64 = 4096;

/// No segment grows beyond this: word runs are counted by 32-bit keys, of which a segment should use few.
pub const SEGMENT_DOCUMENTS_MAX: u64 = 5 << 18;

/// Above this share of removed documents a segment is written again.
const REMOVED_SHARE_MAX: f64 = 0.4;

/// The tier of so many documents: eights up to [`LARGE_DOCUMENTS`], then sixteens.
fn tier(documents: u64) -> u32 {
    match documents {
        0..LARGE_DOCUMENTS => documents.max(1).ilog2() / 3,
        _ => 4 + (documents / LARGE_DOCUMENTS).ilog2() / 4,
    }
}

/// Segments of a tier that are merged.
fn fan(tier: u32) -> usize {
    // segments of the last tier but one come near the largest size by eights
    if tier == 4 { 16 } else { 8 }
}

/// The next segments to merge, if any.
pub fn to_merge(parts: &[SnapshotPart]) -> Option<Range<usize>> {
    let sizes: Vec<(u64, u64)> = parts
        .iter()
        .map(|part| {
            let all = u64::from(part.segment.layout.documents);
            (all - u64::from(part.deleted.documents), all)
        })
        .collect();
    ranges(&sizes)
}

/// `sizes` are of live documents and of all.
fn ranges(sizes: &[(u64, u64)]) -> Option<Range<usize>> {
    let is_spent =
        |&(live, all): &(u64, u64)| live == 0 || (all - live) as f64 > REMOVED_SHARE_MAX * all as f64;
    if let Some(spent) = sizes.iter().position(is_spent) {
        return Some(spent..spent + 1);
    }
    let tier = |&(live, _): &(u64, u64)| tier(live);
    let highest = sizes.iter().map(tier).max()?;
    // the highest first, since it takes the others along
    for wanted in (0..=highest).rev() {
        let mut start = sizes.len() - sizes.iter().rev().take_while(|size| tier(size) <= wanted).count();
        while start < sizes.len() {
            // as many as fit into one
            let mut documents = 0;
            let fits = |&&(live, _): &&(u64, u64)| {
                documents += live;
                documents <= SEGMENT_DOCUMENTS_MAX
            };
            let end = start + sizes[start..].iter().take_while(fits).count();
            let documents: u64 = sizes[start..end].iter().map(|size| size.0).sum();
            let of_tier = sizes[start..end].iter().filter(|size| tier(size) == wanted).count();
            let is_cut = end < sizes.len();
            let is_full = is_cut && of_tier >= 2 && documents >= SEGMENT_DOCUMENTS_MAX / 4 * 3;
            if of_tier >= fan(wanted) || is_full {
                return Some(start..end);
            }
            start = if is_cut { start + 1 } else { sizes.len() };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds batches one after the other; the segments at the end, the most there were, and documents written.
    fn run(batches: usize, batch: u64) -> (Vec<u64>, usize, u64) {
        let (mut sizes, mut most, mut written) = (Vec::new(), 0, 0);
        for _ in 0..batches {
            sizes.push((batch, batch));
            written += batch;
            while let Some(range) = ranges(&sizes) {
                let merged: u64 = sizes[range.clone()].iter().map(|size| size.0).sum();
                written += merged;
                sizes.splice(range, [(merged, merged)]);
            }
            most = most.max(sizes.len());
        }
        (sizes.iter().map(|size| size.0).collect(), most, written)
    }

    #[test]
    fn segments_stay_few_and_documents_are_written_once_a_tier() {
        let (sizes, most, written) = run(10_000, 1);
        assert_eq!(sizes.iter().sum::<u64>(), 10_000);
        assert!(most <= 7 * 4 + 15 + 1, "{most} segments");
        assert!(written <= 10_000 * 6, "{written} written");
        let (sizes, most, written) = run(100, 10_000);
        assert!(most <= 22 && sizes.len() <= 10, "{most} segments");
        assert!(written <= 2_000_000, "{written} written");
        for batch in [10_000, 20_000, 37_000, 400_000] {
            let (sizes, most, written) = run(500, batch);
            assert!(sizes.iter().all(|&size| size <= SEGMENT_DOCUMENTS_MAX), "{sizes:?}");
            assert!(sizes.len() as u64 <= 24 + 500 * batch / 900_000, "{batch}: {sizes:?}");
            assert!(most as u64 <= 24 + 500 * batch / 900_000, "{batch}: {most}");
            assert!(written <= 3 * 500 * batch, "{batch}: {written} written");
        }
    }

    #[test]
    fn what_is_mostly_removed_is_written_again() {
        assert_eq!(ranges(&[(100, 100), (50, 100), (3, 3)]), Some(1..2));
        assert_eq!(ranges(&[(100, 100), (0, 1)]), Some(1..2));
        assert_eq!(ranges(&[(100, 100), (90, 100)]), None);
        assert_eq!(ranges(&[]), None);
    }
}
