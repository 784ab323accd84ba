//! Numbers in fields of a record, for rules of keeping.

use serde_json::Value;

/// The number in a field of a JSON record: a number, or a string that is one. A dot in the name leads into
/// objects, where no field is called so as a whole. `None` where there is no such number.
pub fn number_of_field(record: &[u8], name: &str) -> Option<f64> {
    let record: Value =
        serde_json::from_slice(record.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(record)).ok()?;
    let mut at = &record;
    if let Some(whole) = record.get(name) {
        at = whole;
    } else {
        for step in name.split('.') {
            at = at.get(step)?;
        }
    }
    let number = match at {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let record = br#"{"score": 1.5, "text": "2", "meta": {"rank": "7", "deep": {"x": -1}}, "a.b": 3, "no": null, "is": true}"#;
        let of = |name| number_of_field(record, name);
        assert_eq!([of("score"), of("text"), of("meta.rank")], [Some(1.5), Some(2.0), Some(7.0)]);
        assert_eq!([of("meta.deep.x"), of("a.b"), of("is")], [Some(-1.0), Some(3.0), Some(1.0)]);
        assert_eq!([of("no"), of("meta"), of("missing"), of("score.x")], [None; 4]);
        assert_eq!(number_of_field(b"{\"x\": \"NaN\"}", "x"), None);
        assert_eq!(number_of_field(b"\xEF\xBB\xBF{\"x\": 1}", "x"), Some(1.0));
        assert_eq!(number_of_field(b"no json", "x"), None);
    }
}
