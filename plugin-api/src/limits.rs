//! How much one command may be: what the host lends, answers and keeps.

/// The memory one call may use for the host's answers and its own, in bytes: 8 MiB. Beyond it a call ends as
/// `plugin/limit`.
pub const CALL_BYTES: usize = 8 << 20;

/// How many questions one call may put, tens of times what the largest sharing asks. Beyond it a call ends as
/// `plugin/misbehaved`: answers cost the plugin no time of its own, so without a bound it could ask for ever.
pub const QUESTIONS: u32 = 100_000;

/// The largest entry, form and effects together, in bytes. Beyond it a command is refused as `entry/too-large`.
pub const ENTRY_BYTES: usize = 65_535;

/// The longest text a form takes, in characters: `field/too-long` beyond it.
pub const TEXT_CHARS: usize = 500;
