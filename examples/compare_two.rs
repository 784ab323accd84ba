//! Compares two articles through the library and prints what it found.
//!
//! `cargo run --release --example compare_two`

use retold::{Article, compare};

fn main() {
    let wire = Article::new(
        "wire",
        "A river dyke broke near Hestbrook on Sunday and drove 6,200 people from their homes, officials said.\n\n\
         \"We heard a crack like a tree coming down,\" said Marta Ollenby, 58, who waited five hours for a boat.",
    );
    let retelling = Article::new(
        "retelling",
        "Some 6,200 residents of Hestbrook had to leave their homes after a dyke on the river gave way on Sunday, \
         according to officials.\n\nMarta Ollenby, 58, who was rescued by boat after five hours, recalled \"a crack \
         like a tree coming down\".",
    );
    let row = compare(&wire, &retelling);
    println!("{} -> {}: {}, score {:.2}", row.source, row.derived, row.relation.name(), row.score);
    for reason in row.evidence.unwrap_or_default() {
        println!("- {}", reason.text);
    }
    for passage in row.passages.unwrap_or_default() {
        println!("{} | {}", passage.source.cut(&wire.text), passage.derived.cut(&retelling.text));
    }
}
