//! Two programs on the same corpora: CPU seconds of the full scan and of copies alone, and their ratio.
//! `README.md` says what lies inside each timed region.
//!
//! `RETOLD_BENCH_OLD` names the program that the one of this build, or `RETOLD_BENCH_NEW`, is compared with;
//! arguments that are files or folders are further corpora.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The system counts the time of processes in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;
const MODES: [(&str, &[&str]); 2] = [("full scan", &[]), ("copies only", &["--copies-only"])];

/// User and system time of all processes that have ended and were waited for, in seconds.
fn ended_cpu_seconds() -> f64 {
    let figures = fs::read_to_string("/proc/self/stat").expect("Linux tells the time of ended processes");
    // the program's name, in brackets, may hold anything
    let (_, figures) = figures.rsplit_once(") ").expect("a name in brackets");
    let ticks = figures.split(' ').skip(13).take(2).map(|ticks| ticks.parse::<f64>().expect("a number"));
    ticks.sum::<f64>() / TICKS_A_SECOND
}

/// CPU seconds of one scan with its results in `out`.
fn scan(program: &Path, corpus: &Path, options: &[&str], out: &Path) -> f64 {
    let before = ended_cpu_seconds();
    let mut command = Command::new(program);
    command.arg("scan").arg(corpus).arg("--out").arg(out).arg("-q").args(options);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program runs");
    // 1: some articles of the corpus were left out
    assert!(matches!(status.code(), Some(0 | 1)), "{program:?} ended with {status}");
    ended_cpu_seconds() - before
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Rows and families of both, byte for byte.
fn are_alike(one: &Path, other: &Path) -> bool {
    let read = |folder: &Path, name: &str| fs::read(folder.join(name)).expect("the program wrote it");
    ["pairs.jsonl", "families.jsonl"].into_iter().all(|name| read(one, name) == read(other, name))
}

/// Both programs by turns, the one that begins changing from run to run.
fn compare(programs: [&Path; 2], (name, corpus): (&str, &Path), runs: usize) {
    for (mode, options) in MODES {
        let outs = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
        let mut seconds = [Vec::new(), Vec::new()];
        for run in 0..=runs {
            for side in if run % 2 == 0 { [0, 1] } else { [1, 0] } {
                let taken = scan(programs[side], corpus, options, outs[side].path());
                // the first one brings the corpus into memory
                if run > 0 {
                    seconds[side].push(taken);
                }
            }
        }
        let ratios = seconds[0].iter().zip(&seconds[1]).map(|(old, new)| new / old);
        let ratio = median(ratios.collect());
        let [old, new] = seconds.map(median);
        let alike = if are_alike(outs[0].path(), outs[1].path()) { "same rows" } else { "OTHER ROWS" };
        println!("{name:24} {mode:12} {old:8.2} s {new:8.2} s   x {ratio:.3}   {alike}");
    }
}

/// Numbers from a seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((self.0 >> 33) as usize * limit) >> 31
    }

    /// Frequent words are drawn far more often than rare ones, as in print.
    fn word(&mut self, words: usize) -> usize {
        let share = (1 + self.below(1 << 20)) as f64 / f64::from(1 << 20);
        ((words as f64).powf(share) - 1.0) as usize
    }
}

/// Words of a sentence.
type Sentence = Vec<String>;

struct Inventor {
    draws: Draws,
    words: Vec<String>,
}

impl Inventor {
    fn new(seed: u64) -> Self {
        const SYLLABLES: [&str; 16] = [
            "an", "or", "ta", "re", "mo", "sel", "vin", "kar", "lun", "est", "dor", "ni", "bra", "ul", "pe",
            "gos",
        ];
        let mut draws = Draws(seed);
        let mut word = || (0..2 + draws.below(3)).map(|_| SYLLABLES[draws.below(16)]).collect::<String>();
        let invented: Vec<String> = (0..20_000).map(|_| word()).collect();
        let common = "the of and to a in that is was for on with as at by it from be are this have not";
        let words = common.split(' ').map(str::to_owned).chain(invented).collect();
        Inventor { draws, words }
    }

    fn word(&mut self) -> String {
        match self.draws.below(25) {
            0 => {
                let name = self.draws.word(self.words.len() - 30) + 30;
                let (first, rest) = self.words[name].split_at(1);
                first.to_uppercase() + rest
            }
            1 => (1 + self.draws.below(3000)).to_string(),
            _ => {
                let word = self.draws.word(self.words.len());
                self.words[word].clone()
            }
        }
    }

    fn story(&mut self) -> Vec<Sentence> {
        let sentences = 8 + self.draws.below(40);
        (0..sentences).map(|_| (0..8 + self.draws.below(20)).map(|_| self.word()).collect()).collect()
    }

    /// Each word but names and figures is replaced at a chance of one in `chance`.
    fn reworded(&mut self, story: &[Sentence], chance: usize) -> Vec<Sentence> {
        let mut story = story.to_vec();
        for word in story.iter_mut().flatten().filter(|word| word.starts_with(char::is_lowercase)) {
            if self.draws.below(chance) == 0 {
                *word = self.word();
            }
        }
        story
    }

    /// One in ten is a light edit of the story before, one in ten retells it, one in ten quotes it.
    fn corpus(&mut self, documents: usize, has_templates: bool) -> Vec<String> {
        let templates: Vec<Vec<Sentence>> = (0..30).map(|_| self.story()).collect();
        let mut story = self.story();
        let mut texts = Vec::with_capacity(documents);
        for number in 0..documents {
            let told = match number % 10 {
                7 => self.reworded(&story, 30),
                8 => self.reworded(&story, 2),
                9 => {
                    let mut told = self.story();
                    let quoted = story[story.len() / 2..].iter().take(4).cloned();
                    told.splice(2..2, quoted.map(|sentence| vec![format!("“{}”", sentence.join(" "))]));
                    told
                }
                4 | 5 if has_templates => {
                    let filled = self.draws.below(templates.len());
                    self.reworded(&templates[filled], 6)
                }
                _ => {
                    story = self.story();
                    story.clone()
                }
            };
            let sentences = told.iter().map(|sentence| sentence.join(" "));
            texts.push(sentences.collect::<Vec<_>>().join(". ") + ".");
        }
        texts
    }
}

fn write(path: &Path, texts: &[String]) {
    let mut file = BufWriter::new(fs::File::create(path).expect("room for the corpus"));
    for (number, text) in texts.iter().enumerate() {
        let article = serde_json::json!({"id": format!("d{number}"), "text": text});
        writeln!(file, "{article}").expect("room for the corpus");
    }
}

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |number| number.parse().expect("a number"))
}

fn main() {
    let Some(old) = std::env::var_os("RETOLD_BENCH_OLD").map(PathBuf::from) else {
        println!("RETOLD_BENCH_OLD=PROGRAM names the program to compare with");
        return;
    };
    let new = std::env::var_os("RETOLD_BENCH_NEW").map(PathBuf::from);
    let new = new.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_retold")));
    let documents = number("RETOLD_BENCH_DOCUMENTS", 10_000);
    let runs = number("RETOLD_BENCH_RUNS", 5).max(1);
    let programs = [old.as_path(), new.as_path()];
    println!("{} against {}, medians of {runs} runs", new.display(), old.display());
    println!("{:24} {:12} {:>10} {:>10}   new to old", "", "", "old", "new");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, has_templates) in [("invented", false), ("invented, with forms", true)] {
        let path = folder.path().join("corpus.jsonl");
        write(&path, &Inventor::new(1).corpus(documents, has_templates));
        compare(programs, (name, &path), runs);
    }
    for given in std::env::args_os().skip(1).map(PathBuf::from).filter(|path| path.exists()) {
        let name = given.file_name().unwrap_or_default().to_string_lossy().into_owned();
        compare(programs, (&name, &given), runs);
    }
}
