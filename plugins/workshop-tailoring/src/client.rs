//! A client's own cloth: taken in with a number, cut, and given back as garments and offcuts.
//!
//! It is never goods of ours. It lies in no store and has no holding, so no sale, issue or batch can reach it; what is ours
//! and goes into it, thread and buttons, leaves the store on this form.

use crate::cut;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Expected, Figures, Input, Made, Measured};
use std::collections::BTreeMap;

/// A client brings cloth.
#[derive(Form)]
pub(crate) struct ClothIn {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "customer")]
    customer: Id,
    /// What cloth it is.
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    /// Its width, in cm.
    width: Option<String>,
}

impl Record for ClothIn {
    const KIND: &'static str = "cloth-in/1";

    fn writes() -> Grant {
        grant(&["client-cloth"], &[], &[], &[], &["client-cloth"])
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.workshop)?;
        book.open(&self.customer)?;
        trade::good(book, &self.item, self.quantity)?;
        let taken = self.quantity.to_string();
        let values = [
            ("number", NUMBER.into()),
            ("unit", json!(self.workshop)),
            ("customer", json!(self.customer)),
            ("item", json!(self.item)),
            ("width", self.width.into()),
            ("left", json!(taken)),
            ("taken", taken.into()),
        ];
        Ok(Effects::new().number("client-cloth").open(&Id::new("client-cloth", "$1"), values))
    }
}

/// Garments are made of it: the client's, not ours.
#[derive(Form)]
pub(crate) struct ClothCut {
    #[field(of = "client-cloth")]
    cloth: Id,
    #[field(of = "item")]
    product: Id,
    #[field(of = "product")]
    good: Amount,
    #[field(of = "product")]
    rejected: Option<Amount>,
    band: Option<String>,
    /// How much of the cloth was cut.
    #[field(of = "cloth")]
    used: Amount,
    /// What is ours and went into it.
    inputs: Vec<Input>,
    #[field(sealed)]
    motive: Option<String>,
}

/// What of a client's cloth is still uncut.
fn left(cloth: &Thing, like: Amount) -> Amount {
    cloth.amount("left").unwrap_or_else(|| like.with_count(0))
}

/// No more of the cloth than is left of it.
fn within(cloth: &Thing, asked: Amount) -> Result<Amount, Refusal> {
    let left = left(cloth, asked);
    let after = left.minus(asked).ok().filter(|after| after.count() >= 0);
    after.ok_or_else(|| Refusal::new("cloth/more-than-left").with("cloth", &cloth.id).with("left", left).with("asked", asked))
}

/// What the garments should have taken: of the client's cloth, and of what is ours.
fn expected(book: &Book<'_>, figures: &Figures<'_>, made: &Made, cloth: &Thing, band: Option<&str>) -> Result<Expected, Refusal> {
    let mut recipe = cut::recipe(figures, &made.item.id, band)?;
    for input in recipe.iter_mut().filter(|input| cut::is_cloth(input)) {
        input["item"] = cloth.text("item").into();
    }
    let mut expected = Expected::default();
    expected.recipe(book, made, &json!({"inputs": recipe}), Some(Some(cloth.text("width")).filter(|width| !width.is_empty())))?;
    Ok(expected)
}

impl Record for ClothCut {
    const KIND: &'static str = "cloth-cut/1";

    fn writes() -> Grant {
        grant(&["client-cloth"], &[], &["store", "consumed"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["cloth/more-than-left", "cloth/mixed", "tailoring/band-needed", "tailoring/band-unknown"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let cloth = book.open(&self.cloth)?;
        let (unit, item) = (told(&cloth, "unit")?, told(&cloth, "item")?);
        let figures = Figures::of(book, &unit, &self.product)?;
        let made = Made::read(book, &self.product, self.good, self.rejected)?;
        let after = within(&cloth, self.used)?;
        let expected = expected(book, &figures, &made, &cloth, self.band.as_deref())?;
        let mut used = trade::used(book, &self.inputs)?;
        // Ours of the same sort beside a client's would be mixed with it.
        if used.contains_key(&item) {
            return Err(Refusal::new("cloth/mixed").with("cloth", &cloth.id).with("item", &item));
        }
        used.insert(item.clone(), self.used);
        let gaps = expected.gaps(book, &used)?;
        asks_why(gaps.first(), self.motive.as_ref())?;
        let line = expected.beside(&used).into_iter().find(|line| line.item == item);
        let due = line.map_or_else(|| self.used.with_count(0), |line| line.expected);
        let mut garments = cloth.values.get("garments").and_then(Value::as_array).cloned().unwrap_or_default();
        garments.push(json!({
            "item": self.product, "good": made.good.to_string(), "rejected": made.rejected.to_string(),
            "expected": due.to_string(), "actual": self.used.to_string(),
        }));
        let effects =
            Effects::new().set(&cloth.id, "left", after.to_string(), cmd.date).set(&cloth.id, "garments", Value::from(garments), cmd.date);
        let ours = self
            .inputs
            .iter()
            .fold(effects, |effects, one| effects.goods(&one.item, one.quantity, &one.store, &unit.as_kind("consumed"), one.lot.as_ref()));
        Ok(with_motive(warned(ours, "tailoring/client-cloth", &gaps, &cloth.id), &cloth.id, self.motive, cmd))
    }
}

/// What is given back.
#[derive(Form)]
pub(crate) struct Garments {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
}

/// The client comes for everything: garments, rejected ones too, and offcuts.
#[derive(Form)]
pub(crate) struct ClothBack {
    #[field(of = "client-cloth")]
    cloth: Id,
    garments: Vec<Garments>,
    /// Cloth that was not cut.
    #[field(of = "cloth")]
    offcuts: Option<Amount>,
    #[field(sealed)]
    motive: Option<String>,
}

impl Record for ClothBack {
    const KIND: &'static str = "cloth-back/1";

    fn writes() -> Grant {
        grant(&["client-cloth"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["cloth/more-than-left", "cloth/not-made"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let cloth = book.open(&self.cloth)?;
        let due = made_of(&cloth)?;
        let mut back: BTreeMap<Id, Amount> = BTreeMap::new();
        for line in &self.garments {
            add(&mut back, &line.item, line.quantity)?;
        }
        let too_many = |(item, given): &(&Id, &Amount)| given.count() > due.get(*item).map_or(0, |made| made.count());
        if let Some((item, given)) = back.iter().find(too_many) {
            let made = due.get(item).copied().unwrap_or_else(|| given.with_count(0));
            return Err(Refusal::new("cloth/not-made").with("cloth", &cloth.id).with("item", item).with("made", made).with("asked", given));
        }
        let mut lines: Vec<Measured> = due.into_iter().map(|(item, made)| beside(&item, made, back.get(&item).copied())).collect();
        if let Some(offcuts) = self.offcuts {
            within(&cloth, offcuts)?;
        }
        let uncut = cloth.amount("left").or(self.offcuts);
        lines.extend(uncut.and_then(|uncut| Some(beside(&cloth.id_of("item")?, uncut, self.offcuts))));
        // What a client does not get back went to somebody.
        let kept: Vec<Measured> = lines.into_iter().filter(Measured::falls_short).collect();
        asks_why(kept.first(), self.motive.as_ref())?;
        let effects = warned(Effects::new(), "tailoring/kept-back", &kept, &cloth.id);
        Ok(with_motive(effects, &cloth.id, self.motive, cmd).close(&cloth.id))
    }
}

fn told(cloth: &Thing, key: &str) -> Result<Id, Refusal> {
    cloth.id_of(key).ok_or_else(|| Refusal::new("thing/unknown").with("thing", &cloth.id))
}

fn beside(item: &Id, expected: Amount, actual: Option<Amount>) -> Measured {
    Measured { item: item.clone(), expected, actual: actual.unwrap_or_else(|| expected.with_count(0)), tolerance: Ratio::NONE }
}

fn add(all: &mut BTreeMap<Id, Amount>, item: &Id, more: Amount) -> Result<(), Refusal> {
    let so_far = all.entry(item.clone()).or_insert_with(|| more.with_count(0));
    *so_far = so_far.plus(more).map_err(|_| Refusal::new("batch/too-large").with("item", item).with("came", more))?;
    Ok(())
}

/// Every garment made of a client's cloth, rejected ones too: they are the client's as well.
fn made_of(cloth: &Thing) -> Result<BTreeMap<Id, Amount>, Refusal> {
    let mut all = BTreeMap::new();
    for line in cloth.values.get("garments").and_then(Value::as_array).into_iter().flatten() {
        let amount = |key: &str| line[key].as_str().and_then(|text| text.parse::<Amount>().ok());
        let Some(item) = line["item"].as_str().and_then(|text| Id::parse(text).ok()) else { continue };
        for more in [amount("good"), amount("rejected")].into_iter().flatten() {
            add(&mut all, &item, more)?;
        }
    }
    Ok(all)
}

/// The first gap wants a motive.
fn asks_why(gap: Option<&Measured>, motive: Option<&String>) -> Result<(), Refusal> {
    let (Some(gap), None) = (gap, motive) else { return Ok(()) };
    let refusal = Refusal::new("batch/motive-needed");
    Err(gap.args().into_iter().fold(refusal, |refusal, (key, value)| refusal.with(key, value)))
}

fn warned(effects: Effects, code: &str, gaps: &[Measured], cloth: &Id) -> Effects {
    gaps.iter().fold(effects, |effects, gap| effects.warn(code, &[cloth, &gap.item], gap.args()))
}

fn with_motive(effects: Effects, cloth: &Id, motive: Option<String>, cmd: &Command) -> Effects {
    if motive.is_some() { effects.set(cloth, "motive", motive, cmd.date) } else { effects }
}

/// Whose list it is.
#[derive(Form)]
pub(crate) struct Held {
    #[field(of = "workshop")]
    workshop: Id,
}

/// Clients' cloth that is still with us.
pub(crate) fn held(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Held { workshop } = trade::asked(cmd)?;
    book.open(&workshop)?;
    let columns = ["number", "since", "customer", "item", "brought", "uncut", "garments"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for id in book.things_having("client-cloth", "unit", workshop.as_str()) {
        let Some(cloth) = book.thing(&id) else { continue };
        let garments = made_of(&cloth)?.values().map(Amount::to_string).collect::<Vec<_>>().join(", ");
        let text = |key: &str| cloth.text(key).to_owned();
        rows.push(vec![text("number"), cloth.since.to_string(), text("customer"), text("item"), text("taken"), text("left"), garments]);
    }
    Ok(Table { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::tailors;
    use baara_plugin_api::testing::{PaperBook, command, date, id, moves, warnings};

    const CLOTH: &str = "client-cloth/kon-20-0001";

    /// The school brings 20 m of bazin, 140 cm wide.
    fn entrusted() -> PaperBook {
        let mut book = tailors();
        let fields = json!({"workshop": "workshop/kon-couture", "customer": "customer/kon-ecole", "item": "item/bazin",
            "quantity": "20.00 m", "width": "140"});
        let effects = record::<ClothIn>(&mut book, fields).unwrap();
        assert_eq!(moves(&effects), Vec::<String>::new(), "it is no stock of ours");
        book
    }

    fn record<R: Record>(book: &mut PaperBook, fields: Value) -> Decided {
        book.record(&Kind::of::<R>(), &command(R::KIND, "2020-03-02", fields))
    }

    fn smocks(used: &str, motive: Option<&str>) -> Value {
        json!({"cloth": CLOTH, "product": "item/blouse", "good": "8 piece", "rejected": "1 piece", "used": used, "motive": motive,
            "inputs": [{"item": "item/bouton", "quantity": "45 piece", "store": "store/kon-magasin"}]})
    }

    fn back(good: u64, offcuts: &str, motive: Option<&str>) -> Value {
        let garments = json!([{"item": "item/blouse", "quantity": format!("{good} piece")}]);
        json!({"cloth": CLOTH, "garments": garments, "offcuts": offcuts, "motive": motive})
    }

    fn value(book: &PaperBook, key: &str) -> Value {
        Book::new(book, "kon", date("2020-03-02")).value(&id(CLOTH), key)
    }

    #[test]
    fn a_clients_cloth_becomes_the_clients_garments() {
        let mut book = entrusted();
        let effects = record::<ClothCut>(&mut book, smocks("17.10 m", None)).unwrap();
        assert_eq!((moves(&effects), warnings(&effects)), (vec!["45 piece store/kon-magasin → consumed/kon-couture".to_owned()], vec![]));
        assert_eq!((value(&book, "left"), &value(&book, "garments")[0]["expected"]), (json!("2.90 m"), &json!("17.10 m")));
        let effects = record::<ClothBack>(&mut book, back(9, "2.90 m", None)).unwrap();
        assert_eq!(warnings(&effects), Vec::<&str>::new());
        assert!(!Book::new(&book, "kon", date("2020-03-02")).thing(&id(CLOTH)).unwrap().open);
    }

    #[test]
    fn more_cloth_than_the_garments_take_wants_a_motive() {
        assert_eq!(record::<ClothCut>(&mut entrusted(), smocks("18.90 m", None)).unwrap_err().args["expected"], "17.10 m");
        let effects = record::<ClothCut>(&mut entrusted(), smocks("18.90 m", Some("sealed:00"))).unwrap();
        assert_eq!(warnings(&effects), ["tailoring/client-cloth"]);
    }

    #[test]
    fn no_more_is_cut_than_the_client_brought() {
        let refusal = record::<ClothCut>(&mut entrusted(), smocks("20.01 m", Some("sealed:00"))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["left"].as_str()), ("cloth/more-than-left", "20.00 m"));
    }

    #[test]
    fn ours_is_not_mixed_with_a_clients() {
        let mut fields = smocks("17.10 m", None);
        fields["inputs"][0] = json!({"item": "item/bazin", "quantity": "1.00 m", "store": "store/kon-magasin"});
        assert_eq!(record::<ClothCut>(&mut entrusted(), fields).unwrap_err().code, "cloth/mixed");
    }

    #[test]
    fn a_client_gets_everything_back_or_is_told_why() {
        let mut book = entrusted();
        record::<ClothCut>(&mut book, smocks("17.10 m", None)).unwrap();
        let mut no = |good: u64, offcuts: &str| record::<ClothBack>(&mut book, back(good, offcuts, None)).unwrap_err();
        assert_eq!(no(10, "2.90 m").code, "cloth/not-made");
        assert_eq!(no(9, "2.91 m").code, "cloth/more-than-left");
        assert_eq!(no(8, "2.90 m").args["expected"], "9 piece");
        assert_eq!(no(9, "2.00 m").code, "batch/motive-needed");
        let effects = record::<ClothBack>(&mut book, back(8, "2.00 m", Some("sealed:00"))).unwrap();
        assert_eq!(warnings(&effects), ["tailoring/kept-back", "tailoring/kept-back"]);
    }

    #[test]
    fn the_list_shows_what_is_still_here() {
        let listed = |book: &PaperBook| {
            let cmd = command("client-cloth/1", "2020-03-02", json!({"workshop": "workshop/kon-couture"}));
            let table = held(&cmd, &Book::new(book, "kon", cmd.date)).unwrap();
            table.rows.iter().map(|row| row[3..].join("|")).collect::<Vec<_>>()
        };
        let mut book = entrusted();
        record::<ClothCut>(&mut book, smocks("17.10 m", None)).unwrap();
        assert_eq!(listed(&book), ["item/bazin|20.00 m|2.90 m|9 piece"]);
        record::<ClothBack>(&mut book, back(9, "2.90 m", None)).unwrap();
        assert_eq!(listed(&book), Vec::<String>::new());
    }
}
