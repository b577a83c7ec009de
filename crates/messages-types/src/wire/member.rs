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
}

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
        }
    }

    pub(crate) const fn optional(name: &'static str, members: fn() -> &'static [Self]) -> Self {
        Self {
            name: Some(name),
            is_required: false,
            members,
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
        }
    }

    /// Returns `true` if `members` has a field of this name in the object itself.
    pub(crate) fn is_among(name: &str, members: &[Self]) -> bool {
        members.iter().any(|member| match member.name {
            Some(known) => known == name,
            None => Self::is_among(name, member.members()),
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
