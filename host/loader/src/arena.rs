//! The memory of one call: lent to the plugin, owned by the host, used again for the next call.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::{NonNull, null_mut};

/// How much one call may use.
pub(crate) const QUOTA: usize = baara_plugin_api::limits::CALL_BYTES;
/// The largest alignment anybody asks for: a page.
const MAX_ALIGN: usize = 4096;
const FIRST_CHUNK: usize = 64 << 10;

/// Bump-allocated chunks. Bytes beyond a chunk's `used` are zero, so a call never sees what an earlier one left.
pub(crate) struct Arena {
    chunks: Vec<Chunk>,
    /// Bytes handed out in this call, padding included.
    spent: usize,
}

struct Chunk {
    start: NonNull<u8>,
    layout: Layout,
    used: usize,
}

// SAFETY: An arena owns its chunks; nothing in it belongs to a thread.
unsafe impl Send for Arena {}

impl Arena {
    pub(crate) fn new() -> Arena {
        Arena { chunks: Vec::new(), spent: 0 }
    }

    /// Room for `size` zeroed bytes until [`reset`](Arena::reset); null when that is too much or `align` is odd.
    pub(crate) fn alloc(&mut self, size: usize, align: usize) -> *mut u8 {
        if !align.is_power_of_two() || align > MAX_ALIGN || size > QUOTA - self.spent {
            return null_mut();
        }
        if let Some(room) = self.chunks.last_mut().and_then(|chunk| chunk.bump(size, align)) {
            return self.spend(room);
        }
        // No overflow: `size` is at most QUOTA, and a chunk grows with what was spent, also at most QUOTA.
        let wanted = (size + align).max(self.spent).max(FIRST_CHUNK).next_power_of_two();
        match Chunk::new(wanted) {
            Some(mut chunk) => {
                let room = chunk.bump(size, align);
                self.chunks.push(chunk);
                room.map_or(null_mut(), |room| self.spend(room))
            }
            None => null_mut(),
        }
    }

    fn spend(&mut self, (room, bytes): (*mut u8, usize)) -> *mut u8 {
        if bytes > QUOTA - self.spent {
            return null_mut();
        }
        self.spent += bytes;
        room
    }

    /// The `len` bytes at `ptr`, if all of them were handed out in this call.
    pub(crate) fn read(&self, ptr: *const u8, len: usize) -> Option<&[u8]> {
        let chunk = self.chunks.iter().find(|chunk| {
            let before = ptr.addr().checked_sub(chunk.start.addr().get());
            before.is_some_and(|before| before < chunk.used && len <= chunk.used - before)
        })?;
        let before = ptr.addr() - chunk.start.addr().get();
        // SAFETY: Inside the used part of a chunk of ours, zeroed when made. The plugin has returned or waits for us, so
        // nobody writes there. The pointer is ours, not the plugin's: only its address is taken.
        Some(unsafe { std::slice::from_raw_parts(chunk.start.as_ptr().add(before), len) })
    }

    /// Ends the call: what was handed out is void, and zero again.
    pub(crate) fn reset(&mut self) {
        self.spent = 0;
        // The last chunk is the largest; one that suffices is all the next call needs.
        let before_last = self.chunks.len().saturating_sub(1);
        self.chunks.drain(..before_last);
        if let Some(chunk) = self.chunks.first_mut() {
            // SAFETY: The used part of a chunk of ours.
            unsafe { chunk.start.as_ptr().write_bytes(0, chunk.used) };
            chunk.used = 0;
        }
    }
}

impl Chunk {
    fn new(size: usize) -> Option<Chunk> {
        let layout = Layout::from_size_align(size, MAX_ALIGN).ok()?;
        // SAFETY: The size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Chunk { start, layout, used: 0 })
    }

    /// The next `size` bytes at `align`, and how many they cost with their padding. At least one byte each, so that no
    /// two answers share an address.
    fn bump(&mut self, size: usize, align: usize) -> Option<(*mut u8, usize)> {
        let from = self.used.next_multiple_of(align);
        let to = from + size.max(1);
        if to > self.layout.size() {
            return None;
        }
        let cost = to - self.used;
        self.used = to;
        // SAFETY: `from` lies inside the chunk, whose start is a multiple of every `align`.
        Some((unsafe { self.start.as_ptr().add(from) }, cost))
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: Made with this layout, and dropped once.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_wishes_get_null_and_cost_nothing() {
        let mut arena = Arena::new();
        for (size, align) in [(usize::MAX, 1), (1 << 40, 8), (2 << 30, 16), (QUOTA + 1, 1), (8, 3), (8, 0), (8, 8192), (8, 1 << 63)] {
            assert!(arena.alloc(size, align).is_null(), "{size} bytes at {align}");
        }
        assert!(!arena.alloc(QUOTA - 1, 1).is_null());
    }

    #[test]
    fn a_call_gets_its_quota_and_no_more() {
        let mut arena = Arena::new();
        for _ in 0..2 {
            let blocks = (0..).take_while(|_| !arena.alloc(1 << 10, 4096).is_null()).count();
            assert!((2040..=2048 * 4).contains(&blocks), "{blocks}");
            arena.reset();
        }
    }

    #[test]
    fn only_what_was_handed_out_is_read() {
        let mut arena = Arena::new();
        let room = arena.alloc(100, 8);
        let far = arena.alloc(1 << 20, 64);
        assert_eq!(far.addr() % 64, 0);
        assert_eq!(arena.read(room, 100), Some(&[0; 100][..]));
        assert_eq!(arena.read(far.wrapping_add(10), (1 << 20) - 10).map(<[u8]>::len), Some((1 << 20) - 10));
        for (ptr, len) in [
            (room.cast_const(), 101),
            (room.wrapping_sub(1), 2),
            (room, 1 << 60),
            (room, usize::MAX),
            (far, (1 << 20) + 1),
            (std::ptr::null(), 1),
            (std::ptr::without_provenance(0x1234), 4),
            (b"static".as_ptr(), 6),
        ] {
            assert_eq!(arena.read(ptr, len), None);
        }
    }

    #[test]
    fn the_next_call_finds_zeroes() {
        let mut arena = Arena::new();
        let room = arena.alloc(4, 1);
        // SAFETY: Four bytes of ours.
        unsafe { room.write_bytes(7, 4) };
        assert_eq!(arena.read(room, 4), Some(&[7; 4][..]));
        arena.reset();
        assert_eq!(arena.read(room, 4), None);
        let again = arena.alloc(4, 1);
        assert_eq!((again, arena.read(again, 4)), (room, Some(&[0; 4][..])));
    }
}
