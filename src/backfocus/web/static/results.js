// Kept sessions: the list with the drift per camera and lens, and one session with its plots.

import { beside } from "./beside.js";
import { micro } from "./micro.js";
import "./theme.js";

const $ = (id) => document.getElementById(id);

function item(tag, text, kind = "") {
  const made = document.createElement(tag);
  made.textContent = text ?? "";
  if (kind) made.className = kind;
  return made;
}

async function ask(path) {
  const answer = await fetch(path);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.refused ?? "That session cannot be shown.");
  return found;
}

const when = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
const number = (value, digits = 1) => (value == null ? "–" : value.toFixed(digits));

// All ------------------------------------------------------------------------------------------------------

async function showAll() {
  const sessions = await ask("/api/sessions");
  $("all").hidden = false;
  $("none").hidden = sessions.length > 0;
  $("list").hidden = sessions.length === 0;
  $("to-wall").hidden = !sessions.some(({ motors }) => motors);
  document.querySelector("#list tbody").replaceChildren(...sessions.map(row));
  for (const { title, drawing } of await ask("/api/drifts")) $("drifts").append(figures(`Drift of delta: ${title}`, [{ drawing, caption: "Bars: 95 %." }], true));
}

function row(session) {
  const line = document.createElement("tr");
  const link = item("a", `${session.id}, ${when(session.started_at)}`);
  link.href = `#${session.id}`;
  const first = document.createElement("td");
  first.append(link);
  const verdict = document.createElement("td");
  verdict.append(session.state === "open" ? tag("open", "not finished") : tag(session.verdict, session.word));
  const delta = session.delta_um == null ? "–" : `${number(session.delta_um)} ± ${number(session.sigma_um)}`;
  const rest = { Camera: session.motors ? session.title : session.camera, Lens: session.lens, Source: session.source };
  line.append(first, item("td", delta, "delta"), verdict, ...Object.entries(rest).map(named));
  return line;
}

function named([name, text]) {
  const cell = item("td", text || "–", name === "Source" ? "wrap" : "");
  cell.dataset.name = name;
  return cell;
}

const tag = (verdict, word) => item("span", word || "–", `tag ${verdict}`);

// One ------------------------------------------------------------------------------------------------------

async function showOne(id) {
  const { report, line: summary, words, pictures, drawings, compared } = await ask(`/api/sessions/${id}`);
  $("one").hidden = false;
  $("title").textContent = `Session ${id}`;
  $("when").textContent = `${summary.title}, ${when(summary.started_at)}${summary.state === "open" ? ", not finished yet" : ""}`;
  for (const kind of ["html", "pdf", "json"]) {
    $(kind).href = `/report/${id}.${kind}`;
    $(kind).addEventListener("click", fetched);
  }
  $("outcomes").replaceChildren();
  report.results.forEach((result, index) => outcome(result, words[index], drawings[index], compared[index]));
  if (!report.results.length) $("outcomes").append(item("p", "This session has no result yet."));
  stars(id, pictures, compared.flat().length ? "object" : "star");
  $("settings").replaceChildren(...Object.entries({ ...report.settings, version: report.version }).map(fact));
}

/** A refusal (no WeasyPrint here) is told in words instead of being saved as a file. */
async function fetched(event) {
  event.preventDefault();
  const path = event.currentTarget.getAttribute("href");
  const answer = await fetch(path);
  if (!answer.ok) {
    trouble((await answer.json()).refused);
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `backfocus-${path.split("/").at(-1)}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function outcome(result, word, drawn, compared) {
  const panel = item("section", "", "panel verdict");
  const head = item("h2", "");
  head.append(tag(result.verdict, word));
  const words = item("p", micro(result.reason), "say");
  const facts = item("dl", "", "facts");
  const before = result.before;
  facts.append(
    fact(["before, µm", before?.delta_um == null ? "–" : `${number(before.delta_um)} ± ${number(before.sigma_um)}`]),
    fact(["after, µm", result.delta_um == null ? "–" : `${number(result.delta_um)} ± ${number(result.sigma_um)}`]),
    fact(["depth of focus, µm", result.half_depth_of_focus_um == null ? "–" : `± ${number(result.half_depth_of_focus_um)}`]),
    fact([result.rounds === 1 ? "round" : "rounds", result.rounds ?? "–"]),
    fact(["ND", result.nd]),
  );
  panel.append(head, words, item("p", micro(result.advice), "say"), facts);
  panel.append(...compared.map(beside));
  panel.append(...drawn.map(({ heading, figures: list, broad }) => figures(heading, list, broad)));
  $("outcomes").append(panel);
}

function stars(id, pictures, target) {
  if (!pictures.length) return;
  const panel = item("section", "", "panel");
  const list = item("div", "", "stars");
  panel.append(item("h2", `The ${target}`), list);
  pictures.forEach(({ name: title }, index) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    image.src = `/api/sessions/${id}/pictures/${index}.png`;
    image.alt = `the ${target}, ${title}`;
    figure.append(image, item("figcaption", title));
    list.append(figure);
  });
  $("outcomes").append(panel);
}

function fact([title, value]) {
  const pair = document.createElement("div");
  pair.append(item("dt", title), item("dd", typeof value === "string" ? micro(value) : value));
  return pair;
}

/** Drawings of the server under one heading; every word in them was escaped there. */
function figures(heading, list, broad) {
  const panel = item("section", "", "panel");
  const place = item("div", "", broad ? "drawings broad" : "drawings");
  for (const { drawing, caption } of list) {
    const figure = document.createElement("figure");
    figure.append(new DOMParser().parseFromString(drawing, "text/html").body.firstChild, item("figcaption", caption));
    place.append(figure);
  }
  panel.append(item("h2", heading), place);
  return panel;
}

// -----------------------------------------------------------------------------------------------------------

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = false;
}

async function show() {
  $("all").hidden = $("one").hidden = $("trouble").hidden = true;
  $("drifts").replaceChildren();
  const id = /^#(\d+)$/.exec(location.hash)?.[1];
  try {
    await (id ? showOne(id) : showAll());
  } catch (error) {
    trouble(error.message);
  }
  scrollTo({ top: 0 });
}

addEventListener("hashchange", show);
show();
