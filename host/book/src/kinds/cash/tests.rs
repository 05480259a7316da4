//! What the kinds of cash do and refuse, told on a paper book.

use super::*;
use baara_plugin_api::testing::{PaperBook, command};
use baara_plugin_api::words;

const DAY: &str = "2020-06-12";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn of(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn kind(name: &str) -> Kind {
    kinds().into_iter().find(|k| k.declaration.kind == name).unwrap_or_else(|| panic!("no kind {name}"))
}

/// A facility with a box, a bank, a store, three persons, a customer, a supplier and two items.
fn book() -> PaperBook {
    let mut book = PaperBook::new();
    let since = date("2020-01-01");
    for id in ["facility/kon", "person/kon-20-0001", "person/kon-20-0002", "person/kon-20-0003", "customer/kon-awa", "customer/kon-bou"] {
        book.put(&of(id), since, &[]);
    }
    for id in ["supplier/kon-quinc", "cash-box/kon-caisse", "bank/kon-bdm", "wallet/kon-om", "store/kon-magasin", "farm/kon-champ"] {
        book.put(&of(id), since, &[]);
    }
    for id in ["workshop/kon-savon", "fund/kon-uncollected", "fund/kon-unexplained", "fund/kon-savon.sales"] {
        book.put(&of(id), since, &[]);
    }
    book.put(&of("item/mil"), since, &[("unit", "kg".into()), ("scale", 3.into()), ("by-lot", true.into())]);
    book.put(&of("item/fil"), since, &[("unit", "piece".into()), ("scale", 0.into())]);
    book.put(&of("lot/kon-20-0007"), since, &[("item", "item/mil".into()), ("unit", "workshop/kon-savon".into())]);
    book
}

fn by(person: &str, name: &str, day: &str, fields: Value) -> Command {
    Command { by: of(person), ..command(name, day, fields) }
}

fn first(name: &str, day: &str, fields: Value) -> Command {
    by("person/kon-20-0001", name, day, fields)
}

fn second(name: &str, day: &str, fields: Value) -> Command {
    by("person/kon-20-0002", name, day, fields)
}

#[track_caller]
fn does(book: &mut PaperBook, cmd: &Command) -> Effects {
    book.record(&kind(&cmd.kind), cmd).unwrap_or_else(|refusal| panic!("{}: {refusal}", cmd.kind))
}

#[track_caller]
fn refused(book: &mut PaperBook, cmd: &Command, code: &str) {
    let kind = kind(&cmd.kind);
    let refusal = book.record(&kind, cmd).expect_err("this should be refused");
    assert_eq!(refusal.code, code, "{refusal}");
    let own = kind.declaration.refusals.contains(&refusal.code);
    let core = ["thing/", "leave/", "rule/", "field/"].iter().any(|room| code.starts_with(room));
    assert!(own || core, "{} does not declare {code}", cmd.kind);
    told(&refusal);
}

/// The text of a refusal uses only what the refusal gives.
#[track_caller]
fn told(refusal: &Refusal) {
    for file in [FR, EN, CORE_FR, CORE_EN] {
        let words = words(file);
        for part in ["happened", "expected", "try"] {
            let Some(text) = words.get(&format!("refusal.{}.{part}", refusal.code)) else { continue };
            for name in text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name) {
                assert!(refusal.args.contains_key(name), "{} says {{{name}}} but is given {:?}", refusal.code, refusal.args);
            }
        }
    }
}

/// The movements, as `amount from → to` lines.
fn moved(effects: &Effects) -> Vec<String> {
    let line = |e: &Effect| match e {
        Effect::Move { amount, from, to, lot, .. } => {
            let lot = lot.as_ref().map(|l| format!(" ({l})")).unwrap_or_default();
            Some(format!("{amount} {from} > {to}{lot}"))
        }
        _ => None,
    };
    effects.0.iter().filter_map(line).collect()
}

fn francs(book: &PaperBook, place: &str) -> i64 {
    Book::new(book, "kon", Date::MAX).francs(&of(place))
}

fn value(book: &PaperBook, thing: &str, key: &str) -> Value {
    Book::new(book, "kon", Date::MAX).value(&of(thing), key)
}

fn cash(book: &mut PaperBook, place: &str, count: i64) {
    book.stock(&of(place), &items::xof(), None, Amount::francs(count));
}

fn decision(book: &mut PaperBook, id: &str, about: &str, adopted: bool) {
    let adopted = if adopted { Value::from("2020-06-01") } else { Value::Null };
    book.put(&of(id), date("2020-06-01"), &[("about", about.into()), ("adopted", adopted)]);
}

/// Begins a count and gives both figures, on the same day.
fn counted(book: &mut PaperBook, place: &str, day: &str) -> String {
    let begun = does(book, &first("count-begin/1", day, json!({"place": place})));
    let Effect::Open { thing, .. } = &begun.0[0] else { panic!("a count is opened") };
    let count = thing.to_string();
    does(book, &first("count-first/1", day, json!({"count": count, "figures": "sealed:aa"})));
    does(book, &second("count-second/1", day, json!({"count": count, "figures": "sealed:bb"})));
    count
}

fn close(count: &str, day: &str, one: &str, two: &str) -> Command {
    first("count-close/1", day, json!({"count": count, "first-figures": one, "second-figures": two}))
}

#[test]
fn a_facility_opens_with_what_it_cannot_do_without() {
    let mut book = PaperBook::new();
    let fields = json!({"label": "Konséguéla", "kind": "penal-farm", "region": "Koutiala", "aliases": ["Konseguela"]});
    let opened = does(&mut book, &first("facility/1", DAY, fields.clone()));
    assert_eq!(opened.0.len(), 5);
    for id in ["facility/kon", "fund/kon-uncollected", "fund/kon-unexplained", "price-list/kon", "rules/kon"] {
        assert!(Book::new(&book, "kon", date(DAY)).open(&of(id)).is_ok(), "{id}");
    }
    assert_eq!(value(&book, "facility/kon", "kind"), "penal-farm");
    refused(&mut book, &first("facility/1", DAY, fields.clone()), "facility/already-there");
    let mut other = fields;
    other["code"] = "baguineda".into();
    refused(&mut book, &first("facility/1", DAY, other.clone()), "facility/other-site");
    other["code"] = "a-b".into();
    refused(&mut book, &Command { site: "a-b".into(), ..first("facility/1", DAY, other) }, "facility/bad-code");
}

#[test]
fn boxes_banks_wallets_and_funds_are_opened_once() {
    let mut book = book();
    let keeper = "person/kon-20-0002";
    let petty = json!({"code": "guichet", "label": "Guichet", "keeper": keeper});
    does(&mut book, &first("cash-box/1", DAY, petty.clone()));
    assert_eq!(value(&book, "cash-box/kon-guichet", "keeper"), keeper);
    refused(&mut book, &first("cash-box/1", DAY, petty), "cash/already-there");
    let bad = json!({"code": "Petite caisse", "label": "x", "keeper": keeper});
    refused(&mut book, &first("cash-box/1", DAY, bad), "cash/bad-code");
    let nobody = json!({"code": "x", "label": "x", "keeper": "person/kon-20-0999"});
    refused(&mut book, &first("cash-box/1", DAY, nobody), "thing/unknown");
    does(&mut book, &first("bank/1", DAY, json!({"code": "tresor", "label": "Trésor", "account": "sealed:aa"})));
    does(&mut book, &first("wallet/1", DAY, json!({"code": "moov", "label": "Moov", "keeper": keeper})));
    does(&mut book, &first("fund/1", DAY, json!({"code": "reserve", "label": "Réserve", "unit": "workshop/kon-savon"})));
    assert_eq!(value(&book, "fund/kon-reserve", "unit"), "workshop/kon-savon");
    refused(&mut book, &first("fund/1", DAY, json!({"code": "opening", "label": "x"})), "fund/reserved");
}

#[test]
fn a_deposit_travels_and_arrives_whole() {
    let mut book = book();
    cash(&mut book, "cash-box/kon-caisse", 50_000);
    let fields = json!({"cash-box": "cash-box/kon-caisse", "bank": "bank/kon-bdm", "amount": "40000 XOF", "slip": "0017"});
    let sent = does(&mut book, &first("deposit/1", DAY, fields.clone()));
    assert_eq!(moved(&sent), ["40000 XOF cash-box/kon-caisse > transit/kon-20-0001"]);
    let arrives = |bank: &str, amount: &str| {
        first("deposit-confirmed/1", DAY, json!({"transit": "transit/kon-20-0001", "bank": bank, "amount": amount, "advice": "AV-3"}))
    };
    refused(&mut book, &arrives("bank/kon-bdm", "39000 XOF"), "deposit/amount-differs");
    refused(&mut book, &arrives("wallet/kon-om", "40000 XOF"), "deposit/other-bank");
    refused(&mut book, &arrives("store/kon-magasin", "40000 XOF"), "cash/other-place");
    let arrived = does(&mut book, &arrives("bank/kon-bdm", "40000 XOF"));
    assert_eq!(moved(&arrived), ["40000 XOF transit/kon-20-0001 > bank/kon-bdm"]);
    refused(&mut book, &arrives("bank/kon-bdm", "40000 XOF"), "deposit/already-confirmed");
    let mut nothing = fields.clone();
    nothing["amount"] = "0 XOF".into();
    refused(&mut book, &first("deposit/1", DAY, nothing), "cash/nothing");
    let mut to_store = fields;
    to_store["bank"] = "store/kon-magasin".into();
    refused(&mut book, &first("deposit/1", DAY, to_store), "cash/other-place");
    book.put(&of("transit/kon-20-0009"), date(DAY), &[]);
    let goods = json!({"transit": "transit/kon-20-0009", "bank": "bank/kon-bdm", "amount": "1 XOF", "advice": "x"});
    refused(&mut book, &first("deposit-confirmed/1", DAY, goods), "deposit/not-a-deposit");
}

#[test]
fn a_withdrawal_goes_into_the_cash_box() {
    let mut book = book();
    cash(&mut book, "bank/kon-bdm", 50_000);
    let take = |bank: &str, amount: &str| {
        first("bank-withdrawal/1", DAY, json!({"bank": bank, "cash-box": "cash-box/kon-caisse", "amount": amount, "voucher": "CH-88"}))
    };
    let taken = does(&mut book, &take("bank/kon-bdm", "15000 XOF"));
    assert_eq!(moved(&taken), ["15000 XOF bank/kon-bdm > cash-box/kon-caisse"]);
    refused(&mut book, &take("cash-box/kon-caisse", "15000 XOF"), "cash/other-place");
    refused(&mut book, &take("bank/kon-bdm", "0 XOF"), "cash/nothing");
}

#[test]
fn a_count_freezes_the_place_until_it_is_done() {
    let mut book = book();
    cash(&mut book, "cash-box/kon-caisse", 45_000);
    let count = counted(&mut book, "cash-box/kon-caisse", DAY);
    assert_eq!(value(&book, "cash-box/kon-caisse", "frozen"), count.as_str());
    assert_eq!(value(&book, &count, "sealed"), "sealed:aa");
    refused(&mut book, &first("count-begin/1", DAY, json!({"place": "cash-box/kon-caisse"})), "count/already-open");
    refused(&mut book, &first("count-begin/1", DAY, json!({"place": "fund/kon-savon.sales"})), "cash/other-place");
    let done = does(&mut book, &close(&count, DAY, "10000x4 5000x1", "5000x1 10000x4 500x0"));
    assert_eq!(moved(&done), [""; 0]);
    assert_eq!(value(&book, "cash-box/kon-caisse", "frozen"), Value::Null);
    assert_eq!(value(&book, &count, "state"), "done");
    assert_eq!((value(&book, &count, "counted"), value(&book, &count, "expected")), ("45000 XOF".into(), "45000 XOF".into()));
    refused(&mut book, &close(&count, DAY, "0", "0"), "count/not-open");
}

#[test]
fn two_people_count_one_after_the_other() {
    let mut book = book();
    does(&mut book, &first("count-begin/1", DAY, json!({"place": "bank/kon-bdm"})));
    let gives = json!({"count": "count/kon-20-0001", "figures": "sealed:aa"});
    refused(&mut book, &second("count-second/1", DAY, gives.clone()), "count/awaits-first");
    refused(&mut book, &close("count/kon-20-0001", DAY, "0", "0"), "count/not-two");
    does(&mut book, &first("count-first/1", DAY, gives.clone()));
    refused(&mut book, &first("count-first/1", DAY, gives.clone()), "count/awaits-second");
    refused(&mut book, &first("count-second/1", DAY, gives.clone()), "count/same-person");
    does(&mut book, &second("count-second/1", DAY, gives.clone()));
    refused(&mut book, &second("count-second/1", DAY, gives), "count/both-given");
}

#[test]
fn a_count_remembers_whose_device_each_counter_typed_on() {
    let mut book = book();
    does(&mut book, &first("count-begin/1", DAY, json!({"place": "bank/kon-bdm"})));
    let (own, beside) = (json!({"count": "count/kon-20-0001", "figures": "sealed:aa"}), second("count-second/1", DAY, json!({})).by);
    let typed_on = |device: &Id| json!({"count": "count/kon-20-0001", "figures": "sealed:bb", "device": device.as_str()});
    let together = |book: &PaperBook| one_device(&Book::new(book, "kon", Date::MAX).thing(&of("count/kon-20-0001")).unwrap());
    let one = first("count-first/1", DAY, own.clone());
    does(&mut book, &one);
    assert_eq!(together(&book), None, "one has counted");
    does(&mut book, &second("count-second/1", DAY, typed_on(&one.by)));
    assert_eq!(together(&book), Some(one.by.clone()), "the second typed on the first's device");
    does(&mut book, &first("count-first/1", DAY, typed_on(&beside)));
    does(&mut book, &second("count-second/1", DAY, own.clone()));
    assert_eq!(together(&book), Some(beside), "both on the second's");
    does(&mut book, &first("count-first/1", DAY, own.clone()));
    does(&mut book, &second("count-second/1", DAY, own));
    assert_eq!(together(&book), None, "each on their own");
}

#[test]
fn counts_that_disagree_are_begun_again_by_both() {
    let mut book = book();
    cash(&mut book, "cash-box/kon-caisse", 10_000);
    let count = counted(&mut book, "cash-box/kon-caisse", DAY);
    refused(&mut book, &close(&count, DAY, "10000x1", "5000x1"), "count/disagree");
    assert_eq!(value(&book, &count, "state"), "open");
    does(&mut book, &first("count-first/1", DAY, json!({"count": count, "figures": "sealed:cc"})));
    assert_eq!((value(&book, &count, "second"), value(&book, &count, "recounts")), (Value::Null, 1.into()));
    does(&mut book, &second("count-second/1", DAY, json!({"count": count, "figures": "sealed:dd"})));
    does(&mut book, &close(&count, DAY, "10000x1", "10000x1"));
}

#[test]
fn what_the_cash_box_lacks_goes_to_a_shortage() {
    let mut book = book();
    cash(&mut book, "cash-box/kon-caisse", 45_000);
    let count = counted(&mut book, "cash-box/kon-caisse", DAY);
    let done = does(&mut book, &close(&count, DAY, "10000x4 1000x2", "10000x4 1000x2"));
    assert_eq!(moved(&done), ["3000 XOF cash-box/kon-caisse > shortage/kon-20-0001"]);
    assert_eq!(francs(&book, "cash-box/kon-caisse"), 42_000);
}

#[test]
fn what_the_cash_box_has_too_much_is_owed_to_nobody_known() {
    let mut book = book();
    cash(&mut book, "wallet/kon-om", 45_000);
    let count = counted(&mut book, "wallet/kon-om", DAY);
    let done = does(&mut book, &close(&count, DAY, "45 500", "45500"));
    assert_eq!(moved(&done), ["500 XOF fund/kon-unexplained > wallet/kon-om"]);
}

#[test]
fn stock_short_goes_to_a_shortage_and_stock_over_is_a_lot_to_check() {
    let mut book = book();
    let (store, mil, fil) = (of("store/kon-magasin"), of("item/mil"), of("item/fil"));
    let kg = |n| Amount::new(n, 3, Unit::parse("kg").unwrap());
    let piece = |n| Amount::new(n, 0, Unit::parse("piece").unwrap());
    book.put(&of("lot/kon-20-0008"), date(DAY), &[("item", "item/mil".into()), ("unit", "workshop/kon-savon".into())]);
    book.stock(&store, &mil, Some(&of("lot/kon-20-0007")), kg(20_000));
    book.stock(&store, &mil, Some(&of("lot/kon-20-0008")), kg(5_000));
    book.stock(&store, &fil, None, piece(7));
    let count = counted(&mut book, "store/kon-magasin", DAY);
    let figures = "mil/kon-20-0007=18.5 kg; kon-20-0008=6.000 kg; fil=9";
    let done = does(&mut book, &close(&count, DAY, figures, "fil=9 piece; mil/kon-20-0008=6; kon-20-0007=18,5"));
    assert_eq!(
        moved(&done),
        [
            "2 piece found/kon > store/kon-magasin",
            "1.500 kg store/kon-magasin > shortage/kon-20-0001 (lot/kon-20-0007)",
            "1.000 kg found/kon > store/kon-magasin (lot/kon-20-0009)",
        ]
    );
    assert_eq!(value(&book, "lot/kon-20-0009", "released"), Value::Null);
    assert_eq!(value(&book, &count, "differences"), 3);
}

#[test]
fn a_lot_that_is_not_on_the_shelf_is_short_as_a_whole() {
    let mut book = book();
    let kg = Amount::new(20_000, 3, Unit::parse("kg").unwrap());
    book.stock(&of("store/kon-magasin"), &of("item/mil"), Some(&of("lot/kon-20-0007")), kg);
    let count = counted(&mut book, "store/kon-magasin", DAY);
    let done = does(&mut book, &close(&count, DAY, "0", "0"));
    assert_eq!(moved(&done), ["20.000 kg store/kon-magasin > shortage/kon-20-0001 (lot/kon-20-0007)"]);
}

#[test]
fn figures_that_cannot_be_read_are_told() {
    let mut book = book();
    let count = counted(&mut book, "cash-box/kon-caisse", DAY);
    refused(&mut book, &close(&count, DAY, "beaucoup", "0"), "count/not-figures");
    refused(&mut book, &close(&count, DAY, "300x2", "0"), "count/not-a-denomination");
    refused(&mut book, &close(&count, DAY, "500x2 500x1", "0"), "count/line-twice");
    let count = counted(&mut book, "store/kon-magasin", DAY);
    refused(&mut book, &close(&count, DAY, "mil=2.000 kg", "0"), "count/lot-missing");
    refused(&mut book, &close(&count, DAY, "fil/kon-20-0007=2 piece", "0"), "count/lot-of-other-item");
    refused(&mut book, &close(&count, DAY, "fil=2 kg", "0"), "count/wrong-unit");
    refused(&mut book, &close(&count, DAY, "fil=2.5 piece", "0"), "count/wrong-unit");
    refused(&mut book, &close(&count, DAY, "fil=2 piece; fil=3 piece", "0"), "count/line-twice");
    refused(&mut book, &close(&count, DAY, "fil 2", ""), "count/not-figures");
    refused(&mut book, &close(&count, DAY, "kon-20-0007=12,500", ""), "count/not-figures");
    refused(&mut book, &close(&count, DAY, "kon-20-0007=1; mil/kon-20-0007=1", "0"), "count/line-twice");
    refused(&mut book, &close(&count, DAY, "kon-20-0099=1", "0"), "thing/unknown");
    assert!(figures_fit("cash-box", "10000x3 25x1").is_ok() && figures_fit("bank", "125 000").is_ok());
    assert_eq!(figures_fit("bank", "10000x3").unwrap_err().code, "count/not-figures");
    assert_eq!(figures_fit("store", "").unwrap_err().code, "count/not-figures");
}

#[test]
fn a_count_nobody_finishes_lapses_with_a_warning() {
    let mut book = book();
    does(&mut book, &first("count-begin/1", DAY, json!({"place": "cash-box/kon-caisse"})));
    let lapse = |day| first("count-lapse/1", day, json!({"count": "count/kon-20-0001"}));
    refused(&mut book, &lapse("2020-06-13"), "count/still-running");
    let gives = json!({"count": "count/kon-20-0001", "figures": "sealed:aa"});
    refused(&mut book, &first("count-first/1", "2020-06-14", gives), "count/lapsed");
    let lapsed = does(&mut book, &lapse("2020-06-14"));
    assert!(matches!(&lapsed.0[2], Effect::Warn { code, .. } if code == "count/lapsed"));
    assert_eq!(value(&book, "cash-box/kon-caisse", "frozen"), Value::Null);
    refused(&mut book, &lapse("2020-06-14"), "count/not-open");
    does(&mut book, &first("count-begin/1", "2020-06-14", json!({"place": "cash-box/kon-caisse"})));
}

#[test]
fn a_cash_shortage_is_refunded_or_written_off_by_decision() {
    let mut book = book();
    book.put(&of("shortage/kon-20-0001"), date(DAY), &[]);
    cash(&mut book, "shortage/kon-20-0001", 3_000);
    decision(&mut book, "decision/kon-20-0001", "write-off", true);
    decision(&mut book, "decision/kon-20-0002", "spend", true);
    decision(&mut book, "decision/kon-20-0003", "write-off", false);
    let ends = |outcome: &str, to: &str, amount: &str, leave: Option<&str>| {
        let mut fields = json!({"shortage": "shortage/kon-20-0001", "outcome": outcome, "to": to, "amount": amount});
        if let Some(leave) = leave {
            fields["leave"] = leave.into();
        }
        first("shortage-explained/1", DAY, fields)
    };
    let refund = does(&mut book, &ends("refunded", "cash-box/kon-caisse", "1000 XOF", None));
    assert_eq!(moved(&refund), ["1000 XOF shortage/kon-20-0001 > cash-box/kon-caisse"]);
    let fund = "fund/kon-savon.sales";
    refused(&mut book, &ends("refunded", fund, "1000 XOF", None), "cash/other-place");
    refused(&mut book, &ends("refunded", "cash-box/kon-caisse", "5000 XOF", None), "shortage/less-left");
    refused(&mut book, &ends("written-off", fund, "2000 XOF", None), "leave/missing");
    refused(&mut book, &ends("written-off", fund, "2000 XOF", Some("decision/kon-20-0003")), "leave/not-adopted");
    refused(&mut book, &ends("written-off", fund, "2000 XOF", Some("decision/kon-20-0002")), "shortage/other-decision");
    let nowhere = json!({"shortage": "shortage/kon-20-0001", "outcome": "refunded"});
    refused(&mut book, &first("shortage-explained/1", DAY, nowhere), "shortage/where-to");
    let off = does(&mut book, &ends("written-off", fund, "2000 XOF", Some("decision/kon-20-0001")));
    assert_eq!(moved(&off), ["2000 XOF shortage/kon-20-0001 > fund/kon-savon.sales"]);
    refused(&mut book, &ends("refunded", "cash-box/kon-caisse", "1 XOF", None), "shortage/nothing-left");
}

#[test]
fn a_stock_shortage_is_lost_by_decision_or_found_again() {
    let kg = Amount::new(1_500, 3, Unit::parse("kg").unwrap());
    let mut book = book();
    let (shortage, lot) = (of("shortage/kon-20-0001"), of("lot/kon-20-0007"));
    book.put(&shortage, date(DAY), &[]);
    book.stock(&shortage, &of("item/mil"), Some(&lot), kg);
    decision(&mut book, "decision/kon-20-0001", "loss", true);
    let mut again = book.clone();
    let fields = json!({"shortage": "shortage/kon-20-0001", "outcome": "written-off", "leave": "decision/kon-20-0001"});
    let lost = does(&mut book, &first("shortage-explained/1", DAY, fields));
    assert_eq!(moved(&lost), ["1.500 kg shortage/kon-20-0001 > lost/kon (lot/kon-20-0007)"]);
    let paid = json!({"shortage": "shortage/kon-20-0001", "outcome": "refunded", "to": "cash-box/kon-caisse"});
    refused(&mut again, &first("shortage-explained/1", DAY, paid), "shortage/not-francs");
    let fields = json!({"shortage": "shortage/kon-20-0001", "outcome": "found-again", "to": "store/kon-magasin", "reason": "sealed:aa"});
    let found = does(&mut again, &first("shortage-explained/1", DAY, fields));
    assert_eq!(moved(&found), ["1.500 kg shortage/kon-20-0001 > store/kon-magasin (lot/kon-20-0007)"]);
    assert_eq!(value(&again, "shortage/kon-20-0001", "reason"), "sealed:aa");
}

#[test]
fn a_debt_is_cancelled_for_its_sale_or_by_decision() {
    let mut book = book();
    cash(&mut book, "debt/kon-awa", 5_000);
    cash(&mut book, "fund/kon-uncollected", -5_000);
    book.put(&of("sale/kon-20-0001"), date(DAY), &[("customer", "customer/kon-awa".into())]);
    book.put(&of("sale/kon-20-0002"), date(DAY), &[("customer", "customer/kon-bou".into())]);
    decision(&mut book, "decision/kon-20-0001", "write-off", true);
    decision(&mut book, "decision/kon-20-0002", "spend", true);
    let cancel = |amount: &str, key: &str, cited: &str| {
        let mut fields = json!({"customer": "customer/kon-awa", "amount": amount, "reason": "sealed:aa"});
        fields[key] = cited.into();
        first("debt-cancel/1", DAY, fields)
    };
    let cancelled = does(&mut book, &cancel("2000 XOF", "sale", "sale/kon-20-0001"));
    assert_eq!(moved(&cancelled), ["2000 XOF debt/kon-awa > fund/kon-uncollected"]);
    does(&mut book, &cancel("1000 XOF", "leave", "decision/kon-20-0001"));
    refused(&mut book, &cancel("1000 XOF", "leave", "decision/kon-20-0002"), "debt/other-decision");
    refused(&mut book, &cancel("1000 XOF", "sale", "sale/kon-20-0002"), "debt/sale-of-another");
    refused(&mut book, &cancel("1000 XOF", "nothing", ""), "debt/needs-sale-or-decision");
    refused(&mut book, &cancel("9000 XOF", "sale", "sale/kon-20-0001"), "debt/less-owed");
    refused(&mut book, &cancel("0 XOF", "sale", "sale/kon-20-0001"), "cash/nothing");
    cash(&mut book, "fund/kon-uncollected", 1_500);
}

#[test]
fn each_number_of_a_paper_book_ends_once() {
    let mut book = book();
    let registers = |from: u64, to: u64| json!({"code": "carnet-a", "label": "Carnet A", "first-number": from, "last-number": to});
    refused(&mut book, &first("series-register/1", DAY, registers(50, 1)), "series/bad-range");
    refused(&mut book, &first("series-register/1", DAY, registers(1, 20_000)), "series/bad-range");
    does(&mut book, &first("series-register/1", DAY, registers(1, 50)));
    refused(&mut book, &first("series-register/1", DAY, registers(1, 50)), "cash/already-there");
    let ends = |number: u64, ended: &str| {
        first("series-number/1", DAY, json!({"series": "series/kon-carnet-a", "number": number, "ended": ended}))
    };
    does(&mut book, &ends(7, "keyed"));
    does(&mut book, &ends(3, "void"));
    assert_eq!(value(&book, "series/kon-carnet-a", "n.7"), "keyed");
    refused(&mut book, &ends(7, "void"), "series/already-ended");
    refused(&mut book, &ends(51, "keyed"), "series/outside");
    refused(&mut book, &ends(8, "lost"), "series/needs-reason");
    let lost = json!({"series": "series/kon-carnet-a", "number": 8, "ended": "lost", "reason": "sealed:aa"});
    let lost = does(&mut book, &first("series-number/1", DAY, lost));
    assert!(matches!(&lost.0[1], Effect::Warn { code, .. } if code == "series/number-lost"));
}

fn closes(scope: &str, place: &str, until: &str, day: &str) -> Command {
    first("close/1", day, json!({"scope": scope, "place": place, "until": until}))
}

#[test]
fn a_day_of_a_cash_box_is_closed_after_its_count() {
    let mut book = book();
    let day = closes("cash-box-day", "cash-box/kon-caisse", DAY, DAY);
    refused(&mut book, &day, "closing/no-count");
    let count = counted(&mut book, "cash-box/kon-caisse", DAY);
    refused(&mut book, &day, "closing/being-counted");
    does(&mut book, &close(&count, DAY, "0", "0"));
    does(&mut book, &day);
    assert_eq!(value(&book, "cash-box/kon-caisse", "closed-until"), DAY);
    refused(&mut book, &day, "closing/already");
    refused(&mut book, &closes("cash-box-day", "cash-box/kon-caisse", "2020-06-13", DAY), "closing/not-over");
    refused(&mut book, &closes("cash-box-day", "store/kon-magasin", DAY, DAY), "closing/other-place");
}

#[test]
fn a_month_of_a_store_needs_a_recent_count() {
    let mut book = book();
    let month = closes("store-month", "store/kon-magasin", "2020-05-31", DAY);
    refused(&mut book, &month, "rule/not-set");
    book.put(&of("rules/kon"), date("2020-01-01"), &[("closing.count-days", 5.into())]);
    let early = counted(&mut book, "store/kon-magasin", "2020-05-20");
    does(&mut book, &close(&early, "2020-05-20", "0", "0"));
    refused(&mut book, &month, "closing/no-count");
    let count = counted(&mut book, "store/kon-magasin", "2020-05-28");
    does(&mut book, &close(&count, "2020-05-28", "0", "0"));
    refused(&mut book, &closes("store-month", "store/kon-magasin", "2020-05-30", DAY), "closing/not-the-end");
    does(&mut book, &month);
    does(&mut book, &closes("unit-month", "workshop/kon-savon", "2020-05-31", DAY));
    does(&mut book, &closes("farm-campaign", "farm/kon-champ", "2020-03-31", DAY));
    refused(&mut book, &closes("farm-campaign", "farm/kon-champ", "2020-04-30", DAY), "closing/not-the-end");
}

#[test]
fn a_month_of_a_facility_keeps_what_each_fund_had() {
    let mut book = book();
    let month = closes("facility-month", "facility/kon", "2020-05-31", DAY);
    refused(&mut book, &month, "closing/place-open");
    let count = counted(&mut book, "cash-box/kon-caisse", "2020-05-31");
    cash(&mut book, "cash-box/kon-caisse", 12_000);
    cash(&mut book, "fund/kon-savon.sales", -12_000);
    does(&mut book, &close(&count, "2020-05-31", "10000x1 2000x1", "10000x1 2000x1"));
    does(&mut book, &closes("cash-box-day", "cash-box/kon-caisse", "2020-05-31", "2020-05-31"));
    let later = [Effect::Move {
        item: items::xof(),
        amount: Amount::francs(500),
        from: of("fund/kon-savon.sales"),
        to: of("cash-box/kon-caisse"),
        lot: None,
    }];
    book.apply("test", date("2020-06-02"), &of("person/test"), &later);
    book.apply(
        "test",
        date("2020-06-12"),
        &of("person/test"),
        &Effects::new().set(&of("bank/kon-bdm"), "frozen", "count/kon-20-0009", date(DAY)).0,
    );
    refused(&mut book, &month, "closing/being-counted");
    book.apply(
        "test",
        date("2020-06-12"),
        &of("person/test"),
        &Effects::new().set(&of("bank/kon-bdm"), "frozen", Value::Null, date(DAY)).0,
    );
    let closed = does(&mut book, &month);
    let Effect::Open { thing, .. } = &closed.0[0] else { panic!("a closing is opened") };
    assert_eq!(value(&book, thing.as_str(), "total.fund.kon-savon.sales"), "12000 XOF");
    assert_eq!(value(&book, thing.as_str(), "total.cash-box.kon-caisse"), "12000 XOF");
    assert_eq!(value(&book, "facility/kon", "closed-until"), "2020-05-31");
}

#[test]
fn a_year_is_closed_once_after_all_its_places() {
    let mut book = book();
    book.put(&of("rules/kon"), date("2020-01-01"), &[("closing.count-days", 5.into())]);
    let year = closes("facility-year", "facility/kon", "2020-12-31", "2021-01-10");
    refused(&mut book, &year, "closing/place-open");
    for place in ["cash-box/kon-caisse", "store/kon-magasin"] {
        let count = counted(&mut book, place, "2020-12-31");
        does(&mut book, &close(&count, "2020-12-31", "0", "0"));
    }
    for (scope, place) in [
        ("cash-box-day", "cash-box/kon-caisse"),
        ("store-month", "store/kon-magasin"),
        ("unit-month", "workshop/kon-savon"),
        ("facility-month", "facility/kon"),
    ] {
        does(&mut book, &closes(scope, place, "2020-12-31", "2021-01-10"));
    }
    does(&mut book, &year);
    refused(&mut book, &year, "closing/already");
}

#[test]
fn an_opening_situation_closes_to_the_franc() {
    let mut book = book();
    let fields = json!({
        "act": "Décision 012/2019 portant création du COGES",
        "second": "person/kon-20-0002",
        "goods": [
            {"store": "store/kon-magasin", "item": "item/mil", "quantity": "120.000 kg"},
            {"store": "store/kon-magasin", "item": "item/mil", "quantity": "30.000 kg", "released": "2020-07-01", "unit": "workshop/kon-savon"},
            {"store": "store/kon-magasin", "item": "item/fil", "quantity": "12 piece"}
        ],
        "cash": [{"place": "cash-box/kon-caisse", "amount": "25000 XOF"}, {"place": "bank/kon-bdm", "amount": "40000 XOF"}],
        "debts": [{"customer": "customer/kon-awa", "amount": "7500 XOF"}],
        "pecules": [{"person": "person/kon-20-0002", "amount": "30000 XOF"}, {"person": "person/kon-20-0003", "amount": "20000 XOF"}],
        "bills": [{"supplier": "supplier/kon-quinc", "amount": "18000 XOF"}]
    });
    let opened = does(&mut book, &first("opening/1", DAY, fields.clone()));
    assert_eq!(
        moved(&opened),
        [
            "120.000 kg opening/kon > store/kon-magasin (lot/kon-20-0008)",
            "30.000 kg opening/kon > store/kon-magasin (lot/kon-20-0009)",
            "12 piece opening/kon > store/kon-magasin",
            "25000 XOF fund/kon-opening > cash-box/kon-caisse",
            "40000 XOF fund/kon-opening > bank/kon-bdm",
            "7500 XOF fund/kon-uncollected > debt/kon-awa",
            "30000 XOF pecule/kon.kon-20-0002 > fund/kon-opening",
            "20000 XOF pecule/kon.kon-20-0003 > fund/kon-opening",
            "18000 XOF bill/kon-quinc > fund/kon-opening",
            "3000 XOF fund/kon-opening > shortage/kon-opening",
            "50000 XOF committee/kon > decision/kon-20-0001",
        ]
    );
    assert_eq!((francs(&book, "fund/kon-opening"), francs(&book, "shortage/kon-opening")), (0, 3_000));
    let on_first = Book::new(&book, "kon", date(DAY));
    assert_eq!(on_first.value(&of("lot/kon-20-0008"), "released"), true);
    assert_eq!(on_first.value(&of("lot/kon-20-0009"), "released"), Value::Null);
    let decision = on_first.adopted(Some(&of("decision/kon-20-0001"))).unwrap();
    assert_eq!((decision.about.as_str(), decision.left, decision.until), ("opening", 50_000, None));
    assert_eq!(value(&book, "decision/kon-20-0001", "payees"), json!(["person/kon-20-0002", "person/kon-20-0003"]));
    refused(&mut book, &first("opening/1", DAY, fields), "opening/already");
}

#[test]
fn cash_beyond_what_is_owed_stays_in_the_opening_fund() {
    let mut book = book();
    let fields = json!({
        "act": "x", "second": "person/kon-20-0002",
        "cash": [{"place": "cash-box/kon-caisse", "amount": "25000 XOF"}],
        "bills": [{"supplier": "supplier/kon-quinc", "amount": "18000 XOF"}]
    });
    does(&mut book, &first("opening/1", DAY, fields));
    assert_eq!((francs(&book, "fund/kon-opening"), francs(&book, "shortage/kon-opening")), (-7_000, 0));
}

#[test]
fn an_opening_situation_is_refused_when_it_cannot_be_one() {
    let mut book = book();
    let with = |key: &str, value: Value| {
        let mut fields = json!({"act": "x", "second": "person/kon-20-0002"});
        fields[key] = value;
        first("opening/1", DAY, fields)
    };
    refused(&mut book, &with("cash", json!([])), "opening/empty");
    refused(&mut book, &with("second", json!("person/kon-20-0001")), "opening/same-person");
    refused(&mut book, &with("cash", json!([{"place": "store/kon-magasin", "amount": "1 XOF"}])), "cash/other-place");
    let twice = json!([{"customer": "customer/kon-awa", "amount": "1 XOF"}, {"customer": "customer/kon-awa", "amount": "1 XOF"}]);
    refused(&mut book, &with("debts", twice), "opening/twice-listed");
    refused(&mut book, &with("debts", json!([{"customer": "customer/kon-zz", "amount": "1 XOF"}])), "thing/unknown");
}

#[test]
fn a_warning_is_answered_once() {
    let mut book = book();
    book.put(&of("warning/kon-20-0001"), date(DAY), &[("code", "count/lapsed".into())]);
    let explain = |reason: &str| first("explain/1", DAY, json!({"warning": "warning/kon-20-0001", "reason": reason}));
    does(&mut book, &explain("sealed:aa"));
    refused(&mut book, &explain("sealed:aa"), "warning/already-explained");
}

const FR: &str = include_str!("../../../../../config/locale/fr/cash.toml");
const EN: &str = include_str!("../../../../../config/locale/en/cash.toml");
const CORE_FR: &str = include_str!("../../../../../config/locale/fr/core.toml");
const CORE_EN: &str = include_str!("../../../../../config/locale/en/core.toml");

#[test]
fn every_kind_field_choice_refusal_and_warning_has_words_in_both_languages() {
    for (own, core) in [(FR, CORE_FR), (EN, CORE_EN)] {
        let mut words = words(own);
        words.extend(baara_plugin_api::words(core));
        let mut missing = Vec::new();
        let mut has = |codes: &[String]| {
            if !codes.iter().any(|code| words.get(code).is_some_and(|text| !text.is_empty())) {
                missing.push(codes[0].clone());
            }
        };
        for kind in kinds() {
            let name = kind.declaration.kind.trim_end_matches("/1").to_owned();
            has(&[format!("kind.{name}")]);
            fields_have(&name, &kind.declaration.fields, &mut has);
            for code in &kind.declaration.refusals {
                ["happened", "expected", "try"].iter().for_each(|part| has(&[format!("refusal.{code}.{part}")]));
            }
        }
        ["count/lapsed", "series/number-lost"].iter().for_each(|code| has(&[format!("warning.{code}.text")]));
        assert_eq!(missing, [""; 0]);
    }
}

fn fields_have(kind: &str, fields: &[Field], has: &mut impl FnMut(&[String])) {
    use baara_plugin_api::FieldType;
    for field in fields {
        has(&[format!("field.{}", field.name), format!("field.{kind}.{}", field.name)]);
        match &field.kind {
            FieldType::Choice { of } => of.iter().for_each(|code| has(&[format!("choice.{code}")])),
            FieldType::Lines { of } => fields_have(kind, of, has),
            _ => {}
        }
    }
}

#[test]
fn both_languages_say_the_same_things_in_the_same_form() {
    for (fr, en) in [(FR, EN), (CORE_FR, CORE_EN)] {
        let (fr, en) = (words(fr), words(en));
        let keys = |words: &std::collections::BTreeMap<String, String>| words.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&fr), keys(&en));
        for (code, text) in fr.iter().chain(&en) {
            assert!(!text.is_empty() && !text.ends_with('.'), "{code}: {text}");
        }
        for code in fr.keys().filter(|code| code.ends_with(".happened")) {
            let of = code.trim_end_matches("happened");
            assert!(["expected", "try"].iter().all(|part| fr.contains_key(&format!("{of}{part}"))), "{code}");
        }
    }
}

#[test]
fn inspectors_and_administrators_write_nothing() {
    let roles = include_str!("../../../../../config/roles.toml");
    for role in ["inspector", "administrator"] {
        let section = roles.split(&format!("[role.{role}]")).nth(1).unwrap();
        assert!(section.split("[role.").next().unwrap().contains("may = []"), "{role}");
    }
    for kind in kinds().iter().map(|k| k.declaration.kind.trim_end_matches("/1").to_owned()).filter(|k| k != "count-lapse") {
        assert!(roles.contains(&format!("\"{kind}\"")), "nobody may {kind}");
    }
}

/// The real world with its guards, as the desk uses them.
struct Guarded(crate::world::TheBook, u64);

impl Guarded {
    fn entry(&mut self, cmd: &Command, effects: Vec<Effect>) {
        self.1 += 1;
        self.0.apply(&crate::entry::Entry::next(self.1, cmd, effects));
    }

    fn put(&mut self, id: &str, values: &[(&str, Value)]) {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let effects = vec![Effect::Open { thing: of(id), values }];
        self.entry(&command("config/1", "2020-01-01", json!({})), effects);
    }

    fn tries(&mut self, cmd: &Command) -> Decided {
        let effects = {
            let view = self.0.view_counting(&cmd.site);
            (kind(&cmd.kind).decide)(cmd, &Book::new(&view, &cmd.site, cmd.date))?.0
        };
        let act = crate::guards::Act {
            site: &cmd.site,
            kind: &cmd.kind,
            date: cmd.date,
            today: cmd.date,
            leave: cmd.leave.as_ref(),
            fields: &cmd.fields,
            reversal: false,
        };
        let effects = crate::guards::with_leave(&self.0, &act, effects)?;
        let effects = crate::allot::allot(&self.0, &cmd.site, cmd.date, effects, &std::collections::BTreeMap::new());
        crate::guards::check(&self.0, &act, &effects)?;
        self.entry(cmd, effects.clone());
        Ok(Effects(effects))
    }

    #[track_caller]
    fn does(&mut self, cmd: &Command) -> Effects {
        self.tries(cmd).unwrap_or_else(|refusal| panic!("{}: {refusal}", cmd.kind))
    }

    /// What is held plus what is owed: always nothing.
    fn francs_in_all(&self) -> i64 {
        self.0.all_holdings().iter().filter(|h| h.item == items::xof()).map(|h| h.balance.count()).sum()
    }
}

#[test]
fn the_guards_let_a_whole_season_of_cash_pass() {
    let mut book = Guarded(crate::world::TheBook::new(), 0);
    for (item, unit, scale, by_lot) in
        [("xof", "XOF", 0, false), ("leave", "XOF", 0, false), ("mil", "kg", 3, true), ("fil", "piece", 0, false)]
    {
        book.put(&format!("item/{item}"), &[("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into())]);
    }
    for person in 1..=3 {
        book.put(&format!("person/kon-20-000{person}"), &[("facility", "facility/kon".into())]);
    }
    book.put("customer/kon-awa", &[]);
    book.put("supplier/kon-quinc", &[]);
    book.put("store/kon-magasin", &[]);
    let keeper = "person/kon-20-0002";
    let run: [(&str, Value); 4] = [
        ("facility/1", json!({"label": "Koulikoro", "kind": "remand-and-correction", "region": "Koulikoro"})),
        ("cash-box/1", json!({"code": "caisse", "label": "Caisse", "keeper": keeper})),
        ("bank/1", json!({"code": "bdm", "label": "BDM"})),
        ("fund/1", json!({"code": "reserve", "label": "Réserve"})),
    ];
    for (kind, fields) in run {
        book.does(&first(kind, DAY, fields));
    }
    let opened = book.does(&first(
        "opening/1",
        DAY,
        json!({
            "act": "x", "second": keeper,
            "goods": [
                {"store": "store/kon-magasin", "item": "item/mil", "quantity": "120.000 kg", "released": "2020-07-01"},
                {"store": "store/kon-magasin", "item": "item/fil", "quantity": "12 piece"}
            ],
            "cash": [{"place": "cash-box/kon-caisse", "amount": "65000 XOF"}],
            "debts": [{"customer": "customer/kon-awa", "amount": "7500 XOF"}],
            "pecules": [{"person": "person/kon-20-0003", "amount": "50000 XOF"}],
            "bills": [{"supplier": "supplier/kon-quinc", "amount": "18000 XOF"}]
        }),
    ));
    assert!(moved(&opened).contains(&"3000 XOF fund/kon-opening > shortage/kon-opening".to_owned()));
    assert_eq!(book.francs_in_all(), 0);
    book.does(&first(
        "deposit/1",
        DAY,
        json!({"cash-box": "cash-box/kon-caisse", "bank": "bank/kon-bdm", "amount": "40000 XOF", "slip": "17"}),
    ));
    book.does(&first(
        "deposit-confirmed/1",
        DAY,
        json!({"transit": "transit/kon-20-0001", "bank": "bank/kon-bdm", "amount": "40000 XOF", "advice": "AV-3"}),
    ));
    let withdrawal = json!({"bank": "bank/kon-bdm", "cash-box": "cash-box/kon-caisse", "amount": "5000 XOF", "voucher": "CH-1"});
    book.does(&first("bank-withdrawal/1", DAY, withdrawal.clone()));
    for (place, figures) in [
        ("cash-box/kon-caisse", "10000x2 5000x1"),
        ("store/kon-magasin", "kon-20-0001=118,5; fil=15"),
        ("cash-box/kon-caisse", "10000x3 500x1"),
    ] {
        book.does(&first("count-begin/1", DAY, json!({"place": place})));
        let refused = book.tries(&first("bank-withdrawal/1", DAY, withdrawal.clone()));
        assert_eq!(refused.is_err_and(|r| r.code == "place/frozen"), place == "cash-box/kon-caisse");
        let count = book.0.open_of("count").max().unwrap();
        book.does(&first("count-first/1", DAY, json!({"count": count, "figures": "sealed:aa"})));
        book.does(&second("count-second/1", DAY, json!({"count": count, "figures": "sealed:bb"})));
        book.does(&close(count.as_str(), DAY, figures, figures));
    }
    let held = |book: &Guarded, place: &str| book.0.balance(&of(place), &items::xof(), None);
    assert_eq!((held(&book, "cash-box/kon-caisse"), held(&book, "fund/kon-unexplained")), (30_500, -500));
    assert_eq!(held(&book, "shortage/kon-20-0001"), 5_000);
    book.does(&closes("cash-box-day", "cash-box/kon-caisse", DAY, DAY));
    book.put("decision/kon-20-0009", &[("about", "write-off".into()), ("adopted", "2020-01-01".into())]);
    let given = Effects::new().moves(&items::leave(), Amount::francs(4_000), &of("committee/kon"), &of("decision/kon-20-0009"));
    book.entry(&command("config/1", "2020-01-01", json!({})), given.0);
    let write_off = |amount: &str| {
        let fields = json!({"shortage": "shortage/kon-20-0001", "outcome": "written-off", "to": "fund/kon-unexplained",
            "amount": amount, "leave": "decision/kon-20-0009"});
        first("shortage-explained/1", DAY, fields)
    };
    assert_eq!(book.tries(&write_off("5000 XOF")).unwrap_err().code, "guard/leave-short");
    let written = book.does(&write_off("400 XOF"));
    assert_eq!(moved(&written), ["400 XOF shortage/kon-20-0001 > fund/kon-unexplained", "400 XOF decision/kon-20-0009 > used/kon"]);
    let lost = json!({"shortage": "shortage/kon-20-0002", "outcome": "written-off", "leave": "decision/kon-20-0009"});
    book.does(&first("shortage-explained/1", DAY, lost));
    book.put("sale/kon-20-0001", &[("customer", "customer/kon-awa".into())]);
    let cancel = json!({"customer": "customer/kon-awa", "amount": "7500 XOF", "sale": "sale/kon-20-0001", "reason": "sealed:aa"});
    book.does(&first("debt-cancel/1", DAY, cancel));
    book.does(&closes("facility-month", "facility/kon", "2020-05-31", DAY));
    book.does(&first("count-begin/1", DAY, json!({"place": "bank/kon-bdm"})));
    let lapsed = book.does(&first("count-lapse/1", "2020-06-14", json!({"count": "count/kon-20-0004"})));
    let Effect::Warn { warning, .. } = &lapsed.0[2] else { panic!("a lapsed count warns") };
    book.does(&first("explain/1", "2020-06-14", json!({"warning": warning, "reason": "sealed:aa"})));
    assert_eq!(book.francs_in_all(), 0);
}
