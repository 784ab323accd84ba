//! The description and the server say the same.

use serde_json::{Value, json};

use crate::support::{Server, print, wire};

/// The schema of what a path answers, with the parts it refers to.
fn schema(description: &Value, path: &str, method: &str, status: &str) -> Value {
    let content = &description["paths"][path][method]["responses"][status]["content"];
    let mut schema = content["application/json"]["schema"].clone();
    assert!(schema.is_object(), "{method} {path} {status} is not described");
    schema["components"] = description["components"].clone();
    schema
}

#[track_caller]
fn holds(schema: &Value, answer: &Value) {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{answer}");
}

#[test]
fn answers_are_as_described() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let description = server.get("/openapi.json").is(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
    let of = |path: &str, method: &str| schema(&description, path, method, "200");
    server.file(&wire());
    holds(&of("/v1/flag", "post"), &server.post("/v1/flag?add=true", &print("a")).is(200).json());
    holds(&of("/v1/flag", "post"), &server.post("/v1/flag", &json!([print("b"), print("c")])).is(200).json());
    holds(
        &of("/v1/compare", "post"),
        &server.post("/v1/compare", &json!({"a": wire(), "b": print("b")})).is(200).json(),
    );
    let page = server.get("/v1/matches").is(200).json();
    holds(&of("/v1/matches", "get"), &page);
    let id = page["items"][0]["id"].as_str().unwrap();
    let said = json!({"decision": "not_derived", "reason": "licensed", "who": "ann"});
    holds(
        &of("/v1/matches/{id}/decision", "post"),
        &server.post(&format!("/v1/matches/{id}/decision"), &said).is(200).json(),
    );
    holds(&of("/v1/matches/{id}", "get"), &server.get(&format!("/v1/matches/{id}")).is(200).json());
    holds(&of("/v1/articles", "get"), &server.get("/v1/articles?query=dam").is(200).json());
    holds(&of("/v1/articles/{id}", "get"), &server.get("/v1/articles/a").is(200).json());
    holds(&of("/v1/families/{id}", "get"), &server.get("/v1/families/a").is(200).json());
    holds(&of("/v1/status", "get"), &server.get("/v1/status").is(200).json());
    holds(&of("/healthz", "get"), &server.get("/healthz").is(200).json());
    let mut problem = description["components"]["schemas"]["Problem"].clone();
    problem["components"] = description["components"].clone();
    holds(&problem, &server.get("/v1/matches?limit=0").problem(400, "bad-request"));
    let late =
        server.post(&format!("/v1/matches/{id}/decision"), &json!({"decision": "partial", "who": "bob"}));
    holds(&problem, &late.problem(409, "conflict"));
}

#[test]
fn articles_are_taken_as_described() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let description = server.get("/openapi.json").is(200).json();
    let mut article = description["components"]["schemas"]["Article"].clone();
    article["components"] = description["components"].clone();
    let validator = jsonschema::draft202012::new(&article).unwrap();
    for (given, is_one) in [
        (json!({"id": "a", "text": "some words"}), true),
        (json!({"id": 5, "text": "some words", "date": 1_704_067_200, "title": 7, "source": null}), true),
        (json!({"id": "a", "text": "some words", "source": {"name": "Post"}, "more": [1]}), true),
        (json!({"id": "", "text": "some words"}), false),
        (json!({"id": " ", "text": "some words"}), false),
        (json!({"id": 1.5, "text": "some words"}), false),
        (json!({"id": "a", "text": 5}), false),
        (json!({"id": "a"}), false),
    ] {
        assert_eq!(validator.is_valid(&given), is_one, "{given}");
        assert_eq!(server.post("/v1/flag", &given).status == 200, is_one, "{given}");
    }
}

#[test]
fn every_path_is_described_and_every_reference_leads_somewhere() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let description = server.get("/openapi.json").is(200).json();
    let mut references = Vec::new();
    collect(&description, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let place = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads elsewhere"));
        assert!(description.pointer(place).is_some(), "{reference} leads nowhere");
    }
    for (path, methods) in description["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "x");
        for method in methods.as_object().unwrap().keys().filter(|_| path != "/v1/events") {
            let answer =
                server.send(&method.to_uppercase(), &path, &[("content-type", "application/json")], b"{}");
            assert!(answer.status != 405 && answer.status < 500, "{method} {path}: {}", answer.text());
        }
    }
}

#[test]
fn every_reference_of_the_files_leads_somewhere() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let read = |name: &str| -> Value {
        let text =
            std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        serde_json::from_str(&text).unwrap()
    };
    let mut files = std::collections::BTreeSet::new();
    let mut open = vec!["openapi.json".to_owned()];
    while let Some(name) = open.pop() {
        let mut references = Vec::new();
        collect(&read(&name), &mut references);
        for reference in references {
            let (file, place) = reference.split_once('#').unwrap_or((reference.as_str(), ""));
            let file = if file.is_empty() { name.as_str() } else { file };
            assert!(read(file).pointer(place).is_some(), "{reference} of {name} leads nowhere");
            if files.insert(file.to_owned()) {
                open.push(file.to_owned());
            }
        }
    }
    assert!(
        ["pairs.json", "families.json", "flag.json"].iter().all(|file| files.contains(*file)),
        "{files:?}"
    );
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
