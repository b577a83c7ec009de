use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict)]
struct Message {
    #[wire(flatten)]
    content: Option<Content>,
}

fn main() {}
