//! What exports, crawls and people hand over is used where it is plain what is meant, and told in one line
//! where it is not.

use serde_json::{Value, json};

use crate::support::{Home, article, rows, text};

/// Scans `news.jsonl`; the ids of the articles that a scan used, by the pairs with a twin of each.
fn derived_pairs(home: &Home, more: &[&str]) -> Vec<(String, String)> {
    home.run(&[&["scan", "news.jsonl", "--out", "out", "--all-pairs"], more].concat()).ends(0);
    let mut pairs: Vec<(String, String)> = rows(&home.read("out/pairs.jsonl"))
        .iter()
        .map(|row| {
            let id = |field: &str| row[field].as_str().unwrap().to_owned();
            let (one, other) = (id("source"), id("derived"));
            if one < other { (one, other) } else { (other, one) }
        })
        .collect();
    pairs.sort();
    pairs
}

fn summary(home: &Home) -> Value {
    serde_json::from_str(&home.read("out/summary.json")).unwrap()
}

#[test]
fn fields_that_no_article_depends_on_may_hold_anything() {
    let home = Home::new();
    let odd = [
        json!({"id": "a", "text": text(1), "title": 7, "source": 12.5, "url": false, "language": ["en", "de"]}),
        json!({"id": "b", "text": text(1), "title": ["x"], "source": {"name": "Post"}, "date": {"$date": "2031-03-09"}}),
        json!({"id": 3.0, "text": text(1), "title": {}, "source": [], "date": true}),
    ];
    home.write("news.jsonl", odd.map(|line| line.to_string()).join("\n"));
    assert_eq!(derived_pairs(&home, &[]).len(), 3);
    let ran = home.run(&["scan", "news.jsonl", "--out", "out"]).ends(0);
    let told: Vec<&str> = ran.err.lines().filter(|line| line.contains("count as missing")).collect();
    assert_eq!(
        told,
        [
            "retold: fields that could not be read count as missing, first false as `url` in news.jsonl, line 1"
        ]
    );
    assert_eq!(summary(&home)["rejected"], json!({}));
}

#[test]
fn an_id_of_blanks_is_none() {
    let home = Home::new();
    let lines = [article(" ", &text(1)), article("", &text(1)), article("a", &text(1))];
    home.write("news.jsonl", lines.join("\n"));
    home.run(&["scan", "news.jsonl"])
        .ends(1)
        .says("news.jsonl:1: field `id` holds nothing but blanks")
        .says("news.jsonl:2: field `id` is empty");
    home.write("news.csv", format!("id,text\n  ,{0}\nb,{0}\n", text(2)));
    let marks = home.run(&["dedup", "news.csv", "--marks", "-"]).ends(0).rows();
    assert_eq!(marks[0]["id"], "news.csv#2", "{marks:?}");
}

#[test]
fn lines_that_are_nearly_json_are_read() {
    let home = Home::new();
    let story = text(1);
    let lines = [
        format!(r#"{{"id": "a", "score": NaN, "more": [1, -Infinity,], "text": "{story}",}}"#),
        format!(r#"{{"id": "b", "date": NaN, "ok": True, "gone": None, "text": "{story}"}}"#),
        format!(r#"{{"id": "c", "date": 1e400, "text": "{story} \ud83d"}}"#),
        format!("{{\"id\": \"d\", \"text\": \"{story}\t{story}\"}}"),
    ];
    home.write("news.jsonl", lines.join("\n"));
    let ran = home.run(&["scan", "news.jsonl", "--out", "out"]).ends(0);
    assert_eq!(summary(&home)["documents"], 4, "{}", ran.err);
    // what is broken otherwise is told of as it stands
    home.write("broken.jsonl", "{\"id\": NaN, \"text\": \"t\" \"u\"}\n{'id': 'x', 'text': 'y'}\n");
    home.run(&["scan", "broken.jsonl"]).ends(1).says("broken.jsonl:1: broken JSON at byte 8");
}

#[test]
fn dates_of_feeds_and_exports_limit_pairs() {
    let home = Home::new();
    let dated = |id: &str, date: Value| json!({"id": id, "text": text(1), "date": date}).to_string();
    let lines = [
        dated("far", json!("2029-05-05")),
        dated("near", json!("2031-02-07")),
        dated("s", json!(1_928_145_600)),
        dated("ms", json!(1_928_145_600_000_u64)),
        dated("mail", json!("Thu, 06 Feb 2031 12:00:00 GMT")),
        dated("name", json!("February 6, 2031")),
        dated("figures", json!("06/02/2031")),
    ];
    home.write("news.jsonl", lines.join("\n"));
    let pairs = derived_pairs(&home, &["--within", "7", "--date-format", "eu"]);
    assert!(pairs.iter().all(|(one, other)| one != "far" && other != "far"), "{pairs:?}");
    assert_eq!(pairs.len(), 15);
    // unsaid, figures alone are no date, and near to all
    let ran = home.run(&["scan", "news.jsonl", "--within", "7"]).ends(0);
    assert!(
        ran.err.contains("1 date could not be read and counts as missing: \"06/02/2031\""),
        "{}",
        ran.err
    );
    home.run(&["scan", "news.jsonl", "--date-format", "german"]).ends(2).says("us (month first)");
}

#[test]
fn fields_below_others_are_named_with_full_stops() {
    let home = Home::new();
    let line =
        |id: &str| json!({"meta": {"ids": [id]}, "content": {"body": text(1), "lead": "x"}}).to_string();
    home.write("news.jsonl", line("a") + "\n" + &line("b"));
    let pairs = derived_pairs(&home, &["--text-field", "content.body", "--id-field", "meta.ids.0"]);
    assert_eq!(pairs, [("a".to_owned(), "b".to_owned())]);
    let ran = home.run(&["scan", "news.jsonl", "--id-field", "meta.ids.0"]).ends(1);
    let listing = "the line has `content.body`, `content.lead`, `meta.ids`; name the one that it is, perhaps `content.body`";
    assert_eq!(ran.err.matches(listing).count(), 1, "{}", ran.err);
    // a key that holds a full stop comes first
    home.write(
        "news.jsonl",
        [json!({"id": "a", "c.b": text(1), "c": {"b": text(2)}}).to_string(), article("x", "y")].join("\n"),
    );
    let ran = home.run(&["scan", "news.jsonl", "--text-field", "c.b", "--out", "out"]).ends(1);
    assert_eq!(summary(&home)["documents"], 1, "{}", ran.err);
}

#[test]
fn files_that_are_passed_over_are_told_by_ending() {
    let home = Home::new();
    for (name, content) in [("d/a.txt", text(1)), ("d/b.txt", text(1))] {
        home.write(name, content);
    }
    for name in ["d/x.pdf", "d/y.pdf", "d/z.docx", "d/README"] {
        home.write(name, "?");
    }
    let told = "4 files of other kinds were passed over: .pdf (2), without an ending (1), .docx (1)";
    home.run(&["scan", "d", "--format", "jsonl"]).ends(0).says(told);
    home.run(&["scan", "d", "--out", "out"]).ends(0).says(told);
}

#[test]
fn lists_of_ids_come_from_spreadsheets_too() {
    let home = Home::new();
    let ids = ["a", "b c", "say \"x\"", "d"];
    home.write("news.jsonl", ids.map(|id| article(id, &text(1))).join("\n"));
    home.run(&["index", "add", "archive", "news.jsonl"]).ends(0);
    home.write("ids.txt", "\u{feff}a\r\n\r\n\"b c\" \r\n\"say \"\"x\"\"\"\r\n");
    home.run(&["index", "remove", "archive", "--ids", "ids.txt"]).ends(0).says("3 articles removed");
    let unknown: String = (0..50).map(|number| format!("no{number}\n")).collect();
    home.write("unknown.txt", unknown);
    let ran = home.run(&["index", "remove", "archive", "--ids", "unknown.txt"]).ends(1);
    assert_eq!(ran.err.matches("holds no article").count(), 20);
    ran.says("and 30 more ids that it does not hold").says("nothing was removed");
    home.write("broken.txt", b"d\n\xff\n");
    let broken = ["index", "remove", "archive", "--ids", "broken.txt"];
    home.run(&broken).ends(2).says("broken.txt: line 2: it is not UTF-8");
    home.run(&["index", "remove", "archive", "d"]).ends(0).says("1 article removed;");
}

#[test]
fn a_field_that_no_article_has_is_told() {
    let home = Home::new();
    let line =
        |id: &str, date: &str| json!({"id": id, "text": text(1), "published": date}).to_string() + "\n";
    home.write("news.jsonl", line("b", "2031-01-01") + &line("a", "2032-01-01"));
    let rows = format!("id,text,published\nb,{0},2031-01-01\na,{0},2032-01-01\n", text(1));
    home.write("news.csv", rows);
    for input in ["news.jsonl", "news.csv"] {
        let dedup = |field: &str| {
            home.run(&["dedup", input, "--keep", "earliest", "--date-field", field, "--marks", "-", "-q"])
                .ends(0)
        };
        let words = format!("no article of {input} has a field `publised` with a value");
        dedup("publised").says(&words);
        assert_eq!(dedup("published").err, "");
        let scan =
            |name: &str| home.run(&["scan", input, "--across", "source", "--source-field", name]).ends(0);
        scan("oulet").says(&format!("no article of {input} has a field `oulet`"));
        // the usual name was not asked for
        assert!(!scan("source").err.contains("no article"));
    }
    let both = ["scan", "news.jsonl", "news.csv", "--title-field", "head", "--format", "jsonl"];
    home.run(&both).says("no article of news.jsonl and 1 more input has a field `head`");
    // one that cannot be read is there
    home.write("odd.jsonl", article("a", &text(1)).replace("{", "{\"head\":[],"));
    assert!(!home.run(&["scan", "odd.jsonl", "--title-field", "head"]).err.contains("no article"));
}
