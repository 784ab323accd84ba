//! What a text becomes, seen from outside the room.

use proptest::prelude::*;

use crate::normalise::{Text, TokenFlags};

fn english(text: &str) -> Text {
    Text::new(text, Some("en"))
}

fn flagged(text: &Text, flag: TokenFlags) -> String {
    let words: Vec<&str> = (0..text.tokens.len())
        .filter(|&token| text.tokens[token].flags.has(flag))
        .map(|token| text.surface(token))
        .collect();
    words.join(" ")
}

fn sentences(text: &Text) -> Vec<String> {
    text.sentences.iter().map(|sentence| text.span(sentence).cut(text.raw()).to_owned()).collect()
}

#[test]
fn sentences_end_at_stops_before_capitals_and_at_line_breaks() {
    let text = english(
        "The U.S. senator left. She said no, i.e. never.\nA new line starts here! Does it? yes it does",
    );
    assert_eq!(
        sentences(&text),
        [
            "The U.S. senator left",
            "She said no, i.e. never",
            "A new line starts here",
            "Does it? yes it does",
        ]
    );
}

#[test]
fn scripts_without_spaces_have_sentences_too() {
    let text = Text::new("大桥周二关闭。市长表示遗憾！", Some("zh"));
    assert_eq!(sentences(&text), ["大桥周二关闭", "市长表示遗憾"]);
}

#[test]
fn quotations_are_marked_whatever_the_marks() {
    for quoted in [
        "He said: \"We will rebuild the bridge\" and left.",
        "He said: “We will rebuild the bridge” and left.",
        "He said: ‘We will rebuild the bridge’ and left.",
        "He said: «We will rebuild the bridge» and left.",
        "He said: „We will rebuild the bridge“ and left.",
    ] {
        assert_eq!(flagged(&english(quoted), TokenFlags::QUOTED), "We will rebuild the bridge", "{quoted}");
    }
}

#[test]
fn other_houses_and_languages_mark_speech_their_way() {
    for quoted in [
        "He said: ``We will rebuild the bridge'' and left.",
        "He said: ”We will rebuild the bridge” and left.",
        "He said: «\u{202f}We will rebuild the bridge\u{a0}» and left.",
        "He said: »We will rebuild the bridge« and left.",
        "He said: ‹We will rebuild the bridge› and left.",
        "He said: &ldquo;We will rebuild the bridge&rdquo; and left.",
        "He said: â€œWe will rebuild the bridgeâ€\u{9d} and left.",
    ] {
        assert_eq!(flagged(&english(quoted), TokenFlags::QUOTED), "We will rebuild the bridge", "{quoted}");
    }
    let spanish = Text::new(
        "Habló ayer.\n—Nos vamos de la ciudad —dijo la alcaldesa—. Mañana volvemos todos.\nSalió.",
        Some("es"),
    );
    assert_eq!(flagged(&spanish, TokenFlags::QUOTED), "Nos vamos de la ciudad Mañana volvemos todos");
}

#[test]
fn a_word_is_read_plainly_however_it_is_spelt() {
    let text = english("The mayor of Nоrd\u{200b}hаvn paid ４２ crowns.");
    let words: Vec<&str> = (0..text.tokens.len()).map(|token| text.surface(token)).collect();
    assert_eq!(words, ["The", "mayor", "of", "Nordhavn", "paid", "42", "crowns"]);
}

#[test]
fn apostrophes_open_no_quotation() {
    let text = english("The mayor's plan wasn't the council's plan, and the workers' union didn't like it.");
    assert_eq!(flagged(&text, TokenFlags::QUOTED), "");
}

#[test]
fn marks_around_a_whole_text_quote_nobody() {
    let story =
        "The council of Nordhavn will rebuild the bridge after the flood of last week and pay for it. "
            .repeat(5);
    assert_eq!(flagged(&english(&format!("\"{}\"", story.trim())), TokenFlags::QUOTED), "");
}

#[test]
fn speech_that_goes_on_in_the_next_paragraph_is_quoted_in_both() {
    let text = english("“The dam held all night.\n\n“It will hold again tomorrow,” she said.");
    assert_eq!(flagged(&text, TokenFlags::QUOTED), "The dam held all night It will hold again tomorrow");
}

#[test]
fn a_handle_between_a_signature_and_its_date_signs_nothing() {
    let text = english(
        "The bridge opens. — Jonas Verrin (@jverrin) by way of (@another) on January 18, 2031 and more",
    );
    assert!(flagged(&text, TokenFlags::QUOTED).starts_with("The bridge opens"));
}

#[test]
fn an_embedded_post_is_speech() {
    let text = english(
        "He reacted online.\n\nThe bridge opens on Monday! — Jonas Verrin (@jverrin) January 18, 2031\n\nNobody answered.",
    );
    assert_eq!(flagged(&text, TokenFlags::QUOTED), "The bridge opens on Monday");
}

#[test]
fn a_post_printed_twice_is_speech_both_times() {
    let text = english(
        "“We will open the old bridge on Monday,” he wrote.\n\nWe will open the old bridge on Monday\n\nNobody answered.",
    );
    assert!(flagged(&text, TokenFlags::QUOTED).ends_with("We will open the old bridge on Monday"));
}

#[test]
fn credits_notices_and_datelines_are_boilerplate() {
    let text = english(
        "HESTBROOK, Corvenia (Meridian) — A dyke broke on Sunday.\n\nSEE ALSO: Ferries stopped again\n\nThe-Meridian-Wire\n\n\
         ™ & © 2031 Meridian Wire Service. All rights reserved.",
    );
    assert_eq!(
        flagged(&text, TokenFlags::BOILERPLATE),
        "HESTBROOK Corvenia Meridian SEE ALSO Ferries stopped again The Meridian Wire TM 2031 Meridian Wire Service \
         All rights reserved"
    );
}

#[test]
fn a_list_of_headlines_is_boilerplate_and_a_paragraph_is_not() {
    let text = english(
        "The council met on Tuesday and agreed on nothing.\n\nMayor loses third vote in a week\nFerry strike enters tenth day\n\
         Old mill to become museum\nStorm warning for the coast\n",
    );
    assert!(!flagged(&text, TokenFlags::BOILERPLATE).contains("council"));
    assert!(flagged(&text, TokenFlags::BOILERPLATE).contains("Old mill to become museum"));
}

#[test]
fn a_text_whose_lines_have_no_stops_is_no_list() {
    let lines = "the harbour authority said\nthat it would close the basin\nfor eleven weeks after divers\nfound cracks in the quay\n\
        and forty ships a week\nwill go to the next port\n";
    assert_eq!(flagged(&english(lines), TokenFlags::BOILERPLATE), "");
    let stops = lines.replace("quay\n", "quay.\nShe said so.\n").repeat(3);
    assert_eq!(flagged(&english(&stops), TokenFlags::BOILERPLATE), "");
    let timed: String =
        lines.lines().map(|line| format!("00:00:12.000 --> 00:00:15.500\n{line}\n\n")).collect();
    assert!(!flagged(&english(&timed), TokenFlags::BOILERPLATE).contains("divers"));
    // a table is told by its figures, however long
    let table =
        "Tansey Rangers 13 7 0 6\nWeir Lane 22 11 7 4\nAldwick Town 5 5 0 0\nDunmere City 19 11 0 8\n";
    assert!(flagged(&english(table), TokenFlags::BOILERPLATE).contains("Aldwick"));
}

#[test]
fn what_companies_and_scripts_leave_below_a_story_is_boilerplate() {
    let story = "The council met on Tuesday and agreed on nothing, since two of its members had left before the vote. ".repeat(4);
    let text = english(&format!(
        "{story}\n\nAbout Fennimore Group\n\nFennimore Group is a leading provider of crates.\n\nvar a = [1]; function go() {{ b = \
         {{c: [2]}}; go(); }}"
    ));
    let boilerplate = flagged(&text, TokenFlags::BOILERPLATE);
    assert!(
        boilerplate.starts_with("About Fennimore Group Fennimore Group is a leading provider of crates"),
        "{boilerplate}"
    );
    assert!(boilerplate.ends_with("go") && !boilerplate.contains("council"), "{boilerplate}");
}

#[test]
fn gallery_captions_are_boilerplate() {
    let text = english(
        "She spoke on Monday. Photos: Life of a mayor The mayor waves. Hide Caption 1 of 2 Photos: Life of a mayor The mayor \
         sits. Hide Caption 2 of 2 Then she left.",
    );
    let boilerplate = flagged(&text, TokenFlags::BOILERPLATE);
    assert!(
        boilerplate.contains("The mayor waves") && boilerplate.contains("The mayor sits"),
        "{boilerplate}"
    );
    assert!(!boilerplate.contains("She spoke") && !boilerplate.contains("Then she left"), "{boilerplate}");
}

#[test]
fn closing_words_that_follow_each_other_are_boilerplate_once() {
    for page in [
        "The minister spoke. Hide Caption one Hide Caption two\nMore words.",
        "The minister spoke. Hide Caption Hide Caption Hide Caption \nMore words.",
        "The minister spoke. JUST WATCHED MUST WATCHMUST WATCH\nMore words.",
        "The minister spoke. toggle caption toggle caption é hide caption\nMore words.",
    ] {
        let text = english(page);
        let boilerplate = flagged(&text, TokenFlags::BOILERPLATE);
        assert!(!boilerplate.is_empty() && !boilerplate.contains("minister"), "{page}: {boilerplate}");
        assert!(!boilerplate.contains("More words"), "{page}: {boilerplate}");
    }
}

proptest! {
    #[test]
    fn a_token_cut_from_the_input_is_its_surface(raw in "\\PC{0,80}|[a-zé½ﬁ日 “”\"'.\n(@—)]{0,80}") {
        let text = Text::new(raw.as_str(), None);
        let mut sentence_tokens = 0;
        for (index, token) in text.tokens.iter().enumerate() {
            let printed = raw.get(token.byte_start as usize..token.byte_end as usize);
            prop_assert_eq!(Some(token.span().cut(&raw)), printed);
            prop_assert!(!text.surface(index).is_empty());
        }
        for sentence in &text.sentences {
            prop_assert_eq!(sentence.start, sentence_tokens);
            sentence_tokens = sentence.end;
        }
        prop_assert_eq!(sentence_tokens, text.tokens.len());
    }
}
