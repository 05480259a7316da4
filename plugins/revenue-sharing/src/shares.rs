//! The arithmetic of sharing, alone: months, keys and points in; every franc accounted for out.

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// What is shared under a key: all that was collected, or what is left once listed purchases are repaid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// All that was collected.
    Gross,
    /// After repayment of the listed purchases.
    NetOfPurchases,
}

/// One part of a key: who gets it, and how much of the whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// A fund; `None` for the workers.
    pub to: Option<Id>,
    /// How much of the whole.
    pub ratio: Ratio,
}

/// Who takes the francs that no ratio divides.
pub type Remainder = Option<Id>;

/// A sharing key of a workshop or farm.
#[derive(Clone, PartialEq, Debug)]
pub struct Key {
    /// Its id.
    pub id: Id,
    /// The first day of its first month.
    pub from: Date,
    /// What it shares.
    pub base: Base,
    /// The parts; their ratios add up to one.
    pub parts: Vec<Part>,
    /// The part that takes what no ratio divides.
    pub remainder: Remainder,
}

/// A purchase that a fund paid and the pot repays before sharing, under the keys that say so.
#[derive(Clone, PartialEq, Debug)]
pub struct Purchase {
    /// The fund that paid.
    pub fund: Id,
    /// Francs.
    pub francs: i64,
}

/// Every franc of a pot, accounted for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shares {
    /// The whole.
    pub pot: i64,
    /// What each key shares, in the keys' order, before purchases.
    pub keys: Vec<(Id, i64)>,
    /// Each part of each key: key, who (`None` for the workers), ratio, francs.
    pub parts: Vec<(Id, Option<Id>, Ratio, i64)>,
    /// Purchases repaid: key, fund, francs.
    pub repaid: Vec<(Id, Id, i64)>,
    /// What each fund gets in all, purchases and parts.
    pub funds: BTreeMap<Id, i64>,
    /// The workers' part.
    pub workers: i64,
    /// What each person gets: person, points, francs; by person.
    pub persons: Vec<(Id, u64, i64)>,
}

/// Why a pot cannot be shared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PotRefused {
    /// There is no key.
    NoKey,
    /// The months add up to nothing, or less.
    Empty(i64),
    /// There is a workers' part, and nobody worked.
    NoPoints(i64),
    /// Purchases for more than the keys net of purchases have.
    PurchasesTooHigh {
        /// The purchases.
        asked: i64,
        /// What those keys have.
        has: i64,
    },
}

/// Shares a pot, given the francs of each month (below zero where refunds were more than sales), the keys by first
/// month, the purchases to repay, and the unshared points by person.
///
/// - Each franc follows the key of its month; francs from before any key follow the first one.
/// - A key whose months add up to less than nothing takes it from the newest key that has something, then the next.
/// - Purchases are repaid from the keys net of purchases, the oldest first.
/// - A part gets ratio × francs, rounded down; the named remainder takes the rest.
/// - The workers' parts of all keys are one sum, split by points with the largest remainders, ties by person.
///
/// # Errors
/// When there is no key, no pot, nobody for the workers' part, or too much to repay.
pub fn pot_shares(months: &[(Date, i64)], keys: &[Key], purchases: &[Purchase], points: &BTreeMap<Id, u64>) -> Result<Shares, PotRefused> {
    if keys.is_empty() {
        return Err(PotRefused::NoKey);
    }
    let mut keys: Vec<&Key> = keys.iter().collect();
    keys.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    let by_key = francs_by_key(months, &keys)?;
    let pot = by_key.iter().sum();

    let mut shares = Shares { pot, ..Shares::default() };
    let mut left = repay(&keys, &by_key, purchases, &mut shares)?;
    for ((key, francs), left) in keys.iter().zip(&by_key).zip(&mut left) {
        if *francs == 0 {
            continue;
        }
        shares.keys.push((key.id.clone(), *francs));
        share_parts(key, *left, &mut shares);
    }

    let people: Vec<(&Id, u64)> = points.iter().filter(|(_, n)| **n > 0).map(|(id, n)| (id, *n)).collect();
    if shares.workers > 0 && people.is_empty() {
        return Err(PotRefused::NoPoints(shares.workers));
    }
    let weights: Vec<u64> = people.iter().map(|(_, n)| *n).collect();
    let francs = split(shares.workers, &weights);
    shares.persons = people.into_iter().zip(francs).map(|((id, n), francs)| (id.clone(), n, francs)).collect();
    Ok(shares)
}

/// The key of a month: the last one begun, else the first.
pub(crate) fn key_of_month(keys: &[Key], month: Date) -> Option<&Key> {
    keys.iter().rev().find(|key| key.from <= month).or(keys.first())
}

/// What each key shares: nothing below zero, and in all exactly the pot.
fn francs_by_key(months: &[(Date, i64)], keys: &[&Key]) -> Result<Vec<i64>, PotRefused> {
    let mut by_key = vec![0_i64; keys.len()];
    for (month, francs) in months {
        let last_begun = keys.iter().rposition(|key| key.from <= *month).unwrap_or(0);
        by_key[last_begun] += francs;
    }
    let pot: i64 = by_key.iter().sum();
    if pot <= 0 {
        return Err(PotRefused::Empty(pot));
    }
    let mut missing: i64 = by_key.iter().filter(|francs| **francs < 0).map(|francs| -francs).sum();
    for francs in by_key.iter_mut().rev() {
        let taken = missing.min((*francs).max(0));
        *francs = (*francs).max(0) - taken;
        missing -= taken;
    }
    Ok(by_key)
}

/// Repays purchases, and gives what each key has left to share.
fn repay(keys: &[&Key], by_key: &[i64], purchases: &[Purchase], shares: &mut Shares) -> Result<Vec<i64>, PotRefused> {
    let net = |i: usize| keys[i].base == Base::NetOfPurchases;
    let has: i64 = (0..keys.len()).filter(|i| net(*i)).map(|i| by_key[i]).sum();
    let asked = purchases.iter().fold(0_i64, |sum, p| sum.saturating_add(p.francs)); // Typed, so it may be anything.
    if asked > has {
        return Err(PotRefused::PurchasesTooHigh { asked, has });
    }
    let mut left = by_key.to_vec();
    for purchase in purchases {
        let mut owed = purchase.francs;
        for i in (0..keys.len()).filter(|i| net(*i)) {
            let paid = owed.min(left[i]);
            if paid > 0 {
                shares.repaid.push((keys[i].id.clone(), purchase.fund.clone(), paid));
                *shares.funds.entry(purchase.fund.clone()).or_default() += paid;
                (owed, left[i]) = (owed - paid, left[i] - paid);
            }
        }
    }
    Ok(left)
}

/// Splits what a key has between its parts.
fn share_parts(key: &Key, francs: i64, shares: &mut Shares) {
    let down = |part: &Part| part.ratio.of(francs, Rounding::Down).expect("a part is no more than the whole");
    let mut amounts: Vec<i64> = key.parts.iter().map(down).collect();
    let rest = francs - amounts.iter().sum::<i64>();
    let taker = key.parts.iter().position(|part| part.to == key.remainder).unwrap_or(0);
    amounts[taker] += rest;
    for (part, amount) in key.parts.iter().zip(amounts) {
        match &part.to {
            Some(fund) => *shares.funds.entry(fund.clone()).or_default() += amount,
            None => shares.workers += amount,
        }
        shares.parts.push((key.id.clone(), part.to.clone(), part.ratio, amount));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn fund(name: &str) -> Option<Id> {
        Some(Id::new("fund", name))
    }

    fn key(code: &str, from: &str, parts: &[(Option<Id>, (u64, u64))]) -> Key {
        let parts: Vec<Part> = parts.iter().map(|(to, (n, d))| Part { to: to.clone(), ratio: Ratio::new(*n, *d).unwrap() }).collect();
        Key { id: Id::new("key", code), from: day(from), base: Base::Gross, remainder: parts[0].to.clone(), parts }
    }

    fn thirds() -> Key {
        key("kon-20-0001", "2020-01-01", &[(fund("kon-caisse"), (1, 3)), (None, (1, 3)), (fund("kon-savon"), (1, 3))])
    }

    fn people(points: &[u64]) -> BTreeMap<Id, u64> {
        points.iter().enumerate().map(|(i, n)| (Id::new("person", &format!("kon-20-{i:04}")), *n)).collect()
    }

    /// Chance that is the same every time.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    fn accounted(shares: &Shares) -> i64 {
        shares.funds.values().sum::<i64>() + shares.persons.iter().map(|p| p.2).sum::<i64>()
    }

    #[test]
    fn thirds_of_a_hundred_lose_nothing() {
        let shares = pot_shares(&[(day("2020-03-01"), 100)], &[thirds()], &[], &people(&[10, 20, 30])).unwrap();
        assert_eq!((shares.funds[&fund("kon-caisse").unwrap()], shares.workers, shares.funds[&fund("kon-savon").unwrap()]), (34, 33, 33));
        assert_eq!(shares.persons.iter().map(|p| p.2).collect::<Vec<_>>(), [6, 11, 16]);
    }

    #[test]
    fn one_franc_among_forty_goes_to_the_first_by_id() {
        let all = key("kon-20-0001", "2020-01-01", &[(None, (1, 1))]);
        let shares = pot_shares(&[(day("2020-03-01"), 1)], &[all], &[], &people(&[7; 40])).unwrap();
        let got: Vec<i64> = shares.persons.iter().map(|p| p.2).collect();
        assert_eq!((got[0], got[1..].iter().sum::<i64>(), got.len()), (1, 0, 40));
    }

    #[test]
    fn each_franc_follows_the_key_of_its_month() {
        let keys = [key("kon-20-0001", "2020-03-01", &[(None, (1, 1))]), key("kon-20-0002", "2020-05-01", &[(fund("kon-savon"), (1, 1))])];
        let months = [
            (day("2020-01-01"), 10),
            (day("2020-03-01"), 100),
            (day("2020-04-01"), 200),
            (day("2020-05-01"), 400),
            (day("2020-06-01"), 800),
        ];
        let shares = pot_shares(&months, &keys, &[], &people(&[1])).unwrap();
        assert_eq!((shares.workers, shares.funds[&fund("kon-savon").unwrap()]), (310, 1200));
    }

    #[test]
    fn a_negative_key_takes_from_the_newest() {
        let keys = [
            key("kon-20-0001", "2020-01-01", &[(None, (1, 1))]),
            key("kon-20-0002", "2020-02-01", &[(fund("kon-a"), (1, 1))]),
            key("kon-20-0003", "2020-03-01", &[(fund("kon-b"), (1, 1))]),
        ];
        let months = |a, b, c| [(day("2020-01-01"), a), (day("2020-02-01"), b), (day("2020-03-01"), c)];
        let check = |a, b, c, expected: [i64; 3]| {
            let shares = pot_shares(&months(a, b, c), &keys, &[], &people(&[1])).unwrap();
            let of = |name: &str| shares.funds.get(&fund(name).unwrap()).copied().unwrap_or(0);
            assert_eq!([shares.workers, of("kon-a"), of("kon-b")], expected);
        };
        check(-50, 100, 200, [0, 100, 150]);
        check(100, 200, -50, [100, 150, 0]);
        check(-100, 300, 60, [0, 260, 0]);
        check(100, -30, -20, [50, 0, 0]);
    }

    #[test]
    fn purchases_are_repaid_before_sharing() {
        let net = Key { base: Base::NetOfPurchases, ..thirds() };
        let bought = [Purchase { fund: fund("kon-achats").unwrap(), francs: 400 }];
        let shares = pot_shares(&[(day("2020-03-01"), 1000)], std::slice::from_ref(&net), &bought, &people(&[1])).unwrap();
        assert_eq!((shares.funds[&bought[0].fund], shares.workers), (400, 200));
        let refused = pot_shares(&[(day("2020-03-01"), 399)], &[net], &bought, &people(&[1]));
        assert_eq!(refused, Err(PotRefused::PurchasesTooHigh { asked: 400, has: 399 }));
        let gross = pot_shares(&[(day("2020-03-01"), 1000)], &[thirds()], &bought, &people(&[1]));
        assert_eq!(gross, Err(PotRefused::PurchasesTooHigh { asked: 400, has: 0 }));
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        let months = [(day("2020-03-01"), 100)];
        assert_eq!(pot_shares(&months, &[], &[], &people(&[1])), Err(PotRefused::NoKey));
        assert_eq!(pot_shares(&[], &[thirds()], &[], &people(&[1])), Err(PotRefused::Empty(0)));
        assert_eq!(pot_shares(&[(day("2020-03-01"), -5)], &[thirds()], &[], &people(&[1])), Err(PotRefused::Empty(-5)));
        assert_eq!(pot_shares(&months, &[thirds()], &[], &people(&[0, 0])), Err(PotRefused::NoPoints(33)));
        let funds = key("kon-20-0001", "2020-01-01", &[(fund("kon-a"), (1, 1))]);
        assert!(pot_shares(&months, &[funds], &[], &people(&[])).is_ok());
    }

    #[test]
    fn whatever_the_figures_no_franc_is_lost_and_nobody_owes() {
        let mut dice = Dice(20_200_612);
        let signed = |n: u64, off: i64| i64::try_from(n).unwrap() - off;
        for _ in 0..2000 {
            let keys: Vec<Key> = (0..=dice.below(3))
                .map(|i| {
                    let cuts = [1 + dice.below(9), 1 + dice.below(9), 1 + dice.below(9)];
                    let den = cuts.iter().sum();
                    let base = if dice.below(2) == 0 { Base::Gross } else { Base::NetOfPurchases };
                    let parts = [(fund("kon-a"), (cuts[0], den)), (None, (cuts[1], den)), (fund("kon-b"), (cuts[2], den))];
                    Key { base, ..key(&format!("kon-20-{i}"), &format!("2020-{:02}-01", 1 + 3 * i), &parts) }
                })
                .collect();
            let months: Vec<(Date, i64)> =
                (1..=12).map(|m| (day(&format!("2020-{m:02}-01")), signed(dice.below(100_000), 30_000))).collect();
            let bought = [Purchase { fund: fund("kon-achats").unwrap(), francs: signed(dice.below(20_000), 0) }];
            let points: Vec<u64> = (0..=dice.below(60)).map(|_| dice.below(80)).collect();
            match pot_shares(&months, &keys, &bought, &people(&points)) {
                Ok(shares) => {
                    assert_eq!(shares.pot, months.iter().map(|m| m.1).sum::<i64>());
                    assert_eq!(accounted(&shares), shares.pot);
                    assert_eq!(shares.keys.iter().map(|k| k.1).sum::<i64>(), shares.pot);
                    assert!(shares.parts.iter().all(|p| p.3 >= 0) && shares.persons.iter().all(|p| p.2 >= 0));
                    assert_eq!(shares.persons.iter().map(|p| p.2).sum::<i64>(), shares.workers);
                }
                Err(PotRefused::Empty(pot)) => assert!(pot <= 0),
                Err(PotRefused::PurchasesTooHigh { asked, has }) => assert!(asked > has),
                Err(PotRefused::NoPoints(part)) => assert!(part > 0 && points.iter().all(|n| *n == 0)),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
