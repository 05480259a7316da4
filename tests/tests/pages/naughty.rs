//! The big list of naughty strings through every text field of every form: shown as typed, and never markup of its own.
//!
//! The fields are those that the kinds declare. Strings are typed in packs, as many as a field takes, so that each goes
//! through each field; then each alone, through one field of the list in turn, and through the name of a
//! cash box, whose lists, papers and files are read. What a form needs besides is what was last
//! recorded of its kind, else what is found among the choices that its page offers.

use crate::hostile::Dice;
use crate::html::{Piece, field_holds, pieces, texts};
use crate::rights::PEOPLE;
use baara_book::Entry;
use baara_plugin_api::{Field, FieldType, Id, KindDeclaration, Value};
use baara_tests::{Browser, Came, Served, Story, coded, entry_of};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use unicode_normalization::UnicodeNormalization;

/// The list.
const LIST: &str = include_str!("../../fixtures/naughty-strings/blns.json");

/// The characters a text may have.
const LONGEST: usize = 500;

/// A day after all that has happened on the farm.
const DAY: &str = "2020-11-12";

/// The farm's last day, on which pages record.
const LAST: &str = "2020-11-12";

/// How often answers are guessed for a form that nothing was recorded of yet.
const TRIES: u64 = 40;

/// The strings, but the empty ones, which are no answer to any field.
fn strings() -> Vec<String> {
    let all: Vec<String> = serde_json::from_str(LIST).expect("a list of strings");
    assert!(all.len() > 500, "the whole list");
    all.into_iter().filter(|text| !kept(text).is_empty()).collect()
}

/// The strings in texts as long as a field takes; one string is never parted.
fn packs(strings: &[String]) -> Vec<String> {
    let mut packs: Vec<String> = Vec::new();
    for text in strings {
        match packs.last_mut() {
            Some(pack) if pack.chars().count() + 1 + text.chars().count() <= LONGEST => *pack = format!("{pack} {text}"),
            _ => packs.push(text.clone()),
        }
    }
    packs
}

/// What the book keeps of a text: its one normal form, without spaces around it.
fn kept(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

/// A farm where a little of everything has happened.
fn farm() -> Served {
    let mut story = Story::new();
    story.tell(include_str!("../../fixtures/naughty-strings/farm.md"));
    Served::new(story.close())
}

/// Names of fields and what is typed into them.
type Pairs = Vec<(String, String)>;

/// A form to fill in.
struct Form<'f> {
    kind: KindDeclaration,
    /// Somebody who may record it.
    browser: &'f Browser,
    /// Harmless answers to what the kind asks.
    plain: Pairs,
    /// The text fields, with whether one holds several texts.
    texts: Vec<(String, bool)>,
}

/// What became of a form.
enum Sent {
    Kept(u64),
    Refused,
}

impl Form<'_> {
    fn name(&self) -> &str {
        self.kind.kind.split('/').next().unwrap_or_default()
    }

    /// The harmless answers with these in their place. A code names one thing for ever, so each is a new one.
    fn with(&self, typed: &[(String, String)]) -> Pairs {
        static CODES: AtomicUsize = AtomicUsize::new(0);
        let code = ("code".to_owned(), format!("c{}", CODES.fetch_add(1, Ordering::Relaxed)));
        let fresh = self.texts.iter().any(|(name, _)| *name == code.0).then_some(&code);
        let plain = self.plain.iter().filter(|(name, _)| *name != code.0).chain(fresh);
        let others = plain.filter(|(name, _)| typed.iter().all(|(other, _)| other != name));
        others.chain(typed).cloned().collect()
    }

    /// Sends texts. When the book refuses some of them where they stand, a code for example, the others are sent again
    /// without those.
    fn send(&self, typed: &[(String, String)]) -> (Sent, Pairs) {
        let (sent, wrong) = self.once(typed);
        let left: Pairs = typed.iter().filter(|(path, _)| !wrong.contains(path) && path != "code").cloned().collect();
        if matches!(sent, Sent::Kept(_)) || left.len() == typed.len() || left.is_empty() {
            return (sent, typed.to_vec());
        }
        (self.once(&left).0, left)
    }

    /// Sends texts once: recorded, or refused with all of them standing in the form as they were typed. Gives the fields
    /// that were wrong, too.
    fn once(&self, typed: &[(String, String)]) -> (Sent, BTreeSet<String>) {
        let came = self.browser.post(&format!("/noter/{}", self.name()), &posted(&self.with(typed)));
        if let Some(seq) = entry_of(&came.place) {
            return (Sent::Kept(seq), BTreeSet::new());
        }
        assert!(matches!(came.status, 403 | 422), "{}: {} {}", self.kind.kind, came.status, came.text);
        let page = clean(&came, &self.kind.kind);
        let refused = came.status == 403; // The desk sends the others to whoever may; the form is not theirs to see.
        for (path, text) in typed.iter().filter(|_| !refused) {
            let holds = field_holds(&page, path);
            assert_eq!(holds.as_deref(), Some(text.trim()), "{} {path} is not shown as it was typed", self.kind.kind);
        }
        let leads = |path: &str| format!("#c-{}", path.replace('.', "-"));
        let links: BTreeSet<&str> = page.iter().filter_map(|piece| piece.attribute("href")).collect();
        let wrong = typed.iter().map(|(path, _)| path).filter(|path| links.contains(leads(path).as_str()));
        (Sent::Refused, wrong.cloned().collect())
    }

    /// What an entry's page must show of a text in a field: several texts stand one after the other.
    fn shown(&self, path: &str, text: &str) -> String {
        let text = kept(text);
        if !self.holds_several(path) {
            return text;
        }
        let parts = text.split(if text.contains(';') { ';' } else { ',' });
        parts.map(kept).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn holds_several(&self, path: &str) -> bool {
        self.texts.iter().any(|(other, several)| other == path && *several)
    }
}

fn posted(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The pieces of a page, none of which a text has made: whatever could run is ours, and leads to a page of ours.
#[track_caller]
fn clean(came: &Came, told: &str) -> Vec<Piece> {
    let page = pieces(&came.text).unwrap_or_else(|what| panic!("{told}: {what}"));
    for piece in &page {
        let Piece::Tag { name, attributes } = piece else { continue };
        let ours = name != "script" || piece.attribute("src") == Some("/baara.js") && attributes.len() == 2;
        assert!(ours && !matches!(name.as_str(), "iframe" | "object" | "embed" | "base" | "style"), "{told}: {piece:?}");
        for (name, value) in attributes {
            assert!(!name.starts_with("on") && !matches!(name.as_str(), "style" | "srcdoc" | "formaction"), "{told}: {piece:?}");
            let leads = ["/", "#", "?", "data:image/svg+xml,%3Csvg "].iter().any(|start| value.starts_with(start));
            assert!(!matches!(name.as_str(), "href" | "src" | "action") || leads && !value.starts_with("//"), "{told}: {piece:?}");
        }
    }
    page
}

/// Asks a page that must be there, and shows these texts whole.
#[track_caller]
fn shows(browser: &Browser, path: &str, all: &[String]) {
    let came = browser.get(path);
    assert_eq!(came.status, 200, "{path}");
    let page = clean(&came, path);
    let shown = texts(&page);
    for text in all {
        assert!(shown.iter().any(|one| kept(one) == *text), "{path} does not show {text:?} as it was typed, but {shown:#?}");
    }
}

/// The forms that have text fields, each with somebody who may record it.
fn forms<'f>(served: &Served, browsers: &'f [Browser]) -> Vec<Form<'f>> {
    let own: BTreeSet<String> = baara_desk::host_kinds().into_iter().map(|kind| kind.kind).collect();
    let kinds: Vec<KindDeclaration> = served.desk.registry().declarations().filter(|kind| !own.contains(&kind.kind)).cloned().collect();
    let newest = newest(served);
    let forms = kinds.into_iter().map(|kind| {
        let may = |person: &&str| {
            let book = served.desk.book();
            baara_desk::may_record(&book, &Id::new("person", person), "kon", &kind.kind, DAY.parse().expect("a day"))
        };
        let browser = PEOPLE.iter().position(may).map_or(&browsers[0], |at| &browsers[at]);
        let mut texts = text_fields(&kind.fields, "");
        if !texts.is_empty() {
            texts.push(("late-reason".to_owned(), false)); // Every form takes it.
        }
        let mut form = Form { kind, browser, plain: Pairs::new(), texts };
        if !form.texts.is_empty() {
            let known = newest.get(&form.kind.kind).map(|entry| answers(served, entry, &form.kind));
            let tries = known.into_iter().chain(offered(browser, &form.kind));
            // The first that the book takes, else the last: a refusal shows what was typed as well.
            for plain in tries {
                form.plain = plain;
                if matches!(form.once(&[]).0, Sent::Kept(_)) {
                    break;
                }
            }
        }
        form
    });
    forms.filter(|form| !form.texts.is_empty()).collect()
}

/// The newest entry of each kind; what a proposal waits with counts as recorded.
fn newest(served: &Served) -> BTreeMap<String, Entry> {
    let last = served.desk.book().size();
    let entries = (1..=last).filter_map(|seq| served.desk.entry(seq).expect("the journal answers")).map(|(entry, _)| entry);
    let meant = entries.filter(|entry| entry.site == "kon").map(|entry| match (entry.fields.get("kind"), entry.fields.get("fields")) {
        (Some(Value::String(kind)), Some(Value::Object(fields))) if entry.kind == "propose/1" => {
            Entry { kind: kind.clone(), fields: fields.clone(), ..entry }
        }
        _ => entry,
    });
    meant.map(|entry| (entry.kind.clone(), entry)).collect()
}

/// The names of the text fields of a form, each with whether it holds several; those of lines in their first line.
fn text_fields(fields: &[Field], before: &str) -> Vec<(String, bool)> {
    let of_field = |field: &Field| match &field.kind {
        FieldType::Text => vec![(format!("{before}{}", field.name), false)],
        FieldType::Many { of } if **of == FieldType::Text => vec![(format!("{before}{}", field.name), true)],
        FieldType::Lines { of } => text_fields(of, &format!("{before}{}.1.", field.name)),
        _ => Vec::new(),
    };
    fields.iter().flat_map(of_field).collect()
}

/// What an entry was typed as.
fn answers(served: &Served, entry: &Entry, kind: &KindDeclaration) -> Pairs {
    let mut pairs = Pairs::new();
    for field in &kind.fields {
        let Some(value) = entry.fields.get(&field.name) else { continue };
        typed(served, &field.name, value, &mut pairs);
    }
    pairs.extend(entry.leave.iter().map(|leave| ("_leave".to_owned(), leave.to_string())));
    pairs
}

fn typed(served: &Served, path: &str, value: &Value, pairs: &mut Pairs) {
    let text = match value {
        Value::String(text) => served.desk.unsealed(text).expect("people.db answers").unwrap_or_else(|| text.clone()),
        Value::Bool(true) => "oui".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => {
            for (at, one) in list.iter().enumerate() {
                let Value::Object(line) = one else {
                    typed(served, path, one, pairs);
                    continue;
                };
                line.iter().for_each(|(name, value)| typed(served, &format!("{path}.{}.{name}", at + 1), value, pairs));
            }
            return;
        }
        _ => return,
    };
    pairs.push((path.to_owned(), text));
}

/// A few of the answers that the page of a kind offers, each with some of what may be left out.
fn offered(browser: &Browser, kind: &KindDeclaration) -> Vec<Pairs> {
    let page = clean(&browser.get(&format!("/noter/{}", kind.kind.split('/').next().unwrap_or_default())), &kind.kind);
    let tries = (0..TRIES).map(|seed| {
        let mut dice = Dice::of(seed);
        let mut pairs = offer(&page, &kind.fields, "", &mut dice);
        pairs.extend(a_choice(&page, "_leave", &mut dice).map(|leave| ("_leave".to_owned(), leave)));
        pairs
    });
    tries.collect()
}

fn offer(page: &[Piece], fields: &[Field], before: &str, dice: &mut Dice) -> Pairs {
    let mut pairs = Pairs::new();
    for field in fields {
        if !field.required && dice.once_in(2) {
            continue;
        }
        let path = format!("{before}{}", field.name);
        let value = match &field.kind {
            FieldType::Lines { of } => {
                pairs.extend(offer(page, of, &format!("{path}.1."), dice));
                continue;
            }
            FieldType::Flag => None,
            FieldType::Text => Some("Texte".to_owned()),
            FieldType::Whole | FieldType::Quantity { .. } => Some("1".to_owned()),
            FieldType::Money => Some("5".to_owned()),
            FieldType::Ratio => Some("1/2".to_owned()),
            FieldType::Date => Some(dice.one(&[DAY, "2020-12-15", "2020-10-15"]).to_owned()),
            FieldType::Id { .. } | FieldType::Choice { .. } | FieldType::Many { .. } => a_choice(page, &path, dice),
        };
        pairs.extend(value.map(|value| (path, value)));
    }
    pairs
}

/// One of the values of a list or of boxes that bear a name.
fn a_choice(page: &[Piece], name: &str, dice: &mut Dice) -> Option<String> {
    let at = page.iter().position(|piece| piece.attribute("name") == Some(name))?;
    let boxes = page.iter().filter(|piece| piece.attribute("name") == Some(name));
    let listed = page[at + 1..].iter().take_while(|piece| piece.attribute("name").is_none()).filter(|piece| piece.is("option"));
    let values: Vec<&str> = boxes.chain(listed).filter_map(|piece| piece.attribute("value")).filter(|value| !value.is_empty()).collect();
    (!values.is_empty()).then(|| dice.one(&values).to_owned())
}

/// Runs a job for each number on four lanes.
fn in_lanes(count: usize, job: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let lane = || loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= count {
            break;
        }
        job(at);
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..4).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().for_each(|lane| lane.join().expect("every text holds"));
    });
}

#[test]
fn naughty_texts_are_shown_as_they_were_typed_and_never_run() {
    let served = farm();
    let browsers: Vec<Browser> = PEOPLE.iter().map(|person| served.person(person)).collect();
    let (strings, forms) = (strings(), forms(&served, &browsers));
    let packs = packs(&strings);
    let (kept_kinds, fields): (std::sync::Mutex<BTreeSet<&str>>, usize) = (Default::default(), forms.iter().map(|f| f.texts.len()).sum());
    assert!(forms.len() > 60 && fields > 100, "{} forms with {fields} text fields", forms.len());
    // Each pack through each field: the fields of a form take one pack each at a time.
    in_lanes(forms.len(), |at| {
        let form = &forms[at];
        for turn in 0..packs.len() {
            let typed = form.texts.iter().enumerate().map(|(at, (path, _))| (path.clone(), packs[(turn + at) % packs.len()].clone()));
            if through(&served, form, &typed.collect::<Pairs>()) {
                kept_kinds.lock().expect("whole").insert(form.name());
            }
        }
    });
    // Each string alone through one field.
    let all: Vec<(&Form<'_>, &String)> = forms.iter().flat_map(|form| form.texts.iter().map(move |(path, _)| (form, path))).collect();
    in_lanes(strings.len(), |at| {
        let (form, path) = all[at % all.len()];
        through(&served, form, &[(path.clone(), strings[at].clone())]);
    });
    let kept_kinds = kept_kinds.into_inner().expect("whole");
    assert!(kept_kinds.len() > 25, "most forms are recorded with such texts: {kept_kinds:?}");
    every_page_is_clean(&served, &browsers);
}

/// Types texts into a form; true when they were recorded, and the pages of what was recorded show them.
fn through(served: &Served, form: &Form<'_>, typed: &[(String, String)]) -> bool {
    let (Sent::Kept(seq), typed) = form.send(typed) else { return false };
    let all: Vec<String> = typed.iter().map(|(path, text)| form.shown(path, text)).collect();
    shows(form.browser, &format!("/entree/{seq}"), &all);
    let (entry, _) = served.desk.entry(seq).expect("the journal answers").expect("it was recorded");
    let correct = clean(&form.browser.get(&format!("/corriger/{seq}")), "corriger");
    for (path, text) in typed.iter().filter(|(path, _)| !path.contains('.') && entry.kind != "propose/1") {
        let holds = field_holds(&correct, path);
        assert!(
            form.holds_several(path) || holds.is_none_or(|holds| holds == kept(text)),
            "{} {path} is not offered as it was typed",
            form.kind.kind
        );
    }
    for id in baara_desk::opened_things(&entry.effects) {
        clean(&form.browser.get(&format!("/chose/{}/{}", id.kind(), id.code())), id.as_str());
    }
    true
}

/// Every page of the farm, lists and papers and files of what was recorded among them.
fn every_page_is_clean(served: &Served, browsers: &[Browser]) {
    let kinds = served.desk.book().kinds_of_things();
    let lists = kinds.iter().map(|kind| format!("/liste/{kind}"));
    let newest = |kind: &str| served.desk.book().open_of(kind).filter(|id| id.site() == "kon").last().map(|id| id.code().to_owned());
    let codes: BTreeMap<&str, Option<String>> =
        [("meeting", newest("meeting")), ("box", newest("cash-box")), ("store", newest("store"))].into();
    let papers = baara_web::addresses().filter(|(way, path, _)| *way == "GET" && !path.starts_with("/langue")).map(|(_, path, _)| {
        let named = codes.iter().filter_map(|(part, code)| Some((part, code.as_ref()?)));
        crate::filled(&named.fold(path.to_owned(), |path, (part, code)| path.replace(&format!("{{{part}}}"), code)))
    });
    let paths: Vec<String> = lists.chain(papers).collect();
    in_lanes(paths.len() * browsers.len(), |at| {
        let (browser, path) = (&browsers[at % browsers.len()], &paths[at / browsers.len()]);
        let came = browser.get(path);
        assert!(came.status < 500, "{path}: {}", came.status);
        if came.headers.contains("content-type: text/html") && came.status == 200 {
            clean(&came, path);
        }
    });
}

/// The name of a cash box, alone: on its own page, on lists, on the day's sheet and in the file for a spreadsheet.
#[test]
fn a_naughty_name_stands_as_typed_on_lists_papers_and_in_files() {
    let served = farm();
    let head = served.person("kon-head");
    let names: Vec<String> = strings().iter().map(|text| kept(text)).collect();
    in_lanes(names.len(), |at| {
        let name = &names[at];
        let came = head.post(
            "/noter/cash-box",
            &posted(&[
                ("code".to_owned(), format!("n{at}")),
                ("label".to_owned(), name.clone()),
                ("keeper".to_owned(), "person/kon-cashier".to_owned()),
            ]),
        );
        assert_eq!(came.status, 303, "{name:?}: {}", came.text);
        shows(&head, &format!("/chose/cash-box/kon-n{at}"), std::slice::from_ref(name));
        let gift = [("into", &*format!("cash-box/kon-n{at}")), ("fund", "fund/kon-don"), ("amount", "5"), ("donor", name), ("act", name)];
        let gift: Pairs = gift.map(|(field, value)| (field.to_owned(), value.to_owned())).into();
        let came = served.person("kon-treasurer").post("/noter/gift-money", &posted(&gift));
        assert_eq!(came.status, 303, "{name:?}: {}", came.text);
        shows(&head, &format!("/papiers/caisse/kon-n{at}/{LAST}"), std::slice::from_ref(name));
    });
    // The list has pages; together they show every name.
    let pages = (0..names.len() + 200).step_by(200).map(|from| head.get(&format!("/liste/cash-box?de={from}")));
    let shown: BTreeSet<String> = pages.flat_map(|came| texts(&clean(&came, "liste")).into_iter().map(kept).collect::<Vec<_>>()).collect();
    let missing: Vec<&String> = names.iter().filter(|name| !shown.contains(*name)).collect();
    assert!(missing.is_empty(), "not on the list as typed: {missing:#?}");
    let file = head.get("/rapports/cash-book?format=csv&periode=2020").text;
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    let cells: BTreeSet<String> =
        rows.records().flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    for name in &names {
        let runs = name.starts_with(['=', '+', '-', '@']);
        let cell = if runs { format!("'{name}") } else { name.clone() };
        assert!(cells.contains(&cell), "{name:?} is not in the file as typed");
        assert!(!runs || !cells.contains(name), "a spreadsheet would reckon {name:?}");
    }
}
