//! Read once, at the edge: what people type becomes canonical fields, every error at once.

use baara_book::TheBook;
use baara_plugin_api::{Amount, BadNumber, Date, Field, FieldError, FieldType, Id, Map, Ratio, Value, read_number};
use unicode_normalization::UnicodeNormalization;

/// How fields were written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// By people: French numbers, labels, `12/06/2020`. What may be read twice is refused.
    People,
    /// By a program: canonical already.
    Program,
}

/// Text without accents, case and double spaces, for search and for comparing labels.
#[must_use]
pub fn fold(text: &str) -> String {
    let bare: String = text.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect();
    bare.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads all the fields of a form.
///
/// # Errors
/// Every field that is missing, unknown or not understood.
pub fn read_fields(book: &TheBook, site: &str, date: Date, declared: &[Field], raw: &Map, source: Source) -> Result<Map, Vec<FieldError>> {
    Reader { book, site, date, source }.form(declared, raw, &Map::new(), true)
}

struct Reader<'a> {
    book: &'a TheBook,
    site: &'a str,
    date: Date,
    source: Source,
}

/// Texts every kind takes besides its own fields.
const COMMON: &[&str] = &["late-reason"];

impl Reader<'_> {
    fn form(&self, declared: &[Field], raw: &Map, outer: &Map, top: bool) -> Result<Map, Vec<FieldError>> {
        let (mut read, mut errors) = (Map::new(), Vec::new());
        // Quantities wait for the item they are of.
        let quantities = |f: &&Field| matches!(f.kind, FieldType::Quantity { .. });
        for field in declared.iter().filter(|f| !quantities(f)).chain(declared.iter().filter(quantities)) {
            let value = raw.get(&field.name).filter(|v| !is_empty(v));
            let Some(value) = value else {
                if field.required {
                    errors.push(FieldError::new(&field.name, "field/missing"));
                }
                continue;
            };
            let told = if is_count(field) { whole_count(value) } else { self.value(&field.kind, value, &read, outer) };
            match told {
                Ok(value) => {
                    if let Some(told) = self.declared_container(&field.kind, raw.get(&field.name), &value) {
                        read.insert(format!("{}.declared", field.name), told);
                    }
                    read.insert(field.name.clone(), value);
                }
                Err(inside) => errors.extend(
                    inside
                        .into_iter()
                        .map(|e| if e.field.is_empty() { FieldError { field: field.name.clone(), ..e } } else { e.under(&field.name) }),
                ),
            }
        }
        for name in raw.keys() {
            let own = declared.iter().any(|f| f.name == *name || name.strip_suffix(".declared") == Some(&f.name));
            let common = top && COMMON.contains(&name.as_str());
            if common && !is_empty(&raw[name]) {
                match self.value(&FieldType::Text, &raw[name], &read, outer) {
                    Ok(text) => drop(read.insert(name.clone(), text)),
                    Err(inside) => errors.extend(inside.into_iter().map(|e| FieldError { field: name.clone(), ..e })),
                }
            } else if !own && !common {
                let names: Vec<&str> = declared.iter().map(|f| f.name.as_str()).collect();
                errors.push(FieldError::new(name, "field/unknown").with("expected", names.join(", ")));
            }
        }
        if errors.is_empty() { Ok(read) } else { Err(errors) }
    }

    fn value(&self, kind: &FieldType, value: &Value, read: &Map, outer: &Map) -> Result<Value, Vec<FieldError>> {
        let text = match value {
            Value::String(s) if s.is_ascii() => s.trim().to_owned(),
            Value::String(s) => s.nfc().collect::<String>().trim().to_owned(),
            Value::Array(_) | Value::Object(_) if matches!(kind, FieldType::Lines { .. } | FieldType::Many { .. }) => String::new(),
            other => other.to_string(),
        };
        let no = |code: &str| Err(vec![FieldError::new("", code).with("came", text.chars().take(80).collect::<String>())]);
        match kind {
            FieldType::Text if value.is_array() || value.is_object() => no("field/not-a-text"),
            FieldType::Text if text.chars().count() > baara_plugin_api::limits::TEXT_CHARS => no("field/too-long"),
            FieldType::Text => Ok(text.into()),
            FieldType::Whole => read_number(&text, 0).map(Value::from).map_err(|bad| number_error(&text, &bad)),
            FieldType::Flag => match fold(&text).as_str() {
                "oui" | "o" | "yes" | "y" | "true" | "vrai" | "1" => Ok(true.into()),
                "non" | "n" | "no" | "false" | "faux" | "0" => Ok(false.into()),
                _ => no("field/not-yes-or-no"),
            },
            FieldType::Date => {
                let day = text.parse::<Date>().ok().or_else(|| Date::parse_from_str(&text, "%d/%m/%Y").ok());
                day.map_or_else(|| no("field/not-a-date"), |day| Ok(day.to_string().into()))
            }
            FieldType::Ratio => {
                Ratio::parse(&text.replace(',', ".")).map_or_else(|| no("field/not-a-ratio"), |_| Ok(text.replace(',', ".").into()))
            }
            FieldType::Money => {
                let bare = ["XOF", "FCFA", "F CFA", "F", "f"].iter().find_map(|u| text.strip_suffix(u)).unwrap_or(&text);
                read_number(bare, 0).map(|n| Amount::francs(n).to_string().into()).map_err(|bad| number_error(&text, &bad))
            }
            FieldType::Quantity { of } => self.quantity(&text, of, read, outer),
            FieldType::Id { of } => self.id(&text, of),
            FieldType::Choice { of } => {
                of.iter().find(|code| **code == text).or_else(|| of.iter().find(|code| fold(code) == fold(&text))).map_or_else(
                    || Err(vec![FieldError::new("", "field/not-a-choice").with("came", &text).with("expected", of.join(", "))]),
                    |code| Ok(code.as_str().into()),
                )
            }
            FieldType::Many { of } => {
                let list: Vec<Value> = match value {
                    Value::Array(list) => list.clone(),
                    // A semicolon anywhere means that commas are decimals: `92,4; 91`.
                    Value::String(s) => {
                        s.split(if s.contains(';') { ';' } else { ',' }).map(str::trim).filter(|s| !s.is_empty()).map(Value::from).collect()
                    }
                    other => vec![other.clone()],
                };
                self.each(&list, |one| self.value(of, one, read, outer))
            }
            FieldType::Lines { of } => {
                let list: Vec<Value> = match value {
                    Value::Array(list) => list.clone(),
                    one => vec![one.clone()],
                };
                self.each(&list, |one| {
                    let line = match one {
                        Value::Object(line) => line.clone(),
                        Value::String(s) => short_line(s),
                        _ => return Err(vec![FieldError::new("", "field/not-a-line")]),
                    };
                    self.form(of, &line, read, false).map(Value::Object)
                })
            }
        }
    }

    fn each(&self, list: &[Value], one: impl Fn(&Value) -> Result<Value, Vec<FieldError>>) -> Result<Value, Vec<FieldError>> {
        let (mut read, mut errors) = (Vec::new(), Vec::new());
        for (i, value) in list.iter().enumerate() {
            let at = (i + 1).to_string();
            match one(value) {
                Ok(value) => read.push(value),
                Err(inside) => errors.extend(
                    inside.into_iter().map(|e| if e.field.is_empty() { FieldError { field: at.clone(), ..e } } else { e.under(&at) }),
                ),
            }
        }
        if errors.is_empty() { Ok(read.into()) } else { Err(errors) }
    }

    /// `12,5` · `12.500 kg` · `3 sac-mil`: counted as the item is, from a container when the site has calibrated one.
    fn quantity(&self, text: &str, of: &str, read: &Map, outer: &Map) -> Result<Value, Vec<FieldError>> {
        let no = |code: &str| Err(vec![FieldError::new("", code).with("came", text)]);
        let fixed = Id::parse(of).ok(); // `of = "item/ground"`: the kind itself says what is counted.
        let named = fixed.or_else(|| read.get(of).or_else(|| outer.get(of)).and_then(Value::as_str).and_then(|s| Id::parse(s).ok()));
        let item = named.and_then(|id| if id.kind() == "item" { Some(id) } else { self.book.thing(&id, self.date)?.id_of("item") });
        let Some((item, (unit, scale))) = item.and_then(|item| Some((item.clone(), self.book.measure(&item)?))) else {
            // The kind names its item itself; a canonical amount is all it can be.
            return text.parse::<Amount>().map(|a| a.to_string().into()).or_else(|_| no("field/not-an-amount"));
        };
        if self.source == Source::Program
            && let Ok(amount) = text.parse::<Amount>()
            && amount.unit() == unit
            && amount.scale() == scale
        {
            return Ok(amount.to_string().into());
        }
        let split = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
        let (figure, name) = (text[..split].trim(), text[split..].trim());
        if name.is_empty() || fold(name) == fold(unit.as_str()) {
            return read_number(figure, scale)
                .map(|n| Amount::new(n, scale, unit).to_string().into())
                .map_err(|bad| number_error(text, &bad));
        }
        let container = Id::parse(&format!("container/{}-{name}", self.site)).ok().and_then(|id| self.book.thing(&id, self.date));
        let Some(container) = container.filter(|c| c.id_of("item").as_ref() == Some(&item)) else {
            return Err(vec![FieldError::new("", "field/wrong-unit").with("came", text).with("expected", unit)]);
        };
        let count = read_number(figure, 0).map_err(|bad| number_error(text, &bad))?;
        let factor = container.amount("factor").filter(|f| f.unit() == unit && f.scale() == scale);
        let total = factor.and_then(|f| f.count().checked_mul(count));
        total.map_or_else(|| no("field/not-an-amount"), |n| Ok(Amount::new(n, scale, unit).to_string().into()))
    }

    fn declared_container(&self, kind: &FieldType, raw: Option<&Value>, read: &Value) -> Option<Value> {
        let FieldType::Quantity { .. } = kind else { return None };
        let (typed, amount) = (raw?.as_str()?.trim(), read.as_str()?.parse::<Amount>().ok()?);
        let name: String = typed.chars().skip_while(|c| !c.is_alphabetic()).collect();
        (!name.is_empty() && fold(&name) != fold(amount.unit().as_str())).then(|| typed.into())
    }

    /// A whole id, a code, a code without its site, or a label that only one thing has.
    fn id(&self, text: &str, kind: &str) -> Result<Value, Vec<FieldError>> {
        if let Ok(id) = Id::parse(text) {
            if kind != "any" && id.kind() != kind {
                return Err(vec![FieldError::new("", "field/other-kind").with("came", text).with("expected", kind)]);
            }
            return Ok(text.into());
        }
        if kind != "any" {
            for code in [text.to_owned(), format!("{}-{text}", self.site)] {
                if let Ok(id) = Id::parse(&format!("{kind}/{code}"))
                    && self.book.thing(&id, self.date).is_some()
                {
                    return Ok(id.as_str().into());
                }
            }
            let wanted = fold(text);
            let called = |id: &Id| {
                let Some(thing) = self.book.thing(id, self.date) else { return false };
                let labels =
                    [thing.text("label"), thing.text("label-en")].into_iter().chain(thing.list("aliases")).map(fold).collect::<Vec<_>>();
                labels.contains(&wanted)
            };
            let found: Vec<Id> = self.book.open_of(kind).filter(called).collect();
            if let [one] = found.as_slice() {
                return Ok(one.as_str().into());
            }
        }
        Err(vec![FieldError::new("", "field/not-an-id").with("came", text).with("expected", kind)])
    }
}

/// What somebody counted: a full store has more lines than a sentence has characters.
fn is_count(field: &Field) -> bool {
    matches!(field.kind, FieldType::Text) && field.name.ends_with("figures")
}

/// The longest list of what was counted, in characters: two of them still fit an entry.
const LONGEST_COUNT: usize = 20_000;

fn whole_count(value: &Value) -> Result<Value, Vec<FieldError>> {
    let text: String = value.as_str().unwrap_or_default().nfc().collect::<String>().trim().to_owned();
    let no = |code: &str| Err(vec![FieldError::new("", code).with("came", text.chars().take(80).collect::<String>())]);
    match value {
        Value::String(_) if text.chars().count() <= LONGEST_COUNT => Ok(text.into()),
        Value::String(_) => no("field/too-long"),
        _ => no("field/not-a-text"),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|s| s.trim().is_empty())
}

/// `item=item/savon,quantity=3` as a line.
fn short_line(text: &str) -> Map {
    text.split(',').filter_map(|part| part.split_once('=')).map(|(k, v)| (k.trim().to_owned(), Value::from(v.trim()))).collect()
}

fn number_error(text: &str, bad: &BadNumber) -> Vec<FieldError> {
    let error = match bad {
        BadNumber::NotANumber => FieldError::new("", "field/not-a-number"),
        BadNumber::Ambiguous { grouped, decimal } => {
            FieldError::new("", "field/ambiguous").with("grouped", grouped).with("decimal", decimal)
        }
        BadNumber::TooFine { decimals } => FieldError::new("", "field/too-fine").with("decimals", decimals),
        BadNumber::TooLarge => FieldError::new("", "field/too-large"),
    };
    vec![error.with("came", text)]
}
