//! A family's members in the order and at the depth they are drawn.

use std::collections::HashMap;

use super::super::words::retellings_first;
use crate::row::{FamilyMember, FamilyRow};

/// A chain of retellings is drawn this deep; what lies deeper hangs at this depth.
const DEEPEST_LEVEL: usize = 4;

/// A member and where it hangs in the family's tree.
pub(super) struct Branch<'a> {
    pub member: &'a FamilyMember,
    pub level: usize,
    /// For each level above, whether a trunk passes by.
    pub trunks: Vec<bool>,
    pub last: bool,
}

/// The members below the root, depth first; retellings before copies, then by score, then by id.
///
/// A member whose parent is not in the family hangs below the root; each member is listed once, whatever the
/// parents say.
pub(super) fn branches(family: &FamilyRow) -> Vec<Branch<'_>> {
    let position: HashMap<&str, usize> =
        family.members.iter().enumerate().map(|(at, member)| (member.id.as_str(), at)).collect();
    let root = position.get(family.root.as_str()).copied();
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (at, member) in family.members.iter().enumerate() {
        if Some(at) == root {
            continue;
        }
        let parent = member.parent.as_deref().and_then(|parent| position.get(parent).copied());
        children.entry(parent.filter(|parent| *parent != at).or(root)).or_default().push(at);
    }
    for siblings in children.values_mut() {
        siblings.sort_by(|a, b| retellings_first(&family.members[*a], &family.members[*b]));
    }
    let mut listed = vec![false; family.members.len()];
    let mut branches = Vec::new();
    let mut waiting: Vec<(usize, usize, Vec<bool>, bool)> = Vec::new();
    let push = |waiting: &mut Vec<_>, children: &[usize], level: usize, trunks: &[bool]| {
        for (i, &child) in children.iter().enumerate().rev() {
            waiting.push((child, level, trunks.to_vec(), i + 1 == children.len()));
        }
    };
    push(&mut waiting, children.get(&root).map_or(&[], Vec::as_slice), 1, &[]);
    loop {
        while let Some((at, level, trunks, last)) = waiting.pop() {
            if std::mem::replace(&mut listed[at], true) {
                continue;
            }
            let mut below = trunks.clone();
            if below.len() + 1 < DEEPEST_LEVEL {
                below.push(!last);
            }
            let own = children.get(&Some(at)).map_or(&[] as &[usize], Vec::as_slice);
            push(&mut waiting, own, below.len() + 1, &below);
            branches.push(Branch { member: &family.members[at], level, trunks, last });
        }
        // Parents that form a ring are reached by nobody; their first member hangs below the root.
        let unlisted = (0..family.members.len()).find(|&at| !listed[at] && Some(at) != root);
        match unlisted {
            Some(at) => waiting.push((at, 1, Vec::new(), true)),
            None => return branches,
        }
    }
}
