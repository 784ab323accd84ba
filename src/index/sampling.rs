//! Of how many keys a large index keeps one.
//!
//! Postings of features and counts of word runs are what takes most room and time. A small index keeps all,
//! and finds what a scan finds; a large one keeps every second feature, and counts every fourth run of words,
//! which tells how rare the stretch is that it stands in (see [`crate::evidence::rarity`]). Since the key
//! decides which are kept ([`crate::sketch`]), segments of different samplings can be asked together and
//! merged.
//!
//! Of 306 rewrites planted among 13,000 articles a scan finds 281 and an index that keeps all the same 281.
//! With a sample of features: 279 of one in two, 276 of one in three, 270 of one in four. With one in four
//! runs of words counted a single one is lost, with one in two the same one. A scan of 100,000 articles would
//! lose two of 285 with one in four, for 11 % of its time: it counts all.

/// An index of more documents than this keeps a sample.
const ALL_DOCUMENTS_MAX: u64 = 32_768;

/// Of so many keys one is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    pub features_one_in: u32,
    pub grams_one_in: u32,
}

impl Sampling {
    pub const ALL: Sampling = Sampling { features_one_in: 1, grams_one_in: 1 };

    /// What an index, or a segment, of so many documents keeps.
    pub fn of(documents: u64) -> Sampling {
        match documents {
            0..=ALL_DOCUMENTS_MAX => Self::ALL,
            _ => Sampling { features_one_in: 2, grams_one_in: 4 },
        }
    }

    /// The keys that both keep.
    pub fn and(self, other: Sampling) -> Sampling {
        Sampling {
            features_one_in: self.features_one_in.max(other.features_one_in),
            grams_one_in: self.grams_one_in.max(other.grams_one_in),
        }
    }
}
