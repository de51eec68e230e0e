// The line to the server: reconnects by itself, answers each message with its number, hands sections on.

const LONGEST_WAIT_MS = 4000;

/** Where the room of this page is; "" for the first one. */
export const ROOM = location.pathname.match(/^\/room\/[a-z0-9-]+/)?.[0] ?? "";

/** What is asked about this room alone. */
export const ask = (what, options) => fetch(`${ROOM || "/api"}/${what}`, options);

export class Link extends EventTarget {
  /** `watches`: for a page without controls, which no other page takes for itself. */
  constructor({ watches = false } = {}) {
    super();
    this.watches = watches;
    this.socket = null;
    this.wait = 250;
    this.state = {};
    this.closed = false;
    addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", () => document.hidden || this.open());
    addEventListener("pageshow", () => this.open());
  }

  open() {
    if (this.closed || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${ROOM}/live`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.wait = 250;
      this.send({ do: "hello", viewer: this.watches ? "" : sessionStorage.getItem("viewer") || "", watches: this.watches });
      this.tell("up");
    };
    socket.onmessage = (event) => (typeof event.data === "string" ? this.read(event.data) : this.see(event.data));
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      // no room, or another page of this browser took it: not in a hurry
      if (code === 1013) this.wait = LONGEST_WAIT_MS;
      this.tell("down");
      this.askWhy();
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  /** A line that is refused looks like one that is cut; the server says which in words. */
  async askWhy() {
    const answer = await fetch(ROOM || "/", { method: "HEAD" }).catch(() => null);
    if (answer?.status === 403) this.tell("shut");
    if (answer?.status === 404) this.tell("gone");
  }

  send(message) {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  read(text) {
    const message = JSON.parse(text);
    if (message.refused) {
      this.tell("refused", message.refused);
      return;
    }
    const { number, ...sections } = message;
    if (sections.controls && !this.watches) sessionStorage.setItem("viewer", sections.controls.viewer);
    Object.assign(this.state, sections);
    for (const [name, value] of Object.entries(sections)) this.tell(name, value);
    this.tell("state", sections);
    this.send({ do: "seen", number });
  }

  async see(buffer) {
    const length = new DataView(buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const middle = 4 + length + head.whole;
    try {
      head.whole = await bitmap(buffer.slice(4 + length, middle));
      head.centre = middle < buffer.byteLength ? await bitmap(buffer.slice(middle)) : null;
      this.tell("picture", head);
    } finally {
      // answered only when drawn: a phone that draws slowly is sent fewer
      requestAnimationFrame(() => this.send({ do: "seen", number: head.number }));
    }
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  on(name, act) {
    this.addEventListener(name, (event) => act(event.detail));
  }
}

function bitmap(bytes) {
  return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
}
