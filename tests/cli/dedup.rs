//! `retold dedup` end to end: marks, and the inputs written again.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Home, PROGRAM, are_valid, article, articles, rows, text};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// A text with one word changed in its middle.
fn edited(number: u64) -> String {
    let of = text(number);
    let mut words: Vec<&str> = of.split(' ').collect();
    words[60] = "otherwise";
    words.join(" ")
}

fn kept(marks: &[Value]) -> Vec<&str> {
    marks.iter().filter(|mark| mark["keep"] == true).map(|mark| mark["id"].as_str().unwrap()).collect()
}

#[test]
fn marks_are_rows_in_input_order() {
    let home = Home::new();
    let lines = articles([("b", text(1)), ("a", edited(1)), ("c", text(2)), ("d", text(1).to_uppercase())]);
    home.write("in.jsonl", lines + "not json\n");
    home.run(&["dedup", "in.jsonl", "--keep", "first", "--out", "out"]).ends(1);
    let marks = rows(&home.read("out/marks.jsonl"));
    are_valid("marks.json", &marks);
    let ids: Vec<&str> = marks.iter().map(|mark| mark["id"].as_str().unwrap()).collect();
    assert_eq!((ids, kept(&marks)), (vec!["b", "a", "c", "d"], vec!["b", "c"]));
    assert_eq!((&marks[3]["relation"], &marks[3]["jaccard"]), (&json!("identical"), &json!(1.0)));
    assert_eq!((&marks[1]["relation"], &marks[1]["reason"]), (&json!("copy"), &json!("first")));
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert_eq!((&summary["documents"], &summary["removed"]), (&json!(4), &json!(2)));
    assert_eq!(summary["rejected"], json!({"broken_json": 1}));
    are_valid("dedup_summary.json", std::slice::from_ref(&summary));
    assert_eq!(rows(&home.read("out/rejected.jsonl")).len(), 1);

    let told = home.run(&["dedup", "in.jsonl", "-q"]).ends(1);
    assert!(told.out.starts_with("4 documents: 2 kept, 2 in 1 cluster are duplicates"), "{}", told.out);
    let told = home.run(&["dedup", "in.jsonl", "--keep", "first", "--marks", "-"]).ends(1);
    assert_eq!(told.rows(), marks);
    home.run(&["dedup", "in.jsonl", "--keep", "first", "--marks", "new/marks.csv"]).ends(1);
    let table = home.read("new/marks.csv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[0],
        "id,cluster,size,keep,representative,relation,score,jaccard,weakest,links,contained,reason"
    );
    assert!(lines[4].ends_with(",3,false,b,identical,1,1,1,1,,first"), "{}", lines[4]);
    // ids are found again elsewhere
    home.write("odd.jsonl", articles([("-a", text(1)), ("=1", text(1)), ("a, \"b\"", text(2))]));
    home.run(&["dedup", "odd.jsonl", "--marks", "odd.csv"]).ends(0);
    let table = home.read("odd.csv");
    let ids: Vec<&str> = table.lines().skip(1).map(|line| &line[..3]).collect();
    assert_eq!(ids, ["-a,", "=1,", "\"a,"]);
}

/// Records as nobody should write them, and some do.
fn odd_lines() -> Vec<String> {
    let (one, other) = (text(1), text(2));
    vec![
        format!(
            r#"{{"z":1,"text":"{one}","id":"late id","a":[1,{{"b":null}}],"n":12345678901234567890123}}"#
        ),
        format!(r#"  {{ "id" : "spaced" ,"text": "{one}" , "x": 1.0000, "x": 2e400 }}  "#),
        format!("{{\"id\":\"\\u0065scaped\",\"text\":\"{one}\",\"t\":\"\\ud83d\\ude00 \\/ \\u00e9 é\"}}\r"),
        format!(r#"{{"id":"quoted","text":"{other} the \"dedup\": {{x}}","nested":{{"dedup":true}}}}"#),
        format!(r#"{{"id":7,"text":"{other} number","text2":"dedup","-0":-0,"e":1E5}}"#),
    ]
}

#[test]
fn annotated_inputs_differ_in_nothing_but_the_marks() {
    let home = Home::new();
    let lines = odd_lines();
    let whole = lines.join("\n") + "\n\n[]\n" + &article("last", &text(3));
    home.write("in/a.jsonl", format!("\u{feff}{whole}"));
    home.write("in/deep/b.ndjson.gz", gzip(whole.replace("\"id\"", "\"id2\":0,\"id\"").as_bytes()));
    home.write("in/c.jsonl.zst", zstd::bulk::compress(article("only", &text(4)).as_bytes(), 3).unwrap());
    home.write("in/d.jsonl", "[]\n");
    let before = home.files("in/deep");
    home.run(&["dedup", "in", "--annotate", "out", "--marks", "marks.jsonl", "--keep", "first"]).ends(1);
    assert_eq!(home.files("in/deep"), before);

    let written = home.read("out/in/a.jsonl");
    let written: Vec<&str> = written.trim_start_matches('\u{feff}').split_terminator('\n').collect();
    let marks = rows(&home.read("marks.jsonl"));
    // what is no article, or has an id that was given before, stays without a mark
    assert_eq!(written.len(), lines.len() + 3);
    assert_eq!(written[lines.len()..][..2], ["", "[]"]);
    for ((line, written), mark) in lines.iter().zip(&written).zip(&marks) {
        let end = line.rfind('}').unwrap();
        let inside = written.strip_prefix(&line[..end]).unwrap().strip_suffix(&line[end..]).unwrap();
        let inside: Value = serde_json::from_str(inside.strip_prefix(", \"dedup\": ").unwrap()).unwrap();
        let mut mark = mark.clone();
        mark.as_object_mut().unwrap().remove("id");
        assert_eq!(inside, mark);
    }
    let annotated = gunzip(&home.files("out/in/deep")["b.ndjson.gz"]);
    assert_eq!(annotated, gunzip(&before["b.ndjson.gz"]));
    let only = zstd::decode_all(&std::fs::read(home.path("out/in/c.jsonl.zst")).unwrap()[..]).unwrap();
    assert!(String::from_utf8(only).unwrap().starts_with(&article("only", &text(4))[..100]));
    assert_eq!(home.read("out/in/d.jsonl"), "[]\n");
}

#[test]
fn lines_that_were_mended_are_written_as_they_were_read() {
    let home = Home::new();
    let of = |id: &str, rest: &str| format!("{{\"id\":\"{id}\",\"text\":\"{}\"{rest}}}", text(1));
    let lines = [of("a", ","), of("b", ", \"tags\":[\"x\",],"), of("c", ",\"n\":NaN"), of("d", ",\"n\":1")];
    home.write("in.jsonl", lines.join("\n"));
    home.run(&["dedup", "in.jsonl", "--annotate", "out"]).ends(0);
    let written = rows(&home.read("out/in.jsonl"));
    let ids: Vec<&str> = written.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert!(written.iter().all(|row| row["dedup"]["size"] == 4), "{written:?}");
    assert_eq!((&written[1]["tags"], &written[2]["n"]), (&json!(["x"]), &json!(null)));
    home.write("in.jsonl", of("a", ",\"dedup\":{\"keep\":true},\"n\":NaN"));
    home.run(&["dedup", "in.jsonl", "--annotate", "x"]).ends(2).says("\"a\" has a field \"dedup\" already");
}

#[test]
fn what_is_rejected_stays_in_annotated_inputs_wherever_it_stands() {
    let home = Home::new();
    let bad = "{\"id\":\"x\"}\n".repeat(200_000);
    let whole = [&bad, &article("a", &text(1)), "\n", &bad, &article("b", &text(2)), "\n", &bad].concat();
    home.write("in/a.jsonl", &whole);
    home.write("in/b.jsonl.gz", gzip(whole.replace("\"id\":\"", "\"id\":\"other-").as_bytes()));
    home.run(&["dedup", "in", "--annotate", "out", "-q"]).ends(1);
    let files = home.files("out/in");
    let written = [String::from_utf8(files["a.jsonl"].clone()).unwrap(), gunzip(&files["b.jsonl.gz"])];
    for written in written {
        assert_eq!(written.lines().count(), 600_002);
        assert_eq!(written.matches(", \"dedup\": {").count(), 2);
    }
}

#[test]
fn a_record_that_has_the_field_already_is_named() {
    let home = Home::new();
    home.write("in.jsonl", article("a", &text(1)) + "\n{\"id\":\"b\",\"de\\u0064up\":1,\"text\":\"x\"}");
    home.run(&["dedup", "in.jsonl", "--annotate", "out"]).ends(2).says("\"b\" has a field \"dedup\" already");
    assert!(!home.path("out").exists());
    home.run(&["dedup", "in.jsonl", "--annotate", "out", "--marks-field", "marks"]).ends(0);
    assert_eq!(rows(&home.read("out/in.jsonl"))[1]["marks"]["reason"], "alone");
}

#[test]
fn what_is_not_kept_is_left_out_and_inputs_stay() {
    let home = Home::new();
    let lines = [article("a", &text(1)), article("b", &text(1)), article("c", &text(2))];
    let whole = gzip(lines.join("\n").as_bytes());
    home.write("in/x.jsonl.gz", &whole);
    home.write("in/one.txt", text(2));
    home.write("in/two.txt", text(5));
    home.run(&["dedup", "in", "--remove", "kept"]).ends(0).says("5 documents: 3 kept");
    let kept = home.files("kept/in");
    assert_eq!(gunzip(&kept["x.jsonl.gz"]), format!("{}\n{}\n", lines[0], lines[2]));
    assert_eq!(kept.keys().collect::<Vec<_>>(), ["two.txt", "x.jsonl.gz"]);
    assert_eq!(home.files("in")["x.jsonl.gz"], whole);

    home.run(&["dedup", "in", "--annotate", "kept"]).ends(2).says("in/one.txt is plain text");
    home.run(&["dedup", "in", "--remove", "."]).ends(2).says("is an input");
    home.run(&["dedup", "in", "--remove", "x", "--annotate", "x"]).ends(2).says("its own folder");
    home.write("other/x.jsonl.gz", &whole);
    home.run(&["dedup", "in/x.jsonl.gz", "other/x.jsonl.gz", "--remove", "y"])
        .ends(2)
        .says("two inputs are named");
    home.run(&["dedup", "in/x.jsonl.gz", "--marks", "in/x.jsonl.gz"]).ends(2).says("is an input");
}

#[test]
fn fields_and_sources_decide_and_bad_rules_are_named() {
    let home = Home::new();
    let line = |id: &str, source: &str, score: Value| {
        json!({"id": id, "text": text(1), "source": source, "q": {"score": score}}).to_string() + "\n"
    };
    let lines =
        line("a", "Post", json!(2)) + &line("b", "Wire", json!("0.5")) + &line("c", "Wire", json!(null));
    home.write("in.jsonl.zst", zstd::bulk::compress(lines.as_bytes(), 1).unwrap());
    let kept_by = |rules: &[&str]| {
        let mut args = vec!["dedup", "in.jsonl.zst", "--marks", "-"];
        rules.iter().for_each(|rule| args.extend(["--keep", rule]));
        kept(&home.run(&args).ends(0).rows()).concat()
    };
    assert_eq!(kept_by(&["field:q.score:max"]), "a");
    assert_eq!(kept_by(&["field:q.score:min"]), "b");
    assert_eq!(kept_by(&["source:Wire"]), "b");
    assert_eq!(kept_by(&["source:WIRE", "field:q.score:max"]), "b");
    home.run(&["dedup", "in.jsonl.zst", "--keep", "field:q.scor:max"])
        .ends(0)
        .says("--keep field:q.scor: no document");
    home.run(&["dedup", "in.jsonl.zst", "--keep", "source:wire,Wires"])
        .ends(0)
        .says("--keep source:Wires: no document is of this source");
    let unsaid = ["--keep", "field:q.score:max", "--keep", "source:wire,POST"];
    let unsaid = home.run(&[&["dedup", "in.jsonl.zst"], &unsaid[..]].concat()).ends(0);
    assert!(!unsaid.err.contains("no document"), "{}", unsaid.err);
    // whoever spells a source first, and how
    for others in ["WIRE", "wire", "Wire"] {
        let other = article("x", &text(9)).replace("\"id\"", &format!("\"source\":\"{others}\",\"id\""));
        for all in [other.clone() + "\n" + &lines, lines.clone() + &other] {
            let marks = home.run_with_input(&["dedup", "-", "--marks", "-", "--keep", "source:Wire"], all);
            assert_eq!(kept(&marks.ends(0).rows()).concat().replace('x', ""), "b", "{others}");
        }
    }
    assert_eq!(kept_by(&["source:Wire", "field:q.score:max"]), "b");
    home.run(&["dedup", "in.jsonl.zst", "--keep", "best"]).ends(2).says("one of earliest, latest");
    home.run(&["dedup", "in.jsonl.zst", "--max-chain", "3"]).ends(2).says("for --by derived alone");
}

#[test]
fn marks_against_a_reference_name_what_has_the_text() {
    let home = Home::new();
    home.write("in.jsonl", articles([("1", text(1)), ("2", text(2)), ("3", text(3))]));
    home.write("ref.jsonl", articles([("1", text(9)), ("2", edited(3)), ("x", text(2))]));
    let marks = home.run(&["dedup", "in.jsonl", "--against", "ref.jsonl", "--marks", "-"]).ends(0).rows();
    are_valid("marks.json", &marks);
    assert_eq!(kept(&marks), ["1"]);
    let told: Vec<_> = marks.iter().map(|mark| (&mark["representative"], &mark["reason"])).collect();
    assert_eq!(told[1], (&json!("x"), &json!("reference")));
    assert_eq!(told[2], (&json!("2"), &json!("reference")));
}

#[test]
fn marks_are_the_same_for_any_threads_and_any_order_and_a_run_goes_on() {
    let home = Home::new();
    let version = |number: u64| match number % 3 {
        0 => text(number / 30),
        1 => edited(number / 30),
        _ => text(1000 + number),
    };
    let mut lines: Vec<String> =
        (0..300).map(|number| article(&format!("d{number:03}"), &version(number))).collect();
    home.write("in.jsonl", lines.join("\n"));
    let sorted = |args: &[&str]| {
        let mut marks = home.run(args).ends(0).out.lines().map(str::to_owned).collect::<Vec<_>>();
        marks.sort_unstable();
        marks
    };
    let first = sorted(&["dedup", "in.jsonl", "--marks", "-"]);
    assert_eq!(
        first,
        sorted(&["dedup", "in.jsonl", "--marks", "-", "--threads", "1", "--memory-limit", "1M"])
    );
    assert_eq!(first, sorted(&["dedup", "in.jsonl", "--marks", "-", "--work-dir", "work"]));
    lines.reverse();
    home.write("in.jsonl", lines.join("\n"));
    assert_eq!(first, sorted(&["dedup", "in.jsonl", "--marks", "-"]));
}

/// Reprints of one story with own words after it, rewrites of another, and texts of their own.
fn reprints_and_rewrites() -> Vec<String> {
    let story = text(7);
    let told_again = |number: u64| {
        let own = text(8);
        let words: Vec<&str> = own.split(' ').collect();
        let fours = words.chunks(4).map(|four| four.join(" ") + " then");
        fours.skip(number as usize % 3).collect::<Vec<_>>().join(" ")
    };
    let of = |number: u64| match number % 3 {
        0 => format!("{story} {}", text(100 + number).split(' ').take(60).collect::<Vec<_>>().join(" ")),
        1 => told_again(number),
        _ => text(1000 + number),
    };
    (0..90).map(|number| article(&format!("d{number:03}"), &of(number))).collect()
}

#[test]
fn what_is_derived_is_the_same_in_any_order_and_reprints_are_one_cluster() {
    let home = Home::new();
    let mut lines = reprints_and_rewrites();
    let marks = |home: &Home, lines: &[String], threads: &str| {
        home.write("in.jsonl", lines.join("\n"));
        let args = ["dedup", "in.jsonl", "--by", "derived", "--marks", "-", "--threads", threads];
        let mut marks: Vec<String> = home.run(&args).ends(0).out.lines().map(str::to_owned).collect();
        marks.sort_unstable();
        marks
    };
    let first = marks(&home, &lines, "2");
    lines.reverse();
    assert_eq!(first, marks(&home, &lines, "1"));
    lines.rotate_left(31);
    assert_eq!(first, marks(&home, &lines, "2"));
    let reprints = rows(&first.join("\n"));
    let reprints: Vec<&Value> = reprints.iter().step_by(3).collect();
    assert!(reprints.iter().all(|mark| mark["size"] == 30 && mark["cluster"] == reprints[0]["cluster"]));
    assert_eq!(reprints.iter().filter(|mark| mark["keep"] == true).count(), 1);
}

#[test]
fn a_run_that_is_killed_begun_again_gives_the_same_marks() {
    let home = Home::new();
    let mut lines = reprints_and_rewrites();
    lines.extend((0..240).map(|number| article(&format!("e{number}"), &edited(number / 2))));
    home.write("in.jsonl", lines.join("\n"));
    let args = ["dedup", "in.jsonl", "--by", "derived", "--work-dir", "work", "--out"];
    let begun = Instant::now();
    home.run(&[&args[..], &["whole"]].concat()).ends(0);
    let whole = begun.elapsed();
    for part in [0.3, 0.6, 0.9] {
        let mut child = Command::new(PROGRAM)
            .args(args)
            .arg("out")
            .current_dir(home.path("."))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(whole.mul_f64(part));
        let _ = child.kill();
        child.wait().unwrap();
        assert!(
            !home.path("out/marks.jsonl").exists()
                || home.read("out/marks.jsonl") == home.read("whole/marks.jsonl")
        );
        home.run(&[&args[..], &["out"]].concat()).ends(0);
        assert_eq!(home.read("out/marks.jsonl"), home.read("whole/marks.jsonl"));
        std::fs::remove_dir_all(home.path("out")).unwrap();
    }
}

#[test]
fn a_text_of_a_test_set_is_found_inside_documents() {
    let home = Home::new();
    let question = text(50).split(' ').take(40).collect::<Vec<_>>().join(" ");
    let around = |inside: &str| format!("{} {inside} {}", text(1), text(2));
    let documents = [("1", around(&question)), ("2", text(3)), ("3", question.clone())];
    home.write("in.jsonl", articles(documents));
    home.write("test.jsonl", articles([("1", question.clone()), ("2", text(60))]));
    let args = ["dedup", "in.jsonl", "--against", "test.jsonl", "--out", "out"];
    for rule in [["--contained", "0.8"], ["--ngram", "13"]] {
        home.run(&[&args[..], &rule[..]].concat()).ends(0);
        let marks = rows(&home.read("out/marks.jsonl"));
        are_valid("marks.json", &marks);
        assert_eq!(kept(&marks), ["2"]);
        let told: Vec<_> = marks.iter().map(|mark| &mark["reason"]).collect();
        assert_eq!(told, [&json!("contains"), &json!("alone"), &json!("reference")]);
        let held = rows(&home.read("out/contained.jsonl"));
        are_valid("contained.json", &held);
        assert_eq!(
            (&held[0]["id"], &held[0]["reference"], &held[0]["words"]),
            (&json!("1"), &json!("1"), &json!(40))
        );
    }
    home.run(&["dedup", "in.jsonl", "--contained", "0.8"]).ends(2).says("--against");
}

#[test]
fn repeated_paragraphs_are_marked_by_their_spans() {
    let home = Home::new();
    let box_text = "Follow us wherever you are, every day.";
    let with = |number: u64| format!("{}\n\n{box_text}\n", text(number));
    home.write("in.jsonl", articles([("b", with(1)), ("a", with(2)), ("c", text(3))]));
    let args = ["dedup", "in.jsonl", "--unit", "paragraph"];
    home.run(&[&args[..], &["--out", "out"]].concat()).ends(0).says("3 documents, 5 units: 1 are marked");
    let found = rows(&home.read("out/units.jsonl"));
    are_valid("units.json", &found);
    let start = text(1).len() + 2;
    let expected = json!([{"span": [start, start + box_text.len()], "documents": 2, "kept_in": "a"}]);
    assert_eq!((&found[0]["marked"], &found[1]["marked"]), (&expected, &json!([])));
    let told = home.run(&[&args[..], &["--marks", "-", "--max-documents", "1"]].concat()).ends(0).rows();
    assert_eq!(told[1]["marked"][0]["kept_in"], json!(null));
    home.run(&[&args[..], &["--annotate", "x"]].concat()).ends(2).says("--unit goes with --out");
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let home = Home::new();
    home.write("in.jsonl", articles([("a", text(1)), ("b", text(1))]));
    for (given, says) in [
        ("--by identical --threshold 0.3", "--by identical seeks none"),
        ("--by copies --min-score 0.9", "--min-score is for --by derived alone"),
        ("--unit-words 7", "--unit-words is for --unit paragraph"),
        ("--unit document --min-documents 3", "--min-documents is for --unit paragraph"),
        ("--max-documents 5", "--max-documents is for --unit paragraph"),
        ("--unit line --by copies", "--by is for whole documents"),
        ("--unit line --threshold 0.8", "--threshold is for whole documents"),
        ("--unit line --min-score 0.9", "--min-score is for whole documents"),
        ("--unit paragraph --max-chain 2", "--max-chain is for whole documents"),
        ("--unit paragraph --examples 2", "--examples is for whole documents"),
    ] {
        let args: Vec<&str> = ["dedup", "in.jsonl"].into_iter().chain(given.split(' ')).collect();
        home.run(&args).ends(2).says(says);
    }
    home.run(&["dedup", "in.jsonl", "--unit", "line", "--unit-words", "5", "--max-documents", "9"]).ends(0);
    home.run(&["dedup", "in.jsonl", "--by", "copies", "--threshold", "0.8"]).ends(0);
}

#[test]
fn clusters_are_shown_with_their_differences() {
    let home = Home::new();
    let mut far = edited(1).replace("otherwise", "again");
    far.push_str(" with a few words more at its end than the others have");
    home.write(
        "in.jsonl",
        articles([("a", text(1)), ("b", edited(1)), ("c", far), ("d", text(2)), ("e", text(2))]),
    );
    let shown = home.run(&["dedup", "in.jsonl", "--examples", "1", "-q"]).ends(0).out;
    assert!(shown.starts_with("1 of 1: a cluster of 3; Jaccard index 0.8"), "{shown}");
    assert!(shown.contains("a few words more"), "{shown}");
    let shown = home.run(&["dedup", "in.jsonl", "--examples", "5", "-q"]).ends(0).out;
    assert!(shown.contains("2 of 2: a cluster of 2; Jaccard index 1.000"), "{shown}");
}
