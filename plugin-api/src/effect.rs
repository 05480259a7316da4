//! What a command does: seven effects, and nothing else changes a book.

use crate::{Amount, Date, Id, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One thing a command does. Written in the entry as decided, so replay never asks again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", try_from = "Flat")]
pub enum Effect {
    /// Moves an amount of one item from one place to another.
    Move {
        /// What is moved.
        item: Id,
        /// How much, above zero, in the item's own unit and decimals.
        amount: Amount,
        /// Where it leaves.
        from: Id,
        /// Where it arrives.
        to: Id,
        /// The lot it belongs to, for goods that are kept by lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<Id>,
    },
    /// Begins a thing, with its first values, dated as the entry.
    Open {
        /// Its id; `kind/$1` lets the host allot the code.
        thing: Id,
        /// Its first attributes.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: BTreeMap<String, Value>,
    },
    /// Ends a thing: it takes no further effect.
    Close {
        /// Which.
        thing: Id,
        /// Why.
        why: Ending,
    },
    /// Gives an attribute a value from a date on.
    Set {
        /// Whose.
        thing: Id,
        /// Which.
        key: String,
        /// The value; `null` takes it away.
        value: Value,
        /// From when on.
        from: Date,
    },
    /// Records an oddity that somebody must explain.
    Warn {
        /// The warning's id, `warning/$1` until the host allots it.
        warning: Id,
        /// Its stable code, `soap/lye-low`.
        code: String,
        /// What it is about.
        about: Vec<Id>,
        /// The figures its text shows.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        args: BTreeMap<String, String>,
    },
    /// Answers a warning.
    Explain {
        /// Which.
        warning: Id,
        /// The answer.
        reason: String,
    },
    /// Takes the next number of a host series of this site and year, or voids one.
    Number {
        /// The series' kind, `receipt`.
        series: String,
        /// The year of the series.
        #[serde(default)]
        year: i32,
        /// The number; 0 until the host gives it.
        #[serde(default)]
        n: u64,
        /// True when a reversal voids it; the number stays used.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        void: bool,
    },
}

/// An effect as it lies in the bytes: read in one pass, which a tagged enum is not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat<'a> {
    #[serde(rename = "do", borrow)]
    tag: Cow<'a, str>,
    item: Option<Id>,
    amount: Option<Amount>,
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    to: Option<Id>,
    lot: Option<Id>,
    thing: Option<Id>,
    #[serde(default)]
    values: BTreeMap<String, Value>,
    why: Option<Ending>,
    key: Option<String>,
    #[serde(default)]
    value: Value,
    warning: Option<Id>,
    code: Option<String>,
    #[serde(default)]
    about: Vec<Id>,
    #[serde(default)]
    args: BTreeMap<String, String>,
    reason: Option<String>,
    series: Option<String>,
    #[serde(default)]
    year: i32,
    #[serde(default)]
    n: u64,
    #[serde(default)]
    void: bool,
}

/// What an effect lacks.
#[derive(Debug)]
struct Lacking(&'static str);

impl std::fmt::Display for Lacking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an effect lacks or misspells '{}'", self.0)
    }
}

impl<'a> TryFrom<Flat<'a>> for Effect {
    type Error = Lacking;

    fn try_from(flat: Flat<'a>) -> Result<Effect, Lacking> {
        fn need<T>(value: Option<T>, name: &'static str) -> Result<T, Lacking> {
            value.ok_or(Lacking(name))
        }
        let from = flat.from.as_deref();
        Ok(match flat.tag.as_ref() {
            "move" => Effect::Move {
                item: need(flat.item, "item")?,
                amount: need(flat.amount, "amount")?,
                from: need(from.and_then(|s| Id::parse(s).ok()), "from")?,
                to: need(flat.to, "to")?,
                lot: flat.lot,
            },
            "open" => Effect::Open { thing: need(flat.thing, "thing")?, values: flat.values },
            "close" => Effect::Close { thing: need(flat.thing, "thing")?, why: need(flat.why, "why")? },
            "set" => Effect::Set {
                thing: need(flat.thing, "thing")?,
                key: need(flat.key, "key")?,
                value: flat.value,
                from: need(from.and_then(|s| s.parse().ok()), "from")?,
            },
            "warn" => {
                Effect::Warn { warning: need(flat.warning, "warning")?, code: need(flat.code, "code")?, about: flat.about, args: flat.args }
            }
            "explain" => Effect::Explain { warning: need(flat.warning, "warning")?, reason: need(flat.reason, "reason")? },
            "number" => Effect::Number { series: need(flat.series, "series")?, year: flat.year, n: flat.n, void: flat.void },
            _ => return Err(Lacking("do")),
        })
    }
}

/// Why a thing ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its time is over.
    Ended,
    /// It should never have been: its entry was reversed.
    Void,
}

/// What the host puts where a value says it: the number taken by the same entry, `KON-2020-000017`.
pub const NUMBER: &str = "$number";

/// Effects in the making, in reading order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Effects(pub Vec<Effect>);

impl Effects {
    /// None yet.
    #[must_use]
    pub fn new() -> Effects {
        Effects::default()
    }

    /// Moves francs; nothing when there are none.
    #[must_use]
    pub fn francs(self, count: i64, from: &Id, to: &Id) -> Effects {
        self.goods(&crate::items::xof(), Amount::francs(count), from, to, None)
    }

    /// Moves an item that is not kept by lot; nothing when there is none.
    #[must_use]
    pub fn moves(self, item: &Id, amount: Amount, from: &Id, to: &Id) -> Effects {
        self.goods(item, amount, from, to, None)
    }

    /// Moves goods of a lot; nothing when there are none.
    #[must_use]
    pub fn goods(mut self, item: &Id, amount: Amount, from: &Id, to: &Id, lot: Option<&Id>) -> Effects {
        if !amount.is_zero() {
            self.0.push(Effect::Move { item: item.clone(), amount, from: from.clone(), to: to.clone(), lot: lot.cloned() });
        }
        self
    }

    /// Opens a thing with its first values; `null` values are left out.
    #[must_use]
    pub fn open<const N: usize>(mut self, thing: &Id, values: [(&str, Value); N]) -> Effects {
        let values = values.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v)).collect();
        self.0.push(Effect::Open { thing: thing.clone(), values });
        self
    }

    /// Ends a thing.
    #[must_use]
    pub fn close(mut self, thing: &Id) -> Effects {
        self.0.push(Effect::Close { thing: thing.clone(), why: Ending::Ended });
        self
    }

    /// Sets an attribute from a date.
    #[must_use]
    pub fn set(mut self, thing: &Id, key: &str, value: impl Into<Value>, from: Date) -> Effects {
        self.0.push(Effect::Set { thing: thing.clone(), key: key.to_owned(), value: value.into(), from });
        self
    }

    /// Records a warning.
    #[must_use]
    pub fn warn<const N: usize>(mut self, code: &str, about: &[&Id], args: [(&str, String); N]) -> Effects {
        let n = self.0.iter().filter(|e| matches!(e, Effect::Warn { .. })).count() + 1;
        self.0.push(Effect::Warn {
            warning: Id::new("warning", &format!("${n}")),
            code: code.to_owned(),
            about: about.iter().map(|id| (*id).clone()).collect(),
            args: args.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        });
        self
    }

    /// Answers a warning.
    #[must_use]
    pub fn explain(mut self, warning: &Id, reason: &str) -> Effects {
        self.0.push(Effect::Explain { warning: warning.clone(), reason: reason.to_owned() });
        self
    }

    /// Takes the next number of a series; write [`NUMBER`] where it should be shown.
    #[must_use]
    pub fn number(mut self, series: &str) -> Effects {
        self.0.push(Effect::Number { series: series.to_owned(), year: 0, n: 0, void: false });
        self
    }

    /// These, then those.
    #[must_use]
    pub fn then(mut self, more: Effects) -> Effects {
        self.0.extend(more.0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn every_effect_reads_as_it_was_written() {
        let (thing, day) = (Id::new("lot", "kon-20-0001"), "2020-06-12".parse().expect("a day"));
        let effects = Effects::new()
            .open(&thing, [("item", "item/mais".into())])
            .goods(
                &Id::new("item", "mais"),
                "12.500 kg".parse().expect("an amount"),
                &Id::new("field", "kon-a"),
                &Id::new("store", "kon-m"),
                Some(&thing),
            )
            .set(&thing, "released", true, day)
            .set(&thing, "released", Value::Null, day)
            .warn("harvest/odd", &[&thing], [("much", "3".to_owned())])
            .explain(&Id::new("warning", "kon-20-0001"), "pluie")
            .number("receipt")
            .close(&thing);
        let text = serde_json::to_string(&effects.0).expect("effects are JSON");
        assert_eq!(serde_json::from_str::<Vec<Effect>>(&text).expect("they read"), effects.0);
        for bad in [json!({"do": "fly"}), json!({"do": "move"}), json!({"do": "close", "thing": "lot/a", "why": "ended", "more": 1})] {
            assert!(serde_json::from_value::<Effect>(bad.clone()).is_err(), "{bad}");
        }
    }
}
