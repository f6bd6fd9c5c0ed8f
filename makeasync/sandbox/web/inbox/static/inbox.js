// What HTML cannot say of a page that is drawn again and again; everything else is said there.
"use strict";
const at = (id) => document.getElementById(id);

// The sandbox stops, and is back.
const say = (isStopped) => () => { at("stopped").hidden = !isStopped; };
document.addEventListener("ended", say(true));
document.addEventListener("htmx:sse:error", say(true));
document.addEventListener("htmx:sse:after:connection", say(false));

// While something is held down the page stays as it is: what moves away under the pointer is not clicked.
const isHeld = () => document.querySelector("#page :is(a, button, input, select):active") !== null;
document.addEventListener("changed", (event) => { if (isHeld()) event.stopPropagation(); }, true);
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx.sourceElement.id === "renewal" && isHeld()) event.preventDefault();
});

// Another page of the list, or another item, begins at its top; and focus whose place is gone goes to the list.
let hadFocus = false;
let tops = {};
document.addEventListener("htmx:before:swap", () => {
  hadFocus = document.activeElement !== document.body;
  tops = Object.fromEntries([...document.querySelectorAll("[data-top]")].map((each) => [each.tagName, each.dataset.top]));
});
document.addEventListener("htmx:after:swap", () => {
  for (const each of document.querySelectorAll("[data-top]")) {
    if (each.tagName in tops && tops[each.tagName] !== each.dataset.top) each.scrollTop = 0;
  }
  if (hadFocus && document.activeElement === document.body) at("list").focus({ preventScroll: true });
});
