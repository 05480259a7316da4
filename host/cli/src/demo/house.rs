//! What all facilities do alike: their founding, their committee, their kitchen, their cash and their closings.

use super::canteen::Open;
use super::facts::kilograms;
use super::script::{Script, month_end, month_start, working};
use baara_desk::{Clock, Founding, Member};
use baara_plugin_api::{Date, Datelike, Days, Months, Value, json};

/// The people of a committee: code, woman, college, office, roles.
const COMMITTEE: [(&str, bool, &str, &str, &str); 6] = [
    ("maire", false, "officials", "chair", "chair"),
    ("secretaire", false, "staff", "secretary", "secretary"),
    ("tresoriere", true, "ngo", "treasurer", "treasurer"),
    ("chef", false, "staff", "member", "facility-head"),
    ("familles", true, "families", "member", "member"),
    ("droits", false, "rights", "member", "member"),
];

/// The staff without a seat: code, woman, role.
const STAFF: [(&str, bool, &str); 3] =
    [("greffier", false, "registry-officer"), ("magasinier", false, "storekeeper"), ("assistante", true, "social-worker")];

/// Who looks on, and writes nothing: code, woman, role.
const LOOKERS: [(&str, bool, &str); 2] = [("inspectrice", true, "inspector"), ("informaticien", false, "administrator")];

/// Goods of one lot in a store: how many smallest units are left, and from when they may leave.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    /// The item's code.
    pub(super) item: String,
    /// How the lot is referred to.
    pub(super) lot: String,
    /// What is left, in the item's smallest unit.
    pub(super) left: i64,
    /// The first day it may leave.
    pub(super) from: Date,
}

/// A question put to a meeting.
#[derive(Clone, Debug)]
pub(super) struct Question {
    about: &'static str,
    title: String,
    ceiling: Option<String>,
    until: Option<Date>,
    recused: Option<(&'static str, String)>,
    /// The fund it is for, and its terms.
    on: Option<(String, String)>,
    /// What to do with the decision once the minutes are signed.
    then: Then,
}

/// What follows a decision.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// Nothing of its own.
    Rest,
    /// It is the decision under which the coming month's purchases are paid.
    Purchases,
    /// A rule is adopted.
    Rule(&'static str),
    /// The price list is adopted.
    Prices,
    /// Each unit's sharing key is adopted.
    Keys,
    /// A unit's pot is shared up to a day, and paid out.
    Share(String, Date),
    /// A shortage of francs is written off.
    WriteOff(String, String),
    /// Spoiled goods are lost for good.
    Lost(String),
    /// Goods are given: item, lot, quantity, to whom.
    Give([String; 4]),
    /// The canteen opens.
    Canteen,
}

impl Question {
    /// A question without ceiling.
    pub(super) fn new(about: &'static str, title: &str, then: Then) -> Question {
        Question { about, title: title.to_owned(), ceiling: None, until: None, recused: None, on: None, then }
    }

    /// With a ceiling and, for spending, a last day.
    pub(super) fn up_to(mut self, ceiling: &str, until: Option<Date>) -> Question {
        self.ceiling = Some(ceiling.to_owned());
        self.until = until;
        self
    }

    /// For a fund, on these terms.
    pub(super) fn for_fund(mut self, fund: String, terms: String) -> Question {
        self.on = Some((fund, terms));
        self
    }

    /// True when it asks for this sort of decision.
    pub(super) fn is_about(&self, about: &str) -> bool {
        self.about == about
    }

    fn recusing(mut self, member: &'static str, nature: &str) -> Question {
        self.recused = Some((member, nature.to_owned()));
        self
    }
}

/// A facility's script, and what its people know while they write it.
pub(super) struct House<'f> {
    /// The commands so far.
    pub(super) s: Script<'f>,
    /// The units that sell: `workshop/…` or `farm/…`, with their label.
    pub(super) units: Vec<(String, String)>,
    /// Items and prices the committee adopts first.
    pub(super) prices: Vec<(String, i64)>,
    /// What the kitchen may cook.
    pub(super) pantry: Vec<Shelf>,
    /// Kilograms a week, and what it is called on the dispatch note.
    pub(super) weekly: i64,
    /// The decision for purchases in force, and francs left of it.
    pub(super) purchases: Option<(String, i64)>,
    /// True once the first minutes are signed.
    pub(super) constituted: bool,
    /// True once a pot was shared: the funds hold something.
    pub(super) has_shared: bool,
    /// Francs sold for cash since the last deposit.
    pub(super) taken: i64,
    /// Questions waiting for the next meeting.
    pub(super) waiting: Vec<Question>,
    /// The meeting called for, and its day.
    pub(super) called: Option<(String, Date)>,
    /// Decisions whose pot is to be paid: day, decision.
    pub(super) payouts: Vec<(Date, String)>,
    /// A deposit on its way: day of its advice, transit, amount.
    advice: Option<(Date, String, i64)>,
    /// Francs of credit: customer, sale, amount, when they are paid.
    pub(super) debts: Vec<(Date, String, i64)>,
    /// Detainees whose pécule the opening names: person, francs.
    pub(super) opened_with: Vec<(String, i64)>,
    /// The opening's outcome.
    pub(super) opening: Option<String>,
    /// The canteen, once it has opened.
    pub(super) canteen: Option<Open>,
    /// The month's ceiling for purchases.
    pub(super) monthly: i64,
    /// The facility's own place among all, for days that differ.
    pub(super) offset: u64,
}

/// The act that created the committees.
const ACT: &str = "Décision N° 2018-041 MJDH-DNAPES du 3 septembre 2018";

impl<'f> House<'f> {
    /// A facility before its first day.
    pub(super) fn new(s: Script<'f>, offset: usize) -> House<'f> {
        House {
            s,
            units: Vec::new(),
            prices: Vec::new(),
            pantry: Vec::new(),
            weekly: 0,
            purchases: None,
            constituted: false,
            has_shared: false,
            taken: 0,
            waiting: Vec::new(),
            called: None,
            payouts: Vec::new(),
            advice: None,
            debts: Vec::new(),
            opened_with: Vec::new(),
            opening: None,
            canteen: None,
            monthly: 0,
            offset: u64::try_from(offset % 5).unwrap_or_default(),
        }
    }

    /// The founding act, with the people who lead the facility's units.
    pub(super) fn founding(s: &mut Script<'f>, leads: &[(String, &str)]) -> Founding {
        let mut members = Vec::new();
        for (code, woman, college, office, role) in COMMITTEE {
            let roles = if role == "member" { vec!["member".to_owned()] } else { vec![role.to_owned(), "member".to_owned()] };
            members.push(Member {
                code: code.to_owned(),
                name: s.name(woman),
                sex: if woman { "f" } else { "m" }.to_owned(),
                college: Some(college.to_owned()),
                office: office.to_owned(),
                roles,
            });
        }
        let leads = leads.iter().map(|(code, role)| (code.as_str(), false, *role));
        let seatless = |code: &str, name: String, woman: bool, role: &str| Member {
            code: code.to_owned(),
            name,
            sex: if woman { "f" } else { "m" }.to_owned(),
            college: None,
            office: String::new(),
            roles: vec![role.to_owned()],
        };
        for (code, woman, role) in STAFF.into_iter().chain(leads) {
            members.push(seatless(code, s.name(woman), woman, role));
        }
        // They do nothing in the year, so their names are drawn apart from it.
        let mut apart = Script::new(s.facts, &format!("{}/apart", s.site), 0, s.day);
        for (code, woman, role) in LOOKERS {
            members.push(seatless(code, apart.name(woman), woman, role));
        }
        let rules = [
            ("quorum.heads", json!("1/2")),
            ("quorum.colleges", json!(3)),
            ("majority", json!("1/2")),
            ("minutes.signing", json!("own-or-ink")),
            ("meeting.notice-days", json!(5)),
            ("mandate.months", json!(36)),
            ("closing.count-days", json!(7)),
            ("visa.reception", json!(["facility-head|secretary"])),
        ];
        let at = s.day.and_hms_opt(7, 30, 0).expect("a time").and_utc().timestamp_millis();
        Founding {
            site: s.site.clone(),
            facility: Vec::new(),
            act: ACT.to_owned(),
            members,
            rules: rules.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            date: s.day,
            clock: Clock::Practice { at },
        }
    }

    /// Store, cash box, bank, funds and the parties everybody deals with.
    pub(super) fn furnish(&mut self) {
        let s = &mut self.s;
        let (mag, tres) = (s.person("magasinier"), s.person("tresoriere"));
        s.put("chef", "store", json!({"code": "magasin", "label": "Magasin général", "keeper": mag}));
        s.put("chef", "cash-box", json!({"code": "caisse", "label": "Caisse du comité", "keeper": tres}));
        s.put(
            "chef",
            "bank",
            json!({"code": "banque", "label": "Compte du comité", "keeper": tres, "account": format!("ML-{}-2020", s.site)}),
        );
        for (code, label) in [("roulement", "Fonds de roulement"), ("entretien", "Fonds d'entretien et d'entraide")] {
            s.put("chef", "fund", json!({"code": code, "label": label}));
        }
        for (code, label, kind) in
            [("marche", "Commerçants du marché", "trader"), ("etat", "Dotation alimentaire de l'État", "administration")]
        {
            s.put("magasinier", "supplier", json!({"code": code, "label": label, "kind": kind}));
        }
        for (code, label, kind) in
            [("ecole", "Direction de l'école voisine", "administration"), ("grossiste", "Grossiste de la place", "trader")]
        {
            s.put("tresoriere", "customer", json!({"code": code, "label": label, "kind": kind}));
        }
        let agent = s.person("greffier");
        s.put("tresoriere", "customer", json!({"code": "agent", "label": "Un agent de l'établissement", "kind": "staff", "person": agent}));
        let tres = s.person("tresoriere");
        let carnet =
            json!({"code": "carnet-1", "label": "Carnet de reçus à souches", "first-number": 1, "last-number": 500, "keeper": tres});
        s.put("tresoriere", "series-register", carnet);
        s.put("chef", "wallet", json!({"code": "mobile", "label": "Compte de paiement mobile", "keeper": tres}));
    }

    /// A detainee enters; gives how they are referred to.
    pub(super) fn admit(&mut self, woman: bool, young: bool, convicted: bool) -> String {
        let s = &mut self.s;
        let name = s.name(woman);
        let committal = format!("{}/{}/{}", s.site.to_uppercase(), s.day.year(), 100 + s.steps.len());
        let born = if young { s.chance.between(2003, 2005) } else { s.chance.between(1966, 2000) };
        let status = if convicted { "convicted" } else { *s.chance.pick(&["remand", "remand", "charged", "accused"]) };
        let mut form =
            json!({"name": name, "committal": committal, "sex": if woman { "f" } else { "m" }, "birth-year": born, "status": status});
        if convicted {
            let months = u32::try_from(s.chance.between(16, 70)).unwrap_or(24);
            form["release"] = (s.day + Months::new(months)).to_string().into();
        }
        let person = s.put("greffier", "admit", form);
        if !convicted {
            let witness = s.person("secretaire");
            s.put("assistante", "consent", json!({"person": person, "withdrawn": false, "witness": witness}));
        }
        person
    }

    /// The *situation initiale*: cash, what is kept for two detainees, and goods; the lots come in the order of `goods`.
    pub(super) fn open_with(&mut self, cash: i64, goods: &[(String, String)], kept: &[String]) -> String {
        let s = &mut self.s;
        let store = s.of("store", "magasin");
        let goods: Vec<Value> =
            goods.iter().map(|(item, quantity)| json!({"store": store, "item": format!("item/{item}"), "quantity": quantity})).collect();
        let sums: Vec<i64> = kept.iter().map(|_| s.chance.between(1200, 3600) * 5).collect();
        let pecules: Vec<Value> =
            kept.iter().zip(&sums).map(|(person, sum)| json!({"person": person, "amount": format!("{sum} XOF")})).collect();
        let second = s.person("secretaire");
        let cash_box = s.of("cash-box", "caisse");
        let form = json!({"act": ACT, "second": second, "goods": goods, "cash": [{"place": cash_box, "amount": format!("{cash} XOF")}], "pecules": pecules});
        let opened = s.propose("chef", "opening", None, form, "secretaire");
        self.opened_with = kept.iter().cloned().zip(sums).collect();
        self.opening = Some(opened.clone());
        opened
    }

    /// The working day of the month's meeting.
    pub(super) fn meeting_day(&self, month: Date) -> Date {
        working(month_start(month) + Days::new(12 + self.offset))
    }

    /// What the day asks of the committee, the treasurer and the kitchen.
    pub(super) fn day(&mut self, day: Date) {
        let meeting = self.meeting_day(day);
        if day == meeting - Days::new(6) {
            self.convene(meeting);
        }
        if day == meeting {
            self.ordinary_meeting();
        }
        self.few_colleges(day);
        self.pay_out(day);
        self.cash_matters(day);
        if self.constituted && day.weekday() == chrono::Weekday::Fri {
            self.cook();
        }
        self.refused_payment(day);
        self.paper(day);
    }

    fn convene(&mut self, on: Date) {
        let agenda = json!(["Lecture du procès-verbal", "Ventes, caisse et magasin du mois", "Achats", "Divers"]);
        let form = json!({"on": on.to_string(), "place": "Salle du greffe", "session": "ordinary", "agenda": agenda});
        self.called = Some((self.s.put("secretaire", "convocation", form), on));
    }

    fn questions(&mut self) -> Vec<Question> {
        let day = self.s.day;
        let until = month_end(day + Months::new(1)).min(super::resolve::LAST);
        let mut questions = Vec::new();
        if !self.constituted {
            questions.push(Question::new("prices", "Tarif des produits", Then::Prices));
            questions.push(Question::new("eat", "Repas préparés avec les produits du magasin", Then::Rule("eat.decision")));
            questions.push(Question::new("sharing-key", "Partage des ventes par tiers", Then::Keys));
        }
        let ceiling = format!("{} XOF", self.monthly);
        questions.push(Question::new("spend", "Achats de matières du mois", Then::Purchases).up_to(&ceiling, Some(until)));
        let site = self.s.site.clone();
        if let Some(one) = self.s.facts.months.recused.iter().find(|one| one.site == site && one.month == month_start(day)) {
            let spend = Question::new("spend", &one.title, Then::Rest).up_to("40000 XOF", Some(until));
            questions.push(spend.recusing(if one.nature.contains("maire") { "maire" } else { "tresoriere" }, &one.nature));
        }
        // Pots are shared after each quarter; the last one of the calendar year before its end.
        let shared_until = match day.month() {
            4 | 7 | 10 => month_start(day).pred_opt(),
            12 => month_start(day).pred_opt(),
            3 if day.year() == 2021 => month_start(day).pred_opt(),
            _ => None,
        };
        if let Some(until) = shared_until {
            for (unit, label) in self.units.clone() {
                let ceiling = format!("=workers {unit} {until}");
                let title = format!("Partage des ventes de {label} jusqu'au {}", until.format("%d/%m/%Y"));
                questions.push(Question::new("distribution", &title, Then::Share(unit, until)).up_to(&ceiling, None));
            }
        }
        questions.append(&mut self.waiting);
        questions
    }

    fn ordinary_meeting(&mut self) {
        let Some((meeting, _)) = self.called.take() else { return };
        let questions = self.questions();
        let excused = if self.s.chance.once_in(3) { Some(*self.s.chance.pick(&["familles", "droits"])) } else { None };
        self.presence(&meeting, &|code| if Some(code) == excused { "excused" } else { "present" });
        let decisions: Vec<String> = questions.iter().map(|question| self.vote(&meeting, question)).collect();
        self.s.put("secretaire", "minutes", json!({"meeting": meeting}));
        let month = month_start(self.s.day);
        let site = self.s.site.clone();
        let in_ink = self.s.facts.months.ink.iter().any(|ink| ink.site == site && ink.month == month);
        let signers: Vec<&str> =
            ["maire", "secretaire", "tresoriere", "familles", "droits"].into_iter().filter(|code| Some(*code) != excused).collect();
        if in_ink {
            let names: Vec<String> = signers.iter().map(|code| self.s.person(code)).collect();
            let witness = self.s.person("tresoriere");
            let code = format!("{}-{}", site, month.format("%Y-%m"));
            self.s.put("secretaire", "sign-ink", json!({"meeting": meeting, "witness": witness, "signers": names, "code": code}));
            self.s.put("tresoriere", "attest-ink", json!({"meeting": meeting}));
        } else {
            for signer in signers {
                self.s.put(signer, "sign", json!({"meeting": meeting}));
            }
        }
        for (question, decision) in questions.into_iter().zip(decisions) {
            self.follow(question.then, &decision);
        }
        self.constituted = true;
    }

    fn presence(&mut self, meeting: &str, came: &dyn Fn(&str) -> &'static str) {
        let lines: Vec<Value> = COMMITTEE.iter().map(|(code, ..)| json!({"person": self.s.person(code), "presence": came(code)})).collect();
        self.s.put("secretaire", "presence", json!({"meeting": meeting, "lines": lines}));
    }

    fn vote(&mut self, meeting: &str, question: &Question) -> String {
        let mut form = json!({"meeting": meeting, "about": question.about, "title": question.title});
        if let Some(ceiling) = &question.ceiling {
            form["ceiling"] = ceiling.as_str().into();
        }
        if let Some(until) = question.until {
            form["until"] = until.to_string().into();
        }
        if let Some((fund, terms)) = &question.on {
            form["purpose"] = fund.as_str().into();
            form["terms"] = terms.as_str().into();
        }
        let motion = self.s.put("secretaire", "motion", form);
        if let Some((member, nature)) = &question.recused {
            let person = self.s.person(member);
            self.s.put("secretaire", "interest", json!({"motion": motion, "person": person, "nature": nature}));
        }
        self.s.put("secretaire", "vote", json!({"motion": motion, "consensus": true}));
        self.s.put("secretaire", "motion-close", json!({"motion": motion}))
    }

    fn follow(&mut self, then: Then, decision: &str) {
        let today = self.s.day;
        match then {
            Then::Rest => {}
            Then::Purchases => self.purchases = Some((decision.to_owned(), self.monthly)),
            Then::Rule(rule) => {
                self.s.propose("secretaire", "adopt-rule", Some(decision), json!({"rule": rule}), "maire");
            }
            Then::Prices => {
                let lines: Vec<Value> = self
                    .prices
                    .iter()
                    .map(|(item, price)| json!({"item": format!("item/{item}"), "price": format!("{price} XOF")}))
                    .collect();
                self.s.propose("secretaire", "adopt-prices", Some(decision), json!({"lines": lines}), "maire");
            }
            Then::Keys => {
                let funds = [self.s.of("fund", "roulement"), self.s.of("fund", "entretien")];
                for (unit, _) in self.units.clone() {
                    let parts =
                        json!([{"to": "workers", "ratio": "1/3"}, {"to": funds[0], "ratio": "1/3"}, {"to": funds[1], "ratio": "1/3"}]);
                    let form = json!({
                        "unit": unit, "from": "2020-01-01", "parts": parts, "remainder": funds[0], "base": "gross",
                        "reference": "Modèle par tiers, adopté par le comité"
                    });
                    self.s.propose("secretaire", "sharing-key", Some(decision), form, "maire");
                }
            }
            Then::Share(unit, until) => {
                let form = json!({"unit": unit, "until": until.to_string()});
                self.s.propose("tresoriere", "distribution", Some(decision), form, "maire");
                self.payouts.push((working(today + Days::new(2)), decision.to_owned()));
                self.has_shared = true;
            }
            Then::WriteOff(shortage, reason) => {
                let fund = self.s.of("fund", "entretien");
                let form = json!({"shortage": shortage, "outcome": "written-off", "to": fund, "reason": reason});
                self.s.propose("tresoriere", "shortage-explained", Some(decision), form, "maire");
            }
            Then::Give([item, lot, quantity, receiver]) => {
                let store = self.s.of("store", "magasin");
                let form = json!({"store": store, "item": item, "lot": lot, "quantity": quantity, "receiver": receiver});
                self.s.propose("secretaire", "give", Some(decision), form, "maire");
            }
            Then::Canteen => self.open_canteen(decision),
            Then::Lost(shortage) => {
                self.s.propose("secretaire", "loss-decided", Some(decision), json!({"shortage": shortage}), "maire");
            }
        }
    }

    /// A meeting to which staff and elected officials alone came: the motion fails for want of a college.
    fn few_colleges(&mut self, day: Date) {
        let site = self.s.site.clone();
        let Some(one) = self.s.facts.months.few_colleges.iter().find(|one| one.site == site && one.month == month_start(day)) else {
            return;
        };
        let on = working(month_start(day) + Days::new(23));
        if day == on - Days::new(5) {
            let form = json!({"on": on.to_string(), "place": "Salle du greffe", "session": "extraordinary", "agenda": [one.title]});
            self.s.put("secretaire", "convocation", form);
            self.s.call_it("few-colleges");
        }
        if day == on {
            let meeting = "@few-colleges";
            self.presence(meeting, &|code| if matches!(code, "maire" | "secretaire" | "chef") { "present" } else { "absent" });
            let question = Question::new("spend", &one.title, Then::Rest).up_to("150000 XOF", Some(month_end(day)));
            self.vote(meeting, &question);
            self.s.put("secretaire", "minutes", json!({"meeting": meeting}));
            for signer in ["maire", "secretaire"] {
                self.s.put(signer, "sign", json!({"meeting": meeting}));
            }
        }
    }

    fn pay_out(&mut self, day: Date) {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.payouts).into_iter().partition(|(on, _)| *on <= day);
        self.payouts = later;
        for (_, decision) in now {
            let place = self.s.of("cash-box", "caisse");
            self.s.propose("tresoriere", "payout", Some(&decision), json!({"place": place, "all": true}), "maire");
        }
    }

    /// Somebody whose pécule the opening names goes free, and is paid off first.
    pub(super) fn set_free(&mut self) {
        let (Some(opening), Some((person, _))) = (self.opening.clone(), self.opened_with.pop()) else { return };
        let (place, decision) = (self.s.of("cash-box", "caisse"), format!("{opening}/decision"));
        let line = json!([{"person": person, "amount": format!("=owed {person}")}]);
        self.s.propose("tresoriere", "payout", Some(&decision), json!({"place": place, "lines": line}), "maire");
        self.s.put("greffier", "release", json!({"person": person}));
    }

    /// Numbers of the receipt book that ended without a sale.
    fn paper(&mut self, day: Date) {
        let site = self.s.site.clone();
        for one in self.s.facts.months.paper.iter().filter(|one| one.site == site && one.on == day) {
            let form = json!({"series": self.s.of("series", "carnet-1"), "number": one.number, "ended": one.ended, "reason": one.reason});
            self.s.put("tresoriere", "series-number", form);
        }
    }

    /// A payment that names no decision: it is refused, whoever asks.
    fn refused_payment(&mut self, day: Date) {
        let site = self.s.site.clone();
        for one in self.s.facts.months.unpaid.iter().filter(|one| one.site == site && one.on == day) {
            let (place, fund) = (self.s.of("cash-box", "caisse"), self.s.of("fund", "entretien"));
            let lines = json!([{"purpose": one.purpose, "amount": format!("{} XOF", one.amount)}]);
            self.s.refused("tresoriere", "expense", None, json!({"from": place, "fund": fund, "lines": lines}), "leave/missing");
        }
    }

    fn cash_matters(&mut self, day: Date) {
        if let Some((on, transit, amount)) = self.advice.clone()
            && on <= day
        {
            let (bank, advice) = (self.s.of("bank", "banque"), format!("avis {}", day.format("%d/%m")));
            let form = json!({"transit": transit, "bank": bank, "amount": format!("{amount} XOF"), "advice": advice});
            self.s.put("tresoriere", "deposit-confirmed", form);
            self.advice = None;
        }
        let due: Vec<_> = self.debts.iter().filter(|debt| debt.0 <= day).cloned().collect();
        self.debts.retain(|debt| debt.0 > day);
        for (_, sale, amount) in due {
            let (customer, place) = (self.s.of("customer", "ecole"), self.s.of("cash-box", "caisse"));
            let form = json!({"customer": customer, "amount": format!("{amount} XOF"), "place": place, "sale": format!("{sale}/sale")});
            self.s.put("tresoriere", "debt-payment", form);
            self.taken += amount;
        }
        // A third of the takings goes to the bank, in full notes; the rest waits for the payout.
        if day == working(month_start(day) + Days::new(21)) {
            let amount = self.taken * 3 / 10 / 5000 * 5000;
            self.taken = 0;
            if amount > 0 {
                let (cash_box, bank) = (self.s.of("cash-box", "caisse"), self.s.of("bank", "banque"));
                let slip = format!("bordereau {}", day.format("%m/%Y"));
                let form = json!({"cash-box": cash_box, "bank": bank, "amount": format!("{amount} XOF"), "slip": slip});
                let transit = self.s.put("tresoriere", "deposit", form);
                self.advice = Some((working(day + Days::new(2)), format!("{transit}/transit"), amount));
            }
        }
        if day == month_start(day) + Days::new(14) && self.constituted {
            self.count_cash(0);
        }
        if day == working(month_start(day) + Days::new(1)) && day > Date::from_ymd_opt(2020, 1, 31).expect("a day") {
            self.close_month(month_start(day).pred_opt().expect("an earlier day"));
        }
        if self.has_shared && day == working(month_start(day) + Days::new(24)) {
            self.small_expense();
        }
    }

    /// What the last hour of a month's last day asks for: the cash is counted.
    pub(super) fn evening(&mut self, day: Date) {
        if day != month_end(day) {
            return;
        }
        let site = self.s.site.clone();
        let short = self.s.facts.months.short.iter().find(|one| one.site == site && one.on == day).cloned();
        let closed = self.count_cash(short.as_ref().map_or(0, |short| short.amount));
        if let Some(short) = short {
            let shortage = format!("{closed}/shortage");
            if short.end == "refunded" {
                let to = self.s.of("cash-box", "caisse");
                let form = json!({"shortage": shortage, "outcome": "refunded", "to": to, "reason": short.reason});
                self.s.put("tresoriere", "shortage-explained", form);
            } else {
                let question = Question::new("write-off", "Manquant de caisse", Then::WriteOff(shortage, short.reason));
                self.waiting.push(question.up_to(&format!("{} XOF", short.amount), None));
            }
        }
        self.count_canteen();
        if day.month().is_multiple_of(3) {
            self.count_store();
        }
    }

    /// Two people count the cash, neither knowing the other's figures nor the book's.
    fn count_cash(&mut self, less: i64) -> String {
        let place = self.s.of("cash-box", "caisse");
        let figures = format!("=cash {place} {less}");
        self.count(&place, &figures, "tresoriere", "secretaire")
    }

    fn count_store(&mut self) -> String {
        let place = self.s.of("store", "magasin");
        let figures = format!("=goods {place}");
        self.count(&place, &figures, "magasinier", "tresoriere")
    }

    pub(super) fn count(&mut self, place: &str, figures: &str, first: &str, second: &str) -> String {
        let count = self.s.put(first, "count-begin", json!({"place": place}));
        self.s.put(first, "count-first", json!({"count": count, "figures": figures}));
        self.s.put(second, "count-second", json!({"count": count, "figures": figures}));
        self.s.put(first, "count-close", json!({"count": count, "first-figures": figures, "second-figures": figures}))
    }

    fn close_month(&mut self, until: Date) {
        let day = until.to_string();
        let (cash_box, store, facility) =
            (self.s.of("cash-box", "caisse"), self.s.of("store", "magasin"), format!("facility/{}", self.s.site));
        self.s.propose("tresoriere", "close", None, json!({"scope": "cash-box-day", "place": cash_box, "until": day}), "maire");
        self.close_canteen(until);
        if until.month().is_multiple_of(3) {
            self.s.propose("tresoriere", "close", None, json!({"scope": "store-month", "place": store, "until": day}), "maire");
        }
        self.s.propose("tresoriere", "close", None, json!({"scope": "facility-month", "place": facility, "until": day}), "maire");
    }

    /// A small purchase in cash, from the fund that the sales filled.
    fn small_expense(&mut self) {
        let Some((decision, left)) = self.purchases.clone() else { return };
        let what = *self.s.chance.pick(&[
            "Ampoules et pile de la balance",
            "Cahiers, stylos et registres",
            "Réparation d'outils",
            "Savon et eau de Javel",
            "Transport au marché",
        ]);
        let amount = self.s.chance.between(10, 30) * 250;
        if amount > left {
            return;
        }
        let (place, fund) = (self.s.of("cash-box", "caisse"), self.s.of("fund", "roulement"));
        let lines = json!([{"purpose": what, "amount": format!("{amount} XOF")}]);
        let form = json!({"from": place, "fund": fund, "no-invoice": "Petit achat au marché", "lines": lines});
        self.s.propose("tresoriere", "expense", Some(&decision), form, "maire");
        self.purchases = Some((decision, left - amount));
    }

    /// The week's grain goes to the kitchen; the head of the facility sees it cooked.
    fn cook(&mut self) {
        let day = self.s.day;
        let grams = self.weekly * 1000 + self.s.chance.between(-40, 40) * 500;
        let Some((item, lot, took)) = take(&mut self.pantry, grams, day) else { return };
        let store = self.s.of("store", "magasin");
        let form = json!({"store": store, "item": format!("item/{item}"), "lot": lot, "quantity": kilograms(took)});
        let cooked = self.s.put("magasinier", "kitchen", form);
        self.s.endorse(&cooked, "chef");
    }

    /// A loss that two witnesses saw; the committee is asked about it.
    pub(super) fn lost(&mut self, loss: &str, title: &str) {
        self.s.witnessed(loss);
        self.waiting.push(Question::new("loss", title, Then::Lost(format!("{loss}/shortage"))));
    }

    /// Goods bought under the month's decision: paid, then received by the storekeeper. False when too dear.
    pub(super) fn buy(&mut self, item: &str, quantity: &str, costs: i64, payer: (&str, &str), what: &str) -> bool {
        let Some((decision, left)) = self.purchases.clone() else { return false };
        if costs > left {
            return false;
        }
        let (bank, supplier) = (self.s.of("bank", "banque"), self.s.of("supplier", "marche"));
        let invoice = format!("{}/{item}", self.s.day.format("%y%m%d"));
        let lines = json!([{"purpose": what, "amount": format!("{costs} XOF")}]);
        let mut form = json!({"from": bank, "supplier": supplier, "invoice": invoice, "lines": lines});
        form[payer.0] = payer.1.into();
        self.s.propose("tresoriere", "expense", Some(&decision), form, "maire");
        self.purchases = Some((decision, left - costs));
        let store = self.s.of("store", "magasin");
        let goods = json!({
            "item": format!("item/{item}"), "quantity": quantity, "store": store, "supplier": self.s.of("supplier", "marche"),
            "value": format!("{costs} XOF")
        });
        self.s.put("magasinier", "goods-in", goods);
        true
    }
}

/// Takes up to `most` out of the oldest lot that may leave; gives item, lot and how much.
pub(super) fn take(shelves: &mut Vec<Shelf>, most: i64, day: Date) -> Option<(String, String, i64)> {
    let shelf = shelves.iter_mut().find(|shelf| shelf.from <= day && shelf.left > 0)?;
    let took = most.min(shelf.left);
    shelf.left -= took;
    let found = (shelf.item.clone(), shelf.lot.clone(), took);
    shelves.retain(|shelf| shelf.left > 0);
    Some(found)
}
