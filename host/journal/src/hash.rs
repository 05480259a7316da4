//! The one hash of the journal: SHA-256 in the two shapes RFC 6962 gives it.

use sha2::{Digest, Sha256};

/// What SHA-256 makes of some bytes.
pub type Hash = [u8; 32];

/// The hash of an entry: SHA-256 of a zero byte and the bytes exactly as stored.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    sha256(&[&[0x00], bytes])
}

/// The hash of two neighbours in the tree; its leading 1 keeps it from ever passing for a leaf.
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[0x01], left, right])
}

/// SHA-256 over the parts as if they were one.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// A hash as people and entries write it: 64 lowercase digits.
pub fn hex(hash: &Hash) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_leaf_is_the_one_of_rfc_6962() {
        let expected = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(hex(&leaf_hash(b"")), expected);
    }
}
