//! Formats as nobody is meant to write them, and some do.

use retold::read::RejectionKind;

use super::cousins::{ONE, TWO, articles, only, opened, utf16, warc_record};
use super::support::options;

#[test]
fn json_in_utf_16() {
    let array = serde_json::json!([{"id": "é", "text": ONE}, {"id": "b", "text": TWO}]).to_string();
    let ninjs =
        serde_json::json!({"uri": "u", "versioncreated": "2031-02-06", "body_html": format!("<p>{ONE}</p>")});
    for is_little in [true, false] {
        let read = articles("a.json", utf16(&array, is_little));
        assert_eq!((read[0].id.as_str(), read[1].text.as_str()), ("é", TWO));
        assert_eq!(only("a.json", utf16(&ninjs.to_string(), is_little)).text, ONE);
        // lines are read where they lie: refused as a whole, and not line by line
        let lines = utf16("{\"id\": \"a\"}\n{\"id\": \"b\"}\n", is_little);
        let kinds = opened("a.jsonl", &lines, options(4096)).0.kinds();
        assert_eq!(kinds, [(RejectionKind::InvalidUtf8, None)]);
    }
}

#[test]
fn tables_of_other_separators_than_their_names_say() {
    for separator in [",", ";", "|"] {
        let read = only("a.tsv", format!("id{separator}text\na{separator}One\tof them\n"));
        assert_eq!((read.id.as_str(), read.text.as_str()), ("a", "One\tof them"));
    }
}

#[test]
fn a_cell_that_is_but_a_mark_of_byte_order_is_empty() {
    let mark = |before: &str, mark: &[u8], after: &str| [before.as_bytes(), mark, after.as_bytes()].concat();
    for bytes in [b"\xFE\xFF", b"\xFF\xFE"] {
        assert_eq!(only("a.csv", mark("id;text\n", bytes, &format!(";{ONE}\n"))).id, "a.csv#2");
        let (opened, read) = opened("a.csv", &mark("id;text\na;", bytes, "\n"), options(4096));
        assert!(read.is_empty());
        assert_eq!(opened.kinds(), [(RejectionKind::EmptyText, Some(2))]);
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_named() {
    let (opened, read) = opened("a.csv", b"id,text\na,He said \"no\"\nb,\"Yes\nc,Plain\n", options(4096));
    assert_eq!(read.into_iter().map(|article| article.id).collect::<Vec<_>>(), ["a"]);
    assert_eq!(opened.kinds(), [(RejectionKind::Truncated, Some(3))]);
}

/// Ids and texts of a table.
fn cells(name: &str, table: &str) -> Vec<(String, String)> {
    articles(name, table).into_iter().map(|article| (article.id, article.text)).collect()
}

fn pairs<const N: usize>(rows: [(&str, &str); N]) -> Vec<(String, String)> {
    rows.map(|(id, text)| (id.to_owned(), text.to_owned())).into()
}

#[test]
fn quotation_marks_between_tabs_may_be_plain_text() {
    let table = "id\ttext\n1\t\"We won,\" he said.\n2\tPlain words.\n3\t\"We lost, and it was long.\n4\tMore words.\n\
                 5\tOne more \"quoted\" row.\n6\t\"It ends\n7\tso.\"\n8\t\"Left open\n";
    let read = pairs([
        ("1", "\"We won,\" he said."),
        ("2", "Plain words."),
        ("3", "\"We lost, and it was long."),
        ("4", "More words."),
        ("5", "One more \"quoted\" row."),
        ("6", "\"It ends"),
        ("7", "so.\""),
        ("8", "\"Left open"),
    ]);
    assert_eq!(cells("a.tsv", table), read);
    // what RFC 4180 says of them stays
    let sound = "id\ttext\n1\t\"One paragraph.\n\nAnother \"\"one\"\".\"\n2\t\"a\tb\"\n";
    assert_eq!(cells("a.tsv", sound), pairs([("1", "One paragraph.\n\nAnother \"one\"."), ("2", "a\tb")]));
}

#[test]
fn quotation_marks_may_be_escaped_by_a_backslash() {
    let table = "id,text\n1,\"He said \\\"no\\\", and left.\"\n2,\"One.\n\nShe said \\\"yes\\\".\"\n3,\"C:\\\\dir\"\n";
    let read =
        pairs([("1", "He said \"no\", and left."), ("2", "One.\n\nShe said \"yes\"."), ("3", "C:\\dir")]);
    assert_eq!(cells("a.csv", table), read);
    let doubled = "id,text\n1,\"It is in C:\\dir\\\"\n2,\"He said \"\"no\"\".\"\n";
    assert_eq!(cells("a.csv", doubled), pairs([("1", "It is in C:\\dir\\"), ("2", "He said \"no\".")]));
}

#[test]
fn rows_whose_quotation_marks_are_odd_keep_them_or_are_named() {
    let table = "id,text\n1,\"We won,\" he said.\n2,\"One.\nHe said \"no\" and left.\"\n3,\"We lost,\" he said, \"today.\"\n\
                 4,\"Never closed\n5,\"Sound, it seems\"\n6,Plain\n";
    let (opened, read) = opened("a.csv", table.as_bytes(), options(4096));
    let read: Vec<_> = read.into_iter().map(|article| (article.id, article.text)).collect();
    assert_eq!(read, pairs([("1", "\"We won,\" he said."), ("6", "Plain")]));
    assert_eq!(opened.kinds(), [3, 5, 6].map(|line| (RejectionKind::WrongType, Some(line))));
    assert!(opened.rejected()[0].reason.ends_with("(lines 3 to 4)"), "{}", opened.rejected()[0].reason);
}

#[test]
fn feeds_with_addresses_that_leave_out_their_beginning() {
    let item = |link: &str| {
        format!(
            "<item><title>Ferry</title><link>{link}</link><content:encoded xmlns:content=\"c\"><![CDATA[<p>{ONE}</p>]]>\
             </content:encoded></item>"
        )
    };
    let rss = format!(
        "<rss version=\"2.0\"><channel><title>Post</title><link>https://post.example/news/</link>{}{}{}</channel></rss>",
        item("/a/1"),
        item("//cdn.example/2"),
        item("3.html")
    );
    let read = articles("a.rss", rss);
    let addresses: Vec<&str> = read.iter().filter_map(|article| article.url.as_deref()).collect();
    assert_eq!(
        addresses,
        ["https://post.example/a/1", "https://cdn.example/2", "https://post.example/news/3.html"]
    );
    assert_eq!(read[0].id, "https://post.example/a/1");
    let atom = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://post.example/\"><title>Post</title><entry xml:base=\"2031/\">\
         <id>urn:1</id><link href=\"a\"/><content type=\"text\">{ONE}</content></entry></feed>"
    );
    assert_eq!(only("a.atom", atom).url.as_deref(), Some("https://post.example/2031/a"));
}

#[test]
fn items_of_feeds_that_are_numbered_have_ids_of_their_feeds() {
    let feed = |head: &str, guids: &[&str]| {
        let items = guids.iter().fold(String::new(), |all, guid| {
            let text = format!(
                "<content:encoded xmlns:content=\"c\"><![CDATA[<p>{ONE} {guid}</p>]]></content:encoded>"
            );
            all + &format!("<item><guid isPermaLink=\"false\">{guid}</guid>{text}</item>")
        });
        format!("<rss version=\"2.0\"><channel><title>Post</title>{head}{items}</channel></rss>")
    };
    let ids = |file: &str, head: &str, guids: &[&str]| -> Vec<String> {
        articles(file, feed(head, guids)).into_iter().map(|article| article.id).collect()
    };
    let plain = ids("a.rss", "", &["1", "urn:x:2"]);
    assert!(plain[0].ends_with("a.rss#guid=1") && plain[1] == "urn:x:2", "{plain:?}");
    assert_ne!(plain[0], ids("b.rss", "", &["1"])[0]);
    // of one feed that was kept twice the items are the same
    let site = "<link>https://post.example/</link>";
    assert_eq!(ids("monday.rss", site, &["1"]), ["https://post.example/#guid=1"]);
    let own =
        format!("{site}<atom:link rel=\"self\" xmlns:atom=\"a\" href=\"https://post.example/rss?a&amp;b\"/>");
    assert_eq!(ids("tuesday.rss", &own, &["1"]), ["https://post.example/rss?a&b#guid=1"]);
}

#[test]
fn exports_of_wordpress_without_what_its_pages_replace() {
    let export = format!(
        "<rss version=\"2.0\" xmlns:content=\"c\" xmlns:wp=\"w\"><channel><title>Blog</title><item><title>Ferry</title>\
         <link>https://blog.example/1</link><content:encoded><![CDATA[<!-- wp:paragraph --><p>{ONE}</p>\
         [caption id=\"x\"]<img src=\"a\"/> Seen from the shore[/caption]<p>{TWO} [sic]</p>[gallery ids=\"1\"]]]></content:encoded>\
         <wp:post_date>2031-02-06 09:00:00</wp:post_date><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>\
         </channel></rss>"
    );
    let read = only("a.xml", export);
    assert_eq!(read.text, format!("{ONE}\n\n{TWO} [sic]"));
    assert!(read.date.is_some_and(|date| date.starts_with("2031-02-06")));
}

#[test]
fn markup_that_is_written_as_text() {
    for body in [
        format!("<![CDATA[<p>{ONE}</p><p>{TWO}</p>]]>"),
        format!("<block><![CDATA[<p>{ONE}</p><p>{TWO}</p>]]></block>"),
        format!("{ONE}\n\n{TWO}"),
    ] {
        let nitf = format!("<nitf><body><body.content>{body}</body.content></body></nitf>");
        assert_eq!(only("a.xml", nitf).text, format!("{ONE}\n\n{TWO}"), "{body}");
    }
}

#[test]
fn messages_whose_text_is_written_in_letters_for_its_bytes() {
    let message = |encoding: &str, data: &str| {
        format!(
            "<newsItem guid=\"a\"><contentSet><inlineData contenttype=\"text/plain\" encoding=\"{encoding}\">{data}\
             </inlineData></contentSet></newsItem>"
        )
    };
    let read = only(
        "a.xml",
        message("http://cv.iptc.org/newscodes/encd/base64", "w6kgVGhlIGZlcnJ5\n  IHdhaXRzLg=="),
    );
    assert_eq!(read.text, "é The ferry waits.");
    let packed = message("x:gzip", "H4sIAAAAAAAA").into_bytes();
    assert_eq!(opened("a.xml", &packed, options(4096)).0.kinds(), [(RejectionKind::EmptyText, None)]);
}

#[test]
fn feather_of_its_first_version_is_refused_by_name() {
    let (opened, _) = opened("a.feather", b"FEA1 and more that is no Arrow", options(4096));
    assert_eq!(opened.kinds(), [(RejectionKind::UnknownFormat, None)]);
}

#[cfg(feature = "html")]
fn page(body: &str) -> String {
    format!("<html><head><title>Fähre</title></head><body><article><p>{body}</p></article></body></html>")
}

/// Letters that no page is, and pages that are in another encoding than they say.
#[cfg(feature = "html")]
#[test]
fn pages_that_say_a_false_encoding() {
    let http = "application/http;msgtype=response";
    let answer = |body: &[u8]| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
        warc_record("response", "https://post.example/a", http, &[&head[..], body].concat())
    };
    let text = format!("Die Fähre fährt nicht über den Fluß. {}", ONE.repeat(4));
    let latin = encoding_rs::WINDOWS_1252.encode(&page(&text)).0.into_owned();
    assert_eq!(only("a.warc", answer(&latin)).text, text);
    // a few damaged places are no reason to lose the page
    let damaged = [page(&text).as_bytes(), b"\xFF"].concat();
    assert!(only("a.warc", answer(&damaged)).text.starts_with(&text));
    let picture: Vec<u8> = (0..2000_u32).map(|i| (i * 7919 % 251) as u8 | 0x80).collect();
    assert!(opened("a.warc", &answer(&picture), options(4096)).1.is_empty());
}

/// A comparison in a script is no element, and neither is what draws a picture.
#[cfg(feature = "html")]
#[test]
fn pages_with_long_scripts_and_drawings() {
    let script = "<script>for(i=0;i<n;i++)if(a<t)b(c<d);</script>".repeat(400);
    let drawing = "<svg><path d='M0 0'/><circle r='1'/></svg>".repeat(400);
    let text = [ONE, TWO].join(" ").repeat(3);
    assert_eq!(only("a.html", page(&text).replace("<body>", &format!("<body>{script}{drawing}"))).text, text);
}
