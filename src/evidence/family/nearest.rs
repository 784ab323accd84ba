//! Which pairs of a large family are compared: each member with its nearest, with the same few for all, and
//! those that are tied.

use rustc_hash::FxHashMap;

use crate::evidence::portrait::Portrait;

/// Members that each member of a large family is compared with, by what they have in common that few others
/// have.
const NEAREST: usize = 6;
/// … and with the same few for all: those that hold most of all others, the first by date, and others spread
/// over the family.
const HUBS: usize = 2;
const FIRST: usize = 2;
const SPREAD: usize = 4;

/// A run that more members of a large family hold tells no one who is near whom.
const HOLDERS_MAX: usize = 24;

/// Pairs of positions, the smaller first, in order.
pub(super) fn all(count: usize) -> Vec<(u32, u32)> {
    let count = count as u32;
    (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other))).collect()
}

/// Members that all others are compared with, in order: by them all hang together, and what is the mean over
/// them says the same of every member.
pub(super) fn references(portraits: &[&Portrait], cover: &[f64]) -> Vec<u32> {
    let count = portraits.len();
    let mut by_cover: Vec<u32> = (0..count as u32).collect();
    by_cover
        .sort_by(|&one, &other| cover[other as usize].total_cmp(&cover[one as usize]).then(one.cmp(&other)));
    let printed = |member: u32| portraits[member as usize].printed;
    let mut by_date: Vec<u32> = (0..count as u32).filter(|&member| printed(member).is_some()).collect();
    by_date.sort_by_key(|&member| (printed(member), member));
    let hubs = by_cover.into_iter().take(HUBS);
    let spread = (0..SPREAD).map(|at| (count * (2 * at + 1) / (2 * SPREAD)) as u32);
    let mut references: Vec<u32> = hubs.chain(by_date.into_iter().take(FIRST)).chain(spread).collect();
    references.sort_unstable();
    references.dedup();
    references
}

/// Pairs of positions in `portraits`, the smaller first, in order: each member with its nearest and with the
/// references, and those that are tied.
///
/// Near-linear: a run that many hold is passed over, and one that few hold names few pairs.
pub(super) fn pairs(portraits: &[&Portrait], references: &[u32], tied: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let holders = Holders::of(portraits);
    let mut pairs = tied.to_vec();
    let mut common = vec![0_u32; portraits.len()];
    let mut near: Vec<(u32, u32)> = Vec::new();
    for (portrait, member) in portraits.iter().zip(0..) {
        let met = portrait.runs.iter().flat_map(|run| holders.of_run(run.run)).copied();
        near.clear();
        for other in met.filter(|&other| other != member) {
            let common = &mut common[other as usize];
            if *common == 0 {
                near.push((0, other));
            }
            *common += 1;
        }
        near.iter_mut().for_each(|near| near.0 = std::mem::take(&mut common[near.1 as usize]));
        let order = |&(runs, other): &(u32, u32)| (std::cmp::Reverse(runs), other);
        if near.len() > NEAREST {
            near.select_nth_unstable_by_key(NEAREST, order);
            near.truncate(NEAREST);
        }
        let nearest = near.iter().map(|&(_, other)| other);
        pairs.extend(nearest.chain(references.iter().copied()).map(|other| (member, other)));
    }
    pairs.iter_mut().for_each(|pair| *pair = (pair.0.min(pair.1), pair.0.max(pair.1)));
    pairs.retain(|pair| pair.0 != pair.1);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Of runs that several members hold, but not many, which hold them.
struct Holders {
    /// Where in `members` a run's holders begin, and how many there are.
    places: FxHashMap<u64, (u32, u32)>,
    members: Vec<u32>,
}

impl Holders {
    fn of(portraits: &[&Portrait]) -> Holders {
        let runs = portraits.iter().map(|portrait| portrait.runs.len()).sum();
        let mut held: Vec<(u64, u32)> = Vec::with_capacity(runs);
        for (portrait, member) in portraits.iter().zip(0..) {
            held.extend(portrait.runs.iter().map(|run| (run.run, member)));
        }
        held.sort_unstable();
        let mut holders = Holders { places: FxHashMap::default(), members: Vec::new() };
        for of_run in held.chunk_by(|one, other| one.0 == other.0) {
            if (2..=HOLDERS_MAX).contains(&of_run.len()) {
                let first = holders.members.len() as u32;
                holders.places.insert(of_run[0].0, (first, of_run.len() as u32));
                holders.members.extend(of_run.iter().map(|&(_, member)| member));
            }
        }
        holders
    }

    fn of_run(&self, run: u64) -> &[u32] {
        let Some(&(first, count)) = self.places.get(&run) else { return &[] };
        self.members.get(first as usize..(first + count) as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::portrait::RunPlace;

    /// A member that holds these runs.
    fn holding(runs: &[u64]) -> Portrait {
        let mut runs: Vec<RunPlace> = runs.iter().map(|&run| RunPlace { run, at: 0 }).collect();
        runs.sort_by_key(|run| run.run);
        runs.dedup_by_key(|run| run.run);
        Portrait { runs, ..Portrait::default() }
    }

    /// By counting runs in common with each other member: what the fast form is to find.
    fn nearest_slowly(members: &[&Portrait], member: usize) -> Vec<u32> {
        let held = |run: &RunPlace| members.iter().filter(|member| member.runs.contains(run)).count();
        let runs: Vec<&RunPlace> =
            members[member].runs.iter().filter(|run| held(run) <= HOLDERS_MAX).collect();
        let others = (0..members.len()).filter(|&other| other != member);
        let mut near: Vec<(usize, u32)> = others
            .map(|other| (runs.iter().filter(|run| members[other].runs.contains(run)).count(), other as u32))
            .filter(|&(runs, _)| runs > 0)
            .collect();
        near.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        near.into_iter().take(NEAREST).map(|(_, other)| other).collect()
    }

    proptest! {
        #[test]
        fn each_member_meets_its_nearest_the_references_and_those_it_is_tied_to(
            runs in prop::collection::vec(prop::collection::vec(0..40_u64, 0..12), 2..40),
            tied in prop::collection::vec((0..40_u32, 0..40_u32), 0..4),
        ) {
            let members: Vec<Portrait> = runs.iter().map(|runs| holding(runs)).collect();
            let members: Vec<&Portrait> = members.iter().collect();
            let count = members.len() as u32;
            let cover: Vec<f64> = members.iter().map(|member| member.runs.len() as f64).collect();
            let tied: Vec<(u32, u32)> = tied.into_iter().map(|(a, b)| (a % count, b % count)).collect();
            let references = references(&members, &cover);
            let pairs = pairs(&members, &references, &tied);
            prop_assert!(pairs.windows(2).all(|pair| pair[0] < pair[1]));
            let has = |a: u32, b: u32| a == b || pairs.binary_search(&(a.min(b), a.max(b))).is_ok();
            let most = (0..count).reduce(|a, b| if cover[b as usize] > cover[a as usize] { b } else { a }).unwrap();
            prop_assert!(tied.iter().all(|&(a, b)| has(a, b)));
            for member in 0..count {
                prop_assert!(has(member, most));
                prop_assert!(references.iter().all(|&other| has(member, other)));
                prop_assert!(nearest_slowly(&members, member as usize).into_iter().all(|near| has(member, near)));
            }
            prop_assert!(pairs.len() <= tied.len() + (NEAREST + references.len()) * members.len());
        }
    }
}
