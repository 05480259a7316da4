//! Forms: what a record kind asks, declared once, so screens, imports and prints need no code of their own.

use crate::{Amount, Date, FieldError, Id, Map, Value};
use serde::{Deserialize, Serialize};

/// One question of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name in fields, flags, CSV and locale files.
    pub name: String,
    /// What may be answered.
    #[serde(flatten)]
    pub kind: FieldType,
    /// False when it may stay empty.
    pub required: bool,
    /// True for names and free text about people: kept sealed, outside the entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
}

/// What a field holds, and how it stands in an entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum FieldType {
    /// Text of at most [`TEXT_CHARS`](crate::limits::TEXT_CHARS) characters.
    Text,
    /// A whole number, not negative.
    Whole,
    /// Yes or no.
    Flag,
    /// A civil day, `2020-06-12`.
    Date,
    /// A ratio, `3/10` or `0.141`.
    Ratio,
    /// Francs, as `5000 XOF`.
    Money,
    /// An amount of the item named by the field `of` (an item, or a lot that knows its item).
    Quantity {
        /// The field that names the item or the lot.
        of: String,
    },
    /// The id of a thing of this kind; `any` for any kind.
    Id {
        /// The kind.
        of: String,
    },
    /// One of these codes.
    Choice {
        /// The codes.
        of: Vec<String>,
    },
    /// Several of the same type.
    Many {
        /// The type of each.
        of: Box<FieldType>,
    },
    /// Lines, each a small form.
    Lines {
        /// The fields of a line.
        of: Vec<Field>,
    },
}

/// A filled-in form: declared by type, read from an entry's fields. Derive it.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a form", label = "no form", note = "write `#[derive(Form)]` above its struct")]
pub trait Form: Sized {
    /// What it asks, in reading order.
    fn fields() -> Vec<Field>;

    /// Reads the typed form; every field error at once.
    ///
    /// # Errors
    /// One error for each field that is missing or not what it declares.
    fn read(fields: &Map) -> Result<Self, Vec<FieldError>>;
}

/// A Rust type that a field can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a form field",
    label = "no field holds this",
    note = "use Id, Amount, Money, Date, String, u64, bool, Ratio, Choice types, Option, Vec or another Form; floats are refused on purpose"
)]
pub trait FieldValue: Sized {
    /// The declared type; `of` is what the attribute `#[field(of = "…")]` says.
    fn field_type(of: &str) -> FieldType;

    /// True when the field may be left out.
    const OPTIONAL: bool = false;

    /// Reads a present value.
    ///
    /// # Errors
    /// Errors whose `field` is empty, or a path inside this value.
    fn read(value: &Value) -> Result<Self, Vec<FieldError>>;

    /// What stands for an absent value, if anything may.
    fn absent() -> Option<Self> {
        None
    }
}

/// Reads one field of a form; used by the derive.
///
/// # Errors
/// When it is missing, or not of its type.
pub fn read_field<T: FieldValue>(fields: &Map, name: &str) -> Result<T, Vec<FieldError>> {
    match fields.get(name) {
        None | Some(Value::Null) => T::absent().ok_or_else(|| vec![FieldError::new(name, "field/missing")]),
        Some(value) => T::read(value).map_err(|errors| {
            errors
                .into_iter()
                .map(|e| if e.field.is_empty() { FieldError { field: name.to_owned(), ..e } } else { e.under(name) })
                .collect()
        }),
    }
}

fn wrong<T>(code: &str, value: &Value) -> Result<T, Vec<FieldError>> {
    let came = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Err(vec![FieldError::new("", code).with("came", came.chars().take(80).collect::<String>())])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

impl FieldValue for String {
    fn field_type(_: &str) -> FieldType {
        FieldType::Text
    }
    fn read(value: &Value) -> Result<String, Vec<FieldError>> {
        match value {
            // The host has read it at the edge, where a text is short; only the list of a full store is this long.
            Value::String(s) if s.chars().count() <= 20_000 => Ok(s.clone()),
            _ => wrong("field/not-a-text", value),
        }
    }
}

impl FieldValue for u64 {
    fn field_type(_: &str) -> FieldType {
        FieldType::Whole
    }
    fn read(value: &Value) -> Result<u64, Vec<FieldError>> {
        value.as_u64().filter(|n| *n <= 1 << 53).map_or_else(|| wrong("field/not-a-number", value), Ok)
    }
}

impl FieldValue for bool {
    fn field_type(_: &str) -> FieldType {
        FieldType::Flag
    }
    fn read(value: &Value) -> Result<bool, Vec<FieldError>> {
        value.as_bool().map_or_else(|| wrong("field/not-yes-or-no", value), Ok)
    }
    fn absent() -> Option<bool> {
        Some(false)
    }
    const OPTIONAL: bool = true;
}

impl FieldValue for Date {
    fn field_type(_: &str) -> FieldType {
        FieldType::Date
    }
    fn read(value: &Value) -> Result<Date, Vec<FieldError>> {
        text(value).parse().or_else(|_| wrong("field/not-a-date", value))
    }
}

impl FieldValue for crate::Ratio {
    fn field_type(_: &str) -> FieldType {
        FieldType::Ratio
    }
    fn read(value: &Value) -> Result<crate::Ratio, Vec<FieldError>> {
        crate::Ratio::parse(text(value)).map_or_else(|| wrong("field/not-a-ratio", value), Ok)
    }
}

impl FieldValue for Amount {
    fn field_type(of: &str) -> FieldType {
        FieldType::Quantity { of: of.to_owned() }
    }
    fn read(value: &Value) -> Result<Amount, Vec<FieldError>> {
        text(value).parse().ok().filter(|a: &Amount| a.count() >= 0).map_or_else(|| wrong("field/not-an-amount", value), Ok)
    }
}

/// Francs, not negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Money(pub i64);

impl FieldValue for Money {
    fn field_type(_: &str) -> FieldType {
        FieldType::Money
    }
    fn read(value: &Value) -> Result<Money, Vec<FieldError>> {
        let francs = text(value).parse::<Amount>().ok().filter(|a| a.unit() == crate::Unit::XOF && a.scale() == 0 && a.count() >= 0);
        francs.map_or_else(|| wrong("field/not-an-amount", value), |a| Ok(Money(a.count())))
    }
}

impl FieldValue for Id {
    fn field_type(of: &str) -> FieldType {
        FieldType::Id { of: if of.is_empty() { "any".to_owned() } else { of.to_owned() } }
    }
    fn read(value: &Value) -> Result<Id, Vec<FieldError>> {
        Id::parse(text(value)).ok().filter(|id| !id.is_asked()).map_or_else(|| wrong("field/not-an-id", value), Ok)
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn field_type(of: &str) -> FieldType {
        T::field_type(of)
    }
    fn read(value: &Value) -> Result<Option<T>, Vec<FieldError>> {
        T::read(value).map(Some)
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
    const OPTIONAL: bool = true;
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn field_type(of: &str) -> FieldType {
        match T::field_type(of) {
            FieldType::Lines { of } => FieldType::Lines { of },
            one => FieldType::Many { of: Box::new(one) },
        }
    }
    fn read(value: &Value) -> Result<Vec<T>, Vec<FieldError>> {
        let Some(list) = value.as_array() else { return wrong("field/not-a-line", value) };
        let (mut read, mut errors) = (Vec::with_capacity(list.len()), Vec::new());
        for (i, one) in list.iter().enumerate() {
            match T::read(one) {
                Ok(one) => read.push(one),
                Err(inside) => errors.extend(inside.into_iter().map(|e| {
                    let at = (i + 1).to_string();
                    if e.field.is_empty() { FieldError { field: at, ..e } } else { e.under(&at) }
                })),
            }
        }
        if errors.is_empty() { Ok(read) } else { Err(errors) }
    }
    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
    const OPTIONAL: bool = true;
}
