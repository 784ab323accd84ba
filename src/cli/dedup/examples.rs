//! `retold dedup --examples`: clusters with their differences, so that a threshold can be judged.

use std::io::Write;

use retold::align::Scratch;
use retold::article::Article;
use retold::collection::Location;
use retold::dedup::{Example, Marked};
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};
use retold::report::side_by_side::{self, SideBySideOptions};

use crate::cli::session::Session;
use crate::cli::stop::Outcome;

/// Prints so many clusters, those least alike first: of each the document that is kept and the one least like
/// it.
pub fn print(
    marked: &Marked,
    count: usize,
    profile: &Profile,
    read: &dyn Fn(Location) -> retold::Result<Article>,
    session: &Session,
) -> Outcome {
    let options = SideBySideOptions {
        width_columns: session.printer.width_columns(),
        style: session.printer.style(),
        fold: true,
    };
    let judgement = Judgement { profile, cut: None };
    let mut scratch = Scratch::default();
    let mut out = session.printer.data();
    let examples = marked.examples(count);
    for (number, Example { size, kept, least_alike, jaccard }) in (1..).zip(&examples) {
        session.interrupt.check()?;
        let (mut kept, gone) = (read(*kept)?, read(*least_alike)?);
        if kept.id == gone.id {
            // the reference may use the id as well
            kept.id.push_str(" (reference)");
        }
        let row =
            score_prepared(&Prepared::new(&kept), &Prepared::new(&gone), None, &judgement, &mut scratch);
        writeln!(
            out,
            "{number} of {}: a cluster of {size}; Jaccard index {jaccard:.3} between what is kept and the least like it",
            examples.len()
        )?;
        let (source, derived) = if row.source == kept.id { (&kept, &gone) } else { (&gone, &kept) };
        side_by_side::write(&mut out, &row, source, derived, &options)?;
        writeln!(out)?;
    }
    Ok(out.flush()?)
}
