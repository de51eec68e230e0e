// The set-up page: what can be chosen comes from the server, what was chosen goes to it.

import { ask } from "./link.js";

const KINDS = [
  ["given", "As started", ""],
  ["address", "Network camera", "rtsp://, http:// (MJPEG or MPEG-TS) or srt://. Passwords in it are not shown or kept."],
  ["device", "Capture device", "Capture cards and USB cameras on the machine that runs this page."],
  ["recording", "Recording", "From the folder that the page was started with. The clip plays by itself."],
  ["rig", "A rig", "Camera, lens and source from backfocus.toml on the machine that runs this page."],
  ["virtual", "Virtual camera", "A simulated lens and a simulated hand that follows the guide: sit back and watch."],
];

/** Those whose camera and lens are known without being asked for. */
const TELLS_ITSELF = ["rig", "virtual"];
const NUMBERS = ["pixel_um", "wavelength_um", "extender", "um_per_degree"];
const WORDS = ["camera", "camera_id", "lens", "f_number", "transfer", "range", "target", "shims"];
/** Asked instead of these when "mine is not listed" is chosen. */
const UNLISTED = "unlisted";
const QUESTIONS = { camera: ["sensor_mm", "picture_px"], lens: ["zoom_mm", "opening"] };
const ASKED_INSTEAD = { camera: "pixel_um", lens: "f_number" };
const YES_NO = { "": null, no: true, yes: false };

export class SetUp {
  constructor(root, look) {
    this.root = root;
    this.form = root.querySelector("form");
    this.kinds = root.querySelector("#kinds");
    this.help = root.querySelector("#kind-help");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      look(this.choice());
    });
    this.kinds.addEventListener("change", () => this.showKind());
    for (const of of Object.keys(QUESTIONS)) this.form.elements[of].addEventListener("change", () => this.showQuestions());
    this.load();
  }

  async load() {
    const answer = await ask("offers");
    if (!answer.ok) return; // the room is gone, which the line says
    const offers = await answer.json();
    const there = {
      given: Boolean(offers.given),
      address: true,
      device: offers.devices.length > 0,
      recording: offers.recordings.length > 0,
      rig: offers.rigs.length > 0,
      virtual: true,
    };
    for (const [kind, title] of KINDS) {
      if (["given", "rig"].includes(kind) && !there[kind]) continue;
      this.kinds.append(radio(kind, kind === "given" ? offers.given : title));
    }
    const { form } = this;
    options(form.elements.device, offers.devices.map(({ name, title, detail }) => [name, [title, detail].filter(Boolean).join(", ")]));
    options(form.elements.recording, offers.recordings.map((name) => [name, name]));
    options(form.elements.rig, offers.rigs.map(({ name, words }) => [name, [name, words].filter(Boolean).join(": ")]));
    for (const [of, listed] of [["camera", offers.cameras], ["lens", offers.lenses]])
      options(form.elements[of], [["", "not named"], [UNLISTED, "mine is not listed"], ...listed.map(({ name, title }) => [name, title])]);
    this.root.querySelector("#learned").replaceChildren(...offers.learned.map((name) => new Option(name)));
    options(form.elements.transfer, offers.transfers.map((name) => [name, name === "auto" ? "as the stream says" : name]));
    this.there = there;
    this.missing = { device: "No capture device was found on the machine that runs this page.", recording: offers.media ? "There are no recordings in that folder." : "The page was started without a folder of recordings." };
    for (const [name, value] of Object.entries(offers.chosen)) {
      if (name === "no_ring") form.elements.ring.value = value ? "no" : "yes";
      else form.elements[name].value = value;
    }
    this.kinds.querySelector("input").checked = true;
    this.showKind();
    this.showQuestions();
  }

  kind() {
    return this.kinds.querySelector("input:checked")?.value ?? "virtual";
  }

  showKind() {
    const kind = this.kind();
    for (const label of this.root.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== kind;
    this.root.querySelector("#optics").hidden = TELLS_ITSELF.includes(kind);
    this.help.textContent = (!this.there[kind] && this.missing[kind]) || KINDS.find(([name]) => name === kind)[2];
    for (const name of ["device", "recording"]) if (!this.there[name]) this.root.querySelector(`[data-for=${name}]`).hidden = true;
    this.allow();
  }

  isUnlisted(of) {
    return this.form.elements[of].value === UNLISTED;
  }

  showQuestions() {
    for (const label of this.form.querySelectorAll("[data-unlisted]")) label.hidden = !this.isUnlisted(label.dataset.unlisted);
    for (const label of this.form.querySelectorAll("[data-listed]")) label.hidden = this.isUnlisted(label.dataset.listed);
  }

  choice() {
    const fields = this.form.elements;
    const kind = this.kind();
    const name = { address: fields.address.value, device: fields.device.value, recording: fields.recording.value, rig: fields.rig.value }[kind] ?? "";
    if (TELLS_ITSELF.includes(kind)) return { kind, name };
    const said = { no_ring: YES_NO[fields.ring.value] };
    for (const each of WORDS) said[each] = fields[each].value;
    for (const each of NUMBERS) said[each] = number(fields[each].value);
    for (const of of Object.keys(QUESTIONS)) if (this.isUnlisted(of)) this.answer(of, said);
    return { kind, name, options: said };
  }

  /** What was answered about a camera or lens that is not listed; the server works out what it means. */
  answer(of, said) {
    said[of] = said[ASKED_INSTEAD[of]] = "";
    for (const each of QUESTIONS[of]) said[each] = of === "camera" ? number(this.form.elements[each].value) : this.form.elements[each].value;
  }

  enable(yes) {
    for (const fieldset of this.form.querySelectorAll("fieldset")) fieldset.disabled = !yes;
    this.enabled = yes;
    this.allow();
  }

  /** Nothing can be shown of what is not there; why not stands in the help. */
  allow() {
    this.form.querySelector("[type=submit]").disabled = !this.enabled || !(this.there?.[this.kind()] ?? true);
  }
}

/** A number where one was typed, with a comma or a point; else what was typed, to be refused in words. */
function number(text) {
  const plain = text.trim().replace(",", ".");
  return plain === "" || Number.isNaN(Number(plain)) ? plain : Number(plain);
}

function radio(value, title) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const words = document.createElement("span");
  Object.assign(input, { type: "radio", name: "kind", value });
  words.textContent = title;
  label.append(input, words);
  return label;
}

function options(select, list) {
  select.replaceChildren(...list.map(([value, title]) => new Option(title, value)));
}
