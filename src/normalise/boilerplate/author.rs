//! Notes on who wrote an article, as opinion pages print them at the end, some at the beginning: "Ann Lopez
//! is a columnist for …", "Follow her on …", "The opinions expressed in this commentary are her own".
//!
//! The same note stands under every piece of its author, in whatever outlet: it is no sign that one piece
//! came from another.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{TextLine, finder};
use crate::normalise::text::{Text, TokenFlags};
use crate::stretch::items;

/// A note stands among so many lines at the end, …
const LINES_LAST_MAX: usize = 4;
/// … behind so many others; one that addresses the reader also among so many at the beginning.
const LINES_BEFORE_MIN: usize = 4;
const LINES_FIRST_MAX: usize = 2;
/// It has so many words at most.
const WORDS_MAX: usize = 120;
/// Who it is about is named by so many words.
const NAME_WORDS_MAX: usize = 10;
const NAME_WORDS_MIN: usize = 2;

/// What stands between a name and what its bearer does, in English, German, French, Spanish, Italian,
/// Portuguese.
const VERBS: &[&str] = &[
    "is", "are", "writes", "hosts", "covers", "serves", "teaches", "ist", "sind", "schreibt", "est", "sont",
    "es", "son", "escribe", "è", "sono", "é", "são",
];

/// Whom a later sentence goes on about.
const PRONOUNS: &[&str] =
    &["He", "She", "They", "Er", "Sie", "Il", "Elle", "Ils", "Él", "Ella", "Lui", "Lei", "Ele", "Ela"];

/// Joins two names.
const BETWEEN_NAMES: &[&str] = &["and", "und", "et", "y", "e", "of", "von", "de"];

/// What people do who write; a note names one.
const CALLINGS: &[&str] = &[
    "analyst",
    "author",
    "authors",
    "autor",
    "autora",
    "autore",
    "autorin",
    "auteur",
    "autrice",
    "blogger",
    "chroniqueur",
    "chroniqueuse",
    "colunista",
    "columnist",
    "columnista",
    "commentator",
    "contributor",
    "contributors",
    "contributing",
    "corresponsal",
    "correspondant",
    "correspondante",
    "correspondent",
    "correspondente",
    "corrispondente",
    "co-author",
    "editor",
    "editorialista",
    "essayist",
    "fellow",
    "freelance",
    "giornalista",
    "historian",
    "host",
    "jornalista",
    "journalist",
    "journaliste",
    "journalistin",
    "kolumnist",
    "kolumnistin",
    "korrespondent",
    "korrespondentin",
    "lecturer",
    "novelist",
    "periodista",
    "professor",
    "professora",
    "professeur",
    "professeure",
    "professorin",
    "profesor",
    "profesora",
    "publizist",
    "publizistin",
    "redakteur",
    "redakteurin",
    "reporter",
    "scholar",
    "writer",
    "éditorialiste",
];

/// A calling stands within so many words of the verb.
const CALLING_WORDS_MAX: usize = 14;

/// Words that ask the reader to turn to the author, or speak of his opinion (lower case).
const ADDRESSES: &[&str] = &[
    "follow him on",
    "follow her on",
    "follow them on",
    "follow him @",
    "follow her @",
    "follow him at",
    "follow her at",
    "on twitter @",
    "on twitter: @",
    "on twitter at @",
    "on twitter at http",
    "e-mail him at",
    "e-mail her at",
    "email him at",
    "email her at",
    "reach him at",
    "reach her at",
    "write to him at",
    "write to her at",
    "opinions expressed in this",
    "opinions expressed here",
    "views expressed in this",
    "views expressed here",
    "views expressed are",
];

static ADDRESS_FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| finder(ADDRESSES));

/// So a line begins that names whom to follow, and where.
const FOLLOW: &str = "follow ";

/// A line that holds an address is a note where it begins with a name, or up to so many words.
const ADDRESS_WORDS_MAX: usize = 30;

/// Lines that are notes on the author.
pub(super) fn notes(text: &Text, lines: &[TextLine<'_>]) -> Vec<Range<usize>> {
    if lines.len() <= LINES_BEFORE_MIN {
        return Vec::new();
    }
    let first = lines.len().saturating_sub(LINES_LAST_MAX).max(LINES_BEFORE_MIN);
    let at_beginning = items(lines, ..LINES_FIRST_MAX).iter().filter(|line| addresses_reader(text, line));
    let at_end = items(lines, first..).iter();
    let at_end = at_end.filter(|line| addresses_reader(text, line) || tells_calling(text, line));
    let notes = at_beginning.chain(at_end).filter(|line| line.tokens.len() <= WORDS_MAX);
    notes.map(|line| line.tokens.clone()).collect()
}

/// "Follow Ann Lopez on Twitter", "The opinions expressed here are her own".
fn addresses_reader(text: &Text, line: &TextLine<'_>) -> bool {
    let content = line.content;
    let has_address = ADDRESS_FINDER.as_ref().is_some_and(|addresses| addresses.is_match(content));
    let follows = content.get(..FOLLOW.len()).is_some_and(|start| start.eq_ignore_ascii_case(FOLLOW));
    (has_address && (line.tokens.len() <= ADDRESS_WORDS_MAX || name_words(text, line) >= NAME_WORDS_MIN))
        || (follows && (content.contains('@') || content.contains(" on Twitter")))
}

/// "Ann Lopez is a columnist for …".
fn tells_calling(text: &Text, line: &TextLine<'_>) -> bool {
    let name = name_words(text, line);
    name >= NAME_WORDS_MIN && names_calling(text, line.tokens.start + name..line.tokens.end)
}

/// How many words of the line's beginning are names, those between two names included.
fn name_words(text: &Text, line: &TextLine<'_>) -> usize {
    let is_capital =
        |at: usize| text.tokens.get(at).is_some_and(|token| token.flags.has(TokenFlags::CAPITAL));
    let is_name = |at: &usize| is_capital(*at) || BETWEEN_NAMES.contains(&text.surface(*at));
    line.tokens.clone().take(NAME_WORDS_MAX).take_while(is_name).count()
}

/// Whether the words go on with a verb and soon after it with a calling, or do so after a pronoun.
fn names_calling(text: &Text, words: Range<usize>) -> bool {
    let is_pronoun = |at: usize| at > words.start && PRONOUNS.contains(&text.surface(at - 1));
    let mut verbs = words.clone().filter(|&at| VERBS.contains(&text.surface(at)));
    verbs.any(|verb| {
        let mut soon = (verb + 1..words.end).take(CALLING_WORDS_MAX);
        (verb == words.start || is_pronoun(verb))
            && soon.any(|at| CALLINGS.contains(&text.surface(at).to_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "The council of Vellin met on Monday.\nIt voted for the bridge.\nThe mayor was glad of it.\n\
        Two members were against it.\nWork begins in May.\n";

    fn words_of_notes(end: &str) -> usize {
        let text = Text::new(format!("{STORY}{end}"), None);
        text.tokens.iter().filter(|token| token.flags.has(TokenFlags::BOILERPLATE)).count()
    }

    #[test]
    fn notes_on_the_author_are_no_story() {
        for note in [
            "Ann Lopez is a columnist for the Arrel Valley Post.",
            "\u{2022} Tom Reed and Ilse Brandt are the authors of \u{201c}The Long Bridge\u{201d}.",
            "Judge Tom P. Reed was for years the youngest judge of Vellin. Follow him on Twitter.",
            "Judge Tom P. Reed was the youngest judge of Vellin. He is a senior analyst of the Post.",
            "Follow Ann Lopez on Twitter @annlopez.",
            "Anna Berg ist Redakteurin der Vellin Zeitung.",
            "Anne Dubois est chroniqueuse au Courrier.",
            "The opinions expressed in this commentary are her own.",
        ] {
            let words = Text::new(note, None).tokens.len();
            assert_eq!(words_of_notes(note), words, "{note}");
            // what is followed by more of the story is no end of a page
            assert_eq!(
                words_of_notes(&format!("{note}{}", "\nThe river rose by a hand that night.".repeat(4))),
                0,
                "{note}"
            );
        }
    }

    #[test]
    fn what_a_story_says_of_people_is_story() {
        for told in [
            "Tom Reed is a carpenter in Vellin.",
            "The Vellin Bridge Company and the town are the owners, said the author of the report.",
            "Ann Lopez told the council that police could not reach her on Monday.",
            "Ann Lopez wrote on Twitter at noon that she was against it.",
            "Supporters of Ann Lopez said that they would follow her wherever she goes.",
        ] {
            assert_eq!(words_of_notes(told), 0, "{told}");
        }
        let opens = |line: &str| Text::new(format!("{line}\n{STORY}"), None).tokens[0].flags;
        assert!(!opens("Ann Lopez is a columnist for the Post.").has(TokenFlags::BOILERPLATE));
        assert!(opens("The opinions expressed here are those of Ann Lopez.").has(TokenFlags::BOILERPLATE));
        let alone = Text::new("Ann Lopez is a columnist for the Arrel Valley Post.", None);
        assert!(alone.tokens.iter().all(|token| !token.flags.has(TokenFlags::BOILERPLATE)));
    }
}
