//! Folding of single characters of NFKC text: quotation marks, points and vowel marks, variant letters, digits,
//! case.

/// The zero of each script that has digits of its own, as of Unicode 17, and of full width; nine others follow each.
/// Ascending.
#[rustfmt::skip]
const ZEROS: [char; 69] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}',
    '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}', '\u{10d40}', '\u{11066}', '\u{110f0}', '\u{11136}',
    '\u{111d0}', '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}', '\u{116d0}',
    '\u{116da}', '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11bf0}', '\u{11c50}', '\u{11d50}',
    '\u{11da0}', '\u{11de0}', '\u{11f50}', '\u{16130}', '\u{16a60}', '\u{16ac0}', '\u{16b50}',
    '\u{16d70}', '\u{1e140}', '\u{1e2f0}', '\u{1e4f0}', '\u{1e5f1}', '\u{1e950}',
];

/// A decimal digit of any script as that of ASCII; `None` for all other characters, and for digits of ASCII.
pub(crate) fn latin_digit(c: char) -> Option<char> {
    if c < ZEROS[0] {
        return None;
    }
    let zero = ZEROS.get(ZEROS.partition_point(|&zero| zero <= c).checked_sub(1)?)?;
    char::from_digit(c as u32 - *zero as u32, 10)
}

/// Folds one character: to none, one or several.
///
/// Digits are written in those of Arabic, Devanagari or Bengali script in one house and in those of ASCII in the
/// next.
///
/// Arabic vowel marks, Koranic signs, the tatweel and Hebrew points are left out of most print. Forms of
/// alef, yeh, kaf, heh and teh marbuta are written for one another from one house, keyboard or country to the
/// next.
pub(crate) fn fold(c: char, mut push: impl FnMut(char)) {
    match c {
        '\u{2b9}'..='\u{2bd}' | '\u{2c8}' | '\u{2ee}' => push('\''),
        'Σ' | 'ς' => push('σ'),
        '\0'..'\u{591}' => c.to_lowercase().for_each(push),
        _ if is_point(c) => {}
        'آ' | 'أ' | 'إ' | '\u{671}'..='\u{673}' | '\u{675}' => push('ا'),
        'ى' | 'ی' => push('ي'),
        'ة' | '\u{6c0}'..='\u{6c3}' | '\u{6d5}' => push('ه'),
        'ک' => push('ك'),
        _ => match latin_digit(c) {
            Some(digit) => push(digit),
            None => c.to_lowercase().for_each(push),
        },
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

/// A text with each of its characters folded.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold(c, |c| folded.push(c)));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts_have_their_values() {
        assert!(ZEROS.is_sorted_by(|one, other| (*other as u32) - (*one as u32) >= 10));
        for zero in ZEROS {
            let digits: String = (0..10).filter_map(|value| char::from_u32(zero as u32 + value)).collect();
            assert!(digits.chars().all(char::is_numeric), "{digits}");
            let folded: Option<String> = digits.chars().map(latin_digit).collect();
            assert_eq!(folded.as_deref(), Some("0123456789"), "{digits}");
            let outside =
                [zero as u32 - 1, zero as u32 + 10].map(|c| char::from_u32(c).and_then(latin_digit));
            assert!(outside.iter().all(|digit| matches!(digit, None | Some('0' | '9'))), "{digits}");
        }
        assert_eq!(['7', 'a', '\u{65f}', '٪', '½', '一'].map(latin_digit), [None; 6]);
    }
}
