// The live picture with the star or the object outlined, and its middle magnified.

const BEFORE_RADIUS = 40;
const MARK = "#ffb637";
const PART = 0.4; // of the picture, what is kept to around a place
const POINTED_MS = 1500;
const ALL = 0.9; // of the picture's width: what is as wide is all of it, and needs no outline

export class Picture {
  // aimed: told where the picture was tapped, from 0 to 1; says whether that means something now
  constructor(root, aimed = () => false) {
    this.whole = root.querySelector("canvas.whole");
    this.loupe = root.querySelector("canvas.loupe");
    this.none = root.querySelector(".none");
    this.live = root.querySelector(".live");
    this.root = root;
    this.pointed = null;
    this.star = null;
    this.whole.addEventListener("click", (event) => {
      const box = this.whole.getBoundingClientRect();
      const place = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
      if (this.star || !aimed(place)) return;
      this.pointed = { ...place, until: performance.now() + POINTED_MS };
    });
  }

  show({ whole, centre, star, object, label, width, height }) {
    this.none.hidden = true;
    this.root.style.aspectRatio = `${width} / ${height}`;
    draw(this.whole, whole);
    whole.close();
    this.star = star;
    if (this.pointed && performance.now() < this.pointed.until) pointing(this.whole, this.pointed);
    if (star) outline(this.whole, star, this.whole.width / width);
    if (object?.tiles.length || object?.width < ALL * width) frame(this.whole, object, this.whole.width / width);
    this.loupe.hidden = !centre;
    if (centre) {
      draw(this.loupe, centre);
      centre.close();
    }
    this.live.textContent = label;
    this.live.hidden = false;
  }

  clear(words) {
    this.none.textContent = words;
    this.none.hidden = false;
    this.live.hidden = true;
    this.loupe.hidden = true;
    this.whole.getContext("2d").clearRect(0, 0, this.whole.width, this.whole.height);
  }
}

function draw(canvas, bitmap) {
  if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
  if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
}

/** How many pixels of the canvas are one of the page: a phone shows it smaller than it is. */
function shrunk(canvas) {
  return Math.max(1, canvas.width / (canvas.clientWidth || canvas.width));
}

/** Black beneath: an outline shows on white paper and in the dark. */
function strokes(canvas) {
  return [["#000", 5], [MARK, 2.5]].map(([colour, thickness]) => [colour, thickness * shrunk(canvas)]);
}

/** The corners of the part in use, and a dot for each tile: full where it counts, hollow where it was left out. */
function frame(canvas, object, scale) {
  const pen = canvas.getContext("2d");
  const [wide, tall] = [object.width * scale, object.height * scale];
  const [left, top] = [(object.x + 0.5) * scale - wide / 2, (object.y + 0.5) * scale - tall / 2];
  const arm = Math.min(22 * shrunk(canvas), wide / 4, tall / 4);
  for (const [colour, thickness] of strokes(canvas)) {
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = thickness;
    pen.beginPath();
    for (const [x, y, right, down] of [[left, top, 1, 1], [left + wide, top, -1, 1], [left, top + tall, 1, -1], [left + wide, top + tall, -1, -1]]) {
      pen.moveTo(x + right * arm, y);
      pen.lineTo(x, y);
      pen.lineTo(x, y + down * arm);
    }
    pen.stroke();
    pen.lineWidth = thickness / 2.5;
    for (const [x, y, used] of object.tiles) {
      pen.beginPath();
      pen.arc(x * scale, y * scale, thickness / 2, 0, 2 * Math.PI);
      if (used) pen.fill();
      else pen.stroke();
    }
  }
}

function pointing(canvas, { x, y }) {
  const pen = canvas.getContext("2d");
  const [width, height] = [PART * canvas.width, PART * canvas.height];
  for (const [colour, thickness] of strokes(canvas)) {
    pen.strokeStyle = colour;
    pen.lineWidth = thickness;
    pen.strokeRect(x * canvas.width - width / 2, y * canvas.height - height / 2, width, height);
  }
}

function outline(canvas, star, scale) {
  const pen = canvas.getContext("2d");
  const x = (star.x + 0.5) * scale;
  const y = (star.y + 0.5) * scale;
  for (const [colour, thickness] of strokes(canvas)) {
    pen.strokeStyle = colour;
    pen.lineWidth = thickness;
    pen.setLineDash(star.radius ? [] : [8, 6]);
    pen.beginPath();
    pen.arc(x, y, (star.radius ?? BEFORE_RADIUS / scale) * scale, 0, 2 * Math.PI);
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    for (const [dx, dy] of [[1, 0], [0, 1]]) {
      pen.moveTo(x - 12 * dx, y - 12 * dy);
      pen.lineTo(x + 12 * dx, y + 12 * dy);
    }
    pen.stroke();
  }
}
