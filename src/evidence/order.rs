//! How far common runs of words come in the same order in both texts.

use crate::evidence::runs::Run;

/// Neighbours (up to four apart) in rising order less those in falling order, to all; of few runs the order
/// says little.
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
