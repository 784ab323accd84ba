//! How long until a feed is asked again.

use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// However often it fails, it is asked again within this time, or within the time between two polls if that is
/// more.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// A server may ask for a longer rest than [`LONGEST`], up to this one.
const LONGEST_WISH: Duration = Duration::from_secs(24 * 3600);

/// The rest after a poll: twice as long for each failure in a row, what the server wishes if that is more, and
/// up to a tenth more or less of it, so that those who ask one server do not ask it all at once. `random` is
/// any number.
pub fn rest(every: Duration, failures: u32, wish: Option<Duration>, random: u64) -> Duration {
    let longest = every.max(LONGEST);
    let doubled = 2u32.checked_pow(failures).and_then(|times| every.checked_mul(times));
    let rest = doubled.map_or(longest, |rest| rest.min(longest));
    let wished = wish.unwrap_or_default().min(LONGEST_WISH);
    let share = (random % 2_001) as f64 / 10_000.0;
    // what a server wishes is no less than that
    rest.mul_f64(0.9 + share).max(wished)
}

/// Before the first poll, so that many feeds do not begin together.
pub fn first_rest(every: Duration, random: u64) -> Duration {
    (every / 10).min(Duration::from_secs(5)).mul_f64((random % 1_001) as f64 / 1_000.0)
}

/// A number that nobody foresees; not for secrets.
pub fn random() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn failures_double_the_rest_up_to_a_bound() {
        let middle = |failures| rest(MINUTE, failures, None, 1_000);
        assert_eq!([middle(0), middle(1), middle(3)], [MINUTE, 2 * MINUTE, 8 * MINUTE]);
        assert_eq!(middle(20), LONGEST);
        assert_eq!(middle(u32::MAX), LONGEST);
        let day = Duration::from_secs(86_400);
        assert_eq!(rest(day, 5, None, 1_000), day);
    }

    #[test]
    fn a_tenth_more_or_less() {
        let rests: Vec<Duration> = (0..4_000).map(|random| rest(MINUTE, 0, None, random)).collect();
        let (least, most) = (rests.iter().min().unwrap(), rests.iter().max().unwrap());
        assert_eq!((least.as_millis(), most.as_millis()), (54_000, 66_000));
        assert!(first_rest(MINUTE, random()) <= Duration::from_secs(5));
    }

    #[test]
    fn a_server_may_ask_for_a_longer_rest_but_not_for_any() {
        assert_eq!(rest(MINUTE, 1, Some(10 * MINUTE), 1_000), 10 * MINUTE);
        assert_eq!(rest(MINUTE, 1, Some(MINUTE), 1_000), 2 * MINUTE);
        assert_eq!(rest(MINUTE, 1, Some(Duration::from_secs(u64::MAX)), 1_000), LONGEST_WISH);
    }
}
