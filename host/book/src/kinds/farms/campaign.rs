//! Campaigns run from April to March; a plan says what each should give.

use crate::kinds::stock::goods;
use baara_plugin_api::prelude::*;

/// A campaign of a farm is opened: 1 April of its year to 31 March of the next.
#[derive(Form)]
pub(super) struct Campaign {
    #[field(of = "farm")]
    farm: Id,
    year: u64,
}

impl Record for Campaign {
    const KIND: &'static str = "campaign/1";

    fn writes() -> Grant {
        grant(&["campaign"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["campaign/already-open", "campaign/year-unfit"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.farm)?;
        let day = |year: u64, month: u32, day: u32| i32::try_from(year).ok().and_then(|year| Date::from_ymd_opt(year, month, day));
        let bounds = day(self.year, 4, 1).zip(day(self.year.saturating_add(1), 3, 31)).filter(|_| (1950..2200).contains(&self.year));
        let (from, until) = bounds.ok_or_else(|| Refusal::new("campaign/year-unfit").with("year", self.year))?;
        let campaign = self.code(book)?;
        Ok(Effects::new()
            .open(&campaign, [("farm", json!(self.farm)), ("from", json!(from)), ("until", json!(until)), ("label", json!(self.name()))]))
    }
}

impl Campaign {
    /// The way people write it: `2020-2021`.
    fn name(&self) -> String {
        format!("{}-{}", self.year, self.year + 1)
    }

    /// `<site>-<year>`; a second farm of the same site puts its own name before the year.
    fn code(&self, book: &Book<'_>) -> Result<Id, Refusal> {
        let own = Id::new("campaign", &format!("{}-{}", book.site(), self.year));
        let second = Id::parse(&format!("campaign/{}-{}", self.farm.code(), self.year)).unwrap_or_else(|_| own.clone());
        let open = |id: &Id| Err(Refusal::new("campaign/already-open").with("campaign", id).with("farm", &self.farm));
        match book.thing(&own) {
            None => Ok(own),
            Some(taken) if taken.id_of("farm").as_ref() == Some(&self.farm) => open(&own),
            Some(_) if book.thing(&second).is_some() => open(&second),
            Some(_) => Ok(second),
        }
    }
}

/// What a campaign should give of an item.
#[derive(Form)]
pub(super) struct Plan {
    #[field(of = "campaign")]
    campaign: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
}

impl Record for Plan {
    const KIND: &'static str = "plan/1";

    fn writes() -> Grant {
        grant(&["campaign"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["stock/quantity-zero"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.campaign)?;
        goods::measured(book, &self.item, self.quantity)?;
        Ok(Effects::new().set(&self.campaign, &format!("plan.{}", self.item.code()), json!(self.quantity), cmd.date))
    }
}

/// The campaign of a farm that the book's day falls in.
///
/// # Errors
/// `campaign/none-in-force`.
pub(super) fn in_force(book: &Book<'_>, farm: &Id) -> Result<Thing, Refusal> {
    let campaigns = book.things_having("campaign", "farm", farm.as_str());
    let found = campaigns.iter().filter_map(|id| book.thing(id)).find(|campaign| covers(campaign, book.date()));
    found.ok_or_else(|| Refusal::new("campaign/none-in-force").with("farm", farm).with("date", book.date()))
}

/// True when the day is inside the campaign.
pub(super) fn covers(campaign: &Thing, day: Date) -> bool {
    campaign.date("from").is_some_and(|from| from <= day) && campaign.date("until").is_some_and(|until| day <= until)
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    #[test]
    fn a_campaign_runs_from_april_to_march() {
        let book = konseguela();
        let campaign = thing(&book, "2020-04-01", "campaign/kon-2020");
        assert_eq!((campaign.text("from"), campaign.text("until"), campaign.text("label")), ("2020-04-01", "2021-03-31", "2020-2021"));
        let farm = id("farm/kon-ferme");
        let on = |day: &str| in_force(&Book::new(&book, "kon", day.parse().unwrap()), &farm).map(|found| found.id.to_string());
        assert_eq!(on("2021-03-31").unwrap(), "campaign/kon-2020");
        assert_eq!(on("2021-04-01").unwrap_err().code, "campaign/none-in-force");
    }

    #[test]
    fn a_farm_has_one_campaign_a_year_and_a_second_farm_its_own() {
        let mut book = konseguela();
        let open = |farm: &str, year: u64| json!({"farm": farm, "year": year});
        assert_eq!(refused::<Campaign>(&mut book, "2020-04-02", open("farm/kon-ferme", 2020)), "campaign/already-open");
        assert_eq!(refused::<Campaign>(&mut book, "2020-04-02", open("farm/kon-ferme", 20)), "campaign/year-unfit");
        assert_eq!(refused::<Campaign>(&mut book, "2020-04-02", open("farm/kon-ferme", 1 << 53)), "campaign/year-unfit");
        book.put(&id("farm/kon-verger"), beginning(), &[]);
        record::<Campaign>(&mut book, "2020-04-02", open("farm/kon-verger", 2020)).unwrap();
        thing(&book, "2020-04-02", "campaign/kon-verger-2020");
        assert_eq!(refused::<Campaign>(&mut book, "2020-04-02", open("farm/kon-verger", 2020)), "campaign/already-open");
    }

    #[test]
    fn a_plan_is_dated() {
        let mut book = konseguela();
        let plan = |quantity: &str| json!({"campaign": "campaign/kon-2020", "item": "item/mais-grain", "quantity": quantity});
        record::<Plan>(&mut book, "2020-04-15", plan("45000.000 kg")).unwrap();
        record::<Plan>(&mut book, "2020-07-15", plan("40000.000 kg")).unwrap();
        assert_eq!(thing(&book, "2020-06-01", "campaign/kon-2020").text("plan.mais-grain"), "45000.000 kg");
        assert_eq!(thing(&book, "2020-08-01", "campaign/kon-2020").text("plan.mais-grain"), "40000.000 kg");
        assert_eq!(refused::<Plan>(&mut book, "2020-04-15", plan("0.000 kg")), "stock/quantity-zero");
    }
}
