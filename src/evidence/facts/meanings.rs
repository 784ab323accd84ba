//! Words that mean a number, a month or no name, found by their hash.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::languages::{self, LanguageTable};
use crate::normalise::Language;
use crate::normalise::words::hash_word;

/// What a word means to the search for facts; a word may mean several things.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Meaning {
    /// Names no one, capital or not.
    pub is_no_name: bool,
    /// A day of the week, spelled out.
    pub is_weekday: bool,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 99, said in one word.
    pub number: Option<u8>,
    /// What the number before it is multiplied by.
    pub magnitude: Option<f64>,
    /// Stands between a day and its month.
    pub is_joint: bool,
    /// Stands between tens and what is added to them.
    pub is_and: bool,
}

/// The meanings of one language's words.
pub(super) struct Meanings {
    lang: &'static LanguageTable,
    /// By the highest bits of a word, whether it may have a meaning: hardly any does.
    hints: Box<[bool; 1 << 12]>,
    by_word: FxHashMap<u64, Meaning>,
}

impl Meanings {
    /// Those of a language; of one without a file the English ones, since figures and days are often so
    /// written.
    pub fn of(language: Language) -> &'static Meanings {
        let table = language.table();
        let found =
            MEANINGS.iter().find(|meanings| table.is_some_and(|table| table.lang == meanings.lang.lang));
        found.unwrap_or(&MEANINGS[0])
    }

    /// The meaning of a folded word; none for most.
    pub fn get(&self, word: u64) -> Meaning {
        match self.hints[hint(word)] {
            true => self.by_word.get(&word).copied().unwrap_or_default(),
            false => Meaning::default(),
        }
    }

    /// Whether a comma begins the decimals.
    pub fn has_decimal_comma(&self) -> bool {
        self.lang.has_decimal_comma
    }

    fn from_table(table: &'static LanguageTable) -> Meanings {
        let mut by_word: FxHashMap<u64, Meaning> = FxHashMap::default();
        let mut meaning =
            |word: &str, set: &dyn Fn(&mut Meaning)| set(by_word.entry(hash_word(word).word).or_default());
        table.unnamed.iter().for_each(|word| meaning(word, &|meaning| meaning.is_no_name = true));
        for word in &table.weekdays {
            meaning(word, &|meaning| (meaning.is_no_name, meaning.is_weekday) = (true, true));
        }
        for (word, month) in &table.months {
            meaning(word, &|meaning| meaning.month = Some(*month));
        }
        for (word, number) in &table.numbers {
            meaning(word, &|meaning| meaning.number = Some(*number));
        }
        for (word, magnitude) in &table.magnitudes {
            meaning(word, &|meaning| meaning.magnitude = Some(*magnitude));
        }
        table.joints.iter().for_each(|word| meaning(word, &|meaning| meaning.is_joint = true));
        table.ands.iter().for_each(|word| meaning(word, &|meaning| meaning.is_and = true));
        let mut hints = Box::new([false; 1 << 12]);
        by_word.keys().for_each(|&word| hints[hint(word)] = true);
        Meanings { lang: table, hints, by_word }
    }
}

fn hint(word: u64) -> usize {
    (word >> 52) as usize
}

static MEANINGS: LazyLock<Vec<Meanings>> =
    LazyLock::new(|| languages::all().iter().map(Meanings::from_table).collect());
