//! `import`: a CSV file as one batch, all of it or nothing, every bad line told.

use super::record::{declaration, submission};
use crate::cli::Common;
use crate::parts;
use crate::session::Session;
use crate::told::{BadLine, Failure};
use baara_desk::{Answer, Submission, fold};
use baara_plugin_api::{FieldError, FieldType, KindDeclaration, Map, Refusal, Value, json};
use baara_reports::{Said, Words};

/// A line of the file: its number, and its fields by column.
#[derive(Clone, PartialEq, Debug)]
struct Line {
    at: u64,
    fields: Map,
}

/// The columns that every kind takes besides its own fields.
const COMMON: &[&str] = &["date", "site", "leave", "id", "late-reason"];

/// A kind no book knows: with it, a batch is judged whole and recorded never.
const UNRECORDABLE: &str = "unrecordable/0";

/// Records every line of a file as one form.
pub(crate) fn import(session: &mut Session, kind: &str, file: &str, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let form = declaration(&desk, kind)?;
    let path = session.file(file);
    let bytes = std::fs::read(&path).map_err(|e| Refusal::new("file/unreadable").with("file", path.display()).with("why", e.kind()))?;
    let text = String::from_utf8(bytes).map_err(|e| bad_text(file, &e))?;
    let names = columns(&text, &form, &session.words)?;
    let (lines, mut bad) = read(&text, &names, &form);
    if lines.is_empty() && bad.is_empty() {
        return Err(Refusal::new("import/empty").with("file", file).into());
    }
    let bar = parts::progress(&session.words, "screen.progress-import", Some(lines.len() as u64));
    let mut submissions = Vec::with_capacity(lines.len());
    let base = submission(session, &desk, &form.kind, Map::new(), common)?;
    for line in &lines {
        let mut one = base.clone();
        let mut fields = line.fields.clone();
        let own = |name: &str| form.fields.iter().any(|f| f.name == name);
        let mut take = |name: &str| if own(name) { None } else { fields.remove(name).and_then(|v| v.as_str().map(str::to_owned)) };
        let (date, site, leave, id) = (take("date"), take("site"), take("leave"), take("id"));
        let mut wrong = |name: &str, failure: &Failure| {
            let Failure::Refused(refusal) = failure else { return };
            let error = FieldError { field: name.to_owned(), code: refusal.code.clone(), args: refusal.args.clone() };
            bad.push(bad_field(line.at, &names, &error, &form.kind, &session.words));
        };
        match date.as_deref().map(parts::day).transpose() {
            Ok(day) => one.date = day.or(one.date),
            Err(failure) => wrong("date", &failure),
        }
        match site.as_deref().map(|s| session.site(&desk, Some(s), None)).transpose() {
            Ok(site) => one.site = site.unwrap_or(one.site),
            Err(failure) => wrong("site", &failure),
        }
        if let Some(leave) = leave {
            let whole = if leave.contains('/') { leave } else { format!("decision/{leave}") };
            match baara_plugin_api::Id::parse(&whole) {
                Ok(id) => one.leave = Some(id),
                Err(_) => wrong("leave", &Refusal::new("field/not-an-id").with("came", &whole).with("expected", "decision").into()),
            }
        }
        one.id = id.unwrap_or_default();
        one.fields = fields;
        submissions.push(one);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !bad.is_empty() {
        // Nothing may be recorded, and the desk still tells what is wrong with every line.
        submissions.push(Submission { kind: UNRECORDABLE.to_owned(), ..base });
    }
    let answers = desk.submit_whole(submissions);
    let seqs: Vec<u64> = answers.iter().filter_map(Answer::seq).collect();
    for (line, answer) in lines.iter().zip(answers) {
        match answer {
            Answer::Recorded(_) | Answer::Waiting(_) => {}
            Answer::Fields(errors) => bad.extend(errors.iter().map(|e| bad_field(line.at, &names, e, &form.kind, &session.words))),
            Answer::Refused(refusal) => {
                let told = session.words.refusal(&refusal);
                let text = [told.happened, told.expected, told.attempt].join(" ; ");
                bad.push(BadLine { line: line.at, column: 0, name: String::new(), code: refusal.code, text });
            }
            Answer::Fault(fault) => return Err(fault.into()),
        }
    }
    if !bad.is_empty() {
        bad.sort_by_key(|b| (b.line, b.column));
        bad.dedup();
        return Err(Failure::Lines(bad));
    }
    let (first, last) = (seqs.first().copied().unwrap_or(0), seqs.last().copied().unwrap_or(0));
    let said = Said::new("screen.imported").with("n", seqs.len()).with("first", first).with("last", last);
    session.say(&said, &json!({"ok": true, "lines": seqs.len(), "first": first, "last": last}));
    Ok(())
}

fn bad_text(file: &str, error: &std::string::FromUtf8Error) -> Failure {
    let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
    Refusal::new("import/not-utf8").with("file", file).with("line", line).into()
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or("");
    let count = |mark: char| {
        let mut quoted = false;
        head.chars()
            .filter(|c| {
                quoted ^= *c == '"';
                *c == mark && !quoted
            })
            .count()
    };
    let delimiter = if count(';') >= count(',') && count(';') >= count('\t') {
        b';'
    } else if count(',') >= count('\t') {
        b','
    } else {
        b'\t'
    };
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes())
}

/// The fields the first line names, by code or by their words in either language.
fn columns(text: &str, form: &KindDeclaration, words: &Words) -> Result<Vec<String>, Failure> {
    let mut reader = reader(text);
    let head = reader.headers().expect("a text in memory is read").clone();
    let (mut names, mut bad) = (Vec::new(), Vec::new());
    for (at, title) in head.iter().enumerate() {
        let own = form.fields.iter().find(|f| f.name == title || fold(&words.field(&form.kind, &f.name)) == fold(title));
        let common = COMMON.iter().find(|c| **c == title || fold(&words.column(c)) == fold(title));
        match (own.map(|f| f.name.as_str()), common) {
            (Some(name), _) | (None, Some(&name)) => names.push(name.to_owned()),
            (None, None) => {
                let fields: Vec<&str> = form.fields.iter().map(|f| f.name.as_str()).chain(COMMON.iter().copied()).collect();
                let refusal = Refusal::new("import/no-such-column").with("column", title).with("fields", fields.join(", "));
                let told = words.refusal(&refusal);
                let text = [told.happened, told.expected, told.attempt].join(" ; ");
                bad.push(BadLine { line: 1, column: at + 1, name: title.to_owned(), code: refusal.code, text });
                names.push(String::new());
            }
        }
    }
    if bad.is_empty() { Ok(names) } else { Err(Failure::Lines(bad)) }
}

/// The lines below the first; lines with nothing in them are passed over.
fn read(text: &str, names: &[String], form: &KindDeclaration) -> (Vec<Line>, Vec<BadLine>) {
    let (mut lines, mut bad) = (Vec::new(), Vec::new());
    for record in reader(text).records() {
        let record = record.expect("a text in memory is read");
        if record.iter().all(str::is_empty) {
            continue;
        }
        let at = line_of(text, record.position());
        let mut fields = Map::new();
        for (name, value) in names.iter().zip(record.iter()).filter(|(_, value)| !value.is_empty()) {
            let lines = form.fields.iter().any(|f| f.name == *name && matches!(f.kind, FieldType::Lines { .. }));
            let value = if lines { value.split('|').map(|l| Value::from(l.trim())).collect() } else { Value::from(value) };
            fields.insert(name.clone(), value);
        }
        if record.len() > names.len() {
            let text = format!("{} > {}", record.len(), names.len());
            bad.push(BadLine { line: at, column: names.len() + 1, name: String::new(), code: "import/too-many-cells".to_owned(), text });
        }
        lines.push(Line { at, fields });
    }
    (lines, bad)
}

/// The line a record begins on; the reader's own count stands before the line's end of the one above.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let bytes = text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes();
    let begin = position.and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(0).min(bytes.len());
    let blank = bytes[begin..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    bytes[..begin + blank].iter().filter(|b| **b == b'\n').count() as u64 + 1
}

fn bad_field(line: u64, names: &[String], error: &FieldError, kind: &str, words: &Words) -> BadLine {
    let name = error.field.split('.').next().unwrap_or("");
    let column = names.iter().position(|n| n == name).map_or(0, |at| at + 1);
    BadLine { line, column, name: name.to_owned(), code: error.code.clone(), text: words.field_error(kind, error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::Field;
    use baara_reports::Language;

    fn harvest() -> KindDeclaration {
        let field = |name: &str, kind: FieldType| Field { name: name.to_owned(), kind, required: false, sealed: false };
        let fields =
            vec![field("plot", FieldType::Text), field("quantity", FieldType::Text), field("lines", FieldType::Lines { of: vec![] })];
        KindDeclaration::form("harvest/1", fields, &[])
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let names = columns(text, &harvest(), &Words::new(Language::Fr)).unwrap();
        let (lines, bad) = read(text, &names, &harvest());
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(lines.iter().map(|l| format!("{}:{}", l.at, json!(l.fields))).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn files_of_spreadsheets_are_read_as_they_come() {
        let expected = r#"2:{"plot":"a","quantity":"12,5"} 4:{"plot":"b"}"#;
        check("plot;quantity\na;12,5\n;\nb;\n", expected);
        check("\u{feff}plot;quantity\r\na;12,5\r\n;\r\nb;\r\n", expected);
        check("plot,quantity\na,\"12,5\"\n,\nb,\n", expected);
        check("Date;plot\n2020-06-01;a\n", r#"2:{"date":"2020-06-01","plot":"a"}"#);
        check("lines\n\"item=a,quantity=1|item=b,quantity=2\"\n", r#"2:{"lines":["item=a,quantity=1","item=b,quantity=2"]}"#);
    }

    #[test]
    fn an_unknown_column_and_too_many_cells_are_told() {
        let Err(Failure::Lines(bad)) = columns("plot;quantite\n", &harvest(), &Words::new(Language::Fr)) else { panic!("a mistake") };
        assert_eq!((bad[0].column, bad[0].code.as_str()), (2, "import/no-such-column"));
        let (_, bad) = read("plot\na;b\n", &["plot".to_owned()], &harvest());
        assert_eq!((bad[0].line, bad[0].column), (2, 2));
    }
}
