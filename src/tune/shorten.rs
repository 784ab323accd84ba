//! Labelled pairs once more with one article cut short.
//!
//! Labelled sets hold articles of some hundred words; archives hold briefs of fifty. What is left of an
//! independent report when it is cut is independent still, and the first sentences of a rewrite are a rewrite
//! still: so every labelled set can teach how little a short text proves.

use xxhash_rust::xxh3::xxh3_64;

use crate::pipeline::Shortened;
use crate::tune::labels::PairLabel;

/// Lengths that articles are cut to, in words.
const LENGTHS_WORDS: [usize; 6] = [30, 45, 60, 90, 130, 180];

/// The part that a partial reuse took may be what is cut off.
const UNCERTAIN_LABEL: &str = "partial";

/// Which articles are to be cut, and to which length: of a pair that is not derived either in turn, of a
/// derived one the one that came from the other, where that is known. The length hangs on the ids alone.
pub fn shortened(pairs: &[PairLabel]) -> Vec<Shortened> {
    let mut shortened = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let sides: &[usize] = match (pair.is_derived, pair.forward) {
            (false, _) => &[0, 1],
            (true, _) if pair.label == UNCERTAIN_LABEL => &[],
            (true, Some(true)) => &[1],
            (true, Some(false)) => &[0],
            (true, None) => &[],
        };
        for &side in sides {
            let hash = xxh3_64(format!("{}\n{}\n{side}", pair.a, pair.b).as_bytes());
            let words = LENGTHS_WORDS[(hash % LENGTHS_WORDS.len() as u64) as usize];
            shortened.push(Shortened { pair: at, side, words });
        }
    }
    shortened
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tune::labels::{LabelSettings, parse};

    #[test]
    fn what_is_cut_keeps_its_label() {
        let lines = [
            r#"{"a": "w", "b": "r", "label": "rewrite", "direction": "a->b"}"#,
            r#"{"a": "r", "b": "w", "label": "rewrite", "direction": "b->a"}"#,
            r#"{"a": "w", "b": "x", "label": "rewrite"}"#,
            r#"{"a": "w", "b": "p", "label": "partial", "direction": "a->b"}"#,
            r#"{"a": "w", "b": "i", "label": "shared"}"#,
        ];
        let pairs: Vec<PairLabel> = lines
            .iter()
            .map(|line| parse(line, "set", &LabelSettings::default()).unwrap().unwrap())
            .collect();
        let cut = shortened(&pairs);
        let sides: Vec<(usize, usize)> = cut.iter().map(|cut| (cut.pair, cut.side)).collect();
        assert_eq!(sides, [(0, 1), (1, 0), (4, 0), (4, 1)]);
        assert!(cut.iter().all(|cut| LENGTHS_WORDS.contains(&cut.words)));
        assert_eq!(cut, shortened(&pairs));
    }
}
