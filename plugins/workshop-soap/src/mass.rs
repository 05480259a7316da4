//! Masses, exactly: nothing is rounded before it is shown.

use baara_plugin_api::prelude::*;

/// A mass: `num / den` of a billionth of a kilogram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mass {
    num: i128,
    den: i128,
}

/// A billionth of a kilogram fits every scale an amount may have.
const NANO: u32 = 9;

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Mass {
    pub(crate) const NONE: Mass = Mass { num: 0, den: 1 };

    /// The mass of an amount of an item.
    ///
    /// # Errors
    /// `soap/not-in-kg`.
    pub(crate) fn of(item: &Id, amount: Amount) -> Result<Mass, Refusal> {
        let scale = NANO.checked_sub(u32::from(amount.scale())).filter(|_| amount.unit().as_str() == "kg");
        let scale = scale.ok_or_else(|| Refusal::new("soap/not-in-kg").with("item", item).with("amount", amount))?;
        Ok(Mass { num: i128::from(amount.count()) * 10_i128.pow(scale), den: 1 })
    }

    pub(crate) fn kilograms(ratio: Ratio) -> Option<Mass> {
        Mass { num: 10_i128.pow(NANO), den: 1 }.times(ratio.num(), ratio.den())
    }

    pub(crate) fn grams(grams: u64) -> Option<Mass> {
        Mass { num: 10_i128.pow(NANO), den: 1 }.times(grams, 1000)
    }

    pub(crate) fn times(self, num: u64, den: u64) -> Option<Mass> {
        self.by(i128::from(num), i128::from(den))
    }

    /// As much of this as `some` is of `all`.
    pub(crate) fn part(self, some: Mass, all: Mass) -> Option<Mass> {
        let common = (gcd(some.num, all.num), gcd(some.den, all.den));
        let num = (some.num / common.0).checked_mul(all.den / common.1)?;
        self.by(num, (some.den / common.1).checked_mul(all.num / common.0)?)
    }

    fn by(self, num: i128, den: i128) -> Option<Mass> {
        let (first, second) = (gcd(self.num, den), gcd(num, self.den));
        let num = (self.num / first).checked_mul(num / second)?;
        Some(Mass { num, den: (self.den / second).checked_mul(den / first).filter(|den| *den > 0)? })
    }

    pub(crate) fn plus(self, other: Mass) -> Option<Mass> {
        let common = gcd(self.den, other.den);
        let den = self.den.checked_mul(other.den / common)?;
        let num = self.num.checked_mul(den / self.den)?.checked_add(other.num.checked_mul(den / other.den)?)?;
        Some(Mass { num, den })
    }

    /// True when this is more than the other; `None` when they are too large to tell.
    pub(crate) fn is_above(self, other: Mass) -> Option<bool> {
        Some(self.num.checked_mul(other.den)? > other.num.checked_mul(self.den)?)
    }

    /// To the nearest smallest unit of kilograms with so many decimals.
    pub(crate) fn amount(self, scale: u8) -> Option<Amount> {
        let unit = self.den.checked_mul(10_i128.pow(NANO.checked_sub(u32::from(scale))?))?;
        let count = i64::try_from(self.num.checked_add(unit / 2)? / unit).ok()?;
        Some(Amount::new(count, scale, Unit::parse("kg").expect("a unit")))
    }

    /// To the nearest gram, as `2.560 kg`.
    pub(crate) fn text(self) -> String {
        self.amount(3).map(|amount| amount.to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_are_exact_until_they_are_shown() {
        let third = Mass::grams(1).and_then(|gram| gram.times(1, 3)).unwrap();
        let gram = third.plus(third).and_then(|two| two.plus(third)).unwrap();
        assert_eq!(gram.is_above(Mass::grams(1).unwrap()), Some(false));
        assert_eq!((third.text().as_str(), gram.text().as_str()), ("0.000 kg", "0.001 kg"));
        let (some, all) = (Mass::grams(29_000).unwrap(), Mass::grams(29_932).unwrap());
        assert_eq!(Mass::grams(20_000).and_then(|fat| fat.part(some, all)).map(Mass::text).as_deref(), Some("19.377 kg"));
        assert_eq!(Mass::grams(1).unwrap().part(some, Mass::NONE).map(Mass::text), None, "part of nothing");
    }
}
