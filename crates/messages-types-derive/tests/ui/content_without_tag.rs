use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict)]
enum Content {
    Text(String),
}

fn main() {}
