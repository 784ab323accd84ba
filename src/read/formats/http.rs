//! Responses of web servers as archives keep them: headers, and a body that may come in chunks and
//! compressed.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::read::RejectionKind;
use crate::read::cutter::text_too_long;
use crate::read::json_lines::FieldProblem;
use crate::stretch::stretch;

/// Headers and what follows the empty line behind them.
pub(super) fn split_headers(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\n', &bytes[at..]) {
        let line = &bytes[at..at + found];
        at += found + 1;
        if line.trim_ascii().is_empty() {
            return Some((&bytes[..at], &bytes[at..]));
        }
    }
    None
}

/// A header's value by its name, in upper or lower case.
pub(super) fn header<'h>(headers: &'h [u8], name: &str) -> Option<Cow<'h, str>> {
    let mut rest = headers;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        let Some((start, value)) = line.split_at_checked(name.len()) else { continue };
        if !start.eq_ignore_ascii_case(name.as_bytes()) {
            continue;
        }
        if let Some(value) = value.trim_ascii_start().strip_prefix(b":") {
            return Some(String::from_utf8_lossy(value.trim_ascii()));
        }
    }
    None
}

const GZIP: &[u8] = &[0x1F, 0x8B];

pub(super) struct Response {
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// The body of a response that succeeded and holds text; `None` for another.
///
/// # Errors
/// Where the body cannot be decompressed, or is longer than the limit when it is.
pub(super) fn response(bytes: &[u8], limit_bytes: usize) -> Result<Option<Response>, Box<FieldProblem>> {
    let Some((headers, body)) = split_headers(bytes) else { return Ok(None) };
    let status = headers.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let content_type = header(headers, "Content-Type").unwrap_or_default();
    // 203: a proxy on the way changed it
    if !(status.starts_with(b"200") || status.starts_with(b"203")) || !is_text(&content_type) {
        return Ok(None);
    }
    let codings = |name: &str| header(headers, name).unwrap_or_default().to_ascii_lowercase();
    let (transfer, content) = (codings("Transfer-Encoding"), codings("Content-Encoding"));
    // some crawlers keep the header and not the chunks
    let unchunked = if transfer.contains("chunked") { unchunked(body) } else { None };
    let mut body = unchunked.unwrap_or_else(|| body.to_vec());
    // each was applied to what came of those before
    let applied = content.split(',').chain(transfer.split(',')).map(str::trim);
    for coding in applied.collect::<Vec<_>>().into_iter().rev() {
        body = decompressed(body, coding, limit_bytes)?;
    }
    // some crawlers keep the compression and not the header
    if body.starts_with(GZIP) {
        body = decompressed(body, "gzip", limit_bytes)?;
    }
    Ok(Some(Response { content_type: content_type.into_owned(), body }))
}

fn is_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "" | "text/html" | "application/xhtml+xml" | "text/plain")
}

/// `None` where it is not in chunks. What is cut off ends where it is cut.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(body.len());
    loop {
        let end = memchr::memchr(b'\n', body)?;
        let size = body[..end].split(|byte| *byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        let rest = &body[end + 1..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(&rest[..size.min(rest.len())]);
        body = rest.get(size..).unwrap_or_default();
        body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        if body.is_empty() {
            return Some(whole);
        }
    }
}

fn decompressed(body: Vec<u8>, coding: &str, limit_bytes: usize) -> Result<Vec<u8>, Box<FieldProblem>> {
    let stream: Box<dyn Read + '_> = match coding {
        // crawlers that decompress leave the header as it was
        "gzip" | "x-gzip" if body.starts_with(GZIP) => Box::new(MultiGzDecoder::new(&body[..])),
        "deflate" if body.first().is_some_and(|first| first & 0x0F == 8) => {
            Box::new(ZlibDecoder::new(&body[..]))
        }
        "deflate" => Box::new(DeflateDecoder::new(&body[..])),
        "zstd" if body.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) => {
            Box::new(zstd::Decoder::new(&body[..]).map_err(|error| damaged(coding, &error))?)
        }
        #[cfg(feature = "html")]
        "br" => Box::new(brotli_decompressor::Decompressor::new(&body[..], 16 << 10)),
        "" | "identity" | "chunked" | "gzip" | "x-gzip" | "zstd" => return Ok(body),
        // servers that write an encoding of letters there, or that there is none
        _ if std::str::from_utf8(&body).is_ok() => return Ok(body),
        other => {
            let reason = format!("the page is compressed by {:?}, which is not read", other);
            return Err(FieldProblem::new(RejectionKind::UnknownFormat, reason));
        }
    };
    let mut text = Vec::new();
    let read = stream.take(limit_bytes as u64 + 1).read_to_end(&mut text);
    if let Err(error) = read {
        // archives cut long pages off
        if text.is_empty() {
            return Err(damaged(coding, &error));
        }
    }
    if text.len() > limit_bytes {
        return Err(text_too_long(limit_bytes));
    }
    Ok(text)
}

fn damaged(coding: &str, error: &std::io::Error) -> Box<FieldProblem> {
    FieldProblem::new(
        RejectionKind::BrokenCompression,
        format!("damaged {coding} data in the page ({error})"),
    )
}

/// The host of an address, without `www.`.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = stretch(url, url.find("://")? + 3..);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bodies_come_whole_out_of_chunks_and_compression() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, b"the whole page").unwrap();
        let packed = gzip.finish().unwrap();
        let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
        for chunk in packed.chunks(7) {
            bytes.extend_from_slice(format!("{:x};x=y\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        let read = response(&bytes, 100).unwrap().unwrap();
        assert_eq!(
            (read.content_type.as_str(), &read.body[..]),
            ("text/html; charset=utf-8", &b"the whole page"[..])
        );
        assert_eq!(response(&bytes, 5).err().unwrap().kind, RejectionKind::TooLarge);
    }

    #[test]
    fn codings_in_any_letters_in_a_row_and_unsaid_are_undone() {
        let gzip = |bytes: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gzip, bytes).unwrap();
            gzip.finish().unwrap()
        };
        let chunk =
            |bytes: &[u8]| [format!("{:X}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n0\r\n\r\n"].concat();
        let (plain, once) = (b"<p>the whole page".to_vec(), gzip(b"<p>the whole page"));
        for (headers, body) in [
            ("Transfer-Encoding: Chunked\r\nContent-Encoding: GZip\r\n", chunk(&once)),
            ("Transfer-Encoding: gzip, chunked\r\n", chunk(&once)),
            ("Content-Encoding: gzip, gzip\r\n", gzip(&once)),
            ("Content-Encoding: none\r\n", plain.clone()),
            ("Content-Encoding: UTF-8\r\n", plain.clone()),
            ("", once.clone()),
        ] {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n");
            let read = response(&[head.as_bytes(), &body].concat(), 100).unwrap().unwrap();
            assert_eq!(String::from_utf8_lossy(&read.body), "<p>the whole page", "{headers}");
        }
    }

    #[test]
    fn what_failed_and_what_is_no_text_is_passed_over() {
        for head in [
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx",
            "HTTP/1.1 200 OK",
        ] {
            assert!(response(head.as_bytes(), 100).unwrap().is_none(), "{head}");
        }
        assert_eq!(host("https://www.Post.example:8080/a?b"), Some("post.example".into()));
        assert_eq!(host("dns:post.example"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let with_head = [&b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: deflate\r\n\r\n"[..], &bytes].concat();
            let _ = response(&with_head, 50);
            let _ = unchunked(&bytes);
        }
    }
}
