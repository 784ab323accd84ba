//! Words that mean a number, a month or no name, found by their hash.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

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
}

/// The meaning of a folded word; none for most.
pub(super) fn of(word: u64) -> Meaning {
    let Meanings { hints, by_word } = &*MEANINGS;
    if hints[hint(word)] { by_word.get(&word).copied().unwrap_or_default() } else { Meaning::default() }
}

fn hint(word: u64) -> usize {
    (word >> 52) as usize
}

/// Capitalised words that name no one.
const NO_NAMES: &str = "i mr mrs ms miss dr sir president senator sen rep representative gov governor minister secretary mayor judge \
    justice professor prof general gen sgt lt col monday tuesday wednesday thursday friday saturday sunday mon tue \
    wed thu fri sat sun am pm the no ok tv";

const WEEKDAYS: &str = "monday tuesday wednesday thursday friday saturday sunday";

const MONTHS: &[(&str, u8)] = &[
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
];

const NUMBERS: &[(&str, u8)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// Letters of one or two stand behind figures ("1.2m", "5 bn").
const MAGNITUDES: &[(&str, f64)] = &[
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("k", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("m", 1e6),
    ("mn", 1e6),
    ("mln", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("b", 1e9),
    ("trillion", 1e12),
    ("tn", 1e12),
    ("millionen", 1e6),
    ("mio", 1e6),
    ("milliarden", 1e9),
    ("mrd", 1e9),
    ("millones", 1e6),
];

struct Meanings {
    /// By the highest bits of a word, whether it may have a meaning: hardly any does.
    hints: Box<[bool; 1 << 12]>,
    by_word: FxHashMap<u64, Meaning>,
}

static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| {
    let mut meanings: FxHashMap<u64, Meaning> = FxHashMap::default();
    let mut meaning =
        |word: &str, set: &dyn Fn(&mut Meaning)| set(meanings.entry(hash_word(word).word).or_default());
    NO_NAMES.split_whitespace().for_each(|word| meaning(word, &|meaning| meaning.is_no_name = true));
    WEEKDAYS.split_whitespace().for_each(|word| meaning(word, &|meaning| meaning.is_weekday = true));
    for (word, month) in MONTHS {
        meaning(word, &|meaning| meaning.month = Some(*month));
    }
    for (word, number) in NUMBERS {
        meaning(word, &|meaning| meaning.number = Some(*number));
    }
    for (word, magnitude) in MAGNITUDES {
        meaning(word, &|meaning| meaning.magnitude = Some(*magnitude));
    }
    let mut hints = Box::new([false; 1 << 12]);
    meanings.keys().for_each(|&word| hints[hint(word)] = true);
    Meanings { hints, by_word: meanings }
});
