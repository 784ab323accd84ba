//! Sorting entries by key, stably, in linear time.

use super::table::Entry;

/// Bits of the key sorted by at once, lowest first.
const STEPS: [(u32, u32); 3] = [(32, 11), (43, 11), (54, 10)];

/// Sorts by key; entries of one key stay in the order they came in.
pub fn sort_entries(entries: &mut Vec<Entry>) {
    const FEW: usize = 4096;
    if entries.len() <= FEW {
        return entries.sort_by_key(|&entry| entry >> 32);
    }
    let mut sorted = vec![0; entries.len()];
    for (shift, bits) in STEPS {
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
        std::mem::swap(entries, &mut sorted);
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
        sort_entries(&mut entries);
        assert!(entries == expected);
    }
}
