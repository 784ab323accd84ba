//! Features by which rewrites are found: pairs of neighbouring content words, by their stems.
//!
//! A rewrite keeps names, numbers and many word pairs where hardly any five words in a row survive. Function words
//! are left out, so that "the vote of the council" and "the council's vote" differ only in order, and inflection
//! falls away with the letters after the sixth. In scripts without spaces, where a word is one character,
//! four characters in a row take the pair's place.

use std::sync::LazyLock;

use crate::normalise::words::{WordHash, hash_word, word_hashes};

/// Names this way of making features; another one is another recipe.
pub const RARE_FEATURES: &str = "retold-stem-bigram-1";

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xc2b2_ae3d_27d4_eb4f;
const IDEOGRAPHS: usize = 4;

/// The features of `text`, each once, in ascending order. `features` is cleared first.
pub fn features(text: &str, features: &mut Vec<u64>) {
    features.clear();
    let mut before = None;
    let mut ideographs = [0u64; IDEOGRAPHS];
    let mut ideographs_in_row = 0;
    word_hashes(text, |hash| {
        if hash.is_ideograph {
            before = None;
            ideographs.rotate_left(1);
            ideographs[IDEOGRAPHS - 1] = hash.stem;
            ideographs_in_row += 1;
            if ideographs_in_row >= IDEOGRAPHS {
                features.push(ideographs.iter().fold(0, |whole, &stem| join(whole, stem)));
            }
            return;
        }
        ideographs_in_row = 0;
        if STOP_WORDS.holds(hash) {
            return;
        }
        if let Some(before) = before.replace(hash.stem) {
            features.push(join(before, hash.stem));
        }
    });
    features.sort_unstable();
    features.dedup();
}

#[inline(always)]
fn join(before: u64, stem: u64) -> u64 {
    let product = u128::from(before ^ FIRST) * u128::from(stem.rotate_left(32) | 1);
    (product as u64 ^ (product >> 64) as u64).wrapping_mul(SECOND)
}

/// Function words, which every text has, of the languages that a news archive is likeliest to hold. Where a word
/// means something in English (`die`, `son`, `war`), it is left out of the other languages' lists.
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

struct StopWords {
    slots: Vec<u64>,
}

static STOP_WORDS: LazyLock<StopWords> = LazyLock::new(|| {
    let mut stop_words = StopWords { slots: vec![0; StopWords::SLOTS] };
    for word in STOP_LIST.split_ascii_whitespace() {
        let hash = hash_word(word).word;
        let mut slot = StopWords::slot(hash);
        while stop_words.slots[slot] != 0 && stop_words.slots[slot] != hash {
            slot = (slot + 1) % StopWords::SLOTS;
        }
        stop_words.slots[slot] = hash;
    }
    stop_words
});

impl StopWords {
    const SLOTS: usize = 4096;

    fn slot(hash: u64) -> usize {
        hash as usize % Self::SLOTS
    }

    #[inline(always)]
    fn holds(&self, hash: WordHash) -> bool {
        let mut slot = Self::slot(hash.word);
        loop {
            match self.slots[slot] {
                0 => return false,
                held if held == hash.word => return true,
                _ => slot = (slot + 1) % Self::SLOTS,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        features(text, &mut found);
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
    fn golden_features() {
        assert_eq!(of("council rejected proposal"), [5332525729593710529, 10162416366857032198]);
    }
}
