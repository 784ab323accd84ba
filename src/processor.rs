//! What the processor can do beyond the least that the program is compiled for.

/// Whether the functions that are compiled for 32-byte registers (AVX2 and the bit instructions that come
/// with it) may be called. They give the same results as the others.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_wide_registers() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
}
