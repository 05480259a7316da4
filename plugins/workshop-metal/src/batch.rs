//! A batch of chairs, beds, doors: bars against the cut list, rods against the steel, welds to test.

use crate::bars::{Bar, pack};
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Planned, Reckoned, Taking};
use std::collections::BTreeMap;

/// More lengths than anybody cuts for one batch, and what is still packed at once.
const MOST_CUTS: u64 = 5000;

/// A length of a cut list.
#[derive(Form, Clone)]
pub(crate) struct Cut {
    #[field(of = "item")]
    item: Id,
    /// Millimetres.
    length: u64,
    /// How many for one piece.
    count: u64,
}

/// A batch of metalwork.
#[derive(Form)]
pub(crate) struct MetalBatch {
    #[field(flatten)]
    making: Making,
    /// The cut list of one piece; without it, the trade's own.
    cuts: Vec<Cut>,
    #[field(flatten)]
    taking: Taking,
}

/// What somebody means to weld.
#[derive(Form)]
pub(crate) struct MetalSheet {
    #[field(flatten)]
    planned: Planned,
    cuts: Vec<Cut>,
}

/// The bars of each tube and profile, and what a batch should take.
struct Plan {
    bars: BTreeMap<Id, Vec<Bar>>,
    bar_mm: u64,
    rods: Id,
    expected: Expected,
}

/// A length in metres as whole millimetres.
fn millimetres(metres: Ratio) -> Option<u64> {
    metres.of(1000, Rounding::Half).and_then(|mm| u64::try_from(mm).ok())
}

/// The cut list of a product: the form's, else the trade's.
fn cut_list(own: &[Cut], figures: &Figures<'_>, product: &Id) -> Result<Vec<Cut>, Refusal> {
    let none = || Refusal::new("metal/no-cuts").with("product", product);
    if !own.is_empty() {
        return Ok(own.to_vec());
    }
    let told = figures.told("cuts");
    let cuts = <Vec<Cut> as FieldValue>::read(told).map_err(|_| none())?;
    if cuts.is_empty() { Err(none()) } else { Ok(cuts) }
}

fn reckon(own: &[Cut], book: &Book<'_>, figures: &Figures<'_>, made: &Made) -> Result<Plan, Refusal> {
    let product = &made.item.id;
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
    let (bar, saw) = (figures.get("bar")?, figures.get("saw")?);
    let (bar_mm, saw_mm) = (millimetres(bar.value).ok_or_else(unreadable)?, millimetres(saw.value).ok_or_else(unreadable)?);
    let cuts = cut_list(own, figures, product)?;
    let pieces = u64::try_from(made.all.count()).map_err(|_| unreadable())?;
    let all = cuts.iter().try_fold(0_u64, |sum, cut| sum.checked_add(cut.count.checked_mul(pieces)?));
    if made.all.scale() != 0 || all.is_none_or(|all| all > MOST_CUTS) {
        return Err(Refusal::new("metal/too-many-cuts").with("product", product).with("most", MOST_CUTS));
    }
    let mut lengths: BTreeMap<Id, Vec<u64>> = BTreeMap::new();
    for cut in &cuts {
        let times = usize::try_from(cut.count * pieces).map_err(|_| unreadable())?;
        lengths.entry(cut.item.clone()).or_default().extend(std::iter::repeat_n(cut.length, times));
    }
    let (rods, rods_per_kg) = figures.of_item("rods")?;
    let kg_per_m = figures.get("kg-per-m")?;
    let per_m = rods_per_kg.value.times(kg_per_m.value).ok_or_else(unreadable)?;
    let (mut bars, mut expected) = (BTreeMap::new(), Expected::default());
    for (item, lengths) in lengths {
        let long = |length: u64| Refusal::new("metal/cut-too-long").with("length", length).with("bar", bar_mm);
        let packed = pack(lengths, bar_mm, saw_mm).map_err(long)?;
        let count = Amount::new(i64::try_from(packed.len()).map_err(|_| unreadable())?, 0, made.all.unit());
        expected.per(book, &item, bar.value, count, bar.tolerance)?;
        expected.per(book, &rods, bar.value.times(per_m).ok_or_else(unreadable)?, count, rods_per_kg.tolerance)?;
        bars.insert(item, packed);
    }
    figures.inputs(&mut expected, made)?;
    Ok(Plan { bars, bar_mm, rods, expected })
}

/// Why pieces cannot be cut from bars; the sheets say so too.
pub(crate) const REFUSALS: &[&str] = &["metal/no-cuts", "metal/too-many-cuts", "metal/cut-too-long"];

impl Record for MetalBatch {
    const KIND: &'static str = "metal-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let plan = reckon(&self.cuts, book, &figures, &made)?;
        let beside = declared.beside(book, &plan.expected)?;
        let is_thin = |line: &Measured| line.item == plan.rods && line.falls_short();
        // A weld that lacks metal gives way under somebody: it is tested before it is sold.
        let thin = beside.into_iter().find(is_thin);
        let offcuts = plan.bars.values().flatten().map(|bar| bar.offcut(plan.bar_mm)).sum::<u64>();
        let reckoned = Reckoned {
            held: thin.is_some(),
            oddities: thin.into_iter().map(Oddity::named("metal/thin-weld")).collect(),
            more: vec![("bars", plan.bars.values().map(Vec::len).sum::<usize>().into()), ("offcuts", offcuts.into())],
            expected: plan.expected,
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

fn planned(cmd: &Command, book: &Book<'_>) -> Result<(Plan, Table), Refusal> {
    let form: MetalSheet = trade::asked(cmd)?;
    let (figures, made) = form.planned.begin(book)?;
    let plan = reckon(&form.cuts, book, &figures, &made)?;
    let table = trade::sheet(&plan.expected, &figures);
    Ok((plan, table))
}

/// What the pieces on a sheet will take.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    planned(cmd, book).map(|(_, table)| table)
}

/// The cutting plan: how many bars are cut alike, into what, and what is left of each, in millimetres.
fn plan_table(plan: &Plan) -> Table {
    let columns = ["item", "bars", "cuts", "offcut"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for (item, bars) in &plan.bars {
        for alike in bars.chunk_by(|one, next| one.cuts == next.cuts) {
            let cuts: Vec<String> = alike[0].cuts.iter().map(u64::to_string).collect();
            rows.push(vec![item.to_string(), alike.len().to_string(), cuts.join(" + "), alike[0].offcut(plan.bar_mm).to_string()]);
        }
    }
    Table { columns, rows }
}

/// The cutting plan of a sheet.
pub(crate) fn plan(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    planned(cmd, book).map(|(plan, _)| plan_table(&plan))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Fana's workshop: chairs of tube by their cut list, beds without one.
    fn forge() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let cut = |length: u64, count: u64| json!({"item": "item/tube-acier", "length": length, "count": count});
        let cuts = json!([cut(850, 2), cut(450, 2), cut(400, 6), cut(360, 2)]);
        let figures = json!([
            {"name": "bar", "value": "6", "tolerance": "10/100", "confidence": "K"},
            {"name": "saw", "value": "0.003", "confidence": "K"},
            {"name": "kg-per-m", "value": "1", "confidence": "K"},
            {"name": "rods", "item": "item/electrode", "value": "0.025", "tolerance": "20/100", "confidence": "K"},
        ]);
        let products = json!([{"product": "item/chaise-metal", "cuts": cuts}, {"product": "item/lit"}]);
        let trade = [("products", products), ("figures", figures), ("hazardous", true.into())];
        book.put(&id("trade/metal-joinery"), day, &trade);
        book.put(&id("workshop/kon-metal"), day, &[("trade", "trade/metal-joinery".into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        for (item, unit, scale) in [("chaise-metal", "piece", 0), ("lit", "piece", 0), ("tube-acier", "m", 2), ("electrode", "kg", 3)] {
            let by_lot = scale == 0;
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    fn chairs(good: u64, tube: &str, rods: &str) -> Value {
        json!({
            "workshop": "workshop/kon-metal", "product": "item/chaise-metal", "good": format!("{good} piece"), "store": "store/kon-magasin",
            "inputs": [
                {"item": "item/tube-acier", "quantity": tube, "store": "store/kon-magasin"},
                {"item": "item/electrode", "quantity": rods, "store": "store/kon-magasin"},
            ],
        })
    }

    fn weld(book: &mut PaperBook, fields: Value) -> Decided {
        book.record(&Kind::of::<MetalBatch>(), &command(MetalBatch::KIND, "2020-03-02", fields))
    }

    #[test]
    fn chairs_take_the_bars_of_their_cut_list() {
        let mut book = forge();
        let effects = weld(&mut book, chairs(5, "30.00 m", "0.750 kg")).unwrap();
        assert_eq!((released(&effects).as_deref(), warnings(&effects)), (Some("2020-03-02"), vec![]));
        let kept = |key: &str| Book::new(&book, "kon", date("2020-03-02")).value(&id("batch/kon-20-0001"), key);
        assert_eq!(kept("bars"), json!(5));
        assert_eq!(kept("measured")[1], json!({"item": "item/tube-acier", "expected": "30.00 m", "actual": "30.00 m"}));
    }

    #[test]
    fn a_few_chairs_take_a_bar_each() {
        for chairs in 1..=8 {
            let book = forge();
            let form = json!({"workshop": "workshop/kon-metal", "product": "item/chaise-metal", "good": format!("{chairs} piece")});
            let cmd = command("metal-sheet/1", "2020-03-02", form);
            let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
            assert_eq!(table.rows[1][1], format!("{}.00 m", 6 * chairs));
        }
    }

    #[test]
    fn a_bar_too_many_wants_a_motive() {
        assert_eq!(weld(&mut forge(), chairs(5, "36.00 m", "0.750 kg")).unwrap_err().code, "batch/motive-needed");
        let mut fields = chairs(5, "36.00 m", "0.750 kg");
        fields["motive"] = "sealed:00".into();
        let effects = weld(&mut forge(), fields).unwrap();
        assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec!["batch/beyond-tolerance"]));
    }

    #[test]
    fn welds_that_lack_metal_are_tested_first() {
        let mut fields = chairs(5, "30.00 m", "0.599 kg");
        assert_eq!(weld(&mut forge(), fields.clone()).unwrap_err().args["item"], "item/electrode");
        fields["motive"] = "sealed:00".into();
        let effects = weld(&mut forge(), fields).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["metal/thin-weld"]));
        assert!(released(&weld(&mut forge(), chairs(5, "30.00 m", "0.600 kg")).unwrap()).is_some());
    }

    #[test]
    fn what_is_made_to_order_brings_its_own_cuts() {
        let bed = |length: u64, count: u64| {
            let cuts = json!([{"item": "item/tube-acier", "length": length, "count": count}]);
            let mut fields = chairs(1, "24.00 m", "0.600 kg");
            (fields["product"], fields["cuts"]) = ("item/lit".into(), cuts);
            fields
        };
        // Four of 3.5 m take four bars; their sum would be two and a half.
        assert!(weld(&mut forge(), bed(3500, 4)).is_ok());
        assert_eq!(weld(&mut forge(), bed(6001, 1)).unwrap_err().code, "metal/cut-too-long");
        assert_eq!(weld(&mut forge(), bed(100, 5001)).unwrap_err().code, "metal/too-many-cuts");
        let mut fields = chairs(1, "6.00 m", "0.150 kg");
        fields["product"] = "item/lit".into();
        assert_eq!(weld(&mut forge(), fields).unwrap_err().code, "metal/no-cuts");
    }

    #[test]
    fn the_plan_says_how_each_bar_is_cut() {
        let book = forge();
        let form = json!({"workshop": "workshop/kon-metal", "product": "item/chaise-metal", "good": "1 piece"});
        let cmd = command("metal-plan/1", "2020-03-02", form);
        let table = plan(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        // 5 720 mm of tube and twelve cuts of 3 mm.
        let cuts = "850 + 850 + 450 + 450 + 400 + 400 + 400 + 400 + 400 + 400 + 360 + 360";
        assert_eq!(table.rows, [["item/tube-acier", "1", cuts, "244"]]);
        let sheet = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        assert_eq!(sheet.rows[1][..2], ["item/tube-acier", "6.00 m"]);
    }
}
