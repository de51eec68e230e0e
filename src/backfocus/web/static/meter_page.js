// The meter alone, for a second screen or over another picture: it watches, and nothing can be pressed.

import { NAMES, WAYS } from "./lens.js";
import { Link } from "./link.js";
import { Meter } from "./meter.js";
import { micro } from "./micro.js";
import "./theme.js";

const link = new Link({ watches: true });
const meter = new Meter(document.getElementById("meter"));
const title = document.getElementById("title");
const [ring, way] = [".ring-word", ".way-word"].map((part) => document.querySelector(part));
const IDLE = { setup: "No source yet", opening: "Opening the source", looking: "", lost: "The picture is lost", over: "Done" };

document.body.classList.toggle("transparent", new URLSearchParams(location.search).has("transparent"));

link.on("phase", ({ phase }) => {
  if (phase in IDLE) say(IDLE[phase]);
});
link.on("words", (words) => {
  if (!words) return;
  say(micro(words.title));
  ring.textContent = NAMES[words.ring] ?? "";
  way.textContent = (WAYS[words.lock === "loosen" ? "loosen" : words.way] ?? ["", ""])[1];
});
link.on("meter", (now) => meter.show(now));
link.on("down", () => say("The connection is lost"));
link.on("gone", () => say("This room was closed"));
link.on("shut", () => say("Not let in: open the newest address"));
link.open();

function say(text) {
  title.textContent = text;
  ring.textContent = way.textContent = "";
}
