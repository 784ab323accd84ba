//! Names of files as ids and as they are printed.

use std::fmt::Write;
use std::path::Path;

/// The bytes of a path, in which it is ordered and written as an id.
pub(super) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// A relative path as an id: always `/`, bytes that are not UTF-8 as %XX.
pub(super) fn id_of_path(path: &Path) -> String {
    let mut id = String::new();
    for component in path.components() {
        if !id.is_empty() {
            id.push('/');
        }
        push_lossless(&mut id, path_bytes(Path::new(&component)));
    }
    id
}

fn push_lossless(into: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        into.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// A path for a message: on one line, without anything that moves a terminal's cursor or turns its writing.
pub(super) fn printable(path: &Path) -> String {
    let mut lossless = String::new();
    push_lossless(&mut lossless, path_bytes(path));
    let turns_writing =
        |c| matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let mut name = String::with_capacity(lossless.len());
    for character in lossless.chars() {
        if character.is_control() || turns_writing(character) {
            name.extend(character.escape_default());
        } else {
            name.push(character);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_to_its_line() {
        assert_eq!(printable(Path::new("a\nb\u{1b}[31m\u{202e}é.txt")), "a\\nb\\u{1b}[31m\\u{202e}é.txt");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_utf8_are_written_in_hexadecimal() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(OsStr::from_bytes(b"seeds/caf\xE9/\xFF\n.txt"));
        assert_eq!(id_of_path(path), "seeds/caf%E9/%FF\n.txt");
        assert_eq!(printable(path), "seeds/caf%E9/%FF\\n.txt");
    }
}
