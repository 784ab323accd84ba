//! Proposed pairs to what a scan lists: judged, drawn into families, with their lines put away.
//!
//! Families ask for few of the pairs: what links tie already need not be tied again. So the nearest pairs are
//! judged first, cluster by cluster with all their articles at hand, and the cluster's families drawn at once;
//! then the pairs that lie across, and the families that these change. What families need beyond that (where
//! a parent turned out to be none, and of large ones) is judged then, so that all are those of judging every
//! pair: `tests/families.rs` holds them to that.

use rayon::prelude::*;

use crate::article::DocumentNumber;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::Background;
use crate::evidence::family::EXACT_MEMBERS;
use crate::family::{self, Link};
use crate::pipeline::clusters::{Cluster, ClusterBounds, ClusterNumbers, clusters};
use crate::pipeline::drawing::{Drawing, Links};
use crate::pipeline::listing::IdRanks;
use crate::pipeline::pairs::{Pair, PairContext};
use crate::pipeline::rarity::Sharing;
use crate::pipeline::round::{Judged, Line, Rarity, Round, in_order};
use crate::pipeline::rows::RowLines;
use crate::pipeline::scan::ScanSettings;
use crate::pipeline::trees::Families;
use crate::progress::{Progress, Quiet, Work, go_on};
use crate::search::PairLimits;
use crate::work::RecordPlace;

/// So many clusters are gone through before what was found is put away.
const CLUSTERS_AT_ONCE: usize = 256;

/// The articles of a cluster have so many words together, at most. What is asked for in the corpus hangs on the
/// clusters, and so this is no setting.
const CLUSTER_WORDS: usize = 1 << 17;

/// What pairs are judged by, and among what.
pub(super) struct PairJudge<'a, C> {
    pub around: PairContext<'a, C>,
    pub settings: &'a ScanSettings,
    pub progress: &'a dyn Progress,
}

/// What a scan may list, and the families.
pub(super) struct JudgedPairs {
    pub links: Vec<Link>,
    /// Of each link where its line is.
    pub places: Vec<RecordPlace>,
    pub families: Families,
}

impl<C: Collection> PairJudge<'_, C> {
    /// Judges these pairs, in order of how near they are, and draws families of those that may tie; so many of
    /// them are near. Where only what families ask for is listed, not all of them are judged.
    ///
    /// # Errors
    /// What the collection returns, [`crate::Error::Interrupted`], and [`crate::Error::File`] where the work
    /// folder cannot be written to.
    pub fn judge(
        &self,
        (pairs, near): (&[Pair], usize),
        may_tie: impl Fn(Pair) -> bool,
        lines: &mut RowLines,
    ) -> Result<JudgedPairs> {
        self.progress.count(Work::Promising, pairs.len() as u64);
        let bounds = ClusterBounds { documents: EXACT_MEMBERS, words: CLUSTER_WORDS };
        let documents = self.around.documents;
        let (clusters, across) =
            clusters((pairs, near), bounds, |document| documents.words(document) as usize);
        let numbers = ClusterNumbers::of(&clusters);
        let background = self.background(&clusters, &across)?;
        self.progress.stage("weighing evidence", Some(pairs.len() as u64));
        let mut all = Round::new(self, self.progress, background.as_ref());
        (all.sink, all.counted) = (Some(lines), Some(&numbers));
        all.proposed = in_order(pairs);
        let mut drawn = Families::default();
        if self.is_all_judged() {
            all.judge(pairs, self.settings.shared, Rarity::Known, self.progress)?;
        } else {
            for some in clusters.chunks(CLUSTERS_AT_ONCE) {
                go_on(self.progress)?;
                let found = some.par_iter().map(|cluster| self.judge_cluster(cluster, background.as_ref()));
                for (found, families) in found.collect::<Result<Vec<_>>>()? {
                    all.add(found)?;
                    drawn.add(families);
                }
                self.progress.advance(some.iter().map(|cluster| cluster.pairs.len() as u64).sum());
            }
            drop(clusters);
            all.judge_in_turns(across)?;
        }
        let links = &all.judged.links;
        let ranks = IdRanks::new(documents, links.iter().map(|link| [link.source, link.derived]));
        let order_of = |a: DocumentNumber, b: DocumentNumber| ranks.of(a).cmp(&ranks.of(b));
        let (groups, apart) =
            family::group(links, |at| may_tie((links[at].source, links[at].derived)), order_of);
        let (mut families, mut new) = drawn.again(groups);
        all.keep_further(&families.groups);
        let large: Vec<usize> = (0..new.len()).filter(|&at| new[at].members.len() > EXACT_MEMBERS).collect();
        // what holds these together is listed
        all.judge_left_out(&mut new, &large)?;
        families.apart = apart;
        families.add(self.drawing(self.progress).draw(&mut all, new, Vec::new())?);
        let Judged { links, lines, .. } = all.judged;
        let places = lines.into_iter().filter_map(|line| match line {
            Line::Kept(place) => Some(place),
            Line::Held(_) => None,
        });
        Ok(JudgedPairs { places: places.collect(), links, families })
    }

    /// Where more is listed than families ask for.
    fn is_all_judged(&self) -> bool {
        let ScanSettings { all_pairs, shared, candidates, .. } = self.settings;
        *all_pairs || *shared || candidates.limits != PairLimits::default()
    }

    /// How rare is what any two articles of a cluster have in common, and what these pairs have.
    fn background(&self, clusters: &[Cluster], pairs: &[Pair]) -> Result<Option<Background>> {
        if !self.around.is_background {
            return Ok(None);
        }
        let groups: Vec<&[DocumentNumber]> = clusters.iter().map(|it| it.documents.as_slice()).collect();
        let order = self.around.telling(pairs);
        let sharing = Sharing { pairs, order: &order, groups: &groups };
        self.around.rarity(sharing, self.progress).map(Some)
    }

    /// Judges pairs of a cluster, with all its articles at hand, and draws its families, where it is not most
    /// likely a piece of a larger one.
    fn judge_cluster(
        &self,
        cluster: &Cluster,
        background: Option<&Background>,
    ) -> Result<(Judged, Families)> {
        let quiet = Quiet(self.progress);
        let mut round = Round::new(self, &quiet, background);
        round.proposed = in_order(&cluster.pairs);
        round.judge_in_turns(cluster.pairs.clone())?;
        // what was cut is drawn when all of it is known
        if cluster.is_cut {
            return Ok((round.judged, Families::default()));
        }
        let documents = self.around.documents;
        let order_of = |a, b| documents.id(a).cmp(documents.id(b));
        let (groups, _) = family::group(&round.judged.links, |_| true, order_of);
        let families = self.drawing(&quiet).draw(&mut round, groups, Vec::new())?;
        Ok((round.judged, families))
    }

    fn drawing<'d>(&'d self, progress: &'d dyn Progress) -> Drawing<'d, C> {
        let PairJudge { around, settings, .. } = self;
        Drawing {
            collection: around.collection,
            documents: around.documents,
            profile: &settings.profile,
            cut: settings.min_score.unwrap_or(settings.profile.cut),
            is_limited: settings.candidates.limits != PairLimits::default(),
            progress,
        }
    }
}
