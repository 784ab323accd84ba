//! Which language and script a text is in, and what that language offers to the later stages.
//!
//! A signal that a language lacks (capitals as names in German, function words where there is no list) is
//! missing, never zero: the stages ask here.

use unicode_script::UnicodeScript;
use whatlang::Lang;

use crate::languages::{self, LanguageTable};
use crate::normalise::samples::{DETECTION_BYTES, samples};
use crate::normalise::tags::from_tag;
use crate::normalise::words::hash_word;
use crate::stretch::stretch;

/// How a script separates words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Words stand between spaces.
    Spaced,
    /// No spaces: each character is a word.
    Unspaced,
}

/// A text's language, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// `None` where neither a tag nor the text tells.
    lang: Option<Lang>,
    /// Script of most of its letters.
    pub script: Script,
}

/// English is taken without the detector when this share of the first words are function words of it alone,
/// and of none of the languages near it. In English text some three in ten are.
const ENGLISH_SHARE: f64 = 0.12;

/// Of those also words of Danish, Norwegian or Swedish.
const SCANDINAVIAN: &str = "a all an at for had have her i me over so under";

/// The languages with a list of function words.
static LISTS: std::sync::LazyLock<Vec<(Lang, rustc_hash::FxHashSet<&'static str>)>> =
    std::sync::LazyLock::new(|| {
        languages::all().iter().map(|table| (table.lang, table.function.iter().copied().collect())).collect()
    });

/// Languages whose function words are not taken for English ones.
const NEAR_ENGLISH: [Lang; 6] = [Lang::Deu, Lang::Spa, Lang::Fra, Lang::Ita, Lang::Por, Lang::Nld];

static HASHES: std::sync::LazyLock<Vec<(Lang, rustc_hash::FxHashSet<u64>)>> =
    std::sync::LazyLock::new(|| {
        let hashes =
            |words: &rustc_hash::FxHashSet<&str>| words.iter().map(|word| hash_word(word).word).collect();
        LISTS.iter().map(|(lang, words)| (*lang, hashes(words))).collect()
    });

/// A language's function words, by hash.
#[derive(Clone, Copy)]
pub(super) struct FunctionWords(Option<&'static rustc_hash::FxHashSet<u64>>);

impl FunctionWords {
    pub fn hold(&self, word: u64) -> bool {
        self.0.is_some_and(|hashes| hashes.contains(&word))
    }
}

/// Shorter texts are told by their beginning; of others it is asked whether the middle is in another language, and
/// then a later place decides: a page may greet its reader in a language that is not the story's.
const SAMPLED_FROM_BYTES: usize = 1000;

/// Whether the words of a text by which its language is told are as printed in its view (see `view.rs`) as
/// well, as far as they and what follows them tell, so that they tell the same language.
pub fn is_told_as_printed(text: &str) -> bool {
    let places = if text.len() < SAMPLED_FROM_BYTES { 1 } else { 3 };
    samples(text, DETECTION_BYTES / 2)[..places].iter().all(|sample| super::view::of(sample).is_none())
}

/// The language of a text: its tag where it has one, else what its words tell, those at the beginning before
/// others.
pub fn of(text: &str, tag: Option<&str>) -> Language {
    let [head, middle, late] = samples(text, 0);
    let head_script = script_of(head);
    let tagged = tag.and_then(from_tag);
    if text.len() < SAMPLED_FROM_BYTES {
        return Language { lang: tagged.or_else(|| detect(head, head_script)), script: head_script };
    }
    let told = |sample: &str| {
        let script = script_of(sample);
        (script, detect(sample, script))
    };
    if tagged.is_some() {
        let scripts = [middle, late].map(script_of);
        let script = if scripts[0] == scripts[1] { scripts[0] } else { head_script };
        return Language { lang: tagged, script };
    }
    let (first, then) = (told(head), told(middle));
    let is_other = then.1.is_some() && then != first;
    let (script, lang) = if is_other && told(late) == then { then } else { first };
    Language { lang, script }
}

impl Language {
    /// Code of a language that is not known.
    pub const UNKNOWN: &'static str = "und";

    /// ISO 639-3 code; [`Language::UNKNOWN`] where it is not known.
    pub fn code(self) -> &'static str {
        self.lang.map_or(Self::UNKNOWN, |lang| lang.code())
    }

    /// Whether two texts may be of one language; also where one of them could not be told.
    pub fn may_be_same(self, other: Language) -> bool {
        self.script == other.script
            && (self.lang.is_none() || other.lang.is_none() || self.lang == other.lang)
    }

    /// Whether the language could be told.
    pub fn is_known(self) -> bool {
        self.lang.is_some()
    }

    /// Its words of dates, numbers and reporting, where it has a file of them.
    pub fn table(self) -> Option<&'static LanguageTable> {
        languages::all().iter().find(|table| Some(table.lang) == self.lang)
    }

    /// Whether it is the one whose speech without marks can be told.
    pub fn is_english(self) -> bool {
        self.lang == Some(Lang::Eng)
    }

    /// Whether a capital inside a sentence tells a name. Not in German, where every noun has one, nor in
    /// scripts without capitals.
    pub fn has_capitalised_names(self) -> bool {
        use whatlang::Script::{Cyrillic, Greek, Latin};
        match self.lang {
            Some(Lang::Deu) | None => false,
            Some(lang) => {
                self.script == Script::Spaced
                    && [Latin, Cyrillic, Greek].iter().any(|script| script.langs().contains(&lang))
            }
        }
    }

    /// Whether a dash at the start of a line tells speech, as newspapers of many languages print it; English
    /// ones do not.
    pub fn has_dialogue_dashes(self) -> bool {
        self.lang.is_some_and(|lang| lang != Lang::Eng) && self.script == Script::Spaced
    }

    /// Whether [`Language::is_function_word`] knows the language.
    pub fn has_function_words(self) -> bool {
        self.list().is_some()
    }

    /// Whether a folded word carries grammar rather than content; false throughout where there is no list.
    pub fn is_function_word(self, folded: &str) -> bool {
        self.list().is_some_and(|list| list.contains(folded))
    }

    /// The function words by the hashes of [`crate::normalise::words::hash_word`]; none where there is no
    /// list.
    pub(super) fn function_words(self) -> FunctionWords {
        let hashes = self.lang.and_then(|lang| HASHES.iter().find(|(listed, _)| *listed == lang));
        FunctionWords(hashes.map(|(_, hashes)| hashes))
    }

    fn list(self) -> Option<&'static rustc_hash::FxHashSet<&'static str>> {
        let lang = self.lang?;
        LISTS.iter().find(|(listed, _)| *listed == lang).map(|(_, list)| list)
    }
}

fn detect(head: &str, script: Script) -> Option<Lang> {
    let (words, english) = english_words(head);
    if script == Script::Spaced && words >= 20 && f64::from(english) >= ENGLISH_SHARE * words as f64 {
        return Some(Lang::Eng);
    }
    // a soft hyphen would be a Latin letter
    let is_unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
    let seen: std::borrow::Cow<'_, str> = match head.contains(is_unseen) {
        true => head.chars().filter(|&c| !is_unseen(c)).collect::<String>().into(),
        false => head.into(),
    };
    let found = whatlang::detect(&seen)?;
    (found.is_reliable() || script == Script::Unspaced).then(|| found.lang())
}

/// The function words that no other language has, by their letters.
static ENGLISH_LETTERS: std::sync::LazyLock<rustc_hash::FxHashSet<u64>> =
    std::sync::LazyLock::new(|| english_alone().filter_map(|word| letters(word.as_bytes())).collect());

fn english_alone() -> impl Iterator<Item = &'static str> {
    let others = LISTS.iter().filter(|(lang, _)| NEAR_ENGLISH.contains(lang));
    let is_scandinavian = |word: &str| SCANDINAVIAN.split_whitespace().any(|other| other == word);
    let is_elsewhere = move |word: &str| others.clone().any(|(_, list)| list.contains(word));
    languages::all()[0]
        .function
        .iter()
        .copied()
        .filter(move |word| !is_elsewhere(word) && !is_scandinavian(word))
}

/// A short ASCII word in lower case as a number.
fn letters(word: &[u8]) -> Option<u64> {
    let mut letters = [0; 8];
    letters.get_mut(..word.len())?.copy_from_slice(word);
    letters.make_ascii_lowercase();
    Some(u64::from_le_bytes(letters))
}

/// Of each letter that such a word begins with, their lengths, a bit each: most other words are told by that.
static ENGLISH_LENGTHS: std::sync::LazyLock<[u16; 26]> = std::sync::LazyLock::new(|| {
    let mut lengths = [0; 26];
    for word in english_alone().map(str::as_bytes) {
        if let Some(of_first) =
            word.first().and_then(|&first| lengths.get_mut(usize::from(first.wrapping_sub(b'a'))))
        {
            *of_first |= 1 << word.len();
        }
    }
    lengths
});

/// Counts words, and those among them that are English alone.
fn english_words(head: &str) -> (usize, u32) {
    let (english, lengths) = (&*ENGLISH_LETTERS, &*ENGLISH_LENGTHS);
    let is_english = |word: &[u8]| {
        let first = word.first().map_or(u8::MAX, |first| first.to_ascii_lowercase().wrapping_sub(b'a'));
        let of_first = lengths.get(usize::from(first)).copied().unwrap_or(0);
        word.len() < 16
            && of_first >> word.len() & 1 == 1
            && letters(word).is_some_and(|letters| english.contains(&letters))
    };
    let bytes = head.as_bytes();
    let (mut words, mut found, mut at) = (0, 0, 0);
    while at < bytes.len() {
        let start = at;
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let beyond = bytes.get(at).filter(|byte| !byte.is_ascii());
        let next = beyond.and_then(|_| stretch(head, at..).chars().next());
        if next.is_some_and(char::is_alphanumeric) {
            let rest = stretch(head, at..);
            at += rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        }
        if at > start {
            words += 1;
            found += u32::from(is_english(&bytes[start..at]));
        } else {
            at += next.map_or(1, char::len_utf8);
        }
    }
    (words, found)
}

fn script_of(head: &str) -> Script {
    if head.is_ascii() {
        return Script::Spaced;
    }
    let (mut spaced, mut unspaced) = (0, 0);
    for character in head.chars().filter(|character| character.is_alphabetic()) {
        if is_unspaced(character) {
            unspaced += 1;
        } else {
            spaced += 1;
        }
    }
    // a Chinese character says about as much as two Latin letters
    if unspaced * 2 > spaced { Script::Unspaced } else { Script::Spaced }
}

fn is_unspaced(character: char) -> bool {
    use unicode_script::Script::{Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    !character.is_ascii()
        && matches!(character.script(), Han | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_languages_are_written_as_they_are_folded() {
        for table in languages::all() {
            let listed = [
                &table.function,
                &table.reporting,
                &table.unnamed,
                &table.weekdays,
                &table.joints,
                &table.ands,
                &table.determiners,
            ];
            let words = listed.into_iter().flatten().copied();
            let words = words.chain(table.months.iter().map(|month| month.0));
            let words = words.chain(table.numbers.iter().map(|number| number.0));
            let words = words.chain(table.magnitudes.iter().map(|magnitude| magnitude.0));
            for word in words {
                let mut folded = Vec::new();
                crate::normalise::words::for_each_word(word, |_, word| folded.push(word.to_owned()));
                assert_eq!(folded, [word], "{}", table.lang);
            }
        }
    }

    #[test]
    fn a_tag_wins_over_the_text() {
        assert_eq!(of("The mayor said that the bridge was closed.", Some("de-AT")).code(), "deu");
    }

    #[test]
    fn what_greets_the_reader_in_another_language_does_not_tell_it() {
        let greeting = "We and our partners store information on your device, and we ask for your consent to do so, which \
            you may give or refuse at any time below. ";
        let story = "Der Bürgermeister sagte am Dienstag, dass die Brücke nach dem Hochwasser drei Wochen gesperrt bleibt, weil \
            Risse in den Pfeilern gefunden wurden. ";
        assert_eq!(of(&(greeting.repeat(4) + &story.repeat(6)), None).code(), "deu");
        assert_eq!(
            of(&(greeting.repeat(4) + &"市长周二表示，大桥将关闭三周。".repeat(40)), None).code(),
            "cmn"
        );
        assert_eq!(of(&(story.repeat(6) + &greeting.repeat(3)), None).code(), "deu");
        assert_eq!(of(&greeting.repeat(9), None).code(), "eng");
    }

    #[test]
    fn what_is_not_seen_does_not_tell_the_script() {
        let hidden: String =
            "市长周二表示，大桥将关闭三周。".chars().flat_map(|c| [c, '\u{ad}', '\u{200b}']).collect();
        assert_eq!(of(&hidden, None).code(), "cmn");
    }

    #[test]
    fn scripts_without_spaces_are_told() {
        let chinese = of("市长周二表示，大桥将关闭三周。", None);
        assert_eq!((chinese.code(), chinese.script), ("cmn", Script::Unspaced));
        assert!(!chinese.has_capitalised_names());
    }

    #[test]
    fn english_words_are_those_of_no_other_list() {
        let by_definition = |head: &str| {
            let words = head.split(|character: char| !character.is_alphanumeric());
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            let is_english =
                |word: &&&str| english_alone().any(|english| english == word.to_ascii_lowercase());
            (words.len(), words.iter().filter(is_english).count() as u32)
        };
        let english = &languages::all()[0].function;
        assert!(english.iter().all(|word| word.len() <= 8 && word.is_ascii()));
        for head in [
            english.join(" ").as_str(),
            "",
            " … The mayor (THROUGH his office) said thatthose who'd been there_ were not.",
            "Wi\u{212a}e and li\u{212a}e, café the über-IN 3rd İn ½",
        ] {
            assert_eq!(english_words(head), by_definition(head), "{head}");
        }
        assert_eq!(english_words("THROUGH in a die"), (4, 1));
    }

    #[test]
    fn headlines_and_names_do_not_hide_english() {
        let head = "Hansen Bridge Latest: Nordhavn Mayor Hansen Rejects Claims Council Member Olsen Leaked Report \
            Nordhavn Herald Staff Reporter Anna Berg, Tuesday: Mayor Hansen told the council that it would not.";
        assert_eq!(of(head, None).code(), "eng");
        let dutch = "De burgemeester zei dinsdag dat de brug over de haven drie weken gesloten blijft, omdat het water \
            in de stad nog te hoog is. Of de brug daarna weer open gaat, was niet duidelijk.";
        assert_eq!(of(dutch, None).code(), "nld");
    }

    #[test]
    fn danish_and_norwegian_share_words_with_english_and_are_told_apart() {
        let danish = "Borgmesteren sagde tirsdag, at broen over havnen bliver lukket i tre uger, for vandet er for højt. \
            Hun sagde, at alle i byen må have tålmodighed, og at en ny færge skal sejle for kommunen under arbejdet.";
        let norwegian = "Ordføreren sa tirsdag at broen over havna blir stengt i tre uker, for vannet er for høyt. Hun sa at \
            alle i byen må vente, og at en ny ferge skal gå for kommunen under arbeidet. Her har vi ikke noe valg.";
        assert_ne!(of(danish, None).code(), "eng");
        assert_ne!(of(norwegian, None).code(), "eng");
    }

    #[test]
    fn german_capitals_are_no_names() {
        let german = of(
            "Der Bürgermeister sagte am Dienstag, dass die Brücke nach dem Hochwasser gesperrt werden soll.",
            None,
        );
        assert_eq!(german.code(), "deu");
        assert!(!german.has_capitalised_names() && german.has_function_words());
    }
}
