//! Scored pairs and families in their order, wherever they are kept: a scan may find more than there is memory
//! for.

use std::borrow::Cow;

use crate::error::Result;
use crate::row::{FamilyRow, PairRow, Relation};

/// What families, counts and the choice of what is shown need of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowHead<'a> {
    /// As [`PairRow::source`].
    pub source: &'a str,
    /// As [`PairRow::derived`].
    pub derived: &'a str,
    /// As [`PairRow::relation`].
    pub relation: Relation,
    /// As [`PairRow::score`].
    pub score: f64,
}

/// Rows whose heads are at hand, and the rest of which may have to be read.
pub trait Rows {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The head of the row at a place below [`Self::len`].
    fn head(&self, at: usize) -> RowHead<'_>;

    /// The row at a place below [`Self::len`].
    ///
    /// # Errors
    /// [`crate::Error::File`] where it cannot be read again.
    fn row(&self, at: usize) -> Result<Cow<'_, PairRow>>;

    /// All heads in order.
    fn heads<'a>(&'a self) -> Box<dyn Iterator<Item = RowHead<'a>> + 'a> {
        Box::new((0..self.len()).map(|at| self.head(at)))
    }

    /// All rows in order, each read when it is asked for.
    ///
    /// # Errors
    /// As [`Self::row`], item by item.
    fn rows<'a>(&'a self) -> Box<dyn Iterator<Item = Result<Cow<'a, PairRow>>> + 'a> {
        Box::new((0..self.len()).map(|at| self.row(at)))
    }
}

/// Families, the largest first, each of which may have to be read.
pub trait Families {
    /// How many families there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of members of the family at a place below [`Self::len`].
    fn size(&self, at: usize) -> u64;

    /// The family at a place below [`Self::len`].
    ///
    /// # Errors
    /// [`crate::Error::File`] where it cannot be read again.
    fn family(&self, at: usize) -> Result<Cow<'_, FamilyRow>>;

    /// All families in order, each read when it is asked for.
    ///
    /// # Errors
    /// As [`Self::family`], one by one.
    fn families<'a>(&'a self) -> Box<dyn Iterator<Item = Result<Cow<'a, FamilyRow>>> + 'a> {
        Box::new((0..self.len()).map(|at| self.family(at)))
    }
}

impl Families for Vec<FamilyRow> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn size(&self, at: usize) -> u64 {
        self[at].size
    }

    fn family(&self, at: usize) -> Result<Cow<'_, FamilyRow>> {
        Ok(Cow::Borrowed(&self[at]))
    }
}

impl PairRow {
    /// What families and counts need of the row.
    pub fn head(&self) -> RowHead<'_> {
        let PairRow { source, derived, relation, score, .. } = self;
        RowHead { source, derived, relation: *relation, score: *score }
    }
}

impl Rows for Vec<PairRow> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn head(&self, at: usize) -> RowHead<'_> {
        self[at].head()
    }

    fn row(&self, at: usize) -> Result<Cow<'_, PairRow>> {
        Ok(Cow::Borrowed(&self[at]))
    }
}
