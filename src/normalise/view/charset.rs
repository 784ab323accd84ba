//! Whole texts of UTF-8 that were read in the encoding of some region: `РџСЂРё` or `п÷я─п╦` for `При`, `Ø§Ù„` for `ال`.

use std::ops::Range;

use encoding_rs::{Encoding, KOI8_R, KOI8_U, WINDOWS_1251, WINDOWS_1252};

use super::{Edits, fill_of};
use crate::stretch::{items, stretch};

const READ_AS: [&Encoding; 4] = [WINDOWS_1251, WINDOWS_1252, KOI8_R, KOI8_U];

/// A text that was misread has so many words of other letters than ASCII, …
const WORDS_MIN: usize = 8;
/// … of which this share make UTF-8 where they are written in that encoding: what was written in it makes none.
const WORDS_MIN_SHARE: f64 = 0.8;

/// What so many first words are not, the text is not.
const FIRST_WORDS: usize = 3;
const BLOCK_BYTES: usize = 64;

/// The text as it was written.
pub(super) fn undone(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let is_misread = |word: &Range<usize>, encoding| !characters(text, word, encoding).is_empty();
    let first: Vec<Range<usize>> = words(text).take(FIRST_WORDS).collect();
    if !READ_AS.iter().any(|encoding| first.iter().any(|word| is_misread(word, encoding))) {
        return None;
    }
    let words: Vec<Range<usize>> = words(text).collect();
    let is_misread_in = |encoding| {
        let misread = words.iter().filter(|word| is_misread(word, encoding)).count();
        words.len() >= WORDS_MIN && misread as f64 >= WORDS_MIN_SHARE * words.len() as f64
    };
    let encoding = READ_AS.into_iter().find(|&encoding| is_misread_in(encoding))?;
    let mut edits = Edits::of(text);
    for word in &words {
        for (part, c) in characters(text, word, encoding) {
            edits.replace(part, c.encode_utf8(&mut [0; 4]), fill_of(c));
        }
    }
    edits.done()
}

/// Stretches of characters beyond ASCII.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + beyond_ascii(items(text.as_bytes(), rest..))?;
        let behind = stretch(text, start..);
        rest = start + behind.find(|c: char| c.is_ascii()).unwrap_or(behind.len());
        Some(start..rest)
    })
}

/// The first byte beyond ASCII, in blocks that are looked at together.
fn beyond_ascii(bytes: &[u8]) -> Option<usize> {
    let block = bytes.chunks(BLOCK_BYTES).position(|block| !block.is_ascii())? * BLOCK_BYTES;
    let within = items(bytes, block..).iter().position(|byte| !byte.is_ascii())?;
    Some(block + within)
}

/// The characters that a word was, and where each stands; none where it was no other in this encoding.
fn characters(text: &str, word: &Range<usize>, encoding: &'static Encoding) -> Vec<(Range<usize>, char)> {
    let misread = stretch(text, word.clone());
    // a character was several: quotation marks and accents that stand alone were none
    if misread.chars().nth(1).is_none() {
        return Vec::new();
    }
    let (bytes, _, is_foreign) = encoding.encode(misread);
    let count = misread.chars().count();
    if is_foreign || bytes.len() != count {
        return Vec::new();
    }
    let Ok(written) = std::str::from_utf8(&bytes) else { return Vec::new() };
    let mut places = misread.char_indices().map(|(at, _)| word.start + at).chain([word.end]);
    let Some(mut start) = places.next() else { return Vec::new() };
    let place = |c: char| {
        let end = places.nth(c.len_utf8() - 1)?;
        Some((std::mem::replace(&mut start, end)..end, c))
    };
    written.chars().map_while(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = "Мост в Веллине закрыли до осени, потому что в трёх опорах нашли трещины, сказал инженер Олег Смирнов.";
    const ARABIC: &str = "أغلقت البلدة الجسر حتى الخريف بعد أن وجد المهندسون شقوقا في ثلاث من دعاماته";
    const FRENCH: &str = "Le préfet a fermé le pont après la découverte de fissures : « trop tard », a déclaré l'ingénieur, déjà \
        très âgé, à l'été.";

    fn seen(view: &str) -> String {
        view.chars().filter(|c| !['\u{ad}', '\u{200b}'].contains(c)).collect()
    }

    #[test]
    fn a_misread_text_is_read_as_it_was_written() {
        for text in [RUSSIAN, ARABIC] {
            for encoding in READ_AS {
                let (misread, _) = encoding.decode_without_bom_handling(text.as_bytes());
                if encoding.encode(&misread).0 != text.as_bytes() {
                    continue;
                }
                let view = undone(&misread).unwrap_or_default();
                assert_eq!(view.len(), misread.len());
                assert_eq!(seen(&view), text, "{}", encoding.name());
            }
        }
    }

    #[test]
    fn what_was_written_so_stays() {
        for text in [
            RUSSIAN,
            ARABIC,
            FRENCH,
            "All in ASCII.",
            "“So” – “many” ’marks’ “and” “no” “other” “word” “here”",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
