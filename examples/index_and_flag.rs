//! Keeps an archive on disk, and holds an incoming article against it.
//!
//! `cargo run --release --example index_and_flag`

use retold::{Article, Index, Result, Settings};

fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("retold-example-{}", std::process::id()));
    let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
    let mut index = Index::create(&folder)?;
    let added = index.add(vec![
        Article::new("wire", text),
        Article::new("bakery", "A bakery opens in Quarrel Point next week, with bread from three valleys."),
    ])?;
    println!("{} articles filed", added.added);
    let incoming = Article::new("incoming", format!("{text} Nobody was hurt."));
    for pair in index.flag(&incoming, &Settings::default())? {
        println!("{} and {}: {}, score {:.2}", pair.source, pair.derived, pair.relation.name(), pair.score);
    }
    drop(index);
    std::fs::remove_dir_all(&folder).map_err(|cause| retold::Error::file("remove", &folder, cause))
}
