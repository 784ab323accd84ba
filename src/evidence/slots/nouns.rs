//! Common nouns of a language that writes all nouns with capitals: German.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::languages::{self, LanguageTable};
use crate::normalise::words::hash_word;
use crate::normalise::{Text, TokenFlags};

/// What tells such a language's nouns from names.
pub(super) struct Nouns {
    table: &'static LanguageTable,
    determiners: FxHashSet<u64>,
}

static NOUNS: LazyLock<Vec<Nouns>> = LazyLock::new(|| {
    let with_capitals = languages::all().iter().filter(|table| !table.determiners.is_empty());
    let hashed = |table: &LanguageTable| table.determiners.iter().map(|word| hash_word(word).word).collect();
    with_capitals.map(|table| Nouns { table, determiners: hashed(table) }).collect()
});

/// An adjective ends so; what ends in the last two may be a verb, behind which stands who acts.
const ADJECTIVE_ENDINGS: [&str; 5] = ["e", "en", "er", "es", "em"];
const VERB_ENDINGS: [&str; 2] = ["te", "ten"];

impl Nouns {
    /// Those of the text's language; `None` where only names have capitals, or no word has.
    pub fn of(text: &Text) -> Option<&'static Nouns> {
        let lang = text.language.table()?.lang;
        NOUNS.iter().find(|nouns| nouns.table.lang == lang)
    }

    /// Whether a word with a capital is a noun, as far as what stands before it and its ending tell: behind an
    /// article, a number, or an adjective. Of two words with capitals the second is a name.
    pub fn has(&self, text: &Text, at: usize) -> bool {
        let surface = text.surface(at).to_lowercase();
        if self
            .table
            .noun_endings
            .iter()
            .any(|ending| surface.len() > ending.len() + 2 && surface.ends_with(ending))
        {
            return true;
        }
        let flags = |at: usize| text.tokens[at].flags;
        let Some(before) = at.checked_sub(1).filter(|_| !flags(at).has(TokenFlags::SENTENCE_START)) else {
            return false;
        };
        let is_determiner = |at: usize| self.determiners.contains(&text.tokens[at].word);
        if is_determiner(before) || flags(before).has(TokenFlags::NUMBER) {
            return true;
        }
        if flags(before).has(TokenFlags::CAPITAL) || flags(before).has(TokenFlags::FUNCTION_WORD) {
            return false;
        }
        let word = text.surface(before);
        let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
        ends(&ADJECTIVE_ENDINGS) && (!ends(&VERB_ENDINGS) || before.checked_sub(1).is_some_and(is_determiner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::evidence::Prepared;

    #[test]
    fn nouns_are_told_from_names_by_what_stands_before_them() {
        let prepared = Prepared::new(&Article::new(
            "a",
            "Gestern sagte Bürgermeister Klaus Weber in Vellin, die Brücke und der alte Hafen blieben bis zum Herbst zu, weil \
             moderne Technik fehle und nach Prüfung von 14 Pfeilern neue Risse da seien. Dann sprach Weber mit dem Anzeiger.",
        ));
        let text = &prepared.text;
        let nouns = Nouns::of(text).unwrap();
        let found = |is_noun: bool| -> Vec<&str> {
            let capitals =
                (0..text.tokens.len()).filter(|&at| text.tokens[at].flags.has(TokenFlags::CAPITAL));
            capitals.filter(|&at| nouns.has(text, at) == is_noun).map(|at| text.surface(at)).collect()
        };
        assert_eq!(
            found(true),
            ["Brücke", "Hafen", "Herbst", "Technik", "Prüfung", "Pfeilern", "Risse", "Anzeiger"]
        );
        assert_eq!(found(false), ["Gestern", "Bürgermeister", "Klaus", "Weber", "Vellin", "Dann", "Weber"]);
        let english =
            Prepared::new(&Article::new("a", "The mayor of Vellin said that the bridge was closed to all."));
        assert!(Nouns::of(&english.text).is_none());
    }
}
