//! The practice year, put before a real desk.

use super::resolve::Outcomes;
use super::step::Step;
use super::{Facts, Year, commands, drive};
use baara_desk::{Clock, Desk, OWN_PLUGINS, Wanted, plugin_beside};
use baara_plugin_api::{Date, Datelike, Id};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("baara-demo-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path); // Left behind by a test that was stopped.
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // A folder that stays is in nobody's way.
    }
}

/// A practice book with our own configuration and plugins, and nothing else.
fn empty(folder: &Path) -> Desk {
    let desk = Desk::create(folder, true).unwrap();
    let config = crate::config::read(&crate::config::sources(None).unwrap())
        .unwrap_or_else(|mistakes| panic!("{:#?}", &mistakes[..2.min(mistakes.len())]));
    let eve = Date::from_ymd_opt(2019, 12, 31).unwrap();
    let clock = Clock::Practice { at: eve.and_hms_opt(8, 0, 0).unwrap().and_utc().timestamp_millis() };
    let by = Id::new("person", "ken-chef");
    desk.apply_config("ken", &by, wanted(&config.wanted, eve), clock).unwrap();
    for id in OWN_PLUGINS {
        let file = plugin_beside(id).unwrap_or_else(|| panic!("{id} is built"));
        desk.pin("ken", &by, &file, clock).unwrap();
    }
    desk
}

fn wanted(config: &[crate::config::Wanted], day: Date) -> Vec<Wanted> {
    config
        .iter()
        .map(|w| Wanted { thing: w.thing.clone(), key: w.key.clone(), value: w.value.clone(), from: w.from.unwrap_or(day) })
        .collect()
}

fn kinds(desk: &Desk) -> BTreeMap<String, usize> {
    let kinds = std::sync::Arc::new(std::sync::Mutex::new(BTreeMap::new()));
    let counted = kinds.clone();
    desk.entries(move |bytes, _| {
        let entry: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        *counted.lock().unwrap().entry(entry["kind"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    })
    .unwrap();
    std::mem::take(&mut *kinds.lock().unwrap())
}

/// The figures of a place kind's turnover: what left the places of a kind, in the item's smallest unit.
fn left(desk: &Desk, kind: &str, fits: impl Fn(&Id, &Id) -> bool) -> i64 {
    let book = desk.book();
    let held = book.all_holdings().into_iter().filter(|h| h.place.kind() == kind && fits(&h.place, &h.item));
    held.map(|h| -h.balance.count()).sum()
}

fn is_cereal(item: &Id) -> bool {
    ["mais-grain", "riz-paddy", "sorgho", "mil"].contains(&item.code())
}

fn told(facts: &Facts, sites: &[&str]) -> Vec<Year> {
    let mut years = commands(facts);
    years.retain(|year| sites.contains(&year.site.as_str()));
    // Alone, a facility has nobody to write to: what cites another's number is left out.
    let cites = |step: &Step| serde_json::to_string(&step.fields).unwrap().contains('!');
    for year in &mut years {
        let mut missing: Vec<String> = Vec::new();
        year.steps.retain(|step| {
            let form = serde_json::to_string(&step.fields).unwrap();
            let rests = missing.iter().any(|label| {
                form.contains(&format!("\"@{label}\"")) || form.contains(&format!("\"@{label}/")) || form.contains(&format!("\"@{label}#"))
            });
            if cites(step) || rests {
                missing.push(step.label.clone());
            }
            !cites(step) && !rests
        });
    }
    years
}

fn holdings(desk: &Desk, site: &str) -> Vec<String> {
    let book = desk.book();
    let own = book.all_holdings().into_iter().filter(|h| h.place.site() == site && !h.balance.is_zero());
    own.map(|h| format!("{} {} {} {}", h.place, h.item, h.lot.map_or_else(String::new, |lot| lot.to_string()), h.balance)).collect()
}

#[test]
fn the_year_of_24_facilities_is_recorded_and_adds_up() {
    let folder = Folder::new("year");
    let desk = empty(&folder.0);
    let facts = Facts::embedded().unwrap_or_else(|mistake| panic!("{mistake}"));
    let mut outcomes = Outcomes::new();
    let mut heard = 0;
    let summary = drive::drive(&desk, commands(&facts), &mut outcomes, &mut |done, all| {
        assert!(done <= all);
        heard += 1;
    });
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert!(heard > 100 && summary.facilities == 24 && summary.refused == 3, "{summary:?}");
    assert!(summary.entries >= 20_000, "{summary:?}");
    let kinds = kinds(&desk);
    let (most, n) = kinds.iter().max_by_key(|k| k.1).unwrap();
    assert!(*n as u64 * 100 <= summary.entries * 40, "{most}: {n} of {}", summary.entries);

    // What the annual report printed comes out of weighings and courses.
    assert_eq!(left(&desk, "field", |_, item| is_cereal(item)), 192_600_000);
    let book = desk.book();
    let at_end = Date::MAX;
    let trained = |farm: bool| {
        let courses = book.all_of("training").into_iter().filter_map(|id| book.thing(&id, at_end)).filter(|t| t.flag("completed"));
        let people: std::collections::BTreeSet<String> =
            courses.filter(|t| t.text("unit").starts_with("farm/") == farm).map(|t| t.text("person").to_owned()).collect();
        people.len()
    };
    assert_eq!((trained(false), trained(true)), (756, 94));
    let plans: i64 = book
        .all_of("campaign")
        .into_iter()
        .filter_map(|id| book.thing(&id, at_end))
        .flat_map(|t| t.values.into_iter().filter(|(key, _)| key.starts_with("plan.")).map(|(_, v)| v).collect::<Vec<_>>())
        .map(|value| value.as_str().unwrap().parse::<baara_plugin_api::Amount>().unwrap().count())
        .sum();
    assert_eq!(plans, 44_950_000);

    // Each trade that a plugin reckons had a batch beyond its tolerance, with its motive, and at the end of the year a lot that
    // may not leave yet.
    let year_end = Date::from_ymd_opt(2020, 12, 31).unwrap();
    let trade_of = |thing: Id| book.thing(&book.thing(&thing, at_end)?.id_of("unit")?, at_end)?.id_of("trade");
    let is_odd = |id: &Id| book.thing(id, at_end).is_some_and(|batch| batch.values.contains_key("motive"));
    let odd: std::collections::BTreeSet<Id> = book.all_of("batch").into_iter().filter(is_odd).filter_map(trade_of).collect();
    let waits = |id: &Id| book.thing(id, year_end).is_some_and(|lot| !lot.flag("released"));
    let waiting: std::collections::BTreeSet<Id> = book.all_of("lot").into_iter().filter(waits).filter_map(trade_of).collect();
    let (beyond, herds) = (facts.months.beyond.iter().map(|one| &one.trade), facts.months.herd.iter().map(|one| &one.trade));
    let told: std::collections::BTreeSet<Id> = beyond.chain(herds).map(|trade| Id::new("trade", trade)).collect();
    assert_eq!(odd, told);
    assert_eq!(told.difference(&waiting).collect::<Vec<_>>(), Vec::<&Id>::new());

    // Logs were sawn into the planks of the tables.
    let makes_planks = |id: &Id| book.value_at(id, "outputs", at_end).is_some_and(|made| made[0]["item"] == "item/planche");
    assert_eq!(book.all_of("batch").iter().filter(|id| makes_planks(id)).count(), facts.months.sawn.len());

    // Services take a number each: one was free, one was given up, the others were paid.
    let tickets: Vec<_> = book.all_of("ticket").into_iter().filter_map(|id| book.thing(&id, at_end)).collect();
    let numbers: std::collections::BTreeSet<&str> = tickets.iter().map(|ticket| ticket.text("number")).collect();
    let free = tickets.iter().filter(|ticket| ticket.flag("free")).count();
    let void = tickets.iter().filter(|ticket| ticket.text("state") == "cancelled").count();
    let paid = tickets.iter().filter(|ticket| !ticket.text("receipt").is_empty()).count();
    assert_eq!((free, void, numbers.len(), free + void + paid), (1, 1, tickets.len(), tickets.len()));

    // Each franc is held by somebody and owed to somebody.
    for site in facts.farms.farm.iter().map(|f| &f.site).chain(facts.establishments.iter().map(|e| &e.site)) {
        let own = book.all_holdings().into_iter().filter(|h| h.place.site() == site && h.item == baara_plugin_api::items::xof());
        assert_eq!(own.map(|h| h.balance.count()).sum::<i64>(), 0, "{site}");
    }
    drop(book);

    // A facility's commands in a book of its own give the same balances and numbers: all 24, each alone.
    let sites: Vec<String> = commands(&facts).into_iter().map(|year| year.site).collect();
    for site in sites.iter().map(String::as_str) {
        let folder = Folder::new(site);
        let alone = empty(&folder.0);
        let mut others: Outcomes = outcomes.iter().filter(|((of, _), _)| of != site).map(|(k, v)| (k.clone(), v.clone())).collect();
        let mut years = commands(&facts);
        years.retain(|year| year.site == site);
        drive::drive(&alone, years, &mut others, &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(holdings(&alone, site), holdings(&desk, site), "{site}");
        for series in ["receipt", "voucher", "minutes", "dispatch", "reception", "payout", "certificate", "consignment", "canteen-list"] {
            for year in [2020, 2021] {
                let last = |desk: &Desk| desk.book().last_number(site, series, year);
                assert_eq!(last(&alone), last(&desk), "{site} {series} {year}");
            }
        }
    }
}

#[test]
fn every_facility_has_entries_in_each_month_it_worked() {
    let facts = Facts::embedded().unwrap();
    let years = commands(&facts);
    assert_eq!(years.len(), 24);
    for year in years {
        let is_farm = facts.farms.farm.iter().any(|farm| farm.site == year.site);
        let months: std::collections::BTreeSet<(i32, u32)> = year.steps.iter().map(month_of).collect();
        assert_eq!(months.len(), if is_farm { 15 } else { 12 }, "{}", year.site);
        assert!(year.steps.windows(2).all(|pair| pair[0].at <= pair[1].at), "{} is in order of time", year.site);
    }
}

#[test]
fn a_weighing_less_changes_the_harvest_by_its_kilograms() {
    let whole = Facts::embedded().unwrap();
    let mut less = whole.clone();
    let farm = less.farms.farm.iter_mut().find(|farm| farm.site == "bag").unwrap();
    let crop = &mut farm.plot.iter_mut().find(|plot| plot.code == "haut").unwrap().crops[0];
    assert_eq!(crop.harvest, "9612.000");
    crop.harvest = "9111.500".to_owned();
    let cereals = |facts: &Facts, name: &str| {
        let folder = Folder::new(name);
        let desk = empty(&folder.0);
        drive::drive(&desk, told(facts, &["bag"]), &mut Outcomes::new(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"));
        let root = desk.verify(|_| {}).unwrap();
        assert!(root.ok());
        (left(&desk, "field", |_, item| is_cereal(item)), root.root)
    };
    let (all, root) = cereals(&whole, "whole");
    let (fewer, other) = cereals(&less, "less");
    assert_eq!(all - fewer, 500_500);
    assert_ne!(root, other);
    assert_eq!(cereals(&whole, "again"), (all, root), "the same facts give the same bytes");
}

#[test]
fn a_mistake_in_the_facts_is_told_with_its_place() {
    let broken = "[[trade]]\ncode = \"soap\"\nfrom = \"soap-batch\"\n";
    let mut files: Vec<(&str, &str)> = super::facts::FILES.to_vec();
    files.iter_mut().find(|f| f.0 == "demo/trades.toml").unwrap().1 = broken;
    let mistake = Facts::read(&files).unwrap_err();
    assert_eq!((mistake.file.as_str(), mistake.line, mistake.column), ("demo/trades.toml", 3, 1), "{mistake}");
}

fn month_of(step: &Step) -> (i32, u32) {
    let day = chrono::DateTime::from_timestamp_millis(step.at).unwrap().date_naive();
    (day.year(), day.month())
}
