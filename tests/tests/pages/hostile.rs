//! What hostile or broken programs send: no page breaks, no fault is told, the server lives, the journal is whole.
//!
//! Requests are written to the wire byte by byte, since a well-made client refuses to send most of them. They come from
//! a generator with a fixed seed: the same ten thousand each time, and a failure names the one that failed.

use baara_tests::{Browser, Served, Story};
use baara_web::addresses;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// How many requests.
const MANY: u64 = 10_000;

/// Numbers that look random and are the same every time: xorshift, one seed a request.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(request: u64) -> Dice {
        Dice(0x2545_f491_4f6c_dd1d ^ (request + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n).expect("small")).expect("small")
    }

    pub(crate) fn one<'l, T: ?Sized>(&mut self, of: &[&'l T]) -> &'l T {
        of[self.below(of.len())]
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const METHODS: &[&str] =
    &["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "G\u{e9}T", "", "POST POST", "PRI"];

const PIECES: &[&[u8]] = &[
    b"",
    b"%",
    b"%00",
    b"%ff%fe",
    b"%c3%28",
    b"%2e%2e%2f",
    b"../..",
    b"%0d%0aX-Y:%20z",
    b"-1",
    b"18446744073709551616",
    b"9223372036854775807",
    b"0x10",
    b"1e400",
    b"NaN",
    b"lines.1.item",
    b"lines.4294967295.item",
    b"_key",
    b"_date",
    b"{",
    b"[]",
    b"kon-magasin",
    b"store/kon-magasin",
    b"lot/kon-20-9999",
    b"item/mais-grain",
    b"2020-02-30",
    b"1,250 kg",
    b"\xff\xfe\x00",
    b"\xc3\xa9",
    b"+++",
    b"%F0%9F%92%A3",
    b"a=b=c",
    b";&;&",
];

/// What stands in a form: sometimes names it knows, so that the value is reached.
const NAMES: &[&[u8]] = &[
    b"code",
    b"label",
    b"item",
    b"quantity",
    b"lines.1.item",
    b"lines.1.quantity",
    b"_key",
    b"_key",
    b"_date",
    b"_leave",
    b"late-reason",
    b"do",
    b"what",
    b"qui",
    b"site",
    b"secret",
    b"seq",
    b"unit",
    b"1.label",
    b"25.quantity",
    b"standing",
    b"figures",
    b"vers",
    b"_more",
];

fn piece(dice: &mut Dice) -> Vec<u8> {
    if dice.once_in(60) { vec![b'a'; 1 + dice.below(9000)] } else { dice.one(PIECES).to_vec() }
}

fn path(dice: &mut Dice) -> Vec<u8> {
    let routes: Vec<&str> = addresses().map(|(_, path, _)| path).filter(|path| *path != "/deconnexion").collect();
    let mut path = Vec::new();
    for part in dice.one(&routes).trim_start_matches('/').split('/') {
        path.push(b'/');
        if part.starts_with('{') { path.extend(piece(dice)) } else { path.extend(part.as_bytes()) }
    }
    if dice.once_in(3) {
        path.push(b'?');
        path.extend(form(dice));
    }
    if dice.once_in(40) {
        path = dice.one(&[&b"*"[..], b"//", b"http://evil.example/", b"\\", b"/%", b"/\x7f", b"?", b""]).to_vec();
    }
    path
}

/// Names and values, some of them twice.
fn form(dice: &mut Dice) -> Vec<u8> {
    let mut form = Vec::new();
    for _ in 0..dice.below(6) {
        let name = if dice.once_in(4) { piece(dice) } else { dice.one(NAMES).to_vec() };
        let times = if dice.once_in(5) { 2 } else { 1 };
        for _ in 0..times {
            form.extend([&name[..], b"=", &piece(dice), b"&"].concat());
        }
    }
    form
}

fn json(dice: &mut Dice) -> Vec<u8> {
    match dice.below(7) {
        0 => [b"[".repeat(50_000), b"]".repeat(50_000)].concat(),
        1 => b"{\"a\":".repeat(40_000),
        2 => b"{\"code\":1e999,\"label\":-0}".to_vec(),
        3 => b"{\"code\":\"\\ud800\",\"code\":\"x\"}".to_vec(),
        4 => [&b"{\"code\":\""[..], &piece(dice), b"\",\"label\":{\"deep\":[null,[true]]}}"].concat(),
        5 => b"{\"_date\":20200101,\"_id\":[],\"_leave\":{},\"lines\":[[[]]]}".to_vec(),
        _ => piece(dice),
    }
}

/// One request, as bytes; `false` when it promises more than it has, and the line must end for the server to know.
fn request(dice: &mut Dice, at: &str, cookie: &str) -> (Vec<u8>, bool) {
    let method = if dice.once_in(6) { dice.one(METHODS) } else { dice.one(&["GET", "POST"]) };
    let body = match dice.below(12) {
        0..5 => form(dice),
        5..8 => json(dice),
        8 => vec![b'x'; 600 * 1024], // Longer than the longest form.
        9 => (0..dice.below(400)).map(|_| u8::try_from(dice.below(256)).expect("a byte")).collect(),
        _ => Vec::new(),
    };
    let version = if dice.once_in(50) { dice.one(&["HTTP/9.9", "HTTP/1.0", "", "HTTP", "HTTP/1.1 x"]) } else { "HTTP/1.1" };
    let mut all = [method.as_bytes(), b" ", &path(dice), b" ", version.as_bytes(), b"\r\n"].concat();
    let mut head = |name: &str, value: &[u8]| all.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    let host = if dice.once_in(25) { dice.one(&["evil.example", "", "127.0.0.1, evil.example", "[::1", "localhost:99999"]) } else { at };
    if !dice.once_in(80) {
        head("host", host.as_bytes());
    }
    if dice.once_in(90) {
        head("host", b"evil.example");
    }
    let own = format!("http://{at}");
    let origin =
        if dice.once_in(15) { dice.one(&["null", "http://evil.example", "://", "", "http://127.0.0.1:1", "\u{e9}"]) } else { &own };
    head("origin", origin.as_bytes());
    if dice.once_in(12) {
        head("cookie", dice.one(&[&b"baara=\xff"[..], b"baara=", b";;;=", b"langue=xx", b"baara=0; baara=1"]));
    } else {
        head("cookie", cookie.as_bytes());
    }
    let kind = ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "text/plain; charset=\u{e9}", ""];
    head("content-type", dice.one(&kind).as_bytes());
    let length = body.len().to_string();
    let odd = ["-1", "99999999999999999999999", "0x10", "", "1, 2", "18446744073709551615"];
    let mut whole = !dice.once_in(20);
    head("content-length", if whole { length.as_str() } else { dice.one(&odd) }.as_bytes());
    if dice.once_in(30) {
        whole = false;
        let odd: [(&str, &[u8]); 7] = [
            ("content-length", b"5"),
            ("transfer-encoding", b"chunked"),
            ("transfer-encoding", b"gzip, x"),
            ("accept-encoding", b"gzip;q=\xff, br"),
            ("expect", b"100-continue"),
            ("x y", b"a name with a space"),
            ("x-long", &[b'z'; 20_000]),
        ];
        let (name, value) = odd[dice.below(odd.len())];
        head(name, value);
    }
    head("connection", b"close");
    all.extend(b"\r\n");
    all.extend(body);
    if dice.once_in(25) {
        let cut = dice.below(all.len());
        all.truncate(cut); // The wifi ends here.
        whole = false;
    }
    (all, whole)
}

/// Sends bytes, and gives the status that came; `None` when the server hung up without one.
fn send(at: &str, bytes: &[u8], whole: bool) -> Option<u16> {
    let mut line = TcpStream::connect(at).expect("the server listens");
    line.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit can be set");
    let _ = line.write_all(bytes); // The server may have answered and hung up before the end.
    if !whole {
        let _ = line.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    match line.read_to_end(&mut answer) {
        Err(no) if matches!(no.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
            panic!("no answer within a minute")
        }
        _ => {} // Cut off by the other side: what came, came.
    }
    let line = answer.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(line).ok()?.parse().ok()
}

#[test]
fn ten_thousand_malformed_requests_break_nothing() {
    let mut story = Story::new();
    story.tell("# A farm in use\n```do\ngiven kon-in-use\n```\n");
    let served = Served::new(story.close());
    let people: Vec<Browser> = ["kon-head", "kon-chair", "kon-keeper", "kon-admin"].map(|person| served.person(person)).into();
    let lanes = 4;
    let answered: u64 = std::thread::scope(|scope| {
        let lane = |first: u64| {
            let (at, people) = (&served.at, &people);
            move || {
                let numbers = (first..MANY).step_by(4);
                let answered = numbers.filter(|number| {
                    let mut dice = Dice::of(*number);
                    let cookie = &people[dice.below(people.len())].cookie;
                    let (bytes, whole) = request(&mut dice, at, cookie);
                    let status = send(at, &bytes, whole);
                    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(700)]).into_owned();
                    assert!(status.is_none_or(|status| status < 500), "request {number}: {status:?}\n{shown}");
                    status.is_some()
                });
                u64::try_from(answered.count()).expect("small")
            }
        };
        let lanes: Vec<_> = (0..lanes).map(|first| scope.spawn(lane(first))).collect();
        lanes.into_iter().map(|lane| lane.join().expect("no request fails")).sum()
    });
    assert!(answered > MANY * 8 / 10, "most were understood well enough to be answered: {answered}");
    assert_eq!(people[0].get("/").status, 200, "the next page answers");
    let verified = served.desk.verify(|_| {}).expect("the journal can be read");
    assert!(verified.ok(), "{verified:?}");
    assert_eq!(verified.digest, served.desk.book().digest(), "and what is shown is what it says");
}
