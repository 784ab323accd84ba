//! Which pairs are of interest at all: dates, sources, sides.

use super::copies::CopyClusters;
use super::table::DocumentTable;
use crate::article::DocumentNumber;
use crate::search::{DateRange, PairLimits};

/// The limits, worked out for each representative with its copies: a pair of clusters is of interest if it
/// may hold a pair of documents that is. (Whether it does, the copies' own pairs tell.)
#[derive(Debug, Default)]
pub(super) struct Reach {
    limits: PairLimits,
    /// Of each cluster; empty where dates do not matter.
    dates: Vec<DateRange>,
    /// The one source of a cluster; 0 where it has several or a member has none.
    sources: Vec<u32>,
    /// Bit 0: a member in the input, bit 1: one on the other side.
    sides: Vec<u8>,
}

impl Reach {
    pub fn new(documents: &DocumentTable, copies: &CopyClusters, limits: &PairLimits) -> Self {
        let count = documents.len();
        let mut reach = Reach { limits: limits.clone(), ..Reach::default() };
        let clusters = || (0..).zip(&copies.representative).map(|(document, &of)| (document, of as usize));
        if limits.within_days.is_some() {
            reach.dates = vec![DateRange::NONE; count];
            for (document, of) in clusters() {
                reach.dates[of] = reach.dates[of].and(DateRange::of(documents.unix_seconds(document)));
            }
        }
        if limits.across_sources {
            reach.sources =
                (0..count as DocumentNumber).map(|document| documents.source_number(document)).collect();
            for (document, of) in clusters() {
                if reach.sources[of] != documents.source_number(document) {
                    reach.sources[of] = 0;
                }
            }
        }
        if let Some(first_input) = limits.first_input_against {
            reach.sides = vec![0; count];
            for (document, of) in clusters() {
                let is_against = documents.location(document).input >= first_input;
                reach.sides[of] |= if is_against { 2 } else { 1 };
            }
        }
        reach
    }

    /// Whether a pair of representatives is of interest.
    pub fn allows(&self, a: DocumentNumber, b: DocumentNumber) -> bool {
        let (a, b) = (a as usize, b as usize);
        (self.dates.is_empty() || self.limits.is_near(self.dates[a], self.dates[b]))
            && (self.sources.is_empty() || self.limits.is_across(self.sources[a], self.sources[b]))
            && (self.sides.is_empty() || self.sides[a] | self.sides[b] == 3)
    }

    /// Whether only pairs of two sides count.
    pub fn is_two_sided(&self) -> bool {
        !self.sides.is_empty()
    }

    /// Whether a cluster has a member on a side: 0 the input, 1 what it is compared with.
    pub fn is_on(&self, side: u8, document: DocumentNumber) -> bool {
        self.sides[document as usize] & (1 << side) != 0
    }
}
