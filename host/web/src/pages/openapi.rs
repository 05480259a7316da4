//! What programs can ask of the desk, as OpenAPI: the forms come from the kinds' declarations, plugins' too.

use crate::answers::{Reply, Shown};
use crate::visit::{COOKIE, Visit};
use baara_plugin_api::{Field, FieldType, KindDeclaration, Value};
use baara_reports::Words;
use serde_json::json;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, Required, Response,
    ResponseBuilder,
};

/// The forms' text is never longer, in characters.
const LONGEST: usize = 500;

/// The name of the one way in.
const SESSION: &str = "session";

/// The document.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let own = baara_desk::host_kinds();
    let forms: Vec<KindDeclaration> = {
        let registry = visit.desk().registry();
        registry.offered().filter(|d| own.iter().all(|o| o.kind != d.kind)).cloned().collect()
    };
    let words = visit.words();
    let mut paths = PathsBuilder::new();
    for form in &forms {
        let name = form.kind.split('/').next().unwrap_or_default();
        paths = paths.path(format!("/api/record/{name}"), PathItem::new(HttpMethod::Post, recording(form, name, words)));
    }
    for (path, operation) in questions() {
        paths = paths.path(path, PathItem::new(HttpMethod::Get, operation));
    }
    let cookie = ApiKeyValue::with_description(
        COOKIE,
        "Sign in on /connexion as a browser does; every post also carries an Origin header with the address it goes to.",
    );
    let components = ANSWERS.iter().fold(ComponentsBuilder::new(), |all, (name, fields)| all.schema(*name, answer(fields)));
    let document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Baara")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("The desk of the pages for programs: the same forms, the same rights, the same refusals."))
                .build(),
        )
        .paths(paths.build())
        .components(Some(components.security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie))).build()))
        .security(Some([SecurityRequirement::new(SESSION, [""; 0])]))
        .build();
    Ok(Reply::Json(200, serde_json::to_value(document).expect("a document of texts, lists and maps")))
}

/// What an answer may hold: its name, and its fields with what they are.
const ANSWERS: &[(&str, &[(&str, &str)])] = &[
    (
        "Recorded",
        &[
            ("seq", "the number of the entry"),
            ("code", "its leaf hash"),
            ("opened", "the ids it opened"),
            ("number", "the number it took in a series, or null"),
            ("warnings", "the codes it told"),
            ("visa", "the visa it waits for afterwards, or null"),
            ("again", "true when the same form had been recorded before"),
        ],
    ),
    (
        "Waiting",
        &[
            ("seq", "the number of the entry"),
            ("code", "its leaf hash"),
            ("proposal", "the paper that waits"),
            ("needs", "whose visa it takes"),
        ],
    ),
    ("Misread", &[("fields", "each field that could not be read, with its code and words; or the refusal's three parts under `refused`")]),
];

fn answer(fields: &[(&str, &str)]) -> Schema {
    let object = ObjectBuilder::new().property("ok", flag()).required("ok");
    let any = |told: &str| ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(told));
    fields.iter().fold(object, |object, (name, told)| object.property(*name, any(told))).build().into()
}

/// Recording one kind.
fn recording(form: &KindDeclaration, name: &str, words: &Words<'_>) -> Operation {
    let mut body = object(&form.fields, |field| words.field(name, field));
    let common = [
        ("_date", text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))), "the day it happened, when not today"),
        ("_leave", text(), "the id of the decision that allows it"),
        ("_id", text(), "one of the caller's own, such as a UUID: the same form sent twice with it is recorded once"),
        ("late-reason", text().max_length(Some(LONGEST)), "why it is written so late"),
    ];
    for (field, schema, told) in common {
        body = body.property(field, schema.description(Some(told)));
    }
    let json = ContentBuilder::new().schema(Some(Schema::from(body.build()))).build();
    OperationBuilder::new()
        .summary(Some(words.kind(&form.kind)))
        .operation_id(Some(name))
        .request_body(Some(RequestBodyBuilder::new().content(JSON, json).required(Some(Required::True)).build()))
        .response("200", told("the same form had been recorded before", Some("Recorded")))
        .response("201", told("recorded", Some("Recorded")))
        .response("202", told("waits for other people's visa", Some("Waiting")))
        .response("403", told("not this person's to record", Some("Misread")))
        .response("422", told("refused, or fields that could not be read", Some("Misread")))
        .build()
}

const JSON: &str = "application/json";

/// What can be asked, each with its address.
fn questions() -> Vec<(&'static str, Operation)> {
    let get = |id: &str, summary: &str, parameters: Vec<Parameter>| {
        let operation = OperationBuilder::new().operation_id(Some(id)).summary(Some(summary)).parameters(Some(parameters));
        operation.response("200", told("found", None)).response("404", told("not here", None)).build()
    };
    let named = |name: &str, place: ParameterIn, told: &str| {
        let required = if place == ParameterIn::Path { Required::True } else { Required::False };
        ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(told)).schema(Some(text())).build()
    };
    let report = vec![
        named("name", ParameterIn::Path, "a report, or a plugin's table"),
        named("period", ParameterIn::Query, "a year, a month, or a campaign: 2020, 2020-06, 2020/2021"),
    ];
    vec![
        ("/api/kinds", get("kinds", "the kinds and their forms", Vec::new())),
        ("/api/entry/{seq}", get("entry", "an entry as it is kept", vec![named("seq", ParameterIn::Path, "its number")])),
        ("/api/report/{name}", get("report", "a report; or a plugin's table, with the fields of its form as parameters too", report)),
        ("/api/openapi.json", get("openapi", "this document", Vec::new())),
    ]
}

fn told(description: &str, answer: Option<&str>) -> Response {
    let response = ResponseBuilder::new().description(description);
    let content = |name: &str| ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build();
    answer.into_iter().fold(response, |response, name| response.content(JSON, content(name))).build()
}

/// The fields of a form, or of one of its lines.
fn object(fields: &[Field], label: impl Fn(&str) -> String + Copy) -> ObjectBuilder {
    let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    fields.iter().fold(object, |object, field| {
        let object = object.property(&field.name, schema(&field.kind, Some(&label(&field.name)), label));
        if field.required { object.required(&field.name) } else { object }
    })
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn flag() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

/// What one field takes.
fn schema(kind: &FieldType, told: Option<&str>, label: impl Fn(&str) -> String + Copy) -> Schema {
    let told = |more: String| {
        Some(told.map_or_else(|| more.clone(), |told| if more.is_empty() { told.to_owned() } else { format!("{told}: {more}") }))
    };
    let simple = |builder: ObjectBuilder, more: String, examples: &[&str]| {
        let examples: Vec<Value> = examples.iter().map(|example| json!(example)).collect();
        let builder = builder.description(told(more).filter(|text| !text.is_empty()));
        Schema::from(if examples.is_empty() { builder } else { builder.examples(examples) }.build())
    };
    let none = String::new;
    match kind {
        FieldType::Text => simple(text().max_length(Some(LONGEST)), none(), &[]),
        FieldType::Whole => simple(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0_u64)), none(), &[]),
        FieldType::Flag => simple(flag(), none(), &[]),
        FieldType::Date => simple(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))), none(), &[]),
        FieldType::Ratio => simple(text(), none(), &["3/10", "0.141"]),
        FieldType::Money => simple(text(), none(), &["5000 XOF"]),
        FieldType::Quantity { of } => simple(text(), format!("an amount of {of}"), &["12.500 kg"]),
        FieldType::Id { of } => simple(text(), format!("the id of a thing of kind {of}"), &[]),
        FieldType::Choice { of } => simple(text().enum_values(Some(of.iter().map(|one| json!(one)))), none(), &[]),
        FieldType::Many { of } => ArrayBuilder::new().items(RefOr::T(schema(of, None, label))).description(told(none())).build().into(),
        FieldType::Lines { of } => ArrayBuilder::new().items(object(of, label)).description(told(none())).build().into(),
    }
}
