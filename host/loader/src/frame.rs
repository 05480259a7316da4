//! Frames between the host and a child: kind, number of the call, length, bytes. Neither side believes the other's.

use std::io::{self, ErrorKind, Read, Write};

/// Kind, call, length.
const HEAD: usize = 1 + 8 + 4;
/// How much is read at once.
const GULP: usize = 64 << 10;

/// What a frame is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Host: describe yourself.
    Describe = 1,
    /// Host: answer this message.
    Call,
    /// Host: the answer to a question, or whether the call is cancelled.
    Answer,
    /// Child: the plugin is loaded; how it is held.
    Ready,
    /// Child: the plugin is not let in; why.
    Failed,
    /// Child: the plugin asks.
    Ask,
    /// Child: does anybody wait still?
    Poll,
    /// Child: the plugin returned.
    Done,
}

const KINDS: [Kind; 8] = [Kind::Describe, Kind::Call, Kind::Answer, Kind::Ready, Kind::Failed, Kind::Ask, Kind::Poll, Kind::Done];

/// One frame.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The call it belongs to; 0 before the first.
    pub(crate) call: u64,
    pub(crate) bytes: Vec<u8>,
}

/// One end of the line, with what was read beyond the last frame.
pub(crate) struct Line<S> {
    stream: S,
    /// Where each read lands; made once, since to clear so much for every frame costs more than a small frame itself.
    gulp: Box<[u8]>,
    read: Vec<u8>,
    largest: usize,
}

impl<S: Read + Write> Line<S> {
    /// A line on which no frame may hold more than `largest` bytes.
    pub(crate) fn new(stream: S, largest: usize) -> Line<S> {
        Line { stream, gulp: vec![0; GULP].into(), read: Vec::new(), largest }
    }

    /// Sends one frame, in one write when the other side keeps up.
    pub(crate) fn send(&mut self, kind: Kind, call: u64, parts: &[&[u8]]) -> io::Result<()> {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let told = u32::try_from(len).map_err(|_| ErrorKind::InvalidInput)?;
        let mut bytes = Vec::with_capacity(HEAD + len);
        bytes.push(kind as u8);
        bytes.extend(call.to_le_bytes());
        bytes.extend(told.to_le_bytes());
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        self.stream.write_all(&bytes)
    }

    /// The next frame; `before` each read sets how long that may take. `InvalidData` is a frame that makes no sense.
    pub(crate) fn next(&mut self, mut before: impl FnMut(&S) -> io::Result<()>) -> io::Result<Frame> {
        loop {
            if let Some(frame) = self.cut()? {
                return Ok(frame);
            }
            before(&self.stream)?;
            match self.stream.read(&mut self.gulp) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(got) => self.read.extend_from_slice(&self.gulp[..got]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the other side said more than it was asked.
    pub(crate) fn has_more(&self) -> bool {
        !self.read.is_empty()
    }

    /// Takes a whole frame off what was read.
    fn cut(&mut self) -> io::Result<Option<Frame>> {
        let Some(head) = self.read.first_chunk::<HEAD>() else { return Ok(None) };
        let [kind, rest @ ..] = head;
        let (call, len) = rest.split_first_chunk::<8>().expect("twelve bytes");
        let len = u32::from_le_bytes(len.try_into().expect("four bytes"));
        let kind = KINDS.into_iter().find(|known| *known as u8 == *kind).ok_or(ErrorKind::InvalidData)?;
        let len = usize::try_from(len).ok().filter(|len| *len <= self.largest).ok_or(ErrorKind::InvalidData)?;
        let call = u64::from_le_bytes(*call);
        if self.read.len() < HEAD + len {
            return Ok(None);
        }
        let bytes = self.read[HEAD..HEAD + len].to_vec();
        self.read.drain(..HEAD + len);
        Ok(Some(Frame { kind, call, bytes }))
    }
}

/// Reads what [`put`] and the like wrote, part by part; `None` when there is less than promised.
pub(crate) struct Parts<'a>(pub(crate) &'a [u8]);

impl<'a> Parts<'a> {
    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(part)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        self.take(8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
    }

    /// Bytes after their length.
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        let len = self.number().and_then(|len| usize::try_from(len).ok())?;
        self.take(len)
    }
}

/// Adds bytes after their length.
pub(crate) fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u64).to_le_bytes());
    to.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// Bytes that come as many at a time as `step` says.
    struct Slow(Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let len = buf.len().min(self.1);
            self.0.read(&mut buf[..len])
        }
    }

    impl Write for Slow {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.0.get_mut().write(buf)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(bytes: Vec<u8>, step: usize) -> Line<Slow> {
        Line::new(Slow(Cursor::new(bytes), step), 100)
    }

    #[test]
    fn frames_arrive_as_they_were_sent_however_they_are_cut() {
        let mut sent = line(Vec::new(), 0);
        sent.send(Kind::Ask, 7, &[b"how ", b"much"]).unwrap();
        sent.send(Kind::Done, u64::MAX, &[]).unwrap();
        let bytes = sent.stream.0.into_inner();
        for step in 1..bytes.len() {
            let mut line = line(bytes.clone(), step);
            assert_eq!(line.next(|_| Ok(())).unwrap(), Frame { kind: Kind::Ask, call: 7, bytes: b"how much".to_vec() });
            assert_eq!(line.next(|_| Ok(())).unwrap(), Frame { kind: Kind::Done, call: u64::MAX, bytes: Vec::new() });
            assert!(!line.has_more());
            assert_eq!(line.next(|_| Ok(())).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_frame_of_no_kind_or_of_too_many_bytes_is_not_waited_for() {
        let head = |kind: u8, len: u32| [&[kind][..], &[0; 8], &len.to_le_bytes()].concat();
        for bytes in [head(0, 0), head(9, 0), head(255, 1), head(1, 101), head(8, u32::MAX)] {
            assert_eq!(line(bytes, 100).next(|_| Ok(())).unwrap_err().kind(), ErrorKind::InvalidData);
        }
    }

    #[test]
    fn parts_never_reach_beyond_their_bytes() {
        let mut bytes = Vec::new();
        put(&mut bytes, b"one");
        assert_eq!(Parts(&bytes).text(), Some(&b"one"[..]));
        for short in 0..bytes.len() {
            assert_eq!(Parts(&bytes[..short]).text(), None);
        }
        assert_eq!(Parts(&u64::MAX.to_le_bytes()).text(), None);
    }
}
