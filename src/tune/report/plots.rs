//! The plots of a run.

use crate::tune::describe::ModelResult;
use crate::tune::metrics::banding::BandShape;
use crate::tune::metrics::bootstrap::Interval;
use crate::tune::report::svg::{Axis, BarChart, Plot, Polyline};
use crate::tune::run::TuneResult;

/// A plot and the name of its file, without ending.
pub struct NamedPlot {
    /// Name of the file, without ending.
    pub file: String,
    /// The plot.
    pub plot: Plot,
}

/// Points kept of a long curve.
const POINTS_MAX: usize = 400;

/// Bins of a histogram of scores.
const HISTOGRAM_BINS: usize = 20;

/// All plots, in the order of the page.
pub fn plots(result: &TuneResult) -> Vec<NamedPlot> {
    let mut plots = Vec::new();
    for model in &result.models {
        let suffix = model.name.replace(' ', "-");
        let mut push = |name: &str, plot: Plot| {
            plots.push(NamedPlot { file: format!("{name}-{suffix}"), plot });
        };
        push("roc", roc(model));
        push("precision-recall", precision_recall(model));
        push("reliability", reliability(model));
        push("scores", histogram(model));
        for line in &model.model.lines {
            push(&format!("curves-{}", file_name(&line.name)), curves(model, &line.name));
        }
    }
    plots.push(NamedPlot { file: "direction-reliability".into(), plot: direction(result) });
    plots.push(NamedPlot { file: "banding".into(), plot: banding(result) });
    plots
}

fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn line(name: &str, points: Vec<(f64, f64)>) -> Polyline {
    Polyline { name: name.to_owned(), points: thinned(points), is_dashed: false, has_dots: false }
}

fn dashed(points: Vec<(f64, f64)>) -> Polyline {
    Polyline { name: String::new(), points, is_dashed: true, has_dots: false }
}

fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(POINTS_MAX).max(1);
    let last = points.len().saturating_sub(1);
    points.into_iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last).map(|(_, p)| p).collect()
}

fn roc(model: &ModelResult) -> Plot {
    let ranking = &model.ranking;
    let mut points = vec![(0.0, 0.0)];
    points.extend(
        ranking
            .points
            .iter()
            .map(|point| (point.wrong as f64 / ranking.others.max(1) as f64, ranking.recall(point))),
    );
    Plot {
        title: format!("Found against false alarms, {}", model.name),
        x: Axis::new("share of other pairs called derived", 0.0, 1.0),
        y: Axis::new("share of derived pairs found", 0.0, 1.0),
        lines: with_band("held-out pairs", points, &model.bands.roc),
        bars: vec![],
    }
}

/// A curve between the ends of its 95 % band.
fn with_band(name: &str, points: Vec<(f64, f64)>, band: &[(f64, Interval)]) -> Vec<Polyline> {
    let end = |of: fn(&Interval) -> f64| dashed(band.iter().map(|(x, ends)| (*x, of(ends))).collect());
    let mut lines = vec![line(name, points), end(|ends| ends.low), end(|ends| ends.high)];
    lines.retain(|line| !line.points.is_empty());
    if let Some(line) = lines.iter_mut().find(|line| line.is_dashed) {
        line.name = "95 % of resamples".to_owned();
    }
    lines
}

fn precision_recall(model: &ModelResult) -> Plot {
    let ranking = &model.ranking;
    let points =
        ranking.points.iter().map(|point| (ranking.recall(point), ranking.precision(point))).collect();
    Plot {
        title: format!("Precision and recall, {}", model.name),
        x: Axis::new("recall", 0.0, 1.0),
        y: Axis::new("precision", 0.0, 1.0),
        lines: with_band("held-out pairs", points, &model.bands.precision_recall),
        bars: vec![],
    }
}

fn reliability(model: &ModelResult) -> Plot {
    let points = model.reliability.iter().map(|bin| (bin.stated, bin.seen)).collect();
    Plot {
        title: format!("Reliability, {}", model.name),
        x: Axis::new("score stated", 0.0, 1.0),
        y: Axis::new("share that is derived", 0.0, 1.0),
        lines: vec![
            Polyline { has_dots: true, ..line("bins of equal weight", points) },
            dashed(vec![(0.0, 0.0), (1.0, 1.0)]),
        ],
        bars: vec![],
    }
}

fn histogram(model: &ModelResult) -> Plot {
    let bars = |is_derived: bool| {
        let mut counts = [0.0; HISTOGRAM_BINS];
        let mut all = 0.0;
        for pair in model.held_out.iter().filter(|pair| pair.is_derived == is_derived) {
            counts[((pair.score * HISTOGRAM_BINS as f64) as usize).min(HISTOGRAM_BINS - 1)] += 1.0;
            all += 1.0;
        }
        let width = 1.0 / HISTOGRAM_BINS as f64;
        let shift = if is_derived { 0.0 } else { 0.5 * width };
        counts
            .iter()
            .enumerate()
            .map(|(bin, count)| {
                let left = bin as f64 * width + shift;
                (left, left + 0.5 * width, count / f64::max(all, 1.0))
            })
            .collect()
    };
    Plot {
        title: format!("Scores of held-out pairs, {}", model.name),
        x: Axis::new("score", 0.0, 1.0),
        y: Axis::new("share of the kind", 0.0, 1.0),
        lines: vec![],
        bars: vec![
            BarChart { name: "derived".into(), bars: bars(true) },
            BarChart { name: "others".into(), bars: bars(false) },
        ],
    }
}

/// Each signal from its lowest to its highest knot, as points above its lowest.
fn curves(model: &ModelResult, name: &str) -> Plot {
    let curves = || model.model.lines.iter().filter(|line| line.name == name).flat_map(|line| &line.curves);
    let mut highest: f64 = 0.1;
    let lines = curves()
        .map(|curve| {
            let ends = (curve.knots.first().copied(), curve.knots.last().copied());
            let (from, to) = (ends.0.unwrap_or(0.0), ends.1.unwrap_or(1.0));
            let lowest = curve.points.iter().copied().fold(f64::MAX, f64::min);
            let points: Vec<(f64, f64)> = curve
                .knots
                .iter()
                .zip(&curve.points)
                .map(|(knot, points)| ((knot - from) / f64::max(to - from, 1e-9), points - lowest))
                .collect();
            highest = points.iter().map(|point| point.1).fold(highest, f64::max);
            Polyline { has_dots: true, ..line(&curve.signal, points) }
        })
        .collect();
    Plot {
        title: format!("Points on the line \"{name}\", {}", model.name),
        x: Axis::new("signal, from its lowest to its highest knot", 0.0, 1.0),
        y: Axis::new("log-odds above the lowest", 0.0, highest),
        lines,
        bars: vec![],
    }
}

fn direction(result: &TuneResult) -> Plot {
    let points = result.direction.reliability.iter().map(|bin| (bin.stated, bin.seen)).collect();
    Plot {
        title: "Reliability of the direction".into(),
        x: Axis::new("direction confidence stated", 0.5, 1.0),
        y: Axis::new("share that is right", 0.0, 1.0),
        lines: vec![
            Polyline { has_dots: true, ..line("bins of equal weight", points) },
            dashed(vec![(0.5, 0.5), (1.0, 1.0)]),
        ],
        bars: vec![],
    }
}

/// S-curves of a few bandings.
fn banding(result: &TuneResult) -> Plot {
    let chosen: Vec<BandShape> = result
        .bandings
        .iter()
        .map(|expected| expected.banding)
        .filter(|banding| matches!(banding.rows, 1 | 2 | 4 | 8 | 13))
        .collect();
    Plot {
        title: "Banding: which pairs become candidates".into(),
        x: Axis::new("Jaccard index", 0.0, 1.0),
        y: Axis::new("share that meets in a band", 0.0, 1.0),
        lines: chosen
            .iter()
            .map(|banding| {
                let points =
                    (0..=100).map(|at| (f64::from(at) / 100.0, banding.meets(f64::from(at) / 100.0)));
                line(&format!("{} bands of {}", banding.bands, banding.rows), points.collect())
            })
            .collect(),
        bars: vec![],
    }
}
