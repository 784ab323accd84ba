//! MinHash by fast similarity sketching.
//!
//! After Dahlgaard, Knudsen and Thorup, "Fast Similarity Sketching", FOCS 2017, algorithm 1. The sketch has
//! `size` bins. In a round each shingle falls into one bin with a random value, and an empty bin takes the
//! smallest; rounds follow one another until no bin is empty. What is empty after [`ROUNDS`] rounds (in short
//! texts) draws from all shingles, each bin by itself, as in classic MinHash. Two sketches agree in a bin
//! with a probability that is exactly the Jaccard index, for texts of any length, at about `n + size · ln
//! size` hashes for `n` shingles.
//!
//! Values are 32 bits wide, so that the draws of eight shingles fit a register: two different shingles pass
//! for one another once in 2^32 times.
//!
//! Why this kind. Mean squared error of the estimate at an index of 0.5, 128 values, relative to `J (1 - J) /
//! 128`, and hashes a text (the bench `minhash_kinds` prints the first and times the second):
//!
//! | kind | 10 shingles | 30 | 100 | 450 | hashes of `n` shingles |
//! | --- | --- | --- | --- | --- | --- |
//! | classic (Broder 1997) | 0.99 | 0.98 | 0.97 | 0.97 | 128 n |
//! | one permutation (Li, Owen, Zhang 2012), densified (Shrivastava 2017) | 1.48 | 1.19 | 0.95 | 0.79 | n, and copying |
//! | fast similarity sketching | 0.79 | 0.60 | 0.54 | 0.80 | about n + 128 ln 128 |
//!
//! On short texts densification copies values into the bins that stay empty, which is most of them; here they
//! are filled with fresh draws, at first without replacement, so that the values are worth a quarter to twice
//! as many again of classic MinHash.

/// Names this way of sketching; another one is another recipe.
pub const MINHASH: &str = "retold-fss-minhash-2";

/// Rounds in which shingles are scattered over the bins.
///
/// A round takes as long as seven bins that draw alone. After three, texts of as many shingles as bins leave
/// one bin in twenty.
const ROUNDS: usize = 3;
const EMPTY: u32 = u32::MAX;
/// Room for the bins of every size.
const BINS: usize = 512;
/// Shingles whose draws are made at once.
const STRETCH: usize = 64;

/// Makes MinHash sketches of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinHash {
    size: usize,
    rounds: [ShingleDraws; ROUNDS],
    /// For each bin the draws by which it is filled alone.
    single: Vec<ShingleDraws>,
}

/// A random number for each shingle: multiplication in the ring of 32 bits, whose highest bits are the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ShingleDraws {
    term: u32,
    factor: u32,
}

impl ShingleDraws {
    fn new(seed: u64, number: u64) -> Self {
        let random = split_mix(seed, number);
        ShingleDraws { term: random as u32, factor: (random >> 32) as u32 | 1 }
    }

    #[inline(always)]
    fn of(self, shingle: u32) -> u32 {
        (shingle ^ self.term).wrapping_mul(self.factor)
    }
}

impl MinHash {
    /// Largest number of values in a sketch.
    pub const SIZE_MAX: usize = BINS - 2;

    /// Sketches of `size` values, 1 to [`Self::SIZE_MAX`]; sizes beyond are brought into the range.
    pub fn new(size: usize, seed: u64) -> Self {
        let size = size.clamp(1, Self::SIZE_MAX);
        let rounds = std::array::from_fn(|round| ShingleDraws::new(seed, round as u64));
        let single = (0..size as u64).map(|bin| ShingleDraws::new(seed, ROUNDS as u64 + bin)).collect();
        MinHash { size, rounds, single }
    }

    /// Values of a sketch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Sketches the shingles, repeated or not, in any order. Without shingles there is no sketch: false, and
    /// `sketch` holds nothing of meaning.
    pub fn sketch(&self, shingles: &[u64], sketch: &mut Vec<u32>) -> bool {
        #[cfg(target_arch = "x86_64")]
        if crate::processor::has_wide_registers() {
            // SAFETY: the processor has what the function is compiled for. Measured: 78 values in a sixth
            // less time, 244 in a third less.
            return unsafe { self.fill_in_wide_registers(shingles, sketch) };
        }
        self.fill(shingles, sketch)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    fn fill_in_wide_registers(&self, shingles: &[u64], sketch: &mut Vec<u32>) -> bool {
        self.fill(shingles, sketch)
    }

    #[inline(always)]
    fn fill(&self, shingles: &[u64], sketch: &mut Vec<u32>) -> bool {
        let mut bins = [EMPTY; BINS];
        self.scatter(self.rounds[0], shingles, &mut bins);
        for &round in &self.rounds[1..] {
            if !bins[..self.size].contains(&EMPTY) {
                break;
            }
            let mut others = [EMPTY; BINS];
            self.scatter(round, shingles, &mut others);
            for (value, &other) in bins[..self.size].iter_mut().zip(&others) {
                *value = if *value == EMPTY { other } else { *value };
            }
        }
        if bins[..self.size].contains(&EMPTY) {
            self.draw_alone(shingles, &mut bins);
        }
        sketch.clear();
        sketch.extend_from_slice(&bins[..self.size]);
        !shingles.is_empty()
    }

    /// Each shingle's value goes to the bin in whose part of the range it lies, if it is the smallest there.
    #[inline(always)]
    fn scatter(&self, draws: ShingleDraws, shingles: &[u64], bins: &mut [u32; BINS]) {
        let (mut values, mut places) = ([0; STRETCH], [0; STRETCH]);
        for_each_stretch(shingles, |stretch| {
            for ((value, place), &shingle) in values.iter_mut().zip(&mut places).zip(stretch) {
                *value = draws.of(shingle);
                *place = ((*value >> 16) * self.size as u32) >> 16;
            }
            for (&value, &place) in values.iter().zip(&places) {
                let bin = &mut bins[place as usize % BINS];
                *bin = (*bin).min(value);
            }
        });
    }

    /// Each empty bin takes the smallest of its own draws.
    #[inline(always)]
    fn draw_alone(&self, shingles: &[u64], bins: &mut [u32; BINS]) {
        let mut empty = [0; BINS];
        let mut count = 0;
        for (bin, &value) in bins[..self.size].iter().enumerate() {
            empty[count % BINS] = bin as u16;
            count += usize::from(value == EMPTY);
        }
        for_each_stretch(shingles, |stretch| {
            for &bin in &empty[..count] {
                let draws = self.single[usize::from(bin)];
                let least = stretch.iter().fold(EMPTY, |least, &shingle| least.min(draws.of(shingle)));
                let bin = &mut bins[usize::from(bin) % BINS];
                *bin = (*bin).min(least);
            }
        });
    }

    /// Share of bins in which two sketches agree: an estimate of the Jaccard index.
    pub fn similarity(a: &[u32], b: &[u32]) -> f64 {
        let agree = a.iter().zip(b).filter(|(a, b)| a == b).count();
        agree as f64 / a.len().max(1) as f64
    }
}

/// Visits the lower halves of all shingles, always as many at a time. Repeated ones change no sketch.
#[inline(always)]
fn for_each_stretch(shingles: &[u64], mut visit: impl FnMut(&[u32; STRETCH])) {
    let (stretches, rest) = shingles.as_chunks::<STRETCH>();
    let mut lower = [0; STRETCH];
    for stretch in stretches {
        lower.iter_mut().zip(stretch).for_each(|(to, &shingle)| *to = shingle as u32);
        visit(&lower);
    }
    if let Some(&first) = rest.first() {
        lower.fill(first as u32);
        lower.iter_mut().zip(rest).for_each(|(to, &shingle)| *to = shingle as u32);
        visit(&lower);
    }
}

/// Steele, Lea and Flood 2014: independent keys from a seed and a number.
pub(crate) fn split_mix(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch_of(minhash: &MinHash, shingles: &[u64]) -> Vec<u32> {
        let mut sketch = Vec::new();
        assert!(minhash.sketch(shingles, &mut sketch));
        sketch
    }

    /// Mean and mean squared error of the estimate for sets of `n` shingles each, `shared` of them in common.
    fn errors(n: u64, shared: u64) -> (f64, f64) {
        const PAIRS: u64 = 400;
        let minhash = MinHash::new(128, 1);
        let truth = shared as f64 / (2 * n - shared) as f64;
        let errors: Vec<f64> = (0..PAIRS)
            .map(|pair| {
                let set = |own: u64| -> Vec<u64> {
                    let shingle = |i| if i < shared { i } else { i + own };
                    (0..n).map(|i| split_mix(pair, shingle(i))).collect()
                };
                let (a, b) = (sketch_of(&minhash, &set(1 << 20)), sketch_of(&minhash, &set(1 << 40)));
                MinHash::similarity(&a, &b) - truth
            })
            .collect();
        let mean = errors.iter().sum::<f64>() / PAIRS as f64;
        (mean, errors.iter().map(|error| error * error).sum::<f64>() / PAIRS as f64)
    }

    #[test]
    fn estimates_are_unbiased_and_no_worse_than_classic_minhash_at_any_length() {
        for (n, shared) in [(10, 5), (30, 20), (100, 60), (450, 300), (2000, 1600)] {
            let truth = shared as f64 / (2 * n - shared) as f64;
            let classic = truth * (1.0 - truth) / 128.0;
            let (mean, squared) = errors(n, shared);
            assert!(mean.abs() < 4.0 * (classic / 400.0).sqrt(), "{n}: biased by {mean}");
            assert!(squared < 1.25 * classic, "{n}: {squared} against {classic}");
        }
    }

    #[test]
    fn order_and_repeats_do_not_matter() {
        let minhash = MinHash::new(64, 7);
        let a = sketch_of(&minhash, &[3, 1, 2]);
        assert_eq!(a, sketch_of(&minhash, &[1, 2, 2, 3, 1]));
        assert!(!minhash.sketch(&[], &mut Vec::new()));
    }

    #[test]
    fn wide_registers_make_no_difference() {
        for (size, count) in [(1, 1), (8, 1), (78, 5), (78, 64), (244, 65), (244, 450), (510, 3000)] {
            let minhash = MinHash::new(size, 5);
            let shingles: Vec<u64> = (0..count).map(|i| split_mix(9, i)).collect();
            let mut plain = Vec::new();
            assert!(minhash.fill(&shingles, &mut plain));
            assert_eq!(sketch_of(&minhash, &shingles), plain);
        }
    }

    #[test]
    fn golden_sketches() {
        let minhash = MinHash::new(8, 42);
        assert_eq!(
            sketch_of(&minhash, &[1]),
            [720021099, 588564838, 1008670429, 1791148172, 437888011, 3978943884, 3506407989, 3409913514]
        );
        assert_eq!(
            sketch_of(&minhash, &(0..40).collect::<Vec<u64>>()),
            [5950214, 631833964, 1115920607, 1646233896, 2225891000, 2706860474, 3335861393, 3816830867]
        );
    }
}
