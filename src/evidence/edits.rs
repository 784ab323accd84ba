//! The shortest edit that makes one list of words another (Myers 1986, "An O(ND) difference algorithm and its
//! variations"), in linear space.
//!
//! Of several as short it is the one that the crate `similar` finds, whose order of steps this keeps. Here
//! the paths of one length lie side by side, so that all are lengthened at once and without branches: a third
//! of the time.

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, DiffHook, Replace};

/// What is to be done with the words of `old`, in order, to make them those of `new`.
pub(super) fn operations(old: &[u64], new: &[u64]) -> Vec<DiffOp> {
    let mut told = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = EditSearch::default().conquer(&mut told, (0, old), (0, new));
    let Ok(()) = told.finish();
    told.into_inner().into_inner().into_ops()
}

/// A stretch of words, and where it begins.
type PlacedWords<'a> = (usize, &'a [u64]);

/// The furthest that paths of one number of steps reach, from either end, in words of `old`; by rising
/// diagonal, every second of which they can end on.
#[derive(Default)]
struct EditSearch {
    forward: Vec<i32>,
    backward: Vec<i32>,
    longer: Vec<i32>,
}

impl EditSearch {
    fn conquer<H: DiffHook>(
        &mut self,
        told: &mut H,
        (mut old_at, mut old): PlacedWords<'_>,
        (mut new_at, mut new): PlacedWords<'_>,
    ) -> Result<(), H::Error> {
        let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
        if head > 0 {
            told.equal(old_at, new_at, head)?;
        }
        (old_at, old) = (old_at + head, &old[head..]);
        (new_at, new) = (new_at + head, &new[head..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
        (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        match (old.is_empty(), new.is_empty()) {
            (true, true) => {}
            (false, true) => told.delete(old_at, old.len(), new_at)?,
            (true, false) => told.insert(old_at, new_at, new.len())?,
            (false, false) => {
                // one that divides nothing would be sought for ever
                let is_inside =
                    |&(x, y): &(usize, usize)| (x, y) != (0, 0) && (x, y) != (old.len(), new.len());
                let (x, y) = Some(self.middle(old, new)).filter(is_inside).unwrap_or((old.len(), 0));
                let ((old_head, old_tail), (new_head, new_tail)) = (old.split_at(x), new.split_at(y));
                self.conquer(told, (old_at, old_head), (new_at, new_head))?;
                self.conquer(told, (old_at + x, old_tail), (new_at + y, new_tail))?;
            }
        }
        if tail > 0 {
            told.equal(old_at + old.len(), new_at + new.len(), tail)?;
        }
        Ok(())
    }

    /// A place on a shortest edit, about in its middle: where paths from both ends meet.
    fn middle(&mut self, old: &[u64], new: &[u64]) -> (usize, usize) {
        let (n, m) = (old.len() as i32, new.len() as i32);
        let delta = n - m;
        let is_odd = delta & 1 != 0;
        self.forward.clear();
        self.backward.clear();
        let within = |x: i32, y: i32| (x.clamp(0, n) as usize, y.clamp(0, m) as usize);
        for steps in 0..(n + m + 1) / 2 + 1 {
            lengthen(&self.forward, &mut self.longer, steps);
            let equal =
                |x: i32, y: i32| old.get(x as usize).is_some_and(|word| new.get(y as usize) == Some(word));
            follow(&mut self.longer, steps, equal);
            // a path from the end, of a step less where the lengths differ by an odd number
            if is_odd && let Some(at) = meeting(&self.longer, &self.backward, (delta - 1) / 2 + steps, n) {
                let x = start(&self.forward, at);
                return within(x, x - diagonal(steps, at));
            }
            std::mem::swap(&mut self.forward, &mut self.longer);

            lengthen(&self.backward, &mut self.longer, steps);
            let equal =
                |x: i32, y: i32| x < n && y < m && old[(n - 1 - x) as usize] == new[(m - 1 - y) as usize];
            follow(&mut self.longer, steps, equal);
            std::mem::swap(&mut self.backward, &mut self.longer);
            if !is_odd && let Some(at) = meeting(&self.backward, &self.forward, delta / 2 + steps, n) {
                let x = self.backward[at];
                return within(n - x, m - (x - diagonal(steps, at)));
            }
        }
        // no edit is longer than leaving all out and putting all in
        (old.len(), 0)
    }
}

/// The diagonal, words of `old` less words of `new`, of the path at a place.
fn diagonal(steps: i32, at: usize) -> i32 {
    2 * at as i32 - steps
}

/// Where the path at a place began to follow words that are equal: one step behind those of a step less.
fn start(shorter: &[i32], at: usize) -> i32 {
    let by_deletion = at.checked_sub(1).and_then(|before| shorter.get(before)).map(|x| x + 1);
    by_deletion.max(shorter.get(at).copied()).unwrap_or(0)
}

/// All paths of so many steps by those of one less, before they follow words that are equal.
fn lengthen(shorter: &[i32], longer: &mut Vec<i32>, steps: i32) {
    longer.clear();
    match (shorter.first(), shorter.last()) {
        (Some(first), Some(last)) if steps > 0 => {
            longer.push(*first);
            longer.extend(shorter.iter().zip(&shorter[1..]).map(|(left, right)| (left + 1).max(*right)));
            longer.push(last + 1);
        }
        _ => longer.push(0),
    }
}

fn follow(paths: &mut [i32], steps: i32, equal: impl Fn(i32, i32) -> bool) {
    for (at, x) in paths.iter_mut().enumerate() {
        let diagonal = diagonal(steps, at);
        while equal(*x, *x - diagonal) {
            *x += 1;
        }
    }
}

/// The last place whose path meets the one on its diagonal from the other end, places of which sum up to
/// `places`.
fn meeting(paths: &[i32], others: &[i32], places: i32, n: i32) -> Option<usize> {
    let last = places.min(paths.len() as i32 - 1);
    let first = (places + 1 - others.len() as i32).max(0);
    (first..=last).rev().map(|at| at as usize).find(|&at| paths[at] + others[places as usize - at] >= n)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use similar::{Algorithm, capture_diff_slices};

    use super::*;

    /// All lists of up to so many words of three.
    fn all_lists(longest: u32) -> Vec<Vec<u64>> {
        let of = |length: u32| {
            (0..3_u64.pow(length))
                .map(move |number| (0..length).map(|at| number / 3_u64.pow(at) % 3).collect())
        };
        (0..=longest).flat_map(of).collect()
    }

    #[test]
    fn operations_of_all_short_lists_are_those_of_the_crate() {
        let lists = all_lists(5);
        for old in &lists {
            for new in &lists {
                assert_eq!(
                    operations(old, new),
                    capture_diff_slices(Algorithm::Myers, old, new),
                    "{old:?} {new:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn operations_are_those_of_the_crate(
            old in prop::collection::vec(0..6_u64, 0..60),
            new in prop::collection::vec(0..6_u64, 0..60),
        ) {
            prop_assert_eq!(operations(&old, &new), capture_diff_slices(Algorithm::Myers, &old, &new));
        }

        #[test]
        fn operations_of_an_edited_text_are_those_of_the_crate(
            old in prop::collection::vec(0..400_u64, 0..300),
            edits in prop::collection::vec((0..300_usize, 0..500_u64, 0..3_u8), 0..80),
            cut in 0..200_usize,
        ) {
            let mut new = old.clone();
            for (at, word, edit) in edits {
                match edit {
                    0 if at < new.len() => new[at] = word,
                    1 if at < new.len() => drop(new.remove(at)),
                    2 if at <= new.len() => new.insert(at, word),
                    _ => {}
                }
            }
            let turned = cut.min(new.len() / 3);
            new.rotate_left(turned);
            prop_assert_eq!(operations(&old, &new), capture_diff_slices(Algorithm::Myers, &old, &new));
            new.truncate(cut);
            prop_assert_eq!(operations(&old, &new), capture_diff_slices(Algorithm::Myers, &old, &new));
        }
    }
}
