//! Which pairs of documents are of interest at all.

const SECONDS_A_DAY: i64 = 86_400;

/// Which pairs of documents are of interest at all. Rewrite candidates keep to them; copies collapse
/// regardless, and a cluster counts for all its members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairLimits {
    /// Largest distance of the dates in days; a document without a date is near to all.
    pub within_days: Option<u32>,
    /// Only pairs whose sources differ; a document without a source differs from all.
    pub across_sources: bool,
    /// The first input that belongs to the other side: only pairs with one document on each side.
    pub first_input_against: Option<u32>,
}

impl PairLimits {
    /// Whether the dates are near enough.
    pub fn is_near(&self, one: DateRange, other: DateRange) -> bool {
        self.within_days.is_none_or(|days| one.gap(other) <= i64::from(days) * SECONDS_A_DAY)
    }

    /// Whether the sources allow a pair; 0 is no source.
    pub fn is_across(&self, one: u32, other: u32) -> bool {
        !self.across_sources || one != other || one == 0
    }
}

/// Whether two dates (seconds since 1970) are so many days apart at most; one that is missing is near to all.
pub fn is_near(one: Option<i64>, other: Option<i64>, within_days: Option<u32>) -> bool {
    let limits = PairLimits { within_days, ..PairLimits::default() };
    limits.is_near(DateRange::of(one), DateRange::of(other))
}

/// The first and the last date of some documents, in seconds since 1970; all of time where one has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    first: i64,
    last: i64,
}

impl DateRange {
    /// Of no document yet.
    pub const NONE: DateRange = DateRange { first: i64::MAX, last: i64::MIN };

    /// Of one document.
    pub fn of(date: Option<i64>) -> Self {
        DateRange { first: date.unwrap_or(i64::MIN), last: date.unwrap_or(i64::MAX) }
    }

    /// Of the documents of both.
    pub fn and(self, other: DateRange) -> Self {
        DateRange { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// Seconds between two documents of either at least; 0 or less where they overlap.
    fn gap(self, other: DateRange) -> i64 {
        self.first.max(other.first).saturating_sub(self.last.min(other.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_date_is_near_to_all() {
        let day = SECONDS_A_DAY;
        assert!(is_near(Some(0), Some(3 * day), Some(3)) && is_near(Some(3 * day), Some(0), Some(3)));
        assert!(!is_near(Some(0), Some(3 * day + 1), Some(3)) && is_near(Some(0), Some(9 * day), None));
        assert!(is_near(None, Some(0), Some(0)) && is_near(None, None, Some(0)));
        assert!(!is_near(Some(i64::MIN), Some(i64::MAX), Some(u32::MAX)));
    }

    #[test]
    fn ranges_are_as_far_apart_as_their_nearest_dates() {
        let range = |dates: [i64; 2]| {
            let days = dates.map(|day| DateRange::of(Some(day * SECONDS_A_DAY)));
            days.into_iter().fold(DateRange::NONE, DateRange::and)
        };
        let limits = PairLimits { within_days: Some(2), ..PairLimits::default() };
        assert!(limits.is_near(range([1, 4]), range([6, 9])) && limits.is_near(range([1, 9]), range([3, 4])));
        assert!(
            !limits.is_near(range([1, 4]), range([7, 9])) && !limits.is_near(range([7, 9]), range([4, 1]))
        );
    }

    #[test]
    fn a_document_without_a_source_differs_from_all() {
        let across = PairLimits { across_sources: true, ..PairLimits::default() };
        assert!(across.is_across(1, 2) && across.is_across(0, 0) && !across.is_across(1, 1));
        assert!(PairLimits::default().is_across(1, 1));
    }
}
