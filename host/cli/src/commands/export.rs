//! `export`: every entry as kept, or a journal that hledger reads.

use crate::session::Session;
use crate::told::Failure;
use baara_plugin_api::{Refusal, json};
use baara_reports::Said;

/// Writes the whole book in a format.
pub(crate) fn export(session: &mut Session, format: &str, to: Option<&str>) -> Result<(), Failure> {
    let desk = session.desk()?;
    let mut text = Vec::new();
    match format {
        "jsonl" => desk.export_jsonl(&mut text)?,
        _ => desk.export_hledger(&mut text)?,
    }
    match to {
        None => session.out.push_str(&String::from_utf8_lossy(&text)),
        Some(to) => {
            let file = session.file(to);
            std::fs::write(&file, &text).map_err(|e| Refusal::new("file/unwritable").with("file", file.display()).with("why", e.kind()))?;
            let (file, entries) = (file.display().to_string(), desk.book().size());
            let said = Said::new("screen.saved").with("file", &file).with("entries", entries);
            session.say(&said, &json!({"ok": true, "file": file, "entries": entries}));
        }
    }
    Ok(())
}
