use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict, open)]
struct Media {
    url: String,
}

fn main() {}
