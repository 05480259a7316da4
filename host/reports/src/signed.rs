//! Who stands for a plugin, in words.

use crate::Said;
use baara_desk::Signed;

/// One sentence: the publisher with what they signed beside, the key that nobody knows, or that there is no signature.
#[must_use]
pub fn said_of(signed: &Signed) -> Said {
    match signed {
        Signed::Nobody => Said::new("screen.signed-nobody"),
        Signed::Unknown { key } => Said::new("screen.signed-unknown").with("key", key),
        Signed::Publisher { name, comment, .. } => Said::new("screen.signed-by").with("publisher", name).with("comment", comment),
    }
}
