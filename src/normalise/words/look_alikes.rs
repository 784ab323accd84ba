//! Letters of one script in the place of those of another that look the same (UTS #39, confusables).
//!
//! A word of mixed scripts, and a word in a script that its text otherwise lacks, is read in the text's own
//! script where each of its letters has a look-alike there. Words of one script stay in a text that is
//! written in it, and so do words with a letter that looks like nothing else. The scripts read are Latin,
//! Cyrillic and Greek; the letters may come from any.

use std::cell::OnceCell;
use std::sync::LazyLock;

use super::look_alike_table::{LIKE_CYRILLIC, LIKE_GREEK, LIKE_LATIN};

/// A text is in another script than the Latin one only if one of its first bytes begins a Greek or Cyrillic
/// letter: then most texts need not be looked through.
const HEAD_BYTES: usize = 256;

/// A script as far as look-alikes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Latin,
    Cyrillic,
    Greek,
    /// Phonetic and other late Latin letters, which some languages spell with.
    Phonetic,
    Other,
}

const TARGETS: [Alphabet; 3] = [Alphabet::Latin, Alphabet::Cyrillic, Alphabet::Greek];

impl Alphabet {
    pub(super) fn of(letter: char) -> Alphabet {
        match letter {
            '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Alphabet::Latin,
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => Alphabet::Cyrillic,
            '\u{370}'..='\u{3e1}' | '\u{3f0}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Alphabet::Greek,
            '\u{250}'..='\u{2af}'
            | '\u{1d00}'..='\u{1dbf}'
            | '\u{2c60}'..='\u{2c7f}'
            | '\u{a720}'..='\u{a7ff}'
            | '\u{ab30}'..='\u{ab6f}' => Alphabet::Phonetic,
            _ => Alphabet::Other,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of alphabets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Alphabets(u8);

impl Alphabets {
    /// Adds that of a letter; ASCII digits have none.
    #[inline]
    pub(super) fn insert_of(&mut self, c: char) {
        self.0 |= match c.is_ascii() {
            true => u8::from(c.is_ascii_alphabetic()),
            false => Alphabet::of(c).bit(),
        };
    }

    /// Latin letters alone, with the late ones.
    pub(super) fn are_latin(self) -> bool {
        self.0 & !(Alphabet::Latin.bit() | Alphabet::Phonetic.bit()) == 0
    }

    /// Whether a word of these may be written in look-alikes: most are not.
    #[inline]
    pub(super) fn may_disguise(self, text: &TextAlphabets<'_>) -> bool {
        self.0 != 0 && self.0 != Alphabet::Other.bit() && self.0 != text.main().bit()
    }
}

/// Which scripts a text is written in, found out when a word asks.
pub(in crate::normalise) struct TextAlphabets<'a> {
    text: &'a str,
    may_be_foreign: bool,
    /// Letters that tell their alphabet, by [`Alphabet`].
    telling: OnceCell<[u32; 5]>,
}

impl<'a> TextAlphabets<'a> {
    pub(in crate::normalise) fn of(text: &'a str) -> Self {
        let head = text.as_bytes().get(..HEAD_BYTES).unwrap_or(text.as_bytes());
        let may_be_foreign = head.iter().any(|byte| (0xcd..=0xd4).contains(byte));
        TextAlphabets { text, may_be_foreign, telling: OnceCell::new() }
    }

    /// Whether words of Latin letters alone may stand for others: so seldom that texts are asked beforehand.
    pub(in crate::normalise) fn disguises_in_latin(&self) -> bool {
        self.main() != Alphabet::Latin && self.lacks(Alphabet::Latin)
    }

    /// The word in its text's script, if it is disguised. `plain` is the word in NFKC, its case kept.
    pub(super) fn undisguised(&self, plain: &str, alphabets: Alphabets) -> Option<String> {
        let main = self.main();
        let read_as = |target: Alphabet| {
            let letter = |c: char| match !c.is_alphabetic() || Alphabet::of(c) == target {
                true => Some(c),
                false => look_alike(c, target),
            };
            plain.chars().map(letter).collect::<Option<String>>()
        };
        if alphabets.0.count_ones() == 1 {
            let only = TARGETS.into_iter().find(|target| target.bit() == alphabets.0);
            let is_foreign = only.is_some_and(|only| self.lacks(only) && self.telling()[main as usize] > 0);
            return if is_foreign { read_as(main) } else { None };
        }
        let others = TARGETS.into_iter().filter(|target| *target != main && alphabets.0 & target.bit() != 0);
        std::iter::once(main).chain(others).find_map(read_as)
    }

    /// The alphabet that most telling letters are of.
    fn main(&self) -> Alphabet {
        if !self.may_be_foreign {
            return Alphabet::Latin;
        }
        let telling = self.telling();
        // of equal ones the first
        TARGETS.into_iter().rev().max_by_key(|target| telling[*target as usize]).unwrap_or(Alphabet::Latin)
    }

    fn lacks(&self, alphabet: Alphabet) -> bool {
        self.telling()[alphabet as usize] == 0
    }

    fn telling(&self) -> &[u32; 5] {
        self.telling.get_or_init(|| {
            let mut counts = [0; 5];
            for c in self.text.chars() {
                match TELLING.get(c as usize) {
                    Some(0) => {}
                    Some(bits) => counts[bits.trailing_zeros() as usize] += 1,
                    None if c.is_alphabetic() && !is_look_alike(c) => counts[Alphabet::of(c) as usize] += 1,
                    None => {}
                }
            }
            counts
        })
    }
}

/// Of the first characters those that tell their alphabet: its bit.
static TELLING: LazyLock<[u8; 0x530]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let letter = char::from_u32(at as u32).filter(|c| c.is_alphabetic() && !is_look_alike(*c));
        letter.map_or(0, |letter| Alphabet::of(letter).bit())
    })
});

fn is_look_alike(c: char) -> bool {
    TARGETS.into_iter().any(|target| look_alike(c, target).is_some())
}

/// The letter of `target` that looks like `c`.
fn look_alike(c: char, target: Alphabet) -> Option<char> {
    let table = match target {
        Alphabet::Latin => LIKE_LATIN,
        Alphabet::Cyrillic => LIKE_CYRILLIC,
        Alphabet::Greek => LIKE_GREEK,
        Alphabet::Phonetic | Alphabet::Other => return None,
    };
    let at = table.binary_search_by_key(&c, |(from, _)| *from).ok()?;
    table.get(at).map(|(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn skeleton(c: char) -> String {
        let mut buffer = [0; 4];
        unicode_security::skeleton(c.encode_utf8(&mut buffer)).collect()
    }

    /// Letters that words are really spelt with.
    fn targets(target: Alphabet) -> Vec<char> {
        let ranges: &[std::ops::RangeInclusive<char>] = match target {
            Alphabet::Latin => &['A'..='Z', 'a'..='z', '\u{c0}'..='\u{17f}'],
            Alphabet::Cyrillic => &['\u{400}'..='\u{45f}', '\u{490}'..='\u{491}'],
            _ => &['\u{370}'..='\u{3e1}'],
        };
        let is_based = |c: char| target != Alphabet::Latin || c.nfd().next().is_some_and(|c| c.is_ascii());
        let letters = ranges.iter().cloned().flatten();
        letters.filter(|c| c.is_alphabetic() && is_normal(*c) && is_based(*c)).collect()
    }

    fn is_normal(c: char) -> bool {
        c.nfkc().eq([c])
    }

    fn case(c: char) -> (bool, bool) {
        (c.is_uppercase(), c.is_lowercase())
    }

    /// The table by its definition: of the letters with the same skeleton the one of the same case, else the
    /// first.
    fn computed(target: Alphabet) -> Vec<(char, char)> {
        let mut by_skeleton: BTreeMap<String, Vec<char>> = BTreeMap::new();
        for letter in targets(target) {
            by_skeleton.entry(skeleton(letter)).or_default().push(letter);
        }
        let letters = ('\0'..='\u{1ffff}').filter(|c| c.is_alphabetic() && is_normal(*c));
        let mut table = Vec::new();
        for letter in letters.filter(|letter| Alphabet::of(*letter) != target) {
            let Some(alike) = by_skeleton.get(&skeleton(letter)) else { continue };
            let same_case = alike.iter().find(|to| case(**to) == case(letter));
            table.push((letter, *same_case.unwrap_or(&alike[0])));
        }
        table
    }

    /// Prints the tables. Another version of them is another recipe.
    #[test]
    #[ignore = "prints the tables"]
    fn print_the_tables() {
        for (name, target) in ["LATIN", "CYRILLIC", "GREEK"].iter().zip(TARGETS) {
            println!("#[rustfmt::skip]\npub(super) const LIKE_{name}: &[(char, char)] = &[");
            for chunk in computed(target).chunks(4) {
                let pairs = chunk
                    .iter()
                    .map(|(from, to)| format!("('\\u{{{:x}}}', '\\u{{{:x}}}'),", *from as u32, *to as u32));
                println!("    {}", pairs.collect::<Vec<_>>().join(" "));
            }
            println!("];");
        }
    }

    #[test]
    fn the_tables_are_those_of_the_standard() {
        for (table, target) in [LIKE_LATIN, LIKE_CYRILLIC, LIKE_GREEK].iter().zip(TARGETS) {
            assert_eq!(**table, computed(target), "{target:?}");
            assert!(table.is_sorted());
        }
    }

    fn main_of(text: &str) -> Alphabet {
        TextAlphabets::of(text).main()
    }

    #[test]
    fn telling_letters_say_what_a_text_is_written_in() {
        assert_eq!(main_of("Тhе mауоr сlоsеd thе bridgе"), Alphabet::Latin);
        assert_eq!(main_of("Мэp гopoдa зaкpыл мocт"), Alphabet::Cyrillic);
        assert_eq!(main_of("Ο δήμαρχος έκλεισε τη γέφυρα"), Alphabet::Greek);
        assert_eq!(main_of("市长周二"), Alphabet::Latin);
    }
}
