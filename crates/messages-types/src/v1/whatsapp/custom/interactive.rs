//! Messages with buttons, lists and products.

use super::template::{Document, Link};
use crate::Extra;
use crate::wire::Wire;

/// A text in an interactive message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// What stands above the text.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum HeaderContent {
    /// A text.
    Text(String),
    /// An image.
    Image(Link),
    /// A video.
    Video(Link),
    /// A document.
    Document(Document),
}

/// What stands above the text.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Header {
    /// A text or a medium.
    #[wire(flatten)]
    pub content: HeaderContent,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Header {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        HeaderContent::Text(text.into()).into()
    }
}

impl From<HeaderContent> for Header {
    fn from(content: HeaderContent) -> Self {
        Self::from_parts(content)
    }
}

/// What a button sends back.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Reply {
    /// Its id, which comes back.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A button that sends its id back.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(constant(type = "reply"))]
#[non_exhaustive]
pub struct Button {
    /// What it says and sends.
    pub reply: Reply,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Button {
    /// A button that says `title` and sends `id` back.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::from_parts(Reply::new(id, title))
    }
}

/// A line of a list.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Row {
    /// Its id, which comes back.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What it says below.
    pub description: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A part of a list.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ListSection {
    /// What stands above it.
    pub title: String,
    /// Its lines.
    pub rows: Vec<Row>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A product of a catalogue.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Product {
    /// Its id in the catalogue.
    pub product_retailer_id: String,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl From<&str> for Product {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

/// A part of a list of products.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct CatalogSection {
    /// What stands above it.
    pub title: String,
    /// The products. WhatsApp takes up to 10 here, and up to 30 in all sections.
    pub product_items: Vec<Product>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A catalogue and what of it is shown.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Catalog {
    /// Its id.
    pub catalog_id: String,
    /// The one product that is shown.
    pub product_retailer_id: Option<String>,
    /// The products that are shown.
    pub sections: Option<Vec<CatalogSection>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Buttons.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Buttons {
    /// The buttons.
    pub buttons: Vec<Button>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A list behind a button.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ListOf {
    /// What the button says.
    pub button: String,
    /// The list.
    pub sections: Vec<ListSection>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// What can be done with an interactive message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum InteractiveAction {
    /// A button can be pressed.
    Button {
        /// The choices.
        action: Buttons,
    },
    /// A line of a list can be chosen.
    List {
        /// The choices.
        action: ListOf,
    },
    /// A product can be looked at.
    Product {
        /// The choices.
        action: Catalog,
    },
    /// One of several products can be looked at.
    ProductList {
        /// The choices.
        action: Catalog,
    },
}

/// A message with buttons, a list or products.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Interactive {
    /// What can be done.
    #[wire(flatten)]
    pub action: InteractiveAction,
    /// What stands above the text.
    pub header: Option<Header>,
    /// The text.
    pub body: Option<Shown>,
    /// What stands below it.
    pub footer: Option<Shown>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Interactive {
    /// A text with buttons.
    #[must_use]
    pub fn buttons(body: impl Into<Shown>, buttons: Vec<Button>) -> Self {
        let action = Buttons::new(buttons);
        Self::from_parts(InteractiveAction::Button { action }).body(body.into())
    }

    /// A text with a list behind a button.
    #[must_use]
    pub fn list(
        body: impl Into<Shown>,
        button: impl Into<String>,
        sections: Vec<ListSection>,
    ) -> Self {
        let action = ListOf::new(button, sections);
        Self::from_parts(InteractiveAction::List { action }).body(body.into())
    }

    /// One product of a catalogue.
    #[must_use]
    pub fn product(catalog_id: impl Into<String>, product_retailer_id: impl Into<String>) -> Self {
        let catalog = Catalog::new(catalog_id).product_retailer_id(product_retailer_id.into());
        Self::from_parts(InteractiveAction::Product { action: catalog })
    }

    /// Several products of a catalogue, under a header and a text.
    #[must_use]
    pub fn product_list(
        header: impl Into<String>,
        body: impl Into<Shown>,
        catalog_id: impl Into<String>,
        sections: Vec<CatalogSection>,
    ) -> Self {
        let catalog = Catalog::new(catalog_id).sections(sections);
        Self::from_parts(InteractiveAction::ProductList { action: catalog })
            .header(Header::text(header))
            .body(body.into())
    }
}
