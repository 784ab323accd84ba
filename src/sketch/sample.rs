//! Keys of 32 bits, and which of them a sample keeps.
//!
//! Which are kept is decided by the key alone, so that all texts keep the same, and what one in four keeps,
//! one in two keeps too.

/// A key of 32 bits whose first bits are as good as its last.
#[inline(always)]
pub fn key32(hash: u64) -> u32 {
    ((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// Whether a key is among those kept where one in `one_in` is.
#[inline(always)]
pub fn is_kept(key: u32, one_in: u32) -> bool {
    key.wrapping_mul(0x2545_f491) <= u32::MAX / one_in.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarser_sample_is_part_of_a_finer_one() {
        let keys = (0..100_000u32).map(|number| number.wrapping_mul(0x9e37_79b9));
        for (coarse, fine) in [(4, 3), (4, 2), (3, 2), (2, 1)] {
            let (mut kept, mut all) = (0u32, 0u32);
            for key in keys.clone() {
                assert!(is_kept(key, fine) || !is_kept(key, coarse));
                kept += u32::from(is_kept(key, coarse));
                all += 1;
            }
            assert!(kept.abs_diff(all / coarse) < all / 50, "{kept} of {all}");
        }
    }
}
