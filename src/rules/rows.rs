//! Rows as rules let them be seen, wherever they are kept.

use std::borrow::Cow;

use super::{HiddenCounts, Rules};
use crate::Result;
use crate::article::Article;
use crate::row::PairRow;
use crate::rows::{RowHead, Rows};

/// Rows with their standing, without those that rules hide. A row's articles are looked up when it is read.
pub struct RuledRows<'a> {
    rows: &'a dyn Rows,
    rules: &'a Rules,
    find: &'a dyn Fn(&str) -> Result<Article>,
    /// Numbers of the rows that are shown.
    shown: Vec<usize>,
    hidden: HiddenCounts,
}

impl<'a> RuledRows<'a> {
    /// Goes through all rows once, to see which are hidden.
    ///
    /// # Errors
    /// What reading rows and `find` return.
    pub fn new(
        rows: &'a dyn Rows,
        rules: &'a Rules,
        find: &'a dyn Fn(&str) -> Result<Article>,
    ) -> Result<Self> {
        let mut ruled = RuledRows { rows, rules, find, shown: Vec::new(), hidden: HiddenCounts::default() };
        for at in 0..rows.len() {
            let mut row = rows.row(at)?.into_owned();
            let (source, derived) = (find(&row.source)?, find(&row.derived)?);
            rules.apply(&mut row, &source, &derived);
            match rules.hides(&row, &source, &derived) {
                Some(reason) => ruled.hidden.add(reason),
                None => ruled.shown.push(at),
            }
        }
        Ok(ruled)
    }

    /// What is not shown, by reason.
    pub fn hidden(&self) -> &HiddenCounts {
        &self.hidden
    }
}

impl Rows for RuledRows<'_> {
    fn len(&self) -> usize {
        self.shown.len()
    }

    fn head(&self, at: usize) -> RowHead<'_> {
        self.rows.head(self.shown[at])
    }

    fn row(&self, at: usize) -> Result<Cow<'_, PairRow>> {
        let mut row = self.rows.row(self.shown[at])?.into_owned();
        let (source, derived) = ((self.find)(&row.source)?, (self.find)(&row.derived)?);
        self.rules.apply(&mut row, &source, &derived);
        Ok(Cow::Owned(row))
    }
}
