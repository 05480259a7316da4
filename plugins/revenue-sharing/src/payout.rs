//! Workers are paid what a distribution, or the opening, gave them: in cash, by fives.

use crate::pot::in_the_end;
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Workers are paid.
#[derive(Form)]
pub(crate) struct Payout {
    /// The cash box that pays.
    #[field(of = "cash-box")]
    place: Id,
    /// The distribution; found by its decision when it is not said.
    #[field(of = "distribution")]
    distribution: Option<Id>,
    /// Everybody of the distribution, all they may get.
    all: bool,
    lines: Vec<PayLine>,
}

/// What one person gets.
#[derive(Form)]
pub(crate) struct PayLine {
    #[field(of = "person")]
    person: Id,
    amount: Money,
}

/// The smallest coin.
const COIN: i64 = 5;

fn by_coins(francs: i64) -> i64 {
    francs.max(0) / COIN * COIN
}

fn pecule(site: &str, person: &Id) -> Id {
    Id::new("pecule", &format!("{site}.{}", person.code()))
}

/// A distribution, and what each person may still get of it.
struct Dues {
    distribution: Id,
    due: BTreeMap<Id, i64>,
}

impl Dues {
    fn of(distribution: &Thing, book: &Book<'_>) -> Dues {
        let book = in_the_end(book);
        let mut due = BTreeMap::new();
        let line = |line: &Value, key: &str| {
            let francs = line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count);
            Some((Id::parse(line["person"].as_str()?).ok()?, francs))
        };
        let lines = |thing: &Thing, key: &str| thing.values.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        for (person, francs) in lines(distribution, "shares").iter().filter_map(|l| line(l, "francs")) {
            *due.entry(person).or_insert(0) += francs;
        }
        let payouts = book.things_having("payout", "distribution", distribution.id.as_str());
        for payout in payouts.iter().filter_map(|id| book.thing(id)) {
            for (person, francs) in lines(&payout, "lines").iter().filter_map(|l| line(l, "amount")) {
                *due.entry(person).or_insert(0) -= francs;
            }
        }
        Dues { distribution: distribution.id.clone(), due }
    }

    /// The most a person may get: what is due, and up to four francs that earlier payouts could not pay in coins.
    fn most(&self, person: &Id, spare: i64) -> Option<i64> {
        self.due.get(person).map(|due| due + spare)
    }
}

impl Payout {
    fn dues(&self, cmd: &Command, book: &Book<'_>) -> Result<(baara_plugin_api::Decision, Option<Dues>), Refusal> {
        let decision = book.adopted(cmd.leave.as_ref())?;
        let other = |decision: &baara_plugin_api::Decision| {
            Refusal::new("payout/other-decision").with("decision", &decision.id).with("about", &decision.about)
        };
        if !matches!(decision.about.as_str(), "distribution" | "opening") {
            return Err(other(&decision));
        }
        let found = in_the_end(book).things_having("distribution", "decision", decision.id.as_str()).into_iter().next();
        let distribution = match (&self.distribution, found) {
            (Some(named), Some(found)) if *named == found => Some(found),
            (Some(_), _) => return Err(other(&decision)),
            (None, None) if decision.about == "distribution" => {
                return Err(Refusal::new("payout/no-distribution").with("decision", &decision.id));
            }
            (None, found) => found,
        };
        let dues = distribution.map(|id| in_the_end(book).open(&id)).transpose()?.map(|thing| Dues::of(&thing, book));
        Ok((decision, dues))
    }

    /// Everybody's lines: what is due, and the small rests too while the leave suffices.
    fn everybody(site: &str, dues: &Dues, left: i64, book: &Book<'_>) -> Vec<(Id, i64)> {
        let lines = |spare: i64| -> Vec<(Id, i64)> {
            let line = |(person, due): (&Id, &i64)| {
                let held = -book.francs(&pecule(site, person));
                (person.clone(), by_coins(held.min(due + spare)))
            };
            dues.due.iter().map(line).filter(|(_, francs)| *francs > 0).collect()
        };
        let with_rests = lines(COIN - 1);
        if with_rests.iter().map(|line| line.1).sum::<i64>() <= left { with_rests } else { lines(0) }
    }

    fn check(person: &Id, francs: i64, site: &str, dues: Option<&Dues>, book: &Book<'_>) -> Result<(), Refusal> {
        let asked = Amount::francs(francs);
        let thing = book.open(person)?;
        if !thing.flag("detainee") {
            return Err(Refusal::new("payout/not-a-detainee").with("person", person));
        }
        if thing.text("state") == "transferred" {
            return Err(Refusal::new("payout/transferred").with("person", person).with("facility", thing.text("facility")));
        }
        if francs % COIN != 0 {
            let refusal = Refusal::new("payout/not-by-fives").with("person", person).with("asked", asked);
            return Err(refusal.with("nearest", Amount::francs(by_coins(francs))));
        }
        let held = -book.francs(&pecule(site, person));
        if francs > held {
            let refusal = Refusal::new("payout/more-than-pecule").with("person", person);
            return Err(refusal.with("held", Amount::francs(held)).with("asked", asked));
        }
        let Some(dues) = dues else { return Ok(()) };
        let most = dues
            .most(person, COIN - 1)
            .ok_or_else(|| Refusal::new("payout/not-in-distribution").with("person", person).with("distribution", &dues.distribution))?;
        if francs > most {
            let refusal = Refusal::new("payout/more-than-due").with("person", person).with("distribution", &dues.distribution);
            return Err(refusal.with("due", Amount::francs(by_coins(most))).with("asked", asked));
        }
        Ok(())
    }
}

impl Record for Payout {
    const KIND: &'static str = "payout/1";

    fn writes() -> Grant {
        grant(&["payout"], &[], &["cash-box", "pecule"], &["xof"], &["payout"])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "payout/other-decision",
            "payout/no-distribution",
            "payout/nobody",
            "payout/twice",
            "payout/not-a-detainee",
            "payout/transferred",
            "payout/not-by-fives",
            "payout/more-than-pecule",
            "payout/not-in-distribution",
            "payout/more-than-due",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let (decision, dues) = self.dues(cmd, book)?;
        let transferred = |person: &Id| book.value(person, "state") == "transferred";
        let (mut left_out, mut lines): (Vec<Id>, Vec<(Id, i64)>) = (Vec::new(), Vec::new());
        match &dues {
            Some(dues) if self.all => {
                for (person, francs) in Payout::everybody(&cmd.site, dues, decision.left, book) {
                    if transferred(&person) { left_out.push(person) } else { lines.push((person, francs)) }
                }
            }
            _ => lines.extend(self.lines.iter().filter(|line| line.amount.0 > 0).map(|line| (line.person.clone(), line.amount.0))),
        }
        if lines.is_empty() {
            return Err(Refusal::new("payout/nobody"));
        }
        let mut seen = BTreeSet::new();
        for (person, francs) in &lines {
            if !seen.insert(person) {
                return Err(Refusal::new("payout/twice").with("person", person));
            }
            Payout::check(person, *francs, &cmd.site, dues.as_ref(), book)?;
        }
        let paid = |effects: Effects, (person, francs): &(Id, i64)| effects.francs(*francs, &self.place, &pecule(&cmd.site, person));
        let total = Amount::francs(lines.iter().map(|line| line.1).sum());
        let kept: Value = lines.iter().map(|(person, francs)| json!({"person": person, "amount": Amount::francs(*francs)})).collect();
        let effects = lines.iter().fold(Effects::new(), paid).number("payout").open(
            &Id::new("payout", "$1"),
            [
                ("distribution", json!(dues.map(|dues| dues.distribution))),
                ("decision", json!(decision.id)),
                ("place", json!(self.place)),
                ("total", json!(total)),
                ("number", NUMBER.into()),
                ("lines", kept),
            ],
        );
        Ok(left_out.iter().fold(effects, |effects, person| effects.warn("payout/left-out", &[person], [("person", person.to_string())])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Distribution;
    use crate::fixture::*;

    /// 10 000 francs shared: 2 252 and 748 francs to two workers. Gives the decision too.
    fn distributed() -> (PaperBook, String) {
        let mut book = workshop(&["2020-01-01"]);
        sells(&mut book, "2020-03-10", 10_000);
        works(&mut book, "2020-03-12", &[("kon-20-0002", 563, 15), ("kon-20-0003", 187, 10)]);
        let decision = adopt(&mut book, "distribution", 3000);
        let fields = json!({"unit": "workshop/kon-savon", "until": "2020-03-31", "leave": decision});
        record::<Distribution>(&mut book, "2020-04-02", fields).unwrap();
        (book, decision)
    }

    fn pays(decision: &str, lines: &[(&str, i64)]) -> Value {
        let lines: Value = lines.iter().map(|(p, n)| json!({"person": format!("person/{p}"), "amount": Amount::francs(*n)})).collect();
        json!({"place": "cash-box/kon-caisse", "leave": decision, "lines": lines})
    }

    #[test]
    fn everybody_is_paid_by_fives_and_the_rest_stays() {
        let (mut book, decision) = distributed();
        let all = json!({"place": "cash-box/kon-caisse", "all": true, "leave": decision});
        let effects = record::<Payout>(&mut book, "2020-04-05", all.clone()).unwrap();
        assert_eq!(
            movements(&effects),
            ["2250 XOF cash-box/kon-caisse → pecule/kon.kon-20-0002", "745 XOF cash-box/kon-caisse → pecule/kon.kon-20-0003"]
        );
        let asked = Book::new(&book, "kon", "2020-04-06".parse().unwrap());
        assert_eq!(asked.francs(&id("pecule/kon.kon-20-0002")), -2);
        refused::<Payout>(&mut book, "2020-04-06", all, "payout/nobody");
    }

    #[test]
    fn a_released_worker_is_paid_off_and_a_transferred_one_is_told() {
        let (mut book, decision) = distributed();
        becomes(&mut book, "kon-20-0002", "released");
        becomes(&mut book, "kon-20-0003", "transferred");
        let all = json!({"place": "cash-box/kon-caisse", "all": true, "leave": decision});
        let effects = record::<Payout>(&mut book, "2020-04-05", all).unwrap();
        assert_eq!(movements(&effects), ["2250 XOF cash-box/kon-caisse → pecule/kon.kon-20-0002"]);
        assert!(matches!(effects.0.last(), Some(Effect::Warn { code, .. }) if code == "payout/left-out"));
        refused::<Payout>(&mut book, "2020-04-05", pays(&decision, &[("kon-20-0003", 100)]), "payout/transferred");
    }

    #[test]
    fn nobody_gets_more_than_is_theirs() {
        let (mut book, decision) = distributed();
        let mut no = |lines: &[(&str, i64)], code: &str| refused::<Payout>(&mut book, "2020-04-05", pays(&decision, lines), code);
        let refusal = no(&[("kon-20-0002", 2252)], "payout/not-by-fives");
        assert_eq!(refusal.args["nearest"], "2250 XOF");
        no(&[("kon-20-0002", 2255)], "payout/more-than-pecule");
        no(&[("kon-20-0002", 100), ("kon-20-0002", 100)], "payout/twice");
        no(&[("kon-20-0001", 100)], "payout/not-a-detainee");
        no(&[("kon-20-0002", 0)], "payout/nobody");
        book.stock(&id("pecule/kon.kon-20-0004"), &items::xof(), None, Amount::francs(-500));
        book.stock(&id("pecule/kon.kon-20-0002"), &items::xof(), None, Amount::francs(-500));
        refused::<Payout>(&mut book, "2020-04-05", pays(&decision, &[("kon-20-0004", 500)]), "payout/not-in-distribution");
        refused::<Payout>(&mut book, "2020-04-05", pays(&decision, &[("kon-20-0002", 2700)]), "payout/more-than-due");
        record::<Payout>(&mut book, "2020-04-05", pays(&decision, &[("kon-20-0002", 2000)])).unwrap();
        refused::<Payout>(&mut book, "2020-04-06", pays(&decision, &[("kon-20-0002", 300)]), "payout/more-than-due");
    }

    #[test]
    fn a_payout_needs_the_decision_of_a_distribution_or_of_the_opening() {
        let (mut book, decision) = distributed();
        let spend = adopt(&mut book, "spend", 5000);
        refused::<Payout>(&mut book, "2020-04-05", pays(&spend, &[("kon-20-0002", 100)]), "payout/other-decision");
        let unused = adopt(&mut book, "distribution", 5000);
        refused::<Payout>(&mut book, "2020-04-05", pays(&unused, &[("kon-20-0002", 100)]), "payout/no-distribution");
        let opening = adopt(&mut book, "opening", 5000);
        let mut named = pays(&opening, &[("kon-20-0002", 100)]);
        named["distribution"] = "distribution/kon-20-0001".into();
        refused::<Payout>(&mut book, "2020-04-05", named, "payout/other-decision");
        assert!(record::<Payout>(&mut book, "2020-04-05", pays(&opening, &[("kon-20-0002", 100)])).is_ok());
        assert!(record::<Payout>(&mut book, "2020-04-05", pays(&decision, &[("kon-20-0002", 100)])).is_ok());
    }
}
