//! A house's rules: which outlets are its own, what it has licensed, what is never shown. They say how a pair
//! stands.
//!
//! ```toml
//! own = ["Ravensholt Chronicle"]        # outlets of the house
//! never_shown = ["Test Feed"]           # no pair with an article of these is shown
//! hide = ["own"]                        # pairs that stand so are not shown
//! credit_required = true                # whether a licensed text must name its source
//!
//! [[licences]]
//! source = "Meridian Wire"              # whose texts may be printed …
//! by = ["Ravensholt Chronicle"]         # … by whom; by everyone where it is left out
//! from = 2031-01-01                     # first and last day; open where left out
//! until = 2031-12-31
//! credit_required = false
//! ```
//!
//! Rules see outlets, dates and texts; they change no verdict. What they hide is counted by reason
//! ([`HiddenCounts`]).

mod credit;
mod file;
mod hidden;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::Result;
use crate::article::Article;
use crate::row::{PairRow, Standing};

pub use credit::credit;
pub use hidden::{Hidden, HiddenCounts};
pub use rows::RuledRows;

/// A house's rules, as [`Rules::read`] takes them from a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    own: Vec<String>,
    never_shown: Vec<String>,
    hide: Vec<Standing>,
    licences: Vec<Licence>,
    /// All outlets that the rules name, as the file spells them.
    named: Vec<String>,
}

/// Texts of an outlet that may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Licence {
    source: String,
    /// Everyone where it is empty.
    by: Vec<String>,
    /// Seconds since 1970: from the first on, before the second.
    from: Option<i64>,
    before: Option<i64>,
    credit_required: bool,
}

/// An outlet's name as rules compare it.
fn plain(outlet: &str) -> String {
    crate::evidence::credits::outlet(outlet).to_lowercase()
}

impl Licence {
    /// Whether the derived article is one that may print the source's text. An article without a date is
    /// within every licence that is open on one side, and in none that is not.
    fn covers(&self, source: &str, derived: &Article) -> bool {
        let by = derived.source.as_deref().map(plain);
        let is_by = self.by.is_empty() || by.is_some_and(|by| self.by.contains(&by));
        let is_then = match derived.unix_seconds() {
            Some(date) => {
                self.from.is_none_or(|from| date >= from) && self.before.is_none_or(|before| date < before)
            }
            None => self.from.is_none() || self.before.is_none(),
        };
        self.source == source && is_by && is_then
    }
}

impl Rules {
    /// Says in a row how the pair stands, and which words gave credit. Its articles are those of the row.
    /// Pairs that are not derived, and those whose source has no outlet, stand nowhere.
    pub fn apply(&self, row: &mut PairRow, source: &Article, derived: &Article) {
        (row.standing, row.credit) = (None, None);
        let Some(outlet) = source.source.as_deref().filter(|_| row.relation.is_derived()) else { return };
        row.credit = credit(derived, outlet);
        let is_own = |article: &Article| {
            article.source.as_deref().is_some_and(|outlet| self.own.contains(&plain(outlet)))
        };
        let name = plain(outlet);
        let is_credited = row.credit.is_some();
        let mut licences = self.licences.iter().filter(|licence| licence.covers(&name, derived)).peekable();
        row.standing = Some(if is_own(source) && is_own(derived) {
            Standing::Own
        } else if licences.peek().is_some() {
            match is_credited || licences.any(|licence| !licence.credit_required) {
                true => Standing::Licensed,
                false => Standing::LicensedUncredited,
            }
        } else if is_credited {
            Standing::Credited
        } else {
            Standing::Unlicensed
        });
    }

    /// Applies the rules to rows, and takes out what they hide, which is counted. `find` gives the article of
    /// an id; a row whose articles are not there any more stands nowhere.
    ///
    /// # Errors
    /// What `find` returns.
    pub fn sift(
        &self,
        rows: &mut Vec<PairRow>,
        find: impl Fn(&str) -> Result<Option<Article>>,
        hidden: &mut HiddenCounts,
    ) -> Result<()> {
        let mut shown = Vec::with_capacity(rows.len());
        for mut row in rows.drain(..) {
            if let (Some(source), Some(derived)) = (find(&row.source)?, find(&row.derived)?) {
                self.apply(&mut row, &source, &derived);
                if let Some(reason) = self.hides(&row, &source, &derived) {
                    hidden.add(reason);
                    continue;
                }
            }
            shown.push(row);
        }
        *rows = shown;
        Ok(())
    }

    /// Outlets that the rules name and that are none of these: misspelt, perhaps.
    pub fn unknown_outlets<'a>(&self, known: impl Iterator<Item = &'a str>) -> Vec<&str> {
        let known: HashSet<String> = known.map(plain).collect();
        self.named.iter().map(String::as_str).filter(|name| !known.contains(&plain(name))).collect()
    }

    /// Why a row that was [applied](Self::apply) to is not shown, if it is not.
    pub fn hides(&self, row: &PairRow, source: &Article, derived: &Article) -> Option<Hidden> {
        let outlets = [&source.source, &derived.source].into_iter().flatten();
        if outlets.map(|outlet| plain(outlet)).any(|outlet| self.never_shown.contains(&outlet)) {
            return Some(Hidden::Outlet);
        }
        row.standing.filter(|standing| self.hide.contains(standing)).map(Hidden::Standing)
    }
}
