//! The host in memory: one plugin and a book on paper, with the checks of a book that works.

use super::PaperBook;
use crate::export::{Failure, HostSide, caught};
use crate::guards::Act;
use crate::laws::{self, Told};
use crate::ledger::{Ledger, REFERENCE};
use crate::limits::{CALL_BYTES, ENTRY_BYTES, QUESTIONS, TEXT_CHARS};
use crate::practice::{self, Chance, Filling, Known};
use crate::{
    Answer, Ask, Command, Decided, Declaration, Effect, Effects, FieldType, KindDeclaration, Message, Plugin, Question, Refusal, Reply,
    Table, Value, answer_call, answered, json,
};
use std::cell::Cell;
use std::sync::Arc;

type Call = dyn Fn(&[u8], &dyn HostSide) -> Result<Vec<u8>, Failure> + Send + Sync;

/// One plugin in a book on paper that says no wherever a book that works does, in the same codes.
///
/// A command goes in as bytes and comes back as bytes. What the plugin may ask, how often, how much it may answer, its grant,
/// the committee's leave, every guard and the size of an entry are the host's own code, not a likeness of it. Three things
/// stay outside: people's rights and endorsements, how forms are typed (here they are canonical), and time.
///
/// ```
/// use baara_plugin_api::prelude::*;
/// use baara_plugin_api::testing::{Host, PaperBook, command};
///
/// #[derive(Form)]
/// struct Gift {
///     #[field(of = "item")]
///     item: Id,
///     #[field(of = "item")]
///     quantity: Amount,
///     #[field(of = "store")]
///     from: Id,
/// }
///
/// impl Record for Gift {
///     const KIND: &'static str = "gift/1";
///     fn writes() -> Grant {
///         grant(&[], &[], &["store"], &["*"], &[]) // It forgot where gifts go.
///     }
///     fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
///         Ok(Effects::new().moves(&self.item, self.quantity, &self.from, &Id::new("given", book.site())))
///     }
/// }
///
/// let plugin = Plugin { id: "gifts", version: "1.0.0", kinds: vec![Kind::of::<Gift>()], ..Plugin::default() };
/// let host = Host::practice(plugin);
/// let gift = json!({"item": "item/matiere", "quantity": "2.000 kg", "from": "store/kon-magasin"});
/// assert_eq!(host.judge(&command("gift/1", "2020-06-12", gift)).unwrap_err().code, "plugin/outside-grant");
/// ```
#[derive(Clone)]
pub struct Host {
    /// The book: lay out in it what a test is about.
    pub book: PaperBook,
    declaration: Declaration,
    call: Arc<Call>,
}

impl Host {
    /// A plugin with a book of the author's own.
    #[must_use]
    pub fn new(plugin: Plugin, book: PaperBook) -> Host {
        let declaration = plugin.declaration();
        Host::calling(declaration, book, move |message, host| answer_call(&plugin, message, host))
    }

    /// A plugin in the made-up facility of [`practice`], where `baara plugin check` puts it too.
    #[must_use]
    pub fn practice(plugin: Plugin) -> Host {
        Host::new(plugin, PaperBook::practice())
    }

    /// What a plugin declares and how it answers, for those that do not use [`answer_call`].
    #[must_use]
    pub fn calling(
        declaration: Declaration,
        book: PaperBook,
        call: impl Fn(&[u8], &dyn HostSide) -> Result<Vec<u8>, Failure> + Send + Sync + 'static,
    ) -> Host {
        Host { book, declaration, call: Arc::new(call) }
    }

    /// The effects a command would have if it were recorded on its own day. Nothing changes.
    ///
    /// # Errors
    /// The plugin's own refusal; `plugin/…` for a promise it broke; `field/…`, `guard/…`, `leave/…`, `place/…`, `thing/…` and
    /// `entry/too-large` as of a book that works.
    pub fn judge(&self, command: &Command) -> Decided {
        let kind = self.kind(&self.declaration.kinds, &command.kind)?;
        canonical(kind, command)?;
        match self.told(false, command)? {
            Reply::Effects(effects) => {
                let effects = self.passed(kind, command, effects)?;
                let bytes = entry_bytes(command, &effects);
                if bytes > ENTRY_BYTES { Err(Refusal::new("entry/too-large").with("bytes", bytes)) } else { Ok(Effects(effects)) }
            }
            Reply::Table(_) => Err(self.misbehaved("table")),
        }
    }

    /// Judges a command and applies it; gives the effects with their ids and numbers.
    ///
    /// # Errors
    /// As [`judge`](Host::judge); nothing has changed then.
    pub fn record(&mut self, command: &Command) -> Decided {
        let effects = self.judge(command)?;
        self.book.fold(&command.site, &command.kind, command.date, &command.by, &effects.0);
        Ok(effects)
    }

    /// Draws one of the plugin's tables.
    ///
    /// # Errors
    /// The plugin's own refusal; `plugin/…` for a promise it broke; `field/…`.
    pub fn table(&self, command: &Command) -> Result<Table, Refusal> {
        canonical(self.kind(&self.declaration.tables, &command.kind)?, command)?;
        match self.told(true, command)? {
            Reply::Table(table) => Ok(table),
            Reply::Effects(_) => Err(self.misbehaved("effects")),
        }
    }

    /// Whether the plugin keeps the [`laws`] on a command: it answers and does not panic, the same answer twice, refusals it
    /// declares, effects within its grant and fit to be written, shares that add up.
    ///
    /// # Errors
    /// Under the code that `baara plugin check` gives: `check/commands`, `check/answers`, `check/refusals`, `check/effects`,
    /// `check/splits`.
    pub fn lawful(&self, command: &Command) -> Result<(), Refusal> {
        let is_table = self.declaration.tables.iter().any(|table| table.kind == command.kind);
        let kinds = if is_table { &self.declaration.tables } else { &self.declaration.kinds };
        let kind = self.kind(kinds, &command.kind)?;
        let told = self.told(is_table, command);
        if self.told(is_table, command) != told {
            return Err(laws::broken("check/answers", laws::shown(command)));
        }
        if let Err(no) = &told
            && FAULTS.contains(&no.code.as_str())
        {
            return Err(laws::broken("check/commands", format!("{no} ← {}", laws::shown(command))));
        }
        laws::answers_its_call(is_table, command, &told)?;
        laws::refuses_as_declared(kind, command, &told)?;
        laws::shares_all(&self.book, command, &told)?;
        match told {
            Ok(Reply::Effects(effects)) => laws::writes_sense(command, &self.passed(kind, command, effects)),
            _ => Ok(()),
        }
    }

    /// Whether the plugin outlives messages that no host sends: rubbish, and this command with its fields distorted. It may
    /// answer, refuse or not understand; it may not panic.
    ///
    /// # Errors
    /// `check/hostile`.
    pub fn outlives_rubbish(&self, command: &Command) -> Result<(), Refusal> {
        let is_table = self.declaration.tables.iter().any(|table| table.kind == command.kind);
        let call = if is_table { "table" } else { "decide" };
        for message in practice::rubbish().into_iter().chain(practice::distorted(call, command)) {
            if let Err(no) = self.answer(&message, &command.site)
                && ["plugin/panicked", "plugin/internal"].contains(&no.code.as_str())
            {
                let message: String = String::from_utf8_lossy(&message).chars().take(160).collect();
                return Err(laws::broken("check/hostile", format!("{no} ← {message}")));
            }
        }
        Ok(())
    }

    /// A command of a kind or table out of its own form, filled in for this book: the same for the same seed.
    ///
    /// # Panics
    /// When the plugin has no such kind.
    #[must_use]
    pub fn a_command(&self, kind: &str, seed: u64) -> Command {
        Forms::of(self, kind).command(&mut Chance::from_seed(seed))
    }

    /// Commands of a kind or table out of its own form, filled in for this book with ordinary values, edges and odd ones.
    /// A failing one is made as plain as it can be.
    ///
    /// # Panics
    /// When the plugin has no such kind.
    #[cfg(feature = "proptest")]
    pub fn commands(&self, kind: &str) -> impl proptest::strategy::Strategy<Value = Command> + use<> {
        use proptest::strategy::Strategy;
        let forms = Forms::of(self, kind);
        proptest::collection::vec(proptest::num::u32::ANY, 0..CHOICES).prop_map(move |choices| forms.command(&mut Chance::told(choices)))
    }

    fn kind<'k>(&self, among: &'k [KindDeclaration], kind: &str) -> Result<&'k KindDeclaration, Refusal> {
        among.iter().find(|known| known.kind == kind).ok_or_else(|| Refusal::new("kind/unknown").with("kind", kind))
    }

    fn passed(&self, kind: &KindDeclaration, command: &Command, effects: Vec<Effect>) -> Result<Vec<Effect>, Refusal> {
        let Command { site, kind: name, date, leave, fields, .. } = command;
        let act = Act { site, kind: name, date: *date, today: *date, leave: leave.as_ref(), fields, reversal: false };
        laws::passed(&self.book, &kind.writes, &act, effects)
    }

    fn told(&self, table: bool, command: &Command) -> Told {
        let command = command.clone();
        let site = command.site.clone();
        let message = if table { Message::Table { command } } else { Message::Decide { command } };
        let bytes = self.answer(&serde_json::to_vec(&message).expect("a message is JSON"), &site)?;
        serde_json::from_slice(&bytes).map_err(|e| self.misbehaved(&e.to_string()))
    }

    /// The bytes a plugin answers, or why it has none.
    fn answer(&self, message: &[u8], site: &str) -> Result<Vec<u8>, Refusal> {
        let side = Side { view: View { book: &self.book, site }, questions: Cell::new(0), bytes: Cell::new(0) };
        let answer = caught(|| (self.call)(message, &side));
        if side.questions.get() > QUESTIONS {
            return Err(self.misbehaved("more questions than a call may put"));
        }
        let no = |code: &str| Refusal::new(code).with("plugin", &self.declaration.id);
        let fits = |bytes: Vec<u8>| if side.lend(bytes.len()) { Ok(bytes) } else { Err(no("plugin/limit")) };
        match answer {
            Ok(Ok(bytes)) => fits(bytes),
            Ok(Err(Failure::Refused(bytes))) => {
                Err(serde_json::from_slice(&fits(bytes)?).unwrap_or_else(|e| self.misbehaved(&e.to_string())))
            }
            Ok(Err(Failure::BadMessage(text))) => Err(no("plugin/bad-message").with("text", text)),
            Ok(Err(Failure::Cancelled)) => Err(no("plugin/cancelled")),
            Ok(Err(Failure::Internal(text))) => Err(no("plugin/internal").with("text", text)),
            Err(text) => Err(no("plugin/panicked").with("text", text)),
        }
    }

    fn misbehaved(&self, how: &str) -> Refusal {
        Refusal::new("plugin/misbehaved").with("plugin", &self.declaration.id).with("how", how.chars().take(120).collect::<String>())
    }
}

/// Why a call has no answer, of what can happen in memory.
const FAULTS: &[&str] =
    &["plugin/panicked", "plugin/misbehaved", "plugin/limit", "plugin/internal", "plugin/bad-message", "plugin/cancelled"];

/// More choices than a form of ordinary length asks for; what is not told is plain.
#[cfg(feature = "proptest")]
const CHOICES: usize = 96;

/// The form of a kind, and the book it is filled in for.
struct Forms {
    book: PaperBook,
    known: Known,
    kind: KindDeclaration,
}

impl Forms {
    fn of(host: &Host, kind: &str) -> Forms {
        let mut kinds = host.declaration.kinds.iter().chain(&host.declaration.tables);
        let kind = kinds.find(|known| known.kind == kind).unwrap_or_else(|| panic!("{} has no kind {kind}", host.declaration.id)).clone();
        Forms { book: host.book.clone(), known: host.book.known(), kind }
    }

    fn command(&self, chance: &mut Chance) -> Command {
        let filling = Filling { book: &self.book, known: &self.known, date: practice::today() };
        practice::command(&self.kind.kind, 0, filling.form(&self.kind.fields, chance))
    }
}

/// What the host reads at the edge of every form, of what a test can get wrong: names, what is missing, what is too long.
fn canonical(kind: &KindDeclaration, command: &Command) -> Result<(), Refusal> {
    let no = |code: &str, field: &str| Err(Refusal::new(code).with("field", field));
    for field in &kind.fields {
        match command.fields.get(&field.name) {
            None | Some(Value::Null) if field.required => return no("field/missing", &field.name),
            Some(Value::String(text)) if field.kind == FieldType::Text && text.chars().count() > TEXT_CHARS => {
                return no("field/too-long", &field.name);
            }
            _ => {}
        }
    }
    let known = |name: &str| kind.fields.iter().any(|field| field.name == name || name.strip_suffix(".declared") == Some(&field.name));
    match command.fields.keys().find(|name| !known(name) && *name != "late-reason") {
        Some(name) => no("field/unknown", name),
        None => Ok(()),
    }
}

/// The size of the entry a command would be, its place in a journal made up.
fn entry_bytes(command: &Command, effects: &[Effect]) -> usize {
    let hash = "0".repeat(64);
    let head = json!({
        "v": 1, "seq": 1, "prev": hash, "id": command.id, "site": command.site, "kind": command.kind,
        "by": [command.by, command.role], "date": command.date, "at": 1_591_948_800_000_i64, "hlc": 104_329_956_556_800_000_i64,
        "leave": command.leave, "plugin": hash, "fields": command.fields, "effects": effects,
    });
    head.to_string().len()
}

/// The book as a command of a site may question it.
struct View<'b> {
    book: &'b PaperBook,
    site: &'b str,
}

impl Ask for View<'_> {
    fn ask(&self, question: Question) -> Answer {
        let (book, asked) = (self.book, question.clone());
        match question {
            Question::Holding { place, .. } | Question::Turnover { place, .. } | Question::Holdings { place: Some(place), .. }
                if book.is_frozen(&place) =>
            {
                Answer::Refused(Refusal::new("place/frozen").with("place", place))
            }
            Question::Rule { name, date } => Answer::Value(book.rule(self.site, &name, date)),
            Question::Things { kind, date, .. } if !REFERENCE.contains(&kind.as_str()) => match book.ask(asked) {
                Answer::Ids(ids) => Answer::Ids(ids.into_iter().filter(|id| book.home(id, date) == self.site).collect()),
                other => other,
            },
            Question::Holdings { .. } => match book.ask(asked) {
                Answer::Holdings(mut found) => {
                    found.retain(|held| held.place.site() == self.site && !book.is_frozen(&held.place));
                    Answer::Holdings(found)
                }
                other => other,
            },
            _ => book.ask(asked),
        }
    }
}

/// The host's side of one call, and what the call has used.
struct Side<'b> {
    view: View<'b>,
    questions: Cell<u32>,
    bytes: Cell<usize>,
}

impl Side<'_> {
    /// Room for so many bytes more; false when that is too much.
    fn lend(&self, bytes: usize) -> bool {
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        self.bytes.get() <= CALL_BYTES
    }
}

impl HostSide for Side<'_> {
    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, String> {
        self.questions.set(self.questions.get().saturating_add(1));
        if self.questions.get() > QUESTIONS {
            return Err("more questions than a call may put".to_owned());
        }
        let answer = answered(&self.view, question);
        if self.lend(answer.len()) { Ok(answer) } else { Err("the call's memory did not suffice".to_owned()) }
    }

    fn cancelled(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::testing::command;

    /// Does what its form says, right or wrong.
    #[derive(Form)]
    struct Act {
        how: How,
        note: Option<String>,
    }

    #[derive(Choice)]
    enum How {
        Right,
        Overdraws,
        WritesTooMuch,
        AsksForEver,
        Panics,
        LooksIntoTheCount,
        RefusesOddly,
    }

    impl Record for Act {
        const KIND: &'static str = "act/1";
        fn writes() -> Grant {
            grant(&["note"], &[], &["store", "lost"], &["*"], &[])
        }
        fn refusals() -> &'static [&'static str] {
            &["place/frozen"]
        }
        fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
            let (store, lost, goods) = (Id::new("store", "kon-magasin"), Id::new("lost", "kon"), Id::new("item", "matiere"));
            let lose = |kg: i64| Effects::new().moves(&goods, Amount::new(kg * 1000, 3, Unit::parse("kg").expect("a unit")), &store, &lost);
            let text = self.note.unwrap_or_default();
            match self.how {
                How::Right => Ok(lose(1).open(&Id::new("note", "$1"), [("text", text.into())])),
                How::Overdraws => Ok(lose(501)),
                How::WritesTooMuch => Ok(Effects::new().open(&Id::new("note", "$1"), [("text", "x".repeat(ENTRY_BYTES).into())])),
                How::AsksForEver => {
                    (0..=QUESTIONS).for_each(|_| drop(book.rule("x")));
                    Ok(Effects::new())
                }
                How::Panics => panic!("on purpose"),
                How::LooksIntoTheCount if book.holding(&store, &goods).is_none() => Err(Refusal::new("place/frozen")),
                How::LooksIntoTheCount => Ok(Effects::new()),
                How::RefusesOddly => Err(Refusal::new("act/odd")),
            }
        }
    }

    fn host() -> Host {
        Host::practice(Plugin { id: "actor", version: "1.0.0", kinds: vec![Kind::of::<Act>()], ..Plugin::default() })
    }

    fn act(fields: Value) -> Command {
        command("act/1", "2020-06-12", fields)
    }

    #[track_caller]
    fn refused(host: &Host, fields: Value, code: &str) {
        assert_eq!(host.judge(&act(fields)).unwrap_err().code, code);
    }

    #[test]
    fn what_is_right_is_recorded_with_the_next_ids() {
        let mut host = host();
        for n in 1..=2 {
            let effects = host.record(&act(json!({"how": "right"}))).unwrap();
            assert!(matches!(&effects.0[1], Effect::Open { thing, .. } if thing.code() == format!("kon-20-000{n}")));
        }
        assert_eq!(host.book.balance(&Id::new("store", "kon-magasin"), &Id::new("item", "matiere"), None), 498_000);
    }

    #[test]
    fn each_broken_promise_has_the_code_it_has_in_a_book_that_works() {
        let host = host();
        refused(&host, json!({"how": "overdraws"}), "guard/negative");
        refused(&host, json!({"how": "writes-too-much"}), "entry/too-large");
        refused(&host, json!({"how": "asks-for-ever"}), "plugin/misbehaved");
        refused(&host, json!({"how": "panics"}), "plugin/panicked");
        refused(&host, json!({"how": "right", "note": "x".repeat(TEXT_CHARS + 1)}), "field/too-long");
        refused(&host, json!({"note": "x"}), "field/missing");
        refused(&host, json!({"how": "right", "nota": "x"}), "field/unknown");
        assert_eq!(host.judge(&command("dance/1", "2020-06-12", json!({}))).unwrap_err().code, "kind/unknown");
    }

    #[test]
    fn nobody_looks_into_a_place_that_is_being_counted() {
        let mut host = host();
        assert!(host.judge(&act(json!({"how": "looks-into-the-count"}))).is_ok());
        let by = Id::new("person", "kon-20-0001");
        let freeze = Effects::new().set(&Id::new("store", "kon-magasin"), "frozen", "count/kon-1", practice::today());
        host.book.apply("count/1", practice::today(), &by, &freeze.0);
        refused(&host, json!({"how": "looks-into-the-count"}), "place/frozen");
        refused(&host, json!({"how": "right"}), "place/frozen");
    }

    #[test]
    fn a_broken_law_has_the_code_of_its_check() {
        let host = host();
        let broken = |how: &str| host.lawful(&act(json!({"how": how}))).map_err(|no| no.code);
        assert_eq!(broken("right"), Ok(()));
        assert_eq!(broken("overdraws"), Ok(()), "that a store has too little is no fault of the plugin's");
        assert_eq!(broken("panics"), Err("check/commands".to_owned()));
        assert_eq!(broken("refuses-oddly"), Err("check/refusals".to_owned()));
        assert!(host.outlives_rubbish(&act(json!({"how": "right"}))).is_ok());
    }

    /// The search finds the plainest form that breaks a law.
    #[cfg(feature = "proptest")]
    #[test]
    fn a_failing_form_is_made_plain() {
        use proptest::test_runner::{Config, TestError, TestRunner};
        let host = host();
        let config = Config { failure_persistence: None, ..Config::default() };
        let found = TestRunner::new(config).run(&host.commands("act/1"), |command| {
            if host.lawful(&command).is_ok() { Ok(()) } else { Err(proptest::test_runner::TestCaseError::fail("unlawful")) }
        });
        let Err(TestError::Fail(_, plainest)) = found else { panic!("{found:?}") };
        assert!(!plainest.fields.contains_key("note"), "what has no part in it is left out: {}", laws::shown(&plainest));
    }
}
