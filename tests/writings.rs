//! A scan finds a copy however it was written: as a mail, an address or a program carries it, as numbers of characters,
//! read in a wrong character set, or with its letters set apart.

use std::sync::Mutex;

use retold::article::Article;
use retold::collection::MemoryCollection;
use retold::judge::Profile;
use retold::pipeline::{ScanSettings, scan};
use retold::progress::NoProgress;
use retold::rows::Rows;

const STORIES: [(&str, &str); 3] = [
    (
        "uk",
        "Міст через Веллу закрито до осені: під час огляду інженери знайшли тріщини в трьох опорах. «Ми мусили його закрити \
         негайно», — сказав у понеділок головний інженер міста Олег Савчук. Міст збудували 1968 року, щодня ним їздило 14 \
         тисяч автомобілів. Рада Велліна виділила на ремонт 38 мільйонів гривень, роботи почнуться в липні. До того часу \
         автобуси номер 7 і 12 ходитимуть через Новий Брід, а пішоходів перевозитиме пором від причалу Кошиці.",
    ),
    (
        "fr",
        "Le préfet du Haut-Orvain a fermé mardi le pont de Velline après la découverte de fissures dans trois piles. « Nous \
         n'avions pas le choix », a déclaré l'ingénieure Hélène Gérald, chargée des expertises. L'ouvrage, achevé en 1968, \
         était emprunté chaque jour par 14 000 véhicules. La région a débloqué 3,8 millions d'euros ; les travaux, confiés à \
         l'entreprise Désormière, débuteront en juillet et dureront jusqu'à l'automne. Des navettes relieront d'ici là les \
         deux rives, et la passerelle de Nérac restera ouverte aux piétons.",
    ),
    (
        "en",
        "The bridge over the Arrel was closed on Monday after divers found cracks in three of its piers, the county engineer \
         said. Some 14,000 vehicles crossed it each day. “We could not leave it open one more night,” the engineer, Ilse \
         Karrow, told the council in Hestbrook, which set aside $3.8 million for the repairs. Work is to begin in July and \
         last until the autumn; until then buses 7 and 12 go by way of Quarrel Point, and a ferry carries those on foot.",
    ),
];

type Writing = fn(&str) -> String;

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(escape).collect()
}

fn quoted_printable(text: &str) -> String {
    let mut lines = vec![String::new()];
    for byte in text.bytes() {
        let written = match byte {
            b' '..=b'~' if byte != b'=' => char::from(byte).to_string(),
            byte => format!("={byte:02X}"),
        };
        if lines.last().is_some_and(|line| line.len() + written.len() > 75) {
            lines.push(String::new());
        }
        lines.last_mut().unwrap().push_str(&written);
    }
    lines.join("=\r\n")
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn json(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii();
    escaped(text, |c| if is_plain(c) { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
}

fn numbers(text: &str) -> String {
    escaped(text, |c| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) })
}

fn all_numbers(text: &str) -> String {
    escaped(text, |c| if c == ' ' { " ".to_owned() } else { format!("&#x{:x};", u32::from(c)) })
}

fn misread(text: &str) -> String {
    encoding_rs::WINDOWS_1251.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

fn spaced(text: &str) -> String {
    let word = |word: &str| word.chars().map(String::from).collect::<Vec<_>>().join(" ");
    text.split(' ').map(word).collect::<Vec<_>>().join("  ")
}

#[test]
fn a_copy_is_found_in_every_writing() {
    let writings: [(&str, Writing); 7] = [
        ("quoted-printable", quoted_printable),
        ("percent", percent),
        ("json", json),
        ("numbers", numbers),
        ("all in numbers", all_numbers),
        ("misread", misread),
        ("spaced", spaced),
    ];
    let mut articles: Vec<Article> =
        STORIES.iter().map(|(language, text)| Article::new(*language, *text)).collect();
    let mut expected = Vec::new();
    for (language, text) in STORIES {
        for (name, written) in writings {
            // a few marks of an English text are no writing of its own
            if language != "en" || ["percent", "all in numbers", "spaced"].contains(&name) {
                let written = written(text);
                let id = format!("{language} {name}");
                articles.push(Article::new(&id, written));
                expected.push((language, id));
            }
        }
    }
    assert_eq!(expected.len(), 17, "{expected:?}");
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: true,
        shared: false,
    };
    let found =
        scan(&MemoryCollection::new(articles), &settings, &NoProgress, &Mutex::new(Vec::new())).unwrap();
    let rows = found.rows();
    let pairs: Vec<[&str; 2]> = rows.heads().map(|row| [row.source, row.derived]).collect();
    for (language, id) in &expected {
        assert!(
            pairs.iter().any(|pair| pair.contains(language) && pair.contains(&id.as_str())),
            "{id} is not found"
        );
    }
    let language = |id: &str| id.get(..2).map(str::to_owned);
    assert!(pairs.iter().all(|[one, other]| language(one) == language(other)), "{pairs:?}");
}
