//! Articles in Arrow record batches that somebody else holds: nothing is copied.

use rayon::prelude::*;
use retold::collection::{ArticleRef, Collection, Location};
use retold::{Article, Error, Result};

use crate::columns::Columns;

/// Articles are worked on in pieces of so many.
const PIECE_ARTICLES: usize = 256;

/// Batches one after the other, as a collection of one input.
pub struct Batches {
    batches: Vec<Columns>,
    /// Rows before each batch.
    starts: Vec<u64>,
}

impl Batches {
    pub fn new(batches: Vec<Columns>) -> Self {
        let starts = batches.iter().scan(0, |rows, batch| {
            let start = *rows;
            *rows += batch.rows as u64;
            Some(start)
        });
        Batches { starts: starts.collect(), batches }
    }

    fn piece(&self, (batch, first): (usize, usize)) -> Vec<ArticleRef<'_>> {
        let columns = &self.batches[batch];
        let rows = first..(first + PIECE_ARTICLES).min(columns.rows);
        rows.filter_map(|row| columns.article(row, self.starts[batch] + row as u64)).collect()
    }
}

impl Collection for Batches {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let pieces: Vec<(usize, usize)> = (self.batches.iter().enumerate())
            .flat_map(|(at, batch)| (0..batch.rows).step_by(PIECE_ARTICLES).map(move |first| (at, first)))
            .collect();
        for wave in pieces.chunks(4 * rayon::current_num_threads()) {
            let made: Vec<R> = wave.par_iter().map(|&piece| work(&self.piece(piece))).collect();
            made.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    fn read(&self, location: Location) -> Result<Article> {
        let batch = self.starts.partition_point(|&start| start <= location.offset).saturating_sub(1);
        let found = self.batches.get(batch).and_then(|columns| {
            let row = (location.offset - self.starts[batch]) as usize;
            columns.article(row, location.offset).filter(|_| row < columns.rows)
        });
        found
            .map(|article| article.to_article())
            .ok_or_else(|| Error::InputChanged { input: self.input_name(location.input) })
    }

    fn input_name(&self, _input: u32) -> String {
        "data".to_owned()
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }
}
