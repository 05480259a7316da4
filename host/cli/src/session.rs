//! One command: its words, its book, its person, and what it prints.

use crate::cli::Global;
use crate::config::{self, Settings};
use crate::told::{Done, Failure};
use crate::{commands, help, owner};
use baara_desk::{Clock, Codes, Desk, Fault, Hosting, Proved, Unproved};
use baara_plugin_api::{Date, Id, Refusal, Value};
use baara_reports::{Language, Said, Separated, Table, Words, draw_json, draw_separated, draw_text, label};
use std::path::PathBuf;
use std::sync::Arc;

/// Where a command runs and what it has printed.
pub(crate) struct Session {
    /// The flags of every command.
    pub(crate) global: Global,
    /// The words of its language.
    pub(crate) words: Words<'static>,
    /// The settings of this machine.
    pub(crate) settings: Settings,
    /// The folder it was typed in.
    pub(crate) folder: PathBuf,
    /// The open book, when another process runs the command for its typist.
    pub(crate) shared: Option<Arc<Desk>>,
    /// What was typed, for the process that has the book open.
    pub(crate) passed: owner::Passed,
    /// What it prints.
    pub(crate) out: String,
    /// What it says beside.
    pub(crate) err: String,
    /// The book it opened itself, which serves others until the command ends.
    owner: Option<owner::Owner>,
}

/// Runs a command from its words to what it prints.
pub(crate) fn run(passed: owner::Passed) -> Done {
    run_on(passed, None)
}

/// Runs a command for another process, on the book that is open here.
pub(crate) fn run_for_another(passed: owner::Passed, desk: Arc<Desk>) -> Done {
    run_on(passed, Some(desk))
}

fn run_on(passed: owner::Passed, desk: Option<Arc<Desk>>) -> Done {
    let words = || Surroundings::of(&spoken(&passed.typed), &passed).words;
    let args = match help::read(passed.typed.clone(), words) {
        Ok(args) => args,
        Err(done) => return done,
    };
    let mut session = Session::new(args.global, passed, desk);
    let result = commands::run(args.command, &mut session);
    session.finish(result)
}

/// What words say of the language they want, though they are no command yet.
fn spoken(typed: &[String]) -> Global {
    let said = |name: &str| {
        let at = typed.iter().position(|word| word.split('=').next() == Some(name))?;
        typed[at].split_once('=').map(|(_, value)| value.to_owned()).or_else(|| typed.get(at + 1).cloned())
    };
    Global { lang: said("--lang"), config: said("--config"), ..Global::default() }
}

/// What stands around a command: this machine's settings, and the words of its language.
struct Surroundings {
    words: Words<'static>,
    settings: Settings,
    /// Mistakes in the settings, as they are told.
    mistakes: String,
}

impl Surroundings {
    fn of(global: &Global, passed: &owner::Passed) -> Surroundings {
        let own = global.config.as_deref().map(|c| passed.folder.join(c));
        let sources = config::sources(own.as_deref()).unwrap_or_default();
        let only: Vec<config::Source> = sources.iter().filter(|s| s.name == "baara.toml").cloned().collect();
        let (settings, mistakes) = match config::read(&only) {
            Ok(config) => (config.settings, Vec::new()),
            Err(mistakes) => (Settings::default(), mistakes),
        };
        let machine =
            || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| passed.variables.get(*name).filter(|v| !v.is_empty()).cloned());
        let asked = global.lang.clone().or_else(|| settings.language.clone()).or_else(machine);
        let mut words = Words::new(asked.as_deref().and_then(Language::parse).unwrap_or_default());
        for source in sources.iter().filter(|_| own.is_some()) {
            if let Some((language, _)) = source.name.strip_prefix("locale/").and_then(|name| name.split_once('/')) {
                words.put(language, baara_plugin_api::words(&source.text));
            }
        }
        // A setting that is not read is told, and the command goes on without it.
        let mistakes = config::draw_mistakes(&mistakes, &only, &words);
        Surroundings { words, settings, mistakes }
    }
}

impl Session {
    fn new(global: Global, passed: owner::Passed, shared: Option<Arc<Desk>>) -> Session {
        let folder = passed.folder.clone();
        let Surroundings { words, settings, mistakes: err } = Surroundings::of(&global, &passed);
        let mut session = Session { words, global, settings, folder, passed, shared: None, out: String::new(), err, owner: None };
        if let Some(desk) = shared {
            session.add_words(&desk);
            session.shared = Some(desk);
        }
        session
    }

    fn finish(mut self, result: Result<(), Failure>) -> Done {
        let code = match result {
            Ok(()) => 0,
            Err(Failure::Elsewhere(done)) => {
                self.out.push_str(&done.out);
                self.err.push_str(&done.err);
                done.code
            }
            // What was said of it stands there already.
            Err(failure @ (Failure::Broken | Failure::NotGood)) => failure.code(),
            Err(failure) => {
                if self.global.json {
                    self.out.push_str(&format!("{}\n", failure.json(&self.words)));
                } else {
                    self.err.push_str(&failure.text(&self.words));
                }
                failure.code()
            }
        };
        drop(self.owner.take());
        Done { out: self.out, err: self.err, code }
    }

    /// The book's folder.
    pub(crate) fn book_folder(&self) -> PathBuf {
        let named =
            self.global.book.clone().or_else(|| self.passed.variables.get("BAARA_BOOK").cloned()).or_else(|| self.settings.book.clone());
        self.folder.join(named.unwrap_or_else(|| "livre".to_owned()))
    }

    /// True when there is a book, or one was named: then it must be there.
    pub(crate) fn has_book(&self) -> bool {
        let named = self.global.book.is_some() || self.passed.variables.contains_key("BAARA_BOOK");
        named || self.shared.is_some() || self.book_folder().join("book.db").exists()
    }

    /// A file named on the command line.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The open book.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub(crate) fn desk(&mut self) -> Result<Arc<Desk>, Failure> {
        if let Some(desk) = &self.shared {
            return Ok(desk.clone());
        }
        let folder = self.book_folder();
        if !folder.join("book.db").exists() {
            return Err(Refusal::new("book/none").with("book", folder.display()).into());
        }
        let bar = crate::parts::progress(&self.words, "screen.progress-open", None);
        let hosting = self.hosting();
        let opened = owner::open_or_pass(
            &folder,
            &self.passed,
            || Desk::open_with(&folder, hosting.clone(), |n| bar.set_position(n)),
            |fault| fault.code() == "journal/locked",
        )?;
        bar.finish_and_clear();
        let desk = Arc::new(opened.map_err(Failure::Elsewhere)?);
        self.keep(desk.clone());
        Ok(desk)
    }

    /// How this machine runs plugins: what `baara.toml` says, and `--safe-mode`.
    pub(crate) fn hosting(&self) -> Hosting {
        let set = |name: &str, value: &str| self.settings.all.get(name).is_some_and(|set| set == value);
        Hosting {
            require_sandbox: set("plugins.require_sandbox", "true"),
            require_signature: set("plugins.require_signature", "true"),
            in_process: !set("plugins.in_process", "false"),
            safe_mode: self.global.safe_mode,
            ..Hosting::default()
        }
    }

    /// True when the command runs for another process, which has its own terminal.
    pub(crate) fn is_passed(&self) -> bool {
        self.owner.is_none() && self.shared.is_some()
    }

    /// Keeps a book this command opened or made, and lets other commands go through it.
    pub(crate) fn keep(&mut self, desk: Arc<Desk>) {
        self.add_words(&desk);
        self.owner = Some(owner::Owner::of(&desk));
        self.shared = Some(desk);
    }

    /// Words that the book's plugins bring, and the labels of its things.
    pub(crate) fn add_words(&mut self, desk: &Arc<Desk>) {
        for (declaration, ..) in desk.registry().plugins() {
            self.words.add_plugin(declaration);
        }
        let (desk, language) = (Arc::downgrade(desk), self.words.language());
        let words = std::mem::replace(&mut self.words, Words::new(language));
        self.words = words.with_labels(move |id| desk.upgrade().and_then(|desk| label(&desk, &desk.book(), id, language)));
    }

    /// Draws a table as the command was told to.
    pub(crate) fn draw(&mut self, table: &Table, format: Option<&str>) {
        match format.unwrap_or(if self.global.json { "json" } else { "text" }) {
            "json" => self.out.push_str(&format!("{}\n", draw_json(table, &self.words))),
            "csv" => {
                let how = Separated { mark: self.settings.csv_mark, codes: false };
                self.out.push_str(&draw_separated(table, &self.words, how));
            }
            _ => {
                if self.shared.as_ref().is_some_and(|desk| desk.is_practice()) {
                    self.out.push_str(&format!("{}\n\n", self.words.word("screen.practice")));
                }
                self.out.push_str(&draw_text(table, &self.words));
            }
        }
    }

    /// Says a sentence, or its JSON.
    pub(crate) fn say(&mut self, said: &Said, json: &Value) {
        if self.global.json {
            self.out.push_str(&format!("{json}\n"));
        } else {
            self.out.push_str(&format!("{}\n", self.words.say(said)));
        }
    }

    /// The time: the machine's, or in a practice book what `--now` plays.
    ///
    /// # Errors
    /// When `--now` is no time, or the book is no practice book.
    pub(crate) fn clock(&self, desk: &Desk) -> Result<Clock, Failure> {
        let Some(now) = &self.global.now else { return Ok(Clock::Machine) };
        if !desk.is_practice() {
            return Err(Refusal::new("clock/not-practice").into());
        }
        let read = chrono::NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").ok();
        let read = read.or_else(|| chrono::NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M:%S").ok());
        let read = read.or_else(|| now.parse::<Date>().ok().and_then(|d| d.and_hms_opt(12, 0, 0)));
        let at = read.ok_or_else(|| Refusal::new("field/not-a-date").with("came", now))?;
        Ok(Clock::Practice { at: at.and_utc().timestamp_millis() })
    }

    /// The person who acts, with their secret checked.
    ///
    /// # Errors
    /// When none is named, the person is unknown, or the secret is wrong.
    pub(crate) fn person(&mut self, desk: &Arc<Desk>) -> Result<Id, Failure> {
        let named = self.global.person.clone().or_else(|| self.passed.variables.get("BAARA_AS").cloned());
        let Some(named) = named else {
            let example = desk.book().open_of("person").next().map_or_else(|| "kon-c-chef".to_owned(), |p| p.code().to_owned());
            return Err(Refusal::new("person/which").with("example", example).into());
        };
        let person = crate::parts::person(desk, &named)?;
        if desk.is_practice() {
            return Ok(person);
        }
        let prompt = self.words.say(&Said::new("screen.secret-ask").with("person", &person));
        let secret = self.secret(&prompt, "BAARA_SECRET")?;
        let code = match desk.codes(&desk.book(), &person)? {
            Codes::Next(n) => self.secret(&self.words.say(&Said::new("screen.code-ask").with("n", n)), "BAARA_CODE")?,
            Codes::NoList | Codes::UsedUp => String::new(),
        };
        match desk.prove(&person, &secret, &code)? {
            Proved::Chosen => Ok(person),
            Proved::Given => Err(Refusal::new("person/choose-first").with("person", &person).into()),
        }
    }

    /// A secret from the surroundings, else asked for without showing it.
    ///
    /// # Errors
    /// When there is nobody to ask.
    pub(crate) fn secret(&self, prompt: &str, variable: &str) -> Result<String, Failure> {
        match self.passed.variables.get(variable) {
            Some(secret) => Ok(secret.clone()),
            None if self.is_passed() => Err(Refusal::new("person/no-secret").with("variable", variable).into()),
            None => crate::parts::ask(prompt).ok_or_else(|| Refusal::new("person/no-secret").with("variable", variable).into()),
        }
    }

    /// The facility a command is for: named, the person's own, or the only one.
    ///
    /// # Errors
    /// When it is unknown, or several could be meant.
    pub(crate) fn site(&self, desk: &Desk, named: Option<&str>, person: Option<&Id>) -> Result<String, Failure> {
        let book = desk.book();
        let sites: Vec<String> = baara_reports::sites(&book);
        if let Some(named) = named {
            let code = named.strip_prefix("facility/").unwrap_or(named);
            return if sites.iter().any(|s| s == code) {
                Ok(code.to_owned())
            } else {
                Err(Refusal::new("site/unknown").with("site", named).with("sites", sites.join(", ")).into())
            };
        }
        let home = person.map(|p| book.home(p, Date::MAX)).filter(|home| sites.contains(home));
        match (home, sites.as_slice()) {
            (Some(home), _) => Ok(home),
            (None, [only]) => Ok(only.clone()),
            _ => Err(Refusal::new("site/which").with("sites", sites.join(", ")).into()),
        }
    }
}

impl From<Unproved> for Failure {
    fn from(unproved: Unproved) -> Failure {
        match unproved {
            Unproved::Refused(refusal) => refusal.into(),
            Unproved::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        match fault {
            // A file that is no plugin is no fault of the machine.
            Fault::Plugin(refused) => {
                let args = refused.args().into_iter();
                args.fold(Refusal::new(refused.code()), |refusal, (key, value)| refusal.with(key, value)).into()
            }
            fault => Failure::Fault { code: fault.code().to_owned(), text: fault.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_desk::{Founding, Member, Wanted};

    #[test]
    fn who_belongs_to_no_facility_of_the_book_says_which() {
        let folder = std::env::temp_dir().join(format!("baara-session-{}", std::process::id()));
        let desk = Arc::new(Desk::create(&folder, true).expect("a book"));
        let clock = Clock::Practice { at: 1_580_000_000_000 };
        let date = clock.today();
        let member = |code: &str| Member {
            code: code.to_owned(),
            name: code.to_owned(),
            sex: "f".to_owned(),
            college: None,
            office: String::new(),
            roles: Vec::new(),
        };
        for site in ["kon", "kit"] {
            let rules = ["quorum.heads", "quorum.colleges", "majority", "minutes.signing"];
            let rules = rules.map(|rule| (rule.to_owned(), "1/2".into())).to_vec();
            let members = vec![member("a"), member("b")];
            let act = Founding { site: site.to_owned(), facility: Vec::new(), act: "Acte".to_owned(), members, rules, date, clock };
            desk.found(act).expect("founded");
        }
        let person = Id::new("person", "kon-a");
        let elsewhere = Wanted { thing: person.clone(), key: "facility".to_owned(), value: "facility/dnapes".into(), from: date };
        desk.apply_config("kon", &person, vec![elsewhere], clock).expect("recorded");
        let session = Session::new(Global::default(), owner::Passed::here(&[], &folder), Some(desk.clone()));
        let told = session.site(&desk, None, Some(&person));
        assert!(matches!(told, Err(Failure::Refused(refusal)) if refusal.code == "site/which"));
        assert_eq!(session.site(&desk, None, Some(&Id::new("person", "kit-b"))).expect("their own"), "kit");
        drop(session);
        let _ = std::fs::remove_dir_all(&folder); // A folder left behind harms nobody.
    }
}
