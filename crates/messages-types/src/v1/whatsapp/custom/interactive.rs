//! Messages with buttons, lists and products.

use super::template::{Document, Link};
use crate::Extra;
use crate::wire::Wire;

/// Text of an interactive message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Content of a header.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum HeaderContent {
    /// Text.
    Text(String),
    /// Image.
    Image(Link),
    /// Video.
    Video(Link),
    /// Document.
    Document(Document),
}

/// Header shown above the text.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Header {
    /// Text or media file.
    #[wire(flatten)]
    pub content: HeaderContent,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Header {
    /// A text header.
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

/// Reply that a button sends.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Reply {
    /// ID, returned with the reply.
    pub id: String,
    /// Text of the button.
    pub title: String,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A button that sends its ID back.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(type = "reply"))]
#[non_exhaustive]
pub struct Button {
    /// Text and ID of the button.
    pub reply: Reply,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Button {
    /// A button with the text `title` that sends `id` back.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::from_parts(Reply::new(id, title))
    }
}

/// A row of a list.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Row {
    /// ID, returned with the reply.
    pub id: String,
    /// Title of the row.
    pub title: String,
    /// Description shown below the title.
    pub description: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A section of a list.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ListSection {
    /// Title shown above the section.
    pub title: String,
    /// Rows of the section.
    pub rows: Vec<Row>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A product of a catalogue.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Product {
    /// ID of the product in the catalogue.
    pub product_retailer_id: String,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl From<&str> for Product {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

/// A section of a product list.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct CatalogSection {
    /// Title shown above the section.
    pub title: String,
    /// Products. WhatsApp accepts up to 10 per section, and up to 30 in all sections.
    pub product_items: Vec<Product>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A catalogue and the products shown from it.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Catalog {
    /// ID of the catalogue.
    pub catalog_id: String,
    /// ID of the product shown, if it is a single one.
    pub product_retailer_id: Option<String>,
    /// Products shown, by section.
    pub sections: Option<Vec<CatalogSection>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Buttons.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Buttons {
    /// The buttons.
    pub buttons: Vec<Button>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A list that a button opens.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ListOf {
    /// Text of the button.
    pub button: String,
    /// Sections of the list.
    pub sections: Vec<ListSection>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Action of an interactive message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum InteractiveAction {
    /// Buttons to press.
    Button {
        /// Buttons.
        action: Buttons,
    },
    /// List to choose a row from.
    List {
        /// List.
        action: ListOf,
    },
    /// Single product to view.
    Product {
        /// Catalogue with the product.
        action: Catalog,
    },
    /// Several products to view.
    ProductList {
        /// Catalogue with the products.
        action: Catalog,
    },
}

/// A message with buttons, a list or products.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Interactive {
    /// Action of the message.
    #[wire(flatten)]
    pub action: InteractiveAction,
    /// Header shown above the text.
    pub header: Option<Header>,
    /// The text.
    pub body: Option<Shown>,
    /// Footer shown below the text.
    pub footer: Option<Shown>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Interactive {
    /// A text with buttons.
    #[must_use]
    pub fn buttons(body: impl Into<Shown>, buttons: Vec<Button>) -> Self {
        let action = Buttons::new(buttons);
        Self::from_parts(InteractiveAction::Button { action }).body(body.into())
    }

    /// A text with a list that a button opens.
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
