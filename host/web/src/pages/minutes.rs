//! Papers of the committee: minutes and attendance sheet, in the form of Malian acts. They write themselves from the book.

use crate::answers::{Problem, Shown};
use crate::form::{capital, described};
use crate::layout::page;
use crate::pages::meetings::{Sitting, day, quorum, sitting, tally};
use crate::pages::papers;
use crate::visit::{Reading, Visit};
use baara_book::kinds::standing::{self, Member};
use baara_plugin_api::{Amount, Date, Id, Thing};
use baara_reports::{Language, Said, day_in_letters, francs_in_letters, letters_and_figures, shown_amount};
use maud::{Markup, html};

/// The same reading with French words: papers are written in the language of the administration.
pub(crate) fn on_paper<'v>(r: &Reading<'v>) -> Reading<'v> {
    let (visit, book) = (r.visit, r.book);
    let words = visit.words_in(Language::Fr).share(|id| baara_reports::label(visit.desk(), book, id, Language::Fr));
    Reading { visit, book, words, today: r.today }
}

/// The head of an act of a day, down to the committee it comes from.
fn letterhead(r: &Reading<'_>, day: Date) -> Markup {
    let region = r.book.text_of(&Id::new("facility", r.site()), "region", Date::MAX);
    html! {
        (papers::letterhead(r))
        p.center { @if let Some(region) = region { (r.say(&Said::new("web.minutes-region").with("region", region))) " – " } strong { (r.word("web.minutes-committee")) } }
        (papers::marks(r, day))
    }
}

/// A meeting sits under the rules of the day before: what it signs holds only afterwards.
fn before(meeting: Date) -> Date {
    meeting.pred_opt().unwrap_or(meeting)
}

/// Where a facility is: the town of its papers.
pub(crate) fn town(r: &Reading<'_>) -> String {
    let facility = Id::new("facility", r.site());
    let text = |key: &str| r.book.text_of(&facility, key, Date::MAX);
    text("place").or_else(|| text("region")).unwrap_or_else(|| r.label(&facility))
}

/// The minutes of a meeting: printed once written, shown for checking before.
pub(crate) fn show(visit: &Visit) -> Shown {
    paper(visit, "web.minutes-title", body)
}

/// The attendance sheet of a meeting, for signing in ink.
pub(crate) fn sheet(visit: &Visit) -> Shown {
    paper(visit, "web.minutes-sheet", attendance)
}

fn paper(visit: &Visit, title: &str, draw: impl FnOnce(&Reading<'_>, &Sitting, Option<&str>) -> Markup) -> Shown {
    visit.signed_in()?;
    // The code is that of the entry which wrote the minutes; before that, of the convocation.
    let seq = visit.read(|r| {
        let s = sitting(r, visit.param("meeting"))?;
        let written = r.book.timeline(&s.meeting.id).into_iter().find(|(key, ..)| key == "minutes").map(|(.., seq)| seq);
        Some((written.or_else(|| r.book.opened_by(&s.meeting.id)), written.is_some()))
    });
    let (seq, _) = seq.ok_or(Problem::NotFound)?;
    let code = match seq {
        Some(seq) => visit.desk().entry(seq)?.map(|(_, leaf)| leaf.get(..16).unwrap_or(&leaf).to_owned()),
        None => None,
    };
    visit
        .read(|r| {
            let s = sitting(r, visit.param("meeting"))?;
            let title = r.word(title).to_owned();
            let inner = html! {
                p.noprint { a href={ "/reunions/" (s.meeting.id.code()) } { (r.word("web.meeting-of")) " " (day(r, s.meeting.date("on"))) } }
                p.noprint { (papers::print(r, true)) }
                div.paper.a4 lang="fr" { (draw(&on_paper(r), &s, code.as_deref())) }
            };
            Some(page(r, &title, &inner))
        })
        .ok_or(Problem::NotFound)
}

/// The name and capacity of a member.
fn named(r: &Reading<'_>, member: &Member) -> String {
    let office = capital(&r.words.choice(&member.office));
    format!("{}, {office}", r.label(&member.person))
}

/// The holder of an office, for sentences.
fn holder(r: &Reading<'_>, s: &Sitting, office: &str) -> String {
    let member = s.members.iter().find(|m| m.office == office && s.noted("present", &m.person) == "present");
    member.map_or_else(|| "………………………".to_owned(), |m| r.label(&m.person))
}

/// The text of the minutes. `code` pins the journal; without it they are a draft.
pub(crate) fn body(shown: &Reading<'_>, s: &Sitting, code: Option<&str>) -> Markup {
    let r = &on_paper(shown);
    let on = s.meeting.date("on").unwrap_or(r.today);
    let number = s.meeting.text("minutes");
    let came = |word: &'static str| {
        s.members.iter().filter(move |m| match s.noted("present", &m.person) {
            "" => word == "absent",
            told => told == word,
        })
    };
    html! {
        (letterhead(r, before(on)))
        p.big role="heading" aria-level="2" { (r.word("web.minutes-title")) @if !number.is_empty() { " N° " (number) } @else { " – " (r.word("web.minutes-draft")) } }
        p.center { (r.say(&Said::new("web.minutes-session").with("session", r.words.choice(s.meeting.text("session"))))) }
        p { (r.say(&Said::new("web.minutes-opening").with("day", day_in_letters(on)).with("place", s.meeting.text("place")).with("town", town(r)))) }
        p { (r.say(&Said::new("web.minutes-chaired").with("chair", holder(r, s, "chair")).with("secretary", holder(r, s, "secretary")))) }
        h3 { (r.word("web.minutes-present")) }
        (by_college(r, s))
        @for (word, title) in [("excused", "web.minutes-excused"), ("absent", "web.minutes-absent")] {
            @if came(word).count() > 0 {
                p { strong { (r.word(title)) (r.words.language().colon()) } " " (came(word).map(|m| named(r, m)).collect::<Vec<_>>().join(" ; ")) "." }
            }
        }
        @if !s.meeting.text("guests").is_empty() { p { strong { (r.word("web.minutes-guests")) (r.words.language().colon()) } " " (opened(r, s.meeting.text("guests"))) "." } }
        @if let Ok(standing) = &s.standing {
            p { (quorum(r, standing, "web.minutes-quorum")) " " (r.word(if standing.obstacle.is_none() { "web.minutes-quorum-yes" } else { "web.minutes-quorum-no" })) }
        }
        h3 { (r.word("web.minutes-agenda")) }
        ol { @for one in s.meeting.list("agenda") { li { (one) } } }
        @let inked = s.meeting.list("earlier-ink");
        @if !inked.is_empty() { p { (r.say(&Said::new("web.minutes-inked").with("meetings", inked.iter().filter_map(|id| Id::parse(id).ok()).map(|id| r.book.text_of(&id, "minutes", Date::MAX).unwrap_or_else(|| id.code().to_owned())).collect::<Vec<_>>().join(", ")))) } }
        h3 { (r.word("web.minutes-questions")) }
        @if s.motions.is_empty() { p { (r.word("web.minutes-no-question")) } }
        @for (at, motion) in s.motions.iter().enumerate() { (question(r, s, at + 1, motion)) }
        @if !s.meeting.text("remarks").is_empty() { h3 { (r.word("web.minutes-remarks")) } p { (opened(r, s.meeting.text("remarks"))) } }
        p { (r.word("web.minutes-closing")) }
        @if code.is_some() {
            p.done-at { (r.say(&Said::new("web.minutes-done-at").with("town", town(r)).with("day", day_in_letters_of(r, s)))) }
            (signatures(r, s))
        }
        @if let Some(code) = code { p.code { (r.word("web.code")) " " (code) " · " (r.word("web.minutes-code-hint")) } }
    }
}

/// The day the minutes were written.
fn day_in_letters_of(r: &Reading<'_>, s: &Sitting) -> String {
    let written = r.book.timeline(&s.meeting.id).into_iter().find(|(key, ..)| key == "minutes").map(|(_, from, ..)| from);
    day(r, written.or_else(|| s.meeting.date("on")))
}

/// A sealed text, opened for whoever may see this page.
pub(crate) fn opened(r: &Reading<'_>, text: &str) -> String {
    if text.starts_with("sealed:") {
        return r.visit.desk().unsealed(text).ok().flatten().unwrap_or_else(|| r.words.choice("sealed"));
    }
    text.to_owned()
}

/// The members present, by college.
fn by_college(r: &Reading<'_>, s: &Sitting) -> Markup {
    let mut colleges: Vec<&Id> = s.members.iter().map(|m| &m.college).collect();
    colleges.sort_unstable();
    colleges.dedup();
    let present = |college: &Id| {
        s.members
            .iter()
            .filter(|m| m.college == *college && s.noted("present", &m.person) == "present")
            .map(|m| named(r, m))
            .collect::<Vec<_>>()
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
            thead { tr { th scope="col" { (r.words.field("mandate", "college")) } th scope="col" { (r.word("web.minutes-present-members")) } } }
            tbody { @for college in colleges { @let here = present(college); tr { td { (r.label(college)) } td { @if here.is_empty() { "–" } @else { (here.join(" ; ")) } } } } }
        } }
    }
}

fn question(r: &Reading<'_>, s: &Sitting, at: usize, motion: &Thing) -> Markup {
    let electors = standing::electors(motion);
    let decision = s.decisions.iter().find(|d| d.text("motion") == motion.id.as_str());
    let recused: Vec<String> = electors.iter().filter(|e| e.recused).map(|e| r.label(&e.person)).collect();
    let by = |vote: &str| electors.iter().filter(|e| e.vote == vote).map(|e| r.label(&e.person)).collect::<Vec<_>>();
    let consensus = !electors.is_empty() && electors.iter().all(|e| e.recused || e.vote == "for");
    let result = format!("result.{}", motion.text("result"));
    html! {
        div.question {
            p { strong { (at) ". " (motion.text("title")) } }
            p { (capital(&r.words.choice(motion.text("about"))))
                @if let Some(ceiling) = motion.amount("ceiling") { ", " (r.say(&Said::new("web.minutes-ceiling").with("letters", francs_in_letters(ceiling.count().unsigned_abs())).with("amount", shown_amount(ceiling, Language::Fr)))) }
                @if let Some(until) = motion.date("until") { ", " (r.say(&Said::new("web.meeting-until").with("day", day(r, Some(until))))) }
                @if let Some(purpose) = motion.id_of("purpose") { ", " (r.say(&Said::new("web.meeting-for").with("what", described(r, &purpose)))) }
                @if !motion.text("terms").is_empty() { " ; " (r.words.field("motion", "terms").split(" (").next().unwrap_or_default()) (r.words.language().colon()) " " (motion.text("terms")) }
                "."
            }
            @if !recused.is_empty() { p { (r.say(&Said::new("web.minutes-recused").with("persons", recused.join(", ")))) } }
            @if motion.text("state") == "withdrawn" { p { strong { (r.word("web.minutes-withdrawn")) } } }
            @else if motion.text("state") == "open" { p.warning { (r.word("web.meeting-count-first")) } }
            @else {
                p { (r.word("web.minutes-vote")) (r.words.language().colon()) " "
                    @if consensus { (r.say(&Said::new("web.minutes-consensus").with("n", letters_and_figures(by("for").len() as u64)))) } @else { (tally(r, &electors)) }
                }
                @if !consensus { @for vote in ["for", "against", "abstain"] { @let who = by(vote); @if !who.is_empty() { p.who { (capital(&r.words.choice(vote))) (r.words.language().colon()) " " (who.join(", ")) } } } }
                p { strong { (r.word("web.minutes-result")) (r.words.language().colon()) " " (r.word(&result)) "." }
                    @if let Some(decision) = decision { " " (r.word("thing.decision")) " " (decision.id.code()) "." }
                }
            }
        }
    }
}

/// Boxes for the chair, the secretary and one of each college; what is signed already is told in its box.
fn signatures(r: &Reading<'_>, s: &Sitting) -> Markup {
    html! {
        div.boxes {
            @for one in &s.signatures.needed {
                div.box {
                    p { strong { @match (&one.office, &one.college) {
                        (Some(office), _) => (r.word(&format!("web.minutes-the-{office}"))),
                        (None, Some(college)) => (r.say(&Said::new("web.minutes-for-college").with("college", r.label(college)))),
                        _ => "",
                    } } }
                    @match &one.given {
                        Some(person) => { p { (r.label(person)) } p.hint { (r.word(if s.noted("signed", person) == "ink" { "web.minutes-signed-ink" } else { "web.minutes-signed-own" })) (device(r, s, person)) } },
                        None => { p.space {} p { (one.holders.iter().map(|p| r.label(p)).collect::<Vec<_>>().join(" / ")) } },
                    }
                }
            }
        }
    }
}

/// On whose device somebody signed, when it was not their own.
pub(crate) fn device(r: &Reading<'_>, s: &Sitting, person: &Id) -> String {
    let owner = s.meeting.id_of(&format!("signed-on.{}", person.code()));
    owner.map_or_else(String::new, |owner| r.say(&Said::new("web.signed-on").with("device", r.label(&owner))))
}

/// The attendance sheet: every member, with room to sign.
fn attendance(r: &Reading<'_>, s: &Sitting, code: Option<&str>) -> Markup {
    let on = s.meeting.date("on").unwrap_or(r.today);
    html! {
        (letterhead(r, before(on)))
        p.big role="heading" aria-level="2" { (r.word("web.minutes-sheet")) }
        p.center { (r.say(&Said::new("web.minutes-sheet-of").with("session", r.words.choice(s.meeting.text("session"))).with("day", day(r, Some(on))).with("place", s.meeting.text("place")))) }
        div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table.ruled {
            thead { tr { th { "N°" } th { (r.word("web.minutes-name")) } th { (r.word("web.minutes-capacity")) } th { (r.words.field("mandate", "college")) } th { (r.word("web.minutes-presence")) } th.sign-box { (r.word("web.meeting-signature")) } } }
            tbody {
                @for (at, member) in s.members.iter().enumerate() { tr {
                    td { (at + 1) } td { (r.label(&member.person)) } td { (capital(&r.words.choice(&member.office))) } td { (r.label(&member.college)) }
                    td { (match s.noted("present", &member.person) { "" => String::new(), told => r.words.choice(told) }) } td.sign-box {}
                } }
                @for _ in 0..3 { tr { td { " " } td {} td { (r.word("web.minutes-guest")) } td {} td {} td.sign-box {} } }
            }
        } }
        @if let Some(code) = code { p.code { (r.word("web.code")) " " (code) } }
    }
}

/// The printed list of a distribution: what each worker is due and why, with room to sign.
pub(crate) fn sharing_list(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let id = Id::parse(&format!("distribution/{}", visit.param("distribution"))).map_err(|_| Problem::NotFound)?;
    let known = visit.read(|r| (id.site() == r.site()).then(|| r.book.opened_by(&id)).flatten());
    let seq = known.ok_or(Problem::NotFound)?;
    let (entry, leaf) = visit.desk().entry(seq)?.ok_or(Problem::NotFound)?;
    let (on, code) = (entry.date, leaf.get(..16).unwrap_or(&leaf));
    visit
        .read(|shown| {
            let r = &on_paper(shown);
            let d = super::sharing::Shared::read(r, &id)?;
            let francs = |count: i64| shown_amount(Amount::francs(count), Language::Fr);
            let unit = r.label(&d.unit);
            let inner = html! {
                p.noprint { a href={ "/affectations/" (id.code()) } { (shown.word("web.sharing-payout")) } }
                p.noprint { (papers::print(shown, true)) }
                div.paper.a4 lang="fr" {
                    (letterhead(r, on))
                    p.big role="heading" aria-level="2" { (r.word("web.sharing-list-title")) }
                    p.center { (r.say(&Said::new("web.sharing-list-of").with("unit", unit).with("until", day(r, d.until)).with("decision", d.decision.as_ref().map(Id::code).unwrap_or_default()))) }
                    p { (r.say(&Said::new("web.sharing-formula").with("workers", francs(d.workers)).with("points", d.points))) }
                    div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table.ruled {
                        thead { tr { th { "N°" } th { (r.word("web.minutes-name")) } th.right { (r.words.column("points")) } th.right { (r.word("web.sharing-due")) } th.right { (r.word("web.sharing-paid")) } th.right { (r.word("web.sharing-rest")) } th.sign-box { (r.word("web.sharing-sign")) } } }
                        tbody {
                            @for (at, one) in d.persons.iter().enumerate() { tr {
                                td { (at + 1) } td { (r.label(&one.person)) } td.right { (one.points) } td.right { (francs(one.due)) } td.right { (francs(one.paid)) } td.right { (francs(one.due - one.paid)) } td.sign-box {}
                            } }
                            tr { th colspan="2" { (r.word("web.sharing-total")) } th.right { (d.points) } th.right { (francs(d.persons.iter().map(|p| p.due).sum())) } th.right { (francs(d.persons.iter().map(|p| p.paid).sum())) } th.right { (francs(d.persons.iter().map(|p| p.due - p.paid).sum())) } th {} }
                        }
                    } }
                    p { (r.say(&Said::new("web.sharing-closed-at").with("letters", francs_in_letters(d.workers.unsigned_abs())).with("amount", francs(d.workers)))) }
                    p.hint { (r.word("web.sharing-by-fives")) }
                    div.boxes { @for who in ["web.sharing-the-treasurer", "web.minutes-the-chair"] { div.box { p { strong { (r.word(who)) } } p.space {} } } }
                    (super::visas::given(r, &entry.effects))
                    p.code { (r.word("web.code")) " " (code) }
                }
            };
            Some(page(shown, shown.word("web.sharing-list-title"), &inner))
        })
        .ok_or(Problem::NotFound)
}
