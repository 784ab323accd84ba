//! The same kinds in other words and languages: forms, what desks say of versions, headlines; and texts in
//! which letters' case tells nothing.

use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};
use retold::row::PairRow;

fn row(language: &str, one: &str, other: &str) -> PairRow {
    let article = |id: &str, text: &str| {
        let language = Some(language.to_owned());
        Prepared::new(&Article { language, ..Article::new(id, text) })
    };
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    score_prepared(&article("a", one), &article("b", other), None, &judgement, &mut Scratch::default())
}

#[track_caller]
fn is_not_derived(row: &PairRow) {
    assert!(!row.relation.is_derived() && row.score < 0.5, "{row:?}");
}

/// Weather warnings, tenders, match reports, notices, closed roads, market closes.
const FORMS: &[(&str, [&str; 2])] = &[
    (
        "de",
        [
            "Der Deutsche Wetterdienst warnt für Ostheim vor Sturmböen. Von Dienstagabend an ist mit Böen \
            um 85 km/h zu rechnen, in höheren Lagen bis 110 km/h. Betroffen sind vor allem der Kreis \
            Lauben und das Tannwerder Moor. Autofahrer sollten die Brücke bei Elmtal meiden. Die Warnung \
            gilt bis Mittwoch, 14 Uhr, teilte der Dienst in Ostrelling mit.",
            "Der Deutsche Wetterdienst warnt für Westerau vor Glatteis. Von Freitagmorgen an ist mit \
            Eisregen bei minus 2 Grad zu rechnen, in höheren Lagen bis 600 Metern. Betroffen sind vor \
            allem die Stadt Hagenried und der Kreis Solm. Autofahrer sollten die Passstraße nach Kirnach \
            meiden. Die Warnung gilt bis Samstag, 9 Uhr, teilte der Dienst in Marlingen mit.",
        ],
    ),
    (
        "fr",
        [
            "Avis de marché public\n\nLa commune de Valbrune lance un appel d'offres pour la réfection de \
            la toiture du gymnase. Le montant est estimé à 412 000 euros hors taxes. Les travaux \
            commenceront le 3 mai et dureront cinq mois. Les dossiers sont à retirer auprès de Mme Odile \
            Carrat, service des marchés, 12 rue des Tanneurs, et à remettre avant le 18 mars à 12 heures. \
            Renseignements : 04 76 00 11 22.",
            "Avis de marché public\n\nLa commune de Port-Serrat lance un appel d'offres pour la \
            construction d'une passerelle sur la Lère. Le montant est estimé à 1 280 000 euros hors \
            taxes. Les travaux commenceront le 1er septembre et dureront onze mois. Les dossiers sont à \
            retirer auprès de M. Thibaut Lesne, service des marchés, place du Marché, et à remettre avant \
            le 2 juin à 17 heures. Renseignements : 05 61 33 44 55.",
        ],
    ),
    (
        "es",
        [
            "Valdorna 2, Soterra 0\n\nEl Valdorna venció este sábado por 2-0 al Soterra en el estadio Los \
            Olmos con goles de Iker Bello a los 14 minutos y de Juan Arlot a los 71. El árbitro Pedro \
            Luján mostró cuatro tarjetas amarillas. El equipo que entrena Ramón Ceba suma 31 puntos y \
            visitará el próximo domingo al Atlético Ginés.",
            "Deportivo Marín 3, Unión Alba 1\n\nEl Deportivo Marín venció este viernes por 3-1 al Unión \
            Alba en el estadio de la Ribera con goles de Nico Sáez a los 22 minutos y de Aitor Vega a los \
            88. El árbitro Luis Mora mostró seis tarjetas amarillas. El equipo que entrena Carlos Prat \
            suma 18 puntos y visitará el próximo jueves al Racing Tolosa.",
        ],
    ),
    (
        "de",
        [
            "Traueranzeige\n\nIn stiller Trauer nehmen wir Abschied von Gerda Holm, geboren am 4. Mai \
            1941 in Ostrelling, gestorben am 12. Januar 2031 in Elmtal. Um sie trauern Karl Holm mit Anna \
            und Peter sowie die Enkel Jonas und Mia. Die Trauerfeier findet am Donnerstag um 11 Uhr in \
            der Kapelle von Tannwerder statt. Statt Blumen bitten wir um eine Spende an die \
            Seenotretter.",
            "Traueranzeige\n\nIn stiller Trauer nehmen wir Abschied von Albrecht Sonntag, geboren am 30. \
            November 1936 in Kirnach, gestorben am 2. Februar 2031 in Marlingen. Um ihn trauern Luise \
            Sonntag mit Thomas, Ute und Birgit sowie seine Schwester Elfriede. Die Trauerfeier findet am \
            Montag um 14 Uhr in der Kapelle von Solm statt. Statt Blumen bitten wir um eine Spende an das \
            Tierheim.",
        ],
    ),
    (
        "en",
        [
            "Road closure: Tanner Street\n\nHarstow Council will close Tanner Street between Mill Road \
            and the old station from March 4 until March 21 for the renewal of a gas main. The diversion \
            is by way of Bell Partition and Orchard Way. Access for residents will be kept. Buses 12 and 14A \
            will stop at the library instead. Questions go to Ruth Vandel at the highways office.",
            "Road closure: Castle Hill\n\nBrackwell Council will close Castle Hill between Quay Street \
            and Saint Orla Square from June 11 until August 2 for repairs to a retaining wall. The \
            diversion is by way of North Parade and Ferry Road. Access for residents will be kept. Buses \
            3 and 77 will stop at the swimming baths instead. Questions go to Tomas Erd at the highways \
            office.",
        ],
    ),
    (
        "en",
        [
            "Bankruptcy notice. The company Olmstead Glass of Vessin was declared bankrupt by the \
            district court of Vessin on April 2. Greta Anlow, lawyer in Corrie, was appointed receiver. \
            Creditors are asked to lodge their claims in writing by May 9. The first meeting takes place \
            on May 20 at 10 a.m. in room 14 of the court. The company made window panes and employed 48 \
            people.",
            "Bankruptcy notice. The company Tiber Foods of Marsh End was declared bankrupt by the \
            district court of Rookley on October 17. Bruno Kessel, lawyer in Denny, was appointed \
            receiver. Creditors are asked to lodge their claims in writing by November 28. The first \
            meeting takes place on December 5 at 2 p.m. in room 3 of the court. The company made tinned \
            fish and employed 212 people.",
        ],
    ),
    (
        "fr",
        [
            "Bourse : l'indice VX-30 a clôturé la séance de lundi en hausse de 0,7 %, à 5 118 points. La \
            plus forte progression revient à Verrerie Olmond, qui a gagné 3,9 % après ses résultats \
            trimestriels. Alimentation Tibre a perdu 2,4 %. Le volume des échanges a atteint 702 millions \
            d'euros. L'euro valait 1,09 dollar.",
            "Bourse : l'indice VX-30 a clôturé la séance de vendredi en baisse de 1,2 %, à 5 020 points. \
            La plus forte chute revient à Filature Corrain, qui a cédé 6,1 % après l'annonce d'une \
            amende. Transports Nordal a perdu 4,0 %. Le volume des échanges a atteint 911 millions \
            d'euros. L'euro valait 1,12 dollar.",
        ],
    ),
];

/// An earlier version and a later one that says so.
const VERSIONS: &[(&str, [&str; 2])] = &[
    (
        "de",
        [
            "Ein Großbrand hat in der Nacht zum Montag das Lager der Spedition Kern in Ostrelling \
            zerstört. Nach Angaben der Feuerwehr waren 120 Einsatzkräfte vor Ort, verletzt wurde niemand. \
            Der Schaden wird auf rund vierzig Millionen Euro geschätzt. Die Ursache ist noch unklar, die \
            Polizei hat die Ermittlungen aufgenommen.",
            "(Berichtigung: Schadenshöhe im dritten Satz)\n\nEin Großbrand hat in der Nacht zum Montag \
            das Lager der Spedition Kern in Ostrelling zerstört. Nach Angaben der Feuerwehr waren 120 \
            Einsatzkräfte vor Ort, verletzt wurde niemand. Der Schaden wird auf rund vier Millionen Euro \
            geschätzt. Die Ursache ist noch unklar, die Polizei hat die Ermittlungen aufgenommen.",
        ],
    ),
    (
        "fr",
        [
            "Un incendie a détruit dans la nuit de dimanche à lundi l'entrepôt de la société Kern à \
            Valbrune. Quelque 120 pompiers ont été mobilisés et personne n'a été blessé. Les dégâts sont \
            estimés à plusieurs millions d'euros. L'origine du feu reste inconnue, une enquête a été \
            ouverte.",
            "ACTUALISATION avec le montant des dégâts\n\nUn incendie a détruit dans la nuit de dimanche à \
            lundi l'entrepôt de la société Kern à Valbrune. Quelque 120 pompiers ont été mobilisés et \
            personne n'a été blessé. Les dégâts sont estimés à quatre millions d'euros. L'origine du feu \
            reste inconnue, une enquête a été ouverte.",
        ],
    ),
    (
        "es",
        [
            "Un incendio destruyó en la madrugada del lunes el almacén de la empresa Kern en Valdorna. \
            Unos 120 bomberos trabajaron en la zona y no hubo heridos. Los daños ascienden a cuarenta \
            millones de euros. Se desconoce el origen del fuego y la policía ha abierto una \
            investigación.",
            "(Corrige la cifra de los daños en el tercer párrafo)\n\nUn incendio destruyó en la madrugada \
            del lunes el almacén de la empresa Kern en Valdorna. Unos 120 bomberos trabajaron en la zona \
            y no hubo heridos. Los daños ascienden a cuatro millones de euros. Se desconoce el origen del \
            fuego y la policía ha abierto una investigación.",
        ],
    ),
    (
        "de",
        [
            "Ein Großbrand hat in der Nacht zum Montag das Lager der Spedition Kern in Ostrelling \
            zerstört. Nach Angaben der Feuerwehr waren 120 Einsatzkräfte vor Ort, verletzt wurde niemand. \
            Der Schaden wird auf rund vierzig Millionen Euro geschätzt. Die Ursache ist noch unklar, die \
            Polizei hat die Ermittlungen aufgenommen.",
            "Zusammenfassung - Neu: mehr Details, Zitate\n\nEin Großbrand hat in der Nacht zum Montag das \
            Lager der Spedition Kern in Ostrelling zerstört. Nach Angaben der Feuerwehr waren 120 \
            Einsatzkräfte vor Ort, verletzt wurde niemand. Der Schaden wird auf rund vierzig Millionen \
            Euro geschätzt. Die Ursache ist noch unklar, die Polizei hat die Ermittlungen aufgenommen. \
            Ein Nachbar sprach von einer Feuerwand.",
        ],
    ),
];

/// Snaps of different events in the phrases of one desk.
const HEADLINES: &[(&str, [&str; 2])] = &[
    ("en", ["Storm shuts ferry port at Vellin", "Strike shuts ferry port at Lennick"]),
    (
        "en",
        [
            "Council approves new budget for schools in Harstow",
            "Council approves new budget for roads in Brackwell",
        ],
    ),
    ("en", ["Two dead after car hits tree near Orlick", "Three hurt after bus hits wall near Marlow"]),
    ("de", ["Zwei Tote bei Unfall nahe Ostrelling", "Drei Verletzte bei Brand nahe Marlingen"]),
    ("fr", ["Deux morts dans un accident près de Valbrune", "Un mort dans un incendie près de Port-Serrat"]),
    (
        "en",
        [
            "FLASH: Central bank of Corvenia raises key rate to 4.5 percent",
            "FLASH: Central bank of Tarvia cuts key rate to 2.25 percent",
        ],
    ),
];

/// A report, another outlet's own on the same quarrel, and a retelling of the first.
const HALL: [&str; 3] = [
    "The district council of Harstow voted on Tuesday night to sell the old market hall to a builder from \
    Brackwell, after a debate of five hours. Mayor Ruth Vandel said the town could no longer pay for the \
    roof, which lets in water at eleven places. The builder, Kessel and Sons, offers 840,000 crowns and \
    wants to make flats of it. Traders who have their stalls there must leave by September. \"We were \
    told of it by a note on the door,\" said Emmet Shaw, who has sold fish in the hall for thirty years. \
    A petition against the sale has 2,300 names.",
    "Fishmongers and greengrocers protested outside the town hall in Harstow on Wednesday against the \
    sale of the market hall. About sixty people came, some with their scales and knives. Shaw, whose \
    family has had a stall since 1961, called the decision a disgrace. The opposition leader, Greta \
    Anlow, said that the council had never asked for a second estimate of the roof. Mayor Vandel did not \
    come out to speak to them. The sale to the Brackwell firm becomes final in June, and Anlow wants the \
    county auditor to look at the price of 840,000 crowns before that.",
    "Harstow's old market hall is to become flats. The council decided after five hours on Tuesday to \
    sell it to the Brackwell builders Kessel and Sons for 840,000 crowns, since there is no money for the \
    roof, Mayor Ruth Vandel said; rain comes through at eleven places. Stallholders have to be out by \
    September. Fish seller Emmet Shaw, thirty years in the hall, complained that a note on the door was \
    all they heard. Some 2,300 people have signed a petition against it.",
];

#[test]
fn forms_filled_twice_are_not_derived() {
    for (language, [one, other]) in FORMS {
        let row = row(language, one, other);
        is_not_derived(&row);
        assert!(row.evidence.iter().flatten().any(|reason| reason.code == "template"), "{row:?}");
    }
}

#[test]
fn a_version_that_says_so_is_the_later_one() {
    for (language, [earlier, later]) in VERSIONS {
        for (one, other, source) in [(earlier, later, "a"), (later, earlier, "b")] {
            let row = row(language, one, other);
            assert!(row.relation.is_derived() && row.source == source, "{row:?}");
        }
    }
}

#[test]
fn headlines_on_different_events_are_not_derived() {
    for (language, [one, other]) in HEADLINES {
        is_not_derived(&row(language, one, other));
    }
    let turned = row(
        "en",
        "Minister Hansen resigns over harbour contract",
        "Over harbour contract, minister Hansen resigns",
    );
    assert!(turned.relation.is_derived(), "{turned:?}");
}

/// A capital for every word.
fn titled(text: &str) -> String {
    let word = |word: &str| match word.chars().next() {
        Some(first) => first.to_uppercase().chain(word.chars().skip(1)).collect(),
        None => String::new(),
    };
    text.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// All but the last two sentences in capitals.
fn mostly_shouted(text: &str) -> String {
    let sentences: Vec<&str> = text.split_inclusive(". ").collect();
    let (most, last) = sentences.split_at(sentences.len() - 2);
    most.concat().to_uppercase() + &last.concat()
}

#[test]
fn verdicts_are_those_of_texts_printed_as_usual_whatever_the_case() {
    let [report, own, retelling] = HALL;
    let cases: [fn(&str) -> String; 4] = [str::to_uppercase, str::to_lowercase, titled, mostly_shouted];
    for change in cases {
        let odd = [report, own, retelling].map(change);
        for first in [report, &odd[0]] {
            is_not_derived(&row("en", first, &odd[1]));
            let retold = row("en", first, &odd[2]);
            assert!(retold.relation.is_derived() && retold.score >= 0.9, "{retold:?}");
        }
    }
}
