//! A plugin in a process of its own, seen from inside: confined before the first of its bytes runs, then one call at a time.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use baara_plugin_api::abi::{STATUS_BAD_MESSAGE, STATUS_INTERNAL};

use crate::budget::Allowance;
use crate::fault::Misdeed;
use crate::frame::{Frame, Kind, Line, Parts};
use crate::inside::Inside;
use crate::inspect::Abi;
use crate::isolation::Sandbox;
use crate::load;
use crate::loaded::{Asked, Raw, What};
use crate::refused::Why;
use crate::sandbox;

/// How often the host is asked whether anybody waits still.
const POLLED: Duration = Duration::from_millis(1);

/// What the host says on the command line.
struct Orders {
    host: u32,
    whole: bool,
    /// None for a child that only tells what holds it.
    plugin: Option<(PathBuf, String, Abi)>,
}

/// Becomes the child of one plugin. The words are those the host put after its runner's own; the line to the host is the
/// standard input. Ends when the host does.
pub fn run_child(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some(orders) = orders(words) else {
        eprintln!("started by a host, not by hand");
        return ExitCode::from(2);
    };
    match serve(&orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}

fn orders(words: impl IntoIterator<Item = OsString>) -> Option<Orders> {
    let mut words = words.into_iter();
    let host = words.next()?.to_str()?.parse().ok()?;
    let whole = words.next()? == "whole";
    let plugin = match words.next() {
        None => None,
        Some(copy) => {
            let entry = words.next()?.into_string().ok()?;
            let numbers: Vec<u16> = words.map_while(|word| word.to_str()?.parse().ok()).collect();
            let [major, minor, min_minor, flags] = numbers[..] else { return None };
            Some((PathBuf::from(copy), entry, Abi { major, minor, min_minor, flags }))
        }
    };
    Some(Orders { host, whole, plugin })
}

fn serve(orders: &Orders) -> io::Result<()> {
    let mut line = Line::new(sandbox::descriptors()?, usize::MAX);
    sandbox::bind_to(orders.host)?;
    let copy = orders.plugin.as_ref().map(|(copy, ..)| copy.as_path());
    let held = sandbox::enter(copy)?;
    let Some((copy, entry, said)) = &orders.plugin else { return greet(&mut line, held) };
    if orders.whole && !held.is_whole() {
        return fail(&mut line, &Why::NoSandbox { missing: held.missing() });
    }
    match load::open(copy, entry, *said) {
        Err(why) => fail(&mut line, &why),
        Ok(inside) => {
            if held.seccomp {
                sandbox::tighten()?;
            }
            greet(&mut line, held)?;
            listen(inside, line)
        }
    }
}

fn greet(line: &mut Line<File>, held: Sandbox) -> io::Result<()> {
    line.send(Kind::Ready, 0, &[&[u8::from(held.landlock), u8::from(held.seccomp)]])
}

fn fail(line: &mut Line<File>, why: &Why) -> io::Result<()> {
    line.send(Kind::Failed, 0, &[why.to_wire().as_bytes()])
}

fn listen(inside: Inside, line: Line<File>) -> io::Result<()> {
    let line = RefCell::new(line);
    loop {
        let frame = match line.borrow_mut().next(|_| Ok(())) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        };
        let Frame { kind, call, bytes } = frame;
        let mut parts = Parts(&bytes);
        let (allowance, known) = head(&mut parts).ok_or_else(nonsense)?;
        let mut host = Host { line: &line, call, known, used: 0, polled: Cell::new(None) };
        let outcome = match kind {
            Kind::Describe => inside.run(What::Describe, allowance, None),
            Kind::Call => inside.run(What::Call(parts.0), allowance, Some(&mut host)),
            _ => return Err(nonsense()),
        };
        let used = host.used;
        let (tag, number, bytes) = match &outcome {
            Ok(Raw { status, bytes }) => (0, i64::from(*status).to_le_bytes(), &bytes[..]),
            Err(Misdeed::OutsideArena { len }) => (1, (*len as u64).to_le_bytes(), &[][..]),
            Err(Misdeed::UnknownStatus(status)) => (3, i64::from(*status).to_le_bytes(), &[][..]),
            Err(_) => (2, [0; 8], &[][..]),
        };
        line.borrow_mut().send(Kind::Done, call, &[&[tag], &used.to_le_bytes(), &number, bytes])?;
    }
}

/// A question and its answer.
type Known<'a> = (&'a [u8], &'a [u8]);

/// The budget, and the answers that came along.
fn head<'a>(parts: &mut Parts<'a>) -> Option<(Allowance, Vec<Known<'a>>)> {
    let budget = Duration::from_micros(parts.number()?);
    let known: Option<Vec<Known<'a>>> = (0..parts.number()?).map(|_| Some((parts.text()?, parts.text()?))).collect();
    Some((Allowance::new(budget).asking(u32::MAX), known?)) // The host counts them.
}

fn nonsense() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// The host, at the other end of the line.
struct Host<'a> {
    line: &'a RefCell<Line<File>>,
    call: u64,
    known: Vec<Known<'a>>,
    /// Which of the known answers were wanted, a bit each.
    used: u64,
    polled: Cell<Option<Instant>>,
}

impl Host<'_> {
    /// Without the host there is nobody to work for.
    fn exchange(&self, kind: Kind, bytes: &[u8]) -> Vec<u8> {
        let mut line = self.line.borrow_mut();
        let told = line.send(kind, self.call, &[bytes]).and_then(|()| line.next(|_| Ok(())));
        match told {
            Ok(Frame { kind: Kind::Answer, call, bytes }) if call == self.call => bytes,
            _ => std::process::exit(4),
        }
    }
}

impl Asked for Host<'_> {
    fn answer(&mut self, question: &[u8]) -> Result<Vec<u8>, i32> {
        if let Some(n) = self.known.iter().position(|known| known.0 == question) {
            self.used |= 1 << n;
            return answer_of(self.known[n].1);
        }
        answer_of(&self.exchange(Kind::Ask, question))
    }

    fn cancelled(&self) -> bool {
        if self.polled.get().is_some_and(|last| last.elapsed() < POLLED) {
            return false;
        }
        let gone = self.exchange(Kind::Poll, &[]) != [0];
        self.polled.set(Some(Instant::now()));
        gone
    }
}

/// The answer behind the byte that says whether there is one.
fn answer_of(told: &[u8]) -> Result<Vec<u8>, i32> {
    match told {
        [0, answer @ ..] => Ok(answer.to_vec()),
        [1, ..] => Err(STATUS_INTERNAL),
        _ => Err(STATUS_BAD_MESSAGE),
    }
}
