//! Ids that a background repeats.

use crate::rejection::{Rejection, RejectionKind, RejectionSink, UnreadDates};

/// Passes rejections on. Repeated ids are held back where there is a background, which repeats the
/// collection's documents as a matter of course.
pub(super) struct Repeats<'a> {
    pub rejections: &'a dyn RejectionSink,
    pub are_expected: bool,
}

impl RejectionSink for Repeats<'_> {
    fn reject(&self, rejection: Rejection) {
        if self.is_wanted(rejection.kind) {
            self.rejections.reject(rejection);
        }
    }

    fn is_wanted(&self, kind: RejectionKind) -> bool {
        !self.are_expected || kind != RejectionKind::DuplicateId
    }

    fn unread_dates(&self, dates: UnreadDates) {
        self.rejections.unread_dates(dates);
    }
}
