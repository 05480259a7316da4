//! My trade: a batch, what it used against what it should have used, and from when on it may be sold.

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};

/// What one whole unit of material gives, in whole units of product, until the rule `my-trade.yield` says otherwise.
const USUAL_YIELD: &str = "4";
/// How far from that a batch may be without a word, in percent.
const TOLERANCE: i64 = 10;
/// How long a batch rests before it is sold, until the rule `my-trade.rest-days` says otherwise.
const USUAL_REST_DAYS: i64 = 3;

/// A batch: one material in, one product out.
#[derive(Form)]
struct Batch {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "item")]
    material: Id,
    #[field(of = "material")]
    used: Amount,
    /// Where the material is taken from.
    #[field(of = "store")]
    from: Id,
    /// Of which lot, for materials that are kept by lot.
    #[field(of = "lot")]
    material_lot: Option<Id>,
    #[field(of = "item")]
    product: Id,
    #[field(of = "product")]
    made: Amount,
    /// Where the product goes.
    #[field(of = "store")]
    to: Id,
    /// Why it is not as expected.
    #[field(sealed)]
    motive: Option<String>,
}

impl Batch {
    /// What the material should have given, in the product's own unit.
    fn expected(&self, book: &Book<'_>) -> Result<Amount, Refusal> {
        let rule = book.rule("my-trade.yield");
        let per_unit = Ratio::parse(rule.as_str().unwrap_or(USUAL_YIELD)).ok_or_else(|| Refusal::new("my-trade/bad-yield").with("came", &rule))?;
        let too_large = || Refusal::new("my-trade/too-large").with("used", self.used);
        let unit = |amount: Amount| 10_u64.checked_pow(amount.scale().into());
        let num = unit(self.made).and_then(|unit| per_unit.num().checked_mul(unit)).ok_or_else(too_large)?;
        let den = unit(self.used).and_then(|unit| per_unit.den().checked_mul(unit)).ok_or_else(too_large)?;
        let count = Ratio::new(num, den).and_then(|ratio| ratio.of(self.used.count(), Rounding::Down));
        Ok(self.made.with_count(count.filter(|count| *count <= baara_plugin_api::MAX_COUNT).ok_or_else(too_large)?))
    }

    /// True when what was made is further from what was expected than anybody need explain.
    fn is_odd(&self, expected: Amount) -> bool {
        let (made, expected) = (i128::from(self.made.count()), i128::from(expected.count()));
        (made - expected).abs() * 100 > expected * i128::from(TOLERANCE)
    }
}

impl Record for Batch {
    const KIND: &'static str = "my-trade-batch/1";

    fn writes() -> Grant {
        grant(&["my-trade-batch", "lot"], &[], &["store", "consumed", "produced"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["my-trade/nothing-made", "my-trade/bad-yield", "my-trade/too-large"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.workshop)?;
        if self.used.is_zero() || self.made.is_zero() {
            return Err(Refusal::new("my-trade/nothing-made").with("used", self.used).with("made", self.made));
        }
        let expected = self.expected(book)?;
        let rest_days = book.rule("my-trade.rest-days").as_i64().unwrap_or(USUAL_REST_DAYS).clamp(0, 366);
        let released = cmd.date + Days::new(rest_days.unsigned_abs());
        // The host puts the real codes where `$1` stands.
        let (lot, batch) = (Id::new("lot", "$1"), Id::new("my-trade-batch", "$1"));
        let effects = Effects::new()
            .open(&lot, [("item", json!(self.product)), ("unit", json!(self.workshop)), ("made", json!(cmd.date)), ("batch", json!(batch))])
            .goods(&self.material, self.used, &self.from, &self.workshop.as_kind("consumed"), self.material_lot.as_ref())
            .goods(&self.product, self.made, &self.workshop.as_kind("produced"), &self.to, Some(&lot))
            .open(
                &batch,
                [
                    ("workshop", json!(self.workshop)),
                    ("lot", json!(lot)),
                    ("used", json!(self.used)),
                    ("expected", json!(expected)),
                    ("made", json!(self.made)),
                    ("motive", json!(self.motive)),
                ],
            )
            .set(&lot, "released", true, released);
        if !self.is_odd(expected) || self.motive.is_some() {
            return Ok(effects);
        }
        let figures = [("used", self.used.to_string()), ("expected", expected.to_string()), ("made", self.made.to_string())];
        Ok(effects.warn("my-trade/gap", &[&lot, &self.workshop], figures))
    }
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    use FieldType::Text;
    use sdk::{id_of, key, thing};
    let keys = vec![
        key("workshop", id_of("workshop")),
        key("lot", id_of("lot")),
        key("used", Text),
        key("expected", Text),
        key("made", Text),
        key("motive", Text),
    ];
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<Batch>()],
        things: vec![thing("my-trade-batch", keys)],
        tables: Vec::new(),
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "My trade: batches against what they should give", plugin: plugin }
