//! The year of an establishment with micro-projects: people, training, workshops, sales.

use super::facts::{Beyond, Entrusted, Establishment, Facts, Services, Trade, whole};
use super::herds::Kept;
use super::house::{House, Question, Shelf, Then, take};
use super::script::{Script, is_workday, month_end, month_start, working};
use super::together::Arrival;
use baara_desk::Founding;
use baara_plugin_api::{Amount, Date, Datelike, Days, Months, Ratio, Rounding, Value, json};
use chrono::Weekday;
use std::collections::BTreeMap;

/// The first day the practice year tells.
pub(super) const FIRST: Date = Date::from_ymd_opt(2020, 1, 2).expect("a day");

/// A workshop and what its lead knows.
pub(super) struct Shop<'f> {
    pub(super) unit: String,
    pub(super) lead: String,
    pub(super) trade: &'f Trade,
    label: String,
    pub(super) project: String,
    /// Francs of the donor not spent yet.
    pub(super) grant: i64,
    /// Who is still to be taught: how many women and men a course.
    courses: Vec<(Date, Date, i64, i64)>,
    /// Who learns and works now, and by which assignment.
    team: Vec<(String, String)>,
    trainings: Option<(String, usize, Date)>,
    /// What is left of each input, in its smallest unit.
    pub(super) materials: Vec<i64>,
    made: Vec<Shelf>,
    /// A made-to-order promise: the day, the order, how many.
    ordered: Option<(Date, String, i64)>,
}

/// An establishment's year in the making.
pub(super) struct Prison<'f> {
    pub(super) house: House<'f>,
    pub(super) facts: &'f Facts,
    pub(super) own: &'f Establishment,
    pub(super) shops: Vec<Shop<'f>>,
    arrivals: Vec<Arrival>,
    /// True once the year's gift was put to the committee.
    gave: bool,
    /// Somebody not judged yet, until they are.
    unjudged: Option<(Date, String)>,
    /// Its herds, by the code of their workshop.
    pub(super) kept: BTreeMap<String, Kept>,
}

impl<'f> Prison<'f> {
    /// The whole year: the founding act, and the commands in order.
    pub(super) fn year(facts: &'f Facts, own: &'f Establishment, place: usize, arrivals: Vec<Arrival>) -> (Founding, Script<'f>) {
        let mut script = Script::new(facts, &own.site, place, FIRST);
        let leads: Vec<(String, &str)> = own.projects.iter().map(|p| (format!("atelier-{}", p.code), "workshop-lead")).collect();
        let founding = House::founding(&mut script, &leads);
        let mut prison = Prison {
            house: House::new(script, place),
            facts,
            own,
            shops: Vec::new(),
            arrivals,
            gave: false,
            unjudged: None,
            kept: BTreeMap::new(),
        };
        prison.begin();
        let last = Date::from_ymd_opt(2020, 12, 31).expect("a day");
        for day in FIRST.iter_days().skip(1).take_while(|day| *day <= last) {
            prison.house.s.on(day);
            prison.day(day);
        }
        (founding, prison.house.s)
    }

    /// The founding day: places, parties, micro-projects, workshops.
    fn begin(&mut self) {
        self.house.furnish();
        self.house.price_canteen();
        self.house.weekly = self.own.weekly;
        let year_end = Date::from_ymd_opt(2020, 12, 31).expect("a day");
        for one in self.facts.months.services.iter().filter(|one| one.site == self.own.site) {
            let form = json!({"code": one.code, "label": one.label, "trade": format!("trade/{}", one.trade)});
            self.house.s.put("chef", "workshop", form);
            self.house.prices.push((one.service.clone(), one.price));
        }
        self.found_herds();
        for project in &self.own.projects {
            let trade = self.facts.trades.iter().find(|trade| trade.code == project.trade).expect("checked: every trade is told");
            let s = &mut self.house.s;
            let form = json!({
                "label": project.label, "donor": "donor/pays-bas", "from": "2020-01-01", "until": year_end.to_string(),
                "act": "Convention de micro-projet, projet Prisons Mandela"
            });
            let micro = s.propose("chef", "micro-project", None, form, "maire");
            let grant = 3_600_000;
            for (line, amount) in [("matieres", 2_600_000), ("outils", 700_000), ("formation", 300_000)] {
                s.put("chef", "budget-line", json!({"micro-project": micro, "line": line, "amount": format!("{amount} XOF")}));
            }
            let (bank, lead) = (s.of("bank", "banque"), s.person(&format!("atelier-{}", project.code)));
            let gift = json!({
                "into": bank, "micro-project": micro, "amount": format!("{grant} XOF"),
                "donor": "Ambassade des Pays-Bas, projet Prisons Mandela", "act": "Convention de micro-projet"
            });
            s.put("tresoriere", "gift-money", gift);
            let hazardous = matches!(trade.code.as_str(), "soap" | "metal-joinery" | "carpentry" | "paving" | "dyeing");
            let form = json!({
                "code": project.code, "label": project.label, "trade": format!("trade/{}", trade.code), "micro-project": micro,
                "lead": lead, "points": 1, "hazardous": hazardous
            });
            s.put("chef", "workshop", form);
            let unit = s.of("workshop", &project.code);
            self.house.units.push((unit.clone(), project.label.clone()));
            self.house.monthly += 700_000;
            if !self.house.prices.iter().any(|(item, _)| *item == trade.product) {
                self.house.prices.push((trade.product.clone(), trade.price));
            }
            self.shops.push(Shop {
                unit,
                lead: format!("atelier-{}", project.code),
                trade,
                label: project.label.clone(),
                project: micro,
                grant,
                courses: courses(project.women, project.men),
                team: Vec::new(),
                trainings: None,
                materials: trade.inputs.iter().map(|_| 0).collect(),
                made: Vec::new(),
                ordered: None,
            });
        }
    }

    fn day(&mut self, day: Date) {
        match (day.month(), day.day()) {
            (1, 3) => self.first_people(),
            (1, 7) => self.opening(),
            _ => {}
        }
        for shop in 0..self.shops.len() {
            self.course(shop, day);
        }
        if day.month() > 1 && day == working(month_start(day) + Days::new(4)) {
            self.rations();
            self.arrival_of_convict();
        }
        self.arrive(day);
        self.house.day(day);
        let workers: Vec<String> = self.shops[0].team.iter().map(|(person, _)| person.clone()).collect();
        self.house.canteen_day(day, &workers);
        if day == Date::from_ymd_opt(2020, 3, 24).expect("a day") || day == Date::from_ymd_opt(2020, 9, 8).expect("a day") {
            self.house.set_free();
        }
        for shop in 0..self.shops.len() {
            self.work(shop, day);
        }
        self.extraordinary(day);
        self.herd_day(day);
        self.saw_day(day);
        self.house.evening(day);
    }

    /// Convicts who are there and will not be trained.
    fn first_people(&mut self) {
        let women_only = self.own.projects.iter().all(|p| p.men == 0);
        let people: Vec<String> = (0..self.own.others).map(|_| self.house.admit(women_only, self.own.young, true)).collect();
        self.house.opened_with = people.into_iter().take(2).map(|person| (person, 0)).collect();
    }

    fn opening(&mut self) {
        let mut goods: Vec<(String, String)> = Vec::new();
        for shop in &mut self.shops {
            for (input, left) in shop.trade.inputs.iter().zip(&mut shop.materials) {
                let stock: Amount = input.bought.parse().expect("checked: an amount");
                goods.push((input.item.clone(), stock.to_string()));
                *left += stock.count();
            }
        }
        let rice = self.own.weekly * 8 * 1000;
        goods.push(("riz".to_owned(), super::facts::kilograms(rice)));
        let kept: Vec<String> = self.house.opened_with.iter().map(|(person, _)| person.clone()).collect();
        let cash = self.house.s.chance.between(16, 40) * 5000;
        let opened = self.house.open_with(cash, &goods, &kept);
        let from = self.house.s.day;
        self.house.pantry.push(Shelf { item: "riz".to_owned(), lot: format!("{opened}/lot"), left: rice, from });
    }

    /// The month's food from the State, without payment.
    fn rations(&mut self) {
        let rice = self.own.weekly * 4 * 1000;
        let (store, supplier) = (self.house.s.of("store", "magasin"), self.house.s.of("supplier", "etat"));
        let form = json!({"item": "item/riz", "quantity": super::facts::kilograms(rice), "store": store, "supplier": supplier});
        let goods = self.house.s.put("magasinier", "goods-in", form);
        let from = self.house.s.day;
        self.house.pantry.push(Shelf { item: "riz".to_owned(), lot: format!("{goods}/lot"), left: rice, from });
    }

    /// Somebody new most months, and sometimes a change of standing.
    fn arrival_of_convict(&mut self) {
        let day = self.house.s.day;
        if let Some((since, person)) = self.unjudged.take() {
            if (day - since).num_days() > 80 {
                let release = (day + Months::new(14)).to_string();
                self.house.s.put("greffier", "status", json!({"person": person, "status": "convicted", "release": release}));
            } else {
                self.unjudged = Some((since, person));
            }
        }
        if self.house.s.chance.once_in(2) {
            let women_only = self.own.projects.iter().all(|p| p.men == 0);
            let person = self.house.admit(women_only, self.own.young, false);
            self.unjudged = self.unjudged.take().or(Some((day, person)));
        }
    }

    /// Grain that a farm sent: received, seen by a second person, and told to the farm.
    fn arrive(&mut self, day: Date) {
        let (now, later): (Vec<Arrival>, Vec<Arrival>) = std::mem::take(&mut self.arrivals).into_iter().partition(|a| a.on == day);
        self.arrivals = later;
        for arrival in now {
            let store = self.house.s.of("store", "magasin");
            let form = json!({
                "from": format!("facility/{}", arrival.from), "number": format!("@{}:{}!", arrival.from, arrival.sent), "store": store,
                "item": format!("item/{}", arrival.item), "quantity": super::facts::kilograms(arrival.grams)
            });
            let received = self.house.s.put("magasinier", "reception", form);
            self.house.s.call_it(&arrival.received);
            debug_assert!(!received.is_empty());
            let received = format!("@{}", arrival.received);
            self.house.s.endorse(&received, "chef");
            // Grain of the farms is eaten before the rice of the State.
            let shelf = Shelf { item: arrival.item.clone(), lot: format!("{received}/lot"), left: arrival.grams, from: day };
            self.house.pantry.insert(0, shelf);
        }
    }

    /// Courses begin and end on their days.
    fn course(&mut self, shop: usize, day: Date) {
        if let Some((training, people, until)) = self.shops[shop].trainings.clone()
            && until == day
        {
            self.end_course(shop, &training, people);
        }
        let Some((from, until, women, men)) = self.shops[shop].courses.first().copied() else { return };
        if from != day {
            return;
        }
        self.shops[shop].courses.remove(0);
        let (unit, lead) = (self.shops[shop].unit.clone(), self.shops[shop].lead.clone());
        let mut people = Vec::new();
        for n in 0..women + men {
            let convicted = n % 9 != 4;
            people.push(self.house.admit(n < women, self.own.young, convicted));
        }
        let s = &mut self.house.s;
        for person in &people {
            let assignment = s.put("assistante", "assign", json!({"person": person, "unit": unit}));
            self.shops[shop].team.push((person.clone(), assignment));
        }
        let trainer = s.person(&lead);
        let subject = format!("Formation professionnelle : {}", self.shops[shop].label);
        let hours = s.chance.between(12, 24) * 10;
        let form = json!({"subject": subject, "unit": unit, "persons": people, "trainer": trainer, "hours": hours});
        let training = s.put(&lead, "training", form);
        self.shops[shop].trainings = Some((training, people.len(), until));
    }

    /// Everybody finished: each gets a certificate, and makes room for the next course.
    fn end_course(&mut self, shop: usize, training: &str, people: usize) {
        let lead = self.shops[shop].lead.clone();
        let s = &mut self.house.s;
        let lines: Vec<Value> = (0..people).map(|n| json!({"training": format!("{training}/training.{n}"), "completed": true})).collect();
        s.put(&lead, "training-end", json!({"lines": lines}));
        for n in 0..people {
            s.put("assistante", "certificate", json!({"training": format!("{training}/training.{n}")}));
        }
        self.shops[shop].trainings = None;
        if !self.shops[shop].courses.is_empty() {
            for (_, assignment) in std::mem::take(&mut self.shops[shop].team) {
                s.put(&lead, "assignment-end", json!({"assignment": assignment, "reason": "finished"}));
            }
        }
    }

    /// A day in a workshop: attendance, a batch, sales, materials.
    fn work(&mut self, shop: usize, day: Date) {
        if !is_workday(day) || self.shops[shop].team.is_empty() {
            return;
        }
        let weekday = day.weekday();
        let batch_day = [Weekday::Tue, Weekday::Wed, Weekday::Thu][usize::try_from(self.house.offset).unwrap_or(0) % 3];
        if weekday == batch_day && day >= Date::from_ymd_opt(2020, 1, 8).expect("a day") {
            self.batch(shop);
        }
        let sells = self.house.constituted && (matches!(weekday, Weekday::Mon | Weekday::Sat) || weekday == batch_day);
        if sells {
            self.sell(shop, day);
        }
        if self.house.constituted && weekday == Weekday::Wed {
            self.replenish(shop);
        }
        self.made_to_order(shop, day);
        if matches!(weekday, Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu) && !self.is_late_sheet(shop, day) {
            let form = self.sheet(shop);
            let lead = self.shops[shop].lead.clone();
            self.house.s.put(&lead, "attendance", form);
        }
    }

    fn is_late_sheet(&self, shop: usize, day: Date) -> bool {
        shop == 0 && self.facts.months.late.iter().any(|l| l.site == self.own.site && l.on == day && l.what == "attendance")
    }

    fn sheet(&mut self, shop: usize) -> Value {
        let mut exceptions = Vec::new();
        if self.house.s.chance.once_in(3) {
            let person = self.house.s.chance.pick(&self.shops[shop].team).0.clone();
            let reason = *self.house.s.chance.pick(&["sick", "court", "visit", "own-wish", "sick"]);
            exceptions.push(json!({"person": person, "reason": format!("reason/{reason}")}));
        }
        json!({"unit": self.shops[shop].unit, "half": "morning", "all-assigned": true, "exceptions": exceptions})
    }

    fn batch(&mut self, shop: usize) {
        let Shop { trade, unit, lead, .. } = &self.shops[shop];
        let (trade, unit, lead) = (*trade, unit.clone(), lead.clone());
        let pieces = self.house.s.chance.between(trade.batch[0], trade.batch[1]);
        let needs: Vec<i64> = trade.inputs.iter().map(|input| need(input, pieces)).collect();
        if needs.iter().zip(&self.shops[shop].materials).any(|(need, left)| need > left) {
            return; // No material: the team is taught instead.
        }
        let store = self.house.s.of("store", "magasin");
        let day = self.house.s.day;
        let in_week = |odd: &&Beyond| odd.site == self.own.site && odd.trade == trade.code && (0..7).contains(&(day - odd.week).num_days());
        let odd = self.facts.months.beyond.iter().find(in_week);
        let hundredths = |item: &str| odd.filter(|odd| odd.item == item).map_or(100, |odd| odd.per_hundred);
        let needs: Vec<i64> = trade.inputs.iter().zip(needs).map(|(input, need)| need * hundredths(&input.item) / 100).collect();
        let used: Vec<Amount> = trade.inputs.iter().zip(&needs).map(|(input, count)| amount_like(&input.bought, *count)).collect();
        let lines: Vec<Value> = trade
            .inputs
            .iter()
            .zip(&used)
            .map(|(input, used)| json!({"item": format!("item/{}", input.item), "quantity": used.to_string(), "store": store}))
            .collect();
        let product = format!("item/{}", trade.product);
        let rejected = self.house.s.chance.between(0, 9) / 8;
        let (good, spoilt) = (format!("{} piece", pieces - rejected), format!("{rejected} piece"));
        let mut form = match trade.form.as_str() {
            "batch" => {
                let mut output = json!({"item": product, "good": good});
                if rejected > 0 {
                    output["rejected"] = spoilt.into();
                }
                json!({"workshop": unit, "inputs": lines, "outputs": [output], "store": store})
            }
            _ => {
                let mut form = json!({"workshop": unit, "product": product, "good": good, "inputs": lines, "store": store});
                if rejected > 0 {
                    form["rejected"] = spoilt.into();
                }
                trade.more.iter().for_each(|(key, value)| form[key] = value.clone());
                form
            }
        };
        if let Some(odd) = odd {
            form["motive"] = odd.motive.as_str().into();
            odd.more.iter().for_each(|(key, value)| form[key] = value.clone());
        }
        let made = self.house.s.put(&lead, &trade.form, form);
        if let Some(odd) = odd {
            self.house.s.put("chef", "explain", json!({"warning": format!("{made}/warning"), "reason": odd.explained}));
        }
        // What waits for somebody to look at it is not sold this year.
        let from = if odd.is_some_and(|odd| odd.held) { Date::MAX } else { day + Days::new(trade.cure) };
        let shelf = Shelf { item: trade.product.clone(), lot: format!("{made}/lot"), left: pieces - rejected, from };
        self.shops[shop].made.push(shelf);
        self.shops[shop].materials.iter_mut().zip(&needs).for_each(|(left, need)| *left -= need);
    }

    /// A customer at the gate; now and then the school, on credit, or a trader who takes more.
    fn sell(&mut self, shop: usize, day: Date) -> Option<(String, i64)> {
        let trade = self.shops[shop].trade;
        let many = if self.house.s.chance.once_in(9) { 4 } else { 1 };
        let wanted = self.house.s.chance.between(trade.sold[0], trade.sold[1]) * many;
        let (item, lot, pieces) = take(&mut self.shops[shop].made, wanted, day)?;
        let on_credit = self.house.s.chance.once_in(14) && day < Date::from_ymd_opt(2020, 11, 25).expect("a day");
        let by_telephone = !on_credit && many == 1 && self.house.s.chance.once_in(8);
        let s = &mut self.house.s;
        let (store, place) = (s.of("store", "magasin"), s.of("cash-box", "caisse"));
        let line = json!([{"item": format!("item/{item}"), "lot": lot, "quantity": format!("{pieces} piece"), "store": store}]);
        let mut form = json!({"unit": self.shops[shop].unit, "lines": line, "means": if on_credit { "credit" } else { "cash" }});
        if by_telephone {
            form["means"] = "mobile-money".into();
        }
        if on_credit {
            form["customer"] = s.of("customer", "ecole").into();
        } else {
            form["place"] = if by_telephone { s.of("wallet", "mobile") } else { place }.into();
            if many > 1 {
                form["customer"] = s.of("customer", "grossiste").into();
            }
        }
        let sale = s.put("tresoriere", "sale", form);
        let total = pieces * trade.price;
        if on_credit {
            self.house.debts.push((working(day + Days::new(20)), sale.clone(), total));
        } else if !by_telephone {
            self.house.taken += total;
        }
        (!on_credit && !by_telephone).then_some((sale, pieces))
    }

    /// A sale of the first workshop that was paid in notes and coins.
    fn sell_for_cash(&mut self, day: Date) -> Option<(String, i64)> {
        (0..6).find_map(|_| self.sell(0, day))
    }

    /// Materials are bought before they run out.
    fn replenish(&mut self, shop: usize) {
        let trade = self.shops[shop].trade;
        for (n, input) in trade.inputs.iter().enumerate() {
            let enough = need(input, trade.batch[1]) * 3;
            if self.shops[shop].materials[n] >= enough || input.costs > self.shops[shop].grant {
                continue;
            }
            let project = self.shops[shop].project.clone();
            if self.house.buy(&input.item, &input.bought, input.costs, ("micro-project", &project), "Matières de l'atelier") {
                let bought: Amount = input.bought.parse().expect("checked: an amount");
                self.shops[shop].materials[n] += bought.count();
                self.shops[shop].grant -= input.costs;
            }
        }
    }

    /// Each quarter somebody orders something, pays part of it, and comes for it.
    fn made_to_order(&mut self, shop: usize, day: Date) {
        let trade = self.shops[shop].trade;
        if let Some((due, order, pieces)) = self.shops[shop].ordered.clone()
            && due <= day
        {
            let ready = self.shops[shop].made.iter_mut().find(|shelf| shelf.from <= day && shelf.left >= pieces);
            let Some(shelf) = ready else { return };
            shelf.left -= pieces;
            let lot = shelf.lot.clone();
            self.shops[shop].ordered = None;
            let (store, place) = (self.house.s.of("store", "magasin"), self.house.s.of("cash-box", "caisse"));
            let form = json!({"order": format!("{order}/order"), "lot": lot, "store": store, "means": "cash", "place": place});
            self.house.s.put("tresoriere", "delivery", form);
            return;
        }
        let asks = self.house.constituted
            && self.house.has_shared
            && day.month().is_multiple_of(2)
            && day == working(month_start(day) + Days::new(7 + u64::try_from(shop).unwrap_or(0)));
        if asks && self.shops[shop].ordered.is_none() && day.month() < 12 {
            let pieces = trade.sold[1] * 2;
            let due = working(day + Days::new(21));
            let paid = pieces * trade.price * 2 / 5;
            let s = &mut self.house.s;
            let (customer, place) = (s.of("customer", "ecole"), s.of("cash-box", "caisse"));
            let form = json!({
                "customer": customer, "unit": self.shops[shop].unit, "item": format!("item/{}", trade.product), "quantity": format!("{pieces} piece"),
                "due": (due + Days::new(10)).to_string(), "down-payment": format!("{paid} XOF"), "place": place
            });
            let order = s.put("tresoriere", "order", form);
            self.shops[shop].ordered = Some((due, order, pieces));
        }
    }

    /// What this year brings to this place alone.
    fn extraordinary(&mut self, day: Date) {
        let site = self.own.site.clone();
        let months = &self.facts.months;
        for late in months.late.iter().filter(|late| late.site == site && late.noted == day && late.what == "attendance") {
            let form = self.sheet(0);
            let lead = self.shops[0].lead.clone();
            let noted = self.house.s.put_late(&lead, "attendance", late.on, &late.reason, form);
            if (day - late.on).num_days() > 7 {
                self.house.s.endorse(&noted, "chef");
            }
        }
        for one in months.reversed.iter().filter(|one| one.site == site && one.on == day) {
            if let Some((sale, pieces)) = self.sell_for_cash(day) {
                self.house.s.propose("tresoriere", "reverse", None, json!({"seq": format!("{sale}#"), "reason": one.reason}), "maire");
                self.house.taken -= pieces * self.shops[0].trade.price;
            }
        }
        for one in months.returned.iter().filter(|one| one.site == site && one.on == day) {
            if let Some((sale, _)) = self.sell_for_cash(day) {
                let (store, place) = (self.house.s.of("store", "magasin"), self.house.s.of("cash-box", "caisse"));
                let item = format!("item/{}", self.shops[0].trade.product);
                let lines = json!([{"item": item, "quantity": "1 piece", "store": store}]);
                let form = json!({"sale": format!("{sale}/sale"), "lines": lines, "place": place, "motive": one.motive});
                let back = self.house.s.propose("tresoriere", "return", None, form, "maire");
                let form = json!({"lot": format!("{back}/lot"), "verdict": "reject", "motive": one.motive});
                self.house.s.put("magasinier", "lot-check", form);
                self.house.taken -= self.shops[0].trade.price;
            }
        }
        for one in months.given.iter().filter(|one| one.site == site && one.on <= day) {
            self.give(one, day);
        }
        for one in months.services.iter().filter(|one| one.site == site && (one.from..=one.until).contains(&day) && is_workday(day)) {
            self.serve(one, day);
        }
        for one in months.entrusted.iter().filter(|one| one.site == site && (one.on == day || one.back == day)) {
            self.sew_for(one, day);
        }
        for one in months.cheaper.iter().filter(|one| one.site == site && one.on == day) {
            self.sell_to(day, Some(one), "grossiste");
        }
        for one in months.to_staff.iter().filter(|one| one.site == site && one.on == day) {
            let sale = self.sell_to(day, None, "agent");
            if let (Some(sale), Some(reason)) = (sale, &one.reason) {
                self.house.s.put("chef", "explain", json!({"warning": format!("{sale}/warning"), "reason": reason}));
            }
        }
        self.fair(day);
    }

    /// One piece sold to somebody told by name, at the list's price or another.
    fn sell_to(&mut self, day: Date, cheaper: Option<&super::facts::Cheaper>, customer: &str) -> Option<String> {
        let stocked = |shop: &Shop<'_>| shop.made.iter().any(|shelf| shelf.from <= day && shelf.left > 0);
        let shop = self.shops.iter().position(stocked)?;
        let (item, lot, pieces) = take(&mut self.shops[shop].made, 1, day)?;
        let unit = self.shops[shop].unit.clone();
        let s = &mut self.house.s;
        let (store, place, customer) = (s.of("store", "magasin"), s.of("cash-box", "caisse"), s.of("customer", customer));
        let mut line = json!({"item": format!("item/{item}"), "lot": lot, "quantity": format!("{pieces} piece"), "store": store});
        if let Some(one) = cheaper {
            line["price"] = format!("{} XOF", one.price).into();
        }
        let mut form = json!({"unit": unit, "lines": [line], "means": "cash", "place": place, "customer": customer});
        let Some(one) = cheaper else { return Some(s.put("tresoriere", "sale", form)) };
        form["motive"] = one.motive.as_str().into();
        Some(s.propose("tresoriere", "sale", None, form, "maire"))
    }

    /// What the committee is asked to give away is set aside until it decides.
    fn give(&mut self, one: &super::facts::Given, day: Date) {
        let product = self.shops[0].trade.product.clone();
        let told = self.house.waiting.iter().any(|question| question.is_about("give"));
        if told || self.gave {
            return;
        }
        let Some(shelf) = self.shops[0].made.iter_mut().find(|shelf| shelf.from <= day && shelf.left >= one.pieces) else { return };
        shelf.left -= one.pieces;
        let what = [format!("item/{product}"), shelf.lot.clone(), format!("{} piece", one.pieces), one.receiver.clone()];
        self.house.waiting.push(Question::new("give", &format!("Don : {}", one.receiver), Then::Give(what)));
        self.gave = true;
    }

    /// Each service takes its ticket before the work, the free one and the one given up too.
    fn serve(&mut self, one: &Services, day: Date) {
        let unit = self.house.s.of("workshop", &one.code);
        let (item, lead) = (format!("item/{}", one.service), self.shops[0].lead.clone());
        for n in 0..self.house.s.chance.between(1, 3) {
            let s = &mut self.house.s;
            let (free, void) = (n == 0 && day == one.free, n == 0 && day == one.void);
            let ticket = s.put(&lead, "ticket", json!({"workshop": unit, "service": item, "quantity": "1 piece", "free": free}));
            let mut done = json!({"ticket": format!("{ticket}/ticket"), "outcome": if void { "cancelled" } else { "done" }});
            if void {
                done["motive"] = one.why.as_str().into();
            }
            s.put(&lead, "ticket-done", done);
            if free || void {
                continue;
            }
            let place = s.of("cash-box", "caisse");
            let line = json!([{"item": item, "quantity": "1 piece"}]);
            s.put("tresoriere", "sale", json!({"unit": unit, "lines": line, "means": "cash", "place": place}));
            self.house.taken += one.price;
        }
    }

    /// A client's own cloth is taken in and cut, and another day given back as garments and offcuts.
    fn sew_for(&mut self, one: &Entrusted, day: Date) {
        let unit = self.house.s.of("workshop", &one.unit);
        let Some(shop) = self.shops.iter_mut().find(|shop| shop.unit == unit) else { return };
        let s = &mut self.house.s;
        let (lead, product) = (shop.lead.clone(), format!("item/{}", one.product));
        let whole = |text: &str| text.parse::<Amount>().expect("checked: an amount");
        if day == one.on {
            let customer = s.of("customer", "ecole");
            let form = json!({
                "workshop": unit, "customer": customer, "item": format!("item/{}", one.item), "quantity": one.metres, "width": one.width
            });
            s.put(&lead, "cloth-in", form);
            s.call_it("entrusted");
            let store = s.of("store", "magasin");
            let line = |(item, quantity): (&String, &String)| json!({"item": format!("item/{item}"), "quantity": quantity, "store": store});
            let inputs: Vec<Value> = one.takes.iter().map(line).collect();
            let form = json!({
                "cloth": "@entrusted/client-cloth", "product": product, "good": format!("{} piece", one.good), "used": one.cut, "inputs": inputs
            });
            s.put(&lead, "cloth-cut", form);
            for (input, left) in shop.trade.inputs.iter().zip(&mut shop.materials) {
                *left -= one.takes.get(&input.item).map_or(0, |taken| whole(taken).count());
            }
        } else {
            let offcuts = whole(&one.metres).minus(whole(&one.cut)).expect("checked: no more is cut than was brought");
            let garments = json!([{"item": product, "quantity": format!("{} piece", one.good)}]);
            let form = json!({"cloth": "@entrusted/client-cloth", "garments": garments, "offcuts": offcuts.to_string()});
            s.put(&lead, "cloth-back", form);
        }
    }

    /// The December fair: goods go, some are sold there, the rest comes back.
    fn fair(&mut self, day: Date) {
        let Some(fair) = self.facts.months.fair.iter().find(|fair| fair.site == self.own.site) else { return };
        let item = format!("item/{}", self.shops[0].trade.product);
        if day == fair.out {
            let Some(shelf) = self.shops[0].made.iter_mut().filter(|shelf| shelf.from <= day).max_by_key(|shelf| shelf.left) else {
                return;
            };
            let pieces = shelf.left.min(12);
            shelf.left -= pieces;
            let lot = shelf.lot.clone();
            let (store, keeper) = (self.house.s.of("store", "magasin"), self.house.s.person("tresoriere"));
            let line = json!([{"item": item, "lot": lot, "quantity": format!("{pieces} piece"), "store": store}]);
            let form = json!({"label": fair.label, "keeper": keeper, "lines": line, "until": fair.back.to_string()});
            self.house.s.put("tresoriere", "consignment", form);
            self.house.s.call_it("fair");
            self.shops[0].made.push(Shelf { item: "fair".to_owned(), lot, left: pieces, from: Date::MAX });
        }
        let at_fair = self.shops[0].made.iter().position(|shelf| shelf.item == "fair");
        if day > fair.out
            && day < fair.back
            && is_workday(day)
            && let Some(n) = at_fair
        {
            let lot = self.shops[0].made[n].lot.clone();
            let pieces = self.house.s.chance.between(1, 2).min(self.shops[0].made[n].left - 1);
            if pieces > 0 {
                self.shops[0].made[n].left -= pieces;
                let place = self.house.s.of("cash-box", "caisse");
                let line = json!([{"item": item, "lot": lot, "quantity": format!("{pieces} piece"), "consignment": "@fair/consignment"}]);
                let form = json!({"unit": self.shops[0].unit, "lines": line, "means": "cash", "place": place});
                self.house.s.put("tresoriere", "sale", form);
                self.house.taken += pieces * self.shops[0].trade.price;
            }
        }
        if day == fair.back
            && let Some(n) = at_fair
        {
            let store = self.house.s.of("store", "magasin");
            let back = self.shops[0].made.remove(n);
            self.house.s.put("tresoriere", "consignment-return", json!({"consignment": "@fair/consignment", "store": store}));
            let item = self.shops[0].trade.product.clone();
            self.shops[0].made.push(Shelf { item, from: day, ..back });
        }
    }
}

/// What a number of pieces takes of an input, in its smallest unit.
fn need(input: &super::facts::Input, pieces: i64) -> i64 {
    let scale = input.bought.parse::<Amount>().map_or(0, Amount::scale);
    if let Some(batch) = &input.batch {
        return batch.parse::<Amount>().map_or(0, Amount::count);
    }
    let per = input.per.as_deref().and_then(Ratio::parse).unwrap_or_else(|| Ratio::new(1, 1).expect("not divided by zero"));
    per.of(pieces * 10_i64.pow(u32::from(scale)), Rounding::Half).unwrap_or(0).max(1)
}

/// An amount of the same unit and decimals as a written one.
fn amount_like(written: &str, count: i64) -> Amount {
    written.parse::<Amount>().expect("checked: an amount").with_count(count)
}

/// Courses of a project, one after the other over the year: first day, last day, women, men.
fn courses(women: i64, men: i64) -> Vec<(Date, Date, i64, i64)> {
    let all = women + men;
    let parts = (all + 14) / 15;
    let parts = parts.max(2);
    let begin = Date::from_ymd_opt(2020, 1, 6).expect("a day");
    let months = u32::try_from(11 / parts).unwrap_or(3);
    let share = |n: i64, part: i64| n * (part + 1) / parts - n * part / parts;
    (0..parts)
        .map(|part| {
            let from = if part == 0 { begin } else { working(month_start(begin) + Months::new(months * u32::try_from(part).unwrap_or(0))) };
            let last = if part + 1 == parts {
                Date::from_ymd_opt(2020, 11, 30).expect("a day")
            } else {
                month_end(month_start(begin) + Months::new(months * u32::try_from(part + 1).unwrap_or(1) - 1))
            };
            let until = previous_workday(last);
            (from, until, share(women, part), share(men, part))
        })
        .collect()
}

fn previous_workday(mut day: Date) -> Date {
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day = day.pred_opt().expect("an earlier day");
    }
    day
}

/// Whole units of an area or weight of the facts.
pub(super) fn decimal(text: &str, scale: u8, unit: &str) -> String {
    Amount::new(whole(text, scale), scale, baara_plugin_api::Unit::parse(unit).expect("a unit")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_teach_everybody_once_and_follow_each_other() {
        for (women, men) in [(0, 38), (3, 21), (26, 0), (5, 17), (0, 18)] {
            let told = courses(women, men);
            assert_eq!(told.iter().map(|c| c.2).sum::<i64>(), women);
            assert_eq!(told.iter().map(|c| c.3).sum::<i64>(), men);
            assert!(told.windows(2).all(|pair| pair[0].1 < pair[1].0), "{told:?}");
        }
    }
}
