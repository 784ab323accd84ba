//! What is told of an article or a pair at which retold itself failed (`barrier.rs`).

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

use crate::barrier::{Fault, REPORT};
use crate::collection::{Collection, Location};
use crate::rejection::{Rejection, RejectionKind, RejectionSink, UnreadDates};

/// Of an article that is left out.
pub(crate) fn of_article(
    collection: &impl Collection,
    (id, location, line): (&str, Location, Option<u64>),
    fault: &Fault,
) -> Rejection {
    Rejection {
        input: collection.input_name(location.input),
        line: line.or_else(|| collection.line_number(location)),
        id: Some(id.to_owned()),
        kind: RejectionKind::InternalError,
        reason: format!("{fault}: the article is left out; {REPORT}"),
    }
}

/// Of a pair that is left out; named is the place of its first article.
pub(crate) fn of_pair(
    collection: &impl Collection,
    (id, location): (&str, Location),
    other: &str,
    fault: &Fault,
) -> Rejection {
    Rejection {
        input: collection.input_name(location.input),
        line: collection.line_number(location),
        id: Some(id.to_owned()),
        kind: RejectionKind::InternalError,
        reason: format!("{fault}: the pair with {other:?} is left out; {REPORT}"),
    }
}

/// Passes rejections on, and of an article's faults the first: a text at which one stage fails may fail the
/// next too.
pub(crate) struct ToldOnce<'a> {
    rejections: &'a dyn RejectionSink,
    told: Mutex<FxHashSet<(Option<String>, Option<String>)>>,
}

impl<'a> ToldOnce<'a> {
    pub(crate) fn new(rejections: &'a dyn RejectionSink) -> Self {
        ToldOnce { rejections, told: Mutex::default() }
    }
}

impl RejectionSink for ToldOnce<'_> {
    fn reject(&self, rejection: Rejection) {
        if rejection.kind == RejectionKind::InternalError {
            let pair = rejection.reason.split_once("the pair with ").map(|(_, other)| other.to_owned());
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if !told.insert((rejection.id.clone(), pair)) {
                return;
            }
        }
        self.rejections.reject(rejection);
    }

    fn is_wanted(&self, kind: RejectionKind) -> bool {
        self.rejections.is_wanted(kind)
    }

    fn unread_dates(&self, dates: UnreadDates) {
        self.rejections.unread_dates(dates);
    }
}
