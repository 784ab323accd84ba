//! What a passage is made of: verbatim runs, quotations, and reworded stretches between them.

use std::cmp::Ordering;
use std::ops::Range;

use crate::align::interned::InternedPair;
use crate::align::overlap::Overlaps;
use crate::align::resolve::TokenPassage;
use crate::align::verbatim::Tile;
use crate::normalise::TokenFlags;
use crate::row::PartKind;

/// A part as ranges of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundPart {
    pub tokens: [Range<usize>; 2],
    pub kind: PartKind,
}

/// Fewer quoted words are no quotation; fewer words beside one in a tile are left to what stands around them.
const QUOTE_MIN_WORDS: usize = 3;

/// Stretches between two parts that follow one another in both texts are wordings of the same thing up to
/// this length.
const FLANKED_MAX_WORDS: usize = 12;

/// Stretches are wordings of the same thing from this Dice coefficient of their stems on ...
const REWORDED_MIN_DICE: f32 = 0.2;

/// ... with so many stems in common (one, where a verbatim part stands beside both).
const REWORDED_MIN_COMMON: u32 = 2;

/// A verbatim part.
#[derive(Clone, Copy, Debug)]
struct VerbatimPart {
    passage: u32,
    tile: Tile,
    is_quoted: bool,
}

/// A stretch of a passage within one sentence that no piece covers.
#[derive(Clone, Copy, Debug)]
struct Rest {
    passage: u32,
    /// Index (+ 1) of the piece that ends where the stretch starts, and of the one that starts where it ends;
    /// 0 for none.
    before: u32,
    after: u32,
}

/// Two stretches that may say the same.
#[derive(Clone, Copy, Debug)]
struct Match {
    strength: f32,
    stretch: [u32; 2],
}

#[derive(Default)]
pub(super) struct Cutter {
    /// Tiles clipped to the passages and cut where quotations begin and end.
    pieces: Vec<VerbatimPart>,
    rests: [Vec<Rest>; 2],
    stretches: [Vec<Range<usize>>; 2],
    matches: Vec<Match>,
    /// Part (+ 1) that a stretch belongs to.
    taken: [Vec<u32>; 2],
}

impl Cutter {
    /// The parts of each passage, by place in side 0. The passages come by place in side 0, too.
    pub fn cut(
        &mut self,
        pair: &InternedPair<'_>,
        passages: &[TokenPassage],
        tiles: &[Tile],
        min_words: usize,
        overlaps: &mut Overlaps,
    ) -> Vec<Vec<FoundPart>> {
        let mut parts: Vec<Vec<FoundPart>> = vec![Vec::new(); passages.len()];
        if passages.is_empty() {
            return parts;
        }
        self.clip(pair, passages, tiles, min_words);
        for piece in &self.pieces {
            let kind = if piece.is_quoted { PartKind::Quote } else { PartKind::Verbatim };
            let tokens = [piece.tile.range(0), piece.tile.range(1)];
            parts[piece.passage as usize].push(FoundPart { tokens, kind });
        }
        for side in 0..2 {
            self.find_rests(pair, passages, side);
        }
        self.find_matches(pair, overlaps);
        self.join_matches(&mut parts);
        for parts in &mut parts {
            parts.sort_by_key(|part| part.tokens[0].start);
        }
        parts
    }

    /// Tiles within passages: those that stick out are clipped, and dropped if too little is left.
    fn clip(&mut self, pair: &InternedPair<'_>, passages: &[TokenPassage], tiles: &[Tile], min_words: usize) {
        self.pieces.clear();
        for tile in tiles {
            let own = tile.range(0);
            let first = passages.partition_point(|passage| passage.tokens[0].end <= own.start);
            let last = passages.partition_point(|passage| passage.tokens[0].start < own.end);
            for (number, passage) in passages.iter().enumerate().take(last).skip(first) {
                let (mut from, mut to) = (0, tile.words);
                for side in 0..2 {
                    let (own, range) = (tile.range(side), &passage.tokens[side]);
                    from = from.max(range.start.saturating_sub(own.start));
                    to = to.min(range.end.saturating_sub(own.start));
                }
                if from + min_words <= to {
                    let start = tile.start.map(|start| start + from);
                    let tile = Tile { start, words: to - from };
                    cut_at_quotes(pair, number as u32, tile, &mut self.pieces);
                }
            }
        }
    }

    fn find_rests(&mut self, pair: &InternedPair<'_>, passages: &[TokenPassage], side: usize) {
        let mut order: Vec<u32> = (0..self.pieces.len() as u32).collect();
        order.sort_unstable_by_key(|piece| self.pieces[*piece as usize].tile.start[side]);
        let (rests, stretches) = (&mut self.rests[side], &mut self.stretches[side]);
        rests.clear();
        stretches.clear();
        for (number, passage) in passages.iter().enumerate() {
            let range = passage.tokens[side].clone();
            let first =
                order.partition_point(|piece| self.pieces[*piece as usize].tile.start[side] < range.start);
            let last =
                order.partition_point(|piece| self.pieces[*piece as usize].tile.start[side] < range.end);
            let (mut at, mut before) = (range.start, 0);
            for piece in order[first..last].iter().copied().map(Some).chain([None]) {
                let (end, after) = match piece {
                    Some(piece) => (self.pieces[piece as usize].tile.start[side], piece + 1),
                    None => (range.end, 0),
                };
                for sentence in pair.sides[side].sentences_of(&(at..end)) {
                    let sentence = &pair.sides[side].sentences()[sentence];
                    let stretch = at.max(sentence.start)..end.min(sentence.end);
                    if !stretch.is_empty() {
                        rests.push(Rest {
                            passage: number as u32,
                            before: if stretch.start == at { before } else { 0 },
                            after: if stretch.end == end { after } else { 0 },
                        });
                        stretches.push(stretch);
                    }
                }
                if let Some(piece) = piece {
                    at = self.pieces[piece as usize].tile.range(side).end;
                    before = piece + 1;
                }
            }
        }
    }

    /// Stretches that share stems, and those between the same two pieces, the surest first.
    fn find_matches(&mut self, pair: &InternedPair<'_>, overlaps: &mut Overlaps) {
        let (rests, matches) = (&self.rests, &mut self.matches);
        matches.clear();
        let stretches = [&self.stretches[0][..], &self.stretches[1][..]];
        overlaps.visit(
            pair,
            stretches,
            |_, _| true,
            |overlap| {
                let [one, other] = [0, 1].map(|side| rests[side][overlap.stretch[side] as usize]);
                if one.passage != other.passage {
                    return;
                }
                let flanks = one.flanks(&other);
                let is_alike = overlap.dice >= REWORDED_MIN_DICE && overlap.common >= REWORDED_MIN_COMMON;
                if is_alike || (flanks > 0 && overlap.dice >= REWORDED_MIN_DICE) {
                    let strength = overlap.dot * (1.0 + flanks as f32);
                    matches.push(Match { strength, stretch: overlap.stretch });
                }
            },
        );
        // substitutions share no stem: they are known by what stands on both sides
        let mut by_tiles: Vec<(u32, u32, u32)> = Vec::new();
        let short = |side: usize, at: usize| stretches[side][at].len() <= FLANKED_MAX_WORDS;
        for (at, rest) in rests[1].iter().enumerate() {
            if rest.before > 0 && rest.after > 0 && short(1, at) {
                by_tiles.push((rest.before, rest.after, at as u32));
            }
        }
        by_tiles.sort_unstable();
        for (at, rest) in rests[0].iter().enumerate() {
            let key = (rest.before, rest.after);
            if rest.before == 0 || rest.after == 0 || !short(0, at) {
                continue;
            }
            if let Ok(found) = by_tiles.binary_search_by(|probe| (probe.0, probe.1).cmp(&key)) {
                matches.push(Match { strength: f32::MAX, stretch: [at as u32, by_tiles[found].2] });
            }
        }
        matches.sort_unstable_by(|one, other| {
            let strength: Ordering = other.strength.total_cmp(&one.strength);
            strength.then(one.stretch.cmp(&other.stretch))
        });
    }

    /// Pairs stretches one to one, the surest first. A further stretch that follows directly on a paired one,
    /// and matches the same partner, is joined to the part.
    fn join_matches(&mut self, parts: &mut [Vec<FoundPart>]) {
        for side in 0..2 {
            self.taken[side].clear();
            self.taken[side].resize(self.stretches[side].len(), 0);
        }
        let mut joined: Vec<(u32, FoundPart)> = Vec::new();
        for &Match { stretch, .. } in &self.matches {
            let at = stretch.map(|stretch| stretch as usize);
            let ranges = [0, 1].map(|side| self.stretches[side][at[side]].clone());
            match [0, 1].map(|side| self.taken[side][at[side]]) {
                [0, 0] => {
                    let passage = self.rests[0][at[0]].passage;
                    joined.push((passage, FoundPart { tokens: ranges, kind: PartKind::Reworded }));
                    for (taken, at) in self.taken.iter_mut().zip(at) {
                        taken[at] = joined.len() as u32;
                    }
                }
                [0, part] => extend(&mut joined, &mut self.taken[0][at[0]], part, 0, &ranges[0]),
                [part, 0] => extend(&mut joined, &mut self.taken[1][at[1]], part, 1, &ranges[1]),
                _ => {}
            }
        }
        for (passage, part) in joined {
            parts[passage as usize].push(part);
        }
    }
}

fn extend(joined: &mut [(u32, FoundPart)], taken: &mut u32, part: u32, side: usize, range: &Range<usize>) {
    let tokens = &mut joined[part as usize - 1].1.tokens[side];
    if tokens.end == range.start {
        tokens.end = range.end;
        *taken = part;
    } else if range.end == tokens.start {
        tokens.start = range.start;
        *taken = part;
    }
}

impl Rest {
    /// On how many sides the same tile stands beside both.
    fn flanks(&self, other: &Rest) -> u32 {
        u32::from(self.before > 0 && self.before == other.before)
            + u32::from(self.after > 0 && self.after == other.after)
    }
}

/// Cuts a tile where a quotation begins or ends in either text.
fn cut_at_quotes(pair: &InternedPair<'_>, passage: u32, tile: Tile, pieces: &mut Vec<VerbatimPart>) {
    let is_quoted = |offset: usize| {
        (0..2)
            .any(|side| pair.sides[side].text.tokens[tile.start[side] + offset].flags.has(TokenFlags::QUOTED))
    };
    let first = pieces.len();
    let mut start = 0;
    while start < tile.words {
        let mut end = start + 1;
        while end < tile.words && is_quoted(end) == is_quoted(start) {
            end += 1;
        }
        let is_quoted = is_quoted(start) && end - start >= QUOTE_MIN_WORDS;
        match pieces[first..].last_mut() {
            Some(before) if before.is_quoted == is_quoted => before.tile.words += end - start,
            _ => {
                let tile = Tile { start: tile.start.map(|at| at + start), words: end - start };
                pieces.push(VerbatimPart { passage, tile, is_quoted });
            }
        }
        start = end;
    }
    let is_scrap = |piece: Option<&VerbatimPart>| {
        piece.is_some_and(|piece| !piece.is_quoted && piece.tile.words < QUOTE_MIN_WORDS)
    };
    if pieces.len() - first > 1 && is_scrap(pieces.last()) {
        pieces.pop();
    }
    if pieces.len() - first > 1 && is_scrap(pieces.get(first)) {
        pieces.remove(first);
    }
}
