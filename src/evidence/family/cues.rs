//! What speaks for an edge of a family's tree, and for its root.

use crate::evidence::portrait::{Figure, Portrait, RunPlace};
use crate::shingle::count_in_both;

macro_rules! cues {
    ($(#[$of:meta])* $of_name:ident: $($(#[$doc:meta])* $name:ident,)*) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $of_name { $($(#[$doc])* pub $name: f64,)* }

        impl $of_name {
            /// Names in the order of `values`.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// All cues, in the order of `NAMES`.
            pub fn values(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$name,)*]
            }
        }
    };
}

cues! {
    /// Of an edge from u to v: v may have come from u. Shares are of distinct things; 0 says nothing.
    EdgeCues:
    /// Share of v's runs of three words that stand in u: a passage is invented once and lost often, so that
    /// the tree in which neighbours have most in common is the likeliest.
    kept,
    /// Share of u's runs that v has not.
    dropped,
    /// As `kept`, of shingles of five words.
    kept_shingles,
    /// As `dropped`, of shingles of five words.
    dropped_shingles,
    /// Share of v's runs that stand in u, each weighed by how few members of the family have it.
    kept_rare,
    /// As `kept`, of pairs of content words, which survive rewording.
    kept_stems,
    /// As `dropped`, of pairs of content words.
    dropped_stems,
    /// As `kept`, of names and numbers.
    kept_facts,
    /// As `dropped`, of names and numbers.
    dropped_facts,
    /// Share of v's facts in u less the converse, where most of the text is retold.
    facts_retold,
    /// Share of words in quotations, u less v, where most of the text is retold.
    quotes_retold,
    /// u was printed before v: 1, after: -1.
    dates,
    /// ln(1 + hours) from u to v, of three days at most.
    lag,
    /// How much of the others u holds, over the most that any member holds.
    hub,
    /// Both have the same words in the same order: 1.
    same_words,
    /// v speaks of people as known whom u introduces, less the converse; ln(1 + names).
    hanging,
    /// v is of a later edition.
    edition,
    /// v says that it prints what others wrote, and u does not.
    reprint,
    /// u goes on where v ends, in copied text: v was cut from the bottom.
    tail,
    /// v has a top of its own, in copied text.
    head,
    /// ln(1 + words/15) that stand in v among copied text alone, less those in u.
    inserted,
    /// More numbers grew from u to v than shrank; signed ln(1 + numbers).
    figures,
    /// v credits u's outlet, less the converse.
    credits,
    /// Both are of one outlet.
    same_outlet,
    /// u is of an agency, less the converse.
    wire,
    /// ln(words of v / words of u).
    longer,
}

cues! {
    /// Of a member as the root. Means are over the pairs with other members that were compared, and of edges
    /// away from it.
    RootCues:
    /// As [`EdgeCues::hub`], of the member itself.
    hub,
    /// Mean share of the other members' runs that it holds.
    cover,
    /// Share of its runs that no other member has.
    own,
    /// No member was printed before it: 1.
    first,
    /// ln(1 + hours) after the first dated member, of three days at most.
    later,
    /// Mean of [`EdgeCues::dates`].
    dates,
    /// It has no date that can be read: 1.
    undated,
    /// Mean of [`EdgeCues::facts_retold`].
    facts_retold,
    /// Mean of [`EdgeCues::quotes_retold`].
    quotes_retold,
    /// Mean of [`EdgeCues::hanging`].
    hanging,
    /// Mean of [`EdgeCues::edition`].
    edition,
    /// Mean of [`EdgeCues::reprint`].
    reprint,
    /// Mean of [`EdgeCues::tail`].
    tail,
    /// Mean of [`EdgeCues::head`].
    head,
    /// Mean of [`EdgeCues::inserted`].
    inserted,
    /// Mean of [`EdgeCues::figures`].
    figures,
    /// Mean of [`EdgeCues::longer`].
    longer,
    /// Share of the other members that credit its outlet.
    credited,
    /// It credits the outlet of another member.
    crediting,
    /// It is of an agency.
    wire,
}

/// Where text of two members that is common to both lies in one of them.
#[derive(Clone, Copy, Debug, Default)]
struct Cover {
    /// Words before, among and after what is common, and the share of words that is.
    head: u32,
    middle: u32,
    tail: u32,
    covered: f64,
}

/// What two members have in common; the first of each pair of numbers is the first member's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MemberOverlap {
    runs: [f64; 2],
    rare: [f64; 2],
    shingles: [f64; 2],
    stems: [f64; 2],
    facts: [f64; 2],
    cover: [Cover; 2],
    /// Of shingles.
    pub jaccard: f64,
}

/// A member among its family: what of its runs is rare there, and how much of the others it holds.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    pub portrait: &'a Portrait,
    /// Of each run of the portrait.
    pub weights: Vec<f32>,
    /// Of the runs that another member has as well.
    pub weight: f64,
    pub hub: f64,
}

impl MemberOverlap {
    pub fn of(one: &Placed<'_>, other: &Placed<'_>, marked: &mut [Vec<bool>; 2]) -> MemberOverlap {
        let (a, b) = (one.portrait, other.portrait);
        let mut common = MemberOverlap::default();
        let (shared, weight) = shared_runs(one, other, marked);
        let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 };
        let shares =
            |part: usize, a: usize, b: usize| [share(part as f64, a as f64), share(part as f64, b as f64)];
        common.runs = shares(shared, a.runs.len(), b.runs.len());
        common.rare = [share(weight, one.weight), share(weight, other.weight)];
        let shingles = a.shingles.overlap(&b.shingles);
        common.jaccard = shingles.jaccard();
        common.shingles = [shingles.containment_of_a(), shingles.containment_of_b()];
        let stems = count_in_both(&a.stem_bigrams, &b.stem_bigrams);
        common.stems = shares(stems, a.stem_bigrams.len(), b.stem_bigrams.len());
        common.facts = shares(count_in_both(&a.facts, &b.facts), a.facts.len(), b.facts.len());
        common.cover = [cover(&marked[0]), cover(&marked[1])];
        common
    }

    /// The cues of the edges from the first to the second, and back.
    pub fn edges(&self, one: &Placed<'_>, other: &Placed<'_>) -> [EdgeCues; 2] {
        [self.edge(one, other, [0, 1]), self.edge(other, one, [1, 0])]
    }

    fn edge(&self, from: &Placed<'_>, to: &Placed<'_>, [u, v]: [usize; 2]) -> EdgeCues {
        let (a, b) = (from.portrait, to.portrait);
        let covered = self.cover[0].covered.max(self.cover[1].covered);
        let (retold, copied) = (1.0 - covered, ((covered - 0.3) / 0.7).max(0.0));
        let sign = |later: i32| f64::from(later.signum());
        let ends = |one: u32, other: u32| one_sided(one, other) - one_sided(other, one);
        let size = |words: u32| (1.0 + f64::from(words) / 15.0).ln();
        let names =
            |one: &Portrait, other: &Portrait| (1.0 + one.names.left_hanging(&other.names) as f64).ln();
        let one = |is: bool| f64::from(u8::from(is));
        EdgeCues {
            kept: self.runs[v],
            dropped: 1.0 - self.runs[u],
            kept_shingles: self.shingles[v],
            dropped_shingles: 1.0 - self.shingles[u],
            kept_rare: self.rare[v],
            kept_stems: self.stems[v],
            dropped_stems: 1.0 - self.stems[u],
            kept_facts: self.facts[v],
            dropped_facts: 1.0 - self.facts[u],
            facts_retold: retold * (self.facts[v] - self.facts[u]),
            quotes_retold: retold * (a.quoted - b.quoted),
            dates: dates(a, b),
            lag: lag(a, b),
            hub: from.hub,
            same_words: one(a.wording == b.wording),
            hanging: names(b, a) - names(a, b),
            edition: sign(b.imprint.edition - a.imprint.edition),
            reprint: one(b.imprint.is_reprint) - one(a.imprint.is_reprint),
            tail: copied * ends(self.cover[u].tail, self.cover[v].tail),
            head: copied * ends(self.cover[v].head, self.cover[u].head),
            inserted: copied * (size(self.cover[v].middle) - size(self.cover[u].middle)),
            figures: copied * growth(&a.figures, &b.figures),
            credits: one(b.imprint.credits(&a.imprint)) - one(a.imprint.credits(&b.imprint)),
            same_outlet: one(a.imprint.is_of_outlet_of(&b.imprint)),
            wire: one(a.imprint.is_wire) - one(b.imprint.is_wire),
            longer: (f64::from(b.words.max(1)) / f64::from(a.words.max(1))).ln(),
        }
    }
}

/// How many distinct runs two members share, and their weight; marks the words of those in either text.
fn shared_runs(one: &Placed<'_>, other: &Placed<'_>, marked: &mut [Vec<bool>; 2]) -> (usize, f64) {
    let (a, b) = (&one.portrait.runs, &other.portrait.runs);
    for (marked, portrait) in marked.iter_mut().zip([one.portrait, other.portrait]) {
        marked.clear();
        marked.resize(portrait.words as usize, false);
    }
    let (mut at, mut there, mut shared, mut weight) = (0, 0, 0, 0.0);
    while let (Some(left), Some(right)) = (a.get(at), b.get(there)) {
        match left.run.cmp(&right.run) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => there += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                weight += f64::from(one.weights.get(at).copied().unwrap_or(0.0));
                mark(&mut marked[0], left);
                mark(&mut marked[1], right);
                at += 1;
                there += 1;
            }
        }
    }
    (shared, weight)
}

fn mark(words: &mut [bool], place: &RunPlace) {
    let run = words.iter_mut().skip(place.at as usize).take(crate::evidence::portrait::RUN_WORDS);
    run.for_each(|word| *word = true);
}

fn cover(words: &[bool]) -> Cover {
    let Some(first) = words.iter().position(|&common| common) else {
        return Cover { tail: words.len() as u32, ..Cover::default() };
    };
    let last = words.iter().rposition(|&common| common).unwrap_or(first);
    let common = words.iter().filter(|&&common| common).count();
    Cover {
        head: first as u32,
        middle: (last + 1 - first - common) as u32,
        tail: (words.len() - last - 1) as u32,
        covered: common as f64 / words.len() as f64,
    }
}

/// Words over at one end of a text, where the other has next to none there.
fn one_sided(here: u32, there: u32) -> f64 {
    const FEW: u32 = 10;
    if here >= FEW && there < FEW { (f64::from(here) / 15.0).ln_1p() } else { 0.0 }
}

/// After three days a story is old, and no older after a year: that much time lies between two texts must not say
/// more than which of them came first.
const HOURS_MAX: f64 = 72.0;

/// 1 where the first was printed before the second, -1 where after, 0 where that is not known.
fn dates(a: &Portrait, b: &Portrait) -> f64 {
    let (Some(one), Some(other)) = (a.printed, b.printed) else { return 0.0 };
    if one.1 <= other.0 && one.0 < other.0 {
        1.0
    } else if other.1 <= one.0 && other.0 < one.0 {
        -1.0
    } else {
        0.0
    }
}

fn lag(a: &Portrait, b: &Portrait) -> f64 {
    let (Some(one), Some(other)) = (a.printed, b.printed) else { return 0.0 };
    hours(one.0, other.0)
}

/// ln(1 + hours) from one moment to a later one, of so many hours at most, else 0.
pub(super) fn hours(from: i64, to: i64) -> f64 {
    (to.saturating_sub(from).max(0) as f64 / 3600.0).min(HOURS_MAX).ln_1p()
}

/// Numbers between the same words: more that grew (positive), or that shrank.
fn growth(a: &[Figure], b: &[Figure]) -> f64 {
    let (mut at, mut there, mut grown) = (0, 0, 0_i32);
    while let (Some(one), Some(other)) = (a.get(at), b.get(there)) {
        if one.between == other.between {
            grown += match other.value.cmp(&one.value) {
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
            };
        }
        at += usize::from(one.between <= other.between);
        there += usize::from(other.between <= one.between);
    }
    f64::from(grown.signum()) * f64::from(grown.abs()).ln_1p()
}
