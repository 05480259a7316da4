//! Puts the practice year before the desk, day by day, and checks that each answer is the one expected.

use super::facts::Facts;
use super::resolve::{Outcome, Outcomes, fill, is_ready, looks};
use super::step::{Expect, Step};
use super::{Year, commands};
use baara_desk::{Answer, Clock, Desk, Source, Submission};
use baara_plugin_api::{Date, FieldError, Id, Refusal};
use std::collections::BTreeMap;
use std::fmt;

/// What the practice year came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Summary {
    /// Facilities.
    pub(crate) facilities: usize,
    /// Commands put before the desk.
    pub(crate) commands: u64,
    /// Those that were refused, as the facts expect.
    pub(crate) refused: u64,
    /// Entries in the book.
    pub(crate) entries: u64,
}

/// Why the practice year stopped.
#[derive(Debug)]
pub(crate) enum DemoError {
    /// The desk answered otherwise than the facts expect.
    Unexpected {
        /// The facility, the day, the kind and the name of the step.
        step: String,
        /// What was expected, and what came.
        came: String,
    },
    /// Some steps wait for each other.
    Stuck {
        /// The first of them.
        step: String,
    },
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DemoError::Unexpected { step, came } => write!(f, "{step}: {came}"),
            DemoError::Stuck { step } => write!(f, "{step}: refers to a step that never comes"),
        }
    }
}

impl std::error::Error for DemoError {}

/// The most commands in one commit.
const GROUP: usize = 400;

/// Founds every facility and records its year. `progress` hears how many commands are done, of how many.
///
/// # Errors
/// The first answer that is not the one expected.
pub(crate) fn run(desk: &Desk, facts: &Facts, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary, DemoError> {
    drive(desk, commands(facts), &mut Outcomes::new(), progress)
}

/// Records these years together; `outcomes` may know what other facilities' steps became.
pub(super) fn drive(
    desk: &Desk,
    years: Vec<Year>,
    outcomes: &mut Outcomes,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Summary, DemoError> {
    let all: u64 = years.iter().map(|year| year.steps.len() as u64).sum();
    let mut summary = Summary { facilities: years.len(), commands: 0, refused: 0, entries: 0 };
    let mut queues = Vec::new();
    for year in years {
        let step = format!("{} · found", year.site);
        match desk.found(year.founding) {
            Ok(Answer::Recorded(_)) => {}
            Ok(other) => return Err(DemoError::Unexpected { step, came: format!("{other:?}") }),
            Err(refusal) => return Err(DemoError::Unexpected { step, came: refusal.to_string() }),
        }
        let mut steps = year.steps;
        steps.reverse();
        queues.push(steps);
    }
    while let Some(day) = queues.iter().filter_map(|queue| queue.last()).map(day_of).min() {
        loop {
            let group = next_group(desk, &mut queues, day, outcomes)?;
            if group.is_empty() {
                break;
            }
            let subs = group.iter().map(|(_, sub)| sub.clone()).collect();
            for ((step, _), answer) in group.iter().zip(desk.submit_each(subs)) {
                summary.refused += u64::from(keep(step, answer, outcomes)?);
                summary.commands += 1;
            }
            progress(summary.commands, all);
        }
        if let Some(step) = queues.iter().filter_map(|queue| queue.last()).find(|step| day_of(step) <= day) {
            return Err(DemoError::Stuck { step: told(step) });
        }
    }
    summary.entries = desk.book().size();
    Ok(summary)
}

fn day_of(step: &Step) -> Date {
    chrono::DateTime::from_timestamp_millis(step.at).unwrap_or_default().date_naive()
}

/// From each facility the next commands of the day that know all they refer to.
fn next_group(desk: &Desk, queues: &mut [Vec<Step>], day: Date, outcomes: &Outcomes) -> Result<Vec<(Step, Submission)>, DemoError> {
    let mut group = Vec::new();
    for queue in queues {
        let mut first = true;
        while let Some(step) = queue.last().filter(|step| day_of(step) <= day) {
            // What somebody reads off the shelf is read after all that came before; a count freezes what it reads.
            let frozen = step.kind.starts_with("count-");
            if group.len() >= GROUP || !is_ready(step, outcomes) || (looks(step) && !first && !frozen) {
                break;
            }
            let step = queue.pop().expect("there is a last one");
            let sub = submission(desk, &step, outcomes)?;
            group.push((step, sub));
            first = false;
        }
    }
    Ok(group)
}

fn submission(desk: &Desk, step: &Step, outcomes: &Outcomes) -> Result<Submission, DemoError> {
    let filled = fill(desk, step, outcomes);
    let (fields, leave) = filled.map_err(|refusal| DemoError::Unexpected { step: told(step), came: refusal.to_string() })?;
    let person = Id::new("person", &format!("{}-{}", step.site, step.person));
    Ok(Submission {
        id: step.id.clone(),
        date: step.date,
        leave,
        source: Source::Program,
        clock: Clock::Practice { at: step.at },
        ..Submission::new(&step.site, &step.kind, &person, fields)
    })
}

/// Keeps what a step became; true when it was refused as expected.
fn keep(step: &Step, answer: Answer, outcomes: &mut Outcomes) -> Result<bool, DemoError> {
    let unexpected =
        |came: String| Err(DemoError::Unexpected { step: told(step), came: format!("expected {:?}, came {came}", step.expect) });
    let outcome = match (answer, step.expect) {
        (Answer::Recorded(done), Expect::Recorded) if !done.again => Outcome { seq: done.seq, opened: done.opened, number: done.number },
        (Answer::Waiting(waiting), Expect::Waiting) => Outcome { seq: waiting.seq, opened: vec![waiting.proposal], number: None },
        (Answer::Refused(refusal), Expect::Refused(code)) if refusal.code == code => return Ok(true),
        (Answer::Refused(refusal), _) => return unexpected(refused(&refusal)),
        (Answer::Fields(errors), _) => return unexpected(errors.iter().map(wrong).collect::<Vec<_>>().join("; ")),
        (Answer::Fault(fault), _) => return unexpected(fault.to_string()),
        (Answer::Recorded(_), _) => return unexpected("an entry that took effect".to_owned()),
        (Answer::Waiting(_), _) => return unexpected("an intention that waits".to_owned()),
    };
    outcomes.insert((step.site.clone(), step.label.clone()), outcome);
    Ok(false)
}

fn refused(refusal: &Refusal) -> String {
    format!("refused: {refusal}")
}

fn wrong(error: &FieldError) -> String {
    let args: BTreeMap<_, _> = error.args.iter().collect();
    format!("{} {} {args:?}", error.field, error.code)
}

fn told(step: &Step) -> String {
    let form = serde_json::to_string(&step.fields).unwrap_or_default();
    let form: String = form.chars().take(600).collect();
    format!("{} · {} · {} ({}, by {}) {form}", step.site, day_of(step), step.kind, step.label, step.person)
}
