//! Meetings: convoked with notice, then held with a presence sheet that names each member.

use super::{committee, key_of, maybe, members, open_now};
use baara_plugin_api::prelude::*;
use std::collections::BTreeSet;

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<Convocation>(), Kind::of::<Presence>()]
}

/// What sort of meeting it is.
#[derive(Choice)]
enum Session {
    Ordinary,
    Extraordinary,
}

/// The members are called to a meeting.
#[derive(Form)]
struct Convocation {
    on: Date,
    place: String,
    session: Session,
    agenda: Vec<String>,
}

impl Record for Convocation {
    const KIND: &'static str = "convocation/1";
    fn writes() -> Grant {
        grant(&["meeting"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/in-the-past", "meeting/no-agenda"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&committee(&cmd.site))?;
        if self.on < cmd.date {
            return Err(Refusal::new("meeting/in-the-past").with("on", self.on).with("date", cmd.date));
        }
        if self.agenda.is_empty() {
            return Err(Refusal::new("meeting/no-agenda"));
        }
        let meeting = Id::new("meeting", "$1");
        let values = [
            ("on", self.on.to_string().into()),
            ("place", self.place.into()),
            ("session", self.session.code().into()),
            ("agenda", self.agenda.into()),
            ("state", "convened".into()),
        ];
        let effects = Effects::new().open(&meeting, values);
        let (given, asked) = ((self.on - cmd.date).num_days(), notice(&self.session, book));
        Ok(match asked {
            Some(asked) if given < asked => {
                effects.warn("meeting/short-notice", &[&meeting], [("given", given.to_string()), ("asked", asked.to_string())])
            }
            _ => effects,
        })
    }
}

/// The days of notice the rules ask for, if they ask for any.
fn notice(session: &Session, book: &Book<'_>) -> Option<i64> {
    let own = match session {
        Session::Ordinary => None,
        Session::Extraordinary => book.whole_rule("meeting.notice-days.extraordinary").ok(),
    };
    own.or_else(|| book.whole_rule("meeting.notice-days").ok())
}

/// A meeting of this very day whose minutes are not written yet.
pub(super) fn sitting(book: &Book<'_>, meeting: &Id) -> Result<Thing, Refusal> {
    let thing = open_now(book, meeting)?;
    if let "minuted" | "signed" = thing.text("state") {
        return Err(Refusal::new("meeting/minuted").with("meeting", meeting));
    }
    match thing.date("on") {
        Some(on) if on == book.date() => Ok(thing),
        on => Err(Refusal::new("meeting/other-day").with("meeting", meeting).with("on", maybe_day(on)).with("date", book.date())),
    }
}

fn maybe_day(day: Option<Date>) -> String {
    maybe(day).as_str().unwrap_or_default().to_owned()
}

/// Whether a member came.
#[derive(Choice, Clone, Copy)]
enum Came {
    Present,
    Excused,
    Absent,
}

/// One member on the presence sheet.
#[derive(Form)]
struct PresenceLine {
    #[field(of = "person")]
    person: Id,
    presence: Came,
}

/// The presence sheet of a meeting. Guests are told apart: they are no members.
#[derive(Form)]
struct Presence {
    #[field(of = "meeting")]
    meeting: Id,
    lines: Vec<PresenceLine>,
    #[field(sealed)]
    guests: Option<String>,
}

impl Record for Presence {
    const KIND: &'static str = "presence/1";
    fn writes() -> Grant {
        grant(&["meeting"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/minuted", "meeting/other-day", "presence/empty", "presence/twice", "presence/no-mandate"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        sitting(book, &self.meeting)?;
        if self.lines.is_empty() {
            return Err(Refusal::new("presence/empty").with("meeting", &self.meeting));
        }
        let sitting: BTreeSet<Id> = members(book).into_iter().map(|m| m.person).collect();
        let (mut told, mut effects) = (BTreeSet::new(), Effects::new().set(&self.meeting, "state", "held", cmd.date));
        for line in &self.lines {
            if !sitting.contains(&line.person) {
                return Err(Refusal::new("presence/no-mandate").with("person", &line.person).with("date", cmd.date));
            }
            if !told.insert(&line.person) {
                return Err(Refusal::new("presence/twice").with("person", &line.person));
            }
            effects = effects.set(&self.meeting, &key_of("present", &line.person), line.presence.code(), cmd.date);
        }
        Ok(match self.guests {
            Some(guests) => effects.set(&self.meeting, "guests", guests, cmd.date),
            None => effects,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    fn call(on: &str, session: &str) -> Value {
        json!({"on": on, "place": "salle du greffe", "session": session, "agenda": ["vente de savon"]})
    }

    #[test]
    fn a_meeting_called_in_time_warns_nobody() {
        let mut table = Table::set();
        let effects = table.ok::<Convocation>("2020-02-01", call("2020-02-10", "ordinary"));
        assert_eq!(effects.0.len(), 1);
        assert_eq!(table.value("meeting/kon-20-0001", "state"), "convened");
    }

    #[test]
    fn a_short_notice_is_recorded_and_warned_about() {
        let mut table = Table::set();
        let effects = table.ok::<Convocation>("2020-02-09", call("2020-02-10", "ordinary"));
        assert!(
            matches!(&effects.0[1], Effect::Warn { code, args, .. } if code == "meeting/short-notice" && args["given"] == "1" && args["asked"] == "5")
        );
        table.rule("meeting.notice-days.extraordinary", 1.into());
        assert_eq!(table.ok::<Convocation>("2020-02-09", call("2020-02-10", "extraordinary")).0.len(), 1);
    }

    #[test]
    fn nobody_is_called_to_the_past_or_for_nothing() {
        let mut table = Table::set();
        table.refused::<Convocation>("2020-02-09", call("2020-02-08", "ordinary"), "meeting/in-the-past");
        let mut form = call("2020-02-10", "ordinary");
        form["agenda"] = json!([]);
        table.refused::<Convocation>("2020-02-01", form, "meeting/no-agenda");
    }

    #[test]
    fn the_sheet_names_members_once_each_on_the_day() {
        let mut table = Table::set();
        let meeting = table.convene("2020-02-10");
        let sheet = |who: &[&str]| {
            let lines: Vec<Value> = who.iter().map(|p| json!({"person": format!("person/{p}"), "presence": "present"})).collect();
            json!({"meeting": meeting.as_str(), "lines": lines, "guests": "sealed:00"})
        };
        table.refused::<Presence>("2020-02-10", sheet(&[]), "presence/empty");
        table.refused::<Presence>("2020-02-10", sheet(&["kon-imam"]), "presence/no-mandate");
        table.refused::<Presence>("2020-02-10", sheet(&["kon-ngo", "kon-ngo"]), "presence/twice");
        table.refused::<Presence>("2020-02-11", sheet(&["kon-ngo"]), "meeting/other-day");
        table.ok::<Presence>("2020-02-10", sheet(&["kon-ngo", "kon-mayor"]));
        assert_eq!(table.value(meeting.as_str(), "present.kon-ngo"), "present");
        assert_eq!(table.value(meeting.as_str(), "state"), "held");
        assert_eq!(table.value(meeting.as_str(), "guests"), "sealed:00");
    }

    #[test]
    fn the_sheet_is_closed_once_minutes_exist() {
        let mut table = Table::set();
        let meeting = table.held("2020-02-10", &["kon-mayor", "kon-chief"]);
        table.minute(&meeting, "2020-02-10");
        let sheet = json!({"meeting": meeting.as_str(), "lines": [{"person": "person/kon-ngo", "presence": "present"}]});
        table.refused::<Presence>("2020-02-10", sheet, "meeting/minuted");
    }
}
