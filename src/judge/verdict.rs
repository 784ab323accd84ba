//! The verdict on one pair, as a row of the output.

use crate::align::{AlignedPassage, Alignment, WordCounts};
use crate::article::Span;
use crate::evidence::Prepared;
use crate::evidence::across;
use crate::evidence::direction::DirectionCues;
use crate::evidence::measured::Measured;
use crate::evidence::signals::Signals;
use crate::evidence::slots::Slots;
use crate::judge::Profile;
use crate::judge::direction::Direction;
use crate::judge::model::sigmoid;
use crate::judge::objections::{self, Objection};
use crate::judge::words;
use crate::row::{Containment, FactCounts, PairRow, Part, Passage, Relation, Reuse};

/// Objections are looked for from this score on, though the cut lies higher: what is not derived should not
/// seem likelier than not.
const OBJECTED_SCORE: f64 = 0.5;

/// All that was measured of one pair.
pub struct PairEvidence<'a> {
    /// The article that was named first.
    pub first: &'a Prepared,
    /// The other article.
    pub second: &'a Prepared,
    /// Passages that both have.
    pub alignment: &'a Alignment,
    /// Signals and exact figures.
    pub measured: &'a Measured,
    /// Cues of the pair in the order first, second.
    pub cues: &'a DirectionCues,
    /// Where they differ in names, dates or figures alone, in the order first, second.
    pub slots: &'a Slots,
    /// Documents behind the rarity signals, where there is a background.
    pub background_documents: Option<u64>,
}

/// A score is kept this far from certainty.
const SCORE_MAX: f64 = 0.999_999;

/// What the signals alone say, before passages and direction are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Calibrated probability that the pair is derived, 0 to 1.
    pub score: f64,
    /// Whether that reaches the cut.
    pub is_derived: bool,
    /// The relation of a pair that is not derived.
    pub underived: Option<Relation>,
    /// Whether it is derived as a translation.
    pub is_translation: bool,
}

impl Outlook {
    /// What a row says.
    pub fn of(row: &PairRow) -> Outlook {
        let is_derived = row.relation.is_derived();
        Outlook {
            score: row.score,
            is_derived,
            underived: (!is_derived).then_some(row.relation),
            is_translation: row.relation == Relation::Translation,
        }
    }
}

/// The score and what follows from it alone.
pub fn outlook(
    first: &Prepared,
    second: &Prepared,
    measured: &Measured,
    has_background: bool,
    profile: &Profile,
    cut: Option<f64>,
) -> Outlook {
    let model = profile.model(has_background);
    let is_identical = first.has_same_words(second);
    let is_across = across::are_apart(first, second);
    let translated = profile.translation_score(&measured.signals).min(SCORE_MAX);
    let untranslated = match (is_identical, is_across) {
        (true, _) => 1.0,
        (false, false) => score_of(profile, measured, has_background).min(SCORE_MAX),
        // what is retold in another language has no measure here; what is copied has
        (false, true) => sigmoid(model.line_points("copied", &measured.signals)).min(SCORE_MAX),
    };
    let score = untranslated.max(translated);
    let score = score.max(profile.relation.near_duplicate_score(measured.story_jaccard));
    let is_derived = is_identical || score >= cut.unwrap_or(profile.cut);
    let underived = (!is_derived).then(|| profile.relation.underived(&measured.signals));
    Outlook { score, is_derived, underived, is_translation: is_derived && translated > untranslated }
}

/// A story that many outlets print is none the less printed: where it is long its words count without their
/// rarity. Of a column of several stories the section counts that tells this one.
fn score_of(profile: &Profile, measured: &Measured, has_background: bool) -> f64 {
    let score = score_of_signals(profile, &measured.signals, has_background);
    section_score(profile, measured, has_background).map_or(score, |of_section| of_section.max(score))
}

/// The score of the section of a column that counts for the whole, if there is one.
fn section_score(profile: &Profile, measured: &Measured, has_background: bool) -> Option<f64> {
    let section = &measured.section.as_ref()?.measured.signals;
    Some(score_of_signals(profile, section, has_background)).filter(|&score| profile.rules.is_section(score))
}

fn score_of_signals(profile: &Profile, signals: &Signals, has_background: bool) -> f64 {
    let score = profile.model(has_background).score(signals);
    match has_background && profile.rules.is_printing(signals) {
        true => score.max(profile.model(false).score(signals)),
        false => score,
    }
}

/// A pair's score once objections were heard, and what follows from it.
struct Decided {
    score: f64,
    is_derived: bool,
    /// The relation of a pair that is not derived.
    underived: Option<Relation>,
    is_translation: bool,
    objection: Option<Objection>,
    /// Whether the section of a column decided.
    is_by_section: bool,
}

impl Decided {
    fn of(evidence: &PairEvidence<'_>, profile: &Profile, cut: Option<f64>) -> Decided {
        let PairEvidence { first, second, measured, .. } = evidence;
        let has_background = evidence.background_documents.is_some();
        let Outlook { mut score, mut is_derived, mut underived, is_translation } =
            outlook(first, second, measured, has_background, profile, cut);
        // what stands there word for word was not translated
        let (_, words) = evidence.alignment.of_derived();
        let is_translation =
            is_translation && !profile.relation.is_printed(&taken(words, measured.retold_words));
        let is_open = is_derived || score >= OBJECTED_SCORE;
        let objection = match is_open && !is_translation && !first.has_same_words(second) {
            true => objections::find(evidence, profile),
            false => None,
        };
        if let Some((objection, most)) = objection {
            score = score.min(most);
            is_derived = score >= cut.unwrap_or(profile.cut);
            underived = (!is_derived).then(|| match objection {
                Objection::Template | Objection::Withdrawal | Objection::Tables | Objection::Questions => {
                    Relation::Unrelated
                }
                Objection::QuotedAlone => Relation::SharedSource,
                _ => profile.relation.underived(&measured.signals),
            });
        }
        let is_by_section = is_derived
            && section_score(profile, measured, has_background).is_some_and(|section| section >= score);
        let objection = objection.map(|(objection, _)| objection);
        Decided { score, is_derived, underived, is_translation, objection, is_by_section }
    }
}

/// Judges a pair. The result does not depend on the order of the two.
///
/// `cut` overrides the profile's score from which a pair is called derived.
pub fn judge(evidence: &PairEvidence<'_>, profile: &Profile, cut: Option<f64>) -> PairRow {
    let PairEvidence { first, second, alignment, measured, slots, .. } = evidence;
    let has_background = evidence.background_documents.is_some();
    let decided = Decided::of(evidence, profile, cut);
    let Decided { score, is_derived, underived, is_translation, .. } = decided;
    // what is faint shows a derivation, and proves none
    let (aligned, words) = match is_derived {
        true => alignment.of_derived(),
        false => (alignment.passages.as_slice(), alignment.words),
    };
    let reuses = taken(words, measured.retold_words);
    let Direction { first_is_source, confidence, tie } = Direction::of(evidence, profile, is_derived);

    let (s, d) = if first_is_source { (0, 1) } else { (1, 0) };
    let [source, derived] = if first_is_source { [first, second] } else { [second, first] };
    let (reuse, reuse_source) = (reuses[d], reuses[s]);
    let facts = fact_counts(source, derived);
    let relation = match underived {
        Some(relation) => relation,
        None if first.has_same_words(second) => Relation::Identical,
        None if is_translation => Relation::Translation,
        None => {
            let model = profile.model(has_background);
            let is_told = |line: &str| model.line_points(line, &measured.signals) >= 0.0;
            let is_retold = is_told("retold") || is_told("condensed");
            let (from, to) = (source.text.story_words(), derived.text.story_words());
            profile.relation.derived([&reuse, &reuse_source], is_retold, own_facts(&facts), [from, to])
        }
    };

    let passages: Vec<Passage> = passages(aligned, s, d);
    let overlap = measured.overlap;
    let contained = [overlap.containment_of_a(), overlap.containment_of_b()];
    let mut row = PairRow {
        source: source.id.clone(),
        derived: derived.id.clone(),
        relation,
        tie,
        score,
        direction_confidence: Some(confidence),
        reuse: Some(reuse),
        reuse_source: Some(reuse_source),
        jaccard: overlap.jaccard(),
        containment: Containment { derived_in_source: contained[d], source_in_derived: contained[s] },
        facts: Some(facts),
        background_documents: evidence.background_documents,
        calibrated: Some(
            [first, second].into_iter().all(|prepared| profile.is_calibrated(prepared.text.language)),
        ),
        noise: noise(first, second),
        disguised: Some(f64::max(first.text.disguised_share(), second.text.disguised_share())),
        standing: None,
        credit: None,
        evidence: None,
        passages: Some(passages),
    };
    let differing = differing_slots(slots, first_is_source, profile);
    let Decided { objection, is_by_section, .. } = decided;
    row.evidence =
        Some(words::reasons(&row, [source, derived], measured, &differing, objection, is_by_section));
    row
}

/// The slots in which a form was filled differently, the source's first; none where there is no form.
fn differing_slots(slots: &Slots, first_is_source: bool, profile: &Profile) -> Slots {
    match slots.frame >= profile.rules.template_frame {
        true if first_is_source => slots.clone(),
        true => slots.swapped(),
        false => Slots::default(),
    }
}

fn fact_counts(source: &Prepared, derived: &Prepared) -> FactCounts {
    let shared = source.facts.shared_with(&derived.facts) as u32;
    FactCounts {
        shared,
        source_only: source.facts.keys.len() as u32 - shared,
        derived_only: derived.facts.keys.len() as u32 - shared,
    }
}

/// The share of facts that the other text lacks, of the text where it is less.
fn own_facts(facts: &FactCounts) -> f64 {
    let own = |own: u32| f64::from(own) / f64::from((own + facts.shared).max(1));
    own(facts.source_only).min(own(facts.derived_only))
}

/// What became of the words of both texts: those of aligned parts, and those of sentences that retell one of
/// the other text's though no passage holds them. Where nothing of one text was found in the other, nothing
/// was taken from it.
pub(super) fn taken(words: [WordCounts; 2], retold_words: [usize; 2]) -> [Reuse; 2] {
    let reuses = [0, 1].map(|side| reuse(words[side], retold_words[side]));
    match reuses.iter().any(|reuse| reuse.new == 1.0) {
        true => [Reuse { verbatim: 0.0, reworded: 0.0, new: 1.0 }; 2],
        false => reuses,
    }
}

fn reuse(mut words: WordCounts, retold_words: usize) -> Reuse {
    let retold = u32::try_from(retold_words).unwrap_or(u32::MAX);
    let room = words.total - words.verbatim;
    words.reworded = words.reworded.max(retold.saturating_sub(words.verbatim)).min(room);
    words.reuse()
}

/// Of the noisier text; `None` where neither could be told.
fn noise(first: &Prepared, second: &Prepared) -> Option<f64> {
    [first, second].into_iter().filter_map(|prepared| prepared.text.noise).reduce(f64::max)
}

fn passages(aligned: &[AlignedPassage], s: usize, d: usize) -> Vec<Passage> {
    let mut passages: Vec<Passage> = aligned
        .iter()
        .map(|passage| {
            let mut parts: Vec<Part> = passage
                .parts
                .iter()
                .map(|part| Part { source: part.spans[s], derived: part.spans[d], kind: part.kind })
                .collect();
            parts.sort_by_key(|part| (part.derived, part.source));
            Passage { source: passage.spans[s], derived: passage.spans[d], parts }
        })
        .collect();
    passages.sort_by_key(|passage: &Passage| -> (Span, Span) { (passage.derived, passage.source) });
    passages
}

#[cfg(test)]
mod tests {
    use crate::align::Scratch;
    use crate::article::Article;
    use crate::evidence::Prepared;
    use crate::judge::Profile;
    use crate::judge::verdict::OBJECTED_SCORE;
    use crate::pipeline::{Judgement, score_prepared};
    use crate::row::PairRow;

    const BOX: &str = "Ana Morrow joined the Lowmark Gazette from the Dunmere Courier, where she wrote on ports and shipping, \
        and before that taught history in Port Ambry. She lives with two dogs near the old lighthouse and answers letters \
        from readers who disagree with her politely. Her book on the night ferries of the Straits appeared last spring, to \
        some surprise among those who had travelled on them.";
    const DAM: &str = "Engineers found cracks in the Orrin dam on Monday. The valley below was cleared within hours, and the \
        Hestbrook council opened two schools for those who had nowhere to go. Repairs will take until autumn.";
    const FAIR: &str = "A brass band from Vellin won the harvest fair for the third time. Judges praised its slow march, while \
        the crowd preferred a juggler who had lost his way. Rain held off until the prizes were handed out.";

    fn judged(one: String, other: String) -> PairRow {
        let article = |id: &str, text: String| {
            let source = Some("Lowmark Gazette".to_owned());
            Prepared::new(&Article { id: id.to_owned(), text, source, ..Article::default() })
        };
        let profile = Profile::default();
        let judgement = Judgement { profile: &profile, cut: None };
        let (first, second) = (article("a", one), article("b", other));
        score_prepared(&first, &second, None, &judgement, &mut Scratch::default())
    }

    fn is_called_boilerplate(row: &PairRow) -> bool {
        row.evidence.iter().flatten().any(|reason| reason.code == "site_furniture")
    }

    #[test]
    fn one_speech_in_two_reports_makes_neither_a_copy() {
        let speech = "“We have warned of the state of this wall for years. Nobody can say that he knew nothing. Who acts today as if \
            this were bad luck insults those who slept below it every night. We need no further study, we need steel and \
            concrete and somebody who signs,”";
        let one = format!(
            "{DAM} Nobody was hurt, and by evening the ferries ran as on any other day. {speech} cried Karl Wenzel in the assembly, and threw the report upon the table."
        );
        let other = format!(
            "{FAIR} Between two marches the radio repeated what all talked of. {speech} Karl Wenzel had said."
        );
        let row = judged(one.clone(), other);
        assert_eq!(row.relation, crate::row::Relation::SharedSource, "{row:?}");
        assert!(row.score <= super::OBJECTED_SCORE, "{row:?}");
        assert!(judged(one.clone(), one.replace("upon", "on")).relation.is_derived());
    }

    #[test]
    fn a_box_on_two_pages_of_one_outlet_is_no_report() {
        let row = judged(format!("{DAM}\n\n{BOX}"), format!("{FAIR}\n\n{BOX}"));
        assert!(is_called_boilerplate(&row) && !row.relation.is_derived(), "{row:?}");
        assert!(row.score <= Profile::default().relation.boilerplate_score);
    }

    #[test]
    fn a_note_below_two_pages_of_one_outlet_is_no_report_though_its_figures_change() {
        let note = |month: &str, polled: &str, by_telephone: &str| {
            format!(
                "The Gazette poll was conducted in {month} by Hask and Partners of Vellin, who asked {polled} grown residents of \
                 the Straits, {by_telephone} of them by telephone. Answers were weighed by age, by island and by the years \
                 spent at school. The margin of error is three points either way, more for single islands."
            )
        };
        let (fair, dam) = (format!("{FAIR} {FAIR}"), format!("{DAM} {DAM}"));
        let one = format!("{fair}\n\n{}", note("March", "1,204", "711"));
        let other = format!("{dam}\n\n{}", note("October", "988", "620"));
        let row = judged(one, other);
        assert!(is_called_boilerplate(&row) && !row.relation.is_derived(), "{row:?}");
    }

    #[test]
    fn pages_without_a_box_in_common_are_not_said_to_have_one() {
        let row = judged(DAM.to_owned(), FAIR.to_owned());
        assert!(!is_called_boilerplate(&row) && !row.relation.is_derived(), "{row:?}");
    }

    #[test]
    fn where_nothing_was_taken_no_few_words_make_a_retelling() {
        let rows = [
            ("The ferry sailed late again.", "Prices rose again in March."),
            ("Nobody was hurt in the fire.", "The ferry sailed late again."),
            ("The shop will open a second branch next month.", "Nobody was hurt in the fire."),
        ]
        .map(|(one, other)| judged(one.to_owned(), other.to_owned()));
        for row in rows {
            assert!(
                !row.relation.is_derived() && row.passages.as_ref().is_some_and(Vec::is_empty),
                "{row:?}"
            );
            // what the model holds likelier than not is overruled, and says so
            let is_overruled = row.evidence.iter().flatten().any(|reason| reason.code == "nothing_taken");
            let most = Profile::default().relation.nothing_taken_score;
            assert!(row.score <= if is_overruled { most } else { OBJECTED_SCORE }, "{row:?}");
        }
    }
}
