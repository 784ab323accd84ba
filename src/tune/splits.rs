//! Which pairs a model is tried on that it was not fitted on.

use std::collections::BTreeMap;

use crate::tune::labelled::Labelled;

/// Rows to fit on and rows to try the fit on; rows in neither are left out altogether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The set that is left out whole, or empty.
    pub left_out: String,
    /// Rows to fit on.
    pub fitted: Vec<usize>,
    /// Rows to try the fit on.
    pub tried: Vec<usize>,
}

/// Splits that never try a model on a document it was fitted on.
///
/// A set that holds derived pairs only is left out whole, once with each of `parts` parts of all other pairs:
/// the model is then tried on a kind of reuse it has not seen, against pairs it has not seen. With at most
/// one such set that is nothing to generalise from, and the parts alone make the splits.
pub fn splits(pairs: &[Labelled], parts: usize) -> Vec<Split> {
    let part_of = parts_by_document(&pairs.iter().collect::<Vec<_>>(), parts);
    let mut has_other: BTreeMap<&str, bool> = BTreeMap::new();
    for pair in pairs {
        *has_other.entry(&pair.set).or_default() |= !pair.is_derived;
    }
    let mut left_out: Vec<&str> =
        has_other.iter().filter(|(_, has_other)| !**has_other).map(|(set, _)| *set).collect();
    if left_out.len() < 2 {
        left_out = vec![""];
    }
    let mut splits = Vec::new();
    for set in &left_out {
        for part in 0..parts {
            // other sets of derived pairs are fitted on whole: their turn comes
            let is_tried = |row: usize| {
                pairs[row].set == *set
                    || (part_of[row] == part && !left_out.contains(&pairs[row].set.as_str()))
            };
            let is_fitted = |row: usize| {
                pairs[row].set != *set
                    && (part_of[row] != part || left_out.contains(&pairs[row].set.as_str()))
            };
            splits.push(Split {
                left_out: (*set).to_owned(),
                fitted: (0..pairs.len()).filter(|row| is_fitted(*row)).collect(),
                tried: (0..pairs.len()).filter(|row| is_tried(*row)).collect(),
            });
        }
    }
    splits.retain(|split| {
        let both = |rows: &[usize]| {
            rows.iter().any(|row| pairs[*row].is_derived) && rows.iter().any(|row| !pairs[*row].is_derived)
        };
        both(&split.fitted) && !split.tried.is_empty()
    });
    splits
}

/// Cross-validation of the sets that hold both kinds of pairs: each fold is tried by a model fitted on
/// everything else.
pub fn mixed_splits(pairs: &[Labelled], folds: usize) -> Vec<Split> {
    let mut kinds: BTreeMap<&str, [bool; 2]> = BTreeMap::new();
    for pair in pairs {
        kinds.entry(&pair.set).or_default()[usize::from(pair.is_derived)] = true;
    }
    let is_mixed = |row: usize| kinds[pairs[row].set.as_str()] == [true, true];
    let part_of = parts_by_document(&pairs.iter().collect::<Vec<_>>(), folds);
    let mut splits: Vec<Split> = (0..folds)
        .map(|fold| {
            let (tried, fitted) = (0..pairs.len()).partition(|row| is_mixed(*row) && part_of[*row] == fold);
            Split { left_out: String::new(), fitted, tried }
        })
        .collect();
    splits.retain(|split| !split.tried.is_empty());
    splits
}

/// Deals the pairs of each set into parts of about one size; pairs that share a document, or that are tied by
/// a chain of such pairs, go together. Where one chain ties most pairs of a set, pairs are dealt by their
/// first document instead.
pub fn parts_by_document(pairs: &[&Labelled], parts: usize) -> Vec<usize> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in pairs {
        let next = numbers.len();
        numbers.entry(&pair.a).or_insert(next);
        let next = numbers.len();
        numbers.entry(&pair.b).or_insert(next);
    }
    let mut leader: Vec<usize> = (0..numbers.len()).collect();
    fn find(leader: &mut [usize], mut at: usize) -> usize {
        while leader[at] != at {
            leader[at] = leader[leader[at]];
            at = leader[at];
        }
        at
    }
    for pair in pairs {
        let (one, other) = (numbers[pair.a.as_str()], numbers[pair.b.as_str()]);
        let (one, other) = (find(&mut leader, one), find(&mut leader, other));
        leader[one.max(other)] = one.min(other);
    }
    let chain: Vec<usize> = pairs.iter().map(|pair| find(&mut leader, numbers[pair.a.as_str()])).collect();
    let mut count_of_chain: BTreeMap<usize, usize> = BTreeMap::new();
    chain.iter().for_each(|chain| *count_of_chain.entry(*chain).or_default() += 1);
    let largest = count_of_chain.values().copied().max().unwrap_or(0);
    let group_of: Vec<usize> = if largest * parts > pairs.len().max(parts) * 3 / 2 {
        pairs.iter().map(|pair| numbers[pair.a.as_str()]).collect()
    } else {
        chain
    };
    // a group goes whole to the part that so far holds the fewest of its sets' pairs; large groups first
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, group) in group_of.iter().enumerate() {
        groups.entry(*group).or_default().push(row);
    }
    let mut order: Vec<(&usize, &Vec<usize>)> = groups.iter().collect();
    order.sort_by(|one, other| other.1.len().cmp(&one.1.len()).then(one.1[0].cmp(&other.1[0])));
    let mut held: BTreeMap<(&str, bool), Vec<usize>> = BTreeMap::new();
    let mut part_of = vec![0; pairs.len()];
    for (_, rows) in order {
        let key = (pairs[rows[0]].set.as_str(), pairs[rows[0]].is_derived);
        let counts = held.entry(key).or_insert_with(|| vec![0; parts]);
        let part = (0..parts).min_by_key(|part| counts[*part]).unwrap_or(0);
        for row in rows {
            part_of[*row] = part;
            let key = (pairs[*row].set.as_str(), pairs[*row].is_derived);
            held.entry(key).or_insert_with(|| vec![0; parts])[part] += 1;
        }
    }
    part_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(set: &str, a: usize, b: usize, is_derived: bool) -> Labelled {
        Labelled {
            a: a.to_string(),
            b: b.to_string(),
            set: set.into(),
            is_derived,
            weight: 1.0,
            ..Labelled::default()
        }
    }

    proptest! {
        #[test]
        fn pairs_that_share_a_document_go_together(
            edges in proptest::collection::vec((0..60usize, 0..60usize), 1..40)
        ) {
            let pairs: Vec<Labelled> =
                edges.iter().map(|(a, b)| pair("s", *a, *b, (a + b) % 2 == 0)).collect();
            let part = parts_by_document(&pairs.iter().collect::<Vec<_>>(), 4);
            for one in 0..pairs.len() {
                for other in 0..pairs.len() {
                    // dealt by first document where one chain is too large
                    prop_assert!(edges[one].0 != edges[other].0 || part[one] == part[other]);
                }
            }
        }
    }

    #[test]
    fn a_set_of_derived_pairs_is_left_out_whole_with_each_part_of_the_others() {
        let mut pairs = Vec::new();
        for at in 0..8 {
            pairs.push(pair("rewrites", at, 100 + at, true));
            pairs.push(pair("polished", 200 + at, 300 + at, true));
            pairs.push(pair("independent", 400 + at, 500 + at, false));
            pairs.push(pair("natural", 600 + at, 700 + at, at % 2 == 0));
        }
        let splits = splits(&pairs, 2);
        assert_eq!(splits.len(), 4);
        for split in &splits {
            let count = |rows: &[usize], set: &str| rows.iter().filter(|row| pairs[**row].set == set).count();
            assert_eq!(count(&split.tried, &split.left_out), 8);
            assert_eq!(count(&split.fitted, &split.left_out), 0);
            assert_eq!((count(&split.tried, "independent"), count(&split.fitted, "independent")), (4, 4));
            assert_eq!((count(&split.tried, "natural"), count(&split.fitted, "natural")), (4, 4));
            assert!(split.tried.iter().all(|row| !split.fitted.contains(row)));
        }
    }

    #[test]
    fn a_single_set_is_dealt_into_parts() {
        let pairs: Vec<Labelled> = (0..20).map(|at| pair("own", at, 100 + at, at % 3 == 0)).collect();
        let splits = splits(&pairs, 5);
        assert_eq!(splits.len(), 5);
        let mut tried: Vec<usize> = splits.iter().flat_map(|split| split.tried.clone()).collect();
        tried.sort_unstable();
        assert_eq!(tried, (0..20).collect::<Vec<_>>());
    }
}
