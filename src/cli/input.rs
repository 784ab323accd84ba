//! Arguments on what is read, and how: shared by all commands that read articles.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use retold::Error;
use retold::dates::DateFormat;
use retold::read::{Corpus, FieldNames, ReadOptions, input_formats};

use super::rejections::Rejections;
use super::size::parse_bytes;
use super::stop::{Outcome, Stop, usage};

/// How inputs are read.
#[derive(Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadArgs {
    /// Field of a JSON object, or column of a table, that holds the id; one below others is named as in
    /// `content.body`
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// Field that holds the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// Field that holds the headline
    #[arg(long, value_name = "NAME", default_value = "title")]
    pub title_field: String,
    /// Field that holds the date (ISO 8601, as in mail, seconds since 1970, months by name, …)
    #[arg(long, value_name = "NAME", default_value = "date")]
    pub date_field: String,
    /// How dates that are figures alone are written: `us` (month first), `eu` (day first) or a pattern
    /// (`%d.%m.%y`)
    #[arg(long, value_name = "FORMAT", value_parser = DateFormat::parse)]
    pub date_format: Option<DateFormat>,
    /// Field that holds the outlet
    #[arg(long, value_name = "NAME", default_value = "source")]
    pub source_field: String,
    /// Field that holds the address
    #[arg(long, value_name = "NAME", default_value = "url")]
    pub url_field: String,
    /// Field that holds the language (`en`, `de`, …); told from the text where it is absent
    #[arg(long, value_name = "NAME", default_value = "language")]
    pub language_field: String,
    /// What all inputs hold; told from each file's first bytes and name where this is not given
    #[arg(long, value_name = "FORMAT", value_parser = parse_input_format)]
    pub input_format: Option<String>,
    /// Longest line and longest text file, after decompression; longer ones are left out
    #[arg(long, visible_alias = "max-line", value_name = "SIZE", default_value = "64M", value_parser = parse_bytes)]
    pub record_limit: u64,
    /// How much may come out of a compressed file between two articles before it counts as a decompression
    /// bomb
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = parse_bytes)]
    pub bomb_limit: u64,
    /// Folder for temporary files, made if it is new (what comes compressed or from standard input is kept
    /// there during the run) [default: the system's]. A scan that is given one keeps its finished stages
    /// there; if it is interrupted, the same command continues from them
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}

impl ReadArgs {
    /// Where files go that nobody sees.
    pub fn temporary_folder(&self) -> PathBuf {
        self.work_dir.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// # Errors
    /// Where the folder for temporary files is none: known before the work, not in the middle of it.
    pub fn options(&self) -> Outcome<ReadOptions> {
        if let Some(folder) = &self.work_dir {
            // a new one is made; of a path whose parent is missing more is wrong than that
            let made = std::fs::create_dir(folder).or_else(|_| std::fs::read_dir(folder).map(|_| ()));
            made.map_err(|cause| Error::file("use the work folder", folder, cause))?;
        }
        Ok(ReadOptions {
            field_names: FieldNames {
                id: self.id_field.clone(),
                text: self.text_field.clone(),
                title: self.title_field.clone(),
                date: self.date_field.clone(),
                source: self.source_field.clone(),
                url: self.url_field.clone(),
                language: self.language_field.clone(),
            },
            input_format: self.input_format.clone(),
            date_format: self.date_format.clone().unwrap_or_default(),
            work_dir: self.work_dir.clone(),
            record_limit_bytes: usize::try_from(self.record_limit).unwrap_or(usize::MAX),
            bomb_limit_bytes: self.bomb_limit,
            ..ReadOptions::default()
        })
    }
}

fn parse_input_format(name: &str) -> Result<String, String> {
    match input_formats().any(|known| known == name) {
        true => Ok(name.to_owned()),
        false => Err(format!("there are {}", input_formats().collect::<Vec<_>>().join(", "))),
    }
}

/// Opens inputs; where none can be read at all, naming them is all that is said.
pub fn open(inputs: &[PathBuf], options: ReadOptions, rejections: &Arc<Rejections>) -> Outcome<Corpus> {
    let named_before = rejections.total();
    let corpus = Corpus::open(inputs, options, rejections.clone()).map_err(|error| match error {
        Error::File { .. } | Error::NothingToRead if rejections.total() > named_before => Stop::Named,
        error => error.into(),
    })?;
    rejections.tell_skipped(corpus.skipped_by_ending());
    Ok(corpus)
}

/// What a file is called in messages.
pub fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// Standard input can be read by one reader only.
pub fn check_standard_input<'a>(inputs: impl IntoIterator<Item = &'a Path>) -> Outcome {
    if inputs.into_iter().filter(|input| *input == Path::new("-")).count() > 1 {
        return Err(usage("standard input (-) is named twice"));
    }
    Ok(())
}
