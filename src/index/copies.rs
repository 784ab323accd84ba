//! Whether an article copies one that is filed already.
//!
//! Copies collapse as in a scan, so that a thousand printings of one wire story count once where rarity is
//! counted. An article whose words, or whose shingles but for a fifth, are those of a filed article that
//! copies no other, copies that one; what is filed first represents. (A scan sees all at once, and takes the
//! text with most links.)

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::build::Filed;
use super::known::{KeyKind, Known};
use super::recipe::{Analysis, BANDING, THRESHOLD, identity_key};
use super::snapshot::{DocumentPlace, Snapshot};
use crate::Result;
use crate::analysis::Analyser;
use crate::article::Article;
use crate::shingle::ShingleSet;

/// Representatives whose texts are compared with a new one, most bands in common first.
const TRIED_MAX: usize = 16;

/// Articles filed earlier that meet in a band and are kept for later ones of the batch.
const MEET_MAX: usize = 16;

/// Finds representatives for a batch of articles, one after the other.
pub struct CopySearch<'a> {
    pub snapshot: &'a Snapshot,
    pub known: Option<&'a Known>,
    /// Documents that this batch replaces.
    pub removed: &'a FxHashSet<DocumentPlace>,
    first_number: u64,
    by_identity: FxHashMap<u128, usize>,
    /// The first of the batch with a band, and those after it.
    by_band: FxHashMap<u32, u32>,
    more_by_band: FxHashMap<u32, Vec<u32>>,
    analyser: Analyser,
}

/// Whose text an article has.
#[derive(Clone, Copy, Debug)]
pub struct CopyMatch {
    pub representative: u64,
    pub is_identical: bool,
}

impl<'a> CopySearch<'a> {
    pub fn new(
        snapshot: &'a Snapshot,
        known: Option<&'a Known>,
        removed: &'a FxHashSet<DocumentPlace>,
        first_number: u64,
        articles: usize,
    ) -> Self {
        let keys = articles * BANDING.bands;
        CopySearch {
            snapshot,
            known,
            removed,
            first_number,
            by_identity: FxHashMap::default(),
            by_band: FxHashMap::with_capacity_and_hasher(keys, Default::default()),
            more_by_band: FxHashMap::default(),
            analyser: Analyser::default(),
        }
    }

    /// The document that an article copies, among those of the snapshot and those of the batch before it. The
    /// article is the next of the batch.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn next(
        &mut self,
        batch: &[Filed],
        article: &Article,
        analysis: &Analysis,
    ) -> Result<Option<CopyMatch>> {
        if analysis.identity == 0 {
            return Ok(None);
        }
        let found = match self.identical(batch, analysis)? {
            Some(found) => Some(found),
            None => self.near(batch, article, analysis)?,
        };
        let place = batch.len();
        self.by_identity.entry(analysis.identity).or_insert(place);
        // the words of its representative have these bands already
        if !found.is_some_and(|found| found.is_identical) {
            for &band in &analysis.bands {
                match self.by_band.entry(band) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(place as u32);
                    }
                    Entry::Occupied(_) => {
                        let more = self.more_by_band.entry(band).or_default();
                        if more.len() + 1 < MEET_MAX {
                            more.push(place as u32);
                        }
                    }
                }
            }
        }
        Ok(found)
    }

    fn identical(&mut self, batch: &[Filed], analysis: &Analysis) -> Result<Option<CopyMatch>> {
        if let Some(&same) = self.by_identity.get(&analysis.identity) {
            let same = &batch[same];
            return Ok(Some(CopyMatch {
                representative: same.representative,
                is_identical: !same.is_copy() || same.is_identical,
            }));
        }
        let key = identity_key(analysis.identity);
        if self.known.is_some_and(|known| !known.may_hold(KeyKind::Text, key)) {
            return Ok(None);
        }
        for place in self.snapshot.find(|layout| &layout.texts, key)?.0 {
            if self.removed.contains(&place) || self.identity_at(place)? != analysis.identity {
                continue;
            }
            let record = self.snapshot.record(place)?;
            let is_identical = match record.is_copy() {
                false => true,
                true => match self.snapshot.place_of_number(record.representative)? {
                    Some(of) if self.removed.contains(&of) => continue,
                    Some(of) => self.identity_at(of)? == analysis.identity,
                    None => continue,
                },
            };
            return Ok(Some(CopyMatch { representative: record.representative, is_identical }));
        }
        Ok(None)
    }

    fn identity_at(&mut self, place: DocumentPlace) -> Result<u128> {
        let article = self.snapshot.article_at(place)?;
        Ok(Analysis::identity_of(&article.text, &mut self.analyser))
    }

    /// The representative most like the article, if any is enough.
    fn near(&mut self, batch: &[Filed], article: &Article, analysis: &Analysis) -> Result<Option<CopyMatch>> {
        let mut met: FxHashMap<u64, u32> = FxHashMap::default();
        for &band in &analysis.bands {
            if let Some(&first) = self.by_band.get(&band) {
                let more = self.more_by_band.get(&band).into_iter().flatten();
                for &place in more.chain([&first]) {
                    *met.entry(batch[place as usize].representative).or_default() += 1;
                }
            }
            if self.known.is_some_and(|known| !known.may_hold(KeyKind::Band, band)) {
                continue;
            }
            for place in self.snapshot.find(|layout| &layout.bands, band)?.0 {
                if !self.removed.contains(&place) {
                    *met.entry(self.snapshot.record(place)?.representative).or_default() += 1;
                }
            }
        }
        let mut met: Vec<(u64, u32)> = met.into_iter().collect();
        met.sort_unstable_by_key(|&(number, bands)| (std::cmp::Reverse(bands), number));
        met.truncate(TRIED_MAX);
        let own = if met.is_empty() { None } else { Some(ShingleSet::of_text(&article.text)) };
        let Some(own) = own else { return Ok(None) };
        let mut best: Option<(f64, u64)> = None;
        for (number, _) in met {
            let other = match number.checked_sub(self.first_number) {
                Some(at) => batch.get(at as usize).map(|filed| ShingleSet::of_text(&filed.article.text)),
                None => match self.snapshot.place_of_number(number)? {
                    Some(place) if !self.removed.contains(&place) => {
                        Some(ShingleSet::of_text(&self.snapshot.article_at(place)?.text))
                    }
                    _ => None,
                },
            };
            let Some(other) = other else { continue };
            let jaccard = own.overlap(&other).jaccard();
            let is_better =
                best.is_none_or(|(most, first)| jaccard > most || jaccard == most && number < first);
            if jaccard >= THRESHOLD && is_better {
                best = Some((jaccard, number));
            }
        }
        Ok(best.map(|(_, representative)| CopyMatch { representative, is_identical: false }))
    }
}
