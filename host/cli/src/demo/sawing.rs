//! Logs that a joinery buys, measures and saws into planks of its own.

use super::facts::Sawn;
use super::prison::Prison;
use baara_plugin_api::{Amount, Date, Value, json};

impl Prison<'_> {
    /// What the day brings to the saw.
    pub(super) fn saw_day(&mut self, day: Date) {
        let sawn: Vec<Sawn> = self.facts.months.sawn.iter().filter(|one| one.site == self.own.site && one.on == day).cloned().collect();
        sawn.iter().for_each(|one| self.saw(one));
    }

    fn saw(&mut self, one: &Sawn) {
        let cuts = |shop: &super::prison::Shop<'_>| shop.trade.code == one.trade;
        let shop = self.shops.iter().position(cuts).expect("checked: the joinery is here");
        let planks = self.shops[shop].trade.inputs.iter().position(|input| input.item == one.gives).expect("checked: it works with planks");
        let project = self.shops[shop].project.clone();
        if !self.house.buy(&one.item, &one.bought, one.costs, ("micro-project", &project), "Grumes de l'atelier") {
            return;
        }
        self.shops[shop].grant -= one.costs;
        let (lead, unit) = (self.shops[shop].lead.clone(), self.shops[shop].unit.clone());
        let s = &mut self.house.s;
        let store = s.of("store", "magasin");
        let logs: Vec<Value> = one.logs.iter().map(|log| json!({"length": log[0], "diameter": log[1], "count": log[2]})).collect();
        let form = json!({
            "workshop": unit, "product": format!("item/{}", one.gives), "good": one.good, "logs": logs, "store": store,
            "inputs": [{"item": format!("item/{}", one.item), "quantity": one.bought, "store": store}]
        });
        s.put(&lead, "joinery-batch", form);
        self.shops[shop].materials[planks] += one.good.parse::<Amount>().expect("checked: an amount").count();
    }
}
