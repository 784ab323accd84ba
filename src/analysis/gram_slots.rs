//! Where a gram lies in a table of open addressing, in one word with a small count.

/// Counts end here.
pub const COUNT_MAX: u64 = 15;

/// Low bits of a slot are the count, the others those of the gram: grams that agree in 60 bits are taken for
/// one.
pub const COUNT_BITS: u64 = COUNT_MAX;

/// A slot of this gram without its count; never 0, which is a free slot.
pub fn key(gram: u64) -> u64 {
    (gram & !COUNT_BITS).max(COUNT_BITS + 1)
}

/// The places among so many at which a key is looked for, one after the other.
pub fn places(key: u64, slots: usize) -> impl Iterator<Item = usize> + use<> {
    let first = first_place(key, slots);
    (first..slots).chain(0..first)
}

/// The first of them.
pub fn first_place(key: u64, slots: usize) -> usize {
    ((u128::from(key) * slots as u128) >> 64) as usize
}
