//! `demo`: a practice book, marked everywhere.

use super::book::{create, pin_own, practice_eve};
use crate::demo::Facts;
use crate::parts::progress;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::Clock;
use baara_plugin_api::{Id, Refusal, json};
use baara_reports::Said;

/// Makes a practice book with all facilities, our own plugins and the facts of `config/demo/`.
///
/// Then serves it, unless told not to; a practice book that is there already is only served.
pub(crate) fn demo(session: &mut Session, no_serve: bool, listen: Option<&str>) -> Result<(), Failure> {
    let there = session.book_folder().join("book.db").exists();
    if no_serve || !there {
        make(session)?;
    } else if !session.desk()?.is_practice() {
        return Err(Refusal::new("book/exists").with("book", session.book_folder().display()).into());
    }
    if no_serve { Ok(()) } else { super::serve::serve(session, listen, false) }
}

fn make(session: &mut Session) -> Result<(), Failure> {
    let (config, _) = super::config::read(session)?;
    let desk = create(session, true)?;
    let eve = practice_eve();
    let at = eve.and_hms_opt(8, 0, 0).unwrap_or_default().and_utc().timestamp_millis();
    let (clock, by) = (Clock::Practice { at }, Id::new("person", "ken-chef"));
    desk.apply_config("ken", &by, super::config::wanted(&config.wanted, eve), clock)?;
    pin_own(&desk, "ken", &by, clock)?;
    let facts = Facts::embedded().map_err(|mistake| broken(&mistake.to_string()))?;
    let bar = progress(&session.words, "screen.progress-demo", Some(0));
    let made = crate::demo::run(&desk, &facts, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    made.map_err(|error| broken(&error.to_string()))?;
    let (folder, entries) = (desk.folder().display().to_string(), desk.book().size());
    let said = Said::new("screen.demo-made").with("book", &folder).with("entries", entries);
    session.say(&said, &json!({"ok": true, "book": folder, "entries": entries}));
    Ok(())
}

/// The facts and the record kinds do not fit each other: told with its place.
fn broken(what: &str) -> Failure {
    Refusal::new("demo/broken").with("what", what).into()
}
