//! A cancelled receipt keeps its number, and says whether its paper came back.

use baara_desk::{Answer, Clock, Submission};
use baara_plugin_api::{Id, Value};
use baara_tests::{Served, Story, coded, entry_of};

const SHOP: &str = "
```do
given kon-in-use
2020-06-16 kon-head workshop --code savon --label Savonnerie --trade trade/soap
2020-06-16 kon-keeper goods-in --item item/savon --quantity 90 --store store/kon-magasin --donor donor/mandela --value 10000
2020-06-16 kon-head sale --unit workshop/kon-savon --means cash --place cash-box/kon-caisse --lines item=item/savon,quantity=2,store=store/kon-magasin as sale
```
";

#[test]
fn a_receipt_prints_as_before_when_the_plugin_that_wrote_it_is_removed() {
    let mut story = Story::new();
    story.tell(SHOP);
    let served = Served::new(story.close());
    let head = served.person("kon-head");
    let sale = served.desk.book().size();
    let pages = [
        format!("/papiers/recu/{sale}"),
        "/papiers/caisse/kon-caisse/2020-06-16".to_owned(),
        "/papiers/fiche-stock/kon-magasin".to_owned(),
    ];
    // The paper, and the form that cancels it, but no way to a new sale. Each form's command has an id of its own.
    let keyless = |page: &str| {
        page.split("name=\"_key\" value=\"").map(|rest| rest.split_once('"').map_or(rest, |(_, rest)| rest)).collect::<String>()
    };
    let offered = || served.person("kon-cashier").get("/noter").text.contains("href=\"/noter/sale\"");
    assert!(offered());
    let again = "<a class=\"button\" href=\"/ventes/nouvelle\">Nouvelle vente</a>";
    let printed = || pages.each_ref().map(|page| keyless(&head.get(page).text).replace(again, ""));
    assert!(head.get(&pages[0]).text.contains(again));
    let before = printed();
    assert!(before[0].contains("KON-2020-000001"), "{}", before[0]);
    let submit = |who: &str, kind: &str, field: &str, value: Value| {
        let fields = [(field.to_owned(), value)].into_iter().collect();
        let clock = Clock::Practice { at: 1_592_300_000_000 };
        served.desk.submit(Submission { clock, ..Submission::new("kon", kind, &Id::new("person", who), fields) })
    };
    let Answer::Waiting(waiting) = submit("kon-head", "unpin", "plugin", "plugin/sales".into()) else { panic!("an intention") };
    assert!(matches!(submit("kon-chair", "endorse", "seq", waiting.seq.into()), Answer::Recorded(_)));
    assert_eq!(served.desk.registry().standing("sales"), "removed");
    assert!(!head.get(&pages[0]).text.contains(again) && !head.get("/").text.contains("/ventes/nouvelle"));
    assert!(!offered(), "nobody is led to a form that can no longer be recorded");
    for (page, (before, after)) in pages.iter().zip(before.iter().zip(printed())) {
        assert_eq!(*before, after, "{page}");
    }
}

#[test]
fn a_cancelled_receipt_says_whether_its_paper_came_back() {
    let mut story = Story::new();
    story.tell(SHOP);
    let served = Served::new(story.close());
    let head = served.person("kon-head");
    let sale = served.desk.book().size();
    let receipt = format!("/papiers/recu/{sale}");
    let page = head.get(&receipt).text;
    assert!(page.contains("a pris un numéro") && page.contains("Le papier du reçu est-il revenu"), "{page}");

    let sheet = head.get("/papiers/caisse/kon-caisse/2020-06-16").text;
    assert!(sheet.contains("Arrêté") && sheet.contains("cinq cents francs CFA"), "the day closes with the sale: {sheet}");
    let before = head.get("/papiers/caisse/kon-caisse/2020-06-15").text;
    assert!(!before.contains("cinq cents"), "the day before ends without it: {before}");

    let reason = coded("Client reparti");
    let asked = head.post(&format!("/annuler/{sale}"), &format!("reason={reason}&paper-back=not-back&_date="));
    assert_eq!(asked.status, 303, "{}", asked.text);
    assert!(!head.get(&receipt).text.contains("ANNULÉ"), "it waits for somebody else");
    let paper = entry_of(&asked.place).expect("a proposal");
    let given = served.person("kon-chair").post(&format!("/viser/{paper}"), "what=endorse");
    assert_eq!(given.status, 303, "{}", given.text);

    let page = head.get(&receipt).text;
    assert!(page.contains("ANNULÉ") && page.contains("papier pas revenu") && page.contains("KON-2020-000001"), "{page}");
    let day = head.get("/papiers/caisse/kon-caisse/2020-06-16").text;
    assert!(day.contains("ANNULÉ, papier pas revenu"), "{day}");
}
