//! One pair of 500-word articles, invented. Timed: `align::passages` alone, and all of a pair's evidence and
//! verdict (signals, passages, direction, reasons), with a used scratch; the articles are prepared before,
//! and preparing one is timed by itself.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use retold::align::{Scratch, passages};
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::normalise::Text;
use retold::pipeline::{Judgement, score_prepared};

/// A repeatable source of numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    /// A word of an invented language, about as unevenly used as in real ones.
    fn word(&mut self) -> String {
        const FUNCTION_WORDS: [&str; 12] =
            ["the", "of", "and", "to", "a", "in", "that", "was", "for", "on", "with", "said"];
        const SYLLABLES: [&str; 16] = [
            "ba", "ter", "lo", "min", "ka", "ves", "ro", "din", "sa", "pel", "tu", "gor", "ni", "sham", "le",
            "fir",
        ];
        if self.roll(5) < 2 {
            return FUNCTION_WORDS[self.roll(12) as usize].to_owned();
        }
        let range = 1 + self.roll(2000);
        let rank = self.roll(range);
        let mut word = String::new();
        let mut left = rank + 17;
        while left > 0 {
            word.push_str(SYLLABLES[(left % 16) as usize]);
            left /= 16;
        }
        word
    }

    fn sentence(&mut self) -> Vec<String> {
        (0..12 + self.roll(20)).map(|_| self.word()).collect()
    }
}

fn printed(sentences: &[Vec<String>]) -> String {
    let text: Vec<String> = sentences
        .iter()
        .enumerate()
        .map(|(at, words)| format!("Then {}.{}", words.join(" "), if at % 3 == 2 { "\n" } else { "" }))
        .collect();
    text.join(" ")
}

fn article(id: &str, text: &str) -> Article {
    Article {
        id: id.to_owned(),
        text: text.to_owned(),
        language: Some("en".to_owned()),
        ..Article::default()
    }
}

fn pairs(criterion: &mut Criterion) {
    let mut dice = Dice(1);
    let source: Vec<Vec<String>> = (0..23).map(|_| dice.sentence()).collect();
    let unrelated: Vec<Vec<String>> = (0..23).map(|_| dice.sentence()).collect();
    let mut reword = |share: u64| -> Vec<Vec<String>> {
        let reworded = |words: &Vec<String>| {
            words.iter().map(|word| if dice.roll(100) < share { dice.word() } else { word.clone() }).collect()
        };
        source.iter().map(reworded).collect()
    };
    let (copied, retold) = (reword(3), reword(40));
    let kinds = [("unrelated", unrelated), ("a retelling", retold), ("a copy with light edits", copied)]
        .map(|(name, sentences)| (name, printed(&sentences)));
    let source = printed(&source);
    let mut scratch = Scratch::default();
    let mut group = criterion.benchmark_group("passages of two 500-word articles");
    let text = Text::new(source.as_str(), Some("en"));
    for (name, other) in &kinds {
        let other = Text::new(other.as_str(), Some("en"));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| passages(black_box(&text), black_box(&other), &mut scratch));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("evidence and verdict of two 500-word articles");
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    let source = article("source", &source);
    group.bench_function("preparing one", |bencher| bencher.iter(|| Prepared::new(black_box(&source))));
    let first = Prepared::new(&source);
    for (name, other) in &kinds {
        let second = Prepared::new(&article("other", other));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                score_prepared(black_box(&first), black_box(&second), None, &judgement, &mut scratch)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, pairs);
criterion_main!(benches);
