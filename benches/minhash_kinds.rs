//! Fast similarity sketching against the kinds of MinHash it was chosen over: error by length of text, and
//! cost.

use criterion::{Criterion, criterion_group, criterion_main};
use retold::sketch::MinHash;

const VALUES: usize = 128;

/// A finaliser for numbers (Steele, Lea and Flood 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Broder 1997, with 32-bit multiply-shift hashes, in the form that compilers vectorise.
fn classic(shingles: &[u64], sketch: &mut [u32; VALUES]) {
    let keys: [(u32, u32); VALUES] =
        std::array::from_fn(|at| (mix(at as u64) as u32 | 1, mix(at as u64 + 999) as u32));
    let mut least = [u32::MAX; VALUES];
    for &shingle in shingles {
        let folded = (shingle ^ (shingle >> 32)) as u32;
        for (least, &(factor, term)) in least.iter_mut().zip(&keys) {
            let product = folded.wrapping_mul(factor).wrapping_add(term);
            *least = (*least).min((product ^ (product >> 15)).wrapping_mul(0x2c1b_3c6d));
        }
    }
    sketch.iter_mut().zip(least).for_each(|(value, least)| *value = least);
}

/// Li, Owen and Zhang 2012, with the densification of Shrivastava 2017.
fn one_permutation(shingles: &[u64], sketch: &mut [u32; VALUES]) {
    let mut bins = [u64::MAX; VALUES];
    for &shingle in shingles {
        let hash = mix(shingle);
        let bin = &mut bins[(hash >> 57) as usize];
        *bin = (*bin).min(hash);
    }
    for (at, value) in sketch.iter_mut().enumerate() {
        let mut from = at;
        let mut attempt = 0;
        while bins[from] == u64::MAX && attempt < 100_000 {
            attempt += 1;
            from = (mix(((at as u64) << 32) + attempt) >> 57) as usize;
        }
        *value = bins[from] as u32;
    }
}

fn fast_similarity(minhash: &MinHash, shingles: &[u64], sketch: &mut [u32; VALUES]) {
    let mut values = Vec::new();
    minhash.sketch(shingles, &mut values);
    sketch.copy_from_slice(&values);
}

type Kind<'a> = (&'a str, Box<dyn Fn(&[u64], &mut [u32; VALUES]) + 'a>);

fn kinds(minhash: &MinHash) -> [Kind<'_>; 3] {
    [
        ("classic", Box::new(classic)),
        ("one permutation, densified", Box::new(one_permutation)),
        (
            "fast similarity sketching",
            Box::new(|shingles, sketch| fast_similarity(minhash, shingles, sketch)),
        ),
    ]
}

/// Mean squared error of the estimate at a Jaccard index of a half, relative to `J (1 - J) / values`.
fn error(kind: &Kind<'_>, length: u64) -> f64 {
    const PAIRS: u64 = 2000;
    let shared = 2 * length / 3;
    let truth = shared as f64 / (2 * length - shared) as f64;
    let mut sum = 0.0;
    for pair in 0..PAIRS {
        let set = |own: u64| -> Vec<u64> {
            (0..length).map(|at| mix((pair << 40) + at + if at < shared { 0 } else { own })).collect()
        };
        let (mut a, mut b) = ([0; VALUES], [0; VALUES]);
        (kind.1)(&set(1 << 20), &mut a);
        (kind.1)(&set(1 << 21), &mut b);
        sum += (MinHash::similarity(&a, &b) - truth).powi(2);
    }
    sum / PAIRS as f64 / (truth * (1.0 - truth) / VALUES as f64)
}

fn minhash_kinds(criterion: &mut Criterion) {
    let minhash = MinHash::new(VALUES, 1);
    for kind in kinds(&minhash) {
        let errors = [10, 30, 100, 450].map(|length| format!("{length}: {:.2}", error(&kind, length)));
        println!("{}: squared error over the binomial's, by shingles: {}", kind.0, errors.join(", "));
    }
    for length in [30, 450, 5000] {
        let shingles: Vec<u64> = (0..length).map(mix).collect();
        let mut group = criterion.benchmark_group(format!("minhash of {length} shingles"));
        for kind in kinds(&minhash) {
            let mut sketch = [0; VALUES];
            group.bench_function(kind.0, |bencher| bencher.iter(|| (kind.1)(&shingles, &mut sketch)));
        }
        group.finish();
    }
}

criterion_group!(benches, minhash_kinds);
criterion_main!(benches);
