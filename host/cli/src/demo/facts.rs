//! The compact facts of the practice year, as `config/demo/` tells them.

use baara_plugin_api::{Amount, Date, Ratio, Unit, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;

/// Everything the files tell.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(super) farms: Farms,
    pub(super) establishments: Vec<Establishment>,
    pub(super) trades: Vec<Trade>,
    pub(super) months: Months,
    pub(super) people: People,
}

/// A file of facts that cannot be read: which, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FactsMistake {
    /// The file's name below `config/`.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The character in the line, from 1.
    pub(crate) column: usize,
    /// What is wrong, as the reader of TOML says it.
    pub(crate) what: String,
}

impl fmt::Display for FactsMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)
    }
}

/// The files of facts as the program was built.
pub(super) const FILES: [(&str, &str); 5] = [
    ("demo/farms.toml", include_str!("../../../../config/demo/farms.toml")),
    ("demo/establishments.toml", include_str!("../../../../config/demo/establishments.toml")),
    ("demo/trades.toml", include_str!("../../../../config/demo/trades.toml")),
    ("demo/months.toml", include_str!("../../../../config/demo/months.toml")),
    ("demo/people.toml", include_str!("../../../../config/demo/people.toml")),
];

impl Facts {
    /// The facts the program was built with.
    ///
    /// # Errors
    /// A mistake in one of the files.
    pub(crate) fn embedded() -> Result<Facts, FactsMistake> {
        Facts::read(&FILES)
    }

    /// Reads the files by name.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub(crate) fn read(files: &[(&str, &str)]) -> Result<Facts, FactsMistake> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Establishments {
            establishment: Vec<Establishment>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Trades {
            trade: Vec<Trade>,
        }
        Ok(Facts {
            farms: file(files, "demo/farms.toml")?,
            establishments: file::<Establishments>(files, "demo/establishments.toml")?.establishment,
            trades: file::<Trades>(files, "demo/trades.toml")?.trade,
            months: file(files, "demo/months.toml")?,
            people: file(files, "demo/people.toml")?,
        })
    }
}

fn file<T: DeserializeOwned>(files: &[(&str, &str)], name: &str) -> Result<T, FactsMistake> {
    let mistake = |at: usize, text: &str, what: &str| {
        let before = text.get(..at).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        FactsMistake { file: name.to_owned(), line: before.matches('\n').count() + 1, column, what: what.to_owned() }
    };
    let Some((_, text)) = files.iter().find(|(file, _)| *file == name) else { return Err(mistake(0, "", "the file is missing")) };
    toml::from_str(text).map_err(|error| mistake(error.span().map_or(0, |span| span.start), text, error.message()))
}

/// The penal farms and what they share.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Farms {
    pub(super) farm: Vec<Farm>,
    /// Francs for one kilogram or head.
    pub(super) prices: BTreeMap<String, i64>,
    /// What a hectare of a crop takes.
    pub(super) inputs: BTreeMap<String, Vec<PerHectare>>,
}

/// One penal farm.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Farm {
    pub(super) site: String,
    pub(super) code: String,
    pub(super) label: String,
    pub(super) men: i64,
    pub(super) trained: i64,
    /// The grain its kitchen cooks, and how many kilograms a week.
    pub(super) eats: String,
    pub(super) weekly: i64,
    pub(super) sells: Vec<String>,
    pub(super) sends_to: Vec<String>,
    pub(super) animals: String,
    pub(super) head: i64,
    #[serde(default)]
    pub(super) tractor: bool,
    pub(super) plot: Vec<Plot>,
    /// Kilograms planned of each crop.
    pub(super) plan: BTreeMap<String, String>,
}

/// A plot and what grows on it.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Plot {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) estate: String,
    pub(super) cultivable: String,
    pub(super) crops: Vec<Crop>,
    pub(super) struck: Option<Struck>,
}

/// A crop on a plot, from its sowing to what was weighed.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Crop {
    pub(super) item: String,
    pub(super) area: String,
    /// The crop of the plot whose ground it shares.
    pub(super) beside: Option<String>,
    #[serde(with = "day")]
    pub(super) sown: Date,
    #[serde(with = "day")]
    pub(super) from: Date,
    #[serde(with = "day")]
    pub(super) until: Date,
    /// Kilograms in all, weighed out into days and bags.
    pub(super) harvest: String,
}

/// A drought or flood on a plot.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Struck {
    pub(super) cause: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) area: String,
    pub(super) percent: i64,
    pub(super) account: String,
}

/// Seed or fertiliser for a hectare.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PerHectare {
    pub(super) item: String,
    pub(super) per_hectare: String,
}

/// An establishment with micro-projects.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Establishment {
    pub(super) site: String,
    /// Convicts who were not trained.
    pub(super) others: i64,
    /// Kilograms of rice a week.
    pub(super) weekly: i64,
    /// A centre for minors.
    #[serde(default)]
    pub(super) young: bool,
    pub(super) projects: Vec<Project>,
}

/// A micro-project and the people it trained.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Project {
    pub(super) code: String,
    pub(super) trade: String,
    pub(super) label: String,
    pub(super) women: i64,
    pub(super) men: i64,
}

/// What a trade makes and buys.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Trade {
    pub(super) code: String,
    pub(super) form: String,
    pub(super) product: String,
    pub(super) price: i64,
    pub(super) batch: [i64; 2],
    pub(super) sold: [i64; 2],
    /// Days of cure.
    #[serde(default)]
    pub(super) cure: u64,
    /// What its form asks beside what all ask.
    #[serde(default)]
    pub(super) more: BTreeMap<String, Value>,
    pub(super) inputs: Vec<Input>,
}

/// An input of a trade.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) item: String,
    /// What one piece takes.
    pub(super) per: Option<String>,
    /// What a whole batch takes.
    pub(super) batch: Option<String>,
    /// One delivery.
    pub(super) bought: String,
    /// Francs for one delivery.
    pub(super) costs: i64,
}

/// What a real year brings besides its routine.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Months {
    pub(super) late: Vec<Late>,
    pub(super) reversed: Vec<Reversed>,
    pub(super) short: Vec<Short>,
    pub(super) unpaid: Vec<Unpaid>,
    pub(super) few_colleges: Vec<FewColleges>,
    pub(super) recused: Vec<Recused>,
    pub(super) ink: Vec<Ink>,
    pub(super) fair: Vec<Fair>,
    pub(super) returned: Vec<Returned>,
    pub(super) spoiled: Vec<Spoiled>,
    pub(super) given: Vec<Given>,
    pub(super) cheaper: Vec<Cheaper>,
    pub(super) to_staff: Vec<ToStaff>,
    pub(super) services: Vec<Services>,
    pub(super) entrusted: Vec<Entrusted>,
    pub(super) beyond: Vec<Beyond>,
    pub(super) paper: Vec<Paper>,
    pub(super) canteen: Vec<Canteen>,
    pub(super) herd: Vec<Herd>,
    pub(super) sawn: Vec<Sawn>,
}

/// Written down some days after.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Late {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    #[serde(with = "day")]
    pub(super) noted: Date,
    pub(super) what: String,
    pub(super) reason: String,
}

/// A sale that is undone.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Reversed {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) reason: String,
}

/// A cash box with less than the book says, on the last day of a month.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Short {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) amount: i64,
    /// `refunded` or `written-off`.
    pub(super) end: String,
    pub(super) reason: String,
}

/// A payment that nothing lets go.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Unpaid {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) amount: i64,
    pub(super) purpose: String,
}

/// A meeting to which too few colleges come.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct FewColleges {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) month: Date,
    pub(super) title: String,
}

/// A member who steps aside.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Recused {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) month: Date,
    pub(super) title: String,
    pub(super) nature: String,
}

/// Minutes signed on paper.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Ink {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) month: Date,
}

/// Goods taken to a fair.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Fair {
    pub(super) site: String,
    pub(super) label: String,
    #[serde(with = "day")]
    pub(super) out: Date,
    #[serde(with = "day")]
    pub(super) back: Date,
}

/// Goods a customer brings back.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Returned {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) motive: String,
}

/// Grain that spoils in a store.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Spoiled {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) kilograms: i64,
    pub(super) cause: String,
}

/// Goods the committee gives away.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) site: String,
    /// From this day on, once a lot has enough, it is put to the next meeting.
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) pieces: i64,
    pub(super) receiver: String,
}

/// Something sold for less than the list says.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Cheaper {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) price: i64,
    pub(super) motive: String,
}

/// Something a member of the staff bought.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct ToStaff {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    /// What was said about it; without it, the warning stays open.
    pub(super) reason: Option<String>,
}

/// A month of services in a workshop without stock.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Services {
    pub(super) site: String,
    /// The workshop's code.
    pub(super) code: String,
    pub(super) label: String,
    pub(super) trade: String,
    pub(super) service: String,
    pub(super) price: i64,
    #[serde(with = "day")]
    pub(super) from: Date,
    #[serde(with = "day")]
    pub(super) until: Date,
    /// The day of the one that is free, and of the one that is given up, with the reason.
    #[serde(with = "day")]
    pub(super) free: Date,
    #[serde(with = "day")]
    pub(super) void: Date,
    pub(super) why: String,
}

/// Cloth that a client brings to be sewn.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Entrusted {
    pub(super) site: String,
    /// The workshop's code.
    pub(super) unit: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    #[serde(with = "day")]
    pub(super) back: Date,
    pub(super) item: String,
    pub(super) metres: String,
    pub(super) width: String,
    pub(super) product: String,
    pub(super) good: i64,
    /// What was cut of it.
    pub(super) cut: String,
    /// What is ours and goes into it.
    pub(super) takes: BTreeMap<String, String>,
}

/// A batch that took more or less of an input than its trade expects.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Beyond {
    pub(super) site: String,
    pub(super) trade: String,
    /// The week it was made in: its first day.
    #[serde(with = "day")]
    pub(super) week: Date,
    /// The input, and what it took of each hundred that were expected.
    pub(super) item: String,
    pub(super) per_hundred: i64,
    /// What its form says beside, such as a weight.
    #[serde(default)]
    pub(super) more: BTreeMap<String, Value>,
    /// What the workshop said of it, and what was found when it was asked.
    pub(super) motive: String,
    pub(super) explained: String,
    /// True when the lot waits for somebody to look at it.
    #[serde(default)]
    pub(super) held: bool,
}

/// How a number of the paper receipts ended without a sale.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Paper {
    pub(super) site: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) number: u64,
    pub(super) ended: String,
    pub(super) reason: String,
}

/// Animals that a facility keeps to fatten or to lay, from the day they come; each week is told on its last day.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Herd {
    pub(super) site: String,
    /// The workshop's code.
    pub(super) code: String,
    pub(super) label: String,
    pub(super) trade: String,
    pub(super) item: String,
    /// Francs for a head, and for an egg where they lay.
    pub(super) price: i64,
    #[serde(default)]
    pub(super) egg: i64,
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) heads: i64,
    /// Kilograms of all on that day; zero where nobody weighs.
    #[serde(default)]
    pub(super) weight: i64,
    /// What they are worth, and who gave them.
    pub(super) value: i64,
    pub(super) donor: String,
    /// What came for them on that day, and what a head takes of it a day.
    pub(super) feeds: Vec<Feed>,
    /// Grams that a head gains a day.
    #[serde(default)]
    pub(super) gain: i64,
    /// Eggs that a hundred hens lay a day.
    #[serde(default)]
    pub(super) laying: i64,
    /// One that died, and of what.
    #[serde(with = "day")]
    pub(super) died: Date,
    pub(super) cause: String,
    pub(super) account: String,
    /// A remedy, and its days of withdrawal.
    #[serde(with = "day")]
    pub(super) treated: Date,
    pub(super) remedy: String,
    pub(super) days: u64,
    /// A week, told on its last day, that took other than the ration: said, asked after and explained.
    #[serde(with = "day")]
    pub(super) beyond: Date,
    pub(super) per_hundred: i64,
    pub(super) motive: String,
    pub(super) explained: String,
    /// The days on which some are sold, and how many.
    #[serde(default)]
    pub(super) sold: Vec<HerdSale>,
}

/// Logs that a workshop buys and saws.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Sawn {
    pub(super) site: String,
    pub(super) trade: String,
    #[serde(with = "day")]
    pub(super) on: Date,
    /// The logs' item, how much, and francs for it.
    pub(super) item: String,
    pub(super) bought: String,
    pub(super) costs: i64,
    /// As the tape says: length and diameter in centimetres, how many.
    pub(super) logs: Vec<[u64; 3]>,
    /// What it gives, and how much.
    pub(super) gives: String,
    pub(super) good: String,
}

/// A feed of a herd.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Feed {
    pub(super) item: String,
    pub(super) came: String,
    pub(super) value: i64,
    /// Grams a head and day.
    pub(super) grams: i64,
}

/// Heads that are sold.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct HerdSale {
    #[serde(with = "day")]
    pub(super) on: Date,
    pub(super) heads: i64,
}

/// A canteen, and the month it is watched.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Canteen {
    pub(super) site: String,
    /// The first day of its month; it is decided in the month before.
    #[serde(with = "day")]
    pub(super) month: Date,
    pub(super) label: String,
    /// Francs it begins with, and who gives them.
    pub(super) start: i64,
    pub(super) giver: String,
    /// The part of each list that is margin.
    pub(super) margin: String,
    /// Francs a person may spend in a month.
    pub(super) most: i64,
    pub(super) goods: Vec<CanteenGoods>,
}

/// What a canteen sells.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct CanteenGoods {
    pub(super) item: String,
    /// Francs for one whole unit.
    pub(super) price: i64,
    /// The first delivery, and francs for it.
    pub(super) bought: String,
    pub(super) costs: i64,
    /// What one person takes.
    pub(super) takes: String,
}

/// Names to draw from.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) women: Vec<String>,
    pub(super) men: Vec<String>,
    pub(super) families: Vec<String>,
}

/// A decimal of the facts as a whole number of smallest units: `"31862.500"` with three decimals is 31 862 500.
pub(super) fn whole(text: &str, scale: u8) -> i64 {
    let unit = 10_i64.pow(u32::from(scale));
    Ratio::parse(text).and_then(|ratio| ratio.of(unit, baara_plugin_api::Rounding::Down)).unwrap_or(0)
}

/// Grams as kilograms with three decimals.
pub(super) fn kilograms(grams: i64) -> String {
    Amount::new(grams, 3, Unit::parse("kg").expect("a unit")).to_string()
}

/// A day written as TOML writes days.
mod day {
    use baara_plugin_api::Date;
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let day = toml::value::Datetime::deserialize(from)?;
        day.to_string().parse().map_err(serde::de::Error::custom)
    }
}
