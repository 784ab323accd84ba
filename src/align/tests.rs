//! The alignment as a whole: what holds for any two texts, and what it makes of a few.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::normalise::words::for_each_word;
use crate::row::PartKind;

fn aligned(a: &str, b: &str) -> Alignment {
    passages(&Text::new(a, None), &Text::new(b, None), &mut Scratch::default())
}

/// A text as a person would mark it: kinds and words of each part, passage by passage.
fn marked(a: &str, b: &str) -> String {
    let mut marked = String::new();
    for passage in aligned(a, b).passages {
        writeln!(marked, "{:?} {} | {}", passage.basis, passage.spans[0], passage.spans[1]).expect("memory");
        for part in passage.parts {
            writeln!(marked, "  {:?}: {} | {}", part.kind, part.spans[0].cut(a), part.spans[1].cut(b))
                .expect("memory");
        }
    }
    marked
}

const WIRE: &str = "\
PORT ELLERY (Norland News) — The harbour authority of Port Ellery will close its oldest lock for eleven weeks from March, \
after divers found cracks in both gates, officials said on Tuesday.
“We cannot wait for the summer any longer, and we will not put a single crew at risk,” harbour master Ilse Brandvold told \
reporters.
The lock, built in 1911, lets some 140 barges a week into the inner basin, most of them loaded with grain and timber from \
the upper valley.
Repairs are expected to cost 4.2 million crowns, half of it paid by the province.
A ferry line to the islands will use a temporary pier in the meantime.";

const RETOLD: &str = "\
The weather on the coast stays mild this week, and the fish market opens again on Friday.
Port Ellery's oldest lock is to be closed for eleven weeks. Divers discovered cracks in both of its gates, the harbour \
authority said Tuesday.
“We cannot wait for the summer any longer, and we will not put a single crew at risk,” said Ilse Brandvold, the harbour \
master.
Some 140 barges a week pass the lock, which was built in 1911, into the inner basin. Most carry grain and timber from the \
upper valley. The repairs will cost an expected 4.2 million crowns, and the province pays half of it.
Readers may send letters about parking to the usual address.";

#[test]
fn a_retelling_is_one_passage_with_its_quotation() {
    insta::assert_snapshot!(marked(WIRE, RETOLD), @"
    Reworded 29..544 | 90..584
      Reworded: The harbour authority of Port Ellery will close its oldest lock for eleven weeks from March, after divers found cracks in both gates, officials said on Tuesday. | Port Ellery's oldest lock is to be closed for eleven weeks. Divers discovered cracks in both of its gates, the harbour authority said Tuesday.
      Quote: “We cannot wait for the summer any longer, and we will not put a single crew at risk,” | “We cannot wait for the summer any longer, and we will not put a single crew at risk,”
      Reworded: harbour master Ilse Brandvold told reporters. | said Ilse Brandvold, the harbour master.
      Reworded: The lock, built in 1911, lets | pass the lock, which was built in 1911
      Verbatim: some 140 barges a week | Some 140 barges a week
      Verbatim: into the inner basin, most | into the inner basin. Most
      Reworded: of them loaded with | carry
      Verbatim: grain and timber from the upper valley. | grain and timber from the upper valley.
      Reworded: Repairs are expected to cost | The repairs will cost an expected
      Verbatim: 4.2 million crowns, | 4.2 million crowns,
      Reworded: half of it paid by the province. | and the province pays half of it.
    ");
}

#[test]
fn identical_texts_are_one_full_passage() {
    let alignment = aligned(WIRE, WIRE);
    let [passage] = &alignment.passages[..] else { panic!("{:?}", alignment.passages) };
    let words = Text::new(WIRE, None).tokens.len();
    assert_eq!(passage.tokens, [0..words, 0..words]);
    assert!(passage.parts.iter().all(|part| part.kind != PartKind::Reworded));
    assert!(passage.parts.iter().any(|part| part.kind == PartKind::Quote));
    assert_eq!(alignment.words[0].reuse().verbatim, 1.0);
    assert_eq!(alignment.words[1].reuse().new, 0.0);
}

#[test]
fn unrelated_texts_have_no_passage() {
    let other = "\
The national orchestra has named a new conductor. Maren Ostholt, 38, takes over from the ailing Pjotr Lindqvist in the \
autumn season, the ensemble announced. She studied in three countries and won a prize for young artists.
“It is an honour,” she said in a short statement. Her first concert brings two symphonies that the hall has never heard.";
    let alignment = aligned(WIRE, other);
    assert_eq!(alignment.passages, []);
    assert_eq!(alignment.words[0].reuse().new, 1.0);
    for (a, b) in [("", ""), ("", WIRE), ("one", "one two"), ("...", "?!")] {
        assert!(aligned(a, b).passages.iter().all(|passage| !passage.spans[0].is_empty()));
    }
}

#[test]
fn a_short_copy_in_a_new_story_is_shown() {
    let own = "\
Farmers in the upper valley fear for their season. Dairy prices fell again in autumn and two cooperatives gave up.
The lock, built in 1911, lets some 140 barges a week into the inner basin, and nobody here knows another way to the sea.
Old Tomas Reuel has driven a tractor for fifty years. His sons want to sell.";
    let alignment = aligned(WIRE, own);
    let [passage] = &alignment.passages[..] else { panic!("{:?}", alignment.passages) };
    assert!(passage.spans[1].cut(own).contains("lets some 140 barges a week into the inner basin"));
    assert!(passage.parts.iter().all(|part| part.kind == PartKind::Verbatim));
}

#[test]
fn a_short_answer_of_a_hundred_words_is_aligned() {
    let source = "\
In probability theory, Bayes' theorem relates the conditional and marginal probabilities of two random events. It is often \
used to compute posterior probabilities given observations. A patient may be observed to have certain symptoms. The theorem \
can then be used to compute the probability that a proposed diagnosis is correct, given that observation.";
    let answer = "\
Two random events have conditional and marginal probabilities, which are related by Bayes' theorem. One often uses it for \
computing posterior probabilities from observations: if a patient has certain symptoms, the probability that a proposed \
diagnosis is correct can be computed with it.";
    let alignment = aligned(source, answer);
    assert_eq!(alignment.passages.len(), 1);
    assert!(alignment.words[1].reuse().new < 0.5, "{:?}", alignment.words);
}

#[test]
fn scripts_without_spaces_are_aligned() {
    let source = "市长周二表示，旧港大桥将从三月起关闭十一周，因为潜水员在两座闸门上发现了裂缝。维修费用预计为四百二十万元，其中一半由省政府承担。每周约有一百四十艘驳船通过这座建于1911年的船闸。";
    let retold = "天气继续温和。由于潜水员在两座闸门上发现了裂缝，旧港大桥从三月起将关闭十一周，市长说。省政府将承担四百二十万元维修费用的一半。鱼市场周五重新开放。";
    let alignment = aligned(source, retold);
    let [passage] = &alignment.passages[..] else { panic!("{:?}", alignment.passages) };
    assert!(passage.spans[1].cut(retold).contains("潜水员在两座闸门上发现了裂缝"));
    assert!(!passage.spans[1].cut(retold).contains("鱼市场"));
    assert!(passage.parts.iter().any(|part| part.kind == PartKind::Verbatim));
    let other = "国家交响乐团任命了新的指挥。她今年三十八岁，曾在三个国家学习，并获得青年艺术家奖。首场音乐会将演出两部从未在此演奏过的交响曲。";
    assert_eq!(aligned(source, other).passages, []);
}

#[test]
fn hostile_texts_end_soon() {
    let one_word = "spam ".repeat(60_000);
    let lines =
        |tail: &str| -> String { (0..8_000).map(|_| format!("The same line again {tail}.\n")).collect() };
    let two_words: String =
        (0..60_000u64).map(|at| if at.wrapping_mul(0x9e37) % 7 < 3 { "a " } else { "b " }).collect();
    let counted: String = (0..20_000).map(|at| format!("Row {at} of the table. ")).collect();
    let texts = [one_word.clone() + "end", one_word, lines("here"), lines("there"), two_words, counted];
    let texts = texts.map(|text| Text::new(text, Some("en")));
    let mut scratch = Scratch::default();
    let start = std::time::Instant::now();
    for (at, a) in texts.iter().enumerate() {
        for b in &texts[at..] {
            passages(a, b, &mut scratch);
        }
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// A sentence of invented words, with a stop.
fn sentence() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 3..18)
}

fn printed(sentences: &[Vec<u8>]) -> String {
    let word = |word: &u8| if word.is_multiple_of(5) { "the".to_owned() } else { format!("word{word}ish") };
    let sentence = |(at, words): (usize, &Vec<u8>)| {
        let words = words.iter().map(word).collect::<Vec<_>>().join(" ");
        match at % 4 {
            1 => format!("“{words}.”\n"),
            2 => format!("That {words}!\n\n"),
            _ => format!("A{words}. "),
        }
    };
    sentences.iter().enumerate().map(sentence).collect()
}

/// A text, and one that takes some of its sentences, some of them with words changed.
fn retelling() -> impl Strategy<Value = (String, String)> {
    let step = (any::<prop::sample::Index>(), sentence(), 0u8..6);
    (prop::collection::vec(sentence(), 1..24), prop::collection::vec(step, 0..24)).prop_map(
        |(source, steps)| {
            let take = |(at, own, kind): (prop::sample::Index, Vec<u8>, u8)| match kind {
                0 | 1 => own,
                2 => {
                    let mut taken = at.get(&source).clone();
                    let changed = own[0] as usize % taken.len();
                    taken[changed] = own[1];
                    taken
                }
                3 => at.get(&source).iter().rev().copied().collect(),
                _ => at.get(&source).clone(),
            };
            let derived: Vec<Vec<u8>> = steps.into_iter().map(take).collect();
            (printed(&source), printed(&derived))
        },
    )
}

/// What holds for the alignment of any two texts.
fn check(a: &Text, b: &Text, scratch: &mut Scratch) -> Result<(), TestCaseError> {
    let alignment = passages(a, b, scratch);
    let texts = [a, b];
    let parts: Vec<&AlignedPart> = alignment.passages.iter().flat_map(|passage| &passage.parts).collect();
    let places = alignment.passages.iter().map(|passage| (false, &passage.spans, &passage.tokens));
    let places = places.chain(parts.iter().map(|part| (true, &part.spans, &part.tokens)));
    for (is_part, spans, tokens) in places {
        let mut edges = Vec::new();
        for side in 0..2 {
            let words = texts[side].span(&tokens[side]);
            prop_assert!(!words.is_empty() && spans[side].contains(words));
            prop_assert!(spans[side].end as usize <= texts[side].raw().chars().count());
            let before = Span::new(spans[side].start, words.start).cut(texts[side].raw());
            let after = Span::new(words.end, spans[side].end).cut(texts[side].raw());
            let mut edge = before.chars().chain(after.chars());
            // marks that begin no word stand between words
            let is_punctuation = edge.all(|mark| {
                let mut is_word = false;
                for_each_word(mark.encode_utf8(&mut [0; 4]), |_, _| is_word = true);
                !is_word && !mark.is_whitespace()
            });
            prop_assert!(is_punctuation, "{before:?} {after:?}");
            edges.push((before, after));
        }
        prop_assert!(!is_part || edges[0] == edges[1]);
    }
    for passage in &alignment.passages {
        for part in &passage.parts {
            prop_assert!(
                (0..2).all(|side| passage.spans[side].contains(part.spans[side])),
                "{part:?} in {passage:?}"
            );
            if part.kind != PartKind::Reworded {
                let words = [0, 1]
                    .map(|side| texts[side].tokens[part.tokens[side].clone()].iter().map(|token| token.word));
                let [left, right] = words;
                prop_assert!(left.eq(right), "{part:?}");
            }
        }
    }
    for (side, text) in texts.iter().enumerate() {
        let mut spans: Vec<Span> = alignment.passages.iter().map(|passage| passage.spans[side]).collect();
        spans.sort();
        prop_assert!(spans.is_sorted_by(|one, next| one.end <= next.start), "passages overlap: {spans:?}");
        let mut spans: Vec<Span> = parts.iter().map(|part| part.spans[side]).collect();
        spans.sort();
        prop_assert!(spans.is_sorted_by(|one, next| one.end <= next.start), "parts overlap: {spans:?}");
        let words = alignment.words[side];
        prop_assert_eq!(words.total as usize, text.tokens.len());
        prop_assert!(words.verbatim + words.reworded <= words.total && words.quoted <= words.verbatim);
        let reuse = words.reuse();
        prop_assert!((reuse.verbatim + reuse.reworded + reuse.new - 1.0).abs() < 1e-12);
    }
    let mut mirrored = passages(b, a, scratch);
    mirrored.swap();
    mirrored.passages.sort_by_key(|passage| passage.spans);
    prop_assert_eq!(alignment, mirrored);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn alignments_of_retellings_hold((a, b) in retelling()) {
        check(&Text::new(a, Some("en")), &Text::new(b, Some("en")), &mut Scratch::default())?;
    }

    #[test]
    fn alignments_of_any_texts_hold(a in ".{0,60}", b in ".{0,60}", common in "\\PC{0,300}") {
        let (a, b) = (format!("{a}{common}{b}"), format!("{b}{common}{a}"));
        check(&Text::new(a, None), &Text::new(b, None), &mut Scratch::default())?;
    }

    #[test]
    fn a_used_scratch_changes_nothing(pairs in prop::collection::vec(retelling(), 2..4)) {
        let mut used = Scratch::default();
        for (a, b) in pairs {
            let (a, b) = (Text::new(a, Some("en")), Text::new(b, Some("en")));
            prop_assert_eq!(passages(&a, &b, &mut used), passages(&a, &b, &mut Scratch::default()));
        }
    }
}

#[test]
fn what_is_no_passage_is_shown_faintly_where_there_is_none() {
    let brief = "Port Ellery will be without its oldest lock from March. Cracked gates keep it shut for eleven weeks, and barges \
        have to wait elsewhere.";
    let alignment = aligned(WIRE, brief);
    assert!(alignment.passages.is_empty(), "{alignment:?}");
    let faint = alignment.faint.as_deref().expect("a faint passage");
    assert!(faint.passage.spans[0].cut(WIRE).contains("oldest lock"), "{}", faint.passage.spans[0].cut(WIRE));
    let (passages, words) = alignment.of_derived();
    assert_eq!((passages, words), ([faint.passage.clone()].as_slice(), faint.words));
    assert!(
        words.iter().all(|words| words.reworded > 0)
            && alignment.words.iter().all(|words| words.reworded == 0)
    );

    let swapped = aligned(brief, WIRE);
    assert_eq!(
        swapped.faint.map(|faint| faint.passage.spans),
        Some([faint.passage.spans[1], faint.passage.spans[0]])
    );
    assert_eq!(aligned(WIRE, "A brass band won the harvest fair.").faint, None);
}
