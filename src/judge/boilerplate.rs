//! What one outlet prints on many of its pages: an author's biography, a roster, a note on method, a list of
//! links. Two pages that share no more than that are no report of one another.

use crate::align::Alignment;
use crate::evidence::Prepared;
use crate::evidence::signals::Signals;
use crate::judge::relation::RelationCuts;
use crate::normalise::TokenFlags;
use crate::row::Reuse;

/// A block ends a page where no more words of the story than this share follow it.
const AFTER_MAX_SHARE: f64 = 0.03;

/// Whether all that a pair called derived shares is boilerplate of the site.
pub(super) fn is_boilerplate(
    cuts: &RelationCuts,
    articles: [&Prepared; 2],
    signals: &Signals,
    alignment: &Alignment,
    reuses: &[Reuse; 2],
) -> bool {
    signals.same_source == Some(1.0)
        && (is_untouched(cuts, signals, reuses) || is_closing_block(cuts, articles, alignment))
}

/// The same words without a change, while both pages are their own for the rest. Follow-up reports of one
/// outlet reword some of what they take.
fn is_untouched(cuts: &RelationCuts, signals: &Signals, reuses: &[Reuse; 2]) -> bool {
    let days = signals.days_apart.map_or(0.0, f64::exp_m1);
    let reworded = match days >= cuts.boilerplate_later_days {
        true => cuts.boilerplate_reworded_later,
        false => cuts.boilerplate_reworded,
    };
    reuses.iter().all(|reuse| reuse.reworded <= reworded && reuse.new >= cuts.boilerplate_new)
}

/// One block at the end of both pages, with its figures and dates changed perhaps.
fn is_closing_block(cuts: &RelationCuts, articles: [&Prepared; 2], alignment: &Alignment) -> bool {
    (0..2).all(|side| {
        let lengths = alignment.passages.iter().map(|passage| passage.tokens[side].len());
        let Some(block) = alignment.passages.iter().max_by_key(|passage| passage.tokens[side].len()) else {
            return false;
        };
        let block = &block.tokens[side];
        let text = &articles[side].text;
        let after = text.tokens[block.end..].iter().filter(|token| !token.flags.has(TokenFlags::BOILERPLATE));
        let all = text.story_words() as f64;
        block.len() as f64 >= cuts.boilerplate_closing_share * lengths.sum::<usize>() as f64
            && block.start as f64 >= cuts.boilerplate_closing_start * all
            && after.count() as f64 <= AFTER_MAX_SHARE * all
    })
}
