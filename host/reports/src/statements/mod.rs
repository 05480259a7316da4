//! The reports over a book: questions put in a table, each figure able to say why it is what it is.
//!
//! A statement only asks. It knows no rule, reads no file and has no clock: the book, the months and
//! the facilities are given.

mod balances;
mod cash_book;
mod committee;
mod exceptions;
mod harvest;
mod indicators;
mod late;
mod pecule;
mod stock;
mod tickets;
mod workshops;

use crate::{Cell, Column, Figure, Said, Table};
use baara_book::{Entry, TheBook};
use baara_plugin_api::{Date, Effect, Id, Thing};

/// The names of the statements; `published` stands beside them, drawn from a file of claims.
pub const STATEMENTS: &[&str] =
    &["indicators", "harvest", "stock", "balances", "cash-book", "workshops", "tickets", "pecule", "committee", "exceptions", "late"];

/// Shows the entries whose bytes hold one of some texts, in order, with their leaf hash.
pub type Scan<'a> = dyn Fn(&[String], &mut dyn FnMut(&Entry, &str)) + 'a;

/// What is asked: a book, some months, some facilities.
pub struct Asked<'a> {
    /// The book.
    pub book: &'a TheBook,
    /// Its entries, for statements that show them and for `why`.
    pub scan: &'a Scan<'a>,
    /// The period as it was asked for.
    pub period: String,
    /// Its first day, the first of a month.
    pub from: Date,
    /// Its last day, the last of a month.
    pub until: Date,
    /// The facilities' codes.
    pub sites: Vec<String>,
    /// The facility as it was asked for, `all` for all.
    pub site: String,
}

/// Why a figure is what it is.
#[derive(Default)]
pub struct Because {
    /// How it is worked out.
    pub formula: Option<Said>,
    /// What it is worked out from.
    pub terms: Vec<(Said, Cell)>,
    /// The movements it adds up.
    pub flow: Option<Flow>,
    /// The things it counts.
    pub things: Vec<Id>,
    /// What was left out.
    pub excluded: Vec<Said>,
}

/// Movements that make up a figure.
pub struct Flow {
    /// Texts of which an entry must hold one.
    pub needles: Vec<String>,
    /// How much an effect adds, in the item's smallest unit.
    pub counts: Box<dyn Fn(&Effect) -> i64>,
    /// The item's decimals.
    pub scale: u8,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// A table in the making, which remembers the reason of one cell.
pub(crate) struct Sheet {
    pub(crate) table: Table,
    wanted: Option<(String, String)>,
    because: Option<Because>,
}

impl Sheet {
    fn new(name: &str, asked: &Asked<'_>, columns: Vec<Column>, wanted: Option<(&str, &str)>) -> Sheet {
        let title = Said::new(&format!("report.{name}")).with("period", &asked.period).with("site", &asked.site);
        let wanted = wanted.map(|(row, column)| (row.to_owned(), column.to_owned()));
        Sheet { table: Table::new(title, columns), wanted, because: None }
    }

    fn row(&mut self, code: &str, cells: Vec<Cell>) {
        self.table.push(code, cells);
    }

    /// Keeps the reason of a cell when it is the one asked about.
    fn because(&mut self, row: &str, column: &str, why: impl FnOnce() -> Because) {
        if self.wanted.as_ref().is_some_and(|(r, c)| r == row && c == column) {
            self.because = Some(why());
        }
    }

    fn note(&mut self, note: Said) {
        if !self.table.notes.contains(&note) {
            self.table.note(note);
        }
    }
}

/// Draws a statement by its name.
#[must_use]
pub fn statement(name: &str, asked: &Asked<'_>) -> Option<Table> {
    sheet(name, asked, None).map(|sheet| sheet.table)
}

/// Why a cell of a statement is what it is; `None` when there is no such statement or cell.
#[must_use]
pub fn why(name: &str, asked: &Asked<'_>, row: &str, column: &str) -> Option<Table> {
    let sheet = sheet(name, asked, Some((row, column)))?;
    let at = sheet.table.columns.iter().position(|c| c.code == column)?;
    let value = sheet.table.rows.iter().find(|r| r.code == row)?.cells.get(at)?.clone();
    Some(explain(name, asked, (row, column), value, sheet.because.unwrap_or_default()))
}

fn sheet(name: &str, asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Option<Sheet> {
    let draw = match name {
        "indicators" => indicators::draw,
        "harvest" => harvest::draw,
        "stock" => stock::draw,
        "balances" => balances::draw,
        "cash-book" => cash_book::draw,
        "workshops" => workshops::draw,
        "pecule" => pecule::draw,
        "committee" => committee::draw,
        "exceptions" => exceptions::draw,
        "late" => late::draw,
        "tickets" => tickets::draw,
        _ => return None,
    };
    let mut sheet = draw(asked, wanted);
    let provisional: Vec<&str> =
        asked.sites.iter().map(String::as_str).filter(|site| is_provisional(asked.book, site, Date::MAX)).collect();
    if !provisional.is_empty() {
        sheet.note(Said::new("note.provisional").with("sites", provisional.join(", ")));
    }
    Some(sheet)
}

/// What the founding act says holds until minutes are signed; every print of a day until then says so.
#[must_use]
pub fn is_provisional(book: &TheBook, site: &str, day: Date) -> bool {
    let signed = |meeting: &Id| book.text_of(meeting, "state", day).as_deref() == Some("signed");
    book.thing(&Id::new("committee", site), Date::MAX).is_some() && !book.open_at("meeting", site).any(|meeting| signed(&meeting))
}

pub(crate) fn explain(name: &str, asked: &Asked<'_>, (row, column): (&str, &str), value: Cell, because: Because) -> Table {
    let columns = vec![
        Column::words("part"),
        Column::words("what"),
        Column::words("date"),
        Column::figures("seq"),
        Column::figures("value"),
        Column::words("leaf"),
    ];
    let title = Said::new("report.why").with("report", name).with("cell", format!("{row}.{column}")).with("period", &asked.period);
    let mut table = Table::new(title, columns);
    let part = |code: &str| Cell::Word(code.to_owned());
    let line = |code: &str, what: Cell, value: Cell| vec![part(code), what, Cell::Empty, Cell::Empty, value, Cell::Empty];
    table.push("value", line("why-value", Cell::text(format!("{row}.{column}")), value));
    if let Some(formula) = because.formula {
        table.push("formula", line("why-formula", Cell::Said(formula), Cell::Empty));
    }
    for (at, (said, value)) in because.terms.into_iter().enumerate() {
        table.push(&format!("term-{}", at + 1), line("why-term", Cell::Said(said), value));
    }
    if let Some(flow) = because.flow {
        (asked.scan)(&flow.needles, &mut |entry, leaf| {
            let date = if entry.date < flow.from || entry.date > flow.until { return } else { entry.date };
            let count: i64 = entry.effects.iter().map(|e| (flow.counts)(e)).sum();
            if count != 0 {
                let value = Cell::Figure(Figure { count, scale: flow.scale });
                let leaf: String = leaf.chars().take(12).collect();
                let what = Cell::Word(format!("kind.{}", entry.kind.split('/').next().unwrap_or("")));
                let seq = i64::try_from(entry.seq).unwrap_or(0);
                table.push(
                    &format!("entry-{}", entry.seq),
                    vec![part("why-entry"), what, date.into(), Cell::whole(seq), value, Cell::text(leaf)],
                );
            }
        });
    }
    for thing in because.things {
        let since = asked.book.thing(&thing, Date::MAX).map_or(Cell::Empty, |t| t.since.into());
        let seq = asked.book.opened_by(&thing).and_then(|n| i64::try_from(n).ok()).map_or(Cell::Empty, Cell::whole);
        table.push(thing.as_str(), vec![part("why-thing"), Cell::text(thing.as_str()), since, seq, Cell::Empty, Cell::Empty]);
    }
    for (at, said) in because.excluded.into_iter().enumerate() {
        table.push(&format!("excluded-{}", at + 1), line("why-excluded", Cell::Said(said), Cell::Empty));
    }
    table
}

impl Asked<'_> {
    /// True when a thing or place belongs to a facility that is asked about.
    fn has(&self, id: &Id) -> bool {
        self.sites.iter().any(|s| s == id.site())
    }

    /// Every thing of a kind at the asked facilities that began by the end of the period, ended ones too.
    fn things(&self, kind: &str) -> Vec<Thing> {
        let ids = self.book.all_of(kind);
        let own = ids.into_iter().filter(|id| self.has(id));
        own.filter_map(|id| self.book.thing(&id, self.until)).filter(|t| t.since <= self.until).collect()
    }

    /// A facility's attribute.
    fn facility(&self, site: &str, key: &str) -> String {
        let id = Id::parse(&format!("facility/{site}")).ok();
        id.and_then(|id| self.book.thing(&id, self.until)).map(|t| t.text(key).to_owned()).unwrap_or_default()
    }
}

/// How much an effect brings to places less what it takes from them.
pub(crate) fn net(effect: &Effect, item: &Id, inside: &dyn Fn(&Id) -> bool) -> i64 {
    match effect {
        Effect::Move { item: moved, amount, from, to, .. } if moved == item => {
            i64::from(inside(to)) * amount.count() - i64::from(inside(from)) * amount.count()
        }
        _ => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use baara_plugin_api::{Amount, Effects, Map, Value, items, json};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn entry(seq: u64, date: &str, kind: &str, effects: Effects) -> Entry {
        Entry {
            v: 1,
            seq,
            prev: String::new(),
            id: format!("{seq:032x}"),
            site: "kon".to_owned(),
            kind: kind.to_owned(),
            by: (Id::new("person", "kon-chef"), Id::new("role", "head")),
            date: day(date),
            at: 0,
            hlc: 0,
            leave: None,
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            state: None,
            fields: Map::new(),
            effects: effects.0,
        }
    }

    /// A farm with two harvests, a sale, a pécule, a training and an open warning.
    pub(crate) fn year() -> Vec<Entry> {
        let id = Id::new;
        let (maize, store, lot) = (id("item", "mais-grain"), id("store", "kon-magasin"), id("lot", "kon-20-0001"));
        let kg = |n: i64| Amount::new(n, 3, "1 kg".parse::<Amount>().unwrap().unit());
        let item = |code: &str, unit: &str, scale: u8, group: &str| {
            (id("item", code), [("label", json!(code)), ("unit", json!(unit)), ("scale", json!(scale)), ("group", json!(group))])
        };
        let mut config = Effects::new();
        for (thing, values) in [
            item("mais-grain", "kg", 3, "cereal"),
            item("xof", "XOF", 0, "money"),
            item("half-days", "half-day", 0, "work"),
            item("leave", "XOF", 0, "money"),
        ] {
            config = config.open(&thing, values);
        }
        config = config
            .open(&id("facility", "kon"), [("label", json!("Konséguéla")), ("kind", json!("penal-farm"))])
            .open(&id("committee", "kon"), [])
            .open(&id("farm", "kon-champ"), [("label", json!("Champ"))])
            .open(&id("plot", "kon-a"), [("farm", json!("farm/kon-champ"))])
            .open(&store, [("label", json!("Magasin"))])
            .open(&id("cash-box", "kon-caisse"), [("label", json!("Caisse"))])
            .open(&id("fund", "kon-champ.sales"), [("unit", json!("farm/kon-champ"))])
            .open(
                &id("campaign", "kon-2020"),
                [("farm", json!("farm/kon-champ")), ("from", json!("2020-04-01")), ("plan.mais-grain", json!("10000.000 kg"))],
            )
            .open(
                &id("indicator", "r2"),
                [
                    ("label", json!("Céréales")),
                    ("unit", json!("t")),
                    ("measure", json!("cereals-weighed")),
                    ("baseline", json!("37.300 t")),
                    ("perimeter", json!("fermes")),
                ],
            )
            .open(
                &id("indicator", "r4"),
                [("label", json!("Condamnés formés")), ("unit", json!("%")), ("measure", json!("convicts-trained"))],
            );
        let person = |code: &str, status: &str| {
            (
                id("person", code),
                [
                    ("detainee", json!(true)),
                    ("status", Value::from(status)),
                    ("sex", json!("m")),
                    ("state", json!("present")),
                    ("facility", json!("facility/kon")),
                ],
            )
        };
        let mut people = Effects::new();
        for (thing, values) in [person("kon-20-0001", "convicted"), person("kon-20-0002", "convicted"), person("kon-20-0003", "remand")] {
            people = people.open(&thing, values);
        }
        vec![
            entry(1, "2020-01-01", "config/1", config),
            entry(2, "2020-01-02", "admit/1", people),
            entry(
                3,
                "2020-05-02",
                "training/1",
                Effects::new()
                    .open(&id("training", "kon-20-0001"), [("person", json!("person/kon-20-0001")), ("unit", json!("farm/kon-champ"))]),
            ),
            entry(
                4,
                "2020-10-02",
                "harvest/1",
                Effects::new().open(&lot, [("item", json!("item/mais-grain"))]).goods(
                    &maize,
                    kg(12_500_000),
                    &id("field", "kon-a"),
                    &store,
                    Some(&lot),
                ),
            ),
            entry(5, "2020-11-03", "harvest/1", Effects::new().goods(&maize, kg(500_500), &id("field", "kon-a"), &store, Some(&lot))),
            entry(
                6,
                "2020-12-04",
                "sale/1",
                Effects::new()
                    .goods(&maize, kg(2_000_000), &store, &id("sold", "kon-champ"), Some(&lot))
                    .francs(300_000, &id("fund", "kon-champ.sales"), &id("cash-box", "kon-caisse"))
                    .number("receipt"),
            ),
            entry(
                7,
                "2020-12-20",
                "distribution/1",
                Effects(vec![Effect::Warn {
                    warning: id("warning", "kon-20-0001"),
                    code: "stock/odd".to_owned(),
                    about: vec![store.clone()],
                    args: [("n".to_owned(), "3".to_owned())].into(),
                }])
                .francs(90_000, &id("pecule", "kon.kon-20-0001"), &id("fund", "kon-champ.sales")),
            ),
            entry(
                8,
                "2020-12-21",
                "payout/1",
                Effects::new().francs(50_000, &id("cash-box", "kon-caisse"), &id("pecule", "kon.kon-20-0001")),
            ),
            entry(
                9,
                "2020-12-22",
                "attendance/1",
                Effects::new().goods(
                    &items::half_days(),
                    Amount::new(2, 0, "1 half-day".parse::<Amount>().unwrap().unit()),
                    &id("worker", "kon"),
                    &id("work", "kon-champ.kon-20-0001"),
                    None,
                ),
            ),
        ]
    }

    /// Draws a statement over the sample and gives a cell as plain text.
    #[track_caller]
    pub(crate) fn cell(name: &str, row: &str, column: &str) -> String {
        let json = crate::draw_json(&with(|asked| statement(name, asked).unwrap()), &crate::Words::new(crate::Language::Fr));
        let rows = json["rows"].as_array().unwrap();
        let found = rows.iter().find(|r| r["code"] == row).unwrap_or_else(|| panic!("{row} in {rows:?}"));
        found[column].as_str().unwrap_or_else(|| panic!("{column} in {found}")).to_owned()
    }

    /// Asks about 2020 at every facility.
    pub(crate) fn with<T>(ask: impl FnOnce(&Asked<'_>) -> T) -> T {
        let entries = year();
        let mut book = TheBook::new();
        entries.iter().for_each(|e| book.apply(e));
        let scan = |needles: &[String], each: &mut dyn FnMut(&Entry, &str)| {
            for entry in &entries {
                let text = String::from_utf8(entry.bytes()).unwrap();
                if needles.iter().any(|n| text.contains(n)) {
                    each(entry, "abc");
                }
            }
        };
        ask(&Asked {
            book: &book,
            scan: &scan,
            period: "2020".to_owned(),
            from: day("2020-01-01"),
            until: day("2020-12-31"),
            sites: vec!["kon".to_owned()],
            site: "all".to_owned(),
        })
    }

    #[test]
    fn every_statement_is_drawn_and_every_cell_of_it_says_why() {
        with(|asked| {
            for name in STATEMENTS {
                let table = statement(name, asked).unwrap_or_else(|| panic!("{name} is drawn"));
                for row in &table.rows {
                    for column in &table.columns {
                        assert!(why(name, asked, &row.code, &column.code).is_some(), "{name} {} {}", row.code, column.code);
                    }
                }
            }
            assert!(statement("nothing", asked).is_none());
            assert!(why("harvest", asked, "nothing", "weighed").is_none());
        });
    }

    #[test]
    fn a_figure_adds_up_from_its_entries() {
        let table = with(|asked| why("harvest", asked, "kon.mais-grain", "weighed").unwrap());
        let entries: Vec<&str> = table.rows.iter().filter(|r| r.code.starts_with("entry-")).map(|r| r.code.as_str()).collect();
        assert_eq!(entries, ["entry-4", "entry-5"]);
    }

    #[test]
    fn indicators_are_counted_from_the_book() {
        assert_eq!(cell("indicators", "R2", "value"), "13.0005");
        assert_eq!(cell("indicators", "R2", "target"), "10");
        assert_eq!(cell("indicators", "R2", "baseline"), "37.3");
        assert_eq!(cell("indicators", "R4", "value"), "50");
        assert_eq!((cell("indicators", "R4", "numerator").as_str(), cell("indicators", "R4", "denominator").as_str()), ("1", "2"));
    }

    #[test]
    fn months_and_balances_come_from_the_holdings() {
        assert_eq!(cell("harvest", "kon.mais-grain", "weighed"), "13000.5");
        assert_eq!(cell("stock", "store/kon-magasin.mais-grain", "closing"), "11000.5");
        assert_eq!(cell("balances", "cash-box/kon-caisse.xof", "balance"), "250000");
        assert_eq!(cell("balances", "fund/kon-champ.sales.xof", "shown"), "210000");
        assert_eq!(cell("pecule", "pecule/kon.kon-20-0001", "closing"), "40000");
        assert_eq!(cell("workshops", "farm/kon-champ", "half-days"), "2");
        assert_eq!(cell("cash-book", "cash-box/kon-caisse.6", "in"), "300000");
        assert_eq!(cell("cash-book", "cash-box/kon-caisse.8", "balance"), "250000");
        assert_eq!(cell("exceptions", "warning/kon-20-0001", "state"), "open");
    }
}
