//! `kinds` and `plugin list`: what this book can record.

use super::record::declared_in;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::Registry;
use baara_plugin_api::{Field, FieldType};
use baara_reports::{Cell, Column, Said, Table, Words};

/// All kinds, or the fields of one.
pub(crate) fn kinds(session: &mut Session, kind: Option<&str>) -> Result<(), Failure> {
    // Before there is any book one may still see what the program itself can record.
    if session.has_book() {
        let desk = session.desk()?;
        let table = table(&desk.registry(), kind, &session.words)?;
        session.draw(&table, None);
        return Ok(());
    }
    let mut table = table(&Registry::core(), kind, &session.words)?;
    table.note(Said::new("note.no-book"));
    session.draw(&table, None);
    Ok(())
}

fn table(registry: &Registry, kind: Option<&str>, words: &Words) -> Result<Table, Failure> {
    Ok(match kind {
        None => {
            let columns = vec![Column::words("kind"), Column::words("label"), Column::words("plugin"), Column::words("fields")];
            let mut table = Table::new(Said::new("report.kinds"), columns);
            let owner = |kind: &str| {
                let found = registry.plugins().find(|(d, ..)| d.kinds.iter().any(|k| k.kind == kind));
                found.map_or(String::new(), |(d, ..)| d.id.clone())
            };
            for declared in registry.offered() {
                let names: Vec<&str> = declared.fields.iter().map(|f| f.name.as_str()).collect();
                let cells = vec![
                    Cell::text(declared.kind.as_str()),
                    Cell::text(words.kind(&declared.kind)),
                    Cell::text(owner(&declared.kind)),
                    Cell::text(names.join(" ")),
                ];
                table.push(&declared.kind, cells);
            }
            table.note(Said::new("screen.usage-kinds"));
            table
        }
        Some(kind) => {
            let declared = declared_in(registry, kind)?;
            let columns = vec![Column::words("field"), Column::words("words"), Column::words("type"), Column::words("required")];
            let mut table = Table::new(Said::new("report.kind").with("kind", &declared.kind), columns);
            push_fields(&mut table, &declared.fields, &declared.kind, "", words);
            table
        }
    })
}

fn push_fields(table: &mut Table, fields: &[Field], kind: &str, under: &str, words: &Words) {
    for field in fields {
        let name = format!("{under}{}", field.name);
        let cells = vec![
            Cell::text(name.as_str()),
            Cell::text(words.field(kind, &field.name)),
            Cell::text(type_name(&field.kind, words)),
            Cell::text(words.word(if field.required { "screen.required" } else { "screen.optional" })),
        ];
        table.push(&name, cells);
        if let FieldType::Lines { of } = &field.kind {
            push_fields(table, of, kind, &format!("{name}."), words);
        }
    }
}

/// What may be answered, in words.
fn type_name(kind: &FieldType, words: &Words) -> String {
    let word = |code: &str| words.word(code).to_owned();
    match kind {
        FieldType::Text => word("type.text"),
        FieldType::Whole => word("type.whole"),
        FieldType::Flag => word("type.flag"),
        FieldType::Date => word("type.date"),
        FieldType::Ratio => word("type.ratio"),
        FieldType::Money => word("type.money"),
        FieldType::Quantity { of } => words.say(&Said::new("type.quantity").with("of", of)),
        FieldType::Id { of } => words.say(&Said::new("type.id").with("of", of)),
        FieldType::Choice { of } => of.join(" | "),
        FieldType::Many { of } => format!("{} ({})", type_name(of, words), word("screen.several")),
        FieldType::Lines { .. } => format!("{} ({})", word("type.line"), word("screen.several")),
    }
}
