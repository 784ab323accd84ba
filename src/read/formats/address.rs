//! Addresses that are written from where they stand.

use crate::stretch::stretch;

/// The whole address of one that may leave out its beginning (RFC 3986), where that of the document is known;
/// else as it is written.
pub(super) fn resolved(address: &str, base: Option<&str>) -> String {
    let Some((scheme, rest)) = base.and_then(|base| base.split_once("://")) else {
        return address.to_owned();
    };
    if has_scheme(address) {
        return address.to_owned();
    }
    if address.starts_with("//") {
        return format!("{scheme}:{address}");
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.find('/').map_or((rest, ""), |at| (stretch(rest, ..at), stretch(rest, at..)));
    if address.starts_with('/') {
        return format!("{scheme}://{host}{address}");
    }
    if address.is_empty() || address.starts_with(['?', '#']) {
        return format!("{scheme}://{host}{path}{address}");
    }
    let mut folders: Vec<&str> = path.split('/').skip(1).collect();
    folders.pop();
    let mut address = address;
    loop {
        if let Some(below) = address.strip_prefix("./") {
            address = below;
        } else if let Some(above) = address.strip_prefix("../") {
            folders.pop();
            address = above;
        } else {
            break;
        }
    }
    folders.push(address);
    format!("{scheme}://{host}/{}", folders.join("/"))
}

fn has_scheme(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default();
    scheme.len() < address.len()
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_from_where_they_stand() {
        let base = Some("https://post.example/news/today.xml?page=2");
        for (address, whole) in [
            ("https://other.example/a", "https://other.example/a"),
            ("tag:post.example,2031:1", "tag:post.example,2031:1"),
            ("//cdn.example/a", "https://cdn.example/a"),
            ("/a/1", "https://post.example/a/1"),
            ("a/1", "https://post.example/news/a/1"),
            ("./a", "https://post.example/news/a"),
            ("../../../a", "https://post.example/a"),
            ("?id=1", "https://post.example/news/today.xml?id=1"),
        ] {
            assert_eq!(resolved(address, base), whole);
        }
        assert_eq!(resolved("a/1", Some("https://post.example")), "https://post.example/a/1");
        assert_eq!(resolved("/a/1", None), "/a/1");
    }
}
