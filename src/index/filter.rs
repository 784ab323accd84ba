//! Which keys are certainly not among many: a Bloom filter (Bloom 1970) in blocks of one word, four bits a
//! key.

use crate::sketch::sample::key32;

#[derive(Debug)]
pub struct KeyFilter {
    words: Box<[u64]>,
}

impl KeyFilter {
    /// An empty filter of at least so many words. At eight bits a key one in thirty absent keys is taken to
    /// be there.
    pub fn new(words: usize) -> Self {
        KeyFilter { words: vec![0; words.next_power_of_two().max(8)].into() }
    }

    /// Words of eight bytes.
    pub fn words(&self) -> usize {
        self.words.len()
    }

    /// `salt` keeps keys of different kinds apart.
    #[inline]
    pub fn insert(&mut self, key: u32, salt: u32) {
        let (word, bits) = self.place(key, salt);
        self.words[word] |= bits;
    }

    /// False where the key was certainly not inserted.
    #[inline]
    pub fn may_hold(&self, key: u32, salt: u32) -> bool {
        let (word, bits) = self.place(key, salt);
        self.words[word] & bits == bits
    }

    #[inline]
    fn place(&self, key: u32, salt: u32) -> (usize, u64) {
        let salted = (u64::from(key) | u64::from(salt) << 32).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let word = (salted >> 20) as usize & (self.words.len() - 1);
        let spread = key32(salted);
        let bits = (0..4).fold(0, |bits, step| bits | 1u64 << (spread >> (6 * step) & 63));
        (word, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_inserted_is_held_and_most_else_is_not() {
        let key = |number: u32| key32(u64::from(number));
        let mut filter = KeyFilter::new(10_000 / 8);
        (0..10_000).for_each(|number| filter.insert(key(number), 3));
        assert!((0..10_000).all(|number| filter.may_hold(key(number), 3)));
        let held = (10_000..110_000).filter(|&number| filter.may_hold(key(number), 3)).count();
        assert!(held < 4_000, "{held} of 100,000");
        let held = (0..10_000).filter(|&number| filter.may_hold(key(number), 4)).count();
        assert!(held < 400, "{held} of 10,000 with another salt");
    }
}
