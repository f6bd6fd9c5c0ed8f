// What a page does when the sandbox stops and when it is back; everything else is said in HTML.
"use strict";
const say = (isStopped) => () => { document.getElementById("stopped").hidden = !isStopped; };
document.addEventListener("ended", say(true));
document.addEventListener("htmx:sse:error", say(true));
document.addEventListener("htmx:sse:after:connection", say(false));
