//! Families as a graph for Gephi, yEd, NetworkX and igraph: GraphML, an article a node, a derivation an edge.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::error::WriteError;
use crate::row::{Relation, rounded};
use crate::rows::Families;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="family" for="node" attr.name="family" attr.type="string"/>
<key id="role" for="node" attr.name="role" attr.type="string"/>
<key id="relation" for="edge" attr.name="relation" attr.type="string"/>
<key id="score" for="edge" attr.name="score" attr.type="double"/>
<key id="confidence" for="edge" attr.name="confidence" attr.type="double"/>
<key id="share" for="edge" attr.name="share" attr.type="double"/>
<graph id="families" edgedefault="directed">
"#;

/// Writes all families as one graph. Edges lead from the article that another came from to that one. An
/// article that took parts from members of several families is one node.
///
/// # Errors
/// The writer's, and those of reading families.
pub fn write(out: &mut dyn Write, families: &dyn Families) -> Result<(), WriteError> {
    out.write_all(HEAD.as_bytes())?;
    let mut borrowers: BTreeSet<String> = BTreeSet::new();
    for family in families.families() {
        let family = family?;
        for member in &family.members {
            node(out, &member.id, &family.id, if member.parent.is_some() { "member" } else { "root" })?;
        }
        borrowers.extend(family.borrowers.iter().map(|borrower| borrower.id.clone()));
    }
    for family in families.families() {
        family?.members.iter().for_each(|member| {
            borrowers.remove(&member.id);
        });
    }
    for borrower in &borrowers {
        node(out, borrower, "", "borrower")?;
    }
    for family in families.families() {
        let family = family?;
        for member in &family.members {
            let Some(parent) = &member.parent else { continue };
            let told = [("score", member.score), ("confidence", member.parent_confidence)];
            edge(out, (parent, &member.id), member.relation, &told)?;
        }
        for borrower in &family.borrowers {
            let told = [("score", Some(borrower.score)), ("share", Some(borrower.share))];
            edge(out, (&borrower.from, &borrower.id), Some(borrower.relation), &told)?;
        }
    }
    Ok(out.write_all(b"</graph>\n</graphml>\n")?)
}

fn node(out: &mut dyn Write, id: &str, family: &str, role: &str) -> io::Result<()> {
    let (id, family) = (escaped(id), escaped(family));
    writeln!(
        out,
        "<node id=\"{id}\"><data key=\"family\">{family}</data><data key=\"role\">{role}</data></node>"
    )
}

fn edge(
    out: &mut dyn Write,
    (from, to): (&str, &str),
    relation: Option<Relation>,
    told: &[(&str, Option<f64>)],
) -> io::Result<()> {
    write!(out, "<edge source=\"{}\" target=\"{}\">", escaped(from), escaped(to))?;
    if let Some(relation) = relation {
        write!(out, "<data key=\"relation\">{}</data>", relation.name())?;
    }
    for (key, value) in told {
        if let Some(value) = value {
            write!(out, "<data key=\"{key}\">{}</data>", rounded(*value))?;
        }
    }
    writeln!(out, "</edge>")
}

/// As XML has it; what no XML may hold becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_member_is_a_node_and_all_but_roots_have_an_edge() {
        let families = sample::families();
        let mut out = Vec::new();
        write(&mut out, &families).unwrap();
        let text = String::from_utf8(out).unwrap();
        let members: usize = families.iter().map(|family| family.members.len()).sum();
        assert!(text.matches("<node ").count() >= members && text.ends_with("</graphml>\n"));
        let borrowers: usize = families.iter().map(|family| family.borrowers.len()).sum();
        assert_eq!(text.matches("<edge ").count(), members - families.len() + borrowers);
        let mut reader = quick_xml::Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    }

    #[test]
    fn ids_cannot_leave_their_attributes() {
        assert_eq!(escaped("a\"<b>&\u{1}\n"), "a&quot;&lt;b&gt;&amp;\u{FFFD}&#10;");
    }
}
