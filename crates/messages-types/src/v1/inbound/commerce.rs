//! Orders and products, as WhatsApp passes them on.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// A shopping basket.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Order {
    /// The catalogue that the products are in.
    pub catalog_id: Option<String>,
    /// What is ordered.
    pub product_items: Option<Vec<OrderItem>>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// One product of an order.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct OrderItem {
    /// The product, by its id in the catalogue.
    pub product_retailer_id: Option<String>,
    /// How many.
    pub quantity: Option<NumberOrString>,
    /// The price of one, with the digits that it came with.
    pub item_price: Option<NumberOrString>,
    /// The currency, by its ISO 4217 code.
    pub currency: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The product that an order or a question is about.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ReferredProduct {
    /// The catalogue that the product is in.
    pub catalog_id: Option<String>,
    /// The product, by its id in the catalogue.
    pub product_retailer_id: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
