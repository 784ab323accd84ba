//! What came of fitting trees, for a person to read.

use std::fmt::Write;

use crate::judge::family::FamilyModel;
use crate::tune::families::{FamilyMeasures, FamilyResult, KnownFamily, Reliability, measure};

const HEADER: [&str; 8] =
    ["set", "families", "roots", "edges", "either way", "root error", "parent error", "claimed right"];

/// A table by sets, one of the base model on all, and the reliability of what is said of roots and parents.
pub fn report(result: &FamilyResult, families: &[KnownFamily], base: &FamilyModel) -> String {
    let mut text = String::from(
        "Families with known trees, by models that have not seen their set (one set alone: a fifth of it).\n\
         roots, edges, either way: share found; errors: of calibration; claimed right: of roots of confidence 0.9 and more.\n\n",
    );
    line(&mut text, HEADER.map(str::to_owned));
    for (set, measures) in &result.sets {
        row(&mut text, set, measures);
    }
    row(&mut text, "all", &result.all);
    row(&mut text, "base profile", &measure(families, base));
    for (what, reliability) in
        [("root", &result.all.root_reliability), ("parent", &result.all.parent_reliability)]
    {
        reliability_table(&mut text, what, reliability);
    }
    text
}

fn row(text: &mut String, set: &str, measures: &FamilyMeasures) {
    let [families, roots, edges, either, root_error, parent_error, claimed] = measures.cells();
    line(text, [set.to_owned(), families, roots, edges, either, root_error, parent_error, claimed]);
}

fn line(text: &mut String, cells: [String; 8]) {
    let [set, numbers @ ..] = cells;
    // writing to a string does not fail
    let _ = write!(text, "{set:<24}");
    for number in numbers {
        let _ = write!(text, " {number:>13}");
    }
    text.push('\n');
}

fn reliability_table(text: &mut String, what: &str, reliability: &Reliability) {
    let _ = writeln!(text, "\n{what} confidence   cases   said  right");
    for &(cases, said, right) in reliability.bins.iter().filter(|bin| bin.0 > 0.0) {
        let _ = writeln!(text, "{:>24.0} {:>6.3} {:>6.3}", cases, said / cases, right / cases);
    }
}
