//! Which segments to merge, so that there are few and each document is seldom written again.
//!
//! Segments are in tiers by powers of eight of their documents. Once eight of a tier have come together, they are
//! merged with all that came after the first of them: a document is written once a tier, and there are at most some seven
//! segments a tier. Neighbours alone are merged, so that documents keep their order.

use std::ops::Range;

use super::snapshot::Part;

/// Segments of a tier that are merged, and documents of a tier in those of the next.
const FAN: u32 = 8;

/// No segment grows beyond this: word runs are counted by 32-bit keys, of which a segment should use few.
pub const SEGMENT_DOCUMENTS_MAX: u64 = 1 << 20;

/// Above this share of removed documents a segment is written again.
const REMOVED_SHARE_MAX: f64 = 0.4;

/// The next segments to merge, if any.
pub fn to_merge(parts: &[Part]) -> Option<Range<usize>> {
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
    let tier = |&(live, _): &(u64, u64)| live.max(1).ilog2() / FAN.ilog2();
    let highest = sizes.iter().map(tier).max()?;
    // the highest first, since it takes the others along
    for wanted in (0..=highest).rev() {
        let mut start = sizes.len() - sizes.iter().rev().take_while(|size| tier(size) <= wanted).count();
        let mut documents: u64 = sizes[start..].iter().map(|size| size.0).sum();
        while documents > SEGMENT_DOCUMENTS_MAX {
            documents -= sizes[start].0;
            start += 1;
        }
        let of_tier = sizes[start..].iter().filter(|size| tier(size) == wanted).count();
        if of_tier >= FAN as usize {
            return Some(start..sizes.len());
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
        assert!(most <= 7 * 5 + 1, "{most} segments");
        assert!(written <= 10_000 * 6, "{written} written");
        let (sizes, most, written) = run(100, 10_000);
        assert!(most <= 14 && sizes.len() <= 14, "{most} segments");
        assert!(written <= 3_000_000, "{written} written");
        let (sizes, _, _) = run(500, 10_000);
        assert!(sizes.iter().all(|&size| size <= SEGMENT_DOCUMENTS_MAX), "{sizes:?}");
    }

    #[test]
    fn what_is_mostly_removed_is_written_again() {
        assert_eq!(ranges(&[(100, 100), (50, 100), (3, 3)]), Some(1..2));
        assert_eq!(ranges(&[(100, 100), (0, 1)]), Some(1..2));
        assert_eq!(ranges(&[(100, 100), (90, 100)]), None);
        assert_eq!(ranges(&[]), None);
    }
}
