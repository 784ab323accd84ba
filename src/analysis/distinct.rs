//! Each key once, in the order of its first place, without sorting.

/// Keeps keys apart by a table of slots, open addressing; the table is used again from text to text.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct<K> {
    slots: Vec<K>,
}

impl<K: Copy + Ord + Default + From<u8> + Into<u64>> Distinct<K> {
    const BITS: u32 = (8 * size_of::<K>()) as u32;

    /// Drops what was there before. Keys are hashes, of which the first bits choose the slot; 0 counts as 1,
    /// which is one key in all there are.
    pub fn keep(&mut self, keys: &mut Vec<K>) {
        let slots = (keys.len() * 2).next_power_of_two().max(64);
        let free = K::default();
        self.slots.clear();
        self.slots.resize(slots, free);
        let (slots, shift) = (&mut self.slots[..], Self::BITS - slots.trailing_zeros());
        let (mask, mut count) = (slots.len() - 1, 0);
        for at in 0..keys.len() {
            let key = keys[at];
            let mark = key.max(K::from(1));
            let mut slot = (mark.into() >> shift) as usize & mask;
            while slots[slot] != free && slots[slot] != mark {
                slot = (slot + 1) & mask;
            }
            // without a branch: which are new cannot be foreseen
            keys[count] = key;
            count += usize::from(slots[slot] != mark);
            slots[slot] = mark;
        }
        keys.truncate(count);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_key_stays_once_where_it_first_stood(keys in prop::collection::vec(0u32..40, 0..200)) {
            let spread = |&key: &u32| key.wrapping_mul(0x9E37_79B9) | 1;
            let keys: Vec<u32> = keys.iter().map(spread).collect();
            let mut expected: Vec<u32> = Vec::new();
            for &key in &keys {
                if !expected.contains(&key) {
                    expected.push(key);
                }
            }
            let mut kept = keys.clone();
            Distinct::default().keep(&mut kept);
            prop_assert_eq!(kept, expected);
            let mut wide: Vec<u64> = keys.iter().map(|&key| u64::from(key) << 32).collect();
            Distinct::default().keep(&mut wide);
            prop_assert_eq!(wide.len(), keys.iter().collect::<std::collections::HashSet<_>>().len());
        }
    }
}
