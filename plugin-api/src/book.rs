//! Questions to the book: read-only, all answered at one point of the journal, for the command's site.

use crate::{Amount, Date, Id, Value, items};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The nine questions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", try_from = "Flat")]
pub enum Question {
    /// One thing with its values at a date.
    Thing {
        /// Which.
        id: Id,
        /// At which date.
        date: Date,
    },
    /// The open things of a kind (of the command's site, when the kind has sites), sorted by id.
    Things {
        /// The kind.
        kind: String,
        /// Only those whose attribute has this value at the date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        having: Option<(String, Value)>,
        /// The date.
        date: Date,
    },
    /// One attribute at a date.
    Value {
        /// Whose.
        thing: Id,
        /// Which.
        key: String,
        /// When.
        date: Date,
    },
    /// How much a place has of an item (of a lot, or in all).
    Holding {
        /// The place.
        place: Id,
        /// The item.
        item: Id,
        /// The lot; all lots together when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<Id>,
    },
    /// Every holding that is not zero and fits, sorted by place, item and lot.
    Holdings {
        /// Only this place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Id>,
        /// Only places of this kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place_kind: Option<String>,
        /// Only this item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Id>,
    },
    /// What went into and out of a place in whole months (posted francs; goods by the day it happened).
    Turnover {
        /// The place.
        place: Id,
        /// The item.
        item: Id,
        /// First month: any day of it.
        from: Date,
        /// Last month: any day of it.
        to: Date,
    },
    /// The entries that opened or changed a thing, oldest first.
    Entries {
        /// The thing.
        about: Id,
    },
    /// A committee's decision and what is left of its leave.
    Decision {
        /// Which.
        id: Id,
    },
    /// A rule or parameter of the site at a date, else the general one.
    Rule {
        /// Its name, `quorum.colleges`.
        name: String,
        /// When.
        date: Date,
    },
}

/// A question as it lies in the bytes: read in one pass, which a tagged enum is not.
#[derive(Deserialize)]
struct Flat {
    ask: String,
    id: Option<Id>,
    date: Option<Date>,
    kind: Option<String>,
    having: Option<(String, Value)>,
    thing: Option<Id>,
    key: Option<String>,
    place: Option<Id>,
    place_kind: Option<String>,
    item: Option<Id>,
    lot: Option<Id>,
    from: Option<Date>,
    to: Option<Date>,
    about: Option<Id>,
    name: Option<String>,
}

impl TryFrom<Flat> for Question {
    type Error = String;

    fn try_from(flat: Flat) -> Result<Question, String> {
        fn need<T>(value: Option<T>, name: &str) -> Result<T, String> {
            value.ok_or_else(|| format!("the question lacks '{name}'"))
        }
        let date = || need(flat.date, "date");
        Ok(match flat.ask.as_str() {
            "thing" => Question::Thing { id: need(flat.id, "id")?, date: date()? },
            "things" => Question::Things { kind: need(flat.kind, "kind")?, having: flat.having, date: date()? },
            "value" => Question::Value { thing: need(flat.thing, "thing")?, key: need(flat.key, "key")?, date: date()? },
            "holding" => Question::Holding { place: need(flat.place, "place")?, item: need(flat.item, "item")?, lot: flat.lot },
            "holdings" => Question::Holdings { place: flat.place, place_kind: flat.place_kind, item: flat.item },
            "turnover" => Question::Turnover {
                place: need(flat.place, "place")?,
                item: need(flat.item, "item")?,
                from: need(flat.from, "from")?,
                to: need(flat.to, "to")?,
            },
            "entries" => Question::Entries { about: need(flat.about, "about")? },
            "decision" => Question::Decision { id: need(flat.id, "id")? },
            "rule" => Question::Rule { name: need(flat.name, "name")?, date: date()? },
            other => return Err(format!("no question '{other}' is known")),
        })
    }
}

/// What the host answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To `thing`.
    Thing(Option<Thing>),
    /// To `things`.
    Ids(Vec<Id>),
    /// To `value` and `rule`; `null` when there is none.
    Value(Value),
    /// To `holding`; zero is told without unit.
    Amount(Option<Amount>),
    /// To `holdings`.
    Holdings(Vec<Holding>),
    /// To `turnover`: in, out, as counts of the item's smallest unit.
    Turnover(i64, i64),
    /// To `entries`.
    Entries(Vec<Mention>),
    /// To `decision`.
    Decision(Option<Decision>),
    /// The question may not be asked: a place being counted, or outside the grant.
    Refused(crate::Refusal),
}

/// A thing as it stood at a date.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Thing {
    /// Its id.
    pub id: Id,
    /// False once it has ended or is void.
    pub open: bool,
    /// Since when it is.
    pub since: Date,
    /// Its attributes at the date.
    pub values: BTreeMap<String, Value>,
}

impl Thing {
    /// An attribute as text; empty when there is none.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.values.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// An attribute as an id.
    #[must_use]
    pub fn id_of(&self, key: &str) -> Option<Id> {
        Id::parse(self.text(key)).ok()
    }

    /// An attribute as a whole number.
    #[must_use]
    pub fn whole(&self, key: &str) -> Option<i64> {
        self.values.get(key).and_then(Value::as_i64)
    }

    /// An attribute as a date.
    #[must_use]
    pub fn date(&self, key: &str) -> Option<Date> {
        self.text(key).parse().ok()
    }

    /// An attribute as an amount.
    #[must_use]
    pub fn amount(&self, key: &str) -> Option<Amount> {
        self.text(key).parse().ok()
    }

    /// An attribute that lists texts.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.values.get(key).and_then(Value::as_array).map(|l| l.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// True when the attribute is yes.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.values.get(key).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// How much of an item (and lot) a place has. Owed places are below zero.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Holding {
    /// The place.
    pub place: Id,
    /// The item.
    pub item: Id,
    /// The lot, in held places.
    pub lot: Option<Id>,
    /// How much.
    pub balance: Amount,
}

/// An entry that concerned a thing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mention {
    /// Its place in the journal.
    pub seq: u64,
    /// When it happened.
    pub date: Date,
    /// Its record kind.
    pub kind: String,
    /// Who.
    pub by: Id,
}

/// A committee's decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: Id,
    /// What it decides: `spend`, `prices`, `sharing-key`, `loss`, `distribution` …
    pub about: String,
    /// True from the signature of its minutes.
    pub adopted: bool,
    /// The last day it may be used, if it has one.
    pub until: Option<Date>,
    /// What is left of its leave, in francs.
    pub left: i64,
    /// The thing it is for, when it names one.
    pub purpose: Option<Id>,
}

/// Answers questions. The host does; tests have their own.
pub trait Ask {
    /// Answers one question.
    fn ask(&self, question: Question) -> Answer;
}

/// The book as a record kind sees it: questions in the words of the trade.
pub struct Book<'a> {
    asker: &'a dyn Ask,
    site: &'a str,
    date: Date,
}

impl<'a> Book<'a> {
    /// The book of `site`, asked at `date`.
    #[must_use]
    pub fn new(asker: &'a dyn Ask, site: &'a str, date: Date) -> Book<'a> {
        Book { asker, site, date }
    }

    /// The facility's code.
    #[must_use]
    pub fn site(&self) -> &str {
        self.site
    }

    /// The day it is asked for.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// The same book on another day.
    #[must_use]
    pub fn at(&self, date: Date) -> Book<'a> {
        Book { date, ..*self }
    }

    /// A thing, open or not.
    #[must_use]
    pub fn thing(&self, id: &Id) -> Option<Thing> {
        match self.asker.ask(Question::Thing { id: id.clone(), date: self.date }) {
            Answer::Thing(thing) => thing,
            _ => None,
        }
    }

    /// A thing that must be open.
    ///
    /// # Errors
    /// `thing/unknown` or `thing/closed`.
    pub fn open(&self, id: &Id) -> Result<Thing, crate::Refusal> {
        match self.thing(id) {
            Some(thing) if thing.open => Ok(thing),
            Some(_) => Err(crate::Refusal::new("thing/closed").with("thing", id)),
            None => Err(crate::Refusal::new("thing/unknown").with("thing", id)),
        }
    }

    /// The open things of a kind, by id.
    #[must_use]
    pub fn things(&self, kind: &str) -> Vec<Id> {
        self.ids(kind, None)
    }

    /// The open things of a kind whose attribute has a value.
    #[must_use]
    pub fn things_having(&self, kind: &str, key: &str, value: impl Into<Value>) -> Vec<Id> {
        self.ids(kind, Some((key.to_owned(), value.into())))
    }

    fn ids(&self, kind: &str, having: Option<(String, Value)>) -> Vec<Id> {
        match self.asker.ask(Question::Things { kind: kind.to_owned(), having, date: self.date }) {
            Answer::Ids(ids) => ids,
            _ => Vec::new(),
        }
    }

    /// An attribute on the day; `null` when there is none.
    #[must_use]
    pub fn value(&self, thing: &Id, key: &str) -> Value {
        match self.asker.ask(Question::Value { thing: thing.clone(), key: key.to_owned(), date: self.date }) {
            Answer::Value(value) => value,
            _ => Value::Null,
        }
    }

    /// What a place has of an item, all lots together; `None` for nothing ever.
    #[must_use]
    pub fn holding(&self, place: &Id, item: &Id) -> Option<Amount> {
        self.held(place, item, None)
    }

    /// What a place has of a lot.
    #[must_use]
    pub fn holding_of_lot(&self, place: &Id, item: &Id, lot: &Id) -> Option<Amount> {
        self.held(place, item, Some(lot.clone()))
    }

    fn held(&self, place: &Id, item: &Id, lot: Option<Id>) -> Option<Amount> {
        match self.asker.ask(Question::Holding { place: place.clone(), item: item.clone(), lot }) {
            Answer::Amount(amount) => amount,
            _ => None,
        }
    }

    /// The francs a place has (below zero when owed).
    #[must_use]
    pub fn francs(&self, place: &Id) -> i64 {
        self.holding(place, &items::xof()).map_or(0, Amount::count)
    }

    /// All that a place has, by item and lot.
    #[must_use]
    pub fn holdings_of(&self, place: &Id) -> Vec<Holding> {
        self.holdings(Some(place.clone()), None, None)
    }

    /// What all places of a kind have of an item.
    #[must_use]
    pub fn holdings_in(&self, place_kind: &str, item: &Id) -> Vec<Holding> {
        self.holdings(None, Some(place_kind.to_owned()), Some(item.clone()))
    }

    fn holdings(&self, place: Option<Id>, place_kind: Option<String>, item: Option<Id>) -> Vec<Holding> {
        match self.asker.ask(Question::Holdings { place, place_kind, item }) {
            Answer::Holdings(holdings) => holdings,
            _ => Vec::new(),
        }
    }

    /// In and out of a place over whole months, as counts.
    #[must_use]
    pub fn turnover(&self, place: &Id, item: &Id, from: Date, to: Date) -> (i64, i64) {
        match self.asker.ask(Question::Turnover { place: place.clone(), item: item.clone(), from, to }) {
            Answer::Turnover(inwards, outwards) => (inwards, outwards),
            _ => (0, 0),
        }
    }

    /// The entries that opened or changed a thing.
    #[must_use]
    pub fn entries(&self, about: &Id) -> Vec<Mention> {
        match self.asker.ask(Question::Entries { about: about.clone() }) {
            Answer::Entries(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// A committee's decision.
    #[must_use]
    pub fn decision(&self, id: &Id) -> Option<Decision> {
        match self.asker.ask(Question::Decision { id: id.clone() }) {
            Answer::Decision(decision) => decision,
            _ => None,
        }
    }

    /// The decision a command cites, which must be adopted and usable that day.
    ///
    /// # Errors
    /// `leave/missing`, `leave/unknown`, `leave/not-adopted` or `leave/expired`.
    pub fn adopted(&self, id: Option<&Id>) -> Result<Decision, crate::Refusal> {
        let id = id.ok_or_else(|| crate::Refusal::new("leave/missing"))?;
        let decision = self.decision(id).ok_or_else(|| crate::Refusal::new("leave/unknown").with("decision", id))?;
        if !decision.adopted {
            return Err(crate::Refusal::new("leave/not-adopted").with("decision", id));
        }
        match decision.until {
            Some(until) if until < self.date => Err(crate::Refusal::new("leave/expired").with("decision", id).with("until", until)),
            _ => Ok(decision),
        }
    }

    /// A rule or parameter on the day; `null` when nobody set one.
    #[must_use]
    pub fn rule(&self, name: &str) -> Value {
        match self.asker.ask(Question::Rule { name: name.to_owned(), date: self.date }) {
            Answer::Value(value) => value,
            _ => Value::Null,
        }
    }

    /// A rule that is a whole number.
    ///
    /// # Errors
    /// `rule/not-set`: it must be adopted or configured first.
    pub fn whole_rule(&self, name: &str) -> Result<i64, crate::Refusal> {
        self.rule(name).as_i64().ok_or_else(|| crate::Refusal::new("rule/not-set").with("rule", name))
    }
}
