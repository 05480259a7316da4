//! A canteen and its terms, on the committee's standing decision: its places, its margin, and whose the margin is.

use baara_plugin_api::prelude::*;

/// A canteen opens, or goes on under other terms.
#[derive(Form)]
pub(crate) struct Canteen {
    label: String,
    /// The unit under which its sales are counted.
    #[field(of = "workshop")]
    unit: Id,
    /// Its own stock.
    #[field(of = "store")]
    store: Id,
    /// Its own cash box.
    #[field(of = "cash-box")]
    cash_box: Id,
    /// The cash box that keeps the pécules.
    #[field(of = "cash-box")]
    pecules: Id,
    /// Whose the francs of its goods are.
    #[field(of = "fund")]
    fund: Id,
    /// The part of each list that goes to the fund the decision names.
    margin: Ratio,
    /// The most a person may spend in a month.
    month: Option<Money>,
}

/// The terms in force, as a list needs them.
pub(crate) struct Terms {
    pub(crate) id: Id,
    pub(crate) unit: Id,
    pub(crate) store: Id,
    pub(crate) cash_box: Id,
    pub(crate) pecules: Id,
    pub(crate) fund: Id,
    pub(crate) margin: Ratio,
    pub(crate) margin_to: Id,
    /// Francs a person may spend in a month, if there is a limit.
    pub(crate) month: Option<i64>,
    pub(crate) decision: Id,
}

impl Terms {
    /// The terms of an open canteen.
    pub(crate) fn of(canteen: &Id, book: &Book<'_>) -> Result<Terms, Refusal> {
        let thing = book.open(canteen)?;
        Terms::read(&thing).ok_or_else(|| Refusal::new("thing/unknown").with("thing", canteen))
    }

    fn read(thing: &Thing) -> Option<Terms> {
        Some(Terms {
            id: thing.id.clone(),
            unit: thing.id_of("unit")?,
            store: thing.id_of("store")?,
            cash_box: thing.id_of("cash-box")?,
            pecules: thing.id_of("pecules")?,
            fund: thing.id_of("fund")?,
            margin: Ratio::parse(thing.text("margin"))?,
            margin_to: thing.id_of("margin-to")?,
            month: thing.amount("month").map(Amount::count),
            decision: thing.id_of("decision")?,
        })
    }
}

/// Funds whose francs are somebody's already.
fn is_taken(fund: &Id) -> bool {
    let names = ["uncollected", "unexplained", "opening"].map(|name| format!("{}-{name}", fund.site()));
    fund.code().ends_with(".sales") || names.iter().any(|name| fund.code() == name)
}

impl Canteen {
    /// Stock, cash box and fund serve this canteen alone.
    fn separate(&self, margin_to: &Id, book: &Book<'_>) -> Result<(), Refusal> {
        let no = |place: &Id| Err(Refusal::new("canteen/not-separate").with("place", place));
        if self.cash_box == self.pecules {
            return no(&self.cash_box);
        }
        if self.fund == *margin_to || is_taken(&self.fund) {
            return no(&self.fund);
        }
        let others = book.things("canteen").into_iter().filter_map(|id| Terms::of(&id, book).ok()).filter(|other| other.unit != self.unit);
        for other in others {
            let pairs = [(&other.store, &self.store), (&other.cash_box, &self.cash_box), (&other.fund, &self.fund)];
            if let Some((place, _)) = pairs.into_iter().find(|(theirs, ours)| theirs == ours) {
                return no(place);
            }
        }
        Ok(())
    }

    /// Where the voted terms say `margin = 1/10` or `month = 5000`, only that is recorded.
    fn as_decided(&self, decision: &Id, book: &Book<'_>) -> Result<(), Refusal> {
        let text = book.value(decision, "terms");
        let text = text.as_str().unwrap_or_default();
        let voted = |name: &str| {
            let mut terms = text.split([';', '\n']).filter_map(|term| term.split_once('='));
            terms.find(|(said, _)| said.trim() == name).map(|(_, value)| value.trim().to_owned())
        };
        let same = |a: Ratio, b: Ratio| u128::from(a.num()) * u128::from(b.den()) == u128::from(b.num()) * u128::from(a.den());
        let margin = voted("margin").is_none_or(|part| Ratio::parse(&part).is_some_and(|part| same(part, self.margin)));
        let francs = |text: String| text.trim_end_matches("XOF").trim().parse::<i64>().ok();
        let month = voted("month").is_none_or(|most| francs(most).is_some_and(|most| self.month == Some(Money(most))));
        if margin && month {
            return Ok(());
        }
        Err(Refusal::new("canteen/not-as-decided").with("decision", decision).with("voted", text))
    }
}

impl Record for Canteen {
    const KIND: &'static str = "canteen/1";

    fn writes() -> Grant {
        grant(&["canteen"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["canteen/other-decision", "canteen/no-fund", "canteen/not-separate", "canteen/whole-margin", "canteen/not-as-decided"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = book.adopted(cmd.leave.as_ref())?;
        if decision.about != "rule" {
            return Err(Refusal::new("canteen/other-decision").with("decision", &decision.id).with("about", &decision.about));
        }
        let named = decision.purpose.as_ref().filter(|purpose| purpose.kind() == "fund");
        let margin_to = named.ok_or_else(|| Refusal::new("canteen/no-fund").with("decision", &decision.id))?;
        for place in [margin_to, &self.unit, &self.store, &self.cash_box, &self.pecules, &self.fund] {
            book.open(place)?;
        }
        self.separate(margin_to, book)?;
        if self.margin.num() >= self.margin.den() {
            return Err(Refusal::new("canteen/whole-margin").with("margin", self.margin));
        }
        self.as_decided(&decision.id, book)?;
        let earlier = book.things_having("canteen", "unit", self.unit.as_str());
        let effects = earlier.iter().fold(Effects::new(), |effects, old| effects.close(old));
        Ok(effects.open(
            &Id::new("canteen", "$1"),
            [
                ("label", self.label.into()),
                ("unit", json!(self.unit)),
                ("store", json!(self.store)),
                ("cash-box", json!(self.cash_box)),
                ("pecules", json!(self.pecules)),
                ("fund", json!(self.fund)),
                ("margin", self.margin.to_string().into()),
                ("margin-to", json!(margin_to)),
                ("month", json!(self.month.map(|most| Amount::francs(most.0).to_string()))),
                ("decision", json!(decision.id)),
            ],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[track_caller]
    fn no(more: Value, code: &str) -> Refusal {
        refused::<Canteen>(&mut prison(), "2020-03-02", terms(more), code)
    }

    #[test]
    fn a_canteen_stands_on_the_decision_that_names_the_fund_of_its_margin() {
        let mut book = prison();
        record::<Canteen>(&mut book, "2020-03-02", terms(json!({}))).unwrap();
        let asked = Book::new(&book, "kon", date("2020-03-03"));
        let found = Terms::of(&id("canteen/kon-20-0001"), &asked).unwrap();
        assert_eq!((found.margin_to.as_str(), found.month), ("fund/kon-entraide", Some(5000)));
        no(json!({"leave": "decision/kon-prices"}), "canteen/other-decision");
        no(json!({"leave": "decision/kon-free"}), "canteen/no-fund");
        no(json!({"leave": null}), "leave/missing");
    }

    #[test]
    fn later_terms_end_the_earlier_ones() {
        let mut book = prison();
        record::<Canteen>(&mut book, "2020-03-02", terms(json!({}))).unwrap();
        record::<Canteen>(&mut book, "2020-05-02", terms(json!({"label": "Cantine, tarif de mai"}))).unwrap();
        let asked = Book::new(&book, "kon", date("2020-05-03"));
        assert_eq!(asked.things("canteen"), [id("canteen/kon-20-0002")]);
    }

    #[test]
    fn its_places_are_its_own() {
        no(json!({"cash-box": "cash-box/kon-caisse"}), "canteen/not-separate");
        no(json!({"fund": "fund/kon-entraide"}), "canteen/not-separate");
        no(json!({"fund": "fund/kon-cantine.sales"}), "canteen/not-separate");
        let mut book = prison();
        record::<Canteen>(&mut book, "2020-03-02", terms(json!({}))).unwrap();
        let second = terms(json!({"unit": "workshop/kon-savon"}));
        let refusal = refused::<Canteen>(&mut book, "2020-03-02", second, "canteen/not-separate");
        assert_eq!(refusal.args["place"], "store/kon-cantine");
    }

    #[test]
    fn only_what_was_voted_is_recorded() {
        no(json!({"margin": "1/5"}), "canteen/not-as-decided");
        no(json!({"month": null}), "canteen/not-as-decided");
        no(json!({"margin": "1/1"}), "canteen/whole-margin");
        assert!(record::<Canteen>(&mut prison(), "2020-03-02", terms(json!({"margin": "0.1"}))).is_ok());
    }
}
