//! What no command may do, whoever sends it: the same for screens, imports and plugins, on the net effect.
//!
//! They judge any [`Ledger`]: the host its book, an author's test a book on paper, so that what is refused there is
//! refused here, under the same code.

use crate::ledger::{Ledger, REFERENCE};
use crate::places::{Class, Needs, class, needs};
use crate::{Amount, Date, Effect, Effects, Grant, Id, Map, Refusal, Value, items};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the guards must know of a command besides its effects.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// The facility's code.
    pub site: &'a str,
    /// The record kind with its version.
    pub kind: &'a str,
    /// The day it happened.
    pub date: Date,
    /// The site's civil day now.
    pub today: Date,
    /// The decision it names.
    pub leave: Option<&'a Id>,
    /// Its form.
    pub fields: &'a Map,
    /// True for the inverse movements of a reversal: they give back what was taken.
    pub reversal: bool,
}

impl Act<'_> {
    fn name(&self) -> &str {
        self.kind.split('/').next().unwrap_or(self.kind)
    }

    /// Configuration and the founding act write reference things and parameters of any date.
    fn founds(&self) -> bool {
        matches!(self.name(), "found" | "config")
    }
}

/// Places from which goods leave only when their lot is released.
const KEEPING: &[&str] = &["store", "transit", "consignment"];

/// Where unreleased goods may still go: back, to another store, or lost.
const STAYS_CLOSE: &[&str] = &["store", "shortage", "lost", "field", "produced", "supplier", "found", "from", "opening", "sold"];

/// Kinds of things whose values may start ahead, and never in the past.
const AHEAD: &[&str] = &["price-list", "rules", "key"];

/// Never grantable to a plugin.
pub const NEVER: &[&str] = &[
    "person",
    "role",
    "rules",
    "college",
    "mandate",
    "meeting",
    "motion",
    "decision",
    "count",
    "visa",
    "proposal",
    "closing",
    "plugin",
    "publisher",
    "committee",
];

/// Adds the movement of leave that a command's payments need, from the decision it names.
///
/// # Errors
/// `guard/leave-missing`, `leave/*`, `guard/leave-short`.
pub fn with_leave(book: &impl Ledger, act: &Act<'_>, effects: Vec<Effect>) -> Result<Vec<Effect>, Refusal> {
    if act.reversal || act.founds() || act.name() == "opening" {
        return Ok(effects);
    }
    let (mut need, mut cites) = (0_i64, false);
    for (from, to, count) in francs(&effects) {
        match (class(from), class(to)) {
            (Some(Class::Held), Some(Class::Owed)) if !excepted_payment(act, from, to) => need += count,
            (Some(Class::Owed), Some(Class::Owed)) if from.kind() == "bill" => need += count,
            (Some(Class::Owed), Some(Class::Owed)) if !excepted_transfer(from, to) => cites = true,
            _ => {}
        }
    }
    let given = moves(&effects).any(|m| m.1.kind() == "given");
    let eaten = moves(&effects).any(|m| m.1.kind() == "eaten");
    let lost_by_decision = moves(&effects).any(|m| m.0.kind() == "shortage" && m.1.kind() == "lost");
    if given || lost_by_decision || (eaten && book.rule(act.site, "eat.decision", act.date).is_null()) {
        cites = true;
    }
    if need == 0 && !cites {
        return Ok(effects);
    }
    let leave = act.leave.ok_or_else(|| Refusal::new("guard/leave-missing").with("amount", Amount::francs(need)))?;
    let decision = book.decision(leave).ok_or_else(|| Refusal::new("leave/unknown").with("decision", leave))?;
    if !decision.adopted {
        return Err(Refusal::new("leave/not-adopted").with("decision", leave));
    }
    if decision.until.is_some_and(|until| until < act.date) {
        return Err(Refusal::new("leave/expired").with("decision", leave).with("until", decision.until.expect("has a date")));
    }
    if matches!(decision.about.as_str(), "distribution" | "opening") {
        only_payees(book, act, leave, &effects)?;
    }
    if need > decision.left {
        let (came, _) = book.turnover(leave, &items::leave(), Date::MIN, Date::MAX);
        return Err(Refusal::new("guard/leave-short")
            .with("decision", leave)
            .with("decided", Amount::francs(came))
            .with("spent", Amount::francs(came - decision.left))
            .with("left", Amount::francs(decision.left))
            .with("asked", Amount::francs(need)));
    }
    Ok(Effects(effects).moves(&items::leave(), Amount::francs(need), leave, &Id::new("used", act.site)).0)
}

/// A distribution, or the opening, gives leave to pay its own people and nobody else.
fn only_payees(book: &impl Ledger, act: &Act<'_>, leave: &Id, effects: &[Effect]) -> Result<(), Refusal> {
    let payees = book.value_at(leave, "payees", act.date).map(Cow::into_owned).unwrap_or_default();
    let payees: Vec<&str> = payees.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let paid = francs(effects)
        .filter(|(from, to, _)| class(from) == Some(Class::Held) && class(to) == Some(Class::Owed) && !excepted_payment(act, from, to));
    for (_, to, _) in paid {
        let person = to.code().split_once('.').map(|(_, person)| format!("person/{person}"));
        let named = payees.is_empty() || person.is_some_and(|p| payees.contains(&p.as_str()));
        if to.kind() != "pecule" || !named {
            return Err(Refusal::new("leave/other-payee").with("decision", leave).with("place", to));
        }
    }
    Ok(())
}

/// A refund or a cancelled debt that cites its sale, or the payment of a bill whose leave was taken.
fn excepted_payment(act: &Act<'_>, from: &Id, to: &Id) -> bool {
    let cites_sale = act.fields.contains_key("sale");
    let refund = to.kind() == "fund" && to.code().ends_with(".sales") && matches!(from.kind(), "cash-box" | "wallet" | "bank");
    let cancelled = from.kind() == "debt" && to.code().ends_with("-uncollected");
    to.kind() == "bill" || (cites_sale && (refund || cancelled))
}

/// Collecting a debt, or delivering against a down-payment.
fn excepted_transfer(from: &Id, to: &Id) -> bool {
    let collecting = from.code().ends_with(".sales") && to.code().ends_with("-uncollected");
    collecting || to.kind() == "down-payment" || to.code().ends_with("-opening") || from.code().ends_with("-opening")
}

fn moves(effects: &[Effect]) -> impl Iterator<Item = (&Id, &Id, &Id, Amount)> {
    effects.iter().filter_map(|e| match e {
        Effect::Move { item, amount, from, to, .. } => Some((from, to, item, *amount)),
        _ => None,
    })
}

fn francs(effects: &[Effect]) -> impl Iterator<Item = (&Id, &Id, i64)> {
    moves(effects).filter(|m| *m.2 == items::xof()).map(|(from, to, _, amount)| (from, to, amount.count()))
}

/// Why a command waits for other people's endorsement instead of taking effect at once.
#[must_use]
pub fn why_intention(book: &impl Ledger, act: &Act<'_>, effects: &[Effect]) -> Option<&'static str> {
    const KINDS: &[&str] = &[
        "person",
        "role-give",
        "role-take",
        "adopt-rule",
        "close",
        "secret-reset",
        "code-list",
        "pin",
        "unpin",
        "publisher",
        "publisher-end",
        "config-loosens",
        "mandate",
        "mandate-end",
        "opening",
        "micro-project",
        "adopt-prices",
        "sharing-key",
    ];
    if act.founds() {
        return None;
    }
    if KINDS.contains(&act.name()) {
        return Some("kind");
    }
    for (from, to, _) in francs(effects) {
        match (class(from), class(to)) {
            (Some(Class::Held), Some(Class::Owed)) => return Some("payment"),
            (Some(Class::Owed), Some(Class::Owed)) if !excepted_transfer(from, to) => return Some("allocation"),
            _ => {}
        }
    }
    if moves(effects).any(|m| m.1.kind() == "given") {
        return Some("gift");
    }
    if moves(effects).any(|m| m.0.kind() == "shortage" && m.1.kind() == "lost") {
        return Some("write-off");
    }
    below_list(book, act, effects).then_some("below-list")
}

/// True when goods are sold for less than the price list in force.
#[must_use]
pub fn below_list(book: &impl Ledger, act: &Act<'_>, effects: &[Effect]) -> bool {
    if !moves(effects).any(|(_, to, ..)| to.kind() == "sold") {
        return false;
    }
    let list = Id::new("price-list", act.site);
    let mut asked = 0_i128;
    for (_, to, item, amount) in moves(effects) {
        if to.kind() != "sold" {
            continue;
        }
        let price = book.value_at(&list, item.code(), act.date).as_deref().and_then(Value::as_str).and_then(|s| s.parse::<Amount>().ok());
        let unit = 10_i128.pow(u32::from(amount.scale()));
        asked += price.map_or(0, |p| i128::from(p.count()) * i128::from(amount.count()) / unit);
    }
    let paid: i128 = francs(effects)
        .filter(|(from, to, _)| {
            let income = from.code().ends_with(".sales") || from.code().ends_with("-uncollected");
            income && class(from) == Some(Class::Owed) && (class(to) == Some(Class::Held) || to.kind() == "down-payment")
        })
        .map(|m| i128::from(m.2))
        .sum();
    asked > paid
}

/// Refuses effects outside what a plugin's kind may write.
///
/// # Errors
/// `plugin/outside-grant`, naming what it tried.
pub fn within(grant: &Grant, effects: &[Effect]) -> Result<(), Refusal> {
    let has = |list: &[String], name: &str| list.iter().any(|x| x == name);
    let outside = |what: String| Err(Refusal::new("plugin/outside-grant").with("what", what));
    for effect in effects {
        match effect {
            Effect::Move { item, from, to, .. } => {
                let core = *item == items::leave() || from.kind() == "decision" || to.kind() == "decision";
                let wild = has(&grant.items, "*") && ![items::xof(), items::points(), items::half_days()].contains(item);
                if core || !(wild || has(&grant.items, item.code())) {
                    return outside(item.to_string());
                }
                for place in [from, to] {
                    if !has(&grant.places, place.kind()) {
                        return outside(place.to_string());
                    }
                }
            }
            Effect::Open { thing, .. } | Effect::Close { thing, .. } => {
                if NEVER.contains(&thing.kind()) || !has(&grant.things, thing.kind()) {
                    return outside(thing.to_string());
                }
            }
            Effect::Set { thing, key, .. } => {
                let by_key = has(&grant.keys, &format!("{}.{key}", thing.kind())) || has(&grant.keys, &format!("{}.*", thing.kind()));
                if NEVER.contains(&thing.kind()) || !(has(&grant.things, thing.kind()) || by_key) {
                    return outside(format!("{thing} {key}"));
                }
            }
            // It asks for the next one; which that is, the host says.
            Effect::Number { series, year, n, void } => {
                if !has(&grant.series, series) || (*year, *n, *void) != (0, 0, false) {
                    return outside(format!("series {series} {year}-{n}"));
                }
            }
            Effect::Warn { .. } => {}
            Effect::Explain { warning, .. } => return outside(warning.to_string()),
        }
    }
    Ok(())
}

/// Checks that what a plugin writes shows what it is: characters that hide, or that turn what stands beside them around,
/// are there only if somebody typed them.
///
/// # Errors
/// `guard/bad-value`.
pub fn shown_as_typed(fields: &Map, effects: &[Effect]) -> Result<(), Refusal> {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let odd = |c: char| turns(c) || c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let mut found = None;
    let mut look = |c: char| found = found.or(odd(c).then_some(c));
    for effect in effects {
        match effect {
            Effect::Open { values, .. } => values.iter().for_each(|(key, value)| written(key, value, &mut look)),
            Effect::Set { key, value, .. } => written(key, value, &mut look),
            Effect::Warn { code, args, .. } => [code].into_iter().chain(args.values()).for_each(|text| text.chars().for_each(&mut look)),
            Effect::Explain { reason, .. } => reason.chars().for_each(&mut look),
            // Names and numbers are read as such, and hold nothing else.
            Effect::Move { .. } | Effect::Close { .. } | Effect::Number { .. } => {}
        }
    }
    let Some(found) = found else { return Ok(()) };
    let mut typed = false;
    fields.values().for_each(|value| each_char(value, &mut |c| typed |= c == found));
    if typed { Ok(()) } else { Err(Refusal::new("guard/bad-value").with("thing", "text").with("value", found.escape_unicode())) }
}

/// Every character of every text within a value.
fn each_char(value: &Value, each: &mut dyn FnMut(char)) {
    match value {
        Value::String(text) => text.chars().for_each(each),
        Value::Array(list) => list.iter().for_each(|one| each_char(one, each)),
        Value::Object(map) => map.iter().for_each(|(key, one)| written(key, one, each)),
        _ => {}
    }
}

fn written(key: &str, value: &Value, each: &mut dyn FnMut(char)) {
    key.chars().for_each(&mut *each);
    each_char(value, each);
}

/// Judges effects with their ids allotted. Nothing has changed when it refuses.
///
/// # Errors
/// A refusal under `guard/…`, `place/frozen` or `thing/…`.
pub fn check(book: &impl Ledger, act: &Act<'_>, effects: &[Effect]) -> Result<(), Refusal> {
    if act.date > act.today {
        return Err(Refusal::new("guard/future-date").with("date", act.date).with("today", act.today));
    }
    let opening = openings(effects);
    let guard = Guard { book, act, opening: &opening };
    for effect in effects {
        guard.one(effect)?;
    }
    guard.net(effects)
}

type Openings<'e> = BTreeMap<&'e Id, &'e BTreeMap<String, Value>>;

fn openings(effects: &[Effect]) -> Openings<'_> {
    effects.iter().filter_map(|e| if let Effect::Open { thing, values } = e { Some((thing, values)) } else { None }).collect()
}

struct Guard<'a, 'e, L> {
    book: &'a L,
    act: &'a Act<'a>,
    opening: &'a Openings<'e>,
}

impl<L: Ledger> Guard<'_, '_, L> {
    fn one(&self, effect: &Effect) -> Result<(), Refusal> {
        match effect {
            Effect::Move { item, amount, from, to, lot } => self.movement(item, *amount, from, to, lot.as_ref()),
            Effect::Open { thing, values } => {
                self.own_site(thing)?;
                if self.book.life(thing).is_some() {
                    return Err(Refusal::new("guard/id-taken").with("thing", thing));
                }
                values.values().try_for_each(|v| sound(thing, v))
            }
            Effect::Close { thing, .. } => {
                self.own_site(thing)?;
                self.is_open(thing)
            }
            Effect::Set { thing, key, value, from } => {
                self.own_site(thing)?;
                self.is_open(thing)?;
                sound(thing, value)?;
                let past = *from < self.act.date && AHEAD.contains(&thing.kind()) && !self.act.reversal && !self.act.founds();
                let before = self.book.life(thing).is_some_and(|life| *from < life.since) && !self.act.founds();
                if past || before {
                    return Err(Refusal::new("guard/before-thing").with("thing", thing).with("key", key).with("from", from));
                }
                let ahead = AHEAD.contains(&thing.kind()) || matches!(thing.kind(), "mandate" | "campaign" | "lot") || key == "price";
                if *from > self.act.today && !ahead && !self.act.founds() {
                    return Err(Refusal::new("guard/future-date").with("date", from).with("today", self.act.today));
                }
                Ok(())
            }
            Effect::Warn { about, .. } => about.iter().try_for_each(|id| self.exists(id)),
            Effect::Explain { warning, .. } => self.is_open(warning),
            Effect::Number { n, .. } if *n == 0 => Err(Refusal::new("guard/bad-value").with("thing", "number").with("value", 0)),
            Effect::Number { .. } => Ok(()),
        }
    }

    fn movement(&self, item: &Id, amount: Amount, from: &Id, to: &Id, lot: Option<&Id>) -> Result<(), Refusal> {
        let (unit, scale) = self.book.measure(item).ok_or_else(|| Refusal::new("guard/unknown-item").with("item", item))?;
        if amount.unit() != unit {
            return Err(Refusal::new("guard/wrong-unit").with("item", item).with("amount", amount).with("unit", unit));
        }
        if amount.scale() != scale {
            return Err(Refusal::new("guard/wrong-scale").with("item", item).with("amount", amount).with("scale", scale));
        }
        if amount.count() <= 0 || amount.count() > crate::MAX_COUNT || from == to {
            return Err(Refusal::new("guard/bad-value").with("thing", item).with("value", amount));
        }
        for place in [from, to] {
            self.place(place)?;
            if *item == items::xof() && class(place) == Some(Class::World) {
                return Err(Refusal::new("guard/franc-to-world").with("place", place));
            }
            if self.book.is_frozen(place) && !self.act.name().starts_with("count") {
                return Err(Refusal::new("place/frozen").with("place", place));
            }
        }
        self.lot(item, from, to, lot)
    }

    fn lot(&self, item: &Id, from: &Id, to: &Id, lot: Option<&Id>) -> Result<(), Refusal> {
        let by_lot = self.book.value_at(item, "by-lot", Date::MAX).as_deref().and_then(Value::as_bool).unwrap_or(false);
        let Some(lot) = lot else {
            let keeps = [from, to].into_iter().find(|p| KEEPING.contains(&p.kind()));
            return match keeps {
                Some(place) if by_lot => Err(Refusal::new("guard/lot-missing").with("item", item).with("place", place)),
                _ => Ok(()),
            };
        };
        let of = self.text(lot, "item");
        if of.as_deref() != Some(item.as_str()) {
            return Err(Refusal::new("guard/lot-of-other-item").with("lot", lot).with("item", item).with("of", of.unwrap_or_default()));
        }
        self.exists(lot)?;
        let leaves =
            KEEPING.contains(&from.kind()) && !STAYS_CLOSE.contains(&to.kind()) || KEEPING.contains(&from.kind()) && to.kind() == "sold";
        if leaves && !self.act.reversal && !self.released(lot) {
            return Err(Refusal::new("guard/lot-not-released").with("lot", lot).with("date", self.act.date));
        }
        Ok(())
    }

    fn released(&self, lot: &Id) -> bool {
        let now = self.opening.get(lot).and_then(|values| values.get("released")).map(Cow::Borrowed);
        now.or_else(|| self.book.value_at(lot, "released", self.act.date)).as_deref().and_then(Value::as_bool).unwrap_or(false)
    }

    fn text(&self, thing: &Id, key: &str) -> Option<String> {
        let now = self.opening.get(thing).and_then(|values| values.get(key)).map(Cow::Borrowed);
        now.or_else(|| self.book.value_at(thing, key, Date::MAX)).as_deref().and_then(Value::as_str).map(str::to_owned)
    }

    fn place(&self, place: &Id) -> Result<(), Refusal> {
        let unknown = || Refusal::new("guard/unknown-place").with("place", place);
        let needs = needs(place).ok_or_else(unknown)?;
        if place.site() != self.act.site {
            return Err(Refusal::new("guard/other-site").with("thing", place).with("site", self.act.site));
        }
        match needs {
            Needs::Site => Ok(()),
            Needs::Itself => self.exists(place).map_err(|r| if r.code == "thing/unknown" { unknown() } else { r }),
            Needs::SameCode(kinds) => {
                let found =
                    kinds.iter().map(|kind| place.as_kind(kind)).find(|id| self.opening.contains_key(id) || self.book.life(id).is_some());
                found.map(|_| ()).ok_or_else(unknown)
            }
            Needs::UnitAndPerson => {
                let (unit, person) = place.code().split_once('.').ok_or_else(unknown)?;
                let unit = ["workshop", "farm"].iter().any(|kind| self.book.life(&Id::new(kind, unit)).is_some());
                let person = self.book.life(&Id::new("person", person)).is_some();
                if unit && person { Ok(()) } else { Err(unknown()) }
            }
            Needs::SiteAndPerson => {
                let (_, person) = place.code().split_once('.').ok_or_else(unknown)?;
                self.exists(&Id::new("person", person)).map_err(|_| unknown())
            }
        }
    }

    /// The thing is there, open, and not younger than the entry.
    fn exists(&self, id: &Id) -> Result<(), Refusal> {
        if self.opening.contains_key(id) {
            return Ok(());
        }
        let life = self.book.life(id).ok_or_else(|| Refusal::new("thing/unknown").with("thing", id))?;
        if life.ended && !self.act.reversal {
            return Err(Refusal::new("guard/closed-thing").with("thing", id));
        }
        if life.since > self.act.date {
            return Err(Refusal::new("guard/before-thing").with("thing", id).with("since", life.since).with("from", self.act.date));
        }
        Ok(())
    }

    fn is_open(&self, id: &Id) -> Result<(), Refusal> {
        if self.opening.contains_key(id) {
            return Ok(());
        }
        let life = self.book.life(id).ok_or_else(|| Refusal::new("thing/unknown").with("thing", id))?;
        if life.ended { Err(Refusal::new("guard/closed-thing").with("thing", id)) } else { Ok(()) }
    }

    fn own_site(&self, id: &Id) -> Result<(), Refusal> {
        let shared = REFERENCE.contains(&id.kind()) || id.code() == "general" || self.act.founds();
        if shared || self.book.home(id, self.act.date) == self.act.site || id.site() == self.act.site {
            return Ok(());
        }
        Err(Refusal::new("guard/other-site").with("thing", id).with("site", self.act.site))
    }

    fn net(&self, effects: &[Effect]) -> Result<(), Refusal> {
        let mut net: BTreeMap<(&Id, &Id, Option<&Id>), i64> = BTreeMap::new();
        for effect in effects {
            let Effect::Move { item, amount, from, to, lot } = effect else { continue };
            for (place, count) in [(from, -amount.count()), (to, amount.count())] {
                let lot = lot.as_ref().filter(|_| class(place) == Some(Class::Held));
                *net.entry((place, item, lot)).or_default() += count;
            }
        }
        for ((place, item, lot), change) in net {
            if change == 0 {
                continue;
            }
            let before = self.book.balance(place, item, lot);
            let after = before + change;
            let code = match class(place) {
                Some(Class::Held) if after < 0 => "guard/negative",
                Some(Class::Owed) if after > 0 => "guard/owed-positive",
                _ => continue,
            };
            let mut refusal = Refusal::new(code)
                .with("place", place)
                .with("item", item)
                .with("held", self.book.amount(item, before.abs()))
                .with("asked", self.book.amount(item, change.abs()));
            if let Some(lot) = lot {
                refusal = refusal.with("lot", lot);
            }
            return Err(refusal);
        }
        Ok(())
    }
}

/// No floats, and whole numbers every reader keeps.
fn sound(thing: &Id, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Number(n) if n.as_i64().is_none_or(|n| n.abs() > crate::MAX_COUNT) => {
            Err(Refusal::new("guard/bad-value").with("thing", thing).with("value", value))
        }
        Value::Array(list) => list.iter().try_for_each(|v| sound(thing, v)),
        Value::Object(map) => map.values().try_for_each(|v| sound(thing, v)),
        _ => Ok(()),
    }
}
