//! Notices: what a site prints above or below whatever it publishes, in any language and any words: rights,
//! rules for comments, disclaimers, consent.
//!
//! It is told by where it stands and by what it lacks. It is printed by both texts at their beginning or their
//! end, states hardly a fact, reports nobody's words, and has no subject in common with the rest of either text.
//! What a text took from another one goes with what stands around it.

use rustc_hash::FxHashSet;

use crate::evidence::Prepared;
use crate::evidence::facts::Fact;
use crate::evidence::runs::Run;
use crate::evidence::wall::reports;
use crate::normalise::{Script, Text, TokenFlags, TokenRange};

/// A notice has so many words, …
const WORDS_MIN: usize = 25;
const WORDS_MAX: usize = 400;
/// … and no more than this share of either text.
const TEXT_MAX_SHARE: f64 = 0.6;
/// It stands behind or before no more words than this, which may be a headline, a credit, an address.
const EDGE_WORDS: usize = 12;
/// Facts, words of reporting and quoted words to a word, at most.
const FACTS_MAX_SHARE: f64 = 0.06;
const REPORTS_MAX_SHARE: f64 = 0.025;
const QUOTED_MAX_SHARE: f64 = 0.2;
/// Of its distinct content words no more than this share stands in the rest of a text as well; of those of the
/// rest, where they are fewer.
const SUBJECT_MAX_SHARE: f64 = 0.25;

/// Notices that two texts print alike, `runs` of the first, and by its sentences whether both print them; where
/// they stand in the first.
pub(super) fn find(first: &Prepared, second: &Prepared, runs: &[Run], printed: &[bool]) -> Vec<TokenRange> {
    let sentences = &first.text.sentences;
    let mut low = 0;
    let mut found = Vec::new();
    if let Some(at_head) = at_edge(printed, sentences, 0..sentences.len()) {
        low = at_head.end;
        found.push(at_head);
    }
    found.extend(at_edge(printed, sentences, (low..sentences.len()).rev()));
    let tokens = found.into_iter().map(|found| sentences[found.start].start..sentences[found.end - 1].end);
    tokens.filter(|here| is_notice(first, second, runs, here)).collect()
}

/// The printed sentences in a row that come first, behind a few words.
fn at_edge(
    printed: &[bool],
    sentences: &[TokenRange],
    order: impl Iterator<Item = usize>,
) -> Option<std::ops::Range<usize>> {
    let mut passed = 0;
    let mut order = order.skip_while(|&at| {
        passed += sentences[at].len();
        !printed[at] && passed <= EDGE_WORDS
    });
    let first = order.next().filter(|&at| printed[at])?;
    let last = order.take_while(|&at| printed[at]).last().unwrap_or(first);
    Some(first.min(last)..first.max(last) + 1)
}

fn is_notice(first: &Prepared, second: &Prepared, runs: &[Run], here: &TokenRange) -> bool {
    if !(WORDS_MIN..=WORDS_MAX).contains(&here.len()) {
        return false;
    }
    let Some(there) = counterpart(runs, here) else { return false };
    let in_both = [(first, here.clone()), (second, there)];
    in_both.iter().all(|(prepared, part)| {
        let all = prepared.text.tokens.len();
        let is_at_edge = part.start <= EDGE_WORDS || all - part.end <= EDGE_WORDS;
        is_at_edge && part.len() as f64 <= TEXT_MAX_SHARE * all as f64
    }) && states_nothing(first, here)
        && in_both.iter().all(|(prepared, part)| is_beside_subject(&prepared.text, part))
}

/// Where the other text has a part, from its first common word to its last; `None` where that is much longer.
fn counterpart(runs: &[Run], here: &TokenRange) -> Option<TokenRange> {
    let common = runs.iter().filter_map(|run| {
        let (start, end) = (run.here.max(here.start), (run.here + run.words).min(here.end));
        (start < end).then(|| run.there + (start - run.here)..run.there + (end - run.here))
    });
    let there = common.reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))?;
    (there.len() <= 2 * here.len()).then_some(there)
}

/// Hardly a name or figure, nobody's words.
fn states_nothing(prepared: &Prepared, part: &TokenRange) -> bool {
    let words = part.len() as f64;
    let facts = distinct_facts(prepared, part) as f64;
    let tokens = || prepared.text.tokens[part.clone()].iter();
    let reporting = tokens().filter(|token| reports(token.word, prepared.text.language)).count() as f64;
    let quoted = tokens().filter(|token| token.flags.has(TokenFlags::QUOTED)).count() as f64;
    facts <= FACTS_MAX_SHARE * words
        && reporting <= REPORTS_MAX_SHARE * words
        && quoted <= QUOTED_MAX_SHARE * words
}

/// Names and figures of a part: a name of several words is one, and a site may name itself more than once.
fn distinct_facts(prepared: &Prepared, part: &TokenRange) -> usize {
    let mentions: Vec<&Fact> =
        prepared.facts.mentions.iter().filter(|fact| part.contains(&fact.token)).collect();
    let names = mentions.chunk_by(|one, next| next.token <= one.token + 1);
    // its parts in their order, so that "March 12" and "March 14" are two
    let names: FxHashSet<Vec<u64>> = names.map(|name| name.iter().map(|fact| fact.key).collect()).collect();
    names.len()
}

/// Whether a part has hardly a content word in common with the rest of its text.
fn is_beside_subject(text: &Text, part: &TokenRange) -> bool {
    let inside = content_words(text, part.clone());
    let outside: FxHashSet<u64> = content_words(text, 0..part.start)
        .union(&content_words(text, part.end..text.tokens.len()))
        .copied()
        .collect();
    let shared = inside.intersection(&outside).count();
    shared as f64 <= SUBJECT_MAX_SHARE * inside.len().min(outside.len()) as f64
}

/// Stems of words that are no function words; in scripts without spaces, where a word is one character, pairs
/// of neighbours.
fn content_words(text: &Text, part: TokenRange) -> FxHashSet<u64> {
    let tokens = &text.tokens;
    match text.language.script {
        Script::Unspaced => {
            // Japanese grammar is written in hiragana
            let is_grammar =
                |at: usize| text.surface(at).starts_with(|c| matches!(c, '\u{3041}'..='\u{309f}'));
            let pairs =
                part.clone().zip(part.skip(1)).filter(|&(one, other)| !is_grammar(one) && !is_grammar(other));
            pairs.map(|(one, other)| tokens[one].word.rotate_left(21) ^ tokens[other].word).collect()
        }
        Script::Spaced => {
            let is_content = |flags: TokenFlags| !flags.has(TokenFlags::FUNCTION_WORD);
            tokens[part].iter().filter(|token| is_content(token.flags)).map(|token| token.stem).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::evidence::runs;
    use crate::evidence::wall::is_printed_by_both;

    const DAM: &str = "Engineers found cracks in the Orrin dam on Monday. The valley below was cleared within hours, and the \
        Hestbrook council opened two schools for those who had nowhere to go. Repairs will take until autumn, when the \
        river is low. Divers who looked at the wall said that the cracks had been there for a year.";
    const FAIR: &str = "A brass band from Vellin won the harvest fair for the third time. Judges praised its slow march, while \
        the crowd preferred a juggler who had lost his way. Rain held off until the prizes were handed out, and the mayor \
        danced with the oldest guest, who was born before the hall was built.";
    const RIGHTS: &str = "No part of this publication may be reproduced, stored or transmitted in any form or by any means, \
        electronic or mechanical, without the prior written permission of the publisher. Text and data mining is expressly \
        reserved. For licences please write to the desk, which answers within two working days.";
    /// It names itself twice.
    const APPEAL: &str = "Pomóż nam pisać o tym mieście. Zostań czytelnikiem Kuriera Vellińskiego już dziś. Dzięki przyjaciołom Kuriera \
        Vellińskiego powstają obszerne teksty i śledztwa, po których wszyscy wiedzą więcej. Dziękujemy za wsparcie prawdziwego \
        dziennikarstwa.";
    const DERECHOS: &str = "Queda prohibida la reproducción total o parcial de los contenidos de este sitio sin la autorización previa \
        y por escrito de la empresa editora. El tratamiento automático de los textos queda expresamente reservado. Las \
        solicitudes de licencia se atienden en un plazo de dos días hábiles.";

    fn found(one: String, other: String) -> Vec<TokenRange> {
        let [one, other] = [one, other].map(|text| Prepared::new(&Article::new("a", text)));
        let runs = runs::cover((&one.text, &one.runs), (&other.text, &other.runs));
        let printed = is_printed_by_both(&one, &runs).unwrap_or_default();
        find(&one, &other, &runs, &printed)
    }

    #[test]
    fn what_two_pages_print_beside_their_subjects_is_a_notice_in_any_language() {
        for notice in [RIGHTS, DERECHOS, APPEAL] {
            let below = found(format!("{DAM}\n\n{notice}"), format!("{FAIR}\n\n{notice}"));
            assert_eq!(below.len(), 1, "{notice}");
            let above = found(format!("{notice}\n\n{DAM}"), format!("{notice}\n\n{FAIR}"));
            assert_eq!(above.first().map(|range| range.start), Some(0), "{notice}");
        }
    }

    #[test]
    fn what_goes_with_its_text_or_states_something_is_none() {
        // the end of the story itself, of which the other page has that alone
        let end = "The valley was cleared because the dam had cracks. Those cracks in the dam had been there for a year, and the \
            valley below the dam knew of the cracks, since divers had looked at the wall of the dam in autumn.";
        assert!(found(format!("{DAM} {end}"), format!("{FAIR}\n\n{end}")).is_empty());
        let brief = "A ferry ran aground off Dunmere on Friday with 212 passengers, and Captain Olga Smirnova brought them ashore in \
            14 boats by 18:30. The Aurora was built in Port Ambry in 1998, and Lowmark Shipping bought her in 2021.";
        assert!(found(format!("{DAM}\n\n{brief}"), format!("{FAIR}\n\n{brief}")).is_empty());
        // two printings of one story
        assert!(found(DAM.to_owned(), format!("{DAM} And more.")).is_empty());
    }
}
