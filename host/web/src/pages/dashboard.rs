//! *Tableau de bord*: what was planned and came, what was earned and spent, what is written and what is missing.

use crate::answers::{Problem, Shown};
use crate::charts::{self, Bar};
use crate::layout::page;
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Datelike, Id, Months, items};
use baara_reports::statements::statement;
use baara_reports::{Cell, Figure, Period, Table};
use maud::{Markup, html};

/// The months of a period, first days.
fn months(period: &Period) -> Vec<Date> {
    (0..12).filter_map(|n| period.from.checked_add_months(Months::new(n))).collect()
}

fn last_of(month: Date) -> Date {
    month.checked_add_months(Months::new(1)).and_then(|d| d.pred_opt()).unwrap_or(month)
}

fn month_name(r: &Reading<'_>, month: Date) -> String {
    // Four letters part *juin* from *juil*; English months are known by three.
    let letters = if r.words.language() == baara_reports::Language::Fr { 4 } else { 3 };
    r.words.language().month(month.month()).chars().take(letters).collect()
}

/// The campaign a day lies in, and the one before.
fn campaigns(today: Date) -> (String, String) {
    let year = if today.month() >= 4 { today.year() } else { today.year() - 1 };
    (format!("{year}/{}", year + 1), format!("{}/{year}", year - 1))
}

/// The dashboard of this facility.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?;
    let today = visit.clock().today();
    let (now, before) = campaigns(today);
    let (campaign, earlier) = (Period::read(Some(&now), today)?, Period::read(Some(&before), today)?);
    let year = Period::read(None, today)?;
    // In the first months of a year, the year that is told is the one that has ended.
    let year = if today.month() <= 3 { Period::read(Some(&(today.year() - 1).to_string()), today)? } else { year };
    let sites = [session.site.clone()];
    let ask = |name: &str, period: &Period| {
        baara_reports::ask(visit.desk(), period, &sites, &session.site, |asked| statement(name, asked))?.ok_or(Problem::NotFound)
    };
    let (harvest, last, workshops) = (ask("harvest", &campaign)?, ask("harvest", &earlier)?, ask("workshops", &year)?);
    Ok(visit.read(|r| {
        let title = r.word("web.dashboard").to_owned();
        let inner = html! {
            h1 { (title) }
            (key_figures(r, &harvest, &campaign))
            (harvests(r, &harvest, &last, &campaign))
            (cumulative(r, &campaign))
            (earned(r, &workshops, &year))
            (income(r, &year))
            (written(r, &campaign))
        };
        page(r, &title, &inner)
    }))
}

fn figure(table: &Table, row: usize, column: &str) -> Option<Figure> {
    let at = table.columns.iter().position(|c| c.code == column)?;
    match table.rows.get(row)?.cells.get(at)? {
        Cell::Amount(amount) => Some(Figure::from(*amount)),
        Cell::Figure(figure) => Some(*figure),
        _ => None,
    }
}

fn why(report: &str, cell: &str, period: &Period) -> String {
    format!("/pourquoi/{report}/{cell}?periode={}", period.shown)
}

/// One sentence above all: cereals against their plan, cash here, leave left.
fn key_figures(r: &Reading<'_>, harvest: &Table, campaign: &Period) -> Markup {
    let at = harvest.rows.iter().position(|row| row.code == "cereals").unwrap_or(0);
    let (weighed, plan) = (figure(harvest, at, "weighed"), figure(harvest, at, "plan"));
    let cash: i64 = ["cash-box", "bank", "wallet"]
        .into_iter()
        .flat_map(|kind| r.book.open_at(kind, r.site()))
        .filter(|place| !r.book.is_frozen(place))
        .map(|place| r.book.balance(&place, &items::xof(), None))
        .sum();
    let left: i64 = r.book.open_at("decision", r.site()).filter_map(|id| r.book.decision(&id)).filter(|d| d.adopted).map(|d| d.left).sum();
    let share = weighed.zip(plan).and_then(|(w, p)| Figure::percent(w.count, p.count));
    html! {
        dl.facts.big {
            @if let Some(weighed) = weighed.filter(|w| w.count > 0 || plan.is_some_and(|p| p.count > 0)) {
                dt { (r.word("web.cereals-weighed")) }
                dd { a.why href=(why("harvest", "cereals.weighed", campaign)) { (weighed.shown(r.words.language())) " kg" }
                    @if let (Some(share), Some(plan)) = (share, plan) { " " span.hint { (share.shown(r.words.language())) " % " (r.word("web.of-plan")) " (" (plan.shown(r.words.language())) " kg)" } } }
            }
            dt { (r.word("web.cash-now")) } dd { (r.francs(cash)) }
            dt { (r.word("web.leave-left")) } dd { (r.francs(left)) }
        }
    }
}

/// Weighed, planned and weighed a campaign ago, crop by crop.
fn harvests(r: &Reading<'_>, now: &Table, last: &Table, campaign: &Period) -> Markup {
    let language = r.words.language();
    let crops = now.rows.iter().enumerate().filter(|(_, row)| row.code != "cereals");
    let bars: Vec<Bar> = crops
        .filter_map(|(at, row)| {
            let item = Id::parse(&format!("item/{}", row.code.split_once('.')?.1)).ok()?;
            let before = last.rows.iter().position(|one| one.code == row.code);
            let three = [figure(now, at, "weighed"), figure(now, at, "plan"), before.and_then(|at| figure(last, at, "weighed"))];
            let value = |f: Option<Figure>| f.map_or((0, "–".to_owned()), |f| (f.count, format!("{} kg", f.shown(language))));
            Some(Bar { label: r.label(&item), values: three.into_iter().map(value).collect() })
        })
        .collect();
    if bars.is_empty() {
        return html! {};
    }
    let title = format!("{} {}", r.word("web.harvest-against-plan"), campaign.shown);
    let series = ["web.weighed", "web.planned", "web.last-campaign"].map(|w| r.word(w).to_owned()).to_vec();
    charts::bars(&charts::Words { table: r.word("web.as-table"), title: &title, series, of: r.word("column.crop") }, &bars)
}

/// Kilograms weighed into store, added up month after month.
fn cumulative(r: &Reading<'_>, campaign: &Period) -> Markup {
    let fields: Vec<_> = r.book.all_holdings().into_iter().filter(|h| h.place.kind() == "field" && h.place.site() == r.site()).collect();
    let kilograms: Vec<_> = fields.into_iter().filter(|h| h.balance.unit().as_str() == "kg").collect();
    let mut sum = 0;
    let points: Vec<Bar> = months(campaign)
        .into_iter()
        .filter(|month| *month <= r.today)
        .map(|month| {
            for h in &kilograms {
                let (back, out) = r.book.turnover(&h.place, &h.item, month, last_of(month));
                sum += (out - back) / 10_i64.pow(u32::from(h.balance.scale()));
            }
            Bar { label: month_name(r, month), values: vec![(sum, format!("{} kg", Figure::whole(sum).shown(r.words.language())))] }
        })
        .collect();
    if sum == 0 {
        return html! {};
    }
    let title = format!("{} {}", r.word("web.harvest-added-up"), campaign.shown);
    charts::line(
        &charts::Words {
            table: r.word("web.as-table"),
            title: &title,
            series: vec![r.word("web.weighed").to_owned()],
            of: r.word("column.month"),
        },
        &points,
    )
}

/// What each workshop collected, what was taken out, what is left.
fn earned(r: &Reading<'_>, workshops: &Table, year: &Period) -> Markup {
    let francs = |f: Option<Figure>| {
        let n = f.map_or(0, |f| f.count);
        (n, r.francs(n))
    };
    let rows = workshops.rows.iter().enumerate().filter_map(|(at, row)| Some((at, Id::parse(&row.code).ok()?)));
    let bars: Vec<Bar> = rows
        .map(|(at, unit)| Bar {
            label: r.label(&unit),
            values: ["collected", "taken", "left"].iter().map(|column| francs(figure(workshops, at, column))).collect(),
        })
        .collect();
    if bars.is_empty() {
        return html! {};
    }
    let title = format!("{} {}", r.word("web.money-by-workshop"), year.shown);
    let series = ["column.collected", "column.taken", "column.left"].map(|w| r.word(w).to_owned()).to_vec();
    charts::bars(&charts::Words { table: r.word("web.as-table"), title: &title, series, of: r.word("column.workshop") }, &bars)
}

/// Francs collected month by month, all workshops together.
fn income(r: &Reading<'_>, year: &Period) -> Markup {
    let funds: Vec<Id> = r.book.open_at("fund", r.site()).filter(|id| id.code().ends_with(".sales")).collect();
    let held: Vec<Id> = if funds.is_empty() { sales_funds(r) } else { funds };
    let bars: Vec<Bar> = months(year)
        .into_iter()
        .filter(|month| *month <= r.today)
        .map(|month| {
            let sum: i64 = held.iter().map(|fund| r.book.turnover(fund, &items::xof(), month, last_of(month)).1).sum();
            Bar { label: month_name(r, month), values: vec![(sum, r.francs(sum))] }
        })
        .collect();
    if bars.iter().all(|bar| bar.values[0].0 == 0) {
        return html! {};
    }
    let title = format!("{} {}", r.word("web.income-by-month"), year.shown);
    charts::bars(
        &charts::Words {
            table: r.word("web.as-table"),
            title: &title,
            series: vec![r.word("column.collected").to_owned()],
            of: r.word("column.month"),
        },
        &bars,
    )
}

/// The sales funds of this facility: they need no thing of their own.
fn sales_funds(r: &Reading<'_>) -> Vec<Id> {
    let mut all: Vec<Id> = r.book.all_holdings().into_iter().map(|h| h.place).collect();
    all.retain(|place| place.kind() == "fund" && place.site() == r.site() && place.code().ends_with(".sales"));
    all.dedup();
    all
}

/// Which months have harvests, batches, sales and attendance written down.
fn written(r: &Reading<'_>, campaign: &Period) -> Markup {
    let months: Vec<Date> = months(campaign).into_iter().filter(|month| *month <= r.today).collect();
    let holdings: Vec<_> = r.book.all_holdings().into_iter().filter(|h| h.place.site() == r.site()).collect();
    let subjects = [
        ("field", "web.subject-harvest"),
        ("produced", "web.subject-batch"),
        ("sold", "web.subject-sale"),
        ("worker", "web.subject-attendance"),
    ];
    let rows = subjects.into_iter().filter_map(|(kind, word)| {
        let own: Vec<_> = holdings.iter().filter(|h| h.place.kind() == kind).collect();
        let any = |month: &Date| own.iter().any(|h| r.book.turnover(&h.place, &h.item, *month, last_of(*month)) != (0, 0));
        (!own.is_empty()).then(|| (r.word(word).to_owned(), months.iter().map(any).collect()))
    });
    let rows: Vec<(String, Vec<bool>)> = rows.collect();
    let names: Vec<String> = months.iter().map(|month| month_name(r, *month)).collect();
    if rows.is_empty() {
        html! {}
    } else {
        charts::dots(r.word("web.what-is-written"), &names, &rows)
    }
}
