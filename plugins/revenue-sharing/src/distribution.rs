//! A distribution: the pot of a workshop or farm goes to its funds and its workers, by the keys of its months.

use crate::key::keys_of;
use crate::pot::{self, Worked, month_of, sales_of};
use crate::shares::{Key, PotRefused, Purchase, Shares, key_of_month, pot_shares};
use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// What [`Distribution::figures`] may refuse.
pub(crate) const REFUSALS: &[&str] = &[
    "distribution/not-month-end",
    "distribution/month-not-over",
    "distribution/no-key",
    "distribution/empty-pot",
    "distribution/no-points",
    "distribution/purchases-too-high",
];

/// The pot of a workshop or farm is shared.
#[derive(Form)]
pub(crate) struct Distribution {
    /// The workshop or farm.
    unit: Id,
    /// The closing date: the last day of a month.
    until: Date,
    /// What other funds paid for this pot, where the key says it is repaid first.
    purchases: Vec<PurchaseLine>,
}

/// A purchase to repay.
#[derive(Form)]
pub(crate) struct PurchaseLine {
    #[field(of = "fund")]
    fund: Id,
    amount: Money,
    /// What was bought, and its paper.
    what: String,
}

struct Figures {
    months: Vec<(Date, i64)>,
    keys: Vec<Key>,
    work: BTreeMap<Id, Worked>,
    shares: Shares,
}

impl Distribution {
    fn figures(&self, book: &Book<'_>) -> Result<Figures, Refusal> {
        if (self.until + Days::new(1)).day() != 1 {
            return Err(Refusal::new("distribution/not-month-end").with("until", self.until));
        }
        if self.until >= book.date() {
            return Err(Refusal::new("distribution/month-not-over").with("until", self.until).with("date", book.date()));
        }
        book.open(&self.unit)?;
        let months = pot::unshared_francs(&self.unit, self.until, book)?;
        let mut keys = keys_of(&self.unit, &pot::in_the_end(book));
        let begun = keys.iter().filter(|key| key.from <= self.until).count();
        keys.truncate(begun.max(1));
        let work = pot::unshared_work(&self.unit, self.until, book);
        let points =
            work.iter().filter_map(|(person, worked)| Some((person.clone(), u64::try_from(worked.points?.count()).ok()?))).collect();
        let purchases: Vec<Purchase> = self.purchases.iter().map(|p| Purchase { fund: p.fund.clone(), francs: p.amount.0 }).collect();
        let shares = pot_shares(&months, &keys, &purchases, &points).map_err(|no| self.refusal(no))?;
        Ok(Figures { months, keys, work, shares })
    }

    fn refusal(&self, no: PotRefused) -> Refusal {
        let francs = |count| Amount::francs(count);
        let refusal = match no {
            PotRefused::NoKey => Refusal::new("distribution/no-key"),
            PotRefused::Empty(pot) => Refusal::new("distribution/empty-pot").with("pot", francs(pot)),
            PotRefused::NoPoints(part) => Refusal::new("distribution/no-points").with("part", francs(part)),
            PotRefused::PurchasesTooHigh { asked, has } => {
                Refusal::new("distribution/purchases-too-high").with("asked", francs(asked)).with("has", francs(has))
            }
        };
        refusal.with("unit", &self.unit).with("until", self.until)
    }

    /// Everything leaves the sales fund for those it now belongs to, and the work is shared work.
    fn movements(&self, site: &str, Figures { work, shares, .. }: &Figures) -> Effects {
        let (sales, shared) = (sales_of(&self.unit), self.unit.as_kind("shared"));
        let mut effects = Effects::new();
        for (person, _, francs) in &shares.persons {
            effects = effects.francs(*francs, &Id::new("pecule", &format!("{site}.{}", person.code())), &sales);
        }
        for (fund, francs) in &shares.funds {
            effects = effects.francs(*francs, fund, &sales);
        }
        for (person, worked) in work {
            let place = Id::new("work", &format!("{}.{}", self.unit.code(), person.code()));
            for (item, amount) in [(items::points(), worked.points), (items::half_days(), worked.half_days)] {
                if let Some(amount) = amount {
                    effects = effects.moves(&item, amount, &place, &shared);
                }
            }
        }
        effects
    }
}

fn francs(count: i64) -> String {
    Amount::francs(count).to_string()
}

impl Record for Distribution {
    const KIND: &'static str = "distribution/1";

    fn writes() -> Grant {
        grant(&["distribution"], &[], &["pecule", "fund", "work", "shared"], &["xof", "points", "half-days"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        const { &sdk::joined::<9>(&[&["distribution/other-decision", "distribution/decision-used", "distribution/leave-differs"], REFUSALS]) }
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = book.adopted(cmd.leave.as_ref())?;
        if decision.about != "distribution" {
            return Err(Refusal::new("distribution/other-decision").with("decision", &decision.id).with("about", decision.about));
        }
        let used = pot::in_the_end(book).things_having("distribution", "decision", decision.id.as_str());
        if let Some(other) = used.first() {
            return Err(Refusal::new("distribution/decision-used").with("decision", &decision.id).with("distribution", other));
        }
        let figures = self.figures(book)?;
        let shares = &figures.shares;
        if decision.left != shares.workers {
            let refusal = Refusal::new("distribution/leave-differs").with("decision", &decision.id);
            return Err(refusal.with("leave", Amount::francs(decision.left)).with("pecules", Amount::francs(shares.workers)));
        }
        let keys: Value = shares.keys.iter().map(|(key, count)| json!({"key": key, "francs": francs(*count)})).collect();
        let months: Value = figures.months.iter().map(|(month, count)| json!({"month": month, "francs": francs(*count)})).collect();
        let bought: Value = self.purchases.iter().map(|p| json!({"fund": p.fund, "amount": francs(p.amount.0), "what": p.what})).collect();
        let got: BTreeMap<&Id, i64> = shares.persons.iter().map(|(person, _, francs)| (person, *francs)).collect();
        let persons: Value = figures
            .work
            .iter()
            .map(|(person, worked)| {
                let count = got.get(person).copied().unwrap_or(0);
                json!({"person": person, "francs": francs(count), "points": worked.points, "half-days": worked.half_days})
            })
            .collect();
        Ok(self.movements(&cmd.site, &figures).open(
            &Id::new("distribution", "$1"),
            [
                ("unit", json!(self.unit)),
                ("until", json!(self.until)),
                ("pot", francs(shares.pot).into()),
                ("workers", francs(shares.workers).into()),
                ("decision", json!(decision.id)),
                ("keys", keys),
                ("months", months),
                ("purchases", if self.purchases.is_empty() { Value::Null } else { bought }),
                ("shares", persons),
            ],
        ))
    }
}

/// The same figures line by line, recorded nowhere: each can be worked out again by hand.
pub(crate) fn simulate(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Figures { months, keys, shares, .. } = sdk::read::<Distribution>(cmd)?.figures(book)?;
    let mut rows: Vec<[String; 6]> = Vec::new();
    let none = String::new;
    for (month, francs) in &months {
        let key = key_of_month(&keys, *month).map_or_else(none, |key| key.id.to_string());
        rows.push([month_of(*month).format("%Y-%m").to_string(), key, none(), none(), none(), francs.to_string()]);
    }
    for (key, fund, francs) in &shares.repaid {
        rows.push([none(), key.to_string(), fund.to_string(), none(), none(), francs.to_string()]);
    }
    for (key, to, ratio, francs) in &shares.parts {
        let to = to.as_ref().map_or_else(|| "workers".to_owned(), Id::to_string);
        rows.push([none(), key.to_string(), to, none(), ratio.to_string(), francs.to_string()]);
    }
    let all: u64 = shares.persons.iter().map(|person| person.1).sum();
    for (person, points, francs) in &shares.persons {
        rows.push([none(), none(), person.to_string(), points.to_string(), format!("{points}/{all}"), francs.to_string()]);
    }
    let columns = ["month", "key", "beneficiary", "points", "ratio", "amount"].map(str::to_owned).to_vec();
    Ok(Table { columns, rows: rows.into_iter().map(Vec::from).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    fn shared(book: &mut PaperBook, date: &str, until: &str, leave: i64) -> Decided {
        let decision = adopt(book, "distribution", leave);
        record::<Distribution>(book, date, json!({"unit": "workshop/kon-savon", "until": until, "leave": decision}))
    }

    #[test]
    fn a_pot_goes_to_its_funds_and_workers_and_the_work_is_shared() {
        let mut book = workshop(&["2020-01-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15), ("kon-20-0003", 10, 10)]);
        let effects = shared(&mut book, "2020-04-02", "2020-03-31", 3000).unwrap();
        assert_eq!(
            movements(&effects),
            [
                "2250 XOF pecule/kon.kon-20-0002 → fund/kon-savon.sales",
                "750 XOF pecule/kon.kon-20-0003 → fund/kon-savon.sales",
                "7000 XOF fund/kon-roulement → fund/kon-savon.sales",
                "30 point work/kon-savon.kon-20-0002 → shared/kon-savon",
                "15 half-day work/kon-savon.kon-20-0002 → shared/kon-savon",
                "10 point work/kon-savon.kon-20-0003 → shared/kon-savon",
                "10 half-day work/kon-savon.kon-20-0003 → shared/kon-savon",
            ]
        );
        let asked = Book::new(&book, "kon", "2020-04-03".parse().unwrap());
        assert_eq!(asked.francs(&sales_of(&id("workshop/kon-savon"))), 0);
    }

    #[test]
    fn nothing_is_shared_twice_and_late_work_falls_in_the_next_pot() {
        let mut book = workshop(&["2020-01-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        sells(&mut book, "2020-04-01", 20_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15)]);
        works(&mut book, "2020-04-01", &[("kon-20-0003", 60, 30)]);
        let effects = shared(&mut book, "2020-04-02", "2020-03-31", 3000).unwrap();
        assert_eq!(movements(&effects)[0], "3000 XOF pecule/kon.kon-20-0002 → fund/kon-savon.sales");
        let again = shared(&mut book, "2020-04-03", "2020-03-31", 0).unwrap_err();
        assert_eq!((again.code.as_str(), again.args["pot"].as_str()), ("distribution/empty-pot", "0 XOF"));
        works(&mut book, "2020-03-30", &[("kon-20-0002", 20, 10)]);
        let effects = shared(&mut book, "2020-05-02", "2020-04-30", 6000).unwrap();
        assert_eq!(
            movements(&effects)[..2],
            ["1500 XOF pecule/kon.kon-20-0002 → fund/kon-savon.sales", "4500 XOF pecule/kon.kon-20-0003 → fund/kon-savon.sales"]
        );
    }

    #[test]
    fn a_new_key_rules_its_own_months_even_after_an_earlier_distribution() {
        let mut book = workshop(&["2020-01-01", "2020-04-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15)]);
        shared(&mut book, "2020-04-02", "2020-03-31", 3000).unwrap();
        sells(&mut book, "2020-04-10", 10_000);
        refunds(&mut book, "2020-04-11", 1_000);
        works(&mut book, "2020-04-12", &[("kon-20-0002", 30, 15)]);
        // The second key gives the workers half of 9 000 francs.
        let effects = shared(&mut book, "2020-05-02", "2020-04-30", 4500).unwrap();
        assert_eq!(movements(&effects)[0], "4500 XOF pecule/kon.kon-20-0002 → fund/kon-savon.sales");
    }

    #[test]
    fn a_simulation_gives_each_line_and_records_nothing() {
        let mut book = workshop(&["2020-01-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15), ("kon-20-0003", 10, 10)]);
        let cmd = command("simulation/1", "2020-04-02", json!({"unit": "workshop/kon-savon", "until": "2020-03-31"}));
        let table = simulate(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join("|")).collect();
        assert_eq!(
            rows,
            [
                "2020-03|key/kon-20-0001||||10000",
                "|key/kon-20-0001|workers||3/10|3000",
                "|key/kon-20-0001|fund/kon-roulement||7/10|7000",
                "||person/kon-20-0002|30|30/40|2250",
                "||person/kon-20-0003|10|10/40|750",
            ]
        );
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    }

    #[test]
    fn a_distribution_that_cannot_be_is_refused() {
        let mut book = workshop(&["2020-01-01"]);
        let no = |book: &mut PaperBook, date: &str, until: &str, leave: i64, code: &str| {
            let refusal = shared(book, date, until, leave).unwrap_err();
            assert_eq!(refusal.code, code);
            assert!(Distribution::refusals().contains(&code));
        };
        no(&mut book, "2020-04-02", "2020-03-30", 0, "distribution/not-month-end");
        no(&mut book, "2020-03-31", "2020-03-31", 0, "distribution/month-not-over");
        no(&mut book, "2020-04-02", "2020-03-31", 0, "distribution/empty-pot");
        sells(&mut book, "2020-03-10", 10_000);
        no(&mut book, "2020-04-02", "2020-03-31", 3000, "distribution/no-points");
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15)]);
        no(&mut book, "2020-04-02", "2020-03-31", 2999, "distribution/leave-differs");
        let mut keyless = workshop(&[]);
        no(&mut keyless, "2020-04-02", "2020-03-31", 0, "distribution/no-key");
    }

    #[test]
    fn a_distribution_needs_its_own_decision() {
        let mut book = workshop(&["2020-01-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 30, 15)]);
        let fields = |decision: &str| json!({"unit": "workshop/kon-savon", "until": "2020-03-31", "leave": decision});
        let spend = adopt(&mut book, "spend", 3000);
        refused::<Distribution>(&mut book, "2020-04-02", fields(&spend), "distribution/other-decision");
        let right = adopt(&mut book, "distribution", 3000);
        let bought = json!([{"fund": "fund/kon-roulement", "amount": "500 XOF", "what": "soude"}]);
        let mut with_purchases = fields(&right);
        with_purchases["purchases"] = bought;
        refused::<Distribution>(&mut book, "2020-04-02", with_purchases, "distribution/purchases-too-high");
        record::<Distribution>(&mut book, "2020-04-02", fields(&right)).unwrap();
        refused::<Distribution>(&mut book, "2020-04-02", fields(&right), "distribution/decision-used");
    }
}
