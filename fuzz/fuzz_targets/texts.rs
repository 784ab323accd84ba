//! Two texts, between which a zero byte stands: words, sentences, sketches, features, alignment, evidence,
//! verdict. Spans lie within the texts, shares sum to one, and the order of the two does not matter. After a
//! first byte that is odd, the bytes choose pieces of which the texts are composed, the program's own words
//! among them.
#![no_main]

#[path = "../../tests/composing/compose.rs"]
mod compose;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};
use retold::row::PairRow;

fn row(one: &Article, other: &Article, profile: &Profile) -> PairRow {
    let judgement = Judgement { profile, cut: None };
    score_prepared(&Prepared::new(one), &Prepared::new(other), None, &judgement, &mut Scratch::default())
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > 4096 {
        return;
    }
    let Some((&how, bytes)) = bytes.split_first() else { return };
    let text = |bytes| match how % 2 {
        0 => String::from_utf8_lossy(bytes),
        _ => Cow::Owned(compose::compose(bytes, WORDS)),
    };
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (one, other) = (text(&bytes[..end]), text(bytes.get(end + 1..).unwrap_or_default()));
    let (one, other) = (Article::new("a", one), Article::new("b", other));
    let profile = Profile::default();
    let found = row(&one, &other, &profile);
    assert!((0.0..=1.0).contains(&found.score) && (0.0..=1.0).contains(&found.jaccard));
    let length = |id: &str| (if id == "a" { &one } else { &other }).text.chars().count() as u32;
    for passage in found.passages.iter().flatten() {
        for part in &passage.parts {
            assert!(passage.source.contains(part.source) && passage.derived.contains(part.derived));
        }
        assert!(passage.source.start <= passage.source.end && passage.derived.start <= passage.derived.end);
        assert!(passage.source.end <= length(&found.source) && passage.derived.end <= length(&found.derived));
    }
    let turned = row(&other, &one, &profile);
    assert_eq!(found.relation, turned.relation);
    assert!((found.score - turned.score).abs() < 1e-6);
});
