//! Bad input: a clear message with file and line, the rest still done, exit status 1.

use std::fs;
use std::io::Write;

use serde_json::{Value, json};

use crate::support::{Home, Ran, are_valid, article, articles, rows, text};

/// A scan with two good articles of one text besides what is bad: the pair must be found all the same.
#[track_caller]
fn scan_with_good_ones(home: &Home, more: &[&str]) -> Ran {
    home.write("good.jsonl", articles([("good-1", text(1)), ("good-2", text(1))]));
    let ran =
        home.run(&[&["scan", "good.jsonl", "--out", "out", "--format", "jsonl"], more].concat()).ends(1);
    let found = ran.rows();
    assert!(found.iter().any(|row| row["source"] == "good-1" && row["derived"] == "good-2"), "{}", ran.out);
    are_valid("rejected.json", &rows(&home.read("out/rejected.jsonl")));
    ran
}

fn rejected(home: &Home) -> Vec<(String, Option<u64>, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = rows(&home.read("out/rejected.jsonl"));
    lines.iter().map(|line| (word(&line["input"]), line["line"].as_u64(), word(&line["kind"]))).collect()
}

#[test]
fn bad_lines_are_named_with_file_and_line() {
    let home = Home::new();
    let cases: [(&[u8], &str, &str); 9] = [
        (b"{\"id\": \"a\", \"text\": \"no end", "broken_json", "broken JSON"),
        (b"{\"id\": \"b\"}", "missing_field", "field `text` is missing; the line has `id`"),
        (b"{\"id\": \"c\", \"text\": null}", "missing_field", "field `text` is null"),
        (b"{\"text\": \"no id\"}", "missing_field", "field `id` is missing"),
        (b"{\"id\": \"d\", \"text\": \" \\n \"}", "empty_text", "field `text` holds no text"),
        (b"{\"id\": \"e\", \"text\": 7}", "wrong_type", "field `text` is a number"),
        (b"[1]", "wrong_type", "the line is an array"),
        (b"{\"id\": \"good-1\", \"text\": \"again\"}", "duplicate_id", "good-1"),
        (b"{\"id\": \"g\", \"text\": \"caf\xe9\"}", "invalid_utf8", "is not UTF-8"),
    ];
    let lines: Vec<&[u8]> = cases.iter().map(|(line, ..)| *line).collect();
    home.write("bad.jsonl", lines.join(&b"\n"[..]));
    let ran = scan_with_good_ones(&home, &["bad.jsonl"]);
    for (at, (_, _, words)) in cases.iter().enumerate() {
        let start = format!("retold: bad.jsonl:{}: ", at + 1);
        let line = ran.err.lines().find(|line| line.starts_with(&start));
        assert!(line.is_some_and(|line| line.contains(words)), "{start}{words} is not in\n{}", ran.err);
    }
    let mut expected: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(at, (_, kind, _))| ("bad.jsonl".to_owned(), Some(at as u64 + 1), (*kind).to_owned()))
        .collect();
    let mut found = rejected(&home);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert_eq!(summary["rejected"]["missing_field"], 3);
    assert_eq!(summary["documents"], 2);
}

#[test]
fn the_first_twenty_of_a_kind_are_named_and_the_rest_counted() {
    let home = Home::new();
    let mut lines: String = (0..1520).map(|n| article(&format!("e{n}"), "") + "\n").collect();
    lines.push_str("{\n");
    home.write("bad.jsonl", lines);
    let ran = scan_with_good_ones(&home, &["bad.jsonl"]).says("retold: and 1,500 more empty texts");
    let named = ran.err.lines().filter(|line| line.contains("holds no text")).count();
    assert_eq!(named, 20);
    assert!(ran.err.contains("bad.jsonl:1521: broken JSON"), "another kind is named still\n{}", ran.err);
    assert!(ran.err.contains("out/rejected.jsonl"));
    let all = rejected(&home);
    assert_eq!(all.len(), 1521);
    assert!(all.is_sorted_by_key(|(_, line, _)| *line));

    let without = home.run(&["scan", "bad.jsonl"]).ends(1).says("and 1,500 more empty texts");
    assert!(without.err.contains("--out"), "{}", without.err);
}

#[test]
fn a_list_of_all_of_them_is_promised_only_where_there_is_one() {
    let home = Home::new();
    let mut lines: String = (0..30).map(|n| article(&format!("e{n}"), "") + "\n").collect();
    lines.push_str(&articles([("a", text(1)), ("b", text(1)), ("c", text(2))]));
    home.write("bad.jsonl", lines);
    let labelled = |a, b, label| json!({"a": a, "b": b, "label": label}).to_string() + "\n";
    home.write("pairs.jsonl", labelled("a", "b", "copy") + &labelled("a", "c", "unrelated"));
    let without: [&[&str]; 3] = [
        &["index", "add", "archive", "bad.jsonl"],
        &["flag", "archive", "bad.jsonl"],
        &["compare", "--pairs", "pairs.jsonl", "bad.jsonl"],
    ];
    for args in without {
        let ran = home.run(args).ends(1).says("and 10 more empty texts");
        assert!(!ran.err.contains("--out") && !ran.err.contains("rejected.jsonl"), "{args:?}: {}", ran.err);
    }
    let with: [&[&str]; 2] =
        [&["sample", "bad.jsonl"], &["tune", "--pairs", "pairs.jsonl", "bad.jsonl", "--resamples", "5"]];
    for args in with {
        home.run(args).ends(1).says("with --out DIR all of them are listed in DIR/rejected.jsonl");
        home.run(&[args, &["--out", "out"]].concat()).ends(1).says("all of them are in out/rejected.jsonl");
        let listed = rows(&home.read("out/rejected.jsonl"));
        are_valid("rejected.json", &listed);
        assert_eq!(listed.len(), 30, "{args:?}");
        fs::remove_file(home.path("out/rejected.jsonl")).unwrap();
    }
}

#[test]
fn a_repeated_id_says_where_it_was_given_before() {
    let home = Home::new();
    let long = text(7).repeat(2_000);
    home.write("first.jsonl", format!("\n{}\n{}\n", article("long", &long), article("a", "one text")));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(articles([("z", "another text".into()), ("b", "a third".into())]).as_bytes()).unwrap();
    home.write("packed.jsonl.gz", gzip.finish().unwrap());
    home.write("notes/c.txt", "a fourth");
    let again = articles(["a", "b", "notes/c.txt", "s", "long"].map(|id| (id, "again".to_owned())));
    home.write("again.jsonl", again);
    let inputs = ["scan", "first.jsonl", "packed.jsonl.gz", "notes", "-", "again.jsonl"];
    let stream = articles([("r", "a fifth".into()), ("s", "a sixth".into())]);
    let ran = home.run_with_input(&inputs, stream).ends(1);
    let places = ["first.jsonl:3", "packed.jsonl.gz:2", "notes/c.txt", "standard input:2", "first.jsonl:2"];
    for (at, place) in places.iter().enumerate() {
        let start = format!("retold: again.jsonl:{}: the id ", at + 1);
        let line = ran.err.lines().find(|line| line.starts_with(&start));
        let words = format!("was given before ({place}); the first article is kept");
        assert!(line.is_some_and(|line| line.contains(&words)), "{start}… {words} is not in\n{}", ran.err);
    }
}

#[test]
fn what_is_too_long_or_too_large() {
    let home = Home::new();
    home.write(
        "long.jsonl",
        article("long", &"long ".repeat(4000)) + "\n" + &article("short", "fine") + "\n",
    );
    home.write("long.txt", "long ".repeat(4000));
    let ran = scan_with_good_ones(&home, &["long.jsonl", "long.txt", "--max-line", "10K"]);
    assert!(
        ran.err.contains("long.jsonl:1: the line is longer than 10240 bytes; --record-limit"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("long.txt"), "{}", ran.err);
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert_eq!(summary["documents"], 3, "the line after the long one is read");
    assert_eq!(rejected(&home).len(), 2);
}

#[test]
fn dates_that_cannot_be_read_are_told_once() {
    let home = Home::new();
    let dated = |id: &str, number, date: &str| {
        json!({"id": id, "text": text(number), "date": date}).to_string() + "\n"
    };
    let sound = dated("a", 1, "2031-03-09") + "\n" + &dated("b", 1, "") + &dated("c", 2, "2031-W02-1");
    home.write("sound.jsonl", &sound);
    home.write(
        "news.jsonl",
        sound + &dated("d", 3, "yesterday") + &dated("e", 3, "9.3.31") + &dated("f", 4, "?"),
    );
    home.write("one.jsonl", dated("g", 5, "9.3.31"));
    home.write("pairs.jsonl", json!({"a": "a", "b": "d"}).to_string());
    let all =
        "retold: 3 dates could not be read and count as missing, first \"yesterday\" in news.jsonl, line 5\n";
    let one = "retold: 1 date could not be read and counts as missing: \"9.3.31\" in one.jsonl, line 1\n";
    for threads in ["1", "3"] {
        let args: [&[&str]; 6] = [
            &["scan", "news.jsonl"],
            &["scan", "sound.jsonl", "--against", "news.jsonl", "--within", "3"],
            &["compare", "--pairs", "pairs.jsonl", "news.jsonl"],
            &["compare", "one.jsonl", "one.jsonl", "--background", "news.jsonl"],
            &["index", "add", "archive", "news.jsonl"],
            &["flag", "archive", "news.jsonl"],
        ];
        for args in args {
            let said = home.run(&[args, &["--threads", threads]].concat()).err;
            assert_eq!(said.matches("could not be read").count(), 1, "{args:?}: {said}");
            assert!(args.contains(&"one.jsonl") || said.contains(all), "{args:?}: {said}");
        }
    }
    home.run(&["index", "add", "archive", "one.jsonl"]).ends(0).says(one);
    let flagged = home.run_with_input(&["flag", "archive", "-"], home.read("news.jsonl")).ends(0);
    assert_eq!(flagged.err, all.replace("news.jsonl", "standard input"));
    let sound = home.run(&["scan", "sound.jsonl"]).ends(0);
    assert!(!sound.err.contains("could not be read"), "{}", sound.err);
}

#[test]
fn one_json_array_holds_an_article_an_element() {
    let home = Home::new();
    let array =
        |indent: &str| format!("[{indent}{},{indent}{}]\n", article("a", &text(2)), article("b", &text(2)));
    home.write("array.json", array("\n  "));
    home.write("array.jsonl", array(""));
    home.write("array.jsonl.zst", zstd::bulk::compress(array("\n").as_bytes(), 1).unwrap());
    let holds_both = |ran: &Ran| ran.rows().iter().any(|row| row["source"] == "a" && row["derived"] == "b");
    for name in ["array.json", "array.jsonl", "array.jsonl.zst"] {
        let ran = home.run(&["scan", name, "--format", "jsonl"]).ends(0);
        assert!(holds_both(&ran), "{name}: {}", ran.out);
    }
    let ran = home.run_with_input(&["scan", "-", "--format", "jsonl"], array("\n")).ends(0);
    assert!(holds_both(&ran), "{}", ran.out);
}

#[test]
fn compressed_files_are_known_by_their_first_bytes_too() {
    let home = Home::new();
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    home.write("news/a.jsonl", gzip((article("a", &text(1)) + "\n").as_bytes()));
    home.write("news/b.jsonl", zstd::bulk::compress(article("b", &text(1)).as_bytes(), 1).unwrap());
    home.write("news/c.txt", gzip(text(1).as_bytes()));
    home.write("news/d.txt", zstd::bulk::compress(text(1).as_bytes(), 1).unwrap());
    let rows = home.run(&["scan", "news", "--format", "jsonl"]).ends(0).rows();
    let mut derived: Vec<&str> = rows.iter().map(|row| row["derived"].as_str().unwrap()).collect();
    derived.sort();
    assert_eq!(derived, ["b", "news/c.txt", "news/d.txt"]);
    assert!(rows.iter().all(|row| row["relation"] == "identical"));
}

#[test]
fn a_decompression_bomb_stops_at_the_limit() {
    let home = Home::new();
    let bomb = zstd::bulk::compress(&vec![b' '; 8 << 20], 1).unwrap();
    assert!(bomb.len() < 10_000);
    home.write("bomb.jsonl.zst", bomb);
    let ran = scan_with_good_ones(&home, &["bomb.jsonl.zst", "--bomb-limit", "1M"]);
    assert!(ran.err.contains("bomb.jsonl.zst") && ran.err.contains("--bomb-limit"), "{}", ran.err);
}

#[test]
fn compressed_files_that_are_cut_off_or_damaged() {
    let home = Home::new();
    let lines: String = (0..400).map(|n| article(&format!("t{n}"), &text(1000 + n)) + "\n").collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(lines.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    home.write("cut.jsonl.gz", &gzip[..gzip.len() / 2]);
    let mut damaged = gzip.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40].fill(0xff);
    home.write("damaged.jsonl.gz", damaged);
    home.write("not.jsonl.gz", "plain words");
    let ran = scan_with_good_ones(&home, &["cut.jsonl.gz", "damaged.jsonl.gz", "not.jsonl.gz"]);
    for words in
        ["cut.jsonl.gz: the gzip data is cut off", "damaged.jsonl.gz: damaged gzip", "not.jsonl.gz:1: "]
    {
        assert!(ran.err.contains(words), "{words} is not in\n{}", ran.err);
    }
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert!(summary["documents"].as_u64().unwrap() > 100, "what came before the cut is read");
}

#[test]
fn files_that_hold_nothing_or_are_not_there() {
    let home = Home::new();
    home.write("empty.jsonl", "");
    home.write("empty.txt", "");
    home.write("blank.txt", " \n ");
    let ran = scan_with_good_ones(&home, &["empty.jsonl", "empty.txt", "blank.txt", "nowhere.jsonl"]);
    for name in ["empty.jsonl", "empty.txt", "blank.txt"] {
        assert!(ran.err.contains(&format!("retold: {name}")), "{name} is not in\n{}", ran.err);
    }
    assert!(ran.err.contains("retold: nowhere.jsonl: No such file or directory\n"), "{}", ran.err);

    let alone = home.run(&["scan", "nowhere.jsonl"]).ends(2);
    assert_eq!(alone.err, "retold: nowhere.jsonl: No such file or directory\n", "said once");
    for args in
        [&["index", "add", "archive", "nowhere.jsonl"][..], &["flag", "archive", "nowhere.jsonl", "--add"]]
    {
        assert_eq!(home.run(args).ends(2).err, alone.err, "{args:?}: said once");
    }
    fs::create_dir(home.path("bare")).unwrap();
    home.run(&["scan", "bare"]).ends(2).says("no article could be read");
    let nothing = home.run(&["scan", "empty.jsonl", "--format", "jsonl"]).ends(1);
    assert_eq!(nothing.out, "");
}

/// Bad inputs are named and the status is 1, be there good ones or not; where nothing can be opened it is 2.
#[test]
fn inputs_without_an_article_end_alike_in_every_command() {
    let home = Home::new();
    home.write("good.jsonl", article("a", &text(1)));
    home.write("empty.jsonl", "");
    home.write("bad.jsonl", "{broken\n");
    fs::create_dir(home.path("bare")).unwrap();
    home.run(&["index", "add", "archive", "good.jsonl"]).ends(0);
    let commands: [&[&str]; 4] = [&["scan"], &["sample"], &["index", "add", "other"], &["flag", "archive"]];
    for command in commands {
        let run = |input: &str| home.run(&[command, &[input]].concat());
        run("empty.jsonl").ends(1).says("retold: empty.jsonl: the file holds no article\n");
        run("bad.jsonl").ends(1).says("retold: bad.jsonl:1: broken JSON");
        run("bare")
            .ends(2)
            .says("retold: no article could be read from the inputs: text files (.txt), JSON lines (.jsonl, .ndjson), JSON, CSV");
        run("nowhere").ends(2).says("retold: nowhere: No such file or directory\n");
        let is_feed = command[0] == "flag";
        let silent = run("-").ends(if is_feed { 0 } else { 1 });
        assert_eq!(silent.err.contains("standard input: the file holds no article"), !is_feed);
    }
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_opened_and_links_in_a_circle() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let home = Home::new();
    home.write("news/locked.jsonl", article("l", &text(2)));
    let locked = home.path("news/locked.jsonl");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    symlink("gone.jsonl", home.path("news/dangling.jsonl")).unwrap();
    fs::create_dir(home.path("news/deep")).unwrap();
    symlink("..", home.path("news/deep/up")).unwrap();
    symlink("self.jsonl", home.path("news/self.jsonl")).unwrap();
    let ran = scan_with_good_ones(&home, &["news"]);
    let mut names = vec!["news/dangling.jsonl", "news/deep/up", "news/self.jsonl"];
    // whoever may read everything can open it
    if fs::File::open(&locked).is_err() {
        names.push("news/locked.jsonl");
        // as of a file that is not there
        home.run(&["scan", "news/locked.jsonl"]).ends(2);
    }
    for name in &names {
        assert!(ran.err.contains(&format!("retold: {name}: ")), "{name} is not in\n{}", ran.err);
    }
    assert_eq!(rejected(&home).len(), names.len());
}

#[cfg(target_os = "linux")]
#[test]
fn names_with_line_ends_and_bytes_that_are_not_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    home.write("news/two\nlines.txt", text(2));
    fs::write(home.path("news").join(OsStr::from_bytes(b"caf\xe9.txt")), text(2)).unwrap();
    fs::write(home.path("news").join(OsStr::from_bytes(b"\x1b[31m\xff.jsonl")), "{broken\n").unwrap();
    let ran = scan_with_good_ones(&home, &["news"]);
    let ids: Vec<&str> = ran.err.lines().filter(|line| line.contains("broken JSON")).collect();
    assert_eq!(ids.len(), 1, "the name stays on one line\n{}", ran.err);
    assert!(!ran.err.contains('\u{1b}'), "no escape codes from a name");
    let row = ran.rows().into_iter().find(|row| row["derived"] == "news/two\nlines.txt").unwrap();
    assert_eq!(row["source"], "news/caf%E9.txt");
}

#[test]
fn texts_that_give_little_to_compare() {
    let home = Home::new();
    let repeated = "word ".repeat(300_000);
    let lines = articles([
        ("one-word", "Flood".to_owned()),
        ("one-word-too", "flood!".to_owned()),
        ("repeated", repeated.clone()),
        ("repeated-too", repeated),
        ("zero-width", "\u{200b}\u{200d}\u{feff}".to_owned()),
        ("zero-width-too", "\u{200b}\u{200d}\u{feff}".to_owned()),
        ("punctuation", "… — !".to_owned()),
        ("punctuation-too", "… — !".to_owned()),
        ("controls", "a\u{1b}[31m\u{202e}b ".repeat(20)),
    ]);
    home.write("odd.jsonl", lines);
    for more in [&[][..], &["--copies-only"]] {
        let ran =
            home.run(&[&["scan", "odd.jsonl", "--format", "jsonl", "--all-pairs"], more].concat()).ends(0);
        let mut found: Vec<String> =
            ran.rows().iter().map(|row| row["source"].as_str().unwrap().to_owned()).collect();
        found.sort();
        assert_eq!(found, ["one-word", "repeated"], "what has no words matches nothing");
    }
    let table = home.run(&["scan", "odd.jsonl"]).ends(0).out;
    assert!(!table.contains('\u{1b}') && !table.contains('\u{202e}'));
}

#[test]
fn texts_of_ten_megabytes() {
    let home = Home::new();
    let long: String = (0..12_000).map(|number| text(number) + "\n").collect();
    assert!(long.len() > 10_000_000);
    let edited = long.replacen("\n", " inserted\n", 400);
    home.write("long.jsonl", articles([("long", long), ("edited", edited)]));
    let ran = home.run(&["scan", "long.jsonl", "--out", "out", "--format", "jsonl"]).ends(0);
    let rows = ran.rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["relation"], "copy");
    assert!(fs::metadata(home.path("out/report.html")).unwrap().len() < 2_000_000);
}

#[test]
fn an_input_that_changes_during_the_run_is_an_error() {
    use std::process::{Command, Stdio};
    let home = Home::new();
    let first = home.write("first.jsonl", articles([("a", text(1)), ("b", text(1))]));
    let mut child = Command::new(crate::support::PROGRAM)
        .args(["scan", "first.jsonl", "-", "--out", "out"])
        .current_dir(home.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // more than a pipe holds: once it is through, standard input is being read, and the file has been
    let lines: String = (0..1000).map(|n| article(&format!("s{n}"), &text(n)) + "\n").collect();
    input.write_all(lines.as_bytes()).unwrap();
    fs::write(first, article("c", "now something else")).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("first.jsonl changed while it was being read"), "{said}");
    assert!(!home.path("out").exists(), "nothing was written");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_called_so() {
    use std::os::unix::net::UnixListener;
    let home = Home::new();
    home.write("news/good.jsonl", article("a", &text(1)));
    let _socket = UnixListener::bind(home.path("news/live.jsonl")).unwrap();
    home.run(&["scan", "news"])
        .ends(0)
        .says("1 file of another kind was passed over: pipe, socket or device (1)");
}
