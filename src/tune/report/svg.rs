//! Plots as SVG: axes, lines, bars. No styles from outside, so that each stands alone.

use std::fmt::Write;

/// Outer size of a plot, in pixels, and the margins that hold its labels.
pub const WIDTH: f64 = 460.0;
pub const HEIGHT: f64 = 340.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;

/// Colours that stay apart for the colour-blind (Okabe & Ito 2008).
pub const COLORS: &[&str] = &["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// A line through points, in data units.
#[derive(Clone, Debug, PartialEq)]
pub struct Polyline {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    pub is_dashed: bool,
    /// Points are drawn as dots as well.
    pub has_dots: bool,
}

/// Bars side by side over a common bin, in data units.
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    pub name: String,
    /// Left end, right end, height.
    pub bars: Vec<(f64, f64, f64)>,
}

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub lines: Vec<Polyline>,
    pub bars: Vec<BarChart>,
}

/// An axis: its name and range.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub name: String,
    pub from: f64,
    pub to: f64,
}

impl Axis {
    pub fn new(name: &str, from: f64, to: f64) -> Axis {
        // an empty range would divide by zero
        let to = if to > from { to } else { from + 1.0 };
        Axis { name: name.to_owned(), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Round values inside the range.
    fn ticks(&self) -> Vec<f64> {
        let rough = (self.to - self.from) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough * 0.999);
        let step = step.unwrap_or(rough);
        let first = (self.from / step - 1e-9).ceil();
        (0..12)
            .map(|tick| (first + f64::from(tick)) * step)
            .take_while(|tick| *tick <= self.to + 1e-9 * step)
            .collect()
    }
}

/// Escapes for text and attribute values of XML and HTML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no place for these
            control if control.is_control() && !matches!(control, '\n' | '\t') => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

impl Plot {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            LEFT + self.x.place(x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - self.y.place(y) * (HEIGHT - TOP - BOTTOM),
        )
    }

    /// The plot as one SVG element.
    pub fn to_svg(&self) -> String {
        let mut svg = String::new();
        // writing to a string cannot fail
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n\
             <title>{title}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"18\" font-size=\"13\" font-weight=\"bold\">{title}</text>\n",
            title = escape(&self.title)
        );
        self.axes(&mut svg);
        for (index, bars) in self.bars.iter().enumerate() {
            let color = COLORS[index % COLORS.len()];
            for (from, to, height) in &bars.bars {
                let (left, top) = self.at(*from, *height);
                let (right, bottom) = self.at(*to, self.y.from);
                let _ = writeln!(
                    svg,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{color}\" \
                     fill-opacity=\"0.75\"/>",
                    (right - left).max(0.0),
                    (bottom - top).max(0.0)
                );
            }
        }
        for (index, line) in self.lines.iter().enumerate() {
            let color = if line.is_dashed { "#888" } else { COLORS[index % COLORS.len()] };
            let dash = if line.is_dashed { " stroke-dasharray=\"4 3\"" } else { "" };
            svg.push_str("<polyline points=\"");
            for (x, y) in &line.points {
                let (x, y) = self.at(*x, *y);
                let _ = write!(svg, "{x:.1},{y:.1} ");
            }
            let _ = writeln!(svg, "\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"{dash}/>");
            if line.has_dots {
                for (x, y) in &line.points {
                    let (x, y) = self.at(*x, *y);
                    let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>");
                }
            }
        }
        self.legend(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn axes(&self, svg: &mut String) {
        let (right, top, bottom) = (WIDTH - RIGHT, TOP, HEIGHT - BOTTOM);
        for tick in self.x.ticks() {
            let (x, _) = self.at(tick, self.y.from);
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"#e4e4e4\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 15.0,
                number(tick)
            );
        }
        for tick in self.y.ticks() {
            let (_, y) = self.at(self.x.from, tick);
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"#e4e4e4\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                number(tick)
            );
        }
        let (middle_x, middle_y) = ((LEFT + right) / 2.0, (top + bottom) / 2.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#444\"/>\n\
             <text x=\"{middle_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(14 {middle_y:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 10.0,
            escape(&self.x.name),
            escape(&self.y.name)
        );
    }

    fn legend(&self, svg: &mut String) {
        let names = self
            .bars
            .iter()
            .map(|bars| (bars.name.as_str(), false))
            .chain(self.lines.iter().map(|line| (line.name.as_str(), line.is_dashed)))
            .enumerate()
            .filter(|(_, (name, _))| !name.is_empty());
        let mut y = TOP + 12.0;
        for (index, (name, is_dashed)) in names {
            let index = index % self.bars.len().max(self.lines.len()).max(1);
            let color = if is_dashed { "#888" } else { COLORS[index % COLORS.len()] };
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"4\" fill=\"{color}\"/>\
                 <text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT - 14.0,
                y - 6.0,
                WIDTH - RIGHT - 18.0,
                escape(name)
            );
            y += 14.0;
        }
    }
}

/// A number as short as it can be said.
pub fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            Axis::new("", 0.0, 1.0).ticks().iter().map(|t| number(*t)).collect::<Vec<_>>(),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(Axis::new("", -3.0, 14.0).ticks(), [0.0, 5.0, 10.0]);
    }

    #[test]
    fn titles_are_escaped_and_points_lie_inside() {
        let plot = Plot {
            title: "<script>&\"".into(),
            x: Axis::new("x", 0.0, 1.0),
            y: Axis::new("y", 0.0, 1.0),
            lines: vec![Polyline {
                name: "l".into(),
                points: vec![(-5.0, 2.0), (0.5, 0.5)],
                is_dashed: false,
                has_dots: true,
            }],
            bars: vec![],
        };
        let svg = plot.to_svg();
        assert!(svg.contains("&lt;script&gt;&amp;&quot;") && !svg.contains("<script"));
        assert!(svg.contains("points=\"54.0,34.0 250.0,163.0 \""), "{svg}");
    }
}
