//! A canteen and the month it is watched: its decision, its first goods, its lists, and one that a pécule does not allow.

use super::facts::{Canteen, CanteenGoods};
use super::house::{House, Question, Then};
use super::script::{month_end, month_start, working};
use baara_plugin_api::{Date, Days, Months, Value, json};

/// A canteen that has opened: its decision, and what its terms became.
pub(super) struct Open {
    decision: String,
    canteen: String,
    lists: u32,
}

impl House<'_> {
    fn told(&self) -> Option<Canteen> {
        self.s.facts.months.canteen.iter().find(|one| one.site == self.s.site).cloned()
    }

    /// Its prices are adopted with all others.
    pub(super) fn price_canteen(&mut self) {
        let goods = self.told().map(|one| one.goods).unwrap_or_default();
        self.prices.extend(goods.into_iter().map(|one| (one.item, one.price)));
    }

    /// What the day asks of the canteen; `workers` are those whom the quarter's pot is shared among.
    pub(super) fn canteen_day(&mut self, day: Date, workers: &[String]) {
        let Some(one) = self.told() else { return };
        let meeting = self.meeting_day(one.month);
        if day == one.month - Months::new(1) {
            let terms = format!("margin = {}; month = {} XOF", one.margin, one.most);
            let question = Question::new("rule", &format!("Ouverture de la {}", one.label), Then::Canteen);
            self.waiting.push(question.for_fund(self.s.of("fund", "entretien"), terms));
        }
        if day == working(one.month + Days::new(1)) {
            self.stock_canteen(&one.goods);
        }
        if day == working(one.month + Days::new(8))
            && let Some((saver, _)) = self.opened_with.last().cloned()
        {
            self.canteen_list(&one.goods.iter().map(|goods| (saver.clone(), goods)).collect::<Vec<_>>());
        }
        // The pot is shared at the meeting and paid out two days later.
        if day == meeting + Days::new(1) {
            let buyers = workers.iter().take(6).cloned();
            self.canteen_list(&buyers.zip(one.goods.iter().cycle()).collect::<Vec<_>>());
        }
        if day == working(meeting + Days::new(7))
            && let Some(worker) = workers.first()
        {
            self.beyond_pecule(worker, &one.goods[0]);
        }
        if day == month_end(one.month) {
            let place = self.s.of("store", "cantine");
            self.count(&place, &format!("=goods {place}"), "magasinier", "tresoriere");
        }
    }

    /// The committee has decided: the canteen gets its places, its terms, and its first francs.
    pub(super) fn open_canteen(&mut self, decision: &str) {
        let Some(one) = self.told() else { return };
        let s = &mut self.s;
        let (mag, tres) = (s.person("magasinier"), s.person("tresoriere"));
        let [unit, store, cash_box, fund] = ["workshop", "store", "cash-box", "fund"].map(|kind| s.of(kind, "cantine"));
        s.put("chef", "store", json!({"code": "cantine", "label": "Magasin de la cantine", "keeper": mag}));
        s.put("chef", "cash-box", json!({"code": "cantine", "label": "Caisse de la cantine", "keeper": tres}));
        s.put("chef", "fund", json!({"code": "cantine", "label": "Fonds de la cantine"}));
        s.put("chef", "workshop", json!({"code": "cantine", "label": one.label, "trade": "trade/canteen"}));
        let pecules = s.of("cash-box", "caisse");
        let terms = json!({
            "label": one.label, "unit": unit, "store": store, "cash-box": cash_box, "pecules": pecules, "fund": fund,
            "margin": one.margin, "month": format!("{} XOF", one.most)
        });
        let canteen = s.put_under("secretaire", "canteen", decision, terms);
        s.endorse(&canteen, "maire");
        let gift = json!({"into": cash_box, "fund": fund, "amount": format!("{} XOF", one.start), "donor": one.giver});
        s.put("tresoriere", "gift-money", gift);
        self.canteen = Some(Open { decision: decision.to_owned(), canteen, lists: 0 });
    }

    /// Goods bought out of the canteen's own cash box.
    fn stock_canteen(&mut self, goods: &[CanteenGoods]) {
        let Some((decision, left)) = self.purchases.clone() else { return };
        let costs: i64 = goods.iter().map(|one| one.costs).sum();
        let s = &mut self.s;
        let [store, cash_box, fund] = ["store", "cash-box", "fund"].map(|kind| s.of(kind, "cantine"));
        let supplier = s.of("supplier", "marche");
        let lines: Vec<Value> = goods.iter().map(|one| json!({"purpose": "Cantine", "amount": format!("{} XOF", one.costs)})).collect();
        let form = json!({"from": cash_box, "fund": fund, "supplier": supplier, "lines": lines});
        s.propose("tresoriere", "expense", Some(&decision), form, "maire");
        for one in goods {
            let form = json!({
                "item": format!("item/{}", one.item), "quantity": one.bought, "store": store, "supplier": supplier,
                "value": format!("{} XOF", one.costs)
            });
            s.put("magasinier", "goods-in", form);
        }
        self.purchases = Some((decision, left - costs));
    }

    /// A list that the buyers signed, keyed by the treasurer and countersigned by the secretary.
    fn canteen_list(&mut self, lines: &[(String, &CanteenGoods)]) {
        let Some(open) = &mut self.canteen else { return };
        open.lists += 1;
        let (decision, form) = (open.decision.clone(), list(open, lines));
        self.s.propose("tresoriere", "canteen-list", Some(&decision), form, "secretaire");
    }

    /// Somebody who was just paid out asks for more than the pécule has left.
    fn beyond_pecule(&mut self, worker: &str, goods: &CanteenGoods) {
        let Some(open) = &mut self.canteen else { return };
        open.lists += 1;
        let (decision, form) = (open.decision.clone(), list(open, &[(worker.to_owned(), goods)]));
        self.s.refused("tresoriere", "canteen-list", Some(&decision), form, "canteen-list/more-than-pecule");
    }

    /// The canteen's own cash is counted on the last day of a month.
    pub(super) fn count_canteen(&mut self) {
        if self.canteen.is_some() {
            let place = self.s.of("cash-box", "cantine");
            self.count(&place, &format!("=cash {place} 0"), "tresoriere", "secretaire");
        }
    }

    /// Its cash box is closed with the month, once it was there at the month's end.
    pub(super) fn close_canteen(&mut self, until: Date) {
        let opened = self.told().map(|one| month_start(one.month - Months::new(1)));
        if self.canteen.is_some() && opened.is_some_and(|month| until >= month) {
            let form = json!({"scope": "cash-box-day", "place": self.s.of("cash-box", "cantine"), "until": until.to_string()});
            self.s.propose("tresoriere", "close", None, form, "maire");
        }
    }
}

fn list(open: &Open, lines: &[(String, &CanteenGoods)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(person, goods)| json!({"person": person, "item": format!("item/{}", goods.item), "quantity": goods.takes}))
        .collect();
    json!({"canteen": open.canteen, "paper": open.lists.to_string(), "lines": lines})
}
