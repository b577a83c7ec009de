use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict)]
struct Media {
    #[wire(renamed = "href")]
    url: String,
}

#[derive(Wire)]
#[wire(strickt)]
struct Other {
    url: String,
}

fn main() {}
