// Sharpness over the last 30 seconds, with the best as a dashed line.

const SPAN_S = 30;
const REDRAW_MS = 80;

export class Trend {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = [];
    this.best = null;
    this.due = false;
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  add({ fresh, points }) {
    if (fresh) this.points = [];
    this.points.push(...points);
    const end = this.points.at(-1)?.[0] ?? 0;
    const first = this.points.findIndex(([at]) => at > end - SPAN_S);
    if (first > 0) this.points.splice(0, first);
    this.redraw();
  }

  redraw() {
    if (this.due) return;
    this.due = true;
    // half as often as the meter: ten windows on one machine have better things to draw
    setTimeout(() => requestAnimationFrame(() => {
      this.due = false;
      this.draw();
    }), REDRAW_MS);
  }

  draw() {
    const { canvas, points } = this;
    const scale = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width) return;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    const colours = getComputedStyle(canvas);
    const accent = colours.getPropertyValue("--accent");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const y = (share) => height - 2 - share * (height - 6);
    pen.strokeStyle = colours.getPropertyValue("--line");
    pen.lineWidth = 1;
    for (const share of [0, 0.5, 1]) rule(pen, y(share), width);
    if (this.best != null) {
      pen.strokeStyle = colours.getPropertyValue("--ink");
      pen.setLineDash([5, 5]);
      rule(pen, y(this.best), width);
      pen.setLineDash([]);
    }
    if (points.length < 2) return;
    const end = points.at(-1)[0];
    const x = (at) => width - ((end - at) / SPAN_S) * width;
    pen.beginPath();
    points.forEach(([at, share], index) => (index ? pen.lineTo(x(at), y(share)) : pen.moveTo(x(at), y(share))));
    pen.strokeStyle = accent;
    pen.lineWidth = 2.5;
    pen.lineJoin = "round";
    pen.stroke();
    pen.lineTo(width, height);
    pen.lineTo(x(points[0][0]), height);
    pen.globalAlpha = 0.16;
    pen.fillStyle = accent;
    pen.fill();
    pen.globalAlpha = 1;
  }
}

function rule(pen, y, width) {
  pen.beginPath();
  pen.moveTo(0, Math.round(y) + 0.5);
  pen.lineTo(width, Math.round(y) + 0.5);
  pen.stroke();
}
