//! Reports about the tag of a tagged enum.

use super::{Context, Object};
use crate::error::Rule;

/// Reports a tag that is absent or not a string.
pub(crate) fn report_unusable_tag(
    map: &Object<'_>,
    tag: &'static str,
    is_value: impl Fn(&str) -> bool,
    cx: &mut Context,
) {
    cx.report_not_string(tag, map.get(tag));
    mark_values(map, is_value, cx);
}

/// Reports a tag that matches no variant.
pub(crate) fn report_unknown_tag(
    map: &Object<'_>,
    tag: &'static str,
    hint: &'static str,
    is_value: impl Fn(&str) -> bool,
    cx: &mut Context,
) {
    cx.report_at(tag, Rule::OneOf, hint);
    mark_values(map, is_value, cx);
}

/// Without a usable tag, the value of any variant is allowed.
fn mark_values(map: &Object<'_>, is_value: impl Fn(&str) -> bool, cx: &mut Context) {
    for key in map.keys().filter(|key| is_value(key)) {
        cx.mark_known(key);
    }
}
