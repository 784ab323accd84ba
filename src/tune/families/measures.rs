//! How many roots and parents are right, and whether confidence says so.

use crate::family::Tree;
use crate::tune::families::KnownFamily;

/// Bins of a reliability table.
const BINS: usize = 10;

/// From this confidence on a root is claimed.
const CLAIMED: f64 = 0.9;

/// Said and right, by confidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reliability {
    /// Cases, sum of confidence, and cases that were right.
    pub bins: [(f64, f64, f64); BINS],
}

impl Reliability {
    fn add(&mut self, confidence: f64, is_right: bool) {
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        let bin = &mut self.bins[bin];
        bin.0 += 1.0;
        bin.1 += confidence;
        bin.2 += f64::from(u8::from(is_right));
    }

    /// Expected calibration error: mean distance of what was said from what was right.
    pub fn error(&self) -> f64 {
        let cases: f64 = self.bins.iter().map(|bin| bin.0).sum();
        self.bins.iter().map(|(_, said, right)| (said - right).abs()).sum::<f64>() / cases.max(1.0)
    }
}

/// Shares of families and edges; those of Marmerola et al. 2016, "On the reconstruction of text phylogeny
/// trees".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FamilyMeasures {
    /// Families whose root is among their members.
    pub families: f64,
    /// Of these, families whose root was found.
    pub roots: f64,
    /// Edges of all families.
    pub edges: f64,
    /// Of these, edges that were found.
    pub directed: f64,
    /// The same, found in either direction.
    pub either: f64,
    /// How well confidence holds, of the roots of families of three members and more.
    pub root_reliability: Reliability,
    /// The same of parents.
    pub parent_reliability: Reliability,
    /// Roots of confidence 0.9 and more.
    pub claimed: f64,
    /// Of these, roots that are right.
    pub claimed_right: f64,
}

impl FamilyMeasures {
    /// Compares trees with what is known; families without a tree are passed over.
    pub fn of<'a>(families: impl Iterator<Item = (&'a KnownFamily, Option<&'a Tree>)>) -> Self {
        let mut measures = FamilyMeasures::default();
        for (family, tree) in families {
            let Some(tree) = tree else { continue };
            measures.add(family, tree);
        }
        measures
    }

    fn add(&mut self, family: &KnownFamily, tree: &Tree) {
        let one = |is: bool| f64::from(u8::from(is));
        if let Some(root) = family.root() {
            let is_right = tree.root == root;
            self.families += 1.0;
            self.roots += one(is_right);
            self.root_reliability.add(tree.root_confidence, is_right);
            self.claimed += one(tree.root_confidence >= CLAIMED);
            self.claimed_right += one(tree.root_confidence >= CLAIMED && is_right);
        }
        self.edges += family.parents.iter().filter(|parents| !parents.is_empty()).count() as f64;
        for (member, hanging) in tree.parents.iter().enumerate() {
            let Some(hanging) = hanging else { continue };
            let is_right = family.parents[member].contains(&hanging.parent);
            self.directed += one(is_right);
            self.either += one(is_right || family.parents[hanging.parent].contains(&member));
            if family.root().is_some() {
                self.parent_reliability.add(hanging.confidence, is_right);
            }
        }
    }

    /// As a line of a table: families, roots, edges, either way, calibration errors, claimed roots that are
    /// right.
    pub fn cells(&self) -> [String; 7] {
        let share = |part: f64, whole: f64| match whole > 0.0 {
            true => format!("{:.3}", part / whole),
            false => "-".to_owned(),
        };
        [
            format!("{:.0}", self.families),
            share(self.roots, self.families),
            share(self.directed, self.edges),
            share(self.either, self.edges),
            format!("{:.3}", self.root_reliability.error()),
            format!("{:.3}", self.parent_reliability.error()),
            share(self.claimed_right, self.claimed),
        ]
    }
}
