//! The year of a penal farm: ground, campaign, fields, store, market; from January to the end of the campaign in March.

use super::facts::{Crop, Facts, Farm, Plot, kilograms, whole};
use super::house::{House, Question, Shelf, Then, take};
use super::prison::{FIRST, decimal};
use super::script::{Script, is_workday, month_start, working};
use super::together::Arrival;
use baara_desk::Founding;
use baara_plugin_api::{Date, Datelike, Days, Ratio, Rounding, json};
use chrono::Weekday;
use std::collections::BTreeMap;

/// A crop in the field, as the farm manager knows it.
struct Growing<'f> {
    plot: &'f Plot,
    crop: &'f Crop,
    /// The sowing, once it is recorded.
    sowing: Option<String>,
    /// What is weighed on which day, in grams.
    weighings: BTreeMap<Date, Vec<i64>>,
}

/// A farm's year in the making.
pub(super) struct Land<'f> {
    house: House<'f>,
    facts: &'f Facts,
    own: &'f Farm,
    growing: Vec<Growing<'f>>,
    team: Vec<String>,
    training: Option<(String, usize)>,
    /// What may be sold: lots of grain, vegetables, animals.
    store: Vec<Shelf>,
    /// Seed and fertiliser left, in grams.
    inputs: BTreeMap<String, i64>,
    transfers: Vec<Arrival>,
    /// Dispatches to acknowledge: day, name, reception, grams.
    sent: Vec<(Date, Arrival)>,
}

fn day(month: u32, day: u32) -> Date {
    Date::from_ymd_opt(2020, month, day).expect("a day")
}

/// Grams weighed at a time, about: some bags on one cart.
const CART: i64 = 480_000;

impl<'f> Land<'f> {
    /// The whole campaign: the founding act, and the commands in order.
    pub(super) fn year(facts: &'f Facts, own: &'f Farm, place: usize, transfers: Vec<Arrival>) -> (Founding, Script<'f>) {
        let mut script = Script::new(facts, &own.site, place, FIRST);
        let founding = House::founding(&mut script, &[("cultures".to_owned(), "farm-manager")]);
        let growing = own.plot.iter().flat_map(|plot| plot.crops.iter().map(move |crop| (plot, crop)));
        let growing =
            growing.map(|(plot, crop)| Growing { plot, crop, sowing: None, weighings: weighings(&own.site, plot, crop) }).collect();
        let house = House::new(script, place);
        let mut land = Land {
            house,
            facts,
            own,
            growing,
            team: Vec::new(),
            training: None,
            store: Vec::new(),
            inputs: BTreeMap::new(),
            transfers,
            sent: Vec::new(),
        };
        land.begin();
        for day in FIRST.iter_days().skip(1).take_while(|day| *day <= super::resolve::LAST) {
            land.house.s.on(day);
            land.day(day);
        }
        (founding, land.house.s)
    }

    fn unit(&self) -> String {
        self.house.s.of("farm", &self.own.code)
    }

    fn begin(&mut self) {
        self.house.furnish();
        self.house.weekly = self.own.weekly;
        self.house.monthly = 1_500_000;
        let unit = self.unit();
        self.house.units.push((unit.clone(), self.own.label.clone()));
        let prices = &self.facts.farms.prices;
        let mut sold: Vec<&String> = self.own.plot.iter().flat_map(|plot| &plot.crops).map(|crop| &crop.item).collect();
        sold.push(&self.own.animals);
        sold.sort();
        sold.dedup();
        self.house.prices = sold.into_iter().filter_map(|item| Some((item.clone(), *prices.get(item)?))).collect();
        if self.own.tractor {
            self.house.prices.push(("location-tracteur".to_owned(), 12_500));
        }
        let s = &mut self.house.s;
        s.put("chef", "fund", json!({"code": "appui", "label": "Appui du projet Prisons Mandela à la ferme"}));
        let (bank, fund) = (s.of("bank", "banque"), s.of("fund", "appui"));
        let donor = "Ambassade des Pays-Bas, projet Prisons Mandela";
        let gift = json!({"into": bank, "fund": fund, "amount": "9500000 XOF", "donor": donor, "act": "Convention d'appui aux pénitenciers agricoles"});
        s.put("tresoriere", "gift-money", gift);
        s.put("cultures", "farm", json!({"code": self.own.code, "label": self.own.label}));
        for plot in &self.own.plot {
            let form = json!({
                "farm": unit, "code": plot.code, "label": plot.label, "estate": decimal(&plot.estate, 4, "ha"),
                "cultivable": decimal(&plot.cultivable, 4, "ha")
            });
            s.put("cultures", "plot", form);
        }
        s.put("cultures", "campaign", json!({"farm": unit, "year": 2019}));
    }

    fn day(&mut self, day: Date) {
        self.milestones(day);
        self.transfers(day);
        self.house.day(day);
        if day == self::day(3, 24) || day == self::day(9, 8) {
            self.house.set_free();
        }
        for n in 0..self.growing.len() {
            self.grow(n, day);
        }
        self.animals(day);
        self.market(day);
        self.extraordinary(day);
        if is_workday(day) && day.weekday() != Weekday::Sat && day >= self::day(1, 8) {
            self.attend();
        }
        self.house.evening(day);
    }

    fn milestones(&mut self, day: Date) {
        let unit = self.unit();
        match (day.year(), day.month(), day.day()) {
            (2020, 1, 3) => self.first_people(),
            (2020, 1, 6) => self.assign_all(),
            (2020, 1, 7) => self.opening(),
            (2020, 1, 20) => self.buy_inputs(true),
            (2020, 4, 1) => {
                self.house.s.put("cultures", "campaign", json!({"farm": unit, "year": 2020}));
                let campaign = self.house.s.of("campaign", "2020");
                for (item, quantity) in &self.own.plan {
                    let quantity = kilograms(whole(quantity, 3));
                    self.house.s.put(
                        "cultures",
                        "plan",
                        json!({"campaign": campaign, "item": format!("item/{item}"), "quantity": quantity}),
                    );
                }
            }
            (2020, 5, 25) => self.buy_inputs(false),
            (2020, 6, 12) => self.end_training(),
            (2020, 9, 7) => self.containers(),
            (2020, 10, 26) => self.buy_inputs(true),
            _ => {}
        }
    }

    fn first_people(&mut self) {
        for n in 0..self.own.men {
            let person = self.house.admit(false, false, n % 13 != 6);
            self.team.push(person);
        }
        let kept: Vec<String> = (0..2).map(|_| self.house.admit(false, false, true)).collect();
        self.house.opened_with = kept.into_iter().map(|person| (person, 0)).collect();
    }

    fn assign_all(&mut self) {
        let unit = self.unit();
        let people = self.team.clone();
        for person in &people {
            self.house.s.put("assistante", "assign", json!({"person": person, "unit": unit}));
        }
        let trained: Vec<&String> = people.iter().take(usize::try_from(self.own.trained).unwrap_or(0)).collect();
        let trainer = self.house.s.person("cultures");
        let form = json!({
            "subject": "Techniques et méthodes agro-pastorales", "unit": unit, "persons": trained, "trainer": trainer, "hours": 160
        });
        let count = trained.len();
        let training = self.house.s.put("cultures", "training", form);
        self.training = Some((training, count));
    }

    fn end_training(&mut self) {
        let Some((training, count)) = self.training.take() else { return };
        let lines: Vec<_> = (0..count).map(|n| json!({"training": format!("{training}/training.{n}"), "completed": true})).collect();
        self.house.s.put("cultures", "training-end", json!({"lines": lines}));
        for n in 0..count {
            self.house.s.put("assistante", "certificate", json!({"training": format!("{training}/training.{n}")}));
        }
    }

    /// Grain of the year before feeds the farm until the harvest; some animals are there.
    fn opening(&mut self) {
        let weeks = 46;
        let grain = self.own.weekly * weeks * 1000;
        let goods = vec![(self.own.eats.clone(), kilograms(grain)), (self.own.animals.clone(), format!("{} head", self.own.head))];
        let kept: Vec<String> = self.house.opened_with.iter().map(|(person, _)| person.clone()).collect();
        let cash = self.house.s.chance.between(14, 30) * 5000;
        let opened = self.house.open_with(cash, &goods, &kept);
        let from = self.house.s.day;
        self.house.pantry.push(Shelf { item: self.own.eats.clone(), lot: format!("{opened}/lot"), left: grain, from });
        self.store.push(Shelf { item: self.own.animals.clone(), lot: format!("{opened}/lot.1"), left: self.own.head, from });
    }

    /// Seed and fertiliser for the crops to come, a tenth more than they take. Vegetables' in January and October.
    fn buy_inputs(&mut self, garden: bool) {
        let now = self.house.s.day;
        let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
        for one in self.growing.iter().filter(|one| is_garden(one.crop) == garden && one.crop.sown >= FIRST) {
            let soon = if garden { (one.crop.sown - now).num_days() < 120 } else { one.crop.sown > now };
            if soon {
                for (item, grams) in self.needs(one.crop) {
                    *wanted.entry(item).or_default() += grams * 11 / 10;
                }
            }
        }
        let fund = self.house.s.of("fund", "appui");
        for (item, grams) in wanted {
            let grams = (grams / 1000 + 1) * 1000;
            let kilo = if item.starts_with("semence") { 450 } else { 290 };
            let costs = grams / 1000 * kilo;
            // Before the first minutes nothing is bought: the donor delivers seed in kind.
            if !self.house.constituted || !self.house.buy(&item, &kilograms(grams), costs, ("fund", &fund), "Semences et engrais") {
                let (store, supplier) = (self.house.s.of("store", "magasin"), self.house.s.of("supplier", "marche"));
                let form = json!({
                    "item": format!("item/{item}"), "quantity": kilograms(grams), "store": store, "supplier": supplier,
                    "donor": "donor/pays-bas", "value": format!("{costs} XOF")
                });
                self.house.s.put("magasinier", "goods-in", form);
            }
            *self.inputs.entry(item).or_default() += grams;
        }
    }

    fn needs(&self, crop: &Crop) -> Vec<(String, i64)> {
        let ground = whole(&crop.area, 4);
        let per = self.facts.farms.inputs.get(&crop.item).map(Vec::as_slice).unwrap_or_default();
        let hectares = |line: &super::facts::PerHectare| Ratio::new(u64::try_from(whole(&line.per_hectare, 3)).unwrap_or(0), 10_000);
        per.iter().filter_map(|line| Some((line.item.clone(), hectares(line)?.of(ground, Rounding::Up)?))).collect()
    }

    /// The bag of each grain is weighed full, four times.
    fn containers(&mut self) {
        let mut items: Vec<&str> = self.growing.iter().filter(|one| !is_garden(one.crop)).map(|one| one.crop.item.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        for item in items.into_iter().map(str::to_owned).collect::<Vec<_>>() {
            let weighings: Vec<String> = (0..4).map(|_| kilograms(96_000 + self.house.s.chance.between(-6, 6) * 500)).collect();
            let form = json!({"code": format!("sac-{item}"), "label": "Sac plein", "item": format!("item/{item}"), "weighings": weighings});
            self.house.s.put("magasinier", "container", form);
        }
    }

    /// A crop's year: clearing, ploughing, sowing, weeding, spreading, cutting squares, weighing.
    fn grow(&mut self, n: usize, day: Date) {
        let Growing { plot, crop, .. } = &self.growing[n];
        let (plot, crop) = (*plot, *crop);
        let place = self.house.s.of("plot", &plot.code);
        let since = (day - crop.sown).num_days();
        let before = (crop.from - day).num_days();
        let area = decimal(&crop.area, 4, "ha");
        let tractor = self.own.tractor && !is_garden(crop);
        let work = |house: &mut House<'f>, what: &str| {
            let mut form = json!({"plot": place, "what": what, "area": area});
            if tractor && what == "ploughing" {
                form["equipment"] = "Tracteur".into();
            }
            house.s.put("cultures", "operation", form);
        };
        match since {
            -12 if day > FIRST => work(&mut self.house, "clearing"),
            -4 if day > FIRST => work(&mut self.house, "ploughing"),
            0 => self.sow(n, &place, &area),
            18 | 37 => work(&mut self.house, "weeding"),
            24 => {
                work(&mut self.house, "spreading");
                self.use_inputs(crop, &place, false);
            }
            46 if !is_garden(crop) => work(&mut self.house, "ridging"),
            _ => {}
        }
        if since > 46 && day < crop.from && !is_garden(crop) && day.weekday() == Weekday::Wed {
            work(&mut self.house, "guarding");
        }
        if !is_garden(crop) && before == 27 {
            let guess = kilograms(whole(&crop.harvest, 3) / 100 * self.house.s.chance.between(82, 118) / 1000 * 1000);
            let form = json!({"plot": place, "item": format!("item/{}", crop.item), "quantity": guess});
            self.house.s.put("cultures", "forecast", form);
        }
        if !is_garden(crop) && matches!(before, 9..=11) {
            let square = whole(&crop.harvest, 3) / (whole(&crop.area, 4) / 25).max(1);
            let weight = kilograms((square * self.house.s.chance.between(88, 114) / 100).max(500));
            let form = json!({"plot": place, "item": format!("item/{}", crop.item), "square": "25.00 m2", "weight": weight});
            self.house.s.put("cultures", "crop-cut", form);
        }
        if let Some(struck) = plot.struck.as_ref().filter(|struck| struck.on == day && plot.crops[0].item == crop.item) {
            let (one, two) = (self.house.s.person("droits"), self.house.s.person("familles"));
            let form = json!({
                "plot": place, "cause": struck.cause, "area": decimal(&struck.area, 4, "ha"), "lost-percent": struck.percent,
                "witness-one": one, "witness-two": two, "account": struck.account
            });
            let noted = self.house.s.put("cultures", "disaster", form);
            self.house.s.witnessed(&noted);
        }
        if let Some(carts) = self.growing[n].weighings.remove(&day) {
            work(&mut self.house, "harvesting");
            self.weigh(n, &place, &carts);
        }
        if day == crop.until + Days::new(4)
            && let Some(sowing) = self.growing[n].sowing.clone()
        {
            self.house.s.put("cultures", "sowing-ended", json!({"sowing": sowing, "why": "harvested"}));
        }
    }

    fn sow(&mut self, n: usize, place: &str, area: &str) {
        let Growing { plot, crop, .. } = &self.growing[n];
        let (plot, crop) = (*plot, *crop);
        let mut form = json!({"plot": place, "item": format!("item/{}", crop.item), "area": area});
        if let Some(beside) = &crop.beside {
            let companion = self.growing.iter().find(|one| one.plot.code == plot.code && one.crop.item == *beside);
            if let Some(sowing) = companion.and_then(|one| one.sowing.clone()) {
                form["with"] = sowing.into();
            }
        }
        let sowing = self.house.s.put("cultures", "sowing", form);
        self.growing[n].sowing = Some(sowing);
        self.use_inputs(crop, place, true);
    }

    /// Seed on the day of sowing, fertiliser some weeks later.
    fn use_inputs(&mut self, crop: &Crop, place: &str, seed: bool) {
        for (item, grams) in self.needs(crop).into_iter().filter(|(item, _)| item.starts_with("semence") == seed) {
            let Some(left) = self.inputs.get_mut(&item).filter(|left| **left >= grams) else { continue };
            *left -= grams;
            let store = self.house.s.of("store", "magasin");
            let form = json!({"store": store, "item": format!("item/{item}"), "quantity": kilograms(grams), "plot": place});
            self.house.s.put("cultures", "input-use", form);
        }
    }

    /// Carts are weighed into the store; the storekeeper's visa lets each lot go.
    fn weigh(&mut self, n: usize, place: &str, carts: &[i64]) {
        let crop = self.growing[n].crop;
        let is_last = self.growing[n].weighings.is_empty();
        let store = self.house.s.of("store", "magasin");
        for (cart, grams) in carts.iter().enumerate() {
            let mut form = json!({
                "plot": place, "item": format!("item/{}", crop.item), "quantity": kilograms(*grams), "store": store,
                "partial": !(is_last && cart + 1 == carts.len()),
            });
            if !is_garden(crop) {
                form["containers"] = (grams / 96_000).max(1).into();
                form["container"] = self.house.s.of("container", &format!("sac-{}", crop.item)).into();
            }
            if !is_garden(crop)
                && let Some(sowing) = &self.growing[n].sowing
            {
                form["sowing"] = sowing.as_str().into();
            }
            let lot = self.house.s.put("cultures", "harvest", form);
            self.house.s.endorse(&lot, "magasinier");
            let shelf = Shelf { item: crop.item.clone(), lot: format!("{lot}/lot"), left: *grams, from: self.house.s.day };
            let kept = on_shelves(&self.house.pantry) < self.own.weekly * 1000 * 8;
            if crop.item == self.own.eats && kept { self.house.pantry.push(shelf) } else { self.store.push(shelf) }
        }
    }

    fn attend(&mut self) {
        let unit = self.unit();
        let mut exceptions = Vec::new();
        if self.house.s.chance.once_in(2) {
            let person = self.house.s.chance.pick(&self.team).clone();
            let reason = *self.house.s.chance.pick(&["sick", "sick", "court", "visit", "weather", "injured-at-work"]);
            exceptions.push(json!({"person": person, "reason": format!("reason/{reason}")}));
        }
        let form = json!({"unit": unit, "half": "morning", "all-assigned": true, "exceptions": exceptions});
        self.house.s.put("cultures", "attendance", form);
    }

    /// Births, a death, and the sales before Tabaski.
    fn animals(&mut self, day: Date) {
        let unit = self.unit();
        let store = self.house.s.of("store", "magasin");
        let item = format!("item/{}", self.own.animals);
        if day.day() == 19 && matches!(day.month(), 2 | 5 | 8 | 11) {
            let born = self.house.s.chance.between(2, 5);
            let form = json!({"unit": unit, "item": item, "quantity": format!("{born} head"), "store": store});
            let lot = self.house.s.put("cultures", "birth", form);
            self.store.push(Shelf { item: self.own.animals.clone(), lot: format!("{lot}/lot"), left: born, from: day + Days::new(150) });
        }
        let tabaski = day >= self::day(7, 20) && day <= self::day(7, 30) && is_workday(day);
        let monthly = matches!(day.month(), 5 | 6 | 9 | 12) && day == working(month_start(day) + Days::new(16));
        if self.house.constituted && (tabaski || monthly) {
            self.sell(std::slice::from_ref(&self.own.animals), 1, day);
        }
        if day == self::day(8, 26)
            && let Some(shelf) = self.store.iter_mut().find(|shelf| shelf.item == self.own.animals && shelf.left > 0)
        {
            shelf.left -= 1;
            let lot = shelf.lot.clone();
            let (one, two) = (self.house.s.person("droits"), self.house.s.person("familles"));
            let form = json!({
                "store": store, "item": item, "lot": lot, "quantity": "1 head", "cause": "disease", "witness-one": one, "witness-two": two,
                "account": "Bête trouvée morte à l'enclos le matin"
            });
            let loss = self.house.s.put("cultures", "death", form);
            self.house.lost(&loss, "Bête morte");
        }
    }

    /// Vegetables as they come, grain from November to March.
    fn market(&mut self, day: Date) {
        if !self.house.constituted || !is_workday(day) {
            return;
        }
        let garden: Vec<String> = self.growing.iter().filter(|one| is_garden(one.crop)).map(|one| one.crop.item.clone()).collect();
        if self.store.iter().any(|shelf| garden.contains(&shelf.item)) {
            self.sell(&garden, 160_000, day);
        }
        let grain_season = day.month() >= 11 || (day.year() == 2021);
        if grain_season && matches!(day.weekday(), Weekday::Mon | Weekday::Wed | Weekday::Thu | Weekday::Sat) {
            self.sell(&self.own.sells.clone(), 420_000, day);
        }
        if self.own.tractor && day >= self::day(6, 15) && day <= self::day(7, 25) && day.weekday() == Weekday::Tue {
            let (unit, customer) = (self.unit(), self.house.s.of("customer", "grossiste"));
            let hours = self.house.s.chance.between(3, 7);
            let form = json!({"farm": unit, "equipment": "Tracteur", "customer": customer, "hours": hours});
            self.house.s.put("cultures", "hire", form);
            let place = self.house.s.of("cash-box", "caisse");
            let lines = json!([{"item": "item/location-tracteur", "quantity": format!("{hours} hour")}]);
            let form = json!({"unit": unit, "lines": lines, "means": "cash", "place": place, "customer": customer});
            self.house.s.put("tresoriere", "sale", form);
            self.house.taken += hours * 12_500;
        }
    }

    /// Something sold for cash out of the oldest lot of these items.
    fn sell(&mut self, items: &[String], most: i64, day: Date) {
        let mut found: Vec<Shelf> = Vec::new();
        let mut rest = Vec::new();
        for shelf in std::mem::take(&mut self.store) {
            if items.contains(&shelf.item) { found.push(shelf) } else { rest.push(shelf) }
        }
        let most = if most > 1 { most * self.house.s.chance.between(5, 10) / 10 / 1000 * 1000 } else { most };
        let taken = take(&mut found, most, day);
        self.store = rest;
        self.store.extend(found);
        let Some((item, lot, count)) = taken else { return };
        let animal = item == self.own.animals;
        let amount = if animal { format!("{count} head") } else { kilograms(count) };
        let (store, place, unit) = (self.house.s.of("store", "magasin"), self.house.s.of("cash-box", "caisse"), self.unit());
        let lines = json!([{"item": format!("item/{item}"), "lot": lot, "quantity": amount, "store": store}]);
        let form = json!({"unit": unit, "lines": lines, "means": "cash", "place": place});
        self.house.s.put("tresoriere", "sale", form);
        let price = self.facts.farms.prices.get(&item).copied().unwrap_or(0);
        self.house.taken += if animal { price * count } else { price * (count / 1000) };
    }

    /// Grain for the kitchens of other establishments: dispatched, then acknowledged by its reception number.
    fn transfers(&mut self, day: Date) {
        for transfer in self.transfers.iter().filter(|t| t.leaves == day).cloned().collect::<Vec<_>>() {
            let shelf =
                self.store.iter_mut().find(|shelf| shelf.item == transfer.item && shelf.left >= transfer.grams && shelf.from <= day);
            let shelf = shelf.expect("checked: the farm has harvested what it sends");
            shelf.left -= transfer.grams;
            let lot = shelf.lot.clone();
            let store = self.house.s.of("store", "magasin");
            let form = json!({
                "store": store, "to": format!("facility/{}", transfer.to), "item": format!("item/{}", transfer.item), "lot": lot,
                "quantity": kilograms(transfer.grams), "carrier": "Camionnette de la direction régionale"
            });
            self.house.s.put("magasinier", "dispatch", form);
            self.house.s.call_it(&transfer.sent);
            self.sent.push((working(transfer.on + Days::new(2)), transfer));
        }
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.sent).into_iter().partition(|(on, _)| *on == day);
        self.sent = later;
        for (_, transfer) in now {
            let form = json!({
                "transit": format!("@{}/transit", transfer.sent), "number": format!("@{}:{}!", transfer.to, transfer.received),
                "quantity": kilograms(transfer.grams)
            });
            self.house.s.put("magasinier", "dispatch-received", form);
        }
    }

    /// What this year brings to this place alone.
    fn extraordinary(&mut self, day: Date) {
        let site = self.own.site.clone();
        let months = &self.facts.months;
        for late in months.late.iter().filter(|late| late.site == site && late.noted == day && late.what == "operation") {
            let plot = self.house.s.of("plot", &self.own.plot[0].code);
            let form = json!({"plot": plot, "what": "treating", "area": decimal(&self.own.plot[0].crops[0].area, 4, "ha")});
            let noted = self.house.s.put_late("cultures", "operation", late.on, &late.reason, form);
            if (day - late.on).num_days() > 7 {
                self.house.s.endorse(&noted, "chef");
            }
        }
        for one in months.spoiled.iter().filter(|one| one.site == site && one.on == day) {
            let sold = &self.own.sells;
            let Some(shelf) = self.store.iter_mut().find(|shelf| sold.contains(&shelf.item) && shelf.left >= one.kilograms * 1000) else {
                continue;
            };
            shelf.left -= one.kilograms * 1000;
            let (item, lot) = (shelf.item.clone(), shelf.lot.clone());
            let (first, second, store) =
                (self.house.s.person("droits"), self.house.s.person("familles"), self.house.s.of("store", "magasin"));
            let form = json!({
                "store": store, "item": format!("item/{item}"), "lot": lot, "quantity": kilograms(one.kilograms * 1000), "cause": one.cause,
                "witness-one": first, "witness-two": second, "account": "Sacs du bas abîmés, triés devant les deux témoins"
            });
            let loss = self.house.s.put("magasinier", "loss", form);
            self.house.s.witnessed(&loss);
            self.house.waiting.push(Question::new("loss", "Grain abîmé au magasin", Then::Lost(format!("{loss}/shortage"))));
        }
    }
}

fn on_shelves(shelves: &[Shelf]) -> i64 {
    shelves.iter().map(|shelf| shelf.left).sum()
}

/// Vegetables of the cool season are sold as they come; crops of the rains are weighed in bags.
fn is_garden(crop: &Crop) -> bool {
    !matches!(crop.item.as_str(), "mais-grain" | "riz-paddy" | "sorgho" | "mil" | "niebe" | "arachide-coque")
}

/// A harvest weighed out into carts on working days: they add up to it exactly.
fn weighings(site: &str, plot: &Plot, crop: &Crop) -> BTreeMap<Date, Vec<i64>> {
    let mut chance = super::chance::Chance::of(&[site, &plot.code, &crop.item, &crop.sown.to_string()]);
    let days: Vec<Date> = crop.from.iter_days().take_while(|day| *day <= crop.until).filter(|day| is_workday(*day)).collect();
    let mut left = whole(&crop.harvest, 3);
    let mut carts = Vec::new();
    while left > 0 {
        let cart = CART + chance.between(-180, 180) * 500;
        carts.push(if left - cart < CART / 3 { left } else { cart });
        left -= carts.last().copied().unwrap_or(left);
    }
    let mut by_day: BTreeMap<Date, Vec<i64>> = BTreeMap::new();
    for (n, cart) in carts.iter().enumerate() {
        by_day.entry(days[n * days.len() / carts.len()]).or_default().push(*cart);
    }
    by_day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighings_add_up_to_what_the_plot_gave() {
        let facts = Facts::embedded().unwrap();
        for farm in &facts.farms.farm {
            for plot in &farm.plot {
                for crop in &plot.crops {
                    let carts = weighings(&farm.site, plot, crop);
                    let sum: i64 = carts.values().flatten().sum();
                    assert_eq!(sum, whole(&crop.harvest, 3));
                    assert!(carts.keys().all(|day| *day >= crop.from && *day <= crop.until));
                }
            }
        }
    }
}
