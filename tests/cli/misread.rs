//! Near-duplicates of which a machine misread letters.

use crate::support::{Home, articles, corpus_text};

/// One letter in fifty taken for one that looks like it.
fn misread(text: &str) -> String {
    const TAKEN: [(char, char); 8] =
        [('e', 'c'), ('o', '0'), ('n', 'u'), ('h', 'b'), ('t', 'f'), ('a', 'o'), ('s', '5'), ('r', 't')];
    let mut letters = 0;
    let read = text.chars().map(|letter| match TAKEN.iter().find(|(taken, _)| *taken == letter) {
        Some((_, other)) => {
            letters += 1;
            if letters % 28 == 0 { *other } else { letter }
        }
        None => letter,
    });
    read.collect()
}

#[test]
fn a_misread_copy_is_found_where_the_texts_are_told_to_be_noisy() {
    let home = Home::new();
    let texts = ["flood-wire", "recount-wire", "strike-wire"].map(|id| (id, corpus_text(id)));
    let read: Vec<(String, String)> =
        texts.iter().map(|(id, text)| (format!("{id}-read"), misread(text))).collect();
    let all = texts.iter().cloned().chain(read.iter().map(|(id, text)| (id.as_str(), text.clone())));
    home.write("in.jsonl", articles(all));
    let scan = ["scan", "in.jsonl", "--copies-only", "--format", "jsonl"];
    assert!(home.run(&scan).ends(0).rows().is_empty());
    let rows = home.run(&[&scan[..], &["--noisy"]].concat()).ends(0).rows();
    assert_eq!(rows.len(), 3, "{rows:?}");
    for row in rows {
        let [source, derived] = ["source", "derived"].map(|end| row[end].as_str().unwrap());
        assert_eq!(format!("{source}-read"), derived);
        assert_eq!(row["relation"], "copy");
    }
}
