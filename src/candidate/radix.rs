//! Sorting by a number, stably, in linear time.

/// What the sort needs of a key.
pub trait RadixKey: Copy {
    const BYTES: usize;
    fn byte(self, at: usize) -> usize;
}

macro_rules! radix_key {
    ($($number:ty),*) => {$(
        impl RadixKey for $number {
            const BYTES: usize = size_of::<$number>();
            fn byte(self, at: usize) -> usize {
                (self >> (8 * at)) as usize & 0xff
            }
        }
    )*};
}
radix_key!(u32, u64);

impl RadixKey for (u32, u32) {
    const BYTES: usize = 2 * <u32 as RadixKey>::BYTES;
    fn byte(self, at: usize) -> usize {
        let part = if at < <u32 as RadixKey>::BYTES { self.1 } else { self.0 };
        part.byte(at % <u32 as RadixKey>::BYTES)
    }
}

/// Sorts by the first of each pair, keeping the order of equal ones. Needs as much room again.
///
/// Least significant byte first; bytes in which all keys agree are passed over.
pub fn sort_by_key<K: RadixKey + Ord, V: Copy + Default>(pairs: &mut Vec<(K, V)>)
where
    (K, V): Default,
{
    const FEW: usize = 256;
    if pairs.len() <= FEW {
        return pairs.sort_by_key(|pair| pair.0);
    }
    let mut counts = vec![[0usize; 256]; K::BYTES];
    for &(key, _) in pairs.iter() {
        for (at, counts) in counts.iter_mut().enumerate() {
            counts[key.byte(at)] += 1;
        }
    }
    let mut sorted = Vec::new();
    for (at, counts) in counts.iter().enumerate() {
        if counts.contains(&pairs.len()) {
            continue;
        }
        let mut next = [0usize; 256];
        for byte in 1..256 {
            next[byte] = next[byte - 1] + counts[byte - 1];
        }
        sorted.resize(pairs.len(), Default::default());
        for &pair in pairs.iter() {
            let place = &mut next[pair.0.byte(at)];
            sorted[*place] = pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_stable_sort(keys in prop::collection::vec(prop_oneof![0..40u64, any::<u64>()], 0..900)) {
            let mut pairs: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
            let mut expected = pairs.clone();
            expected.sort_by_key(|pair| pair.0);
            sort_by_key(&mut pairs);
            prop_assert_eq!(pairs, expected);
        }

        #[test]
        fn pairs_are_sorted_by_the_first_then_the_second(
            keys in prop::collection::vec((0..70_000u32, prop_oneof![0..40u32, any::<u32>()]), 0..900),
        ) {
            let mut pairs: Vec<((u32, u32), ())> = keys.iter().map(|&key| (key, ())).collect();
            let mut expected = pairs.clone();
            expected.sort();
            sort_by_key(&mut pairs);
            prop_assert_eq!(pairs, expected);
        }
    }
}
