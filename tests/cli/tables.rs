//! Rows as tables, and tables written again.

use crate::support::{Home, article, articles, rows, text};

/// A text with one word changed in its middle.
fn edited(number: u64) -> String {
    let of = text(number);
    let mut words: Vec<&str> = of.split(' ').collect();
    words[60] = "otherwise";
    words.join(" ")
}

fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect()
}

#[test]
fn pairs_and_families_are_tables_on_request() {
    let home = Home::new();
    home.write("in.jsonl", articles([("=a,\"1\"", text(1)), ("b", edited(1)), ("c", text(2))]));
    home.run(&["scan", "in.jsonl", "--out", "out", "--format", "csv", "--graphml"]).ends(0);
    let pairs = rows(&home.read("out/pairs.jsonl"));
    let table = home.read("out/pairs.csv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), pairs.len() + 1);
    assert!(
        lines[0].starts_with("source,derived,relation,tie,score,direction_confidence,reuse.verbatim"),
        "{}",
        lines[0]
    );
    let row = cells(lines[1]);
    // what a spreadsheet would take for a formula is a text
    assert_eq!((row[0].as_str(), row[1].as_str()), ("'=a,\"1\"", "b"));
    assert_eq!(row[4].parse::<f64>().unwrap(), pairs[0]["score"].as_f64().unwrap());
    let families = home.read("out/families.csv");
    let members: Vec<Vec<String>> = families.lines().skip(1).map(cells).collect();
    assert_eq!(members.iter().map(|row| row[4].as_str()).collect::<Vec<_>>(), ["root", "member"]);
    assert_eq!(members[1][6], "'=a,\"1\"");
    // numbers as in the lines
    let family = &rows(&home.read("out/families.jsonl"))[0];
    let numbers = [&family["weakest"], &family["root_confidence"], &family["members"][1]["score"]];
    let told = [2, 3, 8].map(|column| members[1][column].parse::<f64>().ok());
    assert_eq!(told, numbers.map(serde_json::Value::as_f64));
    let graph = home.read("out/families.graphml");
    assert!(graph.contains("<edge source=\"=a,&quot;1&quot;\" target=\"b\">"), "{graph}");

    let printed = home.run(&["scan", "in.jsonl", "--format", "csv"]).ends(0).out;
    assert_eq!(printed, table);
    home.write("pairs", "{\"a\": \"b\", \"b\": \"c\"}\n{\"a\": \"b\", \"b\": \"nobody\"}\n");
    let compared = home.run(&["compare", "--pairs", "pairs", "in.jsonl", "--format", "csv"]).ends(1);
    assert_eq!(compared.out.lines().count(), 2);
    assert!(compared.err.contains("b and nobody were not compared"), "{}", compared.err);
    home.run(&["scan", "in.jsonl", "--graphml"]).ends(2).says("--out");
}

#[test]
fn tables_are_written_again_byte_for_byte() {
    let home = Home::new();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let long = format!("{}\r\n\"so\"", text(1));
    let lines = [
        "\u{feff}sep=;\r\n\"id\";text;\"odd \"\"column\"\"\"\r\n".to_owned(),
        format!("a;{};1,5\r\n", quoted(&long)),
        format!("b;{};\r\n\r\n", quoted(&long.to_uppercase())),
        format!("a;{};again\n", text(7)),
        "c;;no text\r\n".to_owned(),
        format!("d;{};=2+3", text(3)),
    ];
    let whole = lines.concat();
    home.write("in/t.csv", &whole);
    let run =
        ["dedup", "in", "--keep", "first", "--annotate", "marked", "--remove", "kept", "--marks", "m.csv"];
    home.run(&run).ends(1);
    let mark = |id: &str| {
        let marks = home.read("m.csv");
        let line = marks.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap().to_owned();
        line.split_once(',').unwrap().1.replace(',', ";")
    };
    let names = "cluster;size;keep;representative;relation;score;jaccard;weakest;links;contained;reason";
    let headed: Vec<String> = names.split(';').map(|name| format!("dedup.{name}")).collect();
    let expected = [
        lines[0].trim_end().to_owned() + ";" + &headed.join(";") + "\r\n",
        format!("{};{}\r\n", lines[1].trim_end(), mark("a")),
        format!("{};{}\r\n\r\n", lines[2].trim_end(), mark("b")),
        // an id that was given before, and no text: the marks' cells are empty
        format!("{};;;;;;;;;;;\n", lines[3].trim_end()),
        format!("{};;;;;;;;;;;\r\n", lines[4].trim_end()),
        format!("{};{}", lines[5], mark("d")),
    ];
    assert_eq!(home.read("marked/in/t.csv"), expected.concat());
    assert_eq!(home.read("kept/in/t.csv"), [&lines[0][..], &lines[1], &lines[5]].concat());
    assert_eq!(home.read("in/t.csv"), whole);

    // another run over what was annotated needs another name for its marks
    home.run(&["dedup", "marked", "--annotate", "x"]).ends(2).says("has a column \"dedup.cluster\" already");
    let zipped =
        zstd::bulk::compress(format!("id\ttext\nx\t{}\ny\t{}\n", text(1), text(1)).as_bytes(), 1).unwrap();
    home.write("z/t.tsv.zst", zipped);
    home.run(&["dedup", "z", "--remove", "less"]).ends(0);
    let kept = zstd::decode_all(&std::fs::read(home.path("less/z/t.tsv.zst")).unwrap()[..]).unwrap();
    assert_eq!(String::from_utf8(kept).unwrap(), format!("id\ttext\nx\t{}\n", text(1)));
    // rows that marks of their texts make one to other readers
    let rows = [format!("x\t\"{}\n", text(1)), format!("y\t{}\"\n", text(1))];
    home.write("plain.tsv", "id\ttext\n".to_owned() + &rows.concat());
    home.run(&["dedup", "plain.tsv", "--remove", "less"]).ends(0);
    assert_eq!(home.read("less/plain.tsv"), "id\ttext\n".to_owned() + &rows[0]);
    home.run(&["dedup", "z", "--keep", "field:n:max", "--remove", "w"]).ends(2).says("is no JSON lines");
    let wide: Vec<u8> = "\u{feff}text\none two\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    home.write("u.csv", wide);
    home.run(&["dedup", "u.csv", "--remove", "w"]).ends(2).says("is UTF-16");
}

#[test]
fn a_sample_tells_what_a_run_would_remove() {
    let home = Home::new();
    let line = |number: u64| article(&format!("d{number}"), &text(number / 2)) + "\n";
    home.write("in.jsonl", (0..400).map(line).collect::<String>());
    let told = home.run(&["dedup", "in.jsonl", "--sample", "0.5", "-q"]).ends(0).out;
    assert!(
        told.contains("of 400 documents were drawn: a run would remove some 200 of all (50.00 %"),
        "{told}"
    );
    home.run(&["dedup", "in.jsonl", "--sample", "0"]).ends(2).says("above 0");
    home.run(&["dedup", "in.jsonl", "--sample", "0.5", "--out", "x"]).ends(2).says("cannot be used with");
    home.run(&["dedup", "in.jsonl", "--sample", "0.5", "--by", "derived"]).ends(2).says("copies alone");
}

#[cfg(feature = "parquet")]
mod columnar {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int32Type;
    use arrow_array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Compression;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    fn batches(home: &Home, name: &str) -> Vec<RecordBatch> {
        let file = std::fs::File::open(home.path(name)).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn parquet_holds_what_the_lines_hold() {
        let home = Home::new();
        home.write("in.jsonl", articles([("=a", text(1)), ("b", edited(1)), ("c", text(2))]));
        home.run(&["scan", "in.jsonl", "--out", "out", "--format", "parquet"]).ends(0);
        let pairs = rows(&home.read("out/pairs.jsonl"));
        let batch = &batches(&home, "out/pairs.parquet")[0];
        assert_eq!(batch.num_rows(), pairs.len());
        assert_eq!(batch["source"].as_string::<i32>().value(0), "=a");
        let reasons = batch["evidence"].as_list::<i32>().value(0);
        assert_eq!(reasons.len(), pairs[0]["evidence"].as_array().unwrap().len());
        let texts = reasons.as_struct()["text"].as_string::<i32>().clone();
        assert_eq!(texts.value(0), pairs[0]["evidence"][0]["text"]);
        let families = &batches(&home, "out/families.parquet")[0];
        assert_eq!(families["members"].as_list::<i32>().value(0).len(), 2);

        let printed = home.command().args(["scan", "in.jsonl", "--format", "parquet"]).output().unwrap();
        assert_eq!(printed.stdout, std::fs::read(home.path("out/pairs.parquet")).unwrap());
        home.run(&["dedup", "in.jsonl", "--marks", "m/marks.parquet"]).ends(0);
        let marks = &batches(&home, "m/marks.parquet")[0];
        assert_eq!((marks.num_rows(), marks["keep"].as_boolean().value(0)), (3, true));
    }

    /// Columns of types that articles have no use for, in groups of three rows.
    fn odd_table(texts: &[String]) -> Vec<u8> {
        let ids: ArrayRef =
            Arc::new(StringArray::from_iter_values((0..texts.len()).map(|at| format!("d{at}"))));
        let lists = (0..texts.len() as i32).map(|at| (at % 3 > 0).then(|| vec![Some(at), None, Some(-at)]));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
        let counts: ArrayRef =
            Arc::new(Int64Array::from_iter((0..texts.len() as i64).map(|at| (at != 1).then_some(at))));
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        let batch =
            RecordBatch::try_from_iter([("n", counts), ("id", ids), ("deep", lists), ("text", texts)])
                .unwrap();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(3))
            .build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.append_key_value_metadata(parquet::file::metadata::KeyValue::new(
            "mine".into(),
            "kept".to_owned(),
        ));
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn columns_of_any_type_stay_what_they_were() {
        let home = Home::new();
        // rows 1 and 4 go; row 5 is no article
        let texts = [text(1), text(1), text(2), text(3), edited(2), "  ".to_owned(), text(4)];
        home.write("in/t.parquet", odd_table(&texts));
        home.run(&[
            "dedup",
            "in",
            "--keep",
            "first",
            "--annotate",
            "marked",
            "--remove",
            "kept",
            "--marks",
            "m.jsonl",
        ])
        .ends(1);
        let marks = rows(&home.read("m.jsonl"));
        let before = arrow_select::concat::concat_batches(
            &batches(&home, "in/t.parquet")[0].schema(),
            &batches(&home, "in/t.parquet"),
        );
        let before = before.unwrap();
        for (name, kept) in
            [("marked/in/t.parquet", vec![0, 1, 2, 3, 4, 5, 6]), ("kept/in/t.parquet", vec![0, 2, 3, 6])]
        {
            let all = batches(&home, name);
            let after = arrow_select::concat::concat_batches(&all[0].schema(), &all).unwrap();
            let kept = arrow_array::UInt64Array::from(kept);
            for column in ["n", "id", "deep", "text"] {
                let expected = arrow_select::take::take(&before[column], &kept, None).unwrap();
                assert_eq!(&after[column], &expected, "{name} {column}");
            }
            let reader = SerializedFileReader::new(std::fs::File::open(home.path(name)).unwrap()).unwrap();
            let told = reader.metadata().file_metadata().key_value_metadata().unwrap();
            assert!(told.iter().any(|entry| entry.key == "mine" && entry.value.as_deref() == Some("kept")));
            let column = reader.metadata().row_group(0).column(0);
            assert_eq!(column.compression(), Compression::SNAPPY);
            if name.starts_with("marked") {
                let group = after["dedup"].as_struct();
                assert!(group["keep"].is_null(5) && group["representative"].is_null(5));
                for (at, mark) in [0, 1, 2, 3, 4, 6].into_iter().zip(&marks) {
                    assert_eq!(group["representative"].as_string::<i32>().value(at), mark["representative"]);
                    assert_eq!(group["keep"].as_boolean().value(at), mark["keep"]);
                    assert_eq!(group["score"].is_null(at), mark["score"].is_null());
                }
            }
        }
        home.run(&["dedup", "marked", "--annotate", "x"]).ends(2).says("has a column \"dedup\" already");
        home.run(&["dedup", "marked", "--annotate", "x", "--marks-field", "again"]).ends(1);
    }
}
