//! Goods lost in store: two witnesses of two colleges; beyond the month's allowance a decision.

use super::goods::{self, with_goods};
use baara_plugin_api::prelude::*;

/// What spoils, eats or takes goods.
#[derive(Choice)]
enum Cause {
    Insects,
    Rodents,
    Damp,
    Spoiled,
    Expired,
    Spilled,
    Broken,
    Theft,
    Fire,
    Flood,
    Other,
}

/// Goods in a store are lost.
#[derive(Form)]
pub(super) struct Loss {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    cause: Cause,
    #[field(of = "person")]
    witness_one: Id,
    #[field(of = "person")]
    witness_two: Id,
    #[field(sealed)]
    account: Option<String>,
}

impl Record for Loss {
    const KIND: &'static str = "loss/1";

    fn writes() -> Grant {
        writes()
    }

    fn refusals() -> &'static [&'static str] {
        with_goods!["loss/same-witness", "loss/witness-is-author", "loss/witness-without-mandate", "loss/witnesses-of-one-college"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let lost = Lost {
            store: &self.store,
            item: &self.item,
            lot: self.lot.as_ref(),
            quantity: self.quantity,
            cause: self.cause.code(),
            witnesses: [&self.witness_one, &self.witness_two],
            account: self.account.as_deref(),
        };
        lost.decide(cmd, book)
    }
}

/// What a loss, of goods or of animals, may write.
pub(in crate::kinds) fn writes() -> Grant {
    grant(&["loss", "shortage"], &[], &["store", "lost", "shortage"], &["*"], &[])
}

/// What a loss says, of goods or of animals.
pub(in crate::kinds) struct Lost<'a> {
    /// Where from.
    pub(in crate::kinds) store: &'a Id,
    /// What.
    pub(in crate::kinds) item: &'a Id,
    /// Which lot of it.
    pub(in crate::kinds) lot: Option<&'a Id>,
    /// How much.
    pub(in crate::kinds) quantity: Amount,
    /// Why, as a code.
    pub(in crate::kinds) cause: &'a str,
    /// Who saw it: their visas follow.
    pub(in crate::kinds) witnesses: [&'a Id; 2],
    /// What they saw, sealed.
    pub(in crate::kinds) account: Option<&'a str>,
}

impl Lost<'_> {
    /// Within the month's allowance the goods are lost; beyond it they wait in a shortage for a decision.
    pub(in crate::kinds) fn decide(&self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(self.store)?;
        let item = goods::check(book, self.item, self.lot, self.quantity)?;
        of_two_colleges(book, self.witnesses, &cmd.by)?;
        let (loss, shortage) = (Id::new("loss", "$1"), goods::shortage("loss", book));
        let waits = !self.within_allowance(book, &item);
        let effects = Effects::new().open(
            &loss,
            [
                ("store", json!(self.store)),
                ("item", json!(self.item)),
                ("lot", json!(self.lot)),
                ("quantity", json!(self.quantity)),
                ("cause", json!(self.cause)),
                ("witnesses", json!(self.witnesses)),
                ("account", json!(self.account)),
                ("shortage", if waits { json!(shortage) } else { Value::Null }),
            ],
        );
        if !waits {
            return Ok(effects.goods(self.item, self.quantity, self.store, &goods::place("lost", book), self.lot));
        }
        let about = [
            ("store", json!(self.store)),
            ("item", json!(self.item)),
            ("lot", json!(self.lot)),
            ("quantity", json!(self.quantity)),
            ("cause", json!(self.cause)),
        ];
        Ok(effects.open(&shortage, about).goods(self.item, self.quantity, self.store, &shortage, self.lot))
    }

    /// True when this month's losses of the item in the store, this one included, stay within its share of what came in.
    fn within_allowance(&self, book: &Book<'_>, item: &Thing) -> bool {
        let own = book.rule(&format!("loss.allowance.{}", item.text("group")));
        let rule = if own.is_null() { book.rule("loss.allowance") } else { own };
        let Some(share) = ratio(&rule) else { return false };
        let day = book.date();
        let (came_in, _) = book.turnover(self.store, self.item, day, day);
        let allowed = share.of(came_in, Rounding::Down).unwrap_or(0);
        self.lost_this_month(book).saturating_add(self.quantity.count()) <= allowed
    }

    fn lost_this_month(&self, book: &Book<'_>) -> i64 {
        let month = |date: Date| (date.year(), date.month());
        let losses = book.things_having("loss", "store", self.store.as_str());
        let of_item = losses.iter().filter_map(|id| book.thing(id)).filter(|loss| {
            loss.id_of("item").as_ref() == Some(self.item) && month(loss.since) == month(book.date()) && loss.text("shortage").is_empty()
        });
        of_item.filter_map(|loss| loss.amount("quantity")).map(Amount::count).sum()
    }
}

/// A rule's ratio: `1/50`, `0.02`, or a whole number.
pub(in crate::kinds) fn ratio(rule: &Value) -> Option<Ratio> {
    rule.as_str().map_or_else(|| rule.as_u64().and_then(|whole| Ratio::new(whole, 1)), Ratio::parse)
}

/// Two distinct persons, neither of them the author, who sit for two colleges on the day.
fn of_two_colleges(book: &Book<'_>, [one, two]: [&Id; 2], author: &Id) -> Result<(), Refusal> {
    if one == two {
        return Err(Refusal::new("loss/same-witness").with("person", one));
    }
    if [one, two].contains(&author) {
        return Err(Refusal::new("loss/witness-is-author").with("person", author));
    }
    let (first, second) = (colleges(book, one)?, colleges(book, two)?);
    let differ = first.iter().any(|a| second.iter().any(|b| a != b));
    if differ { Ok(()) } else { Err(Refusal::new("loss/witnesses-of-one-college").with("college", &first[0])) }
}

/// The colleges a person has a mandate from on the day; at least one.
fn colleges(book: &Book<'_>, person: &Id) -> Result<Vec<String>, Refusal> {
    book.open(person)?;
    let mandates = book.things_having("mandate", "person", person.as_str());
    let in_force = mandates.iter().filter_map(|id| book.thing(id)).filter(|m| m.date("until").is_none_or(|until| until >= book.date()));
    let colleges: Vec<String> = in_force.map(|mandate| mandate.text("college").to_owned()).collect();
    if colleges.is_empty() { Err(Refusal::new("loss/witness-without-mandate").with("person", person)) } else { Ok(colleges) }
}

/// The committee decided: what is short is lost.
#[derive(Form)]
pub(super) struct LossDecided {
    #[field(of = "shortage")]
    shortage: Id,
}

impl Record for LossDecided {
    const KIND: &'static str = "loss-decided/1";

    fn writes() -> Grant {
        grant(&["loss", "shortage"], &[], &["shortage", "lost"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["loss-decided/not-about-a-loss", "loss-decided/for-another", "loss-decided/no-goods"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.shortage)?;
        let decision = goods::decided(book, cmd.leave.as_ref(), "loss", "loss-decided/not-about-a-loss")?;
        let losses = book.things_having("loss", "shortage", self.shortage.as_str());
        if let Some(purpose) = decision.purpose.filter(|p| *p != self.shortage && !losses.contains(p)) {
            return Err(Refusal::new("loss-decided/for-another").with("decision", decision.id).with("purpose", purpose));
        }
        let (francs, short): (Vec<_>, Vec<_>) = book.holdings_of(&self.shortage).into_iter().partition(|h| h.item == items::xof());
        if short.is_empty() {
            return Err(Refusal::new("loss-decided/no-goods").with("shortage", &self.shortage));
        }
        let lost = goods::place("lost", book);
        let gone = short.iter().fold(Effects::new(), |effects, h| effects.goods(&h.item, h.balance, &self.shortage, &lost, h.lot.as_ref()));
        let noted = losses.iter().fold(gone, |effects, loss| effects.set(loss, "decision", json!(decision.id), cmd.date));
        Ok(if francs.is_empty() { noted.close(&self.shortage) } else { noted })
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;
    use baara_plugin_api::testing::PaperBook;

    fn eaten_by_insects(quantity: &str, one: &str, two: &str) -> Value {
        json!({"store": "store/kon-magasin", "item": "item/mais-grain", "lot": "lot/kon-20-0900", "quantity": quantity, "cause": "insects",
               "witness-one": format!("person/{one}"), "witness-two": format!("person/{two}"), "account": "sealed:00"})
    }

    fn lost(quantity: &str) -> Value {
        eaten_by_insects(quantity, "kon-20-0002", "kon-20-0003")
    }

    /// A store that took in a tonne in November, and may lose two percent of that.
    fn with_allowance() -> PaperBook {
        let mut book = konseguela();
        rule(&mut book, "loss.allowance", "1/50");
        let grain = "1000.000 kg".parse().unwrap();
        let harvest =
            Effects::new().goods(&id("item/mais-grain"), grain, &id("field/x"), &id("store/kon-magasin"), Some(&id("lot/kon-20-0900")));
        book.apply("test", "2020-11-02".parse().unwrap(), &id("person/test"), &harvest.0);
        book
    }

    const GONE: &str = "store/kon-magasin → lost/kon: 20.000 kg lot/kon-20-0900";

    #[test]
    fn a_loss_within_the_month_s_allowance_is_lost_at_once() {
        let mut book = with_allowance();
        assert_eq!(movements(&record::<Loss>(&mut book, "2020-11-10", lost("20.000 kg")).unwrap()), [GONE]);
        let loss = thing(&book, "2020-11-10", "loss/kon-20-0001");
        assert_eq!(loss.list("witnesses"), ["person/kon-20-0002", "person/kon-20-0003"]);
        assert_eq!((loss.text("cause"), loss.text("shortage")), ("insects", ""));
    }

    #[test]
    fn beyond_the_allowance_it_waits_for_a_decision() {
        let mut book = with_allowance();
        record::<Loss>(&mut book, "2020-11-10", lost("19.000 kg")).unwrap();
        let beyond = record::<Loss>(&mut book, "2020-11-11", lost("1.001 kg")).unwrap();
        assert_eq!(movements(&beyond), ["store/kon-magasin → shortage/kon-loss-201111-1: 1.001 kg lot/kon-20-0900"]);
        assert_eq!(thing(&book, "2020-11-11", "loss/kon-20-0002").text("shortage"), "shortage/kon-loss-201111-1");
        let last = record::<Loss>(&mut book, "2020-11-12", lost("1.000 kg")).unwrap();
        assert_eq!(movements(&last), ["store/kon-magasin → lost/kon: 1.000 kg lot/kon-20-0900"]);
        let next_month = record::<Loss>(&mut book, "2020-12-01", lost("1.000 kg")).unwrap();
        assert_eq!(movements(&next_month), ["store/kon-magasin → shortage/kon-loss-201201-1: 1.000 kg lot/kon-20-0900"]);
    }

    #[test]
    fn the_rule_of_a_group_goes_before_the_general_one_and_without_a_rule_nothing_is_allowed() {
        let mut book = with_allowance();
        rule(&mut book, "loss.allowance.cereal", "0.01");
        let twenty = record::<Loss>(&mut book, "2020-11-10", lost("20.000 kg")).unwrap();
        assert!(movements(&twenty)[0].contains("→ shortage/"));
        let ten = record::<Loss>(&mut book, "2020-11-10", lost("10.000 kg")).unwrap();
        assert!(movements(&ten)[0].contains("→ lost/kon"));
        let none = record::<Loss>(&mut konseguela(), "2020-11-10", lost("0.001 kg")).unwrap();
        assert!(movements(&none)[0].contains("→ shortage/"));
    }

    #[test]
    fn two_witnesses_are_two_persons_of_two_colleges_and_not_the_author() {
        let mut book = with_allowance();
        let mut check = |one: &str, two: &str, code: &str| {
            assert_eq!(refused::<Loss>(&mut book, "2020-11-10", eaten_by_insects("1.000 kg", one, two)), code);
        };
        check("kon-20-0002", "kon-20-0002", "loss/same-witness");
        check("kon-20-0001", "kon-20-0003", "loss/witness-is-author");
        check("kon-20-0002", "kon-20-0009", "loss/witness-without-mandate");
        check("kon-20-0003", "kon-20-0004", "loss/witnesses-of-one-college");
        check("kon-20-0003", "kon-20-0099", "thing/unknown");
        let over = Effects::new().set(&id("mandate/kon-20-0003"), "until", "2020-10-31", beginning());
        book.apply("test", beginning(), &id("person/test"), &over.0);
        assert_eq!(refused::<Loss>(&mut book, "2020-11-10", lost("1.000 kg")), "loss/witness-without-mandate");
    }

    #[test]
    fn what_is_short_is_lost_by_decision() {
        let mut book = konseguela();
        record::<Loss>(&mut book, "2020-11-10", lost("25.000 kg")).unwrap();
        decision(&mut book, "kon-20-0001", "loss");
        decision(&mut book, "kon-20-0002", "spend");
        let write_off = |leave: Value| json!({"shortage": "shortage/kon-loss-201110-1", "leave": leave});
        assert_eq!(refused::<LossDecided>(&mut book, "2020-11-20", write_off(Value::Null)), "leave/missing");
        let spend = write_off(json!("decision/kon-20-0002"));
        assert_eq!(refused::<LossDecided>(&mut book, "2020-11-20", spend), "loss-decided/not-about-a-loss");
        let effects = record::<LossDecided>(&mut book, "2020-11-20", write_off(json!("decision/kon-20-0001"))).unwrap();
        assert_eq!(movements(&effects), ["shortage/kon-loss-201110-1 → lost/kon: 25.000 kg lot/kon-20-0900"]);
        assert_eq!(thing(&book, "2020-11-20", "loss/kon-20-0001").text("decision"), "decision/kon-20-0001");
        assert!(!thing(&book, "2020-11-20", "shortage/kon-loss-201110-1").open);
        let again = write_off(json!("decision/kon-20-0001"));
        assert_eq!(refused::<LossDecided>(&mut book, "2020-11-21", again), "thing/closed");
    }

    #[test]
    fn a_decision_for_one_shortage_does_not_serve_another_nor_francs() {
        let mut book = konseguela();
        record::<Loss>(&mut book, "2020-11-10", lost("25.000 kg")).unwrap();
        let purpose = [("about", json!("loss")), ("adopted", json!("2019-01-01")), ("purpose", json!("shortage/kon-20-0007"))];
        book.put(&id("decision/kon-20-0001"), beginning(), &purpose);
        let other = json!({"shortage": "shortage/kon-loss-201110-1", "leave": "decision/kon-20-0001"});
        assert_eq!(refused::<LossDecided>(&mut book, "2020-11-20", other), "loss-decided/for-another");
        book.put(&id("shortage/kon-20-0007"), beginning(), &[]);
        book.stock(&id("shortage/kon-20-0007"), &items::xof(), None, Amount::francs(500));
        let francs = json!({"shortage": "shortage/kon-20-0007", "leave": "decision/kon-20-0001"});
        assert_eq!(refused::<LossDecided>(&mut book, "2020-11-20", francs), "loss-decided/no-goods");
    }
}
