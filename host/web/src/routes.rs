//! Every address there is, who may ask it, and the page that answers. A route that is not here does not exist.

use crate::answers::Shown;
use crate::pages;
use crate::visit::Visit;

/// How a route is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// Looks, changes nothing.
    Get,
    /// Records something, or signs in or out.
    Post,
}

/// Who may ask a route. What a post may *record* is the desk's to say, for every kind and site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// Anybody on the wifi: signing in, the program's own files, health.
    Anybody,
    /// Whoever is signed in.
    Person,
}

/// One address.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) way: Way,
    pub(crate) path: &'static str,
    pub(crate) who: Who,
    pub(crate) page: fn(&Visit) -> Shown,
}

const fn get(path: &'static str, page: fn(&Visit) -> Shown) -> Route {
    Route { way: Way::Get, path, who: Who::Person, page }
}

const fn post(path: &'static str, page: fn(&Visit) -> Shown) -> Route {
    Route { way: Way::Post, path, who: Who::Person, page }
}

const fn open(way: Way, path: &'static str, page: fn(&Visit) -> Shown) -> Route {
    Route { way, path, who: Who::Anybody, page }
}

/// Every address: how it is asked, its path, and whether anybody may ask it without signing in. The tests go through all.
pub fn addresses() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    ROUTES.iter().map(|r| (if r.way == Way::Get { "GET" } else { "POST" }, r.path, r.who == Who::Anybody))
}

/// Where people change their own secret.
pub(crate) const OWN_SECRET: &str = "/mon-code";

/// The addresses, in the order of a visit.
pub(crate) const ROUTES: &[Route] = &[
    open(Way::Get, "/baara.css", pages::assets::style),
    open(Way::Get, "/baara.js", pages::assets::script),
    open(Way::Get, "/favicon.ico", pages::assets::icon),
    open(Way::Get, "/sante", pages::health::show),
    open(Way::Get, "/langue/{code}", pages::entrance::language),
    open(Way::Get, "/connexion", pages::entrance::show),
    open(Way::Post, "/connexion", pages::entrance::enter),
    post("/deconnexion", pages::entrance::leave),
    get(OWN_SECRET, pages::secrets::own),
    post(OWN_SECRET, pages::secrets::keep),
    post("/codes/{code}/{what}", pages::secrets::give),
    get("/", pages::today::show),
    get("/noter", pages::record::all),
    get("/noter/{kind}", pages::record::show),
    post("/noter/{kind}", pages::record::send),
    get("/recoltes/nouvelle", pages::harvest::show),
    post("/recoltes/nouvelle", pages::harvest::send),
    get("/production/nouvelle", pages::production::show),
    get("/pointage", pages::attendance::show),
    post("/pointage", pages::attendance::send),
    get("/entree/{seq}", pages::entry::show),
    get("/corriger/{seq}", pages::correct::show),
    post("/corriger/{seq}", pages::correct::send),
    post("/annuler/{seq}", pages::correct::reverse),
    get("/visas", pages::visas::all),
    post("/viser/{seq}", pages::visas::answer),
    get("/journal", pages::journal::show),
    get("/liste", pages::things::kinds),
    get("/liste/{kind}", pages::things::list),
    get("/chose/{kind}/{code}", pages::things::show),
    get("/chercher", pages::things::search),
    get("/tableau-de-bord", pages::dashboard::show),
    get("/rapports", pages::reports::all),
    get("/rapports/{name}", pages::reports::show),
    get("/pourquoi/{name}/{cell}", pages::reports::why),
    get("/api/openapi.json", pages::openapi::show),
    get("/api/kinds", pages::api::kinds),
    post("/api/record/{kind}", pages::api::record),
    get("/api/entry/{seq}", pages::api::entry),
    get("/api/report/{name}", pages::api::report),
    get("/ventes/nouvelle", pages::sale::choose),
    get("/ventes/{kind}/{code}", pages::sale::show),
    post("/ventes/{kind}/{code}", pages::sale::send),
    get("/papiers/recus", pages::receipt::all),
    get("/papiers/recu/{seq}", pages::receipt::show),
    post("/papiers/recu/{seq}", pages::receipt::copy),
    get("/caisse", pages::cash::show),
    get("/papiers/caisse/{box}/{day}", pages::cash::sheet),
    post("/comptage", pages::counting::begin),
    get("/comptage/{code}", pages::counting::show),
    post("/comptage/{code}", pages::counting::send),
    get("/magasin", pages::store::show),
    get("/papiers/fiche-stock/{store}", pages::store::card),
    get("/papiers/feuilles/{what}", pages::sheets::show),
    get("/grille/{kind}", pages::grid::show),
    post("/grille/{kind}", pages::grid::send),
    get("/reunions", pages::meetings::all),
    get("/reunions/nouvelle", pages::meetings::call),
    post("/reunions/nouvelle", pages::meetings::send_call),
    get("/reunions/{meeting}", pages::meetings::show),
    post("/reunions/{meeting}/{act}", pages::meetings::send),
    get("/papiers/pv/{meeting}", pages::minutes::show),
    get("/papiers/emargement/{meeting}", pages::minutes::sheet),
    get("/papiers/partage/{distribution}", pages::minutes::sharing_list),
    get("/decisions", pages::expenses::decided),
    get("/depenses/nouvelle", pages::expenses::show),
    post("/depenses/nouvelle", pages::expenses::send),
    get("/affectations", pages::sharing::all),
    get("/affectations/simulation", pages::sharing::simulate),
    post("/affectations/simulation", pages::sharing::share),
    get("/affectations/{distribution}", pages::sharing::payout),
    post("/affectations/{distribution}", pages::sharing::pay),
    get("/qui-peut-quoi", pages::who::show),
    get("/extensions", pages::extensions::all),
    post("/extensions/{plugin}", pages::extensions::send),
    open(Way::Get, "/aide.svg", pages::assets::pictures),
    get("/aide", pages::help::all),
    get("/aide/{task}", pages::help::show),
];
