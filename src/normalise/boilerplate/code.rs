//! Lines of a page's scripts and styles that an extraction left among its text.

/// Signs of code are at least so many in a line, …
const SIGNS_MIN: usize = 4;
/// … and one in so many bytes.
const BYTES_A_SIGN: usize = 40;

/// What hardly a sentence holds.
const WORDS: &[&str] = &[
    "!important",
    "() {",
    "(){",
    "});",
    "=> {",
    "=>{",
    "@media",
    "\"@context\"",
    "\"@type\"",
    "document.",
    "function ",
    "function(",
    "px;",
    "px}",
    "url(",
    "var ",
    "window.",
];

/// Whether a line is code: brackets that prose seldom has and signs of equality throughout, and something that
/// no prose has.
pub(super) fn is_code(line: &str) -> bool {
    let signs = line.bytes().filter(|byte| b"{}=[]".contains(byte)).count();
    signs >= SIGNS_MIN
        && signs * BYTES_A_SIGN >= line.len()
        && WORDS.iter().any(|word| memchr::memmem::find(line.as_bytes(), word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_prose_with_brackets() {
        for code in [
            "window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);} gtag('js', new Date());",
            ".story h2 { margin: 0 0 8px; font-size: 18px; } .story p { color: #333 !important; }",
            "{\"@context\": \"https://schema.example\", \"@type\": \"NewsArticle\", \"a\": [{\"b\": [{}]}]}",
        ] {
            assert!(is_code(code), "{code}");
        }
        let prose = "The vote (12 to 9) was close; the mayor (who has a function to play) left; others (see page 4) stayed (some \
            of them late); the budget (4 million) stands; the rest (in part) was put off (until May).";
        assert!(!is_code(prose));
    }
}
