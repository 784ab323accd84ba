//! Which items of a feed are filed, and under which ids.

use super::book::{TakenItem, version_of};
use crate::article::Article;
use crate::read::id_within_feed;

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemFate {
    /// New, or a new version of what this owner's feeds brought.
    File,
    /// As it was taken before.
    Seen,
    /// The archive holds it already, word for word: it counts as taken.
    Adopt,
    /// Under an id that somebody else brought.
    Foreign,
    /// It was taken once, and removed from the archive since: it does not come back.
    Removed,
}

impl ItemFate {
    /// `taken` is what the book has of it, `archived` what the archive holds under its id.
    pub fn of(article: &Article, owner: &str, taken: Option<&TakenItem>, archived: Option<&Article>) -> Self {
        match (taken, archived) {
            (None, None) => ItemFate::File,
            (Some(_), None) => ItemFate::Removed,
            (Some(item), Some(_)) if item.version == version_of(article) => ItemFate::Seen,
            (Some(item), Some(_)) if item.owner == owner => ItemFate::File,
            (None, Some(archived)) if archived == article => ItemFate::Adopt,
            _ => ItemFate::Foreign,
        }
    }
}

/// An item's id as it is filed: its own if that is an address, or looks like one; one of its feed, by the name
/// that it is followed by, and its own otherwise. `placeholder` stands in ids that the reader gave to items
/// without one: these are told by their texts.
pub fn id_of(article: &Article, feed: &str, placeholder: &str) -> String {
    if let Some(own) = id_within_feed(&article.id) {
        return format!("{feed}#{own}");
    }
    if article.id.contains(placeholder) {
        let hash = version_of(&Article { date: None, ..article.clone() });
        let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        return format!("{feed}#{digits}");
    }
    article.id.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_many_get_their_feeds_name() {
        let id =
            |id: &str| id_of(&Article::new(id, "The mill burnt down."), "https://post.example/feed", "xyzzy");
        for own in ["https://post.example/1", "tag:post.example,2031:1", "urn:uuid:4"] {
            assert_eq!(id(own), own);
        }
        for read in ["/tmp/xyzzy.xml#guid=17", "https://post.example/#guid=17"] {
            assert_eq!(id(read), "https://post.example/feed#17");
        }
        let made = id("/tmp/xyzzy.xml#3");
        assert_eq!(made, id("/tmp/xyzzy.xml#4"), "its place in the feed is none of the id");
        assert!(made.starts_with("https://post.example/feed#") && made.len() == 26 + 32, "{made}");
    }

    #[test]
    fn a_feed_replaces_what_it_brought_and_nothing_else() {
        let article = Article::new("a:1", "The mill burnt down.");
        let other = Article::new("a:1", "The mill stands.");
        let taken = |owner: &str, article: &Article| TakenItem {
            owner: owner.to_owned(),
            version: version_of(article),
        };
        let fate = |taken: Option<TakenItem>, archived: Option<&Article>| {
            ItemFate::of(&article, "own", taken.as_ref(), archived)
        };
        assert_eq!(fate(None, None), ItemFate::File);
        assert_eq!(fate(None, Some(&article)), ItemFate::Adopt);
        assert_eq!(fate(None, Some(&other)), ItemFate::Foreign);
        assert_eq!(fate(Some(taken("own", &other)), Some(&other)), ItemFate::File);
        assert_eq!(fate(Some(taken("own", &article)), Some(&article)), ItemFate::Seen);
        assert_eq!(fate(Some(taken("another", &article)), Some(&article)), ItemFate::Seen);
        assert_eq!(fate(Some(taken("another", &other)), Some(&other)), ItemFate::Foreign);
        assert_eq!(fate(Some(taken("own", &other)), None), ItemFate::Removed);
        assert_eq!(fate(Some(taken("own", &article)), None), ItemFate::Removed);
    }
}
