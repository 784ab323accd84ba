//! The inputs and what they are held against, as one collection in which each side has ids of its own.
//!
//! A test set and a crawl both number their texts from 1: that is no repeated id.

use std::borrow::Cow;

use crate::article::Article;
use crate::collection::{ArticleRef, Collection, Location};
use crate::error::Result;
use crate::pipeline::{Chained, SECOND_INPUTS};
use crate::rejection::{Rejection, RejectionKind, RejectionSink, UnreadDates};

/// Two collections of which the second may hold the ids of the first again: a document goes by its id behind
/// a letter for its side. Without a second one ids are as they are.
pub(super) struct Sides<'a, A, B> {
    chained: Chained<'a, A, B>,
}

/// The letters of the two sides.
const SIDES: [&str; 2] = ["a", "b"];

/// Whether the document belongs to what the inputs are held against.
pub(super) fn is_reference(location: Location) -> bool {
    location.input >= SECOND_INPUTS
}

/// An id without its side's letter.
pub(super) fn bare_id(id: &str, has_sides: bool) -> &str {
    if has_sides { id.get(1..).unwrap_or(id) } else { id }
}

impl<'a, A: Collection, B: Collection> Sides<'a, A, B> {
    pub fn new(first: &'a A, second: Option<&'a B>) -> Self {
        Sides { chained: Chained { first, second } }
    }

    fn sided(&self, id: &str, location: Location) -> Option<String> {
        let side = SIDES[usize::from(is_reference(location))];
        self.chained.second.is_some().then(|| format!("{side}{id}"))
    }
}

impl<A: Collection, B: Collection> Collection for Sides<'_, A, B> {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        if self.chained.second.is_none() {
            return self.chained.pass(work, take);
        }
        let sided = |articles: &[ArticleRef<'_>]| {
            let mut articles = articles.to_vec();
            for article in &mut articles {
                if let Some(id) = self.sided(&article.id, article.location) {
                    article.id = Cow::Owned(id);
                }
            }
            work(&articles)
        };
        self.chained.pass(sided, take)
    }

    fn read(&self, location: Location) -> Result<Article> {
        let mut article = self.chained.read(location)?;
        if let Some(id) = self.sided(&article.id, location) {
            article.id = id;
        }
        Ok(article)
    }

    fn input_name(&self, input: u32) -> String {
        self.chained.input_name(input)
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        self.chained.line_number(location)
    }

    fn total_bytes(&self) -> Option<u64> {
        self.chained.total_bytes()
    }
}

/// Tells rejections on with the ids that the inputs gave.
pub(super) struct BareIds<'a>(pub &'a dyn RejectionSink);

impl RejectionSink for BareIds<'_> {
    fn reject(&self, rejection: Rejection) {
        let Rejection { id: Some(sided), .. } = &rejection else { return self.0.reject(rejection) };
        let id = bare_id(sided, true).to_owned();
        let reason = rejection.reason.replacen(&format!("{sided:?}"), &format!("{id:?}"), 1);
        self.0.reject(Rejection { id: Some(id), reason, ..rejection });
    }

    fn is_wanted(&self, kind: RejectionKind) -> bool {
        self.0.is_wanted(kind)
    }

    fn unread_dates(&self, dates: UnreadDates) {
        self.0.unread_dates(dates);
    }
}
