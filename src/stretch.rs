//! Cutting pieces out of texts and word lists by bounds that were computed, so that a wrong bound costs a
//! piece and not the run.

use std::slice::SliceIndex;

/// What stands in `range`; nothing where the range runs backwards, ends beyond the text or cuts a character
/// in two.
///
/// Strings are cut by this alone in the whole library (`clippy::string_slice` is denied).
pub(crate) fn stretch<R: SliceIndex<str, Output = str>>(text: &str, range: R) -> &str {
    text.get(range).unwrap_or_default()
}

/// The items in `range`; none where the range runs backwards or ends beyond them.
pub(crate) fn items<T, R: SliceIndex<[T], Output = [T]>>(all: &[T], range: R) -> &[T] {
    all.get(range).unwrap_or_default()
}

/// The items in `range`, to be changed; none where the range runs backwards or ends beyond them.
pub(crate) fn items_mut<T, R: SliceIndex<[T], Output = [T]>>(all: &mut [T], range: R) -> &mut [T] {
    all.get_mut(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    #[test]
    fn what_cannot_be_cut_is_nothing() {
        let backwards = Range { start: 3, end: 1 };
        assert_eq!(stretch("añb", 0..3), "añ");
        assert_eq!(stretch("añb", 3..), "b");
        for wrong in [backwards.clone(), 0..2, 0..9, 7..9] {
            assert_eq!(stretch("añb", wrong.clone()), "", "{wrong:?}");
        }
        let mut all = [1, 2, 3];
        assert_eq!(items(&all, 1..3), [2, 3]);
        for wrong in [backwards, 0..9, 7..9] {
            assert!(items(&all, wrong.clone()).is_empty() && items_mut(&mut all, wrong).is_empty());
        }
    }
}
