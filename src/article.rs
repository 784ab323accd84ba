//! The nouns every room shares: an article as it was read, and places in its text.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dates;
use crate::stretch::stretch;

/// Number of a document within one run or one index segment.
///
/// Ids are strings only at the edges; inside, a document is its position in reading order.
pub type DocumentNumber = u32;

/// One article as decoded from the input, before anything is normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Unique within a scan; a text file's id is its path.
    pub id: String,
    /// The body. All spans count Unicode code points of this string.
    pub text: String,
    /// The headline, where there is one. It is no part of the text, and no span counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// As given; [`Article::unix_seconds`] reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The outlet that printed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where it was published, as given; it is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// BCP 47 tag, as given; detected from the text where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the format it came in says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Box<Provenance>>,
}

/// What formats of news agencies say of an article besides its text: which item it is a version of, what it
/// was made from, whether it may be printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// Name of the item, which all its versions share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Which version of the item this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Items that it was made from, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<String>,
    /// The version that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_version: Option<String>,
    /// Who wrote it, where another one sends it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_source: Option<String>,
    /// Who holds the rights, where that is not the outlet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copyright_holder: Option<String>,
    /// Not to be printed before; ISO 8601 where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embargoed_until: Option<String>,
    /// A message to editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editorial_note: Option<String>,
    /// When a crawler fetched it: by then it was there. That is no date of publication, and none is made of
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched: Option<String>,
    /// Whether it may still be printed.
    #[serde(skip_serializing_if = "PublishingStatus::is_usable")]
    pub status: PublishingStatus,
}

/// Whether an item may be printed, as its sender says (IPTC publishing status).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishingStatus {
    /// It may be printed; so is what says nothing.
    #[default]
    Usable,
    /// Not to be printed for now.
    Withheld,
    /// Not to be printed at all, and to be taken back where it was.
    Canceled,
}

impl PublishingStatus {
    fn is_usable(&self) -> bool {
        *self == PublishingStatus::Usable
    }
}

impl Article {
    /// An article of an id and a text alone, for callers that have nothing else.
    ///
    /// ```
    /// use retold::Article;
    ///
    /// let article = Article { date: Some("2031-03-09".to_owned()), ..Article::new("wire", "The dyke broke.") };
    /// assert_eq!(article.unix_seconds(), Some(1_930_780_800));
    /// ```
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Article { id: id.into(), text: text.into(), ..Article::default() }
    }

    /// The date in seconds since 1970-01-01T00:00:00Z; a date without a time is its midnight in UTC.
    ///
    /// `None` where there is no date or it cannot be read ([`crate::dates`] says what can).
    pub fn unix_seconds(&self) -> Option<i64> {
        self.date.as_deref().and_then(iso_seconds)
    }

    /// From when on, and before when, it was printed: a moment is one second, a date without a time a whole
    /// day.
    pub fn printed_within(&self) -> Option<(i64, i64)> {
        const DAY_SECONDS: i64 = 86_400;
        let from = self.unix_seconds()?;
        // a date without a time is its midnight
        let has_time =
            from.rem_euclid(DAY_SECONDS) != 0 || self.date.as_deref().is_some_and(|date| date.contains(':'));
        Some((from, from.saturating_add(if has_time { 1 } else { DAY_SECONDS })))
    }
}

/// Which of two articles was printed first, as [`Article::printed_within`] tells of each; equal where that is not
/// known, as of a day and an hour of it: so it is no order to sort by.
pub fn printed_first(one: Option<(i64, i64)>, other: Option<(i64, i64)>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if one.1 <= other.0 => Ordering::Less,
        (Some(one), Some(other)) if other.1 <= one.0 => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// A text alone; it has no id.
impl From<&str> for Article {
    fn from(text: &str) -> Self {
        Article::new("", text)
    }
}

/// A text alone; it has no id.
impl From<String> for Article {
    fn from(text: String) -> Self {
        Article::new("", text)
    }
}

impl From<&Article> for Article {
    fn from(article: &Article) -> Self {
        article.clone()
    }
}

/// Seconds since 1970-01-01T00:00:00Z of a date, as [`Article::unix_seconds`] reads it.
pub fn iso_seconds(date: &str) -> Option<i64> {
    dates::seconds(date)
}

/// A date that is given, and that [`iso_seconds`] cannot read.
pub fn unread_date(date: Option<&str>) -> Option<&str> {
    date.filter(|date| !date.trim().is_empty() && iso_seconds(date).is_none())
}

/// A half-open stretch `[start, end)` of a text, in Unicode code points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First code point of the stretch.
    pub start: u32,
    /// The code point after its last one.
    pub end: u32,
}

impl Span {
    /// A span that would run backwards is empty, at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end: end.max(start) }
    }

    /// Length in code points.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it holds no code point.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether both hold a code point.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether all of `other` lies within.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both.
    pub fn hull(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The stretch of `text` that the span names. Counts code points from the start: linear in the text.
    ///
    /// ```
    /// use retold::article::Span;
    ///
    /// assert_eq!(Span::new(4, 8).cut("日本 — café"), " caf");
    /// ```
    pub fn cut(self, text: &str) -> &str {
        let mut bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let start = bounds.nth(self.start as usize).unwrap_or(text.len());
        let end = match self.len() {
            0 => start,
            more => bounds.nth(more as usize - 1).unwrap_or(text.len()),
        };
        stretch(text, start..end)
    }
}

/// Written as `[start, end]`, as in the output format.
impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.start, self.end).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (start, end) = <(u32, u32)>::deserialize(deserializer)?;
        if start > end {
            return Err(serde::de::Error::custom(format!("span [{start}, {end}] runs backwards")));
        }
        Ok(Span { start, end })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_code_points_not_bytes() {
        assert_eq!(Span::new(1, 3).cut("aé日z"), "é日");
        assert_eq!(Span::new(2, 2).cut("aé日z"), "");
        assert_eq!(Span::new(3, 4).cut("aé日z"), "z");
    }

    #[test]
    fn a_day_and_an_hour_of_it_are_in_no_order() {
        let printed = |date: &str| Article { date: Some(date.into()), ..Article::default() }.printed_within();
        let order = |one: &str, other: &str| printed_first(printed(one), printed(other));
        assert_eq!(order("2031-03-09", "2031-03-10"), Ordering::Less);
        assert_eq!(order("2031-03-09T10:00:00Z", "2031-03-09T09:00:00Z"), Ordering::Greater);
        for hour in ["2031-03-09T09:00:00Z", "2031-03-09T00:00:00Z", "20310309T090000Z"] {
            assert_eq!(order("2031-03-09", hour), Ordering::Equal, "{hour}");
            assert_eq!(order(hour, "2031-03-09"), Ordering::Equal, "{hour}");
        }
        assert_eq!(order("20310309T090000Z", "20310309T100000Z"), Ordering::Less);
        assert_eq!(order("2031-03-09T23:59:59Z", "2031-03-10"), Ordering::Less);
        assert_eq!(printed_first(None, printed("2031-03-09")), Ordering::Equal);
    }

    #[test]
    fn dates_with_and_without_a_time_are_read() {
        let dated = |date: &str| Article { date: Some(date.into()), ..Article::default() }.unix_seconds();
        assert_eq!(dated("1970-01-02"), Some(86_400));
        assert_eq!(dated("1970-01-02T01:00:00Z"), Some(90_000));
        assert_eq!(dated("1970-01-02T01:00:00+01:00"), Some(86_400));
        assert_eq!(dated("1970-01-01T00:00:05"), Some(5));
        assert_eq!(dated("1970-W01-5"), Some(86_400));
        assert_eq!(dated("1970-002"), Some(86_400));
        for unread in ["last Tuesday", "1970-01", "1970-2", "1970", "1970-01-01"] {
            assert_eq!((dated(unread), unread_date(Some(unread))), (None, Some(unread)));
        }
        for absent in [None, Some(""), Some(" "), Some("1970-01-02")] {
            assert_eq!(unread_date(absent), None);
        }
    }
}
