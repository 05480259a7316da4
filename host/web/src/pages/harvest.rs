//! *Noter une récolte*: what grows where is one choice, then how much; all else has its usual answer.

use crate::answers::Shown;
use crate::form::{self, Choice, Draft, choices};
use crate::layout::page;
use crate::pages::record::{declaration, fields, settle};
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Field, FieldType, Id, KindDeclaration, Map, Value};
use maud::{Markup, html};

/// The page with its usual answers: the crop last weighed, the only store, today.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "harvest")?;
    let last = visit.desk().book().newest(u64::MAX, 1, |kind, by, _| *by == session.person && kind == "harvest/1").pop();
    let last = match last {
        Some(last) => visit.desk().entry(last.seq)?.map(|(entry, _)| entry.fields).unwrap_or_default(),
        None => Map::new(),
    };
    let mut typed = Map::new();
    for name in ["plot", "item", "store"] {
        if let Some(value) = last.get(name) {
            typed.insert(name.to_owned(), value.clone());
        }
    }
    Ok(visit.read(|r| page(r, r.word("web.tile-harvest"), &body(r, &Draft::new(&kind, &typed)))))
}

/// What stands on the farms of this facility: a plot and its crop, the value of both in one.
fn standing(r: &Reading<'_>) -> Vec<Choice> {
    let open = r.book.open_at("sowing", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX));
    let growing = open.filter(|sowing| sowing.text("ended").is_empty());
    let mut list: Vec<Choice> = growing
        .filter_map(|sowing| {
            let (plot, crop) = (sowing.id_of("plot")?, sowing.id_of("crop")?);
            Some(Choice { value: format!("{plot} {crop}"), label: format!("{}, {}", r.label(&crop), r.label(&plot)) })
        })
        .collect();
    list.sort_by_cached_key(|one| baara_desk::fold(&one.label));
    list.dedup();
    list
}

/// The units a crop may be weighed or counted in here: its own, then the calibrated containers.
fn units(r: &Reading<'_>) -> Vec<Choice> {
    let mut list = vec![Choice { value: String::new(), label: "kg".to_owned() }];
    for id in r.book.open_at("container", r.site()) {
        let name = id.code().strip_prefix(r.site()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(id.code());
        let factor = r.book.text_of(&id, "factor", Date::MAX).map(|f| r.words.value(&f)).unwrap_or_default();
        list.push(Choice { value: name.to_owned(), label: format!("{} ({factor})", r.label(&id)) });
    }
    list
}

fn body(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let standing = standing(r);
    let text = |name: &str| form::text(draft.typed.get(name));
    let posted = r.visit.form.get("standing");
    let chosen = if posted.is_empty() { format!("{} {}", text("plot"), text("item")) } else { posted.to_owned() };
    let unit = r.visit.form.get("unit");
    let wrong = |name: &str| draft.errors.iter().find(|e| e.field == name).map(|e| form::error_text(r, draft.kind, e));
    let (plot_wrong, quantity_wrong) = (wrong("plot").or_else(|| wrong("item")), wrong("quantity"));
    let stores = choices(r, "harvest", "store", "store");
    html! {
        (form::summary(r, draft))
        h1 { (r.word("web.tile-harvest")) }
        form method="post" action="/recoltes/nouvelle" data-draft=(r.word("web.tile-harvest")) {
            (form::key(r))
            @if standing.is_empty() { p.panel { (r.word("web.nothing-sown")) } }
            fieldset.field.wrong[plot_wrong.is_some()] #c-plot {
                legend #c-item { (r.word("web.what-is-harvested")) }
                @if let Some(error) = plot_wrong { span.error { (error) } }
                div.choices.tall { @for one in &standing {
                    label { input type="radio" name="standing" value=(one.value) checked[one.value == chosen]; " " (one.label) }
                } }
            }
            div.pair {
                div.field.wrong[quantity_wrong.is_some()] {
                    label for="c-quantity" { (r.words.field("harvest", "quantity")) }
                    @if let Some(error) = quantity_wrong { span.error #c-quantity-erreur { (error) } }
                    input.figure #c-quantity name="quantity" type="text" inputmode="decimal" autocomplete="off" value=(r.visit.form.get("quantity"));
                }
                div.field {
                    label for="c-unit" { (r.word("web.unit")) }
                    select #c-unit name="unit" { @for one in units(r) { option value=(one.value) selected[one.value == unit] { (one.label) } } }
                }
            }
            @if stores.len() == 1 { input type="hidden" name="store" value=(stores[0].value); } @else { (form::named(r, draft, "store")) }
            details open[r.visit.form.has("state") || draft.refused.is_some() || !draft.errors.is_empty()] {
                summary { (r.word("web.more")) }
                @for name in ["state", "containers", "container", "sowing", "partial"] { (form::named(r, draft, name)) }
                (form::besides(r, draft))
            }
            div.actions { button.main type="submit" { (r.word("web.record")) } a href="/" { (r.word("web.cancel")) } }
        }
    }
}

/// Hands the weighing to the desk.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "harvest")?;
    let typed = read(visit, &kind);
    let answer = visit.submit(&session, &kind.kind, typed.clone());
    settle(visit, answer, |r, errors, refused| body(r, &Draft { errors, refused, ..Draft::new(&kind, &typed) }), &kind)
}

/// The fields of the kind out of the page's own: one choice holds plot and crop, figure and unit are one quantity.
fn read(visit: &Visit, kind: &KindDeclaration) -> Map {
    let plain: Vec<Field> = kind.fields.iter().filter(|f| !matches!(f.kind, FieldType::Quantity { .. })).cloned().collect();
    let mut all = fields(visit, &KindDeclaration { fields: plain, ..kind.clone() });
    if let Some((plot, item)) = visit.form.get("standing").split_once(' ') {
        let whole = |id: &str| Id::parse(id).is_ok();
        if whole(plot) && whole(item) {
            all.insert("plot".to_owned(), plot.into());
            all.insert("item".to_owned(), item.into());
        }
    }
    let (figure, unit) = (visit.form.get("quantity"), visit.form.get("unit"));
    if !figure.is_empty() {
        all.insert("quantity".to_owned(), Value::from(format!("{figure} {unit}").trim()));
    }
    all
}
