//! Sixty-four phones at one book: what they were told is exactly what the journal has.
//!
//! They write for sixty seconds when `CI=true`, for `BAARA_CROWD_SECONDS` when that is set, else for five.

use baara_book::Entry;
use baara_plugin_api::{Value, json};
use baara_tests::{Browser, Served, Story, entry_of};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PHONES: u64 = 64;

/// A store with soap for everybody and a single uniform.
const SHOP: &str = "
```do
given kon-in-use
2020-06-16 kon-head workshop --code savon --label Savonnerie --trade trade/soap
2020-06-16 kon-keeper goods-in --item item/savon --quantity 9000000 --store store/kon-magasin --donor donor/mandela --value 10000
2020-06-16 kon-keeper goods-in --item item/uniforme --quantity 1 --store store/kon-magasin --donor donor/mandela --value 6000
```
";

fn duration() -> Duration {
    let said = |name: &str| std::env::var(name).ok();
    let seconds = match said("BAARA_CROWD_SECONDS").map(|text| text.parse().expect("BAARA_CROWD_SECONDS is a number")) {
        Some(seconds) => seconds,
        None if said("CI").as_deref() == Some("true") => 60,
        None => 5,
    };
    println!("{PHONES} phones write for {seconds} s");
    Duration::from_secs(seconds)
}

/// What a phone was told: the entry of each command, and the receipts' numbers.
#[derive(Default)]
struct Told {
    entries: BTreeMap<u64, String>,
    numbers: Vec<String>,
    /// How often the one uniform was sold.
    uniforms: usize,
}

/// One phone and how many commands it has made.
struct Phone {
    browser: Browser,
    name: u64,
    made: u64,
    told: Told,
}

impl Phone {
    /// The id of the next command: no two phones make the same.
    fn key(&mut self) -> String {
        self.made += 1;
        format!("01758c5a-{:04x}-7000-8000-{:012x}", self.name, self.made)
    }

    fn tell(&mut self, seq: u64, key: String) {
        assert_eq!(self.told.entries.insert(seq, key), None, "entry {seq} was told before");
    }

    /// Sends a form, and once more as a flaky network does: the second is answered by the first.
    fn notes_a_fund(&mut self) {
        let key = self.key();
        let code = format!("p{}-{}", self.name, self.made);
        let body = format!("_key={key}&code={code}&label=Fonds+{code}&_date=2020-06-16");
        let first = self.browser.post("/noter/fund", &body);
        assert_eq!(first.status, 303, "{}", first.text);
        let seq = entry_of(&first.place).unwrap_or_else(|| panic!("{} is no entry", first.place));
        if self.made.is_multiple_of(3) {
            let again = self.browser.post("/noter/fund", &body);
            assert_eq!((again.status, again.place), (303, format!("/entree/{seq}?fait=deja")));
        }
        self.tell(seq, key);
    }

    /// Sells one piece; `false` when the store says no.
    fn sells(&mut self, item: &str) -> bool {
        let key = self.key();
        let lines = json!([{"item": item, "quantity": "1 piece", "store": "store/kon-magasin"}]);
        let sale = json!({"_id": key, "_date": "2020-06-16", "unit": "workshop/kon-savon", "means": "cash", "place": "cash-box/kon-caisse", "lines": lines});
        let own = self.browser.origin();
        let more = [("origin", own.as_str()), ("content-type", "application/json")];
        let came = self.browser.ask("POST", "/api/record/sale", Some(&sale.to_string()), &more);
        let answer: Value = came.text.parse().unwrap_or_else(|_| panic!("{} {}", came.status, came.text));
        if came.status == 422 {
            assert!(answer["refused"]["code"].is_string(), "{answer}");
            return false;
        }
        assert_eq!(came.status, 201, "{answer}");
        self.tell(answer["seq"].as_u64().expect("an entry"), key);
        self.told.numbers.push(answer["number"].as_str().expect("a receipt").to_owned());
        true
    }

    fn works_until(mut self, end: Instant) -> Told {
        while Instant::now() < end {
            if self.made.is_multiple_of(5) && self.sells("item/uniforme") {
                self.told.uniforms += 1;
            }
            assert!(self.sells("item/savon"), "there is soap for everybody");
            self.notes_a_fund();
            assert_eq!(self.browser.get("/").status, 200);
        }
        self.told
    }
}

#[test]
fn what_many_phones_were_told_is_what_the_journal_has() {
    let mut story = Story::new();
    story.tell(SHOP);
    let served = Served::new(story.close());
    let browser = served.person("kon-head");
    assert_eq!(browser.post("/noter/fund", "code=jour&label=Le+jour+commence&_date=2020-06-16").status, 303);
    let before = served.desk.book().size();
    let sold_before = served.desk.book().last_number("kon", "receipt", 2020);
    let end = Instant::now() + duration();
    let phone = |name| Phone { browser: browser.clone(), name, made: 0, told: Told::default() };
    let phones: Vec<_> = (0..PHONES).map(phone).map(|phone| std::thread::spawn(move || phone.works_until(end))).collect();
    let mut told = Told::default();
    for phone in phones {
        let Told { entries, numbers, uniforms } = phone.join().expect("a phone ends well");
        let count = told.entries.len() + entries.len();
        told.entries.extend(entries);
        assert_eq!(told.entries.len(), count, "no two were told the same entry");
        told.numbers.extend(numbers);
        told.uniforms += uniforms;
    }
    println!("{} entries, {} receipts", told.entries.len(), told.numbers.len());

    let kept = Arc::new(Mutex::new(BTreeMap::new()));
    let keep = kept.clone();
    let each = move |bytes: &[u8], _: &str| {
        let entry = Entry::read(bytes).unwrap_or_else(|_| panic!("every entry can be read"));
        if entry.seq > before {
            keep.lock().expect("alone").insert(entry.seq, entry.id);
        }
    };
    served.desk.entries(each).expect("the journal can be read");
    assert_eq!(*kept.lock().expect("alone"), told.entries, "acknowledged is recorded, and nothing else");
    told.numbers.sort_unstable();
    let counted = sold_before + 1..=sold_before + u64::try_from(told.numbers.len()).expect("small");
    let expected: Vec<String> = counted.clone().map(|n| format!("KON-2020-{n:06}")).collect();
    assert_eq!(told.numbers, expected, "receipts without a gap");
    assert_eq!(served.desk.book().last_number("kon", "receipt", 2020), *counted.end());
    assert_eq!(told.uniforms, 1, "the one uniform is sold once");
    let verified = served.desk.verify(|_| {}).expect("the journal can be read");
    assert!(verified.ok(), "{verified:?}");
    assert_eq!(verified.digest, served.desk.book().digest());
}
