//! Columns of columnar files in the types that other writers choose.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder, StructBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, Decimal128Array, FixedSizeBinaryArray, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampNanosecondArray,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use retold::article::Article;
use retold::read::{FieldNames, ReadOptions};

use super::cousins::opened;
use super::support::{open, options};

const ONE: &str = "The ferry will not sail before Monday.";
const TWO: &str = "Its engine broke on Friday.";

fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn feather(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

/// What a table gives as Parquet, which is what it gives as Feather.
fn read(columns: Vec<(&str, ArrayRef)>, names: &FieldNames) -> Vec<Article> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let of = |file: &str, bytes: Vec<u8>| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        std::fs::write(&path, bytes).unwrap();
        let opened = open(&[path], ReadOptions { field_names: names.clone(), ..options(4096) });
        let seen = opened.all_agree();
        assert!(opened.rejected().is_empty(), "{file}: {:?}", opened.rejected());
        seen.into_iter().map(|seen| seen.article).collect::<Vec<_>>()
    };
    let read = of("a.parquet", parquet(&batch));
    let bare = |articles: &[Article]| articles.iter().map(|article| article.text.clone()).collect::<Vec<_>>();
    assert_eq!(bare(&of("a.feather", feather(&batch))), bare(&read));
    read
}

fn texts(array: impl arrow_array::Array + 'static) -> Vec<String> {
    read(vec![("text", Arc::new(array))], &FieldNames::default())
        .into_iter()
        .map(|article| article.text)
        .collect()
}

#[test]
fn texts_of_any_type_of_string() {
    let wanted = [ONE, TWO, ONE];
    assert_eq!(texts(StringArray::from(wanted.to_vec())), wanted);
    assert_eq!(texts(LargeStringArray::from(wanted.to_vec())), wanted);
    assert_eq!(texts(StringViewArray::from(wanted.to_vec())), wanted);
    assert_eq!(texts(BinaryArray::from_iter_values(wanted)), wanted);
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    wanted.iter().for_each(|text| dictionary.append_value(text));
    assert_eq!(texts(dictionary.finish()), wanted);
    let old = encoding_rs::WINDOWS_1252
        .encode("Müller fährt über die Brücke, sagte er am Montag in Köln.")
        .0
        .into_owned();
    assert_eq!(
        texts(BinaryArray::from_iter_values([old])),
        ["Müller fährt über die Brücke, sagte er am Montag in Köln."]
    );
}

/// Sizes that a file declares are numbers that anyone may have written.
#[test]
fn a_buffer_that_says_it_is_endless_is_refused() {
    use arrow_ipc::CompressionType;
    use arrow_ipc::writer::IpcWriteOptions;
    let text: ArrayRef = Arc::new(StringArray::from(vec![ONE.repeat(40)]));
    let batch = RecordBatch::try_from_iter([("text", text)]).unwrap();
    let packed = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME)).unwrap();
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), packed).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let read = |bytes: &[u8]| {
        let (opened, articles) = opened("a.feather", bytes, options(4096));
        (articles.len(), opened.rejected())
    };
    assert_eq!(read(&bytes).0, 1);
    // the eight bytes before each packed buffer say how long it is unpacked; elsewhere the number may stand
    // by chance
    let said = (ONE.len() as u64 * 40).to_le_bytes();
    let places = bytes.windows(8).enumerate().filter(|(_, bytes)| *bytes == said).map(|(at, _)| at);
    let places: Vec<usize> = places.collect();
    let refused = places.iter().filter(|&&at| {
        let mut changed = bytes.clone();
        changed[at..at + 8].copy_from_slice(&0x6500_0000_0000_0007_u64.to_le_bytes());
        let (count, rejected) = read(&changed);
        count == 0 && rejected.iter().any(|rejection| rejection.reason.contains("more than can be"))
    });
    assert_eq!(refused.count(), 1, "of {} places", places.len());
}

/// Two batches, each a message of its own.
#[test]
fn what_comes_before_a_stream_breaks_is_kept() {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text.to_owned()])) };
    let batches = [ONE, TWO].map(|one| RecordBatch::try_from_iter([("text", text(one))]).unwrap());
    let mut bytes = Vec::new();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    drop(writer);
    let read = |bytes: &[u8]| {
        let (opened, articles) = opened("a.arrows", bytes, options(4096));
        let texts: Vec<String> = articles.into_iter().map(|article| article.text).collect();
        (texts, opened.rejected().into_iter().map(|rejection| rejection.reason).collect::<Vec<_>>())
    };
    assert_eq!(read(&bytes), (vec![ONE.to_owned(), TWO.to_owned()], vec![]));
    // each message begins with a mark of four bytes and its length
    let starts: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, mark)| *mark == [0xFF; 4]).map(|(at, _)| at).collect();
    let [schema, _, second, ..] = starts[..] else { panic!("{starts:?}") };
    for (reason, broken) in [
        ("lies behind its end", bytes[..second + 20].to_vec()),
        ("cut off within a batch", bytes[..bytes.len() - 40].to_vec()),
        (
            "lies behind its end",
            [&bytes[..second + 4], &i32::MAX.to_le_bytes(), &bytes[second + 8..]].concat(),
        ),
        ("has no length", [&bytes[..second + 4], &i32::MIN.to_le_bytes(), &bytes[second + 8..]].concat()),
    ] {
        let (texts, reasons) = read(&broken);
        assert_eq!(texts, [ONE], "{reasons:?}");
        assert!(reasons.len() == 1 && reasons[0].contains(reason), "{reasons:?}");
    }
    let nothing = [&bytes[..schema + 4], &i32::MAX.to_le_bytes(), &bytes[schema + 8..]].concat();
    let (texts, reasons) = read(&nothing);
    assert!(texts.is_empty() && reasons.len() == 1, "{reasons:?}");
}

#[test]
fn numbers_name_and_dates_date() {
    let of = |id: ArrayRef, date: ArrayRef| {
        let text: ArrayRef = Arc::new(StringArray::from(vec![ONE]));
        let mut all = read(vec![("id", id), ("date", date), ("text", text)], &FieldNames::default());
        let article = all.remove(0);
        (article.id.clone(), article.unix_seconds())
    };
    let seconds = retold::article::iso_seconds("2031-02-06T09:00:00Z").unwrap();
    let date: ArrayRef = Arc::new(Int64Array::from(vec![seconds]));
    assert_eq!(of(Arc::new(Float64Array::from(vec![17.0])), date.clone()), ("17".into(), Some(seconds)));
    let decimal =
        Decimal128Array::from(vec![i128::from(u64::MAX) * 10]).with_precision_and_scale(38, 0).unwrap();
    assert_eq!(of(Arc::new(decimal), date).0, "184467440737095516150");
    let moment: ArrayRef = Arc::new(
        TimestampNanosecondArray::from(vec![seconds * 1_000_000_000 + 5]).with_timezone("Europe/Oslo"),
    );
    assert_eq!(of(Arc::new(Int64Array::from(vec![-1])), moment), ("-1".into(), Some(seconds)));
    let fraction: ArrayRef = Arc::new(Float64Array::from(vec![seconds as f64]));
    assert_eq!(of(Arc::new(StringArray::from(vec!["x"])), fraction).1, Some(seconds));
}

#[test]
fn lists_and_structs_go_by_dotted_names() {
    let mut list = ListBuilder::new(StringBuilder::new());
    list.values().append_value(ONE);
    list.values().append_null();
    list.values().append_value(TWO);
    list.append(true);
    let paragraphs = list.finish();
    assert_eq!(texts(paragraphs.clone()), [format!("{ONE}\n\n{TWO}")]);

    let fields = Fields::from(vec![
        Field::new("kind", DataType::Utf8, true),
        Field::new("body", DataType::Utf8, true),
    ]);
    let mut blocks = ListBuilder::new(StructBuilder::from_fields(fields, 2));
    for text in [ONE, TWO] {
        let block = blocks.values();
        block.field_builder::<StringBuilder>(0).unwrap().append_value("p");
        block.field_builder::<StringBuilder>(1).unwrap().append_value(text);
        block.append(true);
    }
    blocks.append(true);
    let title: ArrayRef = Arc::new(StringArray::from(vec!["Ferry"]));
    let head = StructArray::from(vec![(Arc::new(Field::new("title", DataType::Utf8, true)), title)]);
    let columns = || -> Vec<(&str, ArrayRef)> {
        let dotted: ArrayRef = Arc::new(StringArray::from(vec!["by a name with a full stop"]));
        vec![
            ("paras", Arc::new(paragraphs.clone())),
            ("blocks", Arc::new(blocks.finish_cloned())),
            ("head", Arc::new(head.clone())),
            ("a.b", dotted),
        ]
    };
    for (name, wanted) in [
        ("paras", format!("{ONE}\n\n{TWO}")),
        ("paras.2", TWO.to_owned()),
        ("blocks.body", format!("{ONE}\n\n{TWO}")),
        ("blocks.1.body", TWO.to_owned()),
        ("a.b", "by a name with a full stop".to_owned()),
    ] {
        let names = FieldNames { text: name.into(), title: "head.title".into(), ..FieldNames::default() };
        let article = &read(columns(), &names)[0];
        assert_eq!((&article.text, article.title.as_deref()), (&wanted, Some("Ferry")), "{name}");
    }
}

/// Dates as Impala and older Spark write them: nanoseconds of a day, and a Julian day.
#[test]
fn dates_of_96_bits() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int96, Int96Type};
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message schema { required binary text (UTF8); optional int96 date; }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<ByteArrayType>()
        .write_batch(&[ByteArray::from(ONE), ByteArray::from(TWO)], None, None)
        .unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let (nanoseconds, julian_day) = (9_u64 * 3600 * 1_000_000_000, 2_440_588 + 22_316);
    let date = Int96::from(vec![nanoseconds as u32, (nanoseconds >> 32) as u32, julian_day]);
    column.typed::<Int96Type>().write_batch(&[date], Some(&[1, 0]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    std::fs::write(&path, bytes).unwrap();
    let seen = open(&[path], options(4096)).all_agree();
    let seconds: Vec<_> = seen.iter().map(|seen| seen.article.unix_seconds()).collect();
    assert_eq!(seconds, [retold::article::iso_seconds("2031-02-06T09:00:00Z"), None]);
}

#[test]
fn decimals_and_names_of_16_bytes() {
    let decimals = Decimal128Array::from(vec![1200, 1250]).with_precision_and_scale(10, 2).unwrap();
    let uuids = FixedSizeBinaryArray::try_from_iter([[0x10_u8; 16], [0xFF; 16]].into_iter()).unwrap();
    for (ids, wanted) in [
        (Arc::new(decimals) as ArrayRef, ["12", "12.50"]),
        (Arc::new(uuids), ["10101010-1010-1010-1010-101010101010", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
    ] {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![ONE, TWO]));
        let articles = read(vec![("id", ids), ("text", texts)], &FieldNames::default());
        assert_eq!(articles.iter().map(|article| article.id.as_str()).collect::<Vec<_>>(), wanted);
    }
}

/// Texts of a kilobyte in groups of so many rows.
fn grouped(rows: usize, a_group: usize) -> Vec<u8> {
    let text = |row: usize| format!("{row} {}", format!("word{row} ").repeat(1000 / 8));
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("a{row}")))) as ArrayRef),
        ("text", Arc::new(StringArray::from_iter_values((0..rows).map(text)))),
    ])
    .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(a_group)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Groups that are decoded at once by any thread, and such as are too long for that.
#[test]
fn rows_come_in_their_order_from_groups_of_any_length() {
    for (rows, a_group) in [(100, 1), (100, 7), (9000, 2000), (9000, 9000)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, grouped(rows, a_group)).unwrap();
        for threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let ids: Vec<String> = pool.install(|| {
                let opened = open(std::slice::from_ref(&path), options(64 << 10));
                opened.all_agree().into_iter().map(|seen| seen.article.id).collect()
            });
            assert!(ids.iter().eq((0..rows).map(|row| format!("a{row}")).collect::<Vec<_>>().iter()));
        }
    }
}

#[test]
fn a_damaged_group_is_named_and_the_others_are_read() {
    let mut bytes = grouped(40, 10);
    let metadata = parquet::file::metadata::ParquetMetaDataReader::new()
        .parse_and_finish(&bytes::Bytes::from(bytes.clone()))
        .unwrap();
    let at = metadata.row_group(2).column(1).data_page_offset() as usize;
    // the header of its page
    bytes[at..at + 8].fill(0xFF);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    std::fs::write(&path, bytes).unwrap();
    let opened = open(&[path], options(64 << 10));
    assert_eq!(opened.all_agree().len(), 30);
    let rejected = opened.rejected();
    assert!(rejected.len() == 1 && rejected[0].reason.starts_with("row 21: "), "{rejected:?}");
}
