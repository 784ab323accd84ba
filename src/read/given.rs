//! Articles that stand in other JSON, as in the body of a request, read by the rules of lines.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::field_map::FieldMap;
use super::json_lines::fields;
use super::json_values::{Value, Values};
use super::mend::mended;
use super::options::FieldNames;
use super::records::to_article;
use crate::article::{Article, Provenance};

/// An article, or what is wrong with its fields.
#[derive(Debug)]
pub(crate) struct GivenArticle(pub(crate) Result<Article, String>);

impl GivenArticle {
    /// Reads an article that is all of the JSON.
    ///
    /// # Errors
    /// For what is broken beyond mending, and for what is no object.
    pub(crate) fn read(json: &[u8]) -> serde_json::Result<GivenArticle> {
        or_mended(json, |json| {
            let mut input = serde_json::Deserializer::from_slice(json);
            let article = GivenArticle::deserialize(&mut input)?;
            input.end()?;
            Ok(article)
        })
    }
}

/// Bodies have the usual names.
static NAMES: LazyLock<FieldMap> = LazyLock::new(|| FieldMap::new(&FieldNames::default()));

impl<'de> Deserialize<'de> for GivenArticle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = GivenArticle;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an article: an object with `id` and `text`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<GivenArticle, M::Error> {
        let mut values = Values::default();
        // no field of lines, but what an archive answers of an article: it may be put back
        let mut provenance: Option<Box<Provenance>> = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match NAMES.position(&key).and_then(|field| values.get_mut(field)) {
                Some(value) => *value = map.next_value::<Value<'de>>()?,
                None if key == "provenance" => provenance = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let article = fields(values, &NAMES).map(to_article);
        Ok(GivenArticle(
            article.map(|article| Article { provenance, ..article }).map_err(|problem| problem.reason),
        ))
    }
}

/// Reads JSON, and where it is broken reads it once more as a line would be mended. What is said of JSON that
/// cannot be mended is said of it as it is.
pub(crate) fn or_mended<T>(
    json: &[u8],
    mut read: impl FnMut(&[u8]) -> serde_json::Result<T>,
) -> serde_json::Result<T> {
    let error = match read(json) {
        Err(error) if !error.is_data() => error,
        done => return done,
    };
    match std::str::from_utf8(json).ok().and_then(mended) {
        Some(mended) => read(mended.as_bytes()).map_err(|again| if again.is_data() { again } else { error }),
        None => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> serde_json::Result<GivenArticle> {
        GivenArticle::read(json.as_bytes())
    }

    fn article(json: &str) -> Article {
        read(json).unwrap().0.unwrap()
    }

    #[test]
    fn an_article_is_what_a_line_would_be() {
        let given =
            article(r#"{"id": 5, "text": "a b", "date": 1704067200, "title": 7, "source": ["Post"]}"#);
        let optional = [&given.date, &given.title, &given.source].map(|field| field.as_deref().unwrap());
        assert_eq!((given.id.as_str(), optional), ("5", ["1704067200", "7", "Post"]));
        assert_eq!(
            article(r#"{"id": "x", "text": "a", "views": NaN, "title": true}"#),
            Article::new("x", "a")
        );
        assert_eq!(article(r#"{"id": "x", "text": "half \ud800 a"}"#).text, "half \u{fffd} a");
        assert_eq!(article(r#"{"id": "x", "id": "y", "text": "a"}"#).id, "y");
    }

    #[test]
    fn what_an_archive_answers_can_be_put_back() {
        let provenance = Some(Box::new(Provenance { item: Some("i".to_owned()), ..Provenance::default() }));
        let held = Article { provenance, ..Article::new("x", "a") };
        assert_eq!(article(&serde_json::to_string(&held).unwrap()), held);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, said) in [
            (r#"{"text": "a"}"#, "field `id` is missing"),
            (r#"{"id": "x", "text": 5}"#, "field `text` is a number; it must be a string"),
            (r#"{"id": "x", "text": " "}"#, "field `text` holds no text"),
        ] {
            assert_eq!(read(json).unwrap().0.unwrap_err(), said);
        }
        assert!(read(r#"["x", "a"]"#).unwrap_err().to_string().contains("expected an article"));
        assert!(read(r#"{"id": NaN"#).unwrap_err().is_syntax());
    }
}
