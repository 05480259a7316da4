//! Undoing an entry with all that rest on it: proposed newest first, endorsed in that order.

use baara_desk::{Answer, Clock, Submission};
use baara_plugin_api::{Id, Map};
use baara_tests::Story;

const NOW: Clock = Clock::Practice { at: 1_602_840_000_000 }; // 16 October 2020

fn submission(who: &str, kind: &str, fields: Map) -> Submission {
    Submission { clock: NOW, ..Submission::new("kon", kind, &Id::new("person", who), fields) }
}

fn undo(seq: u64) -> Submission {
    let fields = [("seq".to_owned(), seq.into()), ("reason".to_owned(), "pesée fausse".into())];
    submission("kon-head", "reverse", fields.into_iter().collect())
}

/// A harvest, of which some was moved, of which some was moved back.
fn story() -> Story {
    let mut story = Story::new();
    story.tell(
        "
```do
given kon-in-use
2020-10-12 kon-field harvest --plot plot/kon-nord --item item/mais-grain --quantity '1 250 kg' --store store/kon-magasin as harvest
2020-10-13 kon-keeper endorse @harvest
2020-10-14 kon-head stock-move --from store/kon-magasin --to store/kon-atelier --item item/mais-grain --lot @harvest.lot --quantity 200 as there
2020-10-15 kon-head stock-move --from store/kon-atelier --to store/kon-magasin --item item/mais-grain --lot @harvest.lot --quantity 50 as back
```
",
    );
    story
}

#[test]
fn all_that_rest_on_an_entry_are_proposed_newest_first_and_endorsed_in_that_order() {
    let story = story();
    let desk = &story.fixture().desk;
    let seq = |name: &str| story.named(name).parse::<u64>().expect("a seq");
    let answers = desk.reverse_with_dependents(undo(seq("harvest")));
    let waiting: Vec<u64> =
        answers.iter().map(|answer| if let Answer::Waiting(w) = answer { w.seq } else { panic!("{answer:?}") }).collect();
    let undone: Vec<u64> = waiting.iter().map(|seq| desk.entry(*seq).unwrap().unwrap().0.fields["reverses"].as_u64().unwrap()).collect();
    assert_eq!(undone, [seq("back"), seq("there"), seq("harvest")]);
    assert!(desk.reverse_with_dependents(undo(seq("harvest"))).is_empty(), "nothing is proposed twice");
    let endorse = |seq: u64| desk.submit(submission("kon-chair", "endorse", [("seq".to_owned(), seq.into())].into_iter().collect()));
    assert!(endorse(waiting[2]).is_no(), "the oldest waits for the newer ones");
    for seq in &waiting {
        let answer = endorse(*seq);
        assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
    }
    let book = desk.book();
    let left: i64 = book.holdings_of(&Id::new("store", "kon-magasin")).iter().map(|h| h.balance.count()).sum();
    assert_eq!(left, 0);
}

#[test]
fn when_one_of_them_cannot_be_undone_nothing_is_proposed() {
    let story = story();
    let desk = &story.fixture().desk;
    let size = desk.book().size();
    let visa = story.named("harvest").parse::<u64>().expect("a seq") + 1;
    let answers = desk.reverse_with_dependents(undo(visa));
    let [Answer::Refused(refusal)] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(refusal.code, "reverse/not-reversible");
    assert_eq!(desk.book().size(), size);
}
