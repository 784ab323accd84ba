//! The report as one page that needs nothing else.

use std::fmt::Write;

use crate::tune::Labelled;
use crate::tune::report::plots::plots;
use crate::tune::report::svg::escape;
use crate::tune::report::tables::{self, FigureTable};
use crate::tune::report::text::what_was_made;
use crate::tune::run::TuneResult;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222;\
background:#fff}h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #ddd}h3{font-size:1em;\
margin:1.4em 0 .3em}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}td,th{padding:2px 10px;\
text-align:right;border-bottom:1px solid #eee}td:first-child,th:first-child,.text{text-align:left}.plots{display:flex;\
flex-wrap:wrap;gap:12px}.plots svg{max-width:100%;height:auto;border:1px solid #eee}td{overflow-wrap:anywhere}";

/// The page. Labels and ids are escaped; there is no script, and nothing is loaded.
pub fn html(result: &TuneResult, pairs: &[Labelled]) -> String {
    let mut page = String::new();
    // writing to a string cannot fail
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Tuning: {name}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>Tuning: profile \u{201c}{name}\u{201d}</h1>\n\
         <p>{} labelled pairs, {} of them derived; {}.</p>\n",
        result.pairs,
        result.derived,
        what_was_made(result.refit),
        name = escape(&result.profile.name),
    );
    let plots = plots(result);
    for model in &result.models {
        let _ = writeln!(
            page,
            "<h2>Model {}</h2>\n<p>{}.</p>",
            escape(model.name),
            escape(&tables::headline(model))
        );
        let suffix = model.name.replace(' ', "-");
        write_plots(
            &mut page,
            plots.iter().filter(|plot| plot.file.ends_with(&suffix)).map(|plot| &plot.plot),
        );
        for table in tables::of_model(model, pairs, usize::MAX) {
            write_table(&mut page, &table);
        }
    }
    page.push_str("<h2>Direction</h2>\n");
    let is_shared = |file: &str, name: &str| file == name;
    let named = |name: &'static str| {
        plots.iter().filter(move |plot| is_shared(&plot.file, name)).map(|plot| &plot.plot)
    };
    if !result.direction.sets.is_empty() {
        write_plots(&mut page, named("direction-reliability"));
        write_table(&mut page, &tables::direction(result));
    }
    let weights = FigureTable {
        title: "Weights of the cues".to_owned(),
        header: vec!["cue", "weight"],
        rows: result
            .direction
            .model
            .weights
            .iter()
            .map(|weight| vec![weight.cue.clone(), format!("{:.3}", weight.weight)])
            .collect(),
        text_columns: 0,
    };
    write_table(&mut page, &weights);
    page.push_str("<h2>Candidates by banding</h2>\n");
    write_plots(&mut page, named("banding"));
    write_table(&mut page, &tables::banding(result));
    page.push_str("</body></html>\n");
    page
}

fn write_plots<'a>(page: &mut String, plots: impl Iterator<Item = &'a crate::tune::report::svg::Plot>) {
    page.push_str("<div class=\"plots\">\n");
    for plot in plots {
        page.push_str(&plot.to_svg());
    }
    page.push_str("</div>\n");
}

fn write_table(page: &mut String, table: &FigureTable) {
    if table.rows.is_empty() {
        return;
    }
    let class = |column: usize| {
        if column > 0 && column + table.text_columns >= table.header.len() { " class=\"text\"" } else { "" }
    };
    let _ = write!(page, "<h3>{}</h3>\n<table><tr>", escape(&table.title));
    for (column, cell) in table.header.iter().enumerate() {
        let _ = write!(page, "<th{}>{}</th>", class(column), escape(cell));
    }
    page.push_str("</tr>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = write!(page, "<td{}>{}</td>", class(column), escape(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}
