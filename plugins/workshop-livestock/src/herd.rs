//! A herd: animals of one lot in one pen, from the day they come until none is left.

use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Figure, Figures, Input};

/// Animals that came in, or were born, are kept together from now on.
#[derive(Form)]
pub(crate) struct Begun {
    #[field(of = "workshop")]
    workshop: Id,
    /// The lot they came in with.
    #[field(of = "lot")]
    lot: Id,
    /// The pen, which is a store.
    #[field(of = "store")]
    store: Id,
    /// Kilograms of all of them together.
    live_weight: Option<Ratio>,
    /// What they cost; else the value they came in with.
    cost: Option<Money>,
}

/// A remedy, and how many days nothing of the herd may be sold for it.
#[derive(Form)]
pub(crate) struct Treatment {
    #[field(of = "herd")]
    herd: Id,
    remedy: String,
    /// Days of withdrawal, from today.
    days: u64,
    /// What was taken out of a store for it.
    inputs: Vec<Input>,
}

/// A herd as the book has it on the day.
pub(crate) struct Herd {
    /// Its record.
    pub(crate) thing: Thing,
    /// The workshop that keeps it.
    pub(crate) workshop: Id,
    /// Its animals.
    pub(crate) item: Id,
    /// The lot they are of.
    pub(crate) lot: Id,
    /// The pen.
    pub(crate) pen: Id,
    /// How many are there now: the book's own count, never a typed one.
    pub(crate) heads: Amount,
}

impl Herd {
    /// # Errors
    /// `thing/…`, or `livestock/none-left`.
    pub(crate) fn of(id: &Id, book: &Book<'_>) -> Result<Herd, Refusal> {
        let herd = Herd::ever(id, book)?;
        if herd.heads.count() > 0 { Ok(herd) } else { Err(Refusal::new("livestock/none-left").with("herd", id)) }
    }

    /// The same when none of it may be left.
    pub(crate) fn ever(id: &Id, book: &Book<'_>) -> Result<Herd, Refusal> {
        let thing = book.open(id)?;
        let named = |key: &str| thing.id_of(key).ok_or_else(|| Refusal::new("thing/unknown").with("thing", id));
        let (workshop, item, lot, pen) = (named("unit")?, named("item")?, named("lot")?, named("store")?);
        let heads = book.holding_of_lot(&pen, &item, &lot).or_else(|| Some(thing.amount("heads")?.with_count(0)));
        let heads = heads.ok_or_else(|| Refusal::new("thing/unknown").with("thing", id))?;
        Ok(Herd { thing, workshop, item, lot, pen, heads })
    }

    /// The last day on which nothing of it may be sold.
    pub(crate) fn withdrawal(&self) -> Option<Date> {
        self.thing.date("withdrawal")
    }
}

/// A figure that counts days.
fn days(figure: &Figure) -> u64 {
    figure.value.of(1, Rounding::Up).and_then(|days| u64::try_from(days).ok()).unwrap_or(0)
}

/// Nothing of the lot is sold before a day, whatever was set before.
fn hold(effects: Effects, lot: &Thing, until: Date, today: Date) -> Effects {
    let before = lot.date("ready").filter(|ready| *ready > today && *ready < until);
    let effects = effects.set(&lot.id, "released", false, today).set(&lot.id, "ready", until.to_string(), today);
    // The release that was set ahead must not come all the same.
    let effects = before.iter().fold(effects, |effects, ready| effects.set(&lot.id, "released", false, *ready));
    effects.set(&lot.id, "released", true, until)
}

impl Record for Begun {
    const KIND: &'static str = "herd/1";

    fn writes() -> Grant {
        grant(&["herd", "lot"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["livestock/not-animals", "livestock/not-here", "livestock/already"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.workshop)?;
        book.open(&self.store)?;
        let lot = book.open(&self.lot)?;
        let told = |code: &str| Refusal::new(code).with("lot", &self.lot).with("store", &self.store);
        let item = lot.id_of("item").ok_or_else(|| told("livestock/not-animals"))?;
        if book.open(&item)?.text("group") != "livestock" {
            return Err(told("livestock/not-animals"));
        }
        let heads = book.holding_of_lot(&self.store, &item, &self.lot).filter(|heads| heads.count() > 0);
        let heads = heads.ok_or_else(|| told("livestock/not-here"))?;
        if !book.things_having("herd", "lot", self.lot.as_str()).is_empty() {
            return Err(told("livestock/already"));
        }
        let figures = Figures::of(book, &self.workshop, &item)?;
        let cost = self.cost.map(|francs| Amount::francs(francs.0).to_string());
        let cost = cost.map_or_else(|| Some(lot.text("value")).filter(|value| !value.is_empty()).map(str::to_owned), Some);
        let effects = Effects::new()
            .open(
                &Id::new("herd", "$1"),
                [
                    ("unit", json!(self.workshop)),
                    ("lot", json!(self.lot)),
                    ("item", json!(item)),
                    ("store", json!(self.store)),
                    ("begun", json!(cmd.date)),
                    ("heads", json!(heads)),
                    ("live-weight", json!(self.live_weight.map(|kg| kg.to_string()))),
                    ("cost", json!(cost)),
                ],
            )
            .set(&self.lot, "unit", self.workshop.as_str(), cmd.date);
        let Some(quarantine) = figures.find("quarantine")? else { return Ok(effects) };
        Ok(hold(effects, &lot, cmd.date + Days::new(days(&quarantine).min(3650)), cmd.date))
    }
}

impl Record for Treatment {
    const KIND: &'static str = "treatment/1";

    fn writes() -> Grant {
        grant(&["herd", "treatment", "lot"], &[], &["store", "consumed"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["livestock/none-left", "livestock/too-long"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let herd = Herd::of(&self.herd, book)?;
        if self.days > 366 {
            return Err(Refusal::new("livestock/too-long").with("days", self.days).with("most", 366));
        }
        let used = trade::used(book, &self.inputs)?;
        let until = (cmd.date + Days::new(self.days)).max(herd.withdrawal().unwrap_or(cmd.date));
        let inputs: Vec<Value> = used.iter().map(|(item, actual)| json!({"item": item, "actual": actual.to_string()})).collect();
        let mut effects = Effects::new().open(
            &Id::new("treatment", "$1"),
            [("herd", json!(self.herd)), ("remedy", self.remedy.into()), ("until", json!(until)), ("inputs", inputs.into())],
        );
        for input in &self.inputs {
            effects = effects.goods(&input.item, input.quantity, &input.store, &herd.workshop.as_kind("consumed"), input.lot.as_ref());
        }
        if until == cmd.date {
            return Ok(effects);
        }
        let lot = book.open(&herd.lot)?;
        let until = until.max(lot.date("ready").unwrap_or(until));
        Ok(hold(effects.set(&self.herd, "withdrawal", until.to_string(), cmd.date), &lot, until, cmd.date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::tests::{SHEEP, begin, farmyard, treat};
    use baara_plugin_api::testing::{PaperBook, id};

    fn is_released(book: &PaperBook, day: &str) -> bool {
        let book = Book::new(book, "kon", day.parse().unwrap());
        book.thing(&id("lot/kon-20-0901")).unwrap().flag("released")
    }

    #[test]
    fn animals_are_kept_apart_before_they_are_sold() {
        let book = farmyard();
        assert_eq!(["2020-05-31", "2020-06-01", "2020-06-21", "2020-06-22"].map(|day| is_released(&book, day)), [true, false, false, true]);
    }

    #[test]
    fn a_treated_herd_waits_until_its_withdrawal_ends_and_never_less_than_its_quarantine() {
        let mut book = farmyard();
        treat(&mut book, "2020-06-15", SHEEP, 28).unwrap();
        assert_eq!(["2020-06-22", "2020-07-12", "2020-07-13"].map(|day| is_released(&book, day)), [false, false, true]);
        treat(&mut book, "2020-06-16", SHEEP, 3).unwrap();
        assert_eq!(["2020-06-19", "2020-07-12", "2020-07-13"].map(|day| is_released(&book, day)), [false, false, true]);
        assert_eq!(treat(&mut book, "2020-06-16", SHEEP, 367).unwrap_err().code, "livestock/too-long");
    }

    #[test]
    fn a_herd_is_of_animals_that_are_there_and_of_no_other_herd() {
        let mut book = farmyard();
        let day = "2020-06-01".parse().unwrap();
        book.put(&id("lot/kon-20-0903"), day, &[("item", "item/oeuf".into())]);
        book.put(&id("lot/kon-20-0904"), day, &[("item", "item/mouton".into())]);
        let mut no = |lot: &str| begin(&mut book, json!({"lot": lot})).unwrap_err().code;
        assert_eq!(no("lot/kon-20-0901"), "livestock/already");
        assert_eq!(no("lot/kon-20-0903"), "livestock/not-animals");
        assert_eq!(no("lot/kon-20-0904"), "livestock/not-here");
    }

    #[test]
    fn what_they_cost_is_what_they_came_in_for_until_somebody_says_otherwise() {
        let book = farmyard();
        let book = Book::new(&book, "kon", "2020-06-02".parse().unwrap());
        assert_eq!(book.thing(&id(SHEEP)).unwrap().text("cost"), "400000 XOF");
    }
}
