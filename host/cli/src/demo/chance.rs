//! What differs from day to day, decided by names: the same facts give the same year, without any chance.

/// A stream of numbers that follows from words alone (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The stream that these words name.
    pub(super) fn of(words: &[&str]) -> Chance {
        let bytes = words.iter().flat_map(|word| word.bytes().chain(std::iter::once(0)));
        Chance(bytes.fold(0xcbf2_9ce4_8422_2325, |state: u64, byte| (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// One of them.
    pub(super) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let last = i64::try_from(of.len()).unwrap_or(1) - 1;
        &of[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// True once in `n` times.
    pub(super) fn once_in(&mut self, n: i64) -> bool {
        self.between(1, n) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_numbers() {
        let draw = |words: &[&str]| {
            let mut chance = Chance::of(words);
            (0..20).map(|_| chance.between(1, 6)).collect::<Vec<_>>()
        };
        assert_eq!(draw(&["kon", "sales"]), draw(&["kon", "sales"]));
        assert_ne!(draw(&["kon", "sales"]), draw(&["konsales"]));
        assert!(draw(&["kon"]).iter().all(|n| (1..=6).contains(n)));
    }
}
