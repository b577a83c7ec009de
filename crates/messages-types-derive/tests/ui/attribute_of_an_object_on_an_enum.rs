use messages_types_derive::Wire;

#[derive(Wire)]
#[wire(strict, constant(channel = "sms"))]
enum Status {
    Delivered,
}

fn main() {}
