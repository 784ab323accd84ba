//! The reasons for a verdict, in words that a journalist understands.

use crate::article::{PublishingStatus, printed_first};
use crate::evidence::lineage::{Lineage, declared};
use crate::evidence::measured::Measured;
use crate::evidence::slots::Slots;
use crate::evidence::wall::WallKind;
use crate::evidence::{Prepared, across};
use crate::judge::objections::Objection;
use crate::row::{Evidence, PairRow, Relation, Tie};

/// So many words in look-alikes are no accident.
const DISGUISED_MIN_SHARE: f64 = 0.02;

/// What crossed into another language comes in the same order from here on, of -1 to 1.
const IN_ORDER: f64 = 0.5;

/// Of fewer facts, and of fewer words in common, nothing is said.
const FACTS_MIN: u32 = 3;
const WORDS_MIN: f64 = 8.0;

/// The reasons, most telling first.
pub fn reasons(
    row: &PairRow,
    [source, derived]: [&Prepared; 2],
    measured: &Measured,
    slots: &Slots,
    objection: Option<Objection>,
    is_by_section: bool,
) -> Vec<Evidence> {
    // where neither came from the other, there is no source
    let has_source = row.relation.is_derived() && row.tie != Some(Tie::Siblings);
    let names = if has_source { ["source", "derived article"] } else { ["first article", "second article"] };
    let mut reasons = Reasons { row, source, derived, measured, names, found: Vec::new() };
    reasons.of_wording();
    if let Some(objection) = objection {
        reasons.of_objection(objection, slots);
    }
    reasons.of_figures(slots);
    reasons.of_sections(is_by_section);
    reasons.of_walls();
    reasons.of_origin();
    reasons.of_translation();
    reasons.of_facts();
    reasons.of_reuse();
    reasons.of_runs();
    reasons.of_names();
    reasons.of_dates();
    let mut found = reasons.found;
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.code.cmp(&other.1.code)));
    found.into_iter().map(|(_, reason)| reason).collect()
}

/// Reasons as they are found, each with what it weighs among the others.
struct Reasons<'a> {
    row: &'a PairRow,
    source: &'a Prepared,
    derived: &'a Prepared,
    measured: &'a Measured,
    /// What the two articles are called.
    names: [&'static str; 2],
    found: Vec<(f64, Evidence)>,
}

impl Reasons<'_> {
    fn add(&mut self, weight: f64, code: &str, value: f64, text: impl Into<String>) {
        self.found.push((weight, Evidence { code: code.to_owned(), value, text: text.into() }));
    }

    fn is_derived(&self) -> bool {
        self.row.relation.is_derived()
    }

    /// The same words, and words in disguise.
    fn of_wording(&mut self) {
        if self.row.relation == Relation::Identical {
            self.add(9.0, "same_words", 1.0, "both articles consist of the same words in the same order");
        }
        let disguised = self.row.disguised.unwrap_or(0.0);
        if self.is_derived() && disguised >= DISGUISED_MIN_SHARE {
            let text = format!(
                "{} of the words of one article are spelt with letters of another script that look alike: without reading them as \
                 what they look like, they match nothing",
                percent(disguised)
            );
            self.add(8.0, "disguised", disguised, text);
        }
    }

    /// What overruled the model.
    fn of_objection(&mut self, objection: Objection, slots: &Slots) {
        let (code, text) = match objection {
            Objection::Template => {
                let text = format!(
                    "one form filled twice: {} names, dates and figures contradict each other in the same places ({})",
                    slots.all(),
                    pairs_of(&slots.examples)
                );
                return self.add(9.0, "template", slots.all() as f64, text);
            }
            Objection::NothingTaken => (
                "nothing_taken",
                "no passage, run of words or sentence of one article was found in the other, and hardly a fact",
            ),
            Objection::Boilerplate => (
                "site_furniture",
                "one outlet prints these words on two pages that differ in all else: a box of the site (biography, \
                 roster, note on method, links), not a report",
            ),
            Objection::Questions => (
                "questionnaire",
                "the same questions were put to two people, and each answers in words of their own",
            ),
            Objection::Tables => {
                ("tables", "both are tables or lists below the same few words, and hold other entries")
            }
            Objection::OwnFacts => (
                "own_facts",
                "either tells names and figures of its own, in words of its own: no retelling, though on one subject",
            ),
            Objection::QuotedAlone => (
                "quoted_alone",
                "both quote the same words of others, and have no words of their own in common: each its own report",
            ),
            Objection::Withdrawal => {
                ("withdrawal", "one of them is a notice that withdraws a story, and does not print it")
            }
        };
        self.add(8.0, code, 1.0, text);
    }

    /// Figures that differ in the same places.
    fn of_figures(&mut self, slots: &Slots) {
        if self.is_derived() && slots.figures > 0 && !slots.figure_examples.is_empty() {
            let examples = pairs_of(&slots.figure_examples);
            let text = format!("{} figures differ in the same places ({examples})", slots.figures);
            self.add(2.6, "figures_differ", slots.figures as f64, text);
        }
    }

    /// A section of a column, where it decided.
    fn of_sections(&mut self, is_by_section: bool) {
        if let Some(section) = self.measured.section.as_ref().filter(|_| is_by_section) {
            let words = section.part.text.tokens.len();
            let text = format!(
                "a section of {words} words tells the other article's story, beside stories of its own"
            );
            self.add(1.4, "section", words as f64, text);
        }
    }

    /// Walls, and pages that are nothing else.
    fn of_walls(&mut self) {
        if let Some(wall) = &self.measured.wall {
            let words = wall.words[0].min(wall.words[1]);
            let what = match wall.kind {
                WallKind::Notice => {
                    "at an end state nothing and have to do with neither story (rights, rules, disclaimers): a notice"
                }
                WallKind::Questions => "are the same questions, which others answer: a form",
                WallKind::Worded | WallKind::Addressing => {
                    "address the reader and state nothing (consent, subscription, newsletter): a wall"
                }
            };
            let text = format!("{words} words that both print {what}, which proves nothing");
            self.add(2.7, "wall", words as f64, text);
        }
        let pages = self.measured.wall_pages(self.source, self.derived);
        if pages > 0 {
            let which = if pages == 2 { "both pages are" } else { "one of the pages is" };
            let text = format!("{which} nothing but a wall: consent, subscription, newsletter, notices");
            self.add(8.5, "wall_page", pages as f64, text);
        }
    }

    /// What the articles and their senders say of them.
    fn of_origin(&mut self) {
        if !self.is_derived() {
            return;
        }
        let (source, derived) = (self.source, self.derived);
        if source.version.rank < derived.version.rank {
            let text = "the derived article calls itself a later version: corrected, updated, sent again or printed before";
            self.add(2.1, "later_version", 1.0, text);
        }
        let version = |prepared: &Prepared| {
            let said = prepared.provenance.as_ref().and_then(|said| said.version.clone());
            said.map_or("an unnumbered one".to_owned(), |version| format!("version {version}"))
        };
        match declared(source, derived).map(|declared| declared.lineage) {
            Some(Lineage::Revision) => {
                let text = format!(
                    "both are versions of one item: the source is {}, the derived article {}",
                    version(source),
                    version(derived)
                );
                self.add(8.0, "revision", 1.0, text);
            }
            Some(Lineage::Derived) => {
                let text = "the sender of the derived article names the source as what it was made from";
                self.add(7.0, "declared_source", 1.0, text);
            }
            None => {}
        }
        for (prepared, name) in [(source, "source"), (derived, "derived article")] {
            let Some(said) = &prepared.provenance else { continue };
            let (code, what) = match said.status {
                PublishingStatus::Usable => continue,
                PublishingStatus::Withheld => ("withheld", "withheld"),
                PublishingStatus::Canceled => ("canceled", "canceled"),
            };
            let note = said.editorial_note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            self.add(8.5, code, 1.0, format!("the {name} was {what} by its sender{note}"));
        }
    }

    /// Names and figures that crossed into another language.
    fn of_translation(&mut self) {
        if self.row.relation == Relation::Translation
            && let Some(carried) = across::carried(&self.source.text, &self.derived.text)
        {
            let across::Carried { facts_shared, facts_fewer, order, .. } = carried;
            let order = if order >= IN_ORDER { ", in the same order" } else { "" };
            let text = format!("{facts_shared} of {facts_fewer} names and figures stand in both{order}");
            self.add(7.0, "carried_over", facts_shared as f64 / facts_fewer.max(1) as f64, text);
        }
    }

    /// Shares of facts that both hold.
    fn of_facts(&mut self) {
        let Some(facts) = self.row.facts else { return };
        let have_names = self.source.facts.has_names && self.derived.facts.has_names;
        if self.row.relation == Relation::Translation || !have_names {
            return;
        }
        let [first, second] = self.names;
        let share = |own: u32| {
            let all = facts.shared + own;
            (all >= FACTS_MIN).then(|| f64::from(facts.shared) / f64::from(all))
        };
        if let Some(share) = share(facts.derived_only) {
            let text = format!(
                "{} of the {second}'s facts (names, numbers, dates) stand in the {first}",
                percent(share)
            );
            self.add(2.0 + share, "facts_in_source", share, text);
        }
        if let Some(share) = share(facts.source_only) {
            let text = format!("{} of the {first}'s facts stand in the {second}", percent(share));
            self.add(0.8, "facts_of_source", share, text);
        }
        if self.is_derived() && facts.derived_only == 0 && facts.shared >= 5 {
            self.add(2.2, "no_new_facts", 0.0, format!("the {second} adds no fact of its own"));
        }
    }

    /// What became of the second article's words.
    fn of_reuse(&mut self) {
        let Some(reuse) = self.row.reuse else { return };
        let [first, second] = self.names;
        if reuse.verbatim >= 0.05 {
            let text = format!("{} of the {second}'s words are taken word for word", percent(reuse.verbatim));
            self.add(1.0 + 2.0 * reuse.verbatim, "verbatim", reuse.verbatim, text);
        }
        if reuse.reworded >= 0.05 {
            let text = format!("{} of its words retell the {first} in other words", percent(reuse.reworded));
            self.add(1.0 + reuse.reworded, "reworded", reuse.reworded, text);
        }
        if self.is_derived() && reuse.new >= 0.3 {
            let text = format!("{} of its words have no counterpart in the {first}", percent(reuse.new));
            self.add(0.9, "new_words", reuse.new, text);
        }
    }

    /// Common runs of words: how long, in whose speech, how rare, in which order.
    fn of_runs(&mut self) {
        let signals = &self.measured.signals;
        let count = |signal: Option<f64>| signal.map_or(0.0, |words| (words.exp() - 1.0).round());
        let longest = count(signals.longest_unquoted);
        if longest >= WORDS_MIN {
            let text =
                format!("the longest run of words in common outside quotations has {longest:.0} words");
            self.add(1.2 + (longest / 40.0).min(1.2), "longest_run", longest, text);
        }
        let quoted = count(signals.quoted_words);
        if quoted >= WORDS_MIN {
            let weight = if self.is_derived() { 0.9 } else { 2.5 };
            let text = format!("{quoted:.0} words stand in quotations that both print");
            self.add(weight, "quoted_words", quoted, text);
        }
        let rare = count(signals.rare_unquoted);
        if let Some(documents) = self.row.background_documents.filter(|_| rare >= WORDS_MIN) {
            let text = format!(
                "{rare:.0} words in common, outside quotations and names, stand in hardly any other of {documents} articles"
            );
            self.add(2.4, "rare_words", rare, text);
        }
        let is_ordered = |order: &f64| *order >= 0.6 && self.is_derived();
        if let Some(order) = signals.sentences_order.filter(is_ordered) {
            self.add(1.1, "order", order, "what they have in common comes in the same order");
        }
    }

    /// Agencies and outlets that are named.
    fn of_names(&mut self) {
        let signals = &self.measured.signals;
        let (source, derived) = (self.source, self.derived);
        if signals.common_agency == Some(1.0) {
            let mut agencies = source.credits.agencies.iter();
            let agency = agencies.find(|agency| derived.credits.agencies.contains(agency));
            let agency = agency.map_or("", String::as_str);
            self.add(1.3, "common_credit", 1.0, format!("both credit {}", agency.to_uppercase()));
        }
        if let Some(outlet) = &source.source
            && signals.names_outlet.is_some_and(|named| named > 0.0)
        {
            let times = crate::evidence::credits::times_named(&derived.text, outlet);
            if times > 0 {
                let how_often = if times == 1 { "once".to_owned() } else { format!("{times} times") };
                let text = format!("the {} names {outlet} {how_often}", self.names[1]);
                self.add(1.3, "names_outlet", times as f64, text);
            }
        }
    }

    /// How far apart both were printed.
    fn of_dates(&mut self) {
        let [one, other] = [self.source.printed, self.derived.printed];
        if let (Some((source_from, _)), Some((derived_from, _))) = (one, other)
            && printed_first(one, other).is_ne()
        {
            let days = (derived_from - source_from) as f64 / 86_400.0;
            let when = if days >= 0.0 { "earlier" } else { "later" };
            let text = format!("the {} is dated {} {when}", self.names[0], days_in_words(days.abs()));
            self.add(0.5, "dates", days, text);
        }
    }
}

/// "2-0 / 3-1; Tuesday / Friday".
fn pairs_of(examples: &[[String; 2]]) -> String {
    let pairs: Vec<String> = examples.iter().map(|[one, other]| format!("{one} / {other}")).collect();
    pairs.join("; ")
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn days_in_words(days: f64) -> String {
    let counted = |count: f64, one: &str, more: &str| match count {
        1.0 => one.to_owned(),
        count => format!("{count:.0} {more}"),
    };
    let (minutes, hours) = ((days * 1440.0).round(), (days * 24.0).round());
    if minutes < 1.0 {
        "less than a minute".to_owned()
    } else if minutes < 60.0 {
        counted(minutes, "one minute", "minutes")
    } else if hours < 24.0 {
        counted(hours, "one hour", "hours")
    } else {
        counted(days.round(), "one day", "days")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_the_unit_that_they_are_told_in() {
        let told = |seconds: f64| days_in_words(seconds / 86_400.0);
        let times =
            [20.0, 70.0, 300.0, 3_550.0, 3_640.0, 4_000.0, 6_000.0, 84_000.0, 86_000.0, 100_000.0, 250_000.0];
        let words = times.map(told);
        let expected = [
            "less than a minute",
            "one minute",
            "5 minutes",
            "59 minutes",
            "one hour",
            "one hour",
            "2 hours",
            "23 hours",
            "one day",
            "one day",
            "3 days",
        ];
        assert_eq!(words, expected);
    }
}
