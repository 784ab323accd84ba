//! ninjs, news in JSON (IPTC, 1.x to 3.x): one item a file, a line or an element of an array.

use serde_json::Value;

use super::dates::iso;
use super::fragment;
use super::json::{self, Json};
use super::newsml_g2::{unwrapped_if_needed, versioned};
use super::prose::without_contact_tail;
use super::{Context, Extracted, FormatSource, InputFormat, Pieces, nitf, no_text};
use crate::article::{Article, Provenance};
use crate::read::RejectionKind;
use crate::read::json_lines::FieldProblem;

pub(super) struct Ninjs;

impl InputFormat for Ninjs {
    fn name(&self) -> &'static str {
        "ninjs"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["ninjs"]
    }

    /// Members that nothing else has together: `uri` (`guid` in drafts of the standard), and one of the
    /// format's own.
    fn is_told_by(&self, head: &[u8]) -> bool {
        let begins = crate::read::encoding::without_utf8_mark(head).trim_ascii_start();
        let has = |key: &str| memchr::memmem::find(head, key.as_bytes()).is_some();
        let own = [
            "\"versioncreated\"",
            "\"versionCreated\"",
            "\"pubstatus\"",
            "\"pubStatus\"",
            "\"body_html\"",
            "\"body_xhtml\"",
            "\"body_text\"",
            "\"bodies\"",
            "\"representationtype\"",
            "\"representationType\"",
        ];
        matches!(begins.first(), Some(b'{' | b'['))
            && (has("\"uri\"") || has("\"guid\""))
            && own.iter().any(|key| has(key))
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        Json.open(source)
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let item: Value = serde_json::from_slice(record).map_err(json::broken)?;
        if !item.is_object() {
            return Err(FieldProblem::new(RejectionKind::WrongType, "a ninjs item is an object"));
        }
        if item.get("uri").or(item.get("guid")).is_none() && item.get("text").is_some() {
            // an article among items
            return Json.extract(record, context, out);
        }
        let mut article = article(&item);
        if article.id.is_empty() {
            article.id = context.id(context.number == 1);
        }
        if article.text.is_empty() {
            let kind = string(&item, &["type"]).unwrap_or_else(|| "text".into());
            let mut problem = no_text(&format!("the ninjs item has no body (its type is {kind:?})"));
            problem.id = Some(article.id);
            return Err(problem);
        }
        out.push(context.number, &article);
        Ok(())
    }
}

/// The first of the members that is there: names changed from version to version.
fn string(item: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match item.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn list<'v>(item: &'v Value, names: &[&str]) -> &'v [Value] {
    names.iter().find_map(|name| item.get(name)?.as_array()).map_or(&[], Vec::as_slice)
}

/// What the item says; id and text are empty where it does not say them.
fn article(item: &Value) -> Article {
    let uri = string(item, &["uri", "guid"]).unwrap_or_default();
    let version = string(item, &["version"]);
    let dates = [
        "versioncreated",
        "versionCreated",
        "contentCreated",
        "contentcreated",
        "firstcreated",
        "firstCreated",
    ];
    let date = dates.iter().find_map(|name| iso(&string(item, &[name])?));
    let holder = string(item, &["copyrightholder", "copyrightHolder"]);
    let sources = list(item, &["infosource", "infosources", "infoSources", "infosources"]);
    let info = sources.iter().find_map(|source| string(source, &["name", "literal"]));
    let provider = match item.get("provider") {
        Some(Value::Object(_)) => {
            item.get("provider").and_then(|provider| string(provider, &["name", "literal"]))
        }
        _ => string(item, &["provider"]),
    };
    let source =
        provider.or_else(|| string(item, &["source"])).or_else(|| holder.clone()).or_else(|| info.clone());
    let url = string(item, &["url", "canonical"])
        .or_else(|| Some(uri.clone()).filter(|uri| uri.starts_with("http")));
    let derived = string(item, &["evolvedfrom", "rewrite_of", "derivedFrom"]);
    Article {
        id: versioned(&uri, version.as_deref()),
        text: without_contact_tail(&text(item)).to_owned(),
        title: headline(item),
        date,
        url,
        language: string(item, &["language"]),
        provenance: Some(Box::new(Provenance {
            item: Some(uri).filter(|uri| !uri.is_empty()),
            version,
            derived_from: derived.into_iter().collect(),
            previous_version: None,
            information_source: info.filter(|info| Some(info) != source.as_ref()),
            copyright_holder: holder.filter(|holder| Some(holder) != source.as_ref()),
            embargoed_until: string(item, &["embargoed"]).and_then(|date| iso(&date)),
            editorial_note: string(item, &["ednote", "edNote"]),
            fetched: None,
            status: nitf::status(string(item, &["pubstatus", "pubStatus"]).as_deref()),
        })),
        source,
    }
}

fn headline(item: &Value) -> Option<String> {
    let headlines = list(item, &["headlines"]);
    let of_role = |headline: &&Value| {
        string(headline, &["role"]).is_none_or(|role| role.to_ascii_lowercase().contains("main"))
    };
    let main = headlines.iter().find(of_role).or(headlines.first());
    let title = string(item, &["headline", "title"]).or_else(|| string(main?, &["value"]));
    title.map(|title| fragment::text_of(&title).replace('\n', " "))
}

/// The body: marked up where there is such a one, since some plain texts repeat the headline.
fn text(item: &Value) -> String {
    if let Some(html) = string(item, &["body_html", "body_xhtml"]) {
        return fragment::text_of(&html);
    }
    let bodies = list(item, &["bodies"]);
    let is_html = |body: &Value| {
        string(body, &["contentType", "contenttype"]).is_some_and(|kind| kind.contains("html"))
    };
    let is_side = |body: &Value| {
        let role = string(body, &["role"]).unwrap_or_default().to_ascii_lowercase();
        ["summary", "abstract", "caption", "teaser", "description"].iter().any(|side| role.contains(side))
    };
    let mut main: Vec<&Value> = bodies.iter().filter(|body| !is_side(body)).collect();
    main.sort_by_key(|body| !is_html(body));
    let body = main.iter().find_map(|body| Some((is_html(body), string(body, &["value"])?)));
    match body {
        Some((true, html)) => fragment::text_of(&html),
        Some((false, text)) => plain(&text),
        None => string(item, &["body_text", "body"]).map(|text| plain(&text)).unwrap_or_default(),
    }
}

fn plain(text: &str) -> String {
    if text.contains("</p>") { fragment::text_of(text) } else { unwrapped_if_needed(text) }
}
