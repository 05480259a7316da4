//! The tables that plugins draw, asked for and drawn like the host's own statements.

use crate::statements::{Asked, Because, explain};
use crate::{Cell, Period, Said, Table};
use baara_desk::{Desk, Source, read_fields};
use baara_plugin_api::{Date, Datelike, FieldError, FieldType, Id, KindDeclaration, Map, Refusal, Value};

/// Who asks for a plugin's table, of which facility, and about when.
pub struct PluginAsked<'a> {
    /// The facility's code.
    pub site: &'a str,
    /// The person who asks.
    pub person: &'a Id,
    /// The day it is drawn for.
    pub date: Date,
    /// The period as its heading shows it.
    pub period: String,
    /// Its first day, when one is named.
    pub since: Option<Date>,
    /// The table's own form as it was typed.
    pub typed: &'a Map,
}

/// Why there is no table.
#[derive(Debug)]
pub enum NotDrawn {
    /// Its form is not filled in.
    Fields(Vec<FieldError>),
    /// The plugin says no, or cannot be asked.
    Refused(Refusal),
}

/// The forms of all tables that pinned plugins can draw; what a plugin drew whose stay has ended is offered no more.
#[must_use]
pub fn plugin_forms(desk: &Desk) -> Vec<KindDeclaration> {
    let registry = desk.registry();
    let here = registry.plugins().filter(|(declared, ..)| registry.standing(&declared.id) != "removed");
    here.flat_map(|(declared, ..)| declared.tables.clone()).collect()
}

/// The form of a plugin's table, by its name.
#[must_use]
pub fn plugin_form(desk: &Desk, name: &str) -> Option<KindDeclaration> {
    desk.registry().plugins().flat_map(|(declared, ..)| &declared.tables).find(|form| name_of(form) == name).cloned()
}

/// A table's name, without its version.
fn name_of(form: &KindDeclaration) -> &str {
    form.kind.split('/').next().unwrap_or_default()
}

impl<'a> PluginAsked<'a> {
    /// Asks about a period as of its last day, or as of today while it lasts; about today when none is named.
    #[must_use]
    pub fn about(site: &'a str, person: &'a Id, period: Option<&Period>, today: Date, typed: &'a Map) -> PluginAsked<'a> {
        let date = period.map_or(today, |period| period.until.min(today));
        let shown = period.map_or_else(|| date.to_string(), |period| period.shown.clone());
        PluginAsked { site, person, date, period: shown, since: period.map(|period| period.from), typed }
    }

    /// The form as it was typed. Where it asks for its days (`from`, `until`) or how many `months`, and nobody said any, they
    /// are those of the period.
    fn answers(&self, form: &KindDeclaration) -> Map {
        let mut answers = self.typed.clone();
        let said = |name: &str| self.typed.get(name).is_some_and(|value| value.as_str() != Some(""));
        let Some(since) = self.since.filter(|since| *since <= self.date) else { return answers };
        if ["month", "from", "until", "months"].into_iter().any(said) {
            return answers;
        }
        let count = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month0());
        let months = count(self.date) - count(since) + 1;
        let period = [
            ("from", FieldType::Date, since.to_string()),
            ("until", FieldType::Date, self.date.to_string()),
            ("months", FieldType::Whole, months.to_string()),
        ];
        for (name, kind, value) in period {
            if form.fields.iter().any(|field| field.name == name && field.kind == kind) {
                answers.insert(name.to_owned(), value.into());
            }
        }
        answers
    }

    /// Draws the table.
    ///
    /// # Errors
    /// When its form is not filled in, or the plugin does not answer.
    pub fn draw(&self, desk: &Desk, form: &KindDeclaration) -> Result<Table, NotDrawn> {
        let fields = {
            let book = desk.book();
            read_fields(&book, self.site, self.date, &form.fields, &self.answers(form), Source::People).map_err(NotDrawn::Fields)?
        };
        let table = desk.table(self.site, name_of(form), self.person, self.date, fields).map_err(NotDrawn::Refused)?;
        Ok(Table::of_plugin(self.title(desk, form), &table))
    }

    /// Why a cell is what it is, as far as anybody but the plugin can tell: who worked it out, from which answers of the
    /// form, and when the things of its line were written. `None` when there is no such cell.
    ///
    /// # Errors
    /// As [`PluginAsked::draw`].
    pub fn why(&self, desk: &Desk, form: &KindDeclaration, row: &str, column: &str) -> Result<Option<Table>, NotDrawn> {
        let drawn = self.draw(desk, form)?;
        let line = drawn.rows.iter().find(|r| r.code == row);
        let at = drawn.columns.iter().position(|c| c.code == column);
        let (Some(line), Some(at)) = (line, at) else { return Ok(None) };
        let because =
            Because { formula: self.formula(desk, form), terms: self.terms(form), things: things(&line.cells), ..Because::default() };
        let book = desk.book();
        let (from, until) = (self.date, self.date);
        let sites = vec![self.site.to_owned()];
        let asked = Asked { book: &book, scan: &|_, _| {}, period: self.period.clone(), from, until, sites, site: self.site.to_owned() };
        Ok(Some(explain(name_of(form), &asked, (row, column), line.cells[at].clone(), because)))
    }

    /// The plugin's own heading, else the table's name with the period.
    fn title(&self, desk: &Desk, form: &KindDeclaration) -> Said {
        let own = format!("report.{}", name_of(form));
        let has_own = desk.registry().plugins().any(|(declared, ..)| declared.words.values().any(|words| words.contains_key(&own)));
        let code = if has_own { own } else { format!("table.{}", name_of(form)) };
        Said::new(&code).with("period", &self.period).with("site", self.site)
    }

    fn formula(&self, desk: &Desk, form: &KindDeclaration) -> Option<Said> {
        let registry = desk.registry();
        let (declared, sha256, _) = registry.plugins().find(|(declared, ..)| declared.tables.iter().any(|t| t.kind == form.kind))?;
        let said = Said::new("note.why-plugin").with("plugin", &declared.id).with("version", &declared.version);
        Some(said.with("sha256", sha256.get(..12).unwrap_or(sha256)).with("date", self.date))
    }

    fn terms(&self, form: &KindDeclaration) -> Vec<(Said, Cell)> {
        let answers = self.answers(form);
        let answered = form.fields.iter().filter_map(|field| Some((field, answers.get(&field.name)?)));
        answered.map(|(field, value)| (Said::new(&format!("field.{}.{}", name_of(form), field.name)), term(value))).collect()
    }
}

fn term(value: &Value) -> Cell {
    value.as_str().map_or_else(|| Cell::text(value.to_string()), Cell::read)
}

/// The things a line names.
fn things(cells: &[Cell]) -> Vec<Id> {
    let named = cells.iter().filter_map(|cell| if let Cell::Thing(id) = cell { Some(id.clone()) } else { None });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::Field;

    fn asked(period: Option<&str>, today: &str, typed: &[(&str, &str)], fields: &[(&str, FieldType)]) -> Vec<(String, String)> {
        let today: Date = today.parse().unwrap();
        let typed: Map = typed.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let period = period.map(|text| Period::read(Some(text), today).unwrap());
        let person = Id::new("person", "kon-20-0001");
        let field =
            |(name, kind): &(&str, FieldType)| Field { name: (*name).to_owned(), kind: kind.clone(), required: false, sealed: false };
        let fields = fields.iter().map(field).collect();
        let form = KindDeclaration::form("watch/1", fields, &[]);
        let answers = PluginAsked::about("kon", &person, period.as_ref(), today, &typed).answers(&form);
        answers.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect()
    }

    #[test]
    fn a_period_reaches_the_forms_that_ask_for_days_or_months() {
        let (months, days) = ([("months", FieldType::Whole)], [("from", FieldType::Date), ("until", FieldType::Date)]);
        let told = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(asked(Some("2020"), "2021-03-04", &[], &months), [told("months", "12")]);
        assert_eq!(asked(Some("2020"), "2020-03-04", &[], &months), [told("months", "3")], "so far");
        assert_eq!(asked(Some("2020-06"), "2021-03-04", &[], &days), [told("from", "2020-06-01"), told("until", "2020-06-30")]);
        assert_eq!(
            asked(Some("2020"), "2021-03-04", &[("month", "2020-05-01")], &months),
            [told("month", "2020-05-01")],
            "somebody said which"
        );
        assert_eq!(asked(None, "2021-03-04", &[], &months), []);
        assert_eq!(asked(Some("2020"), "2021-03-04", &[], &[("months", FieldType::Text)]), [], "a text is no number of months");
    }
}
