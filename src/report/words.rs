//! Verdicts in words: the sentences, names and the order that all reports use.

use super::visible::short_label;
use crate::article::Article;
use crate::dates;
use crate::row::{AlsoFrom, FamilyMember, FamilyRow, PairRow, Relation, Tie};
use crate::stretch::stretch;

/// Direction below this confidence is said to be uncertain.
const SURE_OF_DIRECTION: f64 = 0.8;
/// Titles, outlets and ids longer than this are cut.
const LABEL_CHARS: usize = 200;
/// An article without a title is called by so many code points of its text, cut at a space where there is
/// one.
const TITLE_CHARS: usize = 80;

/// The relation as a person says it.
pub(super) fn relation_words(relation: Relation) -> &'static str {
    match relation {
        Relation::Identical => "identical",
        Relation::Copy => "copy",
        Relation::Expanded => "expanded",
        Relation::Condensed => "condensed",
        Relation::Rewrite => "rewrite",
        Relation::Partial => "partial",
        Relation::Translation => "translation",
        Relation::SharedSource => "shared source",
        Relation::Unrelated => "unrelated",
    }
}

/// So many of a relation: `1 copy`, `2 copies`.
pub(super) fn counted_relation(count: u64, relation: Relation) -> String {
    let many = match relation {
        Relation::Copy => "copies",
        Relation::Rewrite => "rewrites",
        other => relation_words(other),
    };
    counted(count, relation_words(relation), many)
}

/// What the relation means for the two articles, as the end of a sentence that begins with the derived one.
pub(super) fn relation_sentence(relation: Relation) -> &'static str {
    match relation {
        Relation::Identical => "is the same text as",
        Relation::Copy => "is a near-verbatim copy of",
        Relation::Expanded => "retells, at greater length,",
        Relation::Condensed => "retells, in fewer words,",
        Relation::Rewrite => "retells, at about the same length,",
        Relation::Partial => "takes a substantial part from",
        Relation::Translation => "translates",
        Relation::SharedSource => "tells of the same event, with sources in common but its own narrative, as",
        Relation::Unrelated => "is not related to",
    }
}

/// A share or probability as a percentage that never rounds up to certainty.
pub(super) fn percent(share: f64) -> String {
    let whole = (share * 100.0).round();
    if share < 1.0 && whole >= 100.0 {
        return ">99 %".to_owned();
    }
    if share > 0.0 && whole <= 0.0 {
        return "<1 %".to_owned();
    }
    format!("{whole:.0} %")
}

/// Who printed whose text, with how sure that is; `None` where nothing is known.
pub(super) fn direction_words(row: &PairRow) -> Option<String> {
    if row.tie == Some(Tie::Siblings) {
        return Some("siblings: both print a third text".to_owned());
    }
    if !row.relation.is_derived() {
        return None;
    }
    let confidence = row.direction_confidence?;
    if percent(confidence) == "50 %" {
        return Some("direction unknown".to_owned());
    }
    if confidence < SURE_OF_DIRECTION {
        return Some(format!("direction uncertain, {}", percent(confidence)));
    }
    Some(format!("direction {} sure", percent(confidence)))
}

/// What the sentence about a pair must not leave unsaid.
pub(super) fn reservation(row: &PairRow) -> &'static str {
    match (row.tie, row.direction_confidence) {
        (Some(Tie::Siblings), _) => "; both print the same third text",
        (Some(Tie::Revision), _) => "; both are versions of one item",
        (_, Some(confidence)) if row.relation.is_derived() && confidence < SURE_OF_DIRECTION => {
            "; which came first is uncertain"
        }
        _ => "",
    }
}

/// Below this confidence a root or a parent is not claimed.
const CLAIMED: f64 = 0.5;

/// What is to be said of a family whose root is not claimed.
pub(super) fn origin_unclear(family: &FamilyRow) -> Option<String> {
    let confidence = family.root_confidence.filter(|confidence| *confidence < CLAIMED)?;
    let likely: Vec<String> = family
        .root_candidates
        .iter()
        .take(2)
        .map(|candidate| {
            format!("{} ({})", short_label(&candidate.id, LABEL_CHARS), percent(candidate.confidence))
        })
        .collect();
    Some(match likely.as_slice() {
        [_, _, ..] => format!("origin unclear: {}", likely.join(" or ")),
        _ => format!("origin unclear ({})", percent(confidence)),
    })
}

/// The same of a member's parent.
pub(super) fn parent_unclear(member: &FamilyMember) -> Option<String> {
    let confidence = member.parent_confidence.filter(|confidence| *confidence < CLAIMED)?;
    let others: Vec<String> =
        member.alternatives.iter().map(|other| short_label(&other.id, LABEL_CHARS)).collect();
    Some(match others.is_empty() {
        true => format!("parent {} sure", percent(confidence)),
        false => format!("parent {} sure; or {}", percent(confidence), others.join(" or ")),
    })
}

/// Further articles that a member was made of.
pub(super) fn also_from(member: &FamilyMember) -> Option<String> {
    let from = |also: &AlsoFrom| format!("{} ({})", short_label(&also.id, LABEL_CHARS), percent(also.share));
    let named: Vec<String> = member.also_from.iter().map(from).collect();
    (!named.is_empty()).then(|| format!("also from {}", named.join(" and ")))
}

/// The headline, or the first words of the text, or the id: what a person calls the article.
pub(super) fn headline(article: &Article) -> String {
    let title = article.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let first_words = || {
        let text = article.text.trim();
        let Some((end, _)) = text.char_indices().nth(TITLE_CHARS) else {
            return if text.is_empty() { article.id.clone() } else { text.to_owned() };
        };
        let cut = stretch(text, ..end).rfind(char::is_whitespace).unwrap_or(end);
        let line: Vec<&str> = stretch(text, ..cut).split_whitespace().collect();
        format!("{}…", line.join(" "))
    };
    let headline = title.map_or_else(first_words, str::to_owned);
    short_label(&headline, LABEL_CHARS)
}

/// Id, outlet and date, as far as they are known.
pub(super) fn imprint(article: &Article) -> Vec<String> {
    let date = article.date.as_deref().map(dates::shown);
    [Some(article.id.as_str()), article.source.as_deref(), date.as_deref()]
        .into_iter()
        .flatten()
        .map(|label| short_label(label.trim(), LABEL_CHARS))
        .filter(|label| !label.is_empty())
        .collect()
}

/// `1 article`, `12,424 articles`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if count == 1 { one } else { many })
}

/// Members of a family as a person wants them: retellings before copies, then the higher score, then the
/// smaller id.
pub(super) fn retellings_first(a: &FamilyMember, b: &FamilyMember) -> std::cmp::Ordering {
    let copied =
        |member: &FamilyMember| matches!(member.relation, Some(Relation::Identical | Relation::Copy));
    let score = |member: &FamilyMember| member.score.unwrap_or(0.0);
    copied(a).cmp(&copied(b)).then(score(b).total_cmp(&score(a))).then_with(|| a.id.cmp(&b.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_never_claim_certainty() {
        let written: Vec<String> = [0.0, 0.001, 0.5, 0.994, 0.9999, 1.0].into_iter().map(percent).collect();
        assert_eq!(written, ["0 %", "<1 %", "50 %", "99 %", ">99 %", "100 %"]);
    }

    #[test]
    fn an_article_without_a_title_is_called_by_its_first_words() {
        let article = Article::new(
            "a/1",
            "One two\nthree four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
        );
        let expected = "One two three four five six seven eight nine ten eleven twelve thirteen…";
        assert_eq!(headline(&article), expected);
        assert_eq!(headline(&Article::new("a", "日".repeat(1000))).chars().count(), TITLE_CHARS + 1);
        assert_eq!(headline(&Article::new("a\n1", " ")), "a␤1");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(counted(1, "pair", "pairs"), "1 pair");
        assert_eq!(counted(1_234_567, "pair", "pairs"), "1,234,567 pairs");
    }
}
