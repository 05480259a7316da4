//! `serve`: the book for phones and computers on the local network.

use crate::session::Session;
use crate::told::Failure;
use baara_desk::{Clock, Desk};
use baara_plugin_api::Refusal;
use baara_reports::Said;
use baara_web::Settings;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Where pages answer when nobody says otherwise: this machine alone.
const ADDRESS: &str = "127.0.0.1:8480";

/// Serves the open book until the program is stopped.
pub(crate) fn serve(session: &mut Session, listen: Option<&str>) -> Result<(), Failure> {
    if session.is_passed() {
        return Err(Refusal::new("serve/open-elsewhere").with("book", session.book_folder().display()).into());
    }
    let desk = session.desk()?;
    if !desk.is_practice() {
        keep_days(&desk);
    }
    let set = |key: &str| session.settings.all.get(key).cloned();
    let address = listen.map(str::to_owned).or_else(|| set("serve.address")).unwrap_or_else(|| ADDRESS.to_owned());
    let hosts = set("serve.hosts").unwrap_or_default().split(',').map(|h| h.trim().to_owned()).filter(|h| !h.is_empty()).collect();
    let told = std::mem::take(&mut session.out);
    let settings = Settings { address: address.clone(), hosts };
    let ready = |at: std::net::SocketAddr| {
        let said = session.words.say(&Said::new("screen.serving").with("address", format!("http://{at}/")));
        println!("{told}{said}");
        let _ = std::io::stdout().flush(); // Whoever started us may read nothing.
    };
    baara_web::serve(desk, &settings, ready)
        .map_err(|error| Refusal::new("serve/cannot-listen").with("address", address).with("why", error.kind()).into())
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
