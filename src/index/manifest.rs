//! Which segments make up the index, and what is gone of each: the one small file that a commit replaces.
//!
//! Its rename is the moment of a commit. Segments that it does not name are leftovers of a commit that did
//! not happen, or have been merged into others, and are removed by the next writer.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::bits::{push_varint, take_varint};
use super::deletions::Deletions;
use super::recipe;
use crate::Result;
use crate::error::IndexError;

pub const MANIFEST: &str = "INDEX";
pub const MANIFEST_PARTIAL: &str = "INDEX.partial";

/// Of this and earlier versions' manifests.
pub const FORMAT: u32 = 2;

const MAGIC: &[u8; 8] = b"retoldix";
const CHECKSUM_BYTES: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Rises with every commit.
    pub generation: u64,
    /// Of the next document.
    pub next_number: u64,
    /// Of the next segment file.
    pub next_file: u64,
    /// In order of their documents' numbers.
    pub segments: Vec<SegmentEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentEntry {
    pub file: u64,
    pub length_bytes: u64,
    pub documents: u32,
    pub deleted: Arc<Deletions>,
}

/// Name of a segment's file.
pub fn segment_name(file: u64) -> String {
    format!("segment-{file:016x}")
}

/// The number in a segment's name.
pub fn segment_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("segment-").filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok().filter(|&number| segment_name(number) == name)
}

/// What a repair calls a damaged segment that it could not read all of: kept, and no part of the index.
const ASIDE: &str = "damaged-";

/// Name of a damaged segment's file that is kept aside.
pub fn aside_name(file: u64) -> String {
    format!("{ASIDE}{}", segment_name(file))
}

/// The number in the name of a damaged segment that is kept aside.
pub fn aside_number(name: &str) -> Option<u64> {
    name.strip_prefix(ASIDE).and_then(segment_number)
}

impl Manifest {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&recipe::fingerprint().to_le_bytes());
        for number in [self.generation, self.next_number, self.next_file, self.segments.len() as u64] {
            push_varint(number, &mut bytes);
        }
        for segment in &self.segments {
            push_varint(segment.file, &mut bytes);
            push_varint(segment.length_bytes, &mut bytes);
            push_varint(segment.documents.into(), &mut bytes);
            segment.deleted.write(&mut bytes);
        }
        let sum = xxh3_64(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// `name` is the file's, for messages.
    ///
    /// # Errors
    /// [`IndexError`] for damage, a later format, another recipe.
    #[cfg(any(test, feature = "internals"))]
    pub fn parse(bytes: &[u8], name: &str) -> Result<Manifest> {
        let (fingerprint, manifest) = Self::parse_of_any_recipe(bytes, name)?;
        recipe::check(fingerprint, name)?;
        Ok(manifest)
    }

    /// As [`Self::parse`], whatever the recipe: its fingerprint is returned.
    ///
    /// # Errors
    /// [`IndexError`] for damage and a later format.
    pub fn parse_of_any_recipe(bytes: &[u8], name: &str) -> Result<(u64, Manifest)> {
        let corrupt = |part: &str| IndexError::corrupt(name, part);
        let (body, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or_else(|| corrupt("cut off"))?;
        // where fuzzed, what is behind the checksum is to be reached
        if !cfg!(fuzzing) && xxh3_64(body) != u64::from_le_bytes(*sum) {
            return Err(corrupt("checksum"));
        }
        let rest = body.strip_prefix(MAGIC).ok_or_else(|| corrupt("it is no index"))?;
        let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(|| corrupt("cut off"))?;
        let format = u32::from_le_bytes(*format);
        if format > FORMAT {
            return Err(IndexError::FormatTooNew { file: name.into(), found: format, known: FORMAT }.into());
        }
        let (fingerprint, rest) = rest.split_first_chunk::<8>().ok_or_else(|| corrupt("cut off"))?;
        let fingerprint = u64::from_le_bytes(*fingerprint);
        let manifest = Self::parse_body(rest).ok_or_else(|| corrupt("contents"))?;
        Ok((fingerprint, manifest))
    }

    fn parse_body(mut bytes: &[u8]) -> Option<Manifest> {
        let bytes = &mut bytes;
        let mut manifest = Manifest {
            generation: take_varint(bytes)?,
            next_number: take_varint(bytes)?,
            next_file: take_varint(bytes)?,
            segments: Vec::new(),
        };
        for _ in 0..take_varint(bytes)? {
            let (file, length_bytes) = (take_varint(bytes)?, take_varint(bytes)?);
            let documents = u32::try_from(take_varint(bytes)?).ok()?;
            let deleted = Arc::new(Deletions::read(bytes, documents)?);
            manifest.segments.push(SegmentEntry { file, length_bytes, documents, deleted });
        }
        bytes.is_empty().then_some(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_and_every_damage_is_noticed() {
        let mut deleted = Deletions::default();
        deleted.delete(3, true);
        deleted.delete(70, false);
        let segments = vec![
            SegmentEntry { file: 1, length_bytes: 900, documents: 71, deleted: Arc::new(deleted) },
            SegmentEntry { file: 300, length_bytes: 5, documents: 1, deleted: Arc::default() },
        ];
        let manifest = Manifest { generation: 9, next_number: 1 << 40, next_file: 301, segments };
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::parse(&bytes, "INDEX").unwrap(), manifest);
        for at in 0..bytes.len() {
            assert!(Manifest::parse(&bytes[..at], "INDEX").is_err());
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(Manifest::parse(&damaged, "INDEX").is_err());
            }
        }
    }

    #[test]
    fn only_names_of_segments_are_taken_for_them() {
        assert_eq!(segment_number(&segment_name(77)), Some(77));
        for name in ["segment-1", "segment-00000000000000FF", "segment-0000000000000001.partial", "notes"] {
            assert_eq!(segment_number(name), None);
        }
        assert_eq!((segment_number(&aside_name(77)), aside_number(&aside_name(77))), (None, Some(77)));
        assert_eq!(aside_number(&segment_name(77)), None);
    }
}
