//! Listens, and brings each request to its page.

use crate::answers::{Problem, Reply};
use crate::clock::Time;
use crate::pairs::Pairs;
use crate::routes::{OWN_SECRET, ROUTES, Route, Way, Who};
use crate::sessions::Sessions;
use crate::spoken::Spoken;
use crate::tls::{Certificate, Secured};
use crate::visit::{COOKIE, Visit, Web};
use crate::{gate, pages};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use baara_desk::Desk;
use baara_reports::Language;
use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use tokio::signal::unix::{SignalKind, signal};

/// What a machine decides about its pages; nothing here changes a figure or a right.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where to listen, `127.0.0.1:8480`.
    pub address: String,
    /// Names this machine answers to besides its addresses in figures.
    pub hosts: Vec<String>,
    /// What pages travel under; in clear without it.
    pub certificate: Option<Certificate>,
}

/// The longest form: a grid of 25 lines is a tenth of it.
const LONGEST_FORM: usize = 512 * 1024;

/// Serves a book until the machine stops us; `ready` hears the address once pages answer.
///
/// # Errors
/// When the address cannot be listened to.
pub fn serve(desk: Arc<Desk>, settings: &Settings, ready: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).max_blocking_threads(64).enable_all().build()?;
    let address = settings.address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let web = Arc::new(web(desk, settings));
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let stopped = stopped()?; // Whoever hears the address may stop us at once.
        ready(listener.local_addr()?);
        let pages = router(web, ROUTES);
        match &settings.certificate {
            None => axum::serve(listener, pages).with_graceful_shutdown(stopped).await,
            Some(with) => axum::serve(Secured::over(listener, with)?, pages).with_graceful_shutdown(stopped).await,
        }
    })
}

/// Listens for who stops the program from now on, and ends then: the book is closed and not only left.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupted, mut ended) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupted.recv() => {}, _ = ended.recv() => {} }
    })
}

fn web(desk: Arc<Desk>, settings: &Settings) -> Web {
    Web {
        spoken: Spoken::new(&desk),
        sessions: Sessions::default(),
        time: Time::of(&desk),
        hosts: settings.hosts.clone(),
        secure: settings.certificate.is_some(),
        desk,
    }
}

fn router(web: Arc<Web>, routes: &'static [Route]) -> Router {
    let routes = routes.iter().fold(Router::new(), |router, route| {
        let method = if route.way == Way::Get { MethodFilter::GET } else { MethodFilter::POST };
        let answer = move |State(web), Path(params): Path<HashMap<String, String>>, query, request: Request| {
            answer(web, Some(route), params, query, request)
        };
        router.route(route.path, on(method, answer))
    });
    let lost = |State(web), query, request: Request| answer(web, None, HashMap::new(), query, request);
    routes.fallback(lost).with_state(web)
}

async fn answer(
    web: Arc<Web>,
    route: Option<&'static Route>,
    params: HashMap<String, String>,
    query: RawQuery,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (headers, gzip) = (parts.headers, gate::takes_gzip);
    let zipped = gzip(&headers);
    if !gate::is_our_host(&headers, &web.hosts) {
        return plain(StatusCode::MISDIRECTED_REQUEST, "unknown host");
    }
    if !gate::is_our_page(&parts.method, &headers, web.scheme()) {
        return plain(StatusCode::FORBIDDEN, "not from our own page");
    }
    let Ok(body) = to_bytes(body, LONGEST_FORM).await else { return plain(StatusCode::PAYLOAD_TOO_LARGE, "too long") };
    let visit = visit(web, &headers, &parts.uri, params, &query, &body);
    // Pages are plain functions that may wait for the disk: they run where waiting stops nobody else.
    let reply = tokio::task::spawn_blocking(move || run(route, &parts.method, &still_in(visit))).await;
    let (reply, cookie) = reply.unwrap_or_else(|_| (Reply::Page(500, maud::html! { "500" }), None));
    respond(reply, cookie, zipped)
}

fn visit(web: Arc<Web>, headers: &HeaderMap, uri: &Uri, params: HashMap<String, String>, query: &RawQuery, body: &Bytes) -> Visit {
    let cookie = gate::cookie(headers, COOKIE).map(str::to_owned);
    let session = cookie.as_deref().and_then(|id| web.sessions.find(id));
    let language = gate::cookie(headers, "langue").and_then(Language::parse).unwrap_or_default();
    Visit {
        session,
        cookie,
        language,
        dictionaries: OnceLock::new(),
        address: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        params,
        query: query.0.as_deref().map(|q| Pairs::read(q.as_bytes())).unwrap_or_default(),
        form: Pairs::read(body),
        body: body.to_vec(),
        web,
    }
}

/// The page of a route, or a page that says why not. A page that breaks its promise breaks alone.
fn run(route: Option<&Route>, method: &Method, visit: &Visit) -> (Reply, Option<String>) {
    let page = || match route {
        None => Err(Problem::NotFound),
        Some(route) if route.who == Who::Person && visit.session.is_none() => Err(Problem::SignIn),
        Some(route) if must_choose(route, visit) => Ok(Reply::See(OWN_SECRET.to_owned())),
        Some(route) => (route.page)(visit),
    };
    let shown = catch_unwind(AssertUnwindSafe(page));
    let reply = match shown {
        Ok(Ok(reply)) => reply,
        Ok(Err(problem)) => pages::problems::show(visit, method, &problem),
        Err(_) => pages::problems::broken(visit),
    };
    (reply, renewed(visit))
}

/// Whoever came in by the code of a reset first chooses a secret, or leaves.
fn must_choose(route: &Route, visit: &Visit) -> bool {
    let chooses = matches!(route.path, OWN_SECRET | "/deconnexion");
    route.who == Who::Person && !chooses && visit.session.as_ref().is_some_and(|s| s.to_choose)
}

/// Ends the session of somebody who may no longer come in, or whose secret was reset since.
fn still_in(mut visit: Visit) -> Visit {
    let Some(session) = &visit.session else { return visit };
    let gone = {
        let book = visit.desk().book();
        let roles = baara_desk::roles_of(&book, &session.person, visit.clock().today());
        roles.is_empty() || baara_desk::resets(&book, &session.person) != session.resets
    };
    if gone {
        visit.web.sessions.end(visit.cookie.as_deref().unwrap_or_default());
        visit.session = None;
    }
    visit
}

/// A new session id for somebody whose roles have changed since they signed in.
fn renewed(visit: &Visit) -> Option<String> {
    let session = visit.session.as_ref()?;
    let roles = baara_desk::roles_of(&visit.desk().book(), &session.person, visit.clock().today());
    let id = visit.cookie.as_deref()?;
    // A session that this very request has ended does not begin again.
    if roles == session.roles || visit.web.sessions.find(id).is_none() {
        return None;
    }
    visit.web.sessions.end(id);
    let mut session = session.clone();
    session.roles = roles;
    Some(visit.web.cookie(&visit.web.sessions.begin(session)))
}

fn respond(reply: Reply, cookie: Option<String>, gzip: bool) -> Response {
    let html = "text/html; charset=utf-8";
    let mut response = match reply {
        Reply::Page(status, markup) => body(status, html, markup.into_string().into_bytes(), gzip, "no-store"),
        Reply::Json(status, value) => body(status, "application/json", value.to_string().into_bytes(), gzip, "no-store"),
        Reply::Asset(kind, bytes) => body(200, kind, bytes.to_vec(), gzip, "max-age=3600"),
        Reply::File(kind, name, bytes) => {
            let mut response = body(200, kind, bytes, gzip, "no-store");
            let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' }).collect();
            put(&mut response, header::CONTENT_DISPOSITION.as_str(), &format!("attachment; filename=\"{safe}\""));
            response
        }
        Reply::See(place) => see(&place),
        Reply::SeeWith(place, cookie) => {
            let mut response = see(&place);
            put(&mut response, header::SET_COOKIE.as_str(), &cookie);
            response
        }
    };
    if let Some(cookie) = cookie {
        put(&mut response, header::SET_COOKIE.as_str(), &cookie);
    }
    for (name, value) in gate::SAFE {
        put(&mut response, name, value);
    }
    response
}

fn see(place: &str) -> Response {
    let mut response = body(303, "text/plain", Vec::new(), false, "no-store");
    // An address of ours alone: what somebody typed never sends a browser elsewhere.
    let place = if place.starts_with('/') && !place.starts_with("//") { place } else { "/" };
    put(&mut response, header::LOCATION.as_str(), place);
    response
}

fn put(response: &mut Response, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value.parse()) {
        response.headers_mut().append(name, value);
    }
}

fn body(status: u16, kind: &str, bytes: Vec<u8>, gzip: bool, keep: &str) -> Response {
    let small = bytes.len() < 600;
    let (bytes, encoding) = if gzip && !small { (zip(&bytes), Some("gzip")) } else { (bytes, None) };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    put(&mut response, header::CONTENT_TYPE.as_str(), kind);
    put(&mut response, header::CACHE_CONTROL.as_str(), keep);
    put(&mut response, header::VARY.as_str(), "accept-encoding");
    if let Some(encoding) = encoding {
        put(&mut response, header::CONTENT_ENCODING.as_str(), encoding);
    }
    response
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut zipped = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::fast());
    zipped.write_all(bytes).and_then(|()| zipped.finish()).expect("memory takes what is written")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Problem, Shown};
    use baara_desk::Fault;
    use std::io::Read;
    use std::net::TcpStream;

    fn breaks(_: &Visit) -> Shown {
        panic!("a promise of this page")
    }

    fn fails(_: &Visit) -> Shown {
        Err(Problem::Fault(Fault::Io(std::io::ErrorKind::StorageFull.into())))
    }

    fn works(_: &Visit) -> Shown {
        Ok(Reply::See("/bien".to_owned()))
    }

    const fn open(path: &'static str, page: fn(&Visit) -> Shown) -> Route {
        Route { way: Way::Get, path, who: Who::Anybody, page }
    }

    /// Pages that go wrong in each way, and one that does not.
    const FAULTY: &[Route] = &[open("/casse", breaks), open("/panne", fails), open("/marche", works)];

    /// Serves those pages over an empty book, and asks them one after the other: the status, and the page.
    fn asked(requests: &[(&str, &str)]) -> Vec<(u16, String)> {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Arc::new(Desk::create(&folder.path().join("book"), true).expect("a book"));
        let web = Arc::new(web(desk, &Settings::default()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("an address");
        let at = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, router(web, FAULTY)).await });
        let ask = |(path, cookie): &(&str, &str)| {
            let mut line = TcpStream::connect(at).expect("it listens");
            write!(line, "GET {path} HTTP/1.1\r\nhost: {at}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n").expect("sent");
            let mut text = String::new();
            line.read_to_string(&mut text).expect("answered");
            (text[9..12].parse().expect("a status"), text)
        };
        requests.iter().map(ask).collect()
    }

    #[test]
    fn a_page_that_breaks_breaks_alone_and_says_so_in_both_languages() {
        let came = asked(&[("/casse", ""), ("/marche", ""), ("/casse", "langue=en"), ("/marche", ""), ("/casse", ""), ("/marche", "")]);
        let statuses: Vec<u16> = came.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [500, 303, 500, 303, 500, 303]);
        assert!(came[0].1.contains("Cette page s'est arrêtée") && came[0].1.contains("Rien n'a été enregistré"), "{}", came[0].1);
        assert!(came[2].1.contains("This page stopped") && came[2].1.contains("lang=\"en\""), "{}", came[2].1);
        assert!(came.iter().all(|(_, text)| !text.contains("promise")), "what broke is for the log, not for people");
        assert!(came[0].1.contains("content-security-policy"), "as safe as any page");
    }

    #[test]
    fn a_fault_is_told_in_three_parts_and_names_no_file() {
        let came = asked(&[("/panne", ""), ("/panne", "langue=en"), ("/nulle-part", ""), ("/nulle-part", "langue=en")]);
        assert_eq!(came.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [500, 500, 404, 404]);
        assert!(came[0].1.contains("<h1>Panne") && came[0].1.contains("desk/io"), "{}", came[0].1);
        assert!(came[1].1.contains("<h1>Fault") && came[1].1.contains("desk/io"), "{}", came[1].1);
        assert!(came[2].1.contains("Cette page n'existe pas") && came[3].1.contains("There is no such page"), "{}", came[3].1);
    }
}
