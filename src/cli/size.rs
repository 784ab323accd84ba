//! Sizes in bytes as people write them.

/// Reads `4096`, `64K`, `64MiB`, `4G`; the units are powers of 1024.
pub fn parse_bytes(size: &str) -> Result<u64, String> {
    let digits = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
    let (number, unit) = size.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err("a size such as 500000, 64M or 4G was expected".into()),
    };
    let number: u64 = number.parse().map_err(|_| "a size such as 500000, 64M or 4G was expected")?;
    number.checked_mul(1 << shift).filter(|&bytes| bytes > 0).ok_or("the size is out of range".into())
}

#[cfg(test)]
mod tests {
    use super::parse_bytes;

    #[test]
    fn sizes_with_and_without_units() {
        assert_eq!(parse_bytes("4096"), Ok(4096));
        assert_eq!(parse_bytes("64M"), Ok(64 << 20));
        assert_eq!(parse_bytes("1 GiB"), Ok(1 << 30));
        for wrong in ["", "M", "-1", "1.5G", "12 parsecs", "0", "99999999999T"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }
}
