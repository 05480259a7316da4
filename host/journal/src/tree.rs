//! The Merkle tree of RFC 6962 over the leaf hashes: one root that pins every entry before it.

use crate::hash::{Hash, node_hash, sha256};

/// A growing tree that keeps only the roots of its full subtrees: at most 64 hashes, whatever its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>, // From left to right, one for each bit set in `size`.
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Adds the next leaf on the right.
    pub fn push(&mut self, leaf: Hash) {
        let mut subtree = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("each bit set in the size has its peak");
            subtree = node_hash(&left, &subtree);
        }
        self.peaks.push(subtree);
        self.size += 1;
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash that pins all leaves and their order; of an empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let above = |right: Hash, left: &Hash| node_hash(left, &right);
        match self.peaks.split_last() {
            Some((last, higher)) => higher.iter().rev().fold(*last, above),
            None => sha256(&[]),
        }
    }
}

/// The root of a tree with exactly these leaves.
pub fn root_of(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Tree::new();
    leaves.into_iter().for_each(|leaf| tree.push(leaf));
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{hex, leaf_hash};

    // The leaves and roots of the reference tests of certificate-transparency (merkletree/merkle_tree_test.cc), which
    // transparency-dev/merkle repeats.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// The definition in RFC 6962 §2.1, word for word: slow, and sharing nothing with `Tree`.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_reference_leaves_give_the_reference_roots() {
        for (size, root) in ROOTS.iter().enumerate() {
            let leaves = LEAVES[..size].iter().map(|leaf| leaf_hash(leaf));
            assert_eq!(hex(&root_of(leaves)), *root, "root of {size} leaves");
        }
    }

    #[test]
    fn every_size_agrees_with_the_definition_and_stays_small() {
        let mut tree = Tree::new();
        let mut leaves = Vec::new();
        for size in 0..=300_u32 {
            assert_eq!(tree.root(), defined(&leaves), "root of {size} leaves");
            assert_eq!(tree.peaks.len(), usize::try_from(size.count_ones()).expect("small"));
            leaves.push(leaf_hash(&size.to_be_bytes()));
            tree.push(*leaves.last().expect("just pushed"));
        }
    }
}
