//! Proposed pairs to what a scan lists: judged, drawn into families, with their lines put away.
//!
//! Families ask for few of the pairs: what links tie already need not be tied again. So the nearest pairs are
//! judged first, cluster by cluster with all their articles at hand, and the cluster's families drawn at once;
//! then the pairs that lie across, and the families that these change. What families need beyond that (where
//! a parent turned out to be none, and of large ones) is judged then, so that all are those of judging every
//! pair: `tests/families.rs` holds them to that.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::article::DocumentNumber;
use crate::candidate::UnionFind;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;
use crate::evidence::background::Background;
use crate::evidence::family::EXACT_MEMBERS;
use crate::family::{self, Group, Link};
use crate::pipeline::article_cache::ArticleCache;
use crate::pipeline::cascade::{Judgement, Judging};
use crate::pipeline::clusters::{Cluster, ClusterBounds, ClusterNumbers, Places, clusters};
use crate::pipeline::drawing::{Drawing, Links};
use crate::pipeline::families::ordered;
use crate::pipeline::listing::IdRanks;
use crate::pipeline::pairs::{Pair, PairContext, Scored, Scoring};
use crate::pipeline::rarity::Sharing;
use crate::pipeline::rows::{RowLine, RowLines};
use crate::pipeline::scan::ScanSettings;
use crate::pipeline::trees::Families;
use crate::progress::{Progress, Quiet, Work, go_on};
use crate::row::{PairRow, Relation};
use crate::search::PairLimits;
use crate::work::RecordPlace;

/// So many clusters are gone through before what was found is put away.
const CLUSTERS_AT_ONCE: usize = 256;

/// The articles of a cluster have so many words together, at most. What is asked for in the corpus hangs on the
/// clusters, and so this is no setting.
const CLUSTER_WORDS: usize = 1 << 17;

/// After so many turns all pairs are judged whose articles nothing ties.
const TURNS_MAX: usize = 6;

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

/// Whether what pairs have in common was counted before, or is to be counted for them.
#[derive(Clone, Copy)]
enum Rarity {
    Known,
    Asked,
}

/// The line of a link.
enum Line {
    Held(RowLine),
    Kept(RecordPlace),
}

/// Pairs of some documents, those that were judged and those that were not.
#[derive(Default)]
struct Judged {
    links: Vec<Link>,
    /// Of each link.
    lines: Vec<Line>,
    /// Of each link whether the search proposed its pair; others were judged for a tree's sake.
    is_proposed: Vec<bool>,
    /// Pairs whose articles were tied before their turn.
    left_out: Vec<Pair>,
}

/// Where pairs are judged.
struct Round<'b, 'a, C> {
    judge: &'b PairJudge<'a, C>,
    progress: &'b dyn Progress,
    articles: ArticleCache<'b, C, Prepared>,
    /// How rare is what proposed pairs have in common.
    background: Option<&'b Background>,
    /// It was counted for any two documents of one cluster of these; without clusters, for any two.
    counted: Option<&'b ClusterNumbers>,
    /// Pairs that the search proposed, in order: those that were not left out are judged once.
    proposed: Vec<Pair>,
    /// Where lines go at once; without it they are held.
    sink: Option<&'b mut RowLines>,
    judged: Judged,
    /// Links of clusters that were judged for a tree's sake, with their lines.
    further: Vec<(Link, Line)>,
}

impl<'b, 'a, C: Collection> Round<'b, 'a, C> {
    fn new(
        judge: &'b PairJudge<'a, C>,
        progress: &'b dyn Progress,
        background: Option<&'b Background>,
    ) -> Self {
        Round {
            judge,
            progress,
            articles: judge.around.articles(),
            background,
            counted: None,
            proposed: Vec::new(),
            sink: None,
            judged: Judged::default(),
            further: Vec::new(),
        }
    }

    /// Adds what was judged elsewhere.
    fn add(&mut self, found: Judged) -> Result<()> {
        let Judged { links, lines, is_proposed, left_out } = &mut self.judged;
        left_out.extend(found.left_out);
        let found = found.links.into_iter().zip(found.lines).zip(found.is_proposed);
        for ((link, line), was_proposed) in found {
            let line = put_away(&mut self.sink, line)?;
            if was_proposed {
                links.push(link);
                lines.push(line);
                is_proposed.push(true);
            } else {
                self.further.push((link, line));
            }
        }
        Ok(())
    }

    /// Adds links that trees of these groups asked for. Those of other trees are forgotten, which nobody would
    /// have judged.
    fn keep_further(&mut self, groups: &[Group]) {
        let members: FxHashSet<DocumentNumber> =
            groups.iter().flat_map(|group| &group.members).copied().collect();
        let Judged { links, lines, is_proposed, .. } = &mut self.judged;
        for (link, line) in std::mem::take(&mut self.further) {
            if members.contains(&link.source) {
                links.push(link);
                lines.push(line);
                is_proposed.push(false);
            }
        }
    }

    /// Judges these pairs and adds those that are derived, or share a source where that is wanted.
    fn judge(&mut self, pairs: &[Pair], shared: bool, rarity: Rarity, progress: &dyn Progress) -> Result<()> {
        let ScanSettings { profile, min_score, .. } = self.judge.settings;
        let scoring = Scoring {
            around: &self.judge.around,
            pairs,
            judging: Judging::of_scan(Judgement { profile, cut: *min_score }, shared),
            make: |row: PairRow| RowLine::of(&row),
            progress,
        };
        let mut scored: Vec<(usize, Link, Line)> = Vec::new();
        let sink = &mut self.sink;
        let take = |at, Scored { link, row }: Scored<Result<RowLine>>| {
            scored.push((at, link, put_away(sink, Line::Held(row?))?));
            Ok(())
        };
        match rarity {
            Rarity::Known => scoring.score_with(&mut self.articles, self.background, take)?,
            Rarity::Asked => scoring.score(take)?,
        }
        scored.sort_unstable_by_key(|&(at, ..)| at);
        let Judged { links, lines, is_proposed, .. } = &mut self.judged;
        for (_, link, line) in scored {
            links.push(link);
            lines.push(line);
        }
        is_proposed.resize(links.len(), true);
        Ok(())
    }

    /// Judges pairs, the first before the later ones, and leaves out those whose articles links tie already:
    /// they are of one family, whatever is found of the pair. A partial link ties none.
    fn judge_in_turns(&mut self, mut pairs: Vec<Pair>) -> Result<()> {
        let known: Vec<Pair> = self.judged.links.iter().map(pair_of).collect();
        let places = Places::of(pairs.iter().chain(&known));
        let mut tied = places.sets();
        self.tie(0, &places, &mut tied);
        for turn in 1.. {
            let mut chosen_tie = tied.clone();
            let (mut chosen, mut later) = (Vec::new(), Vec::new());
            for pair in pairs {
                let (a, b) = places.of_pair(pair);
                if tied.find(a) == tied.find(b) {
                    self.judged.left_out.push(pair);
                    self.progress.advance(1);
                } else if turn == TURNS_MAX || chosen_tie.find(a) != chosen_tie.find(b) {
                    chosen_tie.join(a, b);
                    chosen.push(pair);
                } else {
                    later.push(pair);
                }
            }
            if chosen.is_empty() {
                break;
            }
            let known = self.judged.links.len();
            self.judge(&chosen, false, Rarity::Known, self.progress)?;
            self.tie(known, &places, &mut tied);
            pairs = later;
        }
        Ok(())
    }

    /// Ties what links from a position on tie; a partial one ties nothing.
    fn tie(&self, first: usize, places: &Places, tied: &mut UnionFind) {
        let Judged { links, is_proposed, .. } = &self.judged;
        for at in (first..links.len()).filter(|&at| is_proposed[at]) {
            if links[at].relation != Relation::Partial {
                let (a, b) = places.of_pair(pair_of(&links[at]));
                tied.join(a, b);
            }
        }
    }
}

impl<C: Collection> Links for Round<'_, '_, C> {
    fn links(&self) -> &[Link] {
        &self.judged.links
    }

    fn prepared(&self, document: DocumentNumber) -> Option<&Prepared> {
        self.articles.get(document).map(|prepared| &**prepared)
    }

    fn judge_further(&mut self, pairs: &[Pair]) -> Result<()> {
        let mut asked: FxHashSet<Pair> = pairs.iter().copied().map(ordered).collect();
        // what was left out is judged now, as all others that were proposed
        let (proposed, left_out): (Vec<Pair>, Vec<Pair>) = std::mem::take(&mut self.judged.left_out)
            .into_iter()
            .partition(|&pair| asked.contains(&ordered(pair)));
        self.judged.left_out = left_out;
        let proposed: FxHashSet<Pair> = proposed.into_iter().map(ordered).collect();
        // what was judged and has no link is not derived
        asked.retain(|pair| proposed.contains(pair) || self.proposed.binary_search(pair).is_err());
        self.progress.count(Work::Promising, (asked.len() - proposed.len()) as u64);
        let is_counted = |&pair: &Pair| {
            proposed.contains(&pair) || self.counted.is_none_or(|clusters| clusters.hold(pair))
        };
        let (counted, others): (Vec<Pair>, Vec<Pair>) =
            pairs.iter().copied().map(ordered).filter(|pair| asked.contains(pair)).partition(is_counted);
        let known = self.judged.links.len();
        self.judge(&counted, false, Rarity::Known, &Quiet(self.progress))?;
        self.judge(&others, false, Rarity::Asked, self.progress)?;
        let Judged { links, is_proposed, .. } = &mut self.judged;
        for (link, is_proposed) in links.iter().zip(is_proposed).skip(known) {
            *is_proposed = proposed.contains(&ordered(pair_of(link)));
        }
        Ok(())
    }

    fn judge_left_out(&mut self, groups: &mut [Group], some: &[usize]) -> Result<bool> {
        if some.is_empty() {
            return Ok(false);
        }
        let mut group_of: FxHashMap<DocumentNumber, usize> = FxHashMap::default();
        for &at in some {
            group_of.extend(groups[at].members.iter().map(|&member| (member, at)));
        }
        let is_within = |a, b| group_of.get(&a).is_some_and(|at| group_of.get(&b) == Some(at));
        let (within, left_out): (Vec<Pair>, Vec<Pair>) =
            std::mem::take(&mut self.judged.left_out).into_iter().partition(|&(a, b)| is_within(a, b));
        self.judged.left_out = left_out;
        // what was left out may have been judged for a tree already, and ties as well
        self.judge(&within, false, Rarity::Known, &Quiet(self.progress))?;
        let Judged { links, is_proposed, .. } = &self.judged;
        let ties = |at: usize| is_proposed[at] && is_within(links[at].source, links[at].derived);
        let documents = self.judge.around.documents;
        let (anew, _) = family::group(links, ties, |a, b| documents.id(a).cmp(documents.id(b)));
        for group in anew {
            if let Some(&at) = group_of.get(&group.members[0]) {
                groups[at].links = group.links;
            }
        }
        Ok(true)
    }
}

fn in_order(pairs: &[Pair]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs.iter().copied().map(ordered).collect();
    pairs.sort_unstable();
    pairs
}

fn pair_of(link: &Link) -> Pair {
    (link.source, link.derived)
}

fn put_away(sink: &mut Option<&mut RowLines>, line: Line) -> Result<Line> {
    Ok(match (sink, line) {
        (Some(sink), Line::Held(line)) => Line::Kept(sink.keep(&line)?),
        (_, line) => line,
    })
}
