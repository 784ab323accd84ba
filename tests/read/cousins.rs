//! Formats as other houses write them: other separators, prefixes, encodings, names.

use retold::article::Article;
use retold::read::{FieldNames, ReadOptions, RejectionKind};

use super::support::{Opened, gzip, open, options};

pub(super) const ONE: &str = "The ferry to the island will not sail before Monday, its owner said.";
pub(super) const TWO: &str =
    "Its engine broke on Friday; \"a new one has to come from the mainland\", he added.";

pub(super) fn opened(file: &str, bytes: &[u8], options: ReadOptions) -> (Opened, Vec<Article>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, bytes).unwrap();
    let opened = open(&[path], options);
    let seen = opened.all_agree();
    (opened, seen.into_iter().map(|seen| seen.article).collect())
}

/// The articles of a file in which nothing is wrong.
pub(super) fn articles(file: &str, bytes: impl AsRef<[u8]>) -> Vec<Article> {
    let (opened, articles) = opened(file, bytes.as_ref(), options(4096));
    assert!(opened.rejected().is_empty(), "{file}: {:?}", opened.rejected());
    articles
}

pub(super) fn only(file: &str, bytes: impl AsRef<[u8]>) -> Article {
    let mut all = articles(file, bytes);
    assert_eq!(all.len(), 1, "{file}");
    all.remove(0)
}

pub(super) fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn tables_of_any_separator_line_end_and_encoding() {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let text = format!("{ONE}\n\n{TWO}");
    for separator in [',', ';', '\t', '|'] {
        for end in ["\n", "\r\n", "\r"] {
            let row = |cells: [&str; 3]| cells.map(quoted).join(&separator.to_string()) + end;
            let table =
                row(["ID", "Date", "Text"]) + &row(["é;1,2|3\t", "2031-02-06", &text]) + &row(["b", "", ONE]);
            let said = format!("sep={separator}{end}{table}");
            let latin = encoding_rs::WINDOWS_1252.encode(&table).0.into_owned();
            for bytes in [
                table.clone().into_bytes(),
                utf16(&table, true),
                utf16(&table, false),
                said.into_bytes(),
                latin,
            ] {
                let read = articles("a.csv", &bytes);
                assert_eq!(read.len(), 2, "{separator:?} {end:?}");
                assert_eq!(
                    (read[0].id.as_str(), &read[0].text),
                    ("é;1,2|3\t", &text),
                    "{separator:?} {end:?}"
                );
                assert_eq!((read[0].date.as_deref(), read[1].date.as_deref()), (Some("2031-02-06"), None));
            }
        }
    }
}

#[test]
fn columns_go_by_the_names_that_are_asked_for_else_by_usual_ones() {
    let table = format!("Article_ID;Headline;Published;Outlet;Body\n7;Ferry;06.02.2031;Post;\"{ONE}\"\n");
    let read = only("a.csv", &table);
    assert_eq!(
        (read.id.as_str(), read.title.as_deref(), read.source.as_deref()),
        ("7", Some("Ferry"), Some("Post"))
    );
    assert_eq!(read.text, ONE);
    let names = FieldNames { text: "content".into(), ..FieldNames::default() };
    let (asked, _) = opened("a.csv", table.as_bytes(), ReadOptions { field_names: names, ..options(4096) });
    assert_eq!(asked.kinds(), [(RejectionKind::MissingField, None)]);
    // which of two was meant is not guessed
    let (two, _) = opened("a.csv", b"id,body,content\n1,a b c,d e f\n", options(4096));
    assert!(two.rejected()[0].reason.contains("no column is named `text`"), "{:?}", two.rejected());
    let date_format = retold::dates::DateFormat::parse("eu").unwrap();
    let (_, dated) =
        opened("a.csv", b"text,date\none two,06/02/2031\n", ReadOptions { date_format, ..options(4096) });
    assert_eq!(dated[0].date.as_deref(), Some("2031-02-06T00:00:00Z"));
}

#[test]
fn feeds_with_pictures_of_their_own_titles_and_whole_descriptions() {
    let long = format!("<p>{}</p><p>{}</p>", ONE.repeat(6), TWO.repeat(6));
    let escaped = long.replace('<', "&lt;").replace('>', "&gt;");
    let feed = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>Post</title>\
         <item><media:title>A picture</media:title><media:content url=\"a.jpg\"/><media:description>Seen from the shore\
         </media:description><title>Ferry &amp;amp; crew</title><link>https://post.example/1</link><description>{escaped}\
         </description><pubDate>Thu, 6 Feb 2031 09:00 +0000</pubDate></item></channel></rss>"
    );
    let read = only("a.xml", &feed);
    assert_eq!((read.title.as_deref(), read.id.as_str()), (Some("Ferry & crew"), "https://post.example/1"));
    assert!(read.text.starts_with(ONE) && read.text.contains("\n\n"), "{}", read.text);
    assert_eq!(read.unix_seconds(), retold::article::iso_seconds("2031-02-06T09:00:00Z"));
    let summary = feed.replace(&escaped, "Only the beginning of it.");
    assert_eq!(
        opened("a.xml", summary.as_bytes(), options(4096)).0.kinds(),
        [(RejectionKind::EmptyText, None)]
    );

    let prefixed = format!(
        "<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>Post</a:title><a:entry><a:id>urn:1</a:id><a:title>Ferry</a:title>\
         <a:updated>2031-02-06T09:00:00Z</a:updated><a:content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">\
         <p>{ONE}</p><p>{TWO}</p></div></a:content></a:entry></a:feed>"
    );
    assert_eq!(only("a.xml", &prefixed).text, format!("{ONE}\n\n{TWO}"));
    let rdf = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rdf:RDF xmlns:rdf=\"x\" xmlns=\"http://purl.org/rss/1.0/\" \
         xmlns:content=\"y\" xmlns:dc=\"z\"><channel><title>Caf\u{e9}</title></channel><item rdf:about=\"u\"><title>Ferry</title>\
         <link>https://post.example/2</link><dc:date>2031-02-06</dc:date><content:encoded><![CDATA[<p>{ONE} \u{e9}</p>]]>\
         </content:encoded></item></rdf:RDF>"
    );
    let latin = encoding_rs::WINDOWS_1252.encode(&rdf).0.into_owned();
    let read = only("a.rdf", latin);
    assert_eq!((read.text, read.source.as_deref()), (format!("{ONE} é"), Some("Café")));
}

#[test]
fn newsml_g2_of_other_prefixes_and_classes() {
    let item = |class: &str, name: &str| {
        format!(
            "<nar:newsItem guid=\"{name}\" version=\"3\"><nar:itemMeta><nar:itemClass {class}/><nar:provider qcode=\"nprov:NW\">\
             <nar:name>Northwire</nar:name></nar:provider><nar:versionCreated>20310206T090000Z</nar:versionCreated>\
             <nar:pubStatus qcode=\"stat:canceled\"/></nar:itemMeta><nar:contentMeta><nar:headline>Ferry</nar:headline>\
             </nar:contentMeta><nar:contentSet><nar:inlineXML><x:html xmlns:x=\"http://www.w3.org/1999/xhtml\"><x:body><x:p>{ONE}\
             </x:p><x:p>{TWO}</x:p></x:body></x:html></nar:inlineXML></nar:contentSet></nar:newsItem>"
        )
    };
    let picture = item("uri=\"http://cv.iptc.org/newscodes/ninature/picture\"", "p");
    let message = format!(
        "<nar:newsMessage xmlns:nar=\"http://iptc.org/std/nar/2006-10-01/\"><nar:itemSet>{}{picture}{}</nar:itemSet></nar:newsMessage>",
        item("qcode=\"ninat:text\"", "a"),
        item("uri=\"http://cv.iptc.org/newscodes/ninature/text\"", "b"),
    );
    let read = articles("a.xml", &message);
    assert_eq!(read.iter().map(|article| article.id.as_str()).collect::<Vec<_>>(), ["a#3", "b#3"]);
    assert_eq!(
        (read[0].text.as_str(), read[0].source.as_deref()),
        (&*format!("{ONE}\n\n{TWO}"), Some("Northwire"))
    );
    assert_eq!(read[0].date.as_deref(), Some("2031-02-06T09:00:00Z"));
}

#[test]
fn nitf_of_other_houses() {
    let bodies = [
        format!("<p>{ONE}</p><p>{TWO}</p>"),
        format!("<block><p lede=\"true\">{ONE}</p>\n<p>{TWO}</p></block>"),
        format!(
            "<block class=\"content\"><hl2>{ONE}</hl2><p>{TWO}</p></block><block><media media-type=\"image\"><media-caption>\
                 No text</media-caption></media></block>"
        ),
    ];
    let dates = [
        "<date.issue norm=\"20310206T090000Z\"/>",
        "<date.issue norm=\"20310206T090000+0000\"/>",
        "<date.issue norm=\"2031-02-06T10:00:00+01:00\"/>",
        "<date.release norm=\"Thu, 06 Feb 2031 09:00:00 GMT\"/>",
    ];
    for (body, date) in bodies.iter().flat_map(|body| dates.iter().map(move |date| (body, date))) {
        let nitf = format!(
            "<nitf xmlns=\"http://iptc.org/std/NITF/2006-10-18/\" version=\"-//IPTC//DTD NITF 3.5//EN\"><head><docdata>{date}\
             <doc-id id-string=\"n1\" regsrc=\"NW\"/></docdata></head><body><body.head><hedline><hl1><em>Ferry</em> waits</hl1>\
             </hedline></body.head><body.content>{body}</body.content></body></nitf>"
        );
        let read = only("a.xml", &nitf);
        assert_eq!((read.text, read.title.as_deref()), (format!("{ONE}\n\n{TWO}"), Some("Ferry waits")));
        assert_eq!(
            read.date.as_deref().and_then(retold::article::iso_seconds),
            retold::article::iso_seconds("2031-02-06T09:00:00Z")
        );
    }
}

#[test]
fn ninjs_of_all_versions_alone_in_lines_and_in_arrays() {
    let html = serde_json::json!(format!("<p>{ONE}</p><p>{TWO}</p>"));
    let first = format!(
        "{{\"uri\": \"u1\", \"type\": \"text\", \"versioncreated\": \"2031-02-06T09:00:00Z\", \"body_html\": {html}}}"
    );
    let second = format!(
        "{{\"uri\": \"u2\", \"type\": \"text\", \"versioncreated\": \"2031-02-06T09:00:00Z\", \"headlines\": [{{\"value\": \"Ferry\"}}], \
         \"bodies\": [{{\"role\": \"main\", \"contenttype\": \"text/html\", \"value\": {html}}}]}}"
    );
    let third = second
        .replace("versioncreated", "versionCreated")
        .replace("contenttype", "contentType")
        .replace("u2", "u3");
    let all = [first, second, third];
    for (file, bytes) in [
        ("a.json", format!("[{}]", all.join(",\n"))),
        ("a.jsonl", all.join("\n") + "\n"),
        ("a.ninjs", all.join("\n\n")),
    ] {
        let read = articles(file, &bytes);
        assert_eq!(
            read.iter().map(|article| article.id.as_str()).collect::<Vec<_>>(),
            ["u1", "u2", "u3"],
            "{file}"
        );
        assert!(read.iter().all(|article| article.text == format!("{ONE}\n\n{TWO}")), "{file}: {read:?}");
    }
}

pub(super) fn warc_record(kind: &str, address: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nwarc-type: {kind}\r\nWARC-Date: 2031-02-06T09:00:00.123Z\r\nWARC-Target-URI: <{address}>\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

/// A page in ISO 8859-1 that says so itself, compressed by brotli.
#[cfg(feature = "html")]
const BROTLI: &str = "1b5801208cd4638d6e1cc8d269213ae2d10174df2b609bf328de94b5dca5008c532f703a39707a16a689e4ad2d4b28e6961ddc86cf23140bf20b099f68\
    608bf6b2e09a43e043af7bd697ae6b9ca072ecfa0c205d9f5f3f4ac6d7e1d7240ec7c804c784fb745c16624c72f1900d5fc18a4c03b24c8545f1eb5857a6\
    415e676a4153a65d27bc8b4f3488c171c3f35a73c64748864dfc5a4e67c1c46fe526e6d06b7244635a59f672c2931a8c9519ffe2b0845c58b0d1a701b2663\
    8e5bc9950c34e6fc49fc6e4945606547398384a2de89a1c98d1835f614abe1878b85e30";

#[cfg(feature = "html")]
#[test]
fn pages_of_archives_come_in_chunks_compressed_and_in_old_encodings() {
    let brotli: Vec<u8> = (0..BROTLI.len() / 2)
        .map(|at| u8::from_str_radix(&BROTLI[at * 2..at * 2 + 2], 16).unwrap())
        .collect();
    let mut response =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in brotli.chunks(50) {
        response.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
        response.extend_from_slice(chunk);
        response.extend_from_slice(b"\r\n");
    }
    response.extend_from_slice(b"0\r\n\r\n");
    let http = "application/http;msgtype=response";
    let records = [
        warc_record("warcinfo", "", "application/warc-fields", b"software: none\r\n"),
        warc_record("response", "https://www.post.example/mill", http, &response),
        warc_record("revisit", "https://www.post.example/mill", http, b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        warc_record("metadata", "https://www.post.example/mill", "application/warc-fields", b"a: b"),
    ];
    let whole = records.concat();
    let packed: Vec<u8> = records.iter().flat_map(|record| gzip(record)).collect();
    for (file, bytes) in [("a.warc", whole), ("a.warc.gz", packed)] {
        let read = only(file, &bytes);
        assert!(
            read.text.contains("Das Mühlrad über der Brücke") && read.text.contains("\n\n"),
            "{}",
            read.text
        );
        assert_eq!((read.source.as_deref(), read.date), (Some("post.example"), None));
        assert_eq!(read.provenance.unwrap().fetched.as_deref(), Some("2031-02-06T09:00:00.123Z"));
    }
}

#[test]
fn revisits_are_counted() {
    #[derive(Default)]
    struct Notes(std::sync::Mutex<Vec<retold::read::ReadingNote>>);
    impl retold::read::RejectionSink for Notes {
        fn reject(&self, rejection: retold::read::Rejection) {
            panic!("{rejection:?}");
        }

        fn note(&self, note: retold::read::ReadingNote) {
            self.0.lock().unwrap().push(note);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.warc");
    let revisit = warc_record("revisit", "https://post.example/a", "application/http", b"");
    let text = warc_record("conversion", "https://post.example/b", "text/plain", ONE.as_bytes());
    std::fs::write(&path, [&revisit[..], &text, &revisit].concat()).unwrap();
    let notes = std::sync::Arc::new(Notes::default());
    let corpus = retold::read::Corpus::open(&[path], options(64), notes.clone()).unwrap();
    for _ in 0..2 {
        retold::collection::Collection::pass(&corpus, |_| (), |()| Ok(())).unwrap();
        assert_eq!(*notes.0.lock().unwrap(), [retold::read::ReadingNote::Revisits { count: 2 }]);
    }
}
