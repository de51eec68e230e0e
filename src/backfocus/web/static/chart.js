// The chart to print and to show.

import "./theme.js";

const form = document.getElementById("print");
const download = document.getElementById("download");
const trouble = document.getElementById("trouble");
const screenful = document.getElementById("screen");

const [papers, offers] = await Promise.all(["/api/papers", "/api/offers"].map(async (path) => (await fetch(path)).json()));
form.elements.paper.append(...papers.map((name) => new Option(name, name, name === "A3", name === "A3")));
form.elements.camera.append(...offers.cameras.map(({ name, title }) => new Option(title, name)));
form.elements.lens.append(...offers.lenses.map(({ name, title }) => new Option(title, name)));

function address() {
  const query = new URLSearchParams();
  for (const name of ["paper", "distance_m", "camera", "lens"]) {
    const value = form.elements[name].value.trim().replace(",", ".");
    if (value) query.set(name, value);
  }
  return `/chart.pdf?${query}`;
}

form.addEventListener("change", () => (download.href = address()));
form.addEventListener("submit", (event) => event.preventDefault());
download.addEventListener("click", async (event) => {
  event.preventDefault();
  trouble.textContent = "";
  const answer = await fetch(address());
  if (!answer.ok) {
    const why = await answer.json();
    trouble.textContent = why.refused ?? "The distance must be a number of metres.";
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition"))?.[1] ?? "backfocus-star.pdf";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});

document.getElementById("full").addEventListener("click", async () => {
  await screenful.requestFullscreen?.();
  await navigator.wakeLock?.request("screen").catch(() => null);
});
screenful.addEventListener("click", () => document.fullscreenElement && document.exitFullscreen());
