//! Two collections read as one, the second after the first.

use crate::article::Article;
pub use crate::collection::SECOND_INPUTS;
use crate::collection::{ArticleRef, Collection, Location};
use crate::error::Result;

/// Two collections in one order. Without a second it is the first alone.
pub struct Chained<'a, A, B> {
    /// Its articles come first.
    pub first: &'a A,
    /// Its articles come after those of the first.
    pub second: Option<&'a B>,
}

impl<A: Collection, B: Collection> Collection for Chained<'_, A, B> {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        self.first.pass(&work, &mut take)?;
        let Some(second) = self.second else { return Ok(()) };
        second.pass(
            |articles| {
                let mut articles = articles.to_vec();
                for article in &mut articles {
                    article.location.input += SECOND_INPUTS;
                }
                work(&articles)
            },
            take,
        )
    }

    fn read(&self, location: Location) -> Result<Article> {
        match (location.input.checked_sub(SECOND_INPUTS), self.second) {
            (Some(input), Some(second)) => second.read(Location { input, ..location }),
            _ => self.first.read(location),
        }
    }

    fn input_name(&self, input: u32) -> String {
        match (input.checked_sub(SECOND_INPUTS), self.second) {
            (Some(input), Some(second)) => second.input_name(input),
            _ => self.first.input_name(input),
        }
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        match (location.input.checked_sub(SECOND_INPUTS), self.second) {
            (Some(input), Some(second)) => second.line_number(Location { input, ..location }),
            _ => self.first.line_number(location),
        }
    }

    fn total_bytes(&self) -> Option<u64> {
        let second = self.second.map_or(Some(0), Collection::total_bytes)?;
        Some(self.first.total_bytes()? + second)
    }
}
