//! An index in figures.

use serde::Serialize;

use super::snapshot::Snapshot;
use super::table::{Table, key_of};
use crate::Result;

/// Features above the cap that are named.
const HOT_NAMED: usize = 20;

/// Figures of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Documents that answer, those that were removed not counted.
    pub documents: u64,
    /// Documents that copy another one.
    pub copies: u64,
    /// Removed documents whose bytes are still there.
    pub removed: u64,
    /// All segments together.
    pub bytes: u64,
    /// The compressed articles among them.
    pub article_bytes: u64,
    /// The articles' texts before compression.
    pub text_bytes: u64,
    /// Bytes of each kind of posting, largest first.
    pub bytes_by_kind: Vec<(&'static str, u64)>,
    /// Each segment, in the order of the manifest.
    pub segments: Vec<SegmentStats>,
    /// Groups in which a new article is compared with the first documents alone, largest first.
    pub hot: Vec<FrequentFeature>,
    /// How the index's texts were hashed.
    pub recipe: &'static str,
}

/// Figures of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentStats {
    /// Documents that were written to it, those that were removed since included.
    pub documents: u32,
    /// Of these, documents that were removed since.
    pub removed: u32,
    /// Size of its file.
    pub bytes: u64,
    /// Of so many features one is kept.
    pub features_one_in: u32,
    /// Of so many runs of four words one is counted.
    pub grams_one_in: u32,
}

/// Documents with a feature in common, too many for all to be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrequentFeature {
    /// Which kind of posting it is.
    pub kind: &'static str,
    /// In one segment.
    pub documents: u32,
    /// The first document of them that is there.
    pub example_id: String,
}

impl Snapshot {
    /// Figures of the index. Reads all of its features.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn stats(&self) -> Result<Stats> {
        let mut stats =
            Stats { documents: self.documents(), recipe: super::recipe::name(), ..Stats::default() };
        stats.copies = stats.documents.saturating_sub(self.representatives());
        let mut kinds: std::collections::BTreeMap<&'static str, u64> = Default::default();
        for part in &self.parts {
            let layout = &part.segment.layout;
            let bytes = part.segment.input.length;
            stats.removed += u64::from(part.deleted.documents);
            stats.bytes += bytes;
            stats.article_bytes += layout.articles.ends_at - layout.articles.start;
            stats.text_bytes += layout.text_bytes;
            *kinds.entry("documents").or_default() += layout.records.end() - layout.records.start;
            for table in layout.tables() {
                *kinds.entry(table.kind.name()).or_default() += table.directory.end() - table.directory.start;
            }
            stats.segments.push(SegmentStats {
                documents: layout.documents,
                removed: part.deleted.documents,
                bytes,
                features_one_in: layout.sampling.features_one_in,
                grams_one_in: layout.sampling.grams_one_in,
            });
            self.hot(part, &mut stats.hot)?;
        }
        stats.hot.sort_by(|a, b| (b.documents, &a.example_id).cmp(&(a.documents, &b.example_id)));
        stats.hot.truncate(HOT_NAMED);
        stats.bytes_by_kind = kinds.into_iter().collect();
        stats.bytes_by_kind.sort_by_key(|&(name, bytes)| (std::cmp::Reverse(bytes), name));
        Ok(stats)
    }

    /// Groups of a segment beyond what is kept of them, each leader once a kind.
    fn hot(&self, part: &super::snapshot::SnapshotPart, hot: &mut Vec<FrequentFeature>) -> Result<()> {
        let layout = &part.segment.layout;
        for (kind, table) in [
            ("rare_feature", &layout.features),
            ("near_duplicate_bucket", &layout.bands),
            ("identical_text", &layout.texts),
        ] {
            let mut by_leader: std::collections::BTreeMap<u32, u32> = Default::default();
            let keep = Table::keep(table.kind);
            table.each_run(&part.segment.input, |run| {
                let total = table.total(run);
                if total as usize > keep {
                    let first = run.iter().map(|&entry| entry as u32);
                    let live = first.take(keep).find(|&document| !part.deleted.is_deleted(document));
                    if let Some(leader) = live {
                        let most = by_leader.entry(leader).or_default();
                        *most = (*most).max(total);
                    }
                    debug_assert!(run.iter().all(|&entry| key_of(entry) == key_of(run[0])));
                }
            })?;
            let mut largest: Vec<(u32, u32)> = by_leader.into_iter().collect();
            largest.sort_by_key(|&(leader, total)| (std::cmp::Reverse(total), leader));
            for (leader, documents) in largest.into_iter().take(HOT_NAMED) {
                let article = part.segment.article(&part.segment.record(leader)?)?;
                hot.push(FrequentFeature { kind, documents, example_id: article.id });
            }
        }
        Ok(())
    }
}
