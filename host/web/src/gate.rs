//! What every request must show, and what every answer carries.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use std::net::IpAddr;

/// The headers of every answer: nothing from elsewhere, nothing inside a frame, nothing kept by the browser.
pub(crate) const SAFE: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// True when a request names this machine: by an address in figures, `localhost`, or a name the settings list.
///
/// A page elsewhere can make a browser ask us only under a name of its own.
pub(crate) fn is_our_host(headers: &HeaderMap, ours: &[String]) -> bool {
    let Some(host) = text(headers, header::HOST.as_str()) else { return false };
    let name = bare(host);
    name == "localhost" || name.parse::<IpAddr>().is_ok() || ours.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The host without its port.
fn bare(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// True when a request that changes something comes from one of our own pages, by the way they travel: `http` or `https`.
pub(crate) fn is_our_page(method: &Method, headers: &HeaderMap, scheme: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD) {
        return true;
    }
    let Some(host) = text(headers, header::HOST.as_str()) else { return false };
    let from = text(headers, header::ORIGIN.as_str()).or_else(|| text(headers, header::REFERER.as_str()));
    let named = from.and_then(|from| from.split_once("://")).filter(|(way, _)| *way == scheme);
    let named = named.map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

/// The value of our cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut parts = all.flat_map(|line| line.split(';')).filter_map(|part| part.trim().split_once('='));
    parts.find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// True when the browser takes gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    text(headers, header::ACCEPT_ENCODING.as_str()).is_some_and(|all| all.split(',').any(|one| one.trim().starts_with("gzip")))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn a_borrowed_name_is_not_this_machine() {
        let ours = ["prison.local".to_owned()];
        for host in ["192.168.1.4:8480", "localhost", "127.0.0.1", "[::1]:8480", "Prison.local:8480"] {
            assert!(is_our_host(&headers(&[("host", host)]), &ours), "{host}");
        }
        for host in ["evil.example", "192.168.1.4.evil.example:8480", ""] {
            assert!(!is_our_host(&headers(&[("host", host)]), &ours), "{host}");
        }
        assert!(!is_our_host(&HeaderMap::new(), &ours));
    }

    #[test]
    fn only_our_own_pages_change_something() {
        let host = ("host", "192.168.1.4:8480");
        assert!(is_our_page(&Method::GET, &headers(&[host]), "http"));
        assert!(is_our_page(&Method::POST, &headers(&[host, ("origin", "http://192.168.1.4:8480")]), "http"));
        assert!(is_our_page(&Method::POST, &headers(&[host, ("referer", "http://192.168.1.4:8480/ventes")]), "http"));
        assert!(!is_our_page(&Method::POST, &headers(&[host, ("origin", "http://evil.example")]), "http"));
        assert!(!is_our_page(&Method::POST, &headers(&[host, ("origin", "null")]), "http"));
        let secure = headers(&[host, ("origin", "https://192.168.1.4:8480")]);
        assert!(is_our_page(&Method::POST, &secure, "https") && !is_our_page(&Method::POST, &secure, "http"));
        let clear = headers(&[host, ("origin", "http://192.168.1.4:8480")]);
        assert!(!is_our_page(&Method::POST, &clear, "https"), "who changes a page on its way does not change the book");
        assert!(!is_our_page(&Method::POST, &headers(&[host]), "http"), "a browser that says nothing is not believed");
    }
}
