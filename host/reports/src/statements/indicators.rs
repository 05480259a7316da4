//! Indicators with numerator, denominator, perimeter and date; their definitions are things of the book.

use super::harvest::{crops, is_cereal, weighings};
use super::{Asked, Because, Sheet};
use crate::{Cell, Column, Figure, Said};
use baara_plugin_api::{Date, Datelike, Id, Months, Thing, items};
use std::collections::{BTreeMap, BTreeSet};

/// What measuring gives.
#[derive(Default)]
struct Measured {
    value: Option<Figure>,
    numerator: Option<Figure>,
    denominator: Option<Figure>,
    target: Option<Figure>,
    /// The last day it counts, when it is not the period's.
    until: Option<Date>,
    because: Because,
}

/// Each indicator of the book.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("label"),
        Column::figures("value"),
        Column::words("unit"),
        Column::figures("baseline"),
        Column::figures("target"),
        Column::figures("numerator"),
        Column::figures("denominator"),
        Column::words("perimeter"),
        Column::words("date"),
    ];
    let mut sheet = Sheet::new("indicators", asked, columns, wanted);
    let figure = |figure: Option<Figure>| figure.map_or(Cell::Empty, Cell::Figure);
    for id in asked.book.all_of("indicator") {
        let Some(indicator) = asked.book.thing(&id, asked.until) else { continue };
        let measured = measure(asked, indicator.text("measure"));
        let code = shown_code(id.code());
        let written = |key: &str| indicator.text(key).split(' ').next().and_then(Figure::parse);
        let cells = vec![
            Cell::Named(id.clone()),
            figure(measured.value),
            Cell::text(indicator.text("unit")),
            figure(written("baseline")),
            figure(measured.target.or_else(|| written("target"))),
            figure(measured.numerator),
            figure(measured.denominator),
            Cell::text(indicator.text("perimeter")),
            measured.until.unwrap_or(asked.until).into(),
        ];
        sheet.row(&code, cells);
        reasons(&mut sheet, &code, &indicator, measured);
    }
    sheet.note(Said::new("note.perimeter").with("sites", asked.sites.len()));
    sheet
}

fn reasons(sheet: &mut Sheet, code: &str, indicator: &Thing, measured: Measured) {
    let (numerator, denominator) = (measured.numerator, measured.denominator);
    let figure = |figure: Option<Figure>| figure.map_or(Cell::Empty, Cell::Figure);
    for column in ["baseline", "target"] {
        sheet.because(code, column, || Because {
            terms: vec![(Said::new(&format!("column.{column}")), Cell::text(indicator.text(&format!("{column}-source"))))],
            ..Because::default()
        });
    }
    let mut because = Some(measured.because);
    for column in ["value", "numerator", "denominator"] {
        sheet.because(code, column, || {
            let mut because = because.take().unwrap_or_default();
            because.terms.insert(0, (Said::new("note.formula").with("formula", indicator.text("formula")), Cell::Empty));
            because.terms.push((Said::new("note.of").with("what", indicator.text("numerator")), figure(numerator)));
            because.terms.push((Said::new("note.of").with("what", indicator.text("denominator")), figure(denominator)));
            because
        });
    }
}

/// `r4-farms` → `R4-farms`.
fn shown_code(code: &str) -> String {
    let mut letters = code.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn measure(asked: &Asked<'_>, measure: &str) -> Measured {
    match measure {
        "cereals-weighed" => cereals_weighed(asked),
        "cereals-lost" => cereals_lost(asked),
        "convicts-trained" => convicts_trained(asked),
        "people-trained" => trained(asked, |_, unit| unit.is_some_and(|u| !u.text("micro-project").is_empty()), None),
        "people-trained-on-farms" => trained(asked, |_, unit| unit.is_some_and(|u| u.id.kind() == "farm"), Some(&assigned_to_farms)),
        "women-trained" => trained(asked, |person, _| person.text("sex") == "f", Some(&|asked| people(asked, |_, _| true))),
        "micro-projects" => micro_projects(asked),
        _ => Measured::default(),
    }
}

/// A whole calendar year means the campaign that begins in it.
fn campaign(asked: &Asked<'_>) -> (Date, Date) {
    let whole = asked.from.month() == 1 && asked.until.month() == 12 && asked.from.year() == asked.until.year();
    let shift = |day: Date| day.checked_add_months(Months::new(3)).unwrap_or(day);
    // The last day of March follows the last of December by three months.
    if whole { (shift(asked.from), shift(asked.until)) } else { (asked.from, asked.until) }
}

fn farms<'a>(asked: &'a Asked<'_>) -> Vec<&'a String> {
    asked.sites.iter().filter(|site| asked.facility(site, "kind") == "penal-farm").collect()
}

fn cereals_weighed(asked: &Asked<'_>) -> Measured {
    let (from, until) = campaign(asked);
    let farms = farms(asked);
    let (mut weighed, mut plan, mut terms, mut last, mut kept) = (0, 0, Vec::new(), None, BTreeSet::new());
    let mut excluded = Vec::new();
    for ((site, item), crop) in crops(asked, from, until) {
        if !farms.contains(&&site) || !is_cereal(asked, &item) {
            if crop.weighed != 0 {
                excluded.push(Said::new("note.not-in-perimeter").with("site", &site).with("item", item.code()));
            }
            continue;
        }
        let scale = asked.book.measure(&item).map_or(3, |(_, scale)| scale);
        let to_grams = 10_i64.pow(u32::from(3_u8.saturating_sub(scale)));
        weighed += crop.weighed * to_grams;
        plan += crop.plan * to_grams;
        terms.push((
            Said::new("note.part").with("site", &site).with("item", item.code()),
            Cell::Figure(Figure { count: crop.weighed, scale }),
        ));
        kept.insert((site.clone(), item.clone()));
        last = Some(weighings(&site, &item, scale, from, until));
    }
    // One flow for all: every movement out of a farm's fields of an item that was counted.
    let flow = last.and_then(|because| because.flow).map(|mut flow| {
        flow.needles = kept.iter().map(|(site, _)| format!("\"field/{site}-")).collect();
        flow.scale = 3;
        flow.counts = Box::new(move |effect| {
            let counted =
                |item: &Id| -super::net(effect, item, &|id| id.kind() == "field" && kept.contains(&(id.site().to_owned(), item.clone())));
            match effect {
                baara_plugin_api::Effect::Move { item, .. } => counted(item),
                _ => 0,
            }
        });
        flow
    });
    let tonnes = |grams: i64| Some(Figure { count: grams, scale: 6 });
    Measured {
        value: tonnes(weighed),
        numerator: tonnes(weighed),
        denominator: Some(Figure::whole(1)),
        target: tonnes(plan).filter(|_| plan != 0),
        until: Some(until),
        because: Because { formula: Some(Said::new("note.why-weighed")), terms, flow, excluded, ..Because::default() },
    }
}

fn cereals_lost(asked: &Asked<'_>) -> Measured {
    let (from, until) = campaign(asked);
    let mut grams = 0;
    let mut terms = Vec::new();
    for site in farms(asked) {
        let place = Id::new("lost", site);
        let items: BTreeSet<Id> = asked.book.holdings_of(&place).into_iter().map(|h| h.item).filter(|i| is_cereal(asked, i)).collect();
        for item in items {
            let (came, went) = asked.book.turnover(&place, &item, from, until);
            let scale = asked.book.measure(&item).map_or(3, |(_, scale)| scale);
            grams += (came - went) * 10_i64.pow(u32::from(3_u8.saturating_sub(scale)));
            terms.push((
                Said::new("note.part").with("site", site).with("item", item.code()),
                Cell::Figure(Figure { count: came - went, scale }),
            ));
        }
    }
    let tonnes = Some(Figure { count: grams, scale: 6 });
    let things: Vec<Id> = asked.things("disaster").into_iter().filter(|d| d.since >= from).map(|d| d.id).collect();
    let because = Because { terms, things, ..Because::default() };
    Measured { value: tonnes, numerator: tonnes, denominator: Some(Figure::whole(1)), until: Some(until), because, ..Measured::default() }
}

/// The trainings that began in the period: training, person, unit.
fn trainings(asked: &Asked<'_>) -> Vec<(Id, Id, Option<Thing>)> {
    let own = asked.things("training").into_iter().filter(|t| t.since >= asked.from);
    own.filter_map(|t| Some((t.id.clone(), t.id_of("person")?, t.id_of("unit").and_then(|u| asked.book.thing(&u, asked.until))))).collect()
}

/// The distinct persons trained, of those that fit, with one training each.
fn people(asked: &Asked<'_>, fits: impl Fn(&Thing, Option<&Thing>) -> bool) -> BTreeMap<Id, Id> {
    let mut people = BTreeMap::new();
    for (training, person, unit) in trainings(asked) {
        let Some(known) = asked.book.thing(&person, asked.until) else { continue };
        if fits(&known, unit.as_ref()) {
            people.entry(person).or_insert(training);
        }
    }
    people
}

/// Counts persons, with one paper each.
type Counted<'f> = &'f dyn Fn(&Asked<'_>) -> BTreeMap<Id, Id>;

fn trained(asked: &Asked<'_>, fits: impl Fn(&Thing, Option<&Thing>) -> bool, of: Option<Counted<'_>>) -> Measured {
    let counted = people(asked, fits);
    let number = Figure::whole(i64::try_from(counted.len()).unwrap_or(i64::MAX));
    let denominator = of.map_or(1, |of| i64::try_from(of(asked).len()).unwrap_or(i64::MAX));
    Measured {
        value: Some(number),
        numerator: Some(number),
        denominator: Some(Figure::whole(denominator)),
        because: Because { things: counted.into_values().collect(), ..Because::default() },
        ..Measured::default()
    }
}

fn assigned_to_farms(asked: &Asked<'_>) -> BTreeMap<Id, Id> {
    let own = asked.things("assignment").into_iter().filter(|a| a.id_of("unit").is_some_and(|u| u.kind() == "farm"));
    let own = own.filter(|a| a.open || asked.book.thing(&a.id, asked.from).is_some_and(|then| then.open));
    own.filter_map(|a| Some((a.id_of("person")?, a.id))).collect()
}

fn convicts_trained(asked: &Asked<'_>) -> Measured {
    let convicts: BTreeSet<Id> = asked
        .book
        .all_of("person")
        .into_iter()
        .filter(|id| asked.sites.contains(&asked.book.home(id, asked.until)) && was_convict(asked, id))
        .collect();
    let trained: BTreeMap<Id, Id> = people(asked, |person, _| convicts.contains(&person.id));
    let (part, whole) = (i64::try_from(trained.len()).unwrap_or(0), i64::try_from(convicts.len()).unwrap_or(0));
    let outside = people(asked, |person, _| !convicts.contains(&person.id)).len();
    let because = Because {
        things: trained.into_values().collect(),
        excluded: vec![Said::new("note.not-convicts").with("n", outside)],
        ..Because::default()
    };
    Measured {
        value: Figure::percent(part, whole),
        numerator: Some(Figure::whole(part)),
        denominator: Some(Figure::whole(whole)),
        because,
        ..Measured::default()
    }
}

/// True when a detainee was present as a convict on a day of the period.
fn was_convict(asked: &Asked<'_>, id: &Id) -> bool {
    let Some(last) = asked.book.thing(id, asked.until).filter(|p| p.flag("detainee") && p.since <= asked.until) else { return false };
    let here = |person: &Thing| person.text("status") == "convicted" && !matches!(person.text("state"), "released" | "transferred");
    if here(&last) {
        return true;
    }
    let changes = asked.book.timeline(id).into_iter().filter(|(key, ..)| key == "status" || key == "state").map(|(_, from, ..)| from);
    let mut days = changes.filter(|day| *day >= asked.from && *day <= asked.until).chain([asked.from.max(last.since)]);
    days.any(|day| asked.book.thing(id, day).is_some_and(|then| here(&then)))
}

fn micro_projects(asked: &Asked<'_>) -> Measured {
    let worked: BTreeSet<String> = asked
        .book
        .all_holdings()
        .into_iter()
        .filter(|h| h.place.kind() == "work" && h.item == items::half_days() && asked.has(&h.place))
        .filter(|h| asked.book.turnover(&h.place, &h.item, asked.from, asked.until).0 > 0)
        .filter_map(|h| Some(h.place.code().split_once('.')?.0.to_owned()))
        .collect();
    let units = asked.things("workshop").into_iter().filter(|w| worked.contains(w.id.code()));
    let projects: BTreeSet<Id> = units.filter_map(|w| w.id_of("micro-project")).collect();
    let sites: BTreeSet<&str> = projects.iter().map(Id::site).collect();
    let number = Figure::whole(i64::try_from(projects.len()).unwrap_or(0));
    Measured {
        value: Some(number),
        numerator: Some(number),
        denominator: Some(Figure::whole(i64::try_from(sites.len()).unwrap_or(0))),
        because: Because { things: projects.iter().cloned().collect(), ..Because::default() },
        ..Measured::default()
    }
}
