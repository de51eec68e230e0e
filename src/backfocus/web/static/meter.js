// The big meter: sharpness on an arc, the depth of focus on its outside, a peak hold and the mark to come back to.

const HOLD_MS = 2500;
const FALL_PER_S = 0.25;
const CENTRE = 200;
const RADIUS = 158;

const GAUGE = `
<svg viewBox="0 -14 400 262" role="img" aria-label="sharpness">
  <path class="g-track" d="M42 200A158 158 0 0 1 358 200" pathLength="100"/>
  <path class="g-value" d="M42 200A158 158 0 0 1 358 200" pathLength="100" stroke-dasharray="0 200"/>
  <g class="g-ticks"></g>
  <g class="g-band-group"><path class="g-band" d="M342.400 98.500A176 176 0 0 1 376 200"/><path class="g-lead" d="M380 26 361 104"/><text class="g-text ink" x="400" y="14" text-anchor="end">in focus</text></g>
  <path class="g-hold" d="M28 200H58"/>
  <g class="g-best-mark"><path class="g-best" d="M26 200 8 190V210Z"/></g>
  <text class="g-text" x="0" y="240">soft</text><text class="g-text" x="400" y="240" text-anchor="end">sharp</text>
  <text class="g-text ink g-inside" x="184" y="240" text-anchor="middle">inside</text>
</svg>
<p class="value">–</p>
<p class="under"></p>`;

const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);

export class Meter {
  constructor(root) {
    root.innerHTML = GAUGE;
    this.value = root.querySelector(".g-value");
    this.hold = root.querySelector(".g-hold");
    this.best = root.querySelector(".g-best-mark");
    this.band = root.querySelector(".g-band-group");
    this.number = root.querySelector(".value");
    this.under = root.querySelector(".under");
    this.inside = root.querySelector(".g-inside");
    this.picture = root.querySelector("svg");
    this.held = 0;
    this.heldAt = 0;
    const ticks = root.querySelector(".g-ticks");
    for (let share = 0; share <= 1.001; share += 0.1) {
      const line = svg("line");
      line.setAttribute("class", "g-tick");
      place(line, share, RADIUS - 24, RADIUS - 17);
      ticks.append(line);
    }
  }

  show(meter) {
    const share = meter.sharpness ?? 0;
    // an arc of no length would still draw its round end
    this.value.setAttribute("stroke-dasharray", `${(share * 100).toFixed(2)} 200`);
    this.holdPeak(share);
    this.best.toggleAttribute("hidden", meter.best == null);
    this.best.style.display = meter.best == null ? "none" : "";
    if (meter.best != null) this.best.setAttribute("transform", turned(meter.best));
    this.band.style.display = meter.depth_um == null ? "none" : "";
    this.write(meter);
  }

  holdPeak(share) {
    const now = performance.now();
    if (share >= this.held) {
      this.held = share;
      this.heldAt = now;
    } else if (now - this.heldAt > HOLD_MS) {
      this.held = Math.max(share, this.held - FALL_PER_S / 25);
    }
    this.hold.setAttribute("transform", turned(this.held));
  }

  write(meter) {
    if (!meter.star) {
      this.number.textContent = meter.sharpness == null ? "–" : `no ${meter.target}`;
      this.under.textContent = meter.sharpness == null ? "waiting for a picture" : "contrast only";
    } else if (meter.blur_um == null) {
      this.number.textContent = `${Math.round(100 * meter.sharpness)}`;
      this.unit("%");
      this.under.textContent = whyNoMicrometres(meter);
    } else {
      this.number.textContent = meter.blur_um < 100 ? meter.blur_um.toFixed(1) : Math.round(meter.blur_um);
      this.unit("µm");
      this.under.textContent = `± ${meter.sigma_um.toFixed(1)} · depth of focus ± ${meter.depth_um.toFixed(1)} µm`;
    }
    this.inside.style.display = meter.blur_um != null && meter.blur_um <= meter.depth_um ? "" : "none";
    const words = meter.blur_um == null ? "" : `, ${meter.blur_um.toFixed(0)} micrometres from focus`;
    this.picture.setAttribute("aria-label", `sharpness ${Math.round(100 * (meter.sharpness ?? 0))} percent${words}`);
  }

  unit(text) {
    const small = document.createElement("small");
    small.textContent = text;
    this.number.append(small);
  }
}

/** A star or an object without micrometres: too soft to be read, or nobody named camera and lens. */
function whyNoMicrometres({ measured, optics, target, flags }) {
  if (!measured && flags.includes("no-reference")) return "sharpness, until the peak was passed";
  if (!measured) return `${target === "star" ? "a star" : `the ${target}`}, too soft to be read`;
  return optics ? "sharpness; too soft for micrometres" : "sharpness; micrometres need camera and lens";
}

/** The turn that brings a mark from the left end of the arc to `share`. */
function turned(share) {
  return `rotate(${(180 * Math.min(Math.max(share, 0), 1)).toFixed(2)} ${CENTRE} ${CENTRE})`;
}

function place(line, share, from, to) {
  const angle = Math.PI * (1 - share);
  line.setAttribute("x1", (CENTRE + from * Math.cos(angle)).toFixed(1));
  line.setAttribute("y1", (CENTRE - from * Math.sin(angle)).toFixed(1));
  line.setAttribute("x2", (CENTRE + to * Math.cos(angle)).toFixed(1));
  line.setAttribute("y2", (CENTRE - to * Math.sin(angle)).toFixed(1));
}
