//! Files of ids, one a line.

use std::io::{BufRead, BufReader, Read};

use retold::read::Decompressed;

/// An id takes no more than this.
const ID_BYTES_MAX: u64 = 1 << 20;

/// Appends the ids of a stream, one a line; a run of the same is one.
pub fn read_ids(raw: impl Read, ids: &mut Vec<String>) -> std::io::Result<()> {
    let broken = |number: u64, what: &str| {
        std::io::Error::new(std::io::ErrorKind::InvalidData, format!("line {number}: {what}"))
    };
    let mut lines = BufReader::new(Decompressed::new(raw));
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut lines).take(ID_BYTES_MAX + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 > ID_BYTES_MAX {
            return Err(broken(number, "more than 1 MiB is no id"));
        }
        let id = std::str::from_utf8(&line).map_err(|_| broken(number, "it is not UTF-8"))?;
        let id = if number == 1 { id.strip_prefix('\u{feff}').unwrap_or(id) } else { id };
        let id = id.trim();
        // as spreadsheets write them
        let quoted = id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
        let id = quoted.map_or_else(|| id.to_owned(), |id| id.replace("\"\"", "\""));
        if !id.is_empty() && ids.last() != Some(&id) {
            ids.push(id);
        }
    }
    Ok(())
}
