//! Editions of one story that each rewrote: pairs of them share too little for bands, and their common
//! features are too frequent to count as rare. They must come out as one family, without every pair being
//! tried.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use retold::article::Article;
use retold::collection::MemoryCollection;
use retold::judge::Profile;
use retold::pipeline::{Scan, ScanSettings, scan};
use retold::progress::Progress;
use retold::rows::Families;
use retold::shingle::ShingleSet;

/// Words that are invented, in sentences that are built like those of newspapers.
struct Press {
    nouns: Vec<String>,
    verbs: Vec<String>,
    adjectives: Vec<String>,
    names: Vec<String>,
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((mixed ^ (mixed >> 31)) as u128 * sides as u128) >> 64) as usize
    }

    fn of<'a>(&mut self, words: &'a [String]) -> &'a str {
        &words[self.throw(words.len())]
    }

    /// A few words are common, most are rare.
    fn often<'a>(&mut self, words: &'a [String]) -> &'a str {
        let within = (words.len() >> self.throw(6)).max(1);
        &words[self.throw(within)]
    }
}

const DAYS: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

impl Press {
    fn new() -> Self {
        let heads = ["b", "br", "d", "dr", "f", "gl", "gr", "h", "k", "l", "m", "p", "r", "st", "t", "v"];
        let tails = ["an", "eck", "il", "or", "ust", "eat", "ain", "ond", "im", "ar", "el", "ot"];
        let mut dice = Dice(1);
        let mut word = || {
            let mut word = String::new();
            for _ in 0..2 + dice.throw(2) {
                word += heads[dice.throw(heads.len())];
                word += tails[dice.throw(tails.len())];
            }
            word
        };
        let mut words = |count: usize| (0..count).map(|_| word()).collect::<Vec<_>>();
        let [nouns, verbs, adjectives] = [6000, 2500, 2500].map(&mut words);
        let names = words(2000).iter().map(|name| name[..1].to_uppercase() + &name[1..]).collect();
        Press { nouns, verbs, adjectives, names }
    }

    fn cast(&self, dice: &mut Dice) -> Vec<String> {
        (0..6).map(|_| dice.of(&self.names).to_owned()).collect()
    }

    fn sentence(&self, dice: &mut Dice, cast: &[String]) -> String {
        let [n1, n2, n3] = [(); 3].map(|()| dice.often(&self.nouns));
        let [v1, v2] = [(); 2].map(|()| dice.often(&self.verbs));
        let [a1, a2] = [(); 2].map(|()| dice.often(&self.adjectives));
        let [one, other] = [(); 2].map(|()| dice.of(cast));
        let (day, number) = (DAYS[dice.throw(5)], 2 + dice.throw(800));
        match dice.throw(6) {
            0 => format!("The {n1} {v1}ed the {a1} {n2} in {one} on {day}, {other} said."),
            1 => {
                format!("{one} {v1}ed {number} {n1}s and a {n2} before the {a1} {n3} was {v2}ed by {other}.")
            }
            2 => format!(
                "More than {number} {n1}s have been {v1}ed since {one} took the {a1} {n2} of the {n3}."
            ),
            3 => format!("It was the first time that a {a1} {n1} had {v1}ed a {a2} {n2} without {one}."),
            4 => format!("\"We will {v1} every {n1} and the {a1} {n2} with it,\" {one} told the {n3}."),
            _ => format!(
                "Officials from {one} are to {v1} the {a1} {n1} after the {n2} of {other} had {v2}ed."
            ),
        }
    }

    fn paragraphs(&self, dice: &mut Dice, cast: &[String], count: usize) -> Vec<String> {
        let mut paragraph = || {
            let sentences: Vec<String> = (0..1 + dice.throw(3)).map(|_| self.sentence(dice, cast)).collect();
            sentences.join(" ")
        };
        (0..count).map(|_| paragraph()).collect()
    }

    /// A new top, cuts, and one word in twelve to one in five replaced.
    fn edition(&self, dice: &mut Dice, cast: &[String], story: &[String]) -> String {
        let percent = 8 + dice.throw(13);
        let top = 1 + dice.throw(2);
        let mut paragraphs = self.paragraphs(dice, cast, top);
        let kept = story.len() - dice.throw(5);
        let cut = 1 + dice.throw(2 * kept);
        for (at, paragraph) in story[..kept].iter().enumerate() {
            if at == cut {
                continue;
            }
            let edited = paragraph.split(' ').map(|word| match dice.throw(100) < percent {
                true => dice.often(&self.nouns),
                false => word,
            });
            paragraphs.push(edited.collect::<Vec<_>>().join(" "));
        }
        paragraphs.join("\n\n")
    }
}

/// `editions` of one story among `others`, which come from the same vocabulary.
fn corpus(editions: u64, others: u64) -> Vec<Article> {
    let press = Press::new();
    let mut dice = Dice(2);
    let cast = press.cast(&mut dice);
    let story = press.paragraphs(&mut dice, &cast, 16);
    let edition = |number: u64| {
        let text = press.edition(&mut Dice(1_000_000 + number * 7919), &cast, &story);
        Article::new(format!("edition-{number:04}"), text)
    };
    let other = |number: u64| {
        let mut dice = Dice(1_000_000_000 + number * 7919);
        let cast = press.cast(&mut dice);
        let length = 8 + dice.throw(10);
        Article::new(format!("other-{number:05}"), press.paragraphs(&mut dice, &cast, length).join("\n\n"))
    };
    let mut articles: Vec<Article> = (0..editions).map(edition).chain((0..others).map(other)).collect();
    for at in (1..articles.len()).rev() {
        articles.swap(at, dice.throw(at + 1));
    }
    articles
}

/// Counts documents and pairs that the stages went through; reading counts in bytes and is left out.
#[derive(Default)]
struct Work {
    is_counted: AtomicU64,
    steps: AtomicU64,
}

impl Progress for Work {
    fn stage(&self, name: &'static str, _total: Option<u64>) {
        self.is_counted.store(u64::from(name != "reading"), Ordering::Relaxed);
    }

    fn advance(&self, amount: u64) {
        self.steps.fetch_add(amount * self.is_counted.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

fn scanned(articles: Vec<Article>) -> (Scan, u64) {
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: false,
        shared: false,
    };
    let work = Work::default();
    let found = scan(&MemoryCollection::new(articles), &settings, &work, &Mutex::new(Vec::new())).unwrap();
    (found, work.steps.into_inner())
}

/// All editions in one family and nothing else in it; how much work it was.
#[track_caller]
fn are_one_family(editions: u64, others: u64) -> u64 {
    let articles = corpus(editions, others);
    let (found, steps) = scanned(articles);
    let is_edition = |id: &str| id.starts_with("edition-");
    let largest = found.families.family(0).unwrap();
    let counted = largest.members.iter().filter(|member| is_edition(&member.id)).count() as u64;
    let sizes: Vec<u64> = (0..found.families.len()).map(|at| found.families.size(at)).collect();
    assert_eq!((counted, largest.size), (editions, editions), "sizes of families: {sizes:?}");
    println!("{editions} editions among {others}: {steps} steps, weakest link {}", largest.weakest);
    steps
}

#[test]
fn editions_have_little_in_common_word_for_word() {
    let sets: Vec<ShingleSet> =
        corpus(40, 0).iter().map(|article| ShingleSet::of_text(&article.text)).collect();
    let pairs = || (1..sets.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let sum: f64 = pairs().map(|(a, b)| sets[a].overlap(&sets[b]).jaccard()).sum();
    let mean = sum / pairs().count() as f64;
    assert!((0.11..0.15).contains(&mean), "{mean}");
}

#[test]
fn sixty_editions_among_six_hundred_articles_are_one_family() {
    are_one_family(60, 600);
}

#[test]
fn hundreds_of_editions_are_one_family_in_near_linear_time() {
    let [few, more, many] = [100, 300, 600].map(|editions| are_one_family(editions, 5_000));
    // 200 and then 300 further editions: 1.5 times the work where it is linear, 3.4 times where it is
    // quadratic
    assert!(many - more < 2 * (more - few), "{few}, {more}, {many} steps");
}
