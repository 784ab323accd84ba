//! Exact overlap of two texts' shingle sets.

/// Sizes of two shingle sets and of what they share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactOverlap {
    pub first: usize,
    pub second: usize,
    pub shared: usize,
}

impl ExactOverlap {
    /// Shared shingles among all of both; 0 where both are empty.
    pub fn jaccard(self) -> f64 {
        share(self.shared, self.first + self.second - self.shared)
    }

    pub fn first_in_second(self) -> f64 {
        share(self.shared, self.first)
    }

    pub fn second_in_first(self) -> f64 {
        share(self.shared, self.second)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
