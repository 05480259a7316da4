//! A book on paper: small, slow and obvious, for tests of `decide` and as an oracle for the real one.

use crate::{
    Amount, Answer, Ask, Command, Date, Datelike, Decided, Decision, Effect, Effects, Ending, Holding, Id, Kind, Map, Mention, Question,
    Thing, Value, items,
};
use std::collections::BTreeMap;

/// Things and holdings in ordered maps; applies effects without any guard.
#[derive(Clone, Default, Debug)]
pub struct PaperBook {
    things: BTreeMap<Id, Kept>,
    holdings: BTreeMap<(Id, Id, Option<Id>), Amount>,
    months: BTreeMap<(Id, Id, i32, u32), (i64, i64)>,
    counters: BTreeMap<String, u64>,
    mentions: BTreeMap<Id, Vec<Mention>>,
    seq: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    since: Date,
    ended: bool,
    values: BTreeMap<String, Vec<(Date, Value)>>,
}

impl PaperBook {
    /// An empty book with the core's own items.
    #[must_use]
    pub fn new() -> PaperBook {
        let mut book = PaperBook::default();
        let day = Date::from_ymd_opt(2000, 1, 1).expect("a day");
        for (item, unit) in [(items::xof(), "XOF"), (items::leave(), "XOF"), (items::half_days(), "half-day"), (items::points(), "point")] {
            book.put(&item, day, &[("unit", unit.into()), ("scale", 0.into())]);
        }
        book
    }

    /// Opens a thing with values, as configuration would.
    pub fn put(&mut self, id: &Id, from: Date, values: &[(&str, Value)]) {
        let open = Effect::Open { thing: id.clone(), values: values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect() };
        self.apply("test", from, &Id::new("person", "test"), &[open]);
    }

    /// Puts goods or francs somewhere out of nothing, to begin a test with.
    pub fn stock(&mut self, place: &Id, item: &Id, lot: Option<&Id>, amount: Amount) {
        self.add(place, item, lot, amount.count(), amount, Date::from_ymd_opt(2000, 1, 1).expect("a day"));
    }

    /// Decides a command and, when it is not refused, applies it with ids allotted; gives the effects.
    ///
    /// # Errors
    /// The refusal.
    pub fn record(&mut self, kind: &Kind, cmd: &Command) -> Decided {
        let decided = (kind.decide)(cmd, &crate::Book::new(self, &cmd.site, cmd.date))?;
        let effects = self.allot(&cmd.site, cmd.date, decided.0);
        self.apply(&cmd.kind, cmd.date, &cmd.by, &effects);
        Ok(Effects(effects))
    }

    fn allot(&mut self, site: &str, date: Date, effects: Vec<Effect>) -> Vec<Effect> {
        let mut text = serde_json::to_string(&effects).expect("effects are JSON");
        let asked: Vec<Id> = effects
            .iter()
            .filter_map(|e| match e {
                Effect::Open { thing: id, .. } | Effect::Warn { warning: id, .. } if id.is_asked() => Some(id.clone()),
                _ => None,
            })
            .collect();
        for id in asked {
            let n = self.counters.entry(id.kind().to_owned()).or_default();
            *n += 1;
            let code = format!("{site}-{:02}-{n:04}", date.year() % 100);
            text = text.replace(&format!("\"{id}\""), &format!("\"{}/{code}\"", id.kind()));
            if id.kind() == "order" {
                // A place that needs no thing of its own takes the code of what it is for, as the host does.
                text = text.replace(&format!("\"down-payment/{}\"", id.code()), &format!("\"down-payment/{code}\""));
            }
        }
        let mut effects: Vec<Effect> = serde_json::from_str(&text).expect("still effects");
        for effect in &mut effects {
            if let Effect::Number { series, n, year, .. } = effect {
                let last = self.counters.entry(format!("series/{series}")).or_default();
                *last += 1;
                (*n, *year) = (*last, date.year());
            }
        }
        effects
    }

    /// Applies effects as they stand.
    pub fn apply(&mut self, kind: &str, date: Date, by: &Id, effects: &[Effect]) {
        self.seq += 1;
        for effect in effects {
            let touched = match effect {
                Effect::Move { item, amount, from, to, lot } => {
                    self.add(from, item, lot.as_ref(), -amount.count(), *amount, date);
                    self.add(to, item, lot.as_ref(), amount.count(), *amount, date);
                    None
                }
                Effect::Open { thing, values } => {
                    let values = values.iter().map(|(k, v)| (k.clone(), vec![(date, v.clone())])).collect();
                    self.things.insert(thing.clone(), Kept { since: date, ended: false, values });
                    Some(thing)
                }
                Effect::Close { thing, why: Ending::Ended | Ending::Void } => {
                    if let Some(kept) = self.things.get_mut(thing) {
                        kept.ended = true;
                    }
                    Some(thing)
                }
                Effect::Set { thing, key, value, from } => {
                    if let Some(kept) = self.things.get_mut(thing) {
                        let line = kept.values.entry(key.clone()).or_default();
                        line.push((*from, value.clone()));
                        line.sort_by_key(|(day, _)| *day);
                    }
                    Some(thing)
                }
                Effect::Warn { warning, code, .. } => {
                    let values = BTreeMap::from([("code".to_owned(), vec![(date, Value::from(code.as_str()))])]);
                    self.things.insert(warning.clone(), Kept { since: date, ended: false, values });
                    Some(warning)
                }
                Effect::Explain { warning, reason } => {
                    if let Some(kept) = self.things.get_mut(warning) {
                        kept.values.insert("explained".to_owned(), vec![(date, Value::from(reason.as_str()))]);
                    }
                    Some(warning)
                }
                Effect::Number { .. } => None,
            };
            if let Some(id) = touched {
                let mention = Mention { seq: self.seq, date, kind: kind.to_owned(), by: by.clone() };
                self.mentions.entry(id.clone()).or_default().push(mention);
            }
        }
    }

    fn add(&mut self, place: &Id, item: &Id, lot: Option<&Id>, count: i64, like: Amount, date: Date) {
        let key = (place.clone(), item.clone(), lot.cloned());
        let now = self.holdings.get(&key).map_or(0, |a| a.count());
        self.holdings.insert(key, like.with_count(now + count));
        let month = self.months.entry((place.clone(), item.clone(), date.year(), date.month())).or_default();
        if count > 0 { month.0 += count } else { month.1 -= count }
    }

    fn thing(&self, id: &Id, date: Date) -> Option<Thing> {
        let kept = self.things.get(id)?;
        let values = kept.values.iter().filter_map(|(k, line)| Some((k.clone(), at(line, date)?))).collect();
        Some(Thing { id: id.clone(), open: !kept.ended, since: kept.since, values })
    }
}

fn at(line: &[(Date, Value)], date: Date) -> Option<Value> {
    line.iter().rev().find(|(from, _)| *from <= date).map(|(_, v)| v.clone()).filter(|v| !v.is_null())
}

impl Ask for PaperBook {
    fn ask(&self, question: Question) -> Answer {
        match question {
            Question::Thing { id, date } => Answer::Thing(self.thing(&id, date)),
            Question::Things { kind, having, date } => {
                let fits = |id: &&Id| {
                    self.thing(id, date).is_some_and(|t| t.open && having.as_ref().is_none_or(|(k, v)| t.values.get(k) == Some(v)))
                };
                Answer::Ids(self.things.keys().filter(|id| id.kind() == kind).filter(fits).cloned().collect())
            }
            Question::Value { thing, key, date } => {
                let value = self.things.get(&thing).and_then(|k| k.values.get(&key)).and_then(|line| at(line, date));
                Answer::Value(value.unwrap_or(Value::Null))
            }
            Question::Holding { place, item, lot } => {
                let mine = self.holdings.iter().filter(|((p, i, l), _)| *p == place && *i == item && (lot.is_none() || *l == lot));
                Answer::Amount(mine.map(|(_, a)| *a).reduce(|a, b| a.with_count(a.count() + b.count())))
            }
            Question::Holdings { place, place_kind, item } => {
                let fits = |p: &Id, i: &Id| {
                    place.as_ref().is_none_or(|x| x == p)
                        && place_kind.as_ref().is_none_or(|k| k == p.kind())
                        && item.as_ref().is_none_or(|x| x == i)
                };
                let some = self.holdings.iter().filter(|((p, i, _), a)| fits(p, i) && !a.is_zero());
                Answer::Holdings(
                    some.map(|((p, i, l), a)| Holding { place: p.clone(), item: i.clone(), lot: l.clone(), balance: *a }).collect(),
                )
            }
            Question::Turnover { place, item, from, to } => {
                let months = (from.year(), from.month())..=(to.year(), to.month());
                let mine = self.months.iter().filter(|((p, i, y, m), _)| *p == place && *i == item && months.contains(&(*y, *m)));
                let (inwards, outwards) = mine.fold((0, 0), |sum, (_, m)| (sum.0 + m.0, sum.1 + m.1));
                Answer::Turnover(inwards, outwards)
            }
            Question::Entries { about } => Answer::Entries(self.mentions.get(&about).cloned().unwrap_or_default()),
            Question::Decision { id } => Answer::Decision(self.thing(&id, Date::MAX).map(|t| Decision {
                about: t.text("about").to_owned(),
                adopted: t.date("adopted").is_some(),
                until: t.date("until"),
                left: self.holdings.get(&(id.clone(), items::leave(), None)).map_or(0, |a| a.count()),
                purpose: t.id_of("purpose"),
                id,
            })),
            Question::Rule { name, date } => {
                let rules = self.things.keys().filter(|id| id.kind() == "rules").rev();
                let mut values = rules.filter_map(|id| at(self.things[id].values.get(&name)?, date));
                Answer::Value(values.next().unwrap_or(Value::Null))
            }
        }
    }
}

/// A command for tests: site `kon`, by `person/kon-20-0001` in `role/tester`.
#[must_use]
pub fn command(kind: &str, date: &str, fields: Value) -> Command {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    Command {
        id: "0190a000-0000-7000-8000-000000000000".to_owned(),
        site: "kon".to_owned(),
        kind: kind.to_owned(),
        by: Id::new("person", "kon-20-0001"),
        role: Id::new("role", "tester"),
        date: date.parse().expect("a date"),
        leave: fields.get("leave").and_then(Value::as_str).and_then(|s| Id::parse(s).ok()),
        fields: fields.into_iter().filter(|(k, _)| k != "leave").collect::<Map>(),
    }
}

/// The id of this text, which a test knows to be one.
#[must_use]
pub fn id(text: &str) -> Id {
    text.parse().expect("an id")
}

/// The day of this text, which a test knows to be one.
#[must_use]
pub fn date(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The codes of the warnings among effects, in their order.
#[must_use]
pub fn warnings(effects: &Effects) -> Vec<&str> {
    effects.0.iter().filter_map(|e| if let Effect::Warn { code, .. } = e { Some(code.as_str()) } else { None }).collect()
}

/// The day on which the first lot among effects is released, if a day releases it.
#[must_use]
pub fn released(effects: &Effects) -> Option<String> {
    effects.0.iter().find_map(|e| match e {
        Effect::Set { key, from, .. } if key == "released" => Some(from.to_string()),
        _ => None,
    })
}

/// What effects move, as `20.000 kg store/a → consumed/b`.
#[must_use]
pub fn moves(effects: &Effects) -> Vec<String> {
    let told = |e: &Effect| match e {
        Effect::Move { amount, from, to, .. } => Some(format!("{amount} {from} → {to}")),
        _ => None,
    };
    effects.0.iter().filter_map(told).collect()
}

/// Holds a value against a file of the package, `tests/golden/batch.json`; with `BAARA_BLESS=1` the file is rewritten.
///
/// # Panics
/// When they differ: the message shows both. When there is no such file yet.
#[track_caller]
pub fn golden(file: &str, value: &impl serde::Serialize) {
    let now = serde_json::to_string_pretty(value).expect("what is held against a file is JSON") + "\n";
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = std::path::Path::new(&folder).join(file);
    if std::env::var_os("BAARA_BLESS").is_some() {
        return std::fs::write(&path, now).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    let before = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}; BAARA_BLESS=1 writes it", path.display()));
    assert!(before == now, "{file} says\n{before}\nand now it is\n{now}\nBAARA_BLESS=1 rewrites the file, when that is what you want");
}
