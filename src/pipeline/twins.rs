//! Pairs of articles of the same text, byte for byte: measured once a text, however often it was printed.

use rayon::prelude::*;

use crate::align::{self, Alignment, Scratch};
use crate::article::{Article, DocumentNumber};
use crate::barrier::{Fault, Stage, guarded};
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::across::FrequentWords;
use crate::evidence::background::PairBackground;
use crate::evidence::content::ContentIndex;
use crate::evidence::measured::Measured;
use crate::evidence::version::Version;
use crate::evidence::{Prepared, measured};
use crate::judge::{Outlook, outlook};
use crate::pipeline::cascade::{self, Judgement, Judging};
use crate::pipeline::pairs::{self, Pair, PairContext, Scored, Scoring};
use crate::progress::{Work, go_on};
use crate::row::PairRow;
use crate::shingle::ShingleSet;

/// What a row takes while it waits to be put away: itself, and a part for each quotation, of a few words at
/// least.
const ROW_BYTES: usize = 1500;
const ROW_BYTES_PER_WORD: usize = 8;
/// Pairs that are scored together at most, and those among them that one thread takes in a row.
const PAIRS_AT_ONCE: usize = 16_384;
const PAIRS_IN_A_ROW: usize = 256;

/// Whether both documents have the same words, and so, more often than not, the same bytes.
pub(super) fn may_be_twins(documents: &DocumentTable, (a, b): Pair) -> bool {
    documents.identity(a) != 0 && documents.identity(a) == documents.identity(b)
}

/// What became of a pair that may be one of twins.
pub(super) enum TwinOutcome<R> {
    Scored(Scored<R>),
    /// It is not wanted.
    LeftOut,
    /// They differ in more than id, date, title and address.
    NoTwins,
    /// retold failed at the pair.
    Failed(Fault),
}

/// Scores those pairs of these places that are twins, and tells `take` what became of each, in the order
/// given. Rows are those of [`Judging::row`] to the letter: what id, date and title decide is judged for each
/// pair.
///
/// # Errors
/// What the collection and `take` return, and [`crate::Error::Interrupted`].
pub(super) fn score<C, K, M, R>(
    scoring: &Scoring<'_, C, K, M>,
    places: &[usize],
    background: Option<PairBackground<'_>>,
    mut take: impl FnMut(usize, TwinOutcome<R>) -> Result<()>,
) -> Result<()>
where
    C: Collection,
    K: Fn(&Outlook) -> bool + Sync,
    M: Fn(PairRow) -> R + Sync,
    R: Send,
{
    let PairContext { collection, documents, .. } = *scoring.around;
    let bytes_at_once = scoring.around.bytes_at_once();
    let row_bytes =
        |at: usize| ROW_BYTES + ROW_BYTES_PER_WORD * documents.words(scoring.pairs[at].0) as usize;
    let mut left = places;
    while !left.is_empty() {
        go_on(scoring.progress)?;
        let (chunk, rest) = pairs::split_to_fit(left, PAIRS_AT_ONCE, bytes_at_once, row_bytes);
        left = rest;
        let found: Vec<Vec<TwinOutcome<R>>> = chunk
            .par_chunks(PAIRS_IN_A_ROW)
            .map(|places| {
                let mut twins: Option<Twins> = None;
                let mut first: Option<(DocumentNumber, Article)> = None;
                let mut outcome = |&at: &usize| {
                    let (a, b) = scoring.pairs[at];
                    let read = |document| documents.article(collection, document);
                    let (_, one) = match first.take() {
                        Some(known) if known.0 == a => first.insert(known),
                        _ => first.insert((a, read(a)?)),
                    };
                    let other = read(b)?;
                    if content(one) != content(&other) {
                        return Ok(TwinOutcome::NoTwins);
                    }
                    let is_subject = |wanted: &str| wanted == one.id || wanted == other.id;
                    let outcome = guarded(Stage::Judge, is_subject, || {
                        let twins = match twins.take() {
                            Some(known) if known.are_of(one) => twins.insert(known),
                            _ => {
                                scoring.progress.count(Work::Prepared, 1);
                                scoring.progress.count(Work::Tokenised, 1);
                                twins.insert(pairs::with_scratch(|scratch| {
                                    Twins::new(one, background, scratch)
                                }))
                            }
                        };
                        match twins.judge(one, &other, background, &scoring.judging) {
                            Some(row) => {
                                let both = [(a, one.id.as_str()), (b, other.id.as_str())];
                                TwinOutcome::Scored(Scored::new(row, both, &scoring.make))
                            }
                            None => TwinOutcome::LeftOut,
                        }
                    });
                    Ok(outcome.unwrap_or_else(|fault| {
                        twins = None;
                        TwinOutcome::Failed(fault)
                    }))
                };
                places.iter().map(&mut outcome).collect::<Result<Vec<_>>>()
            })
            .collect::<Result<_>>()?;
        let mut found = found.into_iter().flatten();
        chunk.iter().zip(&mut found).try_for_each(|(&at, outcome)| take(at, outcome))?;
        scoring.progress.advance(chunk.len() as u64);
    }
    Ok(())
}

/// All of an article that is measured, but for its date and title.
fn content(article: &Article) -> (&str, Option<&str>, Option<&str>) {
    (&article.text, article.source.as_deref(), article.language.as_deref())
}

/// A text twice, and what there is to measure of that.
struct Twins {
    of: Article,
    one: Prepared,
    other: Prepared,
    /// But for the days between them, which the verdict on identical texts does not ask for.
    measured: Measured,
    alignment: Alignment,
}

impl Twins {
    fn new(article: &Article, background: Option<PairBackground<'_>>, scratch: &mut Scratch) -> Self {
        let one = Prepared::new(article);
        let mut measured = measured::measure(&one, &one, background);
        let alignment = align::passages(&one.text, &one.text, scratch);
        measured.add_alignment(&alignment);
        // All that is asked for once it was measured.
        let other = Prepared {
            id: one.id.clone(),
            source: one.source.clone(),
            title: None,
            date: None,
            printed: one.printed,
            provenance: None,
            text: one.text.clone(),
            facts: one.facts.clone(),
            credits: one.credits.clone(),
            version: one.version,
            shingles: ShingleSet::default(),
            stem_bigrams: Vec::new(),
            content: ContentIndex::default(),
            runs: one.runs.clone(),
            frequent: FrequentWords::default(),
        };
        Twins { of: article.clone(), one, other, measured, alignment }
    }

    fn are_of(&self, article: &Article) -> bool {
        content(&self.of) == content(article)
    }

    /// The row, if it is wanted.
    fn judge(
        &mut self,
        one: &Article,
        other: &Article,
        background: Option<PairBackground<'_>>,
        judging: &Judging<'_, impl Fn(&Outlook) -> bool>,
    ) -> Option<PairRow> {
        for (prepared, article) in [(&mut self.one, one), (&mut self.other, other)] {
            prepared.id.clone_from(&article.id);
            prepared.printed = article.printed_within();
            prepared.provenance.clone_from(&article.provenance);
            let (title, source) = (article.title.as_deref(), article.source.as_deref());
            prepared.version = Version::of(title, &article.text, prepared.text.tokens.len(), source);
        }
        let Twins { one, other, measured, alignment, .. } = self;
        let Judging { judgement, keep, .. } = judging;
        let Judgement { profile, cut } = *judgement;
        if !keep(&outlook(one, other, measured, background.is_some(), profile, cut)) {
            return None;
        }
        let row = cascade::row_of(one, other, background, measured, alignment, judgement);
        keep(&Outlook::of(&row)).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::{self, CandidateSettings};
    use crate::collection::MemoryCollection;
    use crate::judge::Profile;
    use crate::pipeline::locality;
    use crate::pipeline::rarity::Sharing;
    use crate::progress::NoProgress;
    use crate::work::Resources;

    const STORY: &str = "WASHINGTON (AP) \u{2014} Mayor Ann Lopez of Springfield said on Tuesday that 48 bridges would \
        be rebuilt by March. \u{201c}We shall not wait another year,\u{201d} she told The Daily Planet. The council voted \
        9 to 2 for the plan, which costs 31 million dollars.\n\nRead more: Bridges of the county\n\nCritics called the \
        sum too high, and Tom Baker of the Taxpayers Union asked for a second study.";

    fn articles() -> Vec<Article> {
        let mut articles =
            vec![Article::new("other", "Something else entirely happened in another town that day.")];
        let plain = STORY.replace(['\u{201c}', '\u{201d}'], "\"");
        let texts = [STORY, STORY, &plain, STORY, &STORY.to_uppercase(), STORY, STORY, STORY, &plain];
        let dates = [None, Some("2024-03-02"), Some("2024-03-01"), Some("2024-02-27T10:00:00Z"), None];
        let sources = [None, Some("The Daily Planet"), Some("AP"), Some("AP")];
        for (number, text) in texts.into_iter().enumerate() {
            let id = format!("{}", (number * 7) % 10);
            let field = |values: &[Option<&str>]| values[number % values.len()].map(str::to_owned);
            articles.push(Article {
                date: field(&dates),
                source: field(&sources),
                language: (number == 6).then(|| "de".to_owned()),
                ..Article::new(id, text)
            });
        }
        articles
    }

    #[test]
    fn rows_are_those_of_pairs_measured_one_by_one() {
        let collection = MemoryCollection::new(articles());
        let settings = CandidateSettings { copies_only: true, ..CandidateSettings::default() };
        let rejections = std::sync::Mutex::new(Vec::new());
        let found = candidate::find(&collection, &settings, &NoProgress, &rejections).unwrap();
        let numbers = || 0..found.documents.len() as DocumentNumber;
        let every: Vec<Pair> =
            numbers().flat_map(|a| numbers().map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
        let twins: Vec<usize> =
            (0..every.len()).filter(|&at| may_be_twins(&found.documents, every[at])).collect();
        assert_eq!((every.len(), twins.len()), (90, 72));
        let (work, profile) = (Resources::default(), Profile::default());
        let judgement = Judgement { profile: &profile, cut: None };
        for is_background in [false, true] {
            let around = PairContext {
                work: &work,
                collection: &collection,
                documents: &found.documents,
                copies: &found.copies,
                is_background,
                rejections: &rejections,
            };
            let order = locality::order(&every, (0..every.len()).collect());
            let sharing = Sharing { pairs: &every, order: &order, groups: &[] };
            let background = around.rarity(sharing, &NoProgress).unwrap();
            let background = is_background.then_some(&background);
            let scoring = Scoring {
                around: &around,
                pairs: &every,
                judging: Judging::of_all(judgement),
                make: |row: PairRow| row,
                progress: &NoProgress,
            };
            let mut expected = vec![None; every.len()];
            let into = |rows: &mut Vec<Option<Scored<PairRow>>>, at: usize, scored| {
                rows[at] = Some(scored);
                Ok(())
            };
            scoring
                .each(&order, &mut around.articles(), background, |at, scored| {
                    into(&mut expected, at, scored)
                })
                .unwrap();
            let mut found = vec![None; every.len()];
            scoring.score(|at, scored| into(&mut found, at, scored)).unwrap();
            assert_eq!(found, expected);

            let own = background.map(|background| PairBackground { background, own_documents: 1 });
            let mut scored = 0;
            let mut take = |at: usize, outcome| -> Result<()> {
                assert!(twins.contains(&at));
                scored += usize::from(matches!(outcome, TwinOutcome::Scored(_)));
                Ok(())
            };
            super::score(&scoring, &twins, own, &mut take).unwrap();
            assert_eq!(scored, 4);
        }
    }
}
