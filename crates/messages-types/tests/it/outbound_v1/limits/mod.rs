//! Both sides of every limit of the API documentation.

mod cases;
mod tables;

use self::cases::Cases;
use super::documents::named;
use super::{problems, put};

#[test]
fn both_sides_of_every_limit() {
    let (mut accepted, mut refused) = (0, 0);
    for Cases {
        document,
        at,
        accepted: good,
        refused: bad,
    } in tables::cases()
    {
        let base = named(document);
        for value in good {
            let mut changed = base.clone();
            put(&mut changed, at, Some(value.clone()));
            assert_eq!(problems(&changed), [""; 0], "{document}{at} {value}");
            accepted += 1;
        }
        for (rule, values) in bad {
            for value in values {
                let mut changed = base.clone();
                put(&mut changed, at, Some(value.clone()));
                assert_eq!(
                    problems(&changed),
                    [format!("{at} {rule}")],
                    "{document}{at} {value}"
                );
                refused += 1;
            }
        }
    }
    println!("limits of v1 messages: {accepted} values accepted, {refused} refused");
    assert!(accepted > 300 && refused > 500);
}
