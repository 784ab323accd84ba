//! The page as it is sent; what it does in a browser is tried in `tests/browser`.

use crate::support::Server;

#[test]
fn the_page_holds_nothing_that_its_policy_forbids() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let answer = server.get("/").is(200);
    let (page, policy) = (answer.text(), answer.headers["content-security-policy"].clone());
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
    for forbidden in
        [" onclick=", " onload=", " style=\"", "src=", "http://", "https://", "innerHTML", "eval(", "{{"]
    {
        // the namespace of SVG, and the test for links, are no loads
        let page = page.replace("http://www.w3.org/2000/svg", "").replace("/^https?:\\/\\//i", "");
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for (open, close, directive) in
        [("<script>", "</script>", "script-src"), ("<style>", "</style>", "style-src")]
    {
        let asset = page.split_once(open).unwrap().1.split_once(close).unwrap().0;
        let hash = base64(&sha2_of(asset));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{directive}: {policy}");
    }
}

fn sha2_of(text: &str) -> Vec<u8> {
    let digits = retold::decisions::text_sha256(text);
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        for digit in 0..4 {
            let shown = digit <= group.len();
            written.push(if shown { DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char } else { '=' });
        }
    }
    written
}
