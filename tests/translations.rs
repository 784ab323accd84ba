//! Translations are found in scans, between languages alone.

use std::collections::BTreeSet;

use retold::row::Relation;
use retold::{Article, Settings, scan};

const ENGLISH: &str = "NORDHAVN — Mayor Petra Hansen told the council on 14 March that the Orrin bridge would stay closed \
    for 23 weeks, after divers found cracks in 3 of its 11 piers. Repairs will cost 1,250,000 crowns, \
    said Ivan Kovalenko of Lowmark Engineering, who led the inspection.\n\nIn Hestbrook, 340 families \
    wait for the ferry Aurora, which Captain Olga Smirnova has steered since 1998. She promised 16 \
    crossings a day instead of 9, and a night boat from 1 April.\n\nThe minister Karel Dvorak offered \
    2.5 million in Dunmere on Tuesday. Opposition leader Martin Okafor called that too little: in \
    2012, he said, the Vellin tunnel had swallowed 40 million within 18 months. The Straits Hospital \
    has moved 27 patients to Port Ambry.\n\nTrucks of more than 12 tonnes must drive around Lake Senn, \
    a way of 86 kilometres. The haulier Brandt & Sons counts on losses of 75,000 crowns a week.";
const GERMAN: &str = "NORDHAVN — Bürgermeisterin Petra Hansen sagte dem Rat am 14. März, die Orrin-Brücke bleibe 23 \
    Wochen gesperrt, nachdem Taucher Risse in 3 der 11 Pfeiler gefunden hatten. Die Reparatur werde \
    1.250.000 Kronen kosten, erklärte Iwan Kowalenko von Lowmark Engineering, der die Prüfung \
    leitete.\n\nIn Hestbrook warten 340 Familien auf die Fähre Aurora, die Kapitänin Olga Smirnowa \
    seit 1998 steuert. Sie versprach 16 Fahrten am Tag statt 9 und ein Nachtboot vom 1. April \
    an.\n\nMinister Karel Dvorak bot am Dienstag in Dunmere 2,5 Millionen an. Oppositionsführer Martin \
    Okafor nannte das zu wenig: 2012 habe der Vellin-Tunnel binnen 18 Monaten 40 Millionen \
    verschlungen, sagte er. Das Straits Hospital hat 27 Patienten nach Port Ambry \
    verlegt.\n\nLastwagen von mehr als 12 Tonnen müssen um den Senn-See fahren, ein Weg von 86 \
    Kilometern. Die Spedition Brandt & Söhne rechnet mit Verlusten von 75.000 Kronen in der Woche.";
const RUSSIAN: &str = "НОРДХАВН — Мэр Петра Хансен сообщила совету 14 марта, что мост Оррин останется закрытым на 23 \
    недели: водолазы нашли трещины в 3 из 11 опор. Ремонт обойдётся в 1 250 000 крон, сказал Иван \
    Коваленко из Лоумарк Инжиниринг, который руководил проверкой.\n\nВ Хестбруке 340 семей ждут парома \
    «Аврора», которым с 1998 года управляет капитан Ольга Смирнова. Она обещала 16 рейсов в день \
    вместо 9 и ночной рейс с 1 апреля.\n\nМинистр Карел Дворжак предложил во вторник в Данмере 2,5 \
    миллиона. Лидер оппозиции Мартин Окафор назвал это слишком малым: в 2012 году, сказал он, туннель \
    Веллин поглотил 40 миллионов за 18 месяцев. Больница Стрейтс перевезла 27 пациентов в Порт \
    Амбри.\n\nГрузовики тяжелее 12 тонн должны объезжать озеро Сенн, это 86 километров. Перевозчик \
    «Брандт и сыновья» ждёт убытков в 75 000 крон в неделю.";
/// The same people and places in another story.
const STORM: &str = "In Dunmere wartete Karel Dvorak am Abend auf Nachricht aus Hestbrook. Dort hatte ein Sturm in der \
    Nacht 12 Boote versenkt, berichtete Olga Smirnowa, und 3 Fischer galten als vermisst. Die Fähre \
    Aurora lag still, in Nordhavn sagte Petra Hansen einen Besuch ab.\n\nDer Wind erreichte 118 \
    Kilometer in der Stunde, so stark wie zuletzt 1987. In Port Ambry deckte er die Schule ab, am \
    Senn-See knickten 200 Kiefern. Niemand wusste, wie es weitergeht, und alle schwiegen bis zum \
    Morgen, als der Regen endlich nachließ.\n\nDie Feuerwehr zählte 64 Einsätze. Martin Okafor, der in \
    Vellin wohnt, half, Sandsäcke zu füllen, bis ihn gegen 4 Uhr die Kräfte verließen.";

/// The pairs that a scan lists, each in order of the ids, with their relations.
fn listed(articles: &[(&str, &str)]) -> BTreeSet<(String, String, String)> {
    let articles: Vec<Article> = articles.iter().map(|(id, text)| Article::new(*id, *text)).collect();
    let mut settings = Settings::default();
    settings.all_pairs = true;
    let found = scan(&articles, &settings).unwrap();
    let row = |row: retold::Result<retold::row::PairRow>| {
        let row = row.unwrap();
        let (one, other) = (row.source.clone().min(row.derived.clone()), row.source.max(row.derived));
        (one, other, format!("{:?}", row.relation))
    };
    found.pairs().map(row).collect()
}

fn pair(one: &str, other: &str) -> (String, String, String) {
    (one.to_owned(), other.to_owned(), format!("{:?}", Relation::Translation))
}

#[test]
fn an_article_is_found_in_other_languages_and_scripts() {
    let articles = [("english", ENGLISH), ("german", GERMAN), ("russian", RUSSIAN), ("storm", STORM)];
    let wanted = [pair("english", "german"), pair("english", "russian"), pair("german", "russian")];
    assert_eq!(listed(&articles), BTreeSet::from(wanted.clone()));
    let mut turned = articles;
    turned.reverse();
    assert_eq!(listed(&turned), BTreeSet::from(wanted));
}

#[test]
fn a_translation_of_one_of_two_stories_is_told_of_that_one() {
    let articles = [("german", GERMAN), ("russian", RUSSIAN), ("storm", STORM)];
    assert_eq!(listed(&articles), BTreeSet::from([pair("german", "russian")]));
}
