//! The pieces of text that are set at the same height, and which goes beside which.

use std::collections::BTreeMap;

use crate::article::Span;
use crate::row::Passage;

/// A paragraph longer than this is set in pieces, so that a long one still stands beside its partner.
const LONG_PARAGRAPH_CHARS: usize = 500;
/// A piece ends with the first sentence that ends after this many code points.
const PIECE_CHARS: usize = 200;

/// A paragraph, or some sentences of a long one; without the white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnUnit {
    pub span: Span,
    pub begins_paragraph: bool,
}

/// Cuts a text into units, in order.
pub(super) fn units(text: &[char]) -> Vec<ColumnUnit> {
    let mut units = Vec::new();
    let mut start = 0;
    for line in text.split(|&c| c == '\n') {
        let end = start + line.len();
        let mut piece = start;
        let mut begins_paragraph = true;
        if line.len() > LONG_PARAGRAPH_CHARS {
            for at in start..end {
                // The last piece may be long, rather than a few words.
                if at - piece >= PIECE_CHARS && end - at >= PIECE_CHARS && ends_sentence(text, at) {
                    push(&mut units, text, piece, at, begins_paragraph);
                    piece = at;
                    begins_paragraph = false;
                }
            }
        }
        push(&mut units, text, piece, end, begins_paragraph);
        start = end + 1;
    }
    units
}

fn push(units: &mut Vec<ColumnUnit>, text: &[char], start: usize, end: usize, begins_paragraph: bool) {
    let Some(first) = (start..end).find(|&at| !text[at].is_whitespace()) else { return };
    let last = (first..end).rfind(|&at| !text[at].is_whitespace()).unwrap_or(first);
    units.push(ColumnUnit { span: Span::new(first as u32, last as u32 + 1), begins_paragraph });
}

/// Whether a sentence ends right before `at`. Rough: it only decides where a column may begin a new line.
fn ends_sentence(text: &[char], at: usize) -> bool {
    let mut before = at;
    while before > 0 && matches!(text[before - 1], '"' | '”' | '’' | '\'' | ')' | '»' | '」' | '』') {
        before -= 1;
    }
    match before.checked_sub(1).map(|at| text[at]) {
        Some('。' | '！' | '？') => !matches!(text[at], '」' | '』' | '”'),
        Some('.' | '!' | '?' | '…') => text[at].is_whitespace(),
        _ => false,
    }
}

/// Pairs of units to set at the same height: a chain that runs forwards in both texts and has the most reused
/// text.
///
/// Reuse that crosses the chain (a paragraph that moved) is marked all the same, at a height of its own.
pub(super) fn aligned_units(
    passages: &[Passage],
    source: &[ColumnUnit],
    derived: &[ColumnUnit],
) -> Vec<(usize, usize)> {
    let mut weights: BTreeMap<(usize, std::cmp::Reverse<usize>), u64> = BTreeMap::new();
    let mut add = |from: Span, into: Span| {
        let first = derived.partition_point(|unit| unit.span.end <= into.start);
        for (j, unit) in
            derived.iter().enumerate().skip(first).take_while(|(_, unit)| unit.span.start < into.end)
        {
            // Inside a part that spans several units both sides run in step.
            let start = unit.span.start.max(into.start);
            let end = unit.span.end.min(into.end);
            let step = u64::from(start - into.start) * u64::from(from.len()) / u64::from(into.len().max(1));
            let opposite = from.start + step as u32;
            let i = source.partition_point(|unit| unit.span.end <= opposite);
            if i < source.len() && source[i].span.start < from.end {
                *weights.entry((i, std::cmp::Reverse(j))).or_default() += u64::from(end - start);
            }
        }
    };
    for passage in passages {
        if passage.parts.is_empty() {
            add(passage.source, passage.derived);
        }
        for part in &passage.parts {
            add(part.source, part.derived);
        }
    }
    heaviest_chain(&weights, derived.len())
}

/// The heaviest chain of pairs that strictly rises in both numbers. Pairs come by rising `i`, falling `j`, so
/// that two pairs of the same `i` never follow each other. O(n log n), by a Fenwick tree of best chain ends.
fn heaviest_chain(
    weights: &BTreeMap<(usize, std::cmp::Reverse<usize>), u64>,
    derived_units: usize,
) -> Vec<(usize, usize)> {
    struct UnitLink {
        pair: (usize, usize),
        weight: u64,
        before: Option<usize>,
    }
    let mut links: Vec<UnitLink> = Vec::with_capacity(weights.len());
    // best[k]: the heaviest link among those whose j lies in the range that Fenwick node k covers.
    let mut best: Vec<Option<usize>> = vec![None; derived_units + 1];
    let mut heaviest: Option<usize> = None;
    for (&(i, std::cmp::Reverse(j)), &weight) in weights {
        let mut before: Option<usize> = None;
        let mut node = j;
        while node > 0 {
            before = heavier(&links, before, best[node], |link| link.weight);
            node &= node - 1;
        }
        let weight = weight + before.map_or(0, |link| links[link].weight);
        let this = links.len();
        links.push(UnitLink { pair: (i, j), weight, before });
        heaviest = heavier(&links, heaviest, Some(this), |link| link.weight);
        let mut node = j + 1;
        while node <= derived_units {
            best[node] = heavier(&links, best[node], Some(this), |link| link.weight);
            node += node & node.wrapping_neg();
        }
    }
    let mut chain = Vec::new();
    while let Some(at) = heaviest {
        chain.push(links[at].pair);
        heaviest = links[at].before;
    }
    chain.reverse();
    chain
}

/// The heavier of two, the first on a tie.
fn heavier<T>(links: &[T], a: Option<usize>, b: Option<usize>, weight: impl Fn(&T) -> u64) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if weight(&links[b]) > weight(&links[a]) { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let text: Vec<char> = text.chars().collect();
        let cut = |unit: &ColumnUnit| text[unit.span.start as usize..unit.span.end as usize].iter().collect();
        units(&text).iter().map(cut).collect()
    }

    #[test]
    fn a_unit_is_a_paragraph_or_a_piece_of_a_long_one() {
        assert_eq!(cut("one\n\n  two \n \n\nthree"), ["one", "two", "three"]);
        assert_eq!(cut(" \n "), [] as [&str; 0]);
        let long = "Twenty characters ok. ".repeat(40);
        let pieces = cut(&long);
        assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.ends_with('.')), "{pieces:?}");
        assert_eq!(pieces.join(" "), long.trim());
        assert!(cut(&"これは文です。".repeat(100)).len() > 2);
        assert_eq!(cut(&"word ".repeat(300)).len(), 1);
    }

    /// All chains, tried one by one.
    fn heaviest_of_all(pairs: &[((usize, usize), u64)]) -> u64 {
        (0u32..1 << pairs.len())
            .filter_map(|chosen| {
                let chain: Vec<_> =
                    (0..pairs.len()).filter(|at| chosen >> at & 1 == 1).map(|at| pairs[at]).collect();
                let rises = chain.windows(2).all(|two| two[0].0.0 < two[1].0.0 && two[0].0.1 < two[1].0.1);
                rises.then(|| chain.iter().map(|(_, weight)| weight).sum())
            })
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_chain_is_the_heaviest(pairs in prop::collection::btree_map((0usize..6, 0usize..6), 1u64..9, 0..10)) {
            let weights: BTreeMap<_, _> =
                pairs.iter().map(|(&(i, j), &weight)| ((i, std::cmp::Reverse(j)), weight)).collect();
            let chain = heaviest_chain(&weights, 6);
            prop_assert!(chain.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
            let weight: u64 = chain.iter().map(|pair| pairs[pair]).sum();
            let pairs: Vec<_> = pairs.into_iter().collect();
            prop_assert_eq!(weight, heaviest_of_all(&pairs));
        }
    }
}
