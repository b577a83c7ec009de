use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(open)]
enum Status {
    Delivered,
}

#[derive(Wire)]
#[wire(open, tag = "type")]
enum Content {
    Text(String),
}

fn main() {}
