//! The book as a whole: made, checked, copied.

use crate::cli::Init;
use crate::parts;
use crate::session::Session;
use crate::told::{Failure, told};
use baara_desk::{Answer, Clock, Desk, Founding, Member, OWN_PLUGINS, Verified, plugin_beside};
use baara_plugin_api::{Date, Id, Refusal, Value, json};
use baara_reports::Said;
use std::path::PathBuf;
use std::sync::Arc;

/// Makes a book: configuration, the founding act of one facility, our own plugins, the members' secrets.
pub(crate) fn init(session: &mut Session, init: &Init) -> Result<(), Failure> {
    let (config, _) = super::config::read(session)?;
    let date = match &init.date {
        Some(text) => parts::day(text)?,
        None => Clock::Machine.today(),
    };
    let members = init.members.iter().map(|m| member(m)).collect::<Result<Vec<_>, _>>()?;
    let mut rules = init.rules.iter().map(|r| rule(r)).collect::<Result<Vec<_>, _>>()?;
    let mut wanted = config.wanted.clone();
    if let Some(name) = &init.template {
        let template = super::config::template(&config, name)?;
        let unsaid: Vec<_> = template.rules.iter().filter(|(name, _)| !rules.iter().any(|(said, _)| said == name)).cloned().collect();
        rules.extend(unsaid);
        let new = template.wanted.iter().filter(|w| !config.wanted.iter().any(|known| known.thing == w.thing));
        wanted.extend(new.cloned());
    }
    let first = members.first().ok_or_else(|| Refusal::new("found/too-few-persons").with("persons", 0))?;
    let by = Id::parse(&format!("person/{}-{}", init.site, first.code)).map_err(|_| bad_member("code", &first.code))?;
    let own = config.wanted.iter().filter(|w| w.thing.kind() == "facility" && w.thing.code() == init.site);
    let facility: Vec<(String, Value)> = own.map(|w| (w.key.clone(), w.value.clone())).collect();
    // Everything is read before anything is made, so that a mistake leaves no half-made book.
    let founding = Founding { site: init.site.clone(), facility, act: init.act.clone(), members, rules, date, clock: Clock::Machine };
    let desk = create(session, init.practice)?;
    let clock = session.clock(&desk)?;
    let made = found(session, &desk, &wanted, &by, Founding { clock, ..founding.clone() });
    if made.is_err() {
        discard(&desk);
    }
    made?;
    if !init.practice {
        for member in &founding.members {
            let person = Id::new("person", &format!("{}-{}", init.site, member.code));
            let variable = format!("BAARA_SECRET_{}", member.code.to_uppercase().replace(['-', '.'], "_"));
            let prompt = session.words.say(&Said::new("screen.secret-ask").with("person", &member.name));
            let secret = std::env::var(variable).ok().or_else(|| session.secret(&prompt, "BAARA_NEW_SECRET").ok());
            if let Some(secret) = secret {
                desk.set_secret(&person, &secret)?;
            }
        }
        if !baara_desk::all_have_helpers(&desk.book(), &init.site, date) {
            session.err.push_str(&format!("{}\n", session.words.say(&Said::new("screen.helpless"))));
        }
    }
    // The book is made; pages that ask for a certificate later make it then, or say again why not.
    if let Err(refusal) = super::serve::certificate(session, desk.folder()) {
        session.err.push_str(&session.words.refusal_lines(&refusal));
    }
    let folder = desk.folder().display().to_string();
    session.say(&Said::new("screen.created").with("book", &folder), &json!({"ok": true, "book": folder, "entries": desk.book().size()}));
    Ok(())
}

fn found(session: &Session, desk: &Arc<Desk>, wanted: &[crate::config::Wanted], by: &Id, founding: Founding) -> Result<(), Failure> {
    let (site, date, clock) = (founding.site.clone(), founding.date, founding.clock);
    desk.apply_config(&site, by, super::config::wanted(wanted, date), clock)?;
    told(desk, desk.found(founding)?, "found", &session.words)?;
    pin_own(desk, &site, by, clock)
}

/// An empty book in the folder the command names.
pub(crate) fn create(session: &mut Session, practice: bool) -> Result<Arc<Desk>, Failure> {
    let folder = session.book_folder();
    if folder.join("book.db").exists() {
        return Err(Refusal::new("book/exists").with("book", folder.display()).into());
    }
    let desk = Arc::new(Desk::create_with(&folder, practice, session.hosting())?);
    session.keep(desk.clone());
    Ok(desk)
}

/// Takes a book away that its founding act did not begin.
fn discard(desk: &Arc<Desk>) {
    for name in ["book.db", "book.db-wal", "book.db-shm", "people.db", "people.db-wal", "people.db-shm"] {
        let _ = std::fs::remove_file(desk.folder().join(name)); // Nothing was ever acknowledged from it.
    }
}

/// Pins our own plugins whose files are there.
pub(crate) fn pin_own(desk: &Arc<Desk>, site: &str, by: &Id, clock: Clock) -> Result<(), Failure> {
    for file in own_files() {
        match desk.pin(site, by, &file, clock)? {
            Answer::Fault(fault) => return Err(fault.into()),
            Answer::Refused(refusal) if refusal.code != "plugin/already-pinned" => return Err(refusal.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The files of our own plugins.
fn own_files() -> Vec<PathBuf> {
    OWN_PLUGINS.iter().filter_map(|id| plugin_beside(id)).collect()
}

/// `code=chair,name=Awa Traoré,sex=f,college=staff,office=chair,roles=head+storekeeper`.
fn member(text: &str) -> Result<Member, Failure> {
    let mut member = Member {
        code: String::new(),
        name: String::new(),
        sex: String::new(),
        college: None,
        office: "member".to_owned(),
        roles: Vec::new(),
    };
    for part in text.split(',') {
        let (key, value) = part.split_once('=').ok_or_else(|| bad_member("=", part))?;
        let value = value.trim().to_owned();
        match key.trim() {
            "code" => member.code = value,
            "name" => member.name = value,
            "sex" => member.sex = value,
            "college" => member.college = Some(value).filter(|v| !v.is_empty()),
            "office" => member.office = value,
            "roles" => member.roles = value.split('+').map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()).collect(),
            other => return Err(bad_member(other, part)),
        }
    }
    for (key, value) in [("code", &member.code), ("name", &member.name), ("sex", &member.sex)] {
        if value.is_empty() {
            return Err(bad_member(key, text));
        }
    }
    Ok(member)
}

fn bad_member(key: &str, came: &str) -> Failure {
    Refusal::new("found/member").with("key", key).with("came", came).into()
}

/// `quorum.heads=1/2`; lists with `+`; whole numbers and yes or no as themselves.
fn rule(text: &str) -> Result<(String, Value), Failure> {
    let (name, value) = text.split_once('=').ok_or_else(|| Refusal::new("found/rule").with("came", text))?;
    let listed = name.starts_with("endorse") || name.starts_with("visa");
    let value = match value {
        "true" | "oui" => Value::from(true),
        "false" | "non" => Value::from(false),
        _ if listed && value.parse::<i64>().is_err() => value.split('+').map(Value::from).collect(),
        _ => value.parse::<i64>().map_or_else(|_| Value::from(value), Value::from),
    };
    Ok((name.to_owned(), value))
}

/// Checks every byte: the open book through its desk, a closed one from its files.
pub(crate) fn verify(session: &mut Session) -> Result<(), Failure> {
    let folder = session.book_folder();
    if session.shared.is_none() && !folder.join("book.db").exists() {
        return Err(Refusal::new("book/none").with("book", folder.display()).into());
    }
    let bar = parts::progress(&session.words, "screen.progress-verify", None);
    let seen = bar.clone();
    let verified = if let Some(desk) = session.shared.clone() {
        desk.verify(move |n| seen.set_position(n))?
    } else {
        let passed = session.passed.clone();
        let open = || baara_desk::verify(&folder, |n| seen.set_position(n));
        crate::owner::open_or_pass(&folder, &passed, open, |fault| fault.code() == "journal/locked")?.map_err(Failure::Elsewhere)?
    };
    bar.finish_and_clear();
    tell(session, &verified)
}

fn tell(session: &mut Session, verified: &Verified) -> Result<(), Failure> {
    let damage = verified.damage.as_ref();
    let json = json!({
        "ok": verified.ok(), "entries": verified.entries, "root": verified.root, "code": verified.code, "digest": verified.digest,
        "damage": damage.map(|d| json!({"seq": d.seq, "code": d.code, "what": d.what})), "altered-seals": verified.altered_seals,
    });
    if verified.ok() {
        session.say(&Said::new("screen.verified").with("entries", verified.entries).with("root", &verified.root), &json);
        return Ok(());
    }
    let mut found = Vec::new();
    if let Some(damage) = damage {
        found.push(
            session.words.say(&Said::new("screen.damage").with("seq", damage.seq).with("code", &damage.code).with("what", &damage.what)),
        );
    }
    if verified.altered_seals > 0 {
        found.push(session.words.say(&Said::new("screen.altered-seals").with("n", verified.altered_seals)));
    }
    session.say(&Said::new("screen.broken").with("text", found.join(" ; ")), &json);
    Err(Failure::Broken)
}

/// Writes one file that holds the book, and one beside it with the sealed texts.
pub(crate) fn backup(session: &mut Session, file: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    let bar = parts::progress(&session.words, "screen.progress-backup", Some(desk.book().size()));
    let seen = bar.clone();
    let target = session.file(file);
    desk.backup(&target, move |n| seen.set_position(n))?;
    bar.finish_and_clear();
    let (file, entries) = (target.display().to_string(), desk.book().size());
    let said = Said::new("screen.saved").with("file", &file).with("entries", entries);
    session.say(&said, &json!({"ok": true, "file": file, "entries": entries}));
    Ok(())
}

/// Makes a book out of a backup; the backup is verified before it takes its place.
pub(crate) fn restore(session: &mut Session, file: &str) -> Result<(), Failure> {
    let folder = session.book_folder();
    if folder.join("book.db").exists() {
        return Err(Refusal::new("book/exists").with("book", folder.display()).into());
    }
    let source = session.file(file);
    if !source.is_file() {
        let why = std::io::ErrorKind::NotFound;
        return Err(Refusal::new("file/unreadable").with("file", source.display()).with("why", why).into());
    }
    let bar = parts::progress(&session.words, "screen.progress-verify", None);
    baara_desk::restore(&source, &folder, |n| bar.set_position(n))?;
    bar.finish_and_clear();
    let desk = session.desk()?;
    let (book, entries) = (folder.display().to_string(), desk.book().size());
    let said = Said::new("screen.restored").with("book", &book).with("entries", entries);
    session.say(&said, &json!({"ok": true, "book": book, "entries": entries}));
    Ok(())
}

/// The day a practice book's year begins.
pub(crate) fn practice_eve() -> Date {
    Date::from_ymd_opt(2019, 12, 31).expect("the last day of a year")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_and_a_missing_part_is_told() {
        let read = member("code=c-chef,name=Awa Traoré,sex=f,college=staff,office=chair,roles=head+clerk").unwrap();
        assert_eq!((read.code.as_str(), read.office.as_str(), read.roles.len()), ("c-chef", "chair", 2));
        assert!(matches!(member("code=x,sex=f"), Err(Failure::Refused(r)) if r.code == "found/member"));
        assert!(member("code=x,name=y,sex=f,colege=staff").is_err());
    }

    #[test]
    fn a_rule_keeps_its_type() {
        assert_eq!(rule("quorum.heads=1/2").unwrap().1, json!("1/2"));
        assert_eq!(rule("quorum.colleges=3").unwrap().1, json!(3));
        assert_eq!(rule("endorse=head+treasurer").unwrap().1, json!(["head", "treasurer"]));
        assert!(rule("majority").is_err());
    }
}
