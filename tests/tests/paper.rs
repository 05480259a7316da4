//! The host in memory that authors test with judges as the host that works: the same commands out of the forms of all our
//! plugins, in the same made-up facility, on paper and in a book, have the same effects or the same refusal.

use baara_book::entry::VERSION;
use baara_book::guards::Act;
use baara_book::{Entry, TheBook};
use baara_plugin_api::testing::{Host, PaperBook};
use baara_plugin_api::{Book, Command, Date, Effect, Id, Kind, Map, Plugin, Refusal, laws, practice};
use std::collections::BTreeSet;

/// How many commands of each kind are judged.
const COMMANDS: u64 = 150;

fn plugins() -> Vec<Plugin> {
    vec![
        canteen::plugin(),
        price_watch::plugin(),
        revenue_sharing::plugin(),
        sales::plugin(),
        workshop_bakery::plugin(),
        workshop_dyeing::plugin(),
        workshop_joinery::plugin(),
        workshop_livestock::plugin(),
        workshop_mattresses::plugin(),
        workshop_metal::plugin(),
        workshop_paving::plugin(),
        workshop_soap::plugin(),
        workshop_tailoring::plugin(),
    ]
}

/// Folds effects into a book as an entry of the practice facility.
fn fold(book: &mut TheBook, kind: &str, date: Date, effects: Vec<Effect>) {
    let seq = book.size() + 1;
    book.apply(&Entry {
        v: VERSION,
        seq,
        prev: String::new(),
        id: format!("0190a000-0000-7000-8000-{seq:012}"),
        site: practice::SITE.to_owned(),
        kind: kind.to_owned(),
        by: (Id::new("person", "kon-20-0001"), Id::new("role", "tester")),
        date,
        at: date.and_hms_opt(8, 0, 0).expect("a morning").and_utc().timestamp_millis(),
        hlc: 0,
        leave: None,
        completes: None,
        reverses: None,
        batch: None,
        plugin: None,
        state: None,
        fields: Map::new(),
        effects,
    });
}

/// What the book that works says to a command: the plugin asked by its view, its effects past the same guards.
fn judged(book: &TheBook, kind: &Kind, command: &Command) -> Result<Vec<Effect>, Refusal> {
    let Command { site, kind: name, date, leave, fields, .. } = command;
    let decided = (kind.decide)(command, &Book::new(&book.view(site), site, *date))?;
    let act = Act { site, kind: name, date: *date, today: *date, leave: leave.as_ref(), fields, reversal: false };
    laws::passed(book, &kind.declaration.writes, &act, decided.0)
}

#[test]
fn our_plugins_are_judged_on_paper_as_in_a_book() {
    assert_eq!(plugins().iter().map(|p| p.id).collect::<BTreeSet<_>>(), baara_desk::OWN_PLUGINS.iter().copied().collect());
    let (mut recorded, mut refused) = (0, BTreeSet::new());
    for plugin in plugins() {
        let mut host = Host::new(plugin.clone(), PaperBook::practice());
        let mut book = TheBook::new();
        fold(&mut book, "setup/1", practice::begun(), practice::beginning());
        for kind in &plugin.kinds {
            for seed in 0..COMMANDS {
                let command = host.a_command(&kind.declaration.kind, seed);
                let in_book = judged(&book, kind, &command);
                let on_paper = host.record(&command).map(|effects| effects.0);
                assert_eq!(on_paper, in_book, "{}", laws::shown(&command));
                match in_book {
                    Ok(effects) => {
                        recorded += 1;
                        fold(&mut book, &command.kind, command.date, effects);
                    }
                    Err(no) => _ = refused.insert(no.code),
                }
            }
        }
    }
    assert!(recorded > 100, "{recorded} were recorded");
    assert!(refused.iter().any(|code| code.starts_with("guard/")), "the guards were met: {refused:?}");
}

#[test]
fn our_plugins_keep_the_laws() {
    let mut broken = BTreeSet::new();
    for plugin in plugins() {
        let host = Host::practice(plugin.clone());
        let tables = plugin.tables.iter().map(|(table, _)| table);
        for kind in plugin.kinds.iter().map(|kind| &kind.declaration).chain(tables) {
            let commands = || (0..COMMANDS).map(|seed| host.a_command(&kind.kind, seed));
            let told =
                commands().map(|command| host.lawful(&command)).chain(commands().take(1).map(|command| host.outlives_rubbish(&command)));
            broken.extend(told.filter_map(Result::err).map(|no| format!("{}: {no}", plugin.id)));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
