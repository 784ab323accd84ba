//! Walls and boxes: what asks the reader for consent, for money or for an address, the same words under
//! stories that share nothing.
//!
//! Such a stretch addresses the reader and states nothing: no names, no figures, no dates, nobody's speech.
//! It is looked for in what two texts print alike, sentence by sentence, as the stretch of the largest sum of
//! what speaks for a wall and against it; what was found is boilerplate for this pair, and the pair is
//! measured without it.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use whatlang::Lang;

use crate::evidence::Prepared;
use crate::evidence::notice;
use crate::evidence::questions;
use crate::evidence::runs::Run;
use crate::languages;
use crate::normalise::words::hash_word;
use crate::normalise::{Language, Text, TokenFlags, TokenRange};
use crate::stretch::{items, items_mut};

/// A sentence is printed by both where so much of it stands in common runs of at least so many words.
const RUN_WORDS: usize = 6;
const PRINTED_MIN_SHARE: f64 = 0.7;
/// What a word that addresses the reader, a word of walls, a fact, a word of reporting and any word add to
/// the sum.
const ADDRESS: f64 = 1.0;
const VOCABULARY: f64 = 1.5;
const FACT: f64 = -1.5;
const REPORTING: f64 = -2.0;
const WORD: f64 = -0.04;
/// A wall reaches this sum, …
const SUM_MIN: f64 = 4.0;
/// … and has so many words at least.
const WORDS_MIN: usize = 12;
/// Where fewer words of the story than this are left on either side, words of walls have to stand in it, so
/// many for a hundred.
const STORY_MIN_WORDS: usize = 20;
/// A page of which no more than this share is left, and fewer words than a wall has, is nothing but a wall.
const STORY_MAX_SHARE: f64 = 0.2;
const VOCABULARY_MIN: usize = 3;
const VOCABULARY_MIN_SHARE: f64 = 0.03;

/// Words that address the reader; German ones with a capital inside a sentence alone.
const ADDRESSES: &str = "you your yours yourself we our us vous votre vos nous notre nos usted ustedes tu tus te nuestro nuestra \
    nuestros nuestras wir unser unsere unseren unserem unserer";
const ADDRESSES_CAPITAL: &str = "sie ihr ihre ihren ihrem ihrer ihnen";

/// Words that walls and boxes are made of, by their stems' first letters where they inflect.
const WALL_WORDS: &str = "cookie cookies consent privacy advertising advertisements advertisers ads partners \
    vendors purposes preferences settings accept reject decline agree browser device devices identifiers \
    personalise personalised personalize personalized choices subscribe subscriber subscribers subscribing \
    subscription subscriptions login log sign register account trial cancel unlimited premium newsletter \
    newsletters inbox unsubscribe email terms adblocker membership paywall unlock press click tap tick objecting \
    opt app journalism donate donation donations einwilligung zustimmen zustimmung akzeptieren ablehnen datenschutz \
    datenschutzerklärung einstellungen werbung zwecke widerrufen personalisierte abo abonnement abonnieren \
    abonnenten anmelden einloggen registrieren kündbar jederzeit postfach nutzungsbedingungen weiterlesen \
    journalismus spende spenden consentement accepter refuser confidentialité données paramètres publicité \
    partenaires finalités abonnez abonné abonnés abonnement connectez inscrivez essai résilier résiliable \
    consentimiento aceptar rechazar privacidad configuración publicidad socios finalidades journalisme soutenez \
    suscríbete suscriptor suscriptores suscripción suscríbase regístrate boletín cancela cancelar periodismo donar \
    donación apoya";

struct WallWords {
    addresses: FxHashSet<u64>,
    capital: FxHashSet<u64>,
    walls: FxHashSet<u64>,
    /// The words of reporting of all languages, with those languages.
    reports: FxHashMap<u64, Vec<Lang>>,
}

static WORDS: LazyLock<WallWords> = LazyLock::new(|| {
    let hashed = |words: &str| words.split_ascii_whitespace().map(|word| hash_word(word).word).collect();
    let mut reports: FxHashMap<u64, Vec<Lang>> = FxHashMap::default();
    for table in languages::all() {
        for word in &table.reporting {
            reports.entry(hash_word(word).word).or_default().push(table.lang);
        }
    }
    WallWords {
        addresses: hashed(ADDRESSES),
        capital: hashed(ADDRESSES_CAPITAL),
        walls: hashed(WALL_WORDS),
        reports,
    }
});

/// What tells a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallKind {
    /// Words of walls are frequent in it.
    Worded,
    /// It addresses the reader, as parts of stories may do.
    Addressing,
    /// It stands at the edge of both texts, and has to do with neither.
    Notice,
    /// Questions that somebody else answers.
    Questions,
}

/// What two texts have in common that is a wall, and the two without it.
#[derive(Clone, Debug)]
pub struct Wall {
    /// Words of it in each text.
    pub words: [usize; 2],
    /// What tells it.
    pub kind: WallKind,
    /// The articles as they are beside it.
    pub beside: [Prepared; 2],
}

impl Wall {
    /// The wall in what two articles of different words print alike, `runs` of the first.
    pub(super) fn of(first: &Prepared, second: &Prepared, runs: &[Run]) -> Option<Wall> {
        let questions = questions::find(first, runs);
        let printed = match is_printed_by_both(first, runs) {
            Some(printed) => printed,
            None if questions.is_empty() => return None,
            None => vec![false; first.text.sentences.len()],
        };
        let worded = stretches(first, &printed);
        let notices = notice::find(first, second, runs, &printed);
        let is_worded = is_worded_as_wall(first, &worded);
        let is_in_notice = |wall: &TokenRange| {
            notices.iter().any(|notice| notice.start <= wall.start && wall.end <= notice.end)
        };
        let kind = match (is_worded, worded.iter().all(is_in_notice)) {
            (true, _) => WallKind::Worded,
            _ if !questions.is_empty() => WallKind::Questions,
            (false, true) => WallKind::Notice,
            (false, false) => WallKind::Addressing,
        };
        let found = [worded, notices, if is_worded { Vec::new() } else { questions }].concat();
        if found.is_empty() {
            return None;
        }
        let mut is_wall = [first, second].map(|prepared| vec![false; prepared.text.tokens.len()]);
        for at in found.iter().cloned().flatten() {
            is_wall[0][at] = true;
        }
        for run in runs {
            for offset in 0..run.words {
                is_wall[1][run.there + offset] |= is_wall[0][run.here + offset];
            }
        }
        let beside = [first.without(&is_wall[0]), second.without(&is_wall[1])];
        let is_story_left = beside.iter().all(|prepared| prepared.text.story_words() >= STORY_MIN_WORDS);
        if !is_story_left && !is_worded {
            return None;
        }
        let words = is_wall.map(|is_wall| is_wall.iter().filter(|is_wall| **is_wall).count());
        Some(Wall { words, kind, beside })
    }

    /// The same, seen from the other article.
    pub(super) fn swapped(self) -> Wall {
        let Wall { words: [one, other], kind, beside: [first, second] } = self;
        Wall { words: [other, one], kind, beside: [second, first] }
    }
}

/// Whether an article, seen without a wall, is nothing but walls, boxes and notices.
pub fn is_nothing_else(beside: &Prepared) -> bool {
    let (story, all) = (beside.text.story_words(), beside.text.tokens.len());
    all >= WORDS_MIN && story < WORDS_MIN && story as f64 <= STORY_MAX_SHARE * all as f64
}

/// Whether words of walls are frequent in what was found.
fn is_worded_as_wall(prepared: &Prepared, found: &[TokenRange]) -> bool {
    let tokens = || found.iter().cloned().flatten().map(|at| prepared.text.tokens[at].word);
    let distinct: FxHashSet<u64> = tokens().filter(|word| WORDS.walls.contains(word)).collect();
    let all = tokens().count();
    distinct.len() >= VOCABULARY_MIN && distinct.len() as f64 >= VOCABULARY_MIN_SHARE * (all.min(200) as f64)
}

/// The stretches of sentences that are walls, best first.
fn stretches(here: &Prepared, printed: &[bool]) -> Vec<TokenRange> {
    let mut is_fact = vec![false; here.text.tokens.len()];
    here.facts.mentions.iter().for_each(|fact| is_fact[fact.token] = true);
    let values: Vec<Option<f64>> = here
        .text
        .sentences
        .iter()
        .zip(printed)
        .map(|(sentence, &is_common)| {
            is_common.then(|| sentence.clone().map(|at| value(here, at, is_fact[at])).sum())
        })
        .collect();
    let mut found: Vec<TokenRange> = Vec::new();
    let mut open: Vec<TokenRange> = std::iter::once(0..values.len()).collect();
    while let Some(part) = open.pop() {
        let Some((best, sum)) = largest_sum(&values, part.clone()) else { continue };
        let tokens = here.text.sentences[best.start].start..here.text.sentences[best.end - 1].end;
        if sum < SUM_MIN {
            continue;
        }
        if tokens.len() >= WORDS_MIN {
            found.push(tokens);
        }
        open.extend([part.start..best.start, best.end..part.end]);
    }
    found
}

/// By sentence, whether both texts print it, `runs` of the one that has it; `None` where that would be too few
/// words for a wall.
pub(super) fn is_printed_by_both(here: &Prepared, runs: &[Run]) -> Option<Vec<bool>> {
    let long = runs.iter().filter(|run| run.words >= RUN_WORDS);
    if long.map(|run| run.words).sum::<usize>() < WORDS_MIN {
        return None;
    }
    Some(printed_by_both(&here.text, runs, RUN_WORDS, PRINTED_MIN_SHARE))
}

/// By sentence, whether this share of it stands in runs of so many words.
pub(super) fn printed_by_both(text: &Text, runs: &[Run], run_words: usize, share: f64) -> Vec<bool> {
    let mut is_printed = vec![false; text.tokens.len()];
    for run in runs.iter().filter(|run| run.words >= run_words) {
        items_mut(&mut is_printed, run.here..run.here + run.words).fill(true);
    }
    let sentences = text.sentences.iter();
    let is_common = sentences.map(|sentence| {
        let printed = items(&is_printed, sentence.clone()).iter().filter(|is_printed| **is_printed).count();
        printed as f64 >= share * sentence.len() as f64
    });
    is_common.collect()
}

/// Whether a word tells that somebody said something, in its language or, where that has no list, in any.
pub(super) fn reports(word: u64, language: Language) -> bool {
    let of = WORDS.reports.get(&word);
    of.is_some_and(|of| language.table().is_none_or(|table| of.contains(&table.lang)))
}

/// What a word says for a wall or against it.
fn value(here: &Prepared, at: usize, is_fact: bool) -> f64 {
    let token = &here.text.tokens[at];
    if token.flags.has(TokenFlags::BOILERPLATE) {
        return 0.0;
    }
    if token.flags.has(TokenFlags::QUOTED) {
        return WORD;
    }
    let is_addressed = WORDS.addresses.contains(&token.word)
        || (token.flags.has(TokenFlags::CAPITAL)
            && !token.flags.has(TokenFlags::SENTENCE_START)
            && WORDS.capital.contains(&token.word));
    let mut value = WORD;
    if is_addressed {
        value += ADDRESS;
    } else if WORDS.walls.contains(&token.word) {
        value += VOCABULARY;
    } else if is_fact {
        value += FACT;
    }
    if reports(token.word, here.text.language) {
        value += REPORTING;
    }
    value
}

/// The sentences in a row of the largest sum, none of them without a value.
fn largest_sum(
    values: &[Option<f64>],
    part: std::ops::Range<usize>,
) -> Option<(std::ops::Range<usize>, f64)> {
    let mut best: Option<(std::ops::Range<usize>, f64)> = None;
    let (mut start, mut sum) = (part.start, 0.0);
    for at in part {
        let Some(value) = values[at] else {
            (start, sum) = (at + 1, 0.0);
            continue;
        };
        if sum <= 0.0 {
            (start, sum) = (at, 0.0);
        }
        sum += value;
        if best.as_ref().is_none_or(|(_, most)| sum > *most) {
            best = Some((start..at + 1, sum));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_largest_sum_is_that_of_trying_all(
            values in prop::collection::vec(prop::option::weighted(0.85, -3..4i32), 0..14),
        ) {
            let values: Vec<Option<f64>> = values.into_iter().map(|value| value.map(f64::from)).collect();
            let sum = |range: std::ops::Range<usize>| values[range].iter().copied().sum::<Option<f64>>();
            let all = (0..values.len()).flat_map(|start| (start + 1..=values.len()).map(move |end| start..end));
            let most = all.filter_map(sum).fold(None, |most: Option<f64>, sum| Some(most.map_or(sum, |most| most.max(sum))));
            let found = largest_sum(&values, 0..values.len());
            prop_assert_eq!(found.as_ref().map(|(_, sum)| *sum), most);
            if let Some((range, reached)) = found {
                prop_assert_eq!(sum(range), Some(reached));
            }
        }
    }
}
