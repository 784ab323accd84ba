use rayon::prelude::*;
use retold::article::Article;
use retold::evidence::{Prepared, background::*, signals::*};
use std::io::{BufRead, Write};
fn lines(p: &str) -> Vec<String> {
    let f = std::fs::File::open(p).unwrap();
    let r: Box<dyn std::io::Read> =
        if p.ends_with(".gz") { Box::new(flate2::read::MultiGzDecoder::new(f)) } else { Box::new(f) };
    std::io::BufReader::new(r).lines().map(|l| l.unwrap()).collect()
}
fn main() {
    // dump DIR OUT [background] [pairs]
    let a: Vec<String> = std::env::args().collect();
    let docs: Vec<Article> = lines(&format!("{}/docs.jsonl.gz", a[1]))
        .par_iter()
        .map(|l| {
            let v: serde_json::Value = serde_json::from_str(l).unwrap();
            let g = |k: &str| v[k].as_str().map(|s| s.to_string());
            Article {
                id: g("id").unwrap(),
                text: g("text").unwrap(),
                title: g("title"),
                date: g("date"),
                source: g("source"),
                url: None,
                language: g("language"),
            }
        })
        .collect();
    let pp = a.get(4).cloned().unwrap_or(format!("{}/pairs.jsonl", a[1]));
    let pairs: Vec<serde_json::Value> = lines(&pp).iter().map(|l| serde_json::from_str(l).unwrap()).collect();
    let need: std::collections::HashSet<&str> =
        pairs.iter().flat_map(|p| [p["a"].as_str().unwrap(), p["b"].as_str().unwrap()]).collect();
    let prep: std::collections::HashMap<&str, Prepared> = docs
        .par_iter()
        .filter(|d| need.contains(d.id.as_str()))
        .map(|d| (d.id.as_str(), Prepared::new(d)))
        .collect();
    let bg = a.get(3).filter(|s| s.as_str() != "-").map(|p| {
        let mut grams = rustc_hash::FxHashSet::default();
        for q in &pairs {
            let (x, y) = (&prep[q["a"].as_str().unwrap()], &prep[q["b"].as_str().unwrap()]);
            for r in retold::evidence::runs::cover(&x.text, &y.text, &y.runs).iter().chain(&[]) {
                for o in 0..(r.words + 1).saturating_sub(GRAM_WORDS) {
                    if let Some(g) = gram_at(&x.text, r.here + o) {
                        grams.insert(g);
                    }
                }
            }
            for r in retold::evidence::runs::cover(&y.text, &x.text, &x.runs).iter().chain(&[]) {
                for o in 0..(r.words + 1).saturating_sub(GRAM_WORDS) {
                    if let Some(g) = gram_at(&y.text, r.here + o) {
                        grams.insert(g);
                    }
                }
            }
        }
        let mut bg = Background::of_interest(grams);
        let mut ids = std::collections::HashSet::new();
        let mut texts = std::collections::HashSet::new();
        let ds: Vec<(String, Vec<u64>)> = lines(p)
            .par_iter()
            .map(|l| {
                let v: serde_json::Value = serde_json::from_str(l).unwrap();
                let mut w = vec![];
                retold::normalise::words::word_hashes(v["text"].as_str().unwrap(), |h| w.push(h.word));
                let mut g: Vec<u64> = w
                    .windows(GRAM_WORDS)
                    .map(|w| w.iter().fold(0, |g, w| fold(g, *w)))
                    .filter(|g| bg.is_of_interest(*g))
                    .collect();
                g.sort();
                g.dedup();
                (v["id"].as_str().unwrap().to_string(), g)
            })
            .collect();
        let _ = &mut texts as &mut std::collections::HashSet<String>;
        for (id, g) in ds {
            ids.insert(id);
            bg.add_document(g);
        }
        (bg, ids)
    });
    let rows: Vec<String> = pairs
        .par_iter()
        .map(|q| {
            let (x, y) = (&prep[q["a"].as_str().unwrap()], &prep[q["b"].as_str().unwrap()]);
            let pb = bg.as_ref().map(|(b, ids)| PairBackground {
                background: b,
                own_documents: ids.contains(&x.id) as u32 + ids.contains(&y.id) as u32,
            });
            let al = retold::align::passages(&x.text, &y.text, &mut retold::align::Scratch::default());
            let m = measure(x, y, pb);
            let mut o = serde_json::Map::new();
            for (n, v) in Signals::NAMES.iter().zip(m.signals.values()) {
                o.insert(n.to_string(), serde_json::json!(v));
            }
            let mut q = q.clone();
            q["s"] = serde_json::Value::Object(o);
            q["dir"] = serde_json::Value::Object(
                retold::evidence::direction::DirectionCues::NAMES
                    .iter()
                    .zip(retold::evidence::direction::cues(x, y, &al).values())
                    .map(|(n, v)| (n.to_string(), serde_json::json!(v)))
                    .collect(),
            );
            q["wa"] = x.text.tokens.len().into();
            q["wb"] = y.text.tokens.len().into();
            q.to_string()
        })
        .collect();
    let mut f = std::fs::File::create(&a[2]).unwrap();
    for r in rows {
        writeln!(f, "{r}").unwrap();
    }
}
