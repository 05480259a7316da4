//! A harvest weighed into a store: the only figure that is output.

use super::ground::{area, area_of};
use super::sowing::{self, Sown, farm_of};
use crate::kinds::stock::{goods, loss::ratio};
use baara_plugin_api::prelude::*;

/// The warning of a harvest that the ground hardly gives, or could not give.
const OUTSIDE: &str = "harvest/yield-outside-band";

/// In what state a harvest is weighed; all but dry grain is turned into it by a dated factor.
#[derive(Choice)]
enum State {
    DryGrain,
    WetGrain,
    DryCob,
    WetCob,
    DryPod,
    WetPod,
}

/// A harvest is weighed into a store.
#[derive(Form)]
pub(super) struct Harvest {
    #[field(of = "plot")]
    plot: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "store")]
    store: Id,
    /// How many local containers it came in, and which.
    containers: Option<u64>,
    #[field(of = "container")]
    container: Option<Id>,
    state: Option<State>,
    /// Which sowing, when it is of an earlier campaign.
    #[field(of = "sowing")]
    sowing: Option<Id>,
    /// Yes while more is to come from the plot: a low yield is not a surprise yet.
    partial: bool,
}

impl Record for Harvest {
    const KIND: &'static str = "harvest/1";

    fn writes() -> Grant {
        grant(&["lot"], &[], &["field", "store"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "stock/quantity-zero",
            "campaign/none-in-force",
            "harvest/plot-not-sown",
            "harvest/store-of-another-site",
            "harvest/container-not-said",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        if self.store.site() != self.plot.site() {
            return Err(Refusal::new("harvest/store-of-another-site").with("store", &self.store).with("plot", &self.plot));
        }
        book.open(&self.store)?;
        let item = goods::measured(book, &self.item, self.quantity)?;
        let grain = self.as_grain(book)?;
        goods::measured(book, &self.item, grain)?;
        let not_sown = |refusal: Refusal| match refusal.code.as_str() {
            "sowing/none" => Refusal { code: "harvest/plot-not-sown".to_owned(), ..refusal },
            _ => refusal,
        };
        let sown = sowing::of_crop(book, &plot, &self.item, self.sowing.as_ref()).map_err(not_sown)?;
        let lot = Id::new("lot", "$1");
        let effects = Effects::new()
            .open(
                &lot,
                [
                    ("item", json!(self.item)),
                    ("unit", json!(farm_of(&plot)?)),
                    ("made", json!(cmd.date)),
                    ("awaits-visa", json!(true)),
                    ("plot", json!(self.plot)),
                    ("campaign", json!(sown.campaign.id)),
                    ("declared", self.declared(cmd, book)?),
                    ("state", json!(self.state.as_ref().map(State::code))),
                    ("weighed", if grain == self.quantity { Value::Null } else { json!(self.quantity) }),
                ],
            )
            .goods(&self.item, grain, &self.plot.as_kind("field"), &self.store, Some(&lot));
        Ok(match self.surprise(book, &item, &sown, grain) {
            Some(args) => effects.warn(OUTSIDE, &[&self.plot, &self.item, &lot], args),
            None => effects,
        })
    }
}

impl Harvest {
    /// The weight as dry grain, by the factor in force for the state it was weighed in.
    fn as_grain(&self, book: &Book<'_>) -> Result<Amount, Refusal> {
        let state = match &self.state {
            None | Some(State::DryGrain) => return Ok(self.quantity),
            Some(state) => state.code(),
        };
        let rule = format!("factor.{}.{state}", self.item.code());
        let not_set = || Refusal::new("rule/not-set").with("rule", &rule);
        let factor = ratio(&book.rule(&rule)).ok_or_else(not_set)?;
        self.quantity.times(factor, Rounding::Half).map_err(|_| not_set())
    }

    /// The containers as they were said at the field's edge, `12 sac-mil`: beside a weighing, or in its place.
    fn declared(&self, cmd: &Command, book: &Book<'_>) -> Result<Value, Refusal> {
        match (self.containers, &self.container) {
            (None, None) => Ok(cmd.fields.get("quantity.declared").cloned().unwrap_or(Value::Null)),
            (Some(count), Some(container)) => {
                let code = book.open(container)?.id.code().to_owned();
                let name = code.strip_prefix(book.site()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&code);
                Ok(json!(format!("{count} {name}")))
            }
            _ => Err(Refusal::new("harvest/container-not-said").with("plot", &self.plot)),
        }
    }

    /// What to tell when all that was weighed from the plot, this included, is outside 0.4 × low … 1.3 × high.
    fn surprise(&self, book: &Book<'_>, item: &Thing, sown: &Sown, grain: Amount) -> Option<[(&'static str, String); 4]> {
        let ground = ground_of(&sown.sowings);
        if grain.unit().as_str() != "kg" || ground == 0 {
            return None;
        }
        let (low, high) = (item.whole("yield-low"), item.whole("yield-high"));
        let from = sown.campaign.date("from")?;
        let (back, out) = book.turnover(&self.plot.as_kind("field"), &self.item, from, book.date());
        let weighed = i128::from(out - back) + i128::from(grain.count());
        // Both sides in tenths of the smallest unit times square metres, so that nothing is rounded.
        let per_hectare = weighed * 10_000 * 10;
        let band = |tenths: i128, yield_kg: i64| tenths * i128::from(yield_kg) * i128::from(ground) * 10_i128.pow(u32::from(grain.scale()));
        let below = low.is_some_and(|low| per_hectare < band(4, low)) && !self.partial && !self.already_told(book);
        let above = high.is_some_and(|high| per_hectare > band(13, high));
        let whole = |n: Option<i64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let kilograms = per_hectare / (10 * i128::from(ground) * 10_i128.pow(u32::from(grain.scale())));
        (below || above)
            .then(|| [("yield", kilograms.to_string()), ("low", whole(low)), ("high", whole(high)), ("area", area(ground).to_string())])
    }

    /// True while somebody still has to explain the same surprise about the same crop on the same plot.
    fn already_told(&self, book: &Book<'_>) -> bool {
        let open = book.things_having("warning", "code", OUTSIDE);
        let about = |warning: &Thing| [&self.plot, &self.item].iter().all(|id| warning.list("about").contains(&id.as_str()));
        open.iter().filter_map(|id| book.thing(id)).any(|warning| about(&warning))
    }
}

/// The square metres that bear the crop: failed sowings count only when nothing else was sown.
fn ground_of(sowings: &[Thing]) -> i64 {
    let sum = |all: bool| sowings.iter().filter(|s| all || s.text("ended") != "failed").map(|s| area_of(s, "area")).sum();
    match sum(false) {
        0 => sum(true),
        bearing => bearing,
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn weighed(quantity: &str) -> Value {
        json!({"plot": "plot/kon-nord", "item": "item/mais-grain", "quantity": quantity, "store": "store/kon-magasin"})
    }

    fn with(mut fields: Value, more: Value) -> Value {
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn a_harvest_is_a_lot_of_the_farm_that_waits_for_its_visa() {
        let mut book = with_maize("20.0000 ha");
        let effects = record::<Harvest>(&mut book, "2020-10-05", weighed("50000.000 kg")).unwrap();
        assert_eq!(movements(&effects), ["field/kon-nord → store/kon-magasin: 50000.000 kg lot/kon-20-0901"]);
        assert!(warnings(&effects).is_empty());
        let lot = thing(&book, "2020-10-05", "lot/kon-20-0901");
        assert_eq!((lot.text("item"), lot.text("unit"), lot.text("made")), ("item/mais-grain", "farm/kon-ferme", "2020-10-05"));
        assert_eq!((lot.flag("awaits-visa"), lot.values.contains_key("released")), (true, false));
        assert_eq!((lot.text("plot"), lot.text("campaign"), lot.text("declared")), ("plot/kon-nord", "campaign/kon-2020", ""));
    }

    #[test]
    fn a_crop_is_harvested_where_and_when_it_was_sown() {
        let mut book = with_maize("20.0000 ha");
        let refusal = record::<Harvest>(&mut book, "2020-10-05", with(weighed("1.000 kg"), json!({"item": "item/niebe"}))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["campaign"].as_str()), ("harvest/plot-not-sown", "campaign/kon-2020"));
        let south = with(weighed("1.000 kg"), json!({"plot": "plot/kon-sud"}));
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", south), "harvest/plot-not-sown");
        assert_eq!(refused::<Harvest>(&mut book, "2021-04-02", weighed("1.000 kg")), "campaign/none-in-force");
        let next = json!({"farm": "farm/kon-ferme", "year": 2021});
        record::<super::super::campaign::Campaign>(&mut book, "2021-04-01", next).unwrap();
        assert_eq!(refused::<Harvest>(&mut book, "2021-05-02", weighed("1.000 kg")), "harvest/plot-not-sown");
        let of_last_year = || with(weighed("50000.000 kg"), json!({"sowing": "sowing/kon-20-0001"}));
        record::<Harvest>(&mut book, "2021-05-02", of_last_year()).unwrap();
        assert_eq!(refused::<Harvest>(&mut book, "2021-10-02", of_last_year()), "harvest/plot-not-sown");
    }

    #[test]
    fn a_harvest_goes_to_a_store_of_its_site() {
        let mut book = with_maize("20.0000 ha");
        book.put(&id("store/seg-magasin"), beginning(), &[]);
        let elsewhere = with(weighed("1.000 kg"), json!({"store": "store/seg-magasin"}));
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", elsewhere), "harvest/store-of-another-site");
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", weighed("0.000 kg")), "stock/quantity-zero");
    }

    #[test]
    fn the_declared_containers_stay_beside_the_kilograms() {
        let mut book = with_maize("20.0000 ha");
        book.put(&id("container/kon-sac-mais"), beginning(), &[]);
        let bags = with(weighed("50000.000 kg"), json!({"containers": 500, "container": "container/kon-sac-mais"}));
        record::<Harvest>(&mut book, "2020-10-05", bags).unwrap();
        assert_eq!(thing(&book, "2020-10-05", "lot/kon-20-0901").text("declared"), "500 sac-mais");
        let typed = with(weighed("50000.000 kg"), json!({"quantity.declared": "500 sac-mais"}));
        record::<Harvest>(&mut book, "2020-10-05", typed).unwrap();
        assert_eq!(thing(&book, "2020-10-05", "lot/kon-20-0902").text("declared"), "500 sac-mais");
        let which = with(weighed("50000.000 kg"), json!({"containers": 500}));
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", which), "harvest/container-not-said");
    }

    #[test]
    fn cobs_become_grain_by_the_factor_in_force() {
        let mut book = with_maize("20.0000 ha");
        let cobs = || with(weighed("60000.001 kg"), json!({"state": "wet-cob"}));
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", cobs()), "rule/not-set");
        rule(&mut book, "factor.mais-grain.wet-cob", "0.55");
        let effects = record::<Harvest>(&mut book, "2020-10-05", cobs()).unwrap();
        assert_eq!(movements(&effects), ["field/kon-nord → store/kon-magasin: 33000.001 kg lot/kon-20-0901"]);
        let lot = thing(&book, "2020-10-05", "lot/kon-20-0901");
        assert_eq!((lot.text("weighed"), lot.text("state")), ("60000.001 kg", "wet-cob"));
        let dust = with(weighed("0.000 kg"), json!({"state": "dry-grain"}));
        assert_eq!(refused::<Harvest>(&mut book, "2020-10-05", dust), "stock/quantity-zero");
    }

    #[test]
    fn a_yield_outside_its_band_is_a_warning_and_never_a_refusal() {
        // 20 ha of maize: 0.4 × 2000 … 1.3 × 5000 kg/ha is 16 000 … 130 000 kg.
        #[track_caller]
        fn check(quantity: &str, surprise: bool) {
            let effects = record::<Harvest>(&mut with_maize("20.0000 ha"), "2020-10-05", weighed(quantity)).unwrap();
            assert_eq!(warnings(&effects), if surprise { vec![OUTSIDE] } else { vec![] }, "{quantity}");
        }
        check("15999.999 kg", true);
        check("16000.000 kg", false);
        check("130000.000 kg", false);
        check("130000.001 kg", true);
    }

    #[test]
    fn the_band_holds_for_all_that_was_weighed_from_the_plot() {
        let mut book = with_maize("20.0000 ha");
        let first = record::<Harvest>(&mut book, "2020-10-05", with(weighed("100.000 kg"), json!({"partial": true}))).unwrap();
        assert!(warnings(&first).is_empty());
        let second = record::<Harvest>(&mut book, "2020-11-06", weighed("100000.000 kg")).unwrap();
        assert!(warnings(&second).is_empty());
        let third = record::<Harvest>(&mut book, "2020-11-07", with(weighed("30000.000 kg"), json!({"partial": true}))).unwrap();
        assert_eq!(warnings(&third), [OUTSIDE]);
        let Some(Effect::Warn { args, about, .. }) = third.0.iter().find(|e| matches!(e, Effect::Warn { .. })) else { panic!("warned") };
        assert_eq!((args["yield"].as_str(), args["high"].as_str(), args["area"].as_str()), ("6505", "5000", "20.0000 ha"));
        assert_eq!(about[..2], [id("plot/kon-nord"), id("item/mais-grain")]);
    }

    #[test]
    fn the_same_low_yield_is_asked_about_once() {
        let mut book = with_maize("20.0000 ha");
        let about = json!(["plot/kon-nord", "item/mais-grain", "lot/kon-20-0001"]);
        book.put(&id("warning/kon-20-0100"), "2020-10-05".parse().unwrap(), &[("code", OUTSIDE.into()), ("about", about)]);
        assert!(warnings(&record::<Harvest>(&mut book, "2020-10-06", weighed("100.000 kg")).unwrap()).is_empty());
        assert_eq!(warnings(&record::<Harvest>(&mut book, "2020-10-07", weighed("200000.000 kg")).unwrap()), [OUTSIDE]);
    }

    #[test]
    fn an_item_without_reference_yields_surprises_nobody() {
        let mut book = konseguela();
        record::<sowing::Sowing>(&mut book, "2020-07-01", sown("plot/kon-nord", "item/niebe", "5.0000 ha")).unwrap();
        let beans = with(weighed("1.000 kg"), json!({"item": "item/niebe"}));
        assert!(warnings(&record::<Harvest>(&mut book, "2020-10-05", beans).unwrap()).is_empty());
    }
}
