//! What is said of each document: the row of `marks.jsonl`, and all of them.

use serde::{Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3Default;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Location;
use crate::dedup::contained::{Held, Holding, HoldingRow, MutualContainment};
use crate::dedup::keep::KeepRule;
use crate::dedup::sides::{bare_id, is_reference};
use crate::row::{Relation, rounded};

/// Names a cluster by its members alone: a 128-bit hash of their ids, in order. The same members have the
/// same name in every run and on every machine; in files it is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub u128);

impl Serialize for ClusterId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for ClusterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl ClusterId {
    /// Of members in order of their ids, each with whether it stands in what the inputs are held against.
    pub(super) fn of<'a>(members: impl Iterator<Item = (&'a str, bool)>) -> Self {
        let mut hash = Xxh3Default::new();
        for (id, is_reference) in members {
            hash.update(&(id.len() as u64 | u64::from(is_reference) << 63).to_le_bytes());
            hash.update(id.as_bytes());
        }
        ClusterId(hash.digest128())
    }
}

/// What decided whether a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepReason {
    /// It has no duplicate.
    Alone,
    /// What the inputs are held against has it.
    Reference,
    /// It holds a text of what the inputs are held against, or a passage of one; in a cluster also: another
    /// one does, and this one does not.
    Contains,
    /// It lies within a text of what the inputs are held against.
    Within,
    /// [`super::KeepRule::Earliest`] told it from the others of its cluster.
    Earliest,
    /// [`super::KeepRule::Latest`] did.
    Latest,
    /// [`super::KeepRule::Longest`] did.
    Longest,
    /// [`super::KeepRule::First`] did.
    First,
    /// [`super::KeepRule::Source`] did.
    Source,
    /// [`super::KeepRule::Field`] did.
    Field,
    /// No rule told the two apart, and the smaller id is kept.
    Id,
}

impl KeepReason {
    /// All reasons, in the order above.
    pub const ALL: [KeepReason; 11] = [
        KeepReason::Alone,
        KeepReason::Reference,
        KeepReason::Contains,
        KeepReason::Within,
        KeepReason::Earliest,
        KeepReason::Latest,
        KeepReason::Longest,
        KeepReason::First,
        KeepReason::Source,
        KeepReason::Field,
        KeepReason::Id,
    ];

    /// The word used in output files.
    pub fn name(self) -> &'static str {
        match self {
            KeepReason::Alone => "alone",
            KeepReason::Reference => "reference",
            KeepReason::Contains => "contains",
            KeepReason::Within => "within",
            KeepReason::Earliest => "earliest",
            KeepReason::Latest => "latest",
            KeepReason::Longest => "longest",
            KeepReason::First => "first",
            KeepReason::Source => "source",
            KeepReason::Field => "field",
            KeepReason::Id => "id",
        }
    }
}

/// What is said of a document. Field order is the order in the files.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mark<'a> {
    /// Id of the document.
    pub id: &'a str,
    /// The cluster that it belongs to; equal for all documents of one.
    pub cluster: ClusterId,
    /// Documents in its cluster, those of a reference as well.
    pub size: u64,
    /// Whether it stays.
    pub keep: bool,
    /// The document of the cluster that is kept; its own id, where that is it.
    pub representative: &'a str,
    /// How it relates to the document that it is linked to, on the way to the representative. `None` for the
    /// representative.
    pub relation: Option<Relation>,
    /// Probability that it is derived, of that link.
    pub score: Option<f64>,
    /// Exact Jaccard index of 5-word shingles with the representative.
    pub jaccard: Option<f64>,
    /// The lowest score on the way to the representative.
    pub weakest: Option<f64>,
    /// Links on the way to the representative.
    pub links: u32,
    /// Share of the words of a passage of the representative that the document holds, or of its own words
    /// that stand there: where that is the reason.
    pub contained: Option<f64>,
    /// What decided that.
    pub reason: KeepReason,
}

/// A cluster, once it is known what is kept of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cluster {
    pub id: ClusterId,
    pub size: u32,
    pub representative: DocumentNumber,
}

/// What there is to say of a member of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub cluster: u32,
    /// `None` for the representative.
    pub relation: Option<Relation>,
    pub score: f64,
    pub jaccard: f64,
    pub weakest: f64,
    pub links: u32,
    pub reason: KeepReason,
}

/// The marks of a run.
#[derive(Debug)]
pub struct Marked {
    pub(super) documents: DocumentTable,
    pub(super) clusters: Vec<Cluster>,
    pub(super) memberships: Vec<Membership>,
    /// For each document the place of its membership; [`Self::ALONE`] where it has none.
    pub(super) place: Vec<u32>,
    pub(super) has_sides: bool,
    /// Documents that hold something of the reference.
    pub(super) held: Held,
    /// Fields that keep rules ask for in vain.
    pub(super) without_numbers: Vec<String>,
}

impl Marked {
    pub(super) const ALONE: u32 = u32::MAX;

    /// Fields that keep rules ask for and that hold a number in no document of any cluster: misspelt, perhaps.
    pub fn fields_without_numbers(&self) -> &[String] {
        &self.without_numbers
    }

    /// Sources that keep rules name and that no document has: misspelt, perhaps.
    pub fn sources_of_none<'a>(&self, rules: &'a [KeepRule]) -> Vec<&'a str> {
        let named = rules.iter().filter_map(|rule| match rule {
            KeepRule::Source(names) => Some(names.iter().map(String::as_str)),
            _ => None,
        });
        named.flatten().filter(|name| self.documents.number_of_source(name).is_none()).collect()
    }

    /// Documents of the inputs; those that they are held against are not counted.
    pub fn len(&self) -> usize {
        let locations = self.documents.locations();
        locations.partition_point(|&location| !is_reference(location))
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The marks of the inputs' documents, in input order.
    pub fn marks(&self) -> impl Iterator<Item = Mark<'_>> {
        (0..self.len() as DocumentNumber).map(|document| self.mark(document))
    }

    /// The mark of a document by its place in the input order.
    pub fn mark(&self, document: DocumentNumber) -> Mark<'_> {
        let mark = self.mark_in_cluster(document);
        // a copy of a text of the reference is told as one
        match self.held.get(&document).filter(|_| mark.reason != KeepReason::Reference) {
            None => mark,
            Some(found) => Mark {
                keep: false,
                representative: self.id(found.reference),
                relation: None,
                score: None,
                jaccard: Some(rounded(found.jaccard)),
                weakest: None,
                links: 0,
                contained: Some(rounded(found.share)),
                reason: match found.holding {
                    Holding::Contains => KeepReason::Contains,
                    Holding::Within => KeepReason::Within,
                },
                ..mark
            },
        }
    }

    /// Documents that hold something of the reference, with what they hold, in input order.
    pub fn holdings(&self) -> Vec<HoldingRow> {
        let mut found: Vec<_> = self.held.iter().collect();
        found.sort_unstable_by_key(|&(document, _)| document);
        let row = |(&document, found): (&DocumentNumber, &MutualContainment)| {
            found.to_row(self.id(document), self.id(found.reference))
        };
        found.into_iter().map(row).collect()
    }

    fn mark_in_cluster(&self, document: DocumentNumber) -> Mark<'_> {
        let id = self.id(document);
        let membership = self.memberships.get(self.place[document as usize] as usize);
        let Some(membership) = membership else {
            return Mark {
                id,
                cluster: ClusterId::of(std::iter::once((id, false))),
                size: 1,
                keep: true,
                representative: id,
                relation: None,
                score: None,
                jaccard: None,
                weakest: None,
                links: 0,
                contained: None,
                reason: KeepReason::Alone,
            };
        };
        let cluster = self.clusters[membership.cluster as usize];
        let told = |value: f64| membership.relation.map(|_| rounded(value));
        Mark {
            id,
            cluster: cluster.id,
            size: u64::from(cluster.size),
            keep: cluster.representative == document,
            representative: self.id(cluster.representative),
            relation: membership.relation,
            score: told(membership.score),
            jaccard: told(membership.jaccard),
            weakest: told(membership.weakest),
            links: membership.links,
            contained: None,
            reason: membership.reason,
        }
    }

    /// Whether a document is kept.
    pub fn is_kept(&self, document: DocumentNumber) -> bool {
        let membership = self.memberships.get(self.place[document as usize] as usize);
        let is_of_cluster = membership
            .is_none_or(|membership| self.clusters[membership.cluster as usize].representative == document);
        is_of_cluster && !self.held.contains_key(&document)
    }

    /// Documents of an input from a place in it on, and where they lie, in input order.
    pub(super) fn documents_from(
        &self,
        input: u32,
        offset: u64,
    ) -> impl Iterator<Item = (DocumentNumber, Location)> + '_ {
        let locations = self.documents.locations();
        let first = locations.partition_point(|place| (place.input, place.offset) < (input, offset));
        let of_input = locations[first..].iter().take_while(move |place| place.input == input);
        (first as DocumentNumber..).zip(of_input.copied())
    }

    /// Clusters of two documents and more.
    pub fn cluster_count(&self) -> usize {
        self.clusters.len()
    }

    fn id(&self, document: DocumentNumber) -> &str {
        bare_id(self.documents.id(document), self.has_sides)
    }
}
