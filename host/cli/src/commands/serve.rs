//! `serve`: the book for phones and computers on the local network.

use crate::session::Session;
use crate::told::Failure;
use baara_desk::{Clock, Desk};
use baara_plugin_api::Refusal;
use baara_reports::Said;
use baara_web::{Certificate, Settings};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Where pages answer when nobody says otherwise: this machine alone.
const ADDRESS: &str = "127.0.0.1:8480";

/// Serves the open book until the program is stopped.
pub(crate) fn serve(session: &mut Session, listen: Option<&str>, tls: bool) -> Result<(), Failure> {
    if session.is_passed() {
        return Err(Refusal::new("serve/open-elsewhere").with("book", session.book_folder().display()).into());
    }
    let desk = session.desk()?;
    if !desk.is_practice() {
        keep_days(&desk);
    }
    let set = |key: &str| session.settings.all.get(key).cloned();
    let address = listen.map(str::to_owned).or_else(|| set("serve.address")).unwrap_or_else(|| ADDRESS.to_owned());
    let hosts = hosts(session);
    let tls = tls || set("serve.tls").as_deref() == Some("true");
    let certificate = if tls { Some(certificate(session, desk.folder())?) } else { None };
    let told = std::mem::take(&mut session.out);
    let settings = Settings { address: address.clone(), hosts, certificate };
    let ready = |at: std::net::SocketAddr| {
        let scheme = if tls { "https" } else { "http" };
        let serving = Said::new("screen.serving").with("address", format!("{scheme}://{at}/"));
        let fingerprint = settings.certificate.as_ref().map(|own| Said::new("screen.fingerprint").with("hash", own.fingerprint()));
        let lines: Vec<String> = [Some(serving), fingerprint].iter().flatten().map(|said| session.words.say(said) + "\n").collect();
        let mut out = std::io::stdout();
        let _ = write!(out, "{told}{}", lines.concat()).and_then(|()| out.flush()); // Whoever started us may read nothing.
    };
    baara_web::serve(desk, &settings, ready)
        .map_err(|error| Refusal::new("serve/cannot-listen").with("address", address).with("why", error.kind()).into())
}

/// The names this machine answers to besides its addresses in figures.
fn hosts(session: &Session) -> Vec<String> {
    let listed = session.settings.all.get("serve.hosts").map(String::as_str).unwrap_or_default();
    listed.split(',').map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect()
}

/// The certificate of a book, made when it has none yet.
///
/// # Errors
/// When it can be neither read nor made.
pub(crate) fn certificate(session: &Session, book: &Path) -> Result<Certificate, Refusal> {
    let told = |why: std::io::Error| Refusal::new("serve/no-certificate").with("folder", book.join("keys").display()).with("why", why);
    Certificate::of(book, &hosts(session)).map_err(told)
}

/// How often a served book looks whether a new day has begun.
const LOOK: Duration = Duration::from_secs(60);

/// Records what each day brings though nobody writes: when the book begins to be served, and after each midnight.
fn keep_days(desk: &Arc<Desk>) {
    let desk = Arc::downgrade(desk);
    let mut last = None;
    std::thread::spawn(move || {
        while let Some(desk) = desk.upgrade() {
            let today = Clock::Machine.today();
            if last.replace(today) != Some(today) {
                drop(desk.begin_day(Clock::Machine)); // What could not be recorded is found again the next day.
            }
            drop(desk);
            std::thread::sleep(LOOK);
        }
    });
}
