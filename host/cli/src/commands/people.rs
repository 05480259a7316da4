//! `user add`, `user secret` and `user codes`.

use super::record::{submission, submit};
use crate::cli::Common;
use crate::parts;
use crate::session::Session;
use crate::told::{Failure, told};
use baara_plugin_api::{Map, Refusal, Value, json};
use baara_reports::Said;

/// Adds a person, then gives each role; roles are intentions and wait for endorsement, and for the person's own.
pub(crate) fn add(session: &mut Session, name: &str, sex: &str, roles: &[String], external: bool, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let fields: Map = [("name", Value::from(name)), ("sex", sex.into()), ("external", external.into())]
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v))
        .collect();
    let one = submission(session, &desk, "person", fields, common)?;
    let answer = desk.submit(one);
    let person = match &answer {
        baara_desk::Answer::Recorded(recorded) => recorded.opened.iter().find(|id| id.kind() == "person").cloned(),
        _ => None,
    };
    let (text, json) = told(&desk, answer, "person", &session.words)?;
    let line = if session.global.json { json.to_string() } else { text };
    session.out.push_str(&format!("{line}\n"));
    let Some(person) = person else {
        if !roles.is_empty() {
            session.err.push_str(&format!("{}\n", session.words.word("screen.roles-later")));
        }
        return Ok(());
    };
    for role in roles {
        let role = role.strip_prefix("role/").unwrap_or(role);
        let fields: Map = [("person", person.as_str().to_owned()), ("role", format!("role/{role}"))]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), Value::from(v)))
            .collect();
        let gives = submission(session, &desk, "role-give", fields, &Common { id: None, ..common.clone() })?;
        submit(session, &desk, gives)?;
    }
    Ok(())
}

/// Keeps a secret: a first one freely while nobody could give a code for it, a later one by the person who knows the old or
/// the code of a reset.
pub(crate) fn secret(session: &mut Session, person: Option<&str>) -> Result<(), Failure> {
    let desk = session.desk()?;
    let named = person.map(str::to_owned).or_else(|| session.global.person.clone());
    let named = named.ok_or_else(|| Refusal::new("person/which").with("example", "kon-c-chef"))?;
    let person = parts::person(&desk, &named)?;
    if desk.is_practice() {
        return Err(Refusal::new("person/practice-no-secret").into());
    }
    if desk.has_secret(&person)? {
        let prompt = session.words.say(&Said::new("screen.secret-ask").with("person", &person));
        let old = session.secret(&prompt, "BAARA_SECRET")?;
        // Their own, or the code they were given after a reset.
        if !desk.knows_secret(&person, &old)? {
            return Err(Refusal::new("person/wrong-secret").with("person", &person).into());
        }
    } else if !desk.chooses_alone(&person, session.clock(&desk)?.today())? {
        return Err(Refusal::new("person/first-by-others").with("person", &person).into());
    }
    let new = session.secret(session.words.word("screen.secret-new"), "BAARA_NEW_SECRET")?;
    desk.set_secret(&person, &new)?;
    session.say(&Said::new("screen.secret-set").with("person", &person), &json!({"ok": true, "person": person}));
    Ok(())
}

/// Shows what an endorsed reset or list lets somebody give to a person: this once.
pub(crate) fn codes(session: &mut Session, person: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    let by = session.person(&desk)?;
    let person = parts::person(&desk, person)?;
    let site = session.site(&desk, None, Some(&person))?;
    let today = session.clock(&desk)?.today();
    let waits = desk.code_waits(&desk.book(), &person)?;
    if waits {
        let code = desk.give_code(&by, &site, &person, today)?;
        session.say(&Said::new("screen.code-given").with("person", &person).with("code", &code), &json!({"ok": true, "code": code}));
        return Ok(());
    }
    let codes = desk.give_list(&by, &site, &person, today)?;
    if session.global.json {
        session.out.push_str(&format!("{}\n", json!({"ok": true, "codes": codes})));
    } else {
        codes.iter().enumerate().for_each(|(at, code)| session.out.push_str(&format!("{:>2}  {code}\n", at + 1)));
    }
    Ok(())
}
