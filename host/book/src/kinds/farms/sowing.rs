//! Sowings: what stands on which ground in which campaign; an intercrop shares its ground.

use super::campaign;
use super::ground::{area, area_of, hectares};
use baara_plugin_api::prelude::*;

/// The groups of items that grow in a field.
const CROPS: &[&str] = &["cereal", "legume", "vegetable", "fruit", "crop"];

/// A crop is sown on a plot.
#[derive(Form)]
pub(super) struct Sowing {
    #[field(of = "plot")]
    plot: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item/ground")]
    area: Amount,
    /// The campaign in force on the day, when left out.
    #[field(of = "campaign")]
    campaign: Option<Id>,
    /// The sowing whose ground it shares.
    #[field(of = "sowing")]
    with: Option<Id>,
}

impl Record for Sowing {
    const KIND: &'static str = "sowing/1";

    fn writes() -> Grant {
        grant(&["sowing"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "campaign/none-in-force",
            "plot/not-hectares",
            "sowing/not-a-crop",
            "sowing/campaign-of-another-farm",
            "sowing/outside-campaign",
            "sowing/area-beyond-cultivable",
            "sowing/with-elsewhere",
            "sowing/area-beyond-companion",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        let item = book.open(&self.item)?;
        if !CROPS.contains(&item.text("group")) {
            return Err(Refusal::new("sowing/not-a-crop").with("item", &self.item));
        }
        let wanted = hectares(self.area)?;
        let campaign = self.campaign(cmd, book, &plot)?;
        match &self.with {
            Some(with) => self.beside(book, with, &campaign, wanted)?,
            None => self.on_free_ground(book, &plot, &campaign, wanted)?,
        }
        Ok(Effects::new().open(
            &Id::new("sowing", "$1"),
            [
                ("plot", json!(self.plot)),
                ("campaign", json!(campaign)),
                ("crop", json!(self.item)),
                ("area", json!(area(wanted))),
                ("with", json!(self.with)),
            ],
        ))
    }
}

impl Sowing {
    /// The campaign named, or the one in force.
    fn campaign(&self, cmd: &Command, book: &Book<'_>, plot: &Thing) -> Result<Id, Refusal> {
        let farm = farm_of(plot)?;
        let Some(named) = &self.campaign else { return campaign::in_force(book, &farm).map(|found| found.id) };
        let campaign = book.open(named)?;
        if campaign.id_of("farm").as_ref() != Some(&farm) {
            return Err(Refusal::new("sowing/campaign-of-another-farm").with("campaign", named).with("farm", farm));
        }
        if campaign::covers(&campaign, cmd.date) {
            return Ok(campaign.id);
        }
        Err(Refusal::new("sowing/outside-campaign").with("campaign", named).with("date", cmd.date))
    }

    /// An intercrop stands on the ground of a sowing of the same plot and campaign, and on no more than that.
    fn beside(&self, book: &Book<'_>, with: &Id, campaign: &Id, wanted: i64) -> Result<(), Refusal> {
        let companion = book.open(with)?;
        if companion.id_of("plot").as_ref() != Some(&self.plot) || companion.id_of("campaign").as_ref() != Some(campaign) {
            return Err(Refusal::new("sowing/with-elsewhere").with("with", with).with("plot", &self.plot));
        }
        let ground = area_of(&companion, "area");
        let beyond =
            || Refusal::new("sowing/area-beyond-companion").with("area", self.area).with("with", with).with("companion", area(ground));
        if wanted <= ground { Ok(()) } else { Err(beyond()) }
    }

    /// A sowing takes no more than what is cultivable and not under another crop.
    fn on_free_ground(&self, book: &Book<'_>, plot: &Thing, campaign: &Id, wanted: i64) -> Result<(), Refusal> {
        let cultivable = area_of(plot, "cultivable");
        let left = cultivable - occupied(book, &self.plot, campaign);
        if wanted <= left {
            return Ok(());
        }
        Err(Refusal::new("sowing/area-beyond-cultivable")
            .with("plot", &self.plot)
            .with("area", self.area)
            .with("cultivable", area(cultivable))
            .with("left", area(left.max(0))))
    }
}

/// The ground of a sowing is free again: all is harvested, or nothing is left of it.
#[derive(Form)]
pub(super) struct SowingEnded {
    #[field(of = "sowing")]
    sowing: Id,
    why: Why,
}

/// Why a sowing ends.
#[derive(Choice)]
enum Why {
    Harvested,
    Failed,
}

impl Record for SowingEnded {
    const KIND: &'static str = "sowing-ended/1";

    fn writes() -> Grant {
        grant(&["sowing"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["sowing-ended/already"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let sowing = book.open(&self.sowing)?;
        if !sowing.text("ended").is_empty() {
            return Err(Refusal::new("sowing-ended/already").with("sowing", &self.sowing));
        }
        Ok(Effects::new().set(&self.sowing, "ended", self.why.code(), cmd.date))
    }
}

/// The square metres of a plot that stand under a crop on the book's day; shared ground counts once.
fn occupied(book: &Book<'_>, plot: &Id, campaign: &Id) -> i64 {
    let standing: Vec<Thing> = of_plot(book, plot).filter(|s| is_of(s, campaign) && s.text("ended").is_empty()).collect();
    let alone = |sowing: &&Thing| sowing.id_of("with").is_none_or(|with| !standing.iter().any(|other| other.id == with));
    standing.iter().filter(alone).map(|sowing| area_of(sowing, "area")).sum()
}

/// A crop as it stands on a plot: its campaign and its sowings there, ended or not.
pub(super) struct Sown {
    /// The campaign.
    pub(super) campaign: Thing,
    /// Its sowings of the crop on the plot, at least one.
    pub(super) sowings: Vec<Thing>,
}

/// How long after its campaign a sowing may still be harvested, when it is named: the off-season ends in June.
const AFTER: Months = Months::new(6);

/// The sowings of a crop on a plot, in the campaign in force or in that of the sowing named.
///
/// # Errors
/// `campaign/none-in-force` and `sowing/none`.
pub(super) fn of_crop(book: &Book<'_>, plot: &Thing, crop: &Id, named: Option<&Id>) -> Result<Sown, Refusal> {
    let none = |campaign: &str| {
        Refusal::new("sowing/none").with("plot", &plot.id).with("item", crop).with("campaign", campaign).with("date", book.date())
    };
    let campaign = match named {
        None => campaign::in_force(book, &farm_of(plot)?)?,
        Some(named) => {
            let campaign = book.open(named)?.id_of("campaign").and_then(|id| book.thing(&id)).ok_or_else(|| none("-"))?;
            let last = campaign.date("until").and_then(|until| until.checked_add_months(AFTER));
            if last.is_none_or(|last| last < book.date()) {
                return Err(none(campaign.id.as_str()));
            }
            campaign
        }
    };
    let sowings: Vec<Thing> =
        of_plot(book, &plot.id).filter(|s| is_of(s, &campaign.id) && s.id_of("crop").as_ref() == Some(crop)).collect();
    let there = named.map_or(!sowings.is_empty(), |named| sowings.iter().any(|s| s.id == *named));
    if there { Ok(Sown { campaign, sowings }) } else { Err(none(campaign.id.as_str())) }
}

/// The one sowing meant: the one named, or the only one of the crop on the plot.
///
/// # Errors
/// `sowing/which` when there are several, and those of [`of_crop`].
pub(super) fn only(book: &Book<'_>, plot: &Thing, crop: &Id, named: Option<&Id>) -> Result<Thing, Refusal> {
    let mut sowings = of_crop(book, plot, crop, named)?.sowings;
    sowings.retain(|sowing| named.is_none_or(|named| sowing.id == *named));
    let which = Refusal::new("sowing/which").with("plot", &plot.id).with("item", crop).with("sowings", sowings.len());
    if sowings.len() == 1 { Ok(sowings.remove(0)) } else { Err(which) }
}

fn is_of(sowing: &Thing, campaign: &Id) -> bool {
    sowing.id_of("campaign").as_ref() == Some(campaign)
}

fn of_plot<'a>(book: &'a Book<'_>, plot: &Id) -> impl Iterator<Item = Thing> + use<'a> {
    book.things_having("sowing", "plot", plot.as_str()).into_iter().filter_map(|id| book.thing(&id))
}

/// The farm a plot belongs to.
///
/// # Errors
/// `thing/unknown` when the plot names none.
pub(super) fn farm_of(plot: &Thing) -> Result<Id, Refusal> {
    plot.id_of("farm").ok_or_else(|| Refusal::new("thing/unknown").with("thing", format!("farm of {}", plot.id)))
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    #[test]
    fn a_sowing_belongs_to_the_campaign_in_force() {
        let book = with_maize("12.0000 ha");
        let sowing = thing(&book, "2020-06-10", "sowing/kon-20-0001");
        assert_eq!(
            (sowing.text("campaign"), sowing.text("crop"), sowing.text("area")),
            ("campaign/kon-2020", "item/mais-grain", "12.0000 ha")
        );
    }

    #[test]
    fn no_more_is_sown_than_can_be() {
        let mut book = with_maize("12.0000 ha");
        let beans = |area: &str| sown("plot/kon-nord", "item/niebe", area);
        let refusal = record::<Sowing>(&mut book, "2020-07-01", beans("8.0001 ha")).unwrap_err();
        assert_eq!(refusal.code, "sowing/area-beyond-cultivable");
        assert_eq!((refusal.args["left"].as_str(), refusal.args["cultivable"].as_str()), ("8.0000 ha", "20.0000 ha"));
        record::<Sowing>(&mut book, "2020-07-01", beans("8.0000 ha")).unwrap();
        assert_eq!(refused::<Sowing>(&mut book, "2020-07-02", beans("0.0001 ha")), "sowing/area-beyond-cultivable");
        record::<Sowing>(&mut book, "2020-07-02", sown("plot/kon-sud", "item/niebe", "20.0000 ha")).unwrap();
        assert_eq!(refused::<Sowing>(&mut book, "2020-07-02", sown("plot/kon-sud", "item/niebe", "1.00001 ha")), "plot/not-hectares");
    }

    #[test]
    fn two_crops_on_the_same_ground_count_once() {
        let mut book = with_maize("20.0000 ha");
        let beside = |plot: &str, area: &str| {
            let mut fields = sown(plot, "item/niebe", area);
            fields["with"] = json!("sowing/kon-20-0001");
            fields
        };
        record::<Sowing>(&mut book, "2020-07-01", beside("plot/kon-nord", "20.0000 ha")).unwrap();
        assert_eq!(refused::<Sowing>(&mut book, "2020-07-01", beside("plot/kon-nord", "20.0001 ha")), "sowing/area-beyond-companion");
        assert_eq!(refused::<Sowing>(&mut book, "2020-07-01", beside("plot/kon-sud", "5.0000 ha")), "sowing/with-elsewhere");
    }

    #[test]
    fn ground_is_free_again_when_its_sowing_has_ended() {
        let mut book = with_maize("20.0000 ha");
        let again = || sown("plot/kon-nord", "item/niebe", "20.0000 ha");
        record::<SowingEnded>(&mut book, "2020-08-01", json!({"sowing": "sowing/kon-20-0001", "why": "failed"})).unwrap();
        assert_eq!(refused::<Sowing>(&mut book, "2020-07-31", again()), "sowing/area-beyond-cultivable");
        record::<Sowing>(&mut book, "2020-08-02", again()).unwrap();
        let twice = json!({"sowing": "sowing/kon-20-0001", "why": "harvested"});
        assert_eq!(refused::<SowingEnded>(&mut book, "2020-08-03", twice), "sowing-ended/already");
    }

    #[test]
    fn only_crops_are_sown_and_inside_a_campaign_of_the_farm() {
        let mut book = konseguela();
        let mut check = |date: &str, item: &str, campaign: Value, code: &str| {
            let mut fields = sown("plot/kon-nord", item, "1.0000 ha");
            fields["campaign"] = campaign;
            assert_eq!(refused::<Sowing>(&mut book, date, fields), code);
        };
        check("2020-06-10", "item/uree", Value::Null, "sowing/not-a-crop");
        check("2021-04-01", "item/mais-grain", Value::Null, "campaign/none-in-force");
        check("2021-04-01", "item/mais-grain", json!("campaign/kon-2020"), "sowing/outside-campaign");
        book.put(&id("campaign/kon-verger-2020"), beginning(), &[("farm", "farm/kon-verger".into())]);
        let mut other = sown("plot/kon-nord", "item/mais-grain", "1.0000 ha");
        other["campaign"] = json!("campaign/kon-verger-2020");
        assert_eq!(refused::<Sowing>(&mut book, "2020-06-10", other), "sowing/campaign-of-another-farm");
    }
}
