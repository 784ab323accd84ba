//! What is kept of finished stages in a resumable run, and how a run continues after the first pass.

use std::io;

use super::buckets::BandKeys;
use super::first_pass::{Features, FirstPass, FirstPassPlan, Sketches, duplicate, first_pass};
use super::table::DocumentTable;
use super::verify::VerifiedLink;
use super::{CandidatePair, HotGroup, HotKind};
use crate::article::DocumentNumber;
use crate::barrier::{Fault, Stage};
use crate::collection::{Collection, Location};
use crate::faults;
use crate::progress::{Progress, go_on};
use crate::rejection::{RejectionKind, RejectionSink};
use crate::shingle::Overlap;
use crate::work::{PartitionMap, Resources, StageReader, StageWriter, Stored};
use crate::{Error, Result};

/// Names of what is kept.
pub(super) const COPIES: &str = "copies";
pub(super) const REWRITES: &str = "rewrites";
const FIRST_PASS: &str = "first_pass";
const FEATURES: &str = "features";
/// The features' partitions themselves.
pub(super) const FEATURE_PARTITIONS: &str = "features.partitions";

/// The first pass; in a run that goes on, what it once came to.
pub(super) fn surveyed(
    work: &Resources,
    collection: &impl Collection,
    plan: FirstPassPlan,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<FirstPass> {
    if let Some(first_pass) = finished(work, plan) {
        go_over_again(collection, &first_pass, progress, rejections)?;
        return Ok(first_pass);
    }
    let first_pass = first_pass(collection, plan, work, progress, rejections)?;
    if work.is_resumable() {
        if let Some(Features { partitions, counts }) = &first_pass.features {
            work.keep(
                FEATURES,
                &KeptFeatures { partitions: PartitionMap::of(partitions), counts: counts.clone() },
            )?;
        }
        work.keep(FIRST_PASS, &first_pass)?;
    }
    Ok(first_pass)
}

fn finished(work: &Resources, plan: FirstPassPlan) -> Option<FirstPass> {
    let mut first_pass: FirstPass = work.finished(FIRST_PASS)?;
    if plan.features_per_document.is_some() {
        let KeptFeatures { partitions, counts } = work.finished(FEATURES)?;
        first_pass.features =
            Some(Features { partitions: work.open_partitions(FEATURE_PARTITIONS, partitions)?, counts });
    }
    Some(first_pass)
}

/// Features have been used up.
pub(super) fn forget_features(work: &Resources) -> Result<()> {
    work.forget(FEATURES)?;
    work.forget(FEATURE_PARTITIONS)
}

/// Reads the collection once more, without looking into the texts: what is bad is told again, what cannot be
/// read twice is spooled again, and the articles must be those of the first pass.
fn go_over_again(
    collection: &impl Collection,
    first_pass: &FirstPass,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<()> {
    let FirstPass { documents, failed, .. } = first_pass;
    progress.stage("reading", collection.total_bytes());
    let mut next: DocumentNumber = 0;
    let changed = |location: Location| Error::InputChanged { input: collection.input_name(location.input) };
    collection.pass(
        |articles| {
            progress.advance(articles.iter().map(|article| u64::from(article.location.length)).sum());
            let found = articles.iter();
            found
                .map(|article| (article.id.as_ref().to_owned(), article.location, article.line))
                .collect::<Vec<_>>()
        },
        |found| {
            go_on(progress)?;
            for (id, location, line) in found {
                let is_next = (next as usize) < documents.len() && documents.location(next) == location;
                if is_next && documents.id(next) == id {
                    next += 1;
                    continue;
                }
                if failed.contains(&(location.offset, location.input)) {
                    rejections.reject(faults::of_article(
                        collection,
                        (&id, location, Some(line)),
                        &failed_before(),
                    ));
                    continue;
                }
                let first = documents.number(&id).filter(|&first| first < next);
                let first = documents.location(first.ok_or_else(|| changed(location))?);
                if rejections.is_wanted(RejectionKind::DuplicateId) {
                    rejections.reject(duplicate(collection, id, location, line, first));
                }
            }
            Ok(())
        },
    )?;
    if (next as usize) < documents.len() {
        return Err(changed(documents.location(next)));
    }
    Ok(())
}

/// Of an article at which the run failed that is gone on with.
fn failed_before() -> Fault {
    Fault { stage: Stage::FirstPass, place: None, said: "as in the run before".to_owned() }
}

struct KeptFeatures {
    partitions: PartitionMap,
    counts: Vec<u16>,
}

impl Stored for KeptFeatures {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        self.partitions.write(out)?;
        out.numbers(&self.counts)
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        Ok(KeptFeatures { partitions: PartitionMap::read(from)?, counts: from.numbers()? })
    }
}

impl Stored for FirstPass {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        self.documents.write(out)?;
        out.numbers(&self.first_of_text)?;
        out.numbers(&self.failed)?;
        match &self.sketches {
            Sketches::Bands(BandKeys { bands, keys }) => {
                out.numbers(&[*bands as u64])?;
                out.numbers(keys)
            }
            Sketches::Fingerprints(fingerprints) => {
                out.numbers(&[0u64; 0])?;
                out.numbers(fingerprints)
            }
        }
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        let documents = DocumentTable::read(from)?;
        let first_of_text = from.numbers()?;
        let failed = from.numbers()?;
        let bands: Vec<u64> = from.numbers()?;
        let sketches = match bands[..] {
            [bands] => Sketches::Bands(BandKeys { bands: bands as usize, keys: from.numbers()? }),
            _ => Sketches::Fingerprints(from.numbers()?),
        };
        Ok(FirstPass { documents, first_of_text, sketches, features: None, failed })
    }
}

/// What the near-duplicate search came to.
#[derive(Debug, Default)]
pub(super) struct FoundCopies {
    pub links: Vec<VerifiedLink>,
    pub hot: Vec<HotGroup>,
}

impl Stored for FoundCopies {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        let numbers = |link: &VerifiedLink| {
            let Overlap { shared, a, b } = link.overlap;
            ((link.a, link.b), (shared, (a, b)))
        };
        out.numbers(&self.links.iter().map(numbers).collect::<Vec<_>>())?;
        write_hot(&self.hot, out)
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        type Numbers = ((u32, u32), (u32, (u32, u32)));
        let links: Vec<Numbers> = from.numbers()?;
        let link = |((a, b), (shared, (of_a, of_b))): Numbers| {
            let overlap = Overlap { shared, a: of_a, b: of_b };
            VerifiedLink { a, b, overlap }
        };
        Ok(FoundCopies { links: links.into_iter().map(link).collect(), hot: read_hot(from)? })
    }
}

/// What the search for rewrites came to.
#[derive(Debug, Default)]
pub(super) struct FoundRewrites {
    pub pairs: Vec<CandidatePair>,
    pub hot: Vec<HotGroup>,
}

impl Stored for FoundRewrites {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        let numbers = |pair: &CandidatePair| ((pair.a, pair.b), (pair.score, (pair.fewer, pair.shared)));
        out.numbers(&self.pairs.iter().map(numbers).collect::<Vec<_>>())?;
        write_hot(&self.hot, out)
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        type Numbers = ((u32, u32), (f32, (u32, u32)));
        let pairs: Vec<Numbers> = from.numbers()?;
        let pair = |((a, b), (score, (fewer, shared))): Numbers| CandidatePair { a, b, score, fewer, shared };
        Ok(FoundRewrites { pairs: pairs.into_iter().map(pair).collect(), hot: read_hot(from)? })
    }
}

fn write_hot(hot: &[HotGroup], out: &mut StageWriter) -> io::Result<()> {
    let is_feature = |group: &HotGroup| u8::from(group.kind == HotKind::Feature);
    let numbers = hot.iter().map(|group| (is_feature(group), (group.leader, group.documents)));
    out.numbers(&numbers.collect::<Vec<_>>())
}

fn read_hot(from: &mut StageReader) -> io::Result<Vec<HotGroup>> {
    let groups: Vec<(u8, (u32, u64))> = from.numbers()?;
    let kind = |is_feature| if is_feature == 0 { HotKind::Bucket } else { HotKind::Feature };
    let group = |(is_feature, (leader, documents))| HotGroup { kind: kind(is_feature), leader, documents };
    Ok(groups.into_iter().map(group).collect())
}
