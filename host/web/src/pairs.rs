//! Names and values as a browser posts them, in order, a name as often as it was filled in.

use baara_plugin_api::{Field, FieldType, Map, Value};

/// A posted form or a query string.
#[derive(Clone, Default, Debug)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`.
    pub(crate) fn read(text: &[u8]) -> Pairs {
        Pairs(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of a name, without spaces around it; empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// Every value of a name that is not empty.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// True when a name was sent, even empty: the button that was pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The pairs, to write them again.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The fields of a form as the desk takes them: what was left empty is left out, empty lines too.
    pub(crate) fn form(&self, declared: &[Field]) -> Map {
        self.within(declared, "")
    }

    fn within(&self, declared: &[Field], prefix: &str) -> Map {
        let mut map = Map::new();
        for field in declared {
            let path = format!("{prefix}{}", field.name);
            let value = match &field.kind {
                FieldType::Many { .. } => {
                    let list: Vec<Value> = self.all(&path).map(Value::from).collect();
                    // One text box for many values is left whole: the desk parts it at commas or semicolons.
                    if list.len() == 1 { list.into_iter().next() } else { (!list.is_empty()).then(|| list.into()) }
                }
                FieldType::Lines { of } => {
                    let lines: Vec<Value> = self.lines(&path, of).into_iter().map(Value::Object).collect();
                    (!lines.is_empty()).then(|| lines.into())
                }
                _ => Some(self.get(&path)).filter(|v| !v.is_empty()).map(Value::from),
            };
            if let Some(value) = value {
                map.insert(field.name.clone(), value);
            }
        }
        map
    }

    fn lines(&self, path: &str, of: &[Field]) -> Vec<Map> {
        let number = |name: &str| name.strip_prefix(path)?.strip_prefix('.')?.split('.').next()?.parse::<u32>().ok();
        let mut numbers: Vec<u32> = self.0.iter().filter_map(|(name, _)| number(name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let lines = numbers.into_iter().map(|n| self.within(of, &format!("{path}.{n}.")));
        lines.filter(|line| !line.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    fn field(name: &str, kind: FieldType) -> Field {
        Field { name: name.to_owned(), kind, required: true, sealed: false }
    }

    #[test]
    fn empty_lines_are_left_out_and_the_others_keep_their_order() {
        let line = vec![field("item", FieldType::Text), field("quantity", FieldType::Text)];
        let form = [field("unit", FieldType::Text), field("lines", FieldType::Lines { of: line })];
        let pairs =
            Pairs::read(b"unit=+kon-savon+&lines.2.item=b&lines.2.quantity=3&lines.1.item=&lines.1.quantity=&lines.10.item=c&other=x");
        let expected = json!({"unit": "kon-savon", "lines": [{"item": "b", "quantity": "3"}, {"item": "c"}]});
        assert_eq!(Value::Object(pairs.form(&form)), expected);
    }

    #[test]
    fn ticked_boxes_are_a_list() {
        let form = [field("present", FieldType::Many { of: Box::new(FieldType::Text) })];
        assert_eq!(Value::Object(Pairs::read(b"present=a&present=b").form(&form)), json!({"present": ["a", "b"]}));
        assert_eq!(Value::Object(Pairs::read(b"present=a%3B+b").form(&form)), json!({"present": "a; b"}));
    }
}
