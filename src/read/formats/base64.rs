//! Bytes that are written in 64 letters (RFC 4648).

/// The bytes; `None` where another letter stands among those. White space is passed over.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let end = letters.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let mut bytes = Vec::with_capacity(end / 4 * 3 + 3);
    for four in letters.get(..end)?.chunks(4) {
        let mut joined = 0_u32;
        for letter in four {
            joined = joined << 6 | value(*letter)?;
        }
        let joined = joined << (6 * (4 - four.len()));
        // four letters are three bytes, three are two, two are one
        bytes.extend(joined.to_be_bytes().into_iter().skip(1).take(four.len().checked_sub(1)?));
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_the_bytes_that_they_stand_for() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9v\n  YmFy", "foobar"),
            ("Zm8", "fo"),
        ] {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decoded("/-+_").as_deref(), Some(&[0xFF, 0xEF, 0xBF][..]));
        assert_eq!(decoded("Zm9v!"), None);
    }
}
