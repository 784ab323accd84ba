//! The search as a whole, over articles made up of numbered words.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::article::Article;
use crate::collection::MemoryCollection;
use crate::progress::NoProgress;
use crate::rejection::{Rejection, RejectionKind};
use crate::search::{PairLimits, RareSettings};
use crate::shingle::ShingleSet;

/// Numbers that look random and never change.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((self.0 >> 33) * limit) >> 31
    }

    /// Words with the unevenness of language: half of them from the first two hundred.
    fn words(&mut self, count: usize) -> Vec<String> {
        let mut word = || match self.below(2) {
            0 => format!("c{}", self.below(200)),
            _ => format!("w{}", self.below(30_000)),
        };
        (0..count).map(|_| word()).collect()
    }

    fn edited(&mut self, words: &[String], percent: u64) -> Vec<String> {
        let mut edited = Vec::new();
        for word in words {
            match self.below(100) {
                draw if draw * 2 < percent => edited.extend(self.words(1)),
                draw if draw < percent && self.below(2) == 0 => {}
                _ => edited.push(word.clone()),
            }
        }
        edited
    }
}

fn articles(texts: impl IntoIterator<Item = Vec<String>>) -> Vec<Article> {
    let texts = texts.into_iter().enumerate();
    texts.map(|(number, words)| Article::new(format!("d{number}"), words.join(" "))).collect()
}

fn search(articles: Vec<Article>, settings: &CandidateSettings) -> Candidates {
    search_in(&Resources::default(), articles, settings)
}

fn search_in(work: &Resources, articles: Vec<Article>, settings: &CandidateSettings) -> Candidates {
    let rejections = Mutex::new(Vec::new());
    find_in(work, &MemoryCollection::new(articles), settings, &NoProgress, &rejections).unwrap()
}

/// Texts and edits of them at rates from 0 to 40 %.
fn edited_corpus(seed: u64, stories: usize) -> Vec<Article> {
    let mut draw = Draw(seed);
    let mut texts = Vec::new();
    for story in 0..stories {
        let length = 5 + draw.below(300) as usize;
        let words = draw.words(length);
        for copy in 0..story % 4 {
            texts.push(draw.edited(&words, [0, 2, 40][copy]));
        }
        texts.push(words);
    }
    articles(texts)
}

fn exact_pairs(articles: &[Article], threshold: f64) -> BTreeSet<(u32, u32)> {
    let sets: Vec<ShingleSet> = articles.iter().map(|article| ShingleSet::of_text(&article.text)).collect();
    let pairs = (0..sets.len()).flat_map(|a| (a + 1..sets.len()).map(move |b| (a, b)));
    let near = pairs.filter(|&(a, b)| sets[a].overlap(&sets[b]).jaccard() >= threshold);
    near.map(|(a, b)| (a as u32, b as u32)).collect()
}

fn found_pairs(found: &Candidates) -> BTreeSet<(u32, u32)> {
    let mut pairs = BTreeSet::new();
    let visit = |pair: CopyPair| {
        assert!(pairs.insert((pair.a, pair.b)), "{pair:?} came twice");
        Ok::<(), ()>(())
    };
    found.copies.for_each_pair(visit).unwrap();
    pairs
}

#[test]
fn near_duplicates_are_those_of_the_exact_comparison() {
    let corpus = edited_corpus(1, 300);
    for (sketch, threshold) in [
        (NearDuplicateSketch::MinHash, 0.8),
        (NearDuplicateSketch::MinHash, 0.5),
        (NearDuplicateSketch::SimHash, 0.8),
    ] {
        let settings = CandidateSettings { threshold, sketch, copies_only: true, ..Default::default() };
        let (found, exact) =
            (found_pairs(&search(corpus.clone(), &settings)), exact_pairs(&corpus, threshold));
        assert!(found.is_subset(&exact));
        assert!(exact.len() > 100);
        let least = if sketch == NearDuplicateSketch::MinHash { 0.98 } else { 0.9 };
        assert!(
            found.len() as f64 >= least * exact.len() as f64,
            "{sketch:?}: {} of {}",
            found.len(),
            exact.len()
        );
    }
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let corpus = edited_corpus(2, 400);
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| search(corpus.clone(), &CandidateSettings::default()));
        (found.copies, found.rewrites, found.hot)
    };
    let one = with_threads(1);
    assert!(!one.1.is_empty());
    assert!(one == with_threads(2));
    assert!(one == with_threads(7));
}

#[test]
fn rewrite_candidates_are_those_of_a_plain_count() {
    let mut draw = Draw(7);
    let base = draw.words(400);
    let mut corpus = articles((0..200).map(|_| {
        let start = draw.below(300) as usize;
        [draw.words(100), draw.edited(&base[start..start + 60], 50)].concat()
    }));
    corpus[7].text = "市長は新しい計画を発表した。".to_owned() + &corpus[7].text;
    corpus[9].text = corpus[9].text.clone() + " 市長は新しい計画を否定した";
    let mut finder = crate::analysis::features::FeatureFinder::default();
    let sets: Vec<BTreeSet<u64>> =
        corpus.iter().map(|article| finder.find(&article.text).iter().copied().collect()).collect();
    let count = |feature: &u64| sets.iter().filter(|set| set.contains(feature)).count();
    let mut lengths: Vec<usize> = sets.iter().map(BTreeSet::len).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    for document_frequency_max in [5, 400] {
        let rare = RareSettings {
            document_frequency_max,
            score_min: 0.0,
            weak_per_document: usize::MAX,
            candidates_per_document: usize::MAX,
            frequent_per_document: 0,
            leader_score_min: 0.0,
            leaders_per_document: usize::MAX,
            short_features_max: median as u16,
            ..RareSettings::default()
        };
        let found = search(corpus.clone(), &CandidateSettings { rare: rare.clone(), ..Default::default() });
        let most = |a: usize, b: usize| match sets[a].len().min(sets[b].len()) {
            fewer if fewer <= median => {
                document_frequency_max.max(rare.short_document_frequency_max) as usize
            }
            _ => document_frequency_max as usize,
        };
        let mut expected = Vec::new();
        for a in 0..sets.len() {
            for b in a + 1..sets.len() {
                let shared = sets[a].intersection(&sets[b]);
                let rare = shared.filter(|feature| count(feature) <= most(a, b));
                if rare.count() >= 2 {
                    expected.push((a as u32, b as u32));
                }
            }
        }
        assert!(expected.contains(&(7, 9)));
        assert!(expected.len() > if document_frequency_max == 5 { 1 } else { 300 });
        for pair in &found.rewrites {
            let both = sets[pair.a as usize].intersection(&sets[pair.b as usize]).count();
            assert_eq!(pair.shared as usize, both);
        }
        let pairs: Vec<(u32, u32)> = found.rewrites.iter().map(|pair| (pair.a, pair.b)).collect();
        let (pairs, expected) = (BTreeSet::from_iter(pairs), BTreeSet::from_iter(expected));
        assert_eq!(pairs, expected);
        // Most features are in files then, and the documents are paired in many parts.
        let narrow = Resources::new(1 << 10, std::env::temp_dir());
        let settings = CandidateSettings { rare, ..Default::default() };
        assert_eq!(found.rewrites, search_in(&narrow, corpus.clone(), &settings).rewrites);
    }
}

#[test]
fn editions_of_one_story_all_meet_in_near_linear_pairs() {
    const EDITIONS: usize = 300;
    let mut draw = Draw(3);
    let story = draw.words(600);
    let mut texts: Vec<Vec<String>> = (0..EDITIONS as u64)
        .map(|_| {
            // A new top, a cut, and 8 to 20 % of the words edited.
            let start = draw.below(60) as usize;
            let end = 600 - draw.below(200) as usize;
            let percent = 8 + draw.below(13);
            [draw.words(60), draw.edited(&story[start..end], percent)].concat()
        })
        .collect();
    for _ in 0..3000 {
        let length = 300 + draw.below(300) as usize;
        texts.push(draw.words(length));
    }
    // The editions lie anywhere among the others.
    let mut order: Vec<(u64, usize)> = (0..texts.len()).map(|place| (draw.below(1 << 30), place)).collect();
    order.sort_unstable();
    let editions: BTreeSet<u32> =
        (0..).zip(&order).filter(|(_, (_, place))| *place < EDITIONS).map(|(number, _)| number).collect();
    let corpus = articles(order.iter().map(|&(_, place)| std::mem::take(&mut texts[place])));
    let settings = CandidateSettings::default();
    let found = search(corpus, &settings);
    let mut families = union::UnionFind::new(found.documents.len());
    for pair in found.rewrites.iter().filter(|pair| editions.contains(&pair.a) && editions.contains(&pair.b))
    {
        families.join(pair.a, pair.b);
    }
    for link in &found.copies.links {
        families.join(link.a, link.b);
    }
    let roots: BTreeSet<u32> = editions.iter().map(|&edition| families.find(edition)).collect();
    assert_eq!(roots.len(), 1);
    assert!(found.rewrites.len() < EDITIONS * settings.rare.candidates_per_document + 3000);
    assert!(found.hot.iter().any(|group| group.kind == HotKind::Feature && editions.contains(&group.leader)));
}

#[test]
fn fifty_thousand_identical_documents_are_one_cluster() {
    let text = Draw(4).words(30);
    let found = search(articles(vec![text; 50_000]), &CandidateSettings::default());
    assert_eq!(
        found.copies.clusters().map(|(of, members)| (of, members.len())).collect::<Vec<_>>(),
        [(0, 50_000)]
    );
    assert!(found.rewrites.is_empty() && found.copies.links.is_empty());
}

#[test]
fn a_template_filled_thousands_of_times_is_tried_against_its_first_text() {
    let mut draw = Draw(5);
    let template = draw.words(200);
    let filled = (0..3000u64).map(|number| {
        let mut words = template.clone();
        words[100] = format!("slot{number}");
        words
    });
    let found = search(articles(filled), &CandidateSettings::default());
    assert!(found.copies.links.len() < 3000 * 10);
    assert_eq!(found.copies.clusters().count(), 1);
    assert!(found.hot.iter().any(|group| group.kind == HotKind::Bucket && group.documents > 2000));
}

#[test]
fn long_and_degenerate_texts_go_through() {
    let texts = [
        "word ".repeat(2_000_000),
        "x".repeat(10_000_000),
        "\u{200b}\u{200d}\u{feff}".repeat(1000),
        "\u{200d}".to_owned(),
        "one".to_owned(),
        "One!".to_owned(),
        "…".to_owned(),
    ];
    let corpus = (0..).zip(texts).map(|(number, text)| Article::new(format!("{number}"), text)).collect();
    let found = search(corpus, &CandidateSettings::default());
    assert_eq!(found_pairs(&found), [(4, 5)].into());
    assert!(found.rewrites.is_empty());
}

#[test]
fn a_repeated_id_is_refused_and_told() {
    let mut corpus = articles(["one two", "three four", "five six"].map(|text| vec![text.to_owned()]));
    corpus[1].id = "d0".to_owned();
    let rejections = Mutex::new(Vec::<Rejection>::new());
    let found = find(&MemoryCollection::new(corpus), &CandidateSettings::default(), &NoProgress, &rejections)
        .unwrap();
    assert_eq!(found.documents.len(), 2);
    assert_eq!(found.documents.id(1), "d2");
    let rejections = rejections.into_inner().unwrap();
    assert_eq!(rejections.len(), 1);
    assert_eq!((rejections[0].kind, rejections[0].id.as_deref()), (RejectionKind::DuplicateId, Some("d0")));
    assert_eq!(rejections[0].line, Some(2));
}

/// An original and a rewrite of it that keeps pairs of words, among others.
fn rewrite_corpus() -> Vec<Article> {
    let mut draw = Draw(6);
    let original = draw.words(200);
    let rewrite = original.chunks(3).flat_map(|three| [three, &["instead".to_owned()]].concat()).collect();
    let mut texts = vec![original, rewrite];
    texts.extend((0..400).map(|_| draw.words(200)));
    articles(texts)
}

fn has_rewrite(corpus: Vec<Article>, limits: PairLimits) -> bool {
    let found = search(corpus, &CandidateSettings { limits, ..Default::default() });
    found.rewrites.iter().any(|pair| (pair.a, pair.b) == (0, 1))
}

#[test]
fn a_rewrite_is_found_within_the_limits_only() {
    let mut corpus = rewrite_corpus();
    assert!(has_rewrite(corpus.clone(), PairLimits::default()));
    let within = |days| PairLimits { within_days: Some(days), ..Default::default() };
    let across = PairLimits { across_sources: true, ..Default::default() };
    assert!(has_rewrite(corpus.clone(), within(1)));
    assert!(has_rewrite(corpus.clone(), across.clone()));
    (corpus[0].date, corpus[1].date) = (Some("2020-01-01".into()), Some("2020-01-04".into()));
    (corpus[0].source, corpus[1].source) = (Some("wire".into()), Some("wire".into()));
    assert!(has_rewrite(corpus.clone(), within(3)));
    assert!(!has_rewrite(corpus.clone(), within(2)));
    assert!(!has_rewrite(corpus.clone(), across.clone()));
    corpus[1].source = Some("daily".into());
    assert!(has_rewrite(corpus, across));
}

#[test]
fn two_sides_give_pairs_across_them_only() {
    let corpus = rewrite_corpus();
    // A collection in memory is one input: either side alone has no pairs.
    for first_input in [0, 1] {
        let limits = PairLimits { first_input_against: Some(first_input), ..Default::default() };
        assert!(!has_rewrite(corpus.clone(), limits));
    }
}

#[test]
fn a_cancelled_run_ends_with_an_error() {
    struct Cancels(AtomicU64);
    impl Progress for Cancels {
        fn stage(&self, _name: &'static str, _total: Option<u64>) {}
        fn advance(&self, _amount: u64) {}
        fn is_cancelled(&self) -> bool {
            self.0.fetch_sub(1, Ordering::Relaxed) == 0
        }
    }
    let collection = MemoryCollection::new(rewrite_corpus());
    let mut interrupted = 0;
    for checks in 0..40 {
        let progress = Cancels(AtomicU64::new(checks));
        let rejections = Mutex::new(Vec::<Rejection>::new());
        match find(&collection, &CandidateSettings::default(), &progress, &rejections) {
            Err(Error::Interrupted) => interrupted += 1,
            other => assert!(other.is_ok()),
        }
    }
    assert!(interrupted > 5);
}

#[test]
fn a_run_that_is_ended_anywhere_goes_on_to_the_same_result() {
    struct Ends(AtomicU64);
    impl Progress for Ends {
        fn stage(&self, _name: &'static str, _total: Option<u64>) {}
        fn advance(&self, _amount: u64) {}
        fn is_cancelled(&self) -> bool {
            // What was not told to stop yet goes on being told.
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        }
    }
    let mut corpus = edited_corpus(8, 300);
    corpus[250].id = "d7".to_owned();
    corpus[20].source = Some("wire".to_owned());
    let collection = MemoryCollection::new(corpus.clone());
    for sketch in [NearDuplicateSketch::MinHash, NearDuplicateSketch::SimHash] {
        let rare = RareSettings { document_frequency_max: 3, ..RareSettings::default() };
        let settings = CandidateSettings { sketch, rare, ..CandidateSettings::default() };
        let expected = search(corpus.clone(), &settings);
        assert!(
            !expected.rewrites.is_empty() && !expected.copies.links.is_empty() && !expected.hot.is_empty()
        );
        let (home, mut draw, mut ends) = (tempfile::tempdir().unwrap(), Draw(9), 0);
        for attempt in 0.. {
            let (work, _) = Resources::resumable(1 << 20, home.path().to_owned(), "run").unwrap();
            let progress = Ends(AtomicU64::new(draw.below(20) + attempt));
            let rejections = Mutex::new(Vec::<Rejection>::new());
            let found = match find_in(&work, &collection, &settings, &progress, &rejections) {
                Ok(found) => found,
                Err(Error::Interrupted) => {
                    ends += 1;
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            assert_eq!(found.copies, expected.copies);
            assert_eq!(found.rewrites, expected.rewrites);
            assert_eq!(found.hot, expected.hot);
            assert_eq!(rejections.into_inner().unwrap().len(), 1);
            let documents = 0..expected.documents.len() as u32;
            assert!(documents.clone().all(|it| found.documents.id(it) == expected.documents.id(it)));
            assert!(documents.clone().all(|it| found.documents.source(it) == expected.documents.source(it)));
            assert_eq!(found.documents.number("d299"), expected.documents.number("d299"));
            work.clear().unwrap();
            break;
        }
        assert!(ends > 3);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }
}

#[test]
fn other_articles_than_before_are_an_error() {
    let corpus = edited_corpus(10, 50);
    let home = tempfile::tempdir().unwrap();
    let settings = CandidateSettings::default();
    let find = |corpus: &[Article]| {
        let (work, _) = Resources::resumable(1 << 20, home.path().to_owned(), "run").unwrap();
        let rejections = Mutex::new(Vec::<Rejection>::new());
        find_in(&work, &MemoryCollection::new(corpus.to_vec()), &settings, &NoProgress, &rejections)
    };
    assert!(find(&corpus).is_ok());
    assert!(find(&corpus).is_ok());
    assert!(matches!(find(&corpus[1..]), Err(Error::InputChanged { .. })));
    assert!(matches!(find(&corpus[..9]), Err(Error::InputChanged { .. })));
}

#[test]
fn a_threshold_out_of_range_is_refused() {
    let rejections = Mutex::new(Vec::<Rejection>::new());
    for threshold in [0.0, -1.0, 0.009, 1.5, f64::NAN] {
        let settings = CandidateSettings { threshold, ..Default::default() };
        let found = find(&MemoryCollection::default(), &settings, &NoProgress, &rejections);
        assert!(matches!(found, Err(Error::Usage(_))));
    }
}
