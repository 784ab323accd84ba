//! Files of ids, one a line.

use std::io::{BufRead, BufReader, Read};

use retold::read::Decompressed;

/// An id takes no more than this.
const ID_BYTES_MAX: u64 = 1 << 20;

/// Appends the ids of a stream, one a line; a run of the same is one.
pub fn read_ids(raw: impl Read, ids: &mut Vec<String>) -> std::io::Result<()> {
    let broken = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
    let mut lines = BufReader::new(Decompressed::new(raw));
    let mut line = Vec::new();
    let mut is_first = true;
    loop {
        line.clear();
        if (&mut lines).take(ID_BYTES_MAX + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() as u64 > ID_BYTES_MAX {
            return Err(broken("a line of more than 1 MiB is no id"));
        }
        let id = std::str::from_utf8(&line).map_err(|_| broken("stream did not contain valid UTF-8"))?;
        let id = if std::mem::take(&mut is_first) { id.strip_prefix('\u{feff}').unwrap_or(id) } else { id };
        let id = id.trim();
        // as spreadsheets write them
        let quoted = id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
        let id = quoted.map_or_else(|| id.to_owned(), |id| id.replace("\"\"", "\""));
        if !id.is_empty() && ids.last() != Some(&id) {
            ids.push(id);
        }
    }
}
