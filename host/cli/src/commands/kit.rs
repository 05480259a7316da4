//! `plugin new` and `plugin sdk`: what an author needs before there is a plugin.

use crate::kit::scaffold::{self, Purpose, Tongue};
use crate::kit::sdk;
use crate::session::Session;
use crate::told::Failure;
use baara_plugin_api::{Refusal, json};
use baara_reports::Said;

/// Writes the folder of a new plugin.
pub(crate) fn new(
    session: &mut Session,
    id: &str,
    purpose: Purpose,
    tongue: Tongue,
    to: Option<&str>,
    archive: Option<&str>,
) -> Result<(), Failure> {
    let folder = session.file(to.unwrap_or(id));
    let archive = archive.map(|file| session.file(file)).or_else(sdk::beside);
    scaffold::write(id, purpose, tongue, &folder, archive.as_deref())?;
    let shown = folder.display().to_string();
    let said = Said::new("screen.plugin-made").with("plugin", id).with("folder", &shown);
    session.say(&said, &json!({"ok": true, "plugin": id, "folder": shown}));
    Ok(())
}

/// Packs the SDK from the sources in the folder it is typed in.
pub(crate) fn sdk(session: &mut Session, out: Option<&str>) -> Result<(), Failure> {
    let file = out.map(|file| session.file(file)).or_else(sdk::beside).unwrap_or_else(|| session.file(sdk::ARCHIVE));
    let bytes = sdk::pack(&session.folder, &file)
        .map_err(|error| Refusal::new("kit/not-packed").with("folder", session.folder.display()).with("why", error))?;
    let shown = file.display().to_string();
    let said = Said::new("screen.sdk-made").with("file", &shown).with("kilobytes", bytes.div_ceil(1000));
    session.say(&said, &json!({"ok": true, "file": shown, "bytes": bytes}));
    Ok(())
}
