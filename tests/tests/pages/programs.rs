//! What programs are told that they can ask, and whether it is so.

use crate::SERVED;
use baara_web::addresses;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every `$ref` below a part of a document.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn the_document_describes_every_address_and_form_of_the_desk() {
    let browser = SERVED.person("kon-head");
    let came = browser.get("/api/openapi.json");
    let document: Value = serde_json::from_str(&came.text).expect("JSON");
    assert_eq!((came.status, &document["openapi"]), (200, &json!("3.1.0")), "{}", came.text);
    let paths = document["paths"].as_object().expect("paths");

    let kinds: Value = serde_json::from_str(&browser.get("/api/kinds").text).expect("JSON");
    for kind in kinds["kinds"].as_array().expect("kinds") {
        let name = kind["kind"].as_str().unwrap().split('/').next().unwrap();
        let told = paths.contains_key(&format!("/api/record/{name}"));
        assert_eq!(told, !baara_desk::host_kinds().iter().any(|own| own.kind == kind["kind"]), "{name}");
    }
    for (_, path, _) in addresses().filter(|(_, path, _)| path.starts_with("/api/")) {
        let forms = path.strip_suffix("{kind}").map(|start| paths.keys().filter(|told| told.starts_with(start)).count());
        assert!(forms.map_or(paths.contains_key(path), |forms| forms > 50), "{path}");
    }

    let ids: BTreeSet<&str> =
        paths.values().flat_map(|item| item.as_object().unwrap().values()).map(|op| op["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), paths.len(), "each has a name of its own");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty() && found.iter().all(|place| document.pointer(place.trim_start_matches('#')).is_some()), "{found:?}");

    // A plugin's form, lines and choices included.
    let sale = &paths["/api/record/sale"]["post"];
    assert_eq!(sale["summary"], "Vente");
    let form = &sale["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!((&form["required"], &form["additionalProperties"]), (&json!(["unit", "means"]), &json!(false)));
    assert_eq!(form["properties"]["means"]["enum"], json!(["cash", "mobile-money", "credit"]));
    assert_eq!(form["properties"]["lines"]["items"]["required"], json!(["item", "quantity"]));
    assert_eq!(
        document["components"]["securitySchemes"]["session"],
        json!({
            "type": "apiKey", "in": "cookie", "name": "baara", "description": document["components"]["securitySchemes"]["session"]["description"],
        })
    );
}
