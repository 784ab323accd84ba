//! Texts that have a frame in common and tell something else in it, and those that were taken from one another
//! with the frame: questionnaires, tables, lists in two languages, how to reach an office, briefs.

use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};
use retold::row::{PairRow, Relation};

fn row(one: &str, other: &str) -> PairRow {
    let article = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    let score = |one: &Prepared, other: &Prepared| {
        score_prepared(one, other, None, &judgement, &mut Scratch::default())
    };
    let (one, other) = (article("a", one), article("b", other));
    let (row, back) = (score(&one, &other), score(&other, &one));
    assert_eq!((row.score, row.relation), (back.score, back.relation));
    row
}

fn says(row: &PairRow, code: &str) -> bool {
    row.evidence.iter().flatten().any(|reason| reason.code == code)
}

fn asked(answers: [&str; 5]) -> String {
    const QUESTIONS: [&str; 5] = [
        "What did you want to become when you were a child?",
        "Which book lies beside your bed?",
        "Where do you go when you want to be alone?",
        "What would you change in Vellin if you were mayor for a day?",
        "Whom would you ask to dinner?",
    ];
    let lines: Vec<String> =
        QUESTIONS.iter().zip(answers).map(|(question, answer)| format!("{question}\n{answer}")).collect();
    lines.join("\n\n")
}

#[test]
fn two_who_answer_the_same_questions_are_no_copy_and_one_interview_told_twice_is() {
    let smith = asked([
        "A smith, as my mother was. I still have her hammer, and use it every week at the forge by the mill.",
        "A history of bridges by Ilse Brandt, which I have begun three times by now.",
        "To the old mill above Hestbrook, early in the morning, before the first lorry comes.",
        "I would open the old baths in Canal Street again, and swim there with my children.",
        "Karel Dvorak, who built the dam in 1931. I would ask him why he left no plans.",
    ]);
    let singer = asked([
        "Nothing at all; I sang, and thought that this was enough for a life.",
        "None. I read scores, and the backs of boxes when there is nothing else.",
        "Nowhere, since I hardly ever want that. Silence makes me hungry.",
        "The bells should ring an hour later, at least on Sundays in winter.",
        "My grandmother, because nobody else ever cooked for so many so well.",
    ]);
    let other = row(&smith, &singer);
    assert!(!other.relation.is_derived(), "{other:?}");
    let retold = asked([
        "A smith like my mother was; her hammer is still mine, and at the forge by the mill I use it each week.",
        "The history of bridges that Ilse Brandt wrote. By now I have begun it three times.",
        "Early in the morning, before the first lorry comes, to the old mill above Hestbrook.",
        "Again I would open the old baths in Canal Street and swim with my children there.",
        "I would ask Karel Dvorak, who in 1931 built the dam, why no plans were left by him.",
    ]);
    assert!(row(&smith, &retold).relation.is_derived(), "{:?}", row(&smith, &retold));
}

#[test]
fn tables_below_one_heading_are_no_copy_and_a_story_among_tables_is() {
    let table = |towns: [&str; 8]| {
        let rows: Vec<String> = (1..)
            .zip(towns)
            .map(|(n, town)| format!("{n} {town} {n}{n} {} 3{n} {}", n + 7, 40 - 3 * n))
            .collect();
        rows.join("\n")
    };
    let towns = ["Hestbrook", "Vellin", "Dunmere", "Orrin", "Nordhavn", "Lowmark", "Port Ambry", "Hask"];
    let others = ["Brack", "Sill", "Tarn", "Fennimore", "Arrel", "Culver", "Rookley", "Marsh End"];
    let heading = "Here is how the teams of the valley league stand after the games of the weekend.";
    let pair = row(&format!("{heading}\n\n{}", table(towns)), &format!("{heading}\n\n{}", table(others)));
    assert!(!pair.relation.is_derived(), "{pair:?}");
    let story = "Engineers found cracks in the Orrin dam on Monday. The valley below was cleared within hours, and the \
        Hestbrook council opened two schools for those who had nowhere to go. Repairs will take until autumn, when the \
        river is low. Divers who looked at the wall said that the cracks had been there for a year.";
    let [one, other] = [
        "Harbour gate opens again after storm\nChoir looks for two more tenors\nHow to keep bees in winter\n\
            Mayor answers readers about the baths\nCyclists ask for a lane on Mill Road\nWhere to find mushrooms this week",
        "Letters: who paints our old station\nBakery of the month is in Canal Street\nPhotographs from the lantern parade\n\
            School garden wins a second prize\nSix walks for a rainy Sunday\nThe brewery and its last horse",
    ]
    .map(|menu| format!("{menu}\n{menu}\n\n{story}\n\n{menu}\n{menu}"));
    let copy = row(&one, &other);
    assert!(copy.relation.is_derived() && !says(&copy, "tables"), "{copy:?}");
}

#[test]
fn lists_in_two_languages_are_no_translation() {
    let listed = |entries: [&str; 12]| {
        let lines: Vec<String> =
            (1..).zip(entries).map(|(n, entry)| format!("{n}. {entry} ({}).", 1901 + 7 * n)).collect();
        lines.join("\n")
    };
    let english = listed([
        "a mill on the river burns down",
        "the first train arrives late",
        "women vote for the council",
        "snow until the end of May",
        "the school gets a second floor",
        "a flood takes the wooden bridge",
        "the brewery closes its gates",
        "soldiers sleep in the church",
        "the market moves to the square",
        "a circus leaves its elephant behind",
        "the last smith puts out his fire",
        "the baths are opened again",
    ]);
    let german = listed([
        "Gründung der Fabrik durch zwei Brüder",
        "erste Tassen mit blauem Rand",
        "ein Ofen aus dem Norden",
        "Streik der Maler wegen Lohn",
        "neue Glasur ohne Blei",
        "der Hof bestellt Teller",
        "Brand im alten Lager",
        "Herstellung von Isolatoren",
        "Umzug an den Kanal",
        "Übernahme durch eine Bank",
        "Ende der Handmalerei",
        "Eröffnung eines Museums",
    ]);
    let pair = row(&english, &german);
    assert_ne!(pair.relation, Relation::Translation, "{pair:?}");
}

#[test]
fn how_to_reach_an_office_ties_none_of_its_notices_and_a_notice_that_is_printed_twice_is_a_copy() {
    let block = "Press office, telephone: 07361 580-107, e-mail: press@vellin.example, www.vellin.example. Sent by Vellin \
        police through Newsroute.";
    let lorry = "A lorry with timber was stopped on the road to Hestbrook on Monday evening. It carried four tons more than it \
        may, and its brakes were worn. The driver, 43, has to pay a fine; the timber went on by two other lorries.";
    let fire = "Twelve bales of straw burned behind a farm in Dunmere during the night. Firemen kept the flames away from the \
        stable, and nobody was hurt. The police ask those who saw a white van near the farm at about 2 o'clock to call.";
    let pair = row(&format!("{lorry} {block}"), &format!("{fire} {block}"));
    assert!(!pair.relation.is_derived(), "{pair:?}");
    let copy = row(&format!("{lorry} {block}"), &format!("{lorry} More in the evening. {block}"));
    assert!(copy.relation.is_derived(), "{copy:?}");
}

#[test]
fn a_brief_and_another_report_are_told_apart_from_a_brief_of_the_report() {
    let report = "For Olga Smirnova the day began with a bang. She keeps the inn below the Hestbrook bends, and from her window she \
        saw the red coach lie in the brook with its wheels still turning. With her cook, Tom Reed, and a farmer whom she knows \
        as Ivan she broke a window and helped people out, one after the other, some of them barefoot. “I counted to fourteen \
        and then I stopped counting,” she says. The Aurora Brigade reached the place at noon; by then blankets from the Dunmere \
        school lay on the meadow. Mayor Petra Hansen has asked for a wall along the bends since 2027.";
    let brief = "Fourteen people were hurt on Monday when a coach of Lowmark Lines left the road near Hestbrook. Police of Vellin \
        put its speed at 83 km/h where 50 are allowed. The driver, Anna Berg, is in the clinic of Orrin. The road stays closed \
        until Wednesday.";
    let own = row(brief, report);
    assert!(!own.relation.is_derived(), "{own:?}");
    let summary = "Olga Smirnova, who keeps the inn below the Hestbrook bends, saw the red coach lie in the brook with its wheels \
        still turning. With her cook Tom Reed and a farmer called Ivan she broke a window and helped people out one after the \
        other. The Aurora Brigade reached the place at noon. Mayor Petra Hansen has asked for a wall along the bends since 2027.";
    assert!(row(summary, report).relation.is_derived());
}

#[test]
fn a_form_of_few_names_is_a_form_and_an_updated_story_is_none() {
    let quake = |size: &str, place: &str, day: &str, depth: &str| {
        format!(
            "A magnitude {size} earthquake struck {place} on {day}, the Institute for Geosciences in Vellin said. The quake \
             was at a depth of {depth} km, some {depth}0 km from the coast. There were no immediate reports of damage or \
             casualties and no warning was issued."
        )
    };
    let one = quake("5.6", "the Orrin Sea", "Friday", "42");
    let other = row(&one, &quake("6.1", "Dunmere Bay", "Monday", "15"));
    assert!(other.relation == Relation::Unrelated && says(&other, "template"), "{other:#?}");
    let corrected = row(&one, &quake("5.8", "the Orrin Sea", "Friday", "40"));
    assert!(corrected.relation.is_derived(), "{corrected:#?}");
}

#[test]
fn two_short_reports_that_quote_the_same_words_are_no_copy_and_a_shortened_one_is() {
    let said = "“We will not sell one acre of the common to anybody”";
    let one = format!(
        "VELLIN: Councillors threw out the plan for a marina on Tuesday night after four hours of shouting. {said}, said \
         Ilse Karrow, who leads the largest party. Builders had promised two hundred jobs and a school; their lawyers left \
         before the vote, and the mayor went home by the back door."
    );
    let other = format!(
        "No boats, then. What the harbour would have looked like can be seen until Sunday in the library, where the model \
         stands beside the photocopier. {said}, Karrow declared, to applause from the gallery. Our reader from Hestbrook \
         writes that her family has grazed geese there since the war."
    );
    let apart = row(&one, &other);
    assert!(!apart.relation.is_derived(), "{apart:#?}");
    let shortened = format!(
        "Councillors in Vellin threw out the plan for a marina after hours of shouting. {said}, said Ilse Karrow of the \
         largest party. The builders had promised two hundred jobs and a school."
    );
    let short = row(&one, &shortened);
    assert!(short.relation.is_derived(), "{short:#?}");
}

#[test]
fn a_german_copy_with_other_nouns_is_a_copy_and_a_form_is_none() {
    let one = "Nach einem Brand in der Papierfabrik von Vellin ist am Montag die Produktion eingestellt worden. Das Feuer war \
               gegen 4 Uhr in einer Halle ausgebrochen, teilte die Polizei mit. Zwei Arbeiter kamen mit einer Vergiftung in \
               die Klinik. Den Schaden schätzte der Betreiber auf 3,2 Millionen Euro. „Die Technik hat versagt“, sagte Werkleiter \
               Jens Orlow. Die Ursache ist nach Ansicht der Ermittler noch offen; das Risiko für Anwohner sei gering.";
    let reworded = "Nach einem Feuer in der Papiermühle von Vellin ist am Montag der Betrieb gestoppt worden. Der Brand war \
                    gegen 4 Uhr in einer Lagerhalle entstanden, teilten die Beamten mit. Zwei Beschäftigte kamen mit einer \
                    Vergiftung ins Krankenhaus. Die Verluste schätzte das Unternehmen auf 3,2 Millionen Euro. „Die Technik hat \
                    versagt“, sagte Werkleiter Jens Orlow. Der Auslöser ist nach Auffassung der Fahnder noch unklar; die Gefahr \
                    für Nachbarn sei gering.";
    let copy = row(one, reworded);
    assert!(copy.relation.is_derived() && !says(&copy, "template"), "{copy:#?}");
    let form = |home: &str, guest: &str, goals: &str, day: &str, scorer: &str, minute: &str| {
        format!(
            "{home} hat am {day} gegen {guest} mit {goals} gewonnen. Das entscheidende Tor schoss {scorer} in der \
             {minute}. Minute nach einem langen Pass. Der Trainer war mit der Leistung zufrieden, die Mannschaft bleibt \
             damit auf dem dritten Platz der Tabelle. Am nächsten Spieltag reist sie zum Letzten der Liga."
        )
    };
    let twice = row(
        &form("Hansa Vellin", "Eintracht Orrin", "2:1", "Samstag", "Jens Orlow", "83"),
        &form("Fortuna Dunmere", "Union Hestbrook", "4:3", "Freitag", "Marco Tieck", "12"),
    );
    assert!(!twice.relation.is_derived() && says(&twice, "template"), "{twice:#?}");
}

#[test]
fn two_accidents_in_the_words_of_the_trade_are_no_rewrite() {
    let one = "Vellin'de dün akşam meydana gelen trafik kazasında 3 kişi yaralandı. Kaza, Hestbrook Caddesi'nde Murat Demir'in \
               kullandığı otomobilin Ali Kaya yönetimindeki kamyonete çarpması sonucu oldu. Yaralılar ambulansla Orrin Devlet \
               Hastanesi'ne kaldırıldı. Kazayla ilgili soruşturma başlatıldı.";
    let other = "Dunmere'de sabah saatlerinde meydana gelen trafik kazasında 7 kişi yaralandı. Kaza, Lowmark Bulvarı'nda Selim \
                 Aydın'ın kullandığı minibüsün Hasan Tekin yönetimindeki tıra çarpması sonucu oldu. Yaralılar ambulansla Tessel \
                 Devlet Hastanesi'ne kaldırıldı. Kazayla ilgili soruşturma başlatıldı.";
    let apart = row(one, other);
    assert!(!apart.relation.is_derived(), "{apart:#?}");
}
