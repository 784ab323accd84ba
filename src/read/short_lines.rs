//! Lines of files that name pairs: short ones, so that a limit can be a constant.

use std::io::{self, BufRead, Read};

/// A line holds two ids and some words.
const LINE_BYTES_MAX: usize = 1 << 20;

/// What is wrong with a line before anybody asks what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortLineFault {
    /// It has more bytes than a line may have.
    TooLong {
        /// The most bytes that a line may have.
        bytes_max: usize,
    },
    /// Its bytes are not UTF-8.
    NotUtf8,
}

/// Visits each line that is not blank with its number, from 1; a byte order mark is passed over.
///
/// # Errors
/// What the reader returns.
pub fn for_each_short_line(
    mut input: impl BufRead,
    mut visit: impl FnMut(u64, Result<&str, ShortLineFault>),
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut input).take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() > LINE_BYTES_MAX && !line.ends_with(b"\n") {
            input.skip_until(b'\n')?;
            visit(number, Err(ShortLineFault::TooLong { bytes_max: LINE_BYTES_MAX }));
            continue;
        }
        let bytes = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
        match std::str::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => visit(number, Ok(text)),
            Err(_) => visit(number, Err(ShortLineFault::NotUtf8)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_told_and_the_rest_is_read() {
        let mut input = b"\xef\xbb\xbfone\n \n\xff\n".to_vec();
        input.extend(vec![b'x'; LINE_BYTES_MAX + 5]);
        input.extend(b"\nlast");
        let mut seen = Vec::new();
        for_each_short_line(&input[..], |number, line| seen.push((number, line.map(str::to_owned)))).unwrap();
        let too_long = ShortLineFault::TooLong { bytes_max: LINE_BYTES_MAX };
        let expected = [
            (1, Ok("one\n".to_owned())),
            (3, Err(ShortLineFault::NotUtf8)),
            (4, Err(too_long)),
            (5, Ok("last".to_owned())),
        ];
        assert_eq!(seen, expected);
    }
}
