// The page: shows what the server says, sends what the person does. Nothing is decided here.

import { beside } from "./beside.js";
import { Lens } from "./lens.js";
import { ask, Link, ROOM } from "./link.js";
import { Meter } from "./meter.js";
import { micro, sentence } from "./micro.js";
import { Picture } from "./picture.js";
import { Rings } from "./rings.js";
import { SetUp } from "./setup.js";
import { Sound } from "./sound.js";
import { Trend } from "./trend.js";
import "./theme.js";

const $ = (id) => document.getElementById(id);
const KEYS = { Enter: "confirm", " ": "confirm", r: "repeat", s: "skip", u: "undo", q: "stop" };

const link = new Link();
const sound = new Sound();
const meter = new Meter($("meter"));
const trend = new Trend($("trend"));
const picture = new Picture($("picture"), ({ x, y }) => {
  if (phase !== "looking" && !(phase === "guiding" && words?.object[1])) return false;
  return link.send({ do: "aim", x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) });
});
const lens = new Lens($("lens"));
const rings = new Rings($("rings"), (message) => link.send(message));
const setUp = new SetUp($("setup"), (choice) => act({ do: "look", ...choice }));

let words = null;
let phase = "";
let mine = false;
let lock = null;
let wasOff = null;
let room = "";
let named = "star"; // what is measured
let leaving = false;

function act(message) {
  if (!link.send(message)) link.tell("down");
}

// Sections ----------------------------------------------------------------------------------------------

link.on("phase", (shown) => {
  const before = phase;
  phase = shown.phase;
  for (const id of ["setup", "looking", "guide", "over"]) $(id).hidden = !SECTIONS[phase].includes(id);
  document.body.classList.toggle("practising", shown.practice);
  document.body.classList.toggle("plays", shown.recording);
  tellBefore();
  const rig = [cut(shown.source), micro(shown.rig)].filter(Boolean).join(" · ");
  for (const line of document.querySelectorAll(".rig-words")) line.textContent = rig;
  $("source").textContent = [room, rig].filter(Boolean).join(" · ");
  $("room").hidden = !room || ["guiding", "opening"].includes(phase);
  $("deck").hidden = !(["guiding", "looking"].includes(phase) && (shown.practice || phase === "guiding")) && mine;
  $("rings").hidden = !shown.practice;
  $("words").hidden = phase !== "guiding";
  $("trouble").hidden = !shown.trouble;
  $("trouble").querySelector("p").textContent = shown.trouble;
  $("wake").hidden = $("elsewhere").hidden = phase !== "lost";
  $("report").href = `/results#${shown.session ?? ""}`;
  const home = phase === "looking" || phase === "opening" ? "look-picture" : "guide-picture";
  if ($("picture").parentElement.id !== home) $(home).append($("picture"));
  if (phase === "opening" || phase === "setup") picture.clear(phase === "opening" ? "opening the source" : "no source");
  if (before && before !== phase) scrollTo({ top: 0 });
  if (phase === "guiding") stayAwake();
  showDeck();
  if (before !== phase) showLeftOpen();
  showCompared(phase === "over" ? shown.session : null);
});

link.on("room", (title) => {
  room = title;
  $("room-name").textContent = title;
  if (title) document.title = `${title} - backfocus`;
});

/** Tele beside wide, where an object was measured: what the number looks like. */
async function showCompared(session) {
  const place = $("compared");
  if (place.dataset.session === `${session}`) return;
  place.dataset.session = `${session}`;
  place.replaceChildren();
  if (session == null) return;
  const answer = await fetch(`/api/sessions/${session}/compared`);
  const compared = answer.ok ? await answer.json() : [];
  if (place.dataset.session !== `${session}`) return;
  place.replaceChildren(...compared.map((each) => beside({ ...each, number: each.number ?? wasOff })));
}

/** What was left open is offered before something else is begun; nothing is taken up by itself. */
async function showLeftOpen() {
  const offering = ["setup", "looking"].includes(phase);
  const answer = offering ? await ask("left-open") : null;
  const told = answer ? await answer.json() : [];
  if (told.refused) showRefusal(told.refused); // a store that cannot be used is said before anything is begun
  const left = answer?.ok ? told : [];
  $("left-open").hidden = !offering || left.length === 0;
  fill($("left-open"), left, ({ session, started_at, title, lens, step, refused }) => {
    const when = new Date(started_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const line = item("li", "");
    line.append(item("span", `Session ${session} on ${[title, lens].filter(Boolean).join(", ")}, begun ${when}, was left open at “${step}”${refused ? `: ${micro(refused)}` : "."}`));
    if (!refused) {
      const button = item("button", "Go on with it");
      button.disabled = !mine;
      button.addEventListener("click", () => {
        sound.start().then(showSound);
        act({ do: "resume", session });
      });
      line.append(button);
    }
    return line;
  });
}

const SECTIONS = {
  setup: ["setup"],
  opening: ["looking"],
  looking: ["looking"],
  guiding: ["guide"],
  over: ["over"],
  lost: [],
};

link.on("words", (now) => {
  const before = words;
  words = now;
  if (!now) return;
  if (before?.title !== now.title || before?.turn !== now.turn) announce(now);
  else if (now.trouble && now.trouble !== before.trouble) sound.say(now.trouble);
  $("title").textContent = micro(now.title);
  $("hint").textContent = micro(now.hint);
  $("object").textContent = now.object[1];
  $("object").dataset.colour = now.object[0];
  showNotices(now.notices);
  $("left").textContent = micro(now.left);
  lens.show(now);
  rings.point(now);
  showSteps(now.steps);
  for (const button of document.querySelectorAll("[data-word]")) button.disabled = !mine || !now.can.includes(button.dataset.word);
});

link.on("meter", (now) => {
  meter.show(now);
  sound.follow(now.sharpness, words?.sounds && phase === "guiding");
  if (trend.best !== now.best) {
    trend.best = now.best;
    trend.redraw();
  }
  requestAnimationFrame(() => document.dispatchEvent(new CustomEvent("meter-shown", { detail: now.decoded_ms })));
});

link.on("trend", (now) => trend.add(now));
link.on("signals", (list) => sound.signals(list));
link.on("picture", (now) => picture.show(now));
link.on("rings", (now) => now && rings.show(now));
link.on("checks", (list) => {
  if (!list) return;
  fill($("checks"), list, check);
  named = list[0].name;
  tellBefore();
});

/** What to do before the start; nobody can be told to do anything in a recording. */
function tellBefore() {
  const plays = document.body.classList.contains("plays");
  $("before-hint").textContent = plays
    ? "The clip plays by itself. This is what its first pictures show."
    : `Zoom fully out, put the ${named} in the middle of the picture, and check these four.`;
  $("begin-help").hidden = plays;
}

link.on("advice", (now) => {
  $("advice").hidden = !now?.[1];
  $("advice").textContent = now?.[1] ?? "";
  clearTimeout(showDeck.later);
  showDeck.later = setTimeout(() => ($("advice").hidden = true), 8000);
});
link.on("result", (now) => now && showResult(now));

link.on("controls", (now) => {
  mine = now.mine;
  $("viewers").hidden = false;
  $("viewers").querySelector(".text").textContent = now.viewers;
  const count = now.viewers === 1 ? "You are the only viewer" : `${now.viewers} viewers`;
  $("viewers").setAttribute("aria-label", `${count}; ${mine ? "you hold" : "another holds"} the controls`);
  $("others-words").textContent = `${count}. ${mine ? "You hold the controls." : "Another viewer holds the controls."}`;
  $("wanted").hidden = !now.asked;
  $("watching").hidden = mine;
  $("watching-words").textContent = now.asking ? "Asked; waiting for the other viewer." : "Another viewer holds the controls.";
  $("ask").textContent = now.free ? "Take the controls" : "Ask for the controls";
  for (const id of ["close-room", "begin", "back", "again", "another", "next-nd", "wake", "elsewhere", "practise"]) $(id).disabled = !mine;
  setUp.enable(mine);
  for (const button of $("left-open").querySelectorAll("button")) button.disabled = !mine;
  if (words) for (const button of document.querySelectorAll("[data-word]")) button.disabled = !mine || !words.can.includes(button.dataset.word);
  for (const button of document.querySelectorAll("[data-turn]")) button.disabled = !mine;
  showDeck();
});

link.on("up", () => ($("line").hidden = true));
link.on("gone", () => {
  if (leaving) location.assign("/cameras");
  tellLine("This room was closed. Its session is kept: open a room again to go on with it.");
  $("to-rooms").hidden = false;
});
link.on("down", () => tellLine("The connection is lost. Trying again; nothing is lost, the session goes on where it was."));
link.on("shut", () => tellLine("This page is not let in any more. Open it with the newest address or QR code where it is served."));

function tellLine(text) {
  $("line").hidden = false;
  $("to-rooms").hidden = true;
  $("line").querySelector("p").textContent = text;
}

link.on("refused", showRefusal);

function showRefusal(text) {
  $("refusal").hidden = false;
  $("refusal").querySelector("p").textContent = sentence(text);
  $("refusal").scrollIntoView({ block: "nearest" });
}

function showDeck() {
  const practice = document.body.classList.contains("practising");
  $("words").hidden = phase !== "guiding" || !mine;
  $("rings").hidden = !practice || !mine || !["guiding", "looking"].includes(phase);
  $("deck").hidden = $("words").hidden && $("rings").hidden && mine;
}

/** Of all that is to be said beside the instruction only the first stands large, under it. */
function showNotices([first = "", ...rest]) {
  $("notice").textContent = micro(first);
  $("notice").hidden = !first;
  fill($("notices"), rest, (text) => item("li", micro(text)));
}

function announce(now) {
  const text = `${now.title}. ${now.hint}`;
  $("announce").textContent = micro(text);
  sound.say(text);
}

function showSteps(steps) {
  const index = steps.findIndex(([, state]) => state === "now");
  $("stage").textContent = index < 0 ? "All steps done" : `${index + 1} of ${steps.length}: ${steps[index][0]}`;
  fill($("stages"), steps, ([, state]) => item("i", "", state));
  fill($("steps"), steps, ([name, state]) => {
    const line = item("li", name, state);
    if (state === "now") line.setAttribute("aria-current", "step");
    return line;
  });
}

function check({ name, good, words: text }) {
  const line = item("li", "", good == null ? "" : good ? "good" : "bad");
  const mark = item("span", good == null ? "…" : good ? "✓" : "!", "mark");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", good == null ? "waiting" : good ? "good" : "to be checked");
  line.append(mark, item("b", { star: "Star", object: "Object", light: "Light", detail: "Detail", still: "Still", picture: "Picture" }[name]), item("span", text));
  return line;
}

/** Of a recording with a sweep: which way it began gives the error its direction. */
function showFirstTurn(turn) {
  $("first-turn").hidden = !turn;
  if (!turn) return;
  for (const button of document.querySelectorAll("[data-turn]")) {
    button.parentElement.hidden = !turn.ways.includes(button.dataset.turn);
    button.setAttribute("aria-pressed", button.dataset.turn === turn.told);
    button.disabled = !mine;
  }
  const told = turn.tells ? "The direction rests on this answer: tap another if it was wrong." : "Even so this clip does not show the direction.";
  $("turn-told").textContent = turn.told ? told : "";
}

function showResult({ results, score, turn }) {
  showFirstTurn(turn);
  const last = results.at(-1);
  wasOff = last.before_um?.toFixed(1);
  $("verdict").textContent = last.title;
  $("delta").replaceChildren();
  if (last.delta_um != null) {
    $("delta").append(last.delta_um.toFixed(1), item("small", ` ± ${last.sigma_um.toFixed(1)} µm off`));
  }
  $("reason").textContent = micro(last.reason);
  $("advice-end").textContent = micro(last.advice);
  const facts = [["depth of focus", last.depth_um == null ? "–" : `±\u00a0${um(last.depth_um)}`]];
  // where no ring was turned there is no before and after
  if (last.rounds > 0) facts.unshift(["before", um(last.before_um)], ["after", um(last.delta_um)]), facts.push([last.rounds === 1 ? "round" : "rounds", last.rounds]);
  if (score) facts.push(["time", `${Math.floor(score.seconds / 60)} min ${Math.round(score.seconds % 60)} s`], ["truly left", um(score.remaining_um)], ["was hidden", um(score.hidden_um)], ["mistakes", score.mistakes.length]);
  fill($("facts"), facts, ([name, value]) => {
    const pair = document.createElement("div");
    pair.append(item("dt", name), item("dd", value));
    return pair;
  });
  $("mistakes").replaceChildren();
  if (score?.mistakes.length) {
    const list = item("ul", "", "warn");
    for (const text of new Set(score.mistakes)) list.append(item("li", text));
    $("mistakes").append(item("h2", "What to do better next time"), list);
  }
}

const um = (value) => (value == null ? "–" : `${value.toFixed(1)}\u00a0µm`);

/** A long address as its beginning: what stands behind it, the camera and the lens, is read too. */
const cut = (text) => (text.length > 48 ? `${text.slice(0, 47)}…` : text);

function item(tag, text, kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** Replace the children only where they differ: nothing flickers, nothing is read out twice. */
function fill(parent, list, make) {
  const key = JSON.stringify(list);
  if (parent.dataset.key === key) return;
  parent.dataset.key = key;
  parent.replaceChildren(...list.map(make));
}

// What the person does -----------------------------------------------------------------------------------

function say(word) {
  if (!words || phase !== "guiding" || !mine || !words.can.includes(word)) return;
  if (word === "stop") $("finish").showModal();
  else act({ do: "say", word, step: words.step });
}

for (const button of document.querySelectorAll("[data-word]")) button.addEventListener("click", () => say(button.dataset.word));
$("finish-yes").addEventListener("click", () => {
  $("finish").close();
  act({ do: "say", word: "stop", step: words.step });
});
$("finish-no").addEventListener("click", () => $("finish").close());
$("begin").addEventListener("click", () => {
  sound.start().then(showSound);
  const notes = {};
  for (const { name, value } of $("record").querySelectorAll("input")) if (value.trim()) notes[name] = value;
  act({ do: "begin", notes });
});
for (const id of ["back", "another", "elsewhere"]) $(id).addEventListener("click", () => act({ do: "leave" }));
$("close-room").addEventListener("click", () => {
  leaving = true;
  act({ do: "close" });
});
$("again").addEventListener("click", () => (document.body.classList.contains("practising") ? act({ do: "look", kind: "practice" }) : act({ do: "say", word: "repeat", step: words.step })));
$("next-nd").addEventListener("click", () => $("nds").showModal());
$("nds-no").addEventListener("click", () => $("nds").close());
$("nds").querySelector("form").addEventListener("submit", (event) => act({ do: "note", name: "nd", value: event.target.elements.nd.value }));
for (const button of document.querySelectorAll("[data-turn]")) button.addEventListener("click", () => {
  if (button.getAttribute("aria-pressed") === "true") return; // the answer stays, and nothing new would come
  $("turn-told").textContent = "Judging the clip again …";
  act({ do: "tell-turn", first_turn: button.dataset.turn });
});
$("wake").addEventListener("click", () => act({ do: "wake" }));
$("practise").addEventListener("click", () => act({ do: "look", kind: "practice" }));
$("ask").addEventListener("click", () => act({ do: "ask" }));
$("give").addEventListener("click", () => act({ do: "hand-over", yes: true }));
$("keep").addEventListener("click", () => act({ do: "hand-over", yes: false }));
for (const button of document.querySelectorAll(".note .close")) button.addEventListener("click", () => (button.parentElement.hidden = true));

$("viewers").addEventListener("click", () => {
  $("invited").hidden = true;
  $("others").showModal();
});
$("others").querySelector(".close").addEventListener("click", () => $("others").close());
$("invite").addEventListener("click", async () => {
  const found = await (await fetch(`/api/invite?room=${ROOM.slice("/room/".length)}`, { method: "POST" })).json();
  $("invited").hidden = !found.address;
  if (found.address) {
    $("qr").src = found.qr;
    $("address").textContent = found.address;
  } else {
    $("others-words").textContent = "Only this machine can open the page now. To let a phone in, start it for the local network.";
  }
});

// Keys mean something while no field has them; Enter and Space belong to the button that has the focus.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.target.closest("input, select")) return;
  if (["Enter", " "].includes(key) && event.target.closest("button, a, summary, .knob")) return;
  if (key === "m") toggleSound();
  else if (KEYS[key]) {
    event.preventDefault();
    say(KEYS[key]);
  }
});

// Sound, light and sleep -----------------------------------------------------------------------------------

function showSound() {
  $("sound").querySelector(".waves").style.display = sound.on ? "" : "none";
  $("sound").querySelector(".muted").style.display = sound.on ? "none" : "";
}

function toggleSound() {
  if (sound.on) sound.stop();
  else sound.start().then(() => words && phase === "guiding" && sound.say(`${words.title}. ${words.hint}`)).then(showSound);
  showSound();
}

$("sound").addEventListener("click", () => $("sounds").showModal());
for (const box of document.querySelectorAll("[data-sound]")) {
  box.checked = sound.wants[box.dataset.sound];
  box.addEventListener("change", () => sound.want(box.dataset.sound, box.checked));
}
$("sound-on").addEventListener("click", () => {
  if (!sound.on) toggleSound();
  $("sounds").close();
});
$("sound-off").addEventListener("click", () => {
  sound.stop();
  showSound();
  $("sounds").close();
});
showSound();

async function stayAwake() {
  if (lock && !lock.released) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    // no wake lock on plain http: say what to set, once
    if (matchMedia("(pointer: coarse)").matches && !localStorage.getItem("slept")) {
      $("sleep").hidden = false;
      localStorage.setItem("slept", "told");
    }
  }
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  if (sound.on) sound.start();
  if (phase === "guiding") stayAwake();
});

$("stage-list").open = matchMedia("(min-width: 900px)").matches;
link.open();
