//! The fields that a line has, for a message about one that it lacks.

use serde_json::{Map, Value};

/// Fields that are named at most, and how long a name may be.
const FIELDS_MAX: usize = 16;
const NAME_MAX_CHARS: usize = 40;

/// A text has this many characters at least.
const TEXT_MIN_CHARS: usize = 80;

/// Names of fields, those one below another with a full stop between; and which of them may be the ones that
/// are sought.
pub(super) struct Listed {
    names: Vec<String>,
    /// The longest string.
    text: Option<String>,
    /// A string or a number by whose name it tells articles apart.
    id: Option<String>,
}

impl Listed {
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let mut listed = Listed { names: Vec::new(), text: None, id: None };
        let mut longest = TEXT_MIN_CHARS;
        let mut take = |name: String, value: &Value| {
            if let Value::String(text) = value
                && text.chars().count() >= longest
            {
                longest = text.chars().count() + 1;
                listed.text = Some(name.clone());
            }
            let is_id = matches!(value, Value::String(_) | Value::Number(_)) && is_name_of_ids(&name);
            if is_id && listed.id.is_none() {
                listed.id = Some(name.clone());
            }
            listed.names.push(name);
        };
        for (name, value) in fields {
            match value {
                Value::Object(below) if !below.is_empty() => {
                    below.iter().for_each(|(key, value)| take(format!("{name}.{key}"), value));
                }
                value => take(name.clone(), value),
            }
        }
        listed
    }

    /// Behind what is missing: the text, or else the id.
    pub(super) fn words(&self, is_text: bool) -> String {
        let short = |name: &String| name.chars().take(NAME_MAX_CHARS).collect::<String>();
        let names: Vec<String> =
            self.names.iter().take(FIELDS_MAX).map(|name| format!("`{}`", short(name))).collect();
        let more = if self.names.len() > FIELDS_MAX { ", …" } else { "" };
        let likely = match if is_text { &self.text } else { &self.id } {
            Some(name) => format!("; name the one that it is, perhaps `{}`", short(name)),
            None => "; name the one that it is".to_owned(),
        };
        match names.is_empty() {
            true => "; the line has no fields".to_owned(),
            false => format!("; the line has {}{more}{likely}", names.join(", ")),
        }
    }
}

fn is_name_of_ids(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name).to_lowercase();
    name.ends_with("id") || ["url", "link", "key", "uri", "guid", "permalink"].contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_and_the_likely_one_is_suggested() {
        let text = "word ".repeat(40);
        let line = serde_json::json!({"guid": 7, "headline": "Jobs", "content": {"body": text, "lead": "x"}, "n": []});
        let Value::Object(fields) = line else { panic!() };
        let listed = Listed::of(&fields);
        for name in ["`guid`", "`headline`", "`content.body`", "`content.lead`", "`n`"] {
            assert!(listed.words(true).contains(name));
        }
        assert!(listed.words(true).ends_with("perhaps `content.body`"));
        assert!(listed.words(false).ends_with("perhaps `guid`"));
        assert_eq!(Listed::of(&Map::new()).words(true), "; the line has no fields");
    }
}
