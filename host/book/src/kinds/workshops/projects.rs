//! Micro-projects with their budget, and the workshops they equip.

use super::is_code;
use crate::kinds::people::{id_value, yes};
use baara_plugin_api::prelude::*;

/// A micro-project begins, on a committee's decision or an act.
#[derive(Form)]
pub(super) struct MicroProject {
    label: String,
    #[field(of = "donor")]
    donor: Id,
    #[field(of = "facility")]
    facility: Option<Id>,
    from: Date,
    until: Option<Date>,
    /// The act it rests on, when no decision is cited.
    act: Option<String>,
}

impl Record for MicroProject {
    const KIND: &'static str = "micro-project/1";
    fn writes() -> Grant {
        grant(&["micro-project"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["micro-project/no-basis", "micro-project/other-decision", "micro-project/dates"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = basis(cmd, book, self.act.as_deref())?;
        book.open(&self.donor)?;
        let facility = self.facility.unwrap_or_else(|| Id::new("facility", &cmd.site));
        book.open(&facility)?;
        if let Some(until) = self.until.filter(|until| *until < self.from) {
            return Err(Refusal::new("micro-project/dates").with("from", self.from).with("until", until));
        }
        Ok(Effects::new().open(
            &Id::new("micro-project", "$1"),
            [
                ("label", self.label.into()),
                ("donor", self.donor.as_str().into()),
                ("facility", facility.as_str().into()),
                ("from", self.from.to_string().into()),
                ("until", self.until.map(|day| day.to_string()).into()),
                ("act", self.act.into()),
                ("decision", id_value(decision.as_ref())),
            ],
        ))
    }
}

/// The decision, adopted and about micro-projects, or the act; one of them must be there.
fn basis(cmd: &Command, book: &Book<'_>, act: Option<&str>) -> Result<Option<Id>, Refusal> {
    let acts = act.is_some_and(|act| !act.trim().is_empty());
    match &cmd.leave {
        None if acts => Ok(None),
        None => Err(Refusal::new("micro-project/no-basis")),
        Some(id) => {
            let decision = book.adopted(Some(id))?;
            let about = decision.about.as_str();
            if about != "micro-project" {
                return Err(Refusal::new("micro-project/other-decision").with("decision", id).with("about", about));
            }
            Ok(Some(decision.id))
        }
    }
}

/// A line of a micro-project's budget; changing one needs a decision or an act.
#[derive(Form)]
pub(super) struct BudgetLine {
    #[field(of = "micro-project")]
    micro_project: Id,
    line: String,
    amount: Money,
    act: Option<String>,
}

impl Record for BudgetLine {
    const KIND: &'static str = "budget-line/1";
    fn writes() -> Grant {
        grant(&["micro-project"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["micro-project/other-decision", "budget-line/code", "budget-line/needs-decision"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let project = book.open(&self.micro_project)?;
        if !is_code(&self.line) {
            return Err(Refusal::new("budget-line/code").with("line", &self.line));
        }
        let key = format!("budget.{}", self.line);
        match (project.values.get(&key).and_then(Value::as_str), basis(cmd, book, self.act.as_deref())) {
            // A first figure rests on what the micro-project itself rests on.
            (None, Err(refusal)) if refusal.code == "micro-project/no-basis" => {}
            (Some(was), Err(refusal)) if refusal.code == "micro-project/no-basis" => {
                return Err(Refusal::new("budget-line/needs-decision").with("line", &self.line).with("was", was));
            }
            (_, basis) => drop(basis?),
        }
        Ok(Effects::new().set(&self.micro_project, &key, Amount::francs(self.amount.0).to_string(), cmd.date))
    }
}

/// A workshop opens, with the fund its sales go to.
#[derive(Form)]
pub(super) struct Workshop {
    code: String,
    label: String,
    label_en: Option<String>,
    #[field(of = "trade")]
    trade: Id,
    #[field(of = "micro-project")]
    micro_project: Option<Id>,
    #[field(of = "person")]
    lead: Option<Id>,
    capacity: Option<u64>,
    points: Option<u64>,
    hazardous: bool,
    outside: bool,
}

impl Record for Workshop {
    const KIND: &'static str = "workshop/1";
    fn writes() -> Grant {
        grant(&["workshop", "fund"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["workshop/code", "workshop/taken", "workshop/points"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if !is_code(&self.code) {
            return Err(Refusal::new("workshop/code").with("code", &self.code));
        }
        let code = format!("{}-{}", cmd.site, self.code);
        let (unit, fund) = (Id::new("workshop", &code), Id::new("fund", &format!("{code}.sales")));
        let farm = Id::new("farm", &code); // Work, sales and points of a unit stand under its code alone.
        if let Some(taken) = [&unit, &farm].into_iter().find(|id| book.thing(id).is_some()) {
            return Err(Refusal::new("workshop/taken").with("unit", taken));
        }
        book.open(&self.trade)?;
        if let Some(project) = &self.micro_project {
            book.open(project)?;
        }
        if let Some(lead) = &self.lead {
            book.open(lead)?;
        }
        if self.points.is_some_and(|points| !(1..=100).contains(&points)) {
            return Err(Refusal::new("workshop/points").with("points", self.points.unwrap_or_default()));
        }
        let effects = Effects::new().open(
            &unit,
            [
                ("label", self.label.as_str().into()),
                ("label-en", self.label_en.into()),
                ("trade", self.trade.as_str().into()),
                ("facility", Id::new("facility", &cmd.site).as_str().into()),
                ("micro-project", id_value(self.micro_project.as_ref())),
                ("lead", id_value(self.lead.as_ref())),
                ("capacity", self.capacity.into()),
                ("points", self.points.into()),
                ("hazardous", yes(self.hazardous)),
                ("outside", yes(self.outside)),
            ],
        );
        Ok(effects.open(&fund, [("label", self.label.into()), ("unit", unit.as_str().into())]))
    }
}

/// A workshop closes, once nothing of it is left to share or to sell.
#[derive(Form)]
pub(super) struct WorkshopClose {
    #[field(of = "workshop")]
    workshop: Id,
}

impl Record for WorkshopClose {
    const KIND: &'static str = "workshop-close/1";
    fn writes() -> Grant {
        grant(&["workshop", "fund", "assignment"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["workshop-close/money-left", "workshop-close/work-left", "workshop-close/stock-left"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.workshop)?;
        let told = |code: &str| Refusal::new(code).with("workshop", &self.workshop);
        let fund = Id::new("fund", &format!("{}.sales", self.workshop.code()));
        let francs = -book.francs(&fund);
        if francs != 0 {
            return Err(told("workshop-close/money-left").with("fund", &fund).with("balance", Amount::francs(francs)));
        }
        let people = format!("{}.", self.workshop.code());
        let work = [items::half_days(), items::points()];
        if let Some(left) = work.iter().flat_map(|item| book.holdings_in("work", item)).find(|h| h.place.code().starts_with(&people)) {
            return Err(told("workshop-close/work-left").with("place", &left.place).with("balance", left.balance));
        }
        for lot in book.things_having("lot", "unit", self.workshop.as_str()) {
            let item = book.thing(&lot).and_then(|lot| lot.id_of("item"));
            let held = item.into_iter().flat_map(|item| book.holdings_in("store", &item));
            if let Some(left) = held.into_iter().find(|h| h.lot.as_ref() == Some(&lot)) {
                return Err(told("workshop-close/stock-left").with("lot", &lot).with("store", &left.place).with("balance", left.balance));
            }
        }
        let assigned = book.things_having("assignment", "unit", self.workshop.as_str());
        let effects = assigned.iter().fold(Effects::new(), |all, one| all.set(one, "reason", "unit-closed", cmd.date).close(one));
        let effects = effects.close(&self.workshop);
        Ok(if book.open(&fund).is_ok() { effects.close(&fund) } else { effects })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::people::tests::{date, detainee, done, id, refused, site, value};
    use baara_plugin_api::testing::PaperBook;

    const DAY: &str = "2020-06-12";

    fn decide(book: &mut PaperBook, code: &str, about: &str) {
        book.put(&id(code), date("2020-06-01"), &[("about", about.into()), ("adopted", "2020-06-01".into())]);
    }

    fn project(book: &mut PaperBook) -> Id {
        let act = "Décision N° 2020-275 MJDH-SG du 12 juin 2020";
        done(book, "micro-project/1", DAY, json!({"label": "Savonnerie", "donor": "donor/pnud", "from": DAY, "act": act}));
        id("micro-project/kon-20-0001")
    }

    #[test]
    fn a_micro_project_rests_on_a_decision_or_an_act() {
        let mut book = site();
        decide(&mut book, "decision/kon-20-0001", "micro-project");
        decide(&mut book, "decision/kon-20-0002", "spend");
        let mut fields = json!({"label": "Savonnerie", "donor": "donor/pnud", "from": DAY});
        refused(&mut book, "micro-project/1", DAY, fields.clone(), "micro-project/no-basis");
        fields["leave"] = "decision/kon-20-0002".into();
        refused(&mut book, "micro-project/1", DAY, fields.clone(), "micro-project/other-decision");
        fields["leave"] = "decision/kon-20-0001".into();
        fields["donor"] = "trade/soap".into();
        fields["donor"] = "donor/pnud".into();
        fields["until"] = "2020-01-01".into();
        refused(&mut book, "micro-project/1", DAY, fields.clone(), "micro-project/dates");
        fields["until"] = "2021-06-12".into();
        done(&mut book, "micro-project/1", DAY, fields);
        let project = id("micro-project/kon-20-0001");
        assert_eq!(value(&book, &project, "decision", DAY), json!("decision/kon-20-0001"));
        assert_eq!(value(&book, &project, "facility", DAY), json!("facility/kon"));
    }

    #[test]
    fn a_budget_line_is_set_once_and_changed_by_decision() {
        let mut book = site();
        let project = project(&mut book);
        let mut fields = json!({"micro-project": project, "line": "outillage", "amount": "250000 XOF"});
        done(&mut book, "budget-line/1", DAY, fields.clone());
        assert_eq!(value(&book, &project, "budget.outillage", DAY), json!("250000 XOF"));
        refused(&mut book, "budget-line/1", DAY, fields.clone(), "budget-line/needs-decision");
        decide(&mut book, "decision/kon-20-0002", "spend");
        fields["leave"] = "decision/kon-20-0002".into();
        refused(&mut book, "budget-line/1", DAY, fields.clone(), "micro-project/other-decision");
        decide(&mut book, "decision/kon-20-0001", "micro-project");
        fields["leave"] = "decision/kon-20-0001".into();
        fields["amount"] = "300000 XOF".into();
        done(&mut book, "budget-line/1", "2020-06-13", fields);
        assert_eq!(value(&book, &project, "budget.outillage", "2020-06-13"), json!("300000 XOF"));
    }

    #[test]
    fn a_budget_line_has_a_code_and_a_project() {
        let mut book = site();
        let project = project(&mut book);
        let line = json!({"micro-project": project, "line": "Petit outillage", "amount": "1 XOF"});
        refused(&mut book, "budget-line/1", DAY, line, "budget-line/code");
    }

    #[test]
    fn a_workshop_opens_with_the_fund_of_its_sales() {
        let mut book = site();
        let project = project(&mut book);
        let fields = json!({"code": "bois", "label": "Menuiserie", "trade": "trade/tailoring", "micro-project": project, "capacity": 12, "points": 2});
        done(&mut book, "workshop/1", DAY, fields);
        let (unit, fund) = (id("workshop/kon-bois"), id("fund/kon-bois.sales"));
        assert_eq!(value(&book, &unit, "points", DAY), json!(2));
        assert_eq!(value(&book, &fund, "unit", DAY), json!(unit));
    }

    #[test]
    fn a_workshop_needs_a_free_code_a_trade_and_fair_points() {
        let mut book = site();
        let mut no = |code: &str, trade: &str, points: u64, refusal: &str| {
            refused(&mut book, "workshop/1", DAY, json!({"code": code, "label": "x", "trade": trade, "points": points}), refusal);
        };
        no("Bois", "trade/soap", 1, "workshop/code");
        no("savon", "trade/soap", 1, "workshop/taken");
        no("champ", "trade/soap", 1, "workshop/taken");
        no("bois", "trade/soap", 0, "workshop/points");
        no("bois", "trade/none", 1, "thing/unknown");
    }

    #[test]
    fn a_workshop_closes_when_nothing_is_left_of_it() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", DAY, json!({"person": person, "unit": "workshop/kon-savon"}));
        let close = json!({"workshop": "workshop/kon-savon"});
        let (fund, work, store) = (id("fund/kon-savon.sales"), id("work/kon-savon.kon-20-0007"), id("store/kon-magasin"));
        let (lot, soap) = (id("lot/kon-20-0001"), id("item/savon"));
        let piece = |n| Amount::new(n, 0, Unit::parse("piece").expect("a unit"));
        book.put(&fund, date(DAY), &[]);
        book.put(&lot, date(DAY), &[("unit", "workshop/kon-savon".into()), ("item", "item/savon".into())]);
        book.stock(&fund, &items::xof(), None, Amount::francs(-500));
        refused(&mut book, "workshop-close/1", DAY, close.clone(), "workshop-close/money-left");
        book.stock(&fund, &items::xof(), None, Amount::francs(500));
        book.stock(&work, &items::points(), None, piece(4));
        refused(&mut book, "workshop-close/1", DAY, close.clone(), "workshop-close/work-left");
        book.stock(&work, &items::points(), None, piece(-4));
        book.stock(&store, &soap, Some(&lot), piece(30));
        refused(&mut book, "workshop-close/1", DAY, close.clone(), "workshop-close/stock-left");
        book.stock(&store, &soap, Some(&lot), piece(-30));
        done(&mut book, "workshop-close/1", DAY, close.clone());
        refused(&mut book, "assignment-end/1", DAY, json!({"assignment": "assignment/kon-20-0001", "reason": "finished"}), "thing/closed");
        refused(&mut book, "workshop-close/1", DAY, close, "thing/closed");
    }
}
