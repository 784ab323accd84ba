//! What an article says of its own version: CORRECTED, UPDATE 2, "Adds minister's comment", "This story has
//! been updated", "first published by", and notices that withdraw a story.
//!
//! Desks mark the later of two versions, and hardly ever the first. The marks stand in the headline, in the
//! first and in the last lines; no date is as sure, for both versions often carry that of the first.

mod tags;
mod words;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::evidence::credits;
use tags::{numbered_lead, tag};
use words::{
    BECAME, BRACKETED_NOTES, DATES, EARLIER, FROM, NOTES, PIECES, REPRINTS, THIS, VERSIONS, WITHDRAWALS,
};

/// So many letters at each end of a text are looked at for sentences of the desk.
const END_CHARS: usize = 500;
/// So many lines at each end are looked at for tags and notes …
const END_LINES: usize = 3;
/// … of at most so many letters each.
const NOTE_MAX_CHARS: usize = 240;
/// Tags before one headline.
const TAGS_MAX: usize = 4;
/// "This story, first sent on Monday, has been updated": so many words may lie between.
const BECAME_WITHIN_WORDS: usize = 7;
/// Snaps and notices that withdraw a story have no more words than these.
const SNAP_MAX_WORDS: usize = 60;
const WITHDRAWAL_MAX_WORDS: usize = 150;

/// What one mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum VersionMark {
    /// Sent ahead of the story.
    Snap,
    /// Printed before by somebody else.
    Reprint,
    Correction,
    Update,
    /// The story is taken back.
    Withdrawal,
}

/// What an article says of its own version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Orders versions of one story: 0 where nothing is said, below for a snap, above for a reprint, a
    /// correction, and updates by their numbers.
    pub rank: i32,
    /// It is a notice that withdraws a story, and no story.
    pub is_withdrawal: bool,
}

impl Version {
    /// Looks at an article's headline and its text of so many words; `source` is its outlet.
    pub fn of(title: Option<&str>, text: &str, words: usize, source: Option<&str>) -> Version {
        let mut found = FoundMark::default();
        if let Some(title) = title {
            found.read_headline(&plain(first_letters(title, NOTE_MAX_CHARS)));
        }
        for line in end_lines(text) {
            let line = plain(line);
            found.read_headline(&line);
            found.read_note(&line);
        }
        let from_end = text.char_indices().rev().nth(END_CHARS - 1).map_or(0, |(at, _)| at);
        let tail = text.get(from_end..).unwrap_or_default();
        let outlet = source.map(|source| plain(credits::outlet(source)).to_ascii_lowercase());
        let mut ends = [first_letters(text, END_CHARS), tail].map(plain);
        ends.iter_mut().for_each(|end| end.make_ascii_lowercase());
        for end in ends.iter().filter(|end| END_WORDS.as_ref().is_none_or(|words| words.is_match(*end))) {
            found.read_sentences(end);
            if is_reprint(end, outlet.as_deref()) {
                found.add(VersionMark::Reprint, 1);
            }
        }
        let is_said = || ends.iter().any(|end| WITHDRAWALS.iter().any(|words| end.contains(words)));
        let is_withdrawal = words <= WITHDRAWAL_MAX_WORDS && (found.is_withdrawn || is_said());
        if found.is_snap && words <= SNAP_MAX_WORDS {
            found.rank = found.rank.min(-1);
        }
        Version { rank: if is_withdrawal { i32::MAX } else { found.rank }, is_withdrawal }
    }
}

/// The first letters of a text, at most so many.
fn first_letters(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// A text without accents and other marks, as the tables have it.
fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '’' => plain.push('\''),
            _ if letter.is_ascii() => plain.push(letter),
            // one by one, since marks, which an order is for, are left out
            _ => decompose_canonical(letter, |part| {
                if !is_combining_mark(part) {
                    plain.push(part);
                }
            }),
        }
    }
    plain
}

/// The first and the last lines that are short enough for a note.
fn end_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_short =
        |line: &&str| line.len() <= 4 * NOTE_MAX_CHARS && line.chars().nth(NOTE_MAX_CHARS).is_none();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines().take(END_LINES).chain(lines().rev().take(END_LINES)).filter(is_short)
}

#[derive(Default)]
struct FoundMark {
    rank: i32,
    is_snap: bool,
    is_withdrawn: bool,
}

impl FoundMark {
    fn add(&mut self, mark: VersionMark, number: i32) {
        match mark {
            VersionMark::Snap => self.is_snap = true,
            VersionMark::Withdrawal => self.is_withdrawn = true,
            VersionMark::Reprint => self.rank = self.rank.max(1),
            // a correction of the second update comes after it and before the third
            VersionMark::Correction if self.rank >= 10 => self.rank += 2,
            VersionMark::Correction => self.rank = self.rank.max(2),
            VersionMark::Update => {
                let corrected = if (2..10).contains(&self.rank) { 2 } else { 0 };
                self.rank = self.rank.max(10 * number.clamp(1, 99) + corrected);
            }
        }
    }

    /// "CORRECTED-UPDATE 2-Ferries to stop", "(LEAD 2) …", "… (UPDATED)", "… 3rd Ld-Writethru".
    fn read_headline(&mut self, line: &str) {
        let mut rest = line;
        for _ in 0..TAGS_MAX {
            let Some((mark, number, after)) = tag(rest) else { break };
            self.add(mark, number);
            rest = after;
        }
        let closed = line.trim_end().strip_suffix([')', ']']);
        let inside = closed.and_then(|line| line.rfind(['(', '[']).and_then(|at| line.get(at + 1..)));
        if let Some((mark, number, "")) = inside.and_then(tag) {
            self.add(mark, number);
        }
        let lower = line.to_ascii_lowercase();
        if let Some(number) = numbered_lead(&lower) {
            self.add(VersionMark::Update, number);
        } else if lower.contains("writethru") {
            self.add(VersionMark::Update, 1);
        }
    }

    /// "(Adds details in paragraph 4)", "Recasts, adds quotes", "Eds: Updates with …".
    fn read_note(&mut self, line: &str) {
        let lower = line.to_ascii_lowercase();
        let start = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        let of_desk = ["eds:", "editors:", "eds.:"].iter().find_map(|words| start.strip_prefix(words));
        let is_bracketed = of_desk.is_some() || line.starts_with(['(', '[']);
        let start = of_desk.unwrap_or(start).trim_start();
        let is_word = |words: &str| {
            start.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        let bracketed = BRACKETED_NOTES.iter().filter(|_| is_bracketed);
        if let Some(&(_, mark)) = NOTES.iter().chain(bracketed).find(|(words, _)| is_word(words)) {
            self.add(mark, 1);
        }
    }

    /// "This story has been updated", "An earlier version of this article …".
    fn read_sentences(&mut self, end: &str) {
        let split = end.split(|letter: char| !letter.is_alphanumeric());
        let words: Vec<&str> = split.filter(|word| !word.is_empty()).collect();
        for (at, word) in words.iter().enumerate() {
            let next = |from: usize, count: usize| words.iter().skip(at + from).take(count);
            if THIS.contains(word) && next(1, 2).any(|word| PIECES.contains(word)) {
                let became = next(2, BECAME_WITHIN_WORDS);
                let mark = became.filter_map(|word| BECAME.iter().find(|(became, _)| became == word)).next();
                if let Some(&(_, mark)) = mark {
                    self.add(mark, 1);
                }
            }
            if VERSIONS.contains(word) {
                let before = at.checked_sub(1).and_then(|before| words.get(before));
                let is_earlier = before.into_iter().chain(next(1, 1)).any(|word| EARLIER.contains(word));
                if is_earlier && next(1, 4).any(|word| THIS.contains(word)) {
                    self.add(VersionMark::Correction, 1);
                }
            }
        }
    }
}

/// Words of which one stands in each sentence that [`FoundMark::read_sentences`] or [`is_reprint`] looks for:
/// hardly any text has one.
static END_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let became = BECAME.iter().map(|(word, _)| *word);
    AhoCorasick::new(became.chain(VERSIONS.iter().chain(REPRINTS).copied())).ok()
});

/// "first published by the Gazette": where the one that is named is not the article's own outlet.
fn is_reprint(end: &str, outlet: Option<&str>) -> bool {
    REPRINTS.iter().any(|words| {
        let Some(at) = end.find(words) else { return false };
        let after = end.get(at + words.len()..).unwrap_or_default();
        let sentence = after.split(['.', '\n']).next().unwrap_or_default();
        let mut words =
            sentence.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_from = words.next().is_some_and(|word| FROM.contains(&word));
        let named = words.next().unwrap_or_default();
        let is_date = named.starts_with(|letter: char| letter.is_ascii_digit()) || DATES.contains(&named);
        let is_own = outlet.is_some_and(|outlet| !outlet.is_empty() && sentence.contains(outlet));
        is_from && !named.is_empty() && !is_date && !is_own
    })
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    const STORY: &str = "BRACKWELL (Tidewire) - The lighthouse at Senn Point will be sold by auction in May, the harbour \
        trust said on Friday.\n\nIts keeper, Odo Marren, said that he had learned of it from the radio.";

    fn rank(title: &str, text: &str) -> i32 {
        Version::of(Some(title), text, text.split_whitespace().count(), Some("Tidewire")).rank
    }

    #[test]
    fn plain_letters_have_no_marks() {
        assert_eq!(
            plain("Rectificación’s Ñandú, e\u{301}t\u{302}\u{323}e; ångström"),
            "Rectificacion's Nandu, ete; angstrom"
        );
        assert_eq!(plain("ﬁ “한” é"), format!("ﬁ “{}” e", "한".nfd().collect::<String>()));
    }

    #[test]
    fn tags_before_and_behind_a_headline_mark_later_versions() {
        let plain = rank("Lighthouse to be sold by auction", STORY);
        assert_eq!(plain, 0);
        for title in [
            "CORRECTED-Lighthouse to be sold by auction",
            "Исправлено: Маяк продадут с аукциона",
            "ОБНОВЛЕНО - Маяк продадут с аукциона",
            "Correction: Lighthouse to be sold",
            "UPDATE 1-Lighthouse to be sold",
            "UPDATE: Lighthouse to be sold",
            "UPDATE Lighthouse to be sold",
            "REFILE-Lighthouse to be sold",
            "RPT-Lighthouse to be sold",
            "Lighthouse to be sold (UPDATED)",
            "Lighthouse to be sold [Corrected]",
            "BC-EU--Lighthouse, 1st Ld-Writethru",
            "(2nd LD) Lighthouse to be sold",
            "BERICHTIGUNG: Leuchtturm wird versteigert",
            "2. ZUSAMMENFASSUNG: Leuchtturm wird versteigert",
            "AKTUALISIERT - Leuchtturm wird versteigert",
            "RECTIFICATIF: Le phare sera vendu",
            "ACTUALISÉ - Le phare sera vendu",
            "CORRECCIÓN: El faro se subastará",
            "(AMPLIACIÓN) El faro se subastará",
        ] {
            assert!(rank(title, STORY) > plain, "{title}");
        }
    }

    #[test]
    fn updates_are_ordered_by_their_numbers_and_corrections_follow_what_they_correct() {
        let ranks = [
            "CORRECTED-Lighthouse sold",
            "UPDATE 1-Lighthouse sold",
            "CORRECTED-UPDATE 1-Lighthouse sold",
            "UPDATE 2-Lighthouse sold",
            "BC-Lighthouse, 3rd Ld-Writethru",
            "UPDATE 12-Lighthouse sold",
        ]
        .map(|title| rank(title, STORY));
        assert!(ranks.is_sorted_by(|one, other| one < other), "{ranks:?}");
    }

    #[test]
    fn headlines_that_hold_such_words_are_no_marks() {
        for title in [
            "Update on the lighthouse",
            "UPDATE ON THE LIGHTHOUSE",
            "Corrected maps show lighthouse elsewhere",
            "Lead found in keeper's well",
            "Adds up: how a lighthouse pays",
            "Killing time at Senn Point",
            "Alerte rouge",
        ] {
            assert_eq!(rank(title, STORY), 0, "{title}");
        }
    }

    #[test]
    fn notes_and_sentences_of_the_desk_are_marks() {
        for note in [
            "(Adds keeper's comment)",
            "Recasts with date of sale",
            "(Corrects paragraph 3 to show the sale is in May)",
            "Eds: Updates with quotes from keeper.",
            "(Ergänzt: Zitat des Wärters)",
            "(Rectifie la date de la vente)",
            "(Corrige la fecha de la subasta)",
            "This story has been updated with the keeper's comment.",
            "This article was amended on 3 May because it gave the wrong month.",
            "(This version of the story corrects the month in the first paragraph.)",
            "An earlier version of this article misspelled the keeper's name.",
            "In einer früheren Version dieses Artikels stand ein falscher Monat.",
            "Dieser Artikel wurde nachträglich aktualisiert.",
            "Une version antérieure de cet article donnait un autre mois.",
            "Cet article a été modifié lundi.",
            "Una versión anterior de esta nota daba otro mes.",
            "Esta noticia ha sido actualizada.",
            "This article was first published by the Brackwell Post.",
            "Reprinted with permission of the Brackwell Post.",
            "Zuerst erschienen in der Brackweller Post.",
            "Publicado originalmente en el Correo de Brackwell.",
        ] {
            for text in [format!("{note}\n\n{STORY}"), format!("{STORY}\n\n{note}")] {
                assert!(rank("Lighthouse to be sold", &text) > 0, "{note}");
            }
        }
    }

    #[test]
    fn what_the_story_says_itself_is_no_mark() {
        for line in [
            "This report has been welcomed by keepers everywhere.",
            "This article was originally published January 5, 2021 2:33 PM.",
            "This article was first published by Tidewire.",
            "The trust updates its list of buildings every year.",
            "He had read an earlier version of the plan.",
        ] {
            assert_eq!(rank("Lighthouse to be sold", &format!("{STORY}\n\n{line}")), 0, "{line}");
        }
    }

    #[test]
    fn notices_that_withdraw_a_story_are_known() {
        let notices = [
            (
                "STORY WITHDRAWN: Lighthouse",
                "The story on the sale of a lighthouse is wrong. No other will be sent.",
            ),
            (
                "Advisory",
                "Tidewire withdraws its story headlined 'Lighthouse to be sold', as the sale was not confirmed.",
            ),
            (
                "Achtung Redaktionen",
                "Die Meldung zum Verkauf des Leuchtturms bitte streichen: Meldung wird zurückgezogen.",
            ),
            ("Avis", "Prière d'annuler notre dépêche sur la vente du phare."),
            ("Aviso", "Queda anulada la información sobre la venta del faro."),
        ];
        for (title, text) in notices {
            assert!(Version::of(Some(title), text, 20, None).is_withdrawal, "{title}");
        }
        assert!(!Version::of(Some("Trust withdraws offer for lighthouse"), STORY, 40, None).is_withdrawal);
    }

    #[test]
    fn a_snap_comes_before_the_story() {
        let snap = "BREAKING: Senn Point lighthouse to be sold by auction in May, trust says";
        assert!(Version::of(None, snap, 13, None).rank < 0);
        let long = format!("URGENT\n\n{}", STORY.repeat(4));
        assert_eq!(Version::of(None, &long, 200, None).rank, 0);
    }
}
