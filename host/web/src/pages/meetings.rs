//! *Réunion et PV*: the meetings, and one meeting in five steps; where it stands is read in the book.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Choice, Draft, capital, described, select};
use crate::layout::{page, wrong};
use crate::pages::record::{declaration, fields, settle};
use crate::pages::secrets::proof;
use crate::pages::visas::in_whose_name;
use crate::pages::{minutes, record};
use crate::pairs::Pairs;
use crate::visit::{Reading, Visit};
use baara_book::kinds::standing::{self, Elector, Member, Standing};
use baara_desk::Answer;
use baara_plugin_api::{Amount, Book, Date, FieldError, Id, KindDeclaration, Map, Refusal, Thing, Value};
use baara_reports::{Said, shown_amount, shown_date};
use maud::{Markup, html};

/// The meetings of this facility, newest first.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.tile-meeting").to_owned();
        let mut meetings: Vec<Thing> = r.book.open_at("meeting", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX)).collect();
        meetings.sort_by_key(|m| std::cmp::Reverse((m.date("on"), m.id.clone())));
        let carried = carried(&r.visit.query);
        let inner = html! {
            h1 { (title) }
            @if !carried.is_empty() { p.panel { (r.word("web.meeting-carry")) " " strong { (r.visit.query.get("title")) } } }
            @if r.may("convocation") { p { a.button.main href={ "/reunions/nouvelle" @if !carried.is_empty() { "?" (carried) } } { (r.word("web.meeting-new")) } } }
            @if meetings.is_empty() { p { (r.word("web.meeting-none")) } }
            ul.cards { @for meeting in &meetings { li {
                a href={ "/reunions/" (meeting.id.code()) @if !carried.is_empty() { "?" (carried) "#etape-3" } } { (day(r, meeting.date("on"))) ", " (meeting.text("place")) } br;
                span.hint {
                    (capital(&r.words.choice(meeting.text("session")))) " · " (state(r, meeting))
                    @if !meeting.text("minutes").is_empty() { " · " (meeting.text("minutes")) }
                }
            } } }
            p { a href="/decisions" { (r.word("web.expense-decisions")) } }
        };
        page(r, &title, &inner)
    }))
}

/// The fields of a question that another page brings along.
const CARRIED: [&str; 6] = ["about", "title", "ceiling", "until", "purpose", "terms"];

/// A question that another page brings along, to be put at the meeting that is chosen.
fn carried(pairs: &Pairs) -> String {
    let pairs = CARRIED.iter().filter(|name| !pairs.get(name).is_empty()).map(|name| (*name, pairs.get(name)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// More of a query, when there is more.
fn and(query: String) -> String {
    if query.is_empty() { query } else { format!("&{query}") }
}

/// Where a meeting stands, in words.
pub(crate) fn state(r: &Reading<'_>, meeting: &Thing) -> String {
    let code = format!("state.{}", meeting.text("state"));
    r.word(&code).to_owned()
}

/// A day in words.
pub(crate) fn day(r: &Reading<'_>, day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| shown_date(day, r.words.language()))
}

/// The form of a convocation.
pub(crate) fn call(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = declaration(visit, "convocation")?;
    let typed = Map::new();
    Ok(visit.read(|r| page(r, &r.words.kind("convocation"), &call_form(r, &Draft::new(&kind, &typed)))))
}

fn call_form(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    html! {
        (form::summary(r, draft))
        h1 { (r.words.kind("convocation")) }
        @if r.may("convocation") {
            form method="post" action="/reunions/nouvelle" data-draft=(r.words.kind("convocation")) {
                (form::key(r))
                @for name in CARRIED { @for value in [r.visit.query.get(name), r.visit.form.get(name)] { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } } }
                (form::fields(r, draft))
                div.actions { button.main type="submit" { (r.word("web.meeting-convene")) } a href="/reunions" { (r.word("web.cancel")) } }
            }
        } @else { p.panel { (r.word("web.not-yours")) } }
    }
}

/// Calls a meeting and goes to its page.
pub(crate) fn send_call(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "convocation")?;
    let fields = fields(visit, &kind);
    let answer = visit.submit(&session, &kind.kind, fields.clone());
    if let Answer::Recorded(done) = &answer
        && let Some(meeting) = done.opened.iter().find(|id| id.kind() == "meeting")
    {
        return Ok(Reply::See(format!("/reunions/{}?fait={}{}", meeting.code(), done.seq, and(carried(&visit.form)))));
    }
    settle(visit, answer, |r, errors, refused| call_form(r, &Draft { errors, refused, ..Draft::new(&kind, &fields) }), &kind)
}

/// A form of this page that was not recorded: its kind, what was typed, what is wrong.
struct Tried<'t> {
    kind: &'t KindDeclaration,
    typed: &'t Map,
    errors: &'t [FieldError],
    refused: Option<&'t Refusal>,
}

/// A meeting as its page tells it.
pub(crate) struct Sitting {
    pub(crate) meeting: Thing,
    pub(crate) members: Vec<Member>,
    pub(crate) motions: Vec<Thing>,
    pub(crate) decisions: Vec<Thing>,
    pub(crate) standing: Result<Standing, Refusal>,
    pub(crate) signatures: standing::Signatures,
}

/// Reads a meeting of this facility in the book.
pub(crate) fn sitting(r: &Reading<'_>, code: &str) -> Option<Sitting> {
    let id = Id::parse(&format!("meeting/{code}")).ok().filter(|id| id.site() == r.site())?;
    let meeting = r.book.thing(&id, Date::MAX)?;
    let view = r.book.view(r.site());
    let today = Book::new(&view, r.site(), r.today);
    let then = today.at(meeting.date("on").unwrap_or(r.today));
    let decisions = today.at(Date::MAX).things_having("decision", "meeting", id.as_str());
    Some(Sitting {
        members: standing::members(&then),
        motions: standing::motions_of(&today, &id),
        decisions: decisions.iter().filter_map(|id| r.book.thing(id, Date::MAX)).collect(),
        standing: standing::of_meeting(&then, &meeting),
        signatures: standing::signatures(&today, &meeting),
        meeting,
    })
}

impl Sitting {
    /// What was noted of a person under a key of its own.
    pub(crate) fn noted(&self, prefix: &str, person: &Id) -> &str {
        self.meeting.text(&format!("{prefix}.{}", person.code()))
    }

    fn is_written(&self) -> bool {
        matches!(self.meeting.text("state"), "minuted" | "signed")
    }

    fn on(&self, r: &Reading<'_>) -> Date {
        self.meeting.date("on").unwrap_or(r.today)
    }

    /// True while its day has come and its minutes are not written: then it is held and votes.
    fn sits(&self, r: &Reading<'_>) -> bool {
        !self.is_written() && self.on(r) <= r.today
    }

    fn has_open_motion(&self) -> bool {
        self.motions.iter().any(|m| m.text("state") == "open")
    }
}

/// The page of a meeting.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    told(visit, None)
}

fn told(visit: &Visit, tried: Option<&Tried<'_>>) -> Shown {
    let kinds = ["presence", "motion", "minutes", "sign-ink"].map(|kind| declaration(visit, kind));
    let [presence, motion, minutes, ink] = kinds;
    let kinds = [presence?, motion?, minutes?, ink?];
    let drawn = visit.read(|r| {
        let s = sitting(r, visit.param("meeting"))?;
        let title = format!("{} {}", r.word("web.meeting-of"), day(r, s.meeting.date("on")));
        let inner = steps(r, &s, &kinds, tried);
        Some(match tried {
            Some(tried) => wrong(r, status_of(tried.refused), &title, &inner),
            None => page(r, &title, &inner),
        })
    });
    drawn.ok_or(Problem::NotFound)
}

fn steps(r: &Reading<'_>, s: &Sitting, kinds: &[KindDeclaration; 4], tried: Option<&Tried<'_>>) -> Markup {
    let (nothing, asked) = (Map::new(), r.visit.query.form(&kinds[1].fields));
    let draft = |at: usize| match tried.filter(|t| t.kind.kind == kinds[at].kind) {
        Some(t) => Draft { errors: t.errors, refused: t.refused, ..Draft::new(&kinds[at], t.typed) },
        None => Draft::new(&kinds[at], if at == 1 { &asked } else { &nothing }),
    };
    let now = match s.meeting.text("state") {
        "convened" => 2,
        "held" => 3,
        "minuted" => 5,
        _ => 0,
    };
    let step = |n: usize, open: bool, inner: Markup| {
        let word = format!("web.meeting-step-{n}");
        let done = now == 0 || n < now;
        html! {
            details.panel.stage id={ "etape-" (n) } open[open] {
                summary { (n) ". " (r.word(&word)) @if done { " " span.hint { "✓ " (r.word("web.meeting-done")) } } }
                (inner)
            }
        }
    };
    let done = r.visit.query.get("fait");
    let lacking = s.standing.as_ref().map_or(true, |standing| standing.obstacle.is_some());
    html! {
        @if let Some(t) = tried { (form::summary(r, &Draft { errors: t.errors, refused: t.refused, ..Draft::new(t.kind, t.typed) })) }
        @if let Ok(seq) = done.parse::<u64>() {
            div.banner.done role="status" { p { strong { (r.word("web.done")) } " " span.code { "n° " (seq) } } }
        }
        p.hint { a href="/reunions" { (r.word("web.tile-meeting")) } }
        h1 { (r.word("web.meeting-of")) " " (day(r, s.meeting.date("on"))) }
        p.lead { (capital(&r.words.choice(s.meeting.text("session")))) ", " (s.meeting.text("place")) " · " strong { (state(r, &s.meeting)) } }
        (step(1, now == 2, convocation(r, s)))
        (step(2, now == 2 || lacking && now == 3 || is_about(tried, "presence"), presence(r, s, &draft(0))))
        (step(3, now == 3, questions(r, s, &draft(1))))
        (step(4, now == 3 && !s.motions.is_empty() && !s.has_open_motion(), check(r, s, &draft(2))))
        (step(5, now == 5 || now == 0, signing(r, s, &draft(3))))
    }
}

fn is_about(tried: Option<&Tried<'_>>, kind: &str) -> bool {
    tried.is_some_and(|t| t.kind.kind.split('/').next() == Some(kind))
}

/// A form of the page: where it goes, its day and its key.
fn act(r: &Reading<'_>, s: &Sitting, act: &str, inner: &Markup) -> Markup {
    let day =
        if matches!(act, "presence" | "motion" | "interest" | "vote" | "motion-close" | "motion-withdraw") { s.on(r) } else { r.today };
    let late = (r.today - day).num_days() > 2;
    html! {
        form method="post" action={ "/reunions/" (s.meeting.id.code()) "/" (act) } {
            (form::key(r))
            input type="hidden" name="_date" value=(day);
            @if act == "presence" { @for name in CARRIED { @if !r.visit.query.get(name).is_empty() { input type="hidden" name=(name) value=(r.visit.query.get(name)); } } }
            (inner)
            @if late {
                @let id = format!("c-late-{act}");
                div.field {
                    label for=(id) { (r.words.field(act, "late-reason")) }
                    input id=(id) name="late-reason" type="text" maxlength="500" autocomplete="off" value=(r.visit.form.get("late-reason"));
                }
            }
            @if act != "vote" && act != "sign" && act != "attest-ink" { div.actions { button.main type="submit" { (r.word(&format!("web.meeting-do-{act}"))) } } }
        }
    }
}

/// Step 1: who was called where, and what for.
fn convocation(r: &Reading<'_>, s: &Sitting) -> Markup {
    html! {
        dl.facts {
            dt { (r.words.field("convocation", "on")) } dd { (day(r, s.meeting.date("on"))) }
            dt { (r.words.field("convocation", "place")) } dd { (s.meeting.text("place")) }
            dt { (r.words.field("convocation", "session")) } dd { (r.words.choice(s.meeting.text("session"))) }
            dt { (r.word("web.minutes-agenda")) } dd { @for one in s.meeting.list("agenda") { (one) br; } }
            dt { (r.word("web.meeting-convened-on")) } dd { (day(r, Some(s.meeting.since))) }
        }
        @if s.on(r) > r.today { p.panel { (r.say(&Said::new("web.meeting-wait").with("day", day(r, Some(s.on(r)))))) } }
        p { a href={ "/papiers/emargement/" (s.meeting.id.code()) } { (r.word("web.minutes-sheet")) } }
    }
}

/// A member's college and office.
fn seat(r: &Reading<'_>, member: &Member) -> String {
    let office = if member.office == "member" { String::new() } else { format!("{}, ", capital(&r.words.choice(&member.office))) };
    format!("{office}{}", r.label(&member.college))
}

/// The quorum as a sentence.
pub(crate) fn quorum(r: &Reading<'_>, standing: &Standing, code: &str) -> String {
    let said = Said::new(code).with("n", standing.voters).with("all", standing.in_office).with("needed", standing.voters_needed);
    r.say(&said.with("colleges", standing.colleges).with("colleges-needed", standing.colleges_needed))
}

fn quorum_box(r: &Reading<'_>, standing: &Standing, live: bool) -> Markup {
    // A script may count along while the sheet is filled in; whether it suffices is for the book to say.
    let said = Said::new("web.meeting-quorum").with("n", "{n}").with("all", standing.in_office).with("needed", standing.voters_needed);
    let said = live.then(|| r.say(&said.with("colleges", "{c}").with("colleges-needed", standing.colleges_needed)));
    html! {
        p.panel.waits[standing.obstacle.is_some()] data-say=[said] {
            strong { @match standing.obstacle { None => (r.word("web.meeting-quorum-yes")), Some(why) => (r.word(&format!("web.meeting-quorum-{why}"))) } } br;
            span { (quorum(r, standing, "web.meeting-quorum")) }
        }
    }
}

/// Step 2: each member present, excused or absent.
fn presence(r: &Reading<'_>, s: &Sitting, draft: &Draft<'_>) -> Markup {
    let box_of = |live: bool| match &s.standing {
        Ok(standing) => quorum_box(r, standing, live),
        Err(refusal) => form::refused(r, refusal),
    };
    if !s.sits(r) || !r.may("presence") {
        return html! {
            ul.cards { @for member in &s.members { li {
                strong { (r.label(&member.person)) } ", " (r.words.choice(match s.noted("present", &member.person) { "" => "absent", told => told })) br;
                span.hint { (seat(r, member)) }
            } } }
            (box_of(false))
        };
    }
    let typed = |person: &Id| -> String {
        let lines = draft.typed.get("lines").and_then(Value::as_array);
        let line = lines.into_iter().flatten().find(|l| l["person"].as_str() == Some(person.as_str()));
        line.and_then(|l| l["presence"].as_str()).unwrap_or_else(|| s.noted("present", person)).to_owned()
    };
    let inner = html! {
        p { (r.word("web.meeting-presence-lead")) }
        @for (at, member) in s.members.iter().enumerate() {
            @let chosen = typed(&member.person);
            fieldset.line {
                legend { (r.label(&member.person)) ", " (seat(r, member)) }
                input type="hidden" name={ "lines." (at) ".person" } value=(member.person);
                div.choices.three { @for word in ["present", "excused", "absent"] {
                    label { input type="radio" name={ "lines." (at) ".presence" } value=(word) checked[chosen == word] data-college=(member.college.code()); " " (capital(&r.words.choice(word))) }
                } }
            }
        }
        (form::named(r, draft, "guests"))
    };
    html! {
        (box_of(true))
        (act(r, s, "presence", &inner))
    }
}

/// Step 3: the questions, each with its votes and its result.
fn questions(r: &Reading<'_>, s: &Sitting, draft: &Draft<'_>) -> Markup {
    let may_put = s.sits(r) && s.meeting.text("state") == "held" && r.may("motion");
    let asked = !draft.typed.is_empty();
    html! {
        @if s.motions.is_empty() { p { (r.word("web.meeting-no-question")) } }
        @for motion in &s.motions { (question(r, s, motion)) }
        @if may_put {
            details open[s.motions.is_empty() || asked || draft.refused.is_some()] {
                summary { (r.word("web.meeting-put")) }
                (act(r, s, "motion", &html! { @for name in ["about", "title", "ceiling", "until", "purpose", "terms"] { (form::named(r, draft, name)) } }))
            }
        } @else if s.meeting.text("state") == "convened" { p.hint { (r.word("web.meeting-presence-first")) } }
    }
}

/// A decision's or motion's terms in a line: ceiling, end, purpose.
pub(crate) fn terms(r: &Reading<'_>, thing: &Thing) -> String {
    let mut parts = vec![capital(&r.words.choice(thing.text("about")))];
    if let Some(ceiling) = thing.amount("ceiling") {
        parts.push(r.say(&Said::new("web.meeting-ceiling").with("amount", shown_amount(ceiling, r.words.language()))));
    }
    if let Some(until) = thing.date("until") {
        parts.push(r.say(&Said::new("web.meeting-until").with("day", day(r, Some(until)))));
    }
    if let Some(purpose) = thing.id_of("purpose") {
        parts.push(r.say(&Said::new("web.meeting-for").with("what", described(r, &purpose))));
    }
    if !thing.text("terms").is_empty() {
        parts.push(thing.text("terms").to_owned());
    }
    parts.join(" · ")
}

/// The votes cast, in words.
pub(crate) fn tally(r: &Reading<'_>, electors: &[Elector]) -> String {
    let count = |vote: &str| electors.iter().filter(|e| e.vote == vote).count();
    let said = Said::new("web.meeting-tally").with("for", count("for")).with("against", count("against"));
    r.say(&said.with("abstain", count("abstain")))
}

fn question(r: &Reading<'_>, s: &Sitting, motion: &Thing) -> Markup {
    let electors = standing::electors(motion);
    let open = motion.text("state") == "open";
    let result = format!("result.{}", motion.text("result"));
    let decision = s.decisions.iter().find(|d| d.text("motion") == motion.id.as_str());
    html! {
        article.panel.motion id=(motion.id.code()) {
            h3 { (motion.text("title")) }
            p { (terms(r, motion)) }
            @if let Some(standing) = standing::of_motion(motion) {
                @if open { (quorum_box(r, &standing, false)) } @else { p.hint { (quorum(r, &standing, "web.meeting-quorum-vote")) } }
            }
            @for one in electors.iter().filter(|e| e.recused) { p.warning { (r.say(&Said::new("web.meeting-recused").with("person", r.label(&one.person)))) } }
            p { (tally(r, &electors)) }
            ul.votes { @for one in electors.iter().filter(|e| !e.vote.is_empty()) { li { (r.label(&one.person)) (r.words.language().colon()) " " (r.words.choice(&one.vote)) } } }
            @if open { @if s.sits(r) { (voting(r, s, motion, &electors)) } }
            @else { p.number { (capital(r.word(&result))) } }
            @if let Some(decision) = decision {
                p { (r.word("thing.decision")) " " a href={ "/chose/decision/" (decision.id.code()) } { (decision.id.code()) } ", "
                    (r.word(if decision.date("adopted").is_some() { "web.meeting-adopted" } else { "web.meeting-not-signed" })) }
            }
        }
    }
}

/// Interests, votes and the counting of an open motion.
fn voting(r: &Reading<'_>, s: &Sitting, motion: &Thing, electors: &[Elector]) -> Markup {
    let code = motion.id.code();
    let hidden = html! { input type="hidden" name="motion" value=(motion.id); };
    let left: Vec<&Elector> = electors.iter().filter(|e| !e.recused && e.vote.is_empty()).collect();
    let nobody_yet = electors.iter().all(|e| e.vote.is_empty());
    let list: Vec<Choice> = left.iter().map(|e| Choice { value: e.person.to_string(), label: r.label(&e.person) }).collect();
    html! {
        @if r.may("interest") && !left.is_empty() {
            details {
                summary { (r.word("web.meeting-interest")) }
                p.hint { (r.word("web.meeting-interest-lead")) }
                (act(r, s, "interest", &html! {
                    (hidden)
                    div.field { label for={ "c-interet-" (code) } { (r.words.field("interest", "person")) } (select(&format!("c-interet-{code}"), "person", None, &list, "", r)) }
                    div.field { label for={ "c-nature-" (code) } { (r.words.field("interest", "nature")) } input id={ "c-nature-" (code) } name="nature" type="text" maxlength="500" autocomplete="off"; }
                }))
            }
        }
        @if r.may("vote") && !left.is_empty() {
            @if nobody_yet {
                (act(r, s, "vote", &html! { (hidden) div.actions { button.main type="submit" name="consensus" value="oui" { (r.word("web.meeting-all-for")) } } }))
            }
            details open[!nobody_yet] {
                summary { (r.word("web.meeting-one-by-one")) }
                (act(r, s, "vote", &html! {
                    (hidden)
                    @for (at, one) in left.iter().enumerate() {
                        fieldset.line {
                            legend { (r.label(&one.person)) ", " (r.label(&one.college)) }
                            input type="hidden" name={ "lines." (at) ".person" } value=(one.person);
                            div.choices.three { @for word in ["for", "against", "abstain"] {
                                label { input type="radio" name={ "lines." (at) ".vote" } value=(word); " " (capital(&r.words.choice(word))) }
                            } }
                        }
                    }
                    div.actions { button.main type="submit" { (r.word("web.meeting-do-vote")) } }
                }))
            }
        }
        @if r.may("motion-close") {
            @if !left.is_empty() && !nobody_yet { p.hint { (r.say(&Said::new("web.meeting-votes-missing").with("n", left.len()))) } }
            @if !nobody_yet || left.is_empty() { (act(r, s, "motion-close", &hidden)) }
        }
        @if r.may("motion-withdraw") {
            details {
                summary { (r.words.kind("motion-withdraw")) }
                (act(r, s, "motion-withdraw", &html! {
                    (hidden)
                    div.field { label for={ "c-motif-" (code) } { (r.words.field("motion-withdraw", "reason")) } input id={ "c-motif-" (code) } name="reason" type="text" maxlength="500" autocomplete="off"; }
                }))
            }
        }
    }
}

/// Step 4: the minutes as they will be.
fn check(r: &Reading<'_>, s: &Sitting, draft: &Draft<'_>) -> Markup {
    if s.is_written() {
        return html! {
            p { (r.say(&Said::new("web.meeting-minutes-written").with("number", s.meeting.text("minutes")))) }
            p { a.button href={ "/papiers/pv/" (s.meeting.id.code()) } { (r.word("web.meeting-print")) } }
        };
    }
    if s.meeting.text("state") != "held" {
        return html! { p.hint { (r.word("web.meeting-presence-first")) } };
    }
    html! {
        p { (r.word("web.meeting-check-lead")) }
        div.paper.draft lang="fr" { (minutes::body(r, s, None)) }
        @if s.has_open_motion() { p.warning { (r.word("web.meeting-count-first")) } }
        @else if r.may("minutes") {
            (act(r, s, "minutes", &form::named(r, draft, "remarks")))
            p.hint { (r.word("web.meeting-then-fixed")) }
        } @else { p.hint { (r.word("web.meeting-secretary-writes")) } }
    }
}

/// Step 5: who must sign, and signing: in one's own session, beside it with one's own secret, or in ink.
fn signing(r: &Reading<'_>, s: &Sitting, draft: &Draft<'_>) -> Markup {
    if !s.is_written() {
        return html! { p.hint { (r.word("web.meeting-minutes-first")) } };
    }
    let names = |people: &[Id]| people.iter().map(|p| r.label(p)).collect::<Vec<_>>().join(&format!(" {} ", r.word("web.or")));
    let all_given = s.signatures.needed.iter().all(|n| n.given.is_some());
    html! {
        @if s.meeting.text("state") == "signed" { p.banner.done { strong { (r.word("web.meeting-signed")) } } }
        ul.cards { @for one in &s.signatures.needed { li {
            strong { @match (&one.office, &one.college) { (Some(office), _) => (capital(&r.words.choice(office))), (None, Some(college)) => (r.label(college)), _ => "" } } br;
            @match &one.given {
                Some(person) => { "✓ " (r.label(person)) ", " span.hint { (r.word(if s.noted("signed", person) == "ink" { "web.meeting-signed-ink" } else { "web.meeting-signed-own" })) (minutes::device(r, s, person)) } },
                None => { (names(&one.holders)) (r.words.language().colon()) " " strong { (r.word("web.meeting-awaited")) } },
            }
        } } }
        @if !all_given { p { (r.word("web.meeting-last-signature")) } }
        (sign_forms(r, s))
        (ink(r, s, draft))
        p { a.button href={ "/papiers/pv/" (s.meeting.id.code()) } { (r.word("web.meeting-print")) } }
    }
}

fn sign_forms(r: &Reading<'_>, s: &Sitting) -> Markup {
    let me = r.visit.session.as_ref().map(|session| session.person.clone());
    let others: Vec<&Id> = s.signatures.open.iter().filter(|p| Some(*p) != me.as_ref()).collect();
    html! {
        @if let Some(me) = me.filter(|me| s.signatures.open.contains(me)) {
            (act(r, s, "sign", &html! { div.actions { button.main type="submit" { (r.say(&Said::new("web.meeting-i-sign").with("person", r.label(&me)))) } } }))
        }
        @if !others.is_empty() {
            details open {
                summary { (r.word("web.meeting-sign-here")) }
                (act(r, s, "sign", &html! {
                    (beside(r, &others, "signe"))
                    div.actions { button.main type="submit" { (r.word("web.meeting-do-sign")) } }
                }))
            }
        }
    }
}

/// Another person on the same device: who, and their own secret.
fn beside(r: &Reading<'_>, people: &[&Id], name: &str) -> Markup {
    html! {
        div.field {
            label for={ "c-qui-" (name) } { (r.word("web.meeting-who")) }
            select id={ "c-qui-" (name) } name="qui" { @for person in people { option value=(person) { (r.label(person)) } } }
        }
        (proof(r, people, &format!("-{name}"), None))
    }
}

/// Signatures in ink: said by one member, attested by another of a different college.
fn ink(r: &Reading<'_>, s: &Sitting, draft: &Draft<'_>) -> Markup {
    let claim = s.meeting.values.get("ink-claim").filter(|_| !s.meeting.flag("ink"));
    let witness = claim.and_then(|c| c["witness"].as_str()).and_then(|text| Id::parse(text).ok());
    html! {
        @if let Some(witness) = witness {
            div.panel.waits {
                p { (r.say(&Said::new("web.meeting-ink-waits").with("person", r.label(&witness)))) }
                (act(r, s, "attest-ink", &html! {
                    (beside(r, &[&witness], "atteste"))
                    div.actions { button.main type="submit" { (r.word("web.meeting-do-attest-ink")) } }
                }))
            }
        } @else if !s.signatures.open.is_empty() && r.may("sign-ink") {
            @let witnesses: Vec<Choice> = s.members.iter().map(|m| Choice { value: m.person.to_string(), label: format!("{}, {}", r.label(&m.person), r.label(&m.college)) }).collect();
            @let ticked = draft.typed.get("signers").map(Value::to_string).unwrap_or_default();
            details open[draft.refused.is_some()] {
                summary { (r.word("web.meeting-in-ink")) }
                p.hint { (r.word("web.meeting-ink-lead")) }
                (act(r, s, "sign-ink", &html! {
                    fieldset.field { legend { (r.words.field("sign-ink", "signers")) }
                        div.choices { @for person in &s.signatures.open { label { input type="checkbox" name="signers" value=(person) checked[ticked.contains(person.as_str())]; " " (r.label(person)) } } }
                    }
                    div.field { label for="c-witness" { (r.words.field("sign-ink", "witness")) } (select("c-witness", "witness", None, &witnesses, &form::text(draft.typed.get("witness")), r)) }
                    (form::named(r, draft, "code"))
                }))
            }
        }
    }
}

/// The acts this page records.
const ACTS: &[&str] =
    &["presence", "motion", "interest", "vote", "motion-close", "motion-withdraw", "minutes", "sign", "sign-ink", "attest-ink"];

/// Records one act of a meeting and goes back to its page.
pub(crate) fn send(visit: &Visit) -> Shown {
    let mut session = visit.signed_in()?.clone();
    let name = ACTS.iter().find(|act| **act == visit.param("act")).ok_or(Problem::NotFound)?;
    let kind = declaration(visit, name)?;
    let meeting = Id::parse(&format!("meeting/{}", visit.param("meeting"))).map_err(|_| Problem::NotFound)?;
    if matches!(*name, "sign" | "attest-ink") {
        session.person = in_whose_name(visit, &session)?;
    }
    let mut fields = record::fields(visit, &kind);
    if *name == "sign" {
        let device = visit.signed_in()?.person.as_str().into();
        // Whose device it was is seen here, never typed.
        if session.person == visit.signed_in()?.person {
            fields.remove("device")
        } else {
            fields.insert("device".to_owned(), device)
        };
    }
    if kind.fields.iter().any(|f| f.name == "meeting") {
        fields.insert("meeting".to_owned(), meeting.as_str().into());
    }
    // A sheet may be filled in by several hands: who is not told yet is left for later.
    if let Some(Value::Array(lines)) = fields.get_mut("lines") {
        lines.retain(|line| line.get("presence").is_some() || line.get("vote").is_some());
    }
    let step = match *name {
        "presence" => "etape-2".to_owned(),
        "minutes" => "etape-5".to_owned(),
        "sign" | "sign-ink" | "attest-ink" => "etape-5".to_owned(),
        "motion" => "etape-3".to_owned(),
        _ => Id::parse(visit.form.get("motion")).map_or_else(|_| "etape-3".to_owned(), |id| id.code().to_owned()),
    };
    let kept = if *name == "presence" { carried(&visit.form) } else { String::new() };
    let (errors, refused) = match visit.submit(&session, &kind.kind, fields.clone()) {
        Answer::Recorded(done) => return Ok(Reply::See(format!("/reunions/{}?fait={}{}#{step}", meeting.code(), done.seq, and(kept)))),
        Answer::Waiting(waiting) => return Ok(Reply::See(format!("/entree/{}?fait=propose", waiting.seq))),
        Answer::Fault(fault) => return Err(fault.into()),
        Answer::Fields(errors) => (errors, None),
        Answer::Refused(refusal) => (Vec::new(), Some(refusal)),
    };
    told(visit, Some(&Tried { kind: &kind, typed: &fields, errors: &errors, refused: refused.as_ref() }))
}

/// What is left of a decision beside its ceiling: a bar and words.
pub(crate) fn bar(r: &Reading<'_>, decision: &Thing, left: i64) -> Markup {
    let decided = decision.amount("ceiling").map_or(0, Amount::count);
    let spent = decided - left;
    let francs = |count: i64| r.francs(count);
    html! {
        @if decided > 0 {
            progress.spent max=(decided) value=(spent) aria-label=(r.word("web.expense-spent")) {}
            span.hint { (r.say(&Said::new("web.expense-bar").with("decided", francs(decided)).with("spent", francs(spent)).with("left", francs(left)))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_reports::{Language, Words};

    #[test]
    fn every_act_obstacle_and_step_has_words_in_both_languages() {
        let acts = ACTS.iter().filter(|act| !matches!(**act, "sign" | "vote")).map(|act| format!("web.meeting-do-{act}"));
        let obstacles = ["no-quorum-heads", "staff-alone", "no-quorum-colleges"].map(|why| format!("web.meeting-quorum-{why}"));
        let steps = (1..=5).map(|n| format!("web.meeting-step-{n}"));
        let results = ["carried", "no-majority", "no-quorum-heads", "staff-alone", "no-quorum-colleges"].map(|end| format!("result.{end}"));
        let codes: Vec<String> = acts.chain(obstacles).chain(steps).chain(results).collect();
        for words in [Words::new(Language::Fr), Words::new(Language::En)] {
            codes.iter().for_each(|code| assert!(words.find(code).is_some(), "{code}"));
        }
    }

    #[test]
    fn a_question_is_carried_whole_and_nothing_else() {
        let pairs = Pairs::read(b"about=distribution&title=Partage+%26+paie&ceiling=90000&until=&on=2021-03-31");
        assert_eq!(carried(&pairs), "about=distribution&title=Partage+%26+paie&ceiling=90000");
        assert_eq!(and(String::new()), "");
    }
}
