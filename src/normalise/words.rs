//! What a word is: a maximal run of Unicode `\w` after NFKC and lower case; where a script has no spaces, a character.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

/// Calls `visit` with each word's byte range in the raw text and its folded form.
pub fn for_each_word(text: &str, mut visit: impl FnMut(Range<usize>, &str)) {
    let mut word = String::new();
    let mut start = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() || c == '_' {
                if word.is_empty() {
                    start = at;
                }
                word.push(c.to_ascii_lowercase());
                end = next;
            } else if !word.is_empty() {
                visit(start..end, &word);
                word.clear();
            }
            continue;
        }
        for f in std::iter::once(c).nfkc().flat_map(char::to_lowercase) {
            let unspaced = matches!(
                f.script(),
                Script::Han
                    | Script::Hiragana
                    | Script::Katakana
                    | Script::Thai
                    | Script::Lao
                    | Script::Khmer
                    | Script::Myanmar
            ) && f.is_alphabetic();
            if unspaced || !(f.is_alphanumeric() || f == '_') {
                if !word.is_empty() {
                    visit(start..end, &word);
                    word.clear();
                }
                if unspaced {
                    let mut buf = [0; 4];
                    visit(at..next, f.encode_utf8(&mut buf));
                }
            } else {
                if word.is_empty() {
                    start = at;
                }
                word.push(f);
                end = next;
            }
        }
    }
    if !word.is_empty() {
        visit(start..end, &word);
    }
}
