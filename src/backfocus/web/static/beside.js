// An object at tele, shrunk, and at wide: one over the other with a line to move, and the same as a file to send.

import { micro } from "./micro.js";

const MIDDLE = 50;
const CARD = { side: 640, gap: 24, border: 40, ground: "#0b0d10", ink: "#f1f3f6", dim: "#a3adba" };
const FACE = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export function beside(shown) {
  const panel = made("section", "panel beside");
  const panes = made("div", "panes");
  panes.append(pair(shown), made("div", "more-of"));
  panes.lastChild.append(drawing(shown.tiles), drawing(shown.place));
  panel.append(made("h2", "", shown.title), panes);
  return panel;
}

/** The two pictures on each other; a slider that fills them moves the line, by finger, mouse and keys. */
function pair(shown) {
  const figure = made("figure", "pair-of");
  const frame = made("div", "split");
  frame.style.width = `${shown.times * shown.width_px}px`;
  const slider = made("input", "");
  Object.assign(slider, { type: "range", min: 0, max: 100, step: 0.5, value: MIDDLE });
  slider.setAttribute("aria-label", "The line between the two pictures");
  const place = () => {
    frame.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${Math.round(slider.value)} % ${shown.sharp}, the rest ${shown.filmed}`);
  };
  slider.addEventListener("input", place);
  for (const [name, words] of [["filmed", shown.filmed], ["shrunk", shown.sharp]]) frame.append(image(shown, name, words));
  frame.append(slider, made("span", "line"), made("b", "left-of", shown.sharp), made("b", "right-of", shown.filmed));
  place();
  const words = made("figcaption", "");
  if (shown.number) words.append(made("p", "number", `${shown.number} µm`));
  const save = made("button", "", "Save as a picture");
  save.addEventListener("click", () => send(shown, frame));
  words.append(made("p", "", micro(shown.words)), save);
  figure.append(frame, words);
  return figure;
}

function drawing({ drawing: svg, words }) {
  const figure = made("figure", "");
  figure.append(new DOMParser().parseFromString(svg, "text/html").body.firstChild, made("figcaption", "", words));
  return figure;
}

/** Side by side on one card, each pixel of the camera as a square of whole pixels. */
async function send(shown, frame) {
  const images = ["shrunk", "filmed"].map((name) => frame.querySelector(`img.${name}`));
  await Promise.all(images.map((each) => each.decode()));
  const times = Math.max(1, Math.floor(CARD.side / shown.width_px));
  const [wide, tall] = [times * shown.width_px, times * shown.height_px];
  const canvas = document.createElement("canvas");
  canvas.width = 2 * CARD.border + 2 * wide + CARD.gap;
  canvas.height = 2 * CARD.border + tall + 138;
  const pen = canvas.getContext("2d");
  pen.fillStyle = CARD.ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingEnabled = false;
  images.forEach((each, index) => {
    const x = CARD.border + index * (wide + CARD.gap);
    pen.drawImage(each, x, CARD.border, wide, tall);
    write(pen, [shown.sharp, shown.filmed][index], x, CARD.border + tall + 36, 22, CARD.dim);
  });
  const foot = canvas.height - CARD.border;
  write(pen, shown.number ? `${shown.number} µm` : shown.title, CARD.border, foot, 46, CARD.ink, 750);
  pen.textAlign = "right";
  write(pen, "backfocus", canvas.width - CARD.border, foot, 24, CARD.dim, 650);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/png")));
  link.download = "backfocus-tele-beside-wide.png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function write(pen, text, x, y, size, colour, weight = 500) {
  pen.font = `${weight} ${size}px ${FACE}`;
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

function image(shown, name, words) {
  const found = made("img", name);
  // with its size, so that nothing below jumps when it has come
  Object.assign(found, { alt: words, width: shown.width_px, height: shown.height_px, src: shown.images[name] });
  return found;
}

function made(tag, kind, text) {
  const found = document.createElement(tag);
  if (kind) found.className = kind;
  if (text) found.textContent = text;
  return found;
}
