//! Numbers in as many bits as they need.
//!
//! Rice's code (Rice and Plaunt 1971) of parameter `r`: the number divided by 2^r in ones and a zero, then
//! `r` bits. It is within some hundredths of a bit of the best where numbers are gaps between random keys.

/// Quotients from here on are written as so many ones, then the number in 32 bits.
const ESCAPE: u32 = 24;

/// Writes numbers bit by bit, the lowest first.
#[derive(Debug, Default)]
pub struct BitWriter {
    pub bytes: Vec<u8>,
    held: u64,
    held_bits: u32,
}

impl BitWriter {
    /// The lowest `bits` of a number, at most 32.
    #[inline]
    pub fn push(&mut self, value: u32, bits: u32) {
        self.held |= u64::from(value) << self.held_bits;
        self.held_bits += bits;
        if self.held_bits >= 32 {
            self.bytes.extend_from_slice(&(self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.held_bits -= 32;
        }
    }

    #[inline]
    pub fn push_rice(&mut self, value: u32, parameter: u32) {
        let quotient = value >> parameter;
        if quotient >= ESCAPE {
            self.push((1 << ESCAPE) - 1, ESCAPE);
            return self.push(value, 32);
        }
        self.push((1 << quotient) - 1, quotient + 1);
        if parameter > 0 {
            self.push(value & ((1 << parameter) - 1), parameter);
        }
    }

    /// Fills the last byte with zeros.
    pub fn finish(&mut self) {
        while self.held_bits > 0 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.held_bits = self.held_bits.saturating_sub(8);
        }
        self.held = 0;
    }
}

/// Reads what [`BitWriter`] wrote. Past the end there are zeros: a reader of counted numbers checks
/// [`BitReader::is_overrun`] at the end.
#[derive(Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    next: usize,
    held: u64,
    held_bits: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, next: 0, held: 0, held_bits: 0 }
    }

    #[inline]
    fn fill(&mut self) {
        if self.held_bits <= 32 {
            let word = match self.bytes.get(self.next..self.next + 4) {
                Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
                _ => self.last_word(),
            };
            self.held |= u64::from(word) << self.held_bits;
            self.held_bits += 32;
            self.next += 4;
        }
    }

    #[cold]
    fn last_word(&self) -> u32 {
        let left = self.bytes.get(self.next..).unwrap_or_default();
        left.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
    }

    #[inline]
    pub fn take(&mut self, bits: u32) -> u32 {
        self.fill();
        let value = self.held & ((1u64 << bits) - 1);
        self.held >>= bits;
        self.held_bits -= bits;
        value as u32
    }

    #[inline]
    pub fn take_rice(&mut self, parameter: u32) -> u32 {
        self.fill();
        let quotient = (!self.held).trailing_zeros();
        if quotient >= ESCAPE {
            self.take(ESCAPE);
            return self.take(32);
        }
        self.take(quotient + 1);
        (quotient << parameter) | self.take(parameter)
    }

    /// Whether more was read than there is.
    pub fn is_overrun(&self) -> bool {
        self.next * 8 > self.bytes.len() * 8 + self.held_bits as usize + 31
    }
}

/// Appends a number seven bits at a time.
pub fn push_varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes a number from the front of `bytes`.
pub fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(
            numbers in prop::collection::vec((prop_oneof![0..300u32, any::<u32>()], 0..=31u32), 0..200),
        ) {
            let mut writer = BitWriter::default();
            for &(number, bits) in &numbers {
                writer.push_rice(number, bits);
                writer.push(number & ((1u64 << bits) - 1) as u32, bits);
            }
            writer.finish();
            let mut reader = BitReader::new(&writer.bytes);
            for &(number, bits) in &numbers {
                prop_assert_eq!(reader.take_rice(bits), number);
                prop_assert_eq!(reader.take(bits), number & ((1u64 << bits) - 1) as u32);
            }
            prop_assert!(!reader.is_overrun());
        }

        #[test]
        fn varints_come_back(number in any::<u64>()) {
            let mut bytes = Vec::new();
            push_varint(number, &mut bytes);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(take_varint(&mut rest), Some(number));
            prop_assert!(rest.is_empty());
            prop_assert_eq!(take_varint(&mut &bytes[..bytes.len() - 1]), None);
        }
    }

    #[test]
    fn reading_past_the_end_is_noticed() {
        let mut reader = BitReader::new(&[0xff; 5]);
        (0..40).for_each(|_| {
            reader.take(1);
        });
        assert!(!reader.is_overrun());
        (0..64).for_each(|_| {
            reader.take(1);
        });
        assert!(reader.is_overrun());
    }
}
