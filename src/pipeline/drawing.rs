//! Groups of links to families with trees: the pairs that a tree needs and nobody judged are judged, and what
//! they deny is drawn again.

use rustc_hash::FxHashSet;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;
use crate::family::{Group, Link};
use crate::judge::Profile;
use crate::pipeline::families::{self, LinksByPair, Nursery, Open};
use crate::pipeline::pairs::Pair;
use crate::pipeline::trees::Families;
use crate::progress::Progress;

/// Links, and who judges more pairs.
pub(crate) trait Links: Sync {
    fn links(&self) -> &[Link];

    /// An article that is at hand, made ready for comparison.
    fn prepared(&self, _document: DocumentNumber) -> Option<&Prepared> {
        None
    }

    /// Judges these pairs, and adds the links of those that are derived.
    fn judge_further(&mut self, pairs: &[Pair]) -> Result<()>;

    /// Judges what was left out among the members of some of these groups, and ties those anew by the best
    /// links. Says whether they were.
    fn judge_left_out(&mut self, _groups: &mut [Group], _some: &[usize]) -> Result<bool> {
        Ok(false)
    }
}

/// What families are drawn from.
pub(crate) struct Drawing<'a, C> {
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    pub profile: &'a Profile,
    /// What a derived pair has to score.
    pub cut: f64,
    /// Whether only what was asked for may be an edge.
    pub is_limited: bool,
    pub progress: &'a dyn Progress,
}

impl<C: Collection> Drawing<'_, C> {
    /// Families of these groups, in their order. Parents that were not judged are judged now, and those that
    /// are denied give way to known ones. `apart` are links that no family has.
    pub fn draw(&self, judged: &mut impl Links, groups: Vec<Group>, apart: Vec<usize>) -> Result<Families> {
        self.progress.stage("drawing families", Some(groups.len() as u64));
        let (first, again) = match self.is_limited {
            false => (Open::All, Open::Near),
            true => (Open::None, Open::None),
        };
        let tying = match first {
            Open::None => Families::tying(&groups, judged.links()),
            _ => FxHashSet::default(),
        };
        let all: Vec<&Group> = groups.iter().collect();
        let planted = self.nursery(judged, first).plant(&all, &|pair| tying.contains(&pair))?;
        let mut families = Families { groups, planted, apart };
        let missing = families.unjudged(&LinksByPair::new(judged.links()));
        judged.judge_further(&missing)?;
        let denied = families.denied(judged.links(), &LinksByPair::new(judged.links()));
        let by_links: Vec<usize> = (0..families.planted.len())
            .filter(|&at| families.planted[at].root_confidence.is_none())
            .collect();
        let asking: Vec<usize> = denied.iter().chain(&by_links).copied().collect();
        if judged.judge_left_out(&mut families.groups, &asking)? {
            for at in by_links {
                families.planted[at] =
                    families::by_links(&families.groups[at], judged.links(), self.documents);
            }
        }
        let by_pair = LinksByPair::new(judged.links());
        let allowed = families.allowed(judged.links(), &by_pair);
        let drawn_again: Vec<&Group> = denied.iter().map(|&at| &families.groups[at]).collect();
        let nursery = self.nursery(judged, again);
        let planted = nursery.plant(&drawn_again, &|pair| allowed.contains(&pair))?;
        denied.into_iter().zip(planted).for_each(|(at, planted)| families.planted[at] = planted);
        Ok(families)
    }

    fn nursery<'a, L: Links>(&'a self, judged: &'a L, edges: Open) -> Nursery<'a, C, L> {
        let Drawing { collection, documents, profile, cut, progress, .. } = *self;
        Nursery { collection, documents, judged, profile, cut, edges, progress }
    }
}
