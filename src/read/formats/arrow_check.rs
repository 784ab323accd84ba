//! What an Arrow file says of its own sizes, checked before its decoder believes it: it takes memory for what
//! is declared, and a damaged number asks for more than there is on any machine.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use arrow_ipc::{Block, Message, RecordBatch, root_as_footer, root_as_message};

/// Before the length of a message's metadata.
const CONTINUATION: [u8; 4] = [0xFF; 4];
const FILE_MAGIC_BYTES: u64 = 6;
/// More than this no codec makes of a byte.
const RATIO_MAX: u64 = 1 << 20;

/// How much of a file may be handed to the decoder.
pub(super) struct Sound {
    /// From its beginning.
    pub bytes: u64,
    /// What is wrong with what follows.
    pub fault: Option<io::Error>,
}

/// How much of the file may be handed to the decoder: of a stream all messages before the first one that
/// cannot be, a file as a whole. It is left at its beginning.
///
/// # Errors
/// The file's; [`io::ErrorKind::InvalidData`] for sizes that cannot be.
pub(super) fn check(file: &mut File, is_file: bool, limit_bytes: u64) -> io::Result<Sound> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut checked = Checked { file, size, limit_bytes };
    let sound = match is_file {
        true => checked.blocks().map(|()| Sound { bytes: size, fault: None })?,
        false => checked.messages()?,
    };
    checked.file.seek(SeekFrom::Start(0))?;
    Ok(sound)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

struct Checked<'f> {
    file: &'f mut File,
    size: u64,
    /// Of what comes out of one batch.
    limit_bytes: u64,
}

impl Checked<'_> {
    fn at(&mut self, place: u64, length: u64) -> io::Result<Vec<u8>> {
        let end = place.checked_add(length).filter(|end| *end <= self.size);
        end.ok_or_else(|| damaged("a part of it lies behind its end"))?;
        self.file.seek(SeekFrom::Start(place))?;
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Of a file: what its footer names.
    fn blocks(&mut self) -> io::Result<()> {
        let tail_bytes = FILE_MAGIC_BYTES + 4;
        let tail = self.at(self.size.saturating_sub(tail_bytes), tail_bytes.min(self.size))?;
        let length = tail.first_chunk::<4>().map_or(0, |bytes| i32::from_le_bytes(*bytes));
        let length = u64::try_from(length).map_err(|_| damaged("its footer has no length"))?;
        let place = self.size.saturating_sub(tail_bytes).checked_sub(length);
        let footer = self.at(place.ok_or_else(|| damaged("its footer is longer than the file"))?, length)?;
        let footer = root_as_footer(&footer).map_err(|error| damaged(&format!("its footer: {error}")))?;
        let blocks: Vec<Block> = footer
            .dictionaries()
            .iter()
            .flatten()
            .chain(footer.recordBatches().iter().flatten())
            .copied()
            .collect();
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn block(&mut self, block: &Block) -> io::Result<()> {
        let number =
            |value: i64| u64::try_from(value).map_err(|_| damaged("a block lies before its beginning"));
        let (place, body) = (number(block.offset())?, number(block.bodyLength())?);
        let head = number(block.metaDataLength().into())?;
        let metadata = self.at(place, head)?;
        let skipped = if metadata.starts_with(&CONTINUATION) { 8 } else { 4 };
        let message = metadata.get(skipped..).unwrap_or_default();
        let message = root_as_message(message).map_err(|error| damaged(&format!("a message: {error}")))?;
        self.body(message, place + head, body)
    }

    /// Of a stream: one message behind the other.
    fn messages(&mut self) -> io::Result<Sound> {
        let mut bytes = 0;
        loop {
            match self.message(bytes) {
                Ok(Some(end)) => bytes = end,
                Ok(None) => return Ok(Sound { bytes, fault: None }),
                // without its first message nothing can be read
                Err(fault) if bytes == 0 => return Err(fault),
                Err(fault) => return Ok(Sound { bytes, fault: Some(fault) }),
            }
        }
    }

    /// Where the message ends that begins at a place; `None` where the stream does.
    fn message(&mut self, mut place: u64) -> io::Result<Option<u64>> {
        if place == self.size {
            return Ok(None);
        }
        if self.at(place, 4)? == CONTINUATION {
            place += 4;
        }
        let length = self.at(place, 4)?.first_chunk::<4>().map_or(0, |bytes| i32::from_le_bytes(*bytes));
        let length = u64::try_from(length).map_err(|_| damaged("a message has no length"))?;
        if length == 0 {
            return Ok(None);
        }
        let metadata = self.at(place + 4, length)?;
        let message = root_as_message(&metadata).map_err(|error| damaged(&format!("a message: {error}")))?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| damaged("a message has no length"))?;
        place += 4 + length;
        self.body(message, place, body)?;
        place.checked_add(body).map(Some).ok_or_else(|| damaged("a message is too long"))
    }

    fn body(&mut self, message: Message<'_>, place: u64, length: u64) -> io::Result<()> {
        if place.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(damaged("it is cut off within a batch"));
        }
        let batch = message.header_as_record_batch();
        let batch = batch.or_else(|| message.header_as_dictionary_batch()?.data());
        batch.map_or(Ok(()), |batch| self.batch(batch, place, length))
    }

    /// What the buffers of a batch say that they unpack to.
    fn batch(&mut self, batch: RecordBatch<'_>, place: u64, length: u64) -> io::Result<()> {
        if batch.compression().is_none() {
            return Ok(());
        }
        let mut whole = 0_u64;
        for buffer in batch.buffers().iter().flatten() {
            let (Ok(offset), Ok(packed)) = (u64::try_from(buffer.offset()), u64::try_from(buffer.length()))
            else {
                return Err(damaged("a buffer lies before its beginning"));
            };
            if packed == 0 {
                continue;
            }
            if offset.checked_add(packed).is_none_or(|end| end > length) || packed < 8 {
                return Err(damaged("a buffer lies outside of its batch"));
            }
            let said = self.at(place + offset, 8)?;
            let said = said.first_chunk::<8>().map_or(0, |bytes| i64::from_le_bytes(*bytes));
            // -1 says that the buffer is not compressed
            let unpacked = if said == -1 { packed } else { u64::try_from(said).unwrap_or(u64::MAX) };
            whole = whole.saturating_add(unpacked);
            if unpacked / RATIO_MAX > packed || whole > self.limit_bytes {
                return Err(damaged("a buffer says that it unpacks to more than can be"));
            }
        }
        Ok(())
    }
}
