//! Families as a scan draws them: large ones, articles made of several, sources that are not there, and the
//! same bytes always.

use std::collections::BTreeSet;
use std::sync::Mutex;

use retold::article::Article;
use retold::collection::MemoryCollection;
use retold::judge::Profile;
use retold::pipeline::{Scan, ScanSettings, scan, scan_in};
use retold::progress::NoProgress;
use retold::row::{FamilyMember, FamilyRow};
use retold::rows::{Families, Rows};
use retold::work::Resources;

fn settings() -> ScanSettings {
    ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: false,
        shared: false,
    }
}

fn scanned(articles: &[Article], settings: &ScanSettings) -> Scan {
    scan(&MemoryCollection::new(articles.to_vec()), settings, &NoProgress, &Mutex::new(Vec::new())).unwrap()
}

fn families(articles: &[Article]) -> Vec<FamilyRow> {
    let found = scanned(articles, &settings());
    found.families.families().map(|family| family.unwrap().into_owned()).collect()
}

fn member<'a>(family: &'a FamilyRow, id: &str) -> &'a FamilyMember {
    family.members.iter().find(|member| member.id == id).unwrap_or_else(|| panic!("{id} is no member"))
}

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((number ^ (number >> 31)) % most as u64) as usize
    }
}

/// A paragraph of some forty words that has no run in common with another one.
fn paragraph(number: usize) -> String {
    const LETTERS: [&str; 8] = ["ba", "do", "fe", "ku", "li", "mo", "ra", "ti"];
    let mut numbers = Numbers(number as u64 * 7919 + 13);
    let mut word = || (0..3).map(|_| LETTERS[numbers.below(LETTERS.len())]).collect::<String>();
    let mut sentence = || {
        let words: Vec<String> = (0..10).map(|_| word()).collect();
        let [a, b, c, d, e, f, g, h, i, j] = words.try_into().expect("ten words");
        let name = |word: String| {
            word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default()
        };
        format!("The {a} of {b} {c} was {d} by {} {} and {e} {f} the {g} {h}.", name(i), name(j))
    };
    (0..3).map(|_| sentence()).collect::<Vec<_>>().join(" ")
}

fn text(paragraphs: impl IntoIterator<Item = usize>) -> String {
    paragraphs.into_iter().map(paragraph).collect::<Vec<_>>().join("\n\n")
}

fn article(id: &str, source: &str, date: &str, text: String) -> Article {
    Article { source: Some(source.into()), date: Some(date.into()), ..Article::new(id, text) }
}

/// An hour of a day in June.
fn hour(at: usize) -> String {
    format!("2031-06-{:02}T{:02}:00:00Z", 1 + at / 24, at % 24)
}

#[test]
fn hundreds_of_reprints_are_a_family_with_a_tree_and_confidences() {
    const PRINTINGS: usize = 600;
    let story: Vec<usize> = (0..8).collect();
    // each page has the story and a paragraph of its own; every fifth took it from the page five before it,
    // without its end
    let minutes = |at: usize| format!("2031-06-01T{:02}:{:02}:00Z", at / 60, at % 60);
    let page = |at: usize| {
        let kept = if at % 5 == 4 { 6 } else { 8 };
        text(story[..kept].iter().copied().chain([1000 + at]))
    };
    let mut articles: Vec<Article> = (1..PRINTINGS)
        .map(|at| article(&format!("p{at:03}"), &format!("Paper {at}"), &minutes(at), page(at)))
        .collect();
    articles.push(article("p000", "Harbour News Agency", &minutes(0), text(story.iter().copied())));
    let families = families(&articles);
    assert_eq!(families.iter().map(|family| family.size).collect::<Vec<_>>(), [PRINTINGS as u64]);
    let family = &families[0];
    assert!(family.root_confidence.is_some(), "{family:?}");
    let others = family.members.iter().filter(|member| member.id != family.root);
    for member in others {
        assert!(member.parent.is_some() && member.parent_confidence.is_some(), "{member:?}");
        assert!(member.relation.is_some_and(|relation| relation.is_derived()), "{member:?}");
    }
}

#[test]
fn many_printings_of_one_text_share_the_chance_of_being_the_first() {
    let printing = |at: usize| Article::new(format!("p{at:03}"), text(0..6));
    let articles: Vec<Article> = (0..200).map(printing).collect();
    let undated = &families(&articles)[0];
    assert_eq!(undated.size, 200);
    assert!(
        undated.root_confidence.is_some_and(|confidence| confidence < 0.02),
        "{:?}",
        undated.root_confidence
    );
    let dated: Vec<Article> =
        (0..200).map(|at| Article { date: Some(hour(200 - at)), ..printing(at) }).collect();
    let dated = &families(&dated)[0];
    assert_eq!(dated.root, "p199");
    assert!(dated.root_confidence.is_some_and(|confidence| confidence > 0.9));
}

/// One wire story and a second report that goes on from it, and a paper that joins both.
fn joined() -> Vec<Article> {
    let wire = article("wire", "Harbour Press", &hour(0), text(0..8));
    let second = article("second", "Lowell Post", &hour(5), text((0..4).chain(20..26)));
    let both = article("both", "Kessing Ledger", &hour(9), text([0, 1, 2, 3, 4, 5, 6, 22, 23, 24]));
    let print = article("print", "Quayside Mail", &hour(3), text(0..7));
    vec![wire, second, both, print]
}

#[test]
fn an_article_made_of_two_names_the_second() {
    let families = families(&joined());
    assert_eq!(families.len(), 1);
    let both = member(&families[0], "both");
    let sources: BTreeSet<&str> = both
        .parent
        .as_deref()
        .into_iter()
        .chain(both.also_from.iter().map(|also| also.id.as_str()))
        .collect();
    assert!(sources.contains("second") && sources.len() == 2, "{both:?}");
    let also = &both.also_from[0];
    assert!(also.relation.is_derived() && (0.2..0.8).contains(&also.share), "{also:?}");
    for other in families[0].members.iter().filter(|member| member.id != "both") {
        assert_eq!(other.also_from, [], "{}", other.id);
    }
}

#[test]
fn what_only_its_children_took_over_is_no_further_source() {
    let mut articles = joined();
    articles.retain(|article| article.id != "both");
    articles.push(article("late", "Vellin Courier", &hour(30), text((0..4).chain(20..23))));
    let families = families(&articles);
    assert!(families[0].members.iter().all(|member| member.also_from.is_empty()), "{families:?}");
}

/// Papers that print one story, each with what stands before and behind it.
fn printed(forms: &[(&str, &str, &str, &str)]) -> Vec<Article> {
    let print = |(at, (id, source, before, behind)): (usize, &(&str, &str, &str, &str))| {
        let cut = 8 - at % 3;
        article(id, source, &hour(at * 3), format!("{before}{}{behind}", text(0..cut)))
    };
    forms.iter().enumerate().map(print).collect()
}

fn unseen(forms: &[(&str, &str, &str, &str)]) -> Option<(Option<String>, Vec<String>)> {
    let families = families(&printed(forms));
    assert_eq!(families.len(), 1, "{forms:?}");
    families[0].unseen_source.clone().map(|unseen| (unseen.name, unseen.clients))
}

#[test]
fn a_source_that_several_credit_and_nobody_is_was_not_seen() {
    let clients = [
        ("a", "Lowell Post", "LOWELL (Harbour Press) — ", ""),
        ("b", "Kessing Ledger", "", ""),
        ("c", "Quayside Mail", "", "\n\nHarbour Press"),
        ("d", "Vellin Courier", "", ""),
    ];
    let (name, who) = unseen(&clients).expect("an unseen source");
    assert_eq!(name.as_deref(), Some("Harbour Press"));
    assert_eq!(who, ["a", "c"]);
    let agency = [
        ("a", "Lowell Post", "LOWELL (AP) — ", ""),
        ("b", "Kessing Ledger", "", "\n\nAssociated Press"),
        ("c", "Quayside Mail", "", ""),
    ];
    assert_eq!(unseen(&agency).map(|unseen| unseen.1), Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn what_is_among_the_articles_or_said_once_is_no_unseen_source() {
    for forms in [
        // the one that is credited is there, by its name or its initials
        [
            ("a", "Harbour Press", "", ""),
            ("b", "Lowell Post", "LOWELL (Harbour Press) — ", ""),
            ("c", "Quayside Mail", "", "\n\nHarbour Press"),
        ],
        [
            ("a", "Associated Press", "", ""),
            ("b", "Lowell Post", "LOWELL (AP) — ", ""),
            ("c", "Quayside Mail", "", "\n\nAP"),
        ],
        // one credit, and the same one twice by one outlet
        [
            ("a", "Lowell Post", "LOWELL (AP) — ", ""),
            ("b", "Kessing Ledger", "", ""),
            ("c", "Quayside Mail", "", ""),
        ],
        [
            ("a", "Lowell Post", "LOWELL (AP) — ", ""),
            ("b", "Kessing Ledger", "", ""),
            ("c", "Lowell Post", "", "\n\nAP"),
        ],
        // a credit that may have come with the text
        [
            ("a", "Lowell Post", "LOWELL (AP) — ", ""),
            ("b", "Kessing Ledger", "LOWELL (AP) — ", ""),
            ("c", "Quayside Mail", "LOWELL (AP) — ", ""),
        ],
        // a last line that names nobody
        [
            ("a", "Lowell Post", "", "\n\nAdvertisement"),
            ("b", "Kessing Ledger", "", "\n\nShare This"),
            ("c", "Quayside Mail", "", "\n\nAdvertisement"),
        ],
        // whose article it is, is not known of one
        [("a", "", "", ""), ("b", "Lowell Post", "LOWELL (AP) — ", ""), ("c", "Quayside Mail", "", "\n\nAP")],
    ] {
        assert_eq!(unseen(&forms), None, "{forms:?}");
    }
}

#[test]
fn a_lone_lender_and_its_borrower_are_a_family_of_one() {
    let lender = article("lender", "Lowell Post", &hour(0), text(0..8));
    let borrower = article("borrower", "Kessing Ledger", &hour(9), text((40..49).chain([2, 3, 4])));
    let found = families(&[lender, borrower]);
    for family in found {
        assert_eq!((family.size, family.root.as_str()), (1, "lender"));
        assert_eq!(family.borrowers.len(), 1);
        assert_eq!(
            (family.borrowers[0].id.as_str(), family.borrowers[0].from.as_str()),
            ("borrower", "lender")
        );
    }
}

/// Families of all sizes, made by cutting, adding and joining.
fn composed(seed: u64) -> Vec<Article> {
    let mut numbers = Numbers(seed);
    let mut articles = Vec::new();
    for story in 0..4 {
        let first = 100 * story + 5000 * seed as usize;
        let mut texts: Vec<Vec<usize>> = vec![(first..first + 8).collect()];
        for _ in 0..numbers.below(9) {
            let mut made = texts[numbers.below(texts.len())].clone();
            match numbers.below(4) {
                0 => made.truncate(made.len().saturating_sub(2).max(4)),
                1 => made.push(first + 50 + numbers.below(20)),
                2 => made.extend(
                    texts[numbers.below(texts.len())].iter().rev().take(2).copied().collect::<Vec<_>>(),
                ),
                _ => made.rotate_left(1),
            }
            texts.push(made);
        }
        for (at, made) in texts.into_iter().enumerate() {
            let mut article =
                Article::new(format!("s{story}-{:02}", numbers.below(80) * 10 + at % 10), text(made));
            if articles.iter().any(|other: &Article| other.id == article.id) {
                continue;
            }
            article.source = (numbers.below(3) > 0).then(|| format!("Paper {}", numbers.below(9)));
            article.date = (numbers.below(3) > 0).then(|| hour(numbers.below(200)));
            articles.push(article);
        }
    }
    articles
}

fn written(scan: &Scan) -> String {
    let mut bytes = Vec::new();
    (0..scan.families.len()).for_each(|at| scan.families.write_line(at, &mut bytes).unwrap());
    String::from_utf8(bytes).unwrap()
}

#[test]
fn families_are_the_same_bytes_in_any_order_on_any_number_of_threads_whatever_is_listed() {
    for seed in 1..6 {
        let articles = composed(seed);
        let expected = written(&scanned(&articles, &settings()));
        assert!(expected.lines().count() > 1, "{seed}");
        let mut shuffled = articles.clone();
        let mut numbers = Numbers(seed + 100);
        (1..shuffled.len()).rev().for_each(|at| shuffled.swap(at, numbers.below(at + 1)));
        assert_eq!(written(&scanned(&shuffled, &settings())), expected, "{seed}: another order");
        for (all_pairs, shared) in [(true, false), (false, true), (true, true)] {
            let settings = ScanSettings { all_pairs, shared, ..settings() };
            assert_eq!(written(&scanned(&shuffled, &settings)), expected, "{seed}: {all_pairs}, {shared}");
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| written(&scanned(&articles, &settings())));
            assert_eq!(found, expected, "{seed}: {threads} threads");
        }
    }
}

/// With every fourth word another one.
fn reworded(text: &str, numbers: &mut Numbers) -> String {
    let other = |word: &str| word.chars().rev().collect::<String>();
    let word = |word: &str| if numbers.below(4) == 0 { other(word) } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// As a column of so many letters prints it, words divided.
fn wrapped(text: &str, letters: usize) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        let room = letters.saturating_sub(line.len() + 2);
        if line.len() + word.len() < letters {
            line += if line.is_empty() { "" } else { " " };
            line += word;
        } else if let Some((first, second)) =
            word.split_at_checked(room).filter(|(first, second)| first.len() > 2 && second.len() > 2)
        {
            lines += &format!("{line} {first}-\n");
            second.clone_into(&mut line);
        } else {
            lines += &format!("{line}\n");
            word.clone_into(&mut line);
        }
    }
    lines + &line
}

/// Articles that hang together in all ways: printings, cut and reworded ones, digests that tie stories, pieces
/// of stories in others; so many that what is rare is told.
fn entangled(seed: u64, count: usize, stories: usize) -> Vec<Article> {
    let mut numbers = Numbers(seed);
    let story = |number: usize| 100 * number..100 * number + 6;
    let made = |at: usize| {
        let [one, other, third] = [0; 3].map(|_| story(numbers.below(stories)));
        let own = 100_000 + 10 * at;
        let told = match numbers.below(12) {
            0..4 => text(one.chain([own])),
            4 => text(one.take(3).chain(own..own + 2)),
            5 => text(one.take(2).chain(other.take(2)).chain(third.take(2))),
            6 | 7 => reworded(&text(one), &mut numbers),
            8 => text(one.chain(other)),
            9 => text(one.take(1).chain(own..own + 5)),
            10 => reworded(&text(one.take(3).chain(own..own + 3)), &mut numbers),
            _ => text(own..own + 6),
        };
        let told = if numbers.below(4) == 0 { wrapped(&told, 44) } else { told };
        let id = format!("{:03}", (at * 271) % 999);
        match numbers.below(3) {
            0 => Article::new(id, told),
            _ => article(&id, &format!("Paper {}", numbers.below(30)), &hour(numbers.below(600)), told),
        }
    };
    (0..count).map(made).collect()
}

/// A story that grows and shrinks from printing to printing, each made of an earlier one, among others.
fn handed_on(printings: usize) -> Vec<Article> {
    let mut numbers = Numbers(99);
    let mut texts: Vec<Vec<usize>> = vec![(0..8).collect()];
    let mut articles = entangled(3, 500, 400);
    for at in 0..printings {
        let mut told = texts[numbers.below(texts.len())].clone();
        match numbers.below(3) {
            0 => {
                let changed = numbers.below(told.len());
                told[changed] = 500_000 + at;
            }
            1 if told.len() > 5 => {
                told.pop();
            }
            _ => told.push(700_000 + at),
        }
        let id = format!("p{at:03}");
        articles.push(article(&id, &format!("Paper {at}"), &hour(numbers.below(600)), text(told.clone())));
        texts.push(told);
    }
    articles
}

/// Rows as they are written, in order.
fn lines(scan: &Scan) -> Vec<String> {
    let line = |at| {
        let mut line = Vec::new();
        scan.rows().write_line(at, &mut line).unwrap();
        String::from_utf8(line).unwrap()
    };
    (0..scan.rows().len()).map(line).collect()
}

#[test]
fn families_and_their_rows_are_those_of_judging_every_pair() {
    let (mut largest, mut borrowers) = (0, 0);
    for articles in [entangled(5, 560, 48), entangled(7, 700, 30), handed_on(160)] {
        let few = scanned(&articles, &settings());
        largest = largest.max(few.families.size(0));
        borrowers += few.families.families().map(|family| family.unwrap().borrowers.len()).sum::<usize>();
        // what shares a source is asked for by itself, so that all pairs are judged
        let all = scanned(&articles, &ScanSettings { shared: true, ..settings() });
        assert_eq!(written(&few), written(&all));
        let mut derived = lines(&all);
        derived.retain(|line| !line.contains("\"shared_source\""));
        assert_eq!(lines(&few), derived);

        // neither the memory nor the order decides which pairs are left out
        let little = Resources::new(4 << 20, std::env::temp_dir());
        let mut turned = articles.clone();
        turned.reverse();
        for (articles, work) in [(&articles, &little), (&turned, &Resources::default())] {
            let collection = MemoryCollection::new(articles.clone());
            let scan = scan_in(work, &collection, &settings(), &NoProgress, &Mutex::new(Vec::new())).unwrap();
            assert_eq!(written(&scan), written(&few));
            assert_eq!(lines(&scan), lines(&few));
        }
    }
    assert!(largest > 100 && borrowers > 0, "{largest} {borrowers}");
}

#[test]
fn the_first_printing_is_the_root_however_late_the_second_came() {
    let cut = |at: usize| text(0..8 - at);
    for second in ["2031-06-01T05:00:00Z", "2031-06-09", "2031-07-01", "2032-06-01", "2079-01-01"] {
        for shorter in [0, 2] {
            let articles = [
                article("a-later", "Lowell Post", second, cut(shorter)),
                article("b-first", "Harbour Press", "2031-06-01T04:00:00Z", cut(0)),
            ];
            let family = &families(&articles)[0];
            assert!(family.root == "b-first" && family.root_confidence > Some(0.7), "{second}: {family:?}");
        }
    }
}
