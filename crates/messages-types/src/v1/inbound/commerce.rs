//! Orders and products, as WhatsApp passes them on.

use crate::value::Scalar;
use crate::wire::wire_object;

wire_object! {
    /// A shopping basket.
    #[derive(Default)]
    inbound struct Order {
        optional {
            /// The catalogue that the products are in.
            catalog_id: String = "catalog_id",
            /// What is ordered.
            product_items: Vec<OrderItem> = "product_items",
        }
    }
}

wire_object! {
    /// One product of an order.
    #[derive(Default)]
    inbound struct OrderItem {
        optional {
            /// The product, by its id in the catalogue.
            product_retailer_id: String = "product_retailer_id",
            /// How many.
            quantity: Scalar = "quantity",
            /// The price of one, with the digits that it came with.
            item_price: Scalar = "item_price",
            /// The currency, by its ISO 4217 code.
            currency: String = "currency",
        }
    }
}

wire_object! {
    /// The product that an order or a question is about.
    #[derive(Default)]
    inbound struct ReferredProduct {
        optional {
            /// The catalogue that the product is in.
            catalog_id: String = "catalog_id",
            /// The product, by its id in the catalogue.
            product_retailer_id: String = "product_retailer_id",
        }
    }
}
