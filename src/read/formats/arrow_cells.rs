//! Cells of Arrow's columns as text.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

/// A column of a batch.
pub(super) struct Cells(ArrayRef);

impl Cells {
    /// The column of a dotted name.
    pub(super) fn at(batch: &RecordBatch, path: &str) -> Option<Self> {
        if let Some(column) = batch.column_by_name(path) {
            return Some(Cells(column.clone()));
        }
        let mut names = path.split('.');
        let mut column = batch.column_by_name(names.next()?)?.clone();
        for name in names {
            let inner = column.as_struct_opt()?.column_by_name(name)?.clone();
            column = inner;
        }
        Some(Cells(column))
    }

    /// The cell of a row; `None` where it is empty, or of a kind that is no text, number or date.
    pub(super) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        text(&*self.0, row)
    }
}

fn text(column: &dyn Array, row: usize) -> Option<Cow<'_, str>> {
    if column.is_null(row) {
        return None;
    }
    let bytes = |bytes: &[u8]| Some(Cow::Owned(String::from_utf8(bytes.to_vec()).ok()?));
    match column.data_type() {
        DataType::Utf8 => Some(Cow::Borrowed(column.as_string_opt::<i32>()?.value(row))),
        DataType::LargeUtf8 => Some(Cow::Borrowed(column.as_string_opt::<i64>()?.value(row))),
        DataType::Utf8View => Some(Cow::Borrowed(column.as_string_view_opt()?.value(row))),
        // texts of writers that do not mark them as such
        DataType::Binary => bytes(column.as_binary_opt::<i32>()?.value(row)),
        DataType::LargeBinary => bytes(column.as_binary_opt::<i64>()?.value(row)),
        DataType::BinaryView => bytes(column.as_binary_view_opt()?.value(row)),
        DataType::FixedSizeBinary(_) => bytes(column.as_fixed_size_binary_opt()?.value(row)),
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_any_dictionary_opt()?;
            let key = *dictionary.normalized_keys().get(row)?;
            text(&**dictionary.values(), key).map(|text| Cow::Owned(text.into_owned()))
        }
        DataType::Int8 => number::<Int8Type>(column, row),
        DataType::Int16 => number::<Int16Type>(column, row),
        DataType::Int32 => number::<Int32Type>(column, row),
        DataType::Int64 => number::<Int64Type>(column, row),
        DataType::UInt8 => number::<UInt8Type>(column, row),
        DataType::UInt16 => number::<UInt16Type>(column, row),
        DataType::UInt32 => number::<UInt32Type>(column, row),
        DataType::UInt64 => number::<UInt64Type>(column, row),
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

fn number<T: ArrowPrimitiveType>(column: &dyn Array, row: usize) -> Option<Cow<'static, str>>
where
    T::Native: std::fmt::Display,
{
    Some(Cow::Owned(column.as_primitive_opt::<T>()?.value(row).to_string()))
}

/// ISO 8601 of a moment; of midnight's, if it is a day, the day alone.
fn moment(seconds: i64, nanoseconds: i32, is_day: bool) -> Option<Cow<'static, str>> {
    let moment = jiff::Timestamp::new(seconds, nanoseconds).ok()?;
    let text = moment.to_string();
    match is_day {
        true => Some(Cow::Owned(text.split('T').next()?.to_owned())),
        false => Some(Cow::Owned(text)),
    }
}
