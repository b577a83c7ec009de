//! Templates: placeholders and their variables.

use messages_types::{Template, Variables};
use serde_json::{Value, json};

/// Renders `text` with the variables `name` and `first name`.
fn rendered(text: &str) -> Result<String, String> {
    let template = Template::new(json!({ "text": text })).map_err(|error| error.to_string())?;
    let variables = Variables::from([("name", "Ada {{x}}"), ("first name", "A")]);
    let rendered = template
        .render(&variables)
        .map_err(|error| error.to_string())?;
    Ok(rendered["text"].as_str().unwrap().to_owned())
}

#[test]
fn placeholders_are_replaced_once() {
    let long = "n".repeat(65);
    let malformed = "/text has {{ without a name of 1 to 64 characters and }} after it";
    for (text, expected) in [
        ("Hello", Ok("Hello")),
        ("", Ok("")),
        ("{{name}}", Ok("Ada {{x}}")),
        ("{{ name }}!", Ok("Ada {{x}}!")),
        ("{{first name}}{{first name}}", Ok("AA")),
        ("a } b }} c { d", Ok("a } b }} c { d")),
        (
            "{{other}}",
            Err("the variable `other`, used at /text, is missing"),
        ),
        ("{{}}", Err(malformed)),
        ("{{  }}", Err(malformed)),
        ("a {{name", Err(malformed)),
        ("{{{name}}}", Err(malformed)),
        (&format!("{{{{{long}}}}}"), Err(malformed)),
    ] {
        let rendered = rendered(text);
        let found = rendered.as_deref().map_err(String::as_str);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn every_string_is_rendered_and_nothing_else() {
    let template = Template::new(json!({
        "{{key}}": ["{{a}}", { "b/c": "{{b}}{{a}}" }, 5, true, null]
    }))
    .unwrap();
    assert_eq!(template.names().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    let rendered = template.render(&Variables::from([("a", "1"), ("b", "2")]));
    assert_eq!(
        rendered.unwrap(),
        json!({ "{{key}}": ["1", { "b/c": "21" }, 5, true, null] })
    );
    let error = template.render(&Variables::from([("b", "2")])).unwrap_err();
    let missing: Vec<_> = error
        .missing()
        .iter()
        .map(|missing| (missing.name.as_str(), missing.pointer.as_str()))
        .collect();
    assert_eq!(missing, [("a", "/{{key}}/0"), ("a", "/{{key}}/1/b~1c")]);
}

#[test]
fn malformed_placeholders_are_all_reported() {
    let document = json!({ "a": "{{", "b": [{ "c": "{{}}" }] });
    let problems = Template::new(document).unwrap_err();
    let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer()).collect();
    assert_eq!(pointers, ["/a", "/b/0/c"]);
    let problems = Template::new(json!(["{{a}}"])).unwrap_err();
    assert_eq!(problems.to_string(), "the document must be an object");
}

#[test]
fn variables_are_strings_and_debug_hides_their_values() {
    let variables: Variables = serde_json::from_value(json!({ "name": "Ada" })).unwrap();
    assert_eq!(variables.get("name"), Some("Ada"));
    assert_eq!(format!("{variables:?}"), r#"{"name"}"#);
    let refused = serde_json::from_value::<Variables>(json!({ "age": 36, "name": null }));
    let error = refused.unwrap_err().to_string();
    assert_eq!(error, "/age must be a string; /name must be a string");
    let template = Template::new(json!({ "text": "Secret" })).unwrap();
    assert!(!format!("{template:?}").contains("Secret"));
    let written: Value = serde_json::to_value(template).unwrap();
    assert_eq!(written, json!({ "text": "Secret" }));
}
