//! Finds the families among articles in memory.
//!
//! `cargo run --release --example scan_memory`

use retold::{Article, Result, Settings, scan};

const WIRE: &str = "A dyke on the river Arrel broke on Sunday and drove 6,200 people from their homes, officials said. \
                    The governor, Ilse Karrow, said the wall had been inspected in March and found sound.";

fn main() -> Result<()> {
    let articles = vec![
        Article::new("wire", WIRE),
        Article::new("post", format!("{WIRE} Schools stay closed until Thursday.")),
        Article::new("bakery", "A bakery opens in Quarrel Point next week, with bread from three valleys."),
    ];
    let found = scan(&articles, &Settings::default())?;
    for pair in found.pairs() {
        let pair = pair?;
        println!("{} -> {}: {}, score {:.2}", pair.source, pair.derived, pair.relation.name(), pair.score);
    }
    for family in found.families() {
        println!("{} articles around {}", family.size, family.root);
    }
    Ok(())
}
