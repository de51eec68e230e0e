// The rooms: sessions side by side, each with its picture and how far it has got; opened, entered and closed here.

import { micro, sentence } from "./micro.js";

const AGAIN_MS = 2000;
const $ = (id) => document.getElementById(id);
const cards = new Map();

function item(tag, text = "", kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

async function post(path) {
  const answer = await fetch(`/api/rooms${path}`, { method: "POST" });
  const said = await answer.json();
  $("refusal").textContent = sentence(said.refused ?? "");
  $("refusal").hidden = !said.refused;
  if (said.refused) $("refusal").scrollIntoView({ block: "nearest" });
  return said;
}

/** Open a room, or find the one that is open, and go there. */
export async function openRoom(path) {
  const { address } = await post(path);
  if (address) location.assign(address);
}

/** A room's card stays the same element while it is open: nobody loses the button they are about to press. */
class Card {
  constructor({ title, address, first }) {
    this.root = item("div");
    this.picture = item("img");
    this.none = item("span", "no picture", "without");
    this.state = item("span", "", "state");
    this.source = item("p", "", "why");
    this.viewers = item("p", "", "why");
    const link = item("a");
    link.href = address;
    this.base = first ? "/api" : address;
    const view = item("div", "", "view");
    view.append(this.picture, this.none);
    this.picture.alt = `what ${title} sees`;
    const head = item("div", "", "head");
    head.append(item("h2", title), this.state);
    link.append(view, head, this.source, this.viewers);
    this.root.append(link);
    if (!first) {
      this.close = item("button", "Close");
      this.close.setAttribute("aria-label", `Close the room ${title}`);
      this.close.addEventListener("click", () => post(`/${address.split("/").at(-1)}/close`).then(show));
      this.root.append(this.close);
    }
  }

  show({ phase, state, source, rig, viewers, picture, closable }) {
    this.state.textContent = micro(state);
    this.state.dataset.phase = phase;
    this.source.textContent = [source, micro(rig)].filter(Boolean).join(" · ");
    this.viewers.textContent = viewers === 0 ? "nobody is watching" : viewers === 1 ? "1 viewer" : `${viewers} viewers`;
    this.picture.hidden = picture == null;
    this.none.hidden = picture != null;
    if (picture != null && picture !== this.shown) this.picture.src = `${this.base}/picture.jpg?${picture}`;
    this.shown = picture;
    if (this.close) this.close.disabled = !closable;
  }
}

function showRooms(rooms) {
  const open = new Set(rooms.map(({ address }) => address));
  for (const [address, card] of cards)
    if (!open.has(address)) {
      card.root.remove();
      cards.delete(address);
    }
  for (const room of rooms) {
    if (!cards.has(room.address)) {
      cards.set(room.address, new Card(room));
      $("rooms").append(cards.get(room.address).root);
    }
    cards.get(room.address).show(room);
  }
}

/** What stands in the configuration file and has no room yet. */
function showRigs(rigs, rooms) {
  const titles = new Set(rooms.map(({ title }) => title));
  const left = rigs.filter(({ name }) => !titles.has(name));
  const key = JSON.stringify(left);
  if ($("rigs").dataset.key === key) return;
  $("rigs").dataset.key = key;
  $("rigs").hidden = left.length === 0;
  $("rigs").replaceChildren(
    ...left.map(({ name, words }) => {
      const made = item("li");
      const open = item("button", `Open ${name}`);
      open.addEventListener("click", () => openRoom(`/rig?${new URLSearchParams({ name })}`));
      made.append(open, item("span", micro(words)));
      return made;
    }),
  );
}

/** What was open when the server ended, or was left: asked for as rooms come and go, for it reads the store. */
async function showLeft(rooms) {
  const key = JSON.stringify(rooms.map(({ address, phase }) => [address, phase]));
  if ($("left").dataset.key === key) return;
  const answer = await fetch("/api/rooms/left-open").catch(() => null);
  if (!answer?.ok) return; // asked again with the next look at the rooms
  $("left").dataset.key = key;
  const left = await answer.json();
  $("left").hidden = left.length === 0;
  $("left").replaceChildren(
    ...left.map(({ session, room, title, step, started_at, refused }) => {
      const made = item("li");
      const go = item("button", `Continue ${room || title}`);
      go.disabled = Boolean(refused);
      go.addEventListener("click", () => openRoom(`/left-open?${new URLSearchParams({ session })}`));
      const since = new Date(started_at).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
      const was = ["was open", room ? title : "", step, `begun ${since}`, refused].filter(Boolean).join(" · ");
      made.append(go, item("span", micro(was)));
      return made;
    }),
  );
}

async function show() {
  const answer = await fetch("/api/rooms").catch(() => null);
  if (!answer?.ok) return; // the wall below says what is wrong
  const { rooms, rigs } = await answer.json();
  showRooms(rooms);
  showRigs(rigs, rooms);
  showLeft(rooms);
}

$("open").addEventListener("submit", (event) => {
  event.preventDefault();
  openRoom(`?${new URLSearchParams({ title: event.target.elements.title.value })}`);
});
setInterval(() => document.visibilityState === "visible" && show(), AGAIN_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && show());
show();
