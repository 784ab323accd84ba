//! Portraits of articles by their ids, for families that are known beforehand.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::portrait::Portrait;
use crate::progress::{Progress, go_on};

/// Portraits of those of these articles that the collection has; of a repeated id the first one's.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn portraits<C: Collection>(
    collection: &C,
    ids: &FxHashSet<&str>,
    progress: &dyn Progress,
) -> Result<FxHashMap<String, Portrait>> {
    progress.stage("reading families", None);
    let mut found = FxHashMap::default();
    collection.pass(
        |articles| -> Vec<Portrait> {
            let wanted = articles.iter().filter(|article| ids.contains(article.id.as_ref()));
            wanted.map(|article| Portrait::new(&article.to_article())).collect()
        },
        |portraits| {
            for portrait in portraits {
                found.entry(portrait.id.clone()).or_insert(portrait);
            }
            go_on(progress)
        },
    )?;
    Ok(found)
}
