//! The reasons for a verdict, in words that a journalist understands.

use crate::article::PublishingStatus;
use crate::evidence::lineage::{Lineage, declared};
use crate::evidence::signals::Measured;
use crate::evidence::slots::Slots;
use crate::evidence::{Prepared, across};
use crate::judge::objections::Objection;
use crate::row::{Evidence, PairRow, Relation, Tie};

/// So many words in look-alikes are no accident.
const DISGUISED_MIN_SHARE: f64 = 0.02;

/// What crossed into another language comes in the same order from here on, of -1 to 1.
const IN_ORDER: f64 = 0.5;

/// What the articles' senders say of them.
fn of_origin(source: &Prepared, derived: &Prepared, add: &mut impl FnMut(f64, &str, f64, String)) {
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
            add(8.0, "revision", 1.0, text);
        }
        Some(Lineage::Derived) => {
            let text = "the sender of the derived article names the source as what it was made from";
            add(7.0, "declared_source", 1.0, text.to_owned());
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
        add(8.5, code, 1.0, format!("the {name} was {what} by its sender{note}"));
    }
}

/// The reasons, most telling first.
pub fn reasons(
    row: &PairRow,
    [source, derived]: [&Prepared; 2],
    measured: &Measured,
    slots: &Slots,
    objection: Option<Objection>,
    is_by_section: bool,
) -> Vec<Evidence> {
    let signals = &measured.signals;
    let mut reasons: Vec<(f64, Evidence)> = Vec::new();
    let mut add = |weight: f64, code: &str, value: f64, text: String| {
        reasons.push((weight, Evidence { code: code.to_owned(), value, text }));
    };
    // where neither came from the other, there is no source
    let has_source = row.relation.is_derived() && row.tie != Some(Tie::Siblings);
    let (first, second) =
        if has_source { ("source", "derived article") } else { ("first article", "second article") };
    if row.relation == Relation::Identical {
        add(9.0, "same_words", 1.0, "both articles consist of the same words in the same order".to_owned());
    }
    let disguised = row.disguised.unwrap_or(0.0);
    if row.relation.is_derived() && disguised >= DISGUISED_MIN_SHARE {
        let text = format!(
            "{} of the words of one article are spelt with letters of another script that look alike: without reading them as \
             what they look like, they match nothing",
            percent(disguised)
        );
        add(8.0, "disguised", disguised, text);
    }
    if objection == Some(Objection::NothingTaken) {
        let text =
            "no passage, run of words or sentence of one article was found in the other, and hardly a fact";
        add(8.0, "nothing_taken", 1.0, text.to_owned());
    }
    if objection == Some(Objection::Furniture) {
        let text = "one outlet prints these words on two pages that differ in all else: a box of the site (biography, \
                    roster, note on method, links), not a report";
        add(8.0, "site_furniture", 1.0, text.to_owned());
    }
    if objection == Some(Objection::Template) {
        let text = format!(
            "one form filled twice: {} names, dates and figures contradict each other in the same places ({})",
            slots.all(),
            pairs_of(&slots.examples)
        );
        add(9.0, "template", slots.all() as f64, text);
    }
    if row.relation.is_derived() && slots.figures > 0 && !slots.figure_examples.is_empty() {
        let text = format!(
            "{} figures differ in the same places ({})",
            slots.figures,
            pairs_of(&slots.figure_examples)
        );
        add(2.6, "figures_differ", slots.figures as f64, text);
    }
    if let Some(section) = measured.section.as_ref().filter(|_| is_by_section) {
        let words = section.part.text.tokens.len();
        let text =
            format!("a section of {words} words tells the other article's story, beside stories of its own");
        add(1.4, "section", words as f64, text);
    }
    if let Some(wall) = &measured.wall {
        let words = wall.words[0].min(wall.words[1]);
        let text = format!(
            "{words} words that both print address the reader and state nothing (consent, subscription, newsletter): a wall, \
             which proves nothing"
        );
        add(2.7, "wall", words as f64, text);
    }
    let pages = measured.wall_pages(source, derived);
    if pages > 0 {
        let which = if pages == 2 { "both pages are" } else { "one of the pages is" };
        let text = format!("{which} nothing but a wall: consent, subscription, newsletter, notices");
        add(8.5, "wall_page", pages as f64, text);
    }
    if objection == Some(Objection::OwnFacts) {
        let text = "either tells names and figures of its own, in words of its own: no retelling, though on one subject";
        add(8.0, "own_facts", 1.0, text.to_owned());
    }
    if objection == Some(Objection::Withdrawal) {
        let text = "one of them is a notice that withdraws a story, and does not print it";
        add(8.0, "withdrawal", 1.0, text.to_owned());
    }
    if row.relation.is_derived() {
        of_origin(source, derived, &mut add);
    }
    if row.relation.is_derived() && source.version.rank < derived.version.rank {
        let text = "the derived article calls itself a later version: corrected, updated, sent again or printed before";
        add(2.1, "later_version", 1.0, text.to_owned());
    }
    if row.relation == Relation::Translation
        && let Some(carried) = across::carried(&source.text, &derived.text)
    {
        let across::Carried { facts_shared, facts_fewer, order, .. } = carried;
        let order = if order >= IN_ORDER { ", in the same order" } else { "" };
        let text = format!("{facts_shared} of {facts_fewer} names and figures stand in both{order}");
        add(7.0, "carried_over", facts_shared as f64 / facts_fewer.max(1) as f64, text);
    }
    if let Some(facts) = row.facts
        && row.relation != Relation::Translation
        && source.facts.has_names
        && derived.facts.has_names
    {
        let all = facts.shared + facts.derived_only;
        if all >= 3 {
            let share = f64::from(facts.shared) / f64::from(all);
            let text = format!(
                "{} of the {second}'s facts (names, numbers, dates) stand in the {first}",
                percent(share)
            );
            add(2.0 + share, "facts_in_source", share, text);
        }
        let all = facts.shared + facts.source_only;
        if all >= 3 {
            let share = f64::from(facts.shared) / f64::from(all);
            add(
                0.8,
                "facts_of_source",
                share,
                format!("{} of the {first}'s facts stand in the {second}", percent(share)),
            );
        }
        if row.relation.is_derived() && facts.derived_only == 0 && facts.shared >= 5 {
            add(2.2, "no_new_facts", 0.0, format!("the {second} adds no fact of its own"));
        }
    }
    if let Some(reuse) = row.reuse {
        if reuse.verbatim >= 0.05 {
            let text = format!("{} of the {second}'s words are taken word for word", percent(reuse.verbatim));
            add(1.0 + 2.0 * reuse.verbatim, "verbatim", reuse.verbatim, text);
        }
        if reuse.reworded >= 0.05 {
            let text = format!("{} of its words retell the {first} in other words", percent(reuse.reworded));
            add(1.0 + reuse.reworded, "reworded", reuse.reworded, text);
        }
        if row.relation.is_derived() && reuse.new >= 0.3 {
            add(
                0.9,
                "new_words",
                reuse.new,
                format!("{} of its words have no counterpart in the {first}", percent(reuse.new)),
            );
        }
    }
    let longest = signals.longest_unquoted.map_or(0.0, |words| (words.exp() - 1.0).round());
    if longest >= 8.0 {
        let text = format!("the longest run of words in common outside quotations has {longest:.0} words");
        add(1.2 + (longest / 40.0).min(1.2), "longest_run", longest, text);
    }
    let quoted = signals.quoted_words.map_or(0.0, |words| (words.exp() - 1.0).round());
    if quoted >= 8.0 {
        let weight = if row.relation.is_derived() { 0.9 } else { 2.5 };
        add(weight, "quoted_words", quoted, format!("{quoted:.0} words stand in quotations that both print"));
    }
    if let (Some(rare), Some(documents)) = (signals.rare_unquoted, row.background_documents) {
        let words = (rare.exp() - 1.0).round();
        if words >= 8.0 {
            let text = format!(
                "{words:.0} words in common, outside quotations and names, stand in hardly any other of {documents} articles"
            );
            add(2.4, "rare_words", words, text);
        }
    }
    if let Some(order) = signals.sentences_order
        && order >= 0.6
        && row.relation.is_derived()
    {
        add(1.1, "order", order, "what they have in common comes in the same order".to_owned());
    }
    if signals.common_agency == Some(1.0) {
        let agency = source.credits.agencies.iter().find(|agency| derived.credits.agencies.contains(agency));
        let agency = agency.map_or("", String::as_str);
        add(1.3, "common_credit", 1.0, format!("both credit {}", agency.to_uppercase()));
    }
    if let Some(outlet) = &source.source
        && signals.names_outlet.is_some_and(|named| named > 0.0)
    {
        let times = crate::evidence::credits::times_named(&derived.text, outlet);
        if times > 0 {
            let how_often = if times == 1 { "once".to_owned() } else { format!("{times} times") };
            add(1.3, "names_outlet", times as f64, format!("the {second} names {outlet} {how_often}"));
        }
    }
    if let (Some(one), Some(other)) = (source.unix_seconds, derived.unix_seconds)
        && one != other
    {
        let days = (other - one) as f64 / 86_400.0;
        let text = if days >= 0.0 {
            format!("the {first} is dated {} earlier", days_in_words(days))
        } else {
            format!("the {first} is dated {} later", days_in_words(-days))
        };
        add(0.5, "dates", days, text);
    }
    reasons.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.code.cmp(&other.1.code)));
    reasons.into_iter().map(|(_, reason)| reason).collect()
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
