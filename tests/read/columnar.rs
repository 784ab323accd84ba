//! Samples of columnar files, written by the crates that define them.

use std::sync::Arc;

use arrow_array::{ArrayRef, LargeStringArray, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::samples::{STORIES, Sample};

fn batch() -> RecordBatch {
    let column = |of: fn(&super::samples::Story) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(STORIES.iter().map(of)))
    };
    let texts: ArrayRef =
        Arc::new(LargeStringArray::from_iter_values(STORIES.iter().map(|story| story.text())));
    let seconds = STORIES.iter().map(|story| retold::article::iso_seconds(story.date).unwrap());
    let dates: ArrayRef =
        Arc::new(TimestampMillisecondArray::from_iter_values(seconds.map(|second| second * 1000)));
    RecordBatch::try_from_iter([
        ("id", column(|story| story.name.into())),
        ("title", column(|story| story.title.into())),
        ("date", dates),
        ("source", column(|_| "Northwire".into())),
        ("text", texts),
        ("unused", column(|story| story.text())),
    ])
    .unwrap()
}

fn parquet(compression: Compression) -> Vec<u8> {
    let batch = batch();
    let properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(2)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub fn samples() -> Vec<Sample> {
    let batch = batch();
    let (mut file, mut stream) = (Vec::new(), Vec::new());
    let mut writer = FileWriter::try_new(&mut file, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut writer = StreamWriter::try_new(&mut stream, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let sample = |file, bytes| Sample { file, bytes, stories: 0..3, has_date: true };
    vec![
        sample("plain.parquet", parquet(Compression::UNCOMPRESSED)),
        sample("snappy.parquet", parquet(Compression::SNAPPY)),
        sample("zstd.parquet", parquet(Compression::ZSTD(ZstdLevel::default()))),
        sample("a.feather", file),
        sample("a.arrows", stream),
    ]
}
