//! A served book, and a browser that asks its pages over real HTTP.

use crate::{Scratch, hosting};
use baara_desk::Desk;
use baara_web::{Settings, serve};
use std::sync::Arc;
use std::sync::mpsc::channel;

/// A book whose pages answer until the program ends.
pub struct Served {
    /// The desk behind the pages.
    pub desk: Arc<Desk>,
    /// Where they answer, `127.0.0.1:40123`.
    pub at: String,
}

impl Served {
    /// Opens the book of a scratch folder and serves it; the folder stays as long as the program.
    ///
    /// # Panics
    /// When it cannot be opened or served.
    #[must_use]
    pub fn new(scratch: Scratch) -> Served {
        let scratch = Box::leak(Box::new(scratch));
        let desk = Arc::new(Desk::open_with(&scratch.path("book"), hosting(), |_| {}).expect("the book opens"));
        let (send, ready) = channel();
        let own = desk.clone();
        let settings = Settings { address: "127.0.0.1:0".to_owned(), hosts: vec!["prison.local".to_owned()], certificate: None };
        std::thread::spawn(move || serve(own, &settings, |at| send.send(at).expect("somebody waits")));
        Served { desk, at: ready.recv().expect("pages answer").to_string() }
    }

    /// A browser nobody has signed in with.
    #[must_use]
    pub fn nobody(&self) -> Browser {
        Browser::at(&self.at)
    }

    /// A browser signed in as a person of a practice book, `kon-head`.
    ///
    /// # Panics
    /// When they cannot sign in.
    #[must_use]
    pub fn person(&self, person: &str) -> Browser {
        Browser::at(&self.at).signed_in(person)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Came {
    /// `200`.
    pub status: u16,
    /// Where to go next.
    pub place: String,
    /// The cookie that was set.
    pub cookie: String,
    /// The page.
    pub text: String,
    /// All headers, one a line.
    pub headers: String,
}

/// A browser: where it looks, and a cookie, or none.
#[derive(Clone)]
pub struct Browser {
    at: String,
    agent: ureq::Agent,
    /// What it sends as its cookies.
    pub cookie: String,
}

impl Browser {
    /// A browser without cookies.
    #[must_use]
    pub fn at(at: &str) -> Browser {
        // A connection each: one that was refused before its form was read is closed, and would fail the next.
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_idle_connections(0);
        Browser { at: at.to_owned(), agent: agent.build().into(), cookie: String::new() }
    }

    /// The same browser, signed in as a person of a practice book.
    ///
    /// # Panics
    /// When they cannot sign in.
    #[must_use]
    pub fn signed_in(mut self, person: &str) -> Browser {
        let site = person.split('-').next().unwrap_or_default();
        let came = self.post("/connexion", &format!("site={site}&qui=person%2F{person}"));
        assert_eq!(came.status, 303, "{person} signs in: {}", came.text);
        came.cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        self
    }

    /// The same browser in English.
    #[must_use]
    pub fn in_english(mut self) -> Browser {
        self.cookie.push_str("; langue=en");
        self
    }

    /// Asks a page.
    #[must_use]
    pub fn get(&self, path: &str) -> Came {
        self.ask("GET", path, None, &[])
    }

    /// Posts a form from one of our own pages.
    #[must_use]
    pub fn post(&self, path: &str, body: &str) -> Came {
        self.ask("POST", path, Some(body), &[("origin", &self.origin())])
    }

    /// What our own pages say they are.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Asks in any way, with more headers.
    ///
    /// # Panics
    /// When nothing comes back.
    #[must_use]
    pub fn ask(&self, method: &str, path: &str, body: Option<&str>, more: &[(&str, &str)]) -> Came {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.at));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if body.is_some() && !more.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(body.unwrap_or_default().to_owned()).expect("a request");
        let mut came = self.agent.run(request).unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let header = |name: &str| came.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let headers = came.headers().iter().map(|(n, v)| format!("{n}: {}\n", v.to_str().unwrap_or_default())).collect();
        let (status, place, cookie) = (came.status().as_u16(), header("location"), header("set-cookie"));
        Came { status, place, cookie, headers, text: came.body_mut().read_to_string().unwrap_or_default() }
    }
}

/// A value as a form posts it.
#[must_use]
pub fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The entry that an answer leads to: `/entree/12?fait=oui` is 12.
#[must_use]
pub fn entry_of(place: &str) -> Option<u64> {
    place.strip_prefix("/entree/")?.split('?').next()?.parse().ok()
}
