//! A sharing key: who gets how much of what a workshop or farm earns, from a month on, by an adopted decision.

use crate::shares::{Base, Key, Part};
use baara_plugin_api::prelude::*;

/// What is shared.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BaseChoice {
    /// All that was collected.
    Gross,
    /// After repayment of listed purchases.
    NetOfPurchases,
}

/// A sharing key as the committee adopted it.
#[derive(Form)]
pub(crate) struct SharingKey {
    /// The workshop or farm.
    unit: Id,
    /// The first of a month.
    from: Date,
    parts: Vec<PartLine>,
    /// The part that takes the francs no ratio divides: `workers` or one of the funds.
    remainder: String,
    base: BaseChoice,
    /// The category of work: in house, hired out, public service, farm …
    category: Option<String>,
    /// The text it rests on.
    reference: String,
}

/// One part of a key.
#[derive(Form)]
pub(crate) struct PartLine {
    /// `workers`, or a fund.
    to: String,
    ratio: Ratio,
}

const WORKERS: &str = "workers";

/// Who `text` names: the workers, or a fund.
fn beneficiary(text: &str) -> Option<Option<Id>> {
    if text == WORKERS {
        return Some(None);
    }
    Id::parse(text).ok().filter(|id| id.kind() == "fund").map(Some)
}

/// The exact sum of ratios, in lowest terms; `None` when it does not fit.
fn sum<'r>(mut ratios: impl Iterator<Item = &'r Ratio>) -> Option<(u128, u128)> {
    let gcd = |mut a: u128, mut b: u128| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a.max(1)
    };
    ratios.try_fold((0_u128, 1_u128), |(num, den), ratio| {
        let (n, d) = (u128::from(ratio.num()), u128::from(ratio.den()));
        let num = num.checked_mul(d)?.checked_add(n.checked_mul(den)?)?;
        let den = den.checked_mul(d)?;
        let common = gcd(num, den);
        Some((num / common, den / common))
    })
}

/// The keys of a unit, by first month.
pub(crate) fn keys_of(unit: &Id, book: &Book<'_>) -> Vec<Key> {
    let things = book.things_having("key", "unit", unit.as_str());
    let mut keys: Vec<Key> = things.iter().filter_map(|id| read(&book.thing(id)?)).collect();
    keys.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    keys
}

fn read(key: &Thing) -> Option<Key> {
    let lines = key.values.get("parts")?.as_array()?;
    let part = |line: &Value| Some(Part { to: beneficiary(line["to"].as_str()?)?, ratio: Ratio::parse(line["ratio"].as_str()?)? });
    Some(Key {
        id: key.id.clone(),
        from: key.date("from")?,
        base: if key.text("base") == BaseChoice::NetOfPurchases.code() { Base::NetOfPurchases } else { Base::Gross },
        parts: lines.iter().map(part).collect::<Option<_>>()?,
        remainder: beneficiary(key.text("remainder"))?,
    })
}

impl SharingKey {
    fn checked(&self, book: &Book<'_>) -> Result<(), Refusal> {
        let own = format!("{}.sales", self.unit.code());
        for (i, part) in self.parts.iter().enumerate() {
            match beneficiary(&part.to) {
                None => return Err(Refusal::new("key/unknown-beneficiary").with("to", &part.to)),
                Some(Some(fund)) if fund.code() == own => return Err(Refusal::new("key/to-itself").with("fund", fund)),
                Some(Some(fund)) => book.open(&fund).map(|_| ())?,
                Some(None) => {}
            }
            if self.parts[..i].iter().any(|other| other.to == part.to) {
                return Err(Refusal::new("key/twice").with("to", &part.to));
            }
        }
        let (num, den) = sum(self.parts.iter().map(|part| &part.ratio)).unwrap_or((0, 1));
        if num != den {
            return Err(Refusal::new("key/not-one").with("sum", format!("{num}/{den}")));
        }
        if !self.parts.iter().any(|part| part.to == self.remainder) {
            return Err(Refusal::new("key/remainder-not-a-part").with("remainder", &self.remainder));
        }
        Ok(())
    }

    /// When the voted terms are of the form `workers = 3/10; fund/kon-roulement = 7/10`, only they are adopted.
    fn as_decided(&self, decision: &Id, book: &Book<'_>) -> Result<(), Refusal> {
        let text = book.value(decision, "terms");
        let terms = text.as_str().unwrap_or_default().split([';', '\n']).map(str::trim).filter(|term| !term.is_empty());
        let Some(terms) = terms.map(|term| term.split_once('=')).collect::<Option<Vec<_>>>() else { return Ok(()) };
        let voted: Vec<(&str, &str)> = terms.iter().map(|(to, ratio)| (to.trim(), ratio.trim())).collect();
        let voted: Vec<&(&str, &str)> = voted.iter().filter(|(to, _)| beneficiary(to).is_some()).collect();
        let cross = |ratio: &Ratio| (u128::from(ratio.num()), u128::from(ratio.den()));
        let same = |part: &PartLine| {
            let voted = voted.iter().find(|(to, _)| *to == part.to).and_then(|(_, ratio)| Ratio::parse(ratio));
            voted.is_some_and(|voted| cross(&voted).0 * cross(&part.ratio).1 == cross(&part.ratio).0 * cross(&voted).1)
        };
        if voted.is_empty() || (voted.len() == self.parts.len() && self.parts.iter().all(same)) {
            return Ok(());
        }
        Err(Refusal::new("key/not-as-decided").with("decision", decision).with("voted", text.as_str().unwrap_or_default()))
    }

    /// A key begins with a month, not before its entry (the first key of a unit may), and alone.
    fn begins(&self, cmd: &Command, book: &Book<'_>) -> Result<(), Refusal> {
        if self.from.day() != 1 {
            return Err(Refusal::new("key/not-first-of-month").with("from", self.from));
        }
        let keys = keys_of(&self.unit, book);
        if let Some(other) = keys.iter().find(|key| key.from == self.from) {
            return Err(Refusal::new("key/same-month").with("key", &other.id).with("from", self.from));
        }
        if self.from < cmd.date && !keys.is_empty() {
            return Err(Refusal::new("key/in-the-past").with("from", self.from).with("date", cmd.date));
        }
        Ok(())
    }
}

impl Record for SharingKey {
    const KIND: &'static str = "sharing-key/1";

    fn writes() -> Grant {
        grant(&["key"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "key/other-decision",
            "key/not-as-decided",
            "key/unknown-beneficiary",
            "key/to-itself",
            "key/twice",
            "key/not-one",
            "key/remainder-not-a-part",
            "key/not-first-of-month",
            "key/same-month",
            "key/in-the-past",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = book.adopted(cmd.leave.as_ref())?;
        if decision.about != "sharing-key" {
            return Err(Refusal::new("key/other-decision").with("decision", &decision.id).with("about", decision.about));
        }
        book.open(&self.unit)?;
        self.checked(book)?;
        self.as_decided(&decision.id, book)?;
        self.begins(cmd, book)?;
        let parts: Value = self.parts.iter().map(|part| json!({"to": part.to, "ratio": part.ratio.to_string()})).collect();
        Ok(Effects::new().open(
            &Id::new("key", "$1"),
            [
                ("unit", json!(self.unit)),
                ("from", json!(self.from)),
                ("parts", parts),
                ("remainder", self.remainder.into()),
                ("base", self.base.code().into()),
                ("category", json!(self.category)),
                ("reference", self.reference.into()),
                ("decision", json!(decision.id)),
            ],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    fn adopted(book: &mut PaperBook, more: Value) -> Value {
        let mut fields = json!({
            "unit": "workshop/kon-savon", "from": "2020-05-01", "remainder": "workers", "base": "gross", "reference": "PV 3",
            "parts": [
                {"to": "workers", "ratio": "1/3"}, {"to": "fund/kon-roulement", "ratio": "1/3"}, {"to": "fund/kon-caution", "ratio": "1/3"},
            ],
            "leave": adopt(book, "sharing-key", 0),
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn prison(keys: &[&str]) -> PaperBook {
        let mut book = workshop(keys);
        book.put(&id("fund/kon-caution"), "2020-01-01".parse().unwrap(), &[]);
        book
    }

    #[track_caller]
    fn no(keys: &[&str], more: Value, code: &str) -> Refusal {
        let mut book = prison(keys);
        let fields = adopted(&mut book, more);
        refused::<SharingKey>(&mut book, "2020-04-10", fields, code)
    }

    #[test]
    fn a_key_is_read_as_it_was_adopted() {
        let mut book = prison(&["2020-01-01"]);
        let fields = adopted(&mut book, json!({"base": "net-of-purchases"}));
        record::<SharingKey>(&mut book, "2020-04-10", fields).unwrap();
        let keys = keys_of(&id("workshop/kon-savon"), &Book::new(&book, "kon", "2020-06-01".parse().unwrap()));
        assert_eq!((keys.len(), keys[1].base, keys[1].parts.len()), (2, Base::NetOfPurchases, 3));
        assert_eq!((&keys[1].remainder, keys[1].parts[0].ratio), (&None, Ratio::new(1, 3).unwrap()));
    }

    #[test]
    fn ratios_must_add_up_to_one_exactly() {
        let parts = json!([{"to": "workers", "ratio": "0.333"}, {"to": "fund/kon-roulement", "ratio": "2/3"}]);
        let refusal = no(&[], json!({"parts": parts}), "key/not-one");
        assert_eq!(refusal.args["sum"], "2999/3000");
        no(&[], json!({"parts": []}), "key/not-one");
    }

    #[test]
    fn parts_are_known_and_different() {
        let parts = |to: &str| json!({"parts": [{"to": "workers", "ratio": "1/2"}, {"to": to, "ratio": "1/2"}]});
        no(&[], parts("the state"), "key/unknown-beneficiary");
        no(&[], parts("cash-box/kon-caisse"), "key/unknown-beneficiary");
        no(&[], parts("fund/kon-savon.sales"), "key/to-itself");
        no(&[], parts("workers"), "key/twice");
        no(&[], json!({"remainder": "fund/kon-autre"}), "key/remainder-not-a-part");
    }

    #[test]
    fn a_key_begins_with_a_month_to_come() {
        no(&[], json!({"from": "2020-05-02"}), "key/not-first-of-month");
        no(&["2020-05-01"], json!({}), "key/same-month");
        no(&["2020-01-01"], json!({"from": "2020-04-01"}), "key/in-the-past");
        let mut book = prison(&[]);
        let first = adopted(&mut book, json!({"from": "2020-01-01"}));
        assert!(record::<SharingKey>(&mut book, "2020-04-10", first).is_ok());
    }

    #[test]
    fn only_what_was_voted_is_adopted() {
        let mut book = prison(&[]);
        let mut voted = |terms: &str| {
            let decision = adopt(&mut book, "sharing-key", 0);
            let set = Effects::new().set(&id(&decision), "terms", terms, "2020-01-01".parse().unwrap());
            book.apply("test", "2020-01-01".parse().unwrap(), &id("person/kon-20-0001"), &set.0);
            let fields = adopted(&mut book, json!({"leave": decision}));
            record::<SharingKey>(&mut book.clone(), "2020-04-10", fields).map(|_| ()).map_err(|no| no.code)
        };
        assert_eq!(voted("workers = 2/6; fund/kon-roulement = 1/3; fund/kon-caution = 1/3"), Ok(()));
        assert_eq!(voted("par tiers, comme lu en séance"), Ok(()));
        assert_eq!(voted("workers = 3/10; fund/kon-roulement = 7/10"), Err("key/not-as-decided".to_owned()));
        assert_eq!(voted("workers = 1/2; fund/kon-roulement = 1/3; fund/kon-caution = 1/6"), Err("key/not-as-decided".to_owned()));
    }

    #[test]
    fn a_key_needs_a_decision_about_it() {
        let mut book = prison(&[]);
        let spend = adopt(&mut book, "spend", 0);
        let fields = adopted(&mut book, json!({"leave": spend}));
        refused::<SharingKey>(&mut book, "2020-04-10", fields, "key/other-decision");
    }
}
