//! Who may ask: bearer tokens, compared in a time that tells nothing of them.

use std::path::Path;

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A token shorter than this is guessed too soon.
const TOKEN_BYTES_MIN: usize = 16;

/// Name of the cookie that the page is given in exchange for a token.
const COOKIE: &str = "retold_session";

/// What of a token is kept: hashes, of the same length for all.
#[derive(Clone)]
struct TokenHashes {
    token: [u8; 32],
    cookie: [u8; 32],
}

/// The tokens that may ask; none where everyone may who reaches the address.
#[derive(Clone, Default)]
pub struct Tokens(Option<Vec<TokenHashes>>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens({})", self.0.as_ref().map_or(0, Vec::len))
    }
}

fn hash(of: &str, token: &str) -> [u8; 32] {
    Sha256::new_with_prefix(of).chain_update(token).finalize().into()
}

/// Whether two hashes are the same, looked at to the end whatever they are.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let different = one.iter().zip(other).fold(0, |different, (one, other)| different | (one ^ other));
    std::hint::black_box(different) == 0
}

impl Tokens {
    /// Reads a file of tokens, one a line; blank lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Usage`] where it holds no token or one that is too
    /// short.
    pub fn read(path: &Path) -> Result<Tokens> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::file("read", path, cause))?;
        Self::parse(&text).map_err(|what| Error::Usage(format!("{}: {what}", path.display())))
    }

    fn parse(text: &str) -> std::result::Result<Tokens, String> {
        let mut known = Vec::new();
        for (line, token) in (1..).zip(text.lines()).map(|(line, token)| (line, token.trim())) {
            if token.is_empty() || token.starts_with('#') {
                continue;
            }
            if token.len() < TOKEN_BYTES_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(format!(
                    "line {line}: a token has {TOKEN_BYTES_MIN} or more letters, digits and signs, and no blank"
                ));
            }
            known.push(TokenHashes { token: hash("token\n", token), cookie: hash("cookie\n", token) });
        }
        match known.is_empty() {
            true => Err("it holds no token; one a line was expected".to_owned()),
            false => Ok(Tokens(Some(known))),
        }
    }

    /// Whether a token is needed at all.
    pub fn are_needed(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a request with these headers may be answered.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(known) = &self.0 else { return true };
        let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        if let Some(token) = bearer {
            return self.knows(token);
        }
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut sessions = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
        let Some(session) = sessions.next() else { return false };
        let offered = hash("session\n", session);
        let same = |known: &TokenHashes| is_same(&offered, &hash("session\n", &hexadecimal(&known.cookie)));
        known.iter().fold(false, |any, known| any | same(known))
    }

    fn knows(&self, token: &str) -> bool {
        let offered = hash("token\n", token);
        let known = self.0.iter().flatten();
        known.fold(false, |any, known| any | is_same(&offered, &known.token))
    }

    /// The cookie for a token, which only this server's own pages send back; `None` where the token is not
    /// known.
    pub fn cookie(&self, token: &str) -> Option<String> {
        let session = self.knows(token).then(|| hexadecimal(&hash("cookie\n", token)))?;
        Some(format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_file_holds_a_token_a_line() {
        let tokens = Tokens::parse("# desk\n\n  0123456789abcdef \nfedcba9876543210\n").unwrap();
        for (value, may) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer fedcba9876543210", true),
            ("Bearer 0123456789abcdeF", false),
            ("Basic 0123456789abcdef", false),
            ("0123456789abcdef", false),
            ("Bearer ", false),
        ] {
            assert_eq!(tokens.allow(&headers(header::AUTHORIZATION, value)), may, "{value}");
        }
        assert!(!tokens.allow(&HeaderMap::new()));
        assert!(Tokens::default().allow(&HeaderMap::new()));
        for wrong in ["", "# nothing\n", "short\n", "0123456789 abcdef\n"] {
            assert!(Tokens::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_cookie_stands_for_a_token_and_does_not_hold_it() {
        let tokens = Tokens::parse("0123456789abcdef\n").unwrap();
        let cookie = tokens.cookie("0123456789abcdef").unwrap();
        assert!(!cookie.contains("0123456789abcdef"));
        let sent = cookie.split(';').next().unwrap();
        assert!(tokens.allow(&headers(header::COOKIE, &format!("theme=dark; {sent}"))));
        assert!(!tokens.allow(&headers(header::COOKIE, &format!("{sent}0"))));
        assert_eq!(tokens.cookie("another0123456789"), None);
    }
}
