//! Families, and where an article stands in its own.

use serde::{Deserialize, Serialize};

use super::{Relation, six_decimals, six_decimals_or_null};

/// An article that may be a root or a parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LikelyArticle {
    /// Id of the article.
    pub id: String,
    /// Probability, 0..1.
    #[serde(serialize_with = "six_decimals")]
    pub confidence: f64,
}

/// A further article that a member took from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlsoFrom {
    /// Id of the article that was taken from.
    pub id: String,
    /// How the member relates to it.
    pub relation: Relation,
    /// Share of the member's words that come from there and not from its parent.
    #[serde(serialize_with = "six_decimals")]
    pub share: f64,
}

/// A member of a family and the article it most likely came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FamilyMember {
    /// Id of the article.
    pub id: String,
    /// `null` for the root.
    pub parent: Option<String>,
    /// How it relates to its parent; `null` for the root.
    pub relation: Option<Relation>,
    /// Score of the link to its parent; `null` for the root.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub score: Option<f64>,
    /// Probability that it came from its parent; `null` for the root, and where texts were not compared.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub parent_confidence: Option<f64>,
    /// Up to two other articles that it may have come from, the likelier first.
    pub alternatives: Vec<LikelyArticle>,
    /// Further articles that it was made of, beside its parent.
    pub also_from: Vec<AlsoFrom>,
}

/// An article that took a part from a member, and is none itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Borrower {
    /// Id of the article.
    pub id: String,
    /// The member that it took most from.
    pub from: String,
    /// How it relates to that member.
    pub relation: Relation,
    /// Calibrated probability that it is derived, 0 to 1.
    #[serde(serialize_with = "six_decimals")]
    pub score: f64,
    /// Share of its words that are taken.
    #[serde(serialize_with = "six_decimals")]
    pub share: f64,
}

/// A common source of a family's articles that is not among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnseenSource {
    /// As credits give it; `null` where they do not.
    pub name: Option<String>,
    /// Members that came from it themselves.
    pub clients: Vec<String>,
}

/// Articles tied by derivation: one line of `families.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FamilyRow {
    /// Name of the family, unique within a scan.
    pub id: String,
    /// Id of the article that the others most likely came from.
    pub root: String,
    /// Probability that the root is the member all others came from; `null` where texts were not compared.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub root_confidence: Option<f64>,
    /// Up to three likely roots, the root first.
    pub root_candidates: Vec<LikelyArticle>,
    /// Members; borrowers do not count.
    pub size: u64,
    /// The root first, then by id.
    pub members: Vec<FamilyMember>,
    /// By id.
    pub borrowers: Vec<Borrower>,
    /// A common source that is not among the articles; `None` where nothing speaks for one.
    pub unseen_source: Option<UnseenSource>,
    /// Score of the weakest link that holds the family together.
    #[serde(serialize_with = "six_decimals")]
    pub weakest: f64,
}

/// What an article is to a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The others most likely came from it.
    Root,
    /// It hangs below another member.
    Member,
    /// It took a part.
    Borrower,
}

/// Where an article stands in its family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// What it is to the family.
    pub role: Role,
    /// Id of the likely root.
    pub root: String,
    /// Probability of the root; `null` where texts were not compared.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub root_confidence: Option<f64>,
    /// Up to three likely roots, the root first.
    pub root_candidates: Vec<LikelyArticle>,
    /// Members of the family, with this article if it is one.
    pub size: u64,
    /// The article that it most likely came from, of a borrower the one that it took most from; `null` for
    /// the root.
    pub parent: Option<String>,
    /// Probability of the parent; `null` for the root, for borrowers, and where texts were not compared.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub parent_confidence: Option<f64>,
    /// Up to two other articles that it may have come from, the likelier first.
    pub alternatives: Vec<LikelyArticle>,
    /// Further articles that it was made of, beside its parent.
    pub also_from: Vec<AlsoFrom>,
    /// Other members of the same parent, by id.
    pub siblings: Vec<String>,
    /// Members that came from it, by id.
    pub children: Vec<String>,
    /// A common source of the family that is not among the articles.
    pub unseen_source: Option<UnseenSource>,
}

impl Placement {
    /// Where the article of an id stands; `None` where the family has it neither among its members nor among
    /// its borrowers.
    pub fn of(family: &FamilyRow, id: &str) -> Option<Placement> {
        let member = family.members.iter().find(|member| member.id == id);
        let borrower = family.borrowers.iter().find(|borrower| borrower.id == id);
        let role = match (member, borrower) {
            (Some(_), _) if family.root == id => Role::Root,
            (Some(_), _) => Role::Member,
            (None, Some(_)) => Role::Borrower,
            (None, None) => return None,
        };
        let parent = match member {
            Some(member) => member.parent.clone(),
            None => borrower.map(|borrower| borrower.from.clone()),
        };
        let hanging = |from: &str| {
            let others = family.members.iter().filter(|other| other.id != id);
            let mut hanging: Vec<String> = others
                .filter(|other| other.parent.as_deref() == Some(from))
                .map(|other| other.id.clone())
                .collect();
            hanging.sort();
            hanging
        };
        Some(Placement {
            role,
            root: family.root.clone(),
            root_confidence: family.root_confidence,
            root_candidates: family.root_candidates.clone(),
            size: family.size,
            parent_confidence: member.and_then(|member| member.parent_confidence),
            alternatives: member.map_or_else(Vec::new, |member| member.alternatives.clone()),
            also_from: member.map_or_else(Vec::new, |member| member.also_from.clone()),
            siblings: match (role, &parent) {
                (Role::Member, Some(parent)) => hanging(parent),
                _ => Vec::new(),
            },
            children: hanging(id),
            parent,
            unseen_source: family.unseen_source.clone(),
        })
    }
}
