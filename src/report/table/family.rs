//! A family drawn as a tree.

use std::io::Write;

use super::super::WriteError;
use super::super::terminal::{BOLD, PLAIN, columns, cut_to, pad_to, relation_ink};
use super::super::words::{
    also_from, counted, counted_relation, headline, imprint, origin_unclear, parent_unclear, percent,
};
use super::tree::{Branch, branches};
use super::{RowOf, RowTable, TableLink};
use crate::row::{FamilyRow, Relation};

impl RowTable<'_> {
    pub(super) fn family(
        &self,
        out: &mut dyn Write,
        family: &FamilyRow,
        row_of: RowOf<'_>,
    ) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let root = (self.lookup)(&family.root)?;
        let facts = [
            counted(family.size, "article", "articles"),
            format!("weakest link {}", percent(family.weakest)),
        ]
        .join(glyphs.dot);
        let room = self.width.saturating_sub(columns(&facts) + 4);
        let title = pad_to(&cut_to(&headline(&root), room, glyphs), room);
        let root_ink = relation_ink(Relation::Unrelated);
        writeln!(
            out,
            "{} {}  {}",
            self.style.paint(BOLD, glyphs.root),
            self.style.paint(BOLD, &title),
            self.style.paint(root_ink, &facts)
        )?;
        let branches = branches(family);
        let (shown, hidden) = branches.split_at(branches.len().min(self.options.members));
        let trunk = if shown.is_empty() { "  " } else { glyphs.trunk };
        self.note(out, trunk, &imprint(&root).join(glyphs.dot))?;
        if let Some(doubt) = origin_unclear(family) {
            self.text(out, trunk, PLAIN, &doubt)?;
        }
        self.unseen(out, family, trunk)?;
        self.axis(out, family, shown, trunk)?;
        let deepest = shown.iter().map(|branch| branch.level).max().unwrap_or(1);
        for branch in shown {
            self.branch(out, branch, (&family.root, 3 * deepest), row_of)?;
        }
        self.hidden(out, hidden)?;
        self.borrowers(out, family)
    }

    /// One member at its place in the tree, in which text is indented by so many columns.
    fn branch(
        &self,
        out: &mut dyn Write,
        branch: &Branch<'_>,
        (root, indent): (&str, usize),
        row_of: RowOf<'_>,
    ) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let mut before = String::new();
        for passes in &branch.trunks {
            before.push_str(if *passes { glyphs.trunk } else { "  " });
            before.push(' ');
        }
        let fork = if branch.last { glyphs.last_branch } else { glyphs.branch };
        let below = format!("{before}{} ", if branch.last { "  " } else { glyphs.trunk });
        let parent = branch.member.parent.as_deref().unwrap_or(root);
        let id = branch.member.id.as_str();
        let row = match row_of((parent, id))? {
            None => row_of((id, parent))?,
            row => row,
        };
        let link = TableLink {
            relation: branch.member.relation,
            score: branch.member.score,
            row: row.as_deref(),
            doubt: parent_unclear(branch.member),
            also_from: also_from(branch.member),
            before: format!("{before}{fork}"),
            below,
            indent,
        };
        self.link(out, &link, id)
    }

    /// Members that are counted alone, by their relation.
    fn hidden(&self, out: &mut dyn Write, hidden: &[Branch<'_>]) -> Result<(), WriteError> {
        if hidden.is_empty() {
            return Ok(());
        }
        let mut kinds: Vec<String> = Vec::new();
        for relation in Relation::ALL {
            let of_kind = |branch: &&Branch<'_>| branch.member.relation == Some(relation);
            let count = hidden.iter().filter(of_kind).count() as u64;
            if count > 0 {
                kinds.push(counted_relation(count, relation));
            }
        }
        let more = counted(hidden.len() as u64, "more article", "more articles");
        let ellipsis = self.style.glyphs().ellipsis;
        self.note(out, "   ", &format!("{ellipsis} {more} not shown: {}", kinds.join(", ")))
    }
}
