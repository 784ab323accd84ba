//! Articles composed of the program's own words are judged as any others: nothing in a text ends a run.

#[path = "composing/compose.rs"]
mod compose;
#[path = "composing/literals.rs"]
mod literals;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};

static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| literals::of_package(package()));

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn literals_of_every_kind_are_found() {
    let source = r##"
        // "in a comment" and 'c'
        const A: &[&str] = &["one two", "it's", "a\"b\n\u{e9}\x41"]; // "behind"
        const B: &[u8] = b"bytes"; fn f<'a>(c: &'a char) -> bool { *c == '「' || *c == '\'' || *c == '\u{2028}' }
        const C: &str = r#"raw "quoted""#; const D: &str = "carried \
            on";
#[cfg(test)]
mod tests { const E: &str = "of a test"; }
"##;
    assert_eq!(
        literals::of_source(source),
        ["one two", "it's", "a\"b\né\u{41}", "bytes", "「", "'", "\u{2028}", "raw \"quoted\"", "carried on"]
    );
}

/// Lines that hold one plain string are read a second time, in a simpler way.
#[test]
fn the_dictionary_holds_every_word_that_the_program_knows() {
    let mut lines_seen = 0;
    let mut folders: Vec<PathBuf> =
        ["normalise", "evidence", "judge", "read"].map(|room| package().join("src").join(room)).into();
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(source) = fs::read_to_string(&path) else { continue };
            let code = source.split("\n#[cfg(test)]").next().unwrap_or_default();
            for line in code.lines().filter(|line| !line.contains(['\\', '\'', '#']) && !line.contains("//"))
            {
                let pieces: Vec<&str> = line.split('"').collect();
                let [before, word, after] = pieces[..] else { continue };
                if before.trim().is_empty() && after == "," && !word.is_empty() {
                    lines_seen += 1;
                    assert!(WORDS.iter().any(|known| known == word), "{word:?} of {}", path.display());
                }
            }
        }
    }
    assert!(lines_seen > 150, "{lines_seen}");
}

fn check(one: &str, other: &str) -> Result<(), TestCaseError> {
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    let [one, other] = [Article::new("a", one), Article::new("b", other)];
    let mut scratch = Scratch::default();
    let mut row = |one: &Article, other: &Article| {
        score_prepared(&Prepared::new(one), &Prepared::new(other), None, &judgement, &mut scratch)
    };
    let (found, turned) = (row(&one, &other), row(&other, &one));
    prop_assert!((found.score - turned.score).abs() < 1e-6 && found.relation == turned.relation);
    let length = |id: &str| (if id == "a" { &one } else { &other }).text.chars().count() as u32;
    for passage in found.passages.iter().flatten() {
        prop_assert!(
            passage.source.start <= passage.source.end && passage.derived.start <= passage.derived.end
        );
        prop_assert!(
            passage.source.end <= length(&found.source) && passage.derived.end <= length(&found.derived)
        );
    }
    Ok(())
}

/// More where there is time.
fn cases() -> u32 {
    if std::env::var_os("RETOLD_LONG_TESTS").is_some() { 50_000 } else { 128 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn composed_articles_are_judged_as_any_others(
        one in prop::collection::vec(any::<u8>(), 0..400),
        other in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let words: Vec<&str> = WORDS.iter().map(String::as_str).collect();
        let [one, other] = [one, other].map(|choices| compose::compose(&choices, &words));
        // the second one takes over a part of the first
        let half = one.char_indices().nth(one.chars().count() / 2).map_or(0, |(at, _)| at);
        check(&one, &format!("{other}\n{}", &one[half..]))?;
    }
}
