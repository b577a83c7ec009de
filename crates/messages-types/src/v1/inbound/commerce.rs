//! Orders and products received over WhatsApp.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// An order: a shopping basket.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Order {
    /// ID of the catalogue of the products.
    pub catalog_id: Option<String>,
    /// Ordered products.
    pub product_items: Option<Vec<OrderItem>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// One product of an order.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct OrderItem {
    /// ID of the product in the catalogue.
    pub product_retailer_id: Option<String>,
    /// Ordered quantity.
    pub quantity: Option<NumberOrString>,
    /// Price per item, with its digits as received.
    pub item_price: Option<NumberOrString>,
    /// ISO 4217 code of the currency.
    pub currency: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Product an order or a question refers to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ReferredProduct {
    /// ID of the catalogue of the product.
    pub catalog_id: Option<String>,
    /// ID of the product in the catalogue.
    pub product_retailer_id: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
