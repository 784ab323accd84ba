//! What stands beside a family's tree: a source that is not among the articles, who took a part, and where
//! one article stands.

use std::io::Write;

use super::super::WriteError;
use super::super::terminal::{PLAIN, wrap_words};
use super::super::visible::short_label;
use super::super::words::{counted, headline, imprint, percent, relation_words};
use super::{RowTable, TableOptions};
use crate::row::{FamilyRow, LikelyArticle, Placement, Role};

/// Of longer lists the first are named.
const NAMED: usize = 5;
const LABEL_CHARS: usize = 60;

impl RowTable<'_> {
    /// A common source that is not among the articles, and who says so.
    pub(super) fn unseen(
        &self,
        out: &mut dyn Write,
        family: &FamilyRow,
        before: &str,
    ) -> Result<(), WriteError> {
        let Some(unseen) = &family.unseen_source else { return Ok(()) };
        let name = unseen.name.as_deref().map(|name| short_label(name, LABEL_CHARS));
        let name = name.unwrap_or_else(|| "a common source".to_owned());
        let words = format!(
            "source unseen: {name}, not among the articles; {} had it from there",
            ids(&unseen.clients)
        );
        self.text(out, before, PLAIN, &words)
    }

    /// Beside the tree, those that took a part.
    pub(super) fn borrowers(&self, out: &mut dyn Write, family: &FamilyRow) -> Result<(), WriteError> {
        for borrower in family.borrowers.iter().take(self.options.members) {
            let article = (self.lookup)(&borrower.id)?;
            let words = format!(
                "took a part: {} ({}), {} of its words",
                headline(&article),
                imprint(&article).join(", "),
                percent(borrower.share)
            );
            self.note(out, "   ", &words)?;
        }
        let hidden = family.borrowers.len().saturating_sub(self.options.members);
        if hidden > 0 {
            let more = counted(hidden as u64, "more article", "more articles");
            self.note(out, "   ", &format!("{more} took a part"))?;
        }
        Ok(())
    }
}

/// Ids as they are listed: "a, b and 3 more".
fn ids(ids: &[String]) -> String {
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| short_label(id, LABEL_CHARS)).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// "x (80 %)", and of others that are likely "x (40 %) or y (30 %)".
fn likely(id: &str, confidence: Option<f64>, others: &[LikelyArticle]) -> String {
    let one =
        |id: &str, confidence: f64| format!("{} ({})", short_label(id, LABEL_CHARS), percent(confidence));
    let Some(confidence) = confidence else { return short_label(id, LABEL_CHARS) };
    let others = others.iter().filter(|other| other.id != id && confidence < 0.5);
    let all =
        std::iter::once(one(id, confidence)).chain(others.map(|other| one(&other.id, other.confidence)));
    all.collect::<Vec<_>>().join(" or ")
}

/// Where an article stands in its family, in a few lines: the root, its parent, its siblings.
pub fn placement_lines(placement: &Placement, options: &TableOptions) -> Vec<String> {
    let Placement { role, root, root_confidence, root_candidates, size, parent, .. } = placement;
    let articles = counted(*size, "article", "articles");
    let root_words = likely(root, *root_confidence, root_candidates);
    let mut lines = vec![match role {
        Role::Root => format!("the likely root of a family of {articles}"),
        Role::Member => format!("in a family of {articles}, root {root_words}"),
        Role::Borrower => format!("took a part from a family of {articles}, root {root_words}"),
    }];
    match (role, parent) {
        (Role::Member, Some(parent)) => {
            lines.push(format!(
                "parent {}",
                likely(parent, placement.parent_confidence, &placement.alternatives)
            ));
        }
        (Role::Borrower, Some(parent)) => {
            lines.push(format!("most of it from {}", short_label(parent, LABEL_CHARS)))
        }
        _ => {}
    }
    for also in &placement.also_from {
        let (id, share) = (short_label(&also.id, LABEL_CHARS), percent(also.share));
        lines.push(format!("also from {id}: {share} of its words ({})", relation_words(also.relation)));
    }
    if !placement.siblings.is_empty() {
        lines.push(format!("siblings {}", ids(&placement.siblings)));
    }
    if !placement.children.is_empty() {
        lines.push(format!("children {}", ids(&placement.children)));
    }
    if let Some(name) = placement.unseen_source.as_ref().and_then(|unseen| unseen.name.as_deref()) {
        lines.push(format!("source unseen: {}, not among the articles", short_label(name, LABEL_CHARS)));
    }
    let wrapped = lines.iter().flat_map(|line| wrap_words(line, options.width().saturating_sub(2)));
    wrapped.map(|line| format!("  {line}")).collect()
}
