//! Ten years of one site as a journal, for measures: over 300 people, 2 000 lots, 5 000 holdings, and sales every day.
//!
//! The entries are written as the desk would have left them, without judging them again: only folding is measured on them.

use baara_book::Entry;
use baara_book::entry::VERSION;
use baara_journal::{Journal, Record, Sealed, hex};
use baara_plugin_api::{Amount, Date, Datelike, Days, Effect, Effects, Id, Map, Value, items, json};
use std::path::Path;

/// The site's code.
pub const SITE: &str = "ken";

const PEOPLE: u64 = 320;
const WORKSHOPS: u64 = 10;

/// The book in the making.
pub struct Decade {
    prev: String,
    seq: u64,
    day: u64,
    /// The lots of soap, and those of maize.
    lots: [Vec<Id>; 2],
    taken: std::collections::BTreeMap<(String, i32), u64>,
    waiting: Vec<(Date, &'static str, Effects)>,
    sales_a_day: u64,
}

fn id(text: &str) -> Id {
    text.parse().expect("an id")
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

impl Decade {
    /// An empty folder becomes a book; `entries` says how many it will have at the end of the ten years.
    ///
    /// # Panics
    /// When the folder cannot be written.
    #[must_use]
    pub fn new(folder: &Path, entries: u64) -> Decade {
        std::fs::create_dir_all(folder.join("plugins")).expect("a folder");
        let mut journal = Journal::create(&folder.join("book.db")).expect("a journal");
        journal.set_meta("practice", "yes").expect("said");
        Sealed::create(&folder.join("people.db")).expect("a file").close().expect("closed");
        let mut decade = Decade {
            prev: "0".repeat(64),
            seq: 0,
            day: 0,
            lots: Default::default(),
            taken: Default::default(),
            waiting: Vec::new(),
            sales_a_day: (entries / 3650).saturating_sub(4).max(1),
        };
        decade.founds();
        decade
    }

    /// Writes on until the journal has so many entries.
    ///
    /// # Panics
    /// When the journal cannot be written.
    pub fn write(&mut self, folder: &Path, until: u64) {
        let mut journal = Journal::open(&folder.join("book.db")).expect("a journal");
        let head = journal.head();
        if head.size > 0 {
            (self.seq, self.prev) = (head.size, hex(&head.leaf)); // Others may have written since.
        }
        while self.seq < until {
            while self.waiting.len() < 4000 {
                self.passes();
            }
            let group: Vec<(Date, &str, Effects)> = std::mem::take(&mut self.waiting);
            let records: Vec<Record> = group.into_iter().map(|(date, kind, effects)| self.record(date, kind, effects)).collect();
            journal.append(&records).expect("appended");
        }
        journal.close().expect("closed");
    }

    fn record(&mut self, date: Date, kind: &str, effects: Effects) -> Record {
        self.seq += 1;
        let at = date.and_hms_opt(9, 0, 0).expect("a time").and_utc().timestamp_millis();
        let fields: Map = [("unit", json!("workshop/ken-w1")), ("means", "cash".into()), ("note", "as typed".into())]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        let entry = Entry {
            v: VERSION,
            seq: self.seq,
            prev: self.prev.clone(),
            id: format!("{:08x}-{:04x}-7000-9000-{:012x}", at >> 16, at & 0xffff, self.seq),
            site: SITE.to_owned(),
            kind: kind.to_owned(),
            by: (Id::new("person", "ken-chef"), Id::new("role", "head")),
            date,
            at,
            hlc: at << 16,
            leave: None,
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            state: None,
            fields,
            effects: effects.0,
        };
        let record = Record::new(entry.seq, entry.bytes());
        self.prev = hex(&record.leaf);
        record
    }

    /// The next id of a kind in a year, as the host allots it.
    fn next(&mut self, kind: &str, date: Date) -> Id {
        let n = self.taken.entry((kind.to_owned(), date.year())).or_default();
        *n += 1;
        Id::new(kind, &format!("{SITE}-{:02}-{n:04}", date.year() % 100))
    }

    fn today(&self) -> Date {
        Date::from_ymd_opt(2011, 1, 1).expect("a day") + Days::new(self.day)
    }

    fn does(&mut self, kind: &'static str, effects: Effects) {
        self.waiting.push((self.today(), kind, effects));
    }

    fn founds(&mut self) {
        let mut things = Effects::new();
        for (code, unit, scale) in [
            ("savon", "piece", 0),
            ("mais-grain", "kg", 3),
            ("xof", "XOF", 0),
            ("half-days", "half-day", 0),
            ("points", "point", 0),
            ("leave", "XOF", 0),
        ] {
            let group = if code == "mais-grain" { "cereal" } else { "other" };
            things = things.open(
                &Id::new("item", code),
                [("unit", unit.into()), ("scale", scale.into()), ("label", code.into()), ("group", group.into())],
            );
        }
        things = things
            .open(&id("role/head"), [("may", json!(["*"]))])
            .open(&id("facility/ken"), [("label", "Kenioroba".into()), ("kind", "penal-farm".into())])
            .open(&id("committee/ken"), [])
            .open(&id("person/ken-chef"), [("roles", json!(["role/head"])), ("facility", "facility/ken".into())])
            .open(&id("farm/ken-champ"), [("label", "Champ".into())])
            .open(&id("plot/ken-a"), [("farm", "farm/ken-champ".into())])
            .open(&id("store/ken-magasin"), [("label", "Magasin".into())])
            .open(&id("store/ken-boutique"), [("label", "Boutique".into())])
            .open(&id("cash-box/ken-caisse"), [("label", "Caisse".into())]);
        for n in 1..=WORKSHOPS {
            let unit = Id::new("workshop", &format!("ken-w{n}"));
            let fund = Id::new("fund", &format!("ken-w{n}.sales"));
            things = things.open(&unit, [("label", format!("Atelier {n}").into()), ("trade", "soap".into())]).open(&fund, []);
        }
        self.does("config/1", things);
        for _ in 0..PEOPLE {
            let (person, today) = (self.next("person", self.today()), self.today());
            let admitted =
                [("detainee", json!(true)), ("sex", "m".into()), ("state", "present".into()), ("facility", "facility/ken".into())];
            self.does("admit/1", Effects::new().open(&person, admitted).set(&person, "status", "remand", today));
            self.does("status/1", Effects::new().set(&person, "status", "convicted", today));
            let training = self.next("training", today);
            self.does("training/1", Effects::new().open(&training, [("person", json!(person)), ("unit", "workshop/ken-w1".into())]));
        }
    }

    /// A day: lots made, days worked, goods carried to the shop and sold, now and then the committee.
    fn passes(&mut self) {
        let (today, day) = (self.today(), self.day);
        if day % 9 < 5 {
            self.makes(today, day.is_multiple_of(2)); // 2 000 lots in ten years.
        }
        let mut worked = Effects::new();
        for n in 0..20 {
            let person = (day * 20 + n) % PEOPLE + 1;
            let place = Id::new("work", &format!("ken-w{}.ken-11-{person:04}", person % WORKSHOPS + 1));
            worked = worked.moves(&items::half_days(), amount("1 half-day"), &id("worker/ken"), &place);
            worked = worked.moves(&items::points(), amount("1 point"), &id("worker/ken"), &place);
        }
        self.does("attendance/1", worked);
        for n in 0..self.sales_a_day {
            self.sells(today, n);
        }
        if today.day() == 1 {
            self.meets(today);
        }
        self.day += 1;
    }

    fn makes(&mut self, today: Date, soap: bool) {
        let lot = self.next("lot", today);
        let visa = self.next("visa", today);
        let (store, shop) = (id("store/ken-magasin"), id("store/ken-boutique"));
        let (item, made, from) = if soap {
            (id("item/savon"), amount("100000 piece"), id("produced/ken-w1"))
        } else {
            (id("item/mais-grain"), amount("100000.000 kg"), id("field/ken-a"))
        };
        let values = [("item", json!(item)), ("made", json!(today)), ("unit", "workshop/ken-w1".into()), ("awaits-visa", json!(true))];
        let opened =
            [("by", "person/ken-chef".into()), ("entry", json!(self.seq)), ("needs", json!(["storekeeper"])), ("state", "open".into())];
        self.does("harvest/1", Effects::new().open(&lot, values).goods(&item, made, &from, &store, Some(&lot)).open(&visa, opened));
        let given =
            Effects::new().set(&visa, "state", "given", today).set(&visa, "needs", json!([]), today).set(&lot, "released", true, today);
        self.does("endorse/1", given);
        self.does("stock-move/1", Effects::new().goods(&item, made.with_count(made.count() / 2), &store, &shop, Some(&lot)));
        self.lots[usize::from(!soap)].push(lot);
    }

    fn sells(&mut self, today: Date, n: u64) {
        let unit = n % WORKSHOPS + 1;
        let soap = n.is_multiple_of(2);
        let lots = &self.lots[usize::from(!soap)];
        let Some(lot) = lots.get(lots.len().saturating_sub(4)).cloned() else { return }; // It was carried to the shop.
        let (item, quantity) = if soap { (id("item/savon"), amount("3 piece")) } else { (id("item/mais-grain"), amount("2.500 kg")) };
        let sale = self.next("sale", today);
        let receipt = format!("KEN-{}-{:06}", today.year(), self.taken[&("sale".to_owned(), today.year())]);
        let fund = Id::new("fund", &format!("ken-w{unit}.sales"));
        let line = json!({"item": item, "lot": lot, "quantity": quantity.to_string(), "price": "150 XOF", "total": "450 XOF"});
        let effects = Effects::new()
            .goods(&item, quantity, &id("store/ken-boutique"), &Id::new("sold", &format!("ken-w{unit}")), Some(&lot))
            .francs(450, &fund, &id("cash-box/ken-caisse"))
            .open(
                &sale,
                [
                    ("unit", format!("workshop/ken-w{unit}").into()),
                    ("total", "450 XOF".into()),
                    ("receipt", receipt.into()),
                    ("means", "cash".into()),
                    ("place", "cash-box/ken-caisse".into()),
                    ("lines", json!([line])),
                ],
            );
        let number = self.taken[&("sale".to_owned(), today.year())];
        let taken = Effect::Number { series: "receipt".to_owned(), year: today.year(), n: number, void: false };
        self.does("sale/1", effects.then(Effects(vec![taken])));
    }

    /// Monthly: a meeting with its motions, a decision, the pécules of everybody, a few warnings.
    fn meets(&mut self, today: Date) {
        let (meeting, decision) = (self.next("meeting", today), self.next("decision", today));
        let present = |n: u64| (format!("present.ken-11-{n:04}"), Value::from(true));
        let values = (1..8).map(present).chain([("on".to_owned(), json!(today)), ("state".to_owned(), "held".into())]).collect();
        self.does("meeting/1", Effects(vec![Effect::Open { thing: meeting, values }]));
        for _ in 0..3 {
            let motion = self.next("motion", today);
            self.does("motion/1", Effects::new().open(&motion, [("about", "distribution".into()), ("result", "carried".into())]));
            let warning = self.next("warning", today);
            let warned = Effect::Warn {
                warning: warning.clone(),
                code: "stock/odd".to_owned(),
                about: vec![id("store/ken-magasin")],
                args: Default::default(),
            };
            self.does("count/1", Effects(vec![warned]));
            self.does("explain/1", Effects::new().explain(&warning, "sealed:00"));
        }
        let leave = Effects::new()
            .open(&decision, [("about", "distribution".into()), ("adopted", json!(today)), ("ceiling", "500000 XOF".into())])
            .moves(&items::leave(), Amount::francs(500_000), &id("committee/ken"), &decision);
        self.does("minutes/1", leave);
        for first in (1..=PEOPLE).step_by(80) {
            let shares = (first..first + 80).map(|n| Id::new("pecule", &format!("ken.ken-11-{n:04}")));
            let shared = shares.fold(Effects::new(), |all, to| all.francs(1000, &to, &id("fund/ken-w1.sales")));
            self.does("distribution/1", shared);
        }
        let paid = (1..=PEOPLE).step_by(2).map(|n| Id::new("pecule", &format!("ken.ken-11-{n:04}")));
        let paid = paid.fold(Effects::new(), |all, to| all.francs(500, &id("cash-box/ken-caisse"), &to));
        self.does("payout/1", paid);
    }
}
