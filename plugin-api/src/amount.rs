//! Exact amounts: a whole number of the smallest unit, with its unit and its decimals. Never a float.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The largest count an entry may hold: every JSON reader keeps whole numbers up to 2⁵³.
pub const MAX_COUNT: i64 = 1 << 53;

/// What an amount counts: `kg`, `XOF`, `piece`, `half-day` … at most 15 ASCII bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit([u8; 15], u8);

impl Unit {
    /// The franc of the West African Economic and Monetary Union: no decimals.
    pub const XOF: Unit = Unit::constant("XOF");

    const fn constant(text: &str) -> Unit {
        let (bytes, mut kept, mut i) = (text.as_bytes(), [0; 15], 0);
        while i < bytes.len() {
            kept[i] = bytes[i];
            i += 1;
        }
        #[allow(clippy::cast_possible_truncation)] // At most 15, checked by the indexing above.
        Unit(kept, bytes.len() as u8)
    }

    /// Reads a unit's name: 1 to 15 ASCII letters, digits, `-` or `/`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Unit> {
        let fits = (1..=15).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'/');
        (fits && plain).then(|| Unit::constant(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0[..usize::from(self.1)]).expect("a unit is ASCII")
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of something, exactly: `12.500 kg` is 12 500 of scale 3.
///
/// Movements carry amounts above zero; only a balance that was worked out may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    count: i64,
    scale: u8,
    unit: Unit,
}

/// Why two amounts cannot be reckoned together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// They count different things, or with other decimals.
    OtherUnit(Amount, Amount),
    /// The result is beyond what an entry can hold.
    TooLarge,
    /// The text is not an amount.
    NotAnAmount(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::OtherUnit(a, b) => write!(f, "{a} and {b} do not count the same thing"),
            Unfit::TooLarge => f.write_str("the amount is too large"),
            Unfit::NotAnAmount(text) => write!(f, "'{text}' is not an amount"),
        }
    }
}

impl std::error::Error for Unfit {}

impl Amount {
    /// `count` of the smallest unit: `Amount::new(12_500, 3, kg)` is 12.500 kg.
    #[must_use]
    pub fn new(count: i64, scale: u8, unit: Unit) -> Amount {
        Amount { count, scale, unit }
    }

    /// An amount of francs.
    #[must_use]
    pub fn francs(count: i64) -> Amount {
        Amount::new(count, 0, Unit::XOF)
    }

    /// How many of the smallest unit.
    #[must_use]
    pub fn count(self) -> i64 {
        self.count
    }

    /// How many decimals the item is counted with.
    #[must_use]
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// What is counted.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// True for nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.count == 0
    }

    /// The same unit and decimals with another count.
    #[must_use]
    pub fn with_count(self, count: i64) -> Amount {
        Amount { count, ..self }
    }

    /// The sum.
    ///
    /// # Errors
    /// When the units or decimals differ, or the sum does not fit.
    pub fn plus(self, other: Amount) -> Result<Amount, Unfit> {
        self.same(other)?;
        let count = self.count.checked_add(other.count).filter(|n| n.abs() <= MAX_COUNT).ok_or(Unfit::TooLarge)?;
        Ok(self.with_count(count))
    }

    /// The difference, which may be below zero.
    ///
    /// # Errors
    /// When the units or decimals differ.
    pub fn minus(self, other: Amount) -> Result<Amount, Unfit> {
        self.plus(other.with_count(-other.count))
    }

    /// The amount times an exact ratio, rounded as `rounding` says, in the same unit.
    ///
    /// # Errors
    /// When the result does not fit.
    pub fn times(self, ratio: Ratio, rounding: Rounding) -> Result<Amount, Unfit> {
        Ok(self.with_count(ratio.of(self.count, rounding).ok_or(Unfit::TooLarge)?))
    }

    /// The amount without unit, for arithmetic with people's decimals.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.count, u32::from(self.scale))
    }

    fn same(self, other: Amount) -> Result<(), Unfit> {
        if self.unit == other.unit && self.scale == other.scale { Ok(()) } else { Err(Unfit::OtherUnit(self, other)) }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.figure(), self.unit)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Amount {
    /// The figure alone, with a decimal point: `12.500`.
    #[must_use]
    pub fn figure(self) -> String {
        let sign = if self.count < 0 { "-" } else { "" };
        let digits = self.count.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, part) = padded.split_at(padded.len() - scale);
        format!("{sign}{whole}.{part}")
    }
}

impl FromStr for Amount {
    type Err = Unfit;

    /// Reads the canonical form, `12.500 kg`: the digits after the point are the scale.
    fn from_str(text: &str) -> Result<Amount, Unfit> {
        let bad = || Unfit::NotAnAmount(text.chars().take(40).collect());
        let (figure, unit) = text.split_once(' ').ok_or_else(bad)?;
        let unit = Unit::parse(unit).ok_or_else(bad)?;
        let (negative, figure) = figure.strip_prefix('-').map_or((false, figure), |rest| (true, rest));
        let (whole, part) = figure.split_once('.').unwrap_or((figure, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let canonical = !whole.is_empty() && digits(whole) && digits(part) && (figure.contains('.') != part.is_empty());
        if !canonical || (whole.len() > 1 && whole.starts_with('0')) || part.len() > 9 {
            return Err(bad());
        }
        let count: i64 = format!("{whole}{part}").parse().map_err(|_| Unfit::TooLarge)?;
        if count > MAX_COUNT {
            return Err(Unfit::TooLarge);
        }
        let scale = u8::try_from(part.len()).map_err(|_| bad())?;
        Ok(Amount { count: if negative { -count } else { count }, scale, unit })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Amount, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An exact fraction, for keys, factors and recipes. The denominator is never zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Ratio {
    num: u64,
    den: u64,
}

/// Which way a ratio's result is made whole; always said where it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest, halves away from zero.
    Half,
}

impl Ratio {
    /// Nothing of anything.
    pub const NONE: Ratio = Ratio { num: 0, den: 1 };

    /// `num / den`.
    #[must_use]
    pub fn new(num: u64, den: u64) -> Option<Ratio> {
        (den != 0).then_some(Ratio { num, den })
    }

    /// Reads `3/10`, `0.141` or `12`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Ratio> {
        if let Some((num, den)) = text.split_once('/') {
            return Ratio::new(num.trim().parse().ok()?, den.trim().parse().ok()?);
        }
        let decimal: Decimal = Decimal::from_str(text.trim()).ok().filter(|d| !d.is_sign_negative())?;
        let den = 10u64.checked_pow(decimal.scale())?;
        Ratio::new(u64::try_from(decimal.mantissa()).ok()?, den)
    }

    /// The upper part.
    #[must_use]
    pub fn num(self) -> u64 {
        self.num
    }

    /// The lower part.
    #[must_use]
    pub fn den(self) -> u64 {
        self.den
    }

    /// The part of a part, in lowest terms; `None` when it does not fit.
    ///
    /// ```
    /// # use baara_plugin_api::Ratio;
    /// let stone = Ratio::parse("350").unwrap().times(Ratio::parse("0.06").unwrap()).unwrap();
    /// assert_eq!(stone.to_string(), "21/1");
    /// ```
    #[must_use]
    pub fn times(self, other: Ratio) -> Option<Ratio> {
        fn common(a: u128, b: u128) -> u128 {
            if b == 0 { a.max(1) } else { common(b, a % b) }
        }
        let (num, den) = (u128::from(self.num) * u128::from(other.num), u128::from(self.den) * u128::from(other.den));
        let common = common(num, den);
        Ratio::new(u64::try_from(num / common).ok()?, u64::try_from(den / common).ok()?)
    }

    /// One over it; `None` for nothing.
    #[must_use]
    pub fn inverse(self) -> Option<Ratio> {
        Ratio::new(self.den, self.num)
    }

    /// `count × num / den`, made whole as told; `None` when it does not fit.
    #[must_use]
    pub fn of(self, count: i64, rounding: Rounding) -> Option<i64> {
        let (top, den) = (i128::from(count).checked_mul(i128::from(self.num))?, i128::from(self.den));
        let (whole, rest) = (top / den, top % den);
        let up = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest != 0,
            Rounding::Half => rest.abs() * 2 >= den,
        };
        i64::try_from(if up { whole + top.signum() } else { whole }).ok()
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// Splits `total` by weight, by the largest remainder, ties by position: sort by id first.
///
/// The parts add up to `total` to the last franc. All weights zero gives all zero parts.
#[must_use]
pub fn split(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let (sign, magnitude) = (total.signum(), u128::from(total.unsigned_abs()));
    let shares = |w: &u64| (magnitude * u128::from(*w) / sum, magnitude * u128::from(*w) % sum);
    let mut parts: Vec<(usize, u128, u128)> = weights.iter().enumerate().map(|(i, w)| (i, shares(w).0, shares(w).1)).collect();
    let given: u128 = parts.iter().map(|p| p.1).sum();
    parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
    let left = usize::try_from(magnitude - given).expect("fewer francs are left than there are parts");
    parts.iter_mut().take(left).for_each(|p| p.1 += 1);
    parts.sort_by_key(|p| p.0);
    parts.iter().map(|p| sign * i64::try_from(p.1).expect("a part is no larger than the whole")).collect()
}

/// Why a number that someone typed is not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadNumber {
    /// No number at all.
    NotANumber,
    /// `1,250` may be 1 250 or 1.25, and the field allows both.
    Ambiguous {
        /// Read with the mark as grouping.
        grouped: String,
        /// Read with the mark as decimal.
        decimal: String,
    },
    /// More decimals than the unit has.
    TooFine {
        /// How many it has.
        decimals: u8,
    },
    /// Beyond what can be kept.
    TooLarge,
}

/// Reads a number as people in Mali type it (`1 250,5`, `5.254.452`, `908,049`) into `scale` decimals.
///
/// Spaces of all kinds group; `,` and `.` group or begin the decimals. A single mark followed by
/// exactly three digits is refused when both readings are legal for the field: we never guess.
///
/// # Errors
/// See [`BadNumber`].
pub fn read_number(text: &str, scale: u8) -> Result<i64, BadNumber> {
    let bare: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'')).collect();
    if bare.is_empty() || !bare.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.') {
        return Err(BadNumber::NotANumber);
    }
    let marks: Vec<(usize, char)> = bare.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    match marks.as_slice() {
        [] => fit(&bare, scale),
        [(at, _)] => {
            let (whole, part) = (&bare[..*at], &bare[at + 1..]);
            let grouped = (part.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')).then(|| format!("{whole}{part}"));
            let decimal = format!("{whole}.{part}");
            match (grouped, fit(&decimal, scale)) {
                (Some(grouped), Ok(_)) => Err(BadNumber::Ambiguous { grouped, decimal }),
                (Some(grouped), Err(_)) => fit(&grouped, scale),
                (None, read) => read,
            }
        }
        many => {
            let last = many[many.len() - 1];
            let first_mark = many[0].1;
            let all_same = many.iter().all(|m| m.1 == first_mark);
            let ends: Vec<&str> = bare.split([',', '.']).collect();
            let groups = if all_same { &ends[1..] } else { &ends[1..ends.len() - 1] };
            let marks_fit = all_same || many[..many.len() - 1].iter().all(|m| m.1 == first_mark && m.1 != last.1);
            if !marks_fit || groups.iter().any(|g| g.len() != 3) || !(1..=3).contains(&ends[0].len()) {
                return Err(BadNumber::NotANumber);
            }
            if all_same {
                fit(&ends.concat(), scale)
            } else {
                fit(&format!("{}.{}", ends[..ends.len() - 1].concat(), ends[ends.len() - 1]), scale)
            }
        }
    }
}

fn fit(text: &str, scale: u8) -> Result<i64, BadNumber> {
    if text.starts_with('.') || text.ends_with('.') {
        return Err(BadNumber::NotANumber);
    }
    let decimal = Decimal::from_str_exact(text).map_err(|_| BadNumber::TooLarge)?.normalize();
    if decimal.scale() > u32::from(scale) {
        return Err(BadNumber::TooFine { decimals: scale });
    }
    let whole = decimal.checked_mul(Decimal::from(10u64.pow(u32::from(scale)))).ok_or(BadNumber::TooLarge)?;
    whole.to_i64().filter(|n| *n <= MAX_COUNT).ok_or(BadNumber::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, scale: u8, expected: Result<i64, BadNumber>) {
        assert_eq!(read_number(text, scale), expected, "{text} with {scale} decimals");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        check("1 250", 0, Ok(1250));
        check("8\u{202f}357\u{a0}881", 0, Ok(8_357_881));
        check("5.254.452", 0, Ok(5_254_452));
        check("16312,01", 3, Ok(16_312_010));
        check("504429.41", 3, Ok(504_429_410));
        check("1.234,5", 1, Ok(12_345));
        check("0,250", 3, Ok(250));
        check("1,37", 2, Ok(137));
        check("1,250", 0, Ok(1250));
    }

    #[test]
    fn what_may_be_read_twice_is_refused() {
        let both = |grouped: &str, decimal: &str| Err(BadNumber::Ambiguous { grouped: grouped.into(), decimal: decimal.into() });
        check("37,300", 3, both("37300", "37.300"));
        check("1.250", 2, both("1250", "1.250"));
        check("1,000", 0, both("1000", "1.000"));
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "abc", "-5", "1,2,3", "1.2,3.4", ",5", "5,", "1e5", "12.34.567"] {
            check(text, 3, Err(BadNumber::NotANumber));
        }
        check("1,25", 0, Err(BadNumber::TooFine { decimals: 0 }));
        check("99999999999999999999", 0, Err(BadNumber::TooLarge));
    }

    #[test]
    fn an_amount_prints_and_reads_the_same() {
        for text in ["12.500 kg", "0.001 kg", "5000 XOF", "-3 piece", "1 half-day"] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        for text in ["", "12", "12. kg", "012 kg", "1,5 kg", "1e3 kg", "5 k g", " 5 kg", "99999999999999999999 kg"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_split_loses_nothing() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(split(0, &[5, 7]), [0, 0]);
        assert_eq!(split(7, &[0, 0]), [0, 0]);
        assert_eq!(split(1, &[1; 40]).iter().sum::<i64>(), 1);
        assert_eq!(split(i64::MAX, &[u64::MAX, 1, 1]).iter().sum::<i64>(), i64::MAX);
    }

    #[test]
    fn a_ratio_is_exact_and_rounds_as_told() {
        let palm = Ratio::parse("0.141").unwrap();
        assert_eq!((palm.num(), palm.den()), (141, 1000));
        assert_eq!(palm.of(20_000, Rounding::Down), Some(2820));
        assert_eq!(Ratio::new(1, 3).unwrap().of(10, Rounding::Up), Some(4));
        assert_eq!(Ratio::new(1, 2).unwrap().of(5, Rounding::Half), Some(3));
        assert!(Ratio::parse("1/0").is_none() && Ratio::parse("-1").is_none());
    }
}
