//! A page as a browser reads it, strictly: what our pages never write is an error, not a guess.

/// A part of a page.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A tag that opens, with its attributes as they are meant.
    Tag { name: String, attributes: Vec<(String, String)> },
    /// A tag that ends.
    End,
    /// Text as it is meant.
    Text(String),
}

impl Piece {
    /// True for an opening tag of this name.
    pub(crate) fn is(&self, wanted: &str) -> bool {
        matches!(self, Piece::Tag { name, .. } if name == wanted)
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&str> {
        let Piece::Tag { attributes, .. } = self else { return None };
        attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// Reads a page.
///
/// # Errors
/// What a page of ours never has: a stray `<`, `>` or `&`, an attribute without quotes.
pub(crate) fn pieces(page: &str) -> Result<Vec<Piece>, String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").ok_or("no page of ours")?;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        if !text.is_empty() {
            pieces.push(Piece::Text(meant(text)?));
        }
        rest = after;
        if let Some(inside) = rest.strip_prefix('<') {
            let (piece, after) =
                tag(inside).ok_or_else(|| format!("no tag of ours: {:?}", rest.chars().take(80).collect::<String>()))??;
            pieces.push(piece);
            rest = after;
        }
    }
    Ok(pieces)
}

/// A tag after its `<`, and what follows it; `None` when it is none that we write.
fn tag(text: &str) -> Option<Result<(Piece, &str), String>> {
    let named = |text: &str| text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':'))).filter(|at| *at > 0);
    if let Some(text) = text.strip_prefix('/') {
        return Some(Ok((Piece::End, text[named(text)?..].strip_prefix('>')?)));
    }
    let (name, mut rest) = text.split_at(named(text)?);
    let mut attributes = Vec::new();
    while let Some(after) = rest.strip_prefix(' ') {
        let (name, after) = after.split_at(named(after)?);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(after) => after.split_once('"')?,
            None => ("", after),
        };
        match meant(value) {
            Ok(value) => attributes.push((name.to_owned(), value)),
            Err(what) => return Some(Err(what)),
        }
        rest = after;
    }
    Some(Ok((Piece::Tag { name: name.to_owned(), attributes }, rest.strip_prefix('>')?)))
}

/// Text as it is meant: the four signs that a page writes in words.
fn meant(text: &str) -> Result<String, String> {
    if text.contains(['<', '>']) {
        return Err(format!("a stray sign in {text:?}"));
    }
    let mut parts = text.split('&');
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let signs = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"')];
        let (sign, rest) = signs.iter().find_map(|(word, sign)| Some((sign, part.strip_prefix(word)?))).ok_or("a stray &")?;
        all.push(*sign);
        all.push_str(rest);
    }
    Ok(all)
}

/// The texts of a page, each between two tags.
pub(crate) fn texts(page: &[Piece]) -> Vec<&str> {
    page.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
}

/// What stands in the field of a name.
pub(crate) fn field_holds(page: &[Piece], name: &str) -> Option<String> {
    let at = page.iter().position(|piece| piece.attribute("name") == Some(name) && (piece.is("input") || piece.is("textarea")))?;
    match page.get(at + 1) {
        _ if page[at].is("input") => page[at].attribute("value").map(str::to_owned),
        Some(Piece::Text(text)) => Some(text.clone()),
        _ => Some(String::new()),
    }
}
