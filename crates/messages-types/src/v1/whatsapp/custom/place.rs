//! A place on the map.

use serde_json::Number;

use crate::Extra;
use crate::error::{Invalid, Problems, Rule};
use crate::wire::Wire;

/// A place on the map.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Place {
    /// Latitude, in degrees north of the equator.
    pub latitude: Number,
    /// Longitude, in degrees east of Greenwich.
    pub longitude: Number,
    /// Name of the place.
    pub name: Option<String>,
    /// Address of the place.
    pub address: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Place {
    /// The place at these coordinates, in degrees: latitude -90 to 90, longitude -180 to 180.
    ///
    /// # Errors
    ///
    /// Coordinates outside these ranges, each with its JSON pointer within the place.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Problems> {
        let mut fields = crate::value::Fields::default();
        let latitude = fields.take("/latitude", Degrees(latitude, 90));
        let longitude = fields.take("/longitude", Degrees(longitude, 180));
        fields.build(
            latitude
                .zip(longitude)
                .map(|(latitude, longitude)| Self::from_parts(latitude, longitude)),
        )
    }
}

/// Degrees, and their maximum in either direction.
struct Degrees(f64, u32);

impl TryFrom<Degrees> for Number {
    type Error = Invalid;

    fn try_from(Degrees(degrees, most): Degrees) -> Result<Self, Invalid> {
        Some(degrees)
            .filter(|degrees| degrees.abs() <= f64::from(most))
            .and_then(Self::from_f64)
            .ok_or_else(|| Invalid::new(Rule::Format, format!("must be -{most} to {most} degrees")))
    }
}
