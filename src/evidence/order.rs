//! How far common runs of words come in the same order in both texts.

use crate::evidence::runs::Run;

/// Share of the words in runs that lie on one rising chain, the heaviest.
pub(super) fn rising_share(runs: &[Run]) -> f64 {
    let total: usize = runs.iter().map(|run| run.words).sum();
    if total == 0 {
        return 0.0;
    }
    // patience over at most the longest 512 runs keeps this bounded
    let mut kept: Vec<&Run> = runs.iter().collect();
    if kept.len() > 512 {
        kept.sort_by_key(|run| std::cmp::Reverse(run.words));
        kept.truncate(512);
        kept.sort_by_key(|run| run.here);
    }
    let mut best = vec![0; kept.len()];
    for at in 0..kept.len() {
        let before =
            (0..at).filter(|before| kept[*before].there < kept[at].there).map(|before| best[before]).max();
        best[at] = kept[at].words + before.unwrap_or(0);
    }
    best.into_iter().max().unwrap_or(0) as f64 / total as f64
}

/// Neighbours (up to four apart) in rising order less those in falling order, to all; of few runs the order says little.
pub(super) fn neighbour_order(runs: &[Run]) -> f64 {
    let (mut rising, mut all) = (0.0, 0.0);
    for (at, run) in runs.iter().enumerate() {
        for later in runs[at + 1..].iter().take(4) {
            all += 1.0;
            rising += f64::from(later.there.cmp(&run.there) as i8);
        }
    }
    if all > 0.0 { rising / (all + 4.0) } else { 0.0 }
}
