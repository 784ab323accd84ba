//! What the senders of two items say of one another: that one is a later version of the other, or was made
//! from it.
//!
//! News formats carry it as metadata (`guid` and `version`, `derivedFrom`, `PreviousRevision`). Where it is
//! said, it is stronger than anything a text shows.

use crate::article::printed_first;
use crate::evidence::Prepared;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lineage {
    /// Both are versions of one item.
    Revision,
    /// One names the other as what it was made from.
    Derived,
}

/// What is said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    pub lineage: Lineage,
    /// Whether the first of the two came first; `None` where two versions cannot be ordered.
    pub is_first_source: Option<bool>,
}

/// `None` where nothing is said. Swapping the two turns the answer round and changes nothing else.
pub fn declared(first: &Prepared, second: &Prepared) -> Option<Declared> {
    let (one, other) = (first.provenance.as_deref()?, second.provenance.as_deref()?);
    if one.item.is_some() && one.item == other.item {
        let number = |version: &Option<String>| version.as_ref()?.trim().parse::<u64>().ok();
        let by_number = number(&one.version).zip(number(&other.version)).map(|(one, other)| one.cmp(&other));
        let by_date = Some(printed_first(first.printed, second.printed));
        let order = [by_number, by_date].into_iter().flatten().find(|order| order.is_ne());
        let is_first_source = order.map(std::cmp::Ordering::is_lt);
        return Some(Declared { lineage: Lineage::Revision, is_first_source });
    }
    let comes_from = |derived: &Prepared, source: &Prepared| {
        let said = derived.provenance.as_deref();
        let item = source.provenance.as_deref().and_then(|said| said.item.as_deref());
        said.is_some_and(|said| {
            let names = said.derived_from.iter().chain(&said.previous_version);
            names.into_iter().any(|name| *name == source.id || Some(name.as_str()) == item)
        })
    };
    match (comes_from(first, second), comes_from(second, first)) {
        (true, false) => Some(Declared { lineage: Lineage::Derived, is_first_source: Some(false) }),
        (false, true) => Some(Declared { lineage: Lineage::Derived, is_first_source: Some(true) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Article, Provenance};

    fn item(id: &str, provenance: Provenance) -> Prepared {
        let text = "The ferry to the island will not sail before Monday.";
        Prepared::new(&Article { provenance: Some(Box::new(provenance)), ..Article::new(id, text) })
    }

    fn version(id: &str, number: &str) -> Prepared {
        let (item_name, version) = (Some("urn:ferry".to_owned()), Some(number.to_owned()));
        item(id, Provenance { item: item_name, version, ..Provenance::default() })
    }

    #[test]
    fn versions_of_one_item_are_ordered_by_their_numbers() {
        let (two, ten) = (version("a", "2"), version("b", "10"));
        let revision = |is_first_source| Some(Declared { lineage: Lineage::Revision, is_first_source });
        assert_eq!(declared(&two, &ten), revision(Some(true)));
        assert_eq!(declared(&ten, &two), revision(Some(false)));
        assert_eq!(declared(&two, &version("c", "2")), revision(None));
    }

    #[test]
    fn an_item_that_names_its_source_came_from_it() {
        let from = Provenance { derived_from: vec!["urn:ferry".into()], ..Provenance::default() };
        let (source, derived) = (version("a", "1"), item("b", from));
        let expected = |first| Some(Declared { lineage: Lineage::Derived, is_first_source: Some(first) });
        assert_eq!(declared(&source, &derived), expected(true));
        assert_eq!(declared(&derived, &source), expected(false));
        assert_eq!(declared(&derived, &item("c", Provenance::default())), None);
        assert_eq!(declared(&Prepared::new(&Article::new("d", "A text.")), &source), None);
    }
}
