//! Francs under a decision: expenses, purchases on credit, bills paid, and gifts of money.

use super::{adopted_about, open_now};
use baara_plugin_api::prelude::*;

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<Expense>(), Kind::of::<ExpenseCredit>(), Kind::of::<PayBill>(), Kind::of::<GiftMoney>()]
}

/// The sorts of decision that let francs be spent.
const SPENDING: &[&str] = &["spend", "micro-project"];

/// What a part of the money is for.
#[derive(Form)]
struct PurposeLine {
    #[field(sealed)]
    #[expect(dead_code, reason = "kept in the entry, decides nothing")]
    purpose: String,
    amount: Money,
}

/// Money is spent: from a cash box, the bank or a wallet, on behalf of a fund or of a donor's grant.
#[derive(Form)]
struct Expense {
    from: Id,
    #[field(of = "fund")]
    fund: Option<Id>,
    #[field(of = "micro-project")]
    micro_project: Option<Id>,
    #[field(of = "supplier")]
    supplier: Option<Id>,
    /// The number on the supplier's own paper.
    invoice: Option<String>,
    /// Why there is no such paper.
    #[field(sealed)]
    no_invoice: Option<String>,
    lines: Vec<PurposeLine>,
}

impl Record for Expense {
    const KIND: &'static str = "expense/1";
    fn writes() -> Grant {
        grant(&["invoice"], &[], &["cash-box", "bank", "wallet", "fund", "grant"], &["xof"], &["voucher"])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "decision/other-about",
            "expense/nothing",
            "expense/not-money-kept",
            "expense/one-owner",
            "expense/reserved-fund",
            "expense/other-purpose",
            "expense/beyond-ceiling",
            "invoice/unfit",
            "invoice/known",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = adopted_about(cmd, book, SPENDING)?;
        let total = total(&self.lines)?;
        let from = money_kept(&self.from, book)?;
        let supplier = self.supplier.as_ref().map(|id| book.open(id)).transpose()?;
        let owner = owner(self.fund.as_ref(), self.micro_project.as_ref(), book)?;
        fits_purpose(&decision, &owner, supplier.as_ref().map(|s| &s.id), book)?;
        within_ceiling(&decision, total, book)?;
        let effects = Effects::new().number("voucher").francs(total, &from, &owner.place);
        invoiced(effects, supplier.as_ref(), self.invoice.as_deref(), self.no_invoice.as_deref(), book)
    }
}

/// A purchase on credit: the leave is taken now, so that paying the bill needs none.
#[derive(Form)]
struct ExpenseCredit {
    #[field(of = "supplier")]
    supplier: Id,
    #[field(of = "fund")]
    fund: Option<Id>,
    #[field(of = "micro-project")]
    micro_project: Option<Id>,
    /// The number on the supplier's own paper.
    invoice: Option<String>,
    /// Why there is no such paper.
    #[field(sealed)]
    no_invoice: Option<String>,
    lines: Vec<PurposeLine>,
}

impl Record for ExpenseCredit {
    const KIND: &'static str = "expense-credit/1";
    fn writes() -> Grant {
        grant(&["invoice"], &[], &["bill", "fund", "grant"], &["xof"], &["voucher"])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "decision/other-about",
            "expense/nothing",
            "expense/one-owner",
            "expense/reserved-fund",
            "expense/other-purpose",
            "expense/beyond-ceiling",
            "invoice/unfit",
            "invoice/known",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = adopted_about(cmd, book, SPENDING)?;
        let total = total(&self.lines)?;
        let supplier = book.open(&self.supplier)?;
        let owner = owner(self.fund.as_ref(), self.micro_project.as_ref(), book)?;
        fits_purpose(&decision, &owner, Some(&supplier.id), book)?;
        within_ceiling(&decision, total, book)?;
        let effects = Effects::new().number("voucher").francs(total, &supplier.id.as_kind("bill"), &owner.place);
        invoiced(effects, Some(&supplier), self.invoice.as_deref(), self.no_invoice.as_deref(), book)
    }
}

/// The supplier's own paper: known once by its number, so that nobody is paid twice for it; where there is none, why.
///
/// It is opened under an id made of the supplier and the number: of two proposals with the same paper, the second is
/// refused when it is completed, whichever was written first.
fn invoiced(effects: Effects, from: Option<&Thing>, number: Option<&str>, without: Option<&str>, book: &Book<'_>) -> Decided {
    let told = |text: &&str| !text.trim().is_empty();
    match (number.filter(told), from) {
        (None, _) if without.filter(told).is_some() => Ok(effects),
        (None, _) => Ok(effects.warn("expense/no-invoice", &[], [])),
        // Whose number it is nobody said: it cannot be compared.
        (Some(number), None) => Ok(effects.warn("expense/no-supplier", &[], [("number", number.to_owned())])),
        (Some(number), Some(supplier)) => {
            let invoice = free_invoice(&supplier.id, number, book)?;
            Ok(effects.open(&invoice, [("supplier", supplier.id.as_str().into()), ("number", number.into())]))
        }
    }
}

/// The id of a paper that no expense stands on; those of reversed ones stay taken, and the next is counted on.
fn free_invoice(supplier: &Id, number: &str, book: &Book<'_>) -> Result<Id, Refusal> {
    let unfit = || Refusal::new("invoice/unfit").with("number", number);
    let name = spelled_number(number).ok_or_else(unfit)?;
    let mut times = 1_u32;
    loop {
        let again = if times == 1 { String::new() } else { format!(".{times}") };
        let id = Id::parse(&format!("invoice/{}.{name}{again}", supplier.code())).map_err(|_| unfit())?;
        match book.thing(&id) {
            None => return Ok(id),
            Some(known) if known.open => {
                return Err(Refusal::new("invoice/known").with("number", number).with("supplier", supplier).with("since", known.since));
            }
            Some(_) => times += 1,
        }
    }
}

/// `N° F/2020-17`, `numéro f2020 017` are one number, `f-2020-17`; `None` when it has no letter and no figure.
///
/// Signs, accents and the words for "number" say nothing, nor do noughts before a figure; letters and figures part by
/// themselves. What a paper is called stays: a bill 17 and a receipt 17 are two papers.
fn spelled_number(number: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for sign in number.to_lowercase().chars().map(bare) {
        let sort = (sign.is_ascii_alphabetic(), sign.is_ascii_digit());
        match sort {
            (false, false) => {}
            _ if last == Some(sort) => parts.last_mut().expect("one is begun").push(sign),
            _ => parts.push(sign.to_string()),
        }
        last = Some(sort);
    }
    let told = parts.iter().map(|part| if part.starts_with('0') { part.trim_start_matches('0') } else { part });
    let told = told.map(|part| if part.is_empty() { "0" } else { part });
    let parts: Vec<&str> = told.filter(|part| !matches!(*part, "n" | "no" | "nr" | "num" | "numero")).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

/// A small letter without its accent.
fn bare(sign: char) -> char {
    match sign {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        other => other,
    }
}

/// Whose francs they are.
struct Owner {
    place: Id,
    thing: Thing,
}

fn total(lines: &[PurposeLine]) -> Result<i64, Refusal> {
    let sum = lines.iter().try_fold(0i64, |sum, line| sum.checked_add(line.amount.0));
    sum.filter(|sum| *sum > 0 && lines.iter().all(|line| line.amount.0 > 0)).ok_or_else(|| Refusal::new("expense/nothing"))
}

fn money_kept(place: &Id, book: &Book<'_>) -> Result<Id, Refusal> {
    match place.kind() {
        "cash-box" | "bank" | "wallet" => Ok(book.open(place)?.id),
        _ => Err(Refusal::new("expense/not-money-kept").with("place", place)),
    }
}

/// True when francs of a fund can be spent: what customers still owe, and the opening's other side, are none.
#[must_use]
pub fn is_spendable(fund: &Id) -> bool {
    !["uncollected", "opening"].iter().any(|name| fund.code() == format!("{}-{name}", fund.site()))
}

/// One fund, or one micro-project's grant.
fn owner(fund: Option<&Id>, project: Option<&Id>, book: &Book<'_>) -> Result<Owner, Refusal> {
    match (fund, project) {
        (Some(fund), None) if !is_spendable(fund) => Err(Refusal::new("expense/reserved-fund").with("fund", fund)),
        (Some(fund), None) => Ok(Owner { thing: book.open(fund)?, place: fund.clone() }),
        (None, Some(project)) => Ok(Owner { thing: book.open(project)?, place: project.as_kind("grant") }),
        _ => Err(Refusal::new("expense/one-owner")),
    }
}

/// A decision that names what it is for serves nothing else: a fund, a unit, a micro-project or a supplier.
fn fits_purpose(decision: &Thing, owner: &Owner, supplier: Option<&Id>, book: &Book<'_>) -> Result<(), Refusal> {
    let Some(purpose) = decision.id_of("purpose") else { return Ok(()) };
    let unit = owner.thing.id_of("unit");
    let fits = match purpose.kind() {
        "fund" => owner.thing.id == purpose,
        "workshop" | "farm" => unit.as_ref() == Some(&purpose),
        "micro-project" => {
            owner.thing.id == purpose || unit.is_some_and(|unit| book.value(&unit, "micro-project").as_str() == Some(purpose.as_str()))
        }
        "supplier" => supplier == Some(&purpose),
        _ => true,
    };
    let no = || Refusal::new("expense/other-purpose").with("decision", &decision.id).with("purpose", &purpose).with("place", &owner.place);
    if fits { Ok(()) } else { Err(no()) }
}

/// The host guards the leave itself; this says by how much it is short.
fn within_ceiling(decision: &Thing, asked: i64, book: &Book<'_>) -> Result<(), Refusal> {
    let left = book.decision(&decision.id).map_or(0, |d| d.left);
    let decided = decision.amount("ceiling").map_or(0, Amount::count);
    if asked <= left {
        return Ok(());
    }
    let figure = |count: i64| Amount::francs(count);
    Err(Refusal::new("expense/beyond-ceiling")
        .with("decision", &decision.id)
        .with("decided", figure(decided))
        .with("spent", figure(decided - left))
        .with("left", figure(left))
        .with("asked", figure(asked)))
}

/// A supplier's bill is paid: the leave was taken when the bill was entered.
#[derive(Form)]
struct PayBill {
    from: Id,
    #[field(of = "supplier")]
    supplier: Id,
    amount: Money,
}

impl Record for PayBill {
    const KIND: &'static str = "pay-bill/1";
    fn writes() -> Grant {
        grant(&[], &[], &["cash-box", "bank", "wallet", "bill"], &["xof"], &["voucher"])
    }
    fn refusals() -> &'static [&'static str] {
        &["expense/nothing", "expense/not-money-kept", "pay-bill/too-much"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let from = money_kept(&self.from, book)?;
        let bill = open_now(book, &self.supplier)?.id.as_kind("bill");
        if self.amount.0 == 0 {
            return Err(Refusal::new("expense/nothing"));
        }
        let owed = -book.francs(&bill);
        if self.amount.0 > owed {
            let (owed, asked) = (Amount::francs(owed), Amount::francs(self.amount.0));
            return Err(Refusal::new("pay-bill/too-much").with("supplier", &self.supplier).with("owed", owed).with("asked", asked));
        }
        Ok(Effects::new().number("voucher").francs(self.amount.0, &from, &bill))
    }
}

/// A donor gives money, for a fund or for a micro-project: it is kept, and owed to that purpose.
#[derive(Form)]
struct GiftMoney {
    into: Id,
    #[field(of = "fund")]
    fund: Option<Id>,
    #[field(of = "micro-project")]
    micro_project: Option<Id>,
    amount: Money,
    #[field(sealed)]
    #[expect(dead_code, reason = "kept in the entry, decides nothing")]
    donor: String,
    #[expect(dead_code, reason = "kept in the entry, decides nothing")]
    act: Option<String>,
}

impl Record for GiftMoney {
    const KIND: &'static str = "gift-money/1";
    fn writes() -> Grant {
        grant(&[], &[], &["cash-box", "bank", "wallet", "fund", "grant"], &["xof"], &["receipt"])
    }
    fn refusals() -> &'static [&'static str] {
        &["expense/nothing", "expense/not-money-kept", "expense/one-owner", "expense/reserved-fund", "gift-money/sales-fund"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let into = money_kept(&self.into, book)?;
        let owner = owner(self.fund.as_ref(), self.micro_project.as_ref(), book)?;
        if owner.place.code().ends_with(".sales") {
            return Err(Refusal::new("gift-money/sales-fund").with("fund", &owner.place));
        }
        if self.amount.0 == 0 {
            return Err(Refusal::new("expense/nothing"));
        }
        Ok(Effects::new().number("receipt").francs(self.amount.0, &owner.place, &into))
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, day};
    use super::*;
    use baara_plugin_api::Ending;

    const DAY: &str = "2020-02-10";

    /// A table with a decision to spend 50 000 F until the end of June.
    fn decided(more: &Value) -> (Table, Id) {
        let mut table = Table::set();
        for (place, values) in [
            ("workshop/kon-savon", [("micro-project", Value::from("micro-project/kon-20-0001"))]),
            ("fund/kon-savon.sales", [("unit", "workshop/kon-savon".into())]),
            ("micro-project/kon-20-0001", [("label", "savon".into())]),
            ("micro-project/kon-20-0002", [("label", "pavés".into())]),
            ("fund/kon-uncollected", [("label", "à recouvrer".into())]),
        ] {
            table.book.put(&Id::parse(place).unwrap(), day("2020-01-01"), &values);
        }
        let mut terms = json!({"ceiling": "50000 XOF", "until": "2020-06-30"});
        terms.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let decision = table.adopted(DAY, "spend", &terms);
        (table, decision)
    }

    fn expense(decision: &Id, amount: i64) -> Value {
        json!({"leave": decision.as_str(), "from": "cash-box/kon-caisse", "fund": "fund/kon-entretien",
               "lines": [{"purpose": "sealed:aa", "amount": format!("{amount} XOF")}]})
    }

    fn with(mut form: Value, key: &str, value: impl Into<Value>) -> Value {
        form[key] = value.into();
        form
    }

    /// What the host does beside a payment: takes the leave.
    fn take(table: &mut Table, decision: &Id, count: i64) {
        let moved = Effects::new().moves(&items::leave(), Amount::francs(count), decision, &Id::new("used", "kon"));
        table.book.apply("test", day(DAY), &Id::new("person", "test"), &moved.0);
    }

    #[test]
    fn a_number_is_known_however_it_is_spelled() {
        let spelled = |text: &str| spelled_number(text).unwrap_or_default();
        for same in ["17", "N° 17", "Nº17", "no 17", "Numéro 17", "n17", "0017"] {
            assert_eq!(spelled(same), "17", "{same}");
        }
        for same in ["F-17", "f17", "F n° 017"] {
            assert_eq!(spelled(same), "f-17", "{same}");
        }
        assert_eq!(spelled("Reçu n° 17"), "recu-17");
        assert_eq!((spelled("000"), spelled("n°"), spelled(" / ")), ("0".to_owned(), String::new(), String::new()));
    }

    #[test]
    fn an_expense_goes_from_the_cash_box_to_its_fund_with_a_voucher() {
        let (mut table, decision) = decided(&json!({}));
        let form = with(
            expense(&decision, 0),
            "lines",
            json!([{"purpose": "sealed:aa", "amount": "12000 XOF"}, {"purpose": "sealed:bb", "amount": "500 XOF"}]),
        );
        let effects = table.ok::<Expense>("2020-02-12", form);
        assert!(matches!(&effects.0[0], Effect::Number { series, n: 1, .. } if series == "voucher"));
        let moved = Effects::new().francs(12_500, &Id::new("cash-box", "kon-caisse"), &Id::new("fund", "kon-entretien"));
        assert_eq!(effects.0[1..2], moved.0[..]);
    }

    #[test]
    fn a_paper_is_paid_once_however_its_number_is_written() {
        let (mut table, decision) = decided(&json!({}));
        let paper = |number: &str| with(with(expense(&decision, 5), "supplier", "supplier/kon-sona"), "invoice", number);
        let effects = table.ok::<Expense>("2020-02-12", paper("N° F/2020-17"));
        let opened = Id::new("invoice", "kon-sona.f-2020-17");
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Open { thing, .. } if *thing == opened)), "{effects:?}");
        table.book.apply("test", day("2020-02-12"), &Id::new("person", "test"), &effects.0[2..]);
        let refusal = table.refused::<Expense>("2020-02-13", paper("f 2020 17"), "invoice/known");
        assert_eq!(refusal.args["supplier"], "supplier/kon-sona");
        table.ok::<Expense>("2020-02-13", paper("F/2020-18"));
        table.refused::<Expense>("2020-02-13", paper("n° ؟"), "invoice/unfit");
    }

    #[test]
    fn a_paper_whose_expense_was_reversed_may_come_again() {
        let (mut table, decision) = decided(&json!({}));
        let form = with(with(expense(&decision, 5), "supplier", "supplier/kon-sona"), "invoice", "17");
        let first = Id::new("invoice", "kon-sona.17");
        table.book.put(&first, day("2020-02-12"), &[("supplier", "supplier/kon-sona".into())]);
        table.refused::<Expense>("2020-02-13", form.clone(), "invoice/known");
        let gone = [Effect::Close { thing: first, why: Ending::Void }];
        table.book.apply("test", day("2020-02-13"), &Id::new("person", "test"), &gone);
        let effects = table.ok::<Expense>("2020-02-14", form);
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Open { thing, .. } if thing.code() == "kon-sona.17.2")), "{effects:?}");
    }

    #[test]
    fn an_expense_without_paper_says_why_or_is_asked() {
        let (mut table, decision) = decided(&json!({}));
        let warned = |effects: &Effects| effects.0.iter().any(|e| matches!(e, Effect::Warn { code, .. } if code == "expense/no-invoice"));
        assert!(warned(&table.ok::<Expense>("2020-02-12", expense(&decision, 5))));
        assert!(!warned(&table.ok::<Expense>("2020-02-12", with(expense(&decision, 5), "no-invoice", "sealed:dd"))));
        assert!(!warned(&table.ok::<Expense>("2020-02-12", with(expense(&decision, 5), "invoice", "17"))));
    }

    #[test]
    fn beyond_the_ceiling_the_refusal_tells_decided_spent_and_left() {
        let (mut table, decision) = decided(&json!({}));
        table.ok::<Expense>("2020-02-12", expense(&decision, 50_000));
        take(&mut table, &decision, 42_000);
        table.ok::<Expense>("2020-02-13", expense(&decision, 8_000));
        let refusal = table.refused::<Expense>("2020-02-13", expense(&decision, 8_005), "expense/beyond-ceiling");
        let figure = |key: &str| refusal.args[key].as_str();
        assert_eq!(
            [figure("decided"), figure("spent"), figure("left"), figure("asked")],
            ["50000 XOF", "42000 XOF", "8000 XOF", "8005 XOF"]
        );
    }

    #[test]
    fn nothing_is_spent_without_a_decision_signed_and_still_good() {
        let (mut table, decision) = decided(&json!({}));
        table.refused::<Expense>("2020-02-12", with(expense(&decision, 5), "leave", Value::Null), "leave/missing");
        table.refused::<Expense>("2020-07-01", expense(&decision, 5), "leave/expired");
        let meeting = table.held("2020-03-10", &["kon-mayor", "kon-chief", "kon-ngo"]);
        let unsigned = table.carried(&meeting, "2020-03-10", "spend", &json!({"ceiling": "9000 XOF", "until": "2020-12-31"}));
        table.refused::<Expense>("2020-03-11", expense(&unsigned, 5), "leave/not-adopted");
        let eat = table.adopted("2020-03-20", "eat", &json!({}));
        table.refused::<Expense>("2020-03-21", expense(&eat, 5), "decision/other-about");
    }

    #[test]
    fn a_decision_serves_its_purpose_only() {
        let pave = json!({"fund": Value::Null, "micro-project": "micro-project/kon-20-0002"});
        let savon = json!({"fund": Value::Null, "micro-project": "micro-project/kon-20-0001"});
        let (entretien, sales) = (json!({"fund": "fund/kon-entretien"}), json!({"fund": "fund/kon-savon.sales"}));
        let sona = json!({"supplier": "supplier/kon-sona"});
        for (purpose, good, bad) in [
            ("fund/kon-entretien", &entretien, &sales),
            ("workshop/kon-savon", &sales, &entretien),
            ("micro-project/kon-20-0001", &savon, &pave),
            ("micro-project/kon-20-0001", &sales, &entretien),
            ("supplier/kon-sona", &sona, &entretien),
        ] {
            let (mut table, decision) = decided(&json!({"purpose": purpose}));
            let form = |more: &Value| {
                let mut form = expense(&decision, 5);
                form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                form
            };
            table.ok::<Expense>("2020-02-12", form(good));
            table.refused::<Expense>("2020-02-12", form(bad), "expense/other-purpose");
        }
    }

    #[test]
    fn an_expense_says_where_the_money_was_whose_it_is_and_how_much() {
        let (mut table, decision) = decided(&json!({}));
        let form = expense(&decision, 5);
        table.refused::<Expense>("2020-02-12", expense(&decision, 0), "expense/nothing");
        table.refused::<Expense>("2020-02-12", with(form.clone(), "lines", json!([])), "expense/nothing");
        table.refused::<Expense>("2020-02-12", with(form.clone(), "from", "fund/kon-entretien"), "expense/not-money-kept");
        table.refused::<Expense>("2020-02-12", with(form.clone(), "fund", Value::Null), "expense/one-owner");
        table.refused::<Expense>("2020-02-12", with(form, "fund", "fund/kon-uncollected"), "expense/reserved-fund");
    }

    #[test]
    fn a_bill_takes_the_leave_and_is_paid_without() {
        let (mut table, decision) = decided(&json!({}));
        let credit = |amount: &str| {
            json!({"leave": decision.as_str(), "supplier": "supplier/kon-sona", "fund": "fund/kon-entretien",
                   "lines": [{"purpose": "sealed:aa", "amount": amount}]})
        };
        table.refused::<ExpenseCredit>("2020-02-12", credit("50005 XOF"), "expense/beyond-ceiling");
        let effects = table.ok::<ExpenseCredit>("2020-02-12", credit("20000 XOF"));
        let bill = Id::new("bill", "kon-sona");
        assert_eq!(effects.0[1..2], Effects::new().francs(20_000, &bill, &Id::new("fund", "kon-entretien")).0[..]);
        let pay = |amount: &str| json!({"from": "bank/kon-bdm", "supplier": "supplier/kon-sona", "amount": amount});
        let effects = table.ok::<PayBill>("2020-08-01", pay("15000 XOF"));
        assert_eq!(effects.0[1..], Effects::new().francs(15_000, &Id::new("bank", "kon-bdm"), &bill).0[..]);
        let refusal = table.refused::<PayBill>("2020-08-01", pay("5005 XOF"), "pay-bill/too-much");
        assert_eq!(refusal.args["owed"], "5000 XOF");
        table.refused::<PayBill>("2020-08-01", pay("0 XOF"), "expense/nothing");
    }

    #[test]
    fn a_gift_is_kept_and_owed_to_its_purpose() {
        let (mut table, _) = decided(&json!({}));
        let gift = json!({"into": "bank/kon-bdm", "fund": "fund/kon-mandela", "amount": "300000 XOF", "donor": "sealed:cc"});
        let effects = table.ok::<GiftMoney>("2020-02-12", gift.clone());
        let bank = Id::new("bank", "kon-bdm");
        assert_eq!(effects.0[1..], Effects::new().francs(300_000, &Id::new("fund", "kon-mandela"), &bank).0[..]);
        let to_project = with(with(gift.clone(), "fund", Value::Null), "micro-project", "micro-project/kon-20-0001");
        let effects = table.ok::<GiftMoney>("2020-02-12", to_project);
        assert_eq!(effects.0[1..], Effects::new().francs(300_000, &Id::new("grant", "kon-20-0001"), &bank).0[..]);
        table.refused::<GiftMoney>("2020-02-12", with(gift.clone(), "fund", "fund/kon-savon.sales"), "gift-money/sales-fund");
        table.refused::<GiftMoney>("2020-02-12", with(gift, "amount", "0 XOF"), "expense/nothing");
    }
}
