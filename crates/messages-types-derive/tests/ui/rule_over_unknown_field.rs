use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict, validate = rule(url, caption))]
struct Media {
    url: String,
}

fn main() {}
