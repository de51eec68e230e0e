// Kept sessions: the list with the drift per camera and lens, and one session with its plots.

import { micro } from "./micro.js";
import "./theme.js";

const VERDICTS = { set: "set", adjust: "off", tracking: "does not track", "not-front-focus": "not front focus", unsure: "not sure" };
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
  document.querySelector("#list tbody").replaceChildren(...sessions.map(row));
  const pairs = Map.groupBy ? Map.groupBy(sessions, name) : grouped(sessions);
  for (const [title, list] of pairs) {
    const known = list.filter(({ delta_um: delta }) => delta != null).reverse();
    if (known.length > 1) drift(title, known);
  }
}

function grouped(sessions) {
  const pairs = new Map();
  for (const session of sessions) pairs.set(name(session), [...(pairs.get(name(session)) ?? []), session]);
  return pairs;
}

const name = ({ camera, lens, source }) => [camera, lens].filter(Boolean).join(" with ") || source;

function row(session) {
  const line = document.createElement("tr");
  const link = item("a", `${session.id}, ${when(session.started_at)}`);
  link.href = `#${session.id}`;
  const first = document.createElement("td");
  first.append(link);
  const verdict = document.createElement("td");
  verdict.append(tag(session.state === "open" ? "open" : session.verdict));
  const delta = session.delta_um == null ? "–" : `${number(session.delta_um)} ± ${number(session.sigma_um)}`;
  line.append(first, verdict, ...[delta, session.camera || "–", session.lens || "–"].map((text) => item("td", text)), item("td", session.source, "wrap"));
  return line;
}

const tag = (verdict) => item("span", verdict === "open" ? "not finished" : (VERDICTS[verdict] ?? "–"), `tag ${verdict}`);

function drift(title, sessions) {
  const at = sessions.map(({ started_at: text }) => Date.parse(text) / 1000);
  const delta = sessions.map(({ delta_um: value }) => value);
  const high = sessions.map(({ delta_um: value, sigma_um: sigma }) => value + 2 * (sigma ?? 0));
  const low = sessions.map(({ delta_um: value, sigma_um: sigma }) => value - 2 * (sigma ?? 0));
  plot($("drifts"), `Drift of delta: ${title}`, {
    time: true,
    y: "µm",
    data: [at, high, low, delta],
    series: [{}, band("95 %"), { ...band("-"), class: "unseen" }, line("delta, µm", 0)],
    bands: [{ series: [1, 2], fill: colour("--line") }],
  });
}

// One ------------------------------------------------------------------------------------------------------

async function showOne(id) {
  const { report, line: summary, pictures } = await ask(`/api/sessions/${id}`);
  $("one").hidden = false;
  $("title").textContent = `Session ${id}`;
  $("when").textContent = `${summary.title}, ${when(summary.started_at)}${summary.state === "open" ? ", not finished yet" : ""}`;
  for (const kind of ["html", "pdf", "json"]) {
    $(kind).href = `/report/${id}.${kind}`;
    $(kind).addEventListener("click", fetched);
  }
  $("outcomes").replaceChildren();
  report.results.forEach((result) => outcome(result));
  if (!report.results.length) $("outcomes").append(item("p", "This session has no result yet."));
  stars(id, pictures);
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

function outcome(result) {
  const panel = item("section", "", "panel verdict");
  const head = item("h2", "");
  head.append(tag(result.verdict));
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
  const plots = item("div", "", "plots");
  panel.append(head, words, item("p", micro(result.advice), "say"), facts, plots);
  $("outcomes").append(panel);
  residuals(plots, result);
  result.sweeps.forEach((sweep, index) => through(plots, sweep, index, result.half_depth_of_focus_um));
  for (const title of new Set(result.mtf.map((curve) => curve.title))) mtf(plots, title, result.mtf.filter((curve) => curve.title === title));
}

function residuals(parent, result) {
  const sets = [["before", result.before?.zoom ?? []], ["after", result.zoom]].filter(([, points]) => points.length > 1);
  if (!sets.length) return;
  const longest = Math.max(...sets.flatMap(([, points]) => points.map((point) => point.scale_px)));
  const at = [...new Set(sets.flatMap(([, points]) => points.map((point) => point.scale_px / longest)))].sort((a, b) => a - b);
  const value = (points) => at.map((x) => points.find((point) => point.scale_px / longest === x)?.residual_um ?? null);
  const depth = result.half_depth_of_focus_um;
  const edges = depth == null ? [] : [at.map(() => depth), at.map(() => -depth)];
  plot(parent, "Residual over the zoom", {
    x: "zoom, part of tele",
    y: "µm",
    data: [at, ...edges, ...sets.map(([, points]) => value(points))],
    series: [{}, ...(depth == null ? [] : [band("depth of focus"), { ...band("-"), class: "unseen" }]), ...sets.map(([title], index) => line(title, sets.length - 1 - index, true))],
    bands: depth == null ? [] : [{ series: [1, 2], fill: colour("--line") }],
  });
}

function through(parent, sweep, index, depth) {
  if (sweep.points.length < 3) return;
  const at = sweep.points.map(([x]) => x);
  plot(parent, `Through focus: ${sweep.title}, sweep ${index + 1}`, {
    x: sweep.unit === "s" ? "seconds" : sweep.unit,
    y: "µm",
    data: [at, sweep.points.map(([, um]) => um), ...(depth == null ? [] : [at.map(() => depth)])],
    series: [{}, line("blur, µm", 0), ...(depth == null ? [] : [band("depth of focus")])],
  });
}

function mtf(parent, title, curves) {
  const at = [...new Set(curves.flatMap((curve) => curve.frequency_cy_px))].sort((a, b) => a - b);
  const values = curves.map((curve) => at.map((x) => curve.modulation[curve.frequency_cy_px.indexOf(x)] ?? null));
  plot(parent, `Sharpness at ${title}`, {
    x: "cycles per pixel",
    y: "",
    data: [at, ...values],
    series: [{}, ...curves.map((curve) => ({ ...line(curve.when, curve.when === "after" ? 0 : 1), spanGaps: true }))],
  });
}

function stars(id, pictures) {
  if (!pictures.length) return;
  const panel = item("section", "", "panel");
  const list = item("div", "", "stars");
  panel.append(item("h2", "The star"), list);
  pictures.forEach(({ name: title }, index) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    image.src = `/api/sessions/${id}/pictures/${index}.png`;
    image.alt = `the star, ${title}`;
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

// Plots ----------------------------------------------------------------------------------------------------

const colour = (title) => getComputedStyle(document.documentElement).getPropertyValue(title).trim();

/** The newest is a thick solid line with filled marks; older ones are dashed: not by colour alone. */
function line(label, age, marks = false) {
  const stroke = age ? colour("--dim") : colour("--accent");
  return { label, stroke, width: age ? 1.5 : 2.5, dash: age ? [6, 5] : undefined, spanGaps: true, points: { show: marks || undefined, size: 8, fill: stroke } };
}

const band = (label) => ({ label, stroke: colour("--dim"), width: 1, dash: [2, 4], points: { show: false } });

function plot(parent, title, { x = "", y, data, series, bands = [], time = false }) {
  const panel = item("section", "", "panel plot");
  const place = document.createElement("div");
  panel.append(item("h2", title), place);
  parent.append(panel);
  const axis = (label) => ({ label, stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "13px system-ui", labelFont: "13px system-ui", labelSize: 22 });
  series[0].label = x || "date";
  const size = () => ({ width: Math.max(240, place.clientWidth), height: 240 });
  const made = new uPlot({ ...size(), scales: { x: { time } }, axes: [axis(x), axis(y)], series, bands, cursor: { drag: { x: true, y: false } } }, data, place);
  new ResizeObserver(() => made.setSize(size())).observe(panel);
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
