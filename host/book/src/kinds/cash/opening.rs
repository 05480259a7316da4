//! The opening situation: what a facility had, was owed and owed on its first day in this book.

use super::facilities::open_if_absent;
use super::{day, id, of_site, place_of, shown};
use baara_plugin_api::prelude::*;

/// The *situation initiale*, declared by two persons under the founding act, once for each facility.
#[derive(Form)]
pub(super) struct Opening {
    act: String,
    #[field(of = "person")]
    second: Id,
    goods: Vec<Goods>,
    cash: Vec<Cash>,
    debts: Vec<Debt>,
    pecules: Vec<Pecule>,
    bills: Vec<Bill>,
}

/// Goods on a shelf, and the day their lot may leave.
#[derive(Form)]
struct Goods {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    released: Option<Date>,
    unit: Option<Id>,
}

/// Francs in a cash box, a bank or a mobile money account.
#[derive(Form)]
struct Cash {
    place: Id,
    amount: Money,
}

/// What a customer owes.
#[derive(Form)]
struct Debt {
    #[field(of = "customer")]
    customer: Id,
    amount: Money,
}

/// What is kept for a detainee.
#[derive(Form)]
struct Pecule {
    #[field(of = "person")]
    person: Id,
    amount: Money,
}

/// What a supplier is owed.
#[derive(Form)]
struct Bill {
    #[field(of = "supplier")]
    supplier: Id,
    amount: Money,
}

impl Record for Opening {
    const KIND: &'static str = "opening/1";
    fn writes() -> Grant {
        let places =
            &["opening", "store", "fund", "cash-box", "bank", "wallet", "debt", "pecule", "bill", "shortage", "committee", "decision"];
        grant(&["lot", "fund", "shortage", "decision"], &[], places, &["*", "xof", "leave"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["opening/already", "opening/empty", "opening/same-person", "opening/twice-listed", "cash/other-place"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&Id::new("facility", &cmd.site))?;
        let fund = of_site("fund", cmd, "opening");
        if let Some(earlier) = book.thing(&fund) {
            return Err(Refusal::new("opening/already").with("facility", &cmd.site).with("date", earlier.since));
        }
        if self.second == cmd.by {
            return Err(Refusal::new("opening/same-person").with("person", &cmd.by));
        }
        book.open(&self.second)?;
        self.check(book)?;
        let shortage = of_site("shortage", cmd, "opening");
        let effects = Effects::new()
            .open(
                &fund,
                [("label", "Situation initiale".into()), ("label-en", "Opening situation".into()), ("act", self.act.as_str().into())],
            )
            .open(&shortage, [("label", "Manquant initial".into()), ("label-en", "Opening shortage".into())]);
        let uncollected = of_site("fund", cmd, "uncollected");
        let effects = open_if_absent(effects, &uncollected, "Ventes à crédit non encaissées", "Credit sales not yet collected", book);
        let effects = self.goods_in(effects, cmd, book)?;
        Ok(self.leave(self.francs(effects, &fund, &shortage, &uncollected, cmd), cmd))
    }
}

impl Opening {
    fn check(&self, book: &Book<'_>) -> Result<(), Refusal> {
        if self.goods.is_empty() && self.cash.is_empty() && self.debts.is_empty() && self.pecules.is_empty() && self.bills.is_empty() {
            return Err(Refusal::new("opening/empty"));
        }
        for line in &self.cash {
            place_of(&["cash-box", "bank", "wallet"], &line.place, book)?;
        }
        let owners = self.debts.iter().map(|d| &d.customer).chain(self.bills.iter().map(|b| &b.supplier));
        let mut named: Vec<&Id> = owners.chain(self.pecules.iter().map(|p| &p.person)).collect();
        for owner in &named {
            book.open(owner)?;
        }
        named.extend(self.cash.iter().map(|c| &c.place));
        named.sort();
        match named.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Refusal::new("opening/twice-listed").with("thing", pair[0])),
            None => Ok(()),
        }
    }

    fn goods_in(&self, mut effects: Effects, cmd: &Command, book: &Book<'_>) -> Decided {
        let from = Id::new("opening", &cmd.site);
        let mut lots = 0;
        for line in &self.goods {
            book.open(&line.store)?;
            if !book.open(&line.item)?.flag("by-lot") {
                effects = effects.moves(&line.item, line.quantity, &from, &line.store);
                continue;
            }
            lots += 1;
            let lot = Id::new("lot", &format!("${lots}"));
            let unit = line.unit.as_ref().map_or(Value::Null, id);
            // A release may start ahead, never in the past.
            let released = line.released.unwrap_or(cmd.date).max(cmd.date);
            effects = effects
                .open(&lot, [("item", id(&line.item)), ("unit", unit), ("made", day(cmd.date))])
                .set(&lot, "released", true, released)
                .goods(&line.item, line.quantity, &from, &line.store, Some(&lot));
        }
        Ok(effects)
    }

    /// Each franc is held somewhere and owed to somebody: what the cash does not cover is a shortage.
    fn francs(&self, mut effects: Effects, fund: &Id, shortage: &Id, uncollected: &Id, cmd: &Command) -> Effects {
        let (mut cash, mut owed) = (0, 0);
        for line in &self.cash {
            cash += line.amount.0;
            effects = effects.francs(line.amount.0, fund, &line.place);
        }
        for line in &self.debts {
            effects = effects.francs(line.amount.0, uncollected, &line.customer.as_kind("debt"));
        }
        for line in &self.pecules {
            owed += line.amount.0;
            effects = effects.francs(line.amount.0, &pecule(cmd, &line.person), fund);
        }
        for line in &self.bills {
            owed += line.amount.0;
            effects = effects.francs(line.amount.0, &line.supplier.as_kind("bill"), fund);
        }
        effects.francs((owed - cash).max(0), fund, shortage)
    }

    /// The founding act gives leave to pay these persons what was kept for them, without end date.
    fn leave(&self, effects: Effects, cmd: &Command) -> Effects {
        let payees: Vec<&Pecule> = self.pecules.iter().filter(|p| p.amount.0 > 0).collect();
        if payees.is_empty() {
            return effects;
        }
        let total = Amount::francs(payees.iter().map(|p| p.amount.0).sum());
        let decision = Id::new("decision", "$1");
        let persons: Vec<Value> = payees.iter().map(|p| id(&p.person)).collect();
        effects
            .open(
                &decision,
                [
                    ("about", "opening".into()),
                    ("act", self.act.as_str().into()),
                    ("ceiling", shown(total)),
                    ("payees", persons.into()),
                    ("adopted", day(cmd.date)),
                ],
            )
            .moves(&items::leave(), total, &Id::new("committee", &cmd.site), &decision)
    }
}

/// The pécule of a person at the command's site.
fn pecule(cmd: &Command, person: &Id) -> Id {
    Id::new("pecule", &format!("{}.{}", cmd.site, person.code()))
}
