//! Which of 64 bytes belong to ASCII words, as one bit a byte.
//!
//! The loop over bytes becomes vector instructions of whatever machine it is compiled for; on x86-64 a second
//! form for 32-byte registers is chosen at run time. Both give the same bits.

/// A bit a byte, the first byte's the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockBits {
    /// ASCII letters, digits and the underscore.
    pub(super) words: u64,
    /// What has to be looked at: bytes beyond ASCII, underscores, and controls that vanish.
    pub(super) special: u64,
}

#[inline(always)]
pub(super) fn classify(block: &[u8; 64]) -> BlockBits {
    let mut words = [0; 64];
    for (word, &byte) in words.iter_mut().zip(block) {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        *word = u8::from(is_letter | is_digit | (byte == b'_'));
    }
    let special = block.map(|byte| {
        let is_control = (byte < 9) | (byte.wrapping_sub(0xe) < 0xe) | (byte == 0x7f);
        byte >> 7 | u8::from((byte == b'_') | is_control)
    });
    let is_special = special.iter().fold(0, |all, &byte| all | byte) != 0;
    let special = if is_special { bit_a_byte(&special) } else { 0 };
    BlockBits { words: bit_a_byte(&words), special }
}

/// Gathers the lowest bits of 64 bytes that are 0 or 1.
#[inline(always)]
fn bit_a_byte(bytes: &[u8; 64]) -> u64 {
    let eighths = bytes.chunks_exact(8).enumerate();
    eighths.fold(0, |bits, (eighth, eight)| {
        let eight = eight.try_into().map_or(0, u64::from_le_bytes);
        // Each byte's bit is moved to its own place in the highest byte.
        bits | (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * eighth)
    })
}

#[cfg(target_arch = "x86_64")]
pub(super) use wide_registers::classify_in_wide_registers;

#[cfg(target_arch = "x86_64")]
mod wide_registers {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setr_epi8,
        _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::BlockBits;

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub(in super::super) fn classify_in_wide_registers(block: &[u8; 64]) -> BlockBits {
        // SAFETY: 32 of the block's 64 bytes each, and the address need not be a multiple of anything. Put
        // together from numbers, the registers would cost as much again as the classes.
        let (first, second) = unsafe {
            (_mm256_loadu_si256(block.as_ptr().cast()), _mm256_loadu_si256(block[32..].as_ptr().cast()))
        };
        BlockBits {
            words: u64::from(word_bits(first)) | u64::from(word_bits(second)) << 32,
            special: u64::from(special_bits(first)) | u64::from(special_bits(second)) << 32,
        }
    }

    /// The highest bits, underscores, and what is below a blank but for 9 to 13 and 28 to 31, and 127.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn special_bits(bytes: __m256i) -> u32 {
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
        // bytes beyond ASCII are negative, and counted by their highest bits
        let is_below = |byte: u8| _mm256_cmpgt_epi8(_mm256_set1_epi8(byte as i8), bytes);
        let controls = _mm256_or_si256(is_below(9), _mm256_andnot_si256(is_below(0xe), is_below(0x1c)));
        let special = _mm256_or_si256(_mm256_or_si256(is(b'_'), is(0x7f)), controls);
        _mm256_movemask_epi8(_mm256_or_si256(bytes, special)) as u32
    }

    /// Two look-ups, by a byte's upper and its lower half: what they have in common tells whether it is a
    /// word's.
    ///
    /// 1: digits (3, 0 to 9). 2: first letters (4 and 6, 1 to f). 4: the other letters (5 and 7, 0 to a). 8:
    /// the underscore (5, f). A byte beyond ASCII finds 0 by its lower half.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn word_bits(bytes: __m256i) -> u32 {
        let by_lower = _mm256_setr_epi8(
            5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10, 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10,
        );
        let by_upper = _mm256_setr_epi8(
            0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0,
        );
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0f));
        let common =
            _mm256_and_si256(_mm256_shuffle_epi8(by_lower, bytes), _mm256_shuffle_epi8(by_upper, upper));
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(common, _mm256_setzero_si256())) as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::invisible::is_unseen_byte;
    use super::*;

    fn by_definition(block: &[u8; 64]) -> BlockBits {
        let bits =
            |is_one: fn(u8) -> bool| (0..64).fold(0, |bits, at| bits | u64::from(is_one(block[at])) << at);
        BlockBits {
            words: bits(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            special: bits(|byte| !byte.is_ascii() || byte == b'_' || is_unseen_byte(byte)),
        }
    }

    fn agrees(block: &[u8; 64]) {
        let expected = by_definition(block);
        assert_eq!(classify(block), expected);
        #[cfg(target_arch = "x86_64")]
        if crate::processor::has_wide_registers() {
            // SAFETY: the processor has them.
            assert_eq!(unsafe { classify_in_wide_registers(block) }, expected);
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            agrees(&[byte; 64]);
            for at in 0..64 {
                let mut block = [b' '; 64];
                block[at] = byte;
                agrees(&block);
            }
        }
    }

    proptest! {
        #[test]
        fn all_forms_agree_byte_by_byte(block: [u8; 32], other: [u8; 32]) {
            agrees(&[block, other].concat().try_into().unwrap());
        }
    }
}
