//! What articles of feeds are called: many feeds number their items, and `17` is an id of them all.

use crate::stretch::stretch;

/// Between the name of a feed and an id that only holds within it.
const WITHIN: &str = "#guid=";

/// An item's id: its own if that is an address, or looks like one; one of its feed and its own otherwise.
pub(super) fn feed_id(feed: &str, own: &str) -> String {
    match has_scheme(own) {
        true => own.to_owned(),
        false => format!("{feed}{WITHIN}{own}"),
    }
}

/// The item's own id, where [`feed_id`] put a feed's name before it.
#[cfg(any(feature = "serve", test))]
pub(crate) fn id_within_feed(id: &str) -> Option<&str> {
    id.split_once(WITHIN).map(|(_, own)| own)
}

/// Whether it begins as an URI does: `https:`, `tag:`, `urn:`.
fn has_scheme(id: &str) -> bool {
    let Some(end) = id.find(':') else { return false };
    let scheme = stretch(id, ..end);
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(is_of_scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_many_get_their_feeds_name() {
        for own in ["https://post.example/1", "tag:post.example,2031:1", "urn:uuid:4"] {
            assert_eq!(feed_id("a.xml", own), own);
            assert_eq!(id_within_feed(own), None);
        }
        for own in ["17", "a b: c", ":", "c:"] {
            let id = feed_id("a.xml", own);
            assert_eq!(id, format!("a.xml#guid={own}"));
            assert_eq!(id_within_feed(&id), Some(own));
        }
    }
}
