//! Cells of Arrow's columns as text.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

/// Items of a list that make one text, and how deep they may lie: what is more is no article.
const ITEMS_MAX: usize = 100_000;
const DEPTH_MAX: usize = 16;

/// A column of a batch, and what is wanted below it.
pub(super) struct Cells {
    column: ArrayRef,
    /// Names and numbers of what lies below, from the outside in.
    below: Vec<String>,
    /// What parts the items of a list; where there is none the first item stands for all.
    between: Option<&'static str>,
}

impl Cells {
    /// The column of a dotted name: of a struct its field, of a list an item by its number, or what is named
    /// of all.
    pub(super) fn at(batch: &RecordBatch, path: &str, between: Option<&'static str>) -> Option<Self> {
        if let Some(column) = batch.column_by_name(path) {
            return Some(Cells { column: column.clone(), below: Vec::new(), between });
        }
        let (root, below) = path.split_once('.')?;
        let column = batch.column_by_name(root)?.clone();
        Some(Cells { column, below: below.split('.').map(str::to_owned).collect(), between })
    }

    /// The cell of a row; `None` where it is empty, or of a kind that is no text, number or date.
    pub(super) fn text(&self, row: usize) -> Option<Cow<'_, [u8]>> {
        let mut texts = Vec::new();
        found(&*self.column, row, &self.below, DEPTH_MAX, &mut texts);
        match self.between {
            Some(between) if texts.len() > 1 => {
                let kept = texts.iter().filter(|text| !text.trim_ascii().is_empty());
                let joined = kept.map(AsRef::as_ref).collect::<Vec<&[u8]>>().join(between.as_bytes());
                (!joined.is_empty()).then_some(Cow::Owned(joined))
            }
            _ => texts.into_iter().next(),
        }
    }
}

/// Adds what is named of the cell: its text, or the texts of its items.
fn found<'c>(
    column: &'c dyn Array,
    row: usize,
    below: &[String],
    depth: usize,
    texts: &mut Vec<Cow<'c, [u8]>>,
) {
    if depth == 0 || texts.len() >= ITEMS_MAX || column.is_null(row) {
        return;
    }
    if let Some((items, range)) = items(column, row) {
        let (range, below) = match below.split_first().map(|(first, rest)| (first.parse::<usize>(), rest)) {
            Some((Ok(number), rest)) => {
                let at = range.start.saturating_add(number);
                (at..range.end.min(at.saturating_add(1)), rest)
            }
            _ => (range, below),
        };
        range.for_each(|item| found(items, item, below, depth - 1, texts));
        return;
    }
    match (below.split_first(), column.as_struct_opt()) {
        (Some((name, rest)), Some(fields)) => {
            if let Some(field) = fields.column_by_name(name) {
                found(&**field, row, rest, depth - 1, texts);
            }
        }
        (None, None) => texts.extend(text(column, row)),
        _ => {}
    }
}

/// The items of a list, and which of them are the row's.
fn items(column: &dyn Array, row: usize) -> Option<(&dyn Array, std::ops::Range<usize>)> {
    let range = |start: i64, end: i64| Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
    match column.data_type() {
        DataType::List(_) => {
            let list = column.as_list_opt::<i32>()?;
            let ends = list.value_offsets();
            Some((&**list.values(), range((*ends.get(row)?).into(), (*ends.get(row + 1)?).into())?))
        }
        DataType::LargeList(_) => {
            let list = column.as_list_opt::<i64>()?;
            let ends = list.value_offsets();
            Some((&**list.values(), range(*ends.get(row)?, *ends.get(row + 1)?)?))
        }
        DataType::FixedSizeList(_, size) => {
            let list = column.as_fixed_size_list_opt()?;
            let size = usize::try_from(*size).ok()?;
            let start = usize::try_from(list.value_offset(row)).ok()?;
            Some((&**list.values(), start..start + size))
        }
        _ => None,
    }
}

fn text(column: &dyn Array, row: usize) -> Option<Cow<'_, [u8]>> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Utf8 => Some(Cow::Borrowed(column.as_string_opt::<i32>()?.value(row).as_bytes())),
        DataType::LargeUtf8 => Some(Cow::Borrowed(column.as_string_opt::<i64>()?.value(row).as_bytes())),
        DataType::Utf8View => Some(Cow::Borrowed(column.as_string_view_opt()?.value(row).as_bytes())),
        // texts of writers that do not mark them as such
        DataType::Binary => Some(Cow::Borrowed(column.as_binary_opt::<i32>()?.value(row))),
        DataType::LargeBinary => Some(Cow::Borrowed(column.as_binary_opt::<i64>()?.value(row))),
        DataType::BinaryView => Some(Cow::Borrowed(column.as_binary_view_opt()?.value(row))),
        DataType::FixedSizeBinary(_) => Some(fixed(column.as_fixed_size_binary_opt()?.value(row))),
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_any_dictionary_opt()?;
            let key = text(dictionary.keys(), row)?;
            text(&**dictionary.values(), std::str::from_utf8(&key).ok()?.parse().ok()?)
        }
        _ => figures(column, row).map(|figures| Cow::Owned(figures.into_bytes())),
    }
}

/// Numbers and dates.
fn figures(column: &dyn Array, row: usize) -> Option<String> {
    match column.data_type() {
        DataType::Int8 => number::<Int8Type>(column, row),
        DataType::Int16 => number::<Int16Type>(column, row),
        DataType::Int32 => number::<Int32Type>(column, row),
        DataType::Int64 => number::<Int64Type>(column, row),
        DataType::UInt8 => number::<UInt8Type>(column, row),
        DataType::UInt16 => number::<UInt16Type>(column, row),
        DataType::UInt32 => number::<UInt32Type>(column, row),
        DataType::UInt64 => number::<UInt64Type>(column, row),
        // tables make fractions of whole numbers where one is missing
        DataType::Float32 => fraction(column.as_primitive_opt::<Float32Type>()?.value(row).into()),
        DataType::Float64 => fraction(column.as_primitive_opt::<Float64Type>()?.value(row)),
        DataType::Decimal32(_, _) => decimal::<Decimal32Type>(column, row),
        DataType::Decimal64(_, _) => decimal::<Decimal64Type>(column, row),
        DataType::Decimal128(_, _) => decimal::<Decimal128Type>(column, row),
        DataType::Decimal256(_, _) => decimal::<Decimal256Type>(column, row),
        DataType::Date32 => {
            let days = column.as_primitive_opt::<Date32Type>()?.value(row);
            moment(i64::from(days).checked_mul(86_400)?, 0, true)
        }
        DataType::Date64 => {
            let milliseconds = column.as_primitive_opt::<Date64Type>()?.value(row);
            moment(milliseconds.div_euclid(1000), 0, true)
        }
        DataType::Timestamp(unit, _) => {
            let (value, a_second) = match unit {
                TimeUnit::Second => (column.as_primitive_opt::<TimestampSecondType>()?.value(row), 1),
                TimeUnit::Millisecond => {
                    (column.as_primitive_opt::<TimestampMillisecondType>()?.value(row), 1000)
                }
                TimeUnit::Microsecond => {
                    (column.as_primitive_opt::<TimestampMicrosecondType>()?.value(row), 1_000_000)
                }
                TimeUnit::Nanosecond => {
                    (column.as_primitive_opt::<TimestampNanosecondType>()?.value(row), 1_000_000_000)
                }
            };
            let rest = value.rem_euclid(a_second) * (1_000_000_000 / a_second);
            moment(value.div_euclid(a_second), rest as i32, false)
        }
        _ => None,
    }
}

fn number<T: ArrowPrimitiveType>(column: &dyn Array, row: usize) -> Option<String>
where
    T::Native: std::fmt::Display,
{
    Some(column.as_primitive_opt::<T>()?.value(row).to_string())
}

/// Without a fraction that is none.
fn decimal<T: DecimalType + ArrowPrimitiveType>(column: &dyn Array, row: usize) -> Option<String> {
    let text = column.as_primitive_opt::<T>()?.value_as_string(row);
    match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|digit| digit == b'0') => Some(whole.to_owned()),
        _ => Some(text),
    }
}

/// A text, or the usual way to write the 16 bytes of a UUID.
fn fixed(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(char::is_control));
    if bytes.len() != 16 || is_text {
        return Cow::Borrowed(bytes);
    }
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        text.push_str(if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" });
        text.push_str(&format!("{byte:02x}"));
    }
    Cow::Owned(text.into_bytes())
}

fn fraction(number: f64) -> Option<String> {
    /// Beyond, not every whole number is one.
    const WHOLE_MAX: f64 = 9e15;
    let is_whole = number.fract() == 0.0 && number.abs() < WHOLE_MAX;
    number.is_finite().then(|| if is_whole { (number as i64).to_string() } else { number.to_string() })
}

/// ISO 8601 of a moment; of midnight's, if it is a day, the day alone.
fn moment(seconds: i64, nanoseconds: i32, is_day: bool) -> Option<String> {
    let text = jiff::Timestamp::new(seconds, nanoseconds).ok()?.to_string();
    match is_day {
        true => Some(text.split('T').next()?.to_owned()),
        false => Some(text),
    }
}
