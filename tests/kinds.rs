//! Kinds of texts that are easily mistaken for copies, or copies for them: forms filled twice, walls,
//! recipes, headlines, news in brief, and stories that the greater part of a collection prints.

use retold::align::Scratch;
use retold::article::Article;
use retold::collection::MemoryCollection;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, ScanSettings, scan, score_prepared};
use retold::progress::NoProgress;
use retold::row::{PairRow, Relation};
use retold::rows::Families;

fn row(one: &str, other: &str) -> PairRow {
    let article = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    score_prepared(&article("a", one), &article("b", other), None, &judgement, &mut Scratch::default())
}

fn says(row: &PairRow, code: &str) -> bool {
    row.evidence.iter().flatten().any(|reason| reason.code == code)
}

/// A form with its slots filled, `{0}` with the first value and so on.
fn filled(form: &str, values: &[&str]) -> String {
    let slots = values.iter().enumerate();
    slots.fold(form.to_owned(), |text, (at, value)| text.replace(&format!("{{{at}}}"), value))
}

const MATCH: &str = "{0} {1} {2}\n\n{0} took the points with a {1} win over {2} at {3} on {4}, their {5} of the season.\n\n{6} put \
    the hosts ahead from close range after {7} minutes, and the visitors hardly had a shot before the break.\n\n{8} made the game \
    safe with a header in the {9}th minute. Referee {10} showed {11} yellow cards, and {12} people watched.\n\nCoach {13} praised \
    his side and said that there was still work to do before the next game.";
const MATCHES: [&[&str]; 2] = [
    &[
        "Harstow",
        "3-1",
        "Culver Bay",
        "Mill Road",
        "Saturday",
        "fourth",
        "Denny Osk",
        "12",
        "Pio Larrabe",
        "67",
        "Ruth Vandel",
        "four",
        "1,950",
        "Emmet Shaw",
    ],
    &[
        "Rookley Albion",
        "2-0",
        "Marsh End",
        "the Paddock",
        "Sunday",
        "ninth",
        "Levi Quill",
        "31",
        "Tomas Erd",
        "88",
        "Greg Anlow",
        "two",
        "804",
        "Bruno Kessel",
    ],
];

const CLOSE: &str = "Shares on the {0} exchange ended {1} on {2}, the {3} index {4} {5} percent at {6} points.\n\nThe best performer \
    was {7}, which gained {8} percent after its results. {9} lost {10} percent and was the weakest of all.\n\nTurnover reached {11} \
    million marks, against an average of 640 million. The mark traded at {12} to the dollar, and the yield of ten-year bonds stood \
    at {13} percent in late dealings.";
const CLOSES: [&[&str]; 2] = [
    &[
        "Vessin",
        "higher",
        "Monday",
        "VX-30",
        "adding",
        "0.7",
        "5,118",
        "Olmstead Glass",
        "3.9",
        "Tiber Foods",
        "2.4",
        "702",
        "1.31",
        "2.88",
    ],
    &[
        "Vessin",
        "lower",
        "Friday",
        "VX-30",
        "shedding",
        "1.2",
        "5,020",
        "Corrie Mills",
        "1.1",
        "Nordhaus Shipping",
        "6.0",
        "911",
        "1.27",
        "3.02",
    ],
];

const OBITUARY: &str = "{0}, {1}, of {2}, died on {3}, {4}, at {5} after a short illness.\n\nBorn in {6} in {7}, he worked for {8} \
    years at {9} and coached young rowers there. He loved his garden, his boat and a game of cards.\n\nHe leaves his wife, {10}, and \
    {11} children. Friends may call on {12} from {13} to 8 p.m. at the {14} funeral home; the burial will be private. The family \
    asks for donations to the rescue service instead of flowers.";
const OBITUARIES: [&[&str]; 2] = [
    &[
        "Aldous Finch",
        "79",
        "Brackwell",
        "Tuesday",
        "May 6",
        "Saint Orla Hospital",
        "Tidewell",
        "1951",
        "34",
        "the Brackwell cannery",
        "Merrin",
        "three",
        "Thursday",
        "5",
        "Lowry and Daughters",
    ],
    &[
        "Cyril Ambach",
        "91",
        "Upper Senn",
        "Friday",
        "June 20",
        "Senn Valley Infirmary",
        "Gorsehill",
        "1939",
        "41",
        "the paper mill",
        "Doreen",
        "two",
        "Monday",
        "4",
        "Pask Brothers",
    ],
];

const NOTICE: &str = "PUBLIC NOTICE. {0} Council gives notice that {1} has applied for leave to build {2} on land at {3}, reference \
    {4}. The plans may be seen at the council offices during the hours of business until {5}. Whoever wishes to object must do so in \
    writing to the clerk, giving reasons, before that date; objections that arrive later cannot be considered. Copies of every \
    letter will be open to the public. Signed: {6}, clerk to the council.";
const NOTICES: [&[&str]; 2] = [
    &[
        "Brackwell",
        "Hollis Timber",
        "a shed of 900 square metres",
        "Quarry Partition",
        "BW 412 07",
        "March 14",
        "Jude Amory",
    ],
    &[
        "Tidewell",
        "the Sisters of Saint Orla",
        "a school with 12 rooms",
        "Gorse Hill",
        "TW 77 31",
        "October 2",
        "Nell Pridham",
    ],
];

const QUAKE: &str = "An earthquake of magnitude {0} struck {1} kilometres off {2} at {3} on {4}, the seismological office said. Its \
    centre lay {5} kilometres deep. There were no reports of damage or of casualties. The tremor was felt in {6} and {7}. The \
    office registers several such quakes in the region every month; most of them pass without being noticed.";
const QUAKES: [&[&str]; 2] = [
    &["4.8", "41", "Cape Torrin", "6:12 a.m.", "Monday", "18", "Tidewell", "Gorsehill"],
    &["5.3", "7", "Ostrow Island", "11:40 p.m.", "Thursday", "33", "Lennick", "Port Abel"],
];

const LOTTERY: &str = "The numbers drawn in {0}'s Golden Six are {1}, {2}, {3}, {4}, {5} and {6}; the extra ball was {7}. {8} tickets \
    had five numbers right and win {9} marks each. The top prize for {10}'s draw grows to {11} million marks. Tickets are sold until \
    half an hour before the draw. Play within your means.";
const LOTTERIES: [&[&str]; 2] = [
    &["Tuesday", "4", "9", "17", "22", "38", "41", "5", "31", "2,480", "Friday", "6.5"],
    &["Friday", "2", "13", "19", "30", "35", "44", "11", "18", "3,905", "Tuesday", "8.1"],
];

const WEATHER: &str = "{0} will be {1} in {2} with highs of {3} degrees and winds from the {4} at {5} kilometres an hour. The chance \
    of rain is {6} percent. Lows at night will reach {7} degrees, {8} in the hills near {9}. {10} brings {11} and {12} degrees. The \
    forecast is made by the weather service from its models and is renewed every morning.";
const WEATHERS: [&[&str]; 2] = [
    &["Monday", "sunny", "Brackwell", "24", "west", "12", "10", "13", "9", "Senn", "Tuesday", "clouds", "21"],
    &["Saturday", "wet", "Lennick", "15", "north", "38", "80", "7", "4", "Ostrow", "Sunday", "showers", "14"],
];

const FORMS: [(&str, [&[&str]; 2]); 7] = [
    (MATCH, MATCHES),
    (CLOSE, CLOSES),
    (OBITUARY, OBITUARIES),
    (NOTICE, NOTICES),
    (QUAKE, QUAKES),
    (LOTTERY, LOTTERIES),
    (WEATHER, WEATHERS),
];

#[test]
fn a_form_filled_twice_is_no_copy_and_a_copy_of_what_was_filled_in_is_one() {
    for (form, fillings) in FORMS {
        let [one, other] = fillings.map(|values| filled(form, values));
        let twice = row(&one, &other);
        assert!(twice.relation == Relation::Unrelated && says(&twice, "template"), "{twice:#?}");
        assert!(twice.score < 0.5);
        // a house style and a cut
        let copy = one.replace("percent", "per cent").replace("kilometres", "km").replace(" a.m.", "am");
        let copied = row(&one, &copy);
        assert!(copied.relation.is_derived() && !says(&copied, "template"), "{copied:#?}");
    }
}

const STORY: &str = "BRACKWELL (Tidewire) - The lighthouse at Senn Point will be sold by auction on May 14, the harbour trust said \
    on Friday, after 127 years in which no ship was lost within its beam.\n\nThe trust expects at least 310,000 marks for the tower, \
    its 9 rooms and the keeper's garden. It needs the money to mend the breakwater, which a storm broke in 46 places last \
    winter.\n\nKeeper Odo Marren, 63, learned of the sale from the radio. \"I was frying an egg,\" he told Tidewire. \"They might \
    have waited until I had eaten it.\"\n\nMayor Ilse Corran called the decision hasty and asked the trust to wait for a study by \
    Vellmar University, which is due in September. Of 2,200 letters that reached the town hall, all but 14 were against the sale.";

#[test]
fn a_copy_of_which_the_figures_were_changed_is_a_copy_and_says_so() {
    let changed = STORY
        .replace("127", "98")
        .replace("310,000", "275,000")
        .replace("9 rooms", "7 rooms")
        .replace("46", "31")
        .replace("2,200", "1,840");
    let row = row(STORY, &changed);
    assert!(row.relation.is_derived() && says(&row, "figures_differ") && !says(&row, "template"), "{row:#?}");
}

#[test]
fn a_later_edition_with_new_figures_and_another_day_is_derived() {
    let later = STORY
        .replace("Friday", "Saturday")
        .replace("2,200", "3,100")
        .replace("all but 14", "all but 20")
        .replace("46", "52");
    assert!(row(STORY, &later).relation.is_derived());
}

#[test]
fn own_recipes_for_one_dish_are_not_derived() {
    let one = "Pumpkin bread. Makes 2 loaves.\n\nFor the dough: 600 g flour, 350 g pumpkin, 7 g yeast, 90 ml milk, 45 g butter, 2 \
        teaspoons salt.\n\nSteam the pumpkin for 15 minutes and mash it. Warm the milk with the butter, stir in the yeast and add \
        both to the flour. Knead for 10 minutes, cover and leave to rise until doubled. Shape into loaves and bake at 200 degrees \
        for 35 minutes until golden.";
    let other = "our pumpkin loaf\n\nyou want 450 g flour, 400 g pumpkin, 20 g fresh yeast, 120 ml milk, 60 g butter, 1 teaspoon \
        salt and a pinch of nutmeg.\n\nroast the pumpkin for 40 minutes and press it through a sieve. melt the butter in the warm \
        milk, stir in the yeast and pour over the flour. knead for 8 minutes and leave to rise until doubled. bake at 180 degrees \
        for 50 minutes; it is done when it sounds hollow.";
    let row = row(one, other);
    assert!(!row.relation.is_derived() && row.score < 0.5, "{row:#?}");
}

const WALLS: [&str; 3] = [
    "Before you read on\n\nWe and the 412 companies we work with keep small notes on your device and read them when you come back. \
        That lets us count our readers, show you advertisements that fit you and find out which pages you like.\n\nPress Agree if \
        you do not mind. Press Settings if you would rather pick what each company may do with what it learns about you. You can \
        change your choice at any time at the bottom of our pages, and we shall ask you again after half a year.\n\nAGREE\nSETTINGS",
    "You have read all of your free articles this month. To go on, choose how you would like to support us: with the digital pass \
        you get every story on your phone and your computer, and with the weekend box we bring the printed paper to your door. You \
        can cancel your subscription whenever you want. Do you have an account already? Then log in with your email address, and \
        you can read on at once. If you need help, our readers' service is there for you every day.",
    "Do you like what you read? Our morning letter brings you the stories that our editors would tell you over breakfast, straight \
        to your inbox, and it costs you nothing. Give us your email address and we will see to the rest. You can unsubscribe with \
        one click whenever you like; we never hand your address to anybody else.",
];
const TOWN: [&str; 3] = [
    "Brackwell council voted 11 to 4 on Monday to close the swimming hall in Dock Street, which needs a roof for 2.3 million marks. \
        Councillor Petra Lund wept as the result was read out.",
    "A heron has stopped trams in Lennick for three days. It nests on a mast at Abbot Square, the works director Hugo Bent said, and \
        nobody may touch it before the eggs have hatched.",
    "Thieves took 60 accordions from a lorry at Port Abel on Wednesday night. Police found the driver, who had slept through it all, \
        at a rest stop near Gorsehill.",
];

#[test]
fn pages_that_have_a_wall_in_common_and_nothing_else_are_not_derived() {
    for wall in WALLS {
        let page = |story: &str, is_first: bool| match is_first {
            true => format!("{wall}\n\n{story}"),
            false => format!("{story}\n\n{wall}"),
        };
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            for is_first in [true, false] {
                let row = row(&page(TOWN[one], is_first), &page(TOWN[other], is_first));
                assert!(!row.relation.is_derived(), "{row:#?}");
            }
        }
        let behind = row(&page(TOWN[0], true), &format!("From our partners\n\n{}", page(TOWN[0], true)));
        assert!(behind.relation.is_derived(), "{behind:#?}");
        let bare = row(&page(TOWN[0], true), wall);
        assert!(!bare.relation.is_derived() && says(&bare, "wall_page"), "{bare:#?}");
    }
}

/// What columns print at their end of who wrote them.
const BOXES: [&str; 2] = [
    "Odo Marren kept the Senn Point light for 31 years before he came to the Lennick Gazette in 2009. He was Keeper of the Year \
        in Vellmar in 1998 and again in 2004. His memoir \"Forty Winters\" and his novel \"Salt on the Lamp\" are sold by Harbour \
        House of Brackwell.",
    "Ann Lopez is a columnist for the Lennick Gazette and professor of public law at Vellmar University. She is the author of \
        \"The Long Bridge\" and \"Nine Votes\", and won the Corran Prize of 2019. Follow her on Twitter @annlopez.",
];

#[test]
fn columns_of_one_author_are_not_derived_from_one_another() {
    let one = "Nobody in Brackwell asked for a new town hall, and nobody will thank the council for one.\n\nThe plan of Mayor Ilse \
        Corran would cost 31 million marks. That is 14 times what the swimming hall in Dock Street would need.\n\nI have sat in \
        the old hall on cold evenings. The chairs are hard, and the speeches are harder. But a roof is a roof.\n\nThere is a better \
        way, and the people of Gorsehill have shown it. They put the question to a vote in 2017, and 61 in a hundred said no.\n\nLet \
        us do as they did. A council that is afraid of an answer should not ask the question.\n\n\
        Then there is the matter of the clock. It has stood at ten past four since the storm, and no clockmaker \
        between here and the coast will climb up to it. A new hall would have a new clock, the mayor says, as if that \
        were a reason.\n\nWhen I was a boy we told the time by the ferry. It came at seven, at noon and at six, and it \
        was late as often as the trams are now. Nobody missed a train for want of a clock.\n\nSo keep the old stairs, \
        keep the draught, keep the portraits of men whose names we have forgotten. Spend what is left on the water in \
        which our children learn to swim.";
    let other = "My neighbour keeps bees, and since Easter he has kept them under my bedroom window.\n\nBees, he tells me, are good \
        for the pear trees. I have no pear trees. I have a window, and I should like to open it in June.\n\nThe law of 1926 says \
        that a hive must stand 5 metres from a path. It does not speak of windows. Judge Tom Abbot of Port Abel thought so too when \
        he sent me home.\n\nSo I have learnt to sleep with the window shut, and my neighbour has learnt to leave a jar at my door \
        on Sundays.\n\nThere are worse ways to lose a case, and I can tell you that it goes well with a slice of white bread.\n\n\
        People ask me why I did not go to a higher court. I ask them whether they have ever had a swarm in the \
        kitchen. It came on a Thursday, while I was buttering toast, and it settled on the lamp as if it had paid the \
        rent.\n\nMy neighbour fetched it with a straw basket and a goose feather. He wore no veil. He spoke to it the \
        way one speaks to a horse, and it went with him down the stairs.\n\nSince that morning I have looked at the \
        hives with other eyes. They are a town with a queen and no council, and every house in it is warm.";
    for note in BOXES {
        let row = row(&format!("{one}\n\n{note}"), &format!("{other}\n\n{note}"));
        assert!(!row.relation.is_derived(), "{row:#?}");
        let copied = self::row(&format!("{one}\n\n{note}"), one);
        assert!(copied.relation.is_derived(), "{copied:#?}");
    }
}

#[test]
fn headlines_of_one_desk_on_different_events_are_not_derived() {
    for (one, other) in [
        ("Harstow 3-1 Culver Bay", "Harstow 0-0 Marsh End"),
        ("VX-30 index ends at 5,118.4, up 0.7 per cent", "VX-30 index ends at 5,020.1, down 1.2 per cent"),
        (
            "Olmstead Glass could not be reached for comment on Monday.",
            "Tiber Foods could not be reached for comment on Friday.",
        ),
        (
            "URGENT: Olmstead Glass to build plant in Lennick, minister says",
            "URGENT: Olmstead Glass chairman arrested at airport",
        ),
    ] {
        let row = row(one, other);
        assert!(!row.relation.is_derived(), "{row:#?}");
        let (taken, given) = (row.reuse.unwrap(), row.reuse_source.unwrap());
        assert_eq!(taken.new == 1.0, given.new == 1.0);
    }
    assert!(
        row("Senn Point lighthouse to be sold - Tidewire", "Tidewire: Senn Point lighthouse to be sold")
            .relation
            .is_derived()
    );
}

#[test]
fn each_story_of_a_column_is_found() {
    let bridge = "LENNICK - The old railway bridge over the Torrin will be reopened to walkers on August 3, 22 years after the last \
        train crossed it, the county of Lennick said on Tuesday.\n\nThe county spent 1.7 million marks on 840 oak planks and a new \
        rail. Engineer Saskia Dorn, who led the work, said that her men had found a lunch box from 1911 between the beams, with a \
        note in it: \"Back at one.\"\n\nThe bridge is 310 metres long. Cyclists have to push, county speaker Amos Teller said, and \
        dogs must be on a lead. A café in the former signal box is to follow in spring.";
    let brief = "IN BRIEF\n\nThe lighthouse at Senn Point comes under the hammer on May 14. The harbour trust of Brackwell hopes for \
        310,000 marks or more, with which it wants to mend a breakwater that a storm broke in 46 places.\n\nKeeper Odo Marren, 63, \
        heard it on the radio while frying an egg. Mayor Ilse Corran spoke of a hasty decision; Vellmar University is to hand in a \
        study in September. All but 14 of 2,200 letters to the town hall opposed the sale.\n\nWalkers may use the old railway bridge \
        over the Torrin again from August 3, after 22 years. The county of Lennick had 840 oak planks laid for 1.7 million \
        marks.\n\nEngineer Saskia Dorn told of a lunch box of 1911 that turned up between the beams. On the 310 metres cyclists have \
        to push, said county speaker Amos Teller. In spring a café is to open in the signal box.\n\nSchools in Gorsehill stay shut \
        until Thursday because of a burst main, which left 5,000 pupils without water. Headteacher Vera Sundt handed out 90 \
        crates of bottles.";
    for story in [STORY, bridge] {
        let row = row(story, brief);
        assert!(row.relation.is_derived(), "{row:#?}");
    }
    let other = row(TOWN[0], brief);
    assert!(!other.relation.is_derived(), "{other:#?}");
}

#[test]
fn a_notice_that_withdraws_a_story_is_not_derived_from_it() {
    let notice = "Tidewire withdraws its story of Friday headlined 'Senn Point lighthouse to be sold by auction on May 14', as the \
        harbour trust has not decided on a date. No substitute story will be sent.";
    let row = row(STORY, notice);
    assert!(!row.relation.is_derived(), "{row:#?}");
}

/// Words that nobody else has.
fn own_words(page: usize, words: usize) -> String {
    let letters =
        ["ba", "ko", "ri", "tu", "se", "lo", "ma", "ni", "du", "fa", "ge", "po", "vi", "zu", "ra", "te"];
    let word = |at: usize| {
        let mut number = ((page * 1000 + at) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number ^= number >> 27;
        (0..6).map(|part| letters[(number >> (4 * part)) as usize % letters.len()]).collect::<String>()
    };
    let sentence = |start: usize| (start..start + 12).map(word).collect::<Vec<_>>().join(" ") + ".";
    (0..words).step_by(12).map(sentence).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_story_is_a_story_however_much_of_the_collection_prints_it() {
    const PAGES: usize = 520;
    for printings in [6, 40, 390, PAGES] {
        let page = |page: usize| match page < printings {
            true => format!("{STORY}\n\n{}", own_words(page, 60)),
            false => own_words(page, 180),
        };
        let articles = (0..PAGES).map(|at| Article::new(format!("p{at:03}"), page(at))).collect();
        let settings = ScanSettings {
            candidates: Default::default(),
            profile: Profile::default(),
            min_score: None,
            all_pairs: false,
            shared: false,
        };
        let rejections = std::sync::Mutex::new(Vec::new());
        let found = scan(&MemoryCollection::new(articles), &settings, &NoProgress, &rejections).unwrap();
        let sizes: Vec<u64> = (0..found.families.len()).map(|at| found.families.size(at)).collect();
        assert_eq!(sizes, [printings as u64], "of {printings} printings");
    }
}
