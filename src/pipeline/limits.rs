//! Which pairs of documents a limited scan lists: by dates, sources and sides.

use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::pipeline::pairs::Pair;
use crate::search::{DateRange, PairLimits};

/// So many pairs of two clusters are tried: those of a thousand reprints each that all lie outside are not
/// gone through.
const TRIED_MAX: usize = 1 << 16;

/// Whether a pair is of interest.
pub(super) fn is_within(documents: &DocumentTable, limits: &PairLimits, (a, b): Pair) -> bool {
    let [one, other] = [a, b].map(|document| DateRange::of(documents.unix_seconds(document)));
    let is_near = limits.is_near(one, other);
    let is_across = limits.is_across(documents.source_number(a), documents.source_number(b));
    let is_against = limits
        .first_input_against
        .is_none_or(|first| is_against(documents, first, a) != is_against(documents, first, b));
    is_near && is_across && is_against
}

/// The first pair of interest among two representatives and their copies: the representatives before all,
/// then by date.
pub(super) fn first_within(
    documents: &DocumentTable,
    copies: &CopyClusters,
    limits: &PairLimits,
    (a, b): Pair,
) -> Option<Pair> {
    if is_within(documents, limits, (a, b)) {
        return Some((a, b));
    }
    let [of_a, of_b] = [a, b].map(|representative| {
        let mut members =
            copies.members(representative).filter(|&member| member != representative).collect::<Vec<_>>();
        members.sort_by(|&one, &other| documents.by_date(one, other));
        members.insert(0, representative);
        members
    });
    let sides = |members: &[DocumentNumber]| -> [Vec<DocumentNumber>; 2] {
        let is_against = |&member: &DocumentNumber| {
            limits.first_input_against.is_some_and(|first| is_against(documents, first, member))
        };
        let (there, here) = members.iter().partition(|member| is_against(member));
        [here, there]
    };
    let ([a_here, a_there], [b_here, b_there]) = (sides(&of_a), sides(&of_b));
    let tried = match limits.first_input_against {
        None => vec![(a_here, b_here)],
        Some(_) => vec![(a_here, b_there), (a_there, b_here)],
    };
    let pairs = tried.iter().flat_map(|(some, others)| {
        some.iter().flat_map(move |&one| others.iter().map(move |&other| (one, other)))
    });
    let pair = pairs.take(TRIED_MAX).find(|&pair| is_within(documents, limits, pair))?;
    Some((pair.0.min(pair.1), pair.0.max(pair.1)))
}

fn is_against(documents: &DocumentTable, first_input: u32, document: DocumentNumber) -> bool {
    documents.location(document).input >= first_input
}
