//! Bodies of requests: bounded, and what is wrong with them said.

use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::super::guard::media_type;
use super::super::limits::Limits;
use super::super::problem::Problem;
use super::super::state::App;
use crate::article::Article;
use crate::read::{GivenArticle, or_mended};

/// What a body holds, as its media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    JsonLines,
}

/// A body, and its share of the memory for bodies, which is given back with it.
pub struct Body {
    pub form: Form,
    bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

/// Articles of a request, and the form that they came in.
pub enum Given {
    One(Box<Article>),
    Many(Vec<Article>, Form),
}

impl Body {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Problem`]: of another media type, compressed, too large, cut off, or of more than may be held at a
    /// time.
    pub async fn read(app: &App, request: Request, forms: &[Form]) -> Result<Body, Problem> {
        let form = form_of(&request, forms)?;
        let most = app.settings.limits.body_bytes;
        let too_large = || Problem::too_large(format!("a body takes at most {most} bytes"));
        let told = request.headers().get(header::CONTENT_LENGTH);
        let told = told.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if told.is_some_and(|length| length > most as u64) {
            return Err(too_large());
        }
        let mut body = Body { form, bytes: Vec::new(), _room: None };
        let mut stream = request.into_body().into_data_stream();
        while let Some(chunk) = stream.next().await {
            let chunk: Bytes = chunk.map_err(|_| Problem::bad_request("the body was cut off"))?;
            if body.bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            body.hold(app, chunk.len())?;
            body.bytes.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// One that is there already.
    #[cfg(feature = "internals")]
    pub fn of(form: Form, bytes: Vec<u8>) -> Body {
        Body { form, bytes, _room: None }
    }

    /// Takes room for so many more bytes.
    fn hold(&mut self, app: &App, more: usize) -> Result<(), Problem> {
        let held = self._room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let needed = (self.bytes.len() + more).div_ceil(1 << 10);
        let Some(missing) = needed.checked_sub(held).and_then(|missing| u32::try_from(missing).ok()) else {
            return Ok(());
        };
        let room = app.rooms.bodies.clone().try_acquire_many_owned(missing).map_err(|_| Problem::busy())?;
        match &mut self._room {
            Some(held) => held.merge(room),
            None => self._room = Some(room),
        }
        Ok(())
    }

    /// The body as one value, given as an object: lists of its fields, which serde would take too, are none.
    /// `expected` says in words what it is.
    ///
    /// # Errors
    /// [`Problem`] for broken JSON, and for what is no such object.
    pub fn json<T: DeserializeOwned>(&self, expected: &'static str) -> Result<T, Problem> {
        object(&self.bytes, expected).map_err(|error| wrong(&error))
    }

    /// The body as one value that holds articles: what lines of input are mended of is mended in it too.
    ///
    /// # Errors
    /// [`Problem`] for broken JSON, and for what is no such object.
    pub fn holding_articles<T: DeserializeOwned>(&self, expected: &'static str) -> Result<T, Problem> {
        or_mended(&self.bytes, |json| object(json, expected)).map_err(|error| wrong(&error))
    }

    /// The body as one article.
    ///
    /// # Errors
    /// [`Problem`] for broken JSON, and for what is no article.
    pub fn article(&self, limits: &Limits) -> Result<Article, Problem> {
        let article = GivenArticle::read(&self.bytes).map_err(|error| wrong(&error))?;
        article.0.and_then(|article| checked(article, limits)).map_err(Problem::unusable)
    }

    /// The articles of the body: an object is one, an array and JSON lines are many.
    ///
    /// # Errors
    /// [`Problem`], with `errors` that name items which are no articles, by their places from 1 on.
    pub fn articles(&self, limits: &Limits) -> Result<Given, Problem> {
        let given = match self.form {
            Form::Json if self.bytes.trim_ascii_start().first() == Some(&b'[') => self.array(limits)?,
            Form::Json => return self.article(limits).map(|one| Given::One(Box::new(one))),
            Form::JsonLines => self.lines(limits)?,
        };
        let (mut articles, mut errors) = (Vec::with_capacity(given.len()), Vec::new());
        for (place, article) in (1..).zip(given) {
            match article.and_then(|GivenArticle(article)| checked(article?, limits)) {
                Ok(article) => articles.push(article),
                Err(detail) => errors.push(json!({"item": place, "detail": detail})),
            }
        }
        match errors.is_empty() {
            true => Ok(Given::Many(articles, self.form)),
            false => {
                let told = format!("{} items are no articles; none was judged", errors.len());
                Err(Problem::unusable(told).with("errors", errors.into()))
            }
        }
    }

    fn array(&self, limits: &Limits) -> Result<Vec<Result<GivenArticle, String>>, Problem> {
        let most = limits.batch_articles;
        let mut articles = Vec::new();
        let read = or_mended(&self.bytes, |json| {
            articles.clear();
            let mut input = serde_json::Deserializer::from_slice(json);
            input.deserialize_seq(BodyItems { most, articles: &mut articles })?;
            input.end()
        });
        match read {
            _ if articles.len() > most => Err(too_many(most)),
            Ok(()) => Ok(articles.into_iter().map(Ok).collect()),
            // the first one that is none ends it
            Err(error) if error.is_data() => {
                let broken = [Err(error.to_string())];
                Ok(articles.into_iter().map(Ok).chain(broken).collect())
            }
            Err(error) => Err(wrong(&error)),
        }
    }

    fn lines(&self, limits: &Limits) -> Result<Vec<Result<GivenArticle, String>>, Problem> {
        let lines = self.bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let lines: Vec<&[u8]> = lines.take(limits.batch_articles + 1).collect();
        if lines.len() > limits.batch_articles {
            return Err(too_many(limits.batch_articles));
        }
        let article = |line| GivenArticle::read(line).map_err(|error| error.to_string());
        Ok(lines.into_iter().map(article).collect())
    }
}

fn too_many(most: usize) -> Problem {
    Problem::too_large(format!("a batch takes at most {most} articles"))
}

fn wrong(error: &serde_json::Error) -> Problem {
    match error.is_data() {
        true => Problem::unusable(error.to_string()),
        false => Problem::bad_request(format!("broken JSON: {error}")),
    }
}

fn object<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> serde_json::Result<T> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = ObjectOf { expected, kind: PhantomData }.deserialize(&mut input)?;
    input.end()?;
    Ok(value)
}

/// A value that is given as an object.
struct ObjectOf<T> {
    expected: &'static str,
    kind: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ObjectOf<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Articles of an array, up to one more than there may be: nothing else of a body is made into values.
struct BodyItems<'a> {
    most: usize,
    articles: &'a mut Vec<GivenArticle>,
}

impl<'de> Visitor<'de> for BodyItems<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of articles")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        while let Some(article) = items.next_element()? {
            self.articles.push(article);
            if self.articles.len() > self.most {
                return Err(serde::de::Error::custom("too many"));
            }
        }
        Ok(())
    }
}

/// An article as a scan would take it.
///
/// # Errors
/// What is wrong with it.
pub fn checked(article: Article, limits: &Limits) -> Result<Article, String> {
    check_id(&article.id, limits)?;
    match article.text.trim_start().is_empty() {
        true => Err("the article's `text` holds no text".to_owned()),
        false => Ok(article),
    }
}

/// What is wrong with an id, if something is.
pub fn check_id(id: &str, limits: &Limits) -> Result<(), String> {
    let most = limits.id_chars;
    match id.chars().count() {
        _ if id.trim().is_empty() => Err("the article's `id` is empty".to_owned()),
        length if length > most => Err(format!("an `id` takes at most {most} characters")),
        _ => Ok(()),
    }
}

fn form_of(request: &Request, forms: &[Form]) -> Result<Form, Problem> {
    let text =
        |name| request.headers().get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    if let Some(encoding) = text(header::CONTENT_ENCODING)
        && media_type(encoding) != "identity"
    {
        return Err(Problem::media_type("bodies are taken as they are, not compressed"));
    }
    let form = match text(header::CONTENT_TYPE).map(media_type).as_deref() {
        Some("application/json") => Some(Form::Json),
        Some("application/x-ndjson" | "application/jsonl" | "application/x-jsonlines") => {
            Some(Form::JsonLines)
        }
        _ => None,
    };
    form.filter(|form| forms.contains(form)).ok_or_else(|| {
        Problem::media_type(match forms.contains(&Form::JsonLines) {
            true => "Content-Type is application/json or application/x-ndjson",
            false => "Content-Type is application/json",
        })
    })
}
