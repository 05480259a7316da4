//! The practice year, put before a real desk.

use super::resolve::Outcomes;
use super::step::Step;
use super::{Facts, commands, drive};
use baara_desk::{Clock, Desk, Wanted};
use baara_plugin_api::{Date, Id};
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
    let program = std::env::current_exe().unwrap();
    for name in ["sales", "revenue_sharing", "workshop_soap"] {
        let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let deps = program.parent().unwrap();
        let found = [deps.join("..").join(&file), deps.join(&file)].into_iter().find(|path| path.exists());
        desk.pin("ken", &by, &found.unwrap_or_else(|| panic!("{file} is built")), clock).unwrap();
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
    let kinds = kinds.lock().unwrap().clone();
    kinds
}

fn month_of(step: &Step) -> (i32, u32) {
    use baara_plugin_api::Datelike;
    let day = chrono::DateTime::from_timestamp_millis(step.at).unwrap().date_naive();
    (day.year(), day.month())
}

#[test]
fn some_sites_for_a_while() {
    let Ok(wanted) = std::env::var("DEMO_SITES") else { return };
    let until: u32 = std::env::var("DEMO_MONTHS").ok().and_then(|m| m.parse().ok()).unwrap_or(15);
    let folder = Folder::new("some");
    let desk = empty(&folder.0);
    let facts = Facts::embedded().unwrap_or_else(|m| panic!("{m}"));
    let mut years = commands(&facts);
    years.retain(|year| wanted == "all" || wanted.split(',').any(|w| w == year.site));
    for year in &mut years {
        year.steps.retain(|step| {
            let (y, m) = month_of(step);
            (y - 2020) as u32 * 12 + m <= until
        });
    }
    let begun = std::time::Instant::now();
    let summary = drive::drive(&desk, years, &mut Outcomes::new(), &mut |_, _| {}).unwrap_or_else(|e| panic!("{e}"));
    let mut told: Vec<_> = kinds(&desk).into_iter().collect();
    told.sort_by_key(|k| std::cmp::Reverse(k.1));
    println!("{summary:?} in {:?}", begun.elapsed());
    for (kind, n) in told {
        println!("{n:6} {kind}");
    }
}
