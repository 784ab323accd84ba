//! What is held of each document while candidates are sought: numbers in arrays, no text.
//!
//! Per document: location 16 bytes, identity 16, date 8, id offset 8 and the id itself, words 4, source 4,
//! language 2, and 14 or less for finding an id: 72 bytes and the id.

use std::cmp::Ordering;
use std::io;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::Result;
use crate::article::{Article, DocumentNumber};
use crate::collection::{Collection, Location};
use crate::normalise::{Language, language};
use crate::stretch::stretch;
use crate::work::{StageReader, StageWriter, Stored};

/// Documents in reading order; a document's number is its place.
#[derive(Clone, Debug, Default)]
pub struct DocumentTable {
    locations: Vec<Location>,
    identities: Vec<u128>,
    words: Vec<u32>,
    unix_seconds: Vec<i64>,
    sources: Vec<u32>,
    languages: Vec<u16>,
    ids: String,
    id_ends: Vec<u64>,
    id_slots: IdSlots,
    source_names: StringNumbers,
    language_names: StringNumbers,
}

/// What the table is told of a document.
#[derive(Clone, Debug)]
pub struct DocumentEntry {
    /// Where the article can be read again.
    pub location: Location,
    /// Hash of all its words in order.
    pub identity: u128,
    /// Words of the text.
    pub words: u32,
    /// Its date, in seconds since 1970; `None` without a date that can be read.
    pub unix_seconds: Option<i64>,
    /// The outlet that printed it, as given.
    pub source: Option<String>,
    /// Code of its language; `None` where the article names none.
    pub language: Option<String>,
}

/// Stands for no date; no calendar reaches it.
const UNDATED: i64 = i64::MIN;

impl DocumentTable {
    /// Adds a document under the next number. `Err` with the number of the document that has the id already.
    pub fn push(&mut self, id: &str, entry: DocumentEntry) -> Result<DocumentNumber, DocumentNumber> {
        if let Some(first) = self.number(id) {
            return Err(first);
        }
        let number = self.locations.len() as DocumentNumber;
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len() as u64);
        self.locations.push(entry.location);
        self.identities.push(entry.identity);
        self.words.push(entry.words);
        self.unix_seconds.push(entry.unix_seconds.unwrap_or(UNDATED));
        self.sources.push(self.source_names.number(entry.source));
        self.languages.push(u16::try_from(self.language_names.number(entry.language)).unwrap_or(0));
        if self.id_slots.is_full(self.len()) {
            let (ids, ends) = (&self.ids, &self.id_ends);
            self.id_slots.grow(self.locations.len(), |number| id_at(ids, ends, number));
        } else {
            self.id_slots.insert(id, number);
        }
        Ok(number)
    }

    /// Number of documents; their numbers are those below it.
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Whether no document was added.
    pub fn is_empty(&self) -> bool {
        self.locations.is_empty()
    }

    /// The document of an id.
    pub fn number(&self, id: &str) -> Option<DocumentNumber> {
        self.id_slots.find(id, |number| id_at(&self.ids, &self.id_ends, number))
    }

    /// Id of a document.
    pub fn id(&self, document: DocumentNumber) -> &str {
        id_at(&self.ids, &self.id_ends, document)
    }

    /// Where a document's article can be read again.
    pub fn location(&self, document: DocumentNumber) -> Location {
        self.locations[document as usize]
    }

    /// Locations of all documents, ascending.
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// Equal for documents of the same words; 0 where there are none, or the table has forgotten them.
    pub fn identity(&self, document: DocumentNumber) -> u128 {
        self.identities.get(document as usize).copied().unwrap_or(0)
    }

    /// Gives back the memory of what only a search asks for: which documents have the same words.
    pub fn forget_identities(&mut self) {
        self.identities = Vec::new();
    }

    /// Words of a document.
    pub fn words(&self, document: DocumentNumber) -> u32 {
        self.words[document as usize]
    }

    /// Date of a document, in seconds since 1970; `None` without a date that could be read.
    pub fn unix_seconds(&self, document: DocumentNumber) -> Option<i64> {
        Some(self.unix_seconds[document as usize]).filter(|&seconds| seconds != UNDATED)
    }

    /// Dated ones first, the earliest before all; of one date by id.
    pub fn by_date(&self, one: DocumentNumber, other: DocumentNumber) -> Ordering {
        let date = |document| self.unix_seconds(document).unwrap_or(i64::MAX);
        date(one).cmp(&date(other)).then_with(|| self.id(one).cmp(self.id(other)))
    }

    /// Number of the document's source; 0 where it has none. Equal numbers are equal sources.
    pub fn source_number(&self, document: DocumentNumber) -> u32 {
        self.sources[document as usize]
    }

    /// Number of the source of a name, as documents name it but for case and blanks; `None` where none does.
    pub fn number_of_source(&self, name: &str) -> Option<u32> {
        self.source_names.numbers.get(&folded(name)).copied()
    }

    /// Names of all sources, each as the first document of it spells it.
    pub fn source_names(&self) -> impl Iterator<Item = &str> {
        self.source_names.names.iter().map(String::as_str)
    }

    /// The outlet that printed a document; `None` where it names none.
    pub fn source(&self, document: DocumentNumber) -> Option<&str> {
        self.source_names.name(self.sources[document as usize])
    }

    /// ISO 639-3 code of the language, as the input gives it or the text tells; `und` where neither does,
    /// `None` where only copies are sought.
    pub fn language(&self, document: DocumentNumber) -> Option<&str> {
        self.language_names.name(u32::from(self.languages[document as usize]))
    }

    /// An article as the collection has it, and in the language that the first pass found, so that it is not
    /// looked for again: in other languages than English that was a sixth of a scan.
    ///
    /// # Errors
    /// What reading returns.
    pub fn article<C: Collection>(&self, collection: &C, document: DocumentNumber) -> Result<Article> {
        let mut article = collection.read(self.location(document))?;
        if article.language.is_none() && language::is_told_as_printed(&article.text) {
            let told = self.language(document).filter(|&code| code != Language::UNKNOWN);
            article.language = told.map(str::to_owned);
        }
        Ok(article)
    }

    /// Bytes held, without room kept for growth.
    pub fn held_bytes(&self) -> usize {
        self.len() * (16 + 16 + 4 + 8 + 4 + 2 + 8) + self.ids.len() + self.id_slots.slots.len() * 5
    }
}

impl Stored for DocumentTable {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        let places =
            self.locations.iter().map(|location| (location.input, (location.offset, location.length)));
        out.numbers(&places.collect::<Vec<_>>())?;
        out.numbers(&self.identities)?;
        out.numbers(&self.words)?;
        out.numbers(&self.unix_seconds)?;
        out.numbers(&self.sources)?;
        out.numbers(&self.languages)?;
        out.numbers(self.ids.as_bytes())?;
        out.numbers(&self.id_ends)?;
        out.strings(self.source_names.names.iter().map(String::as_str))?;
        out.strings(self.language_names.names.iter().map(String::as_str))
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        let places: Vec<(u32, (u64, u32))> = from.numbers()?;
        let place = |(input, (offset, length))| Location { input, offset, length };
        let mut table = DocumentTable {
            locations: places.into_iter().map(place).collect(),
            identities: from.numbers()?,
            words: from.numbers()?,
            unix_seconds: from.numbers()?,
            sources: from.numbers()?,
            languages: from.numbers()?,
            ids: String::from_utf8(from.numbers()?).map_err(io::Error::other)?,
            id_ends: from.numbers()?,
            id_slots: IdSlots::default(),
            source_names: StringNumbers::of(from.strings()?),
            language_names: StringNumbers::of(from.strings()?),
        };
        // The checksum is yet to come: damaged ends must not lead beyond the ids.
        let is_sound = table.id_ends.is_sorted()
            && table.id_ends.iter().all(|&end| table.ids.is_char_boundary(end as usize))
            && table.id_ends.len() == table.locations.len();
        if !is_sound {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let (ids, ends) = (&table.ids, &table.id_ends);
        table.id_slots.grow(table.locations.len(), |number| id_at(ids, ends, number));
        Ok(table)
    }
}

fn id_at<'a>(ids: &'a str, ends: &[u64], document: DocumentNumber) -> &'a str {
    let start = document.checked_sub(1).map_or(0, |before| ends[before as usize]);
    stretch(ids, start as usize..ends[document as usize] as usize)
}

/// Numbers of ids by hash, open addressing; the ids themselves lie in the table.
///
/// Beside each number a byte of the hash: an id far away in memory is looked at once in 256 others.
#[derive(Clone, Debug, Default)]
struct IdSlots {
    slots: Vec<u32>,
    marks: Vec<u8>,
}

impl IdSlots {
    const FREE: u8 = 0;

    fn is_full(&self, held: usize) -> bool {
        held * 4 > self.slots.len() * 3
    }

    fn find<'a>(&self, id: &str, id_of: impl Fn(u32) -> &'a str) -> Option<u32> {
        let hash = xxh3_64(id.as_bytes());
        let mark = Self::mark(hash);
        let held = self.probe(hash).take_while(|&slot| self.marks[slot] != Self::FREE);
        let mut alike = held.filter(|&slot| self.marks[slot] == mark).map(|slot| self.slots[slot]);
        alike.find(|&number| id_of(number) == id)
    }

    fn insert(&mut self, id: &str, number: u32) {
        let hash = xxh3_64(id.as_bytes());
        let free = self.probe(hash).find(|&slot| self.marks[slot] == Self::FREE);
        if let Some(slot) = free {
            self.slots[slot] = number;
            self.marks[slot] = Self::mark(hash);
        }
    }

    fn grow<'a>(&mut self, count: usize, id_of: impl Fn(u32) -> &'a str) {
        let slots = (count * 2).next_power_of_two().max(16);
        self.slots = vec![0; slots];
        self.marks = vec![Self::FREE; slots];
        (0..count as u32).for_each(|number| self.insert(id_of(number), number));
    }

    /// The highest bits, while the lowest choose the slot.
    fn mark(hash: u64) -> u8 {
        ((hash >> 56) as u8).max(Self::FREE + 1)
    }

    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let count = self.slots.len();
        let first = hash as usize;
        (0..count).map(move |step| first.wrapping_add(step) & (count - 1))
    }
}

/// Strings of which there are few, as numbers from 1; 0 is none.
#[derive(Clone, Debug, Default)]
struct StringNumbers {
    /// By the name without what typing adds.
    numbers: FxHashMap<String, u32>,
    names: Vec<String>,
}

/// Case and blanks do not tell names apart.
fn folded(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

impl StringNumbers {
    fn of(names: Vec<String>) -> Self {
        StringNumbers { numbers: names.iter().map(|name| folded(name)).zip(1..).collect(), names }
    }

    fn number(&mut self, name: Option<String>) -> u32 {
        let Some(name) = name else { return 0 };
        let key = folded(&name);
        if let Some(&number) = self.numbers.get(&key) {
            return number;
        }
        self.names.push(name);
        self.numbers.insert(key, self.names.len() as u32);
        self.names.len() as u32
    }

    fn name(&self, number: u32) -> Option<&str> {
        self.names.get((number as usize).checked_sub(1)?).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(source: Option<&str>) -> DocumentEntry {
        DocumentEntry {
            location: Location::default(),
            identity: 0,
            words: 1,
            unix_seconds: source.map(|_| -5),
            source: source.map(str::to_owned),
            language: None,
        }
    }

    #[test]
    fn what_was_forgotten_is_unknown() {
        let mut table = DocumentTable::default();
        table.push("a", DocumentEntry { identity: 7, ..entry(None) }).unwrap();
        assert_eq!(table.identity(0), 7);
        table.forget_identities();
        assert_eq!((table.identity(0), table.id(0), table.number("a")), (0, "a", Some(0)));
    }

    #[test]
    fn sources_that_differ_in_case_and_blanks_are_one() {
        let mut table = DocumentTable::default();
        for (number, source) in
            ["Valley  Post", " valley post\u{a0}", "VALLEY POST", "Valley Posts", "ÉCHO", "écho"]
                .iter()
                .enumerate()
        {
            table.push(&number.to_string(), entry(Some(source))).unwrap();
        }
        let numbers: Vec<u32> = (0..6).map(|document| table.source_number(document)).collect();
        assert_eq!(numbers, [1, 1, 1, 2, 3, 3]);
        assert_eq!(table.source(2), Some("Valley  Post"));
        assert_eq!(table.number_of_source("valley POST "), Some(table.source_number(2)));
        assert_eq!(table.number_of_source("another"), None);
    }

    #[test]
    fn ids_are_found_again_and_repeats_refused() {
        let mut table = DocumentTable::default();
        for number in 0..1000u32 {
            assert_eq!(table.push(&format!("d{number}"), entry(None)), Ok(number));
        }
        assert_eq!(table.push("d77", entry(None)), Err(77));
        assert_eq!(table.push("", entry(Some("wire"))), Ok(1000));
        assert_eq!(
            (table.number("d999"), table.number(""), table.number("x")),
            (Some(999), Some(1000), None)
        );
        assert_eq!((table.id(0), table.id(999), table.id(1000)), ("d0", "d999", ""));
        assert_eq!((table.source(0), table.source(1000)), (None, Some("wire")));
        assert_eq!((table.unix_seconds(0), table.unix_seconds(1000)), (None, Some(-5)));
        assert!(table.held_bytes() < 1001 * 76 + 4096);
    }

    #[test]
    fn articles_are_read_in_the_language_that_was_found() {
        let german = "Der Damm bei Orrin wurde am Montag nach einem Riss im Beton für den Verkehr gesperrt. ";
        let articles: Vec<Article> = [german.to_owned(), format!("&bdquo;{german}&ldquo;"), "?".to_owned()]
            .map(|text| Article::new("a", text))
            .into();
        let mut table = DocumentTable::default();
        for (index, article) in articles.iter().enumerate() {
            let language = Some(language::of(&article.text, None).code().to_owned());
            let location = Location { offset: index as u64, ..Location::default() };
            let unix_seconds = None;
            let (identity, words, source) = (0, 1, None);
            let entry = DocumentEntry { location, identity, words, unix_seconds, source, language };
            table.push(&index.to_string(), entry).unwrap();
        }
        let told = |document| table.article(&articles, document).unwrap().language;
        assert_eq!([told(0).as_deref(), told(1).as_deref(), told(2).as_deref()], [Some("deu"), None, None]);
    }
}
