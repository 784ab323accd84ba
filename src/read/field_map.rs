//! The fields of an article by the names that they go by in an input, and what is learned of them on the way.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use super::options::FieldNames;
use crate::collection::ArticleRef;
use crate::dates::{self, DateFormat};

pub(super) const FIELDS: usize = 7;
pub(super) const ID: usize = 0;
pub(super) const TEXT: usize = 1;

/// Field names made ready for matching, in the order id, text, title, date, source, url, language.
#[derive(Debug)]
pub(super) struct FieldMap {
    names: [Box<str>; FIELDS],
    /// For a name that serves twice, the first field of that name.
    pub(super) first_of_name: [usize; FIELDS],
    pub(super) any_serves_twice: bool,
    /// Names with full stops, by the key of the line that they begin with: each with the keys below it.
    pub(super) paths: Vec<Path>,
    dates: DateFormat,
    /// The first value that could not be read, of those that nothing depends on.
    unread: Mutex<Option<UnreadField>>,
    /// Whether it was said which fields there are.
    pub(super) is_listed: AtomicBool,
    /// Fields that a column of another name serves as, in order: the field, and the column.
    stand_ins: Mutex<BTreeSet<(usize, String)>>,
    /// Optional fields that go by another name than the usual one, and that no article had so far: a bit each.
    unseen: AtomicU8,
    has_articles: AtomicBool,
}

/// A field below others, `content.body`.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) head: Box<str>,
    pub(super) below: Vec<Box<str>>,
    pub(super) field: usize,
}

/// A value that no article depends on, and that could not be read: it counts as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnreadField {
    /// The file, and the line in it.
    pub(super) place: (u32, u64),
    pub(super) field: usize,
    pub(super) what: &'static str,
}

impl FieldMap {
    pub(super) fn new(names: &FieldNames) -> Self {
        let [names, usual] = [names.clone(), FieldNames::default()].map(in_order);
        let is_sought = |field: &usize| names[*field] != usual[*field];
        let unseen = (TEXT + 1..FIELDS).filter(is_sought).fold(0, |fields, field| fields | (1 << field));
        let first_of_name =
            std::array::from_fn(|field| names.iter().position(|name| *name == names[field]).unwrap_or(field));
        let any_serves_twice = first_of_name.iter().enumerate().any(|(field, first)| field != *first);
        let path = |(field, name): (usize, &str)| {
            let (head, below) = name.split_once('.')?;
            Some(Path { head: head.into(), below: below.split('.').map(Into::into).collect(), field })
        };
        let paths = names.iter().map(|name| &**name).enumerate().filter_map(path).collect();
        let (dates, unread, is_listed) = (DateFormat::default(), Mutex::default(), AtomicBool::default());
        let stand_ins = Mutex::default();
        FieldMap {
            names,
            first_of_name,
            any_serves_twice,
            paths,
            dates,
            unread,
            is_listed,
            stand_ins,
            unseen: AtomicU8::new(unseen),
            has_articles: AtomicBool::default(),
        }
    }

    /// Says how days and months stand in dates of figures.
    pub(super) fn with_dates(self, dates: DateFormat) -> Self {
        FieldMap { dates, ..self }
    }

    /// A date as all stages read it, where it was said how it is written.
    pub(super) fn dated<'a>(&self, date: Cow<'a, str>) -> Cow<'a, str> {
        match &self.dates {
            DateFormat::Unsaid => date,
            format => dates::seconds_in(&date, format).and_then(dates::iso_of).map_or(date, Cow::Owned),
        }
    }

    /// Keeps the first of them in reading order.
    pub(super) fn note_unread(&self, unread: UnreadField) {
        self.unseen.fetch_and(!(1 << unread.field), Ordering::Relaxed);
        let mut first = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|first| unread.place < first.place) {
            *first = Some(unread);
        }
    }

    /// The first one, and the name of its field.
    pub(super) fn first_unread(&self) -> Option<(UnreadField, &str)> {
        let first = self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let name = &*self.names[first.field];
        Some((first, name))
    }

    /// Notes which fields of names of their own these articles have.
    pub(super) fn note_seen(&self, articles: &[ArticleRef<'_>]) {
        let unseen = self.unseen.load(Ordering::Relaxed);
        if unseen == 0 || articles.is_empty() {
            return;
        }
        self.has_articles.store(true, Ordering::Relaxed);
        let mut seen = 0;
        for ArticleRef { title, date, source, url, language, .. } in articles {
            let optional = [title, date, source, url, language].into_iter();
            let there = (TEXT + 1..).zip(optional).filter(|(_, value)| value.is_some());
            seen = there.fold(seen, |seen, (field, _)| seen | (1 << field));
            if unseen & !seen == 0 {
                break;
            }
        }
        self.unseen.fetch_and(!seen, Ordering::Relaxed);
    }

    /// Names of optional fields that were asked for, and that none of the articles has.
    pub(super) fn unseen(&self) -> Vec<&str> {
        let unseen = match self.has_articles.load(Ordering::Relaxed) {
            true => self.unseen.load(Ordering::Relaxed),
            false => 0,
        };
        (0..FIELDS).filter(|field| unseen & (1 << field) != 0).map(|field| self.name(field)).collect()
    }

    /// A column of another name serves as the field.
    pub(super) fn note_stand_in(&self, field: usize, column: &str) {
        let mut known = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((field, column.to_owned()));
    }

    /// Columns that serve as fields of other names: the field's name, and the column's.
    pub(super) fn stand_ins(&self) -> Vec<(String, String)> {
        let known = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(field, column)| (self.name(*field).to_owned(), column.clone())).collect()
    }

    /// A field's name in the order of the fields.
    pub(super) fn name(&self, field: usize) -> &str {
        &self.names[field]
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.names.iter().position(|name| **name == *key)
    }
}

/// Names in the order of the fields.
fn in_order(names: FieldNames) -> [Box<str>; FIELDS] {
    let FieldNames { id, text, title, date, source, url, language } = names;
    [id, text, title, date, source, url, language].map(String::into_boxed_str)
}
