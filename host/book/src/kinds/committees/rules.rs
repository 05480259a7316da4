//! What adopted decisions change besides money: the price list and the rules of the site.

use super::{adopted_about, ensure, francs, rules_of};
use baara_plugin_api::prelude::*;
use std::collections::BTreeSet;

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<AdoptPrices>(), Kind::of::<AdoptRule>()]
}

/// One price of a list.
#[derive(Form)]
struct PriceLine {
    #[field(of = "item")]
    item: Id,
    price: Money,
    from: Option<Date>,
}

/// The prices a decision adopted enter the list, each from its day.
#[derive(Form)]
struct AdoptPrices {
    lines: Vec<PriceLine>,
}

impl Record for AdoptPrices {
    const KIND: &'static str = "adopt-prices/1";
    fn writes() -> Grant {
        grant(&["price-list"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["decision/other-about", "adopt/before-adoption", "adopt-prices/empty", "adopt-prices/nothing", "adopt-prices/twice"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = adopted_about(cmd, book, &["prices"])?;
        if self.lines.is_empty() {
            return Err(Refusal::new("adopt-prices/empty").with("decision", &decision.id));
        }
        let list = Id::new("price-list", &cmd.site);
        let (mut effects, mut told, mut days) = (ensure(Effects::new(), book, &list), BTreeSet::new(), BTreeSet::new());
        for line in &self.lines {
            let from = first_day(&decision, line.from, cmd.date)?;
            book.open(&line.item)?;
            if line.price.0 == 0 {
                return Err(Refusal::new("adopt-prices/nothing").with("item", &line.item));
            }
            if !told.insert((&line.item, from)) {
                return Err(Refusal::new("adopt-prices/twice").with("item", &line.item).with("from", from));
            }
            days.insert(from);
            effects = effects.set(&list, line.item.code(), francs(line.price.0), from);
        }
        Ok(days.into_iter().fold(effects, |effects, from| effects.set(&list, "decision", decision.id.as_str(), from)))
    }
}

/// The first day of what a decision adopts: never before its minutes were signed.
fn first_day(decision: &Thing, asked: Option<Date>, today: Date) -> Result<Date, Refusal> {
    let from = asked.unwrap_or(today);
    match decision.date("adopted") {
        Some(adopted) if adopted <= from => Ok(from),
        adopted => {
            let adopted = adopted.map_or_else(String::new, |day| day.to_string());
            Err(Refusal::new("adopt/before-adoption").with("decision", &decision.id).with("from", from).with("adopted", adopted))
        }
    }
}

/// A rule of the site, as a decision adopted it.
#[derive(Form)]
struct AdoptRule {
    rule: String,
    value: Option<String>,
    from: Option<Date>,
    act: Option<String>,
}

impl Record for AdoptRule {
    const KIND: &'static str = "adopt-rule/1";
    fn writes() -> Grant {
        grant(&["rules"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["decision/other-about", "adopt/before-adoption", "rule/bad-name", "rule/bad-value"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = adopted_about(cmd, book, abouts(&self.rule))?;
        let from = first_day(&decision, self.from, cmd.date)?;
        // A standing decision is its own rule: `eat.decision` names the decision that lets the kitchen eat.
        let value = self.value.unwrap_or_else(|| decision.id.to_string());
        let act = self.act.unwrap_or_else(|| decision.id.to_string());
        set_rule(cmd, book, &self.rule, &value, &act, from)
    }
}

/// Which sorts of decision may set a rule.
fn abouts(rule: &str) -> &'static [&'static str] {
    match rule.split('.').next() {
        Some("sharing") => &["sharing-key"],
        Some("eat") => &["eat", "rule"],
        Some("give") => &["give", "rule"],
        Some("loss") => &["loss", "rule"],
        _ => &["rule"],
    }
}

/// Sets a rule and the act it stands on.
fn set_rule(cmd: &Command, book: &Book<'_>, rule: &str, value: &str, act: &str, from: Date) -> Decided {
    let plain = rule.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    // `<rule>.act` is written below: a rule of that name would let one act pass for another.
    if rule.is_empty() || !plain || rule.split('.').any(|part| part.is_empty() || part == "act") {
        return Err(Refusal::new("rule/bad-name").with("rule", rule));
    }
    let rules = rules_of(&cmd.site);
    let effects = ensure(Effects::new(), book, &rules);
    Ok(effects.set(&rules, rule, read(rule, value)?, from).set(&rules, &format!("{rule}.act"), act, from))
}

/// The value as the rule's readers want it: a ratio no larger than one, a whole number, or one of a few words.
fn read(rule: &str, text: &str) -> Result<Value, Refusal> {
    let bad = |expected: &str| Err(Refusal::new("rule/bad-value").with("rule", rule).with("came", text).with("expected", expected));
    let whole = text.parse::<u64>().ok().filter(|n| *n <= 1 << 53);
    let is = |names: &[&str]| names.iter().any(|name| rule == *name || rule.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    if is(&["quorum.heads", "majority"]) {
        let part = Ratio::parse(text).filter(|ratio| ratio.num() > 0 && ratio.num() <= ratio.den());
        return part.map_or_else(|| bad("1/2, 2/3, 1/1"), |ratio| Ok(ratio.to_string().into()));
    }
    if is(&["quorum.colleges", "mandate.months"]) {
        return whole.filter(|n| *n > 0).map_or_else(|| bad("1, 2, 3"), |n| Ok(n.into()));
    }
    if is(&["meeting.notice-days"]) {
        return whole.map_or_else(|| bad("0, 1, 2"), |n| Ok(n.into()));
    }
    if is(&["minutes.signing"]) && !["own", "ink", "own-or-ink"].contains(&text) {
        return bad("own, ink, own-or-ink");
    }
    Ok(whole.map_or_else(|| text.into(), Value::from))
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    fn prices(decision: &Id, price: &str, from: &str) -> Value {
        json!({"leave": decision.as_str(), "lines": [{"item": "item/mais-grain", "price": price, "from": from}]})
    }

    #[test]
    fn adopted_prices_enter_the_list_with_their_decision() {
        let mut table = Table::set();
        let decision = table.adopted("2020-02-10", "prices", &json!({}));
        let effects = table.ok::<AdoptPrices>("2020-02-12", prices(&decision, "250 XOF", "2020-03-01"));
        let list = Id::new("price-list", "kon");
        let day = super::super::table::day("2020-03-01");
        let expected =
            Effects::new().open(&list, []).set(&list, "mais-grain", "250 XOF", day).set(&list, "decision", decision.as_str(), day);
        assert_eq!(effects, expected);
        let before = table.at("2020-02-29", |book| book.value(&list, "mais-grain"));
        assert_eq!((before, table.value("price-list/kon", "mais-grain")), (Value::Null, "250 XOF".to_owned()));
        table.ok::<AdoptPrices>("2020-04-01", prices(&decision, "300 XOF", "2020-04-01"));
        assert_eq!(table.value("price-list/kon", "mais-grain"), "300 XOF");
    }

    #[test]
    fn no_price_stands_on_anything_but_signed_minutes() {
        let mut table = Table::set();
        let meeting = table.held("2020-02-10", &["kon-mayor", "kon-chief", "kon-ngo"]);
        let unsigned = table.carried(&meeting, "2020-02-10", "prices", &json!({}));
        table.refused::<AdoptPrices>("2020-02-12", prices(&unsigned, "250 XOF", "2020-03-01"), "leave/not-adopted");
        table.refused::<AdoptPrices>("2020-02-12", json!({"lines": []}), "leave/missing");
        let eat = table.adopted("2020-02-20", "eat", &json!({}));
        table.refused::<AdoptPrices>("2020-02-22", prices(&eat, "250 XOF", "2020-03-01"), "decision/other-about");
    }

    #[test]
    fn a_price_is_told_once_is_something_and_never_starts_before_the_decision() {
        let mut table = Table::set();
        let decision = table.adopted("2020-02-10", "prices", &json!({}));
        table.refused::<AdoptPrices>("2020-02-12", prices(&decision, "250 XOF", "2020-02-09"), "adopt/before-adoption");
        table.refused::<AdoptPrices>("2020-02-12", prices(&decision, "0 XOF", "2020-03-01"), "adopt-prices/nothing");
        table.refused::<AdoptPrices>("2020-02-12", json!({"leave": decision.as_str(), "lines": []}), "adopt-prices/empty");
        let mut twice = prices(&decision, "250 XOF", "2020-03-01");
        let line = twice["lines"][0].clone();
        twice["lines"].as_array_mut().unwrap().push(line);
        table.refused::<AdoptPrices>("2020-02-12", twice, "adopt-prices/twice");
    }

    #[test]
    fn an_adopted_rule_cites_its_act_and_serves_the_next_motion() {
        let mut table = Table::set();
        let decision = table.adopted("2020-02-10", "rule", &json!({}));
        let rule = |rule: &str, value: &str| json!({"leave": decision.as_str(), "rule": rule, "value": value});
        table.ok::<AdoptRule>("2020-02-12", rule("quorum.colleges", "4"));
        assert_eq!(table.value("rules/kon", "quorum.colleges"), "4");
        assert_eq!(table.value("rules/kon", "quorum.colleges.act"), decision.as_str());
        let meeting = table.held("2020-03-10", &["kon-mayor", "kon-chief", "kon-ngo"]);
        let motion = table.motion(&meeting, "2020-03-10", "eat", &json!({}));
        assert_eq!(table.value(motion.as_str(), "quorum"), r#"{"colleges":4,"heads":"1/2","in-office":6}"#);
        for (name, value, code) in [
            ("quorum.heads", "2", "rule/bad-value"),
            ("majority.spend", "3/2", "rule/bad-value"),
            ("quorum.colleges", "0", "rule/bad-value"),
            ("meeting.notice-days", "huit", "rule/bad-value"),
            ("minutes.signing", "nobody", "rule/bad-value"),
            ("Quorum", "1", "rule/bad-name"),
            ("quorum.heads.act", "PV", "rule/bad-name"),
        ] {
            table.refused::<AdoptRule>("2020-02-12", rule(name, value), code);
        }
        table.refused::<AdoptRule>("2020-02-12", rule("sharing.key", "x"), "decision/other-about");
    }

    #[test]
    fn a_standing_decision_is_its_own_rule() {
        let mut table = Table::set();
        let decision = table.adopted("2020-02-10", "eat", &json!({}));
        table.ok::<AdoptRule>("2020-02-12", json!({"leave": decision.as_str(), "rule": "eat.decision"}));
        assert_eq!(table.value("rules/kon", "eat.decision"), decision.as_str());
    }

    #[test]
    fn the_templates_are_off_and_their_rules_are_ones_that_could_be_adopted() {
        let templates = [
            include_str!("../../../../../config/templates/committee.toml"),
            include_str!("../../../../../config/templates/committee-burkina.toml"),
        ];
        for text in templates {
            assert!(text.contains("\nactive = false\n"));
            let rules = text.split("\n[rule]\n").nth(1).unwrap_or_default().lines().take_while(|line| !line.starts_with('['));
            for (name, value) in rules.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")) {
                let value: Value = serde_json::from_str(value).unwrap();
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert_eq!(read(name.trim_matches('"'), &text).unwrap(), value, "{name}");
            }
        }
    }
}
