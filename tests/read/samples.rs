//! The same three invented stories in every format that is read.

use std::fmt::Write;

/// What a format should give of a story, where it has a place for it.
pub struct Story {
    pub name: &'static str,
    pub title: &'static str,
    pub date: &'static str,
    pub paragraphs: [&'static str; 3],
}

pub const STORIES: [Story; 3] = [
    Story {
        name: "nw-501",
        title: "Mill shuts after flood",
        date: "2031-03-09T16:42:00Z",
        paragraphs: [
            "HOLM, Sundria (Northwire) - The last water mill on the Arle shut on Monday after the river carried its wheel away, its owner said.",
            "\"We had an hour to get the grain out & nobody was hurt,\" Berit Aas told reporters on the bank, where neighbours had come with carts.",
            "The mill has ground rye for the town since 1788. A new wheel would cost 90,000 marks, which is more than the mill earns in ten years.",
        ],
    },
    Story {
        name: "nw-502",
        title: "Café reopens in old depot",
        date: "2031-03-10T08:00:00Z",
        paragraphs: [
            "VESTBY (Northwire) - The tram depot in Vestby, empty since the line to the harbour was given up, opened again on Tuesday as a café.",
            "Its rails were left in the floor. Guests sit in two carriages of 1926 that volunteers found in a barn and scraped clean over three winters.",
            "The council pays the rent for the first year; after that, said Jon Myhre, who runs it, coffee has to carry the roof.",
        ],
    },
    Story {
        name: "nw-503",
        title: "Seals return to the sound",
        date: "2031-03-11T11:30:00Z",
        paragraphs: [
            "LILLESUND (Northwire) - Biologists counted 214 grey seals on the skerries off Lillesund this week, four times as many as ten years ago.",
            "The animals had all but gone when the paper works upstream bleached with chlorine. The works changed its process in 2019.",
            "Fishermen see it with mixed feelings: a seal takes five kilos of fish a day, said their chairman, and mends no nets.",
        ],
    },
];

impl Story {
    pub fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }

    fn html(&self) -> String {
        self.paragraphs.iter().fold(String::new(), |mut html, paragraph| {
            let _ = writeln!(html, "<p>{}</p>", escaped(paragraph));
            html
        })
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn json(story: &Story) -> serde_json::Value {
    serde_json::json!({
        "id": story.name, "title": story.title, "date": story.date, "source": "Northwire", "text": story.text(),
    })
}

/// A file of one format: its name, its bytes, and which stories are in it.
pub struct Sample {
    pub file: &'static str,
    pub bytes: Vec<u8>,
    pub stories: std::ops::Range<usize>,
    /// Whether the format's articles have a date.
    pub has_date: bool,
}

fn sample(file: &'static str, text: impl Into<Vec<u8>>, stories: std::ops::Range<usize>) -> Sample {
    let has_date = !file.contains(".wet");
    Sample { file, bytes: text.into(), stories, has_date }
}

/// One sample of each format or spelling of it.
pub fn samples() -> Vec<Sample> {
    let mut all = vec![
        sample("a.json", serde_json::to_string_pretty(&json(&STORIES[0])).unwrap(), 0..1),
        sample(
            "array.json",
            serde_json::to_string(&STORIES.iter().map(json).collect::<Vec<_>>()).unwrap(),
            0..3,
        ),
        sample("a.csv", table(',', "\r\n"), 0..3),
        sample("semicolon.csv", table(';', "\n"), 0..3),
        sample("a.tsv", table('\t', "\n"), 0..3),
        sample("a.wet", wet(), 0..3),
        sample("nitf.xml", nitf(&STORIES[0]), 0..1),
        sample("g2.xml", newsml_g2(), 0..3),
        sample("newsml1.xml", newsml_1(&STORIES[1]), 1..2),
        sample("ninjs1.json", ninjs_1(&STORIES[2]), 2..3),
        sample("ninjs3.json", ninjs_3(&STORIES[2]), 2..3),
        sample("message.anpa", anpa(&STORIES[0]), 0..1),
        sample("message.iptc", iptc7901(&STORIES[2]), 2..3),
        sample("feed.rss", rss(), 0..3),
        sample("feed.atom", atom(), 0..3),
    ];
    if cfg!(feature = "html") {
        all.push(sample("page.html", page(&STORIES[0]), 0..1));
        all.push(sample("crawl.warc", warc(), 0..3));
    }
    #[cfg(feature = "parquet")]
    all.extend(super::columnar::samples());
    all
}

fn table(delimiter: char, line_end: &str) -> String {
    let mut text = String::from("\u{feff}");
    let cell = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut row = |cells: [&str; 5]| {
        text.push_str(&cells.map(cell).join(&delimiter.to_string()));
        text.push_str(line_end);
    };
    row(["id", "Title", "date", "source", "text"]);
    for story in &STORIES {
        row([story.name, story.title, story.date, "Northwire", &story.text()]);
    }
    text
}

fn record(kind: &str, name: &str, content: &str) -> String {
    let mut headers = format!("WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2040-01-01T00:00:00Z\r\n");
    if kind != "warcinfo" {
        headers += &format!("WARC-Target-URI: https://www.northwire.example/{name}\r\n");
    }
    let content_type = match kind {
        "response" => "application/http; msgtype=response",
        _ => "text/plain",
    };
    format!(
        "{headers}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{content}\r\n\r\n",
        content.len()
    )
}

fn wet() -> String {
    let info = record("warcinfo", "", "software: none");
    STORIES.iter().fold(info, |all, story| all + &record("conversion", story.name, &story.text()))
}

fn warc() -> String {
    let mut all = record("warcinfo", "", "software: none");
    for story in &STORIES {
        let page = page(story);
        all += &record("request", story.name, "GET / HTTP/1.1\r\n\r\n");
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
        all += &record("response", story.name, &format!("{head}\r\n{page}"));
    }
    all + &record(
        "response",
        "gone",
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>gone</html>",
    )
}

fn page(story: &Story) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | Northwire</title>\n\
         <meta property=\"og:site_name\" content=\"Northwire\"><meta property=\"og:title\" content=\"{title}\">\n\
         <meta property=\"article:published_time\" content=\"{date}\">\n\
         <link rel=\"canonical\" href=\"https://northwire.example/{name}\"><style>p {{ color: red }}</style></head>\n\
         <body><nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/sport\">Sport</a></li></ul></nav>\n\
         <article><h1>{title}</h1>\n{html}</article><aside><p>Read on</p></aside><footer>© Northwire</footer>\n\
         <script>var a = \"<p>no text</p>\";</script></body></html>",
        title = story.title,
        date = story.date,
        name = story.name,
        html = story.html(),
    )
}

fn nitf(story: &Story) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nitf SYSTEM \"nitf-3-4.dtd\">\n<nitf><head><title>{title}</title>\
         <docdata><doc-id id-string=\"{name}\"/><date.issue norm=\"20310309T164200Z\"/></docdata></head>\n<body><body.head>\
         <hedline><hl1>{title}</hl1></hedline><distributor>Northwire</distributor></body.head><body.content>\n\
         <media media-type=\"image\"><media-caption><p>The wheel in the river</p></media-caption></media>\n{html}\
         <p>___</p><p>Calls to Northwire, 555 0100.</p></body.content></body></nitf>",
        title = story.title,
        name = story.name,
        html = story.html(),
    )
}

fn newsml_g2() -> String {
    let items = STORIES.iter().fold(String::new(), |all, story| {
        let content = match story.name {
            "nw-502" => format!("<n:inlineData contenttype=\"text/plain\">{}</n:inlineData>", escaped(&story.html())),
            _ => format!(
                "<n:inlineXML contenttype=\"application/xhtml+xml\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><head>\
                 <title>{}</title></head><body>{}</body></html></n:inlineXML>",
                story.title,
                story.html()
            ),
        };
        all + &format!(
            "<n:newsItem guid=\"{name}\" version=\"1\"><n:itemMeta><n:itemClass qcode=\"icls:text\"/>\
             <n:provider literal=\"Northwire\"/><n:versionCreated>{date}</n:versionCreated></n:itemMeta>\
             <n:contentMeta><n:headline>{title}</n:headline></n:contentMeta><n:contentSet>{content}</n:contentSet>\
             </n:newsItem>\n",
            name = story.name,
            date = story.date,
            title = story.title,
        )
    });
    format!(
        "<?xml version=\"1.0\"?>\n<n:newsMessage xmlns:n=\"http://iptc.org/std/nar/2006-10-01/\"><n:header><n:sent>\
         2031-03-12T00:00:00Z</n:sent></n:header><n:itemSet>{items}<n:newsItem guid=\"picture\"><n:itemMeta>\
         <n:itemClass qcode=\"icls:picture\"/></n:itemMeta></n:newsItem></n:itemSet></n:newsMessage>"
    )
}

fn newsml_1(story: &Story) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<NewsML><NewsItem xml:lang=\"en\"><Identification><NewsIdentifier><NewsItemId>{name}</NewsItemId>\
         <RevisionId PreviousRevision=\"0\" Update=\"N\">1</RevisionId></NewsIdentifier></Identification>\
         <NewsManagement><ThisRevisionCreated>{date}</ThisRevisionCreated></NewsManagement><NewsComponent>\
         <NewsLines><HeadLine>{title}</HeadLine></NewsLines><AdministrativeMetadata><Provider><Party FormalName=\"Northwire\"/>\
         </Provider></AdministrativeMetadata><NewsComponent><ContentItem><DataContent><nitf><body><body.content>{html}\
         </body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>",
        name = story.name,
        date = story.date,
        title = story.title,
        html = story.html(),
    )
}

fn ninjs_1(story: &Story) -> String {
    let item = serde_json::json!({
        "uri": story.name, "type": "text", "version": "1", "versioncreated": story.date, "headline": story.title,
        "pubstatus": "usable", "language": "en", "provider": "Northwire", "body_html": story.html(),
        "body_text": format!("{}\n\n{}", story.title, story.text()),
    });
    serde_json::to_string_pretty(&item).unwrap()
}

fn ninjs_3(story: &Story) -> String {
    let item = serde_json::json!({
        "uri": story.name, "type": "text", "version": "1", "versionCreated": story.date, "pubStatus": "usable",
        "headlines": [{"role": "main", "value": story.title}], "language": "en", "source": "Northwire",
        "bodies": [{"role": "summary", "value": "A summary."},
            {"role": "main", "contentType": "text/plain", "value": "Not this."},
            {"role": "main", "contentType": "text/html", "value": story.html()}],
    });
    serde_json::to_string(&item).unwrap()
}

/// Lines of at most 60 letters.
fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.len() + word.len() > 60 {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

fn anpa(story: &Story) -> String {
    let mut text = format!(
        "\u{16}\u{16}\u{1}k0501\u{1f}_ n bc-mill 03-09 0120\u{1f}\r\n\u{2}^BC-MILL<\r\n^{}<\r\n^By A. WRITER=\r\n",
        story.title
    );
    for paragraph in story.paragraphs {
        let _ = write!(text, "   {}<\r\n", wrapped(paragraph).join("<\r\n"));
    }
    text + "\u{3}\r\nNW-03-09-31 1642GMT<\r\n\u{4}"
}

fn iptc7901(story: &Story) -> String {
    let mut text =
        format!("\u{1}nwa0503 4 i 120  nwa 0503\r\n\r\nLillesund/seals/\r\n\u{2}{} =\r\n\r\n", story.title);
    for paragraph in story.paragraphs {
        let _ = write!(text, "{}\r\n\r\n", wrapped(paragraph).join("\r\n"));
    }
    text + "* * * *\r\nThe following information is not for publication\r\nnwa ab\r\n\u{3}111130 GMT Mar 31\r\n\u{4}"
}

fn rss() -> String {
    let items = STORIES.iter().fold(String::new(), |all, story| {
        all + &format!(
            "<item><title>{title}</title><link>https://northwire.example/{name}</link><guid isPermaLink=\"false\">{name}</guid>\
             <pubDate>{date}</pubDate><description>Only the beginning …</description>\
             <content:encoded><![CDATA[{html}<p></p><!-- </item> -->]]></content:encoded></item>\n",
            title = escaped(story.title),
            name = story.name,
            date = mail_date(story.date),
            html = story.html(),
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
         <channel><title>Northwire</title><language>en</language>\n{items}</channel></rss>"
    )
}

fn mail_date(date: &str) -> String {
    let day = &date[8..10];
    format!("{day} Mar 2031 {} +0000", &date[11..19])
}

fn atom() -> String {
    let entries = STORIES.iter().fold(String::new(), |all, story| {
        all + &format!(
            "<entry><id>{name}</id><title>{title}</title><published>{date}</published><link rel=\"alternate\" \
             href=\"https://northwire.example/{name}\"/><summary>Short.</summary><content type=\"html\">{html}</content></entry>\n",
            title = escaped(story.title),
            name = story.name,
            date = story.date,
            html = escaped(&story.html()),
        )
    });
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><title>Northwire</title>\n{entries}</feed>"
    )
}
