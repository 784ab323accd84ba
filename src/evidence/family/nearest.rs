//! Which pairs of a family are compared: all of a small one, and of a large one each member with its nearest and the hubs.

use rustc_hash::FxHashMap;

use crate::evidence::family::EXACT_MEMBERS;
use crate::evidence::portrait::Portrait;

/// Members that each member of a large family is compared with, by what they have in common that few others have.
const NEAREST: usize = 6;
/// … and those that hold most of all others.
const HUBS: usize = 2;

/// A run that more members of a large family hold tells no one who is near whom.
const HOLDERS_MAX: usize = 24;

/// Pairs of positions in `portraits`, the smaller first, in order.
///
/// Near-linear: a run that many hold is passed over, and one that few hold names few pairs.
pub(super) fn pairs(portraits: &[&Portrait], cover: &[f64]) -> Vec<(u32, u32)> {
    let count = portraits.len() as u32;
    if portraits.len() <= EXACT_MEMBERS {
        return (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other))).collect();
    }
    let mut by_cover: Vec<u32> = (0..count).collect();
    by_cover
        .sort_by(|&one, &other| cover[other as usize].total_cmp(&cover[one as usize]).then(one.cmp(&other)));
    let hubs = &by_cover[..HUBS];
    let holders = holders(portraits);
    let mut pairs = Vec::new();
    let mut common: FxHashMap<u32, u32> = FxHashMap::default();
    for (portrait, member) in portraits.iter().zip(0..) {
        common.clear();
        for run in &portrait.runs {
            let holders = holders.get(&run.run).map_or(&[][..], Vec::as_slice);
            if holders.len() <= HOLDERS_MAX {
                holders
                    .iter()
                    .filter(|&&other| other != member)
                    .for_each(|&other| *common.entry(other).or_default() += 1);
            }
        }
        let mut near: Vec<(u32, u32)> = common.iter().map(|(&other, &runs)| (runs, other)).collect();
        near.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let near = near.into_iter().take(NEAREST).map(|(_, other)| other);
        let with = near.chain(hubs.iter().copied()).filter(|&other| other != member);
        pairs.extend(with.map(|other| (member.min(other), member.max(other))));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Of each run the members that hold it, up to one more than matter.
fn holders(portraits: &[&Portrait]) -> FxHashMap<u64, Vec<u32>> {
    let mut holders: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (portrait, member) in portraits.iter().zip(0..) {
        for run in &portrait.runs {
            let of = holders.entry(run.run).or_default();
            if of.len() <= HOLDERS_MAX {
                of.push(member);
            }
        }
    }
    holders
}
