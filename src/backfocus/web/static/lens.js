// The drawing of the lens: the ring to turn stands out by colour, an arrow, and its name above.

export const WAYS = {
  either: ["M0 -24 V24 M-12 -12 L0 -24 L12 -12 M-12 12 L0 24 L12 12", "either way"],
  on: ["M-24 6 L0 -16 L24 6 M-24 26 L0 4 L24 26", "keep going"],
  back: ["M22 18 L22 -2 A20 20 0 0 0 -20 -2 L-20 16 M-32 4 L-20 18 L-8 4", "back"],
  stop: ["M-20 -20 H20 V20 H-20 Z", "stop"],
  in: ["M-28 0 H28 M14 -14 L28 0 L14 14", "in (tele)"],
  out: ["M28 0 H-28 M-14 -14 L-28 0 L-14 14", "out (wide)"],
  open: ["M-22 0 A22 22 0 1 1 22 0 A22 22 0 1 1 -22 0", "open"],
  tighten: ["M-20 -12 A22 22 0 1 1 -14 18 M-26 2 L-20 -14 L-4 -8", "tighten"],
  loosen: ["M20 -12 A22 22 0 1 0 14 18 M26 2 L20 -14 L4 -8", "loosen first"],
};
export const NAMES = { focus: "FOCUS", zoom: "ZOOM", iris: "IRIS", "back-focus": "BACK FOCUS", lock: "LOCK SCREW" };
const CENTRES = { focus: 132, zoom: 250, iris: 335, "back-focus": 447, lock: 447 };

export class Lens {
  constructor(root) {
    this.picture = root.querySelector("svg");
    this.arrow = root.querySelector(".way-group");
    this.path = root.querySelector(".way");
    this.name = root.querySelector(".ring-word");
    this.word = root.querySelector(".way-word");
  }

  show({ ring, way, lock }) {
    for (const part of this.picture.querySelectorAll(".ring")) {
      part.classList.toggle("on", part.dataset.ring === ring || (lock !== "" && part.dataset.ring === "lock"));
    }
    this.picture.classList.toggle("pointing", ring !== "none");
    const shown = lock === "loosen" ? "loosen" : way;
    const [path, word] = WAYS[shown] ?? ["", ""];
    this.name.textContent = NAMES[ring] ?? "";
    this.word.textContent = word;
    this.arrow.style.display = path ? "" : "none";
    if (!path) return;
    this.arrow.setAttribute("transform", `translate(${CENTRES[ring] ?? 250} 34)`);
    this.path.setAttribute("d", path);
    this.picture.setAttribute("aria-label", `the lens: ${ring === "none" ? "hands off" : `${ring} ring, ${word}`}`);
  }
}
