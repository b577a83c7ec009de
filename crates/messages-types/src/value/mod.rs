//! Single values, checked where they enter: whoever holds one need not check it again.

mod email;
mod field;
mod list;
mod number;
mod open;
mod phone;
mod seconds;
mod string;
mod text;
mod timestamp;
mod url;

pub use email::EmailAddress;
pub use field::Field;
pub(crate) use field::Fields;
pub use list::List;
pub use number::NumberText;
pub use open::Scalar;
pub use phone::{PhoneNumber, SmsSender};
pub use seconds::Seconds;
pub(crate) use string::{read_string, string_value};
pub use text::Text;
pub use timestamp::Timestamp;
pub use url::Url;
