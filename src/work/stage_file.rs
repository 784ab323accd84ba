//! A finished stage as a file: what run it belongs to, its numbers, a checksum.
//!
//! `magic, run, length of the content, content, checksum`, all numbers little-endian. Such a file serves the
//! program that wrote it, on the machine that wrote it; whatever else it meets is taken for no file at all.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

const MAGIC: &[u8; 16] = b"retold stage 1\r\n";

/// What a stage came to.
pub(crate) trait Stored: Sized {
    fn write(&self, out: &mut StageWriter) -> io::Result<()>;

    /// # Errors
    /// Where the file ends too early, or holds what cannot be.
    fn read(from: &mut StageReader) -> io::Result<Self>;
}

/// A number of fixed size.
pub(crate) trait Number: Copy {
    const BYTES: usize;
    fn put(self, bytes: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($number:ty),*) => {$(
        impl Number for $number {
            const BYTES: usize = size_of::<$number>();
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<$number>()];
                own.copy_from_slice(bytes);
                <$number>::from_le_bytes(own)
            }
        }
    )*};
}
number!(u8, u16, u32, u64, u128, i64, f32);

impl<A: Number, B: Number> Number for (A, B) {
    const BYTES: usize = A::BYTES + B::BYTES;
    fn put(self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
        self.1.put(bytes);
    }
    fn get(bytes: &[u8]) -> Self {
        let (first, second) = bytes.split_at(A::BYTES);
        (A::get(first), B::get(second))
    }
}

/// Numbers go through memory so many at a time.
const NUMBERS_AT_ONCE: usize = 8192;

pub(crate) struct StageWriter {
    out: BufWriter<File>,
    hash: Xxh3,
    bytes: Vec<u8>,
}

impl StageWriter {
    pub fn numbers<N: Number>(&mut self, numbers: &[N]) -> io::Result<()> {
        self.count(numbers.len())?;
        for some in numbers.chunks(NUMBERS_AT_ONCE) {
            self.bytes.clear();
            some.iter().for_each(|number| number.put(&mut self.bytes));
            self.hash.update(&self.bytes);
            self.out.write_all(&self.bytes)?;
        }
        Ok(())
    }

    pub fn strings<'a>(&mut self, strings: impl ExactSizeIterator<Item = &'a str>) -> io::Result<()> {
        self.count(strings.len())?;
        strings.into_iter().try_for_each(|string| self.numbers(string.as_bytes()))
    }

    fn count(&mut self, count: usize) -> io::Result<()> {
        let bytes = (count as u64).to_le_bytes();
        self.hash.update(&bytes);
        self.out.write_all(&bytes)
    }
}

pub(crate) struct StageReader {
    file: BufReader<File>,
    hash: Xxh3,
    bytes: Vec<u8>,
    left_bytes: u64,
}

impl StageReader {
    pub fn numbers<N: Number>(&mut self) -> io::Result<Vec<N>> {
        let count = self.count(N::BYTES)?;
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            let some = NUMBERS_AT_ONCE.min(count - numbers.len());
            self.fill(some * N::BYTES)?;
            numbers.extend(self.bytes.chunks_exact(N::BYTES).map(N::get));
        }
        Ok(numbers)
    }

    pub fn strings(&mut self) -> io::Result<Vec<String>> {
        let count = self.count(size_of::<u64>())?;
        (0..count).map(|_| String::from_utf8(self.numbers()?).map_err(io::Error::other)).collect()
    }

    /// So many things of at least `bytes_each` bytes, for which there is room in the file.
    fn count(&mut self, bytes_each: usize) -> io::Result<usize> {
        self.fill(size_of::<u64>())?;
        let count = u64::get(&self.bytes);
        match count.checked_mul(bytes_each as u64) {
            Some(bytes) if bytes <= self.left_bytes => Ok(count as usize),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn fill(&mut self, byte_count: usize) -> io::Result<()> {
        self.left_bytes =
            self.left_bytes.checked_sub(byte_count as u64).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.bytes.resize(byte_count, 0);
        self.file.read_exact(&mut self.bytes)?;
        self.hash.update(&self.bytes);
        Ok(())
    }
}

const HEAD_BYTES: u64 = MAGIC.len() as u64 + 8;

/// Writes a stage beside its place, and moves it there once it is whole.
pub(super) fn write(path: &Path, run: u64, stage: &impl Stored) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut out = StageWriter {
        out: BufWriter::with_capacity(1 << 18, File::create(&part)?),
        hash: Xxh3::with_seed(run),
        bytes: Vec::new(),
    };
    out.out.write_all(MAGIC)?;
    out.out.write_all(&run.to_le_bytes())?;
    stage.write(&mut out)?;
    let checksum = out.hash.digest();
    out.out.write_all(&checksum.to_le_bytes())?;
    out.out.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(&part, path)
}

/// The run that a file belongs to; `None` for a file that is no stage.
pub(super) fn run_of(path: &Path) -> Option<u64> {
    let mut head = [0; HEAD_BYTES as usize];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    let (magic, run) = head.split_at(MAGIC.len());
    (magic == MAGIC).then(|| u64::get(run))
}

/// A stage that was written for the run; `None` where there is none, or it is damaged.
pub(super) fn read<S: Stored>(path: &Path, run: u64) -> Option<S> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut head = [0; HEAD_BYTES as usize];
    file.read_exact(&mut head).ok()?;
    if head[..MAGIC.len()] != MAGIC[..] || head[MAGIC.len()..] != run.to_le_bytes() {
        return None;
    }
    let mut from = StageReader {
        file: BufReader::with_capacity(1 << 18, file),
        hash: Xxh3::with_seed(run),
        bytes: Vec::new(),
        left_bytes: length.checked_sub(HEAD_BYTES + 8)?,
    };
    let stage = S::read(&mut from).ok()?;
    let mut checksum = [0; 8];
    from.file.read_exact(&mut checksum).ok()?;
    (from.left_bytes == 0 && checksum == from.hash.digest().to_le_bytes()).then_some(stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct StageExample(Vec<(u32, u64)>, Vec<String>);

    impl Stored for StageExample {
        fn write(&self, out: &mut StageWriter) -> io::Result<()> {
            out.numbers(&self.0)?;
            out.strings(self.1.iter().map(String::as_str))
        }

        fn read(from: &mut StageReader) -> io::Result<Self> {
            Ok(StageExample(from.numbers()?, from.strings()?))
        }
    }

    #[test]
    fn a_stage_comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example");
        let example =
            StageExample((0..9000).map(|n| (n, 1 << 40 | 7)).collect(), vec!["é".into(), String::new()]);
        write(&path, 5, &example).unwrap();
        assert_eq!(read::<StageExample>(&path, 5), Some(example));
        assert_eq!(read::<StageExample>(&path, 6), None);
        assert_eq!(run_of(&path), Some(5));
        let whole = fs::read(&path).unwrap();
        for cut in [0, 10, 30, 500, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(read::<StageExample>(&path, 5), None);
        }
        for place in (0..200).chain(whole.len() - 60..whole.len()) {
            let mut damaged = whole.clone();
            damaged[place] ^= 4;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(read::<StageExample>(&path, 5), None, "byte {place}");
        }
        fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
        assert_eq!(read::<StageExample>(&path, 5), None);
    }
}
