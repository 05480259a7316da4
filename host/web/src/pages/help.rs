//! *Aide*: a few short steps for each task, each with a picture that needs no reading.

use crate::answers::{Problem, Shown};
use crate::layout::{page, sign};
use crate::visit::Visit;
use maud::{Markup, html};

/// A task: its address, its sign, where it is done, and the picture of each step.
struct Task {
    name: &'static str,
    sign: &'static str,
    to: &'static str,
    steps: &'static [&'static str],
}

/// The tasks, in the order of a day.
const TASKS: &[Task] = &[
    Task { name: "harvest", sign: "recolte", to: "/recoltes/nouvelle", steps: &["balance", "champ", "poids", "magasin", "bouton", "deux"] },
    Task {
        name: "production",
        sign: "production",
        to: "/production/nouvelle",
        steps: &["sortir", "outil", "compter", "bouton", "attendre"],
    },
    Task { name: "attendance", sign: "pointage", to: "/pointage", steps: &["atelier", "cocher", "demi", "bouton"] },
    Task { name: "sale", sign: "vente", to: "/ventes/nouvelle", steps: &["panier", "prix", "argent", "bouton", "recu"] },
    Task { name: "service", sign: "vente", to: "/noter/ticket", steps: &["papier", "outil", "bouton", "argent", "recu"] },
    Task { name: "cash", sign: "caisse", to: "/caisse", steps: &["fermer", "billets", "deux", "comparer", "expliquer"] },
    Task { name: "store", sign: "magasin", to: "/magasin", steps: &["sac", "balance", "papier", "bouton", "deux"] },
    Task { name: "meeting", sign: "reunion", to: "/reunions", steps: &["appeler", "cocher", "main", "compter", "papier", "signer"] },
    Task { name: "sharing", sign: "partage", to: "/affectations", steps: &["pot", "essai", "main", "bouton", "payer", "signer"] },
    Task { name: "expense", sign: "depense", to: "/depenses/nouvelle", steps: &["papier", "reste", "prix", "bouton", "deux"] },
    Task { name: "correcting", sign: "visa", to: "/journal", steps: &["chercher", "ouvrir", "crayon", "expliquer", "deux"] },
];

/// A picture of the help's own sheet.
fn picture(name: &str) -> Markup {
    html! { svg.picture aria-hidden="true" focusable="false" viewBox="0 0 96 64" { use href={ "/aide.svg#" (name) } {} } }
}

/// All tasks.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.help-title").to_owned();
        let inner = html! {
            h1 { (title) }
            p.lead { (r.word("web.help-lead")) }
            nav.tiles aria-label=(title) { @for task in TASKS { a.tile href={ "/aide/" (task.name) } { (sign(task.sign)) strong { (r.word(&format!("web.help-{}", task.name))) } } } }
            p { a href="/qui-peut-quoi" { (r.word("web.who-title")) } }
        };
        page(r, &title, &inner)
    }))
}

/// One task, step by step.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let task = TASKS.iter().find(|task| task.name == visit.param("task")).ok_or(Problem::NotFound)?;
    Ok(visit.read(|r| {
        let title = r.word(&format!("web.help-{}", task.name)).to_owned();
        let inner = html! {
            p.hint { a href="/aide" { (r.word("web.help-title")) } }
            h1 { (title) }
            ol.pictures { @for (at, step) in task.steps.iter().enumerate() {
                li { (picture(step)) p { strong { (at + 1) ". " } (r.word(&format!("web.help-{}-{}", task.name, at + 1))) } }
            } }
            p { a.button.main href=(task.to) { (r.word("web.help-go")) } }
        };
        page(r, &title, &inner)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_reports::{Language, Words};

    #[test]
    fn every_step_is_one_short_sentence_in_both_languages_with_its_picture() {
        let pictures = include_str!("../../assets/aide.svg");
        for words in [Words::new(Language::Fr), Words::new(Language::En)] {
            for task in TASKS {
                assert!((4..=6).contains(&task.steps.len()), "{}", task.name);
                assert!(words.find(&format!("web.help-{}", task.name)).is_some(), "{}", task.name);
                for (at, step) in task.steps.iter().enumerate() {
                    let code = format!("web.help-{}-{}", task.name, at + 1);
                    let text = words.find(&code).unwrap_or_else(|| panic!("{code}"));
                    let counted = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
                    assert!(counted <= 12, "{code} has {counted} words");
                    assert!(pictures.contains(&format!("id=\"{step}\"")), "{step}");
                }
            }
        }
    }
}
