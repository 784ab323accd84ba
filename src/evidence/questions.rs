//! A questionnaire: the same questions put to somebody else. What both texts print is the questions, and below
//! each stands another answer.

use crate::evidence::Prepared;
use crate::evidence::runs::Run;
use crate::evidence::wall::printed_by_both;
use crate::normalise::{Text, TokenRange};

/// A sentence is printed by both where so much of it stands in common runs of at least so many words: questions
/// are short, and so are the runs that they lie in.
const RUN_WORDS: usize = 3;
const SENTENCE_MIN_SHARE: f64 = 0.8;
/// So many questions are put again, …
const QUESTIONS_MIN: usize = 3;
/// … which are at least this share of the words that both print, …
const PRINTED_MIN_SHARE: f64 = 0.6;
/// … and of those that are printed no more than this share has the same words behind it.
const SAME_ANSWERS_MAX_SHARE: f64 = 0.25;

/// The questions of the first of two texts that both print, `runs` of that text.
pub(super) fn find(first: &Prepared, runs: &[Run]) -> Vec<TokenRange> {
    let text = &first.text;
    let printed = printed_by_both(text, runs, RUN_WORDS, SENTENCE_MIN_SHARE);
    let (mut questions, mut same_answers) = (Vec::new(), 0);
    let (mut others, mut is_answer_printed) = (0, false);
    // from the end, since what comes behind a question may be a question as well
    for (sentence, &is_printed) in text.sentences.iter().zip(&printed).rev() {
        if !is_question(text, sentence) {
            is_answer_printed = is_printed;
            others += if is_printed { sentence.len() } else { 0 };
        } else if is_printed {
            same_answers += usize::from(is_answer_printed);
            questions.push(sentence.clone());
        }
    }
    let words: usize = questions.iter().map(ExactSizeIterator::len).sum();
    let is_form = questions.len() >= QUESTIONS_MIN
        && words as f64 >= PRINTED_MIN_SHARE * (words + others) as f64
        && same_answers as f64 <= SAME_ANSWERS_MAX_SHARE * questions.len() as f64;
    if is_form { questions } else { Vec::new() }
}

fn is_question(text: &Text, sentence: &TokenRange) -> bool {
    text.gap_before(sentence.end).contains(['?', '？', '؟'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::evidence::runs;

    const QUESTIONS: [&str; 4] = [
        "What did you want to become when you were a child?",
        "Which book lies beside your bed at the moment?",
        "Where are you alone?",
        "What would you change in Vellin if you were mayor for a day?",
    ];

    fn found(answers: [[&str; 4]; 2]) -> usize {
        let [one, other] = answers.map(|answers| {
            let lines: Vec<String> = QUESTIONS
                .iter()
                .zip(answers)
                .map(|(question, answer)| format!("{question}\n{answer}"))
                .collect();
            Prepared::new(&Article::new("a", lines.join("\n\n")))
        });
        let runs = runs::cover((&one.text, &one.runs), (&other.text, &other.runs));
        find(&one, &runs).len()
    }

    const SMITH: [&str; 4] = [
        "A smith, as my mother was. I still have her hammer.",
        "A history of bridges, which I have begun three times by now.",
        "To the mill, early in the morning.",
        "I would open the old baths, and swim there.",
    ];
    const SINGER: [&str; 4] = [
        "Nothing at all; I sang, and thought that this was enough.",
        "None. I read scores, and the backs of boxes.",
        "Nowhere, since I hardly ever want that.",
        "The bells should ring an hour later, at least on Sundays.",
    ];

    #[test]
    fn the_same_questions_with_other_answers_are_a_form() {
        assert_eq!(found([SMITH, SINGER]), 4);
        // the same interview, printed twice
        assert_eq!(found([SMITH, SMITH]), 0);
    }
}
