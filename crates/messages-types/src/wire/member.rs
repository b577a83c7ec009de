//! Descriptions of the models' fields.

use super::{Decode, Members};

/// A field of a JSON object, as declared by its model.
///
/// Every model lists its fields in `MEMBERS`.
///
/// ```
/// use messages_types::v1::status::WorkflowPosition;
///
/// let names = WorkflowPosition::MEMBERS.iter().filter_map(|member| member.name());
/// assert!(names.eq(["workflow_id", "items_number", "items_total", "id", "item_number", "total_items"]));
/// ```
#[derive(Clone, Copy)]
pub struct Member {
    name: Option<&'static str>,
    is_required: bool,
    members: fn() -> &'static [Self],
    /// Advice, where the field is misplaced.
    hint: &'static str,
}

const MISPLACED: &str = "is not allowed here";

/// Lists of fields.
pub(crate) type Tables = &'static [&'static [Member]];

impl Member {
    /// The name in the JSON; `None` for a group of fields of another type in the same object.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Returns `true` if decoding an object requires this field.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.is_required
    }

    /// The fields of the value, if it is an object or an array of objects, or those of the group.
    #[must_use]
    pub fn members(&self) -> &'static [Self] {
        (self.members)()
    }

    /// A field with one possible value.
    pub(crate) const fn constant(name: &'static str) -> Self {
        Self::required(name, none)
    }

    pub(crate) const fn required(name: &'static str, members: fn() -> &'static [Self]) -> Self {
        Self {
            name: Some(name),
            is_required: true,
            members,
            hint: MISPLACED,
        }
    }

    pub(crate) const fn optional(name: &'static str, members: fn() -> &'static [Self]) -> Self {
        Self {
            name: Some(name),
            is_required: false,
            members,
            hint: MISPLACED,
        }
    }

    /// A field with a name only.
    pub(crate) const fn named(name: &'static str) -> Self {
        Self::optional(name, none)
    }

    pub(crate) const fn flattened(members: fn() -> &'static [Self]) -> Self {
        Self {
            name: None,
            is_required: true,
            members,
            hint: MISPLACED,
        }
    }

    /// A field with a name only, and advice on its proper place.
    pub(crate) const fn hinted(name: &'static str, hint: &'static str) -> Self {
        Self {
            hint,
            ..Self::named(name)
        }
    }

    /// The advice on the field of this name, if `members` has one in the object itself.
    pub(crate) fn hint(name: &str, members: &[Self]) -> Option<&'static str> {
        members.iter().find_map(|member| match member.name {
            Some(known) => (known == name).then_some(member.hint),
            None => Self::hint(name, member.members()),
        })
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .field("is_required", &self.is_required)
            .finish_non_exhaustive()
    }
}

fn none() -> &'static [Member] {
    &[]
}

/// The fields of a value. A function, because a type may contain itself.
pub(crate) fn members<T: Decode>() -> &'static [Member] {
    T::MEMBERS
}

/// The fields of a type in the object it is flattened into.
pub(crate) fn flattened<T: Members>() -> &'static [Member] {
    T::MEMBERS
}
