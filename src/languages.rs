//! What each language says in a file of its own (`languages/`): function words, verbs of reporting, words of
//! dates and numbers.
//!
//! A line is a kind and its words, "number: zwei=2 drei=3"; a kind may have several lines. Words are written as
//! they are folded: "الي" for "إلى". A language is added by a file and its line in `FILES`.

use std::sync::LazyLock;

use whatlang::Lang;

/// English first: it is told from the others by its function words.
const FILES: &[(Lang, &str)] = &[
    (Lang::Eng, include_str!("languages/eng.txt")),
    (Lang::Deu, include_str!("languages/deu.txt")),
    (Lang::Spa, include_str!("languages/spa.txt")),
    (Lang::Fra, include_str!("languages/fra.txt")),
    (Lang::Ita, include_str!("languages/ita.txt")),
    (Lang::Por, include_str!("languages/por.txt")),
    (Lang::Nld, include_str!("languages/nld.txt")),
    (Lang::Pol, include_str!("languages/pol.txt")),
    (Lang::Rus, include_str!("languages/rus.txt")),
    (Lang::Ukr, include_str!("languages/ukr.txt")),
    (Lang::Tur, include_str!("languages/tur.txt")),
    (Lang::Ara, include_str!("languages/ara.txt")),
    (Lang::Urd, include_str!("languages/urd.txt")),
    (Lang::Hin, include_str!("languages/hin.txt")),
    (Lang::Pes, include_str!("languages/pes.txt")),
    (Lang::Ben, include_str!("languages/ben.txt")),
    (Lang::Heb, include_str!("languages/heb.txt")),
    (Lang::Swe, include_str!("languages/swe.txt")),
    (Lang::Dan, include_str!("languages/dan.txt")),
    (Lang::Nob, include_str!("languages/nob.txt")),
    (Lang::Fin, include_str!("languages/fin.txt")),
    (Lang::Ces, include_str!("languages/ces.txt")),
    (Lang::Slk, include_str!("languages/slk.txt")),
    (Lang::Hun, include_str!("languages/hun.txt")),
    (Lang::Ron, include_str!("languages/ron.txt")),
    (Lang::Ell, include_str!("languages/ell.txt")),
    (Lang::Ind, include_str!("languages/ind.txt")),
    (Lang::Vie, include_str!("languages/vie.txt")),
];

/// The words of one language, folded.
#[derive(Clone, Debug, PartialEq)]
pub struct LanguageTable {
    /// Which language it is.
    pub lang: Lang,
    /// Words that carry grammar rather than content.
    pub function: Vec<&'static str>,
    /// Words by which a report says who said it.
    pub reporting: Vec<&'static str>,
    /// Capitalised words that name no one: titles and offices.
    pub unnamed: Vec<&'static str>,
    /// Days of the week, spelled out.
    pub weekdays: Vec<&'static str>,
    /// Months, 1 to 12, in all their forms.
    pub months: Vec<(&'static str, u8)>,
    /// Numbers said in one word, 1 to 99.
    pub numbers: Vec<(&'static str, u8)>,
    /// What the number before it is multiplied by.
    pub magnitudes: Vec<(&'static str, f64)>,
    /// Words between a day and its month.
    pub joints: Vec<&'static str>,
    /// Words between tens and what is added to them: "treinta y cinco".
    pub ands: Vec<&'static str>,
    /// In a language whose nouns have capitals, the words after which a capital tells a noun, …
    pub determiners: Vec<&'static str>,
    /// … and the endings that names hardly have.
    pub noun_endings: Vec<&'static str>,
    /// Whether a comma begins the decimals, and a stop sets off thousands.
    pub has_decimal_comma: bool,
}

static TABLES: LazyLock<Vec<LanguageTable>> =
    LazyLock::new(|| FILES.iter().map(|(lang, file)| parse(*lang, file)).collect());

/// All languages that have a file, English first.
pub fn all() -> &'static [LanguageTable] {
    &TABLES
}

/// Lines of other kinds, and words that are no pair where pairs are wanted, are passed over; a test holds the
/// files to have none.
fn parse(lang: Lang, file: &'static str) -> LanguageTable {
    let words = |kind: &str| -> Vec<&'static str> {
        let lines = file.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(named, _)| *named == kind).flat_map(|(_, words)| words.split_whitespace()).collect()
    };
    LanguageTable {
        lang,
        function: words("function"),
        reporting: words("reporting"),
        unnamed: words("unnamed"),
        weekdays: words("weekday"),
        months: valued(words("month")),
        numbers: valued(words("number")),
        magnitudes: valued(words("magnitude")),
        joints: words("joint"),
        ands: words("and"),
        determiners: words("determiner"),
        noun_endings: words("ending"),
        has_decimal_comma: words("decimal") == [","],
    }
}

fn valued<T: std::str::FromStr>(words: Vec<&'static str>) -> Vec<(&'static str, T)> {
    let pairs = words.into_iter().filter_map(|word| word.split_once('='));
    pairs.filter_map(|(word, value)| Some((word, value.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 12] = [
        "function",
        "reporting",
        "unnamed",
        "weekday",
        "month",
        "number",
        "magnitude",
        "joint",
        "and",
        "determiner",
        "ending",
        "decimal",
    ];

    #[test]
    fn every_line_of_every_file_is_read() {
        for ((lang, file), table) in FILES.iter().zip(all()) {
            let (mut kinds, mut pairs) = (Vec::new(), 0);
            for line in file.lines().filter(|line| !line.starts_with('#')) {
                let (kind, words) = line.split_once(": ").unwrap_or_else(|| panic!("{lang}: {line}"));
                assert!(KINDS.contains(&kind), "{lang}: {line}");
                kinds.push(kind);
                pairs += words.split_whitespace().filter(|word| word.contains('=')).count();
            }
            let read = table.months.len() + table.numbers.len() + table.magnitudes.len();
            assert_eq!(read, pairs, "{lang}");
            assert!(kinds.contains(&"function") && kinds.contains(&"reporting"), "{lang}");
        }
    }

    #[test]
    fn each_language_has_its_months_and_days_and_no_word_twice() {
        for table in all() {
            let mut months: Vec<u8> = table.months.iter().map(|month| month.1).collect();
            months.dedup();
            assert_eq!(months, (1..=12).collect::<Vec<_>>(), "{}", table.lang);
            assert!(table.weekdays.len() >= 7, "{}", table.lang);
            assert!(table.numbers.iter().all(|number| (1..100).contains(&number.1)), "{}", table.lang);
            let mut words = table.function.clone();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), table.function.len(), "{}", table.lang);
        }
    }
}
