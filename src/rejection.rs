//! Inputs that could not be used, named with file and line. The work goes on without them.

use serde::Serialize;

/// What was wrong with an input. Messages are counted by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionKind {
    /// A line or file that is no JSON.
    BrokenJson,
    /// XML that is not well-formed.
    BrokenXml,
    /// A record without the field of its id or text.
    MissingField,
    /// A field or record of another type than it must have, such as a number for a text.
    WrongType,
    /// A text without a word.
    EmptyText,
    /// An id that an earlier article has.
    DuplicateId,
    /// Bytes that claim to be UTF-8 and are not.
    InvalidUtf8,
    /// Bytes in an encoding that is not read or cannot be told, or no text at all.
    UnknownEncoding,
    /// A line of more bytes than the limit.
    LineTooLong,
    /// The input ends within a record, or within compressed data; the rest was used.
    Truncated,
    /// Compressed data that is damaged in another way than by being cut off.
    BrokenCompression,
    /// A text or record of more bytes than the limit.
    TooLarge,
    /// A file without an article.
    EmptyFile,
    /// A file that the system does not open or read, or that is no file of its format.
    Unreadable,
    /// A format that is not read, or not by this build.
    UnknownFormat,
    /// A link that leads back to a folder above it.
    LinkLoop,
    /// retold itself failed at the article or the pair.
    InternalError,
}

/// One input, or one line of it, that was left out. A line of `rejected.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The file as the user named it.
    pub input: String,
    /// From 1; `None` where the whole file is meant.
    pub line: Option<u64>,
    /// The article's id, where it could be read.
    pub id: Option<String>,
    /// What was wrong.
    pub kind: RejectionKind,
    /// What was got, what was expected and what to do, in one line.
    pub reason: String,
}

/// Values of fields that no article depends on could not be read, and count as missing. Named is the first
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFields {
    /// The file as the user named it.
    pub input: String,
    /// Line of the first one, from 1.
    pub line: u64,
    /// Name of the field.
    pub name: String,
    /// What stands in it, in words.
    pub what: &'static str,
}

/// Dates in a stretch of an input that could not be read. Their articles are used, as articles without a
/// date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadDates {
    /// How many.
    pub count: u64,
    /// The file as the user named it.
    pub input: String,
    /// Line of the first one, from 1.
    pub line: u64,
    /// The first one.
    pub date: String,
}

/// What was noticed of the inputs as a whole, and is no fault of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadingNote {
    /// A table has no column of the field's name, and another one serves.
    StandIn {
        /// Name of the field.
        field: String,
        /// Name of the column.
        column: String,
    },
    /// An optional field was asked for by a name of its own, and none of the articles has it.
    Nowhere {
        /// Name of the field.
        field: String,
        /// The first of the inputs, as the user named it.
        input: String,
        /// How many inputs more there are.
        more: usize,
    },
    /// Records of web archives that say that a page was found unchanged, and hold no page.
    Revisits {
        /// How many.
        count: u64,
    },
}

/// Where rejections go: called in reading order.
pub trait RejectionSink: Sync {
    /// Takes one rejection.
    fn reject(&self, rejection: Rejection);

    /// Whether rejections of this kind are of use. Some cost time to word.
    fn is_wanted(&self, _kind: RejectionKind) -> bool {
        true
    }

    /// Told once for each stretch that holds such dates, on the first pass.
    fn unread_dates(&self, _dates: UnreadDates) {}

    /// Told once of a whole input, after the first pass.
    fn unread_fields(&self, _fields: UnreadFields) {}

    /// Told once of all inputs, after the first pass.
    fn note(&self, _note: ReadingNote) {}
}

/// Collects them, for callers that want to look at them afterwards.
impl RejectionSink for std::sync::Mutex<Vec<Rejection>> {
    fn reject(&self, rejection: Rejection) {
        self.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(rejection);
    }
}
