//! Articles and what was worked out of them, written as a segment.

use rayon::prelude::*;

use super::articles::{BLOCK_BYTES, compress, push_article};
use super::block::{Directory, DirectoryWriter, Kind, Output};
use super::plain;
use super::recipe::{Analysis, copies_key, id_key, identity_key};
use super::sampling::Sampling;
use super::segment::{Layout, PAGE_DOCUMENTS, Record, write_footer, write_header};
use super::sort::sort_entries;
use super::table::{Entry, Table, TableWriter, entry};
use crate::article::Article;
use crate::{Error, Result};

/// An article about to be written.
#[derive(Clone, Debug)]
pub struct Filed {
    pub article: Article,
    pub analysis: Analysis,
    pub number: u64,
    /// The document that its text copies; its own number where it copies none.
    pub representative: u64,
    /// Whether it has the very words of its representative.
    pub is_identical: bool,
}

impl Filed {
    pub fn is_copy(&self) -> bool {
        self.representative != self.number
    }
}

/// Visits the keys that a document is filed under in one table.
type KeysOf<'a> = dyn Fn(&Filed, &mut dyn FnMut(u32)) + 'a;

/// Writes a segment of documents in order of their numbers, which were analysed with this sampling.
///
/// # Errors
/// [`Error::File`] where it cannot be written.
pub fn write_segment(
    mut output: Output<'_>,
    filed: &[Filed],
    sampling: Sampling,
    room: &mut plain::Room,
) -> Result<()> {
    write_header(&mut output)?;
    let first_number = filed.first().map_or(0, |filed| filed.number);
    let (articles, records, text_bytes) = write_articles(&mut output, filed)?;
    let records = write_records(&mut output, &records, first_number)?;
    let mut tables = Tables { filed, sorting_room: Vec::new() };
    let ids = tables.write(&mut output, Kind::Ids, &|filed, push| push(id_key(&filed.article.id)))?;
    let texts = tables.write(&mut output, Kind::Texts, &|filed, push| {
        if filed.analysis.identity != 0 {
            push(identity_key(filed.analysis.identity));
        }
    })?;
    let copies = tables.write(&mut output, Kind::Copies, &|filed, push| {
        if filed.is_copy() {
            push(copies_key(filed.representative));
        }
    })?;
    // the same words have the same bands: the first that has them stands for all
    let bands = tables.write(&mut output, Kind::Bands, &|filed, push| {
        if !(filed.is_copy() && filed.is_identical) {
            filed.analysis.bands.iter().for_each(|&band| push(band));
        }
    })?;
    let (features, grams) = tables.write_features_and_grams(&mut output, room)?;
    let layout = Layout {
        documents: filed.len() as u32,
        representatives: filed.iter().filter(|filed| !filed.is_copy()).count() as u32,
        first_number,
        last_number: filed.last().map_or(0, |filed| filed.number),
        sampling,
        text_bytes,
        articles,
        records,
        ids,
        texts,
        copies,
        bands,
        features,
        grams,
    };
    write_footer(&mut output, &layout)?;
    output.finish().map(|_| ())
}

/// Writes the tables of a segment's documents.
struct Tables<'a> {
    filed: &'a [Filed],
    sorting_room: Vec<Entry>,
}

impl Tables<'_> {
    fn write(&mut self, output: &mut Output<'_>, kind: Kind, keys: &KeysOf<'_>) -> Result<Table> {
        let mut entries: Vec<Entry> = Vec::new();
        for (document, filed) in (0u32..).zip(self.filed) {
            keys(filed, &mut |key| entries.push(entry(key, document)));
        }
        sort_entries(&mut entries, 32, &mut self.sorting_room);
        // a document counts once
        entries.dedup();
        let mut writer = TableWriter::new(output, kind, entries.len() as u64, self.filed.len() as u32);
        writer.extend(output, &entries, &[])?;
        writer.finish(output)
    }

    /// Documents that copy another one have none.
    fn write_features_and_grams(
        &mut self,
        output: &mut Output<'_>,
        room: &mut plain::Room,
    ) -> Result<(Table, Table)> {
        if plain::DOCUMENTS.contains(&self.filed.len()) {
            return plain::write_features_and_grams(output, self.filed, features, grams, room);
        }
        let feature_table = self.write(output, Kind::Features, &|filed, push| {
            features(filed).iter().for_each(|&feature| push(feature));
        })?;
        let gram_table = self.write(output, Kind::Grams, &|filed, push| {
            grams(filed).iter().for_each(|&gram| push(gram));
        })?;
        Ok((feature_table, gram_table))
    }
}

fn features(filed: &Filed) -> &[u32] {
    if filed.is_copy() { &[] } else { &filed.analysis.features }
}

fn grams(filed: &Filed) -> &[u32] {
    if filed.is_copy() { &[] } else { &filed.analysis.grams }
}

fn write_articles(output: &mut Output<'_>, filed: &[Filed]) -> Result<(Directory, Vec<Record>, u64)> {
    let mut blocks: Vec<std::ops::Range<usize>> = Vec::new();
    let (mut start, mut bytes, mut text_bytes) = (0, 0, 0);
    for (at, filed) in filed.iter().enumerate() {
        bytes += filed.article.text.len();
        text_bytes += filed.article.text.len() as u64;
        if bytes >= BLOCK_BYTES || at + 1 - start == usize::from(u16::MAX) {
            blocks.push(start..at + 1);
            (start, bytes) = (at + 1, 0);
        }
    }
    if start < filed.len() {
        blocks.push(start..filed.len());
    }
    let compressed: Vec<Vec<u8>> = blocks
        .par_iter()
        .map(|block| {
            let (mut raw, mut compressed) = (Vec::new(), Vec::new());
            filed[block.clone()].iter().for_each(|filed| push_article(&filed.article, &mut raw));
            compress(&raw, &mut compressed).map_err(|error| Error::file("compress", "articles", error))?;
            Ok(compressed)
        })
        .collect::<Result<_>>()?;
    let mut writer = DirectoryWriter::new(output, Kind::Articles);
    let mut records = Vec::with_capacity(filed.len());
    for (block, mut compressed) in blocks.into_iter().zip(compressed) {
        let number = writer.blocks() as u32;
        for (slot, filed) in (0..).zip(&filed[block]) {
            records.push(Record {
                number: filed.number,
                representative: filed.representative,
                unix_seconds: filed.article.unix_seconds(),
                block: number,
                slot,
            });
        }
        writer.push(output, &mut compressed)?;
    }
    Ok((writer.finish(output)?, records, text_bytes))
}

/// Writes records in blocks of [`PAGE_DOCUMENTS`].
///
/// # Errors
/// [`Error::File`] where it cannot be written.
pub fn write_records(output: &mut Output<'_>, records: &[Record], first_number: u64) -> Result<Directory> {
    let mut writer = DirectoryWriter::new(output, Kind::Documents);
    let mut page = Vec::new();
    for records in records.chunks(PAGE_DOCUMENTS as usize) {
        records.iter().for_each(|record| record.write(first_number, &mut page));
        writer.push(output, &mut page)?;
    }
    writer.finish(output)
}
