//! Single values, valid by construction.

mod email;
mod extra;
mod field;
mod list;
mod number;
mod number_or_string;
mod phone;
mod read_string;
mod seconds;
mod text;
mod timestamp;
mod url;

pub use email::EmailAddress;
pub use extra::Extra;
pub(crate) use field::Fields;
pub(crate) use field::set;
pub use field::{Field, FieldType, Set, SetterArgument, SetterError};
pub use list::List;
pub use number::NumberText;
pub use number_or_string::NumberOrString;
pub use phone::{PhoneNumber, SmsSender};
pub(crate) use read_string::read_string;
pub use seconds::Seconds;
pub use text::Text;
pub use timestamp::Timestamp;
pub use url::Url;
