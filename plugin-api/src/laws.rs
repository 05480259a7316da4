//! The laws every kind keeps, whatever its form says: `baara plugin check` holds a file to them, and `testing` a crate.
//!
//! Each answers with the refusal that the check gives under its own code, so that a test fails as the check would.

use crate::guards::{self, Act};
use crate::ledger::Ledger;
use crate::{Command, Effect, Grant, Id, KindDeclaration, Refusal, Reply, Value, items, trade};
use std::collections::BTreeMap;
use std::fmt::Display;

/// What no right command can lead to: the plugin wrote it so.
pub const NONSENSE: &[&str] = &[
    "plugin/outside-grant",
    "guard/wrong-scale",
    "guard/wrong-unit",
    "guard/bad-value",
    "guard/other-site",
    "guard/id-taken",
    "guard/franc-to-world",
    "guard/before-thing",
];

/// What a plugin answered, read as the host reads it.
pub type Told = Result<Reply, Refusal>;

/// What is wrong, in at most 300 characters, under the code of a check.
#[must_use]
pub fn broken(code: &str, what: impl Display) -> Refusal {
    Refusal::new(code).with("what", what.to_string().chars().take(300).collect::<String>())
}

/// The command as a reviewer can send it again.
#[must_use]
pub fn shown(command: &Command) -> String {
    format!("{} {}", command.kind, Value::Object(command.fields.clone()))
}

/// A kind answers with effects, a table with rows that fit its columns, either with a refusal.
///
/// # Errors
/// `check/commands`.
pub fn answers_its_call(table: bool, command: &Command, told: &Told) -> Result<(), Refusal> {
    let wrong = |what: &str| Err(broken("check/commands", format!("{what} ← {}", shown(command))));
    match told {
        Ok(Reply::Effects(_)) if table => wrong("effects"),
        Ok(Reply::Table(_)) if !table => wrong("table"),
        Ok(Reply::Table(table)) if table.rows.iter().any(|row| row.len() != table.columns.len()) => wrong("rows ≠ columns"),
        _ => Ok(()),
    }
}

/// It refuses only under codes that its kind declares, or whose words are the host's: those every kind may give (`field/`,
/// `thing/`, `leave/`, `rule/`), and those of the [`trade`] it is written with.
///
/// # Errors
/// `check/refusals`.
pub fn refuses_as_declared(kind: &KindDeclaration, command: &Command, told: &Told) -> Result<(), Refusal> {
    let shared = |code: &str| {
        let subjects = ["field/", "thing/", "leave/", "rule/"];
        let of_trades = [trade::REFUSALS, trade::FIGURE_REFUSALS].concat();
        subjects.iter().any(|subject| code.starts_with(subject)) || of_trades.contains(&code)
    };
    match told {
        Err(no) if !kind.refusals.contains(&no.code) && !shared(&no.code) => {
            Err(broken("check/refusals", format!("{} ← {}", no.code, shown(command))))
        }
        _ => Ok(()),
    }
}

/// What it writes lies within its grant and is fit to be written: units, sites, ids, dates. That a store has too little is
/// no fault of a plugin's.
///
/// # Errors
/// `check/effects`.
pub fn writes_sense(command: &Command, passed: &Result<Vec<Effect>, Refusal>) -> Result<(), Refusal> {
    match passed {
        Err(no) if NONSENSE.contains(&no.code.as_str()) => Err(broken("check/effects", format!("{no} ← {}", shown(command)))),
        _ => Ok(()),
    }
}

/// Francs shared among persons add up to what the form says is shared, or to all that the fund had.
///
/// # Errors
/// `check/splits`.
pub fn shares_all(book: &impl Ledger, command: &Command, told: &Told) -> Result<(), Refusal> {
    let Ok(Reply::Effects(effects)) = told else { return Ok(()) };
    let mut shared: BTreeMap<&Id, i64> = BTreeMap::new();
    let mut persons = 0;
    for effect in effects {
        if let Effect::Move { item, amount, from, to, .. } = effect
            && *item == items::xof()
            && to.kind() == "fund"
        {
            persons += usize::from(from.kind() == "pecule");
            *shared.entry(to).or_default() += amount.count();
        }
    }
    let said = |francs: i64| command.fields.values().any(|value| value.as_str() == Some(&format!("{francs} XOF")));
    let whole = |fund: &Id, francs: i64| said(francs) || book.balance(fund, &items::xof(), None) == -francs;
    match shared.into_iter().find(|(fund, francs)| !whole(fund, *francs)) {
        Some((fund, francs)) if persons > 0 => Err(broken("check/splits", format!("{francs} XOF → {fund} ← {}", shown(command)))),
        _ => Ok(()),
    }
}

/// The effects of a plugin's kind as they would be recorded: within its grant, with leave, ids and numbers, past every guard.
///
/// # Errors
/// The refusal of the first that says no.
pub fn passed(book: &impl Ledger, grant: &Grant, act: &Act<'_>, effects: Vec<Effect>) -> Result<Vec<Effect>, Refusal> {
    guards::within(grant, &effects)?;
    guards::shown_as_typed(act.fields, &effects)?;
    let effects = guards::with_leave(book, act, effects)?;
    let effects = crate::allot::allot(book, act.site, act.today, effects, &BTreeMap::new());
    guards::check(book, act, &effects)?;
    Ok(effects)
}
