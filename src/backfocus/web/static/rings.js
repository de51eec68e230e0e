// Practice: rings to drag by touch, mouse, wheel or keyboard. What they do is decided by the server.

const STEPS = { ArrowRight: 4, ArrowUp: 4, ArrowLeft: -4, ArrowDown: -4, PageUp: 40, PageDown: -40, Home: -100, End: 100 };
const WHEEL = 0.06;

export class Rings {
  constructor(root, send) {
    this.root = root;
    this.send = send;
    this.waiting = {};
    for (const knob of root.querySelectorAll(".knob")) this.arm(knob);
    this.lock = root.querySelector("#lock");
    this.lock.addEventListener("click", () => send({ do: "turn", ring: "lock", by: this.locked ? -1 : 1 }));
  }

  arm(knob) {
    const ring = knob.dataset.ring;
    let last = null;
    knob.addEventListener("pointerdown", (event) => {
      knob.setPointerCapture(event.pointerId);
      last = event.clientX;
    });
    knob.addEventListener("pointermove", (event) => {
      if (last == null) return;
      this.turn(ring, event.clientX - last);
      last = event.clientX;
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) knob.addEventListener(end, () => (last = null));
    knob.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.turn(ring, -event.deltaY * WHEEL);
    }, { passive: false });
    knob.addEventListener("keydown", (event) => {
      const by = STEPS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.turn(ring, event.shiftKey ? by / 4 : by);
    });
  }

  /** Movements between two frames are sent as one, never more than a ring can be moved at once. */
  turn(ring, by) {
    if (!by) return;
    if (!Object.keys(this.waiting).length) requestAnimationFrame(() => this.flush());
    this.waiting[ring] = (this.waiting[ring] ?? 0) + by;
  }

  flush() {
    const all = this.waiting;
    this.waiting = {};
    for (const [ring, by] of Object.entries(all)) {
      const now = Math.max(-100, Math.min(100, by));
      this.send({ do: "turn", ring, by: Math.round(now * 100) / 100 });
      if (by !== now) this.turn(ring, by - now);
    }
  }

  show(rings) {
    this.locked = rings.lock;
    const words = {
      focus: "",
      zoom: `${rings.focal_mm.toFixed(0)} mm`,
      iris: rings.open ? "open" : `f/${rings.iris}`,
      "back-focus": rings.lock ? "locked" : "",
    };
    const at = { focus: rings.focus, zoom: rings.zoom * 250, iris: rings.iris * 10, "back-focus": rings["back-focus"] };
    for (const knob of this.root.querySelectorAll(".knob")) {
      const ring = knob.dataset.ring;
      knob.style.setProperty("--at", `${at[ring]}px`);
      knob.querySelector("output").textContent = words[ring];
      knob.setAttribute("aria-valuenow", Math.round(at[ring]));
      knob.setAttribute("aria-valuetext", words[ring] || `${Math.round(at[ring])}`);
    }
    this.lock.setAttribute("aria-pressed", rings.lock);
    this.lock.querySelector("span").textContent = rings.lock ? "locked" : "loose";
  }

  point({ ring, lock }) {
    for (const knob of this.root.querySelectorAll(".knob")) knob.classList.toggle("on", knob.dataset.ring === ring);
    this.lock.classList.toggle("main", lock !== "");
  }
}
