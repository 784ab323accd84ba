//! Invented articles, and rows about them by a simple matcher, for the tests of this room.
//!
//! All people, places and outlets are made up. The matcher is no judge: it marks runs of four equal words so
//! that there is something to show.

use std::collections::HashMap;

use super::summary::Summary;
use crate::article::{Article, Span};
use crate::error::{Error, Result};
use crate::row::*;

const RUN_WORDS: usize = 4;
const GAP_WORDS: usize = 9;

fn article(id: &str, title: &str, source: &str, date: &str, text: &str) -> Article {
    Article {
        title: Some(title.into()),
        source: Some(source.into()),
        date: Some(date.into()),
        url: Some(format!("https://example.org/{id}")),
        ..Article::new(id, text)
    }
}

pub fn articles() -> Vec<Article> {
    vec![
        article(
            "lamp-wire",
            "Keepers return to Quarrel Point light after 31 years",
            "Meridian Wire",
            "2031-04-02",
            "QUARREL POINT, Corvenia (Meridian) — The lighthouse at Quarrel Point was lit by hand on Tuesday for the \
             first time in 31 years, after a lightning strike burned out the automatic lamp and left 240 fishing boats \
             without a bearing, the coast service said.\n\n\
             Two retired keepers, Odra Fenn, 74, and her brother Tam, 71, climbed the 196 steps with a crate of paraffin \
             and had the old mantle burning by 9:40 p.m.\n\n\
             \"My knees remembered every step and complained about each of them,\" Odra Fenn said. \"The lamp remembered \
             us too.\"\n\n\
             The strike on Monday night destroyed the control cabinet, which had been due for replacement in 2028. \
             Harbormaster Ilse Varga said no vessel was lost, though the trawler Good Intent ran onto the Shelf and was \
             pulled off at dawn with nine people aboard.\n\n\
             \"We were steering by the smell of the kelp works,\" its skipper, Bran Holloway, told reporters.\n\n\
             The service said a new cabinet would arrive within three weeks. Until then the Fenns will keep a watch of \
             six hours each, for a fee of 90 crowns a night.\n\n\
             The light, built in 1874, was among the last in Corvenia to lose its keepers.",
        ),
        article(
            "lamp-courier",
            "Keepers return to Quarrel Point light after 31 years",
            "Dunmere Courier",
            "2031-04-03",
            "The lighthouse at Quarrel Point was lit by hand on Tuesday for the first time in 31 years, after a lightning \
             strike burned out the automatic lamp and left 240 fishing boats without a bearing, the coast service said.\n\n\
             Two retired keepers, Odra Fenn (74) and her brother Tam (71), climbed the 196 steps with a crate of paraffin \
             and had the old mantle burning by 9.40pm.\n\n\
             “My knees remembered every step and complained about each of them,” Odra Fenn said. “The lamp remembered us \
             too.”\n\n\
             The strike on Monday night destroyed the control cabinet, which had been due for replacement in 2028. \
             Harbourmaster Ilse Varga said no vessel was lost, though the trawler Good Intent ran onto the Shelf and was \
             pulled off at dawn with nine people aboard.\n\n\
             The service said a new cabinet would arrive within three weeks. — Meridian",
        ),
        article(
            "lamp-herald",
            "The lamp remembered us: brother and sister climb back into the light",
            "Corvenia Herald",
            "2031-04-04",
            "There are 196 steps in the tower at Quarrel Point, and Odra Fenn had not expected to count them again. On \
             Tuesday evening, at 74, she did, with her brother Tam, three years younger, behind her and a crate of \
             paraffin between them.\n\n\
             By 9:40 p.m. the old mantle was burning, and the lighthouse shone by human hand for the first time in 31 \
             years. The night before, lightning had burned out the automatic lamp; some 240 fishing boats were left \
             without a bearing, according to the coast service.\n\n\
             \"My knees remembered every step and complained about each of them,\" she said afterwards. \"The lamp \
             remembered us too.\"\n\n\
             It could have ended badly. The Good Intent, a trawler with nine people aboard, ran onto the Shelf in the \
             dark and had to be pulled off at dawn.\n\n\
             \"We were steering by the smell of the kelp works,\" Bran Holloway, who skippers her, told reporters.\n\n\
             Nobody was lost, said the harbormaster, Ilse Varga. But the cabinet that the lightning destroyed should have \
             been replaced three years ago, in 2028, and its successor will need up to three weeks to arrive.\n\n\
             So the Fenns stay. Six hours each, every night, for 90 crowns: the same watch they kept before the keepers \
             were sent home from what was, in a tower of 1874, one of the last manned lights in Corvenia.",
        ),
        article(
            "lamp-star",
            "Skippers want answers over dark lighthouse",
            "Dunmere Evening Star",
            "2031-04-03",
            "Skippers from four harbors met in the Dunmere net loft on Wednesday to ask why the Quarrel Point light went \
             dark, and why nobody rang them.\n\n\
             \"I heard it from my cousin,\" said Pell Arden of the Morning Bell. \"He heard it from the radio, and the \
             radio was wrong.\"\n\n\
             Bran Holloway, whose trawler ran aground on Monday, had a patch over one eye and little to add. \"We were \
             steering by the smell of the kelp works,\" he said.\n\n\
             A delegation will travel to the coast service on Friday with a list of eleven questions.",
        ),
        article(
            "kite-gazette",
            "Kite over Lowmark stops two trains",
            "Lowmark Gazette",
            "2031-04-05",
            "A kite the size of a barn door stopped two trains between Lowmark and Kessing on Saturday.\n\n\
             The string, 300 meters of braided steel, had wound itself around the overhead line near the Tansey \
             crossing. Nobody was hurt. The owner, a boy of eleven, gave himself up at the signal box with a bag of plums.",
        ),
        article(
            "kite-post",
            "Kite stops two trains",
            "Arrel Valley Post",
            "2031-04-05",
            "A kite the size of a barn door stopped two trains between Lowmark and Kessing on Saturday.\n\n\
             The string, 300 meters of braided steel, had wound itself around the overhead line near the Tansey \
             crossing. Nobody was hurt. The owner, a boy of eleven, gave himself up at the signal box with a bag of plums.",
        ),
    ]
}

pub fn find(id: &str) -> Result<Article> {
    let found = articles().into_iter().find(|article| article.id == id);
    found.ok_or_else(|| Error::Usage(format!("no article {id}")))
}

pub fn rows() -> Vec<PairRow> {
    let row = |source: &str, derived: &str, relation, tie, score, direction| {
        row_of(&find(source).unwrap(), &find(derived).unwrap(), relation, tie, score, direction)
    };
    vec![
        row("lamp-wire", "lamp-courier", Relation::Copy, Tie::Direct, 0.9998, 0.97),
        row("lamp-wire", "lamp-herald", Relation::Expanded, Tie::Direct, 0.981, 0.93),
        row("kite-gazette", "kite-post", Relation::Identical, Tie::Siblings, 1.0, 0.5),
        row("lamp-herald", "lamp-star", Relation::SharedSource, Tie::Unknown, 0.214, 0.5),
    ]
}

pub fn families() -> Vec<FamilyRow> {
    let rows = rows();
    let member = |row: Option<&PairRow>, id: &str| FamilyMember {
        id: id.into(),
        parent: row.map(|row| row.source.clone()),
        relation: row.map(|row| row.relation),
        score: row.map(|row| row.score),
        ..FamilyMember::default()
    };
    let family = |id: &str, root: &str, links: &[&PairRow]| FamilyRow {
        id: id.into(),
        root: root.into(),
        size: links.len() as u64 + 1,
        members: std::iter::once(member(None, root))
            .chain(links.iter().map(|row| member(Some(row), &row.derived)))
            .collect(),
        weakest: links.iter().map(|row| row.score).fold(1.0, f64::min),
        ..FamilyRow::default()
    };
    vec![
        family("lamp-wire", "lamp-wire", &[&rows[0], &rows[1]]),
        family("kite-gazette", "kite-gazette", &[&rows[2]]),
    ]
}

/// A row as `--copies-only` gives it.
pub fn copies_only_row() -> PairRow {
    PairRow {
        tie: None,
        direction_confidence: None,
        reuse: None,
        reuse_source: None,
        facts: None,
        background_documents: None,
        calibrated: None,
        noise: None,
        disguised: None,
        standing: None,
        credit: None,
        evidence: None,
        passages: None,
        ..rows().remove(0)
    }
}

pub fn summary() -> Summary {
    Summary {
        version: "0.1.0".into(),
        recipe: "words-5-xxh3-1".into(),
        profile: Some("news-1".into()),
        documents: articles().len() as u64,
        hot: vec![HotFeature {
            kind: "rare_feature".into(),
            documents: 5120,
            example_ids: vec!["lamp-wire".into(), "kite-post".into()],
        }],
        settings: [("threshold".to_owned(), serde_json::json!(0.8))].into(),
        ..Summary::of(&rows(), &families())
    }
}

struct Word {
    folded: String,
    span: Span,
    quoted: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut quoted = false;
    let mut inside = false;
    for (at, c) in text.chars().enumerate() {
        let at = at as u32;
        if matches!(c, '"' | '“' | '”') {
            quoted = !quoted;
        }
        match (c.is_alphanumeric(), words.last_mut()) {
            (true, Some(word)) if inside => {
                word.span.end = at + 1;
                word.folded.extend(c.to_lowercase());
            }
            (true, _) => {
                words.push(Word { folded: c.to_lowercase().collect(), span: Span::new(at, at + 1), quoted })
            }
            _ => {}
        }
        inside = c.is_alphanumeric();
    }
    words
}

/// A row whose passages are runs of equal words, joined over short gaps.
pub fn row_of(
    source: &Article,
    derived: &Article,
    relation: Relation,
    tie: Tie,
    score: f64,
    direction: f64,
) -> PairRow {
    let (from, into) = (words(&source.text), words(&derived.text));
    let mut runs: HashMap<Vec<&str>, usize> = HashMap::new();
    for (at, run) in from.windows(RUN_WORDS).enumerate() {
        runs.entry(run.iter().map(|word| word.folded.as_str()).collect()).or_insert(at);
    }
    let mut passages: Vec<Passage> = Vec::new();
    let mut taken = [0usize; 2];
    let (mut at, mut last_source, mut last_derived) = (0, 0, 0);
    while at < into.len() {
        let run: Vec<&str> = into[at..].iter().take(RUN_WORDS).map(|word| word.folded.as_str()).collect();
        let Some(&begin) = runs.get(&run) else {
            at += 1;
            continue;
        };
        let same = |n: &usize| {
            let both = from.get(begin + n).zip(into.get(at + n));
            both.is_some_and(|(a, b)| a.folded == b.folded && a.quoted == into[at].quoted)
        };
        let length = (0..).take_while(same).count().max(1);
        let span =
            |words: &[Word], at: usize| Span::new(words[at].span.start, words[at + length - 1].span.end);
        let kind = if into[at].quoted { PartKind::Quote } else { PartKind::Verbatim };
        let part = Part { source: span(&from, begin), derived: span(&into, at), kind };
        let near = begin >= last_source && begin - last_source <= GAP_WORDS && at - last_derived <= GAP_WORDS;
        match passages.last_mut() {
            Some(passage) if near => {
                if begin > last_source && at > last_derived {
                    taken[1] += at - last_derived;
                    passage.parts.push(Part {
                        source: Span::new(from[last_source].span.start, from[begin - 1].span.end),
                        derived: Span::new(into[last_derived].span.start, into[at - 1].span.end),
                        kind: PartKind::Reworded,
                    });
                }
                passage.source = passage.source.hull(part.source);
                passage.derived = passage.derived.hull(part.derived);
                passage.parts.push(part);
            }
            _ => passages.push(Passage { source: part.source, derived: part.derived, parts: vec![part] }),
        }
        taken[0] += length;
        at += length;
        (last_source, last_derived) = (begin + length, at);
    }
    let shares = |words: usize| {
        let share = |part: usize| (part as f64 / words as f64).min(1.0);
        let (verbatim, reworded) = (share(taken[0]), share(taken[1]));
        Reuse { verbatim, reworded, new: (1.0 - verbatim - reworded).max(0.0) }
    };
    PairRow {
        source: source.id.clone(),
        derived: derived.id.clone(),
        relation,
        tie: Some(tie),
        score,
        direction_confidence: Some(direction),
        reuse: Some(shares(into.len())),
        reuse_source: Some(shares(from.len())),
        jaccard: 0.110123,
        containment: Containment { derived_in_source: 0.174, source_in_derived: 0.229 },
        facts: Some(FactCounts { shared: 14, source_only: 5, derived_only: 1 }),
        background_documents: Some(12_424),
        calibrated: Some(true),
        noise: None,
        disguised: Some(0.0),
        standing: None,
        credit: None,
        evidence: Some(vec![
            Evidence {
                code: "facts_in_source".into(),
                value: 0.93,
                text: "93 % of the derived article's facts stand in the source".into(),
            },
            Evidence {
                code: "order".into(),
                value: 0.88,
                text: "What both tell comes in the same order".into(),
            },
        ]),
        passages: Some(passages),
    }
}
