//! Other sites must neither read nor write.

use messages_emulator::{Channel, Emulator, InboundMessage};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::browser::in_browser;

/// A page of another site, on this machine or under a name that leads to it.
async fn foreign_page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A browser opens connections in advance, and may never use them.
            tokio::spawn(answer(stream));
        }
    });
    port
}

async fn answer(mut stream: TcpStream) {
    let mut request = [0; 2048];
    let _ = stream.read(&mut request).await;
    let body = "<!doctype html><title>foreign</title><body>";
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[test]
fn another_site_can_neither_read_nor_write() {
    in_browser(|page| async move {
        let emulator = Emulator::builder().stepped().seed(7).start().await.unwrap();
        emulator
            .inject(InboundMessage::text(
                Channel::Sms,
                "447700900000",
                "447700900001",
                "for nobody else",
            ))
            .await;
        let (port, foreign) = (emulator.port(), foreign_page().await);
        let script = r#"
            const [base, done] = arguments;
            const tries = [];
            const inbound = JSON.stringify({ channel: "sms", from: "1", to: "2", message_type: "text", text: "forged" });
            for (const path of ["/emulator/v1/messages", "/emulator/v1/conversations", "/emulator/v1/events", "/inbox/", "/healthz", "/v1/messages"]) {
                for (const mode of ["cors", "no-cors"]) {
                    tries.push(fetch(base + path, { mode }).then((answer) => answer.type === "opaque" ? "" : `read ${path}`, () => ""));
                }
            }
            for (const path of ["/emulator/v1/inbound", "/emulator/v1/reset", "/emulator/v1/rules", "/v1/messages"]) {
                for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded"]) {
                    for (const mode of ["cors", "no-cors"]) {
                        const headers = mode === "cors" ? { "content-type": type, "x-emulator-token": "guess" } : { "content-type": type };
                        tries.push(fetch(base + path, { method: "POST", mode, headers, body: inbound }).then((answer) => answer.ok ? `wrote ${path}` : "", () => ""));
                    }
                }
            }
            tries.push(new Promise((end) => { const source = new EventSource(base + "/emulator/v1/events"); source.onopen = () => end("events"); source.onerror = () => end(""); }));
            tries.push(new Promise((end) => { const socket = new WebSocket(base.replace("http", "ws") + "/emulator/v1/events"); socket.onopen = () => end("socket"); socket.onerror = () => end(""); }));
            for (const [tag, name, path] of [["script", "src", "/inbox/script/main.js"], ["script", "src", "/emulator/v1/messages"], ["link", "href", "/inbox/style/base.css"]]) {
                tries.push(new Promise((end) => {
                    const made = document.createElement(tag);
                    made.rel = "stylesheet";
                    made.onload = () => end(`${tag} ${path}`);
                    made.onerror = () => end("");
                    made[name] = base + path;
                    document.head.append(made);
                }));
            }
            tries.push(new Promise((end) => {
                const frame = document.createElement("iframe");
                frame.onload = () => { let seen = ""; try { seen = frame.contentDocument.body.innerText; } catch {} end(seen.includes("Inbox") ? "framed" : ""); };
                frame.src = base + "/inbox/";
                document.body.append(frame);
            }));
            tries.push(new Promise((end) => {
                const frame = Object.assign(document.createElement("iframe"), { name: "sink", onload: () => end("") });
                const form = Object.assign(document.createElement("form"), { method: "post", action: base + "/emulator/v1/reset", target: "sink" });
                document.body.append(frame, form);
                form.submit();
            }));
            Promise.all(tries).then((ends) => done({ count: ends.length, through: ends.filter(Boolean) }));
        "#;
        let mut count = 0;
        for site in [
            format!("http://localhost:{foreign}"),
            format!("http://127.0.0.1:{foreign}"),
            format!("http://evil.example:{foreign}"),
        ] {
            for own in ["127.0.0.1", "localhost", "evil.example"] {
                page.driver.goto(&site).await.unwrap();
                let ends = page
                    .run_async(script, vec![json!(format!("http://{own}:{port}"))])
                    .await;
                assert_eq!(ends["through"], json!([]), "{site} to {own}");
                count += ends["count"].as_u64().unwrap();
            }
        }
        // After DNS rebinding the page would be of the same origin: the name itself is refused.
        page.driver
            .goto(format!("http://evil.example:{port}/inbox/"))
            .await
            .unwrap();
        assert!(
            page.text("body")
                .await
                .contains("not one of the emulator's names")
        );
        // Nothing was forged, and nothing was forgotten.
        let all = emulator.messages(&messages_emulator::Query::default(), 10);
        assert_eq!(
            all.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
            ["for nobody else"]
        );
        // A link to the inbox from anywhere works.
        page.driver
            .goto(format!("http://localhost:{foreign}"))
            .await
            .unwrap();
        page.run(
            "location.href = arguments[0];",
            vec![json!(emulator.inbox_url())],
        )
        .await;
        page.until_shown(".conversation", "for nobody else").await;
        println!("{count} tries of another site, 0 came through");
    });
}
