//! What each character does to a word, pinned to one Unicode version.
//!
//! The table is data in the tree, not asked of the standard library, so that a newer compiler cannot change a
//! word and with it a fingerprint. Characters assigned later separate.

use std::sync::LazyLock;

use super::table::CLASS_CHANGES;

/// Version of Unicode that the table was made from.
pub const UNICODE_VERSION: (u8, u8, u8) = (17, 0, 0);

/// What a character of folded text does to the word before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordClass {
    /// Ends a word and belongs to none.
    Separator,
    /// Begins a word or continues one.
    Letter,
    /// Continues a word; without one before it, it separates.
    Continuation,
    /// A word by itself, with the continuations after it.
    Ideograph,
}

/// The class of a character, and what folding does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CharacterClass(u8);

impl CharacterClass {
    /// NFKC changes the character or joins it to the one before, or it is invisible: it is normalised with
    /// its surroundings.
    const COMPLEX: u8 = 4;
    /// A letter: folding may change it. A continuation: its combining class is not zero.
    const CHANGES: u8 = 8;

    pub(crate) fn of(c: char) -> Self {
        match CLASSES.get(c as usize) {
            Some(&class) => CharacterClass(class),
            // Tags and variation selectors, which are invisible: all that is not a separator beyond the
            // planes of the table.
            None if ('\u{e0000}'..='\u{e0fff}').contains(&c) => CharacterClass(Self::COMPLEX),
            None => CharacterClass(WordClass::Separator as u8),
        }
    }

    /// The class within folded text.
    pub(crate) fn word(self) -> WordClass {
        match self.0 & 3 {
            0 => WordClass::Separator,
            1 => WordClass::Letter,
            2 => WordClass::Continuation,
            _ => WordClass::Ideograph,
        }
    }

    pub(crate) fn is_complex(self) -> bool {
        self.0 & Self::COMPLEX != 0
    }

    /// Separates, whatever stands around it.
    pub(crate) fn is_plain_separator(self) -> bool {
        self.0 == WordClass::Separator as u8
    }

    /// Neither NFKC nor folding changes it.
    pub(crate) fn stays(self) -> bool {
        self.0 & (Self::COMPLEX | Self::CHANGES) == 0
    }

    /// A mark that NFKC may reorder with its neighbours.
    pub(crate) fn is_reordered(self) -> bool {
        self.0 & !Self::COMPLEX == WordClass::Continuation as u8 | Self::CHANGES
    }
}

/// Planes 0 to 3, a byte a character, spread out from the changes.
static CLASSES: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut classes = vec![0; 0x4_0000].into_boxed_slice();
    let ends = CLASS_CHANGES[1..].iter().map(|&change| change >> 8).chain([0x4_0000]);
    for (&change, end) in CLASS_CHANGES.iter().zip(ends) {
        classes[(change >> 8) as usize..end as usize].fill(change as u8);
    }
    classes
});

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::{canonical_combining_class, decompose_canonical, is_combining_mark};
    use unicode_script::{Script, UnicodeScript};

    use super::super::{begins_segment, invisible::is_invisible};
    use super::*;
    use crate::fold::{fold, latin_digit};

    /// The word class by the properties themselves, of this compiler's Unicode version.
    fn computed_word_class(c: char) -> WordClass {
        let is_connector = matches!(
            c,
            '_' | '\u{203f}' | '\u{2040}' | '\u{2054}' | '\u{fe33}' | '\u{fe34}' | '\u{fe4d}'
                ..='\u{fe4f}' | '\u{ff3f}'
        );
        if latin_digit(c).is_some() {
            return WordClass::Letter;
        }
        if is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}') {
            return WordClass::Continuation;
        }
        if !c.is_alphabetic() && !c.is_numeric() && !is_connector {
            return WordClass::Separator;
        }
        match c.script() {
            Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar => WordClass::Ideograph,
            // The prolonged sound mark and the kana repeat marks are common to Hiragana and Katakana.
            _ if matches!(c, '\u{30fc}' | '\u{3031}'..='\u{3035}') => WordClass::Ideograph,
            _ => WordClass::Letter,
        }
    }

    fn lower(c: char) -> Vec<char> {
        let mut lower = Vec::new();
        fold(c, |c| lower.push(c));
        lower
    }

    fn is_cased(c: char) -> bool {
        computed_word_class(c) == WordClass::Letter && lower(c) != [c]
    }

    fn computed_class(c: char) -> u8 {
        if is_invisible(c) {
            return CharacterClass::COMPLEX;
        }
        let normal: Vec<char> = c.nfkc().collect();
        let folded: Vec<WordClass> = normal.iter().flat_map(|&c| lower(c)).map(computed_word_class).collect();
        let separates = folded.first() == Some(&WordClass::Separator)
            && folded.iter().all(|class| matches!(class, WordClass::Separator | WordClass::Continuation));
        if separates && begins_segment(c) {
            return WordClass::Separator as u8;
        }
        let word = computed_word_class(c);
        let is_mark = word == WordClass::Continuation && canonical_combining_class(c) != 0;
        let is_complex = normal != [c]
            || !(begins_segment(c)
                || is_mark && unicode_normalization::is_nfkc(&format!("{c}")) && !joins(c))
            || lower(c).len() != 1;
        // Where capitals and small letters alternate, the small ones are looked up too: a shorter table.
        let neighbour = |step: i64| char::from_u32((c as i64 + step) as u32).is_some_and(is_cased);
        let is_cased =
            word == WordClass::Letter && (is_cased(c) || c as u32 > 0xff && neighbour(-1) && neighbour(1));
        word as u8
            | if is_complex { CharacterClass::COMPLEX } else { 0 }
            | if is_cased || is_mark { CharacterClass::CHANGES } else { 0 }
    }

    /// Whether the mark is ever composed with a character before it.
    fn joins(mark: char) -> bool {
        use unicode_normalization::{IsNormalized, is_nfkc_quick};
        is_nfkc_quick(std::iter::once(mark)) != IsNormalized::Yes
    }

    fn characters() -> impl Iterator<Item = char> {
        (0..0x11_0000).filter_map(char::from_u32)
    }

    /// Prints the table. To move to another Unicode version (which is another recipe), put it in `table.rs`.
    #[test]
    #[ignore = "prints the table"]
    fn print_the_table() {
        let mut last = None;
        for c in (0..0x4_0000).filter_map(char::from_u32) {
            let class = computed_class(c);
            if last != Some(class) {
                println!("{:#09x},", (c as u32) << 8 | class as u32);
                last = Some(class);
            }
        }
    }

    #[test]
    fn the_table_agrees_with_the_properties() {
        for c in characters() {
            let CharacterClass(held) = CharacterClass::of(c);
            // A newer compiler knows more characters; those that the table knows stay as they are.
            let is_later = held == 0 && std::char::UNICODE_VERSION > UNICODE_VERSION;
            assert!(held == computed_class(c) || is_later, "{c:?} U+{:04X}: {held}", c as u32);
        }
    }

    #[test]
    fn no_separator_becomes_a_letter_by_a_mark_after_it() {
        let mut composed = 0;
        for c in characters().filter(|&c| computed_word_class(c) != WordClass::Separator) {
            let mut parts = Vec::new();
            decompose_canonical(c, |part| parts.push(part));
            composed += usize::from(parts.len() > 1);
            assert!(parts.len() < 2 || !CharacterClass::of(parts[0]).is_plain_separator(), "{c:?}");
        }
        assert!(composed > 1000);
    }
}
