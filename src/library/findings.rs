//! What a scan found, for a caller to go through.

use std::borrow::Cow;

use crate::error::Result;
use crate::pipeline::{Scan, ScanRows};
use crate::rejection::Rejection;
use crate::row::{FamilyRow, HotFeature, PairRow};
use crate::rows::{Families, Rows};

/// The pairs and families of a scan, and what was left out.
///
/// ```
/// use retold::{Article, Settings};
///
/// let text = "The mill of Hestbrook burnt down on Sunday night; 14 machines were lost, its owner said.";
/// let articles = vec![Article::new("a", text), Article::new("b", text), Article::new("a", "Given twice.")];
/// let found = retold::scan(&articles, &Settings::default())?;
/// assert_eq!((found.documents(), found.rejected().len()), (2, 1));
/// let family = &found.families()[0];
/// assert_eq!((family.size, family.weakest), (2, 1.0));
/// # Ok::<(), retold::Error>(())
/// ```
///
/// Rows are kept as far as there is memory for them, and otherwise in a temporary file that goes with this
/// value.
#[derive(Debug)]
pub struct Findings {
    scan: Scan,
    families: Vec<FamilyRow>,
    rejected: Vec<Rejection>,
}

impl Findings {
    pub(super) fn new(scan: Scan, rejected: Vec<Rejection>) -> Result<Self> {
        let families =
            scan.families.families().map(|family| family.map(Cow::into_owned)).collect::<Result<_>>()?;
        Ok(Findings { scan, families, rejected })
    }

    /// The pairs, by falling score, then by ids; each is read when it is asked for.
    ///
    /// # Errors
    /// [`crate::Error::File`], pair by pair, where it cannot be read again.
    pub fn pairs(&self) -> impl Iterator<Item = Result<PairRow>> + '_ {
        let rows = self.scan.rows();
        (0..rows.len()).map(move |at| Ok(rows.row(at)?.into_owned()))
    }

    /// The pairs as they are kept: heads at hand, the rest read where it is asked for.
    pub fn rows(&self) -> ScanRows<'_> {
        self.scan.rows()
    }

    /// The families, the largest first.
    pub fn families(&self) -> &[FamilyRow] {
        &self.families
    }

    /// Groups too large for all their pairs.
    pub fn hot(&self) -> &[HotFeature] {
        &self.scan.hot
    }

    /// Articles that were left out: those whose id was given before.
    pub fn rejected(&self) -> &[Rejection] {
        &self.rejected
    }

    /// Articles that were compared.
    pub fn documents(&self) -> usize {
        self.scan.documents.len()
    }
}
