//! Who stands for a plugin's file: a detached signature beside it, as the tool `minisign` makes them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use minisign_verify::{PublicKey, Signature as Read};

use crate::inspect::Inspected;

/// What is added to the name of a file for that of its signature.
const ENDING: &str = ".minisig";
/// No signature has reason to be longer.
const MAX_BYTES: usize = 4096;
/// A key in base64 begins with two letters of its algorithm; the key's number follows.
const NUMBER: std::ops::Range<usize> = 2..10;
/// The bytes of a key.
const KEY_BYTES: usize = 42;
/// The bytes of a signature with its key's number.
const SIGNATURE_BYTES: usize = 74;

/// The key with which somebody's signatures are checked.
#[derive(Clone, Debug)]
pub struct PublisherKey {
    id: String,
    key: PublicKey,
}

impl PublisherKey {
    /// Reads a key as `minisign` writes it, `RW…`; `None` when it is none.
    pub fn parse(text: &str) -> Option<PublisherKey> {
        let key = PublicKey::from_base64(text).ok()?;
        Some(PublisherKey { id: number::<KEY_BYTES>(text)?, key })
    }

    /// Its number, sixteen small hex figures: the one `minisign` shows.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A text or a file that should be a signature and is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoSignature;

/// A signature of which nothing is believed yet.
#[derive(Clone)]
pub struct Signature {
    key: String,
    read: Read,
    text: String,
}

impl Signature {
    /// Reads the signature beside a file, `libtannery.so.minisig` beside `libtannery.so`; `None` when there is none.
    ///
    /// # Errors
    /// When something lies there that is no signature.
    pub fn beside(file: &Path) -> Result<Option<Signature>, NoSignature> {
        let place = beside(file);
        match fs::metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(about) if about.is_file() => {}
            _ => return Err(NoSignature),
        }
        let mut text = String::new();
        let read = File::open(place).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_string(&mut text));
        read.map_err(|_| NoSignature).and_then(|_| Signature::parse(&text)).map(Some)
    }

    /// Reads a signature, prehashed or of the older sort.
    ///
    /// # Errors
    /// When it is none, is longer than 4 kB, or holds characters that hide what stands there.
    pub fn parse(text: &str) -> Result<Signature, NoSignature> {
        if text.len() > MAX_BYTES || text.chars().any(hides) {
            return Err(NoSignature);
        }
        let read = Read::decode(text).map_err(|_| NoSignature)?;
        // The first line is nobody's word, so it is not kept.
        let (_, signed) = text.split_once('\n').ok_or(NoSignature)?;
        let key = signed.lines().next().and_then(number::<SIGNATURE_BYTES>).ok_or(NoSignature)?;
        Ok(Signature { key, read, text: format!("untrusted comment:\n{}", signed.trim_end()) })
    }

    /// The number of the key it says it was made with, as [`PublisherKey::id`].
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The signature as it is kept, without what nobody signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the signer wrote beside, when the key made this signature of this very file.
    pub fn comment(&self, file: &Inspected, key: &PublisherKey) -> Option<String> {
        self.comment_on(&file.bytes, key)
    }

    fn comment_on(&self, bytes: &[u8], key: &PublisherKey) -> Option<String> {
        key.key.verify(bytes, &self.read, true).ok()?;
        Some(self.read.trusted_comment().replace('\t', " "))
    }
}

/// Where the signature of a file lies, if it has one.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    PathBuf::from(name)
}

/// The number of the key that so many bytes in base64 name.
fn number<const BYTES: usize>(text: &str) -> Option<String> {
    let mut bytes = [0; BYTES];
    let read = Base64::decode(text, &mut bytes).ok().filter(|read| read.len() == BYTES)?;
    let number = u64::from_le_bytes(read[NUMBER].try_into().expect("eight bytes"));
    Some(format!("{number:016x}"))
}

/// Characters that are not seen, or turn what stands beside them around.
fn hides(c: char) -> bool {
    let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the format's own examples, which sign the four letters `test`.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const OLDER: &str = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
";
    const PREHASHED: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
";

    #[test]
    fn both_sorts_of_signature_are_read_and_name_their_key() {
        let key = PublisherKey::parse(KEY).expect("a key");
        assert_eq!(key.id(), "e7620f1842b4e81f", "as minisign shows it");
        for (text, comment) in [(OLDER, "timestamp:1555779966 file:test"), (PREHASHED, "timestamp:1633700835 file:test prehashed")] {
            let read = |text: &str| Signature::parse(text).expect("a signature");
            let signature = read(text);
            assert_eq!(signature.key(), key.id());
            assert_eq!(signature.comment_on(b"test", &key).as_deref(), Some(comment));
            assert_eq!(signature.comment_on(b"Test", &key), None, "another file");
            assert_eq!(read(signature.text()).comment_on(b"test", &key).as_deref(), Some(comment), "as it is kept");
            assert!(!signature.text().contains("secret"), "what nobody signed is not kept");
            assert_eq!(read(&text.replace("file:test", "file:best")).comment_on(b"test", &key), None, "another comment");
        }
    }

    #[test]
    fn what_is_no_signature_or_hides_something_is_none() {
        for text in ["", "one line", &PREHASHED[60..], &PREHASHED.replace("RUQ", "RXQ"), &PREHASHED.replace("file", "fi\u{202e}le")] {
            assert!(Signature::parse(text).is_err(), "{text}");
        }
        assert!(Signature::parse(&PREHASHED.replace("file", &"x".repeat(MAX_BYTES))).is_err());
        for text in ["", "RWQ", KEY.trim_end_matches('3'), &format!("{KEY}\n"), &KEY.replace("RWQ", "RXQ")] {
            assert!(PublisherKey::parse(text).is_none(), "{text}");
        }
    }
}
