//! What exports of WordPress write into a text beside its HTML: words in brackets that its pages replace.

use crate::stretch::stretch;

/// Those that enclose something that is no text of the article.
const ENCLOSING: [&str; 7] = ["caption", "wp_caption", "embed", "audio", "video", "playlist", "gallery"];
/// Those that stand alone.
const ALONE: [&str; 9] =
    ["gallery", "embed", "audio", "video", "playlist", "youtube", "vimeo", "tweet", "instagram"];

/// The text without them. Other words in brackets are the author's.
pub(super) fn without_shortcodes(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(found) = rest.find('[') {
        kept.push_str(stretch(rest, ..found));
        let code = stretch(rest, found..);
        match behind(code) {
            Some(after) => rest = after,
            None => {
                kept.push('[');
                rest = stretch(code, 1..);
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// What follows the shortcode that the text begins with.
fn behind(code: &str) -> Option<&str> {
    let inside = stretch(code, 1..);
    let name_end = inside.find(|c: char| !(c.is_ascii_lowercase() || c == '_'))?;
    let name = stretch(inside, ..name_end);
    if !inside.get(name_end..)?.starts_with([' ', ']', '/']) {
        return None;
    }
    let after = stretch(inside, inside.find(']')? + 1..);
    if ENCLOSING.contains(&name) {
        let end = format!("[/{name}]");
        if let Some(at) = after.find(&end) {
            return Some(stretch(after, at + end.len()..));
        }
    }
    ALONE.contains(&name).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_and_players_are_no_text_and_words_of_the_author_are() {
        let html = "<p>One [sic].</p>[caption id=\"x\" width=\"3\"]<img> A boat[/caption]\n[gallery ids=\"1,2\"]\n\
            [embed]https://video.example/1[/embed]<p>Two [gallery-owner] [caption</p>";
        assert_eq!(without_shortcodes(html), "<p>One [sic].</p>\n\n<p>Two [gallery-owner] [caption</p>");
    }
}
