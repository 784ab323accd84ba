//! The stages of a run in a row: search, clusters, keeping, exact comparison, marks.

use rayon::prelude::*;

use crate::Result;
use crate::article::DocumentNumber;
use crate::candidate::{self, DocumentTable};
use crate::collection::{Collection, Location};
use crate::dedup::agreement::jaccards;
use crate::dedup::chains::Chains;
use crate::dedup::clusters::{ClusterLink, Clusters, Grouping};
use crate::dedup::contained::{self, Held, HoldingRule};
use crate::dedup::keep::{KeepRule, Preference};
use crate::dedup::marks::{Cluster, ClusterId, KeepReason, Marked, Membership};
use crate::dedup::sides::{BareIds, Sides, bare_id, is_reference};
use crate::dedup::stars::Stars;
use crate::pipeline::{self, ScanSettings};
use crate::progress::{Progress, go_on};
use crate::rejection::RejectionSink;
use crate::row::Relation;
use crate::work::Resources;

/// What makes two documents duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The same words in the same order.
    Identical,
    /// That, or a Jaccard index of 5-word shingles of at least the threshold.
    Copies,
    /// One derived from the other, retold as well: the families of a scan.
    Derived,
}

/// What a run looks for and keeps.
#[derive(Clone, Debug)]
pub struct DedupSettings {
    /// What counts as a duplicate.
    pub by: By,
    /// Threshold and sketch for copies; profile and cut for derived ones.
    pub scan: ScanSettings,
    /// The first rule that tells two documents apart decides; after all of them the smaller id.
    pub keep: Vec<KeepRule>,
    /// Most links between two members of a cluster of derived documents; `None` for no bound.
    pub links_max: Option<u32>,
    /// Which documents count as holding a text of the reference, beside its copies; `None` to look for none.
    pub contained: Option<HoldingRule>,
}

/// What a run reads.
pub struct Inputs<'a, A, B> {
    /// The documents to be marked.
    pub collection: &'a A,
    /// What the inputs are held against: of a text that it holds nothing is kept in the inputs.
    pub reference: Option<&'a B>,
    /// The number in a field of the record at a place, for rules that ask for one.
    pub number_of: &'a (dyn Fn(Location, &str) -> Result<Option<f64>> + Sync),
}

/// Marks the duplicates of a collection.
///
/// # Errors
/// What the collection returns, [`crate::Error::Usage`] for settings out of range,
/// [`crate::Error::Interrupted`].
pub fn dedup<A: Collection, B: Collection>(
    work: &Resources,
    inputs: &Inputs<'_, A, B>,
    settings: &DedupSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Marked> {
    let sides = Sides::new(inputs.collection, inputs.reference);
    let bare = BareIds(rejections);
    let rejections = if inputs.reference.is_some() { &bare } else { rejections };
    let mut search = settings.scan.clone();
    search.candidates.copies_only = settings.by != By::Derived;
    let marking = Marking { sides: &sides, inputs, settings, progress };
    if settings.by == By::Derived {
        let scan = pipeline::scan_in(work, &sides, &search, progress, rejections)?;
        let chains = Chains::new(&scan.documents, &scan.families, settings.links_max)?;
        return marking.mark(scan.documents, &chains);
    }
    let found = candidate::find_in(work, &sides, &search.candidates, progress, rejections)?;
    let stars = Stars::new(&found.documents, &found.copies, settings.by == By::Identical);
    marking.mark(found.documents, &stars)
}

/// What marks are made with.
struct Marking<'a, A, B> {
    sides: &'a Sides<'a, A, B>,
    inputs: &'a Inputs<'a, A, B>,
    settings: &'a DedupSettings,
    progress: &'a dyn Progress,
}

/// A member of a cluster, in the making.
type Member = (DocumentNumber, Option<ClusterLink>, KeepReason);

impl<A: Collection, B: Collection> Marking<'_, A, B> {
    fn mark(&self, documents: DocumentTable, grouping: &impl Grouping) -> Result<Marked> {
        self.progress.stage("choosing what is kept", None);
        let found = grouping.clusters();
        let has_sides = self.inputs.reference.is_some();
        let numbers = self.numbers(&documents, found)?;
        let held = self.held(&documents)?;
        let rules = &self.settings.keep;
        let without_numbers = without_numbers(rules, &numbers, found);
        let preference = Preference::new(&documents, rules, &numbers, &held);
        let chosen: Vec<(Cluster, Vec<Member>)> = (0..found.len())
            .into_par_iter()
            .map(|at| {
                go_on(self.progress)?;
                let members = found.members(at);
                let (kept, reasons) = choose(&preference, members);
                let id = ClusterId::of(members.iter().map(|&member| {
                    let is_reference = is_reference(documents.location(member));
                    (bare_id(documents.id(member), has_sides), is_reference)
                }));
                let ties = grouping.ties(at, kept);
                let told = members.iter().copied().zip(ties).zip(reasons);
                let told = told.map(|((member, tie), reason)| (member, tie, reason)).collect();
                Ok((Cluster { id, size: members.len() as u32, representative: kept }, told))
            })
            .collect::<Result<_>>()?;
        let unknown: Vec<(DocumentNumber, DocumentNumber)> = chosen
            .iter()
            .flat_map(|(cluster, members)| {
                let unknown = members.iter().filter(|(member, tie, _)| {
                    !is_reference(documents.location(*member)) && tie.is_some_and(|tie| tie.jaccard.is_none())
                });
                unknown.map(|&(member, ..)| (member, cluster.representative))
            })
            .collect();
        let jaccards = jaccards(self.sides, &documents, &unknown, self.progress)?;
        let marked = gathered(documents, chosen, jaccards);
        Ok(Marked { has_sides, held, without_numbers, ..marked })
    }

    fn held(&self, documents: &DocumentTable) -> Result<Held> {
        let Inputs { collection, reference, .. } = *self.inputs;
        match (self.settings.contained, reference) {
            (Some(rule), Some(reference)) => {
                contained::find(collection, reference, documents, rule, self.progress)
            }
            _ => Ok(Held::default()),
        }
    }

    /// For each rule on a field the numbers of all members of clusters.
    fn numbers(&self, documents: &DocumentTable, found: &Clusters) -> Result<Vec<Vec<f64>>> {
        let mut members = found.all_members().to_vec();
        members.par_sort_unstable();
        let of_rule = |rule: &KeepRule| {
            let KeepRule::Field { name, .. } = rule else { return Ok(Vec::new()) };
            let number = |&member: &DocumentNumber| (self.inputs.number_of)(documents.location(member), name);
            let read: Vec<Option<f64>> = members.par_iter().map(number).collect::<Result<_>>()?;
            let mut numbers = vec![f64::NAN; documents.len()];
            for (&member, number) in members.iter().zip(read) {
                numbers[member as usize] = number.unwrap_or(f64::NAN);
            }
            Ok(numbers)
        };
        self.settings.keep.iter().map(of_rule).collect()
    }
}

/// The fields that rules ask for and no member of a cluster has a number in.
fn without_numbers(rules: &[KeepRule], numbers: &[Vec<f64>], found: &Clusters) -> Vec<String> {
    let fields = rules.iter().zip(numbers).filter_map(|(rule, numbers)| match rule {
        KeepRule::Field { name, .. } if numbers.iter().all(|number| number.is_nan()) => Some(name.clone()),
        _ => None,
    });
    if found.all_members().is_empty() { Vec::new() } else { fields.collect() }
}

/// The member that is kept, and for each member the rule that decided: between it and the kept one, and for
/// the kept one between it and the next best.
fn choose(preference: &Preference<'_>, members: &[DocumentNumber]) -> (DocumentNumber, Vec<KeepReason>) {
    let best = |of: &mut dyn Iterator<Item = DocumentNumber>| {
        of.reduce(|best, other| if preference.compare(other, best).0.is_lt() { other } else { best })
    };
    let kept = best(&mut members.iter().copied()).unwrap_or_default();
    let next = best(&mut members.iter().copied().filter(|&member| member != kept));
    let reason = |&member: &DocumentNumber| match member == kept {
        true => next.map_or(KeepReason::Alone, |next| preference.compare(kept, next).1),
        false => preference.compare(kept, member).1,
    };
    (kept, members.iter().map(reason).collect())
}

fn gathered(documents: DocumentTable, chosen: Vec<(Cluster, Vec<Member>)>, jaccards: Vec<f64>) -> Marked {
    let mut jaccards = jaccards.into_iter();
    let mut marked = Marked {
        place: vec![Marked::ALONE; documents.len()],
        documents,
        clusters: Vec::new(),
        memberships: Vec::new(),
        has_sides: false,
        held: Held::default(),
        without_numbers: Vec::new(),
    };
    for (cluster, members) in chosen {
        let number = marked.clusters.len() as u32;
        let is_of_inputs = |&&(member, ..): &&Member| !is_reference(marked.documents.location(member));
        let mut is_told = false;
        for (member, tie, reason) in members.iter().filter(is_of_inputs) {
            is_told = true;
            let jaccard = match tie {
                Some(ClusterLink { jaccard: Some(jaccard), .. }) => *jaccard,
                Some(_) => jaccards.next().unwrap_or_default(),
                None => 1.0,
            };
            marked.place[*member as usize] = marked.memberships.len() as u32;
            let (relation, links) = (tie.map(|tie| tie.relation), tie.map_or(0, |tie| tie.links));
            let (score, weakest) = tie.map_or((1.0, 1.0), |tie| (tie.score, tie.weakest));
            // what is told is how the two relate: the same words are the same words, whatever the way
            let same = tie.is_some() && is_same_text(&marked.documents, *member, cluster.representative);
            let relation = if same { Some(Relation::Identical) } else { relation };
            let jaccard = if same { 1.0 } else { jaccard };
            let membership =
                Membership { cluster: number, relation, score, jaccard, weakest, links, reason: *reason };
            marked.memberships.push(membership);
        }
        if is_told {
            marked.clusters.push(cluster);
        }
    }
    marked
}

fn is_same_text(documents: &DocumentTable, one: DocumentNumber, other: DocumentNumber) -> bool {
    documents.identity(one) != 0 && documents.identity(one) == documents.identity(other)
}
