//! One story out of everything found: passages that do not overlap in either text.

use std::ops::Range;

use crate::align::interned::InternedPair;
use crate::align::parameters::Parameters;

/// What a passage rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// A chain of common word runs.
    Verbatim,
    /// Sentences whose words are found in the other range.
    Reworded,
    /// A stretch that sums up the whole other text (or most of it).
    Summary,
}

/// A passage as ranges of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TokenPassage {
    pub tokens: [Range<usize>; 2],
    pub score: f64,
    pub basis: Basis,
}

impl TokenPassage {
    fn overlaps(&self, other: &TokenPassage, side: usize) -> bool {
        self.tokens[side].start < other.tokens[side].end && other.tokens[side].start < self.tokens[side].end
    }

    pub fn touches(&self, other: &TokenPassage) -> bool {
        self.overlaps(other, 0) || self.overlaps(other, 1)
    }
}

/// Verbatim passages and the summary first, then the rest by score. What overlaps a stronger passage in both
/// texts is joined to it; in one text, it is trimmed a little or dropped.
pub(super) fn resolve(
    pair: &InternedPair<'_>,
    verbatim: Vec<TokenPassage>,
    summary: Option<TokenPassage>,
    mut grown: Vec<TokenPassage>,
    parameters: &Parameters,
) -> Vec<TokenPassage> {
    let min_score = if verbatim.is_empty() { 0.0 } else { parameters.beside_verbatim_min_score };
    grown.retain(|found| found.score >= min_score);
    grown.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| place(one).cmp(&place(other))));
    let mut kept = verbatim;
    let has_summary = summary.is_some();
    if let Some(summary) = summary {
        kept.retain(|found| !found.touches(&summary));
        kept.push(summary);
    }
    for found in grown {
        let is_joined =
            kept.iter().any(|stronger| found.overlaps(stronger, 0) && found.overlaps(stronger, 1));
        if is_joined {
            if !has_summary {
                join(&mut kept, found);
            }
        } else if !found.touches_any(&kept) {
            kept.push(found);
        } else if !has_summary && let Some(trimmed) = trim(pair, found, &kept, parameters) {
            kept.push(trimmed);
        }
    }
    kept
}

fn place(found: &TokenPassage) -> [usize; 4] {
    [found.tokens[0].start, found.tokens[1].start, found.tokens[0].end, found.tokens[1].end]
}

impl TokenPassage {
    fn touches_any(&self, others: &[TokenPassage]) -> bool {
        others.iter().any(|other| self.touches(other))
    }
}

/// Widens the first passage that overlaps in both texts, unless the hull would run into a third.
fn join(kept: &mut [TokenPassage], found: TokenPassage) {
    let Some(at) = kept.iter().position(|other| found.overlaps(other, 0) && found.overlaps(other, 1)) else {
        return;
    };
    let hull = |side: usize| {
        let (one, other) = (&kept[at].tokens[side], &found.tokens[side]);
        one.start.min(other.start)..one.end.max(other.end)
    };
    let joined = TokenPassage { tokens: [hull(0), hull(1)], ..kept[at].clone() };
    let is_free = kept.iter().enumerate().all(|(index, other)| index == at || !joined.touches(other));
    if is_free {
        kept[at] = joined;
    }
}

/// Cuts what overlaps stronger passages off one end, if it is little.
fn trim(
    pair: &InternedPair<'_>,
    mut found: TokenPassage,
    kept: &[TokenPassage],
    parameters: &Parameters,
) -> Option<TokenPassage> {
    for other in kept {
        for side in 0..2 {
            if !found.overlaps(other, side) {
                continue;
            }
            let (own, theirs) = (&found.tokens[side], &other.tokens[side]);
            let overlap = own.start.max(theirs.start)..own.end.min(theirs.end);
            let share = f64::from(pair.sides[side].code_points(&overlap))
                / f64::from(pair.sides[side].code_points(own).max(1));
            if share > parameters.trim_max_share {
                return None;
            }
            let trimmed =
                if own.start >= theirs.start { theirs.end..own.end } else { own.start..theirs.start };
            found.tokens[side] = trimmed;
        }
    }
    (0..2).all(|side| !found.tokens[side].is_empty()).then_some(found)
}
