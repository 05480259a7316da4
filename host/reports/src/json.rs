//! A table as JSON for a program: codes as keys, figures as text with a decimal point.

use crate::{Cell, Figure, Table, Words};
use serde_json::{Map, Value, json};

/// Draws a table as one JSON object: `report`, `title`, `columns`, `rows` (objects by column code), `notes`.
#[must_use]
pub fn draw_json(table: &Table, words: &Words) -> Value {
    let columns: Vec<Value> =
        table.columns.iter().map(|c| json!({"code": c.code, "label": words.heading(&table.title, &c.code), "unit": c.unit})).collect();
    let rows: Vec<Value> = table
        .rows
        .iter()
        .map(|row| {
            let mut object = Map::new();
            for (column, value) in table.columns.iter().zip(&row.cells) {
                object.insert(column.code.clone(), cell(value, column.unit.is_some(), words));
            }
            object.insert("code".to_owned(), Value::from(row.code.clone())); // The row's own, for `why`.
            Value::Object(object)
        })
        .collect();
    let notes: Vec<Value> = table.notes.iter().map(|n| json!({"code": n.code, "text": words.say(n)})).collect();
    json!({"report": table.title.code.trim_start_matches("report."), "args": table.title.args, "title": words.say(&table.title), "columns": columns, "rows": rows, "notes": notes})
}

fn cell(cell: &Cell, unit: bool, words: &Words) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) | Cell::Word(text) => Value::from(text.clone()),
        Cell::Figure(figure) => Value::from(figure.plain()),
        Cell::Amount(amount) if unit => Value::from(Figure::from(*amount).plain()),
        Cell::Amount(amount) => Value::from(format!("{} {}", Figure::from(*amount).plain(), amount.unit())),
        Cell::Date(date) => Value::from(date.to_string()),
        Cell::Thing(id) => Value::from(id.as_str()),
        Cell::Named(id) => Value::from(words.label(id)),
        Cell::Said(said) => Value::from(words.say(said)),
        Cell::Flag(flag) => Value::from(*flag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn figures_are_text_with_a_decimal_point() {
        let json = draw_json(&crate::text::tests::sample(), &Words::new(Language::Fr));
        assert_eq!(json["rows"][0], json!({"code": "mais", "crop": "Maïs; grain", "weighed": "12500.5", "money": "1500 XOF"}));
        assert_eq!(json["rows"][1]["money"], Value::Null);
        assert_eq!(json["notes"][0]["text"], "une note");
    }
}
