//! Cut lengths packed into bars: what leaves the store is whole bars, not the sum of the lengths.

/// A bar as it is cut.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bar {
    /// The lengths cut from it, longest first.
    pub cuts: Vec<u64>,
    /// What is taken, the saw's own width with each cut.
    taken: u64,
}

impl Bar {
    /// What is left of a bar of this length; the last cut may end at the bar's end.
    #[must_use]
    pub fn offcut(&self, length: u64) -> u64 {
        length.saturating_sub(self.taken)
    }
}

/// Packs lengths into bars by first fit, longest first. All in the same unit; `saw` is lost with each cut.
///
/// First fit decreasing never needs more than 11/9 of the fewest bars possible and 6/9 of one (Dósa, 2007), and gives the
/// same plan each time, which somebody with a tape can follow.
///
/// # Errors
/// The first length that no bar holds.
pub fn pack(mut lengths: Vec<u64>, bar: u64, saw: u64) -> Result<Vec<Bar>, u64> {
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let mut bars: Vec<Bar> = Vec::new();
    for length in lengths {
        if length == 0 || length > bar {
            return Err(length);
        }
        let fits = |one: &&mut Bar| one.taken + length <= bar;
        let found = bars.iter_mut().find(fits);
        let one = match found {
            Some(one) => one,
            None => {
                bars.push(Bar::default());
                bars.last_mut().expect("one was just added")
            }
        };
        one.cuts.push(length);
        one.taken += length + saw;
    }
    Ok(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lengths: &[u64], saw: u64, bars: &[&[u64]]) {
        let packed = pack(lengths.to_vec(), 6000, saw).unwrap();
        assert_eq!(packed.iter().map(|bar| bar.cuts.as_slice()).collect::<Vec<_>>(), bars);
    }

    #[test]
    fn four_lengths_of_three_and_a_half_metres_take_four_bars() {
        // 14 m are 2.4 bars by their sum: the sum is no answer.
        check(&[3500; 4], 0, &[&[3500], &[3500], &[3500], &[3500]]);
        check(&[2500, 3500, 2500, 3500], 0, &[&[3500, 2500], &[3500, 2500]]);
    }

    #[test]
    fn the_saw_takes_its_part_but_not_of_the_last_end() {
        check(&[3000, 3000], 0, &[&[3000, 3000]]);
        check(&[3000, 3000], 3, &[&[3000], &[3000]]);
        check(&[2997, 3000], 3, &[&[3000, 2997]]);
        assert_eq!(pack(vec![2997, 3000], 6000, 3).unwrap()[0].offcut(6000), 0);
        assert_eq!(pack(vec![850, 450], 6000, 3).unwrap()[0].offcut(6000), 4694);
    }

    #[test]
    fn every_length_is_cut_once_and_no_bar_is_overdrawn() {
        // Lengths of a fixed sequence, so that a failure can be seen again.
        let lengths: Vec<u64> = (1..=400_u64).map(|n| 150 + n * 7919 % 4300).collect();
        let bars = pack(lengths.clone(), 6000, 3).unwrap();
        let mut cut: Vec<u64> = bars.iter().flat_map(|bar| bar.cuts.clone()).collect();
        assert!(bars.iter().all(|bar| bar.cuts.iter().map(|cut| cut + 3).sum::<u64>() - 3 <= 6000));
        cut.sort_unstable();
        let mut all = lengths.clone();
        all.sort_unstable();
        assert_eq!(cut, all);
        let least = lengths.iter().sum::<u64>().div_ceil(6000);
        assert!(bars.len() as u64 * 9 <= least * 11 + 9, "{} bars for {least}", bars.len());
    }

    #[test]
    fn what_is_longer_than_a_bar_is_named() {
        assert_eq!(pack(vec![500, 6001], 6000, 3), Err(6001));
        assert_eq!(pack(vec![0], 6000, 3), Err(0));
        assert_eq!(pack(vec![6000], 6000, 3).map(|bars| bars.len()), Ok(1));
    }
}
