//! Laws of a book, through the desk: one journal, one state; nothing acknowledged lost; no byte changed unseen.

use baara_book::{Entry, TheBook};
use baara_desk::{Answer, Clock, Desk, Fault, Submission, restore, verify};
use baara_plugin_api::{Id, Map};
use baara_tests::{Scratch, Story, plugin_files};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// A farm's autumn: a harvest received, a meeting that decides.
const AUTUMN: &str = "
```do
given kon-in-use
2020-10-12 kon-field harvest --plot plot/kon-nord --item item/mais-grain --quantity '1 250 kg' --store store/kon-magasin as harvest
2020-10-13 kon-keeper endorse @harvest
given kon-decides about=spend ceiling=100000 purpose=fund/kon-atelier
```
";

fn autumn() -> Story {
    let mut story = Story::new();
    story.tell(AUTUMN);
    story
}

fn digest(folder: &Path) -> String {
    Desk::open(folder, |_| {}).expect("the book opens").book().digest()
}

fn rows(folder: &Path) -> Vec<Vec<u8>> {
    let conn = rusqlite::Connection::open(folder.join("book.db")).expect("SQLite opens it");
    let mut select = conn.prepare("SELECT bytes FROM entry ORDER BY seq").expect("the table is there");
    select.query_map((), |row| row.get(0)).expect("rows").map(|row| row.expect("bytes")).collect()
}

#[test]
fn replayed_twice_it_is_one_state() {
    let story = autumn();
    let live = story.fixture().desk.book().digest();
    let scratch = story.close();
    let book = scratch.path("book");
    assert_eq!(digest(&book), live, "the live world is what its journal says");
    assert_eq!(digest(&book), live);
    let verified = verify(&book, |_| {}).expect("it can be read");
    assert!(verified.ok(), "{verified:?}");
    assert_eq!(verified.digest, live);
}

#[test]
fn the_same_year_has_the_same_bytes() {
    let [one, two] = [autumn().close(), autumn().close()];
    let [one, two] = [rows(&one.path("book")), rows(&two.path("book"))];
    assert_eq!(one.len(), two.len());
    for (n, (one, two)) in one.iter().zip(&two).enumerate() {
        assert_eq!(String::from_utf8_lossy(one), String::from_utf8_lossy(two), "entry {}", n + 1);
    }
}

/// Any stretch of the journal, folded in on trial and taken back, leaves the book as it was.
#[test]
fn what_is_taken_back_was_never_there() {
    let entries: Vec<Entry> =
        rows(&autumn().close().path("book")).iter().map(|bytes| Entry::read(bytes).unwrap_or_else(|_| panic!("an entry"))).collect();
    let mut book = TheBook::new();
    for (at, entry) in entries.iter().enumerate() {
        let (snapshot, digest) = (book.snapshot(), book.digest());
        for until in [at + 1, at + 25, entries.len()] {
            book.try_out();
            entries[at..until.min(entries.len())].iter().for_each(|entry| book.apply(entry));
            book.take_back();
            assert!(book.snapshot() == snapshot && book.digest() == digest, "entries {} to {until}", at + 1);
        }
        book.apply(entry);
    }
}

/// A sheet whose last line is refused: the book is as it was, and goes on as if nobody had sent it.
#[test]
fn a_refused_batch_changes_nothing() {
    let sub = |n: u32, quantity: &str| {
        let mut fields = Map::new();
        let values = [("plot", "plot/kon-nord"), ("item", "item/mais-grain"), ("quantity", quantity), ("store", "store/kon-magasin")];
        fields.extend(values.map(|(key, value)| (key.to_owned(), value.into())));
        let clock = Clock::Practice { at: 1_604_000_000_000 + i64::from(n) };
        let id = format!("01758c5a-0000-7000-8000-{n:012x}");
        Submission { id, clock, ..Submission::new("kon", "harvest", &Id::new("person", "kon-field"), fields) }
    };
    let (refused, spared) = (autumn(), autumn());
    let desk = &refused.fixture().desk;
    assert!(!desk.submit(sub(1, "10 kg")).is_no(), "the day has begun");
    let state = |desk: &Desk| (desk.book().digest(), desk.book().snapshot());
    let before = state(desk);
    for bad in 0..=24 {
        let answers = desk.submit_whole((0..25).map(|n| sub(100 + n, if n == bad { "beaucoup" } else { "12 kg" })).collect());
        let refused: Vec<u32> = (0..).zip(&answers).filter(|(_, answer)| answer.is_no()).map(|(n, _)| n).collect();
        assert_eq!(refused, [bad], "{answers:?}");
        assert!(state(desk) == before, "line {bad}");
    }
    // The same sheet without its mistake, in both books: one has never seen the refused ones.
    assert!(!spared.fixture().desk.submit(sub(1, "10 kg")).is_no());
    for desk in [desk, &spared.fixture().desk] {
        let answers = desk.submit_whole((0..25).map(|n| sub(100 + n, "12 kg")).collect());
        assert!(answers.iter().all(|answer| !answer.is_no()), "{answers:?}");
    }
    assert!(state(desk) == state(&spared.fixture().desk));
    let (one, other) = (refused.close(), spared.close());
    assert_eq!(rows(&one.path("book")), rows(&other.path("book")), "byte for byte");
    assert!(verify(&one.path("book"), |_| {}).expect("it can be read").ok());
}

#[test]
fn without_the_plugins_files_the_state_is_the_same() {
    let story = autumn();
    let live = story.fixture().desk.book().digest();
    let pinned = story.fixture().desk.registry().plugins().count();
    assert_eq!(pinned, plugin_files().len());
    let scratch = story.close();
    std::fs::remove_dir_all(scratch.path("book/plugins")).expect("the files were there");
    let desk = Desk::open(&scratch.path("book"), |_| {}).expect("it opens without them");
    assert_eq!(desk.book().digest(), live);
    assert!(desk.registry().plugins().all(|(_, _, loaded)| !loaded));
    assert!(desk.registry().declaration("sale").is_some(), "its forms are still known");
    let sale = Submission::new("kon", "sale", &Id::new("person", "kon-cashier"), Map::new());
    assert!(desk.submit(sale).is_no());
}

#[test]
fn another_amount_vote_or_date_is_another_state() {
    let told = autumn().fixture().desk.book().digest();
    let changed = |from: &str, to: &str| {
        assert!(AUTUMN.contains(from));
        let mut story = Story::new();
        story.tell(&AUTUMN.replace(from, to));
        story.fixture().desk.book().digest()
    };
    assert_ne!(changed("1 250 kg", "1 251 kg"), told, "amount");
    assert_ne!(changed("2020-10-12 kon-field", "2020-10-11 kon-field"), told, "date");
    assert_ne!(changed("ceiling=100000", "ceiling=100001"), told, "ceiling");
    assert_ne!(changed("given kon-decides", "given kon-decides-with-one-against"), told, "vote");
}

/// Changes one byte of an entry as somebody with a database shell would, leaf and all else as it was.
fn damage(book: &Path, seq: i64, at: usize, fix_leaf: bool) {
    let conn = rusqlite::Connection::open(book.join("book.db")).expect("SQLite opens it");
    let mut bytes: Vec<u8> = conn.query_row("SELECT bytes FROM entry WHERE seq = ?1", [seq], |row| row.get(0)).expect("the entry is there");
    let at = at % bytes.len();
    bytes[at] ^= 1;
    conn.execute_batch("DROP TRIGGER entry_stays").expect("an insider may");
    let leaf = baara_journal::leaf_hash(&bytes);
    if fix_leaf {
        conn.execute("UPDATE entry SET bytes = ?1, leaf = ?2 WHERE seq = ?3", (&bytes, &leaf[..], seq)).expect("changed");
    } else {
        conn.execute("UPDATE entry SET bytes = ?1 WHERE seq = ?2", (&bytes, seq)).expect("changed");
    }
    let put_back = "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;";
    conn.execute_batch(put_back).expect("and hide the trace");
}

#[test]
fn a_changed_byte_is_named_by_its_entry() {
    let scratch = autumn().close();
    let size = rows(&scratch.path("book")).len();
    for seq in 1..=size {
        let copy = Scratch::new();
        std::fs::create_dir_all(copy.path("book")).expect("a folder");
        for file in ["book.db", "people.db"] {
            std::fs::copy(scratch.path("book").join(file), copy.path("book").join(file)).expect("a copy");
        }
        // Another place in each entry: the first bytes, the middle, the amounts at the end.
        damage(&copy.path("book"), i64::try_from(seq).expect("small"), seq * 37, false);
        let found = verify(&copy.path("book"), |_| {}).expect("it can be read").damage.unwrap_or_else(|| panic!("entry {seq} was changed"));
        assert_eq!(usize::try_from(found.seq).expect("small"), seq, "{found:?}");
    }
}

#[test]
fn a_changed_entry_with_a_new_hash_breaks_the_chain() {
    let scratch = autumn().close();
    let book = scratch.path("book");
    let rows = rows(&book);
    let seq = rows.iter().position(|bytes| String::from_utf8_lossy(bytes).contains("1250.000 kg")).expect("the harvest") + 1;
    let at = String::from_utf8_lossy(&rows[seq - 1]).rfind("1250.000").expect("its kilograms");
    damage(&book, i64::try_from(seq).expect("small"), at + 3, true);
    let found = verify(&book, |_| {}).expect("it can be read").damage.expect("somebody changed it");
    assert_eq!((found.code.as_str(), usize::try_from(found.seq).expect("small")), ("entry/broken-chain", seq + 1));
    assert!(matches!(Desk::open(&book, |_| {}), Err(Fault::Entry { .. })), "such a book is not gone on with");
}

#[test]
fn the_same_command_is_recorded_once() {
    let story = autumn();
    let desk = &story.fixture().desk;
    let sub = |label: &str| {
        let mut fields = Map::new();
        fields.insert("code".to_owned(), "grenier".into());
        fields.insert("label".to_owned(), label.into());
        let id = "01758c5a-0000-7000-8000-00000000abcd".to_owned();
        Submission {
            id,
            clock: Clock::Practice { at: 1_610_000_000_000 },
            ..Submission::new("kon", "store", &Id::new("person", "kon-head"), fields)
        }
    };
    let Answer::Recorded(first) = desk.submit(sub("Grenier")) else { panic!("recorded") };
    let size = desk.book().size();
    let Answer::Recorded(again) = desk.submit(sub("Grenier")) else { panic!("the first answer again") };
    assert_eq!((again.seq, &again.code, &again.opened, again.again), (first.seq, &first.code, &first.opened, true));
    let Answer::Refused(other) = desk.submit(sub("Autre")) else { panic!("another content under the same id") };
    assert_eq!(other.code, "command/same-id-other-content");
    assert_eq!(desk.book().size(), size);
}

#[test]
fn a_backup_is_the_book() {
    let story = autumn();
    let live = story.fixture().desk.book().digest();
    let file = story.fixture().scratch.path("copie.baara");
    story.fixture().desk.backup(&file, |_| {}).expect("a backup");
    let again = story.fixture().scratch.path("again");
    restore(&file, &again, |_| {}).expect("restored");
    assert_eq!(digest(&again), live);
    assert!(restore(&file, &again, |_| {}).is_err(), "no book is overwritten");
}

/// What the child of the next test does: records stores and says each seq after its acknowledgement.
#[test]
fn child_records_until_killed() {
    let Ok(book) = std::env::var("BAARA_TEST_CHILD") else { return };
    let desk = Desk::open(Path::new(&book), |_| {}).expect("the child owns the book");
    let first = desk.book().size();
    for n in first.. {
        let mut fields = Map::new();
        fields.insert("code".to_owned(), format!("n{n}").into());
        fields.insert("label".to_owned(), format!("Magasin {n}").into());
        let answer = desk.submit(Submission::new("kon", "store", &Id::new("person", "kon-head"), fields));
        let Answer::Recorded(recorded) = answer else { panic!("{answer:?}") };
        println!("ack {} {}", recorded.seq, recorded.code);
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let scratch = autumn().close();
    let book = scratch.path("book");
    for round in 1..=3_usize {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["child_records_until_killed", "--exact", "--nocapture"])
            .env("BAARA_TEST_CHILD", &book)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let told = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let acks = told.filter_map(|line| line.split_once("ack ").map(|(_, rest)| rest.to_owned()));
        let mut seen = Vec::new();
        for ack in acks {
            seen.push(ack);
            if seen.len() == 20 * round {
                let locked = Desk::open(&book, |_| {}).map(|_| ()).expect_err("the child owns it");
                assert_eq!(locked.code(), "journal/locked", "a second process is told");
                child.kill().expect("kill -9"); // What it still said before it died is read too.
            }
        }
        child.wait().expect("it died");
        assert!(seen.len() >= 20 * round);
        let desk = Desk::open(&book, |_| {}).expect("it opens again");
        let verified = desk.verify(|_| {}).expect("it can be read");
        assert!(verified.ok(), "{verified:?}");
        for ack in seen {
            let (seq, code) = ack.split_once(' ').expect("seq and code");
            let (_, leaf) =
                desk.entry(seq.parse().expect("a seq")).expect("readable").unwrap_or_else(|| panic!("entry {seq} was acknowledged"));
            assert_eq!(leaf, code);
        }
    }
}

#[test]
fn what_is_not_a_book_is_told() {
    let scratch = Scratch::new();
    let code = |folder: &Path| Desk::open(folder, |_| {}).map(|_| ()).expect_err("not a book").code().to_owned();
    assert_eq!(code(&scratch.path("nothing")), "journal/missing");
    std::fs::create_dir_all(scratch.path("text")).expect("a folder");
    std::fs::write(scratch.path("text/book.db"), "Cahier de récoltes, 2020. ".repeat(400)).expect("a text");
    assert_eq!(code(&scratch.path("text")), "journal/not-a-book");
    let newer = autumn().close();
    let conn = rusqlite::Connection::open(newer.path("book/book.db")).expect("SQLite opens it");
    conn.execute_batch("DROP TRIGGER meta_stays; UPDATE meta SET value = 'baara-journal/2' WHERE key = 'format';").expect("changed");
    drop(conn);
    assert_eq!(code(&newer.path("book")), "journal/newer");
    assert!(verify(&newer.path("book"), |_| {}).is_ok(), "it still opens for verify");
}

#[test]
fn configuration_applied_again_changes_only_what_differs() {
    let mut story = autumn();
    let item = Id::new("item", "mais-grain");
    let before = story.fixture().desk.book().thing(&item, baara_plugin_api::Date::MAX).expect("an item").values;
    story.tell("```config 2020-12-01\n[item.mais-grain]\nlabel = \"Maïs\"\nunit = \"kg\"\n```");
    let after = story.fixture().desk.book().thing(&item, baara_plugin_api::Date::MAX).expect("an item").values;
    assert_eq!(after["label"], "Maïs");
    for (key, value) in before.iter().filter(|(key, _)| key.as_str() != "label") {
        assert_eq!(after.get(key), Some(value), "{key}");
    }
}

/// What a prison does while a farm does other things.
const KIT: &[&str] = &[
    "2020-10-01 kit-keeper store --code depot --label Dépôt",
    "2020-10-02 kit-keeper cash-box --code caisse --label Caisse --keeper person/kit-cashier",
    "2020-10-02 kit-keeper workshop --code savon --label Savonnerie --trade trade/soap",
    "2020-10-03 kit-keeper goods-in --item item/savon --quantity 40 --store store/kit-depot --donor donor/mandela --value 10000",
    "2020-10-04 kit-cashier sale --unit workshop/kit-savon --means cash --place cash-box/kit-caisse --lines item=item/savon,quantity=15,store=store/kit-depot",
    "2020-10-05 kit-secretary admit --name Moussa --committal 2020/7 --sex m --status convicted --birth-year 1990",
];

const KON: &[&str] = &[
    "2020-10-01 kon-keeper store --code grenier --label Grenier",
    "2020-10-02 kon-keeper cash-box --code petite --label Caisse --keeper person/kon-cashier",
    "2020-10-02 kon-keeper workshop --code savon --label Savonnerie --trade trade/soap",
    "2020-10-03 kon-keeper goods-in --item item/savon --quantity 70 --store store/kon-grenier --donor donor/mandela --value 10000",
    "2020-10-04 kon-cashier sale --unit workshop/kon-savon --means cash --place cash-box/kon-petite --lines item=item/savon,quantity=20,store=store/kon-grenier",
    "2020-10-05 kon-secretary admit --name Adama --committal 2020/7 --sex m --status convicted --birth-year 1990",
];

#[test]
fn a_facility_alone_has_the_balances_and_numbers_it_has_among_others() {
    let tell = |lines: &[&str]| {
        let mut story = Story::new();
        story.tell(&format!("```do\n{}\n```", lines.join("\n")));
        story
    };
    let among: Vec<&str> = KIT.iter().zip(KON).flat_map(|(kit, kon)| [*kit, *kon]).collect();
    let own = |story: &Story, site: &str| {
        let book = story.fixture().desk.book();
        let held: Vec<_> = book.all_holdings().into_iter().filter(|h| h.place.site() == site).collect();
        let named: Vec<Id> =
            ["lot", "sale", "person", "goods-in"].iter().flat_map(|kind| book.all_of(kind)).filter(|id| id.site() == site).collect();
        let receipts = ["receipt", "goods-in"].map(|series| book.last_number(site, series, 2020));
        assert!(!held.is_empty() && !named.is_empty() && receipts[0] == 1);
        (held, named, receipts)
    };
    let among = tell(&among);
    assert_eq!(own(&among, "kit"), own(&tell(KIT), "kit"));
    assert_eq!(own(&among, "kon"), own(&tell(KON), "kon"));
}
