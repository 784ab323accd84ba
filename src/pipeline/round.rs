//! Pairs of some documents are judged: the nearest first, as far as families ask for it, and what their trees
//! need beyond that.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::article::DocumentNumber;
use crate::candidate::UnionFind;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;
use crate::evidence::background::Background;
use crate::family::{self, Group, Link};
use crate::pipeline::article_cache::ArticleCache;
use crate::pipeline::cascade::{Judgement, Judging};
use crate::pipeline::clusters::{ClusterNumbers, Places};
use crate::pipeline::drawing::Links;
use crate::pipeline::families::ordered;
use crate::pipeline::judged::PairJudge;
use crate::pipeline::pairs::{Pair, Scored, Scoring};
use crate::pipeline::rows::{RowLine, RowLines};
use crate::pipeline::scan::ScanSettings;
use crate::progress::{Progress, Quiet, Work};
use crate::row::{PairRow, Relation};
use crate::work::RecordPlace;

/// After so many turns all pairs are judged whose articles nothing ties.
const TURNS_MAX: usize = 6;

/// Whether what pairs have in common was counted before, or is to be counted for them.
#[derive(Clone, Copy)]
pub(super) enum Rarity {
    Known,
    Asked,
}

/// The line of a link.
pub(super) enum Line {
    Held(RowLine),
    Kept(RecordPlace),
}

/// Pairs of some documents, those that were judged and those that were not.
#[derive(Default)]
pub(super) struct Judged {
    pub links: Vec<Link>,
    /// Of each link.
    pub lines: Vec<Line>,
    /// Of each link whether the search proposed its pair; others were judged for a tree's sake.
    pub is_proposed: Vec<bool>,
    /// Pairs whose articles were tied before their turn.
    pub left_out: Vec<Pair>,
}

/// Where pairs are judged.
pub(super) struct Round<'b, 'a, C> {
    judge: &'b PairJudge<'a, C>,
    progress: &'b dyn Progress,
    articles: ArticleCache<'b, C, Prepared>,
    /// How rare is what proposed pairs have in common.
    background: Option<&'b Background>,
    /// It was counted for any two documents of one cluster of these; without clusters, for any two.
    pub counted: Option<&'b ClusterNumbers>,
    /// Pairs that the search proposed, in order: those that were not left out are judged once.
    pub proposed: Vec<Pair>,
    /// Where lines go at once; without it they are held.
    pub sink: Option<&'b mut RowLines>,
    pub judged: Judged,
    /// Links of clusters that were judged for a tree's sake, with their lines.
    further: Vec<(Link, Line)>,
}

impl<'b, 'a, C: Collection> Round<'b, 'a, C> {
    pub fn new(
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
    pub fn add(&mut self, found: Judged) -> Result<()> {
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
    pub fn keep_further(&mut self, groups: &[Group]) {
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
    pub fn judge(
        &mut self,
        pairs: &[Pair],
        shared: bool,
        rarity: Rarity,
        progress: &dyn Progress,
    ) -> Result<()> {
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
    pub fn judge_in_turns(&mut self, mut pairs: Vec<Pair>) -> Result<()> {
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

pub(super) fn in_order(pairs: &[Pair]) -> Vec<Pair> {
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
