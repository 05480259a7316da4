//! A made-up facility, and forms filled in for it: what `baara plugin check` and an author's own tests both play with.
//!
//! Everything follows from a [`Chance`], so the same chance has the same facility, form and command.

use crate::{
    Amount, Answer, Ask, Command, Date, Effect, Effects, Field, FieldType, Id, MAX_COUNT, Map, Question, Unit, Value, items, json,
};
use std::collections::BTreeMap;

/// The facility's code.
pub const SITE: &str = "kon";

/// The things of a book by kind, for fields that name one.
pub type Known = BTreeMap<String, Vec<Id>>;

/// The day on which the facility's books begin.
#[must_use]
pub fn begun() -> Date {
    day("2020-01-02")
}

/// The day on which its commands are given.
#[must_use]
pub fn today() -> Date {
    day("2020-06-12")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day of the practice book")
}

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id of the practice book")
}

/// The facility as it stands before a plugin does anything, as effects of its first day: a workshop with stores, materials
/// and lots of product, a cash box, staff and detainees, a customer, and a decision with leave.
#[must_use]
pub fn beginning() -> Vec<Effect> {
    things().into_iter().chain(goods()).collect()
}

fn things() -> Vec<Effect> {
    let begun = begun();
    let item = |label: &str, unit: &str, scale: u8, lots: bool| json!({"label": label, "unit": unit, "scale": scale, "by-lot": lots});
    let things = [
        ("facility/kon", json!({"label": "Pénitencier de pratique"})),
        ("committee/kon", json!({"label": "Comité"})),
        ("item/xof", item("Francs", "XOF", 0, false)),
        ("item/leave", item("Autorisation", "XOF", 0, false)),
        ("item/half-days", item("Demi-journées", "half-day", 0, false)),
        ("item/points", item("Points", "point", 0, false)),
        ("item/matiere", item("Matière", "kg", 3, false)),
        ("item/tissu", item("Tissu", "m", 2, false)),
        ("item/produit", item("Produit", "piece", 0, true)),
        ("item/repassage", json!({"label": "Repassage", "unit": "piece", "scale": 0, "group": "service"})),
        ("price-list/kon", json!({"produit": "100 XOF", "repassage": "100 XOF"})),
        ("workshop/kon-atelier", json!({"label": "Atelier", "facility": "facility/kon"})),
        ("store/kon-magasin", json!({"label": "Magasin", "facility": "facility/kon"})),
        ("store/kon-atelier", json!({"label": "Magasin de l'atelier", "facility": "facility/kon"})),
        ("cash-box/kon-caisse", json!({"label": "Caisse", "facility": "facility/kon"})),
        ("customer/kon-awa", json!({"label": "Awa"})),
        ("person/kon-20-0001", json!({"facility": "facility/kon", "status": "staff"})),
        ("person/kon-20-0002", json!({"facility": "facility/kon", "status": "convicted", "sex": "m"})),
        ("person/kon-20-0003", json!({"facility": "facility/kon", "status": "convicted", "sex": "f"})),
        ("person/kon-20-0004", json!({"facility": "facility/kon", "status": "remand", "sex": "m"})),
        ("lot/kon-20-0001", json!({"item": "item/produit", "unit": "workshop/kon-atelier", "made": begun, "released": true})),
        ("lot/kon-20-0002", json!({"item": "item/produit", "unit": "workshop/kon-atelier", "made": begun})),
        ("decision/kon-20-0001", json!({"about": "distribution", "adopted": begun, "ceiling": "50000 XOF"})),
    ];
    let open = |(thing, values): (&str, Value)| Effect::Open {
        thing: id(thing),
        values: values.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect(),
    };
    things.into_iter().map(open).collect()
}

fn goods() -> Vec<Effect> {
    let amount = |text: &str| text.parse::<Amount>().expect("an amount of the practice book");
    let (magasin, atelier) = (id("store/kon-magasin"), id("store/kon-atelier"));
    let (supplier, made) = (id("supplier/kon-awa"), id("produced/kon-atelier"));
    let mut effects = Effects::new();
    for store in [&magasin, &atelier] {
        effects = effects.moves(&id("item/matiere"), amount("500.000 kg"), &supplier, store);
        effects = effects.moves(&id("item/tissu"), amount("500.00 m"), &supplier, store);
        for lot in ["lot/kon-20-0001", "lot/kon-20-0002"] {
            effects = effects.goods(&id("item/produit"), amount("500 piece"), &made, store, Some(&id(lot)));
        }
    }
    effects = effects.francs(100_000, &id("fund/kon-atelier.sales"), &id("cash-box/kon-caisse"));
    effects.moves(&items::leave(), Amount::francs(50_000), &id("committee/kon"), &id("decision/kon-20-0001")).0
}

/// Adds what effects open to what can be named, in their order.
pub fn learn(known: &mut Known, effects: &[Effect]) {
    for effect in effects {
        if let Effect::Open { thing, .. } = effect
            && is_named_in_forms(thing)
        {
            known.entry(thing.kind().to_owned()).or_default().push(thing.clone());
        }
    }
}

/// Nobody fills a form of goods in with francs, leave or points; a right plugin would be refused for it.
#[must_use]
pub fn is_named_in_forms(thing: &Id) -> bool {
    ![items::xof(), items::leave(), items::half_days(), items::points()].contains(thing)
}

/// The nth command of the facility's day, with these fields, by a person of its staff who names its decision.
#[must_use]
pub fn command(kind: &str, n: usize, fields: Map) -> Command {
    Command {
        id: format!("0190a000-0000-7000-9000-{n:012}"),
        site: SITE.to_owned(),
        kind: kind.to_owned(),
        by: id("person/kon-20-0001"),
        role: id("role/tester"),
        date: today(),
        leave: Some(id("decision/kon-20-0001")),
        fields,
    }
}

/// Chance that is no chance: choices told beforehand, or a row of numbers (xorshift) that a seed begins.
///
/// A choice of 0 is always the plainest, so that a failing form can be made plainer by making its choices smaller.
#[derive(Clone, Debug)]
pub struct Chance {
    told: std::vec::IntoIter<u32>,
    row: Option<u64>,
}

impl Chance {
    /// The row of this seed; it never ends.
    #[must_use]
    pub fn from_seed(seed: u64) -> Chance {
        Chance { told: Vec::new().into_iter(), row: Some(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1) }
    }

    /// These choices, and then the plainest.
    #[must_use]
    pub fn told(choices: Vec<u32>) -> Chance {
        Chance { told: choices.into_iter(), row: None }
    }

    fn next(&mut self) -> u64 {
        let Some(row) = &mut self.row else { return self.told.next().unwrap_or(0).into() };
        *row ^= *row << 13;
        *row ^= *row >> 7;
        *row ^= *row << 17;
        *row
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// True once in `n` times, and never for the plainest choice.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }
}

/// What forms are filled in with: ordinary values, edges and odd ones.
pub struct Filling<'a> {
    /// Says in what an item is counted.
    pub book: &'a dyn Ask,
    /// What fields can name.
    pub known: &'a Known,
    /// The day of the forms.
    pub date: Date,
}

impl Filling<'_> {
    /// One form. Two of three have ordinary values only, so that something is recorded; the others mix in edges.
    #[must_use]
    pub fn form(&self, fields: &[Field], chance: &mut Chance) -> Map {
        let odd = chance.once_in(3);
        self.filled(fields, odd, chance)
    }

    fn filled(&self, fields: &[Field], odd: bool, chance: &mut Chance) -> Map {
        let mut form = Map::new();
        // What quantities are counted by comes before them.
        let (quantities, others): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|f| matches!(f.kind, FieldType::Quantity { .. }));
        for field in others.into_iter().chain(quantities) {
            if !field.required && !chance.once_in(2) {
                continue;
            }
            let value = self.value(&field.kind, &form, odd, chance);
            form.insert(field.name.clone(), value);
        }
        form
    }

    fn value(&self, kind: &FieldType, form: &Map, odd: bool, chance: &mut Chance) -> Value {
        let edge = odd && chance.once_in(4);
        match kind {
            FieldType::Text if edge => chance.one(&["'\"\\", "é’中", "a\nb", "{}", "$1"]).into(),
            FieldType::Text => chance.one(&["pluie", "Awa", "reçu 12"]).into(),
            FieldType::Whole if edge => (*chance.one(&[&0_u64, &1, &MAX_COUNT.unsigned_abs()])).into(),
            FieldType::Whole => (1 + chance.below(12)).into(),
            FieldType::Flag => chance.once_in(2).into(),
            FieldType::Date if edge => chance.one(&["1900-01-01", "2020-02-29", "9999-12-31"]).into(),
            FieldType::Date => json!(self.date),
            FieldType::Ratio if edge => chance.one(&["0/1", "1/18446744073709551615", "18446744073709551615/1"]).into(),
            FieldType::Ratio => chance.one(&["1/1", "1/3", "7/10", "2/1"]).into(),
            FieldType::Money if edge => format!("{} XOF", chance.one(&["0", "1", "9007199254740992"])).into(),
            FieldType::Money => format!("{} XOF", 5 * (1 + chance.below(400))).into(),
            FieldType::Quantity { of } => self.amount(form.get(of), edge, chance),
            FieldType::Id { of } => self.id(of, edge, chance),
            FieldType::Choice { of } => of.get(chance.below(of.len())).cloned().into(),
            FieldType::Many { of } => (0..=chance.below(3)).map(|_| self.value(of, form, odd, chance)).collect(),
            FieldType::Lines { of } => (0..=chance.below(3)).map(|_| Value::Object(self.filled(of, odd, chance))).collect(),
        }
    }

    fn id(&self, kind: &str, edge: bool, chance: &mut Chance) -> Value {
        let kind = if kind == "any" { "workshop" } else { kind };
        match self.known.get(kind).filter(|_| !edge) {
            Some(ids) if !ids.is_empty() => json!(ids[chance.below(ids.len())]),
            _ => format!("{kind}/kon-inconnu").into(),
        }
    }

    /// An amount in the unit of the item, or of the lot's item, that another field names.
    fn amount(&self, of: Option<&Value>, edge: bool, chance: &mut Chance) -> Value {
        let value =
            |thing: &Id, key: &str| match self.book.ask(Question::Value { thing: thing.clone(), key: key.to_owned(), date: self.date }) {
                Answer::Value(value) => value,
                _ => Value::Null,
            };
        let read = |value: &Value| value.as_str().and_then(|text| Id::parse(text).ok());
        let named = of.and_then(read);
        let item = named.and_then(|id| if id.kind() == "item" { Some(id) } else { read(&value(&id, "item")) });
        let unit = item.as_ref().map(|item| value(item, "unit")).and_then(|unit| unit.as_str().and_then(Unit::parse));
        let unit = unit.or_else(|| Unit::parse("piece")).expect("a piece is a unit");
        let scale = item.as_ref().and_then(|item| value(item, "scale").as_u64()).and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
        let whole = 10_i64.pow(u32::from(scale.min(9)));
        let ordinary = whole * i64::try_from(1 + chance.below(9)).unwrap_or(1);
        let count = if edge { *chance.one(&[&0, &1, &(whole * 1_000_000), &MAX_COUNT]) } else { ordinary };
        json!(Amount::new(count, scale, unit))
    }
}

/// Messages that no host sends.
#[must_use]
pub fn rubbish() -> Vec<Vec<u8>> {
    let deep = format!("{{\"call\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let long = format!("{{\"call\":\"decide\",\"command\":{{\"kind\":\"{}\"}}}}", "x".repeat(1 << 20));
    let texts = ["", "{", "null", "[]", "\"\\", "{\"call\":\"fly\"}", "{}{}", "{\"call\":\"decide\",\"command\":{}}", &deep, &long];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// What a host answers to no question.
pub const NO_ANSWERS: &[&[u8]] =
    &[b"", b"null", b"{", b"{\"refused\":{\"code\":\"x/y\"}}", b"{\"thing\":null}", b"{\"holdings\":[{}]}", b"\xff"];

/// The message of a command, again and again, with one of its fields turned each time into what no form says.
#[must_use]
pub fn distorted(call: &str, command: &Command) -> Vec<Vec<u8>> {
    let whole = json!({"call": call, "command": command});
    let odd = || {
        [json!(null), json!(1e300), json!(-1), json!([]), json!({}), json!([[1]]), json!(""), json!("\u{202e}\0"), json!("9".repeat(5000))]
    };
    let distorted = |(name, odd): (&String, Value)| {
        let mut message = whole.clone();
        message["command"]["fields"][name] = odd;
        message.to_string().into_bytes()
    };
    command.fields.keys().flat_map(|name| odd().map(|odd| (name, odd))).map(distorted).collect()
}
