//! One pass over the inputs: documents that share enough runs with a reference text are compared with it.

use rustc_hash::FxHashMap;

use super::compare::{ComparedText, compare};
use super::index::ReferenceRuns;
use super::{Holding, HoldingRule, MutualContainment};
use crate::Result;
use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::{Collection, Location};
use crate::pipeline::SECOND_INPUTS;
use crate::progress::{Progress, go_on};
use crate::shingle::shingle_hashes;

/// So many texts of the reference are compared with a document at most, those with most runs in common.
const COMPARED_MAX: usize = 8;

/// For each document that holds a text of the reference, or lies within one, the one it has most of.
pub(in crate::dedup) type Held = FxHashMap<DocumentNumber, MutualContainment>;

/// Finds what of the reference stands in the inputs; `documents` knows both.
pub(in crate::dedup) fn find<A: Collection, B: Collection>(
    inputs: &A,
    reference: &B,
    documents: &DocumentTable,
    rule: HoldingRule,
    progress: &dyn Progress,
) -> Result<Held> {
    let locations = documents.locations();
    let number = |location: &Location| locations.binary_search(location).ok().map(|at| at as DocumentNumber);
    let of_reference =
        |location: Location| number(&Location { input: location.input + SECOND_INPUTS, ..location });
    progress.stage("reading the reference", None);
    let index = ReferenceRuns::new(reference, |location| of_reference(location).is_some(), rule)?;
    progress.stage("looking for its texts", inputs.total_bytes());
    let mut held = Held::default();
    inputs.pass(
        |articles| {
            go_on(progress)?;
            let (mut words, mut runs) = (Vec::new(), Vec::new());
            let mut found: Vec<(DocumentNumber, MutualContainment)> = Vec::new();
            for article in articles {
                progress.advance(u64::from(article.location.length));
                let Some(document) = number(&article.location) else { continue };
                rule.words(&article.text, &mut words);
                runs.clear();
                if words.len() >= rule.words_min() {
                    shingle_hashes(&words, rule.run_words(), &mut runs);
                }
                let proposed = proposed(&index, &mut runs, words.len(), rule);
                if proposed.is_empty() {
                    continue;
                }
                let side = ComparedText::new(&article.text, rule);
                let mut best: Option<MutualContainment> = None;
                for text in proposed {
                    let location = index.texts[text as usize].location;
                    let Some(number) = of_reference(location) else { continue };
                    let other = reference.read(location)?;
                    let compared = compare(&side, (number, &ComparedText::new(&other.text, rule)), rule);
                    best = better(best, compared);
                }
                found.extend(best.map(|best| (document, best)));
            }
            Ok(found)
        },
        |found: Result<Vec<(DocumentNumber, MutualContainment)>>| {
            held.extend(found?);
            Ok(())
        },
    )?;
    Ok(held)
}

/// Texts of the reference that share enough runs with a document to be compared with it, those with most
/// first.
fn proposed(
    index: &ReferenceRuns,
    runs: &mut Vec<u64>,
    document_words: usize,
    rule: HoldingRule,
) -> Vec<u32> {
    runs.retain(|&run| !index.holders(run).is_empty());
    if runs.is_empty() {
        return Vec::new();
    }
    runs.sort_unstable();
    runs.dedup();
    let mut shared: FxHashMap<u32, u32> = FxHashMap::default();
    runs.iter()
        .for_each(|&run| index.holders(run).iter().for_each(|&text| *shared.entry(text).or_default() += 1));
    let least = |text: u32| match rule {
        HoldingRule::Run { .. } => 1,
        HoldingRule::Share { share, passage_words } => {
            // each run covers five words at most
            let words = (index.texts[text as usize].words as usize).min(passage_words).min(document_words);
            ((share * words as f64 / rule.run_words() as f64).ceil() as u32).max(1)
        }
    };
    let mut enough: Vec<(u32, u32)> =
        shared.into_iter().filter(|&(text, count)| count >= least(text)).collect();
    enough.sort_unstable_by_key(|&(text, count)| (std::cmp::Reverse(count), text));
    enough.truncate(COMPARED_MAX);
    enough.into_iter().map(|(text, _)| text).collect()
}

/// What says more: a held text before one that holds, then more words, then a greater share; else the first.
fn better(one: Option<MutualContainment>, other: Option<MutualContainment>) -> Option<MutualContainment> {
    let (Some(first), Some(second)) = (one, other) else { return one.or(other) };
    let is_within = |found: &MutualContainment| found.holding == Holding::Within;
    let order = is_within(&second).cmp(&is_within(&first)).then(first.words.cmp(&second.words));
    let order = order.then(first.share.total_cmp(&second.share));
    Some(if order.is_lt() { second } else { first })
}
