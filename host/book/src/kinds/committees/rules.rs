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
        &[
            "decision/other-about",
            "adopt/before-adoption",
            "adopt/not-as-decided",
            "adopt-prices/empty",
            "adopt-prices/nothing",
            "adopt-prices/twice",
        ]
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
            as_decided(&decision, line.item.code(), &francs(line.price.0), |text| Ok(price(text)))?;
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

/// When the voted terms are of the form `name = value; name = value`, only what they say is adopted.
fn as_decided(decision: &Thing, name: &str, value: &Value, read: impl Fn(&str) -> Result<Value, Refusal>) -> Result<(), Refusal> {
    let parts = decision.text("terms").split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let Some(terms) = parts.map(|part| part.split_once('=')).collect::<Option<Vec<_>>>().filter(|terms| !terms.is_empty()) else {
        return Ok(());
    };
    let decided = terms.iter().find(|(told, _)| told.trim() == name).map_or("", |(_, value)| value.trim());
    if !decided.is_empty() && read(decided)? == *value {
        return Ok(());
    }
    let asked = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let no = Refusal::new("adopt/not-as-decided").with("decision", &decision.id).with("name", name);
    Err(no.with("decided", decided).with("asked", asked))
}

/// A price as terms write it, `250` or `250 XOF`.
fn price(text: &str) -> Value {
    let figure = text.strip_suffix("XOF").unwrap_or(text).trim();
    figure.parse().map_or_else(|_| text.into(), francs)
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
        &["decision/other-about", "adopt/before-adoption", "adopt/not-as-decided", "rule/bad-name", "rule/bad-value"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = adopted_about(cmd, book, abouts(&self.rule))?;
        let from = first_day(&decision, self.from, cmd.date)?;
        // A standing decision is its own rule: `eat.decision` names the decision that lets the kitchen eat.
        named(&self.rule)?;
        let value = read(&self.rule, &self.value.unwrap_or_else(|| decision.id.to_string()))?;
        as_decided(&decision, &self.rule, &value, |text| read(&self.rule, text))?;
        let (rules, act) = (rules_of(&cmd.site), self.act.unwrap_or_else(|| decision.id.to_string()));
        let effects = ensure(Effects::new(), book, &rules);
        Ok(effects.set(&rules, &self.rule, value, from).set(&rules, &format!("{}.act", self.rule), act, from))
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

/// Only names of rules: `<rule>.act` is written beside each, and a rule of that name would let one act pass for another.
fn named(rule: &str) -> Result<(), Refusal> {
    let plain = rule.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    let fits = plain && rule.split('.').all(|part| !part.is_empty() && part != "act");
    if fits { Ok(()) } else { Err(Refusal::new("rule/bad-name").with("rule", rule)) }
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
    if is(&["visa", "endorse"]) && whole.is_none() {
        return roles(text).map_or_else(|| bad("chair, treasurer|secretary"), Ok);
    }
    Ok(whole.map_or_else(|| text.into(), Value::from))
}

/// The roles whose visa or endorsement a kind needs: all of `chair, treasurer|secretary`, where `|` lets either do.
fn roles(text: &str) -> Option<Value> {
    let plain = |role: &str| !role.is_empty() && role.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let needs = text.split(',').map(|need| need.split('|').map(str::trim).collect::<Vec<_>>());
    needs.map(|need| need.iter().all(|role| plain(role)).then(|| Value::from(need.join("|")))).collect()
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
            ("visa.harvest", "le chef", "rule/bad-value"),
            ("Quorum", "1", "rule/bad-name"),
            ("quorum.heads.act", "PV", "rule/bad-name"),
        ] {
            table.refused::<AdoptRule>("2020-02-12", rule(name, value), code);
        }
        table.refused::<AdoptRule>("2020-02-12", rule("sharing.key", "x"), "decision/other-about");
        table.ok::<AdoptRule>("2020-02-12", rule("endorse.expense", "chair, treasurer|secretary"));
        assert_eq!(table.value("rules/kon", "endorse.expense"), r#"["chair","treasurer|secretary"]"#);
        table.ok::<AdoptRule>("2020-02-12", rule("endorse.days", "15"));
        assert_eq!(table.value("rules/kon", "endorse.days"), "15");
    }

    #[test]
    fn nothing_but_the_voted_terms_is_adopted() {
        let mut table = Table::set();
        let decision = table.adopted("2020-02-10", "prices", &json!({"terms": "savon = 300; mais-grain = 250 XOF"}));
        table.ok::<AdoptPrices>("2020-02-12", prices(&decision, "250 XOF", "2020-03-01"));
        let refusal = table.refused::<AdoptPrices>("2020-02-12", prices(&decision, "200 XOF", "2020-03-01"), "adopt/not-as-decided");
        assert_eq!((refusal.args["decided"].as_str(), refusal.args["asked"].as_str()), ("250 XOF", "200 XOF"));
        let decision = table.adopted("2020-02-20", "rule", &json!({"terms": "quorum.heads = 2/3"}));
        let rule = |rule: &str, value: &str| json!({"leave": decision.as_str(), "rule": rule, "value": value});
        table.refused::<AdoptRule>("2020-02-22", rule("quorum.heads", "1/3"), "adopt/not-as-decided");
        table.refused::<AdoptRule>("2020-02-22", rule("quorum.colleges", "1"), "adopt/not-as-decided");
        table.ok::<AdoptRule>("2020-02-22", rule("quorum.heads", "2/3"));
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
