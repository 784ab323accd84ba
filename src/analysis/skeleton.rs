//! Words by the consonants that survive when they cross into another language and script.
//!
//! "Zelensky", "Zelenskyj", "Зеленський" and "Selenskyj" have one skeleton, and so have most words that two
//! languages took from one another. Vowels go, and consonants that scripts and spellings mix up are one
//! (after Soundex, Russell 1918; for transliterated names see Freeman et al. 2006).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Consonants that a skeleton keeps; what comes after is endings.
const SKELETON_MAX: usize = 5;

/// A skeleton of fewer consonants says nothing.
const SKELETON_MIN: usize = 3;

/// Letters of other alphabets by the Latin ones that print writes for them.
const TRANSLITERATED: &[(&str, &str)] = &[
    ("а", "a"),
    ("б", "b"),
    ("в", "v"),
    ("гґ", "g"),
    ("д", "d"),
    ("еёэє", "e"),
    ("ж", "zh"),
    ("з", "z"),
    ("ийіїы", "i"),
    ("к", "k"),
    ("л", "l"),
    ("м", "m"),
    ("н", "n"),
    ("о", "o"),
    ("п", "p"),
    ("р", "r"),
    ("с", "s"),
    ("т", "t"),
    ("у", "u"),
    ("ф", "f"),
    ("х", "h"),
    ("ц", "ts"),
    ("ч", "ch"),
    ("шщ", "sh"),
    ("ю", "iu"),
    ("я", "ia"),
    ("ъь", ""),
    ("α", "a"),
    ("β", "v"),
    ("γ", "g"),
    ("δ", "d"),
    ("ε", "e"),
    ("ζ", "z"),
    ("ηιυ", "i"),
    ("θ", "th"),
    ("κ", "k"),
    ("λ", "l"),
    ("μ", "m"),
    ("ν", "n"),
    ("ξ", "x"),
    ("οω", "o"),
    ("π", "p"),
    ("ρ", "r"),
    ("σς", "s"),
    ("τ", "t"),
    ("φ", "f"),
    ("χ", "h"),
    ("ψ", "ps"),
    ("ćč", "ch"),
    ("ç", "s"),
    ("šşșś", "sh"),
    ("žźż", "zh"),
    ("ø", "o"),
    ("ł", "l"),
    ("ß", "s"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ðđ", "d"),
    ("þ", "t"),
    ("ı", "i"),
];

/// The sound of letters that are written together, longest first, and how many they are.
fn together(letters: &[u8]) -> Option<(u8, usize)> {
    Some(match letters {
        [b't', b's', b'c', b'h', ..] => (b's', 4),
        [b's', b'c', b'h', ..] | [b't', b'c', b'h', ..] => (b's', 3),
        [b's' | b'c' | b'z', b'h', ..] | [b't', b's' | b'z', ..] => (b's', 2),
        [b'p', b'h', ..] => (b'f', 2),
        [b't', b'h', ..] => (b't', 2),
        [b'c', b'k', ..] | [b'k', b'h', ..] => (b'k', 2),
        _ => return None,
    })
}

/// Words of so many letters are folded without a place on the heap.
const SHORT_BYTES: usize = 24;

/// The skeleton of a word, consonants from the highest byte down; `None` for a word of too few, or of a
/// script that has no Latin spelling here.
pub fn skeleton(word: &str) -> Option<u64> {
    if !word.is_ascii() {
        return skeleton_of(&latin(word)?);
    }
    let mut short = [0; SHORT_BYTES];
    let Some(letters) = short.get_mut(..word.len()) else {
        return skeleton_of(&word.to_ascii_lowercase().into_bytes());
    };
    letters.copy_from_slice(word.as_bytes());
    letters.make_ascii_lowercase();
    skeleton_of(letters)
}

/// Of small Latin letters.
fn skeleton_of(letters: &[u8]) -> Option<u64> {
    let mut consonants = Consonants::default();
    if letters.first().is_some_and(|first| b"aeiou".contains(first)) {
        consonants.push(b'a');
    }
    let mut rest = letters;
    while let Some((&letter, after)) = rest.split_first().filter(|_| consonants.count < SKELETON_MAX) {
        if let Some((sound, count)) = together(rest) {
            consonants.push(sound);
            rest = rest.get(count..).unwrap_or_default();
            continue;
        }
        rest = after;
        match letter {
            b'c' if after.first().is_some_and(|next| b"eiy".contains(next)) => consonants.push(b's'),
            b'c' | b'k' | b'q' | b'g' => consonants.push(b'k'),
            b'x' => {
                consonants.push(b'k');
                consonants.push(b's');
            }
            b's' | b'z' | b'j' => consonants.push(b's'),
            b'v' | b'w' | b'f' | b'b' => consonants.push(b'f'),
            b'd' | b't' => consonants.push(b't'),
            b'l' | b'm' | b'n' | b'p' | b'r' => consonants.push(letter),
            _ => {}
        }
    }
    consonants.finish()
}

#[derive(Default)]
struct Consonants {
    packed: u64,
    count: usize,
    last: Option<u8>,
}

impl Consonants {
    /// Doubled consonants are one.
    fn push(&mut self, consonant: u8) {
        if self.last == Some(consonant) || self.count == SKELETON_MAX {
            return;
        }
        self.last = Some(consonant);
        self.count += 1;
        self.packed = self.packed << 8 | u64::from(consonant);
    }

    fn finish(self) -> Option<u64> {
        (self.count >= SKELETON_MIN).then_some(self.packed)
    }
}

/// The word in small Latin letters; `None` where a letter has none.
fn latin(word: &str) -> Option<Vec<u8>> {
    let mut letters = Vec::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii() {
            letters.push(letter as u8);
            continue;
        }
        if let Some((_, latin)) = TRANSLITERATED.iter().find(|(others, _)| others.contains(letter)) {
            letters.extend(latin.bytes());
            continue;
        }
        for part in std::iter::once(letter).nfd().filter(|part| !is_combining_mark(*part)) {
            if part.is_ascii() {
                letters.push(part as u8);
            } else {
                let (_, latin) = TRANSLITERATED.iter().find(|(others, _)| others.contains(part))?;
                letters.extend(latin.bytes());
            }
        }
    }
    Some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_skeleton_in_all_its_spellings() {
        let same = |words: &[&str]| {
            let skeletons: Vec<Option<u64>> = words.iter().map(|word| skeleton(word)).collect();
            assert!(
                skeletons[0].is_some() && skeletons.iter().all(|found| *found == skeletons[0]),
                "{words:?}"
            );
        };
        same(&["Zelensky", "Zelenskyj", "Selenskyj", "Зеленский", "Зеленський"]);
        same(&["Marković", "Markowitsch", "Маркович", "Markovitch"]);
        same(&["Philipp", "Filip", "Филипп"]);
        same(&["Constantinople", "Konstantinopel"]);
        same(&["Σωκράτης", "Sokrates", "Sócrates"]);
    }

    #[test]
    fn other_names_have_others() {
        assert_ne!(skeleton("Marković"), skeleton("Morrison"));
        assert_ne!(skeleton("Nordhavn"), skeleton("Hestbrook"));
    }

    #[test]
    fn few_consonants_and_other_scripts_have_none() {
        assert_eq!(skeleton("Ana"), None);
        assert_eq!(skeleton("市长"), None);
        assert_eq!(skeleton("الجسر"), None);
        assert_eq!(skeleton(""), None);
    }
}
