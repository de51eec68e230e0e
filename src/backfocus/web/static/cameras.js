// The wall of cameras: what the last run found of each, the worst first; asked for again while it is looked at.

import { micro } from "./micro.js";
import { openRoom } from "./rooms.js";
import "./theme.js";

const AGAIN_MS = 30000;
const $ = (id) => document.getElementById(id);
let before = "";

function item(tag, text = "", kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function picture(kind, camera, alt) {
  const image = document.createElement("img");
  image.src = `/api/cameras/${camera.session}/${kind}`;
  image.alt = alt;
  image.loading = "lazy";
  return image;
}

function view(camera) {
  const made = item("div", "", "view");
  if (!camera.pictured) {
    made.append(item("span", "no picture", "without"));
    return made;
  }
  const close = item("span", "", "close");
  close.append(picture("target", camera, "the middle of its target"));
  for (const image of [picture("whole", camera, `${camera.name} at wide`), close]) made.append(image);
  close.firstChild.addEventListener("error", () => close.remove());
  return made;
}

function scale({ at, low, high, beyond }) {
  const made = item("div", "", "scale");
  made.setAttribute("aria-hidden", "true");
  const line = item("s");
  line.style.left = `${low}%`;
  line.style.width = `${high - low}%`;
  const dot = item("b", "", beyond);
  dot.style.left = `${at}%`;
  made.append(item("i"), line, dot);
  return made;
}

function numbers(camera) {
  const moved = camera.drift_um != null;
  const made = item("p", "", "um");
  const rest = moved ? `drifted ${signed(camera.drift_um)} µm` : camera.number ? `in focus ±${camera.half_depth_um.toFixed(1)} µm` : "";
  made.append(item("span", camera.number ? `${camera.number} µm` : ""), item("span", rest, moved ? "moved" : ""));
  return made;
}

const signed = (um) => (um < 0 ? "−" : "+") + Math.abs(um).toFixed(1);

function card(camera) {
  const made = item("div");
  made.append(found(camera));
  const open = item("button", "Open a room");
  open.setAttribute("aria-label", `Open a room for ${camera.name}`);
  open.addEventListener("click", () => openRoom(`/camera?session=${camera.session}`));
  made.append(open);
  return made;
}

function found(camera) {
  const made = item("a");
  made.href = `/results#${camera.session}`;
  const name = item("h2", camera.name);
  if (camera.group) name.append(item("small", camera.group));
  const head = item("div", "", "head");
  head.append(name, item("span", camera.word, `tag ${camera.verdict}`));
  made.append(view(camera), head);
  if (camera.scale) made.append(scale(camera.scale));
  if (camera.number || camera.drift_um != null) made.append(numbers(camera));
  if (camera.exit_code) {
    const why = item("p", micro(camera.reason), "why");
    const [first, rest] = camera.to_do;
    if (first) why.append(item("b", micro(first)), micro(rest));
    made.append(why);
  } else if (camera.note) made.append(item("p", micro(camera.note), "why"));
  const when = new Date(camera.checked_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  made.append(item("p", when, "why"));
  return made;
}

function counted(cameras) {
  const found = new Map();
  for (const { word } of cameras) found.set(word, (found.get(word) ?? 0) + 1);
  return [...found].map(([word, count]) => {
    const made = item("li");
    made.append(item("b", String(count)), item("span", word));
    return made;
  });
}

async function show() {
  try {
    const answer = await fetch("/api/cameras");
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.refused ?? "The cameras cannot be shown.");
    $("trouble").hidden = true;
    const text = JSON.stringify(found);
    if (text === before) return; // nobody loses their place for nothing
    before = text;
    $("none").hidden = found.length > 0;
    $("counts").replaceChildren(...counted(found));
    $("wall").replaceChildren(...found.map(card));
  } catch (error) {
    $("trouble").textContent = error.message;
    $("trouble").hidden = false;
  }
}

setInterval(() => document.visibilityState === "visible" && show(), AGAIN_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && show());
show();
