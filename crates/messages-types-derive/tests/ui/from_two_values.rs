use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict, from_value)]
struct Media {
    url: String,
    name: String,
}

fn main() {}
