//! Puts into a command what earlier commands became, and what the people at the place would find there.

use super::step::{Step, refers};
use baara_book::TheBook;
use baara_desk::Desk;
use baara_plugin_api::{Amount, Date, Effect, Id, Map, Refusal, Value, items};
use std::collections::BTreeMap;

/// What a step became.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) seq: u64,
    pub(super) opened: Vec<Id>,
    pub(super) number: Option<String>,
}

/// What all steps became, by facility and label.
pub(super) type Outcomes = BTreeMap<(String, String), Outcome>;

/// The labels a step refers to: facility and label.
fn labels(step: &Step) -> Vec<(String, String)> {
    fn gather(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) if text.starts_with('@') => texts.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|one| gather(one, texts)),
            Value::Object(map) => map.values().for_each(|one| gather(one, texts)),
            _ => {}
        }
    }
    let mut texts: Vec<String> = step.leave.iter().filter(|leave| leave.starts_with('@')).cloned().collect();
    step.fields.values().for_each(|value| gather(value, &mut texts));
    texts.iter().map(|text| split(&step.site, text).0).collect()
}

/// `@kon:s12/lot.1` → (kon, s12), and what of it is asked.
fn split<'t>(site: &str, text: &'t str) -> ((String, String), &'t str) {
    let text = text.trim_start_matches('@');
    let (site, text) = text.split_once(':').map_or((site, text), |(site, rest)| (site, rest));
    let end = text.find(['/', '#', '!']).unwrap_or(text.len());
    ((site.to_owned(), text[..end].to_owned()), &text[end..])
}

/// True when everything the step refers to is known.
pub(super) fn is_ready(step: &Step, outcomes: &Outcomes) -> bool {
    labels(step).iter().all(|label| outcomes.contains_key(label))
}

/// True when the step needs the book as it stands after all earlier steps of its facility.
pub(super) fn looks(step: &Step) -> bool {
    step.fields.values().any(|value| refers(value, '='))
}

/// The step's form and leave with everything filled in.
pub(super) fn fill(desk: &Desk, step: &Step, outcomes: &Outcomes) -> Result<(Map, Option<Id>), Refusal> {
    let filler = Filler { desk, step, outcomes };
    let mut fields = Map::new();
    for (name, value) in &step.fields {
        fields.insert(name.clone(), filler.value(value)?);
    }
    let leave = step.leave.as_ref().map(|leave| filler.text(leave)).transpose()?;
    Ok((fields, leave.and_then(|value| Id::parse(value.as_str()?).ok())))
}

struct Filler<'a> {
    desk: &'a Desk,
    step: &'a Step,
    outcomes: &'a Outcomes,
}

impl Filler<'_> {
    fn value(&self, value: &Value) -> Result<Value, Refusal> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter().map(|one| self.value(one)).collect(),
            Value::Object(map) => {
                let filled = map.iter().map(|(key, one)| Ok((key.clone(), self.value(one)?)));
                filled.collect::<Result<Map, Refusal>>().map(Value::Object)
            }
            other => Ok(other.clone()),
        }
    }

    fn text(&self, text: &str) -> Result<Value, Refusal> {
        if let Some(question) = text.strip_prefix('=') {
            return self.look(question);
        }
        if !text.starts_with('@') {
            return Ok(text.into());
        }
        let missing = || Refusal::new("thing/unknown").with("thing", text);
        let (label, part) = split(&self.step.site, text);
        let outcome = self.outcomes.get(&label).ok_or_else(missing)?;
        match part.chars().next() {
            Some('#') => Ok(outcome.seq.into()),
            Some('!') => outcome.number.as_deref().map(Value::from).ok_or_else(missing),
            Some('/') if part == "/warning" => self.warning(outcome.seq).ok_or_else(missing),
            Some('/') => {
                let (kind, n) = part[1..].split_once('.').unwrap_or((&part[1..], "0"));
                let nth = n.parse().unwrap_or(0);
                outcome.opened.iter().filter(|id| id.kind() == kind).nth(nth).map(|id| id.as_str().into()).ok_or_else(missing)
            }
            _ => outcome.opened.first().map(|id| id.as_str().into()).ok_or_else(missing),
        }
    }

    /// The warning an entry recorded.
    fn warning(&self, seq: u64) -> Option<Value> {
        let (entry, _) = self.desk.entry(seq).ok()??;
        entry.effects.iter().find_map(|e| if let Effect::Warn { warning, .. } = e { Some(warning.as_str().into()) } else { None })
    }

    /// `cash PLACE LESS`, `goods PLACE`, `owed PLACE`, `workers UNIT UNTIL`: what somebody there would find.
    fn look(&self, question: &str) -> Result<Value, Refusal> {
        let filled: Vec<String> = question
            .split(' ')
            .map(|word| {
                if word.starts_with('@') { self.text(word).map(|v| v.as_str().unwrap_or_default().to_owned()) } else { Ok(word.to_owned()) }
            })
            .collect::<Result<_, _>>()?;
        let words: Vec<&str> = filled.iter().map(String::as_str).collect();
        let book = self.desk.book();
        let place = |text: &str| Id::parse(text).map_err(|_| Refusal::new("thing/unknown").with("thing", text));
        match words.as_slice() {
            ["cash", box_, less] => Ok(notes(francs(&book, &place(box_)?) - less.parse().unwrap_or(0)).into()),
            ["goods", store] => Ok(shelf(&book, &place(store)?).into()),
            ["owed", person] => {
                let pecule = Id::new("pecule", &format!("{}.{}", self.step.site, place(person)?.code()));
                Ok(Amount::francs(-francs(&book, &pecule) / 5 * 5).to_string().into())
            }
            ["workers", unit, until] => {
                drop(book);
                self.workers(unit, until)
            }
            _ => Err(Refusal::new("thing/unknown").with("thing", question)),
        }
    }

    /// What a distribution would give the workers: simulated before the vote, as a committee does.
    fn workers(&self, unit: &str, until: &str) -> Result<Value, Refusal> {
        let mut fields = Map::new();
        fields.insert("unit".to_owned(), unit.into());
        fields.insert("until".to_owned(), until.into());
        let site = &self.step.site;
        let person = Id::new("person", &format!("{site}-{}", self.step.person));
        let day = chrono::DateTime::from_timestamp_millis(self.step.at).unwrap_or_default().date_naive();
        let table = self.desk.table(site, "simulation", &person, day, fields)?;
        let column = |name: &str| table.columns.iter().position(|c| c == name).unwrap_or(0);
        let (who, amount) = (column("beneficiary"), column("amount"));
        let francs = table.rows.iter().filter(|row| row[who] == "workers").filter_map(|row| row[amount].parse::<i64>().ok());
        Ok(Amount::francs(francs.sum()).to_string().into())
    }
}

fn francs(book: &TheBook, place: &Id) -> i64 {
    book.balance(place, &items::xof(), None)
}

/// A sum in the largest notes and coins, as two people would lay it out: `10000x3 500x1`.
fn notes(mut francs: i64) -> String {
    let mut pieces = Vec::new();
    for value in [10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5, 1] {
        if francs >= value {
            pieces.push(format!("{value}x{}", francs / value));
            francs %= value;
        }
    }
    if pieces.is_empty() { "0".to_owned() } else { pieces.join(" ") }
}

/// What stands in a store, line by line: `savon/kou-20-0007=120; soude=3.500 kg`.
fn shelf(book: &TheBook, store: &Id) -> String {
    let held = book.holdings_of(store).into_iter().filter(|h| !h.balance.is_zero());
    let line = |h: baara_plugin_api::Holding| match h.lot {
        Some(lot) => format!("{}/{}={}", h.item.code(), lot.code(), h.balance),
        None => format!("{}={}", h.item.code(), h.balance),
    };
    let lines: Vec<String> = held.map(line).collect();
    if lines.is_empty() { "0".to_owned() } else { lines.join("; ") }
}

/// The last day the practice year tells.
pub(super) const LAST: Date = Date::from_ymd_opt(2021, 3, 31).expect("a day");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_laid_out_in_notes_and_coins() {
        assert_eq!(notes(37_865), "10000x3 5000x1 2000x1 500x1 250x1 100x1 10x1 5x1");
        assert_eq!(notes(0), "0");
    }

    #[test]
    fn a_reference_names_its_facility_its_step_and_what_of_it() {
        assert_eq!(split("kon", "@s12"), (("kon".to_owned(), "s12".to_owned()), ""));
        assert_eq!(split("kon", "@bag:s3/lot.1"), (("bag".to_owned(), "s3".to_owned()), "/lot.1"));
        assert_eq!(split("kon", "@s3#"), (("kon".to_owned(), "s3".to_owned()), "#"));
    }
}
