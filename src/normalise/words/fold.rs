//! Folding of single characters of NFKC text: quotation marks, points and vowel marks, variant letters, case.

/// Folds one character: to none, one or several.
///
/// Arabic vowel marks, Koranic signs, the tatweel and Hebrew points are left out of most print. Forms of
/// alef, yeh, kaf, heh and teh marbuta are written for one another from one house, keyboard or country to the
/// next.
pub(super) fn fold(c: char, mut push: impl FnMut(char)) {
    match c {
        '\u{2b9}'..='\u{2bd}' | '\u{2c8}' | '\u{2ee}' => push('\''),
        'Σ' | 'ς' => push('σ'),
        '\0'..'\u{591}' => c.to_lowercase().for_each(push),
        _ if is_point(c) => {}
        'آ' | 'أ' | 'إ' | '\u{671}'..='\u{673}' | '\u{675}' => push('ا'),
        'ى' | 'ی' => push('ي'),
        'ة' | '\u{6c0}'..='\u{6c3}' | '\u{6d5}' => push('ه'),
        'ک' => push('ك'),
        _ => c.to_lowercase().for_each(push),
    }
}

/// Marks of Hebrew and Arabic that print mostly leaves out, and the tatweel, which only stretches a word.
fn is_point(c: char) -> bool {
    matches!(
        c,
        '\u{591}'..='\u{5bd}'
            | '\u{5bf}'
            | '\u{5c1}'..='\u{5c2}'
            | '\u{5c4}'..='\u{5c5}'
            | '\u{5c7}'
            | '\u{610}'..='\u{61a}'
            | '\u{640}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}'..='\u{6e8}'
            | '\u{6ea}'..='\u{6ed}'
            | '\u{897}'..='\u{89f}'
            | '\u{8ca}'..='\u{8e1}'
            | '\u{8e3}'..='\u{8ff}'
    )
}
