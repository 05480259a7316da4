//! Filled-in forms out of what a kind asks: ordinary ones, edges and odd ones, the same from the same seed.

use baara_plugin_api::{Ask, Field, FieldType, Id, MAX_COUNT, Map, Question, Value, json};
use std::collections::BTreeMap;

/// Chance that is no chance: a row of numbers (xorshift) that the seed begins.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn from(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// What forms are filled in with.
pub(super) struct Filling<'a> {
    pub(super) book: &'a dyn Ask,
    /// The things of the book by kind.
    pub(super) known: &'a BTreeMap<String, Vec<Id>>,
    pub(super) date: baara_plugin_api::Date,
    /// Whether ordinary values only, so that commands succeed.
    pub(super) plain: bool,
}

impl Filling<'_> {
    /// One form.
    pub(super) fn form(&self, fields: &[Field], chance: &mut Chance) -> Map {
        let mut form = Map::new();
        // What quantities are counted by comes before them.
        let (quantities, others): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|f| matches!(f.kind, FieldType::Quantity { .. }));
        for field in others.into_iter().chain(quantities) {
            if !field.required && chance.once_in(2) {
                continue;
            }
            let value = self.value(&field.kind, &form, chance);
            form.insert(field.name.clone(), value);
        }
        form
    }

    fn value(&self, kind: &FieldType, form: &Map, chance: &mut Chance) -> Value {
        let edge = !self.plain && chance.once_in(4);
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
            FieldType::Many { of } => (0..1 + chance.below(3)).map(|_| self.value(of, form, chance)).collect(),
            FieldType::Lines { of } => (0..1 + chance.below(3)).map(|_| Value::Object(self.form(of, chance))).collect(),
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
                baara_plugin_api::Answer::Value(value) => value,
                _ => Value::Null,
            };
        let read = |value: &Value| value.as_str().and_then(|text| Id::parse(text).ok());
        let named = of.and_then(read);
        let item = named.and_then(|id| if id.kind() == "item" { Some(id) } else { read(&value(&id, "item")) });
        let unit = item.as_ref().map(|item| value(item, "unit")).and_then(|unit| unit.as_str().map(str::to_owned));
        let scale = item.as_ref().and_then(|item| value(item, "scale").as_u64()).and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
        let unit = baara_plugin_api::Unit::parse(unit.as_deref().unwrap_or("piece")).expect("units of the practice book are units");
        let whole = 10_i64.pow(u32::from(scale));
        let ordinary = whole * i64::try_from(1 + chance.below(9)).unwrap_or(1);
        let count = if edge { *chance.one(&[&0, &1, &(whole * 1_000_000), &MAX_COUNT]) } else { ordinary };
        json!(baara_plugin_api::Amount::new(count, scale, unit))
    }
}
