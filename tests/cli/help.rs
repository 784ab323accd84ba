//! What the program says of itself.

use std::collections::BTreeSet;

use crate::support::Home;

fn help(args: &[&str]) -> String {
    Home::new().run(args).ends(0).out
}

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn help_of_scan() {
    insta::assert_snapshot!(help(&["scan", "-h"]));
}

#[test]
fn help_of_compare() {
    insta::assert_snapshot!(help(&["compare", "-h"]));
}

#[test]
fn help_of_dedup() {
    insta::assert_snapshot!(help(&["dedup", "-h"]));
}

#[test]
fn help_of_tune() {
    insta::assert_snapshot!(help(&["tune", "-h"]));
}

#[test]
fn help_of_sample() {
    insta::assert_snapshot!(help(&["sample", "-h"]));
}

#[test]
fn version() {
    assert_eq!(help(&["--version"]), format!("retold {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_arguments_end_with_2_and_a_suggestion() {
    let home = Home::new();
    home.run(&["scan", "--treshold", "0.5", "x"]).ends(2).says("'--threshold'");
    home.run(&["scam", "x"]).ends(2).says("'scan'");
    home.run(&["scan"]).ends(2).says("<INPUT>");
    home.run(&[]).ends(2).says("Usage: retold");
    for option in ["--count", "--each-article", "--each-family"] {
        home.run(&["sample", option, "0", "x"]).ends(2).says("0 is not in 1..");
    }
    home.run(&["scan", "--threshold", "0", "x"]).ends(2).says("from 0.01 to 1");
    home.run(&["scan", "--threshold", "80", "x"]).ends(2).says("from 0.01 to 1");
    home.run(&["scan", "--min-score", "1.5", "x"]).ends(2).says("from 0 to 1");
    home.run(&["scan", "--threads", "0", "x"]).ends(2);
    home.run(&["scan", "--threads", "1025", "x"]).ends(2).says("1025 is not in 1..=1024");
    home.run(&["scan", "--threads", "65535", "x"]).ends(2).says("65535 is not in 1..=1024");
    home.run(&["scan", "--max-line", "much", "x"]).ends(2).says("a size such as");
    home.run(&["scan", "--across", "weather", "x"]).ends(2).says("source");
    home.run(&["scan", "--date-format", "%Q", "x"]).ends(2).says("no day can be read by this pattern");
    home.run(&["scan", "--copies-only", "--shared", "x"]).ends(2).says("cannot be used with");
    let sought = "one of identical, copy, expanded, condensed, rewrite, partial, translation, shared_source was expected";
    home.run(&["flag", "archive", "x", "--relation", "copy,unrelated"]).ends(2).says(sought);
    home.run(&["flag", "archive", "x", "--top", "0"]).ends(2).says("0 is not in 1..");
    for prior in ["0", "1", "1.5", "NaN"] {
        home.run(&["tune", "x", "--pairs", "y", "--prior", prior]).ends(2).says("between 0 and 1");
    }
    home.run(&["scan", "-", "--against", "-"]).ends(2).says("standard input (-) is named twice");
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let home = Home::new();
    let refused = |args: &[&str], says: &str| drop(home.run(args).ends(2).says(says));
    refused(&["scan", "x", "--report-families", "3"], "--out <DIR>");
    refused(&["serve", "x", "--feed-every", "5"], "--feed <URL|FILE>");
    refused(&["compare", "x", "y", "--full", "--format", "jsonl"], "--format table alone");
    refused(&["dedup", "x", "--annotate", "y", "--marks-field", ""], "--marks-field <NAME>");
    for option in [["--name", "x"], ["--made-from", "x"]] {
        refused(&[&["tune", "x", "--pairs", "y"][..], &option].concat(), "--out <DIR>");
    }
    for option in [
        &["--precision", "0.9"][..],
        &["--cut", "0.9"],
        &["--positive", "x"],
        &["--refit", "all"],
        &["--wrong", "3"],
        &["--prior", "0.2"],
        &["--resamples", "7"],
        &["--hashes", "64"],
        &["--background", "x"],
    ] {
        refused(
            &[&["tune", "x", "--families", "y"], option].concat(),
            "'--families <FILE>' cannot be used with",
        );
    }
}

#[test]
fn help_and_wrong_arguments_have_colours_as_asked() {
    let home = Home::new();
    // as on a terminal
    let has_colours = |args: &[&str]| {
        let output = home.command().env("CLICOLOR_FORCE", "1").args(args).output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    for args in [&["--help"][..], &["scan", "--help"], &["bogus"], &["scan", "--threads", "0", "x"]] {
        assert!(has_colours(args), "{args:?}");
        for never in [&["--color", "never"][..], &["--color=never"]] {
            assert!(!has_colours(&[never, args].concat()), "{never:?} {args:?}");
            assert!(!has_colours(&[args, never].concat()), "{args:?} {never:?}");
        }
    }
    assert!(home.run(&["--color", "always", "--help"]).ends(0).out.contains('\u{1b}'));
    assert!(!home.run(&["--help"]).ends(0).out.contains('\u{1b}'));
}

#[test]
fn completions_name_every_command_and_option() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = home.run(&["completions", shell]).ends(0).out;
        for word in ["scan", "compare", "copies-only", "threshold"] {
            assert!(script.contains(word), "{word} is not in the completions for {shell}");
        }
    }
    home.run(&["completions", "dish"]).ends(2).says("fish");
}

#[test]
fn manual_pages_of_the_program_and_its_commands() {
    let home = Home::new();
    let page = home.run(&["man"]).ends(0).out;
    assert!(page.contains(".TH retold 1") && page.contains("retold\\-scan(1)"), "{page}");
    for command in ["scan", "compare", "completions", "man"] {
        let page = home.run(&["man", command]).ends(0).out;
        assert!(page.contains(&format!(".TH retold-{command} 1")), "{page}");
        assert!(page.contains("Examples:"), "{page}");
    }
    home.run(&["man", "dance"]).ends(2).says("the commands are scan, compare");
}

#[test]
fn every_page_that_a_page_refers_to_is_there() {
    let home = Home::new();
    let index = home.run(&["man", "index"]).ends(0).out;
    assert!(index.contains("retold\\-index\\-add(1)"), "{index}");
    let page = home.run(&["man", "index", "add"]).ends(0).out;
    assert!(page.contains(".TH retold-index-add 1") && page.contains("commit\\-every"), "{page}");
    for name in ["index add", "index-add"] {
        assert_eq!(home.run(&["man", name]).ends(0).out, page, "{name}");
    }
    let mut to_follow = vec![String::new()];
    let mut followed = BTreeSet::new();
    while let Some(name) = to_follow.pop() {
        let args = if name.is_empty() { vec!["man"] } else { vec!["man", name.as_str()] };
        let page = home.run(&args).ends(0).out;
        for word in page.replace("\\-", "-").split_whitespace() {
            let name = word.strip_suffix("(1)").and_then(|word| word.strip_prefix("retold-"));
            if let Some(name) = name.filter(|name| followed.insert((*name).to_owned())) {
                to_follow.push(name.to_owned());
            }
        }
    }
    assert!(followed.contains("index-compact"), "{followed:?}");
    home.run(&["man", "index", "dance"]).ends(2).says("no command \"index dance\"").says("index compact");
}
