//! The tables of a run, the same on the terminal and on the page.

use crate::tune::Labelled;
use crate::tune::describe::ModelResult;
use crate::tune::held_out::HeldOut;
use crate::tune::metrics::bootstrap::Interval;
use crate::tune::run::TuneResult;

/// A table: a title, a header, rows. The first column is text, the others are figures, but for the last
/// `text_columns`.
pub struct FigureTable {
    pub title: String,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub text_columns: usize,
}

/// Signals listed; the page lists all.
const WANTED: &[f64] = &[0.9, 0.95, 0.99];
const FALSE_RATES: &[f64] = &[0.001, 0.01, 0.05];

pub fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

pub fn interval(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |ends| format!(" ({:.3} to {:.3})", ends.low, ends.high))
}

/// The sentence that a reader needs first.
pub fn headline(model: &ModelResult) -> String {
    let ranking = &model.ranking;
    let point = &model.at_cut;
    let at_cut = model.at_cut_intervals;
    format!(
        "AUC {}{}; at the cut {}: precision {:.3}{}, recall {:.3}{}, F1 {:.3}{}; expected calibration error {:.3}{}",
        share(model.auc),
        interval(model.auc_interval),
        crate::tune::report::svg::number(point.threshold),
        ranking.precision(point),
        interval(at_cut.map(|at| at.precision)),
        ranking.recall(point),
        interval(at_cut.map(|at| at.recall)),
        ranking.f1(point),
        interval(at_cut.map(|at| at.f1)),
        model.calibration_error,
        interval(model.calibration_interval),
    )
}

pub fn thresholds(model: &ModelResult) -> FigureTable {
    let ranking = &model.ranking;
    let mut rows = Vec::new();
    let mut add = |wanted: String, point: Option<crate::tune::metrics::ranking::Point>| {
        rows.push(match point {
            Some(point) => vec![
                wanted,
                format!("{:.4}", point.threshold),
                share(Some(ranking.precision(&point))),
                share(Some(ranking.recall(&point))),
                share(Some(ranking.f1(&point))),
            ],
            None => vec![wanted, "-".into(), "-".into(), "-".into(), "-".into()],
        });
    };
    for wanted in WANTED {
        add(format!("precision {wanted}"), ranking.for_precision(*wanted));
    }
    for wanted in WANTED {
        add(format!("recall {wanted}"), ranking.for_recall(*wanted));
    }
    add("best F1".to_owned(), ranking.best_f1());
    for rate in FALSE_RATES {
        rows.push(vec![
            format!("{} % false", rate * 100.0),
            "-".into(),
            "-".into(),
            share(Some(ranking.found_at_false(*rate))),
            "-".into(),
        ]);
    }
    FigureTable {
        title: format!("Thresholds, {}", model.name),
        header: vec!["wanted", "score from", "precision", "recall", "F1"],
        rows,
        text_columns: 0,
    }
}

pub fn sets(model: &ModelResult) -> FigureTable {
    let row = |set: &crate::tune::describe::SetRow| {
        vec![
            set.set.clone(),
            set.derived.to_string(),
            set.others.to_string(),
            set.auc.filter(|_| set.derived > 0).map_or_else(|| "-".into(), |auc| format!("{auc:.4}")),
            share(set.found_at_1_percent),
            share(set.derived_called),
            share(set.others_called),
        ]
    };
    FigureTable {
        title: format!("Sets, {}", model.name),
        header: vec![
            "set",
            "derived",
            "others",
            "AUC",
            "found at 1 % false",
            "derived called",
            "others called",
        ],
        rows: model.sets.iter().map(row).collect(),
        text_columns: 0,
    }
}

pub fn labels(model: &ModelResult) -> FigureTable {
    let row = |label: &crate::tune::describe::LabelRow| {
        vec![
            label.label.clone(),
            if label.is_derived { "derived" } else { "other" }.to_owned(),
            label.pairs.to_string(),
            share(Some(label.called)),
            share(Some(label.mean_score)),
        ]
    };
    FigureTable {
        title: format!("Labels, {}", model.name),
        header: vec!["label", "means", "pairs", "called derived", "mean score"],
        rows: model.labels.iter().map(row).collect(),
        text_columns: 0,
    }
}

/// The strongest signals first; `most` of them.
pub fn signals(model: &ModelResult, most: usize) -> FigureTable {
    let row = |signal: &crate::tune::describe::SignalRow| {
        vec![
            signal.signal.clone(),
            share(signal.auc),
            share(Some(signal.missing)),
            share(signal.mean_derived),
            share(signal.mean_others),
            if signal.in_model { "yes" } else { "" }.to_owned(),
        ]
    };
    FigureTable {
        title: format!("Signals alone, {}", model.name),
        header: vec!["signal", "AUC alone", "missing", "mean of derived", "mean of others", "in the model"],
        rows: model.signals.iter().take(most).map(row).collect(),
        text_columns: 0,
    }
}

pub fn reliability(model: &ModelResult) -> FigureTable {
    let row = |bin: &crate::tune::metrics::reliability::Bin| {
        vec![
            format!("{:.3} to {:.3}", bin.lowest, bin.highest),
            share(Some(bin.stated)),
            share(Some(bin.seen)),
        ]
    };
    FigureTable {
        title: format!("Reliability, {}", model.name),
        header: vec!["scores", "mean score", "share derived"],
        rows: model.reliability.iter().map(row).collect(),
        text_columns: 0,
    }
}

pub fn most_wrong(model: &ModelResult, pairs: &[Labelled]) -> FigureTable {
    let row = |wrong: &HeldOut| {
        let pair = pairs.get(wrong.row)?;
        Some(vec![
            pair.set.clone(),
            share(Some(wrong.score)),
            pair.label.clone(),
            pair.a.clone(),
            pair.b.clone(),
        ])
    };
    FigureTable {
        title: format!("Pairs it gets most wrong, {}", model.name),
        header: vec!["set", "score", "label", "a", "b"],
        rows: model.most_wrong.iter().filter_map(row).collect(),
        text_columns: 3,
    }
}

pub fn direction(result: &TuneResult) -> FigureTable {
    let row = |set: &crate::tune::direction::DirectionRow| {
        vec![
            set.set.clone(),
            set.pairs.to_string(),
            share(Some(set.right)),
            share(Some(set.claimed)),
            share(set.claimed_right),
        ]
    };
    FigureTable {
        title: format!(
            "Direction; calibration error of the confidence {:.3}",
            result.direction.calibration_error
        ),
        header: vec!["set", "pairs", "right", "claimed at 0.95", "of these right"],
        rows: result.direction.sets.iter().map(row).collect(),
        text_columns: 0,
    }
}

pub fn banding(result: &TuneResult) -> FigureTable {
    let row = |expected: &crate::tune::metrics::banding::Expected| {
        vec![
            format!("{} x {}", expected.banding.bands, expected.banding.rows),
            share(Some(expected.banding.threshold())),
            share(Some(expected.recall)),
            share(Some(expected.cost)),
        ]
    };
    FigureTable {
        title: "MinHash banding on these pairs".to_owned(),
        header: vec![
            "bands x rows",
            "met half of the time at Jaccard",
            "derived pairs met",
            "other pairs met",
        ],
        rows: result.bandings.iter().filter(|expected| expected.banding.rows <= 16).map(row).collect(),
        text_columns: 0,
    }
}

/// All tables of a model, in order. `all` lists every signal.
pub fn of_model(model: &ModelResult, pairs: &[Labelled], signals_most: usize) -> Vec<FigureTable> {
    vec![
        thresholds(model),
        sets(model),
        labels(model),
        reliability(model),
        signals(model, signals_most),
        most_wrong(model, pairs),
    ]
}
