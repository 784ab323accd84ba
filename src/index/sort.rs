//! Sorting entries by key, stably, in linear time.

use super::table::Entry;

/// Bits of the key sorted by at once, at most.
const STEP_BITS: u32 = 12;

/// Sorts by key; entries of one key stay in the order they came in. The keys agree but for their last
/// `key_bits` bits; `sorted` is room to work in.
pub fn sort_entries(entries: &mut Vec<Entry>, key_bits: u32, sorted: &mut Vec<Entry>) {
    const FEW: usize = 1024;
    if entries.len() <= FEW {
        return entries.sort_by_key(|&entry| entry >> 32);
    }
    sorted.clear();
    sorted.resize(entries.len(), 0);
    let steps = key_bits.div_ceil(STEP_BITS).max(1);
    let bits = key_bits.div_ceil(steps);
    for step in 0..steps {
        let shift = 32 + step * bits;
        let digit = |entry: Entry| (entry >> shift) as usize & ((1 << bits) - 1);
        let mut next = vec![0usize; 1 << bits];
        entries.iter().for_each(|&entry| next[digit(entry)] += 1);
        let mut start = 0;
        for place in &mut next {
            start += std::mem::replace(place, start);
        }
        for &entry in entries.iter() {
            let place = &mut next[digit(entry)];
            sorted[*place] = entry;
            *place += 1;
        }
        std::mem::swap(entries, sorted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_stable_sort() {
        let mut state = 1u64;
        let mut entries: Vec<Entry> = (0..20_000u64)
            .map(|number| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let key = if number % 3 == 0 { state >> 60 } else { state >> 32 };
                key << 32 | number
            })
            .collect();
        let mut expected = entries.clone();
        expected.sort_by_key(|entry| entry >> 32);
        let mut room = Vec::new();
        sort_entries(&mut entries, 32, &mut room);
        assert!(entries == expected);
        for key_bits in [1, 5, 13, 20, 27] {
            let cut = |entry: &mut Entry| *entry &= (1 << (32 + key_bits)) - 1;
            expected.iter_mut().for_each(cut);
            expected.reverse();
            entries.clone_from(&expected);
            expected.sort_by_key(|entry| entry >> 32);
            sort_entries(&mut entries, key_bits, &mut room);
            assert!(entries == expected, "{key_bits}");
        }
    }
}
