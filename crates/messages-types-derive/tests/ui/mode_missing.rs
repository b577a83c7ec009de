use messages_types_derive::Wire;

#[derive(Wire)]
struct Media {
    url: String,
}

fn main() {}
