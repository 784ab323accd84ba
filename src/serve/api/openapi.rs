//! `GET /openapi.json`: the API described (OpenAPI 3.1), with the schemas of rows that `schema/` has.

use std::sync::LazyLock;

use axum::response::Response;
use serde_json::Value;

use super::super::problem::Problem;
use super::with_type;

const DESCRIPTION: &str = include_str!("../../../schema/openapi.json");

/// Schemas that stand in files of their own beside the description: what they are called in it, and the files.
const SCHEMAS: [(&str, &str, &str); 3] = [
    ("PairRow", "pairs.json", include_str!("../../../schema/pairs.json")),
    ("FlagAnswer", "flag.json", include_str!("../../../schema/flag.json")),
    ("FamilyRow", "families.json", include_str!("../../../schema/families.json")),
];

/// The description whole: references between files become references within it.
static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let mut description: Value = serde_json::from_str(DESCRIPTION).unwrap_or_default();
    description["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    point(&mut description, "");
    for (name, _, schema) in SCHEMAS {
        let mut schema: Value = serde_json::from_str(schema).unwrap_or_default();
        let definitions = schema.as_object_mut().and_then(|members| {
            members.remove("$schema");
            members.remove("$id");
            members.remove("$defs")
        });
        point(&mut schema, name);
        if let Some(Value::Object(definitions)) = definitions {
            for (part, mut definition) in definitions {
                point(&mut definition, name);
                description["components"]["schemas"][format!("{name}.{part}")] = definition;
            }
        }
        description["components"]["schemas"][name] = schema;
    }
    description.to_string()
});

/// Lets the references of a schema's file point at where its parts stand now.
fn point(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                let part = reference.strip_prefix("#/$defs/").map(|part| format!("{name}.{part}"));
                if let Some(target) = part.or_else(|| in_file(reference)) {
                    *reference = format!("#/components/schemas/{target}");
                }
            }
            members.values_mut().for_each(|member| point(member, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point(item, name)),
        _ => {}
    }
}

/// What a reference to another file is called in the description.
fn in_file(reference: &str) -> Option<String> {
    SCHEMAS.iter().find_map(|(name, file, _)| match reference.strip_prefix(*file)? {
        "" => Some((*name).to_owned()),
        below => below.strip_prefix("#/$defs/").map(|part| format!("{name}.{part}")),
    })
}

pub async fn openapi() -> Result<Response, Problem> {
    with_type("application/json", OPENAPI.as_str())
}
