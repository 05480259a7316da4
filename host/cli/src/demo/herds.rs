//! Animals kept to fatten or to lay: their arrival, their weeks, a death, a remedy, and what is sold of them.

use super::facts::{Feed, Herd, kilograms};
use super::prison::Prison;
use super::script::is_workday;
use baara_plugin_api::{Date, Days, Value, json};

/// A herd as its keeper knows it.
pub(super) struct Kept {
    lot: String,
    herd: String,
    heads: i64,
    /// Eggs not sold yet: their lot, how many, and the first day that they may leave.
    eggs: Vec<(String, i64, Date)>,
}

/// A week is seven days, all told on the last.
const WEEK: u64 = 7;
/// What one customer takes of the eggs: three trays.
const TRAYS: i64 = 90;

impl Prison<'_> {
    /// The prices of animals and eggs are adopted with all others; their workshop is founded with the rest.
    pub(super) fn found_herds(&mut self) {
        for one in self.herds() {
            let s = &mut self.house.s;
            s.put("chef", "workshop", json!({"code": one.code, "label": one.label, "trade": format!("trade/{}", one.trade)}));
            let keeper = s.person("magasinier");
            s.put("chef", "store", json!({"code": one.code, "label": format!("Enclos : {}", one.label), "keeper": keeper}));
            self.house.prices.push((one.item.clone(), one.price));
            self.house.prices.extend((one.egg > 0).then(|| ("oeuf".to_owned(), one.egg)));
        }
    }

    fn herds(&self) -> Vec<Herd> {
        self.facts.months.herd.iter().filter(|one| one.site == self.own.site).cloned().collect()
    }

    /// What the day brings to the animals.
    pub(super) fn herd_day(&mut self, day: Date) {
        for one in self.herds() {
            if day == one.on {
                self.animals_come(&one);
                continue;
            }
            let Some(mut kept) = self.kept.remove(&one.code) else { continue };
            if day == one.treated {
                let herd = format!("{}/herd", kept.herd);
                let form = json!({"herd": herd, "remedy": one.remedy, "days": one.days});
                self.house.s.put(&self.shops[0].lead.clone(), "treatment", form);
            }
            if day == one.died {
                self.one_dies(&one, &mut kept);
            }
            if (day - one.on).num_days().rem_euclid(7) == 0 {
                self.week(&one, &mut kept, day);
            }
            if let Some(sale) = one.sold.iter().find(|sale| sale.on == day) {
                let pen = self.house.s.of("store", &one.code);
                let line = json!({
                    "item": format!("item/{}", one.item), "lot": kept.lot, "quantity": format!("{} head", sale.heads), "store": pen
                });
                self.sell_of(&one, line, sale.heads * one.price);
                kept.heads -= sale.heads;
            }
            if is_workday(day) {
                self.sell_eggs(&one, &mut kept, day);
            }
            self.kept.insert(one.code.clone(), kept);
        }
    }

    fn animals_come(&mut self, one: &Herd) {
        let lead = self.shops[0].lead.clone();
        let s = &mut self.house.s;
        let (pen, store) = (s.of("store", &one.code), s.of("store", "magasin"));
        let given = |item: &str, quantity: &str, store: &str, value: i64| {
            json!({
                "item": format!("item/{item}"), "quantity": quantity, "store": store, "donor": format!("donor/{}", one.donor),
                "value": format!("{value} XOF")
            })
        };
        let came = s.put("magasinier", "goods-in", given(&one.item, &format!("{} head", one.heads), &pen, one.value));
        for feed in &one.feeds {
            s.put("magasinier", "goods-in", given(&feed.item, &feed.came, &store, feed.value));
        }
        let lot = format!("{came}/lot");
        let mut form = json!({"workshop": s.of("workshop", &one.code), "lot": lot, "store": pen});
        if one.weight > 0 {
            form["live-weight"] = one.weight.to_string().into();
        }
        let herd = s.put(&lead, "herd", form);
        self.kept.insert(one.code.clone(), Kept { lot, herd, heads: one.heads, eggs: Vec::new() });
    }

    /// Before two witnesses; the committee decides on it.
    fn one_dies(&mut self, one: &Herd, kept: &mut Kept) {
        let lead = self.shops[0].lead.clone();
        let (first, second) = (self.house.s.person("droits"), self.house.s.person("familles"));
        let form = json!({
            "store": self.house.s.of("store", &one.code), "item": format!("item/{}", one.item), "lot": kept.lot, "quantity": "1 head",
            "cause": one.cause, "witness-one": first, "witness-two": second, "account": one.account
        });
        let loss = self.house.s.put(&lead, "death", form);
        self.house.lost(&loss, "Bête morte");
        kept.heads -= 1;
    }

    fn week(&mut self, one: &Herd, kept: &mut Kept, day: Date) {
        let lead = self.shops[0].lead.clone();
        let store = self.house.s.of("store", "magasin");
        let head_days = kept.heads * 7;
        let is_odd = day == one.beyond;
        let usual = self.house.s.chance.between(97, 103);
        let feed = |(n, feed): (usize, &Feed)| {
            let hundredths = if is_odd && n == 0 { one.per_hundred } else { usual };
            let quantity = kilograms(head_days * feed.grams * hundredths / 100);
            json!({"item": format!("item/{}", feed.item), "quantity": quantity, "store": store})
        };
        let inputs: Vec<Value> = one.feeds.iter().enumerate().map(feed).collect();
        let mut form = json!({"herd": format!("{}/herd", kept.herd), "days": WEEK, "inputs": inputs, "store": store});
        if is_odd {
            form["motive"] = one.motive.as_str().into();
        }
        let eggs = head_days * one.laying * self.house.s.chance.between(95, 105) / 10_000;
        if eggs > 0 {
            form["eggs"] = eggs.into();
            form["broken"] = self.house.s.chance.between(0, 4).into();
        }
        // Weighed every fourth week.
        let days = (day - one.on).num_days();
        if one.weight > 0 && days % 28 == 0 {
            let each = one.weight * 1000 / one.heads + one.gain * days;
            form["live-weight"] = kilograms(each * kept.heads).trim_end_matches(" kg").into();
        }
        let told = self.house.s.put(&lead, "herd-day", form);
        if is_odd {
            self.house.s.put("chef", "explain", json!({"warning": format!("{told}/warning"), "reason": one.explained}));
        }
        if eggs > 0 {
            // Those laid under a remedy wait for somebody to look at them.
            let is_held = one.treated <= day && day < one.treated + Days::new(one.days);
            kept.eggs.push((format!("{told}/lot"), eggs, if is_held { Date::MAX } else { day }));
        }
    }

    fn sell_eggs(&mut self, one: &Herd, kept: &mut Kept, day: Date) {
        let store = self.house.s.of("store", "magasin");
        let Some((lot, left, _)) = kept.eggs.iter_mut().find(|(_, left, from)| *left > 0 && *from <= day) else { return };
        let taken = TRAYS.min(*left);
        *left -= taken;
        let line = json!({"item": "item/oeuf", "lot": lot, "quantity": format!("{taken} piece"), "store": store});
        self.sell_of(one, line, taken * one.egg);
    }

    fn sell_of(&mut self, one: &Herd, line: Value, total: i64) {
        let s = &mut self.house.s;
        let (unit, place) = (s.of("workshop", &one.code), s.of("cash-box", "caisse"));
        s.put("tresoriere", "sale", json!({"unit": unit, "lines": [line], "means": "cash", "place": place}));
        self.house.taken += total;
    }
}
