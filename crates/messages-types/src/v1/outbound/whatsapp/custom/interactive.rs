//! Messages with buttons, lists and products.

use super::template::{Document, Link};
use crate::wire::{wire_content, wire_object};

wire_object! {
    /// A text in an interactive message.
    passed struct Shown {
        required {
            /// The text.
            text: String = "text",
        }
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

wire_content! {
    /// What stands above the text.
    outbound enum HeaderContent by "type" {
        nested {
            /// A text.
            Text(String) = "text",
            /// An image.
            Image(Link) = "image",
            /// A video.
            Video(Link) = "video",
            /// A document.
            Document(Document) = "document",
        }
    }
}

wire_object! {
    /// What stands above the text.
    outbound struct Header {
        flatten {
            /// A text or a medium.
            content: HeaderContent,
        }
    }
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
        Self::bare(content)
    }
}

wire_object! {
    /// What a button sends back.
    passed struct Reply {
        required {
            /// Its id, which comes back.
            id: String = "id",
            /// What it says.
            title: String = "title",
        }
    }
}

wire_object! {
    /// A button that sends its id back.
    outbound struct Button {
        constants { "type" = "reply"; }
        required {
            /// What it says and sends.
            reply: Reply = "reply",
        }
    }
}

impl Button {
    /// A button that says `title` and sends `id` back.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::bare(Reply::new(id, title))
    }
}

wire_object! {
    /// A line of a list.
    passed struct Row {
        required {
            /// Its id, which comes back.
            id: String = "id",
            /// What it says.
            title: String = "title",
        }
        optional {
            /// What it says below.
            description: String = "description",
        }
    }
}

wire_object! {
    /// A part of a list.
    passed struct ListSection {
        required {
            /// What stands above it.
            title: String = "title",
            /// Its lines.
            rows: Vec<Row> = "rows",
        }
    }
}

wire_object! {
    /// A product of a catalogue.
    passed struct Product {
        required {
            /// Its id in the catalogue.
            product_retailer_id: String = "product_retailer_id",
        }
    }
}

impl From<&str> for Product {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

wire_object! {
    /// A part of a list of products.
    passed struct CatalogSection {
        required {
            /// What stands above it.
            title: String = "title",
            /// The products. WhatsApp takes up to 10 here, and up to 30 in all sections.
            product_items: Vec<Product> = "product_items",
        }
    }
}

wire_object! {
    /// A catalogue and what of it is shown.
    passed struct Catalog {
        required {
            /// Its id.
            catalog_id: String = "catalog_id",
        }
        optional {
            /// The one product that is shown.
            product_retailer_id: String = "product_retailer_id",
            /// The products that are shown.
            sections: Vec<CatalogSection> = "sections",
        }
    }
}

wire_object! {
    /// Buttons.
    passed struct Buttons {
        required {
            /// The buttons.
            buttons: Vec<Button> = "buttons",
        }
    }
}

wire_object! {
    /// A list behind a button.
    passed struct ListOf {
        required {
            /// What the button says.
            button: String = "button",
            /// The list.
            sections: Vec<ListSection> = "sections",
        }
    }
}

/// What stands in the member `action`.
macro_rules! actions {
    ($($name:ident($action:ty);)*) => { $(
        wire_object! {
            /// What can be done.
            outbound members struct $name {
                required {
                    /// What can be done.
                    action: $action = "action",
                }
            }
        }
    )* };
}

actions! {
    WithButtons(Buttons);
    WithList(ListOf);
    WithCatalog(Catalog);
}

wire_content! {
    /// What can be done with an interactive message.
    outbound enum InteractiveAction by "type" {
        flat {
            /// A button can be pressed.
            Button(WithButtons) = "button",
            /// A line of a list can be chosen.
            List(WithList) = "list",
            /// A product can be looked at.
            Product(WithCatalog) = "product",
            /// One of several products can be looked at.
            ProductList(WithCatalog) = "product_list",
        }
    }
}

wire_object! {
    /// A message with buttons, a list or products.
    outbound struct Interactive {
        flatten {
            /// What can be done.
            action: InteractiveAction,
        }
        optional {
            /// What stands above the text.
            header: Header = "header",
            /// The text.
            body: Shown = "body",
            /// What stands below it.
            footer: Shown = "footer",
        }
    }
}

impl Interactive {
    /// A text with buttons.
    #[must_use]
    pub fn buttons(body: impl Into<Shown>, buttons: Vec<Button>) -> Self {
        let action = WithButtons::bare(Buttons::new(buttons));
        Self::bare(InteractiveAction::Button(action)).body(body.into())
    }

    /// A text with a list behind a button.
    #[must_use]
    pub fn list(
        body: impl Into<Shown>,
        button: impl Into<String>,
        sections: Vec<ListSection>,
    ) -> Self {
        let action = WithList::bare(ListOf::new(button, sections));
        Self::bare(InteractiveAction::List(action)).body(body.into())
    }

    /// One product of a catalogue.
    #[must_use]
    pub fn product(catalog_id: impl Into<String>, product_retailer_id: impl Into<String>) -> Self {
        let catalog = Catalog::new(catalog_id).product_retailer_id(product_retailer_id.into());
        Self::bare(InteractiveAction::Product(WithCatalog::bare(catalog)))
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
        Self::bare(InteractiveAction::ProductList(WithCatalog::bare(catalog)))
            .header(Header::text(header))
            .body(body.into())
    }
}
