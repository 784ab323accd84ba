//! What the program says of itself.

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
    home.run(&["scan", "--tresh", "0.5", "x"]).ends(2).says("'--threshold'");
    home.run(&["scam", "x"]).ends(2).says("'scan'");
    home.run(&["scan"]).ends(2).says("<INPUT>");
    home.run(&[]).ends(2).says("Usage: retold");
    home.run(&["scan", "--threshold", "0", "x"]).ends(2).says("above 0, at most 1");
    home.run(&["scan", "--threshold", "80", "x"]).ends(2).says("above 0, at most 1");
    home.run(&["scan", "--min-score", "1.5", "x"]).ends(2).says("from 0 to 1");
    home.run(&["scan", "--threads", "0", "x"]).ends(2);
    home.run(&["scan", "--max-line", "much", "x"]).ends(2).says("a size such as");
    home.run(&["scan", "--across", "weather", "x"]).ends(2).says("source");
    home.run(&["scan", "--copies-only", "--shared", "x"]).ends(2).says("cannot be used with");
    home.run(&["scan", "-", "--against", "-"]).ends(2).says("standard input (-) is named twice");
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
