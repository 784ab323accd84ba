//! Which pairs are of interest at all: dates, sources, sides.

use super::copies::CopyClusters;
use super::settings::PairLimits;
use super::table::DocumentTable;
use crate::article::DocumentNumber;

/// The limits, worked out for each representative with its copies: a pair of clusters is of interest if it
/// may hold a pair of documents that is. (Whether it does, the copies' own pairs tell.)
#[derive(Debug, Default)]
pub(super) struct Reach {
    within_seconds: Option<i64>,
    /// First and last date of a cluster; all of time where a member has none.
    dates: Vec<(i64, i64)>,
    /// The one source of a cluster; 0 where it has several or a member has none.
    sources: Vec<u32>,
    /// Bit 0: a member in the input, bit 1: one on the other side.
    sides: Vec<u8>,
}

const SECONDS_A_DAY: i64 = 86_400;

impl Reach {
    pub fn new(documents: &DocumentTable, copies: &CopyClusters, limits: &PairLimits) -> Self {
        let count = documents.len();
        let mut reach = Reach {
            within_seconds: limits.within_days.map(|days| i64::from(days) * SECONDS_A_DAY),
            ..Reach::default()
        };
        let clusters = || (0..).zip(&copies.representative).map(|(document, &of)| (document, of as usize));
        if reach.within_seconds.is_some() {
            reach.dates = vec![(i64::MAX, i64::MIN); count];
            for (document, of) in clusters() {
                let date = documents.unix_seconds(document);
                let (first, last) = &mut reach.dates[of];
                *first = (*first).min(date.unwrap_or(i64::MIN));
                *last = (*last).max(date.unwrap_or(i64::MAX));
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
        self.within_seconds.is_none_or(|most| {
            let (a, b) = (self.dates[a], self.dates[b]);
            a.0.max(b.0).saturating_sub(a.1.min(b.1)) <= most
        }) && (self.sources.is_empty() || self.sources[a] != self.sources[b] || self.sources[a] == 0)
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
