//! Where a feed is.

use std::path::PathBuf;
use std::str::FromStr;

use axum::http::Uri;

use crate::error::Error;
use crate::report::visible::visible_label;

/// Where a feed is: an address of the web, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedAddress {
    /// `http` or `https`, without a password.
    Url(Uri),
    /// A file, which is read anew when it has changed.
    File(PathBuf),
}

impl FeedAddress {
    /// What it is called in messages, in figures and in ids of items that have none of their own: an address
    /// without its query, which may hold a key.
    pub fn name(&self) -> String {
        match self {
            FeedAddress::Url(url) => {
                let host = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
                format!("{}://{host}{}", url.scheme_str().unwrap_or_default(), url.path())
            }
            FeedAddress::File(path) => visible_label(&path.display().to_string()).into_owned(),
        }
    }

    /// Whose it is: the host, or the file itself.
    pub(super) fn owner(&self) -> String {
        match self {
            FeedAddress::Url(url) => url.host().unwrap_or_default().to_ascii_lowercase(),
            FeedAddress::File(path) => format!("file:{}", path.display()),
        }
    }
}

impl FromStr for FeedAddress {
    type Err = Error;

    /// # Errors
    /// [`Error::Usage`] for an address that is none of http or https, and for one with a name and a password.
    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((scheme, _)) = text.split_once("://") else {
            return match text {
                "" => Err(Error::Usage("a feed is an address or a file, and this is empty".to_owned())),
                path => Ok(FeedAddress::File(PathBuf::from(path))),
            };
        };
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(Error::Usage(format!("{text} is not http:// or https://, and no file")));
        }
        let url: Uri =
            text.parse().map_err(|error| Error::Usage(format!("{text} is no address: {error}")))?;
        match url.authority() {
            Some(authority) if authority.as_str().contains('@') => Err(Error::Usage(format!(
                "{} holds a name or password, which feeds take none of",
                url.path()
            ))),
            Some(authority) if !authority.host().is_empty() => Ok(FeedAddress::Url(url)),
            _ => Err(Error::Usage(format!("{text} names no host"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<FeedAddress, String> {
        text.parse().map_err(|error: Error| error.to_string())
    }

    #[test]
    fn an_address_is_of_the_web_or_a_file() {
        let url = parsed("HTTPS://Post.example:8443/feed?key=s3cret#top").unwrap();
        assert_eq!(
            (url.name().as_str(), url.owner().as_str()),
            ("https://Post.example:8443/feed", "post.example")
        );
        assert_eq!(parsed("a feed.xml").unwrap().name(), "a feed.xml");
        for wrong in ["", "ftp://post.example/feed", "file:///etc/passwd", "https://", "http:// x/"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        let told = parsed("https://ann:s3cret@post.example/feed").unwrap_err();
        assert!(!told.contains("s3cret"), "{told}");
    }
}
