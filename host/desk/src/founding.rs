//! `init` and `config apply`: what stands in a book before anybody could endorse it, and what a user proposes later.

use crate::answers::{Answer, Submission};
use crate::clock::Clock;
use crate::judge::{Bench, Judged, No};
use crate::{Desk, Fault, pins, plugins};
use baara_plugin_api::{Command, Date, Effect, Id, Map, Refusal, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// One attribute that configuration asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Wanted {
    /// Of which thing.
    pub thing: Id,
    /// Which.
    pub key: String,
    /// The value.
    pub value: Value,
    /// From when on.
    pub from: Date,
}

/// A person the founding act names.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Code within the site, `c-chair`: `person/<site>-<code>`.
    pub code: String,
    /// Name; kept sealed.
    pub name: String,
    /// `f` or `m`.
    pub sex: String,
    /// The college they sit for, if they are a member of the committee.
    pub college: Option<String>,
    /// `chair`, `secretary`, `treasurer`, `auditor` or `member`.
    pub office: String,
    /// Their roles in the book.
    pub roles: Vec<String>,
}

/// The founding act of a facility: the one thing recorded without endorsement.
#[derive(Clone, PartialEq, Debug)]
pub struct Founding {
    /// The facility's code.
    pub site: String,
    /// Its label and other attributes.
    pub facility: Vec<(String, Value)>,
    /// The act that created the committee: number and date.
    pub act: String,
    /// At least two persons.
    pub members: Vec<Member>,
    /// The rules the act states for the first meeting: `quorum.heads`, `quorum.colleges`, `majority`.
    pub rules: Vec<(String, Value)>,
    /// The day of the act.
    pub date: Date,
    /// The time.
    pub clock: Clock,
}

/// The largest group of configuration in one entry, in bytes of effects.
const CHUNK: usize = 40_000;

impl Desk {
    /// Records the differences between what configuration wants and what the book has; gives how many.
    ///
    /// # Errors
    /// A fault of the journal.
    pub fn apply_config(&self, site: &str, by: &Id, wanted: Vec<Wanted>, clock: Clock) -> Result<usize, Fault> {
        let differences = self.differences(wanted);
        let count = differences.len();
        for (date, effects) in self.chunks(differences) {
            let (site, by) = (site.to_owned(), by.clone());
            let answers =
                self.host(move |bench| Ok(vec![entry(bench, &site, "config/1", &by, date, clock, Map::new(), effects, Vec::new())]));
            if let Some(Answer::Fault(fault)) = answers.into_iter().next() {
                return Err(fault);
            }
        }
        Ok(count)
    }

    /// Differences as the effects of entries, by date: what is new is opened, what is known is set.
    pub(crate) fn chunks(&self, differences: Vec<Wanted>) -> Vec<(Date, Vec<Effect>)> {
        let book = self.book();
        chunks(|thing| book.thing(thing, Date::MAX).is_some(), differences)
    }

    /// What configuration wants that the book does not have.
    #[must_use]
    pub fn differences(&self, wanted: Vec<Wanted>) -> Vec<Wanted> {
        let book = self.book();
        wanted
            .into_iter()
            .filter(|w| book.thing(&w.thing, w.from).and_then(|t| t.values.get(&w.key).cloned()).as_ref() != Some(&w.value))
            .collect()
    }

    /// Records the founding act of a facility.
    ///
    /// # Errors
    /// A fault, or the refusal of an act that names too little, as a fault's text.
    pub fn found(&self, founding: Founding) -> Result<Answer, Refusal> {
        if founding.members.len() < 2 {
            return Err(Refusal::new("found/too-few-persons").with("persons", founding.members.len()));
        }
        for rule in ["quorum.heads", "quorum.colleges", "majority", "minutes.signing"] {
            if !founding.rules.iter().any(|(name, _)| name == rule) {
                return Err(Refusal::new("found/rule-missing").with("rule", rule));
            }
        }
        let answers = self.host(move |bench| Ok(vec![founding_entry(bench, founding)]));
        Ok(answers.into_iter().next().unwrap_or(Answer::Fault(Fault::Stopped)))
    }

    /// Pins our own plugins by the hash of their file, while a book is being founded. Later ones are proposed: see
    /// [`Desk::propose_pin`].
    ///
    /// # Errors
    /// When the file is not a plugin, or the journal fails.
    pub fn pin(&self, site: &str, by: &Id, file: &Path, clock: Clock) -> Result<Answer, Fault> {
        if !self.book().is_being_founded() {
            let known = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Answer::Refused(Refusal::new("plugin/needs-endorsement").with("plugin", known)));
        }
        let (sha256, declaration) =
            plugins::declaration_of(file, &self.shared.plugins, &self.shared.house.isolation, self.shared.house.mode(true))?;
        if let Err(no) = pins::fits(&self.registry(), &declaration) {
            return Ok(Answer::Refused(no));
        }
        let thing = Id::new("plugin", &declaration.id);
        let known = self.book().thing(&thing, Date::MAX);
        let same = known.as_ref().is_some_and(|t| t.text("sha256") == sha256);
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        values.insert("sha256".to_owned(), sha256.into());
        values.insert("version".to_owned(), declaration.version.as_str().into());
        values.insert("mode".to_owned(), plugins::IN_PROCESS.into());
        values.insert("declaration".to_owned(), serde_json::to_value(&declaration).unwrap_or_default());
        let day = clock.today();
        let effects = if known.is_some() {
            values.into_iter().map(|(key, value)| Effect::Set { thing: thing.clone(), key, value, from: day }).collect()
        } else {
            vec![Effect::Open { thing, values }]
        };
        let (site, by) = (site.to_owned(), by.clone());
        let answers = self.host(move |bench| {
            if same {
                return Err(No::Refused(Refusal::new("plugin/already-pinned").with("plugin", &declaration.id)));
            }
            Ok(vec![entry(bench, &site, "pin/1", &by, day, clock, Map::new(), effects, Vec::new())])
        });
        Ok(answers.into_iter().next().unwrap_or(Answer::Fault(Fault::Stopped)))
    }
}

fn founding_entry(bench: &Bench<'_>, founding: Founding) -> Judged {
    let Founding { site, facility, act, members, rules, date, clock } = founding;
    let mut seals = Vec::new();
    let mut effects = Vec::new();
    let place = Id::new("facility", &site);
    let mut open = |thing: Id, values: Vec<(String, Value)>| {
        let known = bench.book.thing(&thing, Date::MAX).is_some();
        if known {
            effects.extend(values.into_iter().map(|(key, value)| Effect::Set { thing: thing.clone(), key, value, from: date }));
        } else {
            effects.push(Effect::Open { thing, values: values.into_iter().filter(|v| !v.1.is_null()).collect() });
        }
    };
    open(place.clone(), facility);
    let mut stated: Vec<(String, Value)> = rules.iter().map(|(k, _)| (format!("{k}.act"), act.as_str().into())).collect();
    stated.extend(rules);
    open(Id::new("rules", &site), stated);
    open(Id::new("price-list", &site), vec![]);
    open(Id::new("committee", &site), vec![("act".to_owned(), act.as_str().into())]);
    for fund in ["uncollected", "unexplained"] {
        open(Id::new("fund", &format!("{site}-{fund}")), vec![("label".to_owned(), fund.into())]);
    }
    for (i, member) in members.iter().enumerate() {
        let person = Id::new("person", &format!("{site}-{}", member.code));
        let name = bench.token(&format!("found.{site}"), &member.code, &member.name, &mut seals);
        let roles: Vec<String> = member.roles.iter().map(|r| format!("role/{r}")).collect();
        let college = member.college.as_deref().and_then(|c| bench.book.thing(&Id::new("college", c), date));
        let external = college.is_some_and(|c| !c.flag("staff"));
        open(
            person.clone(),
            vec![
                ("name".to_owned(), name),
                ("sex".to_owned(), member.sex.as_str().into()),
                ("facility".to_owned(), place.as_str().into()),
                ("state".to_owned(), "present".into()),
                ("external".to_owned(), if external { true.into() } else { Value::Null }),
                ("roles".to_owned(), json!(roles)),
            ],
        );
        if let Some(college) = &member.college {
            let mandate = Id::new("mandate", &format!("{site}-f{:02}", i + 1));
            open(
                mandate,
                vec![
                    ("person".to_owned(), person.as_str().into()),
                    ("college".to_owned(), format!("college/{college}").into()),
                    ("office".to_owned(), member.office.as_str().into()),
                    ("act".to_owned(), act.as_str().into()),
                ],
            );
        }
    }
    let first = Id::new("person", &format!("{site}-{}", members[0].code));
    let mut fields = Map::new();
    fields.insert("act".to_owned(), act.into());
    entry(bench, &site, "found/1", &first, date, clock, fields, effects, seals)
}

#[allow(clippy::too_many_arguments)] // One line of the journal has that many parts.
fn entry(
    bench: &Bench<'_>,
    site: &str,
    kind: &str,
    by: &Id,
    date: Date,
    clock: Clock,
    fields: Map,
    effects: Vec<Effect>,
    seals: Vec<baara_journal::Seal>,
) -> Judged {
    let sub = Submission { clock, id: host_id(bench, clock), ..Submission::new(site, kind, by, Map::new()) };
    let cmd = Command {
        id: sub.id.clone(),
        site: site.to_owned(),
        kind: kind.to_owned(),
        by: by.clone(),
        role: Id::new("role", "administrator"),
        date,
        leave: None,
        fields,
    };
    Judged { entry: bench.entry(&sub, cmd, effects, None, None, None), seals, waiting: None, visa: Vec::new() }
}

/// The host's own commands: time-ordered, and the same again in a practice book.
fn host_id(bench: &Bench<'_>, clock: Clock) -> String {
    if bench.practice {
        let ms = u64::try_from(clock.at()).unwrap_or_default();
        return format!("{:08x}-{:04x}-7000-b000-{:012x}", ms >> 16, ms & 0xffff, bench.book.size() + 1);
    }
    uuid::Uuid::now_v7().to_string()
}

/// Groups differences into entries by date: opening what is new, setting what is known.
fn chunks(known: impl Fn(&Id) -> bool, differences: Vec<Wanted>) -> Vec<(Date, Vec<Effect>)> {
    let mut by_date: BTreeMap<Date, BTreeMap<Id, Vec<(String, Value)>>> = BTreeMap::new();
    for Wanted { thing, key, value, from } in differences {
        by_date.entry(from).or_default().entry(thing).or_default().push((key, value));
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut groups = Vec::new();
    for (date, things) in by_date {
        let (mut effects, mut size) = (Vec::new(), 0);
        for (thing, values) in things {
            let new = seen.insert(thing.clone()) && !known(&thing);
            let more: Vec<Effect> = if new {
                vec![Effect::Open { thing, values: values.into_iter().collect() }]
            } else {
                values.into_iter().map(|(key, value)| Effect::Set { thing: thing.clone(), key, value, from: date }).collect()
            };
            size += serde_json::to_string(&more).map_or(0, |s| s.len());
            effects.extend(more);
            if size > CHUNK {
                groups.push((date, std::mem::take(&mut effects)));
                size = 0;
            }
        }
        if !effects.is_empty() {
            groups.push((date, effects));
        }
    }
    groups
}
