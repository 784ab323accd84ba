//! Features by which rewrites are found: pairs of neighbouring content words, by their stems.
//!
//! A rewrite keeps names, numbers and many word pairs where hardly any five words in a row survive. Function
//! words are left out, so that "the vote of the council" and "the council's vote" differ only in order, and
//! inflection falls away with the letters after the sixth. In scripts without spaces, where a word is one
//! character, four characters in a row take the pair's place.

use std::sync::LazyLock;

use super::distinct::Distinct;
use crate::normalise::words::{WordHash, hash_word, word_hashes};

/// Names this way of making features; another one is another recipe.
pub const RARE_FEATURES: &str = "retold-stem-bigram-1";

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xc2b2_ae3d_27d4_eb4f;
const IDEOGRAPHS: usize = 4;

/// Finds the features of texts, one text after the other.
#[derive(Clone, Debug, Default)]
pub struct FeatureFinder {
    words: Vec<(u64, u64)>,
    stems: Vec<u64>,
    features: Vec<u64>,
    distinct: Distinct<u64>,
}

impl FeatureFinder {
    /// The features of `text`, each once, in no order to rely on. None is 0.
    pub fn find(&mut self, text: &str) -> &[u64] {
        self.features.clear();
        self.words.clear();
        let mut ideographs = Ideographs::default();
        word_hashes(text, |hash| self.take(hash, &mut ideographs));
        self.pair_content_words();
        self.distinct.keep(&mut self.features);
        &self.features
    }

    /// As [`Self::find`], in words that are hashed already.
    pub fn find_among(&mut self, hashes: &[WordHash]) -> &[u64] {
        self.features.clear();
        self.words.clear();
        let mut ideographs = Ideographs::default();
        hashes.iter().for_each(|&hash| self.take(hash, &mut ideographs));
        self.pair_content_words();
        self.distinct.keep(&mut self.features);
        &self.features
    }

    /// As [`Self::find_among`], but for those that are not wanted.
    pub fn find_wanted_among(&mut self, hashes: &[WordHash], is_wanted: impl Fn(u64) -> bool) -> &[u64] {
        self.features.clear();
        self.words.clear();
        let mut ideographs = Ideographs::default();
        hashes.iter().for_each(|&hash| self.take(hash, &mut ideographs));
        self.pair_content_words();
        let mut wanted = 0;
        // without a branch: which are wanted cannot be foreseen
        for at in 0..self.features.len() {
            self.features[wanted] = self.features[at];
            wanted += usize::from(is_wanted(self.features[at]));
        }
        self.features.truncate(wanted);
        self.distinct.keep(&mut self.features);
        &self.features
    }

    #[inline(always)]
    fn take(&mut self, hash: WordHash, ideographs: &mut Ideographs) {
        match hash.is_ideograph {
            false => {
                ideographs.end();
                self.words.push((hash.word, hash.stem));
            }
            true => {
                // What stands before and after is not neighboured.
                self.pair_content_words();
                self.features.extend(ideographs.push(hash.stem));
            }
        }
    }

    /// Turns the words under way into features.
    fn pair_content_words(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let stop_words = &*STOP_WORDS;
        // Without a branch on each word: about every second one is a stop word, and none can tell which.
        self.stems.resize(self.words.len(), 0);
        let mut count = 0;
        for &(word, stem) in &self.words {
            self.stems[count] = stem;
            count += usize::from(!stop_words.holds(word));
        }
        self.words.clear();
        self.features.extend(self.stems[..count].windows(2).map(|pair| join(pair[0], pair[1])));
    }
}

/// The last characters of a script without spaces.
#[derive(Default)]
struct Ideographs {
    last: [u64; IDEOGRAPHS],
    in_row: usize,
}

impl Ideographs {
    /// The feature that ends with this character, if it has enough before it.
    fn push(&mut self, stem: u64) -> Option<u64> {
        self.last.rotate_left(1);
        self.last[IDEOGRAPHS - 1] = stem;
        self.in_row += 1;
        (self.in_row >= IDEOGRAPHS).then(|| self.last.iter().fold(0, |whole, &stem| join(whole, stem)))
    }

    #[inline(always)]
    fn end(&mut self) {
        self.in_row = 0;
    }
}

#[inline(always)]
fn join(before: u64, stem: u64) -> u64 {
    let product = u128::from(before ^ FIRST) * u128::from(stem.rotate_left(32) | 1);
    (product as u64 ^ (product >> 64) as u64).wrapping_mul(SECOND).max(1)
}

/// Function words, which every text has, of the languages that a news archive is likeliest to hold. Where a
/// word means something in English (`die`, `son`, `war`), it is left out of the other languages' lists.
const STOP_LIST: &str = "\
a about above after again against all also although am among an and any are as at be became because been before \
being below between both but by can could did do does doing done down during each either else even ever every \
few for from further get gets getting give given go goes going got had has have having he her here hers herself \
him himself his how however i if in into is it its itself just let like ll made make makes making many may me \
might more most much must my myself neither never no nor not now of off on once one only onto or other others our \
ours out over own per put re s said same say saying says see seen shall she should since so some still such t \
take than that the their theirs them themselves then there these they this those though through thus to too \
toward towards under until up upon us use used ve very via was we well were what when where whether which while \
who whom whose why will with within without would yet you your yours d m \
der das und ist im mit von zu den dem des ein eine einer einem eines nicht auf für sich auch als aus bei nach wie \
wird sind wurde er sie es dass oder aber noch \
el la los las de del y en que un una por con para se su lo al como más pero sus le ya o fue este ha sí porque esta \
le les et du dans est une pour qui au aux sur pas par plus ce il elle ne sont avec son sa ses mais ou leur \
di che è il della per non una del alla con dei si gli delle nel anche \
het een van dat niet te zijn op voor met ook aan maar";

/// The stop words' hashes in buckets of four, by their highest bits. Half a hash is kept of each.
struct StopWords {
    buckets: Vec<[u32; 4]>,
    shift: u32,
}

static STOP_WORDS: LazyLock<StopWords> = LazyLock::new(|| {
    let fitting = (7..32).find_map(|bits| StopWords::new(STOP_LIST, bits));
    fitting.unwrap_or(StopWords { buckets: vec![[0; 4]; 2], shift: 63 })
});

impl StopWords {
    /// `None` where a bucket runs over with so few of them.
    fn new(list: &str, bucket_bits: u32) -> Option<Self> {
        let mut stop_words = StopWords { buckets: vec![[0; 4]; 1 << bucket_bits], shift: 64 - bucket_bits };
        for word in list.split_ascii_whitespace() {
            let hash = hash_word(word).word;
            let bucket = &mut stop_words.buckets[(hash >> stop_words.shift) as usize];
            if !bucket.contains(&(hash as u32)) {
                *bucket.iter_mut().find(|slot| **slot == 0)? = hash as u32;
            }
        }
        Some(stop_words)
    }

    #[inline(always)]
    fn holds(&self, word: u64) -> bool {
        let bucket = self.buckets[(word >> self.shift) as usize];
        bucket.iter().fold(false, |found, &held| found | (held == word as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u64> {
        let mut found = FeatureFinder::default().find(text).to_vec();
        found.sort_unstable();
        found
    }

    #[test]
    fn function_words_and_endings_fall_away() {
        assert_eq!(of("The council rejected the proposals"), of("council rejects proposal"));
        assert_eq!(of("the of and").len(), 0);
        assert_eq!(of("mayor").len(), 0);
        assert_eq!(of("mayor mayor mayor").len(), 1);
        assert_ne!(of("mayor council"), of("council mayor"));
    }

    #[test]
    fn characters_of_scripts_without_spaces_go_by_fours() {
        assert_eq!(of("市長は新しい").len(), 3);
        assert_eq!(of("市長は").len(), 0);
        assert_eq!(of("市長はNATO新しい").len(), 0);
    }

    #[test]
    fn stop_words_are_all_held_and_others_are_not() {
        assert!(STOP_LIST.split_ascii_whitespace().all(|word| STOP_WORDS.holds(hash_word(word).word)));
        assert!((0..100_000).all(|number| !STOP_WORDS.holds(hash_word(&format!("w{number}")).word)));
        assert!(STOP_WORDS.buckets.len() <= 1 << 11);
    }

    #[test]
    fn golden_features() {
        assert_eq!(of("council rejected proposal"), [5332525729593710529, 10162416366857032198]);
    }
}
